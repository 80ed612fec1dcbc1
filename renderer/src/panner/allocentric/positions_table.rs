//! Where the loudspeakers of each label stand in the room cube.
//!
//! Table: EAR 2.1.0, `core/data/allo_positions.yaml` (BSD-3-Clear), which gives a label the same place in
//! every layout of BS.2051. `M±060` of 6+9+0 (9.1.6) differs: there it is the "wide" of the Dolby room,
//! y = 0.677419 (ETSI TS 103 420, Table B.10), where film masters put it.

use formats::adm::{CartesianPosition, PolarPosition};

use super::AllocentricError;
use crate::layout::Layout;
use crate::panner::position_conversion::point_to_cartesian;

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

/// Place of a screen loudspeaker that really stands at `azimuth`, by the conversion of BS.2127-1 §10: on
/// the front wall up to 30°, on a side wall up to 110°. The coordinate of the wall is made exact, because
/// loudspeakers of a row are found by equality. `None` behind that.
fn screen_loudspeaker(azimuth: f64) -> Option<[f64; 3]> {
    const AT_WALL: f64 = 1e-10;
    let on_left = PolarPosition { azimuth: azimuth.abs(), elevation: 0.0, distance: 1.0 };
    let CartesianPosition { x, y, .. } = point_to_cartesian(&on_left);
    let (at_front, at_side) = ((y - 1.0).abs() < AT_WALL, (x + 1.0).abs() < AT_WALL);
    let (x, y) = (if at_side { -1.0 } else { x }, if at_front { 1.0 } else { y });
    (at_front || at_side).then_some([if azimuth < 0.0 { -x } else { x }, y, 0.0])
}
