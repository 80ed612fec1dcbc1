//! Samples to the integers that are stored, or the bits of an `f32`.

use super::dither::Noise;
use super::encode::FRAMES;
use super::planar::{WHOLE_F32, WHOLE_F64};
use super::{Sample, SampleFormat};

/// Samples of a tile that were clipped or were no numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) overloads: u32,
    pub(super) non_finite: u32,
}

/// Words to be stored of `samples` of `channel`, which are PCM of `noise` when there is one.
#[inline(always)]
pub(super) fn words_of<T: Sample>(
    format: SampleFormat,
    noise: Option<&Noise>,
    samples: &[T; FRAMES],
    channel: usize,
    words: &mut [u32; FRAMES],
) -> Counts {
    if format.is_float() {
        return f32_words(samples, words);
    }
    if all_within_full_scale(samples) {
        integers(format, noise, samples, channel, words);
        return Counts::default();
    }
    let (samples, counts) = inspect(samples);
    integers(format, noise, &samples, channel, words);
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
    format: SampleFormat,
    noise: Option<&Noise>,
    samples: &[T; FRAMES],
    channel: usize,
    words: &mut [u32; FRAMES],
) {
    let scale = match format {
        SampleFormat::Int16 => 1 << 15,
        SampleFormat::Int24 => 1 << 23,
        SampleFormat::Uint8 => {
            quantise(samples, 1 << 7, words);
            // 128 is zero.
            return words.iter_mut().for_each(|word| *word = word.wrapping_add(128));
        }
        _ => return quantise_int32(samples, words),
    };
    match noise {
        Some(noise) => quantise_dithered(samples, scale, noise, channel, words),
        None => quantise(samples, scale, words),
    }
}

/// Parts of a step in which rests are counted; the noise has as many.
const PARTS: i32 = 1 << 16;

/// The integer of full scale `scale` that consists of [`Sample::split`]'s multiples and steps, clipped. Not by `clamp`,
/// which takes an instruction more.
#[inline(always)]
fn put_together(multiples: i32, steps: i32, scale: i32) -> u32 {
    (multiples << 4).wrapping_add(steps).max(-scale).min(scale - 1).cast_unsigned()
}

/// Rounds to the nearest integer, halves to even.
#[inline(always)]
fn quantise<T: Sample>(samples: &[T; FRAMES], scale: i32, words: &mut [u32; FRAMES]) {
    let parts = scale as f32 * PARTS as f32;
    for frame in 0..FRAMES {
        let (multiples, rest) = samples[frame].split(parts);
        let rounded = (rest * (1.0 / PARTS as f32) + WHOLE_F32).to_bits().wrapping_sub(WHOLE_F32.to_bits());
        words[frame] = put_together(multiples, rounded.cast_signed(), scale);
    }
}

/// Adds noise and rounds to the nearest integer. The noise is added to what is left when most of the sample is split
/// off: rounded to parts of a step, it is an integer as the noise is. Zeros stay zeros.
#[inline(always)]
fn quantise_dithered<T: Sample>(
    samples: &[T; FRAMES],
    scale: i32,
    noise: &Noise,
    channel: usize,
    words: &mut [u32; FRAMES],
) {
    /// Half a step to round, less the mean of the noise and what makes the rest whole.
    const OFFSET: u32 = (PARTS as u32 / 2).wrapping_sub(PARTS as u32 - 1).wrapping_sub(WHOLE_F32.to_bits());
    let (parts, key) = (scale as f32 * PARTS as f32, noise.key(channel));
    for frame in 0..FRAMES {
        let (multiples, rest) = samples[frame].split(parts);
        let sum = (rest + WHOLE_F32).to_bits().wrapping_add(noise.tpdf(key, frame)).wrapping_add(OFFSET);
        let steps = if samples[frame] == T::default() { 0 } else { sum.cast_signed() >> 16 };
        words[frame] = put_together(multiples, steps, scale);
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
