//! What can be read of a playback while it goes on.

use super::Listen;
use super::osc::OscCounts;
use crate::mix::StripReading;
use crate::mix::mixer::{Readings, StripName};

/// What a band without sound is shown as, dBFS.
const SILENCE_DB: f32 = -120.0;

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
    /// Of each track of the scene, by index; empty for a master.
    pub tracks: Vec<StripLevel>,
    /// Of each bus of the scene, in the order of `Scene::buses`: its tracks and their reverbs together, in one channel.
    pub buses: Vec<StripLevel>,
    /// Of the strip that is watched.
    pub spectrum: Option<Spectrum>,
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

/// A strip of the desk, behind its fader; the loudest of its channels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StripLevel {
    /// Linear.
    pub level: ChannelLevel,
    /// dB that the gate takes away now, 0 or more; 0 where there is none.
    pub gate_db: f32,
    /// dB that the de-esser takes away now, 0 or more; 0 where there is none.
    pub de_esser_db: f32,
    /// dB that the compressor takes away now, 0 or more; 0 where there is none.
    pub compressor_db: f32,
}

/// What a strip sounds like behind its equaliser.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Which strip.
    pub strip: StripName,
    /// Centre in Hz and level in dBFS (a sine at full scale: 0; at least −120) of bands of a sixth of an octave, 20 Hz to 20 kHz,
    /// smoothed over about 300 ms; the sum of the channels' powers.
    pub bands: Vec<(f32, f32)>,
}

/// What the desk of a scene shows.
#[derive(Clone, Debug, Default)]
pub(super) struct DeskLevels {
    pub(super) tracks: Vec<StripLevel>,
    pub(super) buses: Vec<StripLevel>,
    pub(super) spectrum: Option<Spectrum>,
}

impl From<Readings> for DeskLevels {
    fn from(readings: Readings) -> Self {
        let level = |reading: &StripReading| {
            let StripReading { peak, rms, true_peak_hold, taken_db } = *reading;
            let [gate_db, de_esser_db, compressor_db] = taken_db;
            StripLevel {
                level: ChannelLevel { peak, rms, true_peak_hold },
                gate_db,
                de_esser_db,
                compressor_db,
            }
        };
        Self {
            tracks: readings.tracks.iter().map(level).collect(),
            buses: readings.buses.iter().map(level).collect(),
            spectrum: readings.spectrum.map(|(strip, bands)| Spectrum { strip, bands }),
        }
    }
}

impl DeskLevels {
    /// True peaks are held anew.
    pub(super) fn reset_holds(&mut self) {
        let strips = self.tracks.iter_mut().chain(&mut self.buses);
        strips.for_each(|strip| strip.level.true_peak_hold = 0.0);
    }

    /// The same while nothing is heard: only true peaks are held.
    pub(super) fn quiet(&mut self) {
        for strip in self.tracks.iter_mut().chain(&mut self.buses) {
            let level = ChannelLevel { peak: 0.0, rms: 0.0, ..strip.level };
            *strip = StripLevel { level, ..StripLevel::default() };
        }
        let bands = self.spectrum.iter_mut().flat_map(|spectrum| &mut spectrum.bands);
        bands.for_each(|(_, level)| *level = SILENCE_DB);
    }
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
