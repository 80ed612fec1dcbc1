//! Responses for functions of direction: what the components of Ambisonics go through to the ears.
//!
//! A head's responses are fitted by few functions of direction. At low frequencies in amplitude and phase (least squares); from
//! a cut-off on, where so few functions can't follow the phase, in magnitude only: the phase is that of the fit one line
//! below (MagLS; Schörkhuber, Zaunschirm and Höldrich, "Binaural rendering of Ambisonic signals via magnitude
//! least squares", DAGA 2018). Then every line is scaled so that sound from everywhere has the power that it has through
//! the responses themselves: a low order is neither dull nor bright.

use realfft::num_complex::Complex64;

use crate::minimum_phase::fade_out;
use crate::spectrum::Transform;

/// The most that a line is raised or lowered for the power of the diffuse field.
const MOST: f64 = 2.0;
/// Samples of the fade at both ends of a fitted response.
const FADE: usize = 32;

/// What is fitted, and by what.
#[derive(Clone, Debug)]
pub struct Fit<'a> {
    /// Responses of both ears to each direction.
    pub responses: &'a [[Vec<f64>; 2]],
    /// The share of the sphere that belongs to each direction; their sum is 1.
    pub weights: &'a [f64],
    /// `[function][direction]`; with these weights each has a mean square of 1 and no two have anything in common.
    pub functions: &'a [Vec<f64>],
    /// Hertz.
    pub sample_rate: u32,
    /// From here on only magnitudes are fitted, hertz.
    pub cutoff: f64,
    /// When sound from ahead arrives in the responses, samples.
    pub arrival: usize,
}

/// Responses of both ears for each function, as long as those that they are fitted to: sound from a direction is the sum
/// over the functions, times their value there.
pub fn fitted(fit: &Fit<'_>) -> Vec<[Vec<f64>; 2]> {
    let taps = fit.responses.iter().flatten().map(Vec::len).max().unwrap_or(0);
    let transform = Transform::of_at_least(taps + FADE);
    let (left, right) = rayon::join(|| spectra(fit, 0, &transform), || spectra(fit, 1, &transform));
    let (mut left, mut right) =
        rayon::join(|| fit_ear(fit, &left, &transform), || fit_ear(fit, &right, &transform));
    equalise(&mut left, &mut right);
    let response = |spectrum: &Vec<Complex64>| {
        let turned =
            spectrum.iter().enumerate().map(|(bin, value)| value * turn(fit, bin, &transform).conj());
        let mut response = transform.inverse(turned.collect());
        response.truncate(taps);
        fade_out(&mut response, FADE);
        response.reverse();
        fade_out(&mut response, FADE.min(fit.arrival / 2));
        response.reverse();
        response
    };
    let both = left.fitted.iter().zip(&right.fitted);
    both.map(|(left, right)| [response(left), response(right)]).collect()
}

/// What takes the arrival out of a line of a spectrum.
fn turn(fit: &Fit<'_>, bin: usize, transform: &Transform) -> Complex64 {
    let samples = (bin * fit.arrival) % transform.size();
    Complex64::from_polar(1.0, std::f64::consts::TAU * samples as f64 / transform.size() as f64)
}

/// The responses of an ear, `[line][direction]`, without the arrival.
fn spectra(fit: &Fit<'_>, ear: usize, transform: &Transform) -> Vec<Vec<Complex64>> {
    let mut lines = vec![vec![Complex64::default(); fit.responses.len()]; transform.bins()];
    let turns: Vec<Complex64> = (0..transform.bins()).map(|bin| turn(fit, bin, transform)).collect();
    for (point, ears) in fit.responses.iter().enumerate() {
        let spectrum = transform.forward(ears[ear].iter().copied());
        for ((line, value), turn) in lines.iter_mut().zip(spectrum).zip(&turns) {
            line[point] = value * turn;
        }
    }
    lines
}

/// What is fitted to an ear.
struct EarFit {
    /// `[function][line]`.
    fitted: Vec<Vec<Complex64>>,
    /// Power of the diffuse field in each line.
    power: Vec<f64>,
}

fn fit_ear(fit: &Fit<'_>, lines: &[Vec<Complex64>], transform: &Transform) -> EarFit {
    let hertz = f64::from(fit.sample_rate) / transform.size() as f64;
    let mut made =
        EarFit { fitted: vec![Vec::with_capacity(lines.len()); fit.functions.len()], power: Vec::new() };
    let mut before: Vec<Complex64> = vec![Complex64::new(1.0, 0.0); fit.responses.len()];
    for (bin, line) in lines.iter().enumerate() {
        made.power.push(line.iter().zip(fit.weights).map(|(value, weight)| weight * value.norm_sqr()).sum());
        let magnitudes_only = bin as f64 * hertz >= fit.cutoff;
        let wanted: Vec<Complex64> = line
            .iter()
            .zip(&before)
            .zip(fit.weights)
            .map(|((value, phase), weight)| if magnitudes_only { phase * value.norm() } else { *value } * *weight)
            .collect();
        before.fill(Complex64::default());
        for (function, fitted) in fit.functions.iter().zip(&mut made.fitted) {
            let sum: Complex64 = function.iter().zip(&wanted).map(|(f, value)| value * *f).sum();
            fitted.push(sum);
            before.iter_mut().zip(function).for_each(|(phase, f)| *phase += sum * *f);
        }
        for phase in &mut before {
            let length = phase.norm();
            *phase = if length > 0.0 { *phase / length } else { Complex64::new(1.0, 0.0) };
        }
    }
    made
}

/// Gives both ears together, line by line, the power of the diffuse field.
fn equalise(left: &mut EarFit, right: &mut EarFit) {
    for line in 0..left.power.len() {
        let power = |ear: &EarFit| ear.fitted.iter().map(|function| function[line].norm_sqr()).sum::<f64>();
        let (wanted, found) = (left.power[line] + right.power[line], power(left) + power(right));
        let gain = (wanted / found.max(f64::MIN_POSITIVE)).sqrt().clamp(1.0 / MOST, MOST);
        for function in left.fitted.iter_mut().chain(&mut right.fitted) {
            function[line] *= gain;
        }
    }
}
