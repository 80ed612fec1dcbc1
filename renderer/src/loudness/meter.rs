//! The meter: pages of samples on an absolute grid, each through every measure.

use super::correlation::{Pair, coefficient, pairs, products};
use super::dialogue::{Listener, Speech, SpeechSource};
use super::gating::Gating;
use super::k_weighting::{KWeighting, Planes};
use super::leq_m::LeqM;
use super::levels::{CELL, Levels};
use super::measurement::{ChannelMeasurement, Maximum, Measurement, PairMeasurement};
use super::silence::Silences;
use super::timeline::{Page, Recorder};
use super::true_peak::{Highest, REACH, SEGMENT, TruePeak};
use super::voice::Voice;
use super::{LoudnessError, MeterChannel, SAMPLE_RATES, lufs};

/// Frames that are measured at a time.
const PAGE: usize = 4 * SEGMENT;
/// Frames of the last page that are kept.
const HISTORY: usize = 2 * REACH;
/// Samples of a channel in memory; not a power of two, so that channels don't fall on the same cache sets.
const ROW: usize = HISTORY + PAGE;
/// Cells of a row.
const CELLS: usize = ROW / CELL;

/// What to measure beside the loudness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// True peaks; they cost more than everything else.
    pub true_peak: bool,
    /// Offsets and correlations. Sample peaks and faults are always found.
    pub offsets: bool,
    /// All of it over time, for a report.
    pub timeline: bool,
}

/// Measures a programme block by block.
#[derive(Clone, Debug)]
pub struct Meter {
    sample_rate: u32,
    channels: Vec<MeterChannel>,
    measures: Measures,
    rows: Vec<f32>,
    /// Frames in the page that is being filled.
    filled: usize,
    /// The frame it begins with.
    start: u64,
    weighting: KWeighting,
    /// Of the channels that are weighted.
    weights: Vec<f64>,
    sums: Vec<f32>,
    gating: Gating,
    true_peak: TruePeak,
    highest: Vec<Highest>,
    levels: Vec<Levels>,
    cells: Vec<[f32; CELLS]>,
    pairs: Vec<Pair>,
    silences: Silences,
    recorder: Option<Box<Recorder>>,
    speech: Option<Speech>,
    leq_m: Option<Box<LeqM>>,
}

impl Meter {
    /// A meter for `channels`, in the order in which blocks have them.
    ///
    /// # Errors
    /// When nothing can be measured at this sample rate.
    pub fn new(
        sample_rate: u32,
        channels: Vec<MeterChannel>,
        measures: Measures,
    ) -> Result<Self, LoudnessError> {
        if !SAMPLE_RATES.contains(&sample_rate) {
            return Err(LoudnessError::SampleRate(sample_rate));
        }
        let weighted = channels.iter().enumerate().filter(|(_, channel)| channel.weight > 0.0);
        let (weighted, weights) = weighted.map(|(row, channel)| (row, channel.weight)).unzip();
        Ok(Self {
            sample_rate,
            measures,
            rows: vec![0.0; channels.len() * ROW],
            filled: 0,
            start: 0,
            weighting: KWeighting::new(sample_rate, weighted),
            weights,
            sums: Vec::new(),
            gating: Gating::new(sample_rate),
            true_peak: TruePeak::new(sample_rate),
            highest: vec![Highest::default(); channels.len()],
            levels: vec![Levels::default(); channels.len()],
            cells: vec![[0.0; CELLS]; channels.len()],
            pairs: if measures.offsets { pairs(&channels) } else { Vec::new() },
            silences: Silences::new(sample_rate),
            recorder: measures.timeline.then(|| Box::new(Recorder::new(sample_rate, channels.len(), PAGE))),
            speech: None,
            leq_m: None,
            channels,
        })
    }

    /// The same meter, which measures the dialogue too.
    pub fn with_speech(mut self, source: SpeechSource) -> Self {
        let listener = match source {
            SpeechSource::Known(activity) => Listener::Known(activity),
            SpeechSource::Voice => Listener::Voice(Box::new(Voice::new(self.sample_rate, &self.channels))),
            SpeechSource::Stem => Listener::Stem(Box::new(self.of_a_stem())),
        };
        self.speech = Some(Speech::new(listener));
        self
    }

    /// The same meter, which measures Leq(m) too.
    pub fn with_leq_m(mut self) -> Self {
        self.leq_m = Some(Box::new(LeqM::new(self.sample_rate, &self.channels)));
        self
    }

    /// A meter that measures nothing but the steps of the same channels.
    fn of_a_stem(&self) -> Self {
        let measures = Measures { true_peak: false, offsets: false, timeline: false };
        Self {
            measures,
            pairs: Vec::new(),
            recorder: None,
            leq_m: None,
            speech: Some(Speech::new(Listener::Nobody)),
            ..self.clone()
        }
    }

    /// Takes in the dialogue alone, in the same channels and as many frames as [`Meter::add`] gets. For a meter that learns
    /// of speech from something else it means nothing.
    pub fn add_stem(&mut self, planes: &[f32], stride: usize, frames: usize) {
        if let Some(Speech { listener: Listener::Stem(meter), .. }) = &mut self.speech {
            meter.add(planes, stride, frames);
        }
    }

    /// Ends a stem: the weighted sums of squares of its steps.
    pub(super) fn into_steps(mut self) -> Vec<f32> {
        self.weigh_rest();
        self.speech.map(|speech| speech.steps).unwrap_or_default()
    }

    /// Takes in the next `frames` frames: channel c begins at `planes[c * stride]`. A plane that is too short goes on
    /// with silence.
    pub fn add(&mut self, planes: &[f32], stride: usize, frames: usize) {
        let mut done = 0;
        while done < frames {
            let count = (PAGE - self.filled).min(frames - done);
            for (channel, row) in self.rows.chunks_exact_mut(ROW).enumerate() {
                let to = &mut row[HISTORY + self.filled..][..count];
                let from = channel.saturating_mul(stride).saturating_add(done);
                let from = planes.get(from..).unwrap_or_default();
                let there = from.len().min(count);
                to[..there].copy_from_slice(&from[..there]);
                to[there..].fill(0.0);
            }
            self.filled += count;
            done += count;
            if self.filled == PAGE {
                self.page();
            }
        }
    }

    /// Momentary and short-term loudness of the last 400 ms and 3 s, LUFS.
    pub fn now(&self) -> [Option<f64>; 2] {
        self.gating.readings().map(|mean| mean.filter(|mean| *mean > 0.0).map(lufs))
    }

    /// The end of the programme.
    pub fn finish(mut self) -> Measurement {
        let frames = self.start + self.filled as u64;
        self.weigh_rest();
        // What rings on after the last sample.
        for row in self.rows.chunks_exact_mut(ROW) {
            row[HISTORY..].fill(0.0);
        }
        self.page();
        self.measurement(frames)
    }

    /// Measures what is there of the last page.
    fn weigh_rest(&mut self) {
        for row in self.rows.chunks_exact_mut(ROW) {
            row[HISTORY + self.filled..].fill(0.0);
        }
        self.page();
    }

    /// Measures the page in memory, of which `filled` frames are there, and turns to the next.
    fn page(&mut self) {
        let (valid, start) = (self.filled, self.start);
        for (channel, row) in self.rows.chunks_exact_mut(ROW).enumerate() {
            let cells = &mut self.cells[channel];
            cells.copy_within(CELLS - 1.., 0);
            self.levels[channel].add(&mut row[HISTORY..], start, &mut cells[1..], self.measures.offsets);
        }
        self.weigh(valid);
        if self.measures.true_peak {
            self.search_true_peaks();
        }
        if let Some(leq_m) = &mut self.leq_m {
            leq_m.add(&self.rows, ROW, (HISTORY, valid));
        }
        if let Some(Speech { listener: Listener::Voice(voice), .. }) = &mut self.speech {
            voice.add(&self.rows, ROW, (HISTORY, valid));
        }
        for pair in &mut self.pairs {
            let row = |channel: usize| &self.rows[channel * ROW + HISTORY..(channel + 1) * ROW];
            pair.products += products(row(pair.left), row(pair.right));
        }
        let page = Page { rows: &self.rows, stride: ROW, from: HISTORY, valid, start };
        let sounds = |cell: usize| self.cells.iter().any(|cells| cells[1 + cell] > 0.0);
        self.silences.add(page, PAGE / CELL, sounds);
        if let Some(recorder) = &mut self.recorder {
            recorder.page(page, self.cells.iter().map(|cells| &cells[1..]));
        }
        for row in self.rows.chunks_exact_mut(ROW) {
            row.copy_within(PAGE.., 0);
        }
        self.start += PAGE as u64;
        self.filled = 0;
    }

    /// K-weights `valid` frames of the page and hands on every step that ends within them.
    fn weigh(&mut self, valid: usize) {
        let planes = Planes { samples: &self.rows, stride: ROW };
        let mut at = 0;
        while at < valid {
            let left = self.gating.end_of_step().saturating_sub(self.start + at as u64);
            let to = usize::try_from(left).map_or(valid, |left| valid.min(at + left));
            self.weighting.add(planes, HISTORY + at..HISTORY + to);
            if self.start + to as u64 == self.gating.end_of_step() {
                self.weighting.take(&mut self.sums);
                let weighted = self.weights.iter().zip(&self.sums);
                let sum = weighted.map(|(weight, sum)| weight * f64::from(*sum)).sum();
                self.gating.add(sum);
                if let Some(speech) = &mut self.speech {
                    speech.steps.push(sum as f32);
                }
                if let Some(recorder) = &mut self.recorder {
                    recorder.step(&self.gating);
                }
            }
            at = to;
        }
    }

    fn search_true_peaks(&mut self) {
        let first = self.start as i64 - HISTORY as i64;
        for (channel, row) in self.rows.chunks_exact(ROW).enumerate() {
            let (cells, highest) = (&self.cells[channel], &mut self.highest[channel]);
            let peak = self.levels[channel].peak;
            highest.raise(peak.value, peak.frame);
            for at in (0..PAGE).step_by(SEGMENT) {
                let seen = &cells[at / CELL..(at + SEGMENT + 2 * REACH) / CELL];
                let peak = seen.iter().fold(0.0_f32, |most, cell| most.max(*cell));
                let samples = &row[at..at + SEGMENT + 2 * REACH];
                self.true_peak.search(samples, peak, first + at as i64, highest);
            }
        }
    }

    fn measurement(self, frames: u64) -> Measurement {
        let loudness = self.gating.loudness();
        let decibels = |highest: &Highest| {
            let frame = highest.frame.min(frames.saturating_sub(1));
            (highest.value > 0.0).then(|| Maximum { value: 20.0 * f64::from(highest.value).log10(), frame })
        };
        let channel =
            |((channel, levels), highest): ((&MeterChannel, &Levels), &Highest)| ChannelMeasurement {
                name: channel.name.clone(),
                weight: channel.weight,
                true_peak: decibels(highest),
                sample_peak: decibels(&levels.peak),
                dc_offset: levels.sum / frames.max(1) as f64,
                clipped_runs: levels.clipped_runs,
                clipped_samples: levels.clipped_samples,
                first_clipped: levels.first_clipped,
                non_finite: levels.non_finite,
                first_non_finite: levels.first_non_finite,
            };
        let channels = self.channels.iter().zip(&self.levels).zip(&self.highest);
        let channels: Vec<ChannelMeasurement> = channels.map(channel).collect();
        let pair = |pair: &Pair| PairMeasurement {
            names: [pair.left, pair.right].map(|row| self.channels[row].name.clone()),
            correlation: coefficient(
                pair.products,
                self.levels[pair.left].squares,
                self.levels[pair.right].squares,
            ),
        };
        let (silences, silence_count) = self.silences.finish(frames);
        let sounds = self.levels.iter().filter_map(|levels| levels.sound);
        Measurement {
            sample_rate: self.sample_rate,
            frames,
            integrated_lufs: loudness.integrated,
            relative_threshold_lufs: loudness.relative_threshold,
            ungated_lufs: loudness.ungated,
            max_momentary: loudness.momentary,
            max_short_term: loudness.short_term,
            loudness_range_lu: loudness.range,
            true_peak: loudest(channels.iter().filter_map(|channel| channel.true_peak)),
            oversampling: self.true_peak.oversampling(),
            sample_peak: loudest(channels.iter().filter_map(|channel| channel.sample_peak)),
            sound: sounds.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
            source_non_finite: 0,
            pairs: self.pairs.iter().map(pair).collect(),
            silences,
            silence_count,
            timeline: self.recorder.map(|recorder| Box::new(recorder.finish(frames, &self.gating))),
            dialogue: self.speech.and_then(|speech| speech.measure(self.sample_rate, loudness.integrated)),
            leq_m: self.leq_m.and_then(|leq_m| leq_m.finish(frames)),
            channels,
        }
    }
}

/// The highest; the first of equals.
fn loudest(maxima: impl Iterator<Item = Maximum>) -> Option<Maximum> {
    maxima.reduce(|best, next| if next.value > best.value { next } else { best })
}
