use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::FADE;
use super::arc_cosine::arc_cosine;
use crate::geom::{Vector3, interpolate, normalised};

/// The part of the sphere that a source with a size fills (BS.2127-1 §7.3.8.2.2): a strip along its longer side
/// with a half circle at both ends. The straight edges follow parallels round the axis across the strip, so a
/// tall source is a wide one, turned; a square is a circle.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Along the strip, to its centre, and across it.
    along: Vector3,
    pub(super) centre: Vector3,
    across: Vector3,
    /// Radius of the half circles, half of the strip's breadth; radians.
    pub(super) radius: f64,
    /// Angle between the centre of the strip and the centres of the half circles, radians; and its sine and
    /// cosine.
    half_length: f64,
    sine: f64,
    cosine: f64,
}

/// Radians.
const FADE_RADIANS: f64 = FADE / 180.0 * PI;

impl Shape {
    /// A source in the direction of `position`, of `width` and `height` in degrees.
    pub(super) fn new(position: &Vector3, width: f64, height: f64) -> Self {
        let [right, centre, up] = axes_towards(position);
        let (width, height) = (width.to_radians() / 2.0, height.to_radians() / 2.0);
        let (along, across) = if height > width { (up, right) } else { (right, up) };
        let (long, short) = if height > width { (height, width) } else { (width, height) };
        let half_length = (stretched(long, short) - short).clamp(0.0, PI);
        // A strip round the whole sphere has no ends: an exact half turn, lest one point behind fall between.
        let (sine, cosine) = if half_length > PI - 1e-12 { (0.0, -1.0) } else { half_length.sin_cos() };
        Self { along, centre, across, radius: short, half_length, sine, cosine }
    }

    /// Radians from the centre beyond which nothing sounds.
    pub(super) fn reach(&self) -> f64 {
        self.half_length + self.radius + FADE_RADIANS
    }

    /// How loud a virtual source in that direction, of length 1, is: 1 within the shape, falling to 0 over the
    /// fade.
    #[inline(always)]
    pub(super) fn weight(&self, x: f64, y: f64, z: f64) -> f64 {
        let along = project(&self.along, x, y, z);
        let forward = project(&self.centre, x, y, z);
        let across = project(&self.across, x, y, z).abs().min(1.0);
        // Is the azimuth, as seen along the strip, between those of the circles' centres? They are in one
        // place when the strip has no length; then, nothing is.
        let beside = self.half_length > 0.0 && forward * self.sine >= along.abs() * self.cosine;
        // Cosine of the angle to the nearer circle's centre.
        let to_circle = (along.abs() * self.sine + forward * self.cosine).clamp(-1.0, 1.0);
        let angle = arc_cosine(if beside { across } else { to_circle });
        let from_axis = if beside { FRAC_PI_2 - angle } else { angle };
        (1.0 - (from_axis - self.radius) * (1.0 / FADE_RADIANS)).clamp(0.0, 1.0)
    }
}

#[inline(always)]
fn project(axis: &Vector3, x: f64, y: f64, z: f64) -> f64 {
    axis.x * x + axis.y * y + axis.z * z
}

/// Half the length of the strip, radians: long sources are stretched to meet behind, the less the broader
/// they are.
fn stretched(length: f64, breadth: f64) -> f64 {
    let meeting = interpolate(length, &[0.0, FRAC_PI_2, PI], &[0.0, FRAC_PI_2, PI + breadth]);
    interpolate(breadth, &[0.0, FRAC_PI_4, FRAC_PI_2, PI], &[meeting, meeting, length, length])
}

/// Right, forward and up of a listener who looks at `position`; straight up and down the azimuth is 0.
fn axes_towards(position: &Vector3) -> [Vector3; 3] {
    /// Cosine of the elevation, 1e-5° from a pole, beyond which azimuths mean nothing.
    const POLE: f64 = 1e-5 / 180.0 * PI;
    let position = normalised(position);
    let [x, y, z] = position.into();
    let level = f64::hypot(x, y);
    // Sine of the azimuth to the right, and its cosine.
    let (sine, cosine) = if level < POLE { (0.0, 1.0) } else { (x / level, y / level) };
    [
        Vector3::new(cosine, -sine, 0.0),
        Vector3::new(sine * level, cosine * level, z),
        Vector3::new(-sine * z, -cosine * z, level),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::{cartesian, local_coordinate_system};

    #[test]
    fn axes_are_those_of_the_standard() {
        for azimuth in (-180..180).step_by(15) {
            for elevation in (-90..=90).step_by(15) {
                let (azimuth, elevation) = (f64::from(azimuth), f64::from(elevation));
                let axes = axes_towards(&cartesian(azimuth, elevation, 0.3));
                let azimuth = if elevation.abs() == 90.0 { 0.0 } else { azimuth };
                let expected = local_coordinate_system(azimuth, elevation);
                for (row, axis) in axes.iter().enumerate() {
                    assert!((expected.row(row).transpose() - axis).norm() < 1e-15, "{azimuth} {elevation}");
                }
            }
        }
    }
}
