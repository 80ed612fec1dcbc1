//! What is wrong with samples, and where it begins.

use super::{Cell, Table, counted, rounded};
use crate::deliver::Clock;
use crate::drawing::Markup;
use crate::loudness::{ChannelMeasurement, Measurement};

/// Rows of a page; there are as many channels as a file has.
const MOST_ROWS: usize = 200;
/// Silences that are listed one by one.
const MOST_SILENCES: usize = 24;

pub(super) fn write(page: &mut Markup, found: &Measurement) {
    page.text_in("h3", &[], "Faults");
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for channel in &found.channels {
        of_channel(channel, found.sample_rate, &mut rows);
    }
    if found.source_non_finite > 0 {
        let cells = ["NaN or infinite", "of the master", "", &counted(found.source_non_finite, "sample")];
        rows.push(cells.map(|text| Cell::Text(text.to_owned())).to_vec());
    }
    silences(found, &mut rows);
    if rows.is_empty() {
        page.text_in(
            "p",
            &[],
            "None found: no clipping, no DC offset beyond −60 dBFS, no silent channel, no digital silence of a second or longer, no \
             sample that is no number.",
        );
        return;
    }
    let mut table = Table::new("", &["Fault", "Channel", "From", "How much"]);
    let more = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    table.rows = rows;
    table.write(page);
    if more > 0 {
        page.text_in("p", &[], format_args!("… and {more} more"));
    }
}

fn of_channel(channel: &ChannelMeasurement, sample_rate: u32, rows: &mut Vec<Vec<Cell>>) {
    let clock = |frame: Option<u64>| {
        frame.map_or_else(String::new, |sample| Clock { sample, sample_rate }.to_string())
    };
    let mut row = |fault: &str, count: String, at: Option<u64>| {
        let (fault, name) = (Cell::Text(fault.to_owned()), Cell::Text(channel.name.clone()));
        rows.push(vec![fault, name, Cell::Text(clock(at)), Cell::Text(count)]);
    };
    if channel.non_finite > 0 {
        row("NaN or infinite", counted(channel.non_finite, "sample"), channel.first_non_finite);
    }
    if channel.clipped_runs > 0 {
        let count = format!(
            "{}, {}",
            counted(channel.clipped_runs, "run"),
            counted(channel.clipped_samples, "sample")
        );
        row("clipping", count, channel.first_clipped);
    }
    if let Some(offset) = channel.notable_offset() {
        row("DC offset", format!("{} of full scale", rounded(offset, 4)), None);
    }
    if channel.sample_peak.is_none() {
        row("silent", "throughout".to_owned(), Some(0));
    }
}

fn silences(found: &Measurement, rows: &mut Vec<Vec<Cell>>) {
    if found.sample_peak.is_none() {
        return;
    }
    let clock = |sample: u64| Clock { sample, sample_rate: found.sample_rate }.to_string();
    let shown = found.silences.len().min(MOST_SILENCES);
    let mut row = |from: String, length: String| {
        let cells = ["digital silence".to_owned(), "all".to_owned(), from, length];
        rows.push(cells.map(Cell::Text).to_vec());
    };
    for silence in found.silences.iter().take(shown) {
        let length = silence.frames as f64 / f64::from(found.sample_rate);
        let end = silence.frame.saturating_add(silence.frames);
        row(clock(silence.frame), format!("{length:.3} s, to {}", clock(end)));
    }
    let more = found.silence_count.saturating_sub(shown as u64);
    if more > 0 {
        row(String::new(), format!("… and {more} more"));
    }
}
