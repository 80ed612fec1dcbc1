//! BS.1770-5 Annex 2: true peak, by oversampling in two steps and only where it can matter.
//!
//! Eight times at 48 kHz, so that a peak between samples is read no more than 0.14 dB too low. First one value half-way between
//! any two samples, then those at quarters of the distances that are left. Each step has a bound: no value it
//! makes is larger than the largest sample it sees times the sum of its taps' magnitudes. What a bound shows to
//! be below the peak so far is not computed; the result is the same.

use std::f64::consts::PI;

use multiversion::{multiversion, target::target_cfg_f};

use super::multiply_add;

/// Frames that are looked at together.
pub(super) const SEGMENT: usize = 128;
/// Frames before and after a segment that its interpolation sees, at most.
pub(super) const REACH: usize = 32;

/// Taps on either side of a value half-way between two samples.
const HALF_TAPS: usize = 12;
/// Taps of a value between two of the doubled samples.
pub(super) const FINE_TAPS: usize = 8;
/// Frames before and after a segment for which half-way values are needed, and a little more to fill vectors.
const MARGIN: usize = 8;
/// Frames that are refined together.
pub(super) const PART: usize = SEGMENT / 2;
/// Of the Kaiser windows: passbands to 0.44 of the sample rate, ripples below 0.02 dB.
const HALF_BETA: f64 = 5.0;
const FINE_BETA: f64 = 5.5;
/// Bounds are computed in double precision and compared in single.
const SAFETY: f64 = 1.0001;

/// The interpolators of one sample rate.
#[derive(Clone, Debug)]
pub(super) struct TruePeak {
    half: [f32; HALF_TAPS],
    /// None at high rates.
    fine: Vec<[f32; FINE_TAPS]>,
    /// 1 when there is nothing to interpolate.
    oversampling: u32,
    /// How many times the largest sample anything can be.
    bound: f32,
    /// How many times the largest of samples and half-way values a refined value can be.
    fine_bound: f32,
}

/// The highest value of one channel so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Highest {
    pub(super) value: f32,
    /// The frame it is at or follows.
    pub(super) frame: u64,
}

impl Highest {
    pub(super) fn raise(&mut self, value: f32, frame: u64) {
        if value > self.value {
            *self = Self { value, frame };
        }
    }
}

/// A Kaiser-windowed sinc; both in units of the samples' distance.
pub(super) fn windowed_sinc(x: f64, half_width: f64, beta: f64) -> f64 {
    let bessel = |x: f64| {
        let (mut term, mut sum) = (1.0, 1.0);
        for k in 1..40 {
            term *= (x / (2.0 * f64::from(k))).powi(2);
            sum += term;
        }
        sum
    };
    let window = bessel(beta * (1.0 - (x / half_width).powi(2)).max(0.0).sqrt());
    if x == 0.0 { window } else { window * (PI * x).sin() / (PI * x) }
}

/// `taps`, scaled so that they add up to `sum`.
pub(super) fn scaled<const N: usize>(taps: [f64; N], sum: f64) -> [f64; N] {
    let total: f64 = taps.iter().sum();
    taps.map(|tap| tap * sum / total)
}

impl TruePeak {
    pub(super) fn new(sample_rate: u32) -> Self {
        let (oversampling, phases): (u32, &[f64]) = match sample_rate {
            0..80_000 => (8, &[0.25, 0.5, 0.75]),
            80_000..160_000 => (4, &[0.5]),
            160_000..320_000 => (2, &[]),
            _ => (1, &[]),
        };
        let half = std::array::from_fn(|j| windowed_sinc(j as f64 + 0.5, HALF_TAPS as f64, HALF_BETA));
        let half = scaled::<HALF_TAPS>(half, 0.5);
        let width = FINE_TAPS as f64 / 2.0;
        let tap = |k: usize, phase: f64| windowed_sinc(k as f64 - (width - 1.0) - phase, width, FINE_BETA);
        let fine: Vec<[f64; FINE_TAPS]> =
            phases.iter().map(|phase| scaled(std::array::from_fn(|k| tap(k, *phase)), 1.0)).collect();
        let bounds = fine.iter().map(|taps| bounds(&half, taps));
        let half_bound = 2.0 * half.iter().map(|tap| tap.abs()).sum::<f64>();
        let (bound, fine_bound) =
            bounds.fold((half_bound, 1.0_f64), |most, bounds| (most.0.max(bounds.0), most.1.max(bounds.1)));
        Self {
            half: half.map(|tap| tap as f32),
            fine: fine.iter().map(|taps| taps.map(|tap| tap as f32)).collect(),
            oversampling,
            bound: (bound * SAFETY) as f32,
            fine_bound: (fine_bound * SAFETY) as f32,
        }
    }

    /// How many times the sample rate.
    pub(super) fn oversampling(&self) -> u32 {
        self.oversampling
    }

    /// Looks for values above `highest` between the frames of the segment that starts `REACH` samples into `samples`,
    /// which are as many more at its end; none of them is larger than `peak`. The first of `samples` is frame
    /// `start`, which may be before the programme.
    pub(super) fn search(&self, samples: &[f32], peak: f32, start: i64, highest: &mut Highest) {
        if self.oversampling == 1 || peak * self.bound <= highest.value {
            return;
        }
        let frame = |n: usize| u64::try_from(start.saturating_add(n as i64)).unwrap_or(0);
        let mut halves = [0.0; SEGMENT + 2 * MARGIN];
        half_way(&self.half, &samples[REACH - MARGIN - (HALF_TAPS - 1)..], &mut halves);
        for part in (0..SEGMENT).step_by(PART) {
            // Everything that the refined values of this part see, and a little more to fill vectors.
            let seen = magnitude(&halves[part..][..PART + 2 * MARGIN]);
            let samples = &samples[part + REACH - MARGIN..][..PART + 2 * MARGIN];
            let can_be = |peak: f32| seen.max(peak) * self.fine_bound > highest.value;
            if !can_be(peak) || !can_be(magnitude(samples)) {
                continue;
            }
            let mut raise = |values: &[f32]| {
                let most = magnitude(values);
                if most > highest.value {
                    let at = values.iter().position(|value| value.abs() == most).unwrap_or(0);
                    highest.raise(most, frame(REACH + part + at));
                }
            };
            raise(&halves[part + MARGIN..][..PART]);
            let (e, o) = (&samples[MARGIN - 2..], &halves[part + MARGIN - 2..]);
            let mut most = [0.0; PART];
            refine(&self.fine, e, o, &mut most);
            raise(&most);
        }
    }
}

/// Sums of magnitudes: of a refined value in terms of samples, and in terms of samples and half-way values.
pub(super) fn bounds(half: &[f64], fine: &[f64]) -> (f64, f64) {
    let mut most = 0.0_f64;
    // Taps fall on half-way values and samples in turn, beginning with one or the other.
    for first in [0, 1] {
        let mut taps = vec![0.0; 2 * half.len() + fine.len()];
        for (k, tap) in fine.iter().enumerate() {
            let at = half.len() - 1 + (k + first) / 2;
            if (k + first).is_multiple_of(2) {
                for (j, weight) in half.iter().enumerate() {
                    taps[at - j] += tap * weight;
                    taps[at + 1 + j] += tap * weight;
                }
            } else {
                taps[at + 1] += tap;
            }
        }
        most = most.max(taps.iter().map(|tap| tap.abs()).sum());
    }
    (most, fine.iter().map(|tap| tap.abs()).sum())
}

/// `out[n]` is half-way between `samples[n + 11]` and the next.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn half_way(taps: &[f32; HALF_TAPS], samples: &[f32], out: &mut [f32; SEGMENT + 2 * MARGIN]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let samples = &samples[..SEGMENT + 2 * MARGIN + 2 * HALF_TAPS - 1];
    for n in 0..SEGMENT + 2 * MARGIN {
        let mut sum = 0.0;
        for j in 0..HALF_TAPS {
            let pair = samples[n + HALF_TAPS - 1 - j] + samples[n + HALF_TAPS + j];
            sum = multiply_add(taps[j], pair, sum, fused);
        }
        out[n] = sum;
    }
}

/// Raises `most[n]` to the magnitudes of two values for each row of taps: between sample n and the value half-way to the next, and from
/// there to the next sample. `e` and `o` are samples and half-way values from two frames before.
pub(super) fn refine(taps: &[[f32; FINE_TAPS]], e: &[f32], o: &[f32], most: &mut [f32; PART]) {
    match taps {
        [a, b, c] => refine_with([a, b, c], e, o, most),
        _ => taps.iter().for_each(|taps| refine_with([taps], e, o, most)),
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn refine_with<const ROWS: usize>(
    rows: [&[f32; FINE_TAPS]; ROWS],
    e: &[f32],
    o: &[f32],
    most: &mut [f32; PART],
) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (e, o) = (&e[..PART + 5], &o[..PART + 4]);
    for n in 0..PART {
        // Frame n is at index n + 2.
        let seen = [o[n], e[n + 1], o[n + 1], e[n + 2], o[n + 2], e[n + 3], o[n + 3], e[n + 4], o[n + 4]];
        let mut highest = most[n];
        for row in 0..ROWS {
            let (mut before, mut after) = (0.0, 0.0);
            for k in 0..FINE_TAPS {
                before = multiply_add(rows[row][k], seen[k], before, fused);
                after = multiply_add(rows[row][k], seen[k + 1], after, fused);
            }
            let (before, after) = (before.abs(), after.abs());
            let larger = if before > after { before } else { after };
            highest = if larger > highest { larger } else { highest };
        }
        most[n] = highest;
    }
}

/// The largest magnitude of finite samples.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
pub(super) fn magnitude(samples: &[f32]) -> f32 {
    // Without their signs, floats are in the order of their bits.
    let bits = samples.iter().fold(0, |most: u32, sample| most.max(sample.to_bits() & 0x7fff_ffff));
    f32::from_bits(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: usize = SEGMENT + 2 * REACH;

    fn search(rate: u32, samples: &[f32]) -> Highest {
        let mut highest = Highest::default();
        let meter = TruePeak::new(rate);
        for start in (0..samples.len() - LENGTH).step_by(SEGMENT) {
            let piece = &samples[start..start + LENGTH];
            meter.search(piece, magnitude(piece), start as i64, &mut highest);
        }
        highest
    }

    fn decibels(value: f64) -> f64 {
        20.0 * value.log10()
    }

    /// A sine's true peak is its amplitude. Read at 384 kHz it is too low by cos(π f / 384 kHz) at most.
    #[test]
    fn sines_of_every_frequency_are_read_right() {
        for rate in [44_100, 48_000, 96_000, 192_000] {
            let meter = TruePeak::new(rate);
            for part in [0.01, 0.125, 1.0 / 6.0, 0.25, 0.3, 0.4, 0.43] {
                let step = std::f64::consts::TAU * part * (1.0 + 1e-4);
                let samples: Vec<f32> =
                    (0..40 * SEGMENT).map(|n| (step * n as f64 + 0.3).sin() as f32).collect();
                let error = decibels(f64::from(search(rate, &samples).value));
                let grid = decibels((PI * part / f64::from(meter.oversampling())).cos());
                assert!(error < 0.03 && error > grid - 0.03, "{rate} Hz, {part} of it: {error} dB");
            }
        }
    }

    /// Sums of sines below 0.42 of the rate, whose highest value is found by evaluating them on a grid 64 times as fine.
    #[test]
    fn what_lies_between_the_samples_is_found() {
        /// dB; the true peak of eightfold oversampling at 0.42 of the rate is 0.12 dB too low at most.
        const TOLERANCE: (f64, f64) = (-0.13, 0.04);
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        for _ in 0..20 {
            let sines: Vec<[f64; 3]> = (0..12)
                .map(|_| {
                    [
                        random() / 12.0,
                        random() * 0.42 * std::f64::consts::TAU,
                        random() * std::f64::consts::TAU,
                    ]
                })
                .collect();
            let value = |time: f64| sines.iter().map(|[a, w, p]| a * (w * time + p).sin()).sum::<f64>();
            let frames = 4 * SEGMENT;
            let samples: Vec<f32> = (0..frames + LENGTH).map(|n| value(n as f64) as f32).collect();
            let searched = REACH * 64..(REACH + frames) * 64;
            let truth = searched.map(|n| value(n as f64 / 64.0).abs()).fold(0.0, f64::max);
            let mut highest = Highest::default();
            for sample in &samples[REACH..REACH + frames] {
                highest.raise(sample.abs(), 0);
            }
            highest.raise(search(48_000, &samples).value, 0);
            let error = decibels(f64::from(highest.value) / truth);
            assert!((TOLERANCE.0..TOLERANCE.1).contains(&error), "{error} dB");
        }
    }

    /// The bound is what an unlucky signal reaches, and leaving out what it excludes changes nothing.
    #[test]
    fn bounds_hold_and_skipping_changes_nothing() {
        [48_000, 96_000, 192_000].into_iter().for_each(skips_what_cannot_be);
    }

    fn skips_what_cannot_be(rate: u32) {
        let meter = TruePeak::new(rate);
        let always = TruePeak { bound: f32::MAX, fine_bound: f32::MAX, ..meter.clone() };
        let mut state = 7_u32;
        let mut samples = vec![0.0_f32; 200 * SEGMENT];
        for sample in &mut samples {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = state as i32 as f32 / 2_147_483_648.0;
        }
        // The signs of the taps half-way, which add up to their bound.
        for j in 0..HALF_TAPS {
            let sign = meter.half[j].signum();
            (samples[7000 - j], samples[7001 + j]) = (sign, sign);
        }
        let (mut one, mut other) = (Highest::default(), Highest::default());
        for start in (0..samples.len() - LENGTH).step_by(SEGMENT) {
            let piece = &samples[start..start + LENGTH];
            meter.search(piece, magnitude(piece), start as i64, &mut one);
            always.search(piece, magnitude(piece), start as i64, &mut other);
        }
        assert_eq!(one, other);
        let half_bound = 2.0 * meter.half.iter().map(|tap| tap.abs()).sum::<f32>();
        assert!(one.value >= half_bound * 0.9999 && one.value <= meter.bound, "{} {half_bound}", one.value);
        assert!((6999..=7001).contains(&one.frame), "{}", one.frame);
        assert!(meter.bound < 3.5 && meter.fine_bound < 1.8, "{} {}", meter.bound, meter.fine_bound);
    }
}
