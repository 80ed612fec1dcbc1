//! What every pass through a delay of a network takes away: a loss in decibels in proportion to the delay's length, so that
//! all delays die away in the same time, with a time of its own for each of three bands.

use std::f64::consts::{PI, SQRT_2};

use formats::scene::chain;
use multiversion::{multiversion, target::target_cfg_f};

use crate::mix::fused::multiply_add;
use crate::mix::grid::NOTHING;

/// Two shelves for each line, in lanes: b0, b1, b2, −a1, −a2 of each, then the two states.
#[derive(Clone, Debug)]
pub(super) struct Absorption {
    lines: usize,
    /// Five rows for each shelf.
    coefficients: Vec<f64>,
    /// Two rows for each shelf.
    states: Vec<f64>,
}

/// Rows of one shelf.
const ROWS: usize = 5;

/// dB that a delay of so many samples loses for a decay of so many seconds.
fn loss_db(samples: usize, rate: f64, seconds: f64) -> f64 {
    -60.0 * samples as f64 / (rate * seconds)
}

/// The coefficients of A (A s² + √(2A) s + 1) / (s² + √(2A) s + A), A² being the gain of what is high, or, turned over, of
/// what is low; by the bilinear transform. Its magnitude goes evenly from the one to the other.
fn shelf(gain_db: f64, frequency_hz: f64, rate: f64, high: bool) -> [f64; ROWS] {
    let a = 10f64.powf(gain_db / 40.0);
    let bend = SQRT_2 * a.sqrt();
    let (numerator, denominator) =
        if high { ([a, a * bend, a * a], [a, bend, 1.0]) } else { ([a * a, a * bend, a], [1.0, bend, a]) };
    // s is (1 − z⁻¹) / (1 + z⁻¹) over k.
    let k = (PI * frequency_hz / rate).tan();
    let transformed = |[c0, c1, c2]: [f64; 3]| {
        [c0 * k * k + c1 * k + c2, 2.0 * (c0 * k * k - c2), c0 * k * k - c1 * k + c2]
    };
    let (b, a) = (transformed(numerator), transformed(denominator));
    [b[0] / a[0], b[1] / a[0], b[2] / a[0], -a[1] / a[0], -a[2] / a[0]]
}

impl Absorption {
    pub(super) fn new(parameters: &chain::Fdn, delays: &[usize], rate: f64) -> Self {
        let lines = delays.len();
        let mut coefficients = vec![0.0; 2 * ROWS * lines];
        for (line, delay) in delays.iter().enumerate() {
            let loss = |seconds| loss_db(*delay, rate, seconds);
            let middle = loss(parameters.decay_mid_s);
            let top = rate / 2.0 * 0.95;
            let low = shelf(loss(parameters.decay_low_s) - middle, parameters.low_hz, rate, false);
            let high = shelf(loss(parameters.decay_high_s) - middle, parameters.high_hz.min(top), rate, true);
            let gain = 10f64.powf(middle / 20.0);
            for row in 0..ROWS {
                let factor = if row < 3 { gain } else { 1.0 };
                coefficients[row * lines + line] = low[row] * factor;
                coefficients[(ROWS + row) * lines + line] = high[row];
            }
        }
        Self { lines, coefficients, states: vec![0.0; 4 * lines] }
    }

    /// Filters frames of one sample of each line, one frame after the other, in place.
    pub(super) fn process(&mut self, frames: &mut [f64]) {
        let Self { lines, coefficients, states } = self;
        let (low, high) = coefficients.split_at(ROWS * *lines);
        let (states_low, states_high) = states.split_at_mut(2 * *lines);
        for frame in frames.chunks_exact_mut(*lines) {
            shelve(low, states_low, frame);
            shelve(high, states_high, frame);
        }
    }

    /// States that have died away become exactly zero.
    pub(super) fn settle(&mut self) {
        for value in &mut self.states {
            if value.abs() < NOTHING {
                *value = 0.0;
            }
        }
    }

    pub(super) fn reset(&mut self) {
        self.states.fill(0.0);
    }
}

/// One frame through one shelf of every line.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
fn shelve(coefficients: &[f64], states: &mut [f64], frame: &mut [f64]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let lines = frame.len();
    let (b0, rest) = coefficients.split_at(lines);
    let (b1, rest) = rest.split_at(lines);
    let (b2, rest) = rest.split_at(lines);
    let (a1, a2) = rest.split_at(lines);
    let (s1, s2) = states.split_at_mut(lines);
    let (a2, s2) = (&a2[..lines], &mut s2[..lines]);
    for n in 0..lines {
        let x = frame[n];
        let y = multiply_add(b0[n], x, s1[n], fused);
        s1[n] = multiply_add(a1[n], y, multiply_add(b1[n], x, s2[n], fused), fused);
        s2[n] = multiply_add(a2[n], y, b2[n] * x, fused);
        frame[n] = y;
    }
}
