//! One output: written, or kept for its correction.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use formats::bw64::{CompleteFile, Encoder, Writer};

use super::JobError;
use super::levels::ChannelLevels;
use super::spool::Spool;
use crate::audio::AudioBlock;
use crate::loudness::{Measurement, Meter, SpeechActivity};

/// Where blocks go.
#[derive(Debug)]
pub(super) enum Destination {
    /// Into a file.
    File(Box<FileSink>),
    /// Into a spool, measured on the way.
    Spool(Spool, Option<Box<Meter>>),
}

/// What became of them.
#[derive(Debug)]
pub(super) enum Taken {
    File(Written),
    Spool(Spool, Option<Measurement>),
}

/// Takes levels, measures, encodes and writes.
#[derive(Debug)]
pub(super) struct FileSink {
    path: PathBuf,
    writer: Writer,
    encoder: Encoder,
    meter: Option<Meter>,
    levels: Vec<ChannelLevels>,
    /// The frame of the programme that the file begins with.
    start: u64,
    bytes: Vec<u8>,
}

/// What is left at the end: a file without its name yet, and its levels.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) file: CompleteFile,
    pub(super) levels: Vec<ChannelLevels>,
    /// Where there was a meter.
    pub(super) measurement: Option<Measurement>,
    /// When there is speech, where that is known.
    pub(super) speech: Option<Arc<SpeechActivity>>,
}

impl FileSink {
    /// Writes to `writer`, whose file will be `path` and begins with frame `start` of the programme.
    pub(super) fn new(path: &Path, writer: Writer, meter: Option<Meter>, start: u64) -> Self {
        let encoder = writer.encoder();
        Self {
            path: path.to_path_buf(),
            writer,
            encoder,
            meter,
            levels: Vec::new(),
            start,
            bytes: Vec::new(),
        }
    }

    /// Measures what comes with `meter`.
    pub(super) fn measure_with(&mut self, meter: Meter) {
        self.meter = Some(meter);
    }

    /// Goes on with `frames` frames of so many channels, each `stride` samples after the one before.
    pub(super) fn add(
        &mut self,
        planes: &[f32],
        stride: usize,
        channels: usize,
        frames: usize,
    ) -> Result<(), JobError> {
        self.levels.resize(channels, ChannelLevels::default());
        let position = self.writer.frames();
        for (channel, levels) in self.levels.iter_mut().enumerate() {
            let from = (channel * stride).min(planes.len());
            levels.add(planes.get(from..from + frames).unwrap_or_default(), position);
        }
        if let Some(meter) = &mut self.meter {
            meter.add(planes, stride, frames);
        }
        // The noise belongs to the frame of the programme: a span has the bits of the whole.
        let frame = self.start.saturating_add(position);
        let report = self.encoder.encode_planes(planes, stride, channels, frames, frame, &mut self.bytes);
        self.writer.write_raw(&self.bytes, &report).map_err(|e| JobError::output(&self.path, &e))
    }

    /// Puts everything on the disk.
    pub(super) fn finish(self) -> Result<Written, JobError> {
        let file = self.writer.complete().map_err(|e| JobError::output(&self.path, &e))?;
        Ok(Written { file, levels: self.levels, measurement: self.meter.map(Meter::finish), speech: None })
    }
}

impl Destination {
    /// Goes on with `block`; `stem` is the dialogue alone, where a meter wants it.
    pub(super) fn take(&mut self, block: &AudioBlock, stem: Option<&AudioBlock>) -> Result<(), JobError> {
        match self {
            Self::File(file) => file.add(block.as_slice(), block.stride(), block.channels(), block.frames()),
            Self::Spool(spool, meter) => {
                if let Some(meter) = meter {
                    meter.add(block.as_slice(), block.stride(), block.frames());
                    if let Some(stem) = stem {
                        meter.add_stem(stem.as_slice(), stem.stride(), stem.frames());
                    }
                }
                spool.add(block)
            }
        }
    }

    /// Puts everything on the disk.
    pub(super) fn finish(self) -> Result<Taken, JobError> {
        match self {
            Self::File(file) => file.finish().map(Taken::File),
            Self::Spool(spool, meter) => Ok(Taken::Spool(spool, meter.map(|meter| meter.finish()))),
        }
    }
}
