//! The viewer: every sound of a scene in its room, to be placed, heard and delivered.
//!
//! ```text
//!  arguments ─┬─ app ──── panels ── edit ── document: the scene, its history, its file
//!             │   │         └ view3d: the room, by wgpu
//!             │   └ connection: what plays
//!             └─ still: the same without a window, as a picture
//! ```
//!
//! Nothing here makes sound: `renderer` does.

pub mod actions;
pub mod app;
mod arguments;
pub mod connection;
pub mod document;
pub mod edit;
pub mod panels;
pub mod preferences;
mod still;
pub mod theme;
pub mod transport;
pub mod view3d;

pub use arguments::main;
