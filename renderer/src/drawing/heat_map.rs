//! Levels over time and something else, as shades.

use super::axis::Panel;
use super::picture::{Anchor, Coordinate, Look, Outline, Picture};

/// Shades, of `s0`, the loudest, to `s11`; what is lower stays blank.
pub const SHADES: usize = 12;
/// Decibels of a shade.
const STEP: f64 = 6.0;

/// Rows from top to bottom, each with a level for every column, decibels.
#[derive(Debug)]
pub struct HeatMap<'a> {
    /// Where it goes.
    pub panel: Panel,
    /// Rows, columns.
    pub size: (usize, usize),
    /// Where column n begins, parts of the panel's width; one more than there are columns.
    pub edges: &'a [f64],
    /// The level above which is nothing.
    pub top: f64,
}

impl HeatMap<'_> {
    /// Draws it: neighbours of one shade are one rectangle, all rectangles of one shade are one outline.
    pub fn draw(&self, picture: &mut Picture<'_>, level: impl Fn(usize, usize) -> f64) {
        let (rows, columns) = self.size;
        let mut shades: Vec<Outline> = vec![Outline::default(); SHADES];
        let edge = |column: usize| self.edges.get(column).copied().unwrap_or(1.0).clamp(0.0, 1.0);
        let height = self.panel.height / rows.max(1) as f64;
        for row in 0..rows {
            let mut first = 0;
            while first < columns {
                let shade = self.shade(level(row, first));
                let same = (first + 1..columns).find(|column| self.shade(level(row, *column)) != shade);
                let end = same.unwrap_or(columns);
                if let Some(outline) = shade.and_then(|shade| shades.get_mut(shade)) {
                    let (from, to) = (edge(first) * self.panel.width, edge(end) * self.panel.width);
                    let at = (self.panel.left + from, self.panel.top + row as f64 * height);
                    outline.rectangle(at, (to - from, height));
                }
                first = end;
            }
        }
        for (shade, outline) in shades.iter().enumerate() {
            picture.outline(outline, ("class", &format!("s{shade}")));
        }
    }

    fn shade(&self, level: f64) -> Option<usize> {
        let shade = ((self.top - level).max(0.0) / STEP).floor();
        (shade < SHADES as f64).then_some(shade as usize)
    }

    /// What the shades mean, from `at` to the right.
    pub fn legend(&self, picture: &mut Picture<'_>, at: (f64, f64), unit: &str, look: Look<'_>) {
        const WIDTH: f64 = 26.0;
        for shade in 0..SHADES {
            let x = at.0 + (SHADES - 1 - shade) as f64 * WIDTH;
            picture.rectangle((x, at.1), (WIDTH, 10.0), ("class", &format!("s{shade}")));
        }
        for edge in (0..=SHADES).step_by(2) {
            let x = at.0 + (SHADES - edge) as f64 * WIDTH;
            let value = self.top - edge as f64 * STEP;
            let label = format!("{}", Coordinate(value)).replace('-', "−");
            picture.text((x, at.1 + 23.0), Anchor::Middle, look, &label);
        }
        picture.text((at.0 + SHADES as f64 * WIDTH + 16.0, at.1 + 23.0), Anchor::Start, look, unit);
    }
}
