//! Heads and convolution.
//!
//! ```text
//!  convolver ── finite responses on blocks of samples
//! ```

pub mod convolver;
