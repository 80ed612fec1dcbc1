//! Planar samples to interleaved bytes: dither, rounding to nearest, clipping, all counted.

use multiversion::multiversion;

use super::dither::{Keys, tpdf};
use super::transpose::{COLUMNS, ROWS, Tile};
use super::{Dither, Planar, Sample, SampleFormat};

/// Files of fewer channels are written one channel at a time.
const TILE_AT_LEAST: usize = 4;

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
    /// Appends `block` to `out`; its first frame is frame `first_frame` of the file.
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
        let start = out.len();
        let width = self.format.bytes();
        let frame_bytes = channels * width;
        out.resize(start + frames * frame_bytes, 0);
        let bytes = out.get_mut(start..).unwrap_or_default();
        if bytes.is_empty() {
            return report;
        }
        let plane = |channel: usize, from: usize, count: usize| {
            planes.get(channel * stride + from..).and_then(|plane| plane.get(..count)).unwrap_or_default()
        };
        if self.format == SampleFormat::Float64 {
            for channel in 0..channels {
                report.non_finite +=
                    store_f64(plane(channel, 0, frames), bytes, frame_bytes, channel * width);
            }
            return report;
        }
        let mut tile = Tile::new();
        let at_once = if channels < TILE_AT_LEAST { 1 } else { ROWS };
        for (block, rows) in bytes.chunks_mut(COLUMNS * frame_bytes).enumerate() {
            let (offset, count) = (block * COLUMNS, rows.len() / frame_bytes);
            for first in (0..channels).step_by(at_once) {
                let used = at_once.min(channels - first);
                for (channel, words) in (first..first + used).zip(&mut tile.rows) {
                    let samples = plane(channel, offset, count);
                    let counts = self.words_of(samples, channel, first_frame + offset as u64, words);
                    report.non_finite += u64::from(counts.non_finite);
                    if let Some(sum) = report.overloads.get_mut(channel) {
                        *sum += u64::from(counts.overloads);
                    }
                }
                let place = Place { width, frame_bytes, offset: first * width, channels: used };
                if at_once == 1 {
                    store_column(place, &tile, rows)
                } else {
                    store_tile(place, &mut tile, rows)
                }
            }
        }
        report
    }

    /// Words to be stored: integers, or the bits of an `f32`.
    fn words_of<T: Sample>(
        &self,
        plane: &[T],
        channel: usize,
        frame: u64,
        words: &mut [u32; COLUMNS],
    ) -> Counts {
        let mut samples = [0.0; COLUMNS];
        for (value, sample) in samples.iter_mut().zip(plane) {
            *value = (*sample).into();
        }
        let samples = samples.get(..plane.len()).unwrap_or_default();
        let (scale, zero) = match self.format {
            SampleFormat::Float32 | SampleFormat::Float64 => return f32_words(samples, words),
            SampleFormat::Uint8 => (128.0, 128),
            SampleFormat::Int16 => (32_768.0, 0),
            SampleFormat::Int24 => (8_388_608.0, 0),
            SampleFormat::Int32 => (2_147_483_648.0, 0),
        };
        let dither = self.dither.filter(|_| matches!(self.format, SampleFormat::Int16 | SampleFormat::Int24));
        let Some(dither) = dither else { return quantise(samples, scale, zero, words) };
        // The noise has keys per 2^32 frames; a tile across the border is done in two parts.
        let to_border = (frame | u64::from(u32::MAX)) - frame + 1;
        let (before, after) =
            samples.split_at(samples.len().min(usize::try_from(to_border).unwrap_or(usize::MAX)));
        let (words, more) = words.split_at_mut(before.len());
        let mut counts = quantise_dithered(before, scale, dither.keys(channel, frame), frame as u32, words);
        if !after.is_empty() {
            let frame = frame.saturating_add(before.len() as u64);
            counts.add(&quantise_dithered(after, scale, dither.keys(channel, frame), frame as u32, more));
        }
        counts
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    overloads: u32,
    non_finite: u32,
}

impl Counts {
    /// Wrapping, because at most a tile is counted and a check per sample would keep loops from becoming vectors.
    #[inline(always)]
    fn count(&mut self, value: f64, finite: bool) {
        self.non_finite = self.non_finite.wrapping_add(u32::from(!finite));
        self.overloads = self.overloads.wrapping_add(u32::from(value.abs() > 1.0));
    }

    fn add(&mut self, other: &Self) {
        self.overloads += other.overloads;
        self.non_finite += other.non_finite;
    }
}

/// Where a tile's channels lie in the frames.
#[derive(Clone, Copy)]
struct Place {
    width: usize,
    frame_bytes: usize,
    offset: usize,
    channels: usize,
}

/// The integer nearest to `value`, halves to even, as its low 32 bits: adding 1.5 × 2^52 leaves a double no
/// bits for fractions. Unlike a cast it needs no care for values that `value`'s clamp has already ruled out.
#[inline(always)]
fn nearest(value: f64) -> u32 {
    (value + 6_755_399_441_055_744.0).to_bits() as u32
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn quantise(samples: &[f64], scale: f64, zero: u32, words: &mut [u32]) -> Counts {
    let mut counts = Counts::default();
    for (word, sample) in words.iter_mut().zip(samples) {
        let value = if sample.is_nan() { 0.0 } else { *sample };
        counts.count(value, sample.is_finite());
        *word = nearest((value * scale).max(-scale).min(scale - 1.0)).wrapping_add(zero);
    }
    counts
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn quantise_dithered(samples: &[f64], scale: f64, keys: Keys, frame: u32, words: &mut [u32]) -> Counts {
    let mut counts = Counts::default();
    let mut frame = frame;
    for (word, sample) in words.iter_mut().zip(samples) {
        let value = if sample.is_nan() { 0.0 } else { *sample };
        counts.count(value, sample.is_finite());
        let noise = tpdf(keys, frame);
        frame = frame.wrapping_add(1);
        let noise = if value == 0.0 { 0.0 } else { noise };
        *word = nearest((value * scale + noise).max(-scale).min(scale - 1.0));
    }
    counts
}

fn f32_words(samples: &[f64], words: &mut [u32]) -> Counts {
    let mut counts = Counts::default();
    for (word, sample) in words.iter_mut().zip(samples) {
        let value = *sample as f32;
        counts.non_finite = counts.non_finite.wrapping_add(u32::from(!value.is_finite()));
        *word = if value.is_finite() { value.to_bits() } else { 0 };
    }
    counts
}

fn store_f64<T: Sample>(plane: &[T], rows: &mut [u8], frame_bytes: usize, at: usize) -> u64 {
    let mut non_finite = 0;
    for (sample, row) in plane.iter().zip(rows.chunks_exact_mut(frame_bytes)) {
        let value: f64 = (*sample).into();
        non_finite += u64::from(!value.is_finite());
        if let Some(to) = row.get_mut(at..).and_then(|row| row.first_chunk_mut()) {
            *to = if value.is_finite() { value.to_le_bytes() } else { [0; 8] };
        }
    }
    non_finite
}

/// Stores the first row of `tile`, one channel.
fn store_column(place: Place, tile: &Tile, rows: &mut [u8]) {
    let [words, ..] = &tile.rows;
    for (word, row) in words.iter().zip(rows.chunks_exact_mut(place.frame_bytes)) {
        let to = row.get_mut(place.offset..place.offset + place.width).unwrap_or_default();
        for (to, byte) in to.iter_mut().zip(word.to_le_bytes()) {
            *to = byte;
        }
    }
}

/// Stores up to sixteen channels.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn store_tile(place: Place, tile: &mut Tile, rows: &mut [u8]) {
    let frames = rows.len() / place.frame_bytes;
    tile.transpose(frames, |word| word);
    let bytes = place.channels * place.width;
    for (words, row) in tile.columns.iter().zip(rows.chunks_exact_mut(place.frame_bytes)) {
        let to = row.get_mut(place.offset..place.offset + bytes).unwrap_or_default();
        match place.width {
            2 => {
                for (to, word) in to.as_chunks_mut().0.iter_mut().zip(words) {
                    *to = (*word as u16).to_le_bytes();
                }
            }
            3 => store_int24(words, to),
            4 => {
                for (to, word) in to.as_chunks_mut().0.iter_mut().zip(words) {
                    *to = word.to_le_bytes();
                }
            }
            _ => {
                for (to, word) in to.iter_mut().zip(words) {
                    *to = *word as u8;
                }
            }
        }
    }
}

/// Four samples are three words.
#[inline(always)]
fn store_int24(words: &[u32; ROWS], to: &mut [u8]) {
    let (groups, rest) = to.as_chunks_mut::<12>();
    let (fours, _) = words.as_chunks::<4>();
    let mut stored = 0;
    for (to, [a, b, c, d]) in groups.iter_mut().zip(fours) {
        let low = u64::from(a & 0xFF_FFFF) | u64::from(b & 0xFF_FFFF) << 24 | u64::from(*c) << 48;
        let high = (c >> 16 & 0xFF) | d << 8;
        let (first, second) = to.split_at_mut(8);
        first.copy_from_slice(&low.to_le_bytes());
        second.copy_from_slice(&high.to_le_bytes());
        stored += 4;
    }
    for (to, word) in rest.as_chunks_mut().0.iter_mut().zip(words.iter().skip(stored)) {
        let [a, b, c, _] = word.to_le_bytes();
        *to = [a, b, c];
    }
}
