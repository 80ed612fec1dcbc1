use std::f64::consts::{PI, SQRT_2};

use formats::scene::chain;

use super::compressor::Curve;
use super::envelope::Envelope;
use super::{LookAhead, Reduction, copy, highest};
use crate::audio::AudioBlock;
use crate::mix::eq::{Cascade, cascade};
use crate::mix::grid::{GRID, NOTHING, Position, for_each_span};
use crate::mix::logarithm::{decibels, factors};
use crate::mix::{MixError, Processor};

/// dB per octave of the filter that listens.
const SLOPE: u32 = 24;
/// Width of the bend about the threshold, dB.
const KNEE_DB: f64 = 6.0;

/// A de-esser of several channels: one gain for what lies above its frequency.
///
/// The gain g is that of a shelf, (g s² + √(2g) s + 1) / (s² + √2 s + 1), whose magnitude falls evenly from one to g; with
/// g = 1 no bit changes.
#[derive(Clone, Debug)]
pub struct DeEsser {
    curve: Curve,
    range_db: f32,
    envelope: Envelope,
    look_ahead: LookAhead,
    channels: Vec<Channel>,
    shelf: Shelf,
    position: Position,
    gains: Vec<f32>,
    listened: Vec<f32>,
    scratch: Vec<f64>,
    reduction: Reduction,
}

#[derive(Clone, Debug)]
struct Channel {
    detector: Cascade,
    /// The two integrators of the shelf.
    state: [f64; 2],
}

/// A state-variable filter with trapezoidal integrators: high + √2 · band + low is its input, exactly.
#[derive(Clone, Copy, Debug)]
struct Shelf {
    a1: f64,
    a2: f64,
    a3: f64,
}

impl Shelf {
    fn new(frequency_hz: f64, sample_rate: u32) -> Self {
        let g = (PI * frequency_hz / f64::from(sample_rate)).tan();
        let a1 = 1.0 / (1.0 + g * (g + SQRT_2));
        Self { a1, a2: g * a1, a3: g * g * a1 }
    }

    /// Filters `samples` in place, the gain above the frequency being that of each sample; `None` is 1.
    fn process(&self, state: &mut [f64; 2], samples: &mut [f32], gains: Option<&[f32]>) {
        let [mut first, mut second] = *state;
        let mut step = |x: f64| {
            let input = x - second;
            let band = self.a1 * first + self.a2 * input;
            let low = second + self.a2 * first + self.a3 * input;
            (first, second) = (2.0 * band - first, 2.0 * low - second);
            (SQRT_2 * band, low)
        };
        match gains {
            None => {
                for sample in samples {
                    step(f64::from(*sample));
                }
            }
            Some(gains) => {
                for (sample, gain) in samples.iter_mut().zip(gains) {
                    let (x, gain) = (f64::from(*sample), f64::from(*gain));
                    let (band, low) = step(x);
                    let high = x - band - low;
                    *sample = (x + (gain.sqrt() - 1.0) * band + (gain - 1.0) * high) as f32;
                }
            }
        }
        *state = [first, second];
    }
}

impl DeEsser {
    /// A de-esser for blocks of `channels`.
    ///
    /// # Errors
    /// A parameter out of its range, or a frequency that is not below half the sample rate.
    pub fn new(parameters: &chain::DeEsser, sample_rate: u32, channels: usize) -> Result<Self, MixError> {
        parameters.check()?;
        let chain::DeEsser { frequency_hz, threshold_db, ratio, range_db, attack_ms, release_ms, .. } =
            *parameters;
        if frequency_hz >= f64::from(sample_rate) / 2.0 {
            return Err(MixError::Frequency { element: "deEsser", frequency_hz, sample_rate });
        }
        let high_pass = chain::Eq { bands: vec![chain::EqBand::HighPass { frequency_hz, slope: SLOPE }] };
        let detector = cascade(&high_pass, sample_rate)?;
        Ok(Self {
            curve: Curve::new(threshold_db, ratio, KNEE_DB),
            range_db: -range_db as f32,
            envelope: Envelope::new(attack_ms, release_ms, sample_rate, 0.0),
            look_ahead: LookAhead::new(parameters.look_ahead_ms, sample_rate, channels),
            channels: vec![Channel { detector, state: [0.0; 2] }; channels],
            shelf: Shelf::new(frequency_hz, sample_rate),
            position: Position::default(),
            gains: vec![0.0; GRID],
            listened: vec![0.0; GRID],
            scratch: vec![0.0; GRID],
            reduction: Reduction::default(),
        })
    }
}

impl Processor for DeEsser {
    fn process(&mut self, block: &mut AudioBlock, key: Option<&[f32]>) {
        let Self { curve, range_db, envelope, look_ahead, channels, shelf, .. } = self;
        let Self { position, gains, listened, scratch, reduction, .. } = self;
        for_each_span(position, block.frames(), |span| {
            let gains = &mut gains[..span.samples.len()];
            gains.fill(0.0);
            let heard = if key.is_some() { 1 } else { block.channels() };
            for (number, channel) in channels.iter_mut().enumerate().take(heard) {
                let listened = &mut listened[..span.samples.len()];
                let heard = key.unwrap_or_else(|| block.channel(number));
                copy(heard, span.samples.clone(), listened);
                channel.detector.process(listened, scratch);
                for (level, sample) in gains.iter_mut().zip(&*listened) {
                    *level = level.max(sample.abs());
                }
            }
            let idle = curve.passes(highest(gains)) && envelope.gain_db() == 0.0;
            if idle {
                gains.fill(0.0);
            } else {
                decibels(gains);
                curve.apply(gains);
                gains.iter_mut().for_each(|gain| *gain = gain.max(*range_db));
                envelope.follow(gains);
            }
            reduction.note(gains);
            if !idle {
                factors(gains);
            }
            for (number, channel) in channels.iter_mut().enumerate().take(block.channels()) {
                let samples = &mut block.channel_mut(number)[span.samples.clone()];
                look_ahead.process(number, samples);
                shelf.process(&mut channel.state, samples, (!idle).then_some(&*gains));
                if span.ends {
                    channel.settle();
                }
            }
            if span.ends {
                envelope.settle();
            }
        });
    }

    fn latency(&self) -> i64 {
        self.look_ahead.samples() as i64
    }

    fn tail(&self) -> usize {
        self.look_ahead.samples() + GRID
    }

    fn reduction(&self) -> Option<Reduction> {
        Some(self.reduction)
    }

    fn reset(&mut self) {
        self.envelope.set(0.0);
        self.look_ahead.reset();
        self.position = Position::default();
        self.reduction = Reduction::default();
        for channel in &mut self.channels {
            channel.detector.reset();
            channel.state = [0.0; 2];
        }
    }
}

impl Channel {
    fn settle(&mut self) {
        self.detector.settle();
        for value in &mut self.state {
            if value.abs() < NOTHING {
                *value = 0.0;
            }
        }
    }
}
