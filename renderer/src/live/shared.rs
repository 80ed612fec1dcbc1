//! What the device's thread and the others tell each other without a lock.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// Atomics of one playback.
#[derive(Debug)]
pub(super) struct Shared {
    /// It is to play.
    pub(super) playing: AtomicBool,
    /// The next sample of the programme.
    pub(super) position: AtomicU64,
    /// Times that a ring was empty.
    pub(super) underruns: AtomicU64,
    /// The longest block that was asked for.
    pub(super) device_block: AtomicUsize,
    /// The feed that is heard.
    pub(super) heard: AtomicU64,
    /// The programme came to its end.
    pub(super) ended: AtomicBool,
    /// Seeks that were asked for, and those of them whose feeds are made.
    pub(super) asked: AtomicU64,
    pub(super) answered: AtomicU64,
    /// The feed of the last of these.
    pub(super) sought: AtomicU64,
    /// Frames that still sound while it does not play, for scrubbing.
    pub(super) scrub: AtomicU64,
    /// The whole shuts down.
    pub(super) over: AtomicBool,
    /// Linear gain of the monitor.
    gain: AtomicU32,
}

impl Shared {
    pub(super) fn new(position: u64, device_block: usize) -> Self {
        Self {
            playing: AtomicBool::new(false),
            position: AtomicU64::new(position),
            underruns: AtomicU64::new(0),
            device_block: AtomicUsize::new(device_block),
            heard: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            asked: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            sought: AtomicU64::new(0),
            scrub: AtomicU64::new(0),
            over: AtomicBool::new(false),
            gain: AtomicU32::new(1.0_f32.to_bits()),
        }
    }

    /// Whether the feed `number` gives way to that of a seek: its end is not the end.
    pub(super) fn is_left(&self, number: u64) -> bool {
        let is_answered = self.asked.load(Ordering::Acquire) == self.answered.load(Ordering::Acquire);
        !is_answered || number < self.sought.load(Ordering::Acquire)
    }

    pub(super) fn gain(&self) -> f32 {
        f32::from_bits(self.gain.load(Ordering::Relaxed))
    }

    pub(super) fn set_gain(&self, gain: f32) {
        self.gain.store(gain.to_bits(), Ordering::Relaxed);
    }
}
