//! Metadata and a layout in, f64 gains out (BS.2127-1 §6–§9). Sees no audio.

pub mod allocentric;

pub mod ambisonics;

pub mod direct_speakers;

pub mod hoa_decode;

pub mod point_source;

pub mod polar_extent;

pub mod channel_lock;
pub mod divergence;
pub mod objects;
pub mod position_conversion;
pub mod screen_edge_lock;
pub mod screen_scale;
pub mod zone_exclusion;

#[cfg(test)]
pub(crate) mod golden;

/// Gains of one block, one of each per loudspeaker of the layout, in its channel order (BS.2127-1 §7.3.1).
#[derive(Clone, Debug, PartialEq)]
pub struct DirectDiffuseGains {
    /// Fed straight to the loudspeakers.
    pub direct: Vec<f64>,
    /// Fed through the decorrelators.
    pub diffuse: Vec<f64>,
}
