//! The room and what stands in it: walls, loudspeakers, screen.

use formats::adm::Screen;
use nalgebra::Vector3;
use renderer::layout::{Layout, ScreenEdges};

use super::camera::Camera;
use super::drawing::{Drawing, Stroke, faded, mixed};
use super::space::Space;
use super::{Point, grid, head};
use crate::theme::{Palette, Theme};

/// What the room is like, without its sounds.
#[derive(Clone, Debug)]
pub struct Room<'a> {
    /// Its shape.
    pub space: Space,
    /// Its loudspeakers.
    pub layout: &'a Layout,
    /// Level of each of them, 0 silent … 1 full.
    pub levels: &'a [f32],
    /// How the listener's head is turned: yaw to the left, pitch up, roll to the right, degrees.
    pub head: [f64; 3],
    /// Height of the floor.
    pub floor: f64,
    /// Its colours.
    pub theme: Theme,
}

/// Half of a loudspeaker's width, depth and height.
const CABINET: [f64; 3] = [0.05, 0.035, 0.068];
/// Corners of a loudspeaker's cone.
const CONE: usize = 20;

impl Room<'_> {
    /// Draws it, as `camera` sees it.
    pub fn draw(&self, drawing: &mut Drawing, camera: &Camera) {
        let palette = self.theme.palette();
        grid::draw(drawing, self.space, palette, self.floor);
        if self.space == Space::Cube {
            self.walls(drawing, palette, camera);
        }
        if let Some(screen) = &self.layout.screen {
            self.screen(drawing, palette, screen);
        }
        for (index, place) in self.space.loudspeakers(self.layout).iter().enumerate() {
            let level = self.levels.get(index).copied().unwrap_or(0.0).clamp(0.0, 1.0);
            let is_lfe = self.layout.channels.get(index).is_some_and(|channel| channel.is_lfe);
            // Subwoofers stand on the floor.
            let place = &Point::new(place.x, place.y, place.z.max(self.floor));
            loudspeaker(drawing, palette, place, level, if is_lfe { 1.25 } else { 1.0 });
        }
        if !camera.is_inside {
            head::draw(drawing, palette, self.head);
        }
    }

    /// The edges of the cube, and the walls behind what is in it.
    fn walls(&self, drawing: &mut Drawing, palette: &Palette, camera: &Camera) {
        let corner = |x: f64, y: f64, z: f64| Point::new(x, y, if z < 0.0 { self.floor } else { 1.0 });
        let eye = if camera.is_parallel { -camera.forward() * 9.0 } else { camera.eye().coords };
        for (axis, side) in [(0, -1.0), (0, 1.0), (1, -1.0), (1, 1.0), (2, 1.0)] {
            let faces = f64::from(eye[axis]) * side < 1.0;
            let around: [(f64, f64); 4] = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
            let corners = around.map(|(a, b)| match axis {
                0 => corner(side, a, b),
                1 => corner(a, side, b),
                _ => corner(a, b, side),
            });
            let strength = if faces { 0.34 } else { 0.10 };
            if faces && axis != 2 {
                // Lighter at the floor, as if lit from there.
                let shade =
                    |point: &Point| faded(palette.floor, if point.z > self.floor { 0.06 } else { 0.42 });
                drawing.pane(&corners.map(|point| (point, shade(&point))));
            }
            for index in 0..4 {
                let stroke = Stroke::new(1.0, faded(palette.room, strength));
                drawing.line(&corners[index], &corners[(index + 1) % 4], stroke);
            }
        }
    }

    fn screen(&self, drawing: &mut Drawing, palette: &Palette, screen: &Screen) {
        let Ok(edges) = ScreenEdges::new(screen) else { return };
        let at = |azimuth: f64, elevation: f64| {
            let direction = renderer::geom::cartesian(azimuth, elevation, 1.0);
            match self.space {
                Space::Sphere => Point::from(direction),
                // On the front wall.
                Space::Cube => Point::from(direction / direction.y.max(0.05) * 0.999),
            }
        };
        let corners = [
            at(edges.left, edges.bottom),
            at(edges.right, edges.bottom),
            at(edges.right, edges.top),
            at(edges.left, edges.top),
        ];
        let glass = mixed(faded(palette.accent, 1.0), faded(palette.text, 1.0), 0.35);
        let pane = |strength: f32| [glass[0], glass[1], glass[2], strength];
        let shades = [0.05, 0.05, 0.15, 0.15];
        let shaded: Vec<_> = corners.into_iter().zip(shades).map(|(point, s)| (point, pane(s))).collect();
        drawing.pane(&shaded);
        for index in 0..4 {
            drawing.line(&corners[index], &corners[(index + 1) % 4], Stroke::new(1.2, pane(0.55)));
        }
    }
}

/// A cabinet that faces the listener, its cone lit by its level.
fn loudspeaker(drawing: &mut Drawing, palette: &Palette, place: &Point, level: f32, size: f64) {
    let towards = (-place.coords).try_normalize(1e-6).unwrap_or_else(Vector3::y);
    let side = towards.cross(&Vector3::z()).try_normalize(1e-3).unwrap_or_else(Vector3::x);
    let up = side.cross(&towards);
    let [width, depth, height] = CABINET.map(|half| half * size);
    // The front stands where the loudspeaker is said to be.
    let centre = place - towards * depth;
    let body = mixed(faded(palette.room, 1.0), faded(palette.panel, 1.0), 0.18);
    let axes = [(side * width, up * height, towards * depth), (towards * depth, up * height, side * width)];
    let top = (side * width, towards * depth, up * height);
    for (a, b, out) in axes.into_iter().chain([top]) {
        for way in [-1.0, 1.0] {
            let (middle, normal) = (centre + out * way, (out * way).normalize());
            let corners = [middle - a - b, middle + a - b, middle + a + b, middle - a + b];
            let corner = |index: usize| (corners[index], normal);
            drawing.solid([corner(0), corner(1), corner(2)], body, 0.0);
            drawing.solid([corner(0), corner(2), corner(3)], body, 0.0);
        }
    }
    let front = place + towards * 0.002;
    let dark = mixed(faded(palette.well, 1.0), faded(palette.room, 1.0), 0.22);
    let lit = faded(palette.verdicts[0], 1.0);
    cone(drawing, &front, (side, up, towards), width * 0.78, mixed(dark, lit, level.sqrt()));
    cone(
        drawing,
        &(front + towards * 0.002),
        (side, up, towards),
        width * 0.3,
        mixed(body, lit, level.sqrt() * 0.6),
    );
    if level > 0.01 {
        let glow = faded(palette.verdicts[0], 0.55 * level.sqrt());
        drawing.sprite(super::drawing::Sprite::Glow, &front, 0.2 * size as f32, glow, 0.0);
    }
}

type Axes = (Vector3<f64>, Vector3<f64>, Vector3<f64>);

fn cone(drawing: &mut Drawing, centre: &Point, (side, up, normal): Axes, radius: f64, colour: [f32; 4]) {
    let edge = |n: usize| {
        let (sin, cos) = (n as f64 / CONE as f64 * std::f64::consts::TAU).sin_cos();
        centre + (side * cos + up * sin) * radius
    };
    for n in 0..CONE {
        drawing.solid([(*centre, normal), (edge(n), normal), (edge(n + 1), normal)], colour, 0.9);
    }
}
