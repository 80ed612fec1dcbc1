/// A point in spherical coordinates (BS.2076-2 §8): degrees, positive azimuth to the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolarPosition {
    /// Degrees, −180…180, positive to the left.
    pub azimuth: f64,
    /// Degrees, −90…90, positive up.
    pub elevation: f64,
    /// Normalised to the loudspeaker distance, ≥ 0.
    pub distance: f64,
}

/// A point in the room cube: x right, y front, z up, −1…1 (BS.2076-2 §8).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CartesianPosition {
    /// −1 left … 1 right.
    pub x: f64,
    /// −1 back … 1 front.
    pub y: f64,
    /// −1 bottom … 1 top.
    pub z: f64,
}

/// Where an object is. Its variant is the `cartesian` flag of the block (BS.2076-2 §5.4.3.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ObjectPosition {
    /// `cartesian` 0.
    Polar(PolarPosition),
    /// `cartesian` 1.
    Cartesian(CartesianPosition),
}

/// `screenEdgeLock`: the screen's edge that a coordinate sticks to (BS.2076-2 §5.4.3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScreenEdgeLock {
    /// On azimuth or X: `Some(true)` left, `Some(false)` right.
    pub left: Option<bool>,
    /// On elevation or Z: `Some(true)` top, `Some(false)` bottom.
    pub top: Option<bool>,
}

/// A coordinate of a DirectSpeakers position with its optional bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bound {
    /// The nominal value.
    pub value: f64,
    /// `bound="min"`.
    pub min: Option<f64>,
    /// `bound="max"`.
    pub max: Option<f64>,
}

/// Where the loudspeaker of a DirectSpeakers channel belongs (BS.2076-2 §5.4.3.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DirectSpeakersPosition {
    /// Degrees and normalised distance.
    Polar {
        /// Degrees, positive left.
        azimuth: Bound,
        /// Degrees, positive up.
        elevation: Bound,
        /// Normalised; 1 by default.
        distance: Bound,
    },
    /// Room cube coordinates.
    Cartesian {
        /// Right positive.
        x: Bound,
        /// Front positive.
        y: Bound,
        /// Up positive; 0 by default.
        z: Bound,
    },
}

/// `positionOffset` of an object or an alternative value set (BS.2076-2 §5.6.2, §5.6.5): added to every block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PositionOffset {
    /// Added to polar positions.
    Polar(PolarPosition),
    /// Added to Cartesian positions.
    Cartesian(CartesianPosition),
}

/// A `gain` as the file writes it: linear, or in decibels with `gainUnit="dB"` (BS.2076-2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gain {
    /// A factor; negative inverts.
    Linear(f64),
    /// Decibels; `-inf` is allowed and means silence.
    Decibels(f64),
}

impl Gain {
    /// The factor to multiply samples with.
    pub fn linear(self) -> f64 {
        match self {
            Self::Linear(factor) => factor,
            Self::Decibels(decibels) => 10f64.powf(decibels / 20.0),
        }
    }
}

impl Default for Gain {
    fn default() -> Self {
        Self::Linear(1.0)
    }
}
