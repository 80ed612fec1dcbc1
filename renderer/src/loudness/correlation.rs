//! Phase correlation of pairs of loudspeakers that mirror each other.

use multiversion::multiversion;

use super::MeterChannel;

/// Sums that run side by side.
const LANES: usize = 16;

/// A left channel and its right one.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) products: f64,
}

/// The pairs `M+030`/`M-030` and so on, in the order of their left channels.
pub(super) fn pairs(channels: &[MeterChannel]) -> Vec<Pair> {
    let right_of = |left: &MeterChannel| {
        let mirrored = left.name.replacen('+', "-", 1);
        let is_right = |channel: &MeterChannel| channel.name == mirrored && mirrored != left.name;
        channels.iter().position(is_right)
    };
    let pair = |(left, channel)| Some(Pair { left, right: right_of(channel)?, products: 0.0 });
    channels.iter().enumerate().filter_map(pair).collect()
}

/// Sum of the products of two rows of the same length, a multiple of 16.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
pub(super) fn products(left: &[f32], right: &[f32]) -> f64 {
    let (left, right) = (left.as_chunks::<LANES>().0, right.as_chunks::<LANES>().0);
    let count = left.len().min(right.len());
    let (left, right) = (&left[..count], &right[..count]);
    let mut sum = [0.0_f32; LANES];
    for n in 0..count {
        for l in 0..LANES {
            sum[l] += left[n][l] * right[n][l];
        }
    }
    sum.iter().map(|lane| f64::from(*lane)).sum()
}

/// +1 in phase, −1 in opposite phase, 0 unrelated; `None` when one of them is silent.
pub(super) fn coefficient(products: f64, left_squares: f64, right_squares: f64) -> Option<f64> {
    let scale = (left_squares * right_squares).sqrt();
    (scale > 0.0).then(|| (products / scale).clamp(-1.0, 1.0))
}
