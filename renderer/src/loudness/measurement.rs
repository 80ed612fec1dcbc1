//! What a meter says at the end.

use serde::Serialize;

use super::{DialogueMeasurement, Silence, Timeline};

/// Offsets below this are not worth a mention, full scale 1: −60 dBFS.
pub const OFFSET_WORTH_TELLING: f64 = 0.001;

/// The highest value of something, and where.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Maximum {
    /// LUFS, dBTP or dBFS.
    pub value: f64,
    /// The first frame of its window, or the frame at or just before it.
    pub frame: u64,
}

/// A programme. What there was nothing to measure of is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// Hz.
    pub sample_rate: u32,
    /// Frames that were measured.
    pub frames: u64,
    /// BS.1770-5 Annex 1: gated at −70 LUFS and 10 LU below what passes that. LUFS.
    pub integrated_lufs: Option<f64>,
    /// The relative threshold that was used, LUFS.
    pub relative_threshold_lufs: Option<f64>,
    /// Without any gate, as in the first edition of BS.1770. LUFS.
    pub ungated_lufs: Option<f64>,
    /// EBU Tech 3341: 400 ms, read every 10 ms. LUFS.
    pub max_momentary: Option<Maximum>,
    /// EBU Tech 3341: 3 s, read every 10 ms. LUFS.
    pub max_short_term: Option<Maximum>,
    /// EBU Tech 3342, LU.
    pub loudness_range_lu: Option<f64>,
    /// BS.1770-5 Annex 2, the highest of all channels, dBTP. `None` too when it was not asked for.
    pub true_peak: Option<Maximum>,
    /// How many times the sample rate the true peak was looked for at.
    pub oversampling: u32,
    /// The highest sample of all channels, dBFS.
    pub sample_peak: Option<Maximum>,
    /// First and last frame that is not digital silence in all channels.
    pub sound: Option<(u64, u64)>,
    /// Samples of the master that were NaN or infinite and rendered as silence.
    pub source_non_finite: u64,
    /// In the order they came.
    pub channels: Vec<ChannelMeasurement>,
    /// Loudspeakers that mirror each other.
    pub pairs: Vec<PairMeasurement>,
    /// Digital silence of all channels for a second or longer, the first hundred.
    pub silences: Vec<Silence>,
    /// How many there are.
    pub silence_count: u64,
    /// All of it over time, when it was asked for.
    pub timeline: Option<Box<Timeline>>,
    /// Of what is spoken, when it was asked for.
    pub dialogue: Option<DialogueMeasurement>,
    /// ISO 21727, dB; `None` too when it was not asked for.
    pub leq_m: Option<f64>,
}

/// One channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelMeasurement {
    /// As it was called.
    pub name: String,
    /// Factor of its mean square in the loudness.
    pub weight: f64,
    /// dBTP.
    pub true_peak: Option<Maximum>,
    /// dBFS.
    pub sample_peak: Option<Maximum>,
    /// Mean of all samples, full scale 1.
    pub dc_offset: f64,
    /// Runs of at least three samples at full scale.
    pub clipped_runs: u64,
    /// Samples in them.
    pub clipped_samples: u64,
    /// Where the first of them begins.
    pub first_clipped: Option<u64>,
    /// Samples that were NaN, infinite or absurdly large, and taken as silence.
    pub non_finite: u64,
    /// The first of them.
    pub first_non_finite: Option<u64>,
}

impl ChannelMeasurement {
    /// The DC offset where it is beyond −60 dBFS.
    pub fn notable_offset(&self) -> Option<f64> {
        Some(self.dc_offset).filter(|offset| offset.abs() >= OFFSET_WORTH_TELLING)
    }
}

/// A pair of channels.
#[derive(Clone, Debug, PartialEq)]
pub struct PairMeasurement {
    /// Names of the left and the right one.
    pub names: [String; 2],
    /// +1 in phase, −1 in opposite phase; `None` when one of them is silent.
    pub correlation: Option<f64>,
}
