//! The virtual sources of the extent panner: evenly spaced samples of each axis, and the logarithms of the
//! point gains that a loudspeaker has for them. Tables of a layout, made once.
//!
//! On a line of loudspeakers, the gain for a sample depends on the two loudspeakers next to it alone. So
//! one table per pair of coordinates serves every line, whatever a zone excludes from it.

use multiversion::multiversion;

use super::grid::{Line, MAX_COORDINATES, members};

/// Samples per axis at most.
pub(super) const MAX_SAMPLES: usize = 40;

/// Sums run in so many lanes, for the vector unit.
const LANES: usize = 8;

/// The exponent of all but the largest sizes; the powers of the gains are kept for it.
pub(super) const USUAL_EXPONENT: f64 = 6.0;

/// 10^−6.5, −130 dB: sums below this count as nothing.
const SILENT_SHARE: f64 = 3.162_277_660_168_379e-7;

/// A number for each sample of an axis.
pub(super) type PerSample = [f64; MAX_SAMPLES];

/// Samples of one axis and the tables for its loudspeakers.
#[derive(Clone, Debug)]
pub(super) struct AxisSamples {
    /// Ascending.
    pub(super) samples: Vec<f64>,
    /// By coordinate: the index of the first sample that isn't before it, and of the first after it.
    reach: Vec<(usize, usize)>,
    /// By lower coordinate times [`MAX_COORDINATES`] plus upper one.
    pairs: Vec<Pair>,
}

/// The gains of two neighbouring loudspeakers for the samples between them.
#[derive(Clone, Debug, Default)]
struct Pair {
    lower: Gains,
    upper: Gains,
}

/// The gains of one loudspeaker for the samples between it and its neighbour.
#[derive(Clone, Debug, Default)]
struct Gains {
    /// Natural logarithms.
    logs: Vec<f64>,
    /// To the power [`USUAL_EXPONENT`].
    powers: Vec<f64>,
}

/// What the samples give to one coordinate: each sample's gain times its weight, to the power p.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    /// Of all samples.
    pub(super) sum: f64,
    /// Of the first sample.
    pub(super) first: f64,
    /// Of the last sample.
    pub(super) last: f64,
}

impl AxisSamples {
    /// `count` samples from `start` to `end`, for loudspeakers at `coordinates`, ascending.
    pub(super) fn new(start: f64, end: f64, count: usize, coordinates: &[f64]) -> Self {
        let step = (end - start) / (count - 1) as f64;
        let samples: Vec<f64> =
            (0..count).map(|i| if i + 1 == count { end } else { i as f64 * step + start }).collect();
        let reach: Vec<(usize, usize)> = (coordinates.iter())
            .map(|at| (samples.partition_point(|s| s < at), samples.partition_point(|s| s <= at)))
            .collect();
        let mut pairs = vec![Pair::default(); MAX_COORDINATES * MAX_COORDINATES];
        for upper in 0..coordinates.len() {
            for lower in 0..upper {
                let between = &samples[reach[lower].1..reach[upper].0];
                pairs[lower * MAX_COORDINATES + upper] =
                    Pair::new(between, coordinates[lower], coordinates[upper]);
            }
        }
        Self { samples, reach, pairs }
    }

    /// The share of each coordinate of `line` into `shares` by coordinate, for samples whose weights to the power
    /// `p` are `weights`.
    pub(super) fn shares(
        &self,
        line: Line,
        p: f64,
        weights: &PerSample,
        shares: &mut [Share; MAX_COORDINATES],
    ) {
        let weights = &weights[..self.samples.len()];
        let mut previous: Option<usize> = None;
        for at in members(line) {
            let (from, to) = self.reach[at];
            let mut share = Share::default();
            match previous {
                // Below the lowest loudspeaker all goes to it.
                None => share.add_alone(0..to, weights),
                Some(lower) => {
                    let pair = &self.pairs[lower * MAX_COORDINATES + at];
                    let start = self.reach[lower].1;
                    share.add(&pair.upper, start, p, weights);
                    shares[lower].add(&pair.lower, start, p, weights);
                    share.add_alone(from..to, weights);
                }
            }
            shares[at] = share;
            previous = Some(at);
        }
        if let Some(highest) = previous {
            shares[highest].add_alone(self.reach[highest].1..weights.len(), weights);
        }
        for at in members(line) {
            if shares[at].sum < SILENT_SHARE {
                shares[at].sum = 0.0;
            }
        }
    }
}

impl Pair {
    fn new(samples: &[f64], lower: f64, upper: f64) -> Self {
        let angle = |sample: &f64| (sample - lower) / (upper - lower) * std::f64::consts::PI / 2.0;
        Self {
            lower: Gains::new(samples.iter().map(|s| angle(s).cos().ln()).collect()),
            upper: Gains::new(samples.iter().map(|s| angle(s).sin().ln()).collect()),
        }
    }
}

impl Gains {
    fn new(logs: Vec<f64>) -> Self {
        let mut powers = vec![0.0; logs.len()];
        powers_of(&logs, USUAL_EXPONENT, &mut powers);
        Self { logs, powers }
    }
}

impl Share {
    /// Adds the samples from `start` on that `gains` are for.
    fn add(&mut self, gains: &Gains, start: usize, p: f64, weights: &[f64]) {
        let used = gains.logs.len();
        if used == 0 {
            return;
        }
        let mut unusual = [0.0; MAX_SAMPLES];
        let powers = if p == USUAL_EXPONENT {
            &gains.powers
        } else {
            powers_of(&gains.logs, p, &mut unusual);
            &unusual[..used]
        };
        self.sum += sum_of_products(powers, &weights[start..]);
        if start == 0 {
            self.first = powers[0] * weights[0];
        }
        if start + used == weights.len() {
            self.last = powers[used - 1] * weights[weights.len() - 1];
        }
    }

    /// Adds samples that this coordinate has alone, with gain 1.
    fn add_alone(&mut self, range: std::ops::Range<usize>, weights: &[f64]) {
        if range.is_empty() {
            return;
        }
        if range.start == 0 {
            self.first = weights[0];
        }
        if range.end == weights.len() {
            self.last = weights[weights.len() - 1];
        }
        self.sum += weights[range].iter().sum::<f64>();
    }
}

/// Numbers to the power `p`, from their natural logarithms, which times `p` are at most 0.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2"))]
#[allow(clippy::needless_range_loop)]
pub(super) fn powers_of(logs: &[f64], p: f64, powers: &mut [f64]) {
    let powers = &mut powers[..logs.len()];
    for n in 0..logs.len() {
        powers[n] = exp(p * logs[n]);
    }
}

/// Σ a · b over the samples of `a`, in lanes of [`LANES`].
#[inline(always)]
fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (a_groups, a_rest) = a.as_chunks::<LANES>();
    let (b_groups, b_rest) = b[..a.len()].as_chunks::<LANES>();
    for (a, b) in a_groups.iter().zip(b_groups) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// e^x for x ≤ 0, to a few units in the last place; below −700, next to nothing.
///
/// Straight-line code, because an extent needs some five hundred of these and the compiler can then
/// compute several at once, which it can't with calls of `f64::exp`.
#[inline(always)]
fn exp(x: f64) -> f64 {
    /// Adding this leaves the nearest integer in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    /// ln 2 in two parts; the product of the first and an integer below 2^11 is exact.
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// 1/k!, from k = 13 down.
    const SERIES: [f64; 14] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let x = if x < -700.0 { -700.0 } else { x };
    let rounded = x * std::f64::consts::LOG2_E + ROUND;
    let power = rounded - ROUND;
    let rest = x - power * LN_2_HIGH - power * LN_2_LOW;
    let mut series = 0.0;
    for coefficient in SERIES {
        series = series * rest + coefficient;
    }
    series * f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_equals_the_library_function() {
        for step in 0..=70_000 {
            let x = -f64::from(step) / 100.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-15, "{x}");
        }
    }

    #[test]
    fn the_samples_end_exactly_at_the_walls() {
        let axis = AxisSamples::new(-1.0, 1.0, 40, &[-1.0, 0.0, 1.0]);
        assert_eq!((axis.samples[0], axis.samples[39]), (-1.0, 1.0));
        assert_eq!(axis.reach, [(0, 1), (20, 20), (39, 40)]);
    }
}
