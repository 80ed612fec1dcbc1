//! A device that nobody hears: a thread that takes blocks, in real time or as fast as they come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{LiveError, Processor};

/// How fast a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As fast as a device at this sample rate, Hz.
    RealTime(u32),
    /// As fast as blocks are rendered; it waits for them.
    AsFastAsItGoes,
}

/// What hears the blocks.
pub type Sink = Box<dyn FnMut(&[f32]) + Send>;

/// A running device; dropped, it stops.
#[derive(Debug)]
pub struct MockDevice {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Processor>>,
}

impl MockDevice {
    /// Starts to take blocks of so many frames and throws them away.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(processor: Processor, block: usize, pace: Pace) -> Result<Self, LiveError> {
        Self::start_into(processor, block, pace, Box::new(|_| {}))
    }

    /// The same; `sink` gets every block.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start_into(
        mut processor: Processor,
        block: usize,
        pace: Pace,
        mut sink: Sink,
    ) -> Result<Self, LiveError> {
        let over = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&over);
        let block = block.max(1);
        let work = move || {
            let mut out = vec![0.0; block * processor.channels()];
            let (begun, mut blocks) = (Instant::now(), 0_u32);
            while !asked.load(Ordering::Acquire) {
                match pace {
                    Pace::AsFastAsItGoes if processor.ready(block) < block => {
                        thread::sleep(Duration::from_micros(100));
                        continue;
                    }
                    Pace::AsFastAsItGoes => {}
                    Pace::RealTime(rate) => {
                        let each = Duration::from_secs_f64(block as f64 / f64::from(rate.max(1)));
                        let due = begun + each.saturating_mul(blocks);
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        blocks = blocks.saturating_add(1);
                    }
                }
                processor.process(&mut out);
                sink(&out);
            }
            processor
        };
        let thread = thread::Builder::new()
            .name("mock device".to_owned())
            .spawn(work)
            .map_err(|error| LiveError::Thread { name: "device's", message: error.to_string() })?;
        Ok(Self { over, thread: Some(thread) })
    }

    /// Stops it.
    pub fn stop(mut self) -> Option<Processor> {
        self.over.store(true, Ordering::Release);
        self.thread.take().and_then(|thread| thread.join().ok())
    }
}

impl Drop for MockDevice {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}
