//! One output: written, or kept for its correction, by a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use formats::bw64::{CompleteFile, Encoder, Writer};

use super::JobError;
use super::levels::ChannelLevels;
use super::source::blocks_ahead;
use super::spool::Spool;
use crate::audio::AudioBlock;
use crate::loudness::{Measurement, Meter, SpeechActivity};

/// Blocks on their way to the disk at most; a slow disk then holds up the renderer.
const BLOCKS_AHEAD: usize = 4;

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

/// A block, and the dialogue alone where a meter wants it.
type Sent = (AudioBlock, Option<AudioBlock>);

/// The near end of an output's thread.
#[derive(Debug)]
pub(super) struct Sink<'scope> {
    path: PathBuf,
    /// Channels and frames of a block.
    shape: (usize, usize),
    /// `None` is the end; a queue that is closed without it belongs to a job that was given up.
    blocks: SyncSender<Option<Sent>>,
    empty: Receiver<AudioBlock>,
    thread: ScopedJoinHandle<'scope, Result<Taken, JobError>>,
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
        self.bytes.clear();
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

impl<'scope> Sink<'scope> {
    /// Starts the thread that takes the blocks of the output `path`, which are of `shape`.
    pub(super) fn start(
        scope: &'scope Scope<'scope, '_>,
        path: &Path,
        shape: (usize, usize),
        destination: Destination,
    ) -> Result<Self, JobError> {
        let (blocks, inbox) = sync_channel::<Option<Sent>>(blocks_ahead(BLOCKS_AHEAD, shape));
        let (outbox, empty) = sync_channel::<AudioBlock>(BLOCKS_AHEAD + 2);
        let work = move || take_all(destination, &inbox, &outbox);
        let thread = std::thread::Builder::new()
            .name("write".to_owned())
            .spawn_scoped(scope, work)
            .map_err(|e| JobError::file(path, format_args!("cannot start a thread to write it: {e}")))?;
        Ok(Self { path: path.to_path_buf(), shape, blocks, empty, thread })
    }

    /// A block to fill, used before or new.
    pub(super) fn empty_block(&self) -> AudioBlock {
        self.empty.try_recv().unwrap_or_else(|_| AudioBlock::new(self.shape.0, self.shape.1))
    }

    /// Sends a block on its way, and its dialogue alone. False when the thread has given up; [`Sink::failure`] tells why.
    pub(super) fn send(&self, block: AudioBlock, stem: Option<AudioBlock>) -> bool {
        self.blocks.send(Some((block, stem))).is_ok()
    }

    /// Asks the thread to put everything on the disk.
    pub(super) fn end(&self) {
        // A thread that is gone has a reason, which comes with its result.
        let _ = self.blocks.send(None);
    }

    /// Waits until everything is on the disk.
    pub(super) fn finish(self) -> Result<Taken, JobError> {
        drop(self.blocks);
        match self.thread.join() {
            Ok(result) => result,
            Err(_) => Err(JobError::file(&self.path, "the thread that wrote it failed")),
        }
    }

    /// Why the thread has given up.
    pub(super) fn failure(self) -> JobError {
        self.finish().err().unwrap_or(JobError::Interrupted)
    }
}

fn take_all(
    mut destination: Destination,
    inbox: &Receiver<Option<Sent>>,
    outbox: &SyncSender<AudioBlock>,
) -> Result<Taken, JobError> {
    while let Some((block, stem)) = inbox.recv().map_err(|_| JobError::Interrupted)? {
        match &mut destination {
            Destination::File(file) => {
                file.add(block.as_slice(), block.stride(), block.channels(), block.frames())?;
            }
            Destination::Spool(spool, meter) => {
                if let Some(meter) = meter {
                    meter.add(block.as_slice(), block.stride(), block.frames());
                    if let Some(stem) = &stem {
                        meter.add_stem(stem.as_slice(), stem.stride(), stem.frames());
                    }
                }
                spool.add(&block)?;
            }
        }
        // Nobody takes it back when the job is at its end.
        let _ = outbox.try_send(block);
    }
    match destination {
        Destination::File(file) => file.finish().map(Taken::File),
        Destination::Spool(spool, meter) => Ok(Taken::Spool(spool, meter.map(|meter| meter.finish()))),
    }
}
