//! The room with every sound in it: from scene and time to pixels, and from the pointer back to places.
//!
//! ```text
//!  Scene, time ── objects, trails ─┐
//!  layout ─────── room, grid, head ┼─ Drawing ── gpu ── texture        (no egui)
//!  Camera ─────────────────────────┘
//!  pointer ── picking, gizmo ── places ── edit
//! ```
//!
//! Room units: x right, y front, z up; the loudspeakers are one unit away. Only `camera` turns them into a screen's.

pub mod camera;
pub mod drawing;
pub mod gizmo;
pub mod gpu;
mod grid;
mod head;
pub mod objects;
pub mod picking;
pub mod room;
pub mod space;
#[cfg(test)]
mod tests;
pub mod trails;

/// A place in the room.
pub type Point = nalgebra::Point3<f64>;
