//! Gains on samples (BS.2127-1 §7.4): `output += gain · input` with a constant gain or one that runs along a
//! straight line. Everything else in the renderer exists so that this is all there is left to do.

use multiversion::{multiversion, target::target_cfg_f};

/// A gain along a straight line: `first + n · step` for sample `n` of a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Ramp {
    /// Gain of the chunk's first sample.
    pub first: f32,
    /// Change per sample.
    pub step: f32,
}

/// Adds `gain · input` to `output`, which is at least as long.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
pub(super) fn add_constant(input: &[f32], gain: f32, output: &mut [f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    constant(input, gain, output, fused);
}

/// Adds `input`, faded along `ramp`, to `output`, which is at least as long. The gain is computed from the
/// sample's number, so a long chunk gathers no error.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
pub(super) fn add_ramp(input: &[f32], ramp: Ramp, output: &mut [f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    faded(input, ramp, output, fused);
}

// Plain counting loops over slices of one length: the compiler turns these into whole registers. Chunks of a
// fixed number of lanes it turns into gathers and scatters, twenty times slower.

#[inline(always)]
#[allow(clippy::needless_range_loop)]
fn constant(input: &[f32], gain: f32, output: &mut [f32], fused: bool) {
    let output = &mut output[..input.len()];
    for n in 0..input.len() {
        output[n] = multiply_add(input[n], gain, output[n], fused);
    }
}

#[inline(always)]
#[allow(clippy::needless_range_loop)]
fn faded(input: &[f32], ramp: Ramp, output: &mut [f32], fused: bool) {
    let output = &mut output[..input.len()];
    for n in 0..input.len() {
        let gain = multiply_add(n as i32 as f32, ramp.step, ramp.first, fused);
        output[n] = multiply_add(input[n], gain, output[n], fused);
    }
}

/// `a · b + c`, rounded once where the processor can; elsewhere a fused product would be a slow call.
#[inline(always)]
fn multiply_add(a: f32, b: f32, c: f32, fused: bool) -> f32 {
    if fused { a.mul_add(b, c) } else { a * b + c }
}

/// What a stretch of input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Only zeros.
    Silence,
    /// Finite samples.
    Sound,
    /// At least one NaN or infinity.
    NotFinite,
}

/// Looks at every sample of `input`.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
pub(crate) fn content(input: &[f32]) -> Content {
    const MAGNITUDE: u32 = 0x7fff_ffff;
    let mut largest = 0;
    for n in 0..input.len() {
        largest = (input[n].to_bits() & MAGNITUDE).max(largest);
    }
    match largest {
        0 => Content::Silence,
        bits if bits < f32::INFINITY.to_bits() => Content::Sound,
        _ => Content::NotFinite,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32, length: usize) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn kernels_equal_the_slow_twin_in_double_precision() {
        for length in [0, 1, 15, 16, 17, 255, 1024] {
            let input = noise(1, length);
            let before = noise(2, length);
            let (mut constant, mut ramped) = (before.clone(), before.clone());
            let ramp = Ramp { first: 0.25, step: -0.9 / 1024.0 };
            add_constant(&input, -0.7, &mut constant);
            add_ramp(&input, ramp, &mut ramped);
            for n in 0..length {
                let (x, y) = (f64::from(input[n]), f64::from(before[n]));
                let gain = f64::from(ramp.first) + n as f64 * f64::from(ramp.step);
                assert!((f64::from(constant[n]) - (y + x * f64::from(-0.7f32))).abs() < 2e-7);
                assert!((f64::from(ramped[n]) - (y + x * gain)).abs() < 2e-7);
            }
        }
    }

    #[test]
    fn content_sees_every_sample() {
        for length in [1, 16, 33] {
            for at in 0..length {
                let mut input = vec![0.0; length];
                assert_eq!(content(&input), Content::Silence);
                input[at] = -0.0;
                assert_eq!(content(&input), Content::Silence);
                input[at] = f32::from_bits(1);
                assert_eq!(content(&input), Content::Sound);
                for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                    input[at] = bad;
                    assert_eq!(content(&input), Content::NotFinite);
                }
            }
        }
        assert_eq!(content(&[]), Content::Silence);
    }
}
