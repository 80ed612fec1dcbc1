//! Third-octave bands of the programme: over time, and on average.

use super::over_time::times;
use crate::drawing::{Anchor, HeatMap, Markup, Panel, Picture, Tick, even_ticks, frequency_ticks};
use crate::loudness::{BANDS, BandTimeline, Measurement, band_centre};

const MAP: Panel = Panel { left: 72.0, top: 8.0, width: 600.0, height: 217.0 };
const MEAN: Panel = Panel { left: 72.0, top: 10.0, width: 600.0, height: 168.0 };
/// Decibels from bottom to top, as many as the map has shades for.
const RANGE: f64 = 72.0;
const STEP: f64 = 6.0;

pub(super) fn write(page: &mut Markup, found: &Measurement) {
    let Some(bands) = found.timeline.as_deref().map(|timeline| &timeline.bands) else { return };
    let levels = bands.columns.iter().flatten().map(|square| level(*square));
    let highest = levels.fold(f64::NEG_INFINITY, f64::max);
    if !highest.is_finite() {
        return;
    }
    let top = (highest / STEP).ceil() * STEP;
    page.text_in("h3", &[], "Spectrum");
    over_time(page, found, bands, top);
    average(page, found, bands, top);
}

/// Level of a mean square, dB of a sine at full scale.
fn level(mean_square: f64) -> f64 {
    10.0 * (2.0 * mean_square).log10()
}

/// Bands that this sample rate has room for.
fn band_count(sample_rate: u32) -> usize {
    let nyquist = f64::from(sample_rate) / 2.0;
    (0..BANDS).filter(|band| band_centre(*band) < nyquist).count()
}

/// Where the centre of a band that is `octaves` labelled stands, counted from 0.
fn octaves() -> impl Iterator<Item = (f64, String)> {
    let ticks = frequency_ticks((band_centre(0), band_centre(BANDS - 1)));
    ticks.into_iter().map(|(hertz, label)| (10.0 * (hertz / band_centre(0)).log10(), label))
}

fn over_time(page: &mut Markup, found: &Measurement, bands: &BandTimeline, top: f64) {
    let frames = found.frames.max(1) as f64;
    let edge =
        |column: usize| (column as f64 * bands.column_frames as f64 - bands.lead_frames as f64) / frames;
    let edges: Vec<f64> = (0..=bands.columns.len()).map(edge).collect();
    let map = HeatMap { panel: MAP, size: (BANDS, bands.columns.len()), edges: &edges, top };
    let size = (800.0, MAP.bottom() + 62.0);
    let description = "Level of third-octave bands from 20 Hz to 20 kHz over time, in steps of 6 dB";
    page.element("figure", &[], |figure| {
        Picture::within(figure, size, "Spectrum over time", description, |picture| {
            let row = |band: usize| BANDS - 1 - band;
            map.draw(picture, |at, column| {
                bands.columns.get(column).map_or(f64::NEG_INFINITY, |column| level(column[row(at)]))
            });
            let apart = MAP.height / BANDS as f64;
            let rows: Vec<Tick> =
                octaves().map(|(band, label)| (MAP.bottom() - (band + 0.5) * apart, label)).collect();
            let seconds = frames / f64::from(found.sample_rate);
            picture.frame(MAP, &[], &times(MAP, seconds));
            for (y, label) in rows {
                picture.text((MAP.left - 8.0, y + 4.0), Anchor::End, ("class", "label"), &label);
            }
            map.legend(picture, (MAP.left, MAP.bottom() + 32.0), "dB", ("class", "small"));
        });
        figure.text_in(
            "figcaption",
            &[],
            "Third-octave bands (Hz) over time, all channels together, LFE included and nothing weighted. 0 dB is a sine at full \
             scale in one channel.",
        );
    });
}

fn average(page: &mut Markup, found: &Measurement, bands: &BandTimeline, top: f64) {
    let range = (top - RANGE, top);
    let size = (800.0, MEAN.bottom() + 26.0);
    let description = "Mean and highest level of third-octave bands from 20 Hz to 20 kHz";
    page.element("figure", &[], |figure| {
        Picture::within(figure, size, "Average spectrum", description, |picture| {
            let rows = even_ticks(range, 12.0).into_iter();
            let rows: Vec<Tick> =
                rows.map(|(value, label)| (MEAN.height_of(value, range), label)).collect();
            let apart = MEAN.width / BANDS as f64;
            let columns: Vec<Tick> =
                octaves().map(|(band, label)| (MEAN.left + (band + 0.5) * apart, label)).collect();
            picture.frame(MEAN, &rows, &columns);
            for band in 0..band_count(found.sample_rate) {
                let x = MEAN.left + band as f64 * apart;
                let y = MEAN.height_of(level(bands.mean[band]), range);
                picture.rectangle((x + 2.0, y), (apart - 4.0, MEAN.bottom() - y), ("class", "bar"));
                let most = bands.columns.iter().map(|column| column[band]).fold(0.0, f64::max);
                let y = MEAN.height_of(level(most), range);
                picture.line((x + 2.0, y), (x + apart - 2.0, y), &[("class", "mark")]);
            }
        });
        figure.text_in(
            "figcaption",
            &[],
            "Third-octave bands (Hz), dB. Bars: mean of the programme; marks: the highest column of the picture above.",
        );
    });
}
