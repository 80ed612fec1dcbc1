//! Levels to decibels and back, many at a time.
//!
//! Logarithm and exponential as polynomials on one octave: within 0.0002 dB from −140 dB to +60 dB, and 0 dB is exactly
//! a factor of one. The functions of the standard library would take longer than all the rest of a compressor.

use multiversion::multiversion;

/// Levels below are taken for this, −140 dBFS.
const LEAST: f32 = 1e-7;
/// dB of a factor of two.
const OCTAVE_DB: f32 = 6.020_6;
/// Octaves beyond these, up or down, are taken for them.
const MOST_OCTAVES: f32 = 120.0;
/// Added to a small number it leaves no room for less than ones: the sum's lowest bits are that number, rounded.
const ROUND: f32 = 12_582_912.0;

/// Replaces levels, at least 0, by their decibels.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
pub(super) fn decibels(levels: &mut [f32]) {
    for n in 0..levels.len() {
        let level = if levels[n] > LEAST { levels[n] } else { LEAST };
        let bits = level.to_bits();
        // m from √½ to √2, so that the logarithm of one is exactly zero.
        let shifted = bits.wrapping_sub(0x3f35_04f3);
        let exponent = (shifted as i32) >> 23;
        let mantissa = f32::from_bits(bits.wrapping_sub((exponent as u32) << 23));
        // ln m = 2 artanh t.
        let t = (mantissa - 1.0) / (mantissa + 1.0);
        let square = t * t;
        let series = 1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square / 9.0)));
        let octaves = exponent as f32 + std::f32::consts::LOG2_E * 2.0 * t * series;
        levels[n] = OCTAVE_DB * octaves;
    }
}

/// Replaces decibels by factors.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
pub(super) fn factors(decibels: &mut [f32]) {
    for n in 0..decibels.len() {
        // Comparisons and bits rather than `clamp` and `as`, whose care for what is no number takes a loop of scalars.
        let octaves = decibels[n] * (1.0 / OCTAVE_DB);
        let octaves = if octaves > -MOST_OCTAVES { octaves } else { -MOST_OCTAVES };
        let octaves = if octaves < MOST_OCTAVES { octaves } else { MOST_OCTAVES };
        let rounded = octaves + ROUND;
        let x = (octaves - (rounded - ROUND)) * std::f32::consts::LN_2;
        // The series of the exponential up to x⁶, |x| being at most 0.35.
        let tail = 1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x / 720.0));
        let part = 1.0 + x * (1.0 + x * (0.5 + x * tail));
        let scale = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
        decibels[n] = part * scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_those_of_the_standard_library() {
        let levels =
            (0..20_000).map(|step| 10f64.powf(f64::from(step - 14_000) / 2_000.0)).collect::<Vec<_>>();
        let mut row = levels.iter().map(|level| *level as f32).collect::<Vec<_>>();
        decibels(&mut row);
        for (level, found) in levels.iter().zip(&row) {
            assert!((20.0 * level.log10() - f64::from(*found)).abs() < 2e-4, "{level}: {found} dB");
        }
        factors(&mut row);
        for (level, found) in levels.iter().zip(&row) {
            assert!((f64::from(*found) / level - 1.0).abs() < 3e-5, "{level}: {found}");
        }
    }

    #[test]
    fn one_is_exactly_no_decibels_and_silence_has_a_floor() {
        let mut row = [1.0, 0.0, 1e-30];
        decibels(&mut row);
        assert_eq!(row[0], 0.0);
        assert!((row[1] + 140.0).abs() < 1e-3 && row[1] == row[2]);
        let mut row = [0.0, -0.0, -1_000.0];
        factors(&mut row);
        assert_eq!(&row[..2], [1.0, 1.0]);
        assert!(row[2] > 0.0 && row[2] < 1e-30);
    }
}
