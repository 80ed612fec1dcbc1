//! The picture of a set: where it was measured, and the differences between the ears over azimuth.

use hrtf::HrtfSet;

use super::report::{Difference, Report};
use crate::drawing::{Anchor, Look, Panel, Picture, Tick};

const SIZE: (f64, f64) = (860.0, 700.0);
const COVERAGE: Panel = Panel { left: 70.0, top: 60.0, width: 720.0, height: 240.0 };
const CURVES: Panel = Panel { left: 70.0, top: 400.0, width: 720.0, height: 240.0 };
/// Most dots that are drawn; of greater sets, evenly chosen ones.
const MOST_DOTS: usize = 5000;
pub(super) const BLACK: Look<'static> = ("fill", "#000");
pub(super) const TIME_COLOUR: &str = "#1b6ca8";
pub(super) const LEVEL_COLOUR: &str = "#b3541e";

/// The picture as the text of an SVG file.
pub(super) fn draw(report: &Report, set: &HrtfSet) -> String {
    let directions = &set.measurements().directions;
    let title = format!("{}: {} measured directions", report.name, directions.len());
    Picture::file(SIZE, &title, |picture| {
        picture.text((COVERAGE.left, COVERAGE.top - 20.0), Anchor::Start, BLACK, &title);
        let height = |elevation: f64| COVERAGE.height_of(elevation, (-90.0, 90.0));
        let rows: Vec<Tick> =
            (-2..=2).map(|i| f64::from(i) * 45.0).map(|e| (height(e), format!("{e}°"))).collect();
        picture.frame(COVERAGE, &rows, &azimuths(COVERAGE));
        for direction in directions.iter().step_by(directions.len().div_ceil(MOST_DOTS).max(1)) {
            let at = (across(COVERAGE, direction.azimuth), height(direction.elevation));
            picture.dot(at, 2.0, ("fill", "#333"));
        }
        differences(picture, CURVES, &report.horizontal);
    })
}

/// Where an azimuth stands: left at the left, straight ahead in the middle.
fn across(panel: Panel, azimuth: f64) -> f64 {
    panel.left + (0.5 - azimuth / 360.0) * panel.width
}

/// Vertical lines at every 45° of azimuth.
fn azimuths(panel: Panel) -> Vec<Tick> {
    (-180..=180).step_by(45).map(f64::from).map(|a| (across(panel, a), format!("{a:.0}°"))).collect()
}

/// Time and level differences between the ears over azimuth, each with a scale of its own.
pub(super) fn differences(picture: &mut Picture<'_>, panel: Panel, differences: &[Difference]) {
    let top = |value: fn(&Difference) -> f64, step: f64| {
        let most = differences.iter().map(|d| value(d).abs()).fold(0.0, f64::max);
        (most / step).ceil().max(1.0) * step
    };
    let (time, level) = (top(|d| d.time, 200.0), top(|d| d.level, 5.0));
    let height = |part: f64| panel.height_of(part, (-1.0, 1.0));
    let parts = || (-2..=2).map(|i| f64::from(i) / 2.0);
    let rows: Vec<Tick> = parts().map(|p| (height(p), format!("{:.0}", time * p))).collect();
    picture.frame(panel, &rows, &azimuths(panel));
    let right = panel.left + panel.width;
    for part in parts() {
        let label = format!("{:.1}", level * part);
        picture.text((right + 8.0, height(part) + 4.0), Anchor::Start, ("fill", LEVEL_COLOUR), &label);
    }
    let above = panel.top - 12.0;
    picture.text(
        (panel.left, above),
        Anchor::Start,
        ("fill", TIME_COLOUR),
        "time between the ears, µs, left first",
    );
    picture.text(
        (right, above),
        Anchor::End,
        ("fill", LEVEL_COLOUR),
        "level between the ears, dB, left louder",
    );
    let of = |value: fn(&Difference) -> f64, most: f64| {
        differences.iter().map(move |d| (across(panel, d.azimuth), height(value(d) / most)))
    };
    picture.curve(TIME_COLOUR, "none", of(|d| d.time, time));
    picture.curve(LEVEL_COLOUR, "none", of(|d| d.level, level));
    let below = panel.top + panel.height + 40.0;
    picture.text(
        (panel.left + panel.width / 2.0, below),
        Anchor::Middle,
        ("fill", "#444"),
        "azimuth, left at the left",
    );
}
