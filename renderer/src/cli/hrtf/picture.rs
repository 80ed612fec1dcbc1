//! The picture of a set: where it was measured, and the differences between the ears over azimuth. SVG.

use std::fmt::Write;

use hrtf::HrtfSet;

use super::report::{Difference, Report};

/// Of the whole picture, and of each panel and its upper left corner.
const SIZE: (f64, f64) = (860.0, 700.0);
const PANEL: (f64, f64) = (720.0, 240.0);
const COVERAGE: (f64, f64) = (70.0, 60.0);
const CURVES: (f64, f64) = (70.0, 400.0);
/// Most dots that are drawn; of greater sets, evenly chosen ones.
const MOST_DOTS: usize = 5000;
const TIME_COLOUR: &str = "#1b6ca8";
const LEVEL_COLOUR: &str = "#b3541e";

struct Svg(String);

impl Svg {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string never fails.
        let _ = self.0.write_fmt(text);
        self.0.push('\n');
    }

    fn text(&mut self, (x, y): (f64, f64), anchor: &str, colour: &str, text: &str) {
        let mut safe = String::new();
        for c in text.chars().filter(|c| !c.is_control()) {
            match c {
                '<' => safe.push_str("&lt;"),
                '>' => safe.push_str("&gt;"),
                '&' => safe.push_str("&amp;"),
                c => safe.push(c),
            }
        }
        self.line(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="{colour}">{safe}</text>"#
        ));
    }

    /// A frame with vertical lines at every 45° of azimuth, left at the left, and horizontal ones with labels.
    fn frame(&mut self, (left, top): (f64, f64), rows: &[(f64, String)]) {
        let (width, height) = PANEL;
        for (y, label) in rows {
            let y = top + y * height;
            self.line(format_args!(
                r##"<line x1="{left}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}" stroke="#ddd"/>"##,
                left + width
            ));
            self.text((left - 8.0, y + 4.0), "end", "#444", label);
        }
        for azimuth in (-180..=180).step_by(45).map(f64::from) {
            let x = left + along(azimuth);
            self.line(format_args!(
                r##"<line x1="{x:.1}" y1="{top}" x2="{x:.1}" y2="{:.1}" stroke="#ddd"/>"##,
                top + height
            ));
            self.text((x, top + height + 18.0), "middle", "#444", &format!("{azimuth:.0}°"));
        }
        self.line(format_args!(
            r##"<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#888"/>"##
        ));
    }

    fn curve(&mut self, colour: &str, points: impl Iterator<Item = (f64, f64)>) {
        let points: Vec<String> = points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let points = points.join(" ");
        self.line(format_args!(
            r#"<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>"#
        ));
    }
}

/// Where an azimuth stands from the left side of a panel.
fn along(azimuth: f64) -> f64 {
    (0.5 - azimuth / 360.0) * PANEL.0
}

/// The picture as the text of an SVG file.
pub(super) fn draw(report: &Report, set: &HrtfSet) -> String {
    let (width, height) = SIZE;
    let mut svg = Svg(String::new());
    svg.line(format_args!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">"#
    ));
    svg.line(format_args!(r##"<rect width="{width}" height="{height}" fill="#fff"/>"##));
    let directions = &set.measurements().directions;
    let title = format!("{}: {} measured directions", report.name, directions.len());
    svg.text((COVERAGE.0, COVERAGE.1 - 20.0), "start", "#000", &title);
    let rows: Vec<(f64, String)> =
        (-2..=2).map(|i| (0.5 - f64::from(i) / 4.0, format!("{}°", i * 45))).collect();
    svg.frame(COVERAGE, &rows);
    for direction in directions.iter().step_by(directions.len().div_ceil(MOST_DOTS).max(1)) {
        let (x, y) = (COVERAGE.0 + along(direction.azimuth), (0.5 - direction.elevation / 180.0) * PANEL.1);
        svg.line(format_args!(r##"<circle cx="{x:.1}" cy="{:.1}" r="2" fill="#333"/>"##, COVERAGE.1 + y));
    }
    curves(&mut svg, &report.horizontal);
    let below = CURVES.1 + PANEL.1 + 40.0;
    svg.text((CURVES.0 + PANEL.0 / 2.0, below), "middle", "#444", "azimuth, left at the left");
    svg.line(format_args!("</svg>"));
    svg.0
}

fn curves(svg: &mut Svg, differences: &[Difference]) {
    let top = |value: fn(&Difference) -> f64, step: f64| {
        let most = differences.iter().map(|d| value(d).abs()).fold(0.0, f64::max);
        (most / step).ceil().max(1.0) * step
    };
    let (time, level) = (top(|d| d.time, 200.0), top(|d| d.level, 5.0));
    let rows: Vec<(f64, String)> =
        (-2..=2).map(|i| (0.5 - f64::from(i) / 4.0, format!("{:.0}", time * f64::from(i) / 2.0))).collect();
    svg.frame(CURVES, &rows);
    let (left, top) = CURVES;
    for i in -2..=2 {
        let y = top + (0.5 - f64::from(i) / 4.0) * PANEL.1 + 4.0;
        svg.text(
            (left + PANEL.0 + 8.0, y),
            "start",
            LEVEL_COLOUR,
            &format!("{:.1}", level * f64::from(i) / 2.0),
        );
    }
    svg.text((left, top - 12.0), "start", TIME_COLOUR, "time between the ears, µs, left first");
    svg.text((left + PANEL.0, top - 12.0), "end", LEVEL_COLOUR, "level between the ears, dB, left louder");
    let place = |part: f64| top + (0.5 - part / 2.0) * PANEL.1;
    svg.curve(TIME_COLOUR, differences.iter().map(|d| (left + along(d.azimuth), place(d.time / time))));
    svg.curve(LEVEL_COLOUR, differences.iter().map(|d| (left + along(d.azimuth), place(d.level / level))));
}
