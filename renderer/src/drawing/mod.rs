//! Pages and pictures as text: HTML that is XML too, and SVG.
//!
//! [`Markup`] writes elements and escapes every text; [`Picture`] draws on it; [`Panel`] and the axes place values. Nothing is
//! known here of what is drawn, and the same calls give the same bytes.

mod axis;
mod heat_map;
mod markup;
mod picture;

pub use axis::{Panel, Tick, even_ticks, frequency_ticks, time_ticks};
pub use heat_map::{HeatMap, SHADES};
pub use markup::{Attribute, Markup};
pub use picture::{Anchor, Coordinate, Look, Outline, Picture};

#[cfg(test)]
mod tests;
