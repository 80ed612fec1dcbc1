//! Filters as analogue circuits: ratios of polynomials of the complex frequency s, over that of the filter.

use std::f64::consts::PI;

use formats::scene::chain::EqBand;

/// c₀ + c₁ s + c₂ s²; all coefficients at least 0, so that no root has a positive real part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Polynomial(pub(super) [f64; 3]);

/// One part of a filter: of second order at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) numerator: Polynomial,
    pub(super) denominator: Polynomial,
    /// Where s is j, Hz.
    pub(super) frequency_hz: f64,
}

impl Polynomial {
    /// |p(j r)|².
    fn power(&self, ratio: f64) -> f64 {
        let [c0, c1, c2] = self.0;
        (c0 - c2 * ratio * ratio).powi(2) + (c1 * ratio).powi(2)
    }
}

impl Part {
    /// |H|² at a frequency.
    pub(super) fn power(&self, frequency_hz: f64) -> f64 {
        let ratio = frequency_hz / self.frequency_hz;
        self.numerator.power(ratio) / self.denominator.power(ratio)
    }
}

/// The filter of a band.
pub(super) fn parts(band: &EqBand) -> Vec<Part> {
    let frequency_hz = band.frequency_hz();
    let part = |numerator: [f64; 3], denominator: [f64; 3]| Part {
        numerator: Polynomial(numerator),
        denominator: Polynomial(denominator),
        frequency_hz,
    };
    match *band {
        EqBand::HighPass { slope, .. } => butterworth(slope, |bend| match bend {
            Some(bend) => part([0.0, 0.0, 1.0], [1.0, bend, 1.0]),
            None => part([0.0, 1.0, 0.0], [1.0, 1.0, 0.0]),
        }),
        EqBand::LowPass { slope, .. } => butterworth(slope, |bend| match bend {
            Some(bend) => part([1.0, 0.0, 0.0], [1.0, bend, 1.0]),
            None => part([1.0, 0.0, 0.0], [1.0, 1.0, 0.0]),
        }),
        EqBand::Bell { gain_db, q, .. } => {
            let a = 10f64.powf(gain_db / 40.0);
            vec![part([1.0, a / q, 1.0], [1.0, 1.0 / (a * q), 1.0])]
        }
        EqBand::LowShelf { gain_db, q, .. } => {
            let a = 10f64.powf(gain_db / 40.0);
            let root = a.sqrt() / q;
            vec![part([a * a, a * root, a], [1.0, root, a])]
        }
        EqBand::HighShelf { gain_db, q, .. } => {
            let a = 10f64.powf(gain_db / 40.0);
            let root = a.sqrt() / q;
            vec![part([a, a * root, a * a], [a, root, 1.0])]
        }
        EqBand::Notch { q, .. } => vec![part([1.0, 0.0, 1.0], [1.0, 1.0 / q, 1.0])],
        EqBand::Tilt { gain_db, .. } => {
            let a = 10f64.powf(gain_db / 20.0);
            vec![part([1.0, a, 0.0], [a, 1.0, 0.0])]
        }
    }
}

/// The parts of a Butterworth filter: pairs of poles (1 + bend s + s²), and for an odd order one alone.
fn butterworth(slope: u32, part: impl Fn(Option<f64>) -> Part) -> Vec<Part> {
    let order = slope / 6;
    let pairs = (0..order / 2).map(|pair| {
        let angle = PI * f64::from(2 * pair + 1) / f64::from(2 * order);
        part(Some(2.0 * angle.sin()))
    });
    pairs.chain((order % 2 == 1).then(|| part(None))).collect()
}
