//! Interleaved bytes to planar `f32`, in tiles that stay in the first-level cache.

use super::{Planar, SampleFormat};

/// Frames and channels of a tile: 16 KiB of `f32`.
const TILE_FRAMES: usize = 64;
const TILE_CHANNELS: usize = 64;

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
        if frames == 0 {
            return 0;
        }
        let planes = out.len().saturating_sub(frames) / stride + usize::from(out.len() >= frames);
        let tracks = tracks.get(..planes).unwrap_or(tracks);
        let mut non_finite = 0;
        let mut first = 0;
        while let Some(rest) = tracks.get(first..).filter(|rest| !rest.is_empty()) {
            let run = run_length(rest, channels);
            let (Some(&track), Some(planes)) = (rest.first(), out.get_mut(first * stride..)) else { break };
            if track >= channels {
                planes.iter_mut().take(frames).for_each(|sample| *sample = 0.0);
            } else {
                let region =
                    Region { frame_bytes, offset: track * self.bytes(), channels: run, frames, stride };
                non_finite += match self {
                    Self::Uint8 => region.decode(raw, planes, |[b]: [u8; 1]| (f32::from(b) - 128.0) / 128.0),
                    Self::Int16 => {
                        region.decode(raw, planes, |b| f32::from(i16::from_le_bytes(b)) / 32_768.0)
                    }
                    Self::Int24 => region.decode(raw, planes, int24),
                    Self::Int32 => {
                        region.decode(raw, planes, |b| i32::from_le_bytes(b) as f32 / 2_147_483_648.0)
                    }
                    Self::Float32 => region.decode(raw, planes, f32::from_le_bytes),
                    Self::Float64 => region.decode(raw, planes, |b| f64::from_le_bytes(b) as f32),
                };
            }
            first += run;
        }
        non_finite
    }
}

/// How many tracks at the head of `tracks` follow one another in the file, at most a tile.
fn run_length(tracks: &[usize], channels: usize) -> usize {
    let consecutive =
        tracks.windows(2).take_while(|w| matches!(w, [a, b] if a + 1 == *b && *b < channels)).count();
    (consecutive + 1).min(TILE_CHANNELS)
}

fn int24([a, b, c]: [u8; 3]) -> f32 {
    // The sample in the upper 24 bits of an i32: exact in f32 because the lowest byte is 0.
    i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0
}

/// Neighbouring channels of the raw bytes.
struct Region {
    frame_bytes: usize,
    offset: usize,
    channels: usize,
    frames: usize,
    stride: usize,
}

impl Region {
    fn decode<const B: usize>(
        &self,
        raw: &[u8],
        planes: &mut [f32],
        sample: impl Fn([u8; B]) -> f32,
    ) -> usize {
        let mut tile = [[0.0f32; TILE_CHANNELS]; TILE_FRAMES];
        let mut non_finite = 0;
        for start in (0..self.frames).step_by(TILE_FRAMES) {
            let frames = TILE_FRAMES.min(self.frames - start);
            let rows = raw.chunks_exact(self.frame_bytes).skip(start);
            for (row, to) in rows.zip(tile.iter_mut().take(frames)) {
                let (samples, _) = row.get(self.offset..).unwrap_or_default().as_chunks::<B>();
                for (value, bytes) in to.iter_mut().take(self.channels).zip(samples) {
                    let read = sample(*bytes);
                    non_finite += usize::from(!read.is_finite());
                    *value = if read.is_finite() { read } else { 0.0 };
                }
            }
            for (channel, plane) in planes.chunks_mut(self.stride).take(self.channels).enumerate() {
                let to = plane.get_mut(start..start + frames).unwrap_or_default();
                for (value, row) in to.iter_mut().zip(&tile) {
                    *value = row.get(channel).copied().unwrap_or(0.0);
                }
            }
        }
        non_finite
    }
}
