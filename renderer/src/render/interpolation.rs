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

/// Samples under a gain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Term<'a> {
    /// One chunk.
    pub input: &'a [f32],
    /// Its gain.
    pub ramp: Ramp,
}

/// Adds `terms`, each at least as long as `output`, to it, in their order: the sum has the same bits as if they were
/// added one by one.
pub(super) fn add_terms(terms: &[Term], output: &mut [f32]) {
    terms.chunks(4).for_each(|terms| add_few::<true>(terms, output));
}

/// The same to an `output` that holds nothing yet, whatever it holds: as if it had been zero.
pub(super) fn set_terms(terms: &[Term], output: &mut [f32]) {
    let (first, later) = terms.split_at(terms.len().min(4));
    add_few::<false>(first, output);
    add_terms(later, output);
}

/// Up to four.
fn add_few<const ADD: bool>(terms: &[Term], output: &mut [f32]) {
    match *terms {
        [a] => add_some([a], output, constant_1::<ADD>, ramp_1::<ADD>),
        [a, b] => add_some([a, b], output, constant_2::<ADD>, ramp_2::<ADD>),
        [a, b, c] => add_some([a, b, c], output, constant_3::<ADD>, ramp_3::<ADD>),
        [a, b, c, d] => add_some([a, b, c, d], output, constant_4::<ADD>, ramp_4::<ADD>),
        _ => {}
    }
}

fn add_some<const N: usize>(
    terms: [Term; N],
    output: &mut [f32],
    constant: fn([&[f32]; N], [f32; N], &mut [f32]),
    ramp: fn([&[f32]; N], [Ramp; N], &mut [f32]),
) {
    let inputs = terms.map(|term| term.input);
    if terms.iter().all(|term| term.ramp.step == 0.0) {
        constant(inputs, terms.map(|term| term.ramp.first), output);
    } else {
        ramp(inputs, terms.map(|term| term.ramp), output);
    }
}

// Plain counting loops over slices of one length: the compiler turns these into whole registers. Chunks of a
// fixed number of lanes it turns into gathers and scatters, twenty times slower. Several inputs at a time, because
// loading and storing the output would otherwise cost as much as all the rest. The gain is computed from the
// sample's number, so a long chunk gathers no error.
macro_rules! kernels {
    ($count:literal, $constant:ident, $ramp:ident, [$($input:ident $gain:ident),+]) => {
        #[multiversion(targets(
            "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
            "x86_64+avx2+fma",
            "aarch64+neon"
        ))]
        #[allow(clippy::needless_range_loop)]
        fn $constant<const ADD: bool>(
            [$($input),+]: [&[f32]; $count],
            [$($gain),+]: [f32; $count],
            output: &mut [f32],
        ) {
            let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
            let frames = output.len();
            $(let $input = &$input[..frames];)+
            for n in 0..frames {
                let mut sum = if ADD { output[n] } else { 0.0 };
                $(sum = multiply_add($input[n], $gain, sum, fused);)+
                output[n] = sum;
            }
        }

        #[multiversion(targets(
            "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
            "x86_64+avx2+fma",
            "aarch64+neon"
        ))]
        #[allow(clippy::needless_range_loop)]
        fn $ramp<const ADD: bool>(
            [$($input),+]: [&[f32]; $count],
            [$($gain),+]: [Ramp; $count],
            output: &mut [f32],
        ) {
            let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
            let frames = output.len();
            $(let $input = &$input[..frames];)+
            for n in 0..frames {
                let at = n as i32 as f32;
                let mut sum = if ADD { output[n] } else { 0.0 };
                $(
                    let gain = multiply_add(at, $gain.step, $gain.first, fused);
                    sum = multiply_add($input[n], gain, sum, fused);
                )+
                output[n] = sum;
            }
        }
    };
}

kernels!(1, constant_1, ramp_1, [a gain_a]);
kernels!(2, constant_2, ramp_2, [a gain_a, b gain_b]);
kernels!(3, constant_3, ramp_3, [a gain_a, b gain_b, c gain_c]);
kernels!(4, constant_4, ramp_4, [a gain_a, b gain_b, c gain_c, d gain_d]);

/// Makes `output` `gain · input`; returns what it holds then.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
pub(super) fn set(input: &[f32], gain: f32, output: &mut [f32]) -> Content {
    let input = &input[..output.len()];
    let mut largest = 0;
    for n in 0..input.len() {
        let sample = gain * input[n];
        output[n] = sample;
        largest = (sample.to_bits() & MAGNITUDE).max(largest);
    }
    Content::of(largest)
}

/// Adds `gain · input` to `output`; returns what it holds then.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
pub(super) fn add(input: &[f32], gain: f32, output: &mut [f32]) -> Content {
    let input = &input[..output.len()];
    let mut largest = 0;
    for n in 0..input.len() {
        let sample = output[n] + gain * input[n];
        output[n] = sample;
        largest = (sample.to_bits() & MAGNITUDE).max(largest);
    }
    Content::of(largest)
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

/// All bits of a sample but its sign.
const MAGNITUDE: u32 = 0x7fff_ffff;

impl Content {
    /// Of samples the largest of which has the magnitude `largest`, as bits.
    #[inline(always)]
    fn of(largest: u32) -> Self {
        match largest {
            0 => Self::Silence,
            bits if bits < f32::INFINITY.to_bits() => Self::Sound,
            _ => Self::NotFinite,
        }
    }
}

/// Looks at every sample of `input`.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
pub(crate) fn content(input: &[f32]) -> Content {
    let mut largest = 0;
    for n in 0..input.len() {
        largest = (input[n].to_bits() & MAGNITUDE).max(largest);
    }
    Content::of(largest)
}

/// Only zeros. Looks no further than it must.
pub(super) fn is_silent(input: &[f32]) -> bool {
    const AT_ONCE: usize = 64;
    input.chunks(AT_ONCE).all(|chunk| content(chunk) == Content::Silence)
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
            for count in 1..10 {
                for moving in [0, 1, count] {
                    let inputs: Vec<Vec<f32>> = (0..count).map(|n| noise(n as u32, length)).collect();
                    let term = |n: usize| {
                        let step = if n < moving { -0.9 / 1024.0 } else { 0.0 };
                        Term { input: &inputs[n], ramp: Ramp { first: 0.25 - n as f32 / 7.0, step } }
                    };
                    let terms: Vec<Term> = (0..count).map(term).collect();
                    let mut output = noise(77, length);
                    let expected = |n: usize, before: f32| {
                        let gain = |ramp: Ramp| f64::from(ramp.first) + n as f64 * f64::from(ramp.step);
                        let one = |term: &Term| f64::from(term.input[n]) * gain(term.ramp);
                        f64::from(before) + terms.iter().map(one).sum::<f64>()
                    };
                    let expected: Vec<f64> = (0..length).map(|n| expected(n, output[n])).collect();
                    let mut one_by_one = output.clone();
                    terms.iter().for_each(|term| add_terms(&[*term], &mut one_by_one));
                    add_terms(&terms, &mut output);
                    assert_eq!(output, one_by_one);
                    let (mut set, mut added) = (noise(78, length), vec![0.0; length]);
                    set_terms(&terms, &mut set);
                    add_terms(&terms, &mut added);
                    assert_eq!(set, added);
                    for (found, expected) in output.iter().zip(expected) {
                        assert!((f64::from(*found) - expected).abs() < 2e-7 * count as f64 + 4e-7);
                    }
                }
            }
        }
    }

    #[test]
    fn set_and_add_say_what_they_leave() {
        let mut output = [9.0; 40];
        let mut input = [0.0; 40];
        assert_eq!((set(&input, 0.5, &mut output), output), (Content::Silence, [0.0; 40]));
        input[39] = 0.25;
        assert_eq!((add(&input, 0.5, &mut output), output[39]), (Content::Sound, 0.125));
        assert_eq!(set(&[f32::MAX; 40], 2.0, &mut output), Content::NotFinite);
        input[39] = f32::NAN;
        assert_eq!(add(&input, 0.5, &mut [0.0; 40]), Content::NotFinite);
    }

    #[test]
    fn silence_ends_with_the_last_sample() {
        for at in [0, 63, 64, 129] {
            let mut input = [0.0; 130];
            assert!(is_silent(&input));
            input[at] = f32::from_bits(1);
            assert!(!is_silent(&input));
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
