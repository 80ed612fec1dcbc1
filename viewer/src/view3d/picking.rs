//! What lies under the pointer, and where a drag leads.

use super::Point;
use super::camera::Lens;
use super::objects::{BALL, Glyph, Part, SMALLEST_BALL};
use super::space::Space;

/// Points around a glyph that still belong to it.
const AROUND: f32 = 4.0;
/// How near, in room units, a loudspeaker draws an object to itself.
pub const SNAP: f64 = 0.3;

/// The track whose object is at a point of the picture; of several the nearest to the eye.
pub fn object_at(glyphs: &[Glyph], lens: &Lens, at: [f32; 2]) -> Option<usize> {
    let objects = glyphs.iter().filter(|glyph| glyph.part == Part::Object);
    let hits = objects.filter_map(|glyph| {
        let ([x, y], depth) = lens.project(&glyph.place)?;
        let radius = (lens.unit_at(&glyph.place) * BALL).max(SMALLEST_BALL) + AROUND;
        let is_hit = (x - at[0]).hypot(y - at[1]) <= radius;
        is_hit.then_some((glyph.track, depth))
    });
    hits.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(track, _)| track)
}

/// The tracks whose objects are in a box of the picture, given by two of its corners.
pub fn objects_in(glyphs: &[Glyph], lens: &Lens, from: [f32; 2], to: [f32; 2]) -> Vec<usize> {
    let inside = |at: [f32; 2]| {
        (0..2).all(|axis| (from[axis].min(to[axis])..=from[axis].max(to[axis])).contains(&at[axis]))
    };
    let objects = glyphs.iter().filter(|glyph| glyph.part == Part::Object);
    objects
        .filter(|glyph| lens.project(&glyph.place).is_some_and(|(at, _)| inside(at)))
        .map(|glyph| glyph.track)
        .collect()
}

/// Along what an object is dragged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rail {
    /// Level, at the height that it has.
    Floor,
    /// Up and down.
    Height,
    /// Along x, y or z: 0, 1, 2.
    Axis(usize),
}

/// A drag of an object: where it began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drag {
    /// The pointer.
    pub pointer: [f32; 2],
    /// The object.
    pub place: Point,
    /// Along what.
    pub rail: Rail,
}

impl Drag {
    /// Where the object is when the pointer is at `pointer`: it moves as the point did that the pointer took hold of.
    pub fn to(&self, lens: &Lens, pointer: [f32; 2]) -> Option<Point> {
        let (start, now) = (lens.ray(self.pointer), lens.ray(pointer));
        let axis = |index: usize| nalgebra::Vector3::from_fn(|i, _| if i == index { 1.0 } else { 0.0 });
        match self.rail {
            Rail::Floor => {
                let up = axis(2);
                // Seen from the side, the floor is a line: the drag is in the plane of the picture, level.
                let level = now.to.dot(&up).abs() > 0.08;
                let normal = if level { up } else { nalgebra::Vector3::new(now.to.x, now.to.y, 0.0) };
                let moved = now.meets(&self.place, &normal)? - start.meets(&self.place, &normal)?;
                let moved = if level { moved } else { nalgebra::Vector3::new(moved.x, moved.y, 0.0) };
                Some(self.place + moved)
            }
            Rail::Height | Rail::Axis(_) => {
                let axis = axis(if let Rail::Axis(index) = self.rail { index } else { 2 });
                let moved = now.along(&self.place, &axis)? - start.along(&self.place, &axis)?;
                Some(self.place + axis * moved)
            }
        }
    }
}

/// The loudspeaker that is nearest to a place, when it is near enough.
pub fn snapped(place: &Point, loudspeakers: &[Point], within: f64) -> Option<Point> {
    let distance = |other: &Point| (other - place).norm();
    let nearest = loudspeakers.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (distance(nearest) <= within).then_some(*nearest)
}

/// The point that an object may be at, nearest to where it was dragged.
pub fn allowed(space: Space, place: &Point) -> Point {
    space.inside(place)
}
