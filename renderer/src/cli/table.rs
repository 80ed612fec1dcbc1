//! What was written, as a table.

use std::path::Path;

use super::info::printable;
use crate::deliver::{Compared, OutputReport, Report};

const HEAD: [&str; 7] = ["file", "layout", "channels", "bits", "length", "peak dBFS", "overloads"];
/// More columns, when something was measured.
const LOUDNESS: [&str; 2] = ["LUFS", "dBTP"];

/// The files of `report`, one line each; their names without control characters.
pub(super) fn render(report: &Report) -> String {
    let measured = report.outputs.iter().any(|output| output.loudness.is_some());
    let head = HEAD.iter().chain(LOUDNESS.iter().filter(|_| measured)).map(|name| (*name).to_owned());
    let mut rows: Vec<Vec<String>> = vec![head.collect()];
    rows.extend(report.outputs.iter().map(|output| {
        let mut row = row(output, &report.length).to_vec();
        row.extend(loudness(output).into_iter().filter(|_| measured));
        row
    }));
    aligned(&rows, 2)
}

/// `rows` of cells with their columns one under another, the first `names` of them from the left.
pub(super) fn aligned(rows: &[Vec<String>], names: usize) -> String {
    let mut widths = vec![0_usize; rows.iter().map(Vec::len).max().unwrap_or(0)];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column < names { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn loudness(output: &OutputReport) -> [String; LOUDNESS.len()] {
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
    let loudness = output.loudness.as_ref();
    [
        shown(loudness.and_then(|loudness| loudness.integrated_lufs)),
        shown(loudness.and_then(|loudness| loudness.true_peak_dbtp)),
    ]
}

/// The name of a file without its folder and without control characters.
pub(super) fn file_name(path: &str) -> String {
    let name = Path::new(path).file_name().map(|name| name.to_string_lossy());
    printable(&name.unwrap_or_else(|| path.into()))
}

/// How loud headphones are beside the 5.1 render, where that has a loudness.
pub(super) fn comparison(compared: &Compared) -> Option<String> {
    let (five, difference) = (compared.integrated_lufs?, compared.difference_lu?);
    let headphones = five + difference;
    Some(format!("as rendered {headphones:.2} LUFS, its 5.1 render {five:.2} LUFS: {difference:+.2} LU"))
}

fn row(output: &OutputReport, length: &str) -> [String; HEAD.len()] {
    let layout = match &output.known_as {
        Some(name) => format!("{} ({name})", output.layout),
        None => output.layout.clone(),
    };
    [
        file_name(&output.file),
        layout,
        output.channels.len().to_string(),
        output.bits.to_owned(),
        length.to_owned(),
        output.peak_dbfs.map_or_else(|| "silence".to_owned(), |peak| format!("{peak:.2}")),
        if output.overloads == 0 { "none".to_owned() } else { output.overloads.to_string() },
    ]
}
