//! The listener: a head of few triangles, which turns with the tracker.

use nalgebra::{Rotation3, Vector3};

use super::Point;
use super::drawing::{Drawing, Stroke, faded, mixed};
use crate::theme::Palette;

/// Triangles around and from top to bottom of an ellipsoid.
const AROUND: usize = 28;
const DOWN: usize = 16;
/// Length of the line of sight, in halves of the head's height.
const GAZE: f64 = 5.0;
/// Height of the head, room units.
const SIZE: f64 = 0.13;

/// Draws the head at the listener's place, turned by yaw (to the left), pitch (up) and roll (to the right) in degrees.
pub(super) fn draw(drawing: &mut Drawing, palette: &Palette, [yaw, pitch, roll]: [f64; 3]) {
    let about = |axis: nalgebra::Unit<Vector3<f64>>, degrees: f64| {
        Rotation3::from_axis_angle(&axis, degrees.to_radians())
    };
    let turn =
        about(Vector3::z_axis(), yaw) * about(Vector3::x_axis(), pitch) * about(Vector3::y_axis(), roll);
    let skin = faded(palette.head, 1.0);
    let darker = mixed(skin, faded(palette.panel, 1.0), 0.35);
    let still = Rotation3::identity();
    // Shoulders and neck stay.
    part(drawing, &still, ([0.0, -0.12, -1.95], [1.15, 0.5, 0.42]), darker);
    part(drawing, &still, ([0.0, -0.1, -1.25], [0.36, 0.36, 0.62]), mixed(skin, darker, 0.6));
    part(drawing, &turn, ([0.0, -0.04, 0.12], [0.74, 0.86, 0.86]), skin);
    part(drawing, &turn, ([0.0, 0.14, -0.4], [0.55, 0.66, 0.66]), skin);
    part(drawing, &turn, ([0.0, 0.84, -0.16], [0.13, 0.24, 0.2]), skin);
    if [yaw, pitch, roll] != [0.0; 3] {
        // Where it looks, for who sees it from behind.
        let ahead = |along: f64| Point::from(turn * Vector3::new(0.0, along, 0.1) * SIZE);
        let (from, to) = (faded(palette.accent, 0.9), faded(palette.accent, 0.0));
        drawing.line(&ahead(1.2), &ahead(GAZE), Stroke { width: 2.5, dash: 0.0, from, to });
    }
    for side in [-1.0, 1.0] {
        part(drawing, &turn, ([side * 0.74, -0.06, -0.06], [0.1, 0.2, 0.27]), darker);
        part(
            drawing,
            &turn,
            ([side * 0.27, 0.7, 0.1], [0.13, 0.1, 0.08]),
            mixed(darker, faded(palette.well, 1.0), 0.6),
        );
    }
}

/// An ellipsoid, in halves of the head's height.
fn part(
    drawing: &mut Drawing,
    turn: &Rotation3<f64>,
    (centre, radii): ([f64; 3], [f64; 3]),
    colour: [f32; 4],
) {
    let (centre, radii) = (Vector3::from(centre), Vector3::from(radii));
    let corner = |down: usize, around: usize| {
        let (sin, cos) = (down as f64 / DOWN as f64 * std::f64::consts::PI).sin_cos();
        let (y, x) = (around as f64 / AROUND as f64 * std::f64::consts::TAU).sin_cos();
        let direction = Vector3::new(x * sin, y * sin, cos);
        let place = turn * (centre + direction.component_mul(&radii)) * SIZE;
        (Point::from(place), turn * direction.component_div(&radii).normalize())
    };
    for down in 0..DOWN {
        for around in 0..AROUND {
            let [a, b] = [corner(down, around), corner(down, around + 1)];
            let [c, d] = [corner(down + 1, around), corner(down + 1, around + 1)];
            drawing.solid([a, c, d], colour, 0.0);
            drawing.solid([a, d, b], colour, 0.0);
        }
    }
}
