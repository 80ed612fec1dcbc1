//! What fold-downs do to sounds that are alike in several channels: they add up, they cancel, or they comb.
//!
//! Over half a second at a time, in bands: the power that a fold-down has is compared with what it would have if its
//! channels had nothing in common. Above that, sounds build up (two alike ones by 3 dB, four by 6); below it, they cancel; and
//! where a sound meets itself a little later, narrow bands of the spectrum vanish while the level stays.

use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::fold::Fold;
use crate::audio::AudioBlock;

/// Seconds that are looked at together.
const WINDOW_SECONDS: f64 = 0.5;
/// Seconds of one transform, at least.
const FRAME_SECONDS: f64 = 0.04;
/// Centres of the bands, Hz; octaves.
const OCTAVES: [f64; 8] = [63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0];
/// Where combs are looked for, Hz.
const COMBED: [f64; 2] = [200.0, 8_000.0];
/// More than two sounds alike, or as good as that, dB.
const BUILD_UP_DB: f64 = 4.0;
/// What is down by so much is noticed, dB.
const CANCELLATION_DB: f64 = -4.0;
/// A gap of a comb, as power.
const GAP: f64 = 0.25;
/// Part of the power that lies in gaps, where a comb is told of. What has nothing in common has none of it there; a sound
/// and its echo of the same level have 23 % (2 arccos(3/4) / 2π).
const COMB_SHARE: f64 = 0.15;
/// Bands below this don't matter, mean square: −60 dBFS.
const AUDIBLE: f64 = 1e-6;
/// Nor those so much below the strongest of the same moment, as power: −25 dB.
const BESIDE: f64 = 3e-3;
/// Findings that are kept of each fold-down and kind.
const KEPT: usize = 64;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A band is stronger than its parts.
    BuildUp,
    /// A band is weaker than its parts.
    Cancellation,
    /// The spectrum has teeth.
    Comb,
}

/// A moment at which something is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Finding {
    /// Which fold-down.
    pub(super) fold: usize,
    pub(super) kind: Kind,
    /// The first frame of the window.
    pub(super) frame: u64,
    /// Hz.
    pub(super) band: [f64; 2],
    /// Power beyond that of the parts, dB; for combs the part of the power that lies in gaps, as a negative percentage.
    pub(super) value: f64,
}

/// Spectra of rows of samples.
pub(super) struct Transform {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    hz_per_bin: f64,
    /// Mean square of a bin's square.
    scale: f64,
}

impl Transform {
    pub(super) fn new(sample_rate: u32) -> Self {
        let rate = f64::from(sample_rate);
        let size = ((FRAME_SECONDS * rate) as usize).next_power_of_two();
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(size);
        let hann = |n: usize| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / size as f64).cos();
        let window: Vec<f32> = (0..size).map(|n| hann(n) as f32).collect();
        let energy: f64 = (0..size).map(|n| hann(n).powi(2)).sum();
        Self {
            scratch: fft.make_scratch_vec(),
            input: fft.make_input_vec(),
            fft,
            window,
            hz_per_bin: rate / size as f64,
            scale: 2.0 / (energy * size as f64),
        }
    }

    pub(super) fn size(&self) -> usize {
        self.window.len()
    }

    /// Samples from one transform to the next.
    pub(super) fn hop(&self) -> usize {
        self.size() / 2
    }

    /// Samples of a window, and what its last transform goes beyond it.
    pub(super) fn window_frames(&self) -> usize {
        let hops = (WINDOW_SECONDS * self.hz_per_bin * self.size() as f64) as usize / self.hop();
        hops.max(2) * self.hop()
    }

    fn bins(&self) -> usize {
        self.size() / 2 + 1
    }

    /// The bins of a band.
    fn range(&self, [low, high]: [f64; 2]) -> Range<usize> {
        let bin = |hz: f64| ((hz / self.hz_per_bin).ceil() as usize).min(self.bins());
        bin(low).max(1)..bin(high)
    }

    /// The spectrum of [`Transform::size`] samples.
    pub(super) fn spectrum(&mut self, samples: &[f32], spectrum: &mut [Complex<f32>]) {
        for ((input, sample), window) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *input = sample * window;
        }
        // Fails only for buffers of another size.
        let _ = self.fft.process_with_scratch(&mut self.input, spectrum, &mut self.scratch);
    }
}

/// Powers of a fold-down, bin by bin, and those of its parts.
#[derive(Clone, Debug)]
pub(super) struct Powers {
    pub(super) actual: Vec<f64>,
    pub(super) expected: Vec<f64>,
}

impl Powers {
    fn new(bins: usize) -> Self {
        Self { actual: vec![0.0; bins], expected: vec![0.0; bins] }
    }
}

/// Listens to 7.1.4 and finds what its fold-downs spoil.
pub(super) struct Analyser {
    transform: Transform,
    folds: [Fold; 3],
    /// Samples of each channel that are not used up.
    rows: Vec<Vec<f32>>,
    /// The frame that they begin with.
    start: u64,
    spectra: Vec<Vec<Complex<f32>>>,
    powers: [Powers; 3],
    hops: usize,
    findings: Vec<Finding>,
}

impl Analyser {
    pub(super) fn new(sample_rate: u32, start: u64) -> Self {
        let transform = Transform::new(sample_rate);
        let (folds, bins) = (Fold::all(), transform.bins());
        let channels = folds[0].rows.iter().flatten().map(|(source, _)| source + 1).max().unwrap_or(0);
        Self {
            rows: vec![Vec::new(); channels],
            spectra: vec![vec![Complex::default(); bins]; channels],
            powers: std::array::from_fn(|_| Powers::new(bins)),
            transform,
            folds,
            start,
            hops: 0,
            findings: Vec::new(),
        }
    }

    /// Goes on with a block of 7.1.4.
    pub(super) fn add(&mut self, block: &AudioBlock) {
        for (channel, row) in self.rows.iter_mut().enumerate() {
            row.extend_from_slice(block.channel(channel));
        }
        let (size, hop) = (self.transform.size(), self.transform.hop());
        let window = self.transform.window_frames();
        let there = self.rows.first().map_or(0, Vec::len);
        let mut at = self.hops * hop;
        let mut used = 0;
        while used + at + size <= there {
            for (row, spectrum) in self.rows.iter().zip(&mut self.spectra) {
                self.transform.spectrum(&row[used + at..used + at + size], spectrum);
            }
            add_powers(&self.folds, &self.spectra, &mut self.powers);
            self.hops += 1;
            at += hop;
            if at == window {
                self.judge(self.start + used as u64);
                (self.hops, at) = (0, 0);
                used += window;
            }
        }
        self.rows.iter_mut().for_each(|row| drop(row.drain(..used)));
        self.start += used as u64;
    }

    /// Looks at a window that is complete.
    fn judge(&mut self, frame: u64) {
        let scale = self.transform.scale / self.hops as f64;
        for (fold, powers) in self.powers.iter_mut().enumerate() {
            let found = judge(&self.transform, powers, scale);
            self.findings.extend(found.map(|(kind, band, value)| Finding { fold, kind, frame, band, value }));
            powers.actual.fill(0.0);
            powers.expected.fill(0.0);
        }
        if self.findings.len() > 8 * KEPT * self.folds.len() {
            self.findings = worst(std::mem::take(&mut self.findings), KEPT);
        }
    }

    /// The worst of each fold-down and kind, at most `most` of them, in time; stretches that hang together count once.
    pub(super) fn finish(self, most: usize) -> Vec<Finding> {
        let length = self.transform.window_frames() as u64;
        worst(apart(worst(self.findings, KEPT), length), most)
    }
}

/// Adds up what fold-downs make of the spectra of 7.1.4, one after the other.
pub(super) fn add_powers(folds: &[Fold; 3], spectra: &[Vec<Complex<f32>>], powers: &mut [Powers; 3]) {
    let mut sources: Vec<Vec<Complex<f32>>> = Vec::new();
    for (fold, powers) in folds.iter().zip(powers) {
        let from = if sources.is_empty() { spectra } else { sources.as_slice() };
        let folded: Vec<Vec<Complex<f32>>> =
            fold.rows.iter().map(|row| folded(row, from, &mut powers.expected)).collect();
        for row in &folded {
            row.iter().zip(&mut powers.actual).for_each(|(bin, sum)| *sum += f64::from(bin.norm_sqr()));
        }
        sources = folded;
    }
}

/// A channel of a fold-down; adds the powers of its parts to `expected`.
pub(super) fn folded(
    row: &[(usize, f64)],
    from: &[Vec<Complex<f32>>],
    expected: &mut [f64],
) -> Vec<Complex<f32>> {
    let mut sum = vec![Complex::default(); expected.len()];
    for (channel, factor) in row {
        let factor = *factor as f32;
        let Some(source) = from.get(*channel) else { continue };
        for ((sum, bin), expected) in sum.iter_mut().zip(source).zip(expected.iter_mut()) {
            let part = bin * factor;
            *sum += part;
            *expected += f64::from(part.norm_sqr());
        }
    }
    sum
}

/// What is wrong in a window: the kind, the band in Hz, and how much.
fn judge(
    transform: &Transform,
    powers: &Powers,
    scale: f64,
) -> impl Iterator<Item = (Kind, [f64; 2], f64)> + use<> {
    let sum = |values: &[f64], bins: Range<usize>| values[bins].iter().sum::<f64>() * scale;
    let octave = |centre: &f64| [centre / std::f64::consts::SQRT_2, centre * std::f64::consts::SQRT_2];
    let bands: Vec<([f64; 2], f64, f64)> = OCTAVES
        .iter()
        .map(octave)
        .map(|band| {
            let bins = transform.range(band);
            (band, sum(&powers.expected, bins.clone()), sum(&powers.actual, bins))
        })
        .collect();
    let strongest = bands.iter().map(|(_, expected, _)| *expected).fold(0.0, f64::max);
    let mut found = Vec::new();
    for (band, expected, actual) in bands {
        if expected < AUDIBLE.max(strongest * BESIDE) {
            continue;
        }
        let value = 10.0 * (actual / expected).max(1e-6).log10();
        if value >= BUILD_UP_DB {
            found.push((Kind::BuildUp, band, value));
        } else if value <= CANCELLATION_DB {
            found.push((Kind::Cancellation, band, value));
        }
    }
    found.extend(comb(transform, powers, scale).map(|value| (Kind::Comb, COMBED, value)));
    found.into_iter()
}

/// The share of the power in gaps, where there are teeth between them.
fn comb(transform: &Transform, powers: &Powers, scale: f64) -> Option<f64> {
    let bins = transform.range(COMBED);
    let (expected, actual) = (&powers.expected[bins.clone()], &powers.actual[bins]);
    let total: f64 = expected.iter().sum();
    let kept: f64 = actual.iter().sum();
    let in_gaps = |(expected, actual): (&f64, &f64)| if *actual < GAP * expected { *expected } else { 0.0 };
    let gaps: f64 = expected.iter().zip(actual).map(in_gaps).sum();
    // What vanishes altogether is a cancellation, and no comb.
    let is_audible = total * scale >= AUDIBLE && kept > 0.4 * total;
    let share = gaps / total;
    (is_audible && share >= COMB_SHARE).then_some(-100.0 * share)
}

/// The bins that a finding is about.
pub(super) fn bins_of(transform: &Transform, powers: &Powers, finding: &Finding) -> Vec<usize> {
    let is_part =
        |bin: &usize| finding.kind != Kind::Comb || powers.actual[*bin] < GAP * powers.expected[*bin];
    transform.range(finding.band).filter(is_part).collect()
}

impl Powers {
    /// None yet, for spectra of `transform`.
    pub(super) fn of(transform: &Transform) -> Self {
        Self::new(transform.bins())
    }
}

/// The `most` worst of each fold-down and kind, in time.
fn worst(mut findings: Vec<Finding>, most: usize) -> Vec<Finding> {
    findings.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()).then(a.frame.cmp(&b.frame)));
    let mut counts = std::collections::BTreeMap::new();
    findings.retain(|finding| {
        let count = counts.entry((finding.fold, finding.kind)).or_insert(0_usize);
        *count += 1;
        *count <= most
    });
    findings.sort_by_key(|finding| (finding.frame, finding.fold, finding.kind));
    findings
}

/// Of findings of one kind that follow each other within two windows, the worst.
fn apart(findings: Vec<Finding>, window: u64) -> Vec<Finding> {
    let mut groups: Vec<(Finding, u64)> = Vec::new();
    for finding in findings {
        let near = |(worst, last): &&mut (Finding, u64)| {
            worst.fold == finding.fold
                && worst.kind == finding.kind
                && finding.frame.saturating_sub(*last) <= 2 * window
        };
        match groups.iter_mut().rev().find(near) {
            Some((worst, last)) => {
                *last = finding.frame;
                if finding.value.abs() > worst.value.abs() {
                    *worst = finding;
                }
            }
            None => groups.push((finding, finding.frame)),
        }
    }
    groups.into_iter().map(|(worst, _)| worst).collect()
}
