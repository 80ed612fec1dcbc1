//! Fractional delays: a windowed sinc.

use std::f64::consts::PI;

/// Samples that an output sample is made of. 32 with this window are flat to 20 kHz at 48 kHz within −80 dB.
pub(super) const TAPS: usize = 32;

/// Taps in front of the centre: every delay comes out this much longer.
pub(super) const LEAD: usize = TAPS / 2 - 1;

/// Shape of the Kaiser window.
const BETA: f64 = 8.0;

/// The kernel for a delay of [`LEAD`] + `fraction` samples, 0 ≤ `fraction` ≤ 1. A fraction of 0 is one tap of 1.
pub(crate) fn kernel(fraction: f64) -> [f64; TAPS] {
    let centre = LEAD as f64 + fraction;
    let half = TAPS as f64 / 2.0;
    std::array::from_fn(|tap| {
        let x = tap as f64 - centre;
        let inside = 1.0 - (x / half).powi(2);
        if inside < 0.0 {
            return 0.0;
        }
        sinc(x) * bessel_i0(BETA * inside.sqrt()) / bessel_i0(BETA)
    })
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        1.0
    } else if x == x.round() {
        0.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

/// The modified Bessel function of the first kind of order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..64 {
        term *= quarter / f64::from(n * n);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_delays_are_exact_and_fractions_flat_to_20_khz() {
        let mut expected = [0.0; TAPS];
        expected[LEAD] = 1.0;
        assert_eq!(kernel(0.0), expected);
        for fraction in [0.1, 0.5, 0.77] {
            for hertz in [100.0, 1_000.0, 8_000.0, 16_000.0, 20_000.0] {
                let omega = 2.0 * PI * hertz / 48_000.0;
                let (mut re, mut im) = (0.0, 0.0);
                for (tap, gain) in kernel(fraction).iter().enumerate() {
                    let phase = omega * (tap as f64 - LEAD as f64 - fraction);
                    re += gain * phase.cos();
                    im -= gain * phase.sin();
                }
                let error = (re - 1.0_f64).hypot(im);
                assert!(error < 2e-4, "{fraction} {hertz} {error:e}");
            }
        }
    }
}
