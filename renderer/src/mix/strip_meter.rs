//! What a strip shows while somebody watches it.

use std::collections::VecDeque;

use super::strip::Strip;
use crate::audio::AudioBlock;
use crate::loudness::TruePeakHold;

/// Seconds for which a peak is shown.
const PEAK_SECONDS: f64 = 0.1;
/// Time constant of the root mean square, seconds.
const RMS_SECONDS: f64 = 0.3;
/// Sums that run side by side.
const LANES: usize = 16;

/// Levels of a strip, behind its fader; of several channels the loudest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StripReading {
    /// Largest sample within the last tenth of a second, linear.
    pub peak: f32,
    /// Root mean square, with a time constant of 300 ms, linear.
    pub rms: f32,
    /// True peak since it was reset, linear.
    pub true_peak_hold: f32,
    /// What gate, de-esser and compressor take away now, dB, 0 or more.
    pub taken_db: [f32; 3],
}

/// Measures what comes out of a strip.
pub(super) struct StripMeter {
    /// Of the last blocks, so many.
    peaks: VecDeque<f32>,
    blocks: usize,
    /// Mean squares of each channel.
    squares: Vec<f64>,
    /// Samples in the time constant of these.
    length: f64,
    hold: TruePeakHold,
}

impl StripMeter {
    /// For so many channels in blocks of up to so many frames.
    pub(super) fn new(sample_rate: u32, channels: usize, block_frames: usize) -> Self {
        let rate = f64::from(sample_rate);
        let blocks = (PEAK_SECONDS * rate / block_frames.max(1) as f64).ceil() as usize;
        Self {
            peaks: VecDeque::with_capacity(blocks + 1),
            blocks,
            squares: vec![0.0; channels],
            length: RMS_SECONDS * rate,
            hold: TruePeakHold::new(sample_rate, channels),
        }
    }

    /// Takes in what comes out.
    pub(super) fn add(&mut self, block: &AudioBlock) {
        let frames = block.frames();
        let decay = (-(frames as f64) / self.length).exp();
        let mut highest = 0.0_f32;
        for (channel, square) in self.squares.iter_mut().enumerate().take(block.channels()) {
            let (peak, sum) = peak_and_squares(block.channel(channel));
            highest = highest.max(peak);
            let mean = f64::from(sum) / frames.max(1) as f64;
            let next = mean + (*square - mean) * decay;
            *square = if next.is_finite() { next } else { 0.0 };
        }
        self.peaks.push_back(highest);
        if self.peaks.len() > self.blocks {
            self.peaks.pop_front();
        }
        self.hold.add(block.as_slice(), block.stride(), frames);
    }

    /// Holds no true peak any more.
    pub(super) fn reset(&mut self) {
        self.hold.reset();
    }

    /// What it shows for this strip.
    pub(super) fn reading(&self, strip: &Strip) -> StripReading {
        StripReading {
            peak: self.peaks.iter().fold(0.0, |highest, peak| highest.max(*peak)),
            rms: self.squares.iter().fold(0.0_f64, |most, square| most.max(*square)).sqrt() as f32,
            true_peak_hold: self.hold.value(),
            taken_db: strip.taken_db(),
        }
    }
}

/// The largest magnitude, and the sum of the squares.
fn peak_and_squares(samples: &[f32]) -> (f32, f32) {
    let (mut peaks, mut sums) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let (whole, rest) = samples.as_chunks::<LANES>();
    for lanes in whole {
        for n in 0..LANES {
            peaks[n] = peaks[n].max(lanes[n].abs());
            sums[n] += lanes[n] * lanes[n];
        }
    }
    let peak = peaks.iter().chain(rest).fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    (peak, sums.iter().sum::<f32>() + rest.iter().map(|sample| sample * sample).sum::<f32>())
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use formats::scene::chain::{self, Chain};

    use super::*;
    use crate::mix::strip::StripSpec;
    use crate::units::Decibels;

    const RATE: u32 = 48_000;

    /// A sine of 997 Hz and this amplitude on the second of two channels.
    fn add(meter: &mut StripMeter, strip: &mut Strip, gain: f64, frames: usize) {
        let mut block = AudioBlock::new(2, 1_024);
        for start in (0..frames).step_by(1_024) {
            block.silence();
            for (n, sample) in block.channel_mut(1).iter_mut().enumerate() {
                *sample = (gain * (TAU * 997.0 * (start + n) as f64 / f64::from(RATE)).sin()) as f32;
            }
            strip.process(&mut block, None, None);
            meter.add(&block);
        }
    }

    #[test]
    fn it_shows_the_loudest_channel_and_what_is_taken_away() {
        let spec = StripSpec {
            sample_rate: RATE,
            frame_rate: 24.0,
            channels: 2,
            fader_offset: Decibels(0.0),
            late: 0,
            key_late: 0,
            block_frames: 1_024,
            keeps_idle: false,
        };
        // 20 dB above the threshold, of which a ratio of 2 leaves 10.
        let compressor = chain::Compressor {
            threshold_db: -20.0,
            ratio: 2.0,
            knee_db: 0.0,
            attack_ms: 1.0,
            release_ms: 1_000.0,
            ..Default::default()
        };
        let chain = Chain { compressor: Some(compressor), ..Default::default() };
        let mut strip = Strip::new(&chain, &spec).expect("in range");
        let mut meter = StripMeter::new(RATE, 2, 1_024);
        add(&mut meter, &mut strip, 1.0, 96_000);
        let found = meter.reading(&strip);
        let [gate, de_esser, compressor] = found.taken_db;
        assert_eq!((gate, de_esser), (0.0, 0.0));
        assert!((9.5..10.1).contains(&compressor), "{compressor}");
        let level = 10f32.powf(-compressor / 20.0);
        assert!((found.peak - level).abs() < 0.02, "{} {level}", found.peak);
        assert!((found.rms - found.peak / 2f32.sqrt()).abs() < 0.01, "{} {}", found.rms, found.peak);
        // The first wave passed before the attack.
        assert!(found.true_peak_hold > found.peak);
        add(&mut meter, &mut strip, 0.0, 12 * 1_024);
        let silent = meter.reading(&strip);
        assert_eq!(silent.peak, 0.0);
        assert!((silent.rms / found.rms - (-12.0 * 1_024.0 / (2.0 * 14_400.0_f32)).exp()).abs() < 1e-3);
        assert_eq!(silent.true_peak_hold, found.true_peak_hold);
        meter.reset();
        assert_eq!(meter.reading(&strip).true_peak_hold, 0.0);
    }
}
