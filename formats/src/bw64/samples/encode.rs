//! Planar samples to interleaved bytes: dither, rounding to nearest, clipping, all counted.
//!
//! ```text
//!  planes ── quantise: words of one channel ── pack: four words to as many bytes as they need ── rows of the file
//! ```

use multiversion::multiversion;

use super::dither::Noise;
use super::pack::{GROUP, pack, pack_mono, pack_stereo, place};
use super::planar::Aligned;
use super::quantise::words_of;
use super::{Dither, Planar, Sample, SampleFormat};

/// Frames that are encoded at a time; all of it stays in the first-level cache.
pub(super) const FRAMES: usize = 128;

/// What happened to the samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodeReport {
    /// Per channel, the samples beyond −1…1 that PCM had to clip; always 0 for float formats.
    pub overloads: Vec<u64>,
    /// Samples that were not finite: NaN is written as 0, and so is an infinity in float formats.
    pub non_finite: u64,
}

impl EncodeReport {
    /// Adds what happened to another block of the same channels.
    pub fn add(&mut self, other: &Self) {
        if self.overloads.len() < other.overloads.len() {
            self.overloads.resize(other.overloads.len(), 0);
        }
        for (sum, count) in self.overloads.iter_mut().zip(&other.overloads) {
            *sum += count;
        }
        self.non_finite += other.non_finite;
    }
}

/// Turns planar blocks into the bytes of a data chunk. Pure: blocks can be encoded by different threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoder {
    /// The samples to make.
    pub format: SampleFormat,
    /// Noise before rounding to 16 or 24 bits; other formats take none.
    pub dither: Option<Dither>,
}

impl Encoder {
    /// Puts the bytes of `block` in `out`, in place of what was there; its first frame is frame `first_frame` of the file.
    pub fn encode<T: Sample>(&self, block: &Planar<T>, first_frame: u64, out: &mut Vec<u8>) -> EncodeReport {
        self.encode_planes(
            block.as_slice(),
            block.stride(),
            block.channels(),
            block.frames(),
            first_frame,
            out,
        )
    }

    /// The same for `channels` planes of `frames` frames that start `stride` samples apart.
    pub fn encode_planes<T: Sample>(
        &self,
        planes: &[T],
        stride: usize,
        channels: usize,
        frames: usize,
        first_frame: u64,
        out: &mut Vec<u8>,
    ) -> EncodeReport {
        let mut report = EncodeReport { overloads: vec![0; channels], non_finite: 0 };
        out.resize(frames.saturating_mul(channels * self.format.bytes()), 0);
        if out.is_empty() {
            return report;
        }
        let planes = Planes { planes, stride, channels };
        let start = Start { first_frame, frames };
        match self.format {
            SampleFormat::Uint8 => encode_tiles::<T, 1>(*self, planes, start, out, &mut report),
            SampleFormat::Int16 => encode_tiles::<T, 2>(*self, planes, start, out, &mut report),
            SampleFormat::Int24 => encode_tiles::<T, 3>(*self, planes, start, out, &mut report),
            SampleFormat::Int32 | SampleFormat::Float32 => {
                encode_tiles::<T, 4>(*self, planes, start, out, &mut report);
            }
            SampleFormat::Float64 => encode_f64(planes, out, &mut report),
        }
        report
    }
}

/// Planes in one piece of memory.
#[derive(Clone, Copy)]
struct Planes<'a, T> {
    planes: &'a [T],
    stride: usize,
    channels: usize,
}

impl<'a, T: Sample> Planes<'a, T> {
    /// A piece of the plane of `channel`.
    #[inline(always)]
    fn piece(self, channel: usize, first: usize, count: usize) -> &'a [T] {
        let start = channel * self.stride + first;
        self.planes.get(start..start + count).unwrap_or_default()
    }
}

/// Where a block begins in the file, and its length.
#[derive(Clone, Copy)]
struct Start {
    first_frame: u64,
    frames: usize,
}

/// All channels in samples of `W` bytes, tile by tile.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn encode_tiles<T: Sample, const W: usize>(
    encoder: Encoder,
    planes: Planes<T>,
    start: Start,
    out: &mut [u8],
    report: &mut EncodeReport,
) {
    let Aligned(words) = &mut Aligned([[0; FRAMES]; GROUP]);
    let Aligned(packed) = &mut Aligned([[0; GROUP]; FRAMES]);
    // A last tile that is not whole.
    let mut apart = Vec::new();
    let row_bytes = planes.channels * W;
    let dithered = matches!(encoder.format, SampleFormat::Int16 | SampleFormat::Int24);
    let mut noise = encoder.dither.filter(|_| dithered).map(Noise::new);
    let mut first = 0;
    while first < start.frames {
        let frame = start.first_frame.saturating_add(first as u64);
        // The noise has keys per 2^32 frames: no tile goes across the border.
        let to_border = usize::try_from(u64::from(!(frame as u32)) + 1).unwrap_or(FRAMES);
        let count = FRAMES.min(start.frames - first).min(to_border);
        if let Some(noise) = &mut noise {
            noise.go_to(frame);
        }
        let to = out.get_mut(first * row_bytes..(first + count) * row_bytes).unwrap_or_default();
        let rows = if count == FRAMES {
            &mut *to
        } else {
            apart.resize(FRAMES * row_bytes, 0);
            apart.as_mut_slice()
        };
        for group in (0..planes.channels).step_by(GROUP) {
            let used = GROUP.min(planes.channels - group);
            for (channel, words) in (group..group + used).zip(words.iter_mut()) {
                let samples = planes.piece(channel, first, count);
                let counts = match samples.first_chunk() {
                    Some(tile) => words_of(encoder.format, noise.as_ref(), tile, channel, words),
                    // Always whole tiles, so that all loops are of fixed length.
                    None => words_of(encoder.format, noise.as_ref(), &whole_tile(samples), channel, words),
                };
                report.non_finite += u64::from(counts.non_finite);
                if let Some(sum) = report.overloads.get_mut(channel) {
                    *sum += u64::from(counts.overloads);
                }
            }
            match planes.channels {
                1 => pack_mono::<W>(words, rows),
                2 => pack_stereo::<W>(words, rows),
                channels => {
                    pack::<W>(words, packed);
                    place::<W>(packed, rows, channels, group);
                }
            }
        }
        if count < FRAMES {
            to.copy_from_slice(&apart[..to.len()]);
        }
        first += count;
    }
}

/// `samples`, and silence after them.
#[cold]
#[inline(never)]
fn whole_tile<T: Sample>(samples: &[T]) -> [T; FRAMES] {
    let mut tile = [T::default(); FRAMES];
    for (to, sample) in tile.iter_mut().zip(samples) {
        *to = *sample;
    }
    tile
}

fn encode_f64<T: Sample>(planes: Planes<T>, out: &mut [u8], report: &mut EncodeReport) {
    let (samples, _) = out.as_chunks_mut();
    for (n, to) in samples.iter_mut().enumerate() {
        let (frame, channel) = (n / planes.channels, n % planes.channels);
        let value = planes.piece(channel, frame, 1).first().map_or(0.0, |sample| (*sample).into());
        report.non_finite += u64::from(!value.is_finite());
        *to = if value.is_finite() { value } else { 0.0 }.to_le_bytes();
    }
}
