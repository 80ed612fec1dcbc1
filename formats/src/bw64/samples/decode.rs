//! Interleaved bytes to planar `f32`.
//!
//! Four samples of n bytes are n words, whichever the format: sixteen frames at a time, the words of four channels are
//! transposed as they lie in the file, and then taken apart. Exact: 24 bits fit an `f32`, and the scale is a power of two.
//!
//! ```text
//!  16 frames:  a b c │ a b c │ …  24 bits, four channels        ── interleave ──   a: 16 words ┐
//!              a b c │ a b c │ …                                                   b: 16 words ├ split ── 4 channels of 16 samples
//!                                                                                  c: 16 words ┘
//! ```

use std::ops::Range;

use multiversion::multiversion;

use super::planar::Aligned;
use super::transpose::{QUAD, interleave};
use super::{Planar, SampleFormat};

/// Frames that are transposed at a time: one cache line of each plane.
const ROWS: usize = 4 * QUAD;
/// Words of each frame that are transposed at a time, at most.
const WORDS: usize = 64;
/// Channels whose samples are whole words.
const GROUP: usize = 4;
/// Files of fewer channels are read one channel at a time.
const TILE_AT_LEAST: usize = 4;
/// Bytes that a processor loads at once.
const CACHE_LINE: usize = 64;
/// Tiles before it is their turn that the bytes of one are asked for: they come from another processor's cache, if not from memory.
const AHEAD: usize = 2;
/// As long as at least one in so many of the file's channels is wanted, it pays to read them all.
const TILE_SPARSEST: usize = 3;

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

    /// Whether the bytes of a sample are a number once they are decoded; integers are.
    pub fn is_finite(self, sample: &[u8]) -> bool {
        match (sample.first_chunk::<4>(), sample.first_chunk::<8>(), self) {
            (_, Some(bytes), Self::Float64) => (f64::from_le_bytes(*bytes) as f32).is_finite(),
            (Some(bytes), _, Self::Float32) => f32::from_le_bytes(*bytes).is_finite(),
            _ => true,
        }
    }

    /// Decodes only `tracks` (counted from 0) of `raw`: track `tracks[k]` goes to `out[k * stride..]`. A track
    /// that the file does not have is silent.
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
        if frames == 0 {
            return 0;
        }
        let raw = raw.get(..frames * frame_bytes).unwrap_or_default();
        let file = Interleaved { format: self, frame_bytes, raw };
        let mut picks = Vec::with_capacity(tracks.len());
        for (&track, plane) in tracks.iter().zip(out.chunks_mut(stride)) {
            let Some(plane) = plane.get_mut(..frames) else { continue };
            if track < channels {
                picks.push(Pick { track, plane });
            } else {
                plane.fill(0.0);
            }
        }
        if channels < TILE_AT_LEAST || picks.len() * TILE_SPARSEST < channels {
            return picks.into_iter().map(|pick| decode_strided(file, pick)).sum();
        }
        picks.sort_unstable_by_key(|pick| pick.track);
        match self {
            Self::Uint8 => decode_tiles::<1>(file, &mut picks),
            Self::Int16 => decode_tiles::<2>(file, &mut picks),
            Self::Int24 => decode_tiles::<3>(file, &mut picks),
            Self::Int32 | Self::Float32 => decode_tiles::<4>(file, &mut picks),
            Self::Float64 => decode_tiles::<8>(file, &mut picks),
        }
    }
}

/// Frames as they lie in the file.
#[derive(Clone, Copy)]
struct Interleaved<'a> {
    format: SampleFormat,
    frame_bytes: usize,
    /// Whole frames.
    raw: &'a [u8],
}

/// A wanted track and its plane, which has as many frames as the file.
struct Pick<'a> {
    track: usize,
    plane: &'a mut [f32],
}

/// Decodes `picks`, which are in the order of the file, and with them the channels between. Samples have `B` bytes.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn decode_tiles<const B: usize>(file: Interleaved, picks: &mut [Pick]) -> usize {
    // Rows that can't be read where they lie, because what follows the last one isn't there.
    let mut apart = [[0; 4 * WORDS]; ROWS];
    // Of each word, frames n, n + 4, n + 8 and n + 12.
    let Aligned(quads) = &mut Aligned([[[0; QUAD]; WORDS]; ROWS / QUAD]);
    // All sixteen.
    let Aligned(lines) = &mut Aligned([[0; ROWS]; WORDS]);
    let columns = WORDS / B * GROUP;
    let mut non_finite = 0;
    // One window after the other: the planes of more would be too many for the processor's table of pages.
    for window in picks.chunk_by_mut(|a, b| a.track / columns == b.track / columns) {
        let (Some(first), Some(last)) = (window.first(), window.last()) else { continue };
        let (first, last) = (first.track / GROUP, last.track / GROUP);
        let (begin, words) = (first * GROUP * B, (last - first + 1) * B);
        let mut groups: Vec<_> = window.chunk_by_mut(|a, b| a.track / GROUP == b.track / GROUP).collect();
        for at in (0..file.raw.len() / file.frame_bytes).step_by(ROWS) {
            let tile = file.raw.get(at * file.frame_bytes..).unwrap_or_default();
            let frames = (tile.len() / file.frame_bytes).min(ROWS);
            ask_for(file, at + AHEAD * ROWS, begin..(begin + 4 * words).min(file.frame_bytes));
            let direct = (ROWS - 1) * file.frame_bytes + begin + 4 * words <= tile.len();
            let (bytes, pitch) = if direct {
                (tile.get(begin..).unwrap_or_default(), file.frame_bytes)
            } else {
                put_apart(file, tile, begin, words, &mut apart);
                (apart.as_flattened(), 4 * WORDS)
            };
            for (quad, of) in quads.iter_mut().enumerate() {
                let row = |n: usize| bytes.get((quad + n * QUAD) * pitch..).unwrap_or_default().as_chunks().0;
                interleave([row(0), row(1), row(2), row(3)], u32::from_le_bytes, &mut of[..words]);
            }
            let [a, b, c, d] = &*quads;
            let (fours, _) = lines.as_flattened_mut().as_chunks_mut::<QUAD>();
            let quads = [a.as_flattened(), b.as_flattened(), c.as_flattened(), d.as_flattened()];
            interleave(quads, |word| word, &mut fours[..QUAD * words]);
            for picks in &mut groups {
                let Some(group) = picks.first().map(|pick| pick.track / GROUP - first) else { continue };
                let four = split::<B>(file.format, &lines[group * B..(group + 1) * B]);
                let usual = frames == ROWS && (!file.format.is_float() || all_finite(four.as_flattened()));
                for Pick { track, plane } in picks.iter_mut() {
                    let line = &four[*track % GROUP];
                    if !usual {
                        let to = plane.get_mut(at..).unwrap_or_default();
                        non_finite += store_carefully(line, frames, file.format, to);
                    } else if let Some(to) = plane.as_chunks_mut().0.get_mut(at / ROWS) {
                        *to = *line;
                    }
                }
            }
        }
    }
    non_finite
}

/// Asks for bytes `range` of each row of the tile that begins with frame `at`, if there is one; where that is most of them, for all.
#[inline(always)]
fn ask_for(file: Interleaved, at: usize, range: Range<usize>) {
    let tile = file.raw.get(at * file.frame_bytes..).unwrap_or_default();
    let tile = &tile[..tile.len().min(ROWS * file.frame_bytes)];
    if 2 * range.len() > file.frame_bytes {
        prefetch(tile);
    } else {
        tile.chunks_exact(file.frame_bytes).for_each(|row| prefetch(&row[range.clone()]));
    }
}

#[inline(always)]
fn prefetch(bytes: &[u8]) {
    bytes.chunks(CACHE_LINE).for_each(|line| prefetch_line(&line[0]));
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn prefetch_line(byte: &u8) {
    safe_arch::prefetch_t0(byte);
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn prefetch_line(_: &u8) {}

/// The first rows of `tile`, as many as there are, from byte `begin` on, as far as a row has so many words.
#[cold]
#[inline(never)]
fn put_apart(
    file: Interleaved,
    tile: &[u8],
    begin: usize,
    words: usize,
    apart: &mut [[u8; 4 * WORDS]; ROWS],
) {
    let end = (begin + 4 * words).min(file.frame_bytes);
    for (row, to) in tile.chunks_exact(file.frame_bytes).zip(apart) {
        let row = row.get(begin..end).unwrap_or_default();
        to[..row.len()].copy_from_slice(row);
    }
}

/// Four channels of the `B` words that they are made of.
#[inline(always)]
fn split<const B: usize>(format: SampleFormat, words: &[[u32; ROWS]]) -> [[f32; ROWS]; GROUP] {
    let mut four = [[0.0; ROWS]; GROUP];
    let word = |number: usize, n: usize| words[number][n];
    for n in 0..ROWS {
        let samples = match (B, format) {
            (1, _) => [0, 8, 16, 24].map(|shift| scaled((word(0, n) >> shift ^ 0x80) << 24)),
            (2, _) => {
                let (a, b) = (word(0, n), word(1, n));
                [scaled(a << 16), scaled(a & 0xFFFF_0000), scaled(b << 16), scaled(b & 0xFFFF_0000)]
            }
            (3, _) => {
                let (a, b, c) = (word(0, n), word(1, n), word(2, n));
                [
                    scaled(a << 8),
                    scaled((a >> 16 & 0xFF00) | b << 16),
                    scaled((b >> 8 & 0x00FF_FF00) | c << 24),
                    scaled(c & 0xFFFF_FF00),
                ]
            }
            (4, SampleFormat::Float32) => [0, 1, 2, 3].map(|k| f32::from_bits(word(k, n))),
            (4, _) => [0, 1, 2, 3].map(|k| scaled(word(k, n))),
            _ => [0, 2, 4, 6]
                .map(|k| f64::from_bits(u64::from(word(k, n)) | u64::from(word(k + 1, n)) << 32) as f32),
        };
        for (line, sample) in four.iter_mut().zip(samples) {
            line[n] = sample;
        }
    }
    four
}

/// Stores `frames` samples that may not be finite. Apart, so that the usual way has loops of fixed length.
#[cold]
#[inline(never)]
fn store_carefully(line: &[f32; ROWS], frames: usize, format: SampleFormat, to: &mut [f32]) -> usize {
    let to = to.get_mut(..frames).unwrap_or_default();
    to.copy_from_slice(&line[..to.len()]);
    if format.is_float() { make_finite(to) } else { 0 }
}

/// Decodes one track: of few, and when few are picked from many.
fn decode_strided(file: Interleaved, pick: Pick) -> usize {
    match file.format {
        SampleFormat::Uint8 => file.decode_strided(pick, uint8),
        SampleFormat::Int16 => file.decode_strided(pick, int16),
        SampleFormat::Int24 => file.decode_strided(pick, int24),
        SampleFormat::Int32 => file.decode_strided(pick, int32),
        SampleFormat::Float32 => file.decode_strided(pick, f32::from_le_bytes),
        SampleFormat::Float64 => file.decode_strided(pick, |bytes| f64::from_le_bytes(bytes) as f32),
    }
}

impl Interleaved<'_> {
    #[inline(always)]
    fn decode_strided<const B: usize>(self, pick: Pick, sample: impl Fn([u8; B]) -> f32) -> usize {
        let at = pick.track * B;
        for (to, row) in pick.plane.iter_mut().zip(self.raw.chunks_exact(self.frame_bytes)) {
            *to = row.get(at..).and_then(<[u8]>::first_chunk).map_or(0.0, |bytes| sample(*bytes));
        }
        if self.format.is_float() { make_finite(pick.plane) } else { 0 }
    }
}

#[inline(always)]
fn uint8([a]: [u8; 1]) -> f32 {
    scaled(u32::from(a ^ 0x80) << 24)
}

#[inline(always)]
fn int16([a, b]: [u8; 2]) -> f32 {
    scaled(u32::from_le_bytes([0, 0, a, b]))
}

#[inline(always)]
fn int24([a, b, c]: [u8; 3]) -> f32 {
    scaled(u32::from_le_bytes([0, a, b, c]))
}

#[inline(always)]
fn int32(bytes: [u8; 4]) -> f32 {
    scaled(u32::from_le_bytes(bytes))
}

/// A left-justified integer as a sample.
#[inline(always)]
fn scaled(word: u32) -> f32 {
    word.cast_signed() as f32 * (1.0 / 2_147_483_648.0)
}

/// All ones for infinities and NaN.
const EXPONENT: u32 = 0x7F80_0000;

#[inline(always)]
fn all_finite(samples: &[f32]) -> bool {
    let mut bad = 0u32;
    for sample in samples {
        bad |= u32::from(sample.to_bits() & EXPONENT == EXPONENT);
    }
    bad == 0
}

/// Makes samples that are not finite zero; returns how many there were.
#[inline(always)]
fn make_finite(samples: &mut [f32]) -> usize {
    let mut bad = 0u32;
    for sample in samples {
        let bits = sample.to_bits();
        let finite = u32::from(bits & EXPONENT != EXPONENT);
        // Wrapping, here and in the like loops, because a check per sample would keep it from becoming vectors.
        bad = bad.wrapping_add(1 ^ finite);
        *sample = f32::from_bits(bits & finite.wrapping_neg());
    }
    bad as usize
}
