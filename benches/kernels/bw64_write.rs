//! Planar f32 to the bytes of a data chunk: dithered PCM and float, few channels and many. Yardsticks in this process:
//! `hound`, which takes integers and adds no noise, and a plain loop that does.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::hint::black_box;
use std::io::Cursor;

use formats::bw64::{Dither, Encoder, Planar, SampleFormat};
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::Yardstick;

const BLOCK_FRAMES: usize = 4096;
/// Samples of a measurement, all channels together.
const SAMPLES: usize = 8 << 20;
const RUNS: u32 = 9;

fn main() -> Result<(), Box<dyn Error>> {
    table("samples to bytes of BW64, in memory", "ns per sample");
    for (channels, format, dither) in [
        (12, SampleFormat::Int24, true),
        (12, SampleFormat::Int24, false),
        (128, SampleFormat::Int24, true),
        (1, SampleFormat::Int24, true),
        (2, SampleFormat::Int16, true),
        (12, SampleFormat::Int16, true),
        (12, SampleFormat::Float32, false),
        (1, SampleFormat::Float32, false),
    ] {
        let block = noise(channels);
        let blocks = SAMPLES / (BLOCK_FRAMES * channels);
        let unit = |seconds: f64| seconds * 1e9 / (blocks * BLOCK_FRAMES * channels) as f64;
        let encoder = Encoder { format, dither: dither.then(Dither::default) };
        let mut bytes = Vec::new();
        let ours = best_of(RUNS, || {
            for n in 0..blocks {
                encoder.encode(black_box(&block), (n * BLOCK_FRAMES) as u64, &mut bytes);
                black_box(&bytes);
            }
        });
        let naive = best_of(2, || {
            for _ in 0..blocks {
                bytes.clear();
                naive(black_box(&block), encoder, &mut bytes);
                black_box(&bytes);
            }
        });
        let hound = best_of(2, || (0..blocks).filter_map(|_| hound(black_box(&block), format)).sum::<u64>());
        let live = [
            Yardstick { name: "plain loop, here", value: unit(naive) },
            Yardstick { name: "hound, here", value: unit(hound) },
        ];
        let what = format!("{channels} ch, {format}{}", if dither { ", dithered" } else { "" });
        row(&what, unit(ours), &live, false);
    }
    Ok(())
}

/// Repeatable noise at −12 dBFS peak.
fn noise(channels: usize) -> Planar<f32> {
    let mut block = Planar::new(channels, BLOCK_FRAMES);
    let mut state = 1u32;
    for channel in 0..channels {
        for sample in block.channel_mut(channel) {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = state.cast_signed() as f32 / 8_589_934_592.0;
        }
    }
    block
}

/// What one would write first: frame by frame, sample by sample, the noise from a generator with a state.
fn naive(block: &Planar<f32>, encoder: Encoder, bytes: &mut Vec<u8>) {
    let scale = f64::from(encoder.format.bits() - 1).exp2();
    let mut state = 1u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as f64 / 4_294_967_296.0
    };
    for frame in 0..block.frames() {
        for channel in 0..block.channels() {
            let sample = block.channel(channel)[frame];
            if encoder.format.is_float() {
                bytes.extend_from_slice(&sample.to_le_bytes());
                continue;
            }
            let noise = if encoder.dither.is_some() { uniform() - uniform() } else { 0.0 };
            let integer = (f64::from(sample) * scale + noise).round().clamp(-scale, scale - 1.0) as i32;
            bytes.extend_from_slice(&integer.to_le_bytes()[..encoder.format.bytes()]);
        }
    }
}

/// The same samples through hound into memory; the bytes written.
fn hound(block: &Planar<f32>, format: SampleFormat) -> Option<u64> {
    let sample_format = if format.is_float() { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
    let spec = hound::WavSpec {
        channels: u16::try_from(block.channels()).ok()?,
        sample_rate: 48_000,
        bits_per_sample: format.bits(),
        sample_format,
    };
    let mut file = Cursor::new(Vec::with_capacity(block.frames() * block.channels() * 4 + 4096));
    let mut writer = hound::WavWriter::new(&mut file, spec).ok()?;
    let scale = f32::from(format.bits() - 1).exp2();
    for frame in 0..block.frames() {
        for channel in 0..block.channels() {
            let sample = block.channel(channel)[frame];
            if format.is_float() {
                writer.write_sample(sample).ok()?;
            } else {
                writer.write_sample((sample * scale).round() as i32).ok()?;
            }
        }
    }
    writer.finalize().ok()?;
    Some(file.position())
}
