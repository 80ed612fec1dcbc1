//! Delays by any part of a sample, as turns of spectra, on the way to a sum.

use std::f64::consts::TAU;

use multiversion::{multiversion, target::target_cfg_f};

use super::fft::{Rows, multiply_add};
use super::spectrum::Spectrum;
use super::transform::Transform;

/// Bins done at once; the last ones, up to [`MORE`], with those before.
const STRIP: usize = 128;
const MORE: usize = 16;

/// Most filters that are blended in one pass.
const MOST: usize = 6;

/// Images below this are the side lobes of the kernel's window and are left out.
const FAINT: f32 = 1e-4;

/// What delays spectra of one size by a windowed sinc.
///
/// A turn exp(−iωd) alone would ring round the whole transform for lack of treble: at half the sampling rate its phase
/// leaps. The kernel of a finite number of taps lets a share of each frequency through, and in the highest ones its
/// image from above half the rate: exp(−iωd) · (pass(ω) + image(ω) · exp(2πid)).
#[derive(Clone, Debug)]
pub(crate) struct Delayer {
    size: usize,
    pass: Vec<f32>,
    image: Vec<f32>,
    /// Bins below pass as they are.
    clear: usize,
}

/// A delay.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    re: [f32; STRIP + MORE],
    im: [f32; STRIP + MORE],
    /// From a strip to the next.
    strip: (f64, f64),
    image: (f32, f32),
}

impl Delayer {
    /// For spectra of `transform`. `half` are the taps of the kernel that reads halfway between samples, the same
    /// forwards and backwards; its delay for a whole sample is taken to be a single tap.
    pub(crate) fn new(transform: &Transform, half: &[f64]) -> Self {
        let (size, centre) = (transform.size(), (half.len() as f64 - 1.0) / 2.0);
        let halfway = |bin: usize| {
            let omega = TAU * bin as f64 / size as f64;
            half.iter()
                .enumerate()
                .map(|(tap, gain)| gain * (omega * (tap as f64 - centre)).cos())
                .sum::<f64>()
        };
        let halfway: Vec<f64> = (0..transform.row()).map(|bin| halfway(bin.min(size / 2))).collect();
        let image: Vec<f32> = halfway.iter().map(|gain| (0.5 - 0.5 * gain) as f32).collect();
        let clear = image.iter().position(|image| image.abs() > FAINT).unwrap_or(image.len());
        Self { size, pass: halfway.iter().map(|gain| (0.5 + 0.5 * gain) as f32).collect(), image, clear }
    }

    /// The turn of a delay of `samples`.
    pub(crate) fn turn(&self, samples: f64) -> Turn {
        let (sine, cosine) = (TAU * samples / self.size as f64).sin_cos();
        let (sine_of_image, cosine_of_image) = (TAU * (samples - samples.floor())).sin_cos();
        let mut turn = Turn {
            re: [1.0; STRIP + MORE],
            im: [0.0; STRIP + MORE],
            strip: (cosine, -sine),
            image: (cosine_of_image as f32, sine_of_image as f32),
        };
        turn.strip = powers(&mut turn.re, &mut turn.im, turn.strip);
        turn
    }

    /// Adds `signal`, late by `turn`, times Σ weight · filter. Filters without a weight are left out.
    pub(crate) fn add(
        &self,
        sum: &mut Spectrum,
        signal: &Spectrum,
        turn: &Turn,
        filters: &[&Spectrum],
        weights: &[f32],
    ) {
        for (filters, weights) in filters.chunks(MOST).zip(weights.chunks(MOST)) {
            match filters.len().min(weights.len()) {
                0..=3 => self.add_some::<3>(sum, signal, turn, filters, weights),
                4 => self.add_some::<4>(sum, signal, turn, filters, weights),
                5 => self.add_some::<5>(sum, signal, turn, filters, weights),
                _ => self.add_some::<MOST>(sum, signal, turn, filters, weights),
            }
        }
    }

    fn add_some<const COUNT: usize>(
        &self,
        sum: &mut Spectrum,
        signal: &Spectrum,
        turn: &Turn,
        filters: &[&Spectrum],
        weights: &[f32],
    ) {
        let Some(first) = filters.first() else { return };
        let of = |number: usize| filters.get(number).unwrap_or(first);
        let re: [&[f32]; COUNT] = std::array::from_fn(|number| &*of(number).re);
        let im: [&[f32]; COUNT] = std::array::from_fn(|number| &*of(number).im);
        let weights: [f32; COUNT] = std::array::from_fn(|number| weights.get(number).copied().unwrap_or(0.0));
        let share = (&*self.pass, &*self.image, self.clear);
        add_turned(&mut sum.re, &mut sum.im, (&signal.re, &signal.im), turn, share, (re, im), weights);
    }
}

/// Fills both rows with the powers of `one`, from 0 on; gives the one after [`STRIP`].
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn powers(re: &mut [f32; STRIP + MORE], im: &mut [f32; STRIP + MORE], one: (f64, f64)) -> (f64, f64) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (mut known, mut power) = (1, one);
    loop {
        // As many as are known, times the first that isn't.
        let more = known.min(STRIP + MORE - known);
        let by = (power.0 as f32, power.1 as f32);
        let (from_re, to_re) = re.split_at_mut(known);
        let (from_im, to_im) = im.split_at_mut(known);
        let (from_re, to_re) = (&from_re[..more], &mut to_re[..more]);
        let (from_im, to_im) = (&from_im[..more], &mut to_im[..more]);
        for i in 0..more {
            (to_re[i], to_im[i]) = product((from_re[i], from_im[i]), by, fused);
        }
        if known == STRIP {
            return power;
        }
        power = times(power, power);
        known *= 2;
    }
}

fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

#[inline(always)]
fn product(a: (f32, f32), b: (f32, f32), fused: bool) -> (f32, f32) {
    (multiply_add(-a.1, b.1, a.0 * b.0, fused), multiply_add(a.0, b.1, a.1 * b.0, fused))
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn add_turned<const COUNT: usize>(
    sum_re: &mut [f32],
    sum_im: &mut [f32],
    signal: Rows<'_>,
    turn: &Turn,
    (pass, image, clear): (&[f32], &[f32], usize),
    (re, im): ([&[f32]; COUNT], [&[f32]; COUNT]),
    weights: [f32; COUNT],
) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let total = sum_re.len();
    let (mut from, mut turned) = (0, (1.0, 0.0));
    while from < total {
        let rest = total - from;
        let count = if rest > STRIP + MORE { STRIP } else { rest };
        let (mut h_re, mut h_im) = (re, im);
        for filter in 0..COUNT {
            h_re[filter] = &re[filter][from..][..count];
            h_im[filter] = &im[filter][from..][..count];
        }
        let (y_re, y_im) = (&mut sum_re[from..][..count], &mut sum_im[from..][..count]);
        let (x_re, x_im) = (&signal.0[from..][..count], &signal.1[from..][..count]);
        let (t_re, t_im) = (&turn.re[..count], &turn.im[..count]);
        let start = (turned.0 as f32, turned.1 as f32);
        if from + count <= clear {
            for i in 0..count {
                let z = product((x_re[i], x_im[i]), product((t_re[i], t_im[i]), start, fused), fused);
                let mut h = (weights[0] * h_re[0][i], weights[0] * h_im[0][i]);
                for filter in 1..COUNT {
                    h.0 = multiply_add(weights[filter], h_re[filter][i], h.0, fused);
                    h.1 = multiply_add(weights[filter], h_im[filter][i], h.1, fused);
                }
                y_re[i] = multiply_add(-z.1, h.1, multiply_add(z.0, h.0, y_re[i], fused), fused);
                y_im[i] = multiply_add(z.1, h.0, multiply_add(z.0, h.1, y_im[i], fused), fused);
            }
        } else {
            let (pass, image) = (&pass[from..][..count], &image[from..][..count]);
            for i in 0..count {
                let z = product((x_re[i], x_im[i]), product((t_re[i], t_im[i]), start, fused), fused);
                let through = multiply_add(image[i], turn.image.0, pass[i], fused);
                let z = product(z, (through, image[i] * turn.image.1), fused);
                let mut h = (weights[0] * h_re[0][i], weights[0] * h_im[0][i]);
                for filter in 1..COUNT {
                    h.0 = multiply_add(weights[filter], h_re[filter][i], h.0, fused);
                    h.1 = multiply_add(weights[filter], h_im[filter][i], h.1, fused);
                }
                y_re[i] = multiply_add(-z.1, h.1, multiply_add(z.0, h.0, y_re[i], fused), fused);
                y_im[i] = multiply_add(z.1, h.0, multiply_add(z.0, h.1, y_im[i], fused), fused);
            }
        }
        turned = times(turned, turn.strip);
        from += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel of 32 taps that delays by 15 samples and `fraction`: a sinc under Kaiser's window.
    fn kernel(fraction: f64) -> Vec<f64> {
        crate::binauraliser::delay::kernel(fraction).to_vec()
    }

    #[test]
    fn a_delayed_spectrum_is_the_windowed_sinc_of_its_delay() {
        let mut state = 3u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 23) - 1.0
        };
        for size in [128, 256, 1536, 2048] {
            let transform = Transform::new(size);
            let delayer = Delayer::new(&transform, &kernel(0.5));
            let input: Vec<f32> = (0..size - 64).map(|_| next() as f32).collect();
            let (mut signal, mut scratch) = (transform.spectrum(), transform.scratch());
            transform.forward(&input, &mut scratch, &mut signal);
            let taps = [0.3, -0.2, 0.5, 0.1, -0.4, 0.7, 0.9, -0.8];
            let filters: Vec<Spectrum> = taps.iter().map(|tap| transform.response(&[*tap])).collect();
            let filters: Vec<&Spectrum> = filters.iter().collect();
            let weights = [1.0, 0.5, -0.25, 2.0, 1.5, -1.0, 0.75, 0.5];
            for count in 1..=taps.len() {
                let gain: f64 = taps.iter().zip(weights).take(count).map(|(a, b)| a * f64::from(b)).sum();
                for delay in [0.0, 7.0, 11.25, 3.5, 30.9] {
                    let mut sum = transform.spectrum();
                    let turn = delayer.turn(delay + 15.0);
                    delayer.add(&mut sum, &signal, &turn, &filters[..count], &weights[..count]);
                    let found = transform.inverse(&sum, &mut scratch);
                    let whole = delay.floor();
                    let kernel = kernel(delay - whole);
                    for (n, found) in found.iter().enumerate() {
                        let tap =
                            |tap: usize| n.checked_sub(tap + whole as usize).and_then(|at| input.get(at));
                        let expected: f64 =
                            (0..32).filter_map(|k| Some(kernel[k] * f64::from(*tap(k)?))).sum();
                        let error = (f64::from(*found) - gain * expected).abs();
                        // What lies between the turn and the finite kernel: the window's side lobes.
                        let most = if delay == whole { 3e-6 } else { 3e-4 };
                        assert!(error < most, "{size} {count} {delay} {n}: {error:e}");
                    }
                }
            }
        }
    }
}
