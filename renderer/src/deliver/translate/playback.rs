//! Ways in which people hear a mix, each with what it does to the sound.

use formats::scene::chain;
use formats::scene::chain::EqBand;

use super::fold::LAYOUTS;
use crate::audio::AudioBlock;
use crate::layout::Layout;
use crate::loudness::{LoudnessError, Maximum, Measures, Meter, MeterChannel, SpeechSource};
use crate::mix::dynamics::Compressor;
use crate::mix::eq::Equaliser;
use crate::mix::{MixError, Processor};

/// Loudness alone.
const LOUDNESS: Measures = Measures { true_peak: false, offsets: false, timeline: false };
/// And true peaks.
const PEAKS: Measures = Measures { true_peak: true, offsets: false, timeline: false };

/// Loudspeakers of a television set: a second-order band, Hz.
const TELEVISION: [f64; 2] = [150.0, 12_000.0];
/// The loudspeaker of a telephone: a fourth-order band, Hz.
const PHONE: [f64; 2] = [500.0, 8_000.0];
/// What night modes do, about: everything above a quiet voice comes down to a third.
const NIGHT: (f64, f64, f64) = (-36.0, 3.0, 10.0);
/// Attack and release of the same, milliseconds.
const NIGHT_TIMES: (f64, f64) = (15.0, 400.0);

/// What is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feed {
    /// One of [`LAYOUTS`].
    Layout(usize),
    /// Two ears.
    Headphones,
}

/// A way to hear a mix.
#[derive(Clone, Copy, Debug)]
pub(super) struct System {
    pub(super) name: &'static str,
    /// What it is, for people.
    pub(super) about: &'static str,
    pub(super) feed: Feed,
    /// What its loudspeakers reproduce, Hz, and how steeply that ends, dB per octave.
    band: Option<([f64; 2], u32)>,
    /// Whether it makes loud passages softer.
    is_night: bool,
}

/// All of them; the first is what the others are compared with.
pub(super) const SYSTEMS: [System; 8] = [
    System::plain("7.1.4", "the mix as rendered", Feed::Layout(0)),
    System::plain("5.1", "folded down from 7.1.4", Feed::Layout(1)),
    System::plain("stereo", "folded down from that", Feed::Layout(2)),
    System::plain("mono", "folded down from that", Feed::Layout(3)),
    System::plain("binaural", "rendered to headphones", Feed::Headphones),
    System {
        band: Some((TELEVISION, 12)),
        ..System::plain("television", "stereo, 150 Hz to 12 kHz", Feed::Layout(2))
    },
    System { band: Some((PHONE, 24)), ..System::plain("phone", "mono, 500 Hz to 8 kHz", Feed::Layout(3)) },
    System { is_night: true, ..System::plain("night mode", "stereo, 3:1 above -36 dBFS", Feed::Layout(2)) },
];

impl System {
    const fn plain(name: &'static str, about: &'static str, feed: Feed) -> Self {
        Self { name, about, feed, band: None, is_night: false }
    }
}

/// What was measured on a system. What there was nothing to measure of is `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heard {
    /// LUFS.
    pub(super) integrated_lufs: Option<f64>,
    /// dBTP.
    pub(super) true_peak: Option<Maximum>,
    /// Loudness of the dialogue alone while there is some, LUFS.
    pub(super) dialogue_lufs: Option<f64>,
    /// Loudness of all the rest in the same time, LUFS.
    pub(super) rest_lufs: Option<f64>,
}

/// A system at work.
pub(super) struct Playback {
    channels: usize,
    /// The mix, and where there is dialogue, that and the rest: as many rows each.
    rows: AudioBlock,
    key: Vec<f32>,
    eq: Option<Equaliser>,
    compressor: Option<Compressor>,
    mix: Meter,
    /// Of the dialogue, and of the rest while there is dialogue.
    voices: Option<[Meter; 2]>,
}

impl Playback {
    /// `system` at `sample_rate` for blocks of at most `capacity` frames.
    pub(super) fn new(
        system: &System,
        has_dialogue: bool,
        (sample_rate, capacity): (u32, usize),
    ) -> Result<Self, PlaybackError> {
        let meters: Vec<MeterChannel> = match system.feed {
            Feed::Layout(index) => {
                let layout = Layout::by_name(LAYOUTS[index]).map(|layout| layout.channels);
                layout.unwrap_or_default().iter().map(MeterChannel::of).collect()
            }
            Feed::Headphones => ["left ear", "right ear"]
                .map(|name| MeterChannel { name: name.to_owned(), weight: 1.0 })
                .to_vec(),
        };
        let channels = meters.len();
        let all = channels * if has_dialogue { 3 } else { 1 };
        let voice = || -> Result<Meter, LoudnessError> {
            Ok(Meter::new(sample_rate, meters.clone(), LOUDNESS)?.with_speech(SpeechSource::Stem))
        };
        Ok(Self {
            channels,
            rows: AudioBlock::new(all, capacity),
            key: Vec::with_capacity(capacity),
            eq: system.band.map(|band| band_pass(band, sample_rate, all)).transpose()?,
            compressor: system.is_night.then(|| night_mode(sample_rate, all)).transpose()?,
            voices: if has_dialogue { Some([voice()?, voice()?]) } else { None },
            mix: Meter::new(sample_rate, meters.clone(), PEAKS)?,
        })
    }

    /// Goes on with the feed of the mix, and that of its dialogue alone.
    pub(super) fn add(&mut self, mix: &AudioBlock, dialogue: Option<&AudioBlock>) {
        let Self { channels, rows, key, eq, compressor, mix: meter, voices } = self;
        rows.set_frames(mix.frames());
        for channel in 0..*channels {
            rows.channel_mut(channel).copy_from_slice(mix.channel(channel));
            let Some(dialogue) = dialogue else { continue };
            rows.channel_mut(*channels + channel).copy_from_slice(dialogue.channel(channel));
            let rest = rows.channel_mut(2 * *channels + channel);
            for ((rest, mix), dialogue) in
                rest.iter_mut().zip(mix.channel(channel)).zip(dialogue.channel(channel))
            {
                *rest = mix - dialogue;
            }
        }
        if let Some(eq) = eq {
            eq.process(rows, None);
        }
        if let Some(compressor) = compressor {
            // All of them get the gain of the mix.
            key.clear();
            key.resize(mix.frames(), 0.0);
            for channel in 0..*channels {
                for (key, sample) in key.iter_mut().zip(rows.channel(channel)) {
                    *key = key.max(sample.abs());
                }
            }
            compressor.process(rows, Some(key));
        }
        let (stride, frames) = (rows.stride(), rows.frames());
        let part = |index: usize| rows.as_slice().get(index * *channels * stride..).unwrap_or_default();
        meter.add(part(0), stride, frames);
        if let Some(voices) = voices {
            for (index, voice) in voices.iter_mut().enumerate() {
                voice.add(part(1 + index), stride, frames);
                voice.add_stem(part(1), stride, frames);
            }
        }
    }

    /// What was heard.
    pub(super) fn finish(self) -> Heard {
        let mix = self.mix.finish();
        let spoken = |meter: Meter| meter.finish().dialogue.and_then(|dialogue| dialogue.loudness_lufs);
        let [dialogue_lufs, rest_lufs] = self.voices.map_or([None; 2], |voices| voices.map(spoken));
        Heard { integrated_lufs: mix.integrated_lufs, true_peak: mix.true_peak, dialogue_lufs, rest_lufs }
    }
}

/// A system that can't be imitated at a sample rate.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlaybackError {
    /// Its sound can't be measured.
    #[error(transparent)]
    Loudness(#[from] LoudnessError),
    /// Its filters can't be made.
    #[error(transparent)]
    Mix(#[from] MixError),
}

fn band_pass(
    ([low, high], slope): ([f64; 2], u32),
    sample_rate: u32,
    channels: usize,
) -> Result<Equaliser, MixError> {
    let mut bands = vec![EqBand::HighPass { frequency_hz: low, slope }];
    // At low sample rates there is nothing to cut.
    if high < 0.45 * f64::from(sample_rate) {
        bands.push(EqBand::LowPass { frequency_hz: high, slope });
    }
    Equaliser::new(&chain::Eq { bands }, sample_rate, channels)
}

fn night_mode(sample_rate: u32, channels: usize) -> Result<Compressor, MixError> {
    let (threshold_db, ratio, knee_db) = NIGHT;
    let (attack_ms, release_ms) = NIGHT_TIMES;
    let parameters = chain::Compressor {
        threshold_db,
        ratio,
        knee_db,
        attack_ms,
        release_ms,
        ..chain::Compressor::default()
    };
    Compressor::new(&parameters, sample_rate, channels)
}
