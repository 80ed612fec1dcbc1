//! Later or earlier by whole samples, exactly.

use std::any::Any;

use formats::scene::chain;

use super::ramp::{CHANGE_SAMPLES, Ramp};
use super::{MixError, Processor};
use crate::audio::AudioBlock;

/// Samples of one channel on their way through a delay.
#[derive(Clone, Debug)]
pub(super) struct Line {
    ring: Vec<f32>,
    next: usize,
}

impl Line {
    pub(super) fn new(samples: usize) -> Self {
        Self { ring: vec![0.0; samples], next: 0 }
    }

    /// Every sample goes in, and the one that went in `len` samples before takes its place.
    pub(super) fn process(&mut self, mut samples: &mut [f32]) {
        if self.ring.is_empty() {
            return;
        }
        while !samples.is_empty() {
            let count = samples.len().min(self.ring.len() - self.next);
            let (now, rest) = samples.split_at_mut(count);
            now.swap_with_slice(&mut self.ring[self.next..self.next + count]);
            self.next = (self.next + count) % self.ring.len();
            samples = rest;
        }
    }

    /// Holds what another one holds, as if it had been there in its place; what that one doesn't know any more is silence.
    fn go_on_from(&mut self, old: &Self) {
        self.reset();
        let (wanted, there) = (self.ring.len(), old.ring.len());
        let count = wanted.min(there);
        // The oldest of the others stands at `next`.
        for n in 0..count {
            self.ring[wanted - count + n] = old.ring[(old.next + there - count + n) % there];
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ring.len()
    }

    pub(super) fn reset(&mut self) {
        self.next = 0;
        self.ring.fill(0.0);
    }
}

/// A delay of several channels. A negative one leaves the sound as it is and states a latency instead: the strip is then
/// brought forward with all latencies.
#[derive(Clone, Debug)]
pub struct Delay {
    lines: Vec<Line>,
    early: usize,
    /// The lines before a change, and how much of those after it is heard.
    leaving: Vec<Line>,
    faded: Ramp,
    /// Samples that those after it still have to wait for what was before.
    wait: usize,
    left: Vec<f32>,
}

impl Delay {
    /// A delay by [`samples`].
    ///
    /// # Errors
    /// A parameter out of its range.
    pub fn new(
        parameters: &chain::Delay,
        sample_rate: u32,
        frame_rate: f64,
        channels: usize,
    ) -> Result<Self, MixError> {
        let samples = samples(parameters, sample_rate, frame_rate)?;
        let (late, early) = (usize::try_from(samples).unwrap_or(0), usize::try_from(-samples).unwrap_or(0));
        Ok(Self {
            lines: vec![Line::new(late); channels],
            early,
            leaving: Vec::new(),
            faded: Ramp::at(1.0),
            wait: 0,
            left: vec![0.0; CHANGE_SAMPLES],
        })
    }
}

impl Delay {
    /// From `start` on through the old lines and the new ones: those are heard until these know what was before, then the one goes over
    /// into the other. Gives how many samples that were.
    fn change(&mut self, block: &mut AudioBlock, start: usize) -> usize {
        let wait = if self.wait > 0 { self.wait } else { CHANGE_SAMPLES };
        let count = (block.frames() - start).min(CHANGE_SAMPLES).min(wait);
        let left = &mut self.left[..count];
        let lines = self.lines.iter_mut().zip(&mut self.leaving);
        for ((line, before), samples) in lines.zip(block.channels_mut()) {
            let samples = &mut samples[start..start + count];
            left.copy_from_slice(samples);
            line.process(samples);
            before.process(left);
            let mut faded = self.faded;
            for (sample, before) in samples.iter_mut().zip(&*left) {
                let part = if self.wait > 0 { 0.0 } else { faded.next() };
                // Rounded no more once it is over: where a block ends must make no difference.
                if part < 1.0 {
                    *sample = before + (*sample - before) * part;
                }
            }
        }
        if self.wait > 0 {
            self.wait -= count;
        } else {
            self.faded.advance(count);
        }
        count
    }
}

/// Whole samples of a delay, rounded to the nearest, halves away from 0. `frame_rate` is that of the picture, frames per second.
///
/// # Errors
/// A parameter out of its range.
pub fn samples(parameters: &chain::Delay, sample_rate: u32, frame_rate: f64) -> Result<i64, MixError> {
    parameters.check()?;
    let rate = f64::from(sample_rate);
    Ok(match *parameters {
        chain::Delay::Samples(samples) => samples,
        chain::Delay::Milliseconds(milliseconds) => (milliseconds / 1_000.0 * rate).round() as i64,
        chain::Delay::Frames(frames) => (frames / frame_rate * rate).round() as i64,
    })
}

impl Processor for Delay {
    fn process(&mut self, block: &mut AudioBlock, _key: Option<&[f32]>) {
        let mut start = 0;
        while self.is_changing() && start < block.frames() {
            start += self.change(block, start);
        }
        for (line, samples) in self.lines.iter_mut().zip(block.channels_mut()) {
            line.process(&mut samples[start..]);
        }
    }

    /// 0, or for a negative delay its size: what comes out should have come so much earlier.
    fn latency(&self) -> i64 {
        self.early as i64
    }

    fn tail(&self) -> usize {
        self.lines.first().map_or(0, Line::len) + self.early
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        let Some(new) = new.as_any_mut().downcast_mut::<Self>() else { return };
        for (new, old) in new.lines.iter_mut().zip(&self.lines) {
            new.go_on_from(old);
            self.wait = new.len().saturating_sub(old.len());
        }
        std::mem::swap(&mut self.leaving, &mut new.lines);
        std::mem::swap(&mut self.leaving, &mut self.lines);
        self.faded = Ramp::between(0.0, 1.0);
    }

    fn is_changing(&self) -> bool {
        self.faded.still().is_none()
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        (self.faded, self.wait) = (Ramp::at(1.0), 0);
        self.lines.iter_mut().for_each(Line::reset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::tests::{noise, run};

    #[test]
    fn every_sample_comes_exactly_so_much_later() {
        for late in [0usize, 1, 255, 256, 1_000, 5_000] {
            let mut delay =
                Delay::new(&chain::Delay::Samples(late as i64), 48_000, 24.0, 2).expect("in range");
            let input = [noise(1, 8_000), noise(2, 8_000)];
            let output = run(&mut delay, &input, None, 377);
            for (before, after) in input.iter().zip(&output) {
                assert!(after[..late].iter().all(|sample| *sample == 0.0));
                assert_eq!(before[..8_000 - late], after[late..]);
            }
            assert_eq!((delay.latency(), delay.tail()), (0, late));
        }
    }

    #[test]
    fn milliseconds_and_frames_are_rounded_to_the_nearest_sample() {
        let at = |delay| samples(&delay, 48_000, 24_000.0 / 1_001.0).expect("in range");
        assert_eq!(at(chain::Delay::Milliseconds(12.0)), 576);
        assert_eq!(at(chain::Delay::Milliseconds(0.01)), 0);
        assert_eq!(at(chain::Delay::Milliseconds(-0.02)), -1);
        assert_eq!(at(chain::Delay::Frames(1.0)), 2_002);
        assert_eq!(at(chain::Delay::Frames(-2.5)), -5_005);
        assert!(samples(&chain::Delay::Milliseconds(f64::NAN), 48_000, 24.0).is_err());
    }

    #[test]
    fn a_negative_delay_changes_nothing_and_states_a_latency() {
        let mut delay = Delay::new(&chain::Delay::Samples(-480), 48_000, 24.0, 1).expect("in range");
        let input = [noise(3, 1_000)];
        assert_eq!(run(&mut delay, &input, None, 64), input);
        assert_eq!(delay.latency(), 480);
    }
}
