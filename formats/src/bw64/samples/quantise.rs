//! Samples to the integers that are stored, or the bits of an `f32`.

use super::dither::tpdf;
use super::encode::FRAMES;
use super::planar::{WHOLE_F32, WHOLE_F64};
use super::{Encoder, Sample, SampleFormat};

/// Samples of a tile that were clipped or were no numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) overloads: u32,
    pub(super) non_finite: u32,
}

/// Words to be stored of `samples`, the first of which is `frame`.
#[inline(always)]
pub(super) fn words_of<T: Sample>(
    encoder: Encoder,
    samples: &[T; FRAMES],
    channel: usize,
    frame: u64,
    words: &mut [u32; FRAMES],
) -> Counts {
    if encoder.format.is_float() {
        return f32_words(samples, words);
    }
    if all_within_full_scale(samples) {
        integers(encoder, samples, channel, frame, words);
        return Counts::default();
    }
    let (samples, counts) = inspect(samples);
    integers(encoder, &samples, channel, frame, words);
    counts
}

/// No overload, no NaN: nothing to count, as nearly always.
#[inline(always)]
fn all_within_full_scale<T: Sample>(samples: &[T; FRAMES]) -> bool {
    let mut beyond = 0u32;
    for sample in samples {
        beyond |= u32::from(!sample.is_within_full_scale());
    }
    beyond == 0
}

/// Samples that can be stored, and what had to be done. Wrapping, because at most a tile is counted and a check per
/// sample would keep the loop from becoming vectors.
fn inspect<T: Sample>(samples: &[T; FRAMES]) -> ([T; FRAMES], Counts) {
    let mut bounded = [T::default(); FRAMES];
    let mut counts = Counts::default();
    for (to, sample) in bounded.iter_mut().zip(samples) {
        let value: f64 = (*sample).into();
        *to = sample.bounded();
        counts.non_finite = counts.non_finite.wrapping_add(u32::from(!value.is_finite()));
        counts.overloads = counts.overloads.wrapping_add(u32::from(value.abs() > 1.0));
    }
    (bounded, counts)
}

#[inline(always)]
fn integers<T: Sample>(
    encoder: Encoder,
    samples: &[T; FRAMES],
    channel: usize,
    frame: u64,
    words: &mut [u32; FRAMES],
) {
    let scale = match encoder.format {
        SampleFormat::Int16 => 1 << 15,
        SampleFormat::Int24 => 1 << 23,
        SampleFormat::Uint8 => {
            quantise(samples, 1 << 7, words, |_| 0.0);
            // 128 is zero.
            return words.iter_mut().for_each(|word| *word = word.wrapping_add(128));
        }
        _ => return quantise_int32(samples, words),
    };
    let Some(dither) = encoder.dither else { return quantise(samples, scale, words, |_| 0.0) };
    let (keys, first) = (dither.keys(channel, frame), frame as u32);
    quantise(samples, scale, words, |frame| {
        if samples[frame] == T::default() { 0.0 } else { tpdf(keys, first.wrapping_add(frame as u32)) }
    });
}

/// Adds the `noise` of each sample, rounds to the nearest integer, halves to even, and clips. Single precision does,
/// because the noise is added to what is left when most of the sample is split off.
#[inline(always)]
fn quantise<T: Sample>(
    samples: &[T; FRAMES],
    scale: i32,
    words: &mut [u32; FRAMES],
    noise: impl Fn(usize) -> f32,
) {
    for frame in 0..FRAMES {
        let (steps, rest) = samples[frame].steps(scale as f32);
        let rounded = (rest + noise(frame) + WHOLE_F32).to_bits().wrapping_sub(WHOLE_F32.to_bits());
        // Not `clamp`, which takes an instruction more.
        words[frame] = steps.wrapping_add(rounded.cast_signed()).max(-scale).min(scale - 1).cast_unsigned();
    }
}

/// Integers of 32 bits, in double precision. Compared rather than clamped: `clamp`, `min` and `max` take care of NaN
/// with more instructions.
#[inline(always)]
fn quantise_int32<T: Sample>(samples: &[T; FRAMES], words: &mut [u32; FRAMES]) {
    const SCALE: f64 = 2_147_483_648.0;
    for frame in 0..FRAMES {
        let value: f64 = samples[frame].into() * SCALE;
        let value = if value < -SCALE { -SCALE } else { value };
        let value = if value > SCALE - 1.0 { SCALE - 1.0 } else { value };
        words[frame] = (value + WHOLE_F64).to_bits() as u32;
    }
}

/// All ones for infinities and NaN.
const EXPONENT: u32 = 0x7F80_0000;

#[inline(always)]
fn f32_words<T: Sample>(samples: &[T; FRAMES], words: &mut [u32; FRAMES]) -> Counts {
    let mut non_finite = 0u32;
    for frame in 0..FRAMES {
        let bits = samples[frame].to_f32().to_bits();
        let finite = u32::from(bits & EXPONENT != EXPONENT);
        non_finite = non_finite.wrapping_add(1 ^ finite);
        words[frame] = bits & finite.wrapping_neg();
    }
    Counts { overloads: 0, non_finite }
}
