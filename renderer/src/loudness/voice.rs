//! A detector of voices, for mixes whose dialogue is not to be had alone. What it tells is an estimate.
//!
//! The front channels, as one, at 16 kHz, go through the neural network of the crate `earshot` in stretches of half a
//! minute, each begun a little early, so that nothing but the programme decides what comes out. What the network finds depends on
//! the level, so every stretch is first brought to one: by the gated level of the programme up to its end.

use earshot::Detector;

use super::MeterChannel;
use super::dialogue::{SpeechActivity, SpeechGate, stretches};
use super::downsampling::Downsampling;
use super::gating::STEPS_PER_SECOND;

/// Hz; what the detector listens at.
const RATE: u32 = 16_000;
/// Samples of which it tells one probability: 16 ms.
const FRAME: usize = 256;
/// Frames that are judged together, about 30 s.
const STRETCH: usize = 1875;
/// Frames before them that the detector hears first: 2 s.
const WARM_UP: usize = 125;
/// A frame's probability belongs to the middle of the 48 ms that end with it: so many samples after its start.
const DELAY: u64 = 128;
/// Speech begins where its probability is so high, and ends where it falls below the other. With these,
/// the share of speech and its loudness come out right on average; lower ones take more music for singing.
const BEGINS: f32 = 0.8;
const ENDS: f32 = 0.7;
/// Steps of 10 ms; what is shorter is no syllable.
const SHORTEST: u64 = 10;
/// Mean square that the programme is brought to, −24 dB: dialogue of −23 to −27 LUFS in the centre.
const LEVEL: f64 = 0.004;
/// What is quieter than the mean by more than this factor, 10 dB, doesn't count for its level, as in BS.1770.
const GATE: f64 = 0.1;
/// No gain is beyond this, 50 dB: dither is no programme.
const MOST_GAIN: f64 = 316.0;

/// Listens to the mix.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    /// The rows that are heard, with their gains.
    rows: Vec<(usize, f32)>,
    mono: Vec<f32>,
    downsampling: Downsampling,
    /// 16 kHz, from `WARM_UP` frames before the stretch that is being gathered.
    heard: Vec<f32>,
    /// How much of it only warms up.
    warm: usize,
    /// Of each frame so far.
    probabilities: Vec<f32>,
    /// Mean squares of the same.
    levels: Vec<f32>,
}

impl Voice {
    pub(super) fn new(sample_rate: u32, channels: &[MeterChannel]) -> Self {
        Self {
            rows: front(channels),
            mono: Vec::new(),
            downsampling: Downsampling::new(sample_rate, RATE),
            heard: Vec::new(),
            warm: 0,
            probabilities: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Takes in frames of rows that lie `stride` apart, the first of which begins at `first`.
    pub(super) fn add(&mut self, rows: &[f32], stride: usize, (first, frames): (usize, usize)) {
        self.mono.clear();
        self.mono.resize(frames, 0.0);
        for (row, gain) in &self.rows {
            let samples = rows.get(row * stride + first..).unwrap_or_default();
            self.mono.iter_mut().zip(samples).for_each(|(mono, sample)| *mono += gain * sample);
        }
        self.downsampling.add(&self.mono, &mut self.heard);
        while self.heard.len() >= (self.warm + STRETCH) * FRAME {
            self.judge(STRETCH);
        }
    }

    /// Judges `frames` frames and keeps the last of them to warm up with.
    fn judge(&mut self, frames: usize) {
        let mean_square =
            |frame: &[f32]| frame.iter().map(|sample| sample * sample).sum::<f32>() / FRAME as f32;
        let judged = self.heard.chunks_exact(FRAME).skip(self.warm).take(frames);
        self.levels.extend(judged.map(mean_square));
        let gain = gain(&self.levels);
        let mut detector = Detector::default();
        let heard = self.heard.chunks_exact(FRAME).take(self.warm + frames);
        for (number, frame) in heard.enumerate() {
            let mut samples = [0.0; FRAME];
            samples.iter_mut().zip(frame).for_each(|(to, from)| *to = (gain * from).clamp(-1.0, 1.0));
            let probability = detector.predict_f32(&samples);
            if number >= self.warm {
                self.probabilities.push(probability);
            }
        }
        let judged = self.warm + frames;
        self.warm = judged.min(WARM_UP);
        self.heard.drain(..(judged - self.warm) * FRAME);
    }

    /// When there was speech in a programme of so many steps.
    pub(super) fn activity(mut self, steps: usize) -> SpeechActivity {
        self.downsampling.finish(&mut self.heard);
        // A whole frame after the last sample, and one that the delay reaches.
        let padded = self.heard.len().next_multiple_of(FRAME) + FRAME;
        self.heard.resize(padded, 0.0);
        let frames = self.heard.len() / FRAME - self.warm;
        self.judge(frames);
        let mut speaks = false;
        let step = |step: u64| {
            let middle = (2 * step + 1) * u64::from(RATE) / (2 * STEPS_PER_SECOND) + FRAME as u64 + DELAY;
            let frame = usize::try_from(middle / FRAME as u64).unwrap_or(usize::MAX);
            let probability = self.probabilities.get(frame).copied().unwrap_or(0.0);
            speaks = probability >= if speaks { ENDS } else { BEGINS };
            speaks
        };
        let mut stretches = stretches((0..steps as u64).map(step));
        stretches.retain(|stretch| stretch.end - stretch.start >= SHORTEST);
        SpeechActivity { gate: SpeechGate::VoiceActivity, stretches }
    }
}

/// The gain that brings what is loud of frames with these mean squares to [`LEVEL`].
fn gain(levels: &[f32]) -> f32 {
    let mean = |least: f64| {
        let loud = levels.iter().map(|level| f64::from(*level)).filter(|level| *level > least);
        let (sum, count) = loud.fold((0.0, 0_usize), |(sum, count), level| (sum + level, count + 1));
        sum / count.max(1) as f64
    };
    let level = mean(GATE * mean(0.0));
    if level > 0.0 { (LEVEL / level).sqrt().min(MOST_GAIN) as f32 } else { 1.0 }
}

/// Where dialogue is looked for: the centre, and at half the gain the pair beside it, whose middle is a phantom centre. Where
/// there is none of these, all channels that count.
fn front(channels: &[MeterChannel]) -> Vec<(usize, f32)> {
    let gain = |channel: &MeterChannel| match channel.name.as_str() {
        "M+000" => Some(1.0),
        "M+030" | "M-030" => Some(0.5),
        _ => None,
    };
    let front: Vec<(usize, f32)> =
        channels.iter().enumerate().filter_map(|(row, channel)| Some((row, gain(channel)?))).collect();
    if !front.is_empty() {
        return front;
    }
    let counted: Vec<usize> =
        channels.iter().enumerate().filter(|(_, channel)| channel.weight > 0.0).map(|(row, _)| row).collect();
    counted.iter().map(|row| (*row, 1.0 / counted.len() as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layout;

    fn channels(layout: &str) -> Vec<MeterChannel> {
        Layout::by_name(layout).unwrap().channels.iter().map(MeterChannel::of).collect()
    }

    #[test]
    fn dialogue_is_looked_for_in_front() {
        assert_eq!(front(&channels("0+5+0")), [(0, 0.5), (1, 0.5), (2, 1.0)]);
        assert_eq!(front(&channels("0+2+0")), [(0, 0.5), (1, 0.5)]);
        let ears = ["left", "right"].map(|name| MeterChannel { name: name.into(), weight: 1.0 });
        assert_eq!(front(&ears), [(0, 0.5), (1, 0.5)]);
    }

    /// The level comes out the same from whatever it is, but for silence and dither.
    #[test]
    fn every_programme_is_heard_at_one_level() {
        let steady = |level: f32| gain(&[level; 100]) * level.sqrt();
        for level in [1e-7, 1e-4, 0.004, 0.25] {
            assert!((20.0 * f64::from(steady(level)).log10() + 24.0).abs() < 0.1, "{level}");
        }
        assert_eq!((gain(&[0.0; 5]), gain(&[])), (1.0, 1.0));
        assert!(gain(&[1e-12; 5]) < 317.0);
        // Pauses don't count.
        let mut spoken = [1e-3_f32; 100];
        spoken[40..].fill(1e-6);
        assert!((gain(&spoken) / gain(&[1e-3; 3]) - 1.0).abs() < 1e-5);
    }

    /// A tone and a hum are no voices, however long; that the stretches follow each other is seen by the number of
    /// probabilities.
    #[test]
    fn tones_are_no_voices_and_every_frame_is_judged() {
        let seconds = 65;
        let mut voice = Voice::new(48_000, &channels("0+2+0"));
        let tone: Vec<f32> = (0..seconds * 48_000)
            .map(|n| (n as f64 * std::f64::consts::TAU * 440.0 / 48_000.0).sin() as f32 * 0.1)
            .collect();
        for piece in tone.chunks(512) {
            let rows = [piece, piece].concat();
            voice.add(&rows, piece.len(), (0, piece.len()));
        }
        let judged = voice.probabilities.len();
        assert_eq!(judged, 2 * STRETCH);
        assert_eq!(voice.clone().activity(seconds * 100).stretches, []);
    }
}
