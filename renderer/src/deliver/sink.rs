//! One output file: its levels taken, encoded and written by a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use formats::bw64::{CompleteFile, Writer};

use super::JobError;
use super::levels::ChannelLevels;
use crate::audio::AudioBlock;
use crate::loudness::{Measurement, Meter};

/// Blocks on their way to the disk; a slow disk then holds up the renderer.
const BLOCKS_AHEAD: usize = 4;

/// What a sink is left with at the end: a file without its name yet, and its levels.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) file: CompleteFile,
    pub(super) levels: Vec<ChannelLevels>,
    /// Where there was a meter.
    pub(super) measurement: Option<Measurement>,
}

/// The near end of an output's thread.
#[derive(Debug)]
pub(super) struct Sink<'scope> {
    path: PathBuf,
    /// Channels and frames of a block.
    shape: (usize, usize),
    /// `None` is the end; a queue that is closed without it belongs to a job that was given up.
    blocks: SyncSender<Option<AudioBlock>>,
    empty: Receiver<AudioBlock>,
    thread: ScopedJoinHandle<'scope, Result<Written, JobError>>,
}

impl<'scope> Sink<'scope> {
    /// Starts the thread that writes blocks of `shape` to `writer`, whose file will be `path` and begins with
    /// frame `start` of the programme. What is written is measured by `meter`.
    pub(super) fn start(
        scope: &'scope Scope<'scope, '_>,
        path: &Path,
        writer: Writer,
        (shape, meter): ((usize, usize), Option<Meter>),
        start: u64,
    ) -> Result<Self, JobError> {
        let (blocks, inbox) = sync_channel::<Option<AudioBlock>>(BLOCKS_AHEAD);
        let (outbox, empty) = sync_channel::<AudioBlock>(BLOCKS_AHEAD + 2);
        let name = path.to_path_buf();
        let work = move || write_all(&name, (writer, meter), start, &inbox, &outbox);
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

    /// Sends a block on its way. False when the thread has given up; [`Sink::failure`] tells why.
    pub(super) fn send(&self, block: AudioBlock) -> bool {
        self.blocks.send(Some(block)).is_ok()
    }

    /// Asks the thread to put everything on the disk.
    pub(super) fn end(&self) {
        // A thread that is gone has a reason, which comes with its result.
        let _ = self.blocks.send(None);
    }

    /// Waits until everything is on the disk.
    pub(super) fn finish(self) -> Result<Written, JobError> {
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

fn write_all(
    path: &Path,
    (mut writer, mut meter): (Writer, Option<Meter>),
    start: u64,
    inbox: &Receiver<Option<AudioBlock>>,
    outbox: &SyncSender<AudioBlock>,
) -> Result<Written, JobError> {
    let encoder = writer.encoder();
    let mut levels: Vec<ChannelLevels> = Vec::new();
    let mut bytes = Vec::new();
    while let Some(block) = inbox.recv().map_err(|_| JobError::Interrupted)? {
        levels.resize(block.channels(), ChannelLevels::default());
        let position = writer.frames();
        for (channel, levels) in levels.iter_mut().enumerate() {
            levels.add(block.channel(channel), position);
        }
        if let Some(meter) = &mut meter {
            meter.add(block.as_slice(), block.stride(), block.frames());
        }
        bytes.clear();
        let (channels, frames) = (block.channels(), block.frames());
        // The noise belongs to the frame of the programme: a span has the bits of the whole.
        let frame = start.saturating_add(position);
        let report =
            encoder.encode_planes(block.as_slice(), block.stride(), channels, frames, frame, &mut bytes);
        writer.write_raw(&bytes, &report).map_err(|e| JobError::output(path, &e))?;
        // Nobody takes it back when the job is at its end.
        let _ = outbox.try_send(block);
    }
    let file = writer.complete().map_err(|e| JobError::output(path, &e))?;
    Ok(Written { file, levels, measurement: meter.map(Meter::finish) })
}
