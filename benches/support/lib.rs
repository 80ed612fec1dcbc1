//! What the benches share: the scenes they run on, how they time, and whom they compare with.
//!
//! ```text
//!  scene (axml text, motion) ── file (BW64 with sound, dense or sparse) ── generate, kernels/*
//!  timing (best of n) ── yardstick (named figures of peers) ── one table per bench
//! ```

pub mod desk;
pub mod file;
pub mod job;
pub mod scene;
pub mod timing;
pub mod yardstick;
