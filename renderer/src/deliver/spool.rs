//! A render that waits to be corrected: samples in an unnamed file, which is gone with the job however that ends.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use formats::bw64::{Encoder, Planar, SampleFormat};

use super::JobError;
use super::places::is_stream;
use crate::audio::AudioBlock;
use crate::master::pieces::piece_frames;

/// Interleaved `f32` in a file without a name.
#[derive(Debug)]
pub(super) struct Spool {
    file: File,
    /// The output that it becomes, for messages.
    output: PathBuf,
    channels: usize,
    frames: u64,
    bytes: Vec<u8>,
}

/// Frames read back.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Vec<u8>,
    pub(super) planes: Planar<f32>,
}

impl Spool {
    /// An empty one beside `output`, or in the system's folder for such files when that is a device or a pipe.
    pub(super) fn create(output: &Path, channels: usize) -> Result<Self, JobError> {
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = if is_stream(output) { tempfile::tempfile() } else { tempfile::tempfile_in(folder) };
        let file = file.map_err(|e| {
            JobError::file(output, format_args!("cannot make a temporary file beside it: {e}"))
        })?;
        Ok(Self { file, output: output.to_path_buf(), channels, frames: 0, bytes: Vec::new() })
    }

    /// Bytes of so many frames.
    pub(super) fn bytes(channels: usize, frames: u64) -> u64 {
        frames.saturating_mul(SampleFormat::Float32.bytes() as u64).saturating_mul(channels as u64)
    }

    /// Frames that are in it.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Channels that are in it.
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// The most frames to read at a time.
    pub(super) fn piece_frames(&self) -> usize {
        piece_frames(self.channels * SampleFormat::Float32.bytes())
    }

    /// Goes on with `block`; what is no number becomes silence.
    pub(super) fn add(&mut self, block: &AudioBlock) -> Result<(), JobError> {
        let encoder = Encoder { format: SampleFormat::Float32, dither: None };
        let frames = block.frames();
        encoder.encode_planes(block.as_slice(), block.stride(), self.channels, frames, 0, &mut self.bytes);
        self.file.write_all(&self.bytes).map_err(|e| {
            JobError::file(
                &self.output,
                format_args!("cannot write the temporary file beside it: {e}; make room"),
            )
        })?;
        self.frames = self.frames.saturating_add(frames as u64);
        Ok(())
    }

    /// Reads `frames` frames from `at` on, every sample `factor` times as large.
    pub(super) fn read(
        &self,
        at: u64,
        frames: usize,
        factor: f32,
        piece: &mut Piece,
    ) -> Result<(), JobError> {
        let bytes = usize::try_from(Self::bytes(self.channels, frames as u64)).unwrap_or(usize::MAX);
        piece.bytes.resize(bytes, 0);
        self.file.read_exact_at(&mut piece.bytes, Self::bytes(self.channels, at)).map_err(|e| {
            JobError::file(&self.output, format_args!("cannot read the temporary file beside it: {e}"))
        })?;
        SampleFormat::Float32.decode(&piece.bytes, self.channels, &mut piece.planes);
        if factor != 1.0 {
            for channel in 0..self.channels {
                piece.planes.channel_mut(channel).iter_mut().for_each(|sample| *sample *= factor);
            }
        }
        Ok(())
    }
}

impl Piece {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new(), planes: Planar::new(0, 0) }
    }
}
