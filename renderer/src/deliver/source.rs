//! The input's samples, read and decoded ahead by a thread of their own.

use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

use rayon::ThreadPool;

use super::JobError;
use super::faults::Faults;
use crate::audio::AudioBlock;
use crate::engine::Engine;
use crate::master::Input;

/// Blocks on their way at most; the disk may stall this long without holding up the renderer.
const BLOCKS_AHEAD: usize = 3;

/// Bytes of blocks on their way, about; there is always room for one.
const BYTES_AHEAD: usize = 8 << 20;

/// How many blocks of so many channels and samples may be on their way: `most`, or fewer when they are large.
pub(super) fn blocks_ahead(most: usize, (channels, frames): (usize, usize)) -> usize {
    let bytes = channels.saturating_mul(frames).saturating_mul(size_of::<f32>());
    (BYTES_AHEAD / bytes.max(1)).clamp(1, most)
}

/// The near end of the reading thread.
#[derive(Debug)]
pub(super) struct Source {
    blocks: Receiver<Result<AudioBlock, JobError>>,
    empty: SyncSender<AudioBlock>,
    faults: Arc<Mutex<Faults>>,
}

/// The far end.
struct ReadAhead<'a> {
    path: &'a Path,
    input: Input,
    tracks: Vec<usize>,
    span: Range<u64>,
    block_frames: usize,
    raw: Vec<u8>,
    faults: Arc<Mutex<Faults>>,
}

impl Source {
    /// Starts to read what `engine` needs of the file `path`.
    pub(super) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        path: &'scope Path,
        input: Input,
        engine: &Engine,
    ) -> Result<Self, JobError> {
        let shape = (engine.used_tracks().len(), engine.block_frames());
        let (outbox, blocks) = sync_channel(blocks_ahead(BLOCKS_AHEAD, shape));
        let (empty, inbox) = sync_channel::<AudioBlock>(BLOCKS_AHEAD + 2);
        let faults = Arc::new(Mutex::new(Faults::default()));
        let mut ahead = ReadAhead {
            path,
            input,
            tracks: engine.used_tracks().to_vec(),
            span: engine.input_span(),
            block_frames: engine.block_frames(),
            raw: Vec::new(),
            faults: Arc::clone(&faults),
        };
        let work = move || {
            while !ahead.span.is_empty() {
                let block = inbox.try_recv();
                let block = block.unwrap_or_else(|_| AudioBlock::new(ahead.tracks.len(), ahead.block_frames));
                let result = ahead.read(block);
                let failed = result.is_err();
                // Nobody listens when the job ended early.
                if outbox.send(result).is_err() || failed {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("read".to_owned())
            .spawn_scoped(scope, work)
            .map_err(|e| JobError::file(path, format_args!("cannot start a thread to read it: {e}")))?;
        Ok(Self { blocks, empty, faults })
    }

    /// The next block; `None` at the end.
    pub(super) fn next(&self) -> Result<Option<AudioBlock>, JobError> {
        self.blocks.recv().ok().transpose()
    }

    /// Gives the memory of a block back to the reading thread.
    pub(super) fn recycle(&self, block: AudioBlock) {
        // A full queue has enough of them.
        let _ = self.empty.try_send(block);
    }

    /// Samples so far that were NaN or infinite, and taken as silence.
    pub(super) fn faults(&self) -> Faults {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Reads what `engine` needs of `input`, which is the file `path`, and renders it among the threads of `pool` into `blocks`,
/// which `take` gets time after time. Gives which samples were no numbers.
///
/// # Errors
/// When the input can't be read on or rendered, or `stop` said so.
pub(super) fn each_block(
    (path, input): (&Path, Input),
    (engine, pool, blocks): (&mut Engine, &ThreadPool, &mut [AudioBlock]),
    stop: &dyn Fn() -> bool,
    take: &mut dyn FnMut(&mut [AudioBlock]),
) -> Result<Faults, JobError> {
    std::thread::scope(|scope| {
        let source = Source::start(scope, path, input, engine)?;
        while let Some(input) = source.next()? {
            if stop() {
                return Err(JobError::Interrupted);
            }
            let rendered = pool.install(|| engine.process(&input, blocks));
            rendered.map_err(|e| JobError::file(path, e))?;
            source.recycle(input);
            take(blocks);
        }
        Ok(source.faults())
    })
}

impl ReadAhead<'_> {
    /// Fills `block` with what comes next; beyond the end of the file there is silence.
    fn read(&mut self, mut block: AudioBlock) -> Result<AudioBlock, JobError> {
        let left = usize::try_from(self.span.end - self.span.start).unwrap_or(usize::MAX);
        let wanted = left.min(self.block_frames);
        block.set_frames(wanted);
        let start = self.span.start;
        let (format, channels) = (self.input.sample_format(), self.input.tracks());
        let Self { input, tracks, raw, faults, .. } = self;
        let mut locate = |raw: &[u8], at: u64| {
            let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
            faults.locate(raw, format, channels, at, tracks);
        };
        let read = input.read(tracks, start, &mut block, (raw, &mut locate));
        read.map_err(|e| JobError::file(self.path, e))?;
        if let Input::Scene(scene) = &self.input
            && scene.has_bad_stems()
        {
            self.faults.lock().unwrap_or_else(PoisonError::into_inner).stems = scene.bad_stems();
        }
        self.span.start = start.saturating_add(wanted as u64);
        Ok(block)
    }
}
