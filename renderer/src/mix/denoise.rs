//! Noise taken out of speech, by the recurrent network RNNoise (J.-M. Valin 2018) in the crate `nnnoiseless`.

use std::any::Any;

use formats::scene::chain;
use nnnoiseless::DenoiseState;

use super::delay::Line;
use super::ramp::Ramp;
use super::{MixError, Processor};
use crate::audio::AudioBlock;

/// Samples of a frame.
const FRAME: usize = DenoiseState::FRAME_SIZE;
/// A frame until it is full, and one that overlaps with the next.
const LATENCY: usize = 2 * FRAME;
/// The network's full scale.
const FULL_SCALE: f32 = 32_768.0;

/// Frames of silence after which it is left at that: half a second.
const SILENT_FRAMES: u32 = 50;

/// A denoiser of several channels, each on its own. The library that it is made of takes memory for its transforms when it first
/// works on a thread; [`prepare_thread`] does that before time matters.
pub struct Denoise {
    amount: Ramp,
    channels: Vec<Channel>,
    filled: usize,
}

struct Channel {
    network: Box<DenoiseState<'static>>,
    /// What came, in time with what the network gives.
    dry: Line,
    coming: [f32; FRAME],
    going: [f32; FRAME],
    /// Frames of silence that went in, one after the other.
    silent: u32,
}

impl Denoise {
    /// A denoiser for blocks of `channels`.
    ///
    /// # Errors
    /// A parameter out of its range, or a sample rate other than 48 kHz.
    pub fn new(parameters: &chain::Denoise, sample_rate: u32, channels: usize) -> Result<Self, MixError> {
        parameters.check()?;
        if sample_rate != chain::Denoise::SAMPLE_RATE {
            return Err(MixError::SampleRate {
                element: "denoise",
                found: sample_rate,
                expected: chain::Denoise::SAMPLE_RATE,
            });
        }
        let channels = (0..channels).map(|_| Channel::new()).collect();
        Ok(Self { amount: Ramp::at(parameters.amount as f32), channels, filled: 0 })
    }
}

/// Has the library take what memory it wants for itself on the calling thread.
pub fn prepare_thread() {
    let mut channel = Channel::new();
    // Silence takes a shortcut through it.
    channel.coming.fill(1.0);
    channel.next_frame();
}

impl Channel {
    fn new() -> Self {
        Self {
            network: DenoiseState::new(),
            dry: Line::new(LATENCY),
            coming: [0.0; FRAME],
            going: [0.0; FRAME],
            silent: 0,
        }
    }

    /// A frame is full: what comes out next is what the network makes of it.
    fn next_frame(&mut self) {
        let silent = self.coming.iter().all(|sample| *sample == 0.0);
        self.silent = if silent { self.silent.saturating_add(1) } else { 0 };
        if self.silent > SILENT_FRAMES {
            self.going.fill(0.0);
        } else {
            self.network.process_frame(&mut self.going, &self.coming);
        }
    }
}

impl Processor for Denoise {
    fn process(&mut self, block: &mut AudioBlock, _key: Option<&[f32]>) {
        let frames = block.frames();
        let mut start = 0;
        while start < frames {
            let count = (FRAME - self.filled).min(frames - start);
            let place = self.filled..self.filled + count;
            self.filled = (self.filled + count) % FRAME;
            for (channel, samples) in self.channels.iter_mut().zip(block.channels_mut()) {
                let samples = &mut samples[start..start + count];
                for (to, sample) in channel.coming[place.clone()].iter_mut().zip(&*samples) {
                    *to = sample * FULL_SCALE;
                }
                channel.dry.process(samples);
                let mut amount = self.amount;
                for (sample, wet) in samples.iter_mut().zip(&channel.going[place.clone()]) {
                    *sample += amount.next() * (wet / FULL_SCALE - *sample);
                }
                if self.filled == 0 {
                    channel.next_frame();
                }
            }
            self.amount.advance(count);
            start += count;
        }
    }

    fn latency(&self) -> i64 {
        LATENCY as i64
    }

    fn tail(&self) -> usize {
        LATENCY + SILENT_FRAMES as usize * FRAME
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        if let Some(new) = new.as_any_mut().downcast_mut::<Self>() {
            self.amount.go_to(new.amount.target());
        }
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.filled = 0;
        self.amount = Ramp::at(self.amount.target());
        self.channels.iter_mut().for_each(|channel| *channel = Channel::new());
    }
}
