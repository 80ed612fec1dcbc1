//! Ambisonics: the functions that scenes are made of, and scenes as an output (AmbiX).

mod encoder;
mod spherical_harmonics;
mod spread;

pub use encoder::{AmbisonicEncoder, MAX_OUTPUT_ORDER, OutputOrderError};
pub use spherical_harmonics::{
    MAX_ORDER, Normalization, SphericalHarmonics, UnknownNormalization, channel_number,
};
