//! How a gain moves: towards its target with one time down and another one up.

use multiversion::{multiversion, target::target_cfg_f};

use crate::mix::fused::multiply_add;

/// Nearer than this a gain has arrived, dB.
const ARRIVED_DB: f64 = 1e-9;

/// A gain in dB on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    /// What is left of the distance after one sample.
    down: f64,
    up: f64,
    gain_db: f64,
}

impl Envelope {
    /// A gain that goes 1 − 1/e of its way down in `down_ms` and up in `up_ms`.
    pub(super) fn new(down_ms: f64, up_ms: f64, sample_rate: u32, start_db: f64) -> Self {
        let left = |milliseconds: f64| {
            let samples = milliseconds / 1_000.0 * f64::from(sample_rate);
            if samples > 0.0 { (-1.0 / samples).exp() } else { 0.0 }
        };
        Self { down: left(down_ms), up: left(up_ms), gain_db: start_db }
    }

    /// Replaces targets by gains.
    ///
    /// Which of the two times applies needs no question: of the two gains that they would give it is always the smaller one
    /// where the way down is the faster, and the larger one where it is the slower. So a sample costs one multiplication and one
    /// comparison after the sample before.
    pub(super) fn follow(&mut self, targets_db: &mut [f32]) {
        self.gain_db = follow(self.down, self.up, self.gain_db, targets_db);
    }

    /// A gain that has come to where it rests is exactly that.
    pub(super) fn settle(&mut self, rest_db: f64) {
        if (self.gain_db - rest_db).abs() < ARRIVED_DB {
            self.gain_db = rest_db;
        }
    }

    /// Whether a gain that is there stays there, to the last bit, while that is its target.
    pub(super) fn rests_at(&self, gain_db: f32) -> bool {
        follow(self.down, self.up, f64::from(gain_db), &mut [gain_db]) == f64::from(gain_db)
    }

    /// The times of another one; the gain stays where it is.
    pub(super) fn retime(&mut self, other: &Self) {
        (self.down, self.up) = (other.down, other.up);
    }

    pub(super) fn gain_db(&self) -> f64 {
        self.gain_db
    }

    pub(super) fn set(&mut self, gain_db: f64) {
        self.gain_db = gain_db;
    }
}

/// Replaces targets by gains, the first coming after `gain`; gives the last.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn follow(down: f64, up: f64, mut gain: f64, targets_db: &mut [f32]) -> f64 {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (from_down, from_up) = (1.0 - down, 1.0 - up);
    if down <= up {
        for target in targets_db {
            let aim = f64::from(*target);
            let towards = (aim * from_down, aim * from_up);
            let ways = (multiply_add(gain, down, towards.0, fused), multiply_add(gain, up, towards.1, fused));
            gain = smaller(ways.0, ways.1);
            *target = gain as f32;
        }
    } else {
        for target in targets_db {
            let aim = f64::from(*target);
            let towards = (aim * from_down, aim * from_up);
            let ways = (multiply_add(gain, down, towards.0, fused), multiply_add(gain, up, towards.1, fused));
            gain = larger(ways.0, ways.1);
            *target = gain as f32;
        }
    }
    gain
}

/// One instruction: what `f64::min` does with what is no number costs more.
#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}
