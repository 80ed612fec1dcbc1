//! What a job did, for people and scripts.

use std::path::Path;

use formats::bw64::{Container, SampleFormat};
use serde::Serialize;

use super::job::Output;
use super::{ChannelLevels, Clock};

/// What was rendered from a master.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The master.
    pub input: String,
    /// Hz.
    pub sample_rate: u32,
    /// First frame of the master that was rendered.
    pub start: u64,
    /// Frames of every output.
    pub frames: u64,
    /// The same as `h:mm:ss.mmm`.
    pub length: String,
    /// Tracks of the master.
    pub tracks: usize,
    /// Items that were rendered: objects, bed channels, HOA scenes.
    pub items: usize,
    /// The files, in the order they were asked for.
    pub outputs: Vec<OutputReport>,
    /// What was repaired or is remarkable.
    pub warnings: Vec<String>,
}

/// One file that was written.
#[derive(Clone, Debug, Serialize)]
pub struct OutputReport {
    /// Its name as given.
    pub file: String,
    /// BS.2051 name or `hoa3`.
    pub layout: String,
    /// What people call the layout.
    pub known_as: Option<&'static str>,
    /// `24` or `32f`.
    pub bits: &'static str,
    /// RIFF, RF64 or BW64.
    pub container: String,
    /// Highest sample of any channel, dBFS; `None` for silence.
    pub peak_dbfs: Option<f64>,
    /// Samples beyond full scale in all channels.
    pub overloads: u64,
    /// In file order.
    pub channels: Vec<ChannelReport>,
}

/// One channel of a file.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelReport {
    /// BS.2051 label, or `ACN n`.
    pub name: String,
    /// Highest sample, dBFS; `None` for silence.
    pub peak_dbfs: Option<f64>,
    /// Samples beyond full scale.
    pub overloads: u64,
    /// When the first of them comes, counted from the start of the file.
    pub first_overload: Option<String>,
}

impl ChannelReport {
    pub(super) fn new(name: String, levels: &ChannelLevels, sample_rate: u32) -> Self {
        let clock = |sample| Clock { sample, sample_rate }.to_string();
        Self {
            name,
            peak_dbfs: Some(levels.peak_dbfs()).filter(|peak| peak.is_finite()),
            overloads: levels.overloads,
            first_overload: levels.first_overload.map(clock),
        }
    }
}

impl OutputReport {
    pub(super) fn new(
        output: &Output,
        bits: SampleFormat,
        container: Container,
        channels: Vec<ChannelReport>,
    ) -> Self {
        Self {
            file: output.file.display().to_string(),
            layout: output.deliverable.name(),
            known_as: output.deliverable.known_as(),
            bits: match bits {
                SampleFormat::Uint8 => "8",
                SampleFormat::Int16 => "16",
                SampleFormat::Int24 => "24",
                SampleFormat::Int32 => "32",
                SampleFormat::Float32 => "32f",
                SampleFormat::Float64 => "64f",
            },
            container: container.to_string(),
            peak_dbfs: channels.iter().filter_map(|c| c.peak_dbfs).max_by(f64::total_cmp),
            overloads: channels.iter().fold(0, |sum, c| sum.saturating_add(c.overloads)),
            channels,
        }
    }

    /// One line for each channel that passed full scale.
    pub fn overload_lines(&self) -> impl Iterator<Item = String> {
        self.channels.iter().filter(|channel| channel.overloads > 0).map(|channel| {
            format!(
                "{}: {} samples over full scale, the first at {}, peak {:+.2} dBFS",
                channel.name,
                channel.overloads,
                channel.first_overload.as_deref().unwrap_or("?"),
                channel.peak_dbfs.unwrap_or(f64::NEG_INFINITY)
            )
        })
    }
}

impl Report {
    /// The files as a table.
    pub fn table(&self) -> String {
        let file = |output: &OutputReport| {
            Path::new(&output.file)
                .file_name()
                .map_or_else(|| output.file.clone(), |n| n.to_string_lossy().into_owned())
        };
        let layout = |output: &OutputReport| match &output.known_as {
            Some(name) => format!("{} ({name})", output.layout),
            None => output.layout.clone(),
        };
        let mut rows = vec![
            ["file", "layout", "channels", "bits", "length", "peak dBFS", "overloads"].map(String::from),
        ];
        for output in &self.outputs {
            rows.push([
                file(output),
                layout(output),
                output.channels.len().to_string(),
                output.bits.to_owned(),
                self.length.clone(),
                output.peak_dbfs.map_or_else(|| "silence".to_owned(), |peak| format!("{peak:.2}")),
                if output.overloads == 0 { "none".to_owned() } else { output.overloads.to_string() },
            ]);
        }
        let mut widths = [0_usize; 7];
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
}
