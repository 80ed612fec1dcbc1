//! Interleaved bytes to planar `f32`.
//!
//! Integers of all widths become left-justified 32-bit words, are transposed as such, and are scaled at the
//! end, where a channel's frames lie side by side. Exact: 24 bits fit an `f32`, and the scale is a power of two.

use multiversion::multiversion;

use super::transpose::{COLUMNS, ROWS, Tile};
use super::{Planar, SampleFormat};

/// Runs of neighbouring channels shorter than this are read one channel at a time.
const TILE_AT_LEAST: usize = 6;

impl SampleFormat {
    /// Decodes `raw`, interleaved frames of `channels` channels, into all planes of `out`, which takes the
    /// shape it needs. An unfinished last frame is left out.
    ///
    /// Samples of float files that are not finite become 0; their number comes back.
    pub fn decode(self, raw: &[u8], channels: usize, out: &mut Planar<f32>) -> usize {
        let frame_bytes = channels.saturating_mul(self.bytes());
        out.resize(channels, raw.len().checked_div(frame_bytes).unwrap_or(0));
        let tracks: Vec<usize> = (0..channels).collect();
        let stride = out.stride();
        self.decode_tracks(raw, channels, &tracks, out.as_mut_slice(), stride)
    }

    /// Decodes only `tracks` (counted from 0) of `raw`: track `tracks[k]` goes to `out[k * stride..]`. The
    /// others cost nothing. A track that the file does not have is silent.
    ///
    /// Pure, so that parts of `out` can be filled by different threads from the same bytes. Planes that do not
    /// fit `out` are left out. Samples that are not finite become 0; their number comes back.
    pub fn decode_tracks(
        self,
        raw: &[u8],
        channels: usize,
        tracks: &[usize],
        out: &mut [f32],
        stride: usize,
    ) -> usize {
        let frame_bytes = channels.saturating_mul(self.bytes());
        let frames = raw.len().checked_div(frame_bytes).unwrap_or(0).min(stride);
        if frames == 0 || out.len() < frames {
            return 0;
        }
        let raw = raw.get(..frames * frame_bytes).unwrap_or_default();
        let fitting = (out.len() - frames) / stride + 1;
        let tracks = tracks.get(..fitting).unwrap_or(tracks);
        let mut tile = Tile::new();
        let mut non_finite = 0;
        let mut first = 0;
        while let Some(rest) = tracks.get(first..)
            && let Some(&track) = rest.first()
        {
            let run = run_length(rest, channels);
            let Some(planes) = out.get_mut(first * stride..) else { break };
            first += run;
            if track >= channels {
                planes.iter_mut().take(frames).for_each(|sample| *sample = 0.0);
                continue;
            }
            let region =
                Region { format: self, frame_bytes, offset: track * self.bytes(), channels: run, stride };
            non_finite += if run < TILE_AT_LEAST {
                decode_strided(region, raw, planes)
            } else {
                decode_tiles(region, raw, planes, &mut tile)
            };
        }
        non_finite
    }
}

/// How many tracks at the head of `tracks` follow one another in the file, at most a tile.
fn run_length(tracks: &[usize], channels: usize) -> usize {
    let consecutive = tracks.windows(2).take_while(|w| matches!(w, [a, b] if a + 1 == *b && *b < channels));
    (consecutive.take(COLUMNS - 1).count() + 1).min(COLUMNS)
}

/// Neighbouring channels within the frames of raw bytes.
#[derive(Clone, Copy)]
struct Region {
    format: SampleFormat,
    frame_bytes: usize,
    /// Of the first channel within a frame.
    offset: usize,
    channels: usize,
    /// Of the planes.
    stride: usize,
}

/// Sixteen frames of up to 64 channels at a time.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn decode_tiles(region: Region, raw: &[u8], planes: &mut [f32], tile: &mut Tile) -> usize {
    let float = region.format.is_float();
    let bytes = region.channels * region.format.bytes();
    let mut non_finite = 0;
    for (block, rows) in raw.chunks(region.frame_bytes * ROWS).enumerate() {
        let frames = rows.len() / region.frame_bytes;
        for (row, words) in rows.chunks_exact(region.frame_bytes).zip(&mut tile.rows) {
            let from = row.get(region.offset..region.offset + bytes).unwrap_or_default();
            load_words(region.format, from, words);
            if float {
                non_finite += make_finite(words.get_mut(..region.channels).unwrap_or_default());
            }
        }
        match float {
            true => tile.transpose(region.channels, |word| word),
            false => tile.transpose(region.channels, scale),
        }
        let start = block * ROWS;
        for (words, plane) in tile.columns.iter().take(region.channels).zip(planes.chunks_mut(region.stride))
        {
            let to = plane.get_mut(start..).unwrap_or_default();
            match to.first_chunk_mut::<ROWS>() {
                Some(to) if frames == ROWS => *to = words.map(f32::from_bits),
                _ => {
                    for (to, word) in to.iter_mut().zip(words).take(frames) {
                        *to = f32::from_bits(*word);
                    }
                }
            }
        }
    }
    non_finite
}

/// One channel after the other: for few channels, and tracks picked from many.
fn decode_strided(region: Region, raw: &[u8], planes: &mut [f32]) -> usize {
    match region.format {
        SampleFormat::Uint8 => region.decode_strided(raw, planes, |[a]| u32::from(a ^ 0x80) << 24),
        SampleFormat::Int16 => region.decode_strided(raw, planes, |[a, b]| u32::from_le_bytes([0, 0, a, b])),
        SampleFormat::Int24 => {
            region.decode_strided(raw, planes, |[a, b, c]| u32::from_le_bytes([0, a, b, c]))
        }
        SampleFormat::Int32 | SampleFormat::Float32 => region.decode_strided(raw, planes, u32::from_le_bytes),
        SampleFormat::Float64 => {
            region.decode_strided(raw, planes, |bytes| (f64::from_le_bytes(bytes) as f32).to_bits())
        }
    }
}

impl Region {
    #[inline(always)]
    fn decode_strided<const B: usize>(
        self,
        raw: &[u8],
        planes: &mut [f32],
        word: impl Fn([u8; B]) -> u32,
    ) -> usize {
        let mut non_finite = 0;
        for (channel, plane) in planes.chunks_mut(self.stride).take(self.channels).enumerate() {
            let at = self.offset + channel * B;
            for (rows, to) in raw.chunks(self.frame_bytes * COLUMNS).zip(plane.chunks_mut(COLUMNS)) {
                let mut words = [0; COLUMNS];
                let from =
                    rows.chunks_exact(self.frame_bytes).filter_map(|row| row.get(at..)?.first_chunk::<B>());
                for (to, bytes) in words.iter_mut().zip(from) {
                    *to = word(*bytes);
                }
                match self.format.is_float() {
                    true => non_finite += make_finite(&mut words),
                    false => words = words.map(scale),
                }
                let frames = rows.len() / self.frame_bytes;
                for (to, word) in to.iter_mut().zip(words).take(frames) {
                    *to = f32::from_bits(word);
                }
            }
        }
        non_finite
    }
}

/// Samples as left-justified integers or as the bits of an `f32`.
#[inline(always)]
fn load_words(format: SampleFormat, from: &[u8], to: &mut [u32]) {
    match format {
        SampleFormat::Uint8 => {
            for (word, byte) in to.iter_mut().zip(from) {
                *word = u32::from(*byte ^ 0x80) << 24;
            }
        }
        SampleFormat::Int16 => {
            for (word, [a, b]) in to.iter_mut().zip(from.as_chunks().0) {
                *word = u32::from_le_bytes([0, 0, *a, *b]);
            }
        }
        SampleFormat::Int24 => load_int24(from, to),
        SampleFormat::Int32 | SampleFormat::Float32 => {
            for (word, bytes) in to.iter_mut().zip(from.as_chunks().0) {
                *word = u32::from_le_bytes(*bytes);
            }
        }
        SampleFormat::Float64 => {
            for (word, bytes) in to.iter_mut().zip(from.as_chunks().0) {
                *word = (f64::from_le_bytes(*bytes) as f32).to_bits();
            }
        }
    }
}

/// Four samples are three words.
#[inline(always)]
fn load_int24(from: &[u8], to: &mut [u32]) {
    let (groups, _) = from.as_chunks::<4>().0.as_chunks::<3>();
    let (words, _) = to.as_chunks_mut::<4>();
    for (words, [a, b, c]) in words.iter_mut().zip(groups) {
        let (a, b, c) = (u32::from_le_bytes(*a), u32::from_le_bytes(*b), u32::from_le_bytes(*c));
        *words = [a << 8, (a >> 16 & 0xFF00) | b << 16, (b >> 8 & 0x00FF_FF00) | c << 24, c & 0xFFFF_FF00];
    }
    let (from, to) = (from.get(12 * groups.len()..), to.get_mut(4 * groups.len()..));
    for (word, [a, b, c]) in to.unwrap_or_default().iter_mut().zip(from.unwrap_or_default().as_chunks().0) {
        *word = u32::from_le_bytes([0, *a, *b, *c]);
    }
}

/// A left-justified integer to the bits of its sample.
#[inline(always)]
fn scale(word: u32) -> u32 {
    (word.cast_signed() as f32 * (1.0 / 2_147_483_648.0)).to_bits()
}

/// Makes the bits of samples that are not finite zero; returns how many there were.
#[inline(always)]
fn make_finite(words: &mut [u32]) -> usize {
    const EXPONENT: u32 = 0x7F80_0000;
    let mut bad = 0u32;
    for word in words {
        let finite = u32::from(*word & EXPONENT != EXPONENT);
        // Wrapping, here and in the like loops, because a check per sample would keep it from becoming vectors.
        bad = bad.wrapping_add(1 ^ finite);
        *word &= finite.wrapping_neg();
    }
    bad as usize
}
