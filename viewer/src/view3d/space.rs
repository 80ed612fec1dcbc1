//! The shape of the room, and the places of objects in it.
//!
//! Polar objects live in a sphere and Cartesian ones in a cube. A view shows one of the two; objects of the other kind are
//! put where BS.2127-1 §10 says.

use formats::adm::{CartesianPosition, DirectSpeakersPosition, ObjectPosition, PolarPosition};
use formats::scene::{Coordinates, Object, ObjectParameter as P, Scene, Spatial};
use renderer::geom;
use renderer::layout::Layout;
use renderer::panner::allocentric::cube_positions;
use renderer::panner::position_conversion::{point_to_cartesian, point_to_polar};

use super::Point;

/// The shape of the room that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Space {
    /// Around the listener, all loudspeakers one unit away.
    #[default]
    Sphere,
    /// From −1 to 1 in each direction.
    Cube,
}

impl Space {
    /// The shape that suits most objects of a scene.
    pub fn of(scene: &Scene) -> Self {
        let coordinates = scene.tracks.iter().filter_map(|track| match &track.spatial {
            Spatial::Object(object) => Some(object.coordinates),
            _ => None,
        });
        let (mut polar, mut cartesian) = (0, 0);
        coordinates.for_each(|found| match found {
            Coordinates::Polar => polar += 1,
            Coordinates::Cartesian => cartesian += 1,
        });
        if cartesian > polar { Self::Cube } else { Self::Sphere }
    }

    /// Where an object is at `seconds`.
    pub fn place(self, object: &Object, seconds: f64) -> Point {
        let value = |parameter: P| object.value_at(parameter, seconds).unwrap_or(0.0);
        match object.coordinates {
            Coordinates::Polar => {
                let (azimuth, elevation) = (value(P::Azimuth), value(P::Elevation));
                self.of_polar(&PolarPosition { azimuth, elevation, distance: value(P::Distance) })
            }
            Coordinates::Cartesian => {
                self.of_cartesian(&CartesianPosition { x: value(P::X), y: value(P::Y), z: value(P::Z) })
            }
        }
    }

    /// Where a position is.
    pub fn at(self, position: &ObjectPosition) -> Point {
        match position {
            ObjectPosition::Polar(polar) => self.of_polar(polar),
            ObjectPosition::Cartesian(cube) => self.of_cartesian(cube),
        }
    }

    /// Where a channel for a loudspeaker is.
    pub fn of_loudspeaker(self, position: &DirectSpeakersPosition) -> Point {
        match *position {
            DirectSpeakersPosition::Polar { azimuth, elevation, distance } => self.of_polar(&PolarPosition {
                azimuth: azimuth.value,
                elevation: elevation.value,
                distance: distance.value,
            }),
            DirectSpeakersPosition::Cartesian { x, y, z } => {
                self.of_cartesian(&CartesianPosition { x: x.value, y: y.value, z: z.value })
            }
        }
    }

    /// Where a polar position is.
    pub fn of_polar(self, position: &PolarPosition) -> Point {
        match self {
            Self::Sphere => Point::from(geom::point(position)),
            Self::Cube => {
                let azimuth = within_half_turn(position.azimuth);
                let cube = point_to_cartesian(&PolarPosition { azimuth, ..*position });
                Point::new(cube.x, cube.y, cube.z)
            }
        }
    }

    /// Where a Cartesian position is.
    pub fn of_cartesian(self, position: &CartesianPosition) -> Point {
        match self {
            Self::Sphere => Point::from(geom::point(&point_to_polar(position))),
            Self::Cube => Point::new(position.x, position.y, position.z),
        }
    }

    /// What the parameters of an object have to be for it to be at `point`. An azimuth is the one nearest to what it is at
    /// `seconds`, so that paths lead on around the listener.
    pub fn parameters(self, object: &Object, point: &Point, seconds: f64) -> [(P, f64); 3] {
        match object.coordinates {
            Coordinates::Polar => {
                let polar = self.to_polar(point);
                let now = object.value_at(P::Azimuth, seconds).unwrap_or(0.0);
                // Straight above there is no azimuth, and at the listener no direction at all.
                let is_pole = polar.elevation.abs() > 89.999 || polar.distance < 1e-6;
                let turn = if is_pole { 0.0 } else { within_half_turn(polar.azimuth - now) };
                [(P::Azimuth, now + turn), (P::Elevation, polar.elevation), (P::Distance, polar.distance)]
            }
            Coordinates::Cartesian => {
                let cube = match self {
                    Self::Cube => *point,
                    Self::Sphere => Self::Cube.of_polar(&self.to_polar(point)),
                };
                [(P::X, cube.x), (P::Y, cube.y), (P::Z, cube.z)]
            }
        }
    }

    fn to_polar(self, point: &Point) -> PolarPosition {
        match self {
            Self::Sphere => {
                let (vector, distance) = (point.coords, point.coords.norm());
                if distance < 1e-9 {
                    return PolarPosition { azimuth: 0.0, elevation: 0.0, distance: 0.0 };
                }
                PolarPosition {
                    azimuth: geom::azimuth(&vector),
                    elevation: geom::elevation(&vector),
                    distance,
                }
            }
            Self::Cube => point_to_polar(&CartesianPosition { x: point.x, y: point.y, z: point.z }),
        }
    }

    /// Where the loudspeakers of a layout are, in its order. Those that the cube has no place for are where their
    /// directions lead.
    pub fn loudspeakers(self, layout: &Layout) -> Vec<Point> {
        let by_direction =
            |space: Self| layout.channels.iter().map(move |c| space.of_polar(&c.position)).collect();
        match self {
            Self::Sphere => by_direction(self),
            Self::Cube => match cube_positions(layout) {
                Ok(places) => places.into_iter().map(Point::from).collect(),
                Err(_) => by_direction(self),
            },
        }
    }

    /// The nearest point that an object may be at.
    pub fn inside(self, point: &Point) -> Point {
        match self {
            Self::Sphere => {
                // Its height stays.
                let z = point.z.clamp(-1.0, 1.0);
                let (across, room) = (point.x.hypot(point.y), (1.0 - z * z).sqrt());
                let share = if across > room { room / across } else { 1.0 };
                Point::new(point.x * share, point.y * share, z)
            }
            Self::Cube => point.map(|coordinate| coordinate.clamp(-1.0, 1.0)),
        }
    }
}

/// The same angle within ±180°.
fn within_half_turn(degrees: f64) -> f64 {
    let turned = (degrees + 180.0).rem_euclid(360.0) - 180.0;
    if turned == -180.0 { 180.0 } else { turned }
}
