//! Panels with curves, as the text of an SVG file.

use std::fmt::Write;

/// A picture that is being drawn.
pub(super) struct Svg(String);

/// A panel: its upper left corner and its size.
#[derive(Clone, Copy)]
pub(super) struct Panel {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Panel {
    /// Where an azimuth stands: left at the left, straight ahead in the middle.
    pub(super) fn azimuth(&self, azimuth: f64) -> f64 {
        self.left + (0.5 - azimuth / 360.0) * self.width
    }

    /// Vertical lines at every 45° of azimuth.
    pub(super) fn azimuths(&self) -> Vec<(f64, String)> {
        (-180..=180).step_by(45).map(f64::from).map(|a| (self.azimuth(a), format!("{a:.0}°"))).collect()
    }

    /// The height of a value between the lowest and the highest of the panel.
    pub(super) fn height_of(&self, value: f64, (low, high): (f64, f64)) -> f64 {
        self.top + (high - value.clamp(low, high)) / (high - low) * self.height
    }
}

impl Svg {
    /// A white picture of this size.
    pub(super) fn new((width, height): (f64, f64)) -> Self {
        let mut svg = Self(String::new());
        svg.line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">"#
        ));
        svg.line(format_args!(r##"<rect width="{width}" height="{height}" fill="#fff"/>"##));
        svg
    }

    /// The text of the file.
    pub(super) fn finish(mut self) -> String {
        self.line(format_args!("</svg>"));
        self.0
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string never fails.
        let _ = self.0.write_fmt(text);
        self.0.push('\n');
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), anchor: &str, colour: &str, text: &str) {
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

    /// A frame with horizontal lines at `rows` and vertical ones at `columns`, each with its label.
    pub(super) fn frame(&mut self, panel: Panel, rows: &[(f64, String)], columns: &[(f64, String)]) {
        let Panel { left, top, width, height } = panel;
        for (y, label) in rows {
            self.line(format_args!(
                r##"<line x1="{left}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}" stroke="#ddd"/>"##,
                left + width
            ));
            self.text((left - 8.0, y + 4.0), "end", "#444", label);
        }
        for (x, label) in columns {
            self.line(format_args!(
                r##"<line x1="{x:.1}" y1="{top}" x2="{x:.1}" y2="{:.1}" stroke="#ddd"/>"##,
                top + height
            ));
            self.text((*x, top + height + 18.0), "middle", "#444", label);
        }
        self.line(format_args!(
            r##"<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#888"/>"##
        ));
    }

    pub(super) fn dot(&mut self, (x, y): (f64, f64)) {
        self.line(format_args!(r##"<circle cx="{x:.1}" cy="{y:.1}" r="2" fill="#333"/>"##));
    }

    /// A line through `points`; `dashes` as SVG's stroke-dasharray, `none` for a whole line.
    pub(super) fn curve(&mut self, colour: &str, dashes: &str, points: impl Iterator<Item = (f64, f64)>) {
        let points: Vec<String> = points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let points = points.join(" ");
        self.line(format_args!(
            r#"<polyline fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}" points="{points}"/>"#
        ));
    }
}
