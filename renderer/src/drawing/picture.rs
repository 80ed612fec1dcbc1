//! Pictures in SVG.

use std::fmt::{self, Display, Write};

use super::axis::{Panel, Tick};
use super::markup::{Attribute, Markup};

/// How something looks: one attribute, a colour (`("fill", "#000")`) or a class that a style sheet colours.
pub type Look<'a> = (&'static str, &'a str);

/// A length in a picture, written with at most one decimal.
#[derive(Clone, Copy, Debug)]
pub struct Coordinate(pub f64);

impl Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round();
        if tenths % 10.0 == 0.0 {
            write!(f, "{}", tenths as i64 / 10)
        } else {
            write!(f, "{:.1}", tenths / 10.0)
        }
    }
}

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A picture that is being drawn.
#[derive(Debug)]
pub struct Picture<'a>(&'a mut Markup);

impl Picture<'_> {
    /// Draws into a page. The title and the description are for those who can't see it.
    pub fn within(
        page: &mut Markup,
        (width, height): (f64, f64),
        title: &str,
        description: &str,
        draw: impl FnOnce(&mut Picture<'_>),
    ) {
        let view = format!("0 0 {} {}", Coordinate(width), Coordinate(height));
        let attributes: [Attribute<'_>; 5] = [
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("viewBox", &view),
            ("role", &"img"),
            ("font-family", &"system-ui, sans-serif"),
            ("font-size", &"13"),
        ];
        page.element("svg", &attributes, |svg| {
            svg.text_in("title", &[], title);
            if !description.is_empty() {
                svg.text_in("desc", &[], description);
            }
            svg.line_feed();
            draw(&mut Picture(svg));
        });
    }

    /// A file of its own, on white.
    pub fn file(size: (f64, f64), title: &str, draw: impl FnOnce(&mut Picture<'_>)) -> String {
        let mut file = Markup::default();
        Picture::within(&mut file, size, title, "", |picture| {
            picture.rectangle((0.0, 0.0), size, ("fill", "#fff"));
            draw(picture);
        });
        file.finish()
    }

    fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.0.empty(name, attributes);
        self.0.line_feed();
    }

    /// A text in one line.
    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, look: Look<'_>, text: &str) {
        let (x, y) = (Coordinate(x), Coordinate(y));
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let attributes: [Attribute<'_>; 4] =
            [("x", &x), ("y", &y), ("text-anchor", &anchor), (look.0, &look.1)];
        self.0.text_in("text", &attributes, text);
        self.0.line_feed();
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), looks: &[Look<'_>]) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(Coordinate);
        let mut attributes: Vec<Attribute<'_>> = vec![("x1", &x1), ("y1", &y1), ("x2", &x2), ("y2", &y2)];
        attributes.extend(looks.iter().map(|(name, value)| (*name, value as &dyn Display)));
        self.empty("line", &attributes);
    }

    /// A rectangle by its upper left corner and its size.
    pub fn rectangle(&mut self, at: (f64, f64), size: (f64, f64), look: Look<'_>) {
        let [x, y, width, height] = [at.0, at.1, size.0, size.1].map(Coordinate);
        self.empty(
            "rect",
            &[("x", &x), ("y", &y), ("width", &width), ("height", &height), (look.0, &look.1)],
        );
    }

    /// A dot.
    pub fn dot(&mut self, (x, y): (f64, f64), radius: f64, look: Look<'_>) {
        let [x, y, radius] = [x, y, radius].map(Coordinate);
        self.empty("circle", &[("cx", &x), ("cy", &y), ("r", &radius), (look.0, &look.1)]);
    }

    /// An outline, filled or drawn as its look says.
    pub fn outline(&mut self, outline: &Outline, look: Look<'_>) {
        if !outline.0.is_empty() {
            self.empty("path", &[("d", &outline.0), (look.0, &look.1)]);
        }
    }

    /// A line through `points`; `dashes` as SVG's stroke-dasharray, `none` for a whole line.
    pub fn curve(&mut self, colour: &str, dashes: &str, points: impl Iterator<Item = (f64, f64)>) {
        let points: Vec<String> =
            points.map(|(x, y)| format!("{},{}", Coordinate(x), Coordinate(y))).collect();
        let points = points.join(" ");
        let attributes: [Attribute<'_>; 5] = [
            ("fill", &"none"),
            ("stroke", &colour),
            ("stroke-width", &2),
            ("stroke-dasharray", &dashes),
            ("points", &points),
        ];
        self.empty("polyline", &attributes);
    }

    /// A frame with horizontal lines at `rows` and vertical ones at `columns`, each with its label.
    pub fn frame(&mut self, panel: Panel, rows: &[Tick], columns: &[Tick]) {
        let (right, bottom) = (panel.right(), panel.bottom());
        let grid = [("class", "grid"), ("stroke", "#ddd")];
        for (y, label) in rows {
            self.line((panel.left, *y), (right, *y), &grid);
            self.axis_text((panel.left - 8.0, y + 4.0), Anchor::End, label);
        }
        for (x, label) in columns {
            self.line((*x, panel.top), (*x, bottom), &grid);
            self.axis_text((*x, bottom + 18.0), Anchor::Middle, label);
        }
        let corners = [(panel.left, panel.top), (right, panel.top), (right, bottom), (panel.left, bottom)];
        for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
            self.line(*from, *to, &[("class", "border"), ("stroke", "#888")]);
        }
    }

    fn axis_text(&mut self, at: (f64, f64), anchor: Anchor, label: &str) {
        self.text(at, anchor, ("fill", "#444"), label);
    }
}

/// The outline of one or more shapes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline(String);

impl Outline {
    /// A line through `points`.
    pub fn through(&mut self, points: impl Iterator<Item = (f64, f64)>) {
        for (number, (x, y)) in points.enumerate() {
            let letter = if number == 0 { 'M' } else { ' ' };
            // Writing to a String never fails.
            let _ = write!(self.0, "{letter}{} {}", Coordinate(x), Coordinate(y));
        }
    }

    /// Back to where the line began.
    pub fn close(&mut self) {
        self.0.push('z');
    }

    /// A rectangle by its upper left corner and its size.
    pub fn rectangle(&mut self, at: (f64, f64), size: (f64, f64)) {
        let [x, y, width, height] = [at.0, at.1, size.0, size.1].map(Coordinate);
        let _ = write!(self.0, "M{x} {y}h{width}v{height}h-{width}z");
    }
}
