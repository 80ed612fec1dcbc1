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
            scrub: AtomicU64::new(0),
            over: AtomicBool::new(false),
            gain: AtomicU32::new(1.0_f32.to_bits()),
        }
    }

    pub(super) fn gain(&self) -> f32 {
        f32::from_bits(self.gain.load(Ordering::Relaxed))
    }

    pub(super) fn set_gain(&self, gain: f32) {
        self.gain.store(gain.to_bits(), Ordering::Relaxed);
    }
}
