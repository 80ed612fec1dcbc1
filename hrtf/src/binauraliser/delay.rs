//! Fractional delays that move: a windowed sinc, tabulated over the fraction.

use std::f64::consts::PI;

use multiversion::{multiversion, target::target_cfg_f};

use crate::convolver::multiply_add;

/// Samples that an output sample is made of. 32 with this window are flat to 20 kHz at 48 kHz within −80 dB.
pub(super) const TAPS: usize = 32;

/// Taps in front of the centre: every delay comes out this much longer.
pub(super) const LEAD: usize = TAPS / 2 - 1;

/// Taps of the kernel that reads between samples and the halfway values between them.
const SHORT: usize = 12;

/// Half of them: those on samples, and those halfway.
const EACH: usize = SHORT / 2;

/// Delays are at least this long, samples: what lies halfway needs later samples than the short kernel alone.
pub(super) const LEAST: f64 = 4.5;

/// Samples before the oldest that a kernel of [`TAPS`] taps reaches.
pub(super) const REACH: usize = 4;

/// Fractions of half a sample tabulated; between two the kernel is blended, which is exact to −110 dB.
const FRACTIONS: usize = 256;

/// The table goes this far beyond a whole fraction on both sides, so that a strip may run across.
const BEYOND: usize = FRACTIONS / 4;

/// Shape of the Kaiser window.
const BETA: f64 = 8.0;

/// The same of the short kernel.
const SHORT_BETA: f64 = 9.5;

/// Samples over which the kernel runs straight from one fraction to the next. At 360° a second a delay changes by
/// 1/40 sample in that time, which is exact to −77 dB at 10 kHz and −117 dB at 1 kHz.
pub(super) const STRIP: usize = 16;

/// Kernels for delays of `LEAD` samples and a fraction, in two steps: values halfway between samples, once for both
/// ears, and short kernels on samples and halfway values together.
#[derive(Clone, Debug)]
pub(super) struct Kernels {
    /// For the values halfway; symmetric.
    half: [f32; TAPS / 2],
    /// In the order of the input; first every other tap, from the first, then those between.
    rows: Vec<[f32; SHORT]>,
}

/// A delay that changes smoothly: samples, as a polynomial of the time from a knot to the next, lowest power first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Glide {
    pub(super) curve: [f64; 4],
    /// Samples from knot to knot, and the one to begin with.
    pub(super) step: usize,
    pub(super) first: usize,
    /// The longest delay allowed.
    pub(super) longest: f64,
}

impl Glide {
    #[inline(always)]
    fn at(&self, sample: usize) -> f64 {
        let [a, b, c, d] = self.curve;
        let u = (self.first + sample) as f64 / self.step as f64;
        (a + u * (b + u * (c + u * d))).clamp(LEAST, self.longest)
    }
}

impl Kernels {
    pub(super) fn new() -> Self {
        let taps = kernel(0.5);
        let fraction = |number: usize| (number as f64 - BEYOND as f64) / FRACTIONS as f64;
        Self {
            half: std::array::from_fn(|tap| taps[tap] as f32),
            rows: (0..=FRACTIONS + 2 * BEYOND).map(|number| short_kernel(fraction(number))).collect(),
        }
    }

    /// The values halfway between samples: `output[i]` lies between `input[i + 15]` and the next.
    pub(super) fn halfway(&self, input: &[f32], output: &mut [f32]) {
        halfway(&self.half, input, output);
    }

    /// `input` late by the glide's delay + [`LEAD`] samples; `halves` are its [`Kernels::halfway`]. The first sample
    /// is made at the time of `newest`, an index that is the longest delay + [`TAPS`] + [`REACH`] samples within
    /// `input`.
    pub(super) fn delay(
        &self,
        (input, halves): (&[f32], &[f32]),
        newest: usize,
        glide: &Glide,
        output: &mut [f32],
    ) {
        late(&self.rows, input, halves, newest, glide, output);
    }
}

/// The short kernel for `fraction` of half a sample.
fn short_kernel(fraction: f64) -> [f32; SHORT] {
    let tap = |number: usize| {
        let x = EACH as f64 - number as f64 - fraction;
        let inside = 1.0 - (x / EACH as f64).powi(2);
        if inside < 0.0 {
            return 0.0;
        }
        let window = bessel_i0(SHORT_BETA * inside.sqrt()) / bessel_i0(SHORT_BETA);
        (sinc(x) * window) as f32
    };
    std::array::from_fn(|place| tap(2 * (place % EACH) + place / EACH))
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn halfway(half: &[f32; TAPS / 2], input: &[f32], output: &mut [f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let count = output.len();
    let mut tap = 0;
    output.fill(0.0);
    while tap < TAPS / 2 {
        let (a, b) = (&input[tap..tap + count], &input[TAPS - 1 - tap..TAPS - 1 - tap + count]);
        let (c, d) = (&input[tap + 1..tap + 1 + count], &input[TAPS - 2 - tap..TAPS - 2 - tap + count]);
        let (e, f) = (&input[tap + 2..tap + 2 + count], &input[TAPS - 3 - tap..TAPS - 3 - tap + count]);
        let (g, h) = (&input[tap + 3..tap + 3 + count], &input[TAPS - 4 - tap..TAPS - 4 - tap + count]);
        let [k, l, m, n] = [half[tap], half[tap + 1], half[tap + 2], half[tap + 3]];
        for i in 0..count {
            let first = multiply_add(l, c[i] + d[i], k * (a[i] + b[i]), fused);
            let second = multiply_add(n, g[i] + h[i], m * (e[i] + f[i]), fused);
            output[i] += first + second;
        }
        tap += 4;
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn late(
    rows: &[[f32; SHORT]],
    input: &[f32],
    halves: &[f32],
    newest: usize,
    glide: &Glide,
    output: &mut [f32],
) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let mut start = 2.0 * glide.at(0);
    let mut at = 0;
    while at < output.len() {
        let count = (output.len() - at).min(STRIP);
        let end = 2.0 * glide.at(at + count);
        let whole = start as usize;
        // As far as the table reaches; elsewhere, which is faster than heads turn, sample by sample.
        if (end - (whole as f64 + 0.5)).abs() < 0.74 {
            let made = strip(rows, (input, halves), newest + at, [start, end], count, fused);
            if count == STRIP {
                output[at..at + STRIP].copy_from_slice(&made);
            } else {
                output[at..at + count].copy_from_slice(&made[..count]);
            }
        } else {
            for (n, sample) in output.iter_mut().enumerate().skip(at).take(count) {
                let delay = 2.0 * glide.at(n);
                *sample = strip(rows, (input, halves), newest + n, [delay, delay], 1, fused)[0];
            }
        }
        start = end;
        at += count;
    }
}

/// Samples with a delay that runs straight from one to another in `count` of them, both in half samples.
#[inline(always)]
fn strip(
    rows: &[[f32; SHORT]],
    (input, halves): (&[f32], &[f32]),
    newest: usize,
    [start, end]: [f64; 2],
    count: usize,
    fused: bool,
) -> [f32; STRIP] {
    let (mut from, mut to, mut made) = ([0.0; SHORT], [0.0; SHORT], [0.0; STRIP]);
    let (whole, one) = (start as usize, 1.0 / count as f32);
    tap_row(rows, start - whole as f64, &mut from);
    tap_row(rows, end - whole as f64, &mut to);
    for tap in 0..SHORT {
        to[tap] = (to[tap] - from[tap]) * one;
    }
    // Where the first tap lies, counted in half samples of the input: on a sample or halfway.
    let place = 2 * (newest - LEAD) - whole - EACH;
    let (on, off) = if place.is_multiple_of(2) { (0, EACH) } else { (EACH, 0) };
    let (samples, halves) = (&input[place.div_ceil(2)..], &halves[place / 2 + 1 - TAPS / 2..]);
    let (mut level, mut slope) = ([0.0_f32; STRIP], [0.0_f32; STRIP]);
    let (k, l) = ((&from[on..on + EACH], &to[on..on + EACH]), (&from[off..off + EACH], &to[off..off + EACH]));
    if samples.len() >= EACH + STRIP && halves.len() >= EACH + STRIP {
        add_taps(samples, k, &mut level, &mut slope, fused);
        add_taps(halves, l, &mut level, &mut slope, fused);
    } else {
        add_taps(&padded(samples), k, &mut level, &mut slope, fused);
        add_taps(&padded(halves), l, &mut level, &mut slope, fused);
    }
    for n in 0..STRIP {
        made[n] = multiply_add(n as f32, slope[n], level[n], fused);
    }
    made
}

/// As much as a strip needs, zeros after the end.
fn padded(input: &[f32]) -> [f32; EACH + STRIP] {
    let mut padded = [0.0; EACH + STRIP];
    let count = input.len().min(EACH + STRIP);
    padded[..count].copy_from_slice(&input[..count]);
    padded
}

/// The kernel of a fraction, −1/4 … 5/4.
#[inline(always)]
fn tap_row(rows: &[[f32; SHORT]], fraction: f64, row: &mut [f32; SHORT]) {
    let place = fraction * FRACTIONS as f64 + BEYOND as f64;
    let number = (place as usize).min(FRACTIONS + 2 * BEYOND - 1);
    let share = (place - number as f64) as f32;
    let (low, high) = (&rows[number], &rows[number + 1]);
    for tap in 0..SHORT {
        row[tap] = low[tap] + share * (high[tap] - low[tap]);
    }
}

/// Adds what half of the taps make of the input, and of the input times the samples' numbers. Written out, so that
/// compilers vectorise over samples.
#[inline(always)]
fn add_taps(
    input: &[f32],
    (k, l): (&[f32], &[f32]),
    level: &mut [f32; STRIP],
    slope: &mut [f32; STRIP],
    fused: bool,
) {
    let (a, b, c) = (&input[..STRIP], &input[1..][..STRIP], &input[2..][..STRIP]);
    let (d, e, f) = (&input[3..][..STRIP], &input[4..][..STRIP], &input[5..][..STRIP]);
    let (k, l) = (&k[..EACH], &l[..EACH]);
    for n in 0..STRIP {
        let even = multiply_add(k[4], e[n], multiply_add(k[2], c[n], k[0] * a[n], fused), fused);
        let odd = multiply_add(k[5], f[n], multiply_add(k[3], d[n], k[1] * b[n], fused), fused);
        level[n] += even + odd;
        let even = multiply_add(l[4], e[n], multiply_add(l[2], c[n], l[0] * a[n], fused), fused);
        let odd = multiply_add(l[5], f[n], multiply_add(l[3], d[n], l[1] * b[n], fused), fused);
        slope[n] += even + odd;
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

/// The same for times that are not evenly spaced: pairs of a time and a value.
pub(super) fn curve_through(points: [(f64, f64); 4]) -> [f64; 4] {
    let [before, from, to, after] = points;
    let length = to.0 - from.0;
    let slope = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1) / (b.0 - a.0) * length;
    let (start, end, rise) = (slope(before, to), slope(from, after), to.1 - from.1);
    [from.1, start, 3.0 * rise - 2.0 * start - end, start + end - 2.0 * rise]
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
    fn a_gliding_delay_delays_a_sine() {
        let kernels = Kernels::new();
        // Still; as fast as a source at 360° a second; turning round; faster than anything; held at its ends.
        let curves = [
            [10.0, 0.0, 0.0, 0.0],
            [10.3, 0.0, 0.0, 0.0],
            [20.2, 0.4, 0.0, 0.0],
            [7.9, 0.3, -0.4, 0.1],
            [5.0, 20.0, 0.0, 0.0],
            [3.0, 1.4, 0.0, 0.0],
            [41.0, 0.3, 0.0, 0.0],
        ];
        for (curve, hertz) in curves.into_iter().flat_map(|curve| [(curve, 500.0), (curve, 10_000.0)]) {
            let omega = 2.0 * PI * hertz / 48_000.0;
            let input: Vec<f32> = (0..753).map(|n| (omega * f64::from(n)).sin() as f32).collect();
            let mut halves = vec![0.0; input.len() - (TAPS - 1)];
            kernels.halfway(&input, &mut halves);
            let glide = Glide { curve, step: 256, first: 3, longest: 40.0 };
            let mut output = [0.0; 253];
            kernels.delay((&input, &halves), 500, &glide, &mut output);
            for (n, found) in output.iter().enumerate() {
                let u = (n + 3) as f64 / 256.0;
                let delay = (curve[0] + u * (curve[1] + u * (curve[2] + u * curve[3]))).clamp(LEAST, 40.0);
                let expected = (omega * ((500 + n) as f64 - LEAD as f64 - delay)).sin();
                let error = (f64::from(*found) - expected).abs();
                assert!(error < 5e-4, "{curve:?}, {hertz} Hz, sample {n}: {error:e}");
            }
        }
    }

    #[test]
    fn the_curve_goes_through_its_points() {
        let at = |polynomial: [f64; 4], x: f64| polynomial.iter().rev().fold(0.0, |sum, c| sum * x + c);
        let polynomial = curve([1.0, 2.0, 5.0, 4.0]);
        assert!((at(polynomial, 0.0) - 2.0).abs() < 1e-12 && (at(polynomial, 1.0) - 5.0).abs() < 1e-12);
        let line = curve([1.0, 2.0, 3.0, 4.0]);
        assert!((at(line, 0.25) - 2.25).abs() < 1e-12);
        let uneven = curve_through([(-1.0, 1.0), (0.0, 2.0), (1.0, 5.0), (2.0, 4.0)]);
        assert_eq!(uneven, polynomial);
        let line = curve_through([(-3.0, 0.5), (0.0, 2.0), (2.0, 3.0), (6.0, 5.0)]);
        assert!((at(line, 0.25) - 2.25).abs() < 1e-12);
    }
}
