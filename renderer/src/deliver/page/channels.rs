//! Channels: peaks against the ceiling, when each of them sounds, how pairs are in phase.

use super::over_time::times;
use super::{Cell, Table, rounded, shown};
use crate::deliver::Clock;
use crate::drawing::{Anchor, HeatMap, Markup, Panel, Picture, Tick, even_ticks};
use crate::loudness::{Judgement, Maximum, Measure, Measurement, PairMeasurement, Specification, Timeline};

/// Channels that are drawn and listed.
const MOST_CHANNELS: usize = 128;
/// Channels of a map of time.
const MOST_ROWS: usize = 64;
const ROW: f64 = 18.0;
const LEFT: f64 = 72.0;
const WIDTH: f64 = 600.0;
/// The axis of peaks, dB.
const LOWEST: f64 = -60.0;
const STEP: f64 = 6.0;
/// Pairs at and below this correlation are told of.
const INVERTED: f64 = -0.5;

pub(super) fn write(page: &mut Markup, found: &Measurement, judgements: &[(Specification, Judgement)]) {
    if found.channels.is_empty() || found.sample_peak.is_none() {
        return;
    }
    page.text_in("h3", &[], "Channels");
    peaks(page, found, &ceilings(judgements));
    table(page, found);
    if let Some(timeline) = &found.timeline {
        activity(page, found, timeline);
    }
    correlation(page, found);
}

/// The limits of the true peak, dBTP, lowest first, each once.
fn ceilings(judgements: &[(Specification, Judgement)]) -> Vec<f64> {
    let limits = judgements.iter().flat_map(|(specification, _)| &specification.clauses);
    let limits = limits.flat_map(|clause| &clause.any).filter(|limit| limit.measure == Measure::TruePeak);
    let mut ceilings: Vec<f64> = limits.filter_map(|limit| limit.maximum).collect();
    ceilings.sort_by(f64::total_cmp);
    ceilings.dedup();
    ceilings
}

fn peaks(page: &mut Markup, found: &Measurement, ceilings: &[f64]) {
    let count = found.channels.len().min(MOST_CHANNELS);
    let panel = Panel { left: LEFT, top: 26.0, width: WIDTH, height: count as f64 * ROW + 6.0 };
    let peaks = [found.true_peak, found.sample_peak].into_iter().flatten().map(|peak| peak.value);
    let highest = peaks.chain(ceilings.iter().copied()).fold(0.0, f64::max);
    let range = (LOWEST, (highest / STEP).ceil() * STEP);
    let description = format!(
        "Highest peaks of {} channels in decibels, from {} to {}; the table below has the figures",
        count, range.0, range.1
    );
    let size = (800.0, panel.bottom() + 26.0);
    page.element("figure", &[], |figure| {
        Picture::within(figure, size, "Peaks of channels", &description, |picture| {
            let columns = even_ticks(range, STEP).into_iter();
            let columns: Vec<Tick> =
                columns.map(|(value, label)| (panel.across(value, range), label)).collect();
            picture.frame(panel, &[], &columns);
            for (row, channel) in found.channels.iter().take(count).enumerate() {
                let y = panel.top + 3.0 + row as f64 * ROW;
                bar(picture, panel, y, range, (channel.true_peak, channel.sample_peak), ceilings);
                picture.text((panel.left - 8.0, y + 13.0), Anchor::End, ("class", "label"), &channel.name);
            }
            for ceiling in ceilings {
                let x = panel.across(*ceiling, range);
                picture.line((x, panel.top - 4.0), (x, panel.bottom()), &[("class", "limit")]);
            }
            if let Some(ceiling) = ceilings.first() {
                let text = format!("ceiling {} dBTP", format!("{ceiling}").replace('-', "−"));
                let x = panel.across(*ceiling, range);
                picture.text((x, panel.top - 9.0), Anchor::Middle, ("class", "small"), &text);
            }
        });
        figure.text_in(
            "figcaption",
            &[],
            format_args!(
                "dB. Bars: true peak ({}× the sample rate), dark marks: highest sample. Dashed: ceilings of the specifications.",
                found.oversampling
            ),
        );
    });
    let more = found.channels.len().saturating_sub(MOST_CHANNELS);
    if more > 0 {
        page.text_in("p", &[], format_args!("… and {more} more channels"));
    }
}

fn bar(
    picture: &mut Picture<'_>,
    panel: Panel,
    y: f64,
    range: (f64, f64),
    (true_peak, sample_peak): (Option<Maximum>, Option<Maximum>),
    ceilings: &[f64],
) {
    let value = |maximum: Option<Maximum>| maximum.map(|maximum| maximum.value);
    if let Some(peak) = value(true_peak.or(sample_peak)) {
        let is_over = true_peak.is_some()
            && ceilings.first().is_some_and(|ceiling| (peak * 100.0).round() > (ceiling * 100.0).round());
        let to = panel.across(peak, range);
        let class = if is_over { "over" } else { "bar" };
        picture.rectangle((panel.left, y + 3.0), (to - panel.left, 12.0), ("class", class));
        let text = if is_over { format!("{} ✗ over", shown(Some(peak))) } else { shown(Some(peak)) };
        picture.text((panel.right() + 10.0, y + 13.0), Anchor::Start, ("class", "label"), &text);
    } else {
        picture.text((panel.right() + 10.0, y + 13.0), Anchor::Start, ("class", "label"), "silent");
    }
    if let Some(peak) = value(sample_peak) {
        let x = panel.across(peak, range);
        picture.line((x, y + 1.0), (x, y + 17.0), &[("class", "mark")]);
    }
}

fn table(page: &mut Markup, found: &Measurement) {
    let clock = |maximum: Option<Maximum>| {
        let clock = |most: Maximum| Clock { sample: most.frame, sample_rate: found.sample_rate }.to_string();
        Cell::Number(maximum.map_or_else(|| "–".to_owned(), clock))
    };
    let value = |maximum: Option<Maximum>| Cell::Number(shown(maximum.map(|maximum| maximum.value)));
    let head = ["Channel", "Weight", "True peak, dBTP", "at", "Sample peak, dBFS", "at", "DC offset"];
    let mut table = Table::new("", &head);
    for channel in found.channels.iter().take(MOST_CHANNELS) {
        table.rows.push(vec![
            Cell::Text(channel.name.clone()),
            Cell::Number(format!("{}", channel.weight)),
            value(channel.true_peak),
            clock(channel.true_peak),
            value(channel.sample_peak),
            clock(channel.sample_peak),
            Cell::Number(rounded(channel.dc_offset, 5)),
        ]);
    }
    table.write(page);
}

/// When each channel sounds.
fn activity(page: &mut Markup, found: &Measurement, timeline: &Timeline) {
    let rows = found.channels.len().min(MOST_ROWS);
    let height = rows as f64 * if rows > 32 { 8.0 } else { 13.0 };
    let panel = Panel { left: LEFT, top: 8.0, width: WIDTH, height };
    let frames = found.frames.max(1) as f64;
    let edge = |column: usize| column as f64 * timeline.peak_column_frames as f64 / frames;
    let edges: Vec<f64> = (0..=timeline.peaks.len()).map(edge).collect();
    let map = HeatMap { panel, size: (rows, timeline.peaks.len()), edges: &edges, top: 0.0 };
    let description = format!("Highest samples of {rows} channels over time, in steps of 6 dB");
    let size = (800.0, panel.bottom() + 62.0);
    page.element("figure", &[], |figure| {
        Picture::within(figure, size, "Channels over time", &description, |picture| {
            let level = |row: usize, column: usize| {
                let peak = timeline.peaks.get(column).and_then(|peaks| peaks.get(row)).copied();
                20.0 * f64::from(peak.unwrap_or(0.0)).log10()
            };
            map.draw(picture, level);
            let seconds = frames / f64::from(found.sample_rate);
            picture.frame(panel, &[], &times(panel, seconds));
            let apart = height / rows as f64;
            for (row, channel) in found.channels.iter().take(rows).enumerate() {
                if rows <= 32 || row % 2 == 0 {
                    let y = panel.top + (row as f64 + 0.5) * apart + 4.0;
                    picture.text((panel.left - 8.0, y), Anchor::End, ("class", "small"), &channel.name);
                }
            }
            map.legend(picture, (LEFT, panel.bottom() + 32.0), "dBFS", ("class", "small"));
        });
        figure.text_in("figcaption", &[], "Highest sample of each channel over time; blank below −72 dBFS.");
    });
}

fn correlation(page: &mut Markup, found: &Measurement) {
    let of =
        |pair: &PairMeasurement| Some((format!("{}/{}", pair.names[0], pair.names[1]), pair.correlation?));
    let pairs: Vec<(String, f64)> = found.pairs.iter().filter_map(of).take(MOST_ROWS).collect();
    if pairs.is_empty() {
        return;
    }
    const RANGE: (f64, f64) = (-1.0, 1.0);
    let panel = Panel { left: 120.0, top: 8.0, width: 420.0, height: pairs.len() as f64 * ROW + 6.0 };
    let size = (800.0, panel.bottom() + 26.0);
    page.text_in("h4", &[], "Phase correlation of pairs");
    page.element("figure", &[], |figure| {
        Picture::within(figure, size, "Phase correlation of pairs", "From −1 to 1", |picture| {
            let columns = [(-1.0, "−1"), (-0.5, "−0.5"), (0.0, "0"), (0.5, "0.5"), (1.0, "1")];
            let columns = columns.map(|(value, label)| (panel.across(value, RANGE), label.to_owned()));
            picture.frame(panel, &[], &columns);
            for (row, (names, value)) in pairs.iter().enumerate() {
                let y = panel.top + 3.0 + row as f64 * ROW;
                let ends = [panel.across(0.0, RANGE), panel.across(*value, RANGE)];
                let (from, to) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
                let is_inverted = *value <= INVERTED;
                let class = if is_inverted { "over" } else { "bar" };
                picture.rectangle((from, y + 3.0), ((to - from).max(1.0), 12.0), ("class", class));
                picture.text((panel.left - 8.0, y + 13.0), Anchor::End, ("class", "label"), names);
                let text = rounded(*value, 2);
                let text = if is_inverted { format!("{text} ✗ opposite polarity") } else { text };
                picture.text((panel.right() + 10.0, y + 13.0), Anchor::Start, ("class", "label"), &text);
            }
        });
        figure.text_in(
            "figcaption",
            &[],
            "Over the whole programme: 1 the same in both, 0 unrelated, −1 of opposite polarity, which vanishes in a mono sum.",
        );
    });
}
