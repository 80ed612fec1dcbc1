//! Where a sound comes from, seen from the middle of the head.

/// A direction in the axes of BS.2127: azimuth positive to the left, elevation positive upwards, degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Direction {
    /// Degrees from the front, positive to the left.
    pub azimuth: f64,
    /// Degrees from the horizontal plane, positive upwards, −90 … 90.
    pub elevation: f64,
}

impl Direction {
    /// Straight ahead.
    pub const FRONT: Self = Self { azimuth: 0.0, elevation: 0.0 };

    /// The direction of these angles in degrees.
    pub fn new(azimuth: f64, elevation: f64) -> Self {
        Self { azimuth, elevation }
    }

    /// The direction of a vector of any length; x right, y front, z up. A vector of length zero is the front.
    pub fn from_vector([x, y, z]: [f64; 3]) -> Self {
        if x == 0.0 && y == 0.0 && z == 0.0 {
            return Self::FRONT;
        }
        Self { azimuth: (-x).atan2(y).to_degrees(), elevation: z.atan2(x.hypot(y)).to_degrees() }
    }

    /// The unit vector: x right, y front, z up.
    pub fn unit_vector(self) -> [f64; 3] {
        let (sin_az, cos_az) = self.azimuth.to_radians().sin_cos();
        let (sin_el, cos_el) = self.elevation.to_radians().sin_cos();
        [-sin_az * cos_el, cos_az * cos_el, sin_el]
    }

    /// The angle between two directions, degrees.
    pub fn angle_to(self, other: Self) -> f64 {
        let (a, b) = (self.unit_vector(), other.unit_vector());
        let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        let dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        cross[0].hypot(cross[1]).hypot(cross[2]).atan2(dot).to_degrees()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_is_positive_azimuth_and_negative_x() {
        let [x, y, z] = Direction::new(90.0, 0.0).unit_vector();
        assert!((x + 1.0).abs() < 1e-15 && y.abs() < 1e-15 && z == 0.0);
        let back = Direction::from_vector([-3.0, 0.0, 0.0]);
        assert!((back.azimuth - 90.0).abs() < 1e-12 && back.elevation == 0.0);
        assert!((Direction::new(30.0, 0.0).angle_to(Direction::new(-30.0, 0.0)) - 60.0).abs() < 1e-12);
        assert_eq!(Direction::from_vector([0.0; 3]), Direction::FRONT);
    }
}
