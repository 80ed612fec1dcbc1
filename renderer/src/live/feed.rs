//! Rendered sound on its way to the device: a ring that the engine's thread fills and the device's thread empties.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

use super::transport::Place;
use crate::audio::AudioBlock;

/// Frames of a ring.
pub(super) const RING_FRAMES: usize = 16_384;

/// When a feed takes the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// As soon as it can.
    AtOnce,
    /// Where that feed has given so many frames: both have the same programme then, and are in time.
    InStep {
        /// The feed before.
        feed: u64,
        /// Frames of it.
        frames: u64,
    },
}

/// What both ends know of each other.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// Frames that were taken out.
    pub(super) read: AtomicU64,
    /// Nothing more will be put in.
    pub(super) ended: AtomicBool,
}

/// The end of the device.
pub(super) struct Feed {
    pub(super) number: u64,
    pub(super) join: Join,
    pub(super) place: Place,
    pub(super) read: u64,
    samples: Consumer<f32>,
    channels: usize,
    link: Arc<Link>,
}

/// The end of the engine.
pub(super) struct FeedWriter {
    pub(super) number: u64,
    pub(super) place: Place,
    pub(super) link: Arc<Link>,
    /// Frames that were put in.
    pub(super) written: u64,
    samples: Producer<f32>,
    channels: usize,
}

/// A new ring for frames of so many channels.
pub(super) fn ring(number: u64, channels: usize, place: Place, join: Join) -> (FeedWriter, Feed) {
    let (producer, consumer) = RingBuffer::new(RING_FRAMES * channels);
    let link = Arc::<Link>::default();
    let writer = FeedWriter {
        number,
        place: place.clone(),
        link: Arc::clone(&link),
        written: 0,
        samples: producer,
        channels,
    };
    (writer, Feed { number, join, place, read: 0, samples: consumer, channels, link })
}

impl Feed {
    /// Frames that are there.
    pub(super) fn frames(&self) -> usize {
        self.samples.slots() / self.channels
    }

    /// It takes the place of `before` at a certain frame.
    pub(super) fn follows(&self, before: &Self) -> bool {
        matches!(self.join, Join::InStep { feed, .. } if feed == before.number)
    }

    /// All that is to come is there.
    pub(super) fn has_ended(&self) -> bool {
        self.link.ended.load(Ordering::Acquire)
    }

    /// The sample of the programme that comes next.
    pub(super) fn position(&self) -> u64 {
        self.place.after(self.read)
    }

    /// Takes as many frames as `out` has room for and there are; says how many.
    pub(super) fn take(&mut self, out: &mut [f32]) -> usize {
        let frames = (out.len() / self.channels).min(self.frames());
        let Ok(chunk) = self.samples.read_chunk(frames * self.channels) else { return 0 };
        let (first, second) = chunk.as_slices();
        out[..first.len()].copy_from_slice(first);
        out[first.len()..first.len() + second.len()].copy_from_slice(second);
        chunk.commit_all();
        self.advance(frames);
        frames
    }

    /// Throws away as many frames, or as many as there are.
    pub(super) fn skip(&mut self, frames: usize) {
        let frames = frames.min(self.frames());
        if let Ok(chunk) = self.samples.read_chunk(frames * self.channels) {
            chunk.commit_all();
            self.advance(frames);
        }
    }

    fn advance(&mut self, frames: usize) {
        self.read += frames as u64;
        self.link.read.store(self.read, Ordering::Release);
    }
}

impl FeedWriter {
    /// Frames that wait to be taken.
    pub(super) fn waiting(&self) -> usize {
        RING_FRAMES - self.samples.slots() / self.channels
    }

    /// Frames that were taken.
    pub(super) fn read(&self) -> u64 {
        self.link.read.load(Ordering::Acquire)
    }

    /// Puts in a block: its channels as far as the ring has them, silence in the others. There must be room.
    pub(super) fn put(&mut self, block: &AudioBlock) {
        let (frames, channels) = (block.frames(), self.channels);
        let wanted = frames * channels;
        let Ok(chunk) = self.samples.write_chunk_uninit(wanted) else { return };
        let there = channels.min(block.channels());
        let sample = |index: usize| {
            let (frame, channel) = (index / channels, index % channels);
            if channel < there { block.channel(channel)[frame] } else { 0.0 }
        };
        let put = chunk.fill_from_iter((0..wanted).map(sample));
        self.written += (put / channels) as u64;
    }

    /// Says that nothing more will come.
    pub(super) fn end(&self) {
        self.link.ended.store(true, Ordering::Release);
    }

    /// Whether that was said.
    pub(super) fn has_ended(&self) -> bool {
        self.link.ended.load(Ordering::Acquire)
    }
}
