//! Samples read ahead: a thread that reads files or mixes a scene, a little before they are rendered.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;

use super::LiveError;
use super::telemetry::DeskLevels;
use crate::audio::AudioBlock;
use crate::master::{Input, StemFile};
use crate::mix::mixer::{Changes, ClipSource, Mixer, StripName};
use crate::render::GRID;

/// Blocks of a file on their way: the disk may stall this long.
const BLOCKS_AHEAD: usize = 12;
/// Blocks of a scene on their way, beside the one that is mixed: what is turned at its desk is heard only behind them.
const MIXED_AHEAD: usize = 1;

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
    /// What is to be taken over at the desk of a scene as soon as what was before is.
    pub(super) changes: Changes,
}

impl Samples {
    fn channels(&self) -> usize {
        match self {
            Self::Master(master) => master.tracks.len(),
            Self::File(file) => file.channels(),
        }
    }

    fn restart(&mut self, start: u64) {
        let Self::Master(master) = self else { return };
        master.input.restart(start);
        if !master.changes.is_empty() {
            // Nothing is on its way now. What is taken over is as if it had been there from the start.
            master.take_over();
            master.input.restart(start);
        }
    }

    /// Turns what is to be turned, or what of it can be now.
    fn turn(&mut self, changes: Option<Box<Changes>>) {
        let Self::Master(master) = self else { return };
        changes.into_iter().for_each(|changes| master.changes.add(*changes));
        if !master.changes.is_empty() {
            master.take_over();
        }
    }

    /// The desk of a scene.
    fn mixer(&mut self) -> Option<&mut Mixer> {
        match self {
            Self::Master(master) => match &mut master.input {
                Input::Scene(scene) => Some(scene.mixer()),
                _ => None,
            },
            Self::File(_) => None,
        }
    }

    /// What that shows.
    fn readings(&self) -> Option<DeskLevels> {
        match self {
            Self::Master(master) => match &master.input {
                Input::Scene(scene) => Some(scene.readings().into()),
                _ => None,
            },
            Self::File(_) => None,
        }
    }

    /// Blocks that may be read ahead.
    fn ahead(&mut self) -> usize {
        if self.mixer().is_some() { MIXED_AHEAD } else { BLOCKS_AHEAD }
    }

    fn read(&mut self, start: u64, block: &mut AudioBlock) -> Result<(), String> {
        match self {
            Self::Master(master) => {
                let MasterSamples { input, tracks, raw, .. } = &mut **master;
                // What is no number is silence here; a job says where it is.
                input.read(tracks, start, block, (raw, &mut |_, _| {}))
            }
            Self::File(file) => file.read(start, block).map_err(|error| error.to_string()),
        }
    }
}

impl MasterSamples {
    fn take_over(&mut self) {
        if let Input::Scene(scene) = &mut self.input {
            scene.mixer().take_over(&mut self.changes);
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
    block: Result<Block, String>,
}

/// Samples, and what the desk of a scene showed with them.
pub(super) struct Block {
    pub(super) samples: AudioBlock,
    pub(super) desk: Option<DeskLevels>,
}

/// What the thread is told.
enum Order {
    Want(u64, Wanted),
    Watch(Option<StripName>),
    ResetPeaks,
    Turn(Box<Changes>),
}

/// The near end of the thread.
pub(super) struct Reader {
    orders: Sender<Order>,
    blocks: Receiver<Read>,
    request: u64,
}

impl Reader {
    /// Starts a thread that reads `samples`.
    pub(super) fn start(mut samples: Samples) -> Result<Self, LiveError> {
        let (orders, received) = channel();
        let (outbox, blocks) = sync_channel(samples.ahead());
        thread::Builder::new()
            .name("live read".to_owned())
            .spawn(move || read_on(samples, &received, &outbox))
            .map_err(|error| LiveError::Thread { name: "reading", message: error.to_string() })?;
        Ok(Self { orders, blocks, request: 0 })
    }

    /// From now on gives these.
    pub(super) fn want(&mut self, wanted: Wanted) {
        self.request += 1;
        self.order(Order::Want(self.request, wanted));
    }

    /// Shows the spectrum of a strip from now on, or of none.
    pub(super) fn watch(&self, strip: Option<StripName>) {
        self.order(Order::Watch(strip));
    }

    /// The desk holds its true peaks anew.
    pub(super) fn reset_peaks(&self) {
        self.order(Order::ResetPeaks);
    }

    /// Strips of the desk are turned, between two blocks.
    pub(super) fn turn(&self, changes: Box<Changes>) {
        self.order(Order::Turn(changes));
    }

    fn order(&self, order: Order) {
        // A thread that is gone has said why.
        let _ = self.orders.send(order);
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
    Block(Result<Block, String>),
    /// Nothing yet.
    Later,
    /// Nothing any more.
    End,
}

/// Works until nobody listens any more.
fn read_on(mut samples: Samples, orders: &Receiver<Order>, outbox: &SyncSender<Read>) {
    let mut current: Option<(u64, Wanted)> = None;
    loop {
        let idle = current.as_ref().is_none_or(|(_, wanted)| wanted.first.is_empty());
        let Ok(first) = (if idle { orders.recv().map(Some) } else { Ok(None) }) else { return };
        let mut newest = None;
        for order in first.into_iter().chain(orders.try_iter()) {
            match order {
                Order::Want(request, wanted) => newest = Some((request, wanted)),
                Order::Watch(strip) => samples.mixer().into_iter().for_each(|mixer| mixer.watch(strip)),
                Order::Turn(changes) => samples.turn(Some(changes)),
                Order::ResetPeaks => samples.mixer().into_iter().for_each(Mixer::reset_peaks),
            }
        }
        if let Some(request) = newest {
            samples.restart(request.1.first.start);
            current = Some(request);
        }
        samples.turn(None);
        let Some((request, Wanted { first, then })) = &mut current else { continue };
        if first.is_empty() {
            continue;
        }
        let frames = GRID.min(usize::try_from(first.end - first.start).unwrap_or(GRID));
        let mut block = AudioBlock::new(samples.channels(), frames);
        let read = samples.read(first.start, &mut block);
        let desk = samples.readings();
        let block = read.map(|()| Block { samples: block, desk });
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
