use std::any::Any;

use formats::scene::chain;

use super::compressor::Curve;
use super::envelope::Envelope;
use super::shelf::Shelves;
use super::{LookAhead, Reduction, copy, hand_on};
use crate::audio::{self, AudioBlock};
use crate::mix::eq::{Cascade, cascade};
use crate::mix::grid::{GRID, Position, for_each_span};
use crate::mix::logarithm::{decibels, factors};
use crate::mix::{MixError, Processor};

/// dB per octave of the filter that listens.
const SLOPE: u32 = 24;

/// A de-esser of several channels: one gain for what lies above its frequency.
///
/// The gain g is that of a shelf, (g s² + √(2g) s + 1) / (s² + √2 s + 1), whose magnitude falls evenly from one to g; with
/// g = 1 no bit changes.
#[derive(Clone, Debug)]
pub struct DeEsser {
    curve: Curve,
    range_db: f32,
    envelope: Envelope,
    detectors: Vec<Cascade>,
    shelves: Shelves,
    position: Position,
    gains: Vec<f32>,
    listened: Vec<f32>,
    scratch: Vec<f64>,
    reduction: Reduction,
}

impl DeEsser {
    /// Width of the bend about the threshold, dB.
    pub const KNEE_DB: f64 = 6.0;

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
        let look_ahead = LookAhead::new(parameters.look_ahead_ms, sample_rate, channels);
        Ok(Self {
            curve: Curve::new(threshold_db, ratio, Self::KNEE_DB),
            range_db: -range_db as f32,
            envelope: Envelope::new(attack_ms, release_ms, sample_rate, 0.0),
            detectors: vec![detector; channels],
            shelves: Shelves::new(look_ahead, frequency_hz, sample_rate, channels),
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
        self.lead(block, key, None);
    }

    fn lead(&mut self, block: &mut AudioBlock, key: Option<&[f32]>, mut lead: Option<&mut [f32]>) {
        let Self { curve, range_db, envelope, detectors, shelves, .. } = self;
        let Self { position, gains, listened, scratch, reduction, .. } = self;
        for_each_span(position, block.frames(), |span| {
            let gains = &mut gains[..span.samples.len()];
            gains.fill(0.0);
            let heard = if key.is_some() { 1 } else { block.channels() };
            for (number, detector) in detectors.iter_mut().enumerate().take(heard) {
                let listened = &mut listened[..span.samples.len()];
                let heard = key.unwrap_or_else(|| block.channel(number));
                copy(heard, span.samples.clone(), listened);
                detector.process(listened, scratch);
                if span.ends {
                    detector.settle();
                }
                for (level, sample) in gains.iter_mut().zip(&*listened) {
                    *level = level.max(sample.abs());
                }
            }
            let idle = curve.passes(audio::peak(gains)) && envelope.gain_db() == 0.0;
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
                // The shelf takes the root of the gain as well.
                gains.iter_mut().for_each(|gain| *gain *= 0.5);
                factors(gains);
            }
            let roots = (!idle).then_some(&*gains);
            hand_on(&mut lead, &span.samples, roots);
            shelves.process(block, &span, roots);
            if span.ends {
                envelope.settle(0.0);
            }
        });
    }

    /// Gains are the roots that the shelf takes.
    fn follow(&mut self, block: &mut AudioBlock, gains: &[f32]) {
        let Self { shelves, position, .. } = self;
        for_each_span(position, block.frames(), |span| {
            let roots = gains.get(span.samples.clone()).filter(|roots| roots.iter().any(|root| *root != 1.0));
            shelves.process(block, &span, roots);
        });
    }

    fn latency(&self) -> i64 {
        self.shelves.look_ahead.samples() as i64
    }

    fn tail(&self) -> usize {
        self.shelves.look_ahead.samples() + GRID
    }

    fn reduction(&self) -> Option<Reduction> {
        Some(self.reduction)
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        let Some(new) = new.as_any_mut().downcast_mut::<Self>() else { return };
        (self.curve, self.range_db) = (new.curve, new.range_db);
        self.envelope.retime(&new.envelope);
        self.shelves.take_over(&new.shelves);
        for (detector, new) in self.detectors.iter_mut().zip(&mut new.detectors) {
            new.go_on_from(detector);
            std::mem::swap(detector, new);
        }
    }

    fn is_changing(&self) -> bool {
        self.shelves.is_changing()
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.envelope.set(0.0);
        self.shelves.reset();
        self.detectors.iter_mut().for_each(Cascade::reset);
        self.position = Position::default();
        self.reduction = Reduction::default();
    }
}
