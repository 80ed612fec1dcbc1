//! ISO 21727: Leq(m), the level of a trailer or commercial as an audience would hear it at the calibrated playback level.
//!
//! Every channel is scaled to the sound pressure that its loudspeakers are calibrated for, M-weighted and squared; the squares
//! of all channels are added and averaged from the first audible sound to the last.

use super::MeterChannel;
use super::m_weighting::MWeighting;

/// Sound pressure level of a channel on the screen at the reference level, dB (ISO 22234, SMPTE RP 200: C-weighted).
const SCREEN_DB: f64 = 85.0;
/// Of a surround channel, beside that: 82 dB.
const SURROUND_DB: f64 = -3.0;
/// Of the LFE, beside the screen: 95 dB (ISO 21727 table 2).
const LFE_DB: f64 = 10.0;
/// Mean square of a sine at the reference level, −20 dB of a sine at full scale, as decibels.
const REFERENCE_DB: f64 = -23.010_299_956_639_81;
/// Blocks in a second. Sound begins and ends with one of them.
const BLOCKS_PER_SECOND: u64 = 10;
/// What is not louder than this over a block is not audible, dB: noise of a quiet cinema.
const AUDIBLE_DB: f64 = 30.0;
/// Azimuth beyond which a loudspeaker of the middle layer is a surround, degrees.
const SCREEN_DEGREES: u32 = 45;

/// Measures Leq(m).
#[derive(Clone, Debug)]
pub(super) struct LeqM {
    sample_rate: u64,
    weighting: MWeighting,
    /// Of each row, the factor of its squares.
    gains: Vec<f64>,
    /// Of each row: its history and the page.
    lines: Vec<Vec<f32>>,
    /// Where the page begins.
    start: u64,
    blocks: u64,
    /// Squares of the block that is going on.
    block: f64,
    /// From the first audible block to the last one so far: squares and frames.
    audible: (f64, u64),
    /// What came since.
    pending: (f64, u64),
}

/// What the squares of a channel count beside those of one on the screen, decibels.
fn calibration(channel: &MeterChannel) -> f64 {
    let name = channel.name.as_str();
    let degrees = name.get(2..).and_then(|degrees| degrees.parse::<u32>().ok());
    let beside = degrees.is_some_and(|degrees| degrees > SCREEN_DEGREES);
    match name.get(..1) {
        Some("L") if name.starts_with("LFE") => LFE_DB,
        Some("M") if beside => SURROUND_DB,
        Some("U" | "T") => SURROUND_DB,
        _ => 0.0,
    }
}

impl LeqM {
    pub(super) fn new(sample_rate: u32, channels: &[MeterChannel]) -> Self {
        let weighting = MWeighting::new(sample_rate);
        let line = vec![0.0; weighting.history()];
        Self {
            sample_rate: u64::from(sample_rate),
            gains: channels.iter().map(|channel| 10f64.powf(calibration(channel) / 10.0)).collect(),
            lines: vec![line; channels.len()],
            weighting,
            start: 0,
            blocks: 0,
            block: 0.0,
            audible: (0.0, 0),
            pending: (0.0, 0),
        }
    }

    /// Takes in `frames` frames of rows that lie `stride` apart, from `first` on.
    pub(super) fn add(&mut self, rows: &[f32], stride: usize, (first, frames): (usize, usize)) {
        let history = self.weighting.history();
        for (number, line) in self.lines.iter_mut().enumerate() {
            let samples = rows.get(number * stride + first..).unwrap_or_default();
            line.extend_from_slice(samples.get(..frames).unwrap_or_default());
            line.resize(history + frames, 0.0);
        }
        let mut at = 0;
        while at < frames {
            let left = self.first_frame(self.blocks + 1).saturating_sub(self.start + at as u64);
            let to = usize::try_from(left).map_or(frames, |left| frames.min(at + left));
            for (line, gain) in self.lines.iter().zip(&self.gains) {
                self.block += gain * self.weighting.energy(line, at..to);
            }
            at = to;
            if self.start + to as u64 == self.first_frame(self.blocks + 1) {
                self.end_block();
            }
        }
        self.start += frames as u64;
        self.lines.iter_mut().for_each(|line| drop(line.drain(..frames)));
    }

    fn first_frame(&self, block: u64) -> u64 {
        block.saturating_mul(self.sample_rate) / BLOCKS_PER_SECOND
    }

    fn end_block(&mut self) {
        let frames = self.first_frame(self.blocks + 1) - self.first_frame(self.blocks);
        let squares = std::mem::take(&mut self.block);
        self.blocks += 1;
        self.take_block(squares, frames);
    }

    fn take_block(&mut self, squares: f64, frames: u64) {
        let (loud, sounds) = (level(squares, frames) > AUDIBLE_DB, self.audible.1 > 0);
        if loud || sounds {
            self.pending = (self.pending.0 + squares, self.pending.1 + frames);
        }
        if loud {
            self.audible = (self.audible.0 + self.pending.0, self.audible.1 + self.pending.1);
            self.pending = (0.0, 0);
        }
    }

    /// Leq(m) in decibels of a programme of so many frames; `None` when nothing is audible.
    pub(super) fn finish(mut self, frames: u64) -> Option<f64> {
        // The last block is shorter.
        let (squares, rest) = (self.block, frames.saturating_sub(self.first_frame(self.blocks)));
        if rest > 0 {
            self.take_block(squares, rest);
        }
        (self.audible.1 > 0).then(|| level(self.audible.0, self.audible.1))
    }
}

/// Sound pressure level of squares over so many frames, decibels.
fn level(squares: f64, frames: u64) -> f64 {
    10.0 * (squares / frames.max(1) as f64).log10() - REFERENCE_DB + SCREEN_DB
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(names: &[&str]) -> Vec<MeterChannel> {
        names.iter().map(|name| MeterChannel { name: (*name).into(), weight: 1.0 }).collect()
    }

    /// Leq(m) of rows that are measured in pages of `page` frames.
    fn measured(rate: u32, names: &[&str], rows: &[Vec<f32>], page: usize) -> Option<f64> {
        let mut leq_m = LeqM::new(rate, &channels(names));
        let (all, frames) = (rows.concat(), rows[0].len());
        for at in (0..frames).step_by(page) {
            leq_m.add(&all, frames, (at, page.min(frames - at)));
        }
        leq_m.finish(frames as u64)
    }

    fn tone(rate: u32, hertz: f64, decibels: f64, seconds: f64) -> Vec<f32> {
        let step = std::f64::consts::TAU * hertz / f64::from(rate);
        let amplitude = 10f64.powf(decibels / 20.0);
        (0..(seconds * f64::from(rate)) as usize)
            .map(|n| (amplitude * (step * n as f64).sin()) as f32)
            .collect()
    }

    #[track_caller]
    fn assert_level(found: Option<f64>, expected: f64) {
        /// dB: edges of the tones, and the curve's own ±0.1 dB.
        const TOLERANCE: f64 = 0.12;
        let found = found.unwrap();
        assert!((found - expected).abs() < TOLERANCE, "{found}, expected {expected}");
    }

    /// 0 dB at 2 kHz: the reference level in a screen channel is 85 dB, in a surround 82, in the LFE 95; at 1 kHz 5.6 less.
    #[test]
    fn the_reference_level_is_the_calibrated_one() {
        for rate in [44_100, 48_000, 96_000] {
            let level = |name, hertz| measured(rate, &[name], &[tone(rate, hertz, -20.0, 2.0)], 512);
            assert_level(level("M+000", 2000.0), 85.0);
            assert_level(level("M-030", 1000.0), 79.4);
            assert_level(level("M+110", 2000.0), 82.0);
            assert_level(level("M-090", 6300.0), 88.6);
            assert_level(level("U+045", 2000.0), 82.0);
            assert_level(level("M+SC", 2000.0), 85.0);
            assert_level(level("LFE1", 63.0), 95.0 - 29.5);
        }
    }

    /// Powers add up, whatever the phase.
    #[test]
    fn channels_are_summed_as_energies() {
        let row = tone(48_000, 2000.0, -20.0, 1.0);
        let inverse: Vec<f32> = row.iter().map(|sample| -sample).collect();
        assert_level(measured(48_000, &["M+030", "M-030"], &[row, inverse], 512), 88.0);
    }

    /// Sound for 2 of 4 s with a pause of 2 s is 3 dB less; silence before and after changes nothing, nor does noise below 30 dB.
    #[test]
    fn from_the_first_audible_sound_to_the_last() {
        let sound = || tone(48_000, 2000.0, -20.0, 1.0);
        let pause = |seconds| tone(48_000, 2000.0, -100.0, seconds);
        let row = [pause(3.0), sound(), pause(2.0), sound(), pause(5.03)].concat();
        let whole = measured(48_000, &["M+000"], std::slice::from_ref(&row), 512);
        assert_level(whole, 85.0 - 10.0 * 2f64.log10());
        for page in [7, 4096] {
            let other = measured(48_000, &["M+000"], std::slice::from_ref(&row), page).unwrap();
            assert!((other - whole.unwrap()).abs() < 1e-4, "{other}");
        }
        assert_eq!(measured(48_000, &["M+000"], &[pause(1.0)], 512), None);
        assert_eq!(measured(48_000, &["M+000"], &[vec![0.0; 10]], 512), None);
        assert_level(measured(48_000, &["M+000"], &[tone(48_000, 2000.0, -20.0, 0.05)], 512), 85.0);
    }
}
