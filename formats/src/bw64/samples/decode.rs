//! Interleaved bytes to planar `f32`.
//!
//! Sixteen frames at a time become `f32`, in the order in which they lie in the file, and are then transposed.
//! Exact: 24 bits fit an `f32`, and the scale is a power of two.

use multiversion::multiversion;

use super::planar::Aligned;
use super::transpose::{QUAD, interleave};
use super::{Planar, SampleFormat};

/// Frames that are transposed at a time: one cache line of each plane.
const ROWS: usize = 4 * QUAD;
/// Channels that are transposed at a time, at most.
const COLUMNS: usize = 64;
/// Files of fewer channels are read one channel at a time.
const TILE_AT_LEAST: usize = 4;
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
        if frames == 0 || out.len() < frames {
            return 0;
        }
        let raw = raw.get(..frames * frame_bytes).unwrap_or_default();
        let file = Interleaved { format: self, channels, frame_bytes, raw };
        let fitting = (out.len() - frames) / stride + 1;
        let mut picks = Vec::with_capacity(tracks.len().min(fitting));
        for (plane, &track) in tracks.iter().take(fitting).enumerate() {
            let start = plane * stride;
            if track < channels {
                picks.push(Pick { track, start });
            } else {
                out.get_mut(start..start + frames).unwrap_or_default().fill(0.0);
            }
        }
        if channels < TILE_AT_LEAST || picks.len() * TILE_SPARSEST < channels {
            return picks.iter().map(|pick| decode_strided(file, *pick, out)).sum();
        }
        picks.sort_unstable_by_key(|pick| pick.track);
        decode_tiles(file, &picks, out)
    }
}

/// Frames as they lie in the file.
#[derive(Clone, Copy)]
struct Interleaved<'a> {
    format: SampleFormat,
    channels: usize,
    frame_bytes: usize,
    /// Whole frames.
    raw: &'a [u8],
}

/// A wanted track and where its plane starts.
#[derive(Clone, Copy)]
struct Pick {
    track: usize,
    start: usize,
}

/// Decodes `picks`, which are in the order of the file, and with them the channels between.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn decode_tiles(file: Interleaved, picks: &[Pick], out: &mut [f32]) -> usize {
    // In the order of the file. The last row is read beyond its end: channels are transposed by fours.
    let mut samples = [0.0; (ROWS + 1) * COLUMNS];
    // Of each channel, frames n, n + 4, n + 8 and n + 12.
    let Aligned(quads) = &mut Aligned([[[0.0; QUAD]; COLUMNS]; ROWS / QUAD]);
    // All sixteen.
    let Aligned(lines) = &mut Aligned([[0.0; ROWS]; COLUMNS]);
    let pitch = file.channels.min(COLUMNS);
    let mut non_finite = 0;
    // One window after the other: the planes of more would be too many for the processor's table of pages.
    for window in picks.chunk_by(|a, b| a.track / COLUMNS == b.track / COLUMNS) {
        let (Some(first), Some(last)) = (window.first(), window.last()) else { continue };
        let width = (last.track - first.track + 1).next_multiple_of(QUAD).min(COLUMNS);
        let skipped = if file.channels <= COLUMNS { first.track } else { 0 };
        for (block, rows) in file.raw.chunks(file.frame_bytes * ROWS).enumerate() {
            load_rows(file, rows, first.track, width, &mut samples);
            for (quad, of) in quads.iter_mut().enumerate() {
                let at = quad * pitch + skipped;
                let row = |n: usize| samples.get(at + n * QUAD * pitch..).unwrap_or_default();
                interleave([row(0), row(1), row(2), row(3)], &mut of[..width]);
            }
            let frames = rows.len() / file.frame_bytes;
            let usual = frames == ROWS && (!file.format.is_float() || all_finite(&samples));
            let [a, b, c, d] = &*quads;
            let (fours, _) = lines.as_flattened_mut().as_chunks_mut::<QUAD>();
            let quads = [a.as_flattened(), b.as_flattened(), c.as_flattened(), d.as_flattened()];
            interleave(quads, &mut fours[..QUAD * width]);
            for pick in window {
                let line = lines[pick.track - first.track];
                let to = out.get_mut(pick.start + block * ROWS..).unwrap_or_default();
                if !usual {
                    non_finite += store_carefully(&line, frames, file.format, to);
                } else if let Some(to) = to.first_chunk_mut() {
                    *to = line;
                }
            }
        }
    }
    non_finite
}

/// Takes in the channels from `first` to `first + width`; of narrow files all, in one go.
#[inline(always)]
fn load_rows(file: Interleaved, rows: &[u8], first: usize, width: usize, samples: &mut [f32]) {
    if file.channels <= COLUMNS {
        load(file.format, rows, samples);
        return;
    }
    let begin = first * file.format.bytes();
    let end = (begin + width * file.format.bytes()).min(file.frame_bytes);
    for (row, to) in rows.chunks_exact(file.frame_bytes).zip(samples.chunks_exact_mut(COLUMNS)) {
        load(file.format, row.get(begin..end).unwrap_or_default(), to);
    }
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
fn decode_strided(file: Interleaved, pick: Pick, out: &mut [f32]) -> usize {
    match file.format {
        SampleFormat::Uint8 => file.decode_strided(pick, out, uint8),
        SampleFormat::Int16 => file.decode_strided(pick, out, int16),
        SampleFormat::Int24 => file.decode_strided(pick, out, int24),
        SampleFormat::Int32 => file.decode_strided(pick, out, int32),
        SampleFormat::Float32 => file.decode_strided(pick, out, f32::from_le_bytes),
        SampleFormat::Float64 => file.decode_strided(pick, out, |bytes| f64::from_le_bytes(bytes) as f32),
    }
}

impl Interleaved<'_> {
    #[inline(always)]
    fn decode_strided<const B: usize>(
        self,
        pick: Pick,
        out: &mut [f32],
        sample: impl Fn([u8; B]) -> f32,
    ) -> usize {
        let at = pick.track * B;
        let rows = self.raw.chunks_exact(self.frame_bytes);
        let to = out.get_mut(pick.start..pick.start + rows.len()).unwrap_or_default();
        for (to, row) in to.iter_mut().zip(rows) {
            *to = row.get(at..).and_then(<[u8]>::first_chunk).map_or(0.0, |bytes| sample(*bytes));
        }
        if self.format.is_float() { make_finite(to) } else { 0 }
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

/// Samples in the order of the file.
#[inline(always)]
fn load(format: SampleFormat, from: &[u8], to: &mut [f32]) {
    match format {
        SampleFormat::Uint8 => {
            for (to, bytes) in to.iter_mut().zip(from.as_chunks().0) {
                *to = uint8(*bytes);
            }
        }
        SampleFormat::Int16 => {
            for (to, bytes) in to.iter_mut().zip(from.as_chunks().0) {
                *to = int16(*bytes);
            }
        }
        SampleFormat::Int24 => load_int24(from, to),
        SampleFormat::Int32 => {
            for (to, bytes) in to.iter_mut().zip(from.as_chunks().0) {
                *to = int32(*bytes);
            }
        }
        SampleFormat::Float32 => {
            for (to, bytes) in to.iter_mut().zip(from.as_chunks().0) {
                *to = f32::from_le_bytes(*bytes);
            }
        }
        SampleFormat::Float64 => {
            for (to, bytes) in to.iter_mut().zip(from.as_chunks().0) {
                *to = f64::from_le_bytes(*bytes) as f32;
            }
        }
    }
}

/// Four samples are three words.
#[inline(always)]
fn load_int24(from: &[u8], to: &mut [f32]) {
    let (groups, _) = from.as_chunks::<4>().0.as_chunks::<3>();
    let (fours, _) = to.as_chunks_mut::<4>();
    for (four, [a, b, c]) in fours.iter_mut().zip(groups) {
        let (a, b, c) = (u32::from_le_bytes(*a), u32::from_le_bytes(*b), u32::from_le_bytes(*c));
        *four = [
            scaled(a << 8),
            scaled((a >> 16 & 0xFF00) | b << 16),
            scaled((b >> 8 & 0x00FF_FF00) | c << 24),
            scaled(c & 0xFFFF_FF00),
        ];
    }
    let (from, to) = (from.get(12 * groups.len()..), to.get_mut(4 * groups.len()..));
    for (to, bytes) in to.unwrap_or_default().iter_mut().zip(from.unwrap_or_default().as_chunks().0) {
        *to = int24(*bytes);
    }
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
