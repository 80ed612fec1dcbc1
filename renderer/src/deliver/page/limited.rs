//! What the limiter took away over time, below the loudness and on its scale of time.

use super::over_time::{PANEL as ABOVE, times};
use crate::deliver::ReductionCurve;
use crate::drawing::{Markup, Outline, Panel, Picture, Tick, even_ticks};
use crate::loudness::Measurement;

const SIZE: (f64, f64) = (800.0, 156.0);
const PANEL: Panel = Panel { left: ABOVE.left, top: 12.0, width: ABOVE.width, height: 110.0 };
/// Decibels from top to bottom, at least.
const LEAST_RANGE: f64 = 3.0;

pub(super) fn write(page: &mut Markup, found: &Measurement, curve: &ReductionCurve) {
    let rate = f64::from(found.sample_rate);
    let seconds = found.frames as f64 / rate;
    let most = curve.reduction_db.iter().copied().fold(0.0, f64::max);
    let range = (-most.max(LEAST_RANGE).ceil(), 0.0);
    let step = (-range.0 / 3.0).ceil();
    let description =
        format!("Reduction by the limiter in decibels over {seconds:.0} seconds, {most:.2} dB at most");
    page.text_in("h3", &[], "Limiter");
    page.element("figure", &[], |figure| {
        Picture::within(figure, SIZE, "Limiter", &description, |picture| {
            let rows = even_ticks(range, step);
            let rows: Vec<Tick> =
                rows.into_iter().map(|(value, label)| (PANEL.height_of(value, range), label)).collect();
            picture.frame(PANEL, &rows, &times(PANEL, seconds));
            let span = (0.0, seconds.max(1e-9));
            let mut outline = Outline::default();
            let columns = curve.reduction_db.iter().enumerate().filter(|(_, reduction)| **reduction > 0.0);
            for (column, reduction) in columns {
                let edge = |column: usize| {
                    let frame = (column as u64).saturating_mul(curve.column_frames).min(found.frames);
                    PANEL.across(frame as f64 / rate, span)
                };
                let (left, right) = (edge(column), edge(column + 1));
                let height = PANEL.height_of(-reduction, range) - PANEL.top;
                outline.rectangle((left, PANEL.top), (right - left, height));
            }
            picture.outline(&outline, ("class", "reduction"));
        });
        figure.text_in(
            "figcaption",
            &[],
            "dB. The greatest reduction within each column of the picture; the gain before it is in the table of deliverables.",
        );
    });
}
