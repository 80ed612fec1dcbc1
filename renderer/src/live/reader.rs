//! Samples read ahead: a thread that reads files or mixes a scene, a little before they are rendered.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;

use super::LiveError;
use crate::audio::AudioBlock;
use crate::master::{Input, StemFile};
use crate::mix::mixer::ClipSource;
use crate::render::GRID;

/// Blocks on their way: the disk may stall this long.
const BLOCKS_AHEAD: usize = 12;

/// What samples come from.
pub(super) enum Samples {
    /// Some tracks of a master.
    Master(Box<MasterSamples>),
    /// All channels of a file.
    File(Box<StemFile>),
}

/// Some tracks of a master.
pub(super) struct MasterSamples {
    pub(super) input: Input,
    pub(super) tracks: Vec<usize>,
    pub(super) raw: Vec<u8>,
}

impl Samples {
    fn channels(&self) -> usize {
        match self {
            Self::Master(master) => master.tracks.len(),
            Self::File(file) => file.channels(),
        }
    }

    fn restart(&mut self, start: u64) {
        if let Self::Master(master) = self {
            master.input.restart(start);
        }
    }

    fn read(&mut self, start: u64, block: &mut AudioBlock) -> Result<(), String> {
        match self {
            Self::Master(master) => {
                let MasterSamples { input, tracks, raw } = &mut **master;
                // What is no number is silence here; a job says where it is.
                input.read(tracks, start, block, (raw, &mut |_, _| {}))
            }
            Self::File(file) => file.read(start, block).map_err(|error| error.to_string()),
        }
    }
}

/// Which samples are wanted: once, then, if they are to go round, those of the loop for ever.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) first: Range<u64>,
    pub(super) then: Option<Range<u64>>,
}

/// A block that was read.
struct Read {
    request: u64,
    block: Result<AudioBlock, String>,
}

/// The near end of the thread.
pub(super) struct Reader {
    requests: Sender<(u64, Wanted)>,
    blocks: Receiver<Read>,
    request: u64,
}

impl Reader {
    /// Starts a thread that reads `samples`.
    pub(super) fn start(samples: Samples) -> Result<Self, LiveError> {
        let (requests, wanted) = channel();
        let (outbox, blocks) = sync_channel(BLOCKS_AHEAD);
        thread::Builder::new()
            .name("live read".to_owned())
            .spawn(move || read_on(samples, &wanted, &outbox))
            .map_err(|error| LiveError::Thread { name: "reading", message: error.to_string() })?;
        Ok(Self { requests, blocks, request: 0 })
    }

    /// From now on gives these.
    pub(super) fn want(&mut self, wanted: Wanted) {
        self.request += 1;
        // A thread that is gone has said why.
        let _ = self.requests.send((self.request, wanted));
    }

    /// The next block, if it is there.
    pub(super) fn next(&mut self) -> Next {
        loop {
            match self.blocks.try_recv() {
                Ok(read) if read.request == self.request => return Next::Block(read.block),
                Ok(_) => {}
                Err(TryRecvError::Empty) => return Next::Later,
                Err(TryRecvError::Disconnected) => return Next::End,
            }
        }
    }
}

/// What a reader has.
pub(super) enum Next {
    /// A block, or why it cannot be read.
    Block(Result<AudioBlock, String>),
    /// Nothing yet.
    Later,
    /// Nothing any more.
    End,
}

/// Works until nobody listens any more.
fn read_on(mut samples: Samples, wanted: &Receiver<(u64, Wanted)>, outbox: &SyncSender<Read>) {
    let mut current: Option<(u64, Wanted)> = None;
    loop {
        let newest = match &current {
            Some((_, wanted_now)) if !wanted_now.first.is_empty() => wanted.try_iter().last(),
            // Nothing to do until somebody asks.
            _ => match wanted.recv() {
                Ok(request) => Some(wanted.try_iter().last().unwrap_or(request)),
                Err(_) => return,
            },
        };
        if let Some(request) = newest {
            samples.restart(request.1.first.start);
            current = Some(request);
        }
        let Some((request, Wanted { first, then })) = &mut current else { continue };
        if first.is_empty() {
            continue;
        }
        let frames = GRID.min(usize::try_from(first.end - first.start).unwrap_or(GRID));
        let mut block = AudioBlock::new(samples.channels(), frames);
        let block = samples.read(first.start, &mut block).map(|()| block);
        let failed = block.is_err();
        first.start += frames as u64;
        if failed {
            (*first, *then) = (0..0, None);
        } else if first.is_empty()
            && let Some(round) = then.clone().filter(|round| !round.is_empty())
        {
            samples.restart(round.start);
            *first = round;
        }
        if outbox.send(Read { request: *request, block }).is_err() {
            return;
        }
    }
}

/// Opens a file whose channels are played as they are, at a sample rate.
pub(super) fn open_reference(file: PathBuf, sample_rate: u32) -> Result<StemFile, String> {
    let rate = std::num::NonZeroU32::new(sample_rate).unwrap_or(std::num::NonZeroU32::MIN);
    StemFile::open_whole(&file, rate).map_err(|message| format!("{}: {message}", file.display()))
}
