//! Convolution with finite responses, by FFT, in blocks.
//!
//! [`OverlapSave`] is for responses no longer than a few blocks: it keeps no state, so that any block of a
//! signal can be computed at any time by any thread. Everything that can fail or allocate happens in `new`.

mod overlap_save;

pub use overlap_save::{OverlapSave, Scratch};
