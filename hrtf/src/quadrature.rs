//! The part of a response that is a quarter of a turn from another one, at every frequency.

use realfft::num_complex::Complex64;

use crate::spectrum::Transform;

/// Power of the reference, beside its greatest, from where on it counts.
const FLOOR: f64 = 1e-9;

/// Of `response` the part that leads or lags `reference` by 90° at each frequency, as long as `response`: the sum of
/// `reference` and any multiple of it has the sum of their powers.
pub fn in_quadrature(response: &[f64], reference: &[f64]) -> Vec<f64> {
    let taps = response.len().max(reference.len());
    let transform = Transform::of_at_least(4 * taps.max(1));
    let of = |samples: &[f64]| transform.forward(samples.iter().copied());
    let (mut bins, reference) = (of(response), of(reference));
    let floor = FLOOR * reference.iter().map(Complex64::norm_sqr).fold(0.0, f64::max) + f64::MIN_POSITIVE;
    for (bin, reference) in bins.iter_mut().zip(&reference) {
        let share = (*bin * reference.conj()).im / (reference.norm_sqr() + floor);
        *bin = *reference * Complex64::new(0.0, share);
    }
    let mut part = transform.inverse(bins);
    part.truncate(response.len());
    part
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// A delay by d beside none is cos ωd in phase and −j sin ωd in quadrature: half of a click, and of its mirror image
    /// the negative half.
    #[test]
    fn of_a_delayed_click_the_sine_is_left() {
        let click = |at: usize| {
            let mut samples = vec![0.0; 64];
            samples[at] = 1.0;
            samples
        };
        let found = in_quadrature(&click(37), &click(32));
        for (n, sample) in found.iter().enumerate() {
            let expected =
                [(37, 0.5), (27, -0.5)].iter().find(|(at, _)| *at == n).map_or(0.0, |(_, tap)| *tap);
            assert!((sample - expected).abs() < 1e-6, "{n}: {sample}");
        }
    }

    #[test]
    fn powers_add_up() {
        let response: Vec<f64> = (0..40).map(|n| (f64::from(n) * 0.7).sin() * 0.9_f64.powi(n)).collect();
        let reference: Vec<f64> = (0..40).map(|n| (f64::from(n) * 0.3).cos() * 0.8_f64.powi(n)).collect();
        // Far from the ends, so that nothing is cut off.
        let framed = |samples: &[f64]| [&[0.0; 400], samples, &[0.0; 400]].concat();
        let (reference, part) = (framed(&reference), in_quadrature(&framed(&response), &framed(&reference)));
        let power = |samples: &[f64], omega: f64| {
            let sum = samples.iter().enumerate().map(|(n, s)| Complex64::from_polar(*s, -omega * n as f64));
            sum.sum::<Complex64>().norm_sqr()
        };
        let sum: Vec<f64> = reference.iter().zip(&part).map(|(a, b)| a + b).collect();
        for bin in 1..20 {
            let omega = TAU * f64::from(bin) / 48.0;
            let (found, expected) = (power(&sum, omega), power(&reference, omega) + power(&part, omega));
            assert!((found / expected - 1.0).abs() < 1e-3, "{bin}: {found} {expected}");
        }
    }
}
