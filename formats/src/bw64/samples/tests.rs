use proptest::prelude::*;

use super::*;

const FORMATS: [SampleFormat; 6] = [
    SampleFormat::Uint8,
    SampleFormat::Int16,
    SampleFormat::Int24,
    SampleFormat::Int32,
    SampleFormat::Float32,
    SampleFormat::Float64,
];

/// The value of one stored sample, straight from its definition.
fn value(format: SampleFormat, bytes: &[u8]) -> f64 {
    let integer = bytes.iter().rev().fold(0i64, |sum, b| sum << 8 | i64::from(*b));
    let signed = |bits: u32| (integer << (64 - bits) >> (64 - bits)) as f64 / f64::from(bits - 1).exp2();
    match format {
        SampleFormat::Uint8 => (integer - 128) as f64 / 128.0,
        SampleFormat::Float32 => f64::from(f32::from_bits(integer as u32)),
        SampleFormat::Float64 => f64::from_bits(integer as u64),
        _ => signed(u32::from(format.bits())),
    }
}

/// The stored form of one sample, straight from its definition; no dither.
fn stored(format: SampleFormat, value: f64) -> Vec<u8> {
    let scale = f64::from(format.bits() - 1).exp2();
    let integer = (value * scale).round_ties_even().clamp(-scale, scale - 1.0) as i64;
    match format {
        SampleFormat::Uint8 => vec![(integer + 128) as u8],
        SampleFormat::Float32 => (value as f32).to_le_bytes().to_vec(),
        SampleFormat::Float64 => value.to_le_bytes().to_vec(),
        _ => integer.to_le_bytes()[..format.bytes()].to_vec(),
    }
}

fn block(channels: usize, frames: usize, sample: impl Fn(usize, usize) -> f32) -> Planar<f32> {
    let mut block = Planar::new(channels, frames);
    for channel in 0..channels {
        for (frame, to) in block.channel_mut(channel).iter_mut().enumerate() {
            *to = sample(channel, frame);
        }
    }
    block
}

/// A repeatable number in −1.25…1.25.
fn noise(seed: u64, channel: usize, frame: usize) -> f32 {
    let mut x = seed ^ (channel as u64) << 40 ^ frame as u64;
    for _ in 0..3 {
        x = (x ^ (x >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    ((x >> 40) as f32 / (1 << 24) as f32 - 0.5) * 2.5
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn decoding_gives_every_sample_its_value(
        format in proptest::sample::select(FORMATS.to_vec()), channels in 1usize..150, frames in 0usize..90, seed: u64,
    ) {
        let width = format.bytes();
        let raw: Vec<u8> = (0..channels * frames * width)
            .map(|i| (seed.wrapping_add(i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8)
            .collect();
        let mut out = Planar::default();
        let bad = format.decode(&raw, channels, &mut out);
        let tracks: Vec<usize> = (0..channels).filter(|c| c % 3 != 1).rev().chain([channels + 5, 0]).collect();
        let mut some = Planar::<f32>::new(tracks.len(), frames);
        let stride = some.stride();
        some.as_mut_slice().fill(9.0);
        format.decode_tracks(&raw, channels, &tracks, some.as_mut_slice(), stride);
        let mut expected_bad = 0;
        for channel in 0..channels {
            for frame in 0..frames {
                let at = (frame * channels + channel) * width;
                let expected = value(format, &raw[at..at + width]) as f32;
                expected_bad += usize::from(!expected.is_finite());
                let expected = if expected.is_finite() { expected } else { 0.0 };
                prop_assert_eq!(out.channel(channel)[frame], expected, "channel {} frame {}", channel, frame);
                for (k, _) in tracks.iter().enumerate().filter(|(_, track)| **track == channel) {
                    prop_assert_eq!(some.channel(k)[frame], expected);
                }
            }
        }
        prop_assert_eq!(bad, expected_bad);
        prop_assert!(some.channel(tracks.len() - 2).iter().all(|s| *s == 0.0), "a track the file lacks is silent");
    }

    /// Planes may begin anywhere and lie as close as one likes; what doesn't fit is left out, and nothing else is touched.
    #[test]
    fn decoding_keeps_to_the_planes_that_there_are(
        format in proptest::sample::select(FORMATS.to_vec()), channels in 1usize..30, frames in 1usize..90, stride in 1usize..120,
        missing in 0usize..3, first in 0usize..20, seed: u64,
    ) {
        let width = format.bytes();
        let raw: Vec<u8> = (0..channels * frames * width)
            .map(|i| (seed.wrapping_add(i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8)
            .collect();
        let there = frames.min(stride);
        let planes = channels.saturating_sub(missing);
        // The last plane ends with its last frame.
        let length = first + planes.saturating_sub(1) * stride + if planes > 0 { there } else { 0 };
        let mut out = vec![9.0; length];
        let tracks: Vec<usize> = (0..channels).collect();
        format.decode_tracks(&raw, channels, &tracks, &mut out[first..], stride);
        prop_assert!(out[..first].iter().all(|sample| *sample == 9.0));
        for (at, found) in out[first..].iter().enumerate() {
            let (channel, frame) = (at / stride, at % stride);
            if frame >= there {
                prop_assert_eq!(*found, 9.0);
                continue;
            }
            let at = (frame * channels + channel) * width;
            let expected = value(format, &raw[at..at + width]) as f32;
            prop_assert_eq!(*found, if expected.is_finite() { expected } else { 0.0 });
        }
    }

    #[test]
    fn encoding_rounds_to_nearest_clips_and_counts(
        format in proptest::sample::select(FORMATS.to_vec()), channels in 1usize..40, frames in 0usize..300, seed: u64,
    ) {
        let planes = block(channels, frames, |c, f| noise(seed, c, f));
        // What was there, be it more or less, is gone.
        let mut raw = vec![7; if seed % 2 == 0 { 3 } else { 1 << 16 }];
        let report = Encoder { format, dither: None }.encode(&planes, 0, &mut raw);
        let mut expected = Vec::new();
        for frame in 0..frames {
            for channel in 0..channels {
                expected.extend(stored(format, planes.channel(channel)[frame].into()));
            }
        }
        prop_assert_eq!(raw, expected);
        for channel in 0..channels {
            let beyond = planes.channel(channel).iter().filter(|s| s.abs() > 1.0).count() as u64;
            prop_assert_eq!(report.overloads[channel], if format.is_float() { 0 } else { beyond });
        }
    }

    #[test]
    fn dither_does_not_depend_on_the_blocks(
        format in proptest::sample::select(vec![SampleFormat::Int16, SampleFormat::Int24]),
        channels in 1usize..20, cut in 1usize..299, border: bool, seed: u32,
    ) {
        let start = if border { (1u64 << 32) - 150 } else { 12_345 };
        let encoder = Encoder { format, dither: Some(Dither { seed }) };
        let whole = block(channels, 300, |c, f| noise(seed.into(), c, f));
        let (mut once, mut twice, mut second) = (Vec::new(), Vec::new(), Vec::new());
        encoder.encode(&whole, start, &mut once);
        encoder.encode(&block(channels, cut, |c, f| whole.channel(c)[f]), start, &mut twice);
        let rest = block(channels, 300 - cut, |c, f| whole.channel(c)[cut + f]);
        encoder.encode(&rest, start + cut as u64, &mut second);
        twice.extend(second);
        prop_assert_eq!(once, twice);
    }
}

#[test]
fn integers_survive_decoding_and_encoding() {
    for format in [SampleFormat::Uint8, SampleFormat::Int16, SampleFormat::Int24] {
        let extremes = stored(format, -1.0).into_iter().chain(stored(format, 1.0));
        let raw: Vec<u8> = extremes.chain((0..96 * 6 * 3).map(|i| (i * 37 % 251) as u8)).collect();
        let raw = &raw[..raw.len() / (2 * format.bytes()) * 2 * format.bytes()];
        let mut planes = Planar::default();
        format.decode(raw, 2, &mut planes);
        let mut again = Vec::new();
        Encoder { format, dither: None }.encode(&planes, 0, &mut again);
        assert_eq!(raw, again, "{format}");
    }
}

/// The total error of triangular dither two steps wide is 1/6 (noise) + 1/12 (rounding) = 1/4 step² whatever the
/// signal, its mean is 0, and the errors of two channels have nothing in common (Lipshitz, Wannamaker and
/// Vanderkooy, JAES 40:5, 1992).
#[test]
fn dither_makes_the_error_noise_of_known_power() {
    const FRAMES: usize = 1 << 18;
    let planes = block(2, FRAMES, |_, f| ((f as f32 * 0.001).sin() * 0.3 + 0.1) * (10.0 / 32_768.0));
    let mut raw = Vec::new();
    Encoder { format: SampleFormat::Int16, dither: Some(Dither::default()) }.encode(&planes, 0, &mut raw);
    let mut read = Planar::default();
    SampleFormat::Int16.decode(&raw, 2, &mut read);
    let error = |channel: usize| -> Vec<f64> {
        let pairs = read.channel(channel).iter().zip(planes.channel(channel));
        pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)) * 32_768.0).collect()
    };
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / FRAMES as f64;
    let (left, right) = (error(0), error(1));
    assert!(mean(&mut left.iter().copied()).abs() < 0.005);
    assert!((mean(&mut left.iter().map(|e| e * e)) - 0.25).abs() < 0.005);
    assert!(mean(&mut left.iter().zip(&right).map(|(a, b)| a * b)).abs() < 0.005);
    assert!(mean(&mut left.iter().zip(&left[1..]).map(|(a, b)| a * b)).abs() < 0.005, "white");
    assert!(left.iter().all(|e| e.abs() <= 1.5));
}

/// Between channels, which share a part of their noise's making, and between near frames of one.
#[test]
fn dither_repeats_itself_nowhere() {
    const FRAMES: usize = 1 << 16;
    const CHANNELS: usize = 24;
    // A constant that lies on a step: what is not the noise rounds away.
    let planes = block(CHANNELS, FRAMES, |_, _| 100.0 / 32_768.0);
    let mut raw = Vec::new();
    let dither = Some(Dither { seed: 11 });
    Encoder { format: SampleFormat::Int16, dither }.encode(&planes, 1 << 20, &mut raw);
    let mut read = Planar::default();
    SampleFormat::Int16.decode(&raw, CHANNELS, &mut read);
    let errors: Vec<Vec<f64>> = (0..CHANNELS)
        .map(|channel| read.channel(channel).iter().map(|s| f64::from(*s) * 32_768.0 - 100.0).collect())
        .collect();
    let correlation = |a: &[f64], b: &[f64]| {
        let power = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (power(a) * power(b)).sqrt()
    };
    // Six standard deviations of noise that has nothing in common.
    let most = 6.0 / (FRAMES as f64).sqrt();
    for (n, a) in errors.iter().enumerate() {
        for b in &errors[n + 1..] {
            assert!(correlation(a, b).abs() < most);
            assert!(correlation(&a[1..], &b[..FRAMES - 1]).abs() < most);
        }
        for lag in 1..200 {
            assert!(correlation(&a[lag..], &a[..FRAMES - lag]).abs() < most, "channel {n}, lag {lag}");
        }
    }
}

#[test]
fn digital_black_stays_black_and_wide_formats_take_no_noise() {
    let dither = Some(Dither { seed: 3 });
    let mut raw = Vec::new();
    Encoder { format: SampleFormat::Int16, dither }.encode(&Planar::<f32>::new(3, 500), 0, &mut raw);
    assert!(raw.iter().all(|b| *b == 0));
    let planes = block(3, 500, |c, f| noise(1, c, f));
    for format in [SampleFormat::Int32, SampleFormat::Float32, SampleFormat::Float64] {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        Encoder { format, dither }.encode(&planes, 0, &mut with);
        Encoder { format, dither: None }.encode(&planes, 0, &mut without);
        assert_eq!(with, without);
    }
}

#[test]
fn what_is_no_number_is_written_as_zero_and_counted() {
    for format in FORMATS {
        for channels in [1, 9] {
            let planes = block(channels, 70, |c, f| match (c, f) {
                (0, 3) => f32::NAN,
                (0, 66) => f32::INFINITY,
                _ => 0.25,
            });
            let mut raw = Vec::new();
            let report = Encoder { format, dither: None }.encode(&planes, 0, &mut raw);
            assert_eq!(report.non_finite, 2, "{format}");
            let mut read = Planar::default();
            assert_eq!(format.decode(&raw, channels, &mut read), 0);
            assert_eq!(read.channel(0)[3], 0.0);
            assert_eq!(read.channel(0)[66] == 0.0, format.is_float(), "PCM clips an infinity");
        }
    }
}

#[test]
fn double_precision_blocks_are_written_in_double_precision() {
    let mut planes = Planar::<f64>::new(1, 1);
    planes.channel_mut(0)[0] = 1.0 / 3.0;
    let mut raw = Vec::new();
    Encoder { format: SampleFormat::Float64, dither: None }.encode(&planes, 0, &mut raw);
    assert_eq!(raw, (1.0f64 / 3.0).to_le_bytes());
}

#[test]
fn the_same_samples_in_either_precision_give_the_same_bytes() {
    let singles = block(5, 300, |c, f| noise(2, c, f));
    let mut doubles = Planar::<f64>::new(5, 300);
    for channel in 0..5 {
        for (to, sample) in doubles.channel_mut(channel).iter_mut().zip(singles.channel(channel)) {
            *to = f64::from(*sample);
        }
    }
    for format in [SampleFormat::Uint8, SampleFormat::Int16, SampleFormat::Int24, SampleFormat::Int32] {
        for dither in [None, Some(Dither { seed: 5 })] {
            let (mut from_singles, mut from_doubles) = (Vec::new(), Vec::new());
            let encoder = Encoder { format, dither };
            let report = encoder.encode(&singles, 0, &mut from_singles);
            assert_eq!(encoder.encode(&doubles, 0, &mut from_doubles), report);
            assert!(from_singles == from_doubles, "{format}, {dither:?}");
        }
    }
}

#[test]
fn planes_never_lie_a_power_of_two_apart() {
    for frames in 0..5000 {
        let stride = Planar::<f32>::stride_for(frames);
        assert!(stride >= frames && stride / 16 % 2 == 1);
    }
}
