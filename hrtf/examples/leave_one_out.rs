//! How well a set predicts a measurement that is taken out of it, for three ways to interpolate:
//! `cargo run --release -p proscenium-hrtf --example leave_one_out FILE.sofa …` (without a file: the built-in set).
//! Prints a table in Markdown.
//!
//! Every 7th direction is taken out, one batch after another until each was out once, so that the neighbours of a
//! missing direction are nearly always there. Directions on the rim of the measured part of the sphere, whose
//! neighbours lie on one side only, and below are left out of the means.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;

use hrtf::{HrirPair, HrtfSet, Measurements};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

const BATCHES: usize = 7;
/// Samples of the transforms that spectra are compared by.
const SIZE: usize = 2048;
/// Hz.
const BAND: (f64, f64) = (200.0, 16_000.0);

/// Sums over ears: log-spectral distance in dB and its count; time errors in µs and their count.
#[derive(Clone, Copy, Default)]
struct Score {
    distance: f64,
    ears: f64,
    time: f64,
    points: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "| set | directions | nearest: LSD, ITD error | linear | aligned (Proscenium) |\n|---|---|---|---|---|"
    );
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let built_in = HrtfSet::built_in();
    report("built-in MIT KEMAR", &built_in);
    for file in files {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        report(&name, &HrtfSet::open(&file)?);
    }
    Ok(())
}

fn report(name: &str, whole: &HrtfSet) {
    let all = whole.measurements();
    let mut scores = [Score::default(); 3];
    for batch in 0..BATCHES {
        let kept: Vec<usize> = (0..all.directions.len()).filter(|i| i % BATCHES != batch).collect();
        let Ok(set) = HrtfSet::new(part(all, &kept)) else { continue };
        for point in (batch..all.directions.len()).step_by(BATCHES) {
            judge(whole, &set, point, &mut scores);
        }
    }
    let cell = |s: &Score| format!("{:.2} dB, {:.1} µs", s.distance / s.ears, s.time / s.points);
    let [nearest, linear, aligned] = scores.map(|s| cell(&s));
    println!(
        "| {name} | {} of {} | {nearest} | {linear} | {aligned} |",
        scores[0].points,
        all.directions.len()
    );
}

fn part(all: &Measurements, kept: &[usize]) -> Measurements {
    let mut part = Measurements { directions: vec![], responses: vec![], delays: vec![], ..all.clone() };
    for &point in kept {
        part.directions.push(all.directions[point]);
        part.delays.push(all.delays[point]);
        part.responses.extend([0, 1].iter().flat_map(|&ear| all.response(point, ear)));
    }
    part
}

fn judge(whole: &HrtfSet, set: &HrtfSet, point: usize, scores: &mut [Score; 3]) {
    let (all, rest) = (whole.measurements(), set.measurements());
    let wanted = all.directions[point];
    let corners: Vec<(usize, f64)> = set.neighbours(wanted).into_iter().filter(|c| c.1 > 0.0).collect();
    // Made-up points are numbered after the measured ones: the rim.
    if corners.iter().any(|&(corner, _)| corner >= rest.directions.len()) {
        return;
    }
    let mut pair = HrirPair::default();
    set.response(wanted, &mut pair);
    let nearest = corners.iter().fold(corners[0], |best, c| if c.1 > best.1 { *c } else { best });
    let truth = Ears::blend(all, &[(point, 1.0)]);
    let candidates =
        [Ears::blend(rest, &[(nearest.0, 1.0)]), Ears::blend(rest, &corners), Ears::of(&pair, set.gain())];
    for (score, candidate) in scores.iter_mut().zip(candidates) {
        for ear in 0..2 {
            score.distance += distance(&truth.spectra[ear], &candidate.spectra[ear], all.sample_rate);
            score.ears += 1.0;
        }
        let late = |ears: &Ears| ears.time_difference(all.sample_rate);
        score.time += (late(&candidate) - late(&truth)).abs();
        score.points += 1.0;
    }
}

/// The spectra of two responses, and by how many samples the left one is later than it stands.
struct Ears {
    spectra: [Vec<Complex64>; 2],
    late: f64,
}

impl Ears {
    /// Responses as measured, in these shares.
    fn blend(from: &Measurements, shares: &[(usize, f64)]) -> Self {
        let one = |ear: usize| {
            let tap = |tap: usize| {
                shares.iter().map(|&(p, share)| share * f64::from(from.response(p, ear)[tap])).sum()
            };
            spectrum(&(0..from.taps).map(tap).collect::<Vec<f64>>())
        };
        let late = |share: &(usize, f64)| share.1 * (from.delays[share.0][0] - from.delays[share.0][1]);
        Self { spectra: [one(0), one(1)], late: shares.iter().map(late).sum() }
    }

    fn of(pair: &HrirPair, gain: f64) -> Self {
        let one = |r: &[f32]| spectrum(&r.iter().map(|&s| f64::from(s) / gain).collect::<Vec<f64>>());
        Self { spectra: [one(&pair.left), one(&pair.right)], late: pair.delay_left - pair.delay_right }
    }

    /// By how many µs the left ear is later: the peak of the cross-correlation between the ears below 3 kHz, which
    /// shares nothing with the estimator inside the set.
    fn time_difference(&self, rate: u32) -> f64 {
        let bin = f64::from(rate) / SIZE as f64;
        let bins = 1..(3000.0 / bin) as usize;
        let product: Vec<Complex64> = bins.map(|i| self.spectra[0][i] * self.spectra[1][i].conj()).collect();
        let at = |lag: f64| -> f64 {
            let turn = |i: usize| std::f64::consts::TAU * (i + 1) as f64 / SIZE as f64 * lag;
            product.iter().enumerate().map(|(i, p)| p.re * turn(i).cos() - p.im * turn(i).sin()).sum()
        };
        let reach = (0.001 * f64::from(rate)) as i32;
        let lag = |quarter: i32| f64::from(quarter) / 4.0 - self.late;
        let mut best = (0, f64::MIN);
        for quarter in -4 * reach..=4 * reach {
            let value = at(lag(quarter));
            if value > best.1 {
                best = (quarter, value);
            }
        }
        let (before, after) = (at(lag(best.0 - 1)), at(lag(best.0 + 1)));
        let part = 0.5 * (before - after) / (before - 2.0 * best.1 + after);
        (f64::from(best.0) + part) / 4.0 / f64::from(rate) * 1e6
    }
}

fn spectrum(samples: &[f64]) -> Vec<Complex64> {
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(SIZE);
    let mut time = plan.make_input_vec();
    time.iter_mut().zip(samples).for_each(|(to, from)| *to = *from);
    let mut bins = plan.make_output_vec();
    plan.process(&mut time, &mut bins).map(|()| bins).unwrap_or_default()
}

/// Root mean square of the difference of two magnitude spectra in dB, each line of the band counting alike.
fn distance(a: &[Complex64], b: &[Complex64], rate: u32) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        let f = i as f64 * f64::from(rate) / SIZE as f64;
        if (BAND.0..=BAND.1).contains(&f) {
            let difference: f64 = 10.0 * (a.norm_sqr().max(1e-20) / b.norm_sqr().max(1e-20)).log10();
            sum += difference * difference;
            count += 1.0;
        }
    }
    (sum / f64::max(count, 1.0)).sqrt()
}
