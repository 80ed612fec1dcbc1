use super::{CartesianPosition, PolarPosition};

/// Centre and width of a screen, in one of the two coordinate systems.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScreenCentre {
    /// `screenWidth` has an `azimuth`.
    Polar {
        /// Centre; distance 1 by default.
        centre: PolarPosition,
        /// Full width in degrees.
        width_azimuth: f64,
    },
    /// `screenWidth` has an `X`.
    Cartesian {
        /// Centre.
        centre: CartesianPosition,
        /// Full width in cube units.
        width_x: f64,
    },
}

/// A picture screen: `audioProgrammeReferenceScreen`, or the one in the room (BS.2076-2 §5.8.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// Width over height.
    pub aspect_ratio: f64,
    /// Where it is and how wide.
    pub position: ScreenCentre,
}

impl Default for Screen {
    /// BS.2076-2 Table: 1.78, in front, 58° wide.
    fn default() -> Self {
        Self {
            aspect_ratio: 1.78,
            position: ScreenCentre::Polar {
                centre: PolarPosition { azimuth: 0.0, elevation: 0.0, distance: 1.0 },
                width_azimuth: 58.0,
            },
        }
    }
}
