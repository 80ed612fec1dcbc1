//! When a response arrives: what interpolation aligns by, and what makes the time difference between the ears.
//!
//! Detecting the onset fails on noisy human sets. Here each response is first correlated with its own
//! minimum-phase version, which says when it arrives as a whole; then every pair of neighbours on the sphere is
//! correlated with each other, and arrival times are sought that agree best with all of these differences.

use rayon::prelude::*;
use realfft::num_complex::Complex64;

use crate::minimum_phase::minimum_phase_spectrum;
use crate::spectrum::Transform;

/// Correlations are read this many times per sample, and a parabola between.
const STEPS: usize = 4;
/// Band in which responses are correlated, Hz; raised-cosine edges of a third.
const BAND: (f64, f64) = (150.0, 12_000.0);
/// The head's longest way for one radian of turn: metres. No pair of neighbours differs by more (plus slack).
const METRES_PER_RADIAN: f64 = 0.15;
const SPEED_OF_SOUND: f64 = 343.0;
/// Slack of the search, seconds.
const SLACK: f64 = 60e-6;
/// How much the arrival as a whole counts beside a difference between neighbours.
const ANCHOR: f64 = 0.02;
/// Sweeps of the relaxation.
const SWEEPS: usize = 400;

/// One ear's responses, and what is known of them.
pub(crate) struct Ear<'a> {
    /// `count` responses.
    pub(crate) responses: Vec<&'a [f32]>,
    /// Whole samples by which each is later than it stands in its response.
    pub(crate) shifts: Vec<f64>,
    /// Samples per second.
    pub(crate) rate: f64,
}

/// When each response arrives, in samples after the start of its array.
///
/// `edges` are pairs of neighbours and the angle between them in radians.
pub(crate) fn arrivals(ear: &Ear<'_>, edges: &[(usize, usize, f64)]) -> Vec<f64> {
    let taps = ear.responses.iter().map(|r| r.len()).max().unwrap_or(0);
    let correlator = Correlator::new(taps, ear.rate);
    let transform = &correlator.transform;
    let spectra: Vec<Vec<Complex64>> =
        ear.responses.par_iter().map(|r| transform.forward(r.iter().map(|&s| f64::from(s)))).collect();
    let whole: Vec<f64> = spectra
        .par_iter()
        .zip(&ear.shifts)
        .map(|(spectrum, shift)| {
            let magnitudes: Vec<f64> = spectrum.iter().map(|bin| bin.norm()).collect();
            let least = minimum_phase_spectrum(&correlator.transform, &magnitudes);
            correlator.lag(spectrum, &least, (0.0, taps as f64)).0 + shift
        })
        .collect();
    let difference = |&(a, b, angle): &(usize, usize, f64)| {
        let reach = (METRES_PER_RADIAN * angle / SPEED_OF_SOUND + SLACK) * ear.rate;
        let offset = ear.shifts[b] - ear.shifts[a];
        let window = (offset - reach, offset + reach);
        let (lag, likeness) = correlator.lag(&spectra[a], &spectra[b], window);
        // Edges of unlike responses say little.
        (a, b, lag - offset, likeness.max(0.0).powi(4) + 1e-3)
    };
    let differences: Vec<_> = edges.par_iter().map(difference).collect();
    let agreed = agree(&whole, &differences);
    agreed.iter().zip(&ear.shifts).map(|(arrival, shift)| arrival - shift).collect()
}

/// The times nearest to `whole` and to all differences (a, b, time of a − time of b, weight), least squares, by
/// successive over-relaxation.
fn agree(whole: &[f64], differences: &[(usize, usize, f64, f64)]) -> Vec<f64> {
    let mut neighbours: Vec<Vec<(usize, f64, f64)>> = vec![Vec::new(); whole.len()];
    for &(a, b, difference, weight) in differences {
        neighbours[a].push((b, difference, weight));
        neighbours[b].push((a, -difference, weight));
    }
    let mut times = robust(whole, &neighbours);
    for _ in 0..SWEEPS {
        let mut moved = 0.0_f64;
        for i in 0..times.len() {
            let weights: f64 = neighbours[i].iter().map(|n| n.2).sum();
            if weights <= 0.0 {
                continue;
            }
            let sum: f64 = neighbours[i].iter().map(|&(j, d, w)| w * (times[j] + d)).sum();
            let target = (sum + ANCHOR * weights * whole[i]) / (weights * (1.0 + ANCHOR));
            let step = 1.6 * (target - times[i]);
            times[i] += step;
            moved = moved.max(step.abs());
        }
        if moved < 1e-6 {
            break;
        }
    }
    times
}

/// `whole` with the outliers drawn to what most of their neighbours say.
fn robust(whole: &[f64], neighbours: &[Vec<(usize, f64, f64)>]) -> Vec<f64> {
    let middle = |i: usize| {
        let mut said: Vec<f64> = neighbours[i].iter().map(|&(j, d, _)| whole[j] + d).collect();
        said.push(whole[i]);
        said.sort_by(f64::total_cmp);
        said[said.len() / 2]
    };
    (0..whole.len()).map(middle).collect()
}

struct Correlator {
    transform: Transform,
    fine: Transform,
    weights: Vec<f64>,
}

impl Correlator {
    fn new(taps: usize, rate: f64) -> Self {
        let transform = Transform::of_at_least(2 * taps);
        let fine = Transform::of_at_least(transform.size() * STEPS);
        let edge = |x: f64| 0.5 - 0.5 * (std::f64::consts::PI * x.clamp(0.0, 1.0)).cos();
        let weight = |bin: usize| {
            let f = bin as f64 * rate / transform.size() as f64;
            edge(f / BAND.0) * edge((BAND.1 * 4.0 / 3.0 - f) / (BAND.1 / 3.0))
        };
        let weights = (0..transform.bins()).map(weight).collect();
        Self { transform, fine, weights }
    }

    /// By how many samples `a` is later than `b`, between the limits of `window`, and how alike they are then.
    fn lag(&self, a: &[Complex64], b: &[Complex64], window: (f64, f64)) -> (f64, f64) {
        let product = a.iter().zip(b).zip(&self.weights).map(|((a, b), w)| a * b.conj() * w * w).collect();
        let energy = |x: &[Complex64]| -> f64 {
            x.iter().zip(&self.weights).map(|(bin, w)| bin.norm_sqr() * w * w).sum()
        };
        let norm = (energy(a) * energy(b)).sqrt();
        if norm <= 0.0 {
            return (((window.0 + window.1) / 2.0).max(window.0), 0.0);
        }
        let correlation = self.fine.inverse(product);
        let size = correlation.len() as i64;
        let at = |k: i64| correlation[k.rem_euclid(size) as usize];
        let (first, last) =
            ((window.0 * STEPS as f64).floor() as i64, (window.1 * STEPS as f64).ceil() as i64);
        let mut best = first;
        for k in first..=last {
            if at(k) > at(best) {
                best = k;
            }
        }
        let (before, peak, after) = (at(best - 1), at(best), at(best + 1));
        let bend = before - 2.0 * peak + after;
        let part = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
        // One-sided spectrum: half the sum over all bins.
        let likeness = peak * self.fine.size() as f64 / (2.0 * norm);
        ((best as f64 + part) / STEPS as f64, likeness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A short pulse that arrives at `time`, low-passed.
    fn pulse(time: f64) -> Vec<f32> {
        let shape = |n: i32| {
            let x = (f64::from(n) - time) / 1.8;
            (-x * x).exp() * (1.0 - 0.3 * x)
        };
        (0..128).map(|n| shape(n) as f32).collect()
    }

    #[test]
    fn differences_between_shifted_pulses_are_found_to_a_hundredth_of_a_sample() {
        let times = [20.0, 22.3, 25.71, 24.1];
        let responses: Vec<Vec<f32>> = times.iter().map(|&t| pulse(t)).collect();
        let ear = Ear {
            responses: responses.iter().map(Vec::as_slice).collect(),
            shifts: vec![0.0; 4],
            rate: 48_000.0,
        };
        let found = arrivals(&ear, &[(0, 1, 0.2), (1, 2, 0.2), (2, 3, 0.2), (0, 3, 0.2)]);
        for i in 1..4 {
            let error = (found[i] - found[0]) - (times[i] - times[0]);
            assert!(error.abs() < 0.01, "{i}: {error}");
        }
    }

    #[test]
    fn a_delay_beside_the_response_counts_in_the_difference() {
        // The same pulse, once 3 samples later in its array and once by its delay.
        let responses = [pulse(20.0), pulse(23.0), pulse(20.0)];
        let ear = Ear {
            responses: responses.iter().map(Vec::as_slice).collect(),
            shifts: vec![0.0, 0.0, 3.0],
            rate: 48_000.0,
        };
        let found = arrivals(&ear, &[(0, 1, 0.2), (1, 2, 0.2), (0, 2, 0.2)]);
        assert!((found[1] - found[0] - 3.0).abs() < 0.01);
        assert!((found[2] - found[0]).abs() < 0.01, "{found:?}");
    }
}
