//! The response of an equaliser, drawn.

use formats::scene::chain::Eq;

use crate::drawing::{Anchor, Panel, Picture, Tick, even_ticks, frequency_ticks};
use crate::mix::MixError;
use crate::mix::eq::{Response, response};

const MAGNITUDE: Panel = Panel { left: 64.0, top: 44.0, width: 716.0, height: 252.0 };
const DELAY: Panel = Panel { left: 64.0, top: 348.0, width: 716.0, height: 110.0 };
const SIZE: (f64, f64) = (800.0, 500.0);
/// dB between two lines.
const STEP_DB: f64 = 6.0;
/// What is drawn at least and at most, dB to both sides.
const RANGE_DB: (f64, f64) = (12.0, 36.0);
/// Colours of the whole and of a band for itself.
const WHOLE: &str = "#0b5cad";
const BAND: &str = "#b9b9b9";

/// The picture of what `eq` does, `found` being its response; bands are drawn for themselves too.
///
/// # Errors
/// When a band cannot be at this sample rate.
pub(super) fn draw(title: &str, eq: &Eq, found: &[Response], sample_rate: u32) -> Result<String, MixError> {
    let frequencies: Vec<f64> = found.iter().map(|at| at.frequency_hz).collect();
    let alone = |band| response(&Eq { bands: vec![band] }, sample_rate, &frequencies);
    let bands = eq.bands.iter().copied().map(alone).collect::<Result<Vec<_>, _>>()?;
    let ends =
        (frequencies.first().copied().unwrap_or(20.0), frequencies.last().copied().unwrap_or(20_000.0));
    let across = |hz: f64| MAGNITUDE.left + (hz / ends.0).ln() / (ends.1 / ends.0).ln() * MAGNITUDE.width;
    let columns: Vec<Tick> =
        frequency_ticks(ends).into_iter().map(|(hz, label)| (across(hz), label)).collect();
    let highest = found.iter().map(|at| at.magnitude_db).fold(RANGE_DB.0, f64::max);
    let lowest = found.iter().map(|at| -at.magnitude_db).fold(RANGE_DB.0, f64::max);
    let reach = (highest.max(lowest) / STEP_DB).ceil() * STEP_DB;
    let reach = reach.min(RANGE_DB.1);
    let range = (-reach, reach);
    let longest = found.iter().map(|at| at.group_delay_ms.abs()).fold(0.0, f64::max);
    let step = delay_step(longest);
    let delays = found.iter().map(|at| at.group_delay_ms);
    let delays = delays.fold((0.0_f64, step), |(low, high), delay| (low.min(delay), high.max(delay)));
    let delays = ((delays.0 / step).floor() * step, (delays.1 / step).ceil() * step);
    Ok(Picture::file(SIZE, title, |picture| {
        picture.text((MAGNITUDE.left, 24.0), Anchor::Start, ("font-weight", "bold"), title);
        let rows = even_ticks(range, STEP_DB);
        let rows = rows.into_iter().map(|(db, label)| (MAGNITUDE.height_of(db, range), label));
        picture.frame(MAGNITUDE, &rows.collect::<Vec<_>>(), &columns);
        let level = |at: &Response| (across(at.frequency_hz), MAGNITUDE.height_of(at.magnitude_db, range));
        for band in &bands {
            picture.curve(BAND, "4 3", band.iter().map(level));
        }
        picture.curve(WHOLE, "none", found.iter().map(level));
        picture.text(
            (MAGNITUDE.left, 318.0 + 14.0),
            Anchor::Start,
            ("fill", "#444"),
            "dB over Hz; group delay in ms:",
        );
        let rows = even_ticks(delays, step);
        let rows = rows.into_iter().map(|(ms, label)| (DELAY.height_of(ms, delays), label));
        picture.frame(DELAY, &rows.collect::<Vec<_>>(), &columns);
        let delay = |at: &Response| (across(at.frequency_hz), DELAY.height_of(at.group_delay_ms, delays));
        picture.curve(WHOLE, "none", found.iter().map(delay));
    }))
}

/// A round step, of which about four make up `longest`.
fn delay_step(longest: f64) -> f64 {
    let wanted = (longest / 4.0).max(0.01);
    let decade = 10f64.powf(wanted.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|step| step * decade)
        .find(|step| *step >= wanted)
        .unwrap_or(10.0 * decade)
}
