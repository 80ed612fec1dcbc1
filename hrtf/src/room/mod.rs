//! Rooms: what the walls add to a sound on its way to two ears.
//!
//! ```text
//!  built in:  Room ─┬ image sources, each from its direction through the set ── early parts ┐
//!                   └ noise, as coherent and as coloured as a diffuse field ─── one tail ───┤
//!  measured:  SOFA ── BrirSet: loudspeakers × head orientations ────────────────────────────┴ RoomConvolver
//! ```
//!
//! A built-in [`Room`] is a box with an absorption for each wall and octave. [`MadeRoom`] computes its responses
//! for a head; they hold no direct sound and have the power of the sound itself, so that a mixer says how much of a
//! room is heard. A [`BrirSet`] holds what was measured, the direct sound included.

mod acoustics;
mod convolver;
mod decay;
mod early;
mod image_source;
mod made;
mod measured;
mod rooms_table;
mod tail;

pub use acoustics::{BANDS, Room};
pub use convolver::{Responses, RoomConvolver};
pub use decay::{reverberation_time, reverberation_time_in_octave};
pub use image_source::{Reflection, reflections};
pub use made::MadeRoom;
pub use measured::{BrirSet, RoomMeasurements};

/// Metres a second, at 20 °C.
pub const SPEED_OF_SOUND: f64 = 343.0;
