//! The picture of a set: where it was measured, and the differences between the ears over azimuth.

use hrtf::HrtfSet;

use super::report::{Difference, Report};
use super::svg::{Panel, Svg};

const SIZE: (f64, f64) = (860.0, 700.0);
const COVERAGE: Panel = Panel { left: 70.0, top: 60.0, width: 720.0, height: 240.0 };
const CURVES: Panel = Panel { left: 70.0, top: 400.0, width: 720.0, height: 240.0 };
/// Most dots that are drawn; of greater sets, evenly chosen ones.
const MOST_DOTS: usize = 5000;
pub(super) const TIME_COLOUR: &str = "#1b6ca8";
pub(super) const LEVEL_COLOUR: &str = "#b3541e";

/// The picture as the text of an SVG file.
pub(super) fn draw(report: &Report, set: &HrtfSet) -> String {
    let mut svg = Svg::new(SIZE);
    let directions = &set.measurements().directions;
    let title = format!("{}: {} measured directions", report.name, directions.len());
    svg.text((COVERAGE.left, COVERAGE.top - 20.0), "start", "#000", &title);
    let height = |elevation: f64| COVERAGE.height_of(elevation, (-90.0, 90.0));
    let rows: Vec<(f64, String)> =
        (-2..=2).map(|i| f64::from(i) * 45.0).map(|e| (height(e), format!("{e}°"))).collect();
    svg.frame(COVERAGE, &rows, &COVERAGE.azimuths());
    for direction in directions.iter().step_by(directions.len().div_ceil(MOST_DOTS).max(1)) {
        svg.dot((COVERAGE.azimuth(direction.azimuth), height(direction.elevation)));
    }
    differences(&mut svg, CURVES, &report.horizontal);
    svg.finish()
}

/// Time and level differences between the ears over azimuth, each with a scale of its own.
pub(super) fn differences(svg: &mut Svg, panel: Panel, differences: &[Difference]) {
    let top = |value: fn(&Difference) -> f64, step: f64| {
        let most = differences.iter().map(|d| value(d).abs()).fold(0.0, f64::max);
        (most / step).ceil().max(1.0) * step
    };
    let (time, level) = (top(|d| d.time, 200.0), top(|d| d.level, 5.0));
    let height = |part: f64| panel.height_of(part, (-1.0, 1.0));
    let parts = || (-2..=2).map(|i| f64::from(i) / 2.0);
    let rows: Vec<(f64, String)> = parts().map(|p| (height(p), format!("{:.0}", time * p))).collect();
    svg.frame(panel, &rows, &panel.azimuths());
    let right = panel.left + panel.width;
    for part in parts() {
        let label = format!("{:.1}", level * part);
        svg.text((right + 8.0, height(part) + 4.0), "start", LEVEL_COLOUR, &label);
    }
    let above = panel.top - 12.0;
    svg.text((panel.left, above), "start", TIME_COLOUR, "time between the ears, µs, left first");
    svg.text((right, above), "end", LEVEL_COLOUR, "level between the ears, dB, left louder");
    let of = |value: fn(&Difference) -> f64, most: f64| {
        differences.iter().map(move |d| (panel.azimuth(d.azimuth), height(value(d) / most)))
    };
    svg.curve(TIME_COLOUR, "none", of(|d| d.time, time));
    svg.curve(LEVEL_COLOUR, "none", of(|d| d.level, level));
    let below = panel.top + panel.height + 40.0;
    svg.text((panel.left + panel.width / 2.0, below), "middle", "#444", "azimuth, left at the left");
}
