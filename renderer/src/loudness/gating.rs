//! BS.1770-5 Annex 1 and EBU Tech 3341, 3342: windows, gates and statistics over steps of 10 ms.

use super::measurement::Maximum;
use super::{energy, lufs};

/// Steps in a second.
pub(super) const STEPS_PER_SECOND: u64 = 100;
/// 400 ms.
const MOMENTARY_STEPS: usize = 40;
/// 3 s.
pub(super) const SHORT_TERM_STEPS: usize = 300;
/// Gating blocks overlap by 75 %.
pub(super) const HOP_STEPS: u64 = 10;
/// LUFS; what is not louder counts as silence.
pub(super) const ABSOLUTE_GATE: f64 = -70.0;
/// LU below the loudness of what passes the absolute gate.
const RELATIVE_GATE: f64 = -10.0;
/// The same for the loudness range.
pub(super) const RANGE_GATE: f64 = -20.0;
/// Tech 3342: the range is between these parts of the distribution.
const RANGE_PERCENTILES: (f64, f64) = (0.10, 0.95);

/// Windows over the weighted energy of a programme.
#[derive(Clone, Debug)]
pub(super) struct Gating {
    sample_rate: u64,
    steps: u64,
    /// Weighted sums of squares of the last steps; step n is at n modulo its length.
    ring: Vec<f64>,
    loudest_momentary: Option<(f64, u64)>,
    loudest_short_term: Option<(f64, u64)>,
    /// Mean squares of gating blocks above the absolute gate.
    blocks: Vec<f64>,
    /// Of short-term windows.
    windows: Vec<f64>,
    /// Mean squares of the momentary and the short-term window that end with the last step.
    readings: [Option<f64>; 2],
    total: f64,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Loudness {
    pub(super) integrated: Option<f64>,
    pub(super) relative_threshold: Option<f64>,
    pub(super) ungated: Option<f64>,
    pub(super) momentary: Option<Maximum>,
    pub(super) short_term: Option<Maximum>,
    pub(super) range: Option<f64>,
}

impl Gating {
    pub(super) fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate: u64::from(sample_rate),
            steps: 0,
            ring: vec![0.0; SHORT_TERM_STEPS],
            loudest_momentary: None,
            loudest_short_term: None,
            blocks: Vec::new(),
            windows: Vec::new(),
            readings: [None; 2],
            total: 0.0,
        }
    }

    /// The frame with which step `step` begins; steps have the same number of frames where the rate allows it.
    fn first_frame(&self, step: u64) -> u64 {
        step.saturating_mul(self.sample_rate) / STEPS_PER_SECOND
    }

    /// The frame with which the step that is going on ends.
    pub(super) fn end_of_step(&self) -> u64 {
        self.first_frame(self.steps + 1)
    }

    /// Takes in the weighted sum of squares of the step that has ended.
    pub(super) fn add(&mut self, sum: f64) {
        let at = usize::try_from(self.steps % SHORT_TERM_STEPS as u64).unwrap_or(0);
        self.ring[at] = sum;
        self.steps += 1;
        self.total += sum;
        let gate = energy(ABSOLUTE_GATE);
        let is_hop = self.steps.is_multiple_of(HOP_STEPS);
        let (momentary, short_term) = (self.window(MOMENTARY_STEPS), self.window(SHORT_TERM_STEPS));
        self.readings = [momentary, short_term].map(|window| window.map(|(mean, _)| mean));
        if let Some((mean, first)) = momentary {
            raise(&mut self.loudest_momentary, mean, first);
            if is_hop && mean > gate {
                self.blocks.push(mean);
            }
        }
        if let Some((mean, first)) = short_term {
            raise(&mut self.loudest_short_term, mean, first);
            if is_hop && mean > gate {
                self.windows.push(mean);
            }
        }
    }

    /// Mean square over the last `length` steps, and the frame with which they begin; `None` before there are so many.
    fn window(&self, length: usize) -> Option<(f64, u64)> {
        let start = self.steps.checked_sub(length as u64)?;
        let at = usize::try_from(self.steps % SHORT_TERM_STEPS as u64).unwrap_or(0);
        // From the oldest step to the newest: `at` is where the next one goes.
        let sum: f64 = match at.checked_sub(length) {
            Some(from) => self.ring[from..at].iter().sum(),
            None => {
                let from = at + SHORT_TERM_STEPS - length;
                self.ring[from..].iter().chain(&self.ring[..at]).sum()
            }
        };
        let first = self.first_frame(start);
        Some((sum / (self.first_frame(self.steps) - first) as f64, first))
    }

    /// Mean squares of the momentary and the short-term window that end with the last step, where there are so many.
    pub(super) fn readings(&self) -> [Option<f64>; 2] {
        self.readings
    }

    /// Gating blocks so far that are above the absolute gate.
    pub(super) fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// Integrated loudness when there were only so many of them, LUFS.
    pub(super) fn integrated_of(&self, count: usize) -> Option<f64> {
        gated(self.blocks.get(..count)?, RELATIVE_GATE).0.map(lufs)
    }

    pub(super) fn loudness(&self) -> Loudness {
        let maximum = |loudest: Option<(f64, u64)>| {
            let (mean, frame) = loudest.filter(|(mean, _)| *mean > 0.0)?;
            Some(Maximum { value: lufs(mean), frame })
        };
        let frames = self.first_frame(self.steps);
        let (integrated, threshold) = gated(&self.blocks, RELATIVE_GATE);
        Loudness {
            integrated: integrated.map(lufs),
            relative_threshold: threshold.map(lufs),
            ungated: (self.total > 0.0).then(|| lufs(self.total / frames as f64)),
            momentary: maximum(self.loudest_momentary),
            short_term: maximum(self.loudest_short_term),
            range: range(&self.windows),
        }
    }
}

fn raise(loudest: &mut Option<(f64, u64)>, mean: f64, frame: u64) {
    if loudest.is_none_or(|(most, _)| mean > most) {
        *loudest = Some((mean, frame));
    }
}

/// Mean of the `blocks` that are louder than their mean by `gate` LU, and that threshold.
fn gated(blocks: &[f64], gate: f64) -> (Option<f64>, Option<f64>) {
    let mean = |sum: f64, count: usize| (count > 0).then(|| sum / count as f64);
    let Some(all) = mean(blocks.iter().sum(), blocks.len()) else { return (None, None) };
    let threshold = all * 10f64.powf(gate / 10.0);
    let loud = blocks.iter().filter(|block| **block > threshold);
    let (sum, count) = loud.fold((0.0, 0_usize), |(sum, count), block| (sum + block, count + 1));
    (mean(sum, count), Some(threshold))
}

/// EBU Tech 3342 §3: loudness range, LU.
pub(super) fn range(windows: &[f64]) -> Option<f64> {
    let (_, threshold) = gated(windows, RANGE_GATE);
    let threshold = threshold?;
    let mut loud: Vec<f64> = windows.iter().copied().filter(|window| *window > threshold).collect();
    loud.sort_by(f64::total_cmp);
    let last = loud.len().checked_sub(1)?;
    let at = |part: f64| loud.get((last as f64 * part).round() as usize).copied();
    let (low, high) = (at(RANGE_PERCENTILES.0)?, at(RANGE_PERCENTILES.1)?);
    Some(10.0 * (high / low).log10())
}
