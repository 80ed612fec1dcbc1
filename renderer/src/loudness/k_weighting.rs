//! BS.1770-5 Annex 1: the K-weighting, for several channels at once in the lanes of a vector register.
//!
//! The shelf is a transposed direct form. The high-pass, whose poles lie so near the unit circle that a direct form in `f32`
//! would be noisy, is two accumulators: with y = x − s, u the sum of all y, and s growing by c2·u + (c1 + c2)·y,
//! H = (1 − z⁻¹)² / (1 − (2 − c1 − c2) z⁻¹ + (1 − c1) z⁻²), and rounding is shaped away from the sound.

use std::f64::consts::PI;
use std::ops::Range;

use multiversion::{multiversion, target::target_cfg_f};

use super::multiply_add;

/// Frames that are turned from planes into lanes at a time.
const TILE: usize = 32;
/// Channels that are turned at a time.
const QUAD: usize = 4;
/// Channels of a group.
const LANES: usize = 4 * QUAD;
/// Below this a state is as good as zero: it is made so before its numbers become subnormal and slow.
const NOTHING: f32 = 1e-15;

/// The coefficients at one sample rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coefficients {
    b: [f32; 3],
    /// Negated, so that they are added.
    a: [f32; 2],
    /// c1 + c2, c2.
    c: [f32; 2],
}

/// The analogue prototypes behind the coefficients that the Recommendation prints for 48 kHz, transformed bilinearly to
/// `rate`: shelf (b0, b1, b2, a1, a2), and c1 and c2 of the high-pass.
fn design(rate: f64) -> ([f64; 5], [f64; 2]) {
    const SHELF_HZ: f64 = 1681.974450955533;
    const SHELF_DB: f64 = 3.999843853973347;
    const SHELF_Q: f64 = 0.7071752369554196;
    const SHELF_BAND_EXPONENT: f64 = 0.4996667741545416;
    const HIGH_PASS_HZ: f64 = 38.13547087602444;
    const HIGH_PASS_Q: f64 = 0.5003270373238773;

    let k = (PI * SHELF_HZ / rate).tan();
    let high = 10f64.powf(SHELF_DB / 20.0);
    let band = high.powf(SHELF_BAND_EXPONENT) * k / SHELF_Q;
    let a0 = 1.0 + k / SHELF_Q + k * k;
    let shelf = [
        (high + band + k * k) / a0,
        2.0 * (k * k - high) / a0,
        (high - band + k * k) / a0,
        2.0 * (k * k - 1.0) / a0,
        (1.0 - k / SHELF_Q + k * k) / a0,
    ];
    let k = (PI * HIGH_PASS_HZ / rate).tan();
    let a0 = 1.0 + k / HIGH_PASS_Q + k * k;
    // c1 = 1 − a2 and c2 = 1 + a1 + a2, without the difference of near numbers.
    (shelf, [2.0 * k / HIGH_PASS_Q / a0, 4.0 * k * k / a0])
}

impl Coefficients {
    pub(super) fn new(sample_rate: u32) -> Self {
        let ([b0, b1, b2, a1, a2], [c1, c2]) = design(f64::from(sample_rate));
        Self {
            b: [b0, b1, b2].map(|b| b as f32),
            a: [-a1, -a2].map(|a| a as f32),
            c: [(c1 + c2) as f32, c2 as f32],
        }
    }
}

/// Up to [`LANES`] channels that are filtered together: what the filters remember, and the sum of their squared output.
#[derive(Clone, Copy, Debug)]
struct Group {
    s1: [f32; LANES],
    s2: [f32; LANES],
    s: [f32; LANES],
    u: [f32; LANES],
    sum: [f32; LANES],
}

/// Frames of four channels each; silence where there is none.
type Tile = [[[f32; QUAD]; TILE]; LANES / QUAD];

impl Group {
    const SILENT: Self =
        Self { s1: [0.0; LANES], s2: [0.0; LANES], s: [0.0; LANES], u: [0.0; LANES], sum: [0.0; LANES] };

    /// The sums so far; they start anew.
    fn take(&mut self) -> [f32; LANES] {
        for state in [&mut self.s1, &mut self.s2, &mut self.s, &mut self.u] {
            for value in state {
                *value = if value.abs() < NOTHING { 0.0 } else { *value };
            }
        }
        std::mem::replace(&mut self.sum, [0.0; LANES])
    }
}

/// Planes of samples, `stride` apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planes<'a> {
    pub(super) samples: &'a [f32],
    pub(super) stride: usize,
}

impl<'a> Planes<'a> {
    /// Four of the planes `rows`; silence where there are fewer.
    fn quad(self, rows: &[usize], frames: Range<usize>) -> [&'a [f32]; QUAD] {
        const SILENCE: &[f32] = &[0.0; TILE];
        std::array::from_fn(|lane| match rows.get(lane) {
            Some(row) => &self.samples[row * self.stride..][frames.clone()],
            None => &SILENCE[..frames.len()],
        })
    }
}

/// K-weights channels and sums their squares.
#[derive(Clone, Debug)]
pub(super) struct KWeighting {
    coefficients: Coefficients,
    rows: Vec<usize>,
    /// And room for the frames that are turned.
    groups: Vec<(Group, Tile)>,
}

impl KWeighting {
    /// Of the planes `rows`.
    pub(super) fn new(sample_rate: u32, rows: Vec<usize>) -> Self {
        let group = |_: &[usize]| (Group::SILENT, [[[0.0; QUAD]; TILE]; LANES / QUAD]);
        let groups = rows.chunks(LANES).map(group).collect();
        Self { coefficients: Coefficients::new(sample_rate), rows, groups }
    }

    /// Takes in `frames` of every plane.
    pub(super) fn add(&mut self, planes: Planes<'_>, frames: Range<usize>) {
        for ((group, tile), rows) in self.groups.iter_mut().zip(self.rows.chunks(LANES)) {
            for start in frames.clone().step_by(TILE) {
                let piece = start..frames.end.min(start + TILE);
                for (rows, turned) in rows.chunks(QUAD).zip(&mut *tile) {
                    turn(&planes.quad(rows, piece.clone()), &mut turned[..piece.len()]);
                }
                filter(tile, piece.len(), group, &self.coefficients);
            }
        }
    }

    /// The sum of squares of every plane since the last time, to `sums`.
    pub(super) fn take(&mut self, sums: &mut Vec<f32>) {
        sums.clear();
        self.groups.iter_mut().for_each(|(group, _)| sums.extend(group.take()));
        sums.truncate(self.rows.len());
    }
}

/// Four planes to one sequence of frames.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn turn(rows: &[&[f32]; QUAD], frames: &mut [[f32; QUAD]]) {
    let n = frames.len();
    let [a, b, c, d] = rows;
    let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
    for i in 0..n {
        frames[i] = [a[i], b[i], c[i], d[i]];
    }
}

/// Filters `count` frames.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn filter(tile: &Tile, count: usize, group: &mut Group, coefficients: &Coefficients) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let Coefficients { b: [b0, b1, b2], a: [a1, a2], c: [c1, c2] } = *coefficients;
    // Locals stay in registers.
    let Group { mut s1, mut s2, mut s, mut u, mut sum } = *group;
    let [first, second, third, fourth] = tile.each_ref().map(|quad| &quad[..count]);
    for n in 0..count {
        let mut x = [0.0; LANES];
        x[..QUAD].copy_from_slice(&first[n]);
        x[QUAD..2 * QUAD].copy_from_slice(&second[n]);
        x[2 * QUAD..3 * QUAD].copy_from_slice(&third[n]);
        x[3 * QUAD..].copy_from_slice(&fourth[n]);
        for l in 0..LANES {
            let shelved = multiply_add(b0, x[l], s1[l], fused);
            s1[l] = multiply_add(a1, shelved, multiply_add(b1, x[l], s2[l], fused), fused);
            s2[l] = multiply_add(a2, shelved, b2 * x[l], fused);
            let y = shelved - s[l];
            s[l] = multiply_add(c1, y, multiply_add(c2, u[l], s[l], fused), fused);
            u[l] += y;
            sum[l] = multiply_add(y, y, sum[l], fused);
        }
    }
    *group = Group { s1, s2, s, u, sum };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BS.1770-5 Annex 1, tables 1 and 2, at 48 kHz.
    #[test]
    fn the_design_gives_the_printed_coefficients() {
        let (shelf, [c1, c2]) = design(48_000.0);
        let printed =
            [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585];
        for (ours, printed) in shelf.iter().zip(printed) {
            assert!((ours - printed).abs() < 1e-13, "{ours} is not {printed}");
        }
        let (a1, a2) = (c1 + c2 - 2.0, 1.0 - c1);
        assert!((a1 + 1.99004745483398).abs() < 1e-13 && (a2 - 0.99007225036621).abs() < 1e-13);
    }

    /// The slow twin: direct forms in double precision, one channel at a time.
    fn mean_square(samples: &[f32], rate: u32) -> f64 {
        let ([b0, b1, b2, a1, a2], [c1, c2]) = design(f64::from(rate));
        let (h1, h2) = (c1 + c2 - 2.0, 1.0 - c1);
        let (mut x, mut y, mut z) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        let mut sum = 0.0;
        for sample in samples {
            let new_x = f64::from(*sample);
            let new_y = b0 * new_x + b1 * x[0] + b2 * x[1] - a1 * y[0] - a2 * y[1];
            let new_z = new_y - 2.0 * y[0] + y[1] - h1 * z[0] - h2 * z[1];
            (x, y, z) = ([new_x, x[0]], [new_y, y[0]], [new_z, z[0]]);
            sum += new_z * new_z;
        }
        sum
    }

    #[test]
    fn single_precision_equals_double_at_every_rate_and_width() {
        /// dB. An order below the 0.01 LU that a meter shows; above 192 kHz rounded coefficients cost a little more.
        const TOLERANCE: [f64; 2] = [1e-3, 3e-3];
        for rate in [8_000, 44_100, 48_000, 96_000, 192_000, 768_000] {
            for channels in [1, 2, 5, 12, 16, 17, 24] {
                // A tone of its own frequency in each channel; 20 Hz beside DC is the hardest.
                let tone = |channel: usize| {
                    let step =
                        20.0 * 1.5f64.powi(channel as i32 % 12) * std::f64::consts::TAU / f64::from(rate);
                    (0..2 * TILE + 4801)
                        .map(|n| (0.3 + 0.5 * (step * n as f64).sin()) as f32)
                        .collect::<Vec<f32>>()
                };
                let rows: Vec<Vec<f32>> = (0..channels).map(tone).collect();
                let frames = rows[0].len();
                let samples = rows.concat();
                let mut weighting = KWeighting::new(rate, (0..channels).collect());
                let mut sums = Vec::new();
                for range in [0..5, 5..4000, 4000..frames] {
                    weighting.add(Planes { samples: &samples, stride: frames }, range);
                }
                weighting.take(&mut sums);
                assert_eq!(sums.len(), channels);
                for (row, sum) in rows.iter().zip(&sums) {
                    let error = 10.0 * (f64::from(*sum) / mean_square(row, rate)).log10();
                    assert!(
                        error.abs() < TOLERANCE[usize::from(rate > 192_000)],
                        "{rate} Hz, {channels} channels: {error} dB"
                    );
                }
            }
        }
    }
}
