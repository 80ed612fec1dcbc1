use std::any::Any;

use formats::scene::chain;

use super::envelope::Envelope;
use super::{LookAhead, Reduction, hand_on, peaks};
use crate::audio::{self, AudioBlock};
use crate::mix::grid::{GRID, Position, for_each_span};
use crate::mix::logarithm::{decibels, factors};
use crate::mix::{MixError, Processor};
use crate::units::Decibels;

/// An expander or gate of several channels with one gain. It begins closed.
#[derive(Clone, Debug)]
pub struct Gate {
    curve: Curve,
    /// The gain of silence, dB.
    closed_db: f32,
    hold: Hold,
    envelope: Envelope,
    look_ahead: LookAhead,
    position: Position,
    gains: Vec<f32>,
    reduction: Reduction,
}

/// Gain over level: 0 dB above the knee, −(ratio − 1) dB per dB below it down to the floor, a parabola within.
#[derive(Clone, Copy, Debug)]
struct Curve {
    /// Where the knee ends, dBFS.
    end_db: f32,
    /// The same as a level.
    end: f32,
    knee_db: f32,
    /// dB of gain per dB below the knee.
    slope: f32,
    /// One over twice the knee; 0 without one.
    bend: f32,
    floor_db: f32,
}

/// Further above the end of the knee is no level that is below it.
const BEYOND_DB: f32 = 100.0;
/// So much a level below the end of the knee is at least.
const LEAST_DB: f32 = 1e-3;

/// A target stays for a while before it falls.
#[derive(Clone, Copy, Debug)]
struct Hold {
    samples: usize,
    left: usize,
    target_db: f32,
}

impl Curve {
    /// Replaces levels by gains in dB.
    fn apply(&self, levels: &mut [f32]) {
        // A level is at the end of the knee or not, whatever the error of its logarithm.
        levels.iter_mut().for_each(|level| *level = if *level < self.end { *level } else { f32::MAX });
        decibels(levels);
        for level in levels {
            let under = self.end_db - *level;
            let under = if under < -BEYOND_DB { 0.0 } else { under.max(LEAST_DB) };
            let within = under.min(self.knee_db);
            *level = (self.slope * (within * within * self.bend + (under - within))).max(self.floor_db);
        }
    }

    /// The gain of silence, dB.
    fn closed_db(&self) -> f32 {
        let mut silence = [0.0];
        self.apply(&mut silence);
        silence[0]
    }
}

impl Hold {
    /// Goes on without changing a target of 0 dB, if it stands there and all of `levels` either are at `open` or beyond, or come so soon
    /// after one that is.
    fn stays_open(&mut self, levels: &[f32], open: f32) -> bool {
        let is_open = |level: &f32| *level >= open;
        let within = self.target_db == 0.0 && self.samples >= levels.len();
        let first = levels.iter().position(is_open).filter(|first| within && *first <= self.left);
        let last = first.and(levels.iter().rposition(is_open));
        let Some(last) = last else { return false };
        self.left = self.samples - (levels.len() - 1 - last);
        true
    }

    fn apply(&mut self, targets_db: &mut [f32]) {
        if self.samples == 0 {
            self.target_db = targets_db.last().copied().unwrap_or(self.target_db);
            return;
        }
        for target in targets_db {
            if *target >= self.target_db {
                self.left = self.samples;
                self.target_db = *target;
            } else if self.left > 0 {
                self.left -= 1;
                *target = self.target_db;
            } else {
                self.target_db = *target;
            }
        }
    }
}

impl Gate {
    /// A gate for blocks of `channels`.
    ///
    /// # Errors
    /// A parameter out of its range.
    pub fn new(parameters: &chain::Gate, sample_rate: u32, channels: usize) -> Result<Self, MixError> {
        parameters.check()?;
        let chain::Gate { threshold_db, ratio, knee_db, floor_db, attack_ms, hold_ms, release_ms, .. } =
            *parameters;
        let curve = Curve {
            end_db: (threshold_db + knee_db / 2.0) as f32,
            end: Decibels(threshold_db + knee_db / 2.0).linear() as f32,
            knee_db: knee_db as f32,
            slope: (1.0 - ratio) as f32,
            bend: if knee_db > 0.0 { (0.5 / knee_db) as f32 } else { 0.0 },
            floor_db: floor_db as f32,
        };
        let closed_db = curve.closed_db();
        let samples = (hold_ms / 1_000.0 * f64::from(sample_rate)).round() as usize;
        Ok(Self {
            curve,
            closed_db,
            hold: Hold { samples, left: 0, target_db: closed_db },
            envelope: Envelope::new(release_ms, attack_ms, sample_rate, f64::from(closed_db)),
            look_ahead: LookAhead::new(parameters.look_ahead_ms, sample_rate, channels),
            position: Position::default(),
            gains: vec![0.0; GRID],
            reduction: Reduction::default(),
        })
    }
}

impl Processor for Gate {
    fn process(&mut self, block: &mut AudioBlock, key: Option<&[f32]>) {
        self.lead(block, key, None);
    }

    fn lead(&mut self, block: &mut AudioBlock, key: Option<&[f32]>, mut lead: Option<&mut [f32]>) {
        let Self { curve, closed_db, hold, envelope, look_ahead, position, gains, reduction } = self;
        for_each_span(position, block.frames(), |span| {
            let gains = &mut gains[..span.samples.len()];
            peaks(block, usize::MAX, key, span.samples.clone(), gains);
            if envelope.gain_db() == 0.0 && hold.stays_open(gains, curve.end) {
                gains.fill(0.0);
            } else if envelope.gain_db() == f64::from(*closed_db)
                && hold.target_db == *closed_db
                && audio::peak(gains) == 0.0
                && envelope.rests_at(*closed_db)
            {
                gains.fill(*closed_db);
            } else {
                curve.apply(gains);
                hold.apply(gains);
                envelope.follow(gains);
            }
            reduction.note(gains);
            if span.ends {
                envelope.settle(0.0);
                envelope.settle(f64::from(*closed_db));
            }
            let open = gains.iter().all(|gain| *gain == 0.0);
            if !open {
                factors(gains);
            }
            let gains = (!open).then_some(&*gains);
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
        (self.curve, self.closed_db) = (new.curve, new.closed_db);
        self.hold.samples = new.hold.samples;
        self.hold.left = self.hold.left.min(new.hold.samples);
        self.envelope.retime(&new.envelope);
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.hold = Hold { left: 0, target_db: self.closed_db, ..self.hold };
        self.envelope.set(f64::from(self.closed_db));
        self.look_ahead.reset();
        self.position = Position::default();
        self.reduction = Reduction::default();
    }
}
