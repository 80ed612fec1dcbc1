//! Three arrows at a selected object, to move it along one axis.

use egui::Color32;
use nalgebra::Vector3;

use super::Point;
use super::camera::Lens;
use super::drawing::{Drawing, Sprite, Stroke, faded};

/// Points that an arrow is long.
const LENGTH: f32 = 58.0;
/// Points from an arrow within which the pointer takes hold of it.
const REACH: f32 = 6.0;
/// Part of an arrow, next to the object, that belongs to the object.
const FREE: f64 = 0.3;
/// Right, front, up.
pub const COLOURS: [Color32; 3] = [
    Color32::from_rgb(0xe6, 0x6a, 0x5a),
    Color32::from_rgb(0x4f, 0xc0, 0x8d),
    Color32::from_rgb(0x5a, 0xa8, 0xf5),
];
/// What the axes are called.
pub const NAMES: [&str; 3] = ["x", "y", "z"];

/// The end of the arrow along an axis.
pub fn tip(place: &Point, axis: usize, lens: &Lens) -> Point {
    let length = f64::from(LENGTH / lens.unit_at(place).max(1e-3));
    place + Vector3::from_fn(|i, _| if i == axis { length } else { 0.0 })
}

/// Draws the arrows; `hot` is the axis under the pointer.
pub fn draw(drawing: &mut Drawing, place: &Point, lens: &Lens, hot: Option<usize>) {
    for (axis, colour) in COLOURS.into_iter().enumerate() {
        let end = tip(place, axis, lens);
        let start = place + (end - place) * FREE;
        let is_hot = hot == Some(axis);
        let strength = if is_hot { 1.0 } else { 0.8 };
        let width = if is_hot { 3.2 } else { 2.0 };
        drawing.line(&start, &end, Stroke::new(width, faded(colour, strength)));
        drawing.sprite(Sprite::Diamond, &end, 0.0, faded(colour, 1.0), if is_hot { 7.5 } else { 6.0 });
    }
}

/// The axis whose arrow is at a point of the picture.
pub fn axis_at(place: &Point, lens: &Lens, at: [f32; 2]) -> Option<usize> {
    let distance = |axis: usize| {
        let end = tip(place, axis, lens);
        let ([ax, ay], _) = lens.project(&(place + (end - place) * FREE))?;
        let ([bx, by], _) = lens.project(&end)?;
        let (dx, dy) = (bx - ax, by - ay);
        let square = dx * dx + dy * dy;
        // An arrow that points at the eye can't be followed.
        if square < 64.0 {
            return None;
        }
        let along = (((at[0] - ax) * dx + (at[1] - ay) * dy) / square).clamp(0.0, 1.08);
        Some((at[0] - ax - along * dx).hypot(at[1] - ay - along * dy))
    };
    let hits = (0..3).filter_map(|axis| Some((axis, distance(axis)?))).filter(|(_, d)| *d <= REACH);
    hits.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(axis, _)| axis)
}
