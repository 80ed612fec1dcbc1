//! Third-octave bands of a programme (IEC 61260-1, base ten), over time and on average.
//!
//! Overlapping windows whose squares add up to one: what all bands hold together is the energy of the programme. A line of
//! the spectrum that lies across an edge is shared out between its two bands.

use std::f64::consts::PI;
use std::ops::Range;
use std::sync::Arc;

use multiversion::multiversion;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::columns::Columns;

/// Exponents of ten of the first and the last centre, tenths: 20 Hz and 20 kHz.
const CENTRES: std::ops::RangeInclusive<i32> = 13..=43;
/// Bands from 20 Hz to 20 kHz.
pub const BANDS: usize = 31;
/// Columns that are kept.
const MOST_COLUMNS: usize = 400;
/// Windows are at least this long, parts of a second: the lowest bands are a few hertz wide.
const WINDOWS_PER_SECOND: u32 = 3;
/// Frames of the shortest; halves of windows hold whole pages of the meter.
const SHORTEST_WINDOW: usize = 4096;

/// Centre of band `band`, Hz.
pub fn band_centre(band: usize) -> f64 {
    10f64.powf((f64::from(*CENTRES.start()) + band as f64) / 10.0)
}

/// Mean squares, full scale 1, summed over all channels without weights.
pub type Bands = [f64; BANDS];

/// Bands over time.
#[derive(Clone, Debug, PartialEq)]
pub struct BandTimeline {
    /// Frames of a column but the last.
    pub column_frames: u64,
    /// So many frames before the programme the first column begins: windows are counted by their middle.
    pub lead_frames: u64,
    /// In time.
    pub columns: Vec<Bands>,
    /// Of the whole programme.
    pub mean: Bands,
}

/// A band's lines of the spectrum.
#[derive(Clone, Debug)]
struct Lines {
    range: Range<usize>,
    /// What of the first and of the last one is not of this band, 0 … 1.
    cut: [f64; 2],
}

#[derive(Clone)]
pub(super) struct BandAnalyser {
    /// Frames of half a window.
    half: usize,
    /// Two halves of every channel.
    rows: Vec<f32>,
    filled: usize,
    window: Vec<f32>,
    fft: Arc<dyn Fft<f32>>,
    /// Two rows as real and imaginary parts, then their spectrum.
    pair: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Of all pairs, line by line.
    squares: Vec<f32>,
    /// Of all channels.
    power: Vec<f64>,
    bands: Vec<Lines>,
    columns: Columns<Bands>,
}

impl std::fmt::Debug for BandAnalyser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BandAnalyser").field("half", &self.half).finish_non_exhaustive()
    }
}

impl BandAnalyser {
    pub(super) fn new(sample_rate: u32, channels: usize) -> Self {
        let length = (sample_rate / WINDOWS_PER_SECOND) as usize;
        let length = length.next_power_of_two().max(SHORTEST_WINDOW);
        let fft = FftPlanner::new().plan_fft_forward(length);
        let sine = |n: usize| (PI * (n as f64 + 0.5) / length as f64).sin() as f32;
        let width = f64::from(sample_rate) / length as f64;
        let join = |sum: &mut Bands, later: &Bands| sum.iter_mut().zip(later).for_each(|(a, b)| *a += b);
        Self {
            half: length / 2,
            rows: vec![0.0; channels * length],
            filled: 0,
            window: (0..length).map(sine).collect(),
            pair: vec![Complex::default(); length],
            scratch: vec![Complex::default(); fft.get_inplace_scratch_len()],
            squares: vec![0.0; length],
            power: vec![0.0; length / 2 + 1],
            bands: (0..BANDS).map(|band| Lines::of(band_centre(band), width, length / 2 + 1)).collect(),
            fft,
            columns: Columns::new(MOST_COLUMNS, join),
        }
    }

    /// Takes in a page: `frames` of each row of `stride`, from `from` on; a whole number of pages is half a window.
    pub(super) fn add(&mut self, rows: &[f32], stride: usize, from: usize, frames: usize) {
        let to = self.half + self.filled;
        for (own, row) in self.rows.chunks_exact_mut(2 * self.half).zip(rows.chunks_exact(stride)) {
            own[to..to + frames].copy_from_slice(&row[from..from + frames]);
        }
        self.filled += frames;
        if self.filled == self.half {
            self.analyse();
        }
    }

    fn analyse(&mut self) {
        self.squares.fill(0.0);
        let length = 2 * self.half;
        let sounds = |row: &&[f32]| row.iter().any(|sample| *sample != 0.0);
        let mut sounding = self.rows.chunks_exact(length).filter(sounds);
        // Two rows at a time: a line's power and that of its mirror image are together twice what both rows have there.
        while let Some(first) = sounding.next() {
            join(first, sounding.next(), &self.window, &mut self.pair);
            self.fft.process_with_scratch(&mut self.pair, &mut self.scratch);
            add_squares(&self.pair, &mut self.squares);
        }
        // The image of the first line is the line itself.
        let images = self.squares[..1].iter().chain(self.squares[self.half..].iter().rev());
        for ((line, image), power) in self.squares.iter().zip(images).zip(&mut self.power) {
            *power = 0.5 * (f64::from(*line) + f64::from(*image));
        }
        // Parseval: every line but the first and the last stands for two.
        let scale = 1.0 / self.half as f64;
        let mut energies = [0.0; BANDS];
        for (energy, band) in energies.iter_mut().zip(&self.bands) {
            *energy = band.sum(&self.power) * scale;
        }
        self.columns.add(energies);
        for row in self.rows.chunks_exact_mut(2 * self.half) {
            row.copy_within(self.half.., 0);
            row[self.half..].fill(0.0);
        }
        self.filled = 0;
    }

    /// The end of a programme of so many frames.
    pub(super) fn finish(mut self, frames: u64) -> BandTimeline {
        if self.filled > 0 {
            self.analyse();
        }
        self.analyse();
        let (mut columns, windows, total) = self.columns.finish();
        let half = self.half as u64;
        let mut mean = [0.0; BANDS];
        for (first, column) in (0..).step_by(usize::try_from(windows).unwrap_or(1)).zip(&mut columns) {
            // A window's squares add up to half its length.
            let span = total.saturating_sub(first).min(windows).saturating_mul(half).max(1) as f64;
            for (band, mean) in column.iter_mut().zip(&mut mean) {
                *mean += *band / frames.max(1) as f64;
                *band /= span;
            }
        }
        BandTimeline { column_frames: windows.saturating_mul(half), lead_frames: half / 2, columns, mean }
    }
}

/// Windows two rows as the parts of one complex row; without a second, that is silence.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn join(first: &[f32], second: Option<&[f32]>, window: &[f32], pair: &mut [Complex<f32>]) {
    let length = pair.len();
    let (first, window) = (&first[..length], &window[..length]);
    if let Some(second) = second {
        let second = &second[..length];
        for n in 0..length {
            pair[n] = Complex::new(first[n] * window[n], second[n] * window[n]);
        }
    } else {
        for n in 0..length {
            pair[n] = Complex::new(first[n] * window[n], 0.0);
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn add_squares(spectrum: &[Complex<f32>], squares: &mut [f32]) {
    let spectrum = &spectrum[..squares.len()];
    for n in 0..squares.len() {
        squares[n] += spectrum[n].re * spectrum[n].re + spectrum[n].im * spectrum[n].im;
    }
}

impl Lines {
    /// Lines `width` Hz apart, `count` of them, of the band around `centre`.
    fn of(centre: f64, width: f64, count: usize) -> Self {
        let edge = |sign: f64| centre * 10f64.powf(sign / 20.0) / width + 0.5;
        let (low, high) = (edge(-1.0), edge(1.0).min(count as f64));
        if low >= high {
            return Self { range: 0..0, cut: [0.0; 2] };
        }
        // Line k reaches from k to k + 1 in this measure.
        let range = low.floor() as usize..high.ceil() as usize;
        let cut = [low - range.start as f64, range.end as f64 - high];
        Self { range, cut }
    }

    fn sum(&self, power: &[f64]) -> f64 {
        let lines = power.get(self.range.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return 0.0 };
        let sum: f64 = lines.iter().sum();
        (sum - first * self.cut[0] - last * self.cut[1]).max(0.0)
    }
}
