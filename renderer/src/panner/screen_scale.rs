//! `screenRef`: positions follow the size of the room's screen (BS.2127-1 §7.3.3).

use formats::adm::{CartesianPosition, PolarPosition, Screen};

use super::position_conversion::{point_to_cartesian, point_to_polar};
use crate::geom::{Vector3, azimuth, cartesian, cube_point, elevation, interpolate};
use crate::layout::{Layout, ScreenEdges, ScreenError};

/// Moves positions from the reference screen to the room's.
#[derive(Clone, Debug)]
pub struct ScreenScale {
    room: Option<ScreenEdges>,
    raised: RaisedFront,
    /// Edges of the reference screen seen last; `None` when it can't be.
    reference: Option<(Screen, Option<ScreenEdges>)>,
}

impl ScreenScale {
    /// # Errors
    /// The layout's screen can't be.
    pub fn new(layout: &Layout) -> Result<Self, ScreenError> {
        let room = layout.screen.as_ref().map(ScreenEdges::new).transpose()?;
        Ok(Self { room, raised: RaisedFront::new(layout), reference: None })
    }

    /// Where a source at `position` goes; `in_cube` tells which space that is. Without a screen in the room,
    /// or with a reference screen that can't be, it stays.
    pub fn apply(&mut self, position: Vector3, reference: &Screen, in_cube: bool) -> Vector3 {
        let Some(room) = self.room else { return position };
        let Some(reference) = self.reference_edges(reference) else { return position };
        let scale = |azimuth: f64, elevation: f64| {
            let azimuths = |edges: &ScreenEdges| [-180.0, edges.right, edges.left, 180.0];
            let elevations = |edges: &ScreenEdges| [-90.0, edges.bottom, edges.top, 90.0];
            (
                interpolate(azimuth, &azimuths(&reference), &azimuths(&room)),
                interpolate(elevation, &elevations(&reference), &elevations(&room)),
            )
        };
        self.raised.on_sphere(position, in_cube, scale)
    }

    fn reference_edges(&mut self, screen: &Screen) -> Option<ScreenEdges> {
        match &self.reference {
            Some((known, edges)) if known == screen => *edges,
            _ => {
                let edges = ScreenEdges::new(screen).ok();
                self.reference = Some((*screen, edges));
                edges
            }
        }
    }
}

/// BS.2127-1 §7.3.3.2: layouts with `U±045` have the upper front loudspeakers wider than those below; in the
/// room cube, where both are in one corner, azimuths are drawn in so that what moves up on the sphere moves up
/// in the room.
#[derive(Clone, Copy, Debug)]
pub(super) struct RaisedFront {
    wider: bool,
}

impl RaisedFront {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { wider: layout.channel_index("U+045").is_some() }
    }

    /// Changes azimuth and elevation of a position in either space by `change`.
    pub(super) fn on_sphere(
        self,
        position: Vector3,
        in_cube: bool,
        change: impl FnOnce(f64, f64) -> (f64, f64),
    ) -> Vector3 {
        if !in_cube {
            let (azimuth, elevation) = change(azimuth(&position), elevation(&position));
            return cartesian(azimuth, elevation, position.norm());
        }
        let place = CartesianPosition { x: position.x, y: position.y, z: position.z };
        let PolarPosition { azimuth, elevation, distance } = point_to_polar(&place);
        let (azimuth, elevation) = change(azimuth, elevation);
        let azimuth = self.drawn_in(azimuth, elevation);
        cube_point(&point_to_cartesian(&PolarPosition { azimuth, elevation, distance }))
    }

    fn drawn_in(self, azimuth: f64, elevation: f64) -> f64 {
        if !self.wider {
            return azimuth;
        }
        let front = interpolate(elevation, &[0.0, 30.0, 90.0], &[30.0, 30.0 * (30.0 / 45.0), 30.0]);
        interpolate(azimuth, &[-180.0, -30.0, 30.0, 180.0], &[-180.0, -front, front, 180.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::adm::ScreenCentre;

    fn screen(width_azimuth: f64) -> Screen {
        let centre = PolarPosition { azimuth: 0.0, elevation: 0.0, distance: 1.0 };
        Screen { aspect_ratio: 1.78, position: ScreenCentre::Polar { centre, width_azimuth } }
    }

    fn layout(width: f64) -> Layout {
        Layout { screen: Some(screen(width)), ..Layout::by_name("0+5+0").unwrap() }
    }

    #[test]
    fn edges_move_to_edges_and_the_back_stays() {
        let mut scale = ScreenScale::new(&layout(58.0)).unwrap();
        let mut moved = |az: f64| azimuth(&scale.apply(cartesian(az, 0.0, 1.0), &screen(40.0), false));
        assert!((moved(20.0) - 29.0).abs() < 1e-12);
        assert!((moved(-10.0) + 14.5).abs() < 1e-12);
        assert!((moved(100.0) - 104.5).abs() < 1e-12);
    }

    #[test]
    fn the_same_screen_moves_nothing() {
        let mut scale = ScreenScale::new(&layout(58.0)).unwrap();
        for place in [[0.4, 1.0, 0.2], [-1.0, 0.3, -0.5], [0.1, -0.2, 0.9]] {
            let place = Vector3::from(place);
            for in_cube in [false, true] {
                assert!((scale.apply(place, &screen(58.0), in_cube) - place).norm() < 1e-12, "{place:?}");
            }
        }
    }

    #[test]
    fn no_screen_moves_nothing() {
        let none = Layout { screen: None, ..layout(58.0) };
        let place = Vector3::new(0.3, 0.7, 0.1);
        assert_eq!(ScreenScale::new(&none).unwrap().apply(place, &screen(20.0), false), place);
        let mut scale = ScreenScale::new(&layout(58.0)).unwrap();
        assert_eq!(scale.apply(place, &screen(0.0), false), place);
    }
}
