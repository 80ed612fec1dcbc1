use std::any::Any;

use formats::scene::chain;

use super::envelope::Envelope;
use super::{LookAhead, Reduction, hand_on, peaks};
use crate::audio::{self, AudioBlock};
use crate::mix::grid::{GRID, Position, for_each_span};
use crate::mix::logarithm::{decibels, factors};
use crate::mix::ramp::Ramp;
use crate::mix::{MixError, Processor};
use crate::units::Decibels;

/// A compressor of several channels with one gain.
#[derive(Clone, Debug)]
pub struct Compressor {
    curve: Curve,
    makeup_db: Ramp,
    envelope: Envelope,
    look_ahead: LookAhead,
    position: Position,
    gains: Vec<f32>,
    reduction: Reduction,
    /// Channels that its level is taken from.
    heard: usize,
}

/// Gain over level: 0 dB below the knee, −(1 − 1/ratio) dB per dB above it, a parabola within.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curve {
    /// Where the knee begins, dBFS.
    start_db: f32,
    /// The same as a level, less the error of a logarithm.
    start: f32,
    knee_db: f32,
    /// dB of gain per dB above the knee.
    slope: f32,
    /// One over twice the knee; 0 without one.
    bend: f32,
}

impl Curve {
    pub(super) fn new(threshold_db: f64, ratio: f64, knee_db: f64) -> Self {
        let start_db = threshold_db - knee_db / 2.0;
        Self {
            start_db: start_db as f32,
            start: (Decibels(start_db).linear() * 0.9999) as f32,
            knee_db: knee_db as f32,
            slope: (1.0 / ratio - 1.0) as f32,
            bend: if knee_db > 0.0 { (0.5 / knee_db) as f32 } else { 0.0 },
        }
    }

    /// Whether all levels up to this one have a gain of 0 dB.
    pub(super) fn passes(&self, level: f32) -> bool {
        level <= self.start
    }

    /// Replaces levels in dBFS by gains in dB.
    pub(super) fn apply(&self, levels: &mut [f32]) {
        for level in levels {
            let over = (*level - self.start_db).max(0.0);
            let within = over.min(self.knee_db);
            *level = self.slope * (within * within * self.bend + (over - within));
        }
    }
}

impl Compressor {
    /// A compressor for blocks of `channels`.
    ///
    /// # Errors
    /// A parameter out of its range.
    pub fn new(parameters: &chain::Compressor, sample_rate: u32, channels: usize) -> Result<Self, MixError> {
        parameters.check()?;
        let chain::Compressor { threshold_db, ratio, knee_db, attack_ms, release_ms, .. } = *parameters;
        Ok(Self {
            curve: Curve::new(threshold_db, ratio, knee_db),
            makeup_db: Ramp::at(parameters.makeup_db as f32),
            envelope: Envelope::new(attack_ms, release_ms, sample_rate, 0.0),
            look_ahead: LookAhead::new(parameters.look_ahead_ms, sample_rate, channels),
            position: Position::default(),
            gains: vec![0.0; GRID],
            reduction: Reduction::default(),
            heard: channels,
        })
    }

    /// The same, with a gain from the level of the first `channels` alone: all others get it as well.
    pub fn hearing(mut self, channels: usize) -> Self {
        self.heard = channels;
        self
    }

    /// Counts what it does from here on.
    pub(in crate::mix) fn count_anew(&mut self) {
        self.reduction = Reduction::default();
    }
}

impl Processor for Compressor {
    fn process(&mut self, block: &mut AudioBlock, key: Option<&[f32]>) {
        self.lead(block, key, None);
    }

    fn lead(&mut self, block: &mut AudioBlock, key: Option<&[f32]>, mut lead: Option<&mut [f32]>) {
        let Self { curve, makeup_db, envelope, look_ahead, position, gains, reduction, heard } = self;
        for_each_span(position, block.frames(), |span| {
            let gains = &mut gains[..span.samples.len()];
            peaks(block, *heard, key, span.samples.clone(), gains);
            let idle = curve.passes(audio::peak(gains)) && envelope.gain_db() == 0.0;
            if idle {
                gains.fill(0.0);
            } else {
                decibels(gains);
                curve.apply(gains);
                envelope.follow(gains);
            }
            reduction.note(gains);
            if span.ends {
                envelope.settle(0.0);
            }
            let unity = idle && makeup_db.still() == Some(0.0);
            if !unity {
                match makeup_db.still() {
                    Some(makeup_db) => gains.iter_mut().for_each(|gain| *gain += makeup_db),
                    None => gains.iter_mut().for_each(|gain| *gain += makeup_db.next()),
                }
                factors(gains);
            }
            let gains = (!unity).then_some(&*gains);
            hand_on(&mut lead, &span.samples, gains);
            look_ahead.apply(block, &span.samples, gains);
        });
    }

    fn follow(&mut self, block: &mut AudioBlock, gains: &[f32]) {
        self.look_ahead.apply(block, &(0..block.frames()), Some(gains));
    }

    fn latency(&self) -> i64 {
        self.look_ahead.samples() as i64
    }

    fn tail(&self) -> usize {
        self.look_ahead.samples()
    }

    fn reduction(&self) -> Option<Reduction> {
        Some(self.reduction)
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        let Some(new) = new.as_any_mut().downcast_mut::<Self>() else { return };
        self.curve = new.curve;
        self.envelope.retime(&new.envelope);
        self.makeup_db.go_to(new.makeup_db.target());
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.makeup_db = Ramp::at(self.makeup_db.target());
        self.envelope.set(0.0);
        self.look_ahead.reset();
        self.position = Position::default();
        self.reduction = Reduction::default();
    }
}
