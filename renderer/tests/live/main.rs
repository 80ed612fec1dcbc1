//! Live playback, from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../command/mod.rs"]
mod command;
mod osc;
mod playback;
mod subcommand;
mod support;
