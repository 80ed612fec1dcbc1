//! A programme over time, for pictures: loudness, peaks of channels, bands. In a bounded number of columns.

use super::bands::{BandAnalyser, BandTimeline};
use super::columns::Columns;
use super::gating::Gating;
use super::lufs;

/// Columns of the loudness.
const MOST_COLUMNS: usize = 1024;
/// Columns of the peaks.
const MOST_PEAKS: usize = 400;

/// What a meter keeps of the time that passes.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Seconds of a loudness column but the last.
    pub column_seconds: f64,
    /// In time.
    pub loudness: Vec<LoudnessColumn>,
    /// Frames of a column of peaks but the last.
    pub peak_column_frames: u64,
    /// The highest sample of each channel, full scale 1, in time.
    pub peaks: Vec<Vec<f32>>,
    /// Third-octave bands.
    pub bands: BandTimeline,
}

/// Readings within a column; a window counts where it ends. Negative infinity is digital silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoudnessColumn {
    /// Lowest and highest momentary loudness, LUFS; `None` before the first 400 ms are over.
    pub momentary: Option<[f64; 2]>,
    /// Lowest and highest short-term loudness, LUFS; `None` before the first 3 s are over.
    pub short_term: Option<[f64; 2]>,
    /// Gated loudness of the programme so far, LUFS.
    pub integrated: Option<f64>,
}

/// Mean squares while columns are being filled.
#[derive(Clone, Copy, Debug)]
struct Step {
    momentary: Option<[f64; 2]>,
    short_term: Option<[f64; 2]>,
    /// Gating blocks so far.
    blocks: usize,
}

impl Step {
    fn join(&mut self, later: &Self) {
        let both = |a: Option<[f64; 2]>, b: Option<[f64; 2]>| match (a, b) {
            (Some(a), Some(b)) => Some([a[0].min(b[0]), a[1].max(b[1])]),
            (a, b) => a.or(b),
        };
        self.momentary = both(self.momentary, later.momentary);
        self.short_term = both(self.short_term, later.short_term);
        self.blocks = later.blocks;
    }
}

/// Fills a [`Timeline`].
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    steps: Columns<Step>,
    peaks: Columns<Vec<f32>>,
    page_frames: usize,
    bands: BandAnalyser,
}

/// Pages of all channels in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    pub(super) rows: &'a [f32],
    pub(super) stride: usize,
    /// Where the page begins in a row.
    pub(super) from: usize,
    /// Frames of the programme in it; the rest is silence after its end.
    pub(super) valid: usize,
    /// The frame it begins with.
    pub(super) start: u64,
}

impl Recorder {
    /// For pages of `page_frames`.
    pub(super) fn new(sample_rate: u32, channels: usize, page_frames: usize) -> Self {
        let higher = |peaks: &mut Vec<f32>, later: &Vec<f32>| {
            peaks.iter_mut().zip(later).for_each(|(peak, later)| *peak = peak.max(*later));
        };
        Self {
            steps: Columns::new(MOST_COLUMNS, Step::join),
            peaks: Columns::new(MOST_PEAKS, higher),
            page_frames,
            bands: BandAnalyser::new(sample_rate, channels),
        }
    }

    /// Takes in the readings after a step of 10 ms.
    pub(super) fn step(&mut self, gating: &Gating) {
        let [momentary, short_term] = gating.readings().map(|reading| reading.map(|mean| [mean; 2]));
        self.steps.add(Step { momentary, short_term, blocks: gating.block_count() });
    }

    /// Takes in a page of samples; `peaks` are those of the cells of each channel.
    pub(super) fn page<'a>(&mut self, page: Page<'_>, peaks: impl Iterator<Item = &'a [f32]>) {
        if page.valid == 0 {
            return;
        }
        let highest = |cells: &[f32]| cells.iter().fold(0.0_f32, |most, cell| most.max(*cell));
        self.peaks.add(peaks.map(highest).collect());
        self.bands.add(page.rows, page.stride, page.from, self.page_frames);
    }

    /// The end of a programme of so many frames.
    pub(super) fn finish(self, frames: u64, gating: &Gating) -> Timeline {
        let (steps, step_count, _) = self.steps.finish();
        let column = |step: &Step| LoudnessColumn {
            momentary: step.momentary.map(|range| range.map(lufs)),
            short_term: step.short_term.map(|range| range.map(lufs)),
            integrated: gating.integrated_of(step.blocks),
        };
        let (peaks, pages, _) = self.peaks.finish();
        Timeline {
            column_seconds: step_count as f64 / 100.0,
            loudness: steps.iter().map(column).collect(),
            peak_column_frames: pages.saturating_mul(self.page_frames as u64),
            peaks,
            bands: self.bands.finish(frames),
        }
    }
}
