//! `objectDivergence`: a source becomes up to three (BS.2127-1 §7.3.7).

use formats::adm::ObjectDivergence;

use crate::geom::{Vector3, azimuth, cartesian, elevation, local_coordinate_system};

/// One of the sources: the factor of its power and its position.
pub type Source = (f64, Vector3);

/// Left, middle and right source. A divergence of 0 is the middle alone, 1 is left and right alone, 0.5 is all
/// three alike; the powers sum to 1.
///
/// `azimuth_range` is the angle between the middle and the others when the block doesn't say: see
/// [`default_azimuth_range`].
pub fn diverge(
    position: Vector3,
    divergence: &ObjectDivergence,
    in_cube: bool,
    default_azimuth_range: f64,
) -> [Source; 3] {
    let value = divergence.value.clamp(0.0, 1.0);
    let side = value / (value + 1.0);
    let middle = (1.0 - value) / (value + 1.0);
    let (left, centre, right) = if in_cube {
        let range = Vector3::x() * divergence.position_range.unwrap_or(0.0);
        let inside = |place: Vector3| place.map(|coordinate| coordinate.clamp(-1.0, 1.0));
        // The reference has them the other way round; by symmetry the outcome is the same.
        (inside(position - range), inside(position), inside(position + range))
    } else {
        let range = divergence.azimuth_range.unwrap_or(default_azimuth_range);
        let axes = local_coordinate_system(azimuth(&position), elevation(&position)).transpose();
        let turned = |angle: f64| axes * cartesian(angle, 0.0, position.norm());
        (turned(range), position, turned(-range))
    };
    [(side, left), (middle, centre), (side, right)]
}

/// The `azimuthRange` of a block that has none, degrees: 45 in BS.2076-1 and before, 0 from BS.2076-2.
pub fn default_azimuth_range(adm_version: u8) -> f64 {
    if adm_version >= 2 { 0.0 } else { 45.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divergence(value: f64) -> ObjectDivergence {
        ObjectDivergence { value, azimuth_range: Some(30.0), position_range: Some(0.5) }
    }

    #[test]
    fn power_is_shared() {
        for (value, side, middle) in [(0.0, 0.0, 1.0), (0.5, 1.0 / 3.0, 1.0 / 3.0), (1.0, 0.5, 0.0)] {
            let [(left, _), (centre, _), (right, _)] = diverge(Vector3::y(), &divergence(value), false, 0.0);
            assert!((left - side).abs() < 1e-15 && (right - side).abs() < 1e-15);
            assert!((centre - middle).abs() < 1e-15);
        }
    }

    #[test]
    fn left_and_right_are_beside_the_source() {
        let [(_, left), _, (_, right)] = diverge(cartesian(80.0, 0.0, 2.0), &divergence(0.5), false, 0.0);
        assert!((left - cartesian(110.0, 0.0, 2.0)).norm() < 1e-14);
        assert!((right - cartesian(50.0, 0.0, 2.0)).norm() < 1e-14);
        let [(_, left), _, (_, right)] = diverge(Vector3::new(0.8, 0.0, 0.1), &divergence(0.5), true, 0.0);
        assert!((left - Vector3::new(0.3, 0.0, 0.1)).norm() < 1e-15);
        assert!((right - Vector3::new(1.0, 0.0, 0.1)).norm() < 1e-15);
    }

    #[test]
    fn the_default_depends_on_the_edition() {
        assert_eq!([1, 2, 3].map(default_azimuth_range), [45.0, 0.0, 0.0]);
    }
}
