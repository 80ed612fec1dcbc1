//! Ambisonics: the functions that scenes are made of, and scenes as an output (AmbiX).

mod spherical_harmonics;

pub use spherical_harmonics::{
    MAX_ORDER, Normalization, SphericalHarmonics, UnknownNormalization, channel_number,
};
