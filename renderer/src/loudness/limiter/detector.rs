//! Where a programme passes the ceiling, between its samples too.
//!
//! What lies between two samples depends on who reconstructs it as soon as there is sound near half the sample rate:
//! a converter, a meter of 12 taps and an ideal filter differ by more than 1 dB in white noise. So four interpolators are
//! asked, from short to long, and the highest answer counts; on sound without the last kilohertz they agree.
//! Each is read sixteen times between two samples: first half-way, then in eighths of what is left.

use multiversion::{multiversion, target::target_cfg_f};

use crate::loudness::multiply_add;
pub(super) use crate::loudness::true_peak::PART;
use crate::loudness::true_peak::{FINE_TAPS, bounds, magnitude, refine, scaled, windowed_sinc};

/// The interpolators: samples that are seen on either side, and the Kaiser window's shape. The second is the one that
/// [`Meter`](crate::loudness::Meter) reads true peaks with.
const INTERPOLATORS: [(usize, f64); 4] = [(6, 5.0), (12, 5.0), (32, 7.0), (128, 6.0)];
/// Taps are taken four at a time.
const TAPS_TOGETHER: usize = 4;
/// Taps of a value between two of the doubled samples.
const FINE_BETA: f64 = 6.0;
/// Values between two of the doubled samples.
const FINE_PHASES: usize = 7;
/// Half-way values before and after a part that its fine values see.
const MARGIN: usize = 2;
const HALVES: usize = PART + 2 * MARGIN;
/// Frames before and after a part that its interpolation sees, at most.
pub(super) const REACH: usize = 128 + MARGIN;
/// Bounds are computed in double precision and compared in single.
const SAFETY: f64 = 1.0001;

/// Looks for values above a ceiling.
#[derive(Clone, Debug)]
pub(super) struct Detector {
    ceiling: f32,
    interpolators: Vec<Interpolator>,
    fine: [[f32; FINE_TAPS]; FINE_PHASES],
    /// How many times the largest of samples and half-way values a fine value can be.
    fine_bound: f32,
}

#[derive(Clone, Debug)]
struct Interpolator {
    /// For a value half-way, from the nearest outwards.
    half: Vec<f32>,
    /// How many times the largest sample any value can be.
    bound: f32,
    /// Parts before and after one that it sees.
    parts: usize,
}

impl Detector {
    pub(super) fn new(ceiling: f32) -> Self {
        let width = FINE_TAPS as f64 / 2.0;
        let fine: [[f64; FINE_TAPS]; FINE_PHASES] = std::array::from_fn(|phase| {
            let phase = (phase + 1) as f64 / (FINE_PHASES + 1) as f64;
            let tap = |k: usize| windowed_sinc(k as f64 - (width - 1.0) - phase, width, FINE_BETA);
            scaled(std::array::from_fn(tap), 1.0)
        });
        let sum = |taps: &[f64]| taps.iter().map(|tap| tap.abs()).sum::<f64>();
        let fine_bound = fine.iter().map(|taps| sum(taps)).fold(1.0, f64::max);
        let interpolator = |(taps, beta): (usize, f64)| {
            let mut half: Vec<f64> =
                (0..taps).map(|j| windowed_sinc(j as f64 + 0.5, taps as f64, beta)).collect();
            let total: f64 = half.iter().sum();
            half.iter_mut().for_each(|tap| *tap *= 0.5 / total);
            let refined = fine.iter().map(|taps| bounds(&half, taps).0);
            let bound = refined.fold((2.0 * sum(&half)).max(1.0), f64::max) * SAFETY;
            half.resize(taps.next_multiple_of(TAPS_TOGETHER), 0.0);
            let half: Vec<f32> = half.into_iter().map(|tap| tap as f32).collect();
            let parts = (half.len() + MARGIN).div_ceil(PART);
            Interpolator { half, bound: bound as f32, parts }
        };
        Self {
            ceiling,
            interpolators: INTERPOLATORS.map(interpolator).to_vec(),
            fine: fine.map(|taps| taps.map(|tap| tap as f32)),
            fine_bound: (fine_bound * SAFETY) as f32,
        }
    }

    /// Raises `peaks[n]` to the magnitude of what there is from frame n of a part up to the next frame, where that can be above the
    /// ceiling. `row` are a channel's samples, `cells` the magnitudes of its parts; both go on for [`REACH`] frames at
    /// least before and after `part`.
    pub(super) fn search(&self, row: &[f32], cells: &[f32], part: usize, peaks: &mut [f32; PART]) {
        let at = part * PART;
        let samples = &row[at..at + PART];
        if cells[part] > self.ceiling {
            raise(samples, peaks);
        }
        for interpolator in &self.interpolators {
            let seen = &cells[part - interpolator.parts..=part + interpolator.parts];
            let seen = seen.iter().fold(0.0_f32, |most, cell| most.max(*cell));
            if seen * interpolator.bound <= self.ceiling {
                continue;
            }
            let mut halves = [0.0; HALVES];
            half_way(&interpolator.half, &row[at - MARGIN - (interpolator.half.len() - 1)..], &mut halves);
            let near = magnitude(&row[at - MARGIN..at + PART + MARGIN + 1]);
            if magnitude(&halves).max(near) * self.fine_bound <= self.ceiling {
                continue;
            }
            raise(&halves[MARGIN..], peaks);
            let near = &row[at - MARGIN..];
            refine(&self.fine, near, &halves, peaks);
        }
    }
}

/// Raises `peaks` to the magnitudes of `values`.
fn raise(values: &[f32], peaks: &mut [f32]) {
    for (peak, value) in peaks.iter_mut().zip(values) {
        *peak = if value.abs() > *peak { value.abs() } else { *peak };
    }
}

/// `out[n]` is half-way between `samples[n + taps.len() - 1]` and the next.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn half_way(taps: &[f32], samples: &[f32], out: &mut [f32; HALVES]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (quads, _) = taps.as_chunks::<TAPS_TOGETHER>();
    for (j, quad) in quads.iter().enumerate() {
        let before = &samples[taps.len() - (j + 1) * TAPS_TOGETHER..][..HALVES + 3];
        let after = &samples[taps.len() + j * TAPS_TOGETHER..][..HALVES + 3];
        for n in 0..HALVES {
            let mut sum = multiply_add(quad[0], before[n + 3] + after[n], out[n], fused);
            sum = multiply_add(quad[1], before[n + 2] + after[n + 1], sum, fused);
            sum = multiply_add(quad[2], before[n + 1] + after[n + 2], sum, fused);
            out[n] = multiply_add(quad[3], before[n] + after[n + 3], sum, fused);
        }
    }
}
