//! What is rendered, measured on a thread of its own.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::LiveError;
use super::telemetry::{ChannelLevel, LiveLoudness};
use crate::audio::{self, AudioBlock};
use crate::loudness::{Measures, Meter, MeterChannel, SpeechSource};
use crate::render::GRID;

/// Blocks that wait to be measured; more are left out.
const WAITING: usize = 64;
/// Blocks that a peak is shown for: a tenth of a second.
const PEAK_BLOCKS: usize = 5;
/// Time constant of the root mean square, seconds.
const RMS_SECONDS: f64 = 0.3;
/// Blocks between two looks at what takes long: about half a second.
const SLOW_BLOCKS: usize = 24;

/// What the thread hears.
pub(super) enum Tap {
    /// Rendered samples, and whether they count for the loudness.
    Block(AudioBlock, bool),
    /// The output has other channels from now on.
    Channels(Vec<MeterChannel>),
    /// Everything begins again.
    Reset,
}

/// What it found.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings {
    pub(super) channels: Vec<ChannelLevel>,
    pub(super) loudness: LiveLoudness,
}

/// The near end.
pub(super) struct Metering {
    tap: SyncSender<Tap>,
    pub(super) readings: Arc<Mutex<Readings>>,
}

impl Metering {
    /// Starts to measure an output with these channels.
    pub(super) fn start(sample_rate: u32, channels: Vec<MeterChannel>) -> Result<Self, LiveError> {
        let (tap, taps) = sync_channel(WAITING);
        let readings = Arc::<Mutex<Readings>>::default();
        let mut work = Work::new(sample_rate, channels)?;
        let shown = Arc::clone(&readings);
        thread::Builder::new()
            .name("live meter".to_owned())
            .spawn(move || work.run(&taps, &shown))
            .map_err(|error| LiveError::Thread { name: "metering", message: error.to_string() })?;
        Ok(Self { tap, readings })
    }

    /// Sends something to be measured; false when there is no room for it now.
    pub(super) fn send(&self, tap: Tap) -> bool {
        !matches!(self.tap.try_send(tap), Err(TrySendError::Full(_)))
    }
}

struct Work {
    sample_rate: u32,
    channels: Vec<MeterChannel>,
    meter: Meter,
    peaks: VecDeque<Vec<f32>>,
    squares: Vec<f64>,
    holds: Vec<f32>,
    blocks: usize,
}

impl Work {
    fn new(sample_rate: u32, channels: Vec<MeterChannel>) -> Result<Self, LiveError> {
        let measures = Measures { true_peak: true, offsets: false, timeline: false };
        let meter = Meter::new(sample_rate, channels.clone(), measures)?.with_speech(SpeechSource::Voice);
        let (squares, holds) = (vec![0.0; channels.len()], vec![0.0; channels.len()]);
        Ok(Self { sample_rate, meter, peaks: VecDeque::new(), squares, holds, channels, blocks: 0 })
    }

    fn run(&mut self, taps: &Receiver<Tap>, shown: &Mutex<Readings>) {
        while let Ok(tap) = taps.recv() {
            match tap {
                Tap::Block(block, counts) => self.block(&block, counts, shown),
                Tap::Channels(channels) => self.begin(channels, shown),
                Tap::Reset => self.begin(self.channels.clone(), shown),
            }
        }
    }

    fn begin(&mut self, channels: Vec<MeterChannel>, shown: &Mutex<Readings>) {
        // The sample rate was good before.
        if let Ok(work) = Self::new(self.sample_rate, channels) {
            *self = work;
        }
        *shown.lock().unwrap_or_else(PoisonError::into_inner) = Readings::default();
    }

    fn block(&mut self, block: &AudioBlock, counts: bool, shown: &Mutex<Readings>) {
        let channels = self.channels.len().min(block.channels());
        let decay = (-(block.frames() as f64) / (RMS_SECONDS * f64::from(self.sample_rate))).exp();
        let mut peaks = vec![0.0_f32; self.channels.len()];
        for (channel, (peak, square)) in peaks.iter_mut().zip(&mut self.squares).take(channels).enumerate() {
            let samples = block.channel(channel);
            *peak = audio::peak(samples);
            let sum = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
            let mean = sum / samples.len().max(1) as f64;
            *square = mean + (*square - mean) * decay;
        }
        self.peaks.push_back(peaks);
        if self.peaks.len() > PEAK_BLOCKS {
            self.peaks.pop_front();
        }
        if counts && channels == self.channels.len() {
            self.meter.add(block.as_slice(), block.stride(), block.frames());
        }
        self.blocks += 1;
        let slow = counts && self.blocks.is_multiple_of(SLOW_BLOCKS);
        self.show(slow, shown);
    }

    fn show(&mut self, slow: bool, shown: &Mutex<Readings>) {
        let whole = slow.then(|| self.meter.clone().finish());
        if let Some(whole) = &whole {
            for (hold, channel) in self.holds.iter_mut().zip(&whole.channels) {
                *hold = channel.true_peak.map_or(0.0, |peak| 10f64.powf(peak.value / 20.0) as f32);
            }
        }
        let level = |channel: usize| ChannelLevel {
            peak: self.peaks.iter().fold(0.0, |peak, block| peak.max(block[channel])),
            rms: self.squares[channel].sqrt() as f32,
            true_peak_hold: self.holds[channel],
        };
        let [momentary, short_term] = self.meter.now();
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.channels = (0..self.channels.len()).map(level).collect();
        (shown.loudness.momentary, shown.loudness.short_term) = (momentary, short_term);
        if let Some(whole) = whole {
            shown.loudness.integrated = whole.integrated_lufs;
            shown.loudness.range = whole.loudness_range_lu;
            shown.loudness.dialogue = whole.dialogue.and_then(|dialogue| dialogue.loudness_lufs);
        }
    }
}

/// Integrated loudness of all channels of a file as those of an output, LUFS.
///
/// # Errors
/// When it cannot be read or measured.
pub(super) fn loudness_of(
    file: &mut dyn crate::mix::mixer::ClipSource,
    (channels, sample_rate): (&[MeterChannel], u32),
    stop: &dyn Fn() -> bool,
) -> Result<Option<f64>, String> {
    let measures = Measures { true_peak: false, offsets: false, timeline: false };
    let mut meter =
        Meter::new(sample_rate, channels.to_vec(), measures).map_err(|error| error.to_string())?;
    let mut block = AudioBlock::new(channels.len(), 16 * GRID);
    let (mut at, frames) = (0_u64, file.frames());
    while at < frames && !stop() {
        file.read(at, &mut block).map_err(|error| error.to_string())?;
        let there = usize::try_from(frames - at).unwrap_or(usize::MAX).min(block.frames());
        meter.add(block.as_slice(), block.stride(), there);
        at += there as u64;
    }
    Ok(meter.finish().integrated_lufs)
}
