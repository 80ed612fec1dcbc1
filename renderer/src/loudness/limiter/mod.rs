//! A look-ahead limiter for true peaks: one gain for all channels, in time with what it is for.
//!
//! ```text
//!  key ── detector ── envelope ──┬─ × ── detector ── envelope ──┐
//!  (all channels)                └──────────────────────────────×── gains, one per frame
//! ```
//!
//! The gains come apart from the sound: [`Limiter::add`] listens to the channels of the key, [`apply`] brings the gains to
//! them or to anything else that belongs to them, so that stems limited with the gains of their mix still add up to it. A gain that
//! moves makes peaks of its own; the second round hears the result of the first and takes them down too. Gains are exactly
//! one wherever nothing passes the ceiling. Everything happens on an absolute grid of segments, so the size of blocks changes no bit.

mod detector;
mod envelope;

use self::detector::{Detector, PART, REACH};
use self::envelope::Envelope;
use super::true_peak::magnitude;
use super::{LoudnessError, SAMPLE_RATES};

/// How long before a peak the gain begins to fall. Long enough for low notes to keep their shape, short enough to be
/// masked by the peak.
const LOOK_AHEAD_SECONDS: f64 = 0.005;
/// Peaks are brought this far below the ceiling, dB: what remains between sixteen readings per sample, between one
/// reconstruction and the next, and in the noise of dither.
pub const LIMITER_MARGIN_DB: f64 = 0.11;
/// Segments that a round needs before it has the gains of one: itself and the one after.
const ROUND: usize = 2;

/// The gains that keep a programme below a ceiling.
#[derive(Clone, Debug)]
pub struct Limiter {
    segment: usize,
    first: Round,
    second: Round,
    /// Gains of the first round for the segments that the second hasn't decided on yet, oldest first.
    firsts: Vec<f32>,
    /// Frames in the segment that is being filled.
    filled: usize,
    /// Frames that came.
    frames: u64,
    /// Frames whose gains were given, and negative for those before the programme.
    given: i64,
}

/// Detection and gains of one pass over the key.
#[derive(Clone, Debug)]
struct Round {
    segment: usize,
    detector: Detector,
    envelope: Envelope,
    /// Per channel, three segments.
    rows: Vec<f32>,
    /// Magnitudes of their parts.
    cells: Vec<f32>,
    peaks: Vec<f32>,
    gains: Vec<f32>,
}

impl Limiter {
    /// A limiter that listens to so many channels and keeps them [`LIMITER_MARGIN_DB`] below `ceiling_dbtp`.
    ///
    /// # Errors
    /// When there are no true peaks at this sample rate.
    pub fn new(sample_rate: u32, channels: usize, ceiling_dbtp: f64) -> Result<Self, LoudnessError> {
        if !SAMPLE_RATES.contains(&sample_rate) {
            return Err(LoudnessError::SampleRate(sample_rate));
        }
        let look_ahead = (LOOK_AHEAD_SECONDS * f64::from(sample_rate)).ceil() as usize;
        let segment = look_ahead.max(REACH + 1).next_multiple_of(PART);
        let ceiling = 10f64.powf((ceiling_dbtp - LIMITER_MARGIN_DB) / 20.0) as f32;
        // Made twice, not cloned: a clone would have to take the memory for its peaks while it works.
        let round = || Round {
            segment,
            detector: Detector::new(ceiling),
            envelope: Envelope::new(sample_rate, segment, ceiling),
            rows: vec![0.0; 3 * segment * channels],
            cells: vec![0.0; 3 * segment / PART * channels],
            peaks: vec![0.0; segment],
            gains: vec![1.0; segment],
        };
        Ok(Self {
            segment,
            first: round(),
            second: round(),
            firsts: vec![1.0; (ROUND + 1) * segment],
            filled: 0,
            frames: 0,
            given: -((2 * ROUND * segment) as i64),
        })
    }

    /// Frames after which the gain of a frame is surely there: it comes with the frame that is so many later, or before.
    pub fn latency(&self) -> usize {
        (2 * ROUND + 1) * self.segment
    }

    /// Takes in the next `frames` frames of the key, finite samples: channel c begins at `planes[c * stride]`, and a plane that is too short
    /// goes on with silence. Appends the gains that are decided to `gains`; the first is that of the first frame.
    pub fn add(&mut self, planes: &[f32], stride: usize, frames: usize, gains: &mut Vec<f32>) {
        self.frames += frames as u64;
        self.take(planes, stride, frames, gains);
    }

    /// The end of the key: appends the gains of all frames that are left.
    pub fn finish(mut self, gains: &mut Vec<f32>) {
        let end = i64::try_from(self.frames).unwrap_or(i64::MAX);
        while self.given < end {
            self.take(&[], 0, self.segment, gains);
        }
    }

    fn take(&mut self, planes: &[f32], stride: usize, frames: usize, gains: &mut Vec<f32>) {
        let mut done = 0;
        while done < frames {
            let count = (self.segment - self.filled).min(frames - done);
            for (channel, row) in self.first.rows.chunks_exact_mut(3 * self.segment).enumerate() {
                let to = &mut row[2 * self.segment + self.filled..][..count];
                let from = channel.saturating_mul(stride).saturating_add(done);
                let from = planes.get(from..).unwrap_or_default();
                let there = from.len().min(count);
                to[..there].copy_from_slice(&from[..there]);
                to[there..].fill(0.0);
            }
            self.filled += count;
            done += count;
            if self.filled == self.segment {
                self.filled = 0;
                self.advance(gains);
            }
        }
    }

    /// One segment on: a new one is in the rows of the first round.
    fn advance(&mut self, gains: &mut Vec<f32>) {
        let segment = self.segment;
        self.first.decide();
        for (from, to) in
            self.first.rows.chunks_exact(3 * segment).zip(self.second.rows.chunks_exact_mut(3 * segment))
        {
            to[2 * segment..].copy_from_slice(&from[..segment]);
            apply(&self.first.gains, &mut to[2 * segment..]);
        }
        self.firsts.copy_within(segment.., 0);
        self.firsts[ROUND * segment..].copy_from_slice(&self.first.gains);
        // Where the first round left everything as it was, it has said already that nothing is too loud.
        if self.firsts.iter().all(|gain| *gain == 1.0) {
            self.second.pass_over();
        } else {
            self.second.decide();
        }
        self.first.shift();
        self.second.shift();
        let before = usize::try_from(-self.given.min(0)).unwrap_or(0).min(segment);
        let left = i64::try_from(self.frames).unwrap_or(i64::MAX).saturating_sub(self.given);
        let end = usize::try_from(left).unwrap_or(0).min(segment);
        let both = self.firsts.iter().zip(&self.second.gains).take(end).skip(before);
        gains.extend(both.map(|(first, second)| first * second));
        self.given += segment as i64;
    }
}

impl Round {
    /// Looks at the middle segment and decides on the gains of the oldest.
    fn decide(&mut self) {
        let parts = self.segment / PART;
        self.peaks.fill(0.0);
        let rows = self.rows.chunks_exact(3 * self.segment);
        for (row, cells) in rows.zip(self.cells.chunks_exact_mut(3 * parts)) {
            for (cell, part) in cells.iter_mut().zip(row.chunks_exact(PART)).skip(2 * parts) {
                *cell = magnitude(part);
            }
            for (part, peaks) in (parts..).zip(self.peaks.as_chunks_mut::<PART>().0) {
                self.detector.search(row, cells, part, peaks);
            }
        }
        self.envelope.add(&self.peaks, &mut self.gains);
    }

    /// The same where nothing in the middle segment is above the ceiling.
    fn pass_over(&mut self) {
        let parts = self.segment / PART;
        let rows = self.rows.chunks_exact(3 * self.segment);
        for (row, cells) in rows.zip(self.cells.chunks_exact_mut(3 * parts)) {
            for (cell, part) in cells.iter_mut().zip(row.chunks_exact(PART)).skip(2 * parts) {
                *cell = magnitude(part);
            }
        }
        self.peaks.fill(0.0);
        self.envelope.add(&self.peaks, &mut self.gains);
    }

    /// Makes room for the next segment.
    fn shift(&mut self) {
        for row in self.rows.chunks_exact_mut(3 * self.segment) {
            row.copy_within(self.segment.., 0);
        }
        let parts = self.segment / PART;
        for cells in self.cells.chunks_exact_mut(3 * parts) {
            cells.copy_within(parts.., 0);
        }
    }
}

/// Brings `gains` to `samples`. A gain of one changes no bit.
pub fn apply(gains: &[f32], samples: &mut [f32]) {
    if gains.iter().all(|gain| *gain == 1.0) {
        return;
    }
    for (sample, gain) in samples.iter_mut().zip(gains) {
        *sample *= gain;
    }
}
