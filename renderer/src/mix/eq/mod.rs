//! High-pass, low-pass, bells, shelves, notches and tilts: filters of minimum phase without latency.
//!
//! Takes [`formats::scene::chain::Eq`]; the magnitude of the digital filters is that of the analogue ones within
//! ±0.1 dB up to 20 kHz (at 44.1 kHz: up to 19.8 kHz). [`response`] is the curve as numbers: magnitude, phase and group delay.

mod cascade;
mod matched;
mod prototype;
mod rational;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::f64::consts::PI;

use formats::scene::chain;

pub(super) use self::cascade::Cascade;
use super::grid::{GRID, Position, for_each_span};
use super::ramp::Ramp;
use super::{MixError, Processor};
use crate::audio::AudioBlock;

/// Ringing counts until it is down by so much, dB.
const INAUDIBLE_DB: f64 = 120.0;

/// An equaliser of several channels.
#[derive(Clone, Debug)]
pub struct Equaliser {
    channels: Vec<Cascade>,
    position: Position,
    scratch: Vec<f64>,
    tail: usize,
    /// The filters before a change, and how much of those after it is heard.
    leaving: Vec<Cascade>,
    faded: Ramp,
    left: Vec<f32>,
}

impl Equaliser {
    /// An equaliser that does the same to all `channels`.
    ///
    /// # Errors
    /// A parameter out of its range, or a frequency that is not below half the sample rate.
    pub fn new(parameters: &chain::Eq, sample_rate: u32, channels: usize) -> Result<Self, MixError> {
        let cascade = cascade(parameters, sample_rate)?;
        let tail = cascade.ringing(INAUDIBLE_DB);
        Ok(Self {
            channels: vec![cascade; channels],
            position: Position::default(),
            scratch: vec![0.0; GRID],
            tail,
            leaving: Vec::new(),
            faded: Ramp::at(1.0),
            left: vec![0.0; GRID],
        })
    }
}

pub(super) fn cascade(parameters: &chain::Eq, sample_rate: u32) -> Result<Cascade, MixError> {
    parameters.check()?;
    for band in &parameters.bands {
        let (element, frequency_hz) = (band.element(), band.frequency_hz());
        if frequency_hz >= f64::from(sample_rate) / 2.0 {
            return Err(MixError::Frequency { element, frequency_hz, sample_rate });
        }
    }
    Ok(Cascade::new(matched::sections(&parameters.bands, sample_rate)))
}

impl Processor for Equaliser {
    fn process(&mut self, block: &mut AudioBlock, _key: Option<&[f32]>) {
        let Self { channels, position, scratch, leaving, faded, left, .. } = self;
        for_each_span(position, block.frames(), |span| {
            let left = &mut left[..span.samples.len()];
            for (channel, cascade) in channels.iter_mut().enumerate().take(block.channels()) {
                let samples = &mut block.channel_mut(channel)[span.samples.clone()];
                let before = leaving.get_mut(channel).filter(|_| faded.still().is_none());
                if before.is_some() {
                    left.copy_from_slice(samples);
                }
                cascade.process(samples, scratch);
                if let Some(before) = before {
                    let mut faded = *faded;
                    before.process(left, scratch);
                    for (sample, before) in samples.iter_mut().zip(&*left) {
                        let share = faded.next();
                        // Rounded no more once it is over: where a span ends must make no difference.
                        if share < 1.0 {
                            *sample = before + (*sample - before) * share;
                        }
                    }
                }
                if span.ends {
                    cascade.settle();
                }
            }
            faded.advance(span.samples.len());
        });
    }

    fn latency(&self) -> i64 {
        0
    }

    fn tail(&self) -> usize {
        self.tail
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        let Some(new) = new.as_any_mut().downcast_mut::<Self>() else { return };
        for (new, old) in new.channels.iter_mut().zip(&self.channels) {
            new.go_on_from(old);
        }
        std::mem::swap(&mut self.leaving, &mut new.channels);
        std::mem::swap(&mut self.leaving, &mut self.channels);
        self.tail = self.tail.max(new.tail);
        self.faded = Ramp::between(0.0, 1.0);
    }

    fn is_changing(&self) -> bool {
        self.faded.still().is_none()
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.position = Position::default();
        self.faded = Ramp::at(1.0);
        self.channels.iter_mut().for_each(Cascade::reset);
    }
}

/// What filters do at a frequency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    /// Hz.
    pub frequency_hz: f64,
    /// dB; −∞ where nothing passes.
    pub magnitude_db: f64,
    /// Degrees, above −180 and up to 180; what comes out later has less.
    pub phase_degrees: f64,
    /// Milliseconds by which the envelope of a sound about the frequency comes later; negative for earlier.
    pub group_delay_ms: f64,
}

/// What the filters do at each of `frequencies_hz`: the digital ones, those that sound at this sample rate, from 0 Hz to half of it.
///
/// # Errors
/// As [`Equaliser::new`].
pub fn response(
    parameters: &chain::Eq,
    sample_rate: u32,
    frequencies_hz: &[f64],
) -> Result<Vec<Response>, MixError> {
    let cascade = cascade(parameters, sample_rate)?;
    let rate = f64::from(sample_rate);
    let at = |frequency_hz: f64| {
        let (phase, delay) = cascade.turn(2.0 * PI * frequency_hz / rate);
        let phase_degrees = 180.0 - (180.0 - phase.to_degrees()).rem_euclid(360.0);
        Response {
            frequency_hz,
            magnitude_db: 10.0 * cascade.power((PI * frequency_hz / rate).sin().powi(2)).log10(),
            phase_degrees,
            group_delay_ms: delay / rate * 1_000.0,
        }
    };
    Ok(frequencies_hz.iter().map(|hz| at(*hz)).collect())
}
