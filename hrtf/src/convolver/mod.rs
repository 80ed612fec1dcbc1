//! Convolution with finite responses, by FFT, in blocks.
//!
//! [`OverlapSave`] is for responses no longer than a few blocks: it keeps no state, so that any block of a
//! signal can be computed at any time by any thread. [`Transform`] and [`Spectrum`] are what convolution of many
//! sources into few ears is made of: one transform per source, products summed over sources, one inverse per
//! ear. Everything that can fail or allocate happens in `new`.

mod overlap_save;
mod spectrum;

pub use overlap_save::{OverlapSave, Scratch};
pub use spectrum::{Spectrum, Transform, TransformScratch};
