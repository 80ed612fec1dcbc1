//! How loud it is at a place of the desk.

use super::dynamics::Reduction;
use crate::audio::{self, AudioBlock};
use crate::loudness::{Measurement, Measures, Meter, MeterChannel};

/// Takes in what passes; peaks always, loudness and true peaks where they are asked for.
#[derive(Debug, Default)]
pub(super) struct StageMeter {
    peak: f32,
    /// The first sample of all that passed which is beyond full scale.
    over: Option<u64>,
    passed: u64,
    loudness: Option<Box<Meter>>,
}

/// The level at a place since the start.
#[derive(Clone, Debug, PartialEq)]
pub struct StageLevel {
    /// The stage that it comes out of, as its element in a scene file; `input` before the first.
    pub stage: &'static str,
    /// Largest magnitude of a sample.
    pub peak: f32,
    /// The sample of the scene that first passed full scale here.
    pub first_over: Option<u64>,
    /// What its gain did, for those that have one.
    pub reduction: Option<Reduction>,
    /// Loudness and true peaks, where they were asked for.
    pub measurement: Option<Box<Measurement>>,
}

impl StageMeter {
    /// Measures loudness and true peaks of `channels` from now on; nothing where there is no loudness at this sample rate.
    pub(super) fn measure(&mut self, channels: &[MeterChannel], sample_rate: u32) {
        let measures = Measures { true_peak: true, offsets: false, timeline: false };
        self.loudness = Meter::new(sample_rate, channels.to_vec(), measures).ok().map(Box::new);
    }

    pub(super) fn add(&mut self, block: &AudioBlock) {
        let peak = peak(block);
        self.peak = self.peak.max(peak);
        if peak > 1.0 && self.over.is_none() {
            let over = |sample: &f32| sample.abs() > 1.0;
            let first =
                (0..block.channels()).filter_map(|row| block.channel(row).iter().position(over)).min();
            self.over = first.map(|first| self.passed + first as u64);
        }
        self.passed += block.frames() as u64;
        if let Some(meter) = &mut self.loudness {
            meter.add(block.as_slice(), block.stride(), block.frames());
        }
    }

    /// The level after `stage`, where everything is so `late` behind the time of the scene.
    pub(super) fn level(&self, stage: &'static str, late: i64, reduction: Option<Reduction>) -> StageLevel {
        StageLevel {
            stage,
            peak: self.peak,
            first_over: self.over.map(|over| over.saturating_add_signed(-late)),
            reduction,
            measurement: self.loudness.as_ref().map(|meter| Box::new(meter.as_ref().clone().finish())),
        }
    }
}

/// The largest magnitude of a sample of all channels.
pub(super) fn peak(block: &AudioBlock) -> f32 {
    let rows = (0..block.channels()).map(|channel| block.channel(channel));
    rows.fold(0.0, |highest, row| highest.max(audio::peak(row)))
}

/// Peaks of what comes out of a strip, one for each tenth of a second or so.
#[derive(Clone, Debug, Default)]
pub(super) struct OutputPeaks {
    cells: Vec<f32>,
    filled: usize,
}

/// Samples of a cell of [`OutputPeaks`].
pub const PEAK_CELL: usize = 4_800;

impl OutputPeaks {
    pub(super) fn add(&mut self, block: &AudioBlock) {
        let mut start = 0;
        while start < block.frames() {
            let end = block.frames().min(start + PEAK_CELL - self.filled);
            if self.filled == 0 {
                self.cells.push(0.0);
            }
            let rows = (0..block.channels()).map(|row| &block.channel(row)[start..end]);
            let peak = rows.fold(0.0, |highest, row| audio::peak(row).max(highest));
            if let Some(cell) = self.cells.last_mut() {
                *cell = cell.max(peak);
            }
            self.filled = (self.filled + end - start) % PEAK_CELL;
            start = end;
        }
    }

    pub(super) fn cells(&self) -> &[f32] {
        &self.cells
    }
}
