//! Gains applied to samples (BS.2127-1 §7.4): ramps, decorrelation, alignment.
//!
//! ```text
//!  RenderItem ── voice (timing, gains of every block) ── plan (spans of constant or moving gains)
//!                                                          │
//!  sources ─────────────────────────────────────────── mix ── bus ─┬─ direct ───────────┬─ output
//!                                                                  └─ diffuse ─ decorrelation
//! ```
//!
//! Takes items, a [`Target`] and blocks of samples on the absolute [`GRID`]; gives one block per output
//! channel, aligned with the input. Sees no geometry.

mod ambisonics;
mod casting;
mod decorrelation;
mod error;
mod hand;
mod importance;
mod interpolation;
mod loudspeakers;
mod mersenne_twister;
mod mix;
mod path;
mod plan;
mod renderer;
mod target;
mod timing;
mod track_processor;
mod voice;

pub(crate) use decorrelation::DecorrelationFilters;
pub use error::RenderError;
pub use hand::ItemEdit;
pub(crate) use interpolation::{Content, content};
pub(crate) use loudspeakers::LoudspeakerPanner;
pub use mix::Sources;
pub(crate) use path::{Path, Screen};
pub use plan::{GRID, Stretch};
pub use renderer::{RenderOptions, Renderer};
pub use target::{Conversion, Panner, Target, Wiring};
pub use track_processor::{InputBlock, ItemSources, TableSources, TrackTable};
