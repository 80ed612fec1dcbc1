//! Filters of two poles, by the Audio EQ Cookbook of R. Bristow-Johnson.

use std::f64::consts::{LN_2, PI};

/// What a filter does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A bell of so many decibels at its middle.
    Peak(f64),
    /// Everything below raised by so many decibels.
    LowShelf(f64),
    /// Everything above raised by so many decibels.
    HighShelf(f64),
    LowPass,
    HighPass,
    /// Of 0 dB at its middle.
    BandPass,
    Notch,
    AllPass,
}

/// How wide or steep a filter is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Width {
    Q(f64),
    /// Between the −3 dB frequencies, or for a bell those of half its gain.
    Octaves(f64),
    /// Of a shelf, beside the steepest without a hump, which is 1.
    Slope(f64),
}

/// A filter at any sampling rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Filter {
    pub(super) kind: Kind,
    /// Hertz.
    pub(super) frequency: f64,
    pub(super) width: Width,
}

/// A filter at one sampling rate: b0, b1, b2, a1, a2 of its transfer function, and its state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Filter {
    /// `None` where the frequency is not below half the sampling rate, or the slope has no such filter.
    pub(super) fn at(&self, sample_rate: u32) -> Option<Biquad> {
        let omega = 2.0 * PI * self.frequency / f64::from(sample_rate);
        if !(omega > 0.0 && omega < PI) {
            return None;
        }
        let (sine, cosine) = omega.sin_cos();
        let decibels = match self.kind {
            Kind::Peak(gain) | Kind::LowShelf(gain) | Kind::HighShelf(gain) => gain,
            _ => 0.0,
        };
        let a = 10_f64.powf(decibels / 40.0);
        let alpha = match self.width {
            Width::Q(q) => sine / (2.0 * q),
            Width::Octaves(octaves) => sine * (LN_2 / 2.0 * octaves * omega / sine).sinh(),
            Width::Slope(slope) => sine / 2.0 * ((a + 1.0 / a) * (1.0 / slope - 1.0) + 2.0).sqrt(),
        };
        if !(alpha > 0.0 && alpha.is_finite()) {
            return None;
        }
        let (b, a) = match self.kind {
            Kind::Peak(_) => {
                let ends = [1.0 + alpha * a, -2.0 * cosine, 1.0 - alpha * a];
                (ends, [1.0 + alpha / a, -2.0 * cosine, 1.0 - alpha / a])
            }
            Kind::LowShelf(_) => shelf(a, cosine, alpha),
            Kind::HighShelf(_) => {
                // A low shelf mirrored about a quarter of the sampling rate.
                let (b, a) = shelf(a, -cosine, alpha);
                ([b[0], -b[1], b[2]], [a[0], -a[1], a[2]])
            }
            kind => {
                let b = match kind {
                    Kind::LowPass => [(1.0 - cosine) / 2.0, 1.0 - cosine, (1.0 - cosine) / 2.0],
                    Kind::HighPass => [(1.0 + cosine) / 2.0, -1.0 - cosine, (1.0 + cosine) / 2.0],
                    Kind::BandPass => [alpha, 0.0, -alpha],
                    Kind::Notch => [1.0, -2.0 * cosine, 1.0],
                    _ => [1.0 - alpha, -2.0 * cosine, 1.0 + alpha],
                };
                (b, [1.0 + alpha, -2.0 * cosine, 1.0 - alpha])
            }
        };
        Some(Biquad { b: b.map(|b| b / a[0]), a: [a[1] / a[0], a[2] / a[0]], state: [0.0; 2] })
    }
}

/// Numerator and denominator of a low shelf.
fn shelf(a: f64, cosine: f64, alpha: f64) -> ([f64; 3], [f64; 3]) {
    let (plus, minus, root) = (a + 1.0, a - 1.0, 2.0 * a.sqrt() * alpha);
    (
        [
            a * (plus - minus * cosine + root),
            2.0 * a * (minus - plus * cosine),
            a * (plus - minus * cosine - root),
        ],
        [plus + minus * cosine + root, -2.0 * (minus + plus * cosine), plus + minus * cosine - root],
    )
}

impl Biquad {
    /// The next sample.
    pub(super) fn next(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.state[0];
        self.state = [self.b[1] * x - self.a[0] * y + self.state[1], self.b[2] * x - self.a[1] * y];
        y
    }

    /// Samples until its ringing is down by `decibels`; infinite where it never is.
    pub(super) fn ringing(&self, decibels: f64) -> f64 {
        // The farthest pole z² + a1 z + a2 = 0 from the centre.
        let [a1, a2] = self.a;
        let bend = a1 * a1 / 4.0 - a2;
        let radius = if bend < 0.0 { a2.sqrt() } else { a1.abs() / 2.0 + bend.sqrt() };
        if radius >= 1.0 {
            return f64::INFINITY;
        }
        if radius <= 0.0 { 2.0 } else { decibels / 20.0 * 10_f64.ln() / -radius.ln() }
    }
}
