//! Planar samples to interleaved bytes: dither, rounding to nearest, clipping, all counted.

use super::dither::tpdf;
use super::{Dither, Planar, Sample, SampleFormat};

/// Frames of a tile.
const TILE_FRAMES: usize = 64;

/// What happened to the samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodeReport {
    /// Per channel, the samples beyond −1…1 that PCM had to clip; always 0 for float formats.
    pub overloads: Vec<u64>,
    /// Samples that were not numbers, written as 0.
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
        let frame_bytes = channels * self.format.bytes();
        out.resize(start + frames * frame_bytes, 0);
        let Some(bytes) = out.get_mut(start..).filter(|bytes| !bytes.is_empty()) else { return report };
        for tile_start in (0..frames).step_by(TILE_FRAMES) {
            let tile_frames = TILE_FRAMES.min(frames - tile_start);
            let rows = bytes
                .get_mut(tile_start * frame_bytes..(tile_start + tile_frames) * frame_bytes)
                .unwrap_or_default();
            for channel in 0..channels {
                let from = channel * stride + tile_start;
                let plane = planes.get(from..from + tile_frames).unwrap_or_default();
                let frame = first_frame + tile_start as u64;
                let at = channel * self.format.bytes();
                let overloads =
                    self.encode_plane(plane, channel, frame, rows, frame_bytes, at, &mut report.non_finite);
                if let Some(sum) = report.overloads.get_mut(channel) {
                    *sum += overloads;
                }
            }
        }
        report
    }

    #[expect(clippy::too_many_arguments, reason = "one tile's worth of coordinates")]
    fn encode_plane<T: Sample>(
        &self,
        plane: &[T],
        channel: usize,
        frame: u64,
        rows: &mut [u8],
        frame_bytes: usize,
        at: usize,
        non_finite: &mut u64,
    ) -> u64 {
        let mut overloads = 0;
        let scale = match self.format {
            SampleFormat::Uint8 => 128.0,
            SampleFormat::Int16 => 32_768.0,
            SampleFormat::Int24 => 8_388_608.0,
            _ => 2_147_483_648.0,
        };
        let dither = self.dither.filter(|_| matches!(self.format, SampleFormat::Int16 | SampleFormat::Int24));
        for (i, (sample, row)) in plane.iter().zip(rows.chunks_exact_mut(frame_bytes)).enumerate() {
            let value: f64 = (*sample).into();
            let to = row.get_mut(at..at + self.format.bytes()).unwrap_or_default();
            let value = if value.is_nan() {
                *non_finite += 1;
                0.0
            } else {
                value
            };
            match self.format {
                SampleFormat::Float32 => to.copy_from_slice(&(value as f32).to_le_bytes()),
                SampleFormat::Float64 => to.copy_from_slice(&value.to_le_bytes()),
                _ => {
                    overloads += u64::from(value.abs() > 1.0);
                    let position = frame + i as u64;
                    let noise = match dither {
                        Some(dither) if value != 0.0 => {
                            tpdf(dither.keys(channel, (position >> 32) as u32), position as u32)
                        }
                        _ => 0.0,
                    };
                    let integer = (value * scale + noise).round_ties_even().clamp(-scale, scale - 1.0) as i32;
                    let shifted = if self.format == SampleFormat::Uint8 { integer + 128 } else { integer };
                    to.copy_from_slice(shifted.to_le_bytes().get(..to.len()).unwrap_or_default());
                }
            }
        }
        overloads
    }
}
