//! Where the loudspeakers of each label stand in the room cube.
//!
//! Table: EAR 2.1.0, `core/data/allo_positions.yaml` (BSD-3-Clear), which gives a label the same place in
//! every layout of BS.2051. `M±060` of 6+9+0 (9.1.6) differs: there it is the "wide" of the Dolby room,
//! y = 0.677419 (ETSI TS 103 420, Table B.10), where film masters put it.

use super::AllocentricError;
use crate::layout::Layout;

/// x right, y front, z up.
const POSITIONS: [(&str, [f64; 3]); 44] = [
    ("M+000", [0.0, 1.0, 0.0]),
    ("M+030", [-1.0, 1.0, 0.0]),
    ("M-030", [1.0, 1.0, 0.0]),
    ("M+060", [-1.0, 0.414214, 0.0]),
    ("M-060", [1.0, 0.414214, 0.0]),
    ("M+090", [-1.0, 0.0, 0.0]),
    ("M-090", [1.0, 0.0, 0.0]),
    ("M+110", [-1.0, -1.0, 0.0]),
    ("M-110", [1.0, -1.0, 0.0]),
    ("M+135", [-1.0, -1.0, 0.0]),
    ("M-135", [1.0, -1.0, 0.0]),
    ("M+180", [0.0, -1.0, 0.0]),
    ("U+000", [0.0, 1.0, 1.0]),
    ("U+030", [-1.0, 1.0, 1.0]),
    ("U-030", [1.0, 1.0, 1.0]),
    ("U+045", [-1.0, 1.0, 1.0]),
    ("U-045", [1.0, 1.0, 1.0]),
    ("U+090", [-1.0, 0.0, 1.0]),
    ("U-090", [1.0, 0.0, 1.0]),
    ("U+110", [-1.0, -1.0, 1.0]),
    ("U-110", [1.0, -1.0, 1.0]),
    ("U+135", [-1.0, -1.0, 1.0]),
    ("U-135", [1.0, -1.0, 1.0]),
    ("U+180", [0.0, -1.0, 1.0]),
    ("UH+180", [0.0, -1.0, 1.0]),
    ("T+000", [0.0, 0.0, 1.0]),
    ("B+000", [0.0, 1.0, -1.0]),
    ("B+030", [-1.0, 1.0, -1.0]),
    ("B-030", [1.0, 1.0, -1.0]),
    ("B+045", [-1.0, 1.0, -1.0]),
    ("B-045", [1.0, 1.0, -1.0]),
    ("B+060", [-1.0, 0.414214, -1.0]),
    ("B-060", [1.0, 0.414214, -1.0]),
    ("B+090", [-1.0, 0.0, -1.0]),
    ("B-090", [1.0, 0.0, -1.0]),
    ("B+110", [-1.0, -1.0, -1.0]),
    ("B-110", [1.0, -1.0, -1.0]),
    ("B+135", [-1.0, -1.0, -1.0]),
    ("B-135", [1.0, -1.0, -1.0]),
    ("B+180", [0.0, -1.0, -1.0]),
    ("LFE", [-1.0, 1.0, -1.0]),
    ("LFE1", [-1.0, 1.0, -1.0]),
    ("LFE2", [1.0, 1.0, -1.0]),
    ("M-180", [0.0, -1.0, 0.0]),
];

/// Where a layout differs from [`POSITIONS`].
const EXCEPTIONS: [(&str, &str, [f64; 3]); 2] =
    [("6+9+0", "M+060", [-1.0, 0.677419, 0.0]), ("6+9+0", "M-060", [1.0, 0.677419, 0.0])];

/// BS.2127-1 §7.3.9: the place of every channel of `layout` in the room cube, LFE included.
///
/// # Errors
/// [`AllocentricError::NoPosition`] for a label outside the table.
pub fn cube_positions(layout: &Layout) -> Result<Vec<[f64; 3]>, AllocentricError> {
    let place = |name: &str, azimuth: f64| {
        if let "M+SC" | "M-SC" = name {
            return screen_loudspeaker(azimuth);
        }
        let exception = EXCEPTIONS.iter().find(|(l, label, _)| *l == layout.name && *label == name);
        let place = POSITIONS.iter().find(|(label, _)| *label == name);
        exception.map(|(_, _, place)| *place).or(place.map(|(_, place)| *place))
    };
    (layout.channels.iter())
        .map(|channel| {
            place(&channel.name, channel.position.azimuth).ok_or_else(|| AllocentricError::NoPosition {
                layout: layout.name.clone(),
                channel: channel.name.clone(),
            })
        })
        .collect()
}

/// Place of a screen loudspeaker that really stands at `azimuth`: on the front wall up to 30°, on the side
/// walls up to 110°, by the conversion of BS.2127-1 §10. The coordinate of the wall is exact, because
/// loudspeakers of a row are found by equality. `None` behind that.
fn screen_loudspeaker(azimuth: f64) -> Option<[f64; 3]> {
    /// Fraction of the way from `left` to `right` at which the direction `azimuth` meets a wall.
    fn along_wall(left: f64, right: f64, azimuth: f64) -> f64 {
        let middle = (left + right) / 2.0;
        let tangent = |degrees: f64| degrees.to_radians().tan();
        let gain = 0.5 + 0.5 * tangent(azimuth - middle) / tangent(right - middle);
        gain.atan2(1.0 - gain) * std::f64::consts::FRAC_2_PI
    }
    let side = if azimuth == 0.0 { 0.0 } else { azimuth.signum() };
    match azimuth.abs() {
        from_centre @ 0.0..30.0 => Some([(-1.0 + along_wall(30.0, 0.0, from_centre)) * side, 1.0, 0.0]),
        from_centre @ 30.0..=110.0 => Some([-side, -1.0 + 2.0 * along_wall(110.0, 30.0, from_centre), 0.0]),
        _ => None,
    }
}
