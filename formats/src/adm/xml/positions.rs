//! Coordinates: several `position` elements that make one place (BS.2076-2 §8).

use std::io::Read;

use super::context::Context;
use super::declare::{Node, dropped};
use super::input::{Input, Tag};
use super::output::Output;
use super::values::{number, within};
use crate::adm::error::{Error, quoted};
use crate::adm::{
    Bound, CartesianPosition, DirectSpeakersPosition, ObjectPosition, PolarPosition, PositionOffset,
    ScreenEdgeLock,
};

/// The names of the coordinates: three polar ones, three of the cube.
pub(super) const COORDINATES: [&str; 6] = ["azimuth", "elevation", "distance", "X", "Y", "Z"];

/// Beyond this a distance or cube coordinate only makes numbers overflow.
const FARTHEST: f64 = 1e6;

/// A `position` or `positionOffset` as it was read.
pub(super) struct Coordinate {
    /// Place in [`COORDINATES`].
    axis: usize,
    value: f64,
    bound: Option<Side>,
}

#[derive(Clone, Copy)]
enum Side {
    Min,
    Max,
}

/// Reads `<position coordinate= bound= screenEdgeLock=>`; the lock goes into `lock`.
#[inline]
pub(super) fn read_coordinate<R: Read>(
    tag: &Tag<'_>,
    lock: &mut ScreenEdgeLock,
    input: &mut Input<R>,
) -> Result<Coordinate, Error> {
    let (mut axis, mut bound, mut edge) = (None, None, None);
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        match name {
            "coordinate" => axis = Some(read_axis(&value)?),
            "bound" => bound = read_bound(&value)?,
            "screenEdgeLock" => edge = Some(read_edge(&value)?),
            _ => dropped(name, &mut input.context),
        }
    }
    let Some(axis) = axis else {
        let name = tag.name();
        return Err(Error::structure(format!(
            "<{name}> has no coordinate; add coordinate=\"azimuth\" or another"
        )));
    };
    if let Some(edge) = edge {
        lock_edge(lock, edge, axis, bound.is_some())?;
    }
    let (text, context) = input.read_text()?;
    context.field = COORDINATES[axis];
    let value = number(text, context)?;
    Ok(Coordinate { axis, value, bound })
}

fn read_axis(name: &str) -> Result<usize, Error> {
    COORDINATES.iter().position(|known| *known == name).ok_or_else(|| {
        Error::structure(format!(
            "has the coordinate {}; expected azimuth, elevation, distance, X, Y or Z",
            quoted(name)
        ))
    })
}

fn read_bound(text: &str) -> Result<Option<Side>, Error> {
    match text {
        "min" => Ok(Some(Side::Min)),
        "max" => Ok(Some(Side::Max)),
        "value" => Ok(None),
        other => Err(Error::value(format!("bound is {}; expected min or max", quoted(other)))),
    }
}

#[derive(Clone, Copy)]
enum Edge {
    Horizontal(bool),
    Vertical(bool),
}

fn read_edge(text: &str) -> Result<Edge, Error> {
    match text {
        "left" => Ok(Edge::Horizontal(true)),
        "right" => Ok(Edge::Horizontal(false)),
        "top" => Ok(Edge::Vertical(true)),
        "bottom" => Ok(Edge::Vertical(false)),
        other => Err(Error::value(format!(
            "screenEdgeLock is {}; expected left, right, top or bottom",
            quoted(other)
        ))),
    }
}

fn lock_edge(lock: &mut ScreenEdgeLock, edge: Edge, axis: usize, bounded: bool) -> Result<(), Error> {
    match (edge, COORDINATES[axis]) {
        _ if bounded => {
            Err(Error::structure("has a screenEdgeLock on a bound; it belongs to the position itself"))
        }
        (Edge::Horizontal(left), "azimuth" | "X") => {
            lock.left = Some(left);
            Ok(())
        }
        (Edge::Vertical(top), "elevation" | "Z") => {
            lock.top = Some(top);
            Ok(())
        }
        (_, axis) => Err(Error::structure(format!(
            "has a screenEdgeLock on {axis} that does not fit; left and right lock azimuth or X, top and bottom \
             elevation or Z"
        ))),
    }
}

/// The `position`s and the `cartesian` flag of a block.
#[derive(Default)]
pub(super) struct Placement {
    values: [Option<f64>; 6],
    bounds: [(Option<f64>, Option<f64>); 6],
    bounded: bool,
    pub(super) lock: ScreenEdgeLock,
    pub(super) cartesian: Option<bool>,
}

impl Placement {
    /// Takes a `position` or the `cartesian` flag.
    #[inline]
    pub(super) fn child<R: Read>(&mut self, tag: &Tag<'_>, input: &mut Input<R>) -> Result<bool, Error> {
        match tag.name() {
            "position" => {
                let coordinate = read_coordinate(tag, &mut self.lock, input)?;
                self.set(&coordinate, &mut input.context);
                Ok(true)
            }
            "cartesian" => {
                input.context.field = "cartesian";
                self.cartesian = Some(bool::read(tag, input)?);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Takes the position on `axis` when it is the first.
    #[inline]
    pub(super) fn place(&mut self, axis: usize, value: f64) -> bool {
        match self.values.get_mut(axis) {
            Some(place @ None) => {
                *place = Some(value);
                true
            }
            _ => false,
        }
    }

    fn set(&mut self, coordinate: &Coordinate, context: &mut Context) {
        let axis = coordinate.axis;
        let place = match coordinate.bound {
            None => &mut self.values[axis],
            Some(Side::Min) => &mut self.bounds[axis].0,
            Some(Side::Max) => &mut self.bounds[axis].1,
        };
        self.bounded |= coordinate.bound.is_some();
        if place.is_some() {
            let name = COORDINATES[axis];
            return context.warn("repeated-element", || {
                format!("has the position {name} more than once; the first counts")
            });
        }
        *place = Some(coordinate.value);
    }

    /// `true` for X and Y, `false` for azimuth and elevation.
    fn is_cartesian(&self) -> Result<bool, Error> {
        match self.values {
            [Some(_), Some(_), _, None, None, None] => Ok(false),
            [None, None, None, Some(_), Some(_), _] => Ok(true),
            _ => {
                let found: Vec<_> = (0..6)
                    .filter(|&axis| self.values[axis].is_some())
                    .map(|axis| COORDINATES[axis])
                    .collect();
                let found = if found.is_empty() {
                    "no position".to_owned()
                } else {
                    format!("the positions {}", found.join(", "))
                };
                Err(Error::structure(format!(
                    "has {found}; expected azimuth and elevation (and distance), or X and Y (and Z)"
                )))
            }
        }
    }

    /// The position of an Objects block; its flag must agree (BS.2076-2 §5.4.3.3).
    #[inline]
    pub(super) fn object_position(&self, context: &mut Context) -> Result<ObjectPosition, Error> {
        let cartesian = self.is_cartesian()?;
        self.check_flag(cartesian, context)?;
        if self.bounded {
            context.warn("bound-in-objects", || {
                "has a position with a bound, which only DirectSpeakers have; it is ignored".to_owned()
            });
        }
        let [azimuth, elevation, distance, x, y, z] = self.values;
        Ok(if cartesian {
            ObjectPosition::Cartesian(CartesianPosition {
                x: near(x.unwrap_or(0.0), "X", context),
                y: near(y.unwrap_or(0.0), "Y", context),
                z: near(z.unwrap_or(0.0), "Z", context),
            })
        } else {
            context.field = "elevation";
            ObjectPosition::Polar(PolarPosition {
                azimuth: wrapped(azimuth.unwrap_or(0.0), context),
                elevation: within(elevation.unwrap_or(0.0), -90.0, 90.0, context),
                distance: far(distance.unwrap_or(1.0), context),
            })
        })
    }

    fn check_flag(&self, cartesian: bool, context: &mut Context) -> Result<(), Error> {
        match (self.cartesian, cartesian) {
            (Some(flag), found) if flag != found => Err(Error::structure(format!(
                "has cartesian {}, but positions in {}; make them agree",
                u8::from(flag),
                if found { "X, Y, Z" } else { "azimuth, elevation, distance" }
            ))),
            (None, true) => {
                context.warn("cartesian-flag-missing", || {
                    "has positions in X, Y, Z, but no <cartesian>1</cartesian>; it is taken as Cartesian"
                        .to_owned()
                });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The position of a DirectSpeakers block, which needs no flag.
    pub(super) fn speaker_position(&self, context: &mut Context) -> Result<DirectSpeakersPosition, Error> {
        let cartesian = self.is_cartesian()?;
        if self.cartesian.is_some_and(|flag| flag != cartesian) {
            context.warn("cartesian-flag-mismatch", || {
                "has a cartesian flag that does not fit its positions; the positions count".to_owned()
            });
        }
        let bound = |axis: usize, default: f64| Bound {
            value: self.values[axis].unwrap_or(default),
            min: self.bounds[axis].0,
            max: self.bounds[axis].1,
        };
        if cartesian {
            let near = |axis: usize, context: &mut Context| {
                let found = bound(axis, 0.0);
                Bound { value: near(found.value, COORDINATES[axis], context), ..found }
            };
            return Ok(DirectSpeakersPosition::Cartesian {
                x: near(3, context),
                y: near(4, context),
                z: near(5, context),
            });
        }
        let (azimuth, elevation, distance) = (bound(0, 0.0), bound(1, 0.0), bound(2, 1.0));
        context.field = "elevation";
        Ok(DirectSpeakersPosition::Polar {
            azimuth: Bound { value: wrapped(azimuth.value, context), ..azimuth },
            elevation: Bound { value: within(elevation.value, -90.0, 90.0, context), ..elevation },
            distance: Bound { value: far(distance.value, context), ..distance },
        })
    }
}

/// An azimuth within ±180°.
fn wrapped(azimuth: f64, context: &mut Context) -> f64 {
    if (-180.0..=180.0).contains(&azimuth) {
        return azimuth;
    }
    let kept = (azimuth + 180.0).rem_euclid(360.0) - 180.0;
    context.warn("azimuth-range", || {
        format!("azimuth is {azimuth:?}; allowed are -180 to 180; {kept} is the same direction and is used")
    });
    kept
}

fn far(distance: f64, context: &mut Context) -> f64 {
    context.field = "distance";
    within(distance, 0.0, FARTHEST, context)
}

#[inline]
pub(super) fn near(value: f64, field: &'static str, context: &mut Context) -> f64 {
    context.field = field;
    within(value, -FARTHEST, FARTHEST, context)
}

/// A size, 0 to `most`.
pub(super) fn size(value: f64, field: &'static str, most: f64, context: &mut Context) -> f64 {
    context.field = field;
    within(value, 0.0, most.min(FARTHEST), context)
}

fn write_coordinate(
    axis: usize,
    value: f64,
    bound: Option<&str>,
    edge: Option<&str>,
    output: &mut Output<'_>,
) {
    output.open("position");
    output.attribute("coordinate", COORDINATES[axis]);
    if let Some(bound) = bound {
        output.attribute("bound", bound);
    }
    if let Some(edge) = edge {
        output.attribute("screenEdgeLock", edge);
    }
    output.text(&value.to_string());
    output.close_text("position");
}

/// The locked edge on `axis`, in the words of the file.
fn edge_on(axis: usize, lock: ScreenEdgeLock) -> Option<&'static str> {
    match COORDINATES[axis] {
        "azimuth" | "X" => lock.left.map(|left| if left { "left" } else { "right" }),
        "elevation" | "Z" => lock.top.map(|top| if top { "top" } else { "bottom" }),
        _ => None,
    }
}

/// Writes the position of an Objects block, with the flag when it is Cartesian.
pub(super) fn write_object_position(
    position: &ObjectPosition,
    lock: ScreenEdgeLock,
    output: &mut Output<'_>,
) {
    let (first_axis, values) = match position {
        ObjectPosition::Polar(at) => (0, [at.azimuth, at.elevation, at.distance]),
        ObjectPosition::Cartesian(at) => {
            output.leaf("cartesian", "1");
            (3, [at.x, at.y, at.z])
        }
    };
    for (axis, value) in (first_axis..).zip(values) {
        write_coordinate(axis, value, None, edge_on(axis, lock), output);
    }
}

/// Writes the position of a DirectSpeakers block with its bounds.
pub(super) fn write_speaker_position(
    position: &DirectSpeakersPosition,
    lock: ScreenEdgeLock,
    output: &mut Output<'_>,
) {
    let (first_axis, bounds) = match position {
        DirectSpeakersPosition::Polar { azimuth, elevation, distance } => (0, [azimuth, elevation, distance]),
        DirectSpeakersPosition::Cartesian { x, y, z } => {
            output.leaf("cartesian", "1");
            (3, [x, y, z])
        }
    };
    for (axis, bound) in (first_axis..).zip(bounds) {
        write_coordinate(axis, bound.value, None, edge_on(axis, lock), output);
        for (side, value) in [("min", bound.min), ("max", bound.max)] {
            if let Some(value) = value {
                write_coordinate(axis, value, Some(side), None, output);
            }
        }
    }
}

/// The `positionOffset`s of an object or an alternative value set (BS.2076-2 §5.6.2, §5.6.5).
#[derive(Default)]
pub(super) struct Offsets([Option<f64>; 6]);

impl Offsets {
    pub(super) fn read<R: Read>(&mut self, tag: &Tag<'_>, input: &mut Input<R>) -> Result<(), Error> {
        let coordinate = read_coordinate(tag, &mut ScreenEdgeLock::default(), input)?;
        let axis = coordinate.axis;
        if self.0[axis].is_some() {
            let name = COORDINATES[axis];
            input.context.warn("repeated-element", || {
                format!("has the positionOffset {name} more than once; the first counts")
            });
        } else {
            self.0[axis] = Some(near(coordinate.value, COORDINATES[axis], &mut input.context));
        }
        Ok(())
    }

    /// The offset; what is not written is 0.
    pub(super) fn offset(&self) -> Result<Option<PositionOffset>, Error> {
        let [azimuth, elevation, distance, x, y, z] = self.0.map(|value| value.unwrap_or(0.0));
        let (polar, cartesian) = self.0.split_at(3);
        match (polar.iter().any(Option::is_some), cartesian.iter().any(Option::is_some)) {
            (false, false) => Ok(None),
            (true, false) => Ok(Some(PositionOffset::Polar(PolarPosition { azimuth, elevation, distance }))),
            (false, true) => Ok(Some(PositionOffset::Cartesian(CartesianPosition { x, y, z }))),
            (true, true) => Err(Error::structure(
                "has a positionOffset both in azimuth, elevation, distance and in X, Y, Z; use one of them",
            )),
        }
    }
}

/// Writes all three coordinates of an offset.
pub(super) fn write_offset(offset: &PositionOffset, output: &mut Output<'_>) {
    let (first_axis, values) = match offset {
        PositionOffset::Polar(at) => (0, [at.azimuth, at.elevation, at.distance]),
        PositionOffset::Cartesian(at) => (3, [at.x, at.y, at.z]),
    };
    for (axis, value) in (first_axis..).zip(values) {
        output.open("positionOffset");
        output.attribute("coordinate", COORDINATES[axis]);
        output.text(&value.to_string());
        output.close_text("positionOffset");
    }
}
