//! From analogue to digital filters whose magnitude stays that of the analogue one up to the top of the hearing range.
//!
//! Poles and zeros are mapped one by one, z = exp(s T): that gives the filter's shape and its minimum phase, but near half the
//! sample rate the magnitude bends away by what the images of the poles and zeros above it add. What is missing is a
//! smooth function of φ = sin²(ω/2); a ratio of polynomials of φ is fitted to it, for all bands together, and its roots
//! are the poles and zeros of one more section or two. The bilinear transform in comparison presses everything above half
//! the sample rate into the band, which makes a bell at 16 kHz visibly too narrow.

use std::f64::consts::PI;

use formats::scene::chain::EqBand;
use nalgebra::Complex;

use super::prototype::{Part, Polynomial, parts};
use super::rational::{Rational, fit};

/// Magnitudes are matched up to here, Hz.
const TOP_HZ: f64 = 20_000.0;
/// Or up to this part of half the sample rate where that is lower.
const TOP_OF_NYQUIST: f64 = 0.9;
/// A correction that is as good as this is good enough, dB; a fifth of what is promised.
const CLOSE_DB: f64 = 0.02;
/// Highest order of a correction.
const HIGHEST_ORDER: usize = 4;
/// Frequencies at which the magnitudes are compared.
const POINTS: usize = 200;

/// b₀ + b₁ z⁻¹ + b₂ z⁻² over 1 + a₁ z⁻¹ + a₂ z⁻².
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Section {
    pub(super) b: [f64; 3],
    pub(super) a: [f64; 2],
}

impl Section {
    /// |H|² where sin²(ω/2) = φ.
    pub(super) fn power(&self, phi: f64) -> f64 {
        power(self.b, phi) / power([1.0, self.a[0], self.a[1]], phi)
    }

    /// Phase at `omega` (radians per sample), radians; and group delay, samples.
    pub(super) fn turn(&self, omega: f64) -> (f64, f64) {
        let (zeros, poles) = (turn(self.b, omega), turn([1.0, self.a[0], self.a[1]], omega));
        (zeros.0 - poles.0, zeros.1 - poles.1)
    }
}

/// Phase of c₀ + c₁ z⁻¹ + c₂ z⁻² on the unit circle, and its group delay, the real part of Σ k cₖ z⁻ᵏ over the polynomial; both 0
/// where that is zero.
fn turn([c0, c1, c2]: [f64; 3], omega: f64) -> (f64, f64) {
    let z = Complex::from_polar(1.0, -omega);
    let (first, second) = (z * c1, z * z * c2);
    let value = first + second + c0;
    if value.norm_sqr() <= f64::EPSILON * (c0 * c0 + c1 * c1 + c2 * c2) * f64::EPSILON {
        return (0.0, 0.0);
    }
    (value.arg(), ((first + second * 2.0) / value).re)
}

/// |c₀ + c₁ z⁻¹ + c₂ z⁻²|² on the unit circle.
fn power([c0, c1, c2]: [f64; 3], phi: f64) -> f64 {
    let (low, high) = (c0 + c1 + c2, c0 - c1 + c2);
    low * low * (1.0 - phi) + high * high * phi - 16.0 * c0 * c2 * phi * (1.0 - phi)
}

/// The sections of all `bands`, one after the other.
pub(super) fn sections(bands: &[EqBand], sample_rate: u32) -> Vec<Section> {
    let parts = bands.iter().flat_map(parts).collect::<Vec<_>>();
    let mut sections = Vec::new();
    add(&parts, f64::from(sample_rate), &mut sections);
    sections
}

/// Adds the sections of `parts` with a correction for all of them, or for half of them each where one is not enough.
fn add(parts: &[Part], rate: f64, sections: &mut Vec<Section>) {
    if parts.is_empty() {
        return;
    }
    let mapped = parts.iter().map(|part| mapped(part, rate)).collect::<Vec<_>>();
    let (correction, error_db) = correction(parts, &mapped, rate);
    if error_db > CLOSE_DB && parts.len() > 1 {
        let (front, back) = parts.split_at(parts.len() / 2);
        add(front, rate, sections);
        add(back, rate, sections);
        return;
    }
    let first = sections.len();
    sections.extend(mapped);
    sections.extend(correction.sections);
    for b in &mut sections[first].b {
        *b *= correction.gain;
    }
}

/// A part with its poles and zeros mapped, of any gain.
fn mapped(part: &Part, rate: f64) -> Section {
    let omega = 2.0 * PI * part.frequency_hz / rate;
    let [_, a1, a2] = roots_mapped(part.denominator, omega);
    Section { b: roots_mapped(part.numerator, omega), a: [a1, a2] }
}

/// 1 + p₁ z⁻¹ + p₂ z⁻² with the roots exp(ω s) for each root s.
fn roots_mapped(Polynomial([c0, c1, c2]): Polynomial, omega: f64) -> [f64; 3] {
    if c2 == 0.0 {
        return if c1 == 0.0 { [1.0, 0.0, 0.0] } else { [1.0, -(-c0 / c1 * omega).exp(), 0.0] };
    }
    let (half, product) = (c1 / (2.0 * c2), c0 / c2);
    let bend = half * half - product;
    if bend < 0.0 {
        let radius = (-half * omega).exp();
        return [1.0, -2.0 * radius * ((-bend).sqrt() * omega).cos(), radius * radius];
    }
    let far = -(half + bend.sqrt());
    let near = if far == 0.0 { 0.0 } else { product / far };
    let (far, near) = ((far * omega).exp(), (near * omega).exp());
    [1.0, -(far + near), far * near]
}

/// What brings mapped filters to the magnitude of their prototypes.
struct Correction {
    sections: Vec<Section>,
    gain: f64,
}

/// The correction of the lowest order that is close enough, or else the closest; with its error, dB.
fn correction(parts: &[Part], mapped: &[Section], rate: f64) -> (Correction, f64) {
    let top = 2.0 * PI * (TOP_HZ / rate).min(TOP_OF_NYQUIST / 2.0);
    let (phis, ratios): (Vec<f64>, Vec<f64>) = (0..POINTS)
        .map(|point| {
            // Denser towards both ends.
            let place = (PI * (point as f64 + 0.5) / POINTS as f64).cos();
            let omega = top * (1.0 - place) / 2.0;
            let phi = (omega / 2.0).sin().powi(2);
            let frequency_hz = omega / (2.0 * PI) * rate;
            let wanted: f64 = parts.iter().map(|part| part.power(frequency_hz).ln()).sum();
            let there: f64 = mapped.iter().map(|section| section.power(phi).ln()).sum();
            (phi, wanted - there)
        })
        .filter(|(_, ratio)| ratio.is_finite())
        .unzip();
    let mut best = judged(Rational::default(), &phis, &ratios);
    for order in 1..=HIGHEST_ORDER {
        if best.1 <= CLOSE_DB {
            break;
        }
        for candidate in fit(&phis, &ratios, order) {
            let candidate = judged(candidate, &phis, &ratios);
            if candidate.1 < best.1 {
                best = candidate;
            }
        }
    }
    best
}

/// The sections of a fit, its gain in the middle of its errors, and the largest of these, dB.
fn judged(fit: Rational, phis: &[f64], ratios: &[f64]) -> (Correction, f64) {
    let sections = fit.sections();
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for (phi, ratio) in phis.iter().zip(ratios) {
        let error = ratio - sections.iter().map(|section| section.power(*phi).ln()).sum::<f64>();
        (least, most) = (least.min(error), most.max(error));
    }
    if least > most {
        return (Correction { sections: Vec::new(), gain: 1.0 }, 0.0);
    }
    let decibels = 10.0 / std::f64::consts::LN_10;
    let gain = ((least + most) / 4.0).exp();
    (Correction { sections, gain }, (most - least) / 2.0 * decibels)
}
