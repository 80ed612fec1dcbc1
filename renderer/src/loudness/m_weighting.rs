//! ISO 21727 table 1: the M-weighting, which is the curve of ITU-R BS.468 made 0 dB at 2 kHz.
//!
//! A symmetric filter with the curve as its amplitude and a phase of a quarter turn, which the curve's rise from 0 Hz asks
//! for: only levels are taken from what comes out. Two thirds of a millisecond hold all of it to 0.1 dB.

use std::f64::consts::TAU;
use std::ops::Range;

use multiversion::{multiversion, target::target_cfg_f};

use super::multiply_add;

/// Length of the filter, seconds.
const LENGTH: f64 = 2.0 / 3000.0;
/// Taps at low rates.
const LEAST_TAPS: usize = 32;
/// Points of the curve that the taps are computed from.
const POINTS: usize = 2048;
/// Taps of one half that are applied together.
const TOGETHER: usize = 4;
/// Where the weighting is 0 dB, Hz.
const UNITY_HZ: f64 = 2000.0;

/// Amplitude of the network in annex 1 of BS.468, by its known rational form, made 1 at 2 kHz.
pub(super) fn amplitude(hertz: f64) -> f64 {
    let network = |f: f64| {
        let even = -4.737338981378384e-24 * f.powi(6) + 2.043828333606125e-15 * f.powi(4)
            - 1.363894795463638e-7 * f.powi(2)
            + 1.0;
        let odd =
            1.306612257412824e-19 * f.powi(5) - 2.118150887518656e-11 * f.powi(3) + 5.559488023498642e-4 * f;
        f / even.hypot(odd)
    };
    network(hertz) / network(UNITY_HZ)
}

/// The filter of one sample rate.
#[derive(Clone, Debug)]
pub(super) struct MWeighting {
    /// The first half of the taps; the second is the same backwards, with the other sign.
    half: Vec<f32>,
}

impl MWeighting {
    pub(super) fn new(sample_rate: u32) -> Self {
        let rate = f64::from(sample_rate);
        let taps = ((rate * LENGTH) as usize).max(LEAST_TAPS).next_multiple_of(2 * TOGETHER);
        let tap = |n: usize| {
            let time = (n as f64 - (taps - 1) as f64 / 2.0) / rate;
            let point = |point: usize| {
                let hertz = (point as f64 + 0.5) / POINTS as f64 * rate / 2.0;
                amplitude(hertz) * (TAU * hertz * time).sin()
            };
            ((0..POINTS).map(point).sum::<f64>() / POINTS as f64) as f32
        };
        Self { half: (0..taps / 2).map(tap).collect() }
    }

    /// Samples in front of the first that is weighted.
    pub(super) fn history(&self) -> usize {
        2 * self.half.len() - 1
    }

    /// The sum of squares of the weighted samples `range` of `samples`, which begin with the history.
    pub(super) fn energy(&self, samples: &[f32], range: Range<usize>) -> f64 {
        let history = self.history();
        range
            .clone()
            .step_by(PIECE)
            .map(|at| {
                let count = PIECE.min(range.end - at);
                f64::from(weigh(&self.half, &samples[at..at + history + count], count))
            })
            .sum()
    }
}

/// Samples that are weighted at a time.
const PIECE: usize = 128;

/// The sum of squares of `count` weighted samples.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn weigh(half: &[f32], samples: &[f32], count: usize) -> f32 {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let mut weighted = [0.0_f32; PIECE];
    let weighted = &mut weighted[..count];
    let last = 2 * half.len() - 1;
    for (group, taps) in half.chunks_exact(TOGETHER).enumerate() {
        let k = group * TOGETHER;
        let [a, b, c, d] = [0, 1, 2, 3].map(|j| &samples[k + j..][..count]);
        let [e, f, g, h] = [0, 1, 2, 3].map(|j| &samples[last - k - j..][..count]);
        for n in 0..count {
            let one = multiply_add(taps[0], a[n] - e[n], weighted[n], fused);
            let two = taps[1] * (b[n] - f[n]);
            let three = multiply_add(taps[2], c[n] - g[n], one, fused);
            weighted[n] = three + multiply_add(taps[3], d[n] - h[n], two, fused);
        }
    }
    let mut sums = [0.0_f32; 16];
    for (n, sample) in weighted.iter().enumerate() {
        sums[n % 16] += sample * sample;
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO 21727:2016 table 1: Hz, dB, tolerance in dB. At 6.3 kHz it says 0.0 with one decimal.
    const TABLE: [(f64, f64, f64); 21] = [
        (31.0, -35.5, 2.0),
        (63.0, -29.5, 1.4),
        (100.0, -25.4, 1.0),
        (200.0, -19.4, 0.85),
        (400.0, -13.4, 0.7),
        (800.0, -7.5, 0.55),
        (1000.0, -5.6, 0.5),
        (2000.0, 0.0, 0.5),
        (3150.0, 3.4, 0.5),
        (4000.0, 4.9, 0.5),
        (5000.0, 6.1, 0.5),
        (6300.0, 6.6, 0.05),
        (7100.0, 6.4, 0.2),
        (8000.0, 5.8, 0.4),
        (9000.0, 4.5, 0.6),
        (10_000.0, 2.5, 0.8),
        (12_500.0, -5.6, 1.2),
        (14_000.0, -10.9, 1.4),
        (16_000.0, -17.3, 1.65),
        (20_000.0, -27.8, 2.0),
        (31_500.0, -48.3, 2.8),
    ];
    /// The same before the zero was moved, to 16 kHz: ITU-R BS.468-4 table 1, Hz and dB.
    const BS468: [(f64, f64); 6] =
        [(31.5, -29.9), (1000.0, 0.0), (2000.0, 5.6), (6300.0, 12.2), (10_000.0, 8.1), (16_000.0, -11.7)];

    #[test]
    fn the_curve_is_that_of_bs468_moved() {
        for (hertz, decibels) in BS468 {
            let error = 20.0 * amplitude(hertz).log10() + 5.629 - decibels;
            assert!(error.abs() < 0.15, "{hertz} Hz: {error} dB");
        }
    }

    /// Sines through the filter itself, at each rate.
    #[test]
    fn sines_come_out_as_the_standard_has_them() {
        for rate in [44_100_u32, 48_000, 96_000, 192_000] {
            let weighting = MWeighting::new(rate);
            for (hertz, decibels, tolerance) in TABLE.iter().filter(|row| row.0 < f64::from(rate) / 2.0) {
                let step = TAU * hertz / f64::from(rate);
                let frames = rate as usize / 2;
                let sine: Vec<f32> =
                    (0..frames + weighting.history()).map(|n| (step * n as f64).sin() as f32).collect();
                let mean = weighting.energy(&sine, 0..frames) / frames as f64;
                let error = 10.0 * (2.0 * mean).log10() - decibels;
                assert!(error.abs() < *tolerance, "{rate} Hz, {hertz} Hz: {error} dB");
            }
        }
    }

    /// The slow twin: the sum that a filter is, in double precision.
    #[test]
    fn the_sum_of_squares_is_that_of_a_plain_convolution() {
        let weighting = MWeighting::new(48_000);
        let taps: Vec<f64> = weighting
            .half
            .iter()
            .map(|tap| f64::from(*tap))
            .chain(weighting.half.iter().rev().map(|tap| -f64::from(*tap)))
            .collect();
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as i32 as f32 / 2_147_483_648.0
        };
        let samples: Vec<f32> = (0..weighting.history() + 1000).map(|_| random()).collect();
        for range in [0..1, 0..1000, 3..131, 500..999] {
            let weighted = |n: usize| -> f64 {
                taps.iter().zip(&samples[n..]).map(|(tap, sample)| tap * f64::from(*sample)).sum()
            };
            let expected: f64 = range.clone().map(|n| weighted(n).powi(2)).sum();
            let found = weighting.energy(&samples, range);
            assert!((found - expected).abs() < 1e-5 * expected, "{found} {expected}");
        }
    }
}
