//! Files in, files out.

pub mod carried_adm;
mod timecode;

pub use timecode::{Clock, Timecode, TimecodeError};
