//! What was measured, as `--json` has it. Nothing to measure is `null`.

use std::path::Path;

use formats::Warning;
use serde::Serialize;

use crate::deliver::Clock;
use crate::loudness::{
    ChannelMeasurement, DialogueMeasurement, Judgement, Maximum, Measurement, Silence, SpeechGate,
};

/// Edition of the algorithm.
pub(super) const ALGORITHM: &str = "ITU-R BS.1770-5";
/// Its gates.
pub(super) const GATE: &str = "-70 LUFS absolute, -10 LU relative, whole programme";

/// What dialogue loudness is measured by.
pub(super) const DIALOGUE_ALGORITHM: &str =
    "ITU-R BS.1770-1 of the whole mix while there is speech, no level gate";

/// Where the loudness was taken.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum MeasuredOn {
    /// The channels of the file as they are.
    OwnChannels,
    /// A render.
    Rendered {
        /// BS.2051 name.
        layout: String,
        /// The programme, by its name.
        programme: Option<String>,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) input: String,
    pub(super) sample_rate: u32,
    pub(super) frames: u64,
    pub(super) length: String,
    pub(super) measured_on: MeasuredOn,
    pub(super) algorithm: &'static str,
    pub(super) gate: &'static str,
    pub(super) integrated_lufs: Option<f64>,
    pub(super) relative_threshold_lufs: Option<f64>,
    pub(super) ungated_lufs: Option<f64>,
    pub(super) max_momentary_lufs: Option<f64>,
    pub(super) max_momentary_at: Option<String>,
    pub(super) max_momentary_frame: Option<u64>,
    pub(super) max_short_term_lufs: Option<f64>,
    pub(super) max_short_term_at: Option<String>,
    pub(super) max_short_term_frame: Option<u64>,
    pub(super) loudness_range_lu: Option<f64>,
    pub(super) true_peak_dbtp: Option<f64>,
    pub(super) true_peak_at: Option<String>,
    pub(super) true_peak_frame: Option<u64>,
    pub(super) true_peak_oversampling: u32,
    pub(super) sample_peak_dbfs: Option<f64>,
    pub(super) leq_m_db: Option<f64>,
    pub(super) dialogue: Option<DialogueAnswer>,
    pub(super) first_sound_frame: Option<u64>,
    pub(super) last_sound_frame: Option<u64>,
    pub(super) silences: Vec<SilenceAnswer>,
    pub(super) silence_count: u64,
    pub(super) channels: Vec<ChannelAnswer>,
    pub(super) pairs: Vec<PairAnswer>,
    pub(super) specifications: Vec<Judgement>,
    pub(super) warnings: Vec<String>,
}

/// Digital silence of all channels.
#[derive(Debug, Serialize)]
pub(super) struct SilenceAnswer {
    pub(super) at: String,
    pub(super) frame: u64,
    pub(super) frames: u64,
    pub(super) length: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ChannelAnswer {
    pub(super) name: String,
    pub(super) weight: f64,
    pub(super) true_peak_dbtp: Option<f64>,
    pub(super) true_peak_at: Option<String>,
    pub(super) true_peak_frame: Option<u64>,
    pub(super) sample_peak_dbfs: Option<f64>,
    pub(super) sample_peak_frame: Option<u64>,
    pub(super) dc_offset: f64,
    pub(super) clipped_runs: u64,
    pub(super) clipped_samples: u64,
    pub(super) first_clipped_at: Option<String>,
    pub(super) first_clipped_frame: Option<u64>,
    pub(super) non_finite_samples: u64,
    pub(super) first_non_finite_at: Option<String>,
    pub(super) first_non_finite_frame: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct DialogueAnswer {
    pub(super) gate: SpeechGate,
    pub(super) algorithm: &'static str,
    pub(super) estimate: bool,
    pub(super) loudness_lufs: Option<f64>,
    pub(super) stem_lufs: Option<f64>,
    pub(super) loudness_range_lu: Option<f64>,
    pub(super) speech_percent: f64,
    pub(super) loudness_to_dialogue_lu: Option<f64>,
}

impl DialogueAnswer {
    fn new(found: &DialogueMeasurement) -> Self {
        let gate = found.activity.gate;
        Self {
            gate,
            algorithm: DIALOGUE_ALGORITHM,
            estimate: gate.is_estimate(),
            loudness_lufs: found.loudness_lufs,
            stem_lufs: found.stem_lufs,
            loudness_range_lu: found.loudness_range_lu,
            speech_percent: 100.0 * found.speech_share,
            loudness_to_dialogue_lu: found.loudness_to_dialogue_lu,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct PairAnswer {
    pub(super) channels: [String; 2],
    pub(super) correlation: Option<f64>,
}

impl Answer {
    pub(super) fn new(
        input: &Path,
        measured_on: MeasuredOn,
        found: &Measurement,
        specifications: Vec<Judgement>,
        warnings: &[Warning],
    ) -> Self {
        let clock = |sample| Clock { sample, sample_rate: found.sample_rate }.to_string();
        let value = |maximum: Option<Maximum>| maximum.map(|maximum| maximum.value);
        let frame = |maximum: Option<Maximum>| maximum.map(|maximum| maximum.frame);
        let channel = |channel: &ChannelMeasurement| ChannelAnswer {
            name: channel.name.clone(),
            weight: channel.weight,
            true_peak_dbtp: value(channel.true_peak),
            true_peak_at: frame(channel.true_peak).map(clock),
            true_peak_frame: frame(channel.true_peak),
            sample_peak_dbfs: value(channel.sample_peak),
            sample_peak_frame: frame(channel.sample_peak),
            dc_offset: channel.dc_offset,
            clipped_runs: channel.clipped_runs,
            clipped_samples: channel.clipped_samples,
            first_clipped_at: channel.first_clipped.map(clock),
            first_clipped_frame: channel.first_clipped,
            non_finite_samples: channel.non_finite,
            first_non_finite_at: channel.first_non_finite.map(clock),
            first_non_finite_frame: channel.first_non_finite,
        };
        let silence = |silence: &Silence| SilenceAnswer {
            at: clock(silence.frame),
            frame: silence.frame,
            frames: silence.frames,
            length: clock(silence.frames),
        };
        let pairs = found.pairs.iter();
        Self {
            input: input.display().to_string(),
            sample_rate: found.sample_rate,
            frames: found.frames,
            length: clock(found.frames),
            measured_on,
            algorithm: ALGORITHM,
            gate: GATE,
            integrated_lufs: found.integrated_lufs,
            relative_threshold_lufs: found.relative_threshold_lufs,
            ungated_lufs: found.ungated_lufs,
            max_momentary_lufs: value(found.max_momentary),
            max_momentary_at: frame(found.max_momentary).map(clock),
            max_momentary_frame: frame(found.max_momentary),
            max_short_term_lufs: value(found.max_short_term),
            max_short_term_at: frame(found.max_short_term).map(clock),
            max_short_term_frame: frame(found.max_short_term),
            loudness_range_lu: found.loudness_range_lu,
            true_peak_dbtp: value(found.true_peak),
            true_peak_at: frame(found.true_peak).map(clock),
            true_peak_frame: frame(found.true_peak),
            true_peak_oversampling: found.oversampling,
            sample_peak_dbfs: value(found.sample_peak),
            leq_m_db: found.leq_m,
            dialogue: found.dialogue.as_ref().map(DialogueAnswer::new),
            first_sound_frame: found.sound.map(|(first, _)| first),
            last_sound_frame: found.sound.map(|(_, last)| last),
            silences: found.silences.iter().map(silence).collect(),
            silence_count: found.silence_count,
            channels: found.channels.iter().map(channel).collect(),
            pairs: pairs
                .map(|pair| PairAnswer { channels: pair.names.clone(), correlation: pair.correlation })
                .collect(),
            specifications,
            warnings: warnings.iter().map(Warning::to_string).collect(),
        }
    }
}
