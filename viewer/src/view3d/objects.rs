//! The sounds in the room: a ball for each object, coloured by its role and as large as it sounds; beds and Ambisonics as
//! what surrounds the listener.

use egui::Color32;
use formats::adm::{CartesianPosition, PolarPosition};
use formats::scene::{Coordinates, Hoa, Object, ObjectParameter as P, Scene, Spatial, Track};
use renderer::layout::Layout;

use super::drawing::{Drawing, Sprite, Stroke, faded, mixed};
use super::space::Space;
use super::{Point, grid};
use crate::edit::Selection;
use crate::theme::{Palette, Theme, role_colour};

/// Radius of an object's ball, room units.
pub const BALL: f32 = 0.034;
/// Smallest radius of it, points.
pub const SMALLEST_BALL: f32 = 5.5;
/// Quietest level that glows, dBFS.
const GLOW_FROM_DB: f32 = -54.0;
/// Steps around the outline of an extent.
const OUTLINE: usize = 40;

/// What of a track a glyph stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An object, which can be taken hold of.
    Object,
    /// A channel of a bed, by its index.
    Bed(usize),
    /// Ambisonics.
    Hoa,
    /// Two ears.
    Binaural,
}

/// One sound in the room.
#[derive(Clone, Debug, PartialEq)]
pub struct Glyph {
    /// Its track, by index.
    pub track: usize,
    /// What of it.
    pub part: Part,
    /// Where it is.
    pub place: Point,
    /// Its colour.
    pub colour: Color32,
    /// The track is neither muted nor left out by a solo.
    pub is_heard: bool,
}

/// Everything that has a place in the room at `seconds`.
pub fn glyphs(scene: &Scene, space: Space, seconds: f64) -> Vec<Glyph> {
    let of_track = |(index, track): (usize, &Track)| {
        let (colour, is_heard) = (role_colour(&track.role), scene.is_heard(track));
        let glyph = |part, place| Glyph { track: index, part, place, colour, is_heard };
        match &track.spatial {
            Spatial::Object(object) => vec![glyph(Part::Object, space.place(object, seconds))],
            Spatial::Bed(bed) => {
                let places = Layout::by_name(bed.layout.name()).map(|layout| space.loudspeakers(&layout));
                let places = places.unwrap_or_default().into_iter().enumerate();
                places.map(|(channel, place)| glyph(Part::Bed(channel), place)).collect()
            }
            Spatial::Loudspeakers(own) => {
                let places = own.channels.iter().map(|channel| space.of_loudspeaker(&channel.position));
                places.enumerate().map(|(channel, place)| glyph(Part::Bed(channel), place)).collect()
            }
            Spatial::Hoa(_) => vec![glyph(Part::Hoa, Point::origin())],
            Spatial::Binaural(_) => vec![glyph(Part::Binaural, Point::origin())],
        }
    };
    scene.tracks.iter().enumerate().flat_map(of_track).collect()
}

/// What glyphs look like at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The scene that they are of.
    pub scene: &'a Scene,
    /// The shape of the room.
    pub space: Space,
    /// When.
    pub seconds: f64,
    /// What is selected.
    pub selection: &'a Selection,
    /// The track under the pointer.
    pub hovered: Option<usize>,
    /// Peak of each track, linear; none where nothing plays.
    pub levels: &'a [f32],
    /// Height of the floor.
    pub floor: f64,
    /// Colours.
    pub theme: Theme,
}

impl Look<'_> {
    /// Draws `glyphs`.
    pub fn draw(&self, drawing: &mut Drawing, glyphs: &[Glyph]) {
        let palette = self.theme.palette();
        for glyph in glyphs {
            let level = self.levels.get(glyph.track).copied().unwrap_or(0.0);
            let db = 20.0 * level.max(1e-9).log10();
            let glow = ((db - GLOW_FROM_DB) / -GLOW_FROM_DB).clamp(0.0, 1.0);
            match glyph.part {
                Part::Object => self.object(drawing, palette, glyph, glow),
                Part::Bed(_) => self.bed_channel(drawing, glyph, glow),
                Part::Hoa => self.ambisonics(drawing, glyph, glow),
                Part::Binaural => {
                    for side in [-0.15, 0.15] {
                        let ear = Point::new(side, 0.0, 0.01);
                        drawing.sprite(
                            Sprite::Ball,
                            &ear,
                            0.016,
                            faded(glyph.colour, self.strength(glyph)),
                            3.0,
                        );
                    }
                }
            }
        }
    }

    /// How visible a sound is: what isn't heard is faint.
    fn strength(&self, glyph: &Glyph) -> f32 {
        if glyph.is_heard { 1.0 } else { 0.28 }
    }

    fn object(&self, drawing: &mut Drawing, palette: &Palette, glyph: &Glyph, glow: f32) {
        let (place, colour) = (&glyph.place, glyph.colour);
        let (is_selected, strength) = (self.selection.contains(glyph.track), self.strength(glyph));
        // Where it is above or below the floor.
        let foot = Point::new(place.x, place.y, self.floor);
        if (place.z - self.floor).abs() > 0.02 {
            let fade = if is_selected { 0.8 } else { 0.34 } * strength;
            let stroke =
                Stroke { from: faded(colour, fade), to: faded(colour, fade * 0.35), width: 1.2, dash: 0.0 };
            drawing.line(place, &foot, stroke);
        }
        drawing.path(&small_circle(&foot, 0.022), Stroke::new(1.2, faded(colour, 0.5 * strength)));
        if let Some(Spatial::Object(object)) = self.scene.tracks.get(glyph.track).map(|track| &track.spatial)
        {
            self.extent(drawing, object, colour, if is_selected { 1.0 } else { 0.55 } * strength);
        }
        if glow > 0.0 {
            let radius = BALL * (1.8 + 3.6 * glow);
            drawing.sprite(
                Sprite::Glow,
                place,
                radius,
                faded(colour, 0.25 + 0.5 * glow),
                SMALLEST_BALL * 1.5,
            );
        }
        drawing.sprite(Sprite::Ball, place, BALL, faded(colour, strength), SMALLEST_BALL);
        if is_selected {
            drawing.sprite(Sprite::Ring, place, BALL * 1.55, faded(palette.text, 0.95), SMALLEST_BALL + 4.0);
        } else if self.hovered == Some(glyph.track) {
            drawing.sprite(Sprite::Ring, place, BALL * 1.45, faded(palette.text, 0.5), SMALLEST_BALL + 3.0);
        }
    }

    fn bed_channel(&self, drawing: &mut Drawing, glyph: &Glyph, glow: f32) {
        let is_selected = self.selection.contains(glyph.track);
        let place = Point::from(glyph.place.coords * 1.07);
        let fade = self.strength(glyph) * if is_selected { 1.0 } else { 0.55 };
        drawing.sprite(Sprite::Diamond, &place, 0.026, faded(glyph.colour, fade), 4.0);
        if is_selected {
            let listener = Point::from(glyph.place.coords * 0.22);
            let (from, to) = (faded(glyph.colour, 0.4), faded(glyph.colour, 0.0));
            drawing.line(&place, &listener, Stroke { width: 1.0, dash: 4.0, from, to });
        }
        if glow > 0.0 {
            drawing.sprite(Sprite::Glow, &place, 0.04 + 0.06 * glow, faded(glyph.colour, 0.5 * glow), 4.0);
        }
    }

    /// A shell around the listener, the finer the higher the order.
    fn ambisonics(&self, drawing: &mut Drawing, glyph: &Glyph, glow: f32) {
        let Some(Spatial::Hoa(Hoa { order, .. })) =
            self.scene.tracks.get(glyph.track).map(|track| &track.spatial)
        else {
            return;
        };
        let is_selected = self.selection.contains(glyph.track);
        let fade = self.strength(glyph) * (if is_selected { 0.75 } else { 0.3 } + 0.2 * glow);
        let stroke = Stroke { dash: 3.0, ..Stroke::new(1.2, faded(glyph.colour, fade)) };
        let rings = i32::from(*order) + 1;
        for ring in 1..=rings {
            let elevation = f64::from(2 * ring - rings - 1) / f64::from(rings + 1) * 90.0;
            let (height, radius) = elevation.to_radians().sin_cos();
            if elevation >= 0.0 || self.floor < 0.0 {
                drawing.path(&grid::circle(radius * 1.12, height * 1.12), stroke);
            }
        }
    }

    /// The outline of how far a sound reaches: a part of the sphere, or a box.
    fn extent(&self, drawing: &mut Drawing, object: &Object, colour: Color32, strength: f32) {
        let value = |parameter: P| object.value_at(parameter, self.seconds).unwrap_or(0.0);
        let (width, height, depth) = (value(P::Width), value(P::Height), value(P::Depth));
        if width.max(height).max(depth) <= 0.0 {
            return;
        }
        match object.coordinates {
            Coordinates::Polar => {
                let centre = PolarPosition {
                    azimuth: value(P::Azimuth),
                    elevation: value(P::Elevation),
                    distance: value(P::Distance),
                };
                let outline: Vec<Point> =
                    cap(&centre, width, height).map(|p| self.space.of_polar(&p)).collect();
                let middle = self.space.of_polar(&centre);
                let (inner, outer) = (faded(colour, 0.26 * strength), faded(colour, 0.09 * strength));
                for [a, b] in outline.array_windows::<2>() {
                    drawing.pane(&[(middle, inner), (*a, outer), (*b, outer)]);
                }
                drawing.path(&outline, Stroke::new(1.3, faded(colour, 0.7 * strength)));
            }
            Coordinates::Cartesian => {
                let (x, y, z) = (value(P::X), value(P::Y), value(P::Z));
                let size = [width, depth, height].map(|side| side / 2.0);
                self.cuboid(drawing, [x, y, z], size, (colour, strength));
            }
        }
    }

    fn cuboid(
        &self,
        drawing: &mut Drawing,
        centre: [f64; 3],
        half: [f64; 3],
        (colour, strength): (Color32, f32),
    ) {
        let corner = |index: usize| {
            let at: [f64; 3] = std::array::from_fn(|axis| {
                let way = if index >> axis & 1 == 1 { 1.0 } else { -1.0 };
                (centre[axis] + way * half[axis]).clamp(-1.0, 1.0)
            });
            self.space.of_cartesian(&CartesianPosition { x: at[0], y: at[1], z: at[2] })
        };
        let corners: [Point; 8] = std::array::from_fn(corner);
        let fill = faded(colour, 0.07 * strength);
        for face in [[0, 1, 3, 2], [4, 5, 7, 6], [0, 1, 5, 4], [2, 3, 7, 6], [0, 2, 6, 4], [1, 3, 7, 5]] {
            drawing.pane(&face.map(|index: usize| (corners[index], fill)));
        }
        let stroke = Stroke::new(1.1, faded(colour, 0.6 * strength));
        for (from, axis) in (0..8_usize).flat_map(|from| (0..3).map(move |axis| (from, axis))) {
            if from >> axis & 1 == 0 {
                drawing.line(&corners[from], &corners[from | 1 << axis], stroke);
            }
        }
    }
}

/// The outline of a part of the sphere, rounded at its corners.
fn cap(centre: &PolarPosition, width: f64, height: f64) -> impl Iterator<Item = PolarPosition> {
    let (azimuth, elevation, distance) = (centre.azimuth, centre.elevation, centre.distance);
    let rounded = |value: f64| value.signum() * value.abs().powf(0.55);
    (0..=OUTLINE).map(move |n| {
        let (sin, cos) = (n as f64 / OUTLINE as f64 * std::f64::consts::TAU).sin_cos();
        PolarPosition {
            azimuth: azimuth + rounded(cos) * width.clamp(4.0, 360.0) / 2.0,
            elevation: (elevation + rounded(sin) * height.clamp(4.0, 180.0) / 2.0).clamp(-90.0, 90.0),
            distance,
        }
    })
}

fn small_circle(centre: &Point, radius: f64) -> Vec<Point> {
    let corner = |n: usize| {
        let (sin, cos) = (n as f64 / 16.0 * std::f64::consts::TAU).sin_cos();
        Point::new(centre.x + cos * radius, centre.y + sin * radius, centre.z)
    };
    (0..=16).map(corner).collect()
}

/// The colour of a label: that of its sound, but easy to read.
pub fn label_colour(colour: Color32, palette: &Palette) -> Color32 {
    let [r, g, b, _] = mixed(faded(colour, 1.0), faded(palette.text, 1.0), 0.62);
    Color32::from_rgb((r * 255.0) as u8, (g * 255.0) as u8, (b * 255.0) as u8)
}
