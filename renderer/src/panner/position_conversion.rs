//! From the sphere to the room cube and back (BS.2127-1 §10).
//!
//! Both are cut into sectors at the loudspeakers of 5.1: ±30° are the front corners of the cube, ±110° the back
//! corners. Elevations of ±30° are its top and bottom edges.

use formats::adm::{CartesianPosition, ObjectPosition, ObjectsBlock, PolarPosition};

use crate::geom::{Vector3, azimuth, inside_angle_range, local_coordinate_system, relative_angle};

/// A block's size in degrees and normalised distance, or in cube units: x, y and z extents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Degrees, or along x.
    pub width: f64,
    /// Degrees, or along z.
    pub height: f64,
    /// Normalised distance, or along y.
    pub depth: f64,
}

/// Makes the block polar: position, width, height and depth; the rest stays. A polar block is left as it is.
pub fn to_polar(block: &mut ObjectsBlock) {
    let ObjectPosition::Cartesian(position) = block.position else { return };
    let size = Extent { width: block.width, height: block.height, depth: block.depth };
    let (position, size) = extent_to_polar(&position, &size);
    block.position = ObjectPosition::Polar(position);
    (block.width, block.height, block.depth) = (size.width, size.height, size.depth);
}

/// Makes the block Cartesian: position, width, height and depth; the rest stays. A Cartesian block is left as
/// it is.
pub fn to_cartesian(block: &mut ObjectsBlock) {
    let ObjectPosition::Polar(position) = block.position else { return };
    let size = Extent { width: block.width, height: block.height, depth: block.depth };
    let (position, size) = extent_to_cartesian(&position, &size);
    block.position = ObjectPosition::Cartesian(position);
    (block.width, block.height, block.depth) = (size.width, size.height, size.depth);
}

/// The elevation of the cube's top edge, and what it is seen under from the cube's centre; degrees.
const TOP: f64 = 30.0;
const TOP_IN_CUBE: f64 = 45.0;

/// A corner of the middle plane, or the front: its azimuth and its place in the cube.
#[derive(Clone, Copy)]
struct Corner {
    azimuth: f64,
    x: f64,
    y: f64,
}

const fn corner(azimuth: f64, x: f64, y: f64) -> Corner {
    Corner { azimuth, x, y }
}

/// Sectors from their left corner to their right one.
const SECTORS: [(Corner, Corner); 5] = {
    let front = corner(0.0, 0.0, 1.0);
    let (front_left, front_right) = (corner(30.0, -1.0, 1.0), corner(-30.0, 1.0, 1.0));
    let (back_left, back_right) = (corner(110.0, -1.0, -1.0), corner(-110.0, 1.0, -1.0));
    [
        (front, front_right),
        (front_right, back_right),
        (back_right, back_left),
        (back_left, front_left),
        (front_left, front),
    ]
};

/// BS.2127-1 §10.1.1: the place in the cube of a polar position.
pub fn point_to_cartesian(position: &PolarPosition) -> CartesianPosition {
    let PolarPosition { azimuth, elevation, distance } = *position;
    let (z, radius) = if elevation.abs() > TOP {
        let in_cube = TOP_IN_CUBE + (90.0 - TOP_IN_CUBE) * (elevation.abs() - TOP) / (90.0 - TOP);
        (distance * elevation.signum(), distance * (90.0 - in_cube).to_radians().tan())
    } else {
        let in_cube = TOP_IN_CUBE * elevation / TOP;
        (in_cube.to_radians().tan() * distance, distance)
    };
    let holds =
        |(left, right): &&(Corner, Corner)| inside_angle_range(azimuth, right.azimuth, left.azimuth, 0.0);
    let (left, right) = SECTORS.iter().find(holds).unwrap_or(&SECTORS[0]);
    let left_azimuth = relative_angle(right.azimuth, left.azimuth);
    let share = azimuth_to_share(left_azimuth, right.azimuth, relative_angle(right.azimuth, azimuth));
    let between = |from: f64, to: f64| radius * (from + (to - from) * share);
    CartesianPosition { x: between(left.x, right.x), y: between(left.y, right.y), z }
}

/// BS.2127-1 §10.1.2: the polar position of a place in the cube.
pub fn point_to_polar(position: &CartesianPosition) -> PolarPosition {
    const ORIGIN: f64 = 1e-10;
    let CartesianPosition { x, y, z } = *position;
    if x.abs() < ORIGIN && y.abs() < ORIGIN {
        let above = z.abs() >= ORIGIN;
        let elevation = if above { 90f64.copysign(z) } else { 0.0 };
        return PolarPosition { azimuth: 0.0, elevation, distance: if above { z.abs() } else { 0.0 } };
    }
    let seen = |corner: &Corner| self::azimuth(&Vector3::new(corner.x, corner.y, 0.0));
    let direction = self::azimuth(&Vector3::new(x, y, 0.0));
    let holds =
        |(left, right): &&(Corner, Corner)| inside_angle_range(direction, seen(right), seen(left), 0.0);
    let (left, right) = SECTORS.iter().find(holds).unwrap_or(&SECTORS[0]);
    // Panned between the two corners: the gains' sum is the radius, their ratio the azimuth.
    let determinant = left.x * right.y - left.y * right.x;
    let left_gain = (x * right.y - y * right.x) / determinant;
    let right_gain = (left.x * y - left.y * x) / determinant;
    let radius = left_gain + right_gain;
    let left_azimuth = relative_angle(right.azimuth, left.azimuth);
    let azimuth = share_to_azimuth(left_azimuth, right.azimuth, right_gain / radius);
    let azimuth = relative_angle(-180.0, azimuth);
    let in_cube = (z / radius).atan().to_degrees();
    if in_cube.abs() > TOP_IN_CUBE {
        let elevation = TOP + (90.0 - TOP) * (in_cube.abs() - TOP_IN_CUBE) / (90.0 - TOP_IN_CUBE);
        PolarPosition { azimuth, elevation: elevation.copysign(in_cube), distance: z.abs() }
    } else {
        PolarPosition { azimuth, elevation: TOP * in_cube / TOP_IN_CUBE, distance: radius }
    }
}

/// How far from the left corner (0) to the right (1) an azimuth lies, by the law of tangents and then of power.
fn azimuth_to_share(left: f64, right: f64, azimuth: f64) -> f64 {
    let middle = (left + right) / 2.0;
    let half = (right - middle).to_radians().tan();
    let right_gain = 0.5 + 0.5 * (azimuth - middle).to_radians().tan() / half;
    right_gain.atan2(1.0 - right_gain) * std::f64::consts::FRAC_2_PI
}

/// The reverse of [`azimuth_to_share`].
fn share_to_azimuth(left: f64, right: f64, share: f64) -> f64 {
    let middle = (left + right) / 2.0;
    let half = (right - middle).to_radians().tan();
    let (sin, cos) = (share * std::f64::consts::FRAC_PI_2).sin_cos();
    let right_gain = sin / (cos + sin);
    middle + (2.0 * (right_gain - 0.5) * half).atan().to_degrees()
}

/// BS.2127-1 §10.2.1: place and size in the cube of a polar position with a size.
pub fn extent_to_cartesian(position: &PolarPosition, size: &Extent) -> (CartesianPosition, Extent) {
    let [x, y, z] = box_of(size);
    let axes = local_coordinate_system(position.azimuth, position.elevation);
    let along = |column: usize| {
        let axis = axes.column(column);
        Vector3::new(axis[0] * x, axis[1] * y, axis[2] * z).norm()
    };
    (point_to_cartesian(position), Extent { width: along(0), depth: along(1), height: along(2) })
}

/// BS.2127-1 §10.2.2: polar position and size of a place in the cube with a size.
pub fn extent_to_polar(position: &CartesianPosition, size: &Extent) -> (PolarPosition, Extent) {
    let polar = point_to_polar(position);
    let axes = local_coordinate_system(polar.azimuth, polar.elevation);
    let along = |row: usize| {
        let axis = axes.row(row);
        Vector3::new(axis[0] * size.width, axis[1] * size.depth, axis[2] * size.height).norm()
    };
    (polar, size_of_box(along(0), along(1), along(2)))
}

/// Half the sides of the box round a source in front that is as wide, high and deep.
fn box_of(size: &Extent) -> [f64; 3] {
    let half_chord = |angle: f64| if angle < 180.0 { (angle / 2.0).to_radians().sin() } else { 1.0 };
    let bulge = |angle: f64| (1.0 - (angle / 2.0).to_radians().cos()) / 2.0;
    let y = bulge(size.width).max(bulge(size.height)).max(size.depth);
    [half_chord(size.width), y, half_chord(size.height)]
}

/// The size of a source in front that fills the box. Sides beyond the cube's count as the cube's.
fn size_of_box(x: f64, y: f64, z: f64) -> Extent {
    let from_bulge = 2.0 * (1.0 - 2.0 * y).clamp(-1.0, 1.0).acos().to_degrees();
    let angle = |side: f64| {
        let from_chord = 2.0 * side.clamp(-1.0, 1.0).asin().to_degrees();
        from_chord + side.min(1.0) * (from_bulge - from_chord).max(0.0)
    };
    let (width, height) = (angle(x), angle(z));
    // Depth is what width and height don't account for.
    let [_, explained, _] = box_of(&Extent { width, height, depth: 0.0 });
    Extent { width, height, depth: (y - explained).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panner::golden::{corpus, worst};

    /// Two exact computations differ by rounding, which the tangents magnify.
    const ROUNDING: f64 = 1e-11;

    fn polar([azimuth, elevation, distance]: [f64; 3]) -> PolarPosition {
        PolarPosition { azimuth, elevation, distance }
    }

    fn place([x, y, z]: [f64; 3]) -> CartesianPosition {
        CartesianPosition { x, y, z }
    }

    fn first<const N: usize>(values: &[f64]) -> [f64; N] {
        std::array::from_fn(|i| values[i])
    }

    #[test]
    fn equals_the_reference() {
        let Some(corpus) = corpus() else { return };
        let text = std::fs::read_to_string(corpus.join("goldens/conversion.json")).unwrap();
        type Cases = std::collections::BTreeMap<String, Vec<(Vec<f64>, Vec<f64>)>>;
        let cases: Cases = serde_json::from_str(&text).unwrap();
        assert_eq!(cases.len(), 4);
        for (kind, cases) in cases {
            for (input, expected) in cases {
                let found = converted(&kind, &input);
                assert!(worst(&found, &expected) < ROUNDING, "{kind} {input:?}: {found:?}, {expected:?}");
            }
        }
    }

    fn converted(kind: &str, input: &[f64]) -> Vec<f64> {
        match kind {
            "polar_to_cart" => {
                let found = point_to_cartesian(&polar(first(input)));
                vec![found.x, found.y, found.z]
            }
            "cart_to_polar" => {
                let found = point_to_polar(&place(first(input)));
                vec![found.azimuth, found.elevation, found.distance]
            }
            "extent_polar_to_cart" => {
                let size = Extent { width: input[3], height: input[4], depth: input[5] };
                let (found, size) = extent_to_cartesian(&polar(first(input)), &size);
                vec![found.x, found.y, found.z, size.width, size.depth, size.height]
            }
            _ => {
                let size = Extent { width: input[3], depth: input[4], height: input[5] };
                let (found, size) = extent_to_polar(&place(first(input)), &size);
                vec![found.azimuth, found.elevation, found.distance, size.width, size.height, size.depth]
            }
        }
    }

    #[test]
    fn corners_of_the_cube() {
        for (from, to) in [
            ([30.0, 0.0, 1.0], [-1.0, 1.0, 0.0]),
            ([-110.0, 30.0, 1.0], [1.0, -1.0, 1.0]),
            ([0.0, -30.0, 1.0], [0.0, 1.0, -1.0]),
            ([0.0, 90.0, 1.0], [0.0, 0.0, 1.0]),
            ([180.0, 0.0, 1.0], [0.0, -1.0, 0.0]),
        ] {
            let found = point_to_cartesian(&polar(from));
            assert!(worst(&[found.x, found.y, found.z], &to) < 1e-14, "{from:?}: {found:?}");
        }
    }

    #[test]
    fn there_and_back() {
        for azimuth in (-180..180).step_by(5) {
            for elevation in (-85..=85).step_by(5) {
                let from = polar([f64::from(azimuth), f64::from(elevation), 0.7]);
                let found = point_to_polar(&point_to_cartesian(&from));
                let expected = [from.azimuth, from.elevation, from.distance];
                assert!(
                    worst(&[found.azimuth, found.elevation, found.distance], &expected) < 1e-10,
                    "{from:?}"
                );
            }
        }
    }

    #[test]
    fn hostile_values_give_numbers() {
        for value in [1e300, -1e300, 0.0] {
            let size = Extent { width: value, height: value, depth: value };
            let (_, size) = extent_to_polar(&place([value; 3]), &size);
            assert!(size.width.is_finite() && size.height.is_finite());
            assert!(point_to_cartesian(&polar([value, 90.0, 1.0])).x.is_finite());
        }
    }
}
