//! What was written, as a table.

use std::path::Path;

use super::info::printable;
use crate::deliver::{OutputReport, Report};

const HEAD: [&str; 7] = ["file", "layout", "channels", "bits", "length", "peak dBFS", "overloads"];

/// The files of `report`, one line each; their names without control characters.
pub(super) fn render(report: &Report) -> String {
    let mut rows = vec![HEAD.map(String::from)];
    rows.extend(report.outputs.iter().map(|output| row(output, &report.length)));
    let mut widths = [0_usize; HEAD.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
            0 | 1 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(output: &OutputReport, length: &str) -> [String; HEAD.len()] {
    let name = Path::new(&output.file).file_name().map(|name| name.to_string_lossy());
    let layout = match &output.known_as {
        Some(name) => format!("{} ({name})", output.layout),
        None => output.layout.clone(),
    };
    [
        printable(&name.unwrap_or_else(|| output.file.as_str().into())),
        layout,
        output.channels.len().to_string(),
        output.bits.to_owned(),
        length.to_owned(),
        output.peak_dbfs.map_or_else(|| "silence".to_owned(), |peak| format!("{peak:.2}")),
        if output.overloads == 0 { "none".to_owned() } else { output.overloads.to_string() },
    ]
}
