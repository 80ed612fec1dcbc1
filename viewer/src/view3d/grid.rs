//! The floor with its grid: squares in the cube; rings, spokes and the horizon in the sphere.

use super::Point;
use super::drawing::{Drawing, Stroke, faded, mixed};
use super::space::Space;
use crate::theme::Palette;

/// Corners of a circle.
const CIRCLE: usize = 96;
/// Degrees between the spokes of a sphere's floor.
const SPOKES: usize = 30;
/// Elevations that have a ring, degrees.
const RINGS: [f64; 2] = [30.0, 60.0];

/// Draws floor and grid.
pub(super) fn draw(drawing: &mut Drawing, space: Space, palette: &Palette, floor: f64) {
    match space {
        Space::Cube => squares(drawing, palette, floor),
        Space::Sphere => rings(drawing, palette),
    }
}

/// A level circle around the listener.
pub(super) fn circle(radius: f64, height: f64) -> Vec<Point> {
    let corner = |n: usize| {
        let angle = n as f64 / CIRCLE as f64 * std::f64::consts::TAU;
        Point::new(angle.sin() * radius, angle.cos() * radius, height)
    };
    (0..=CIRCLE).map(corner).collect()
}

/// A disc that is brighter in its middle.
fn disc(drawing: &mut Drawing, palette: &Palette, radius: f64, height: f64) {
    let (middle, edge) = (faded(palette.floor, 0.85), faded(palette.floor, 0.08));
    let (inner, outer) = (circle(radius * 0.5, height), circle(radius, height));
    let between = mixed(middle, edge, 0.42);
    let centre = Point::new(0.0, 0.0, height);
    for ([a, b], [c, d]) in inner.array_windows::<2>().zip(outer.array_windows::<2>()) {
        drawing.pane(&[(centre, middle), (*a, between), (*b, between)]);
        drawing.pane(&[(*a, between), (*c, edge), (*d, edge), (*b, between)]);
    }
}

fn squares(drawing: &mut Drawing, palette: &Palette, floor: f64) {
    let (middle, edge) = (faded(palette.floor, 0.8), faded(palette.floor, 0.3));
    let corners = [(-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)].map(|(x, y)| Point::new(x, y, floor));
    let centre = Point::new(0.0, 0.0, floor);
    for index in 0..4 {
        let (a, b) = (corners[index], corners[(index + 1) % 4]);
        drawing.pane(&[(centre, middle), (a, edge), (b, edge)]);
    }
    for step in -4..=4_i32 {
        let at = f64::from(step) / 4.0;
        let strength = if step == 0 { 0.30 } else { 0.13 };
        let stroke = Stroke::new(1.0, faded(palette.room, strength));
        drawing.line(&Point::new(at, -1.0, floor), &Point::new(at, 1.0, floor), stroke);
        drawing.line(&Point::new(-1.0, at, floor), &Point::new(1.0, at, floor), stroke);
    }
}

fn rings(drawing: &mut Drawing, palette: &Palette) {
    disc(drawing, palette, 1.0, 0.0);
    let stroke = |strength: f32| Stroke::new(1.0, faded(palette.room, strength));
    for radius in [0.25, 0.5, 0.75] {
        drawing.path(&circle(radius, 0.0), stroke(0.13));
    }
    drawing.path(&circle(1.0, 0.0), Stroke::new(1.5, faded(palette.room, 0.5)));
    for degrees in (0..360).step_by(SPOKES) {
        let angle = f64::from(degrees as u32).to_radians();
        let along = |radius: f64| Point::new(angle.sin() * radius, angle.cos() * radius, 0.0);
        let strength = if degrees % 90 == 0 { 0.26 } else { 0.11 };
        drawing.line(&along(0.16), &along(1.0), stroke(strength));
        drawing.line(&along(1.0), &along(1.035), stroke(0.5));
    }
    for elevation in RINGS {
        let (height, radius) = elevation.to_radians().sin_cos();
        drawing.path(&circle(radius, height), stroke(0.16));
    }
    // Over the head, from front to back and from side to side.
    let arc = |x: f64, y: f64| -> Vec<Point> {
        let at = |n: usize| (n as f64 / 48.0 * std::f64::consts::PI).sin_cos();
        (0..=48).map(at).map(|(sin, cos)| Point::new(x * cos, y * cos, sin)).collect()
    };
    drawing.path(&arc(0.0, 1.0), stroke(0.14));
    drawing.path(&arc(1.0, 0.0), stroke(0.14));
}
