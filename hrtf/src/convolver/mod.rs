//! Convolution with finite responses, by FFT, in blocks.
//!
//! ```text
//!              Convolver   streams through long responses, in real time, without latency; a matrix of them
//!                  │
//!  OverlapSave     │       blocks that depend on no state: any block of a signal, at any time, by any thread
//!       │          │
//!  Transform, Spectrum     what sums of many convolutions are made of: one transform for each source, products
//!                          summed over sources, one transform back for each ear
//! ```
//!
//! Everything that can fail or allocate happens in `new`. Results are within −120 dB of the sum in double precision,
//! full scale times the response's norm being 0 dB.

mod delayed;
mod fft;
mod kernel;
mod overlap_save;
mod partitions;
mod row;
mod spectrum;
mod streaming;
mod transform;

pub(crate) use delayed::{Delayer, MOST, Turn};
pub use overlap_save::{OverlapSave, Scratch};
pub use row::Row;
pub use spectrum::Spectrum;
pub use streaming::{Convolver, Route};
pub use transform::{Transform, TransformScratch};
