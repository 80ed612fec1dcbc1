//! What is to be drawn of the room, as plain numbers: made anew for each picture, without a GPU.

use egui::Color32;

use super::Point;

/// Red, green, blue and opacity, 0…1, as they are on the screen.
pub type Colour = [f32; 4];

/// `colour` with another opacity.
pub fn faded(colour: Color32, opacity: f32) -> Colour {
    let [red, green, blue, alpha] = colour.to_srgba_unmultiplied().map(|value| f32::from(value) / 255.0);
    [red, green, blue, alpha * opacity]
}

/// Two colours mixed.
pub fn mixed(a: Colour, b: Colour, share: f32) -> Colour {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share)
}

/// What a sprite, which always faces the eye, looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sprite {
    /// A ball, lit from the upper left.
    Ball,
    /// A flat disc.
    Disc,
    /// A circle.
    Ring,
    /// A light that fades towards its edge.
    Glow,
    /// A square that stands on its corner.
    Diamond,
}

/// Floats of a corner of a triangle: place, normal, colour, light.
pub(super) const CORNER: usize = 11;
/// Floats of a line: its ends, width and dash, its colours.
pub(super) const LINE: usize = 16;
/// Floats of a sprite: centre and radius, colour, kind and smallest radius.
pub(super) const SPRITE: usize = 12;

/// The room at one moment.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    /// Triangles that hide what is behind them.
    pub(super) solids: Vec<f32>,
    /// Triangles that one can see through, farthest first.
    pub(super) panes: Vec<f32>,
    /// Lines.
    pub(super) lines: Vec<f32>,
    /// Balls, which hide what is behind them.
    pub(super) balls: Vec<f32>,
    /// Other sprites.
    pub(super) sprites: Vec<f32>,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Points.
    pub width: f32,
    /// Points of a dash and of the gap after it; 0 is a whole line.
    pub dash: f32,
    /// From its start …
    pub from: Colour,
    /// … to its end.
    pub to: Colour,
}

impl Stroke {
    /// A line of one colour.
    pub fn new(width: f32, colour: Colour) -> Self {
        Self { width, dash: 0.0, from: colour, to: colour }
    }
}

fn floats(point: &Point) -> [f32; 3] {
    [point.x as f32, point.y as f32, point.z as f32]
}

impl Drawing {
    /// A straight line.
    pub fn line(&mut self, from: &Point, to: &Point, stroke: Stroke) {
        self.lines.extend(floats(from));
        self.lines.push(stroke.width);
        self.lines.extend(floats(to));
        self.lines.push(stroke.dash);
        self.lines.extend(stroke.from);
        self.lines.extend(stroke.to);
    }

    /// A line through all of `points`.
    pub fn path(&mut self, points: &[Point], stroke: Stroke) {
        for [from, to] in points.array_windows::<2>() {
            self.line(from, to, stroke);
        }
    }

    /// A sprite with a radius in room units, but never smaller than so many points.
    pub fn sprite(&mut self, sprite: Sprite, centre: &Point, radius: f32, colour: Colour, at_least: f32) {
        let (list, kind) = match sprite {
            Sprite::Ball => (&mut self.balls, 0.0),
            Sprite::Disc => (&mut self.sprites, 1.0),
            Sprite::Ring => (&mut self.sprites, 2.0),
            Sprite::Glow => (&mut self.sprites, 3.0),
            Sprite::Diamond => (&mut self.sprites, 4.0),
        };
        list.extend(floats(centre));
        list.push(radius);
        list.extend(colour);
        list.extend([kind, at_least, 0.0, 0.0]);
    }

    /// A solid triangle with the normals of its corners; `light` is how much of it is its own.
    pub fn solid(&mut self, corners: [(Point, nalgebra::Vector3<f64>); 3], colour: Colour, light: f32) {
        for (point, normal) in corners {
            self.solids.extend(floats(&point));
            self.solids.extend([normal.x as f32, normal.y as f32, normal.z as f32]);
            self.solids.extend(colour);
            self.solids.push(light);
        }
    }

    /// A flat polygon that one can see through; convex, its corners in order, each with its colour.
    pub fn pane(&mut self, corners: &[(Point, Colour)]) {
        for pair in corners.get(1..).unwrap_or_default().array_windows::<2>() {
            let [second, third] = pair;
            for (point, colour) in corners.first().into_iter().chain([second, third]) {
                self.panes.extend(floats(point));
                self.panes.extend([0.0; 3]);
                self.panes.extend(*colour);
                self.panes.push(1.0);
            }
        }
    }

    /// Puts sprites in order, the farthest first.
    pub(super) fn sort(&mut self, depth: impl Fn([f32; 3]) -> f32) {
        for list in [&mut self.balls, &mut self.sprites] {
            let mut all: Vec<[f32; SPRITE]> = list.as_chunks::<SPRITE>().0.to_vec();
            all.sort_by(|a, b| depth([b[0], b[1], b[2]]).total_cmp(&depth([a[0], a[1], a[2]])));
            *list = all.concat();
        }
    }
}
