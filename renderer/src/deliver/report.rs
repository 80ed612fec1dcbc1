//! What a job did, for people and scripts.

use formats::Warning;
use formats::bw64::{Container, SampleFormat};
use serde::{Deserialize, Serialize};

use super::comparison::Compared;
use super::correction::CorrectionReport;
use super::job::Output;
use super::mastering::MasterReport;
use super::{ChannelLevels, Clock};
use crate::loudness::Measurement;

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
    /// The programme of the master that was rendered, where it has one with a name.
    pub programme: Option<String>,
    /// Tracks of the master.
    pub tracks: usize,
    /// Items that were rendered: objects, bed channels, HOA scenes.
    pub items: usize,
    /// The files, in the order they were asked for.
    pub outputs: Vec<OutputReport>,
    /// What was repaired or is remarkable, all of it; what is about another file than the master names it.
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
    /// RIFF, or RF64 beyond 4 GiB.
    pub container: String,
    /// Highest sample of any channel, dBFS; `None` for silence.
    pub peak_dbfs: Option<f64>,
    /// Samples beyond full scale in all channels.
    pub overloads: u64,
    /// Where it was asked for and can be measured.
    #[serde(flatten)]
    pub loudness: Option<LoudnessReport>,
    /// The 5.1 render beside a mix on headphones, where loudness was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared_with_5_1: Option<Compared>,
    /// What its master chain did, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master: Option<MasterReport>,
    /// What was done to the level, where it was to meet a specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<CorrectionReport>,
    /// In file order.
    pub channels: Vec<ChannelReport>,
}

/// Loudness of a file. What there was nothing to measure of is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoudnessReport {
    /// BS.1770-5, LUFS.
    pub integrated_lufs: Option<f64>,
    /// EBU Tech 3341, LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// EBU Tech 3341, LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// EBU Tech 3342, LU.
    pub loudness_range_lu: Option<f64>,
    /// BS.1770-5 Annex 2, dBTP.
    pub true_peak_dbtp: Option<f64>,
}

impl LoudnessReport {
    pub(super) fn new(measurement: &Measurement) -> Self {
        Self {
            integrated_lufs: measurement.integrated_lufs,
            max_momentary_lufs: measurement.max_momentary.map(|maximum| maximum.value),
            max_short_term_lufs: measurement.max_short_term.map(|maximum| maximum.value),
            loudness_range_lu: measurement.loudness_range_lu,
            true_peak_dbtp: measurement.true_peak.map(|maximum| maximum.value),
        }
    }
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
            bits: bits_name(bits),
            container: container.to_string(),
            peak_dbfs: channels.iter().filter_map(|c| c.peak_dbfs).max_by(f64::total_cmp),
            overloads: channels.iter().fold(0, |sum, c| sum.saturating_add(c.overloads)),
            loudness: None,
            compared_with_5_1: None,
            master: None,
            correction: None,
            channels,
        }
    }

    /// One warning for each channel that passed full scale.
    pub fn overload_warnings(&self) -> Vec<Warning> {
        overloads(&self.channels)
    }
}

/// One warning for each channel or track that passed full scale.
pub(super) fn overloads(channels: &[ChannelReport]) -> Vec<Warning> {
    let over = channels.iter().filter(|channel| channel.overloads > 0);
    let warning = |channel: &ChannelReport| {
        let message = format!(
            "{} sample{} over full scale, the first at {}, peak {:+.2} dBFS; clipped",
            channel.overloads,
            if channel.overloads == 1 { "" } else { "s" },
            channel.first_overload.as_deref().unwrap_or("?"),
            channel.peak_dbfs.unwrap_or(f64::NEG_INFINITY)
        );
        Warning::new("overload", channel.name.as_str(), message)
    };
    over.map(warning).collect()
}

/// `24`, `32f`.
pub(super) fn bits_name(format: SampleFormat) -> &'static str {
    match format {
        SampleFormat::Uint8 => "8",
        SampleFormat::Int16 => "16",
        SampleFormat::Int24 => "24",
        SampleFormat::Int32 => "32",
        SampleFormat::Float32 => "32f",
        SampleFormat::Float64 => "64f",
    }
}
