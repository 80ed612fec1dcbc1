use formats::adm::{Screen, ScreenCentre};

use crate::geom::{Vector3, azimuth, cube_point, elevation, local_coordinate_system, point};

/// A screen that can't stand before the listener.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("screen {fault}: check its centre, width and aspect ratio")]
pub struct ScreenError {
    fault: &'static str,
}

/// The edges of a screen as the listener sees them (BS.2127-1 §7.3.3.1); degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScreenEdges {
    /// Azimuth of the left edge; not less than the right's.
    pub left: f64,
    /// Azimuth of the right edge.
    pub right: f64,
    /// Elevation of the bottom edge; not more than the top's.
    pub bottom: f64,
    /// Elevation of the top edge.
    pub top: f64,
}

impl ScreenEdges {
    /// # Errors
    /// The screen reaches behind the listener, over or under him, or has no size.
    pub fn new(screen: &Screen) -> Result<Self, ScreenError> {
        /// Degrees by which the azimuths of top and bottom may differ by rounding.
        const ROUNDING: f64 = 1e-3;
        let (centre, to_right, to_top) = half_axes(screen);
        let (left_edge, right_edge) = (centre - to_right, centre + to_right);
        let (bottom_edge, top_edge) = (centre - to_top, centre + to_top);
        let edges = Self {
            left: azimuth(&left_edge),
            right: azimuth(&right_edge),
            bottom: elevation(&bottom_edge),
            top: elevation(&top_edge),
        };
        let finite = left_edge.iter().chain(&top_edge).all(|coordinate| coordinate.is_finite());
        let sized = to_right.norm() > 0.0 && to_top.norm() > 0.0;
        let fault = if !finite || !sized {
            "has no size"
        } else if edges.right > edges.left {
            "extends behind the listener"
        } else if azimuth(&bottom_edge) - azimuth(&top_edge) > ROUNDING || edges.bottom > edges.top {
            "extends over or under the listener"
        } else {
            return Ok(edges);
        };
        Err(ScreenError { fault })
    }
}

/// Centre of the screen, the way to its right edge and the way to its top.
fn half_axes(screen: &Screen) -> (Vector3, Vector3, Vector3) {
    match screen.position {
        ScreenCentre::Polar { centre, width_azimuth } => {
            let width = centre.distance * (width_azimuth / 2.0).to_radians().tan();
            let axes = local_coordinate_system(centre.azimuth, centre.elevation);
            let axis = |row: usize| axes.row(row).transpose();
            (point(&centre), axis(0) * width, axis(2) * (width / screen.aspect_ratio))
        }
        ScreenCentre::Cartesian { centre, width_x } => {
            let width = width_x / 2.0;
            (cube_point(&centre), Vector3::x() * width, Vector3::z() * (width / screen.aspect_ratio))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::adm::{CartesianPosition, PolarPosition};

    #[test]
    fn the_default_screen() {
        let edges = ScreenEdges::new(&Screen::default()).unwrap();
        let top = (29f64.to_radians().tan() / 1.78).atan().to_degrees();
        assert!((edges.left - 29.0).abs() < 1e-12 && (edges.right + 29.0).abs() < 1e-12);
        assert!((edges.top - top).abs() < 1e-12 && (edges.bottom + top).abs() < 1e-12);
    }

    #[test]
    fn a_cartesian_screen() {
        let centre = CartesianPosition { x: 0.0, y: 1.0, z: 0.0 };
        let screen = Screen { aspect_ratio: 2.0, position: ScreenCentre::Cartesian { centre, width_x: 2.0 } };
        let edges = ScreenEdges::new(&screen).unwrap();
        assert!((edges.left - 45.0).abs() < 1e-12);
        assert!((edges.top - 0.5f64.atan().to_degrees()).abs() < 1e-12);
    }

    #[test]
    fn impossible_screens_are_refused() {
        let polar = |azimuth, elevation, width_azimuth| Screen {
            aspect_ratio: 1.78,
            position: ScreenCentre::Polar {
                centre: PolarPosition { azimuth, elevation, distance: 1.0 },
                width_azimuth,
            },
        };
        let fault = |screen| ScreenEdges::new(&screen).unwrap_err().to_string();
        assert!(fault(polar(180.0, 0.0, 60.0)).contains("behind"));
        assert!(fault(polar(0.0, 85.0, 60.0)).contains("over"));
        assert!(fault(polar(0.0, 0.0, 0.0)).contains("no size"));
        assert!(fault(polar(0.0, 0.0, f64::NAN)).contains("no size"));
        assert!(fault(Screen { aspect_ratio: 0.0, ..Screen::default() }).contains("no size"));
    }
}
