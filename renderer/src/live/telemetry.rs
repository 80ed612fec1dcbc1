//! What can be read of a playback while it goes on.

use super::Listen;
use super::osc::OscCounts;

/// A snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// The sample of the programme that the device gets next.
    pub position: u64,
    /// It plays.
    pub playing: bool,
    /// Hz.
    pub sample_rate: u32,
    /// Of each channel of the output.
    pub channels: Vec<ChannelLevel>,
    /// Peak of each item's source within the last block, linear, before any gain.
    pub objects: Vec<f32>,
    /// Of what is heard, before the monitor.
    pub loudness: LiveLoudness,
    /// Time to render a block over the time that it lasts: 1 is the deadline. Smoothed over about a second.
    pub load: f64,
    /// The highest of a single block since the meters were reset.
    pub peak_load: f64,
    /// Frames that are rendered ahead.
    pub ahead: usize,
    /// Times that the device wanted more than there was.
    pub underruns: u64,
    /// Messages of OSC.
    pub osc: OscCounts,
    /// Where the listener looks: yaw, pitch, roll in degrees.
    pub head: [f64; 3],
    /// What is heard.
    pub listening: Listen,
    /// What brings the reference to the loudness of the programme, dB; `None` where either is not known yet.
    pub matched_db: Option<f64>,
}

/// Levels of a channel, linear.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChannelLevel {
    /// Largest sample within the last tenth of a second.
    pub peak: f32,
    /// Root mean square, with a time constant of 300 ms.
    pub rms: f32,
    /// True peak since the meters were reset (BS.1770-5 Annex 2).
    pub true_peak_hold: f32,
}

/// Loudness up to now (BS.1770-5, EBU Tech 3341 and 3342).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LiveLoudness {
    /// The last 400 ms, LUFS.
    pub momentary: Option<f64>,
    /// The last 3 s, LUFS.
    pub short_term: Option<f64>,
    /// Since the meters were reset, LUFS.
    pub integrated: Option<f64>,
    /// Since then, LU.
    pub range: Option<f64>,
    /// While there was speech since then, LUFS; a detector of voices tells when.
    pub dialogue: Option<f64>,
}
