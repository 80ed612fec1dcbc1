//! Directions and angles as BS.2127-1 §6.2 writes them: x right, y front, z up; azimuths anticlockwise from
//! the front and elevations up from the horizon, in degrees.

use formats::adm::{CartesianPosition, PolarPosition};

/// A point or direction: x right, y front, z up.
pub type Vector3 = nalgebra::Vector3<f64>;

/// Three axes or three points, one per row.
pub type Matrix3 = nalgebra::Matrix3<f64>;

/// The point at `azimuth` and `elevation`, degrees, and `distance`.
pub fn cartesian(azimuth: f64, elevation: f64, distance: f64) -> Vector3 {
    let (sin_azimuth, cos_azimuth) = (-azimuth).to_radians().sin_cos();
    let (sin_elevation, cos_elevation) = elevation.to_radians().sin_cos();
    Vector3::new(
        sin_azimuth * cos_elevation * distance,
        cos_azimuth * cos_elevation * distance,
        sin_elevation * distance,
    )
}

/// The point a polar position names.
pub fn point(position: &PolarPosition) -> Vector3 {
    cartesian(position.azimuth, position.elevation, position.distance)
}

/// The direction of a polar position, of length 1.
pub fn direction(position: &PolarPosition) -> Vector3 {
    cartesian(position.azimuth, position.elevation, 1.0)
}

/// The point a Cartesian position names.
pub fn cube_point(position: &CartesianPosition) -> Vector3 {
    Vector3::new(position.x, position.y, position.z)
}

/// Azimuth of a point in degrees, −180…180; 0 on the vertical axis.
pub fn azimuth(point: &Vector3) -> f64 {
    -point.x.atan2(point.y).to_degrees()
}

/// Elevation of a point in degrees, −90…90; 0 at the origin.
pub fn elevation(point: &Vector3) -> f64 {
    point.z.atan2(point.x.hypot(point.y)).to_degrees()
}

/// The point in the same direction at distance 1; straight ahead for the origin.
pub fn normalised(point: &Vector3) -> Vector3 {
    const ORIGIN: f64 = 1e-10;
    let norm = point.norm();
    if norm < ORIGIN { Vector3::new(0.0, 1.0, 0.0) } else { point / norm }
}

/// BS.2127-1 §6.2: the angle `y` plus as many turns as make it at least `x` and less than a turn above it.
pub fn relative_angle(x: f64, y: f64) -> f64 {
    let mut y = near(x, y);
    for _ in 0..FEW {
        if y - TURN >= x {
            y -= TURN;
        } else if y < x {
            y += TURN;
        } else {
            break;
        }
    }
    y
}

/// BS.2127-1 §6.2: is the azimuth `x` within the range that runs anticlockwise from `start` to `end`, give
/// or take `tolerance`? (−180, 180) is every angle, (0, 0) is one.
pub fn inside_angle_range(x: f64, start: f64, end: f64, tolerance: f64) -> bool {
    let mut end = near(start, end);
    for _ in 0..FEW {
        if end - TURN > start {
            end -= TURN;
        } else if end < start {
            end += TURN;
        } else {
            break;
        }
    }
    relative_angle(start - tolerance, x) <= end + tolerance
}

/// Degrees.
const TURN: f64 = 360.0;

/// Turns to take one by one, which is exact where angles are in reason.
const FEW: usize = 8;

/// `angle` brought within a few turns of `reference`, whatever the input says.
fn near(reference: f64, angle: f64) -> f64 {
    let difference = angle - reference;
    if difference.abs() > FEW as f64 * TURN { reference + difference.rem_euclid(TURN) } else { angle }
}

/// BS.2127-1 §6.2: three unit vectors, one per row, that point along x, y and z after the room was turned so
/// that y points at `azimuth` and `elevation`.
pub fn local_coordinate_system(azimuth: f64, elevation: f64) -> Matrix3 {
    Matrix3::from_rows(&[
        cartesian(azimuth - 90.0, 0.0, 1.0).transpose(),
        cartesian(azimuth, elevation, 1.0).transpose(),
        cartesian(azimuth, elevation + 90.0, 1.0).transpose(),
    ])
}

/// The piecewise linear function through `(xs[i], ys[i])`, constant beyond its ends. `xs` ascends; where two
/// are equal the function steps to the later one.
pub fn interpolate(x: f64, xs: &[f64], ys: &[f64]) -> f64 {
    let upper = xs.partition_point(|&knot| knot <= x);
    match (upper.checked_sub(1), xs.get(upper)) {
        (None, _) => ys.first().copied().unwrap_or(0.0),
        (_, None) => ys.last().copied().unwrap_or(0.0),
        (Some(lower), Some(&right)) => {
            let (left, at_left, at_right) = (xs[lower], ys[lower], ys[upper]);
            (at_right - at_left) / (right - left) * (x - left) + at_left
        }
    }
}

/// The order in which to walk the corners of a convex polygon that is about flat: indices into `corners`.
pub fn polygon_order(corners: &[Vector3]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..corners.len()).collect();
    if corners.len() < 3 {
        return order;
    }
    let centre = corners.iter().sum::<Vector3>() / corners.len() as f64;
    let relative: Vec<Vector3> = corners.iter().map(|corner| corner - centre).collect();
    // Two spokes span the plane: any one, and the one least in line with it. The spokes are neither unit nor
    // square to one another, but that keeps the polygon convex, and so the order of its corners.
    let first = relative[0];
    let second =
        relative[1..].iter().copied().min_by(|a, b| a.dot(&first).abs().total_cmp(&b.dot(&first).abs()));
    let second = second.unwrap_or(first);
    let angle = |i: &usize| relative[*i].dot(&first).atan2(relative[*i].dot(&second));
    order.sort_by(|a, b| angle(a).total_cmp(&angle(b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BS.2127-1 §6.2 with the values of its reference implementation's documentation.
    #[test]
    fn ranges_run_anticlockwise() {
        assert!(inside_angle_range(0.0, -30.0, 30.0, 0.0));
        assert!(inside_angle_range(360.0, -30.0, 30.0, 0.0));
        assert!(!inside_angle_range(180.0, -30.0, 30.0, 0.0));
        assert!(inside_angle_range(180.0, 110.0, -110.0, 0.0));
        assert!(inside_angle_range(-180.0, 110.0, -110.0, 0.0));
        assert!(inside_angle_range(77.0, -180.0, 180.0, 0.0));
        assert!(!inside_angle_range(77.0, 0.0, 0.0, 0.0));
        assert!(inside_angle_range(30.0 + 1e-7, 0.0, 30.0, 1e-6));
        assert!(inside_angle_range(-1e-7, 0.0, 30.0, 1e-6));
    }

    #[test]
    fn hostile_angles_end() {
        for angle in [1e300, -1e300, f64::INFINITY, f64::NAN, 1e17] {
            inside_angle_range(angle, -1e300, 1e300, 0.0);
            inside_angle_range(0.0, angle, -angle, 0.0);
            relative_angle(angle, 0.0);
            relative_angle(0.0, angle);
        }
    }

    #[test]
    fn polar_and_back() {
        for az in (-179..180).step_by(7) {
            for el in (-89..90).step_by(11) {
                let point = cartesian(f64::from(az), f64::from(el), 2.0);
                assert!((azimuth(&point) - f64::from(az)).abs() < 1e-10);
                assert!((elevation(&point) - f64::from(el)).abs() < 1e-10);
                assert!((point.norm() - 2.0).abs() < 1e-14);
            }
        }
        assert!((cartesian(90.0, 0.0, 1.0) - Vector3::new(-1.0, 0.0, 0.0)).norm() < 1e-15);
        assert_eq!(azimuth(&Vector3::zeros()), 0.0);
    }

    #[test]
    fn interpolation_is_linear_between_and_flat_beyond() {
        let (xs, ys) = ([0.0, 1.0, 3.0], [2.0, 4.0, 0.0]);
        for (x, y) in [(-1.0, 2.0), (0.0, 2.0), (0.5, 3.0), (1.0, 4.0), (2.0, 2.0), (3.0, 0.0), (9.0, 0.0)] {
            assert_eq!(interpolate(x, &xs, &ys), y);
        }
    }

    #[test]
    fn polygons_are_walked_round() {
        let corner = |x, y, z| Vector3::new(x, y, z);
        let square =
            [corner(-1.0, 1.0, 0.0), corner(1.1, 1.0, 0.0), corner(-1.0, 1.0, 1.0), corner(1.0, 1.0, 1.0)];
        let order = polygon_order(&square);
        let start = order.iter().position(|&i| i == 0).unwrap();
        let opposite = order[(start + 2) % 4];
        assert_eq!(opposite, 3);
    }
}
