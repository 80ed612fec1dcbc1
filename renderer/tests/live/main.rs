//! Live playback, from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../command/mod.rs"]
mod command;
mod delay;
mod desk;
mod osc;
mod playback;
mod subcommand;
mod support;
mod turning;
