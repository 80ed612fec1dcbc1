//! Shifts by parts of a sample, and other sampling rates: windowed sinc.

use std::f64::consts::PI;

/// Taps of the short kernel.
pub(crate) const SHORT: usize = 24;
/// Samples the short kernel reaches back and ahead.
pub(crate) const SHORT_REACH: usize = SHORT / 2;
/// Samples the long kernel reaches back and ahead, of the lower of two rates.
const LONG_REACH: f64 = 64.0;
/// Samples that the sinc of another rate may ring before the first.
pub(crate) const RINGING: usize = 24;
/// Shape of the long kernel's Kaiser window: 120 dB outside the transition.
const LONG_BETA: f64 = 12.3;

/// Samples the kernel that aligns responses reaches back and ahead, and the shape of its window.
pub(crate) const AHEAD_REACH: usize = 32;
const AHEAD_BETA: f64 = 8.0;

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The modified Bessel function of order zero.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= (x / (2.0 * k)) * (x / (2.0 * k));
        sum += term;
        k += 1.0;
    }
    sum
}

fn kaiser(x: f64, beta: f64, at_zero: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel_i0(beta * (1.0 - x * x).sqrt()) / at_zero }
}

/// The kernel that delays by `shift` samples, −1 … 1: tap `i` weighs the sample `i − SHORT_REACH` before. Exactly
/// one tap of 1 when `shift` is 0. Cheap enough to be made for every response.
pub(crate) fn short_kernel(shift: f64) -> [f32; SHORT] {
    let mut kernel = [0.0; SHORT];
    let sine = (PI * shift).sin();
    for (i, tap) in kernel.iter_mut().enumerate() {
        let n = i as i32 - SHORT_REACH as i32;
        let x = f64::from(n) - shift;
        let c = (PI / 2.0 * x / (SHORT_REACH as f64 + 1.0)).cos();
        // sin(π (n − s)) = −(−1)ⁿ sin(π s); the window is cos².
        let value = if x.abs() < 1e-9 {
            1.0
        } else {
            let sign = if n & 1 == 0 { -1.0 } else { 1.0 };
            sign * sine / (PI * x) * c * c
        };
        *tap = value as f32;
    }
    kernel
}

/// The kernel that reads ahead by `shift` samples, −1 … 1: tap `i` weighs the sample `i − AHEAD_REACH` after.
pub(crate) fn ahead_kernel(shift: f64) -> Vec<f64> {
    let at_zero = bessel_i0(AHEAD_BETA);
    let reach = AHEAD_REACH as f64 + 1.0;
    let weight = |i: usize| {
        let x = i as f64 - AHEAD_REACH as f64 - shift;
        sinc(x) * kaiser(x / reach, AHEAD_BETA, at_zero)
    };
    (0..=2 * AHEAD_REACH).map(weight).collect()
}

/// Reads finite responses at other instants: y(j) = x(first + j · step), band-limited to the lower of the two
/// rates. `step` is samples of x for one of y.
pub(crate) struct Reader {
    /// For each sample of y: the first sample of x it needs, and the weights from there.
    taps: Vec<(i64, Vec<f64>)>,
}

impl Reader {
    pub(crate) fn new(first: f64, step: f64, length: usize) -> Self {
        let cutoff = (1.0 / step).min(1.0);
        let reach = LONG_REACH / cutoff;
        let at_zero = bessel_i0(LONG_BETA);
        // Half the transition band of the window, so that what lies above the lower Nyquist frequency is gone.
        let cutoff = if step > 1.0 { cutoff * (1.0 - 4.0 / LONG_REACH / 2.0) } else { 1.0 };
        let taps = (0..length).map(|j| {
            let centre = first + j as f64 * step;
            let (from, to) = ((centre - reach).ceil() as i64, (centre + reach).floor() as i64);
            let weight = |i: i64| {
                let x = i as f64 - centre;
                cutoff * sinc(cutoff * x) * kaiser(x / reach, LONG_BETA, at_zero)
            };
            (from, (from..=to).map(weight).collect())
        });
        Self { taps: taps.collect() }
    }

    /// Reads one response; zeros outside.
    pub(crate) fn read(&self, x: &[f32]) -> impl Iterator<Item = f64> {
        let x: Vec<f64> = x.iter().map(|sample| f64::from(*sample)).collect();
        self.taps.iter().map(move |(from, weights)| {
            let (skip, at) =
                if *from < 0 { ((-from) as usize, 0) } else { (0, (*from).min(x.len() as i64) as usize) };
            sum_of_products(weights.get(skip..).unwrap_or(&[]), &x[at..])
        })
    }
}

/// Σ a · b over the shorter of the two, in lanes for the vector unit.
fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let length = a.len().min(b.len());
    let (a_groups, a_rest) = a[..length].as_chunks::<LANES>();
    let (b_groups, b_rest) = b[..length].as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_groups.iter().zip(b_groups) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// A response at another sampling rate in hertz, scaled so that its spectrum stays what it is. It begins a little
/// before the first sample, where the sinc rings: the second value is by how many samples it comes later for that.
pub fn resampled_response(response: &[f32], from: u32, to: u32) -> (Vec<f64>, usize) {
    if from == to || from == 0 || to == 0 {
        return (response.iter().map(|sample| f64::from(*sample)).collect(), 0);
    }
    let step = f64::from(from) / f64::from(to);
    let lead = (LONG_REACH * (1.0 / step).max(1.0)).ceil() as usize;
    let length = (response.len() as f64 / step).ceil() as usize + 2 * lead;
    // The kernels repeat as soon as whole samples of both rates meet.
    let period = (to / greatest_common_divisor(from, to)) as usize;
    let reader = Reader::new(0.0, step, period.min(length));
    let whole = (from / greatest_common_divisor(from, to)) as i64;
    let at = |j: i64| {
        let (turn, phase) = (j.div_euclid(period as i64), j.rem_euclid(period as i64) as usize);
        let Some((first, weights)) = reader.taps.get(phase) else { return 0.0 };
        let first = first + turn * whole;
        let skip = usize::try_from(-first).unwrap_or(0);
        let samples = usize::try_from(first).map_or(response, |at| response.get(at..).unwrap_or(&[]));
        let weights = weights.get(skip..).unwrap_or(&[]);
        weights.iter().zip(samples).map(|(w, s)| w * f64::from(*s)).sum::<f64>() * step
    };
    ((0..length as i64).map(|j| at(j - lead as i64)).collect(), lead)
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shift_changes_nothing() {
        let kernel = short_kernel(0.0);
        assert!(kernel.iter().enumerate().all(|(i, &tap)| tap == if i == SHORT_REACH { 1.0 } else { 0.0 }));
    }

    #[test]
    fn the_short_kernel_delays_a_sine() {
        // Up to five eighths of the Nyquist frequency better than −54 dB.
        for shift in [-0.5, -0.2, 0.3, 0.5] {
            for step in 1..=10 {
                let w = PI * f64::from(step) / 16.0;
                let (mut re, mut im) = (0.0, 0.0);
                for (i, &tap) in short_kernel(shift).iter().enumerate() {
                    let n = i as f64 - SHORT_REACH as f64 - shift;
                    re += f64::from(tap) * (w * n).cos();
                    im += f64::from(tap) * (w * n).sin();
                }
                assert!((re - 1.0).hypot(im) < 2e-3, "{shift} {w}: {re} {im}");
            }
        }
    }

    /// The greatest error of a sine of `frequency` read from `rate` to `to`, away from the ends, dB.
    fn error_of(frequency: f64, rate: f64, to: f64) -> f64 {
        let sine = |t: f64| (2.0 * PI * frequency * t + 0.3).sin();
        let x: Vec<f32> = (0..2000).map(|i| sine(f64::from(i) / rate) as f32).collect();
        let length = (2000.0 * to / rate) as usize;
        let y: Vec<f64> = Reader::new(0.0, rate / to, length).read(&x).collect();
        let edge = length / 4;
        let alive = frequency < rate.min(to) / 2.0;
        let expected = |j: usize| if alive { sine(j as f64 / to) } else { 0.0 };
        let worst = (edge..length - edge).map(|j| (y[j] - expected(j)).abs()).fold(0.0, f64::max);
        20.0 * worst.log10()
    }

    #[test]
    fn other_rates_keep_sines_within_100_db() {
        for frequency in [100.0, 997.0, 5000.0, 15_000.0, 20_000.0] {
            for (rate, to) in
                [(44_100.0, 48_000.0), (48_000.0, 44_100.0), (44_100.0, 96_000.0), (96_000.0, 48_000.0)]
            {
                let error = error_of(frequency, rate, to);
                assert!(error < -100.0, "{frequency} Hz, {rate} to {to}: {error:.1} dB");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        assert!(error_of(27_000.0, 96_000.0, 48_000.0) < -100.0);
    }

    #[test]
    fn a_resampled_response_is_the_same_filter() {
        // A decaying pulse well below both Nyquist frequencies: 1/(1 + (f/f0)²)² by its analytic spectrum.
        let shape = |t: f64| if t < 0.0 { 0.0 } else { (t * 6_000.0).powi(2) * (-t * 6_000.0).exp() };
        for (from, to) in [(44_100, 48_000), (48_000, 44_100), (48_000, 96_000), (96_000, 48_000)] {
            let response: Vec<f32> =
                (0..from / 100).map(|n| shape(f64::from(n) / f64::from(from)) as f32).collect();
            let (found, late) = resampled_response(&response, from, to);
            let scale = f64::from(from) / f64::from(to);
            for (n, sample) in found.iter().enumerate().take(to as usize / 110) {
                let t = (n as f64 - late as f64) / f64::from(to);
                assert!((sample - scale * shape(t)).abs() < 2e-3, "{from} {to} {n}: {sample} {}", shape(t));
            }
        }
        assert_eq!(resampled_response(&[1.0, 2.0], 48_000, 48_000), (vec![1.0, 2.0], 0));
    }
}
