//! Samples as bytes and as numbers: interleaved little-endian in the file, planar `f32` inside.
//!
//! PCM of n bits is the integer divided by 2^(n−1), both ways, so that reading and writing are exact.

mod decode;
mod dither;
mod encode;
mod pack;
mod planar;
mod quantise;
#[cfg(test)]
mod tests;
mod transpose;

pub use dither::Dither;
pub use encode::{EncodeReport, Encoder};
pub use planar::{Planar, Sample};

/// How one sample lies in the file; all little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SampleFormat {
    /// Unsigned 8-bit, 128 is zero.
    Uint8,
    /// Signed 16-bit.
    Int16,
    /// Signed 24-bit in three bytes.
    Int24,
    /// Signed 32-bit.
    Int32,
    /// IEEE float, 32-bit.
    Float32,
    /// IEEE float, 64-bit.
    Float64,
}

impl SampleFormat {
    /// Bytes of one sample.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Uint8 => 1,
            Self::Int16 => 2,
            Self::Int24 => 3,
            Self::Int32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// Bits of one sample.
    pub const fn bits(self) -> u16 {
        match self {
            Self::Uint8 => 8,
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Int32 | Self::Float32 => 32,
            Self::Float64 => 64,
        }
    }

    /// IEEE float rather than PCM.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }

    /// The format whose samples take `bytes` bytes.
    pub(super) fn from_layout(float: bool, bytes: u16) -> Option<Self> {
        match (float, bytes) {
            (false, 1) => Some(Self::Uint8),
            (false, 2) => Some(Self::Int16),
            (false, 3) => Some(Self::Int24),
            (false, 4) => Some(Self::Int32),
            (true, 4) => Some(Self::Float32),
            (true, 8) => Some(Self::Float64),
            _ => None,
        }
    }
}

impl std::fmt::Display for SampleFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Uint8 => "unsigned PCM",
            _ if self.is_float() => "float",
            _ => "PCM",
        };
        write!(f, "{}-bit {kind}", self.bits())
    }
}
