//! Fractional delays that move: a windowed sinc, tabulated over the fraction.

use std::f64::consts::PI;

/// Samples that an output sample is made of. 32 with this window are flat to 20 kHz at 48 kHz within −80 dB.
pub(super) const TAPS: usize = 32;

/// Taps in front of the centre: every delay comes out this much longer.
pub(super) const LEAD: usize = TAPS / 2 - 1;

/// Fractions tabulated; between two the kernel is blended, which is exact to −105 dB.
const FRACTIONS: usize = 512;

/// Shape of the Kaiser window.
const BETA: f64 = 8.0;

/// Kernels for delays of `LEAD` samples and a fraction.
#[derive(Clone, Debug)]
pub(super) struct Kernels {
    /// In the order of the input: the latest sample's tap is last.
    rows: Vec<[f32; TAPS]>,
}

impl Kernels {
    pub(super) fn new() -> Self {
        let row = |number: usize| {
            let mut kernel = kernel(number as f64 / FRACTIONS as f64);
            kernel.reverse();
            kernel.map(|tap| tap as f32)
        };
        Self { rows: (0..=FRACTIONS).map(row).collect() }
    }

    /// `input` late by `delay` + [`LEAD`] samples at the time of `newest`, an index that is `delay` + [`TAPS`]
    /// samples within it.
    #[inline]
    pub(super) fn sample(&self, input: &[f32], newest: usize, delay: f64) -> f32 {
        let whole = delay as usize;
        let place = (delay - whole as f64) * FRACTIONS as f64;
        let row = (place as usize).min(FRACTIONS - 1);
        let share = (place - row as f64) as f32;
        let end = newest + 1 - whole;
        let (input, _) = input[end - TAPS..end].as_chunks::<TAPS>();
        let (low, high) = (&self.rows[row], &self.rows[row + 1]);
        let mut sums = [0.0_f32; 16];
        for tap in 0..16 {
            let first = low[tap] + share * (high[tap] - low[tap]);
            let second = low[tap + 16] + share * (high[tap + 16] - low[tap + 16]);
            sums[tap] = input[0][tap] * first + input[0][tap + 16] * second;
        }
        sums.iter().sum()
    }
}

/// The kernel for a delay of [`LEAD`] + `fraction` samples, 0 ≤ `fraction` ≤ 1. A fraction of 0 is one tap of 1.
pub(super) fn kernel(fraction: f64) -> [f64; TAPS] {
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

/// A value between the second and the third of four, evenly spaced, on a smooth curve through all of them
/// (Catmull and Rom): as a polynomial in 0 … 1, lowest power first.
pub(super) fn curve(points: [f64; 4]) -> [f64; 4] {
    let [before, from, to, after] = points;
    [
        from,
        0.5 * (to - before),
        before - 2.5 * from + 2.0 * to - 0.5 * after,
        0.5 * (after - before) + 1.5 * (from - to),
    ]
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

    #[test]
    fn tabulated_kernels_delay_a_sine() {
        let kernels = Kernels::new();
        let omega = 2.0 * PI * 1_000.0 / 48_000.0;
        let input: Vec<f32> = (0..400).map(|n| (omega * f64::from(n)).sin() as f32).collect();
        for delay in [0.0, 0.001, 3.3, 20.999] {
            let expected = (omega * (300.0 - LEAD as f64 - delay)).sin();
            let found = f64::from(kernels.sample(&input, 300, delay));
            assert!((found - expected).abs() < 1e-4, "{delay} {found} {expected}");
        }
    }

    #[test]
    fn the_curve_goes_through_its_points() {
        let at = |polynomial: [f64; 4], x: f64| polynomial.iter().rev().fold(0.0, |sum, c| sum * x + c);
        let polynomial = curve([1.0, 2.0, 5.0, 4.0]);
        assert!((at(polynomial, 0.0) - 2.0).abs() < 1e-12 && (at(polynomial, 1.0) - 5.0).abs() < 1e-12);
        let line = curve([1.0, 2.0, 3.0, 4.0]);
        assert!((at(line, 0.25) - 2.25).abs() < 1e-12);
    }
}
