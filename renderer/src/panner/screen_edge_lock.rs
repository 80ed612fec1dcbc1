//! `screenEdgeLock`: coordinates stick to an edge of the room's screen (BS.2127-1 §7.3.4).

use formats::adm::ScreenEdgeLock as Edges;

use super::screen_scale::RaisedFront;
use crate::geom::Vector3;
use crate::layout::{Layout, ScreenEdges, ScreenError};

/// Moves positions to the edges of the room's screen.
#[derive(Clone, Debug)]
pub struct ScreenEdgeLock {
    room: Option<ScreenEdges>,
    raised: RaisedFront,
}

impl ScreenEdgeLock {
    /// # Errors
    /// The layout's screen can't be.
    pub fn new(layout: &Layout) -> Result<Self, ScreenError> {
        let room = layout.screen.as_ref().map(ScreenEdges::new).transpose()?;
        Ok(Self { room, raised: RaisedFront::new(layout) })
    }

    /// Where a source at `position` goes; `in_cube` tells which space that is. Without a screen it stays.
    pub fn apply(&self, position: Vector3, edges: Edges, in_cube: bool) -> Vector3 {
        if self.room.is_none() || edges == Edges::default() {
            return position;
        }
        self.raised
            .on_sphere(position, in_cube, |azimuth, elevation| self.apply_angles(azimuth, elevation, edges))
    }

    /// The same for an azimuth and an elevation, degrees.
    pub fn apply_angles(&self, azimuth: f64, elevation: f64, edges: Edges) -> (f64, f64) {
        let Some(room) = self.room else { return (azimuth, elevation) };
        let azimuth = edges.left.map_or(azimuth, |left| if left { room.left } else { room.right });
        let elevation = edges.top.map_or(elevation, |top| if top { room.top } else { room.bottom });
        (azimuth, elevation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::{azimuth, cartesian, elevation};

    #[test]
    fn sticks_to_the_edge_that_is_named() {
        let lock = ScreenEdgeLock::new(&Layout::by_name("4+7+0").unwrap()).unwrap();
        let source = cartesian(100.0, -20.0, 0.8);
        let right = lock.apply(source, Edges { left: Some(false), top: None }, false);
        assert!((azimuth(&right) + 29.0).abs() < 1e-12 && (elevation(&right) + 20.0).abs() < 1e-12);
        assert!((right.norm() - 0.8).abs() < 1e-12);
        let top = lock.apply(source, Edges { left: None, top: Some(true) }, false);
        let expected = (29f64.to_radians().tan() / 1.78).atan().to_degrees();
        assert!((azimuth(&top) - 100.0).abs() < 1e-12 && (elevation(&top) - expected).abs() < 1e-12);
        assert_eq!(lock.apply(source, Edges::default(), false), source);
    }
}
