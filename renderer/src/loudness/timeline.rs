//! A programme over time, for pictures: loudness, peaks of channels, bands, silence. In a bounded number of columns.

use super::bands::{BandAnalyser, BandTimeline};
use super::columns::Columns;
use super::gating::Gating;
use super::levels::CELL;
use super::lufs;

/// Columns of the loudness.
const MOST_COLUMNS: usize = 1024;
/// Columns of the peaks.
const MOST_PEAKS: usize = 400;
/// Silence of all channels shorter than this is a pause, milliseconds.
const SHORTEST_SILENCE: u64 = 1000;
/// Silences that are kept one by one.
const MOST_SILENCES: usize = 100;

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
    /// Digital silence of all channels for at least a second, first frame and the one after the last; the first hundred.
    pub silences: Vec<(u64, u64)>,
    /// All of them.
    pub silence_count: u64,
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
    /// The frame after the last that is not silent.
    sound_end: u64,
    shortest_silence: u64,
    silences: Vec<(u64, u64)>,
    silence_count: u64,
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
            sound_end: 0,
            shortest_silence: (u64::from(sample_rate) * SHORTEST_SILENCE / 1000).max(1),
            silences: Vec::new(),
            silence_count: 0,
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
        let highest: Vec<f32> = peaks.map(highest).collect();
        if highest.iter().any(|peak| *peak > 0.0) {
            self.find_sound(page);
        }
        self.peaks.add(highest);
        self.bands.add(page.rows, page.stride, page.from, self.page_frames);
    }

    /// Looks where sound begins and ends in a page that has some.
    fn find_sound(&mut self, page: Page<'_>) {
        for cell in (0..self.page_frames).step_by(CELL) {
            let at = page.from + cell;
            let samples = || page.rows.chunks_exact(page.stride).map(|row| &row[at..at + CELL]);
            let is_sound = |sample: &f32| *sample != 0.0;
            let Some(first) = samples().filter_map(|cell| cell.iter().position(is_sound)).min() else {
                continue;
            };
            let last = samples().filter_map(|cell| cell.iter().rposition(is_sound)).max().unwrap_or(first);
            let frame = page.start.saturating_add(cell as u64);
            self.silence_until(frame.saturating_add(first as u64));
            self.sound_end = frame.saturating_add(last as u64 + 1);
        }
    }

    fn silence_until(&mut self, frame: u64) {
        if frame.saturating_sub(self.sound_end) >= self.shortest_silence {
            self.silence_count += 1;
            if self.silences.len() < MOST_SILENCES {
                self.silences.push((self.sound_end, frame));
            }
        }
    }

    /// The end of a programme of so many frames.
    pub(super) fn finish(mut self, frames: u64, gating: &Gating) -> Timeline {
        self.silence_until(frames);
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
            silences: self.silences,
            silence_count: self.silence_count,
        }
    }
}
