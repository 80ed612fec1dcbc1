//! Goal 6: 128 tracks of 24 bits to planar f32, from a warm file. Yardsticks in this process: `hound`, and a
//! plain loop that shifts three bytes into a float.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::Read;

use formats::bw64::Reader;
use proscenium_benches::file::{Sound, write_scene};
use proscenium_benches::scene::Scene;
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::{LIBBW64_READ, Yardstick, libsndfile_read};
use renderer::audio::AudioBlock;

const SECONDS: u64 = 4;
const BLOCK_FRAMES: usize = 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("wide.wav");
    let scene = Scene { seconds: SECONDS, objects: 118, ..Scene::FILM };
    write_scene(&path, &scene, Sound::Dense)?;

    let mut reader = Reader::open(&path)?;
    let (frames, channels, format) = (reader.frames(), reader.channels(), reader.format().sample_format);
    let samples = frames as f64 * channels as f64;
    let mut raw = Vec::new();
    let tracks: Vec<usize> = (0..channels).collect();
    let mut block = AudioBlock::new(channels, BLOCK_FRAMES);
    let stride = block.stride();
    let ours = best_of(7, || {
        let mut start = 0;
        while let Ok(read @ 1..) = reader.read_raw(start, BLOCK_FRAMES, &mut raw) {
            format.decode_tracks(&raw, channels, &tracks, block.as_mut_slice(), stride);
            start += read as u64;
        }
        start
    });

    let naive = best_of(3, || naive(&path, channels).ok());

    // hound reads RIFF only and is told of a plain file of the same samples.
    let plain = folder.path().join("plain.wav");
    let spec = hound::WavSpec {
        channels: u16::try_from(channels)?,
        sample_rate: 48_000,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&plain, spec)?;
    for n in 0..frames * channels as u64 {
        writer.write_sample((n % 8_000_000) as i32)?;
    }
    writer.finalize()?;
    let hound = best_of(2, || {
        let reader = hound::WavReader::open(&plain).ok()?;
        Some(reader.into_samples::<i32>().filter_map(Result::ok).map(|n| n as f32 / 8_388_608.0).sum::<f32>())
    });

    table("BW64, 128 tracks of 24 bits to planar f32, warm", "ns per sample");
    let unit = |seconds: f64| seconds * 1e9 / samples;
    let live = [
        Yardstick { name: "plain loop, here", value: unit(naive) },
        Yardstick { name: "hound, here", value: unit(hound) },
        LIBBW64_READ,
        libsndfile_read(),
    ];
    row("Reader::read_raw + SampleFormat::decode_tracks", unit(ours), &live, false);
    Ok(())
}

/// What one would write first: bytes in, floats out, channel by channel.
fn naive(path: &std::path::Path, channels: usize) -> std::io::Result<f32> {
    let mut file = std::fs::File::open(path)?;
    let mut planes = vec![vec![0f32; BLOCK_FRAMES]; channels];
    let mut bytes = vec![0; BLOCK_FRAMES * channels * 3];
    let mut last = 0.0;
    while file.read_exact(&mut bytes).is_ok() {
        for (frame, samples) in bytes.chunks_exact(channels * 3).enumerate() {
            for (plane, sample) in planes.iter_mut().zip(samples.chunks_exact(3)) {
                if let [a, b, c] = *sample {
                    plane[frame] = (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8_388_608.0;
                }
            }
        }
        last += planes.iter().map(|plane| plane[0]).sum::<f32>();
    }
    Ok(last)
}
