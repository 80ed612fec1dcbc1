//! Responses for functions of direction: what the components of Ambisonics go through to the ears.
//!
//! A head's responses are fitted by few functions of direction. At low frequencies in amplitude and phase (least squares); from
//! a cut-off on, where so few functions can't follow the phase, in magnitude only: the phase is that of the fit one line
//! below (MagLS; Schörkhuber, Zaunschirm and Höldrich, "Binaural rendering of Ambisonic signals via magnitude
//! least squares", DAGA 2018). Then every line is mixed between the ears so that sound from everywhere has the power at each ear and
//! the coherence between them that it has through the responses themselves (Zaunschirm, Schörkhuber and Höldrich,
//! "Binaural rendering of Ambisonic signals by head-related impulse response time alignment and a diffuseness
//! constraint", JASA 143, 2018): a low order is neither dull nor bright, and its space as wide as it is.

use realfft::num_complex::Complex64;

use crate::minimum_phase::fade_out;
use crate::spectrum::Transform;

/// The most that a line is raised or lowered for the diffuse field, in any mixture of the ears.
const MOST: f64 = 2.0;
/// How far the coherence of the ears in the diffuse field may be off where they have nothing in common; less by the square of what
/// they have. No difference is heard there of less than 0.4, nor of less than 0.04 from 1 (Pollack and Trittipoe,
/// JASA 31, 1959), and the closer it is, the more a few functions exaggerate the level between the ears of a single direction.
const UNHEARD: f64 = 0.3;
/// Power, beside that of a line, that is taken to be at each ear alone: ears never have everything in common.
const OWN: f64 = 1e-6;
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
    let (left_lines, right_lines) =
        rayon::join(|| spectra(fit, 0, &transform), || spectra(fit, 1, &transform));
    let (mut left, mut right) =
        rayon::join(|| fit_ear(fit, &left_lines, &transform), || fit_ear(fit, &right_lines, &transform));
    constrain(&mut left, &mut right, [&left_lines, &right_lines], fit.weights);
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
    let both = left.iter().zip(&right);
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

/// What is fitted to an ear: `[function][line]`.
type EarFit = Vec<Vec<Complex64>>;

fn fit_ear(fit: &Fit<'_>, lines: &[Vec<Complex64>], transform: &Transform) -> EarFit {
    let hertz = f64::from(fit.sample_rate) / transform.size() as f64;
    let mut made: EarFit = vec![Vec::with_capacity(lines.len()); fit.functions.len()];
    let mut before: Vec<Complex64> = vec![Complex64::new(1.0, 0.0); fit.responses.len()];
    for (bin, line) in lines.iter().enumerate() {
        let magnitudes_only = bin as f64 * hertz >= fit.cutoff;
        let wanted: Vec<Complex64> = line
            .iter()
            .zip(&before)
            .zip(fit.weights)
            .map(|((value, phase), weight)| if magnitudes_only { phase * value.norm() } else { *value } * *weight)
            .collect();
        before.fill(Complex64::default());
        for (function, fitted) in fit.functions.iter().zip(&mut made) {
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

/// Gives both ears, line by line, the powers and the coherence that they have in the diffuse field.
fn constrain(
    left: &mut EarFit,
    right: &mut EarFit,
    [left_lines, right_lines]: [&[Vec<Complex64>]; 2],
    weights: &[f64],
) {
    for (line, (at_left, at_right)) in left_lines.iter().zip(right_lines).enumerate() {
        let ears = at_left.iter().copied().zip(at_right.iter().copied());
        let wanted = Covariance::of(ears.zip(weights.iter().copied()));
        let of = |left: &EarFit, right: &EarFit| {
            let ears = left.iter().zip(right).map(|(left, right)| (left[line], right[line]));
            Covariance::of(ears.map(|ears| (ears, 1.0)))
        };
        let found = of(left, right);
        let mixture = found.to(&wanted.towards(&found)).limited(1.0 / MOST, MOST);
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            (left[line], right[line]) = mixture.mixed((left[line], right[line]));
        }
        // What the limit, or a fit of a single function, has left.
        let found = of(left, right);
        let gain = (wanted.power() / found.power().max(f64::MIN_POSITIVE)).sqrt().clamp(1.0 / MOST, MOST);
        left.iter_mut().chain(right.iter_mut()).for_each(|function| function[line] *= gain);
    }
}

/// What two ears have of their own and in common; also a mixture of the ears. A Hermitian matrix, positive definite.
#[derive(Clone, Copy, Debug)]
struct Covariance {
    left: f64,
    right: f64,
    /// The left one times the right one's conjugate.
    both: Complex64,
}

impl Covariance {
    /// Of pairs with their shares.
    fn of(pairs: impl Iterator<Item = ((Complex64, Complex64), f64)>) -> Self {
        let mut sum = Self { left: 0.0, right: 0.0, both: Complex64::default() };
        for ((left, right), share) in pairs {
            sum.left += share * left.norm_sqr();
            sum.right += share * right.norm_sqr();
            sum.both += left * right.conj() * share;
        }
        sum
    }

    fn power(&self) -> f64 {
        self.left + self.right
    }

    /// With these powers and a coherence that lies towards another one as far as that is not heard.
    fn towards(&self, other: &Self) -> Self {
        let coherence = |of: &Self| of.both / (of.left * of.right).sqrt().max(f64::MIN_POSITIVE);
        let (own, other) = (coherence(self), coherence(other));
        let (apart, most) = ((other - own).norm(), UNHEARD * (1.0 - own.norm_sqr()).max(0.0));
        let way = if apart > most { most / apart } else { 1.0 };
        Self { both: (own + (other - own) * way) * (self.left * self.right).sqrt(), ..*self }
    }

    /// With a little of their own at both ears, so that something is left when both have all in common.
    fn regular(self) -> Self {
        let own = (OWN * self.power()).max(f64::MIN_POSITIVE.sqrt());
        Self { left: self.left + own, right: self.right + own, both: self.both }
    }

    fn determinant(&self) -> f64 {
        (self.left * self.right - self.both.norm_sqr()).max(f64::MIN_POSITIVE)
    }

    /// The mixture that makes `wanted` out of this and changes the signals least: the geometric mean of `wanted` and the
    /// inverse of this, which has a closed form for two rows and columns.
    fn to(self, wanted: &Self) -> Self {
        let (from, to) = (self.regular(), wanted.regular());
        let (a, b) = (from.determinant().sqrt(), to.determinant().sqrt());
        let sum = Self {
            left: from.right / a + to.left / b,
            right: from.left / a + to.right / b,
            both: to.both / b - from.both / a,
        };
        let scale = (b / a / sum.determinant()).sqrt();
        Self { left: sum.left * scale, right: sum.right * scale, both: sum.both * scale }
    }

    /// With both eigenvalues within these limits.
    fn limited(self, least: f64, most: f64) -> Self {
        let mean = (self.left + self.right) / 2.0;
        let half = (self.left - self.right) / 2.0;
        let apart = half.hypot(self.both.norm());
        let (low, high) = ((mean - apart).clamp(least, most), (mean + apart).clamp(least, most));
        let (centre, scale) =
            ((low + high) / 2.0, if apart > 0.0 { (high - low) / (2.0 * apart) } else { 0.0 });
        Self { left: centre + half * scale, right: centre - half * scale, both: self.both * scale }
    }

    /// This mixture of two ears.
    fn mixed(&self, (left, right): (Complex64, Complex64)) -> (Complex64, Complex64) {
        (left * self.left + self.both * right, self.both.conj() * left + right * self.right)
    }
}
