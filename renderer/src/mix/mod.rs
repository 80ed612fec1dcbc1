//! The mix: what a desk does to a strip's sound, sample by sample.
//!
//! ```text
//!  in ── trim ── denoise ── eq ── gate ── de_esser ── compressor ── delay ── fader ──┬── out
//!                                                                                   └── sends ── reverb
//! ```
//!
//! Takes the parameters of [`formats::scene::chain`] and blocks of planar samples; gives the same blocks, processed in
//! place. What can fail or allocate happens in `new(parameters, sample_rate, channels)`; [`Processor::process`] does
//! neither. Parameters are changed at work by taking over those of another processor that was made elsewhere
//! ([`strip::Strip::take_over`]), without a click. Blocks may have any length: processors divide time by an absolute grid of their own, so how a programme is
//! cut into blocks changes no bit. States that die away become exactly zero.

#[cfg(test)]
mod changes;
mod error;
mod fused;
mod grid;
mod logarithm;
mod ramp;
mod spectrum;
mod stage_meter;
mod strip_meter;

pub mod delay;
pub mod denoise;
pub mod dynamics;
pub mod eq;
pub mod fade;
pub mod fader;
pub mod gain;
pub mod master;
pub mod mixer;
pub mod reverb;
pub mod strip;
#[cfg(test)]
mod tests;

pub use error::MixError;
pub use strip_meter::StripReading;

use std::any::Any;

use self::dynamics::Reduction;
use crate::audio::AudioBlock;

/// One step of a chain.
pub trait Processor: Send + Sync {
    /// Processes the next block in place. `key` is what a gain listens to instead of the block itself: as many samples
    /// of the same time, silence where it is too short.
    fn process(&mut self, block: &mut AudioBlock, key: Option<&[f32]>);

    /// The same for one that others may [follow](Processor::follow): where a gain follows a level, every sample's is also written to
    /// `gains`, as many as the block has samples.
    fn lead(&mut self, block: &mut AudioBlock, key: Option<&[f32]>, _gains: Option<&mut [f32]>) {
        self.process(block, key);
    }

    /// Processes the next block with the gains of another processor of the same parameters, which led; one without such gains by itself.
    fn follow(&mut self, block: &mut AudioBlock, _gains: &[f32]) {
        self.process(block, None);
    }

    /// Samples that everything comes later than it went in; the same from the first block to the last. Negative
    /// for a processor that is asked to be early: what follows a strip brings it there.
    fn latency(&self) -> i64;

    /// Samples for which something may come out after the last sample that went in, latency included; below −120 dB of what
    /// went in after that.
    fn tail(&self) -> usize;

    /// What its gain does and did, for those whose gain follows a level.
    fn reduction(&self) -> Option<Reduction> {
        None
    }

    /// Takes over the parameters of `new`, a processor of the same kind, for as many channels and of the same latency; one of another
    /// kind is left alone. What sounds goes on: the change is spread over some milliseconds, or goes as fast as attack and release
    /// let it. Allocates nothing; `new` gets the memory that isn't needed any more.
    fn take_over(&mut self, new: &mut dyn Processor);

    /// Whether it is still on its way to parameters that it took over.
    fn is_changing(&self) -> bool {
        false
    }

    /// Itself, for one that takes it over.
    fn as_any_mut(&mut self) -> &mut dyn Any;

    /// Forgets everything that went in.
    fn reset(&mut self);

    /// The same; the next sample that goes in is that one of all, for those that do something at a time of their own.
    fn restart(&mut self, _sample: i64) {
        self.reset();
    }
}
