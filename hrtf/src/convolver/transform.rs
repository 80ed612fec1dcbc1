//! Transforms between real samples and [`Spectrum`]: a complex FFT of half the size, even samples its real part
//! and odd ones its imaginary part.

use std::sync::Arc;

use multiversion::{multiversion, target::target_cfg_f};
use realfft::num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};

use super::fft::{Fft, LEAST, Rows, RowsMut, multiply_add, turn};
use super::row::Row;
use super::spectrum::{Spectrum, row_length};

/// FFTs of one size between samples and [`Spectrum`]. Cheap to clone.
#[derive(Clone)]
pub struct Transform {
    pub(super) plan: Arc<Plan>,
    exact: Arc<dyn RealToComplex<f64>>,
}

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) fft: Fft,
    /// exp(−2πi k / N) for bins 1 … N/4 − 1.
    turns: [Row; 2],
}

/// Room for one transform at a time.
#[derive(Clone, Debug, Default)]
pub struct TransformScratch {
    pub(super) time: Vec<f32>,
    pub(super) buffers: [[Row; 2]; 2],
}

impl Transform {
    /// Transforms of at least `least` samples; the size is one that FFTs are fast for.
    pub fn new(least: usize) -> Self {
        let half = Fft::fast_size(least.div_ceil(2).max(LEAST));
        let fft = Fft::new(half);
        let turns = || (1..half / 2).map(|bin| turn(bin, 2 * half));
        let (re, im) = (turns().map(|turn| turn.0).collect(), turns().map(|turn| turn.1).collect());
        let exact = RealFftPlanner::<f64>::new().plan_fft_forward(2 * half);
        Self { plan: Arc::new(Plan { fft, turns: [re, im] }), exact }
    }

    /// Samples.
    pub fn size(&self) -> usize {
        2 * self.plan.fft.size()
    }

    /// Values in a row of its spectra.
    pub(super) fn row(&self) -> usize {
        row_length(self.size())
    }

    /// A spectrum of zeros.
    pub fn spectrum(&self) -> Spectrum {
        Spectrum::zero(self.size())
    }

    /// Room that fits; one for each thread.
    pub fn scratch(&self) -> TransformScratch {
        let half = self.plan.fft.size();
        let buffer = || [Row::zero(half), Row::zero(half)];
        TransformScratch { time: vec![0.0; 2 * half], buffers: [buffer(), buffer()] }
    }

    /// The spectrum of a response, transformed in double precision and scaled so that its products come back
    /// from [`Transform::inverse`] at the right level. Samples beyond the size are left out.
    pub fn response(&self, response: &[f64]) -> Spectrum {
        let mut spectrum = self.spectrum();
        self.response_rows(response, (&mut spectrum.re, &mut spectrum.im));
        spectrum
    }

    /// [`Transform::response`] into rows.
    pub(super) fn response_rows(&self, response: &[f64], (re, im): RowsMut<'_>) {
        for (bin, (re, im)) in self.bins(response).iter().zip(re.iter_mut().zip(im)) {
            (*re, *im) = (bin.re as f32, bin.im as f32);
        }
    }

    /// Bins 0 … M of a response, scaled as [`Transform::response`] says.
    pub(super) fn bins(&self, response: &[f64]) -> Vec<Complex64> {
        let mut time = self.exact.make_input_vec();
        let length = response.len().min(time.len());
        time[..length].copy_from_slice(&response[..length]);
        let mut bins: Vec<Complex64> = self.exact.make_output_vec();
        // Fails only for buffers of the wrong length, and these are the plan's own.
        let transformed = self.exact.process(&mut time, &mut bins);
        debug_assert!(transformed.is_ok());
        // Spectra of signals are twice what they should be, which saves multiplications.
        let scale = 0.5 / self.size() as f64;
        bins.iter_mut().for_each(|bin| *bin *= scale);
        bins
    }

    /// Transforms `input`; what is missing at its end is zero. Twice the usual scale; [`Transform::response`] knows.
    pub fn forward(&self, input: &[f32], scratch: &mut TransformScratch, spectrum: &mut Spectrum) {
        let input = &input[..input.len().min(self.size())];
        for step in 0..self.steps() {
            self.forward_step(step, [input, &[]], scratch, (&mut spectrum.re, &mut spectrum.im));
        }
    }

    /// The samples of `spectrum`, all of the size; they lie in the scratch.
    pub fn inverse<'a>(&self, spectrum: &Spectrum, scratch: &'a mut TransformScratch) -> &'a [f32] {
        for step in 0..self.steps() {
            self.inverse_step(step, (&spectrum.re, &spectrum.im), scratch);
        }
        &scratch.time
    }

    /// Steps of about equal work that a transform is made of, in either direction.
    pub(super) fn steps(&self) -> usize {
        self.plan.fft.passes() + 2
    }

    /// Step `step` of the transform of `input`, whose first part is of even length.
    pub(super) fn forward_step(
        &self,
        step: usize,
        input: [&[f32]; 2],
        scratch: &mut TransformScratch,
        spectrum: RowsMut<'_>,
    ) {
        let passes = self.plan.fft.passes();
        if step == 0 {
            let [re, im] = &mut scratch.buffers[0];
            take_apart(input, re, im);
        } else if step <= passes {
            self.pass(step - 1, step - 1, false, scratch);
        } else {
            let [re, im] = &scratch.buffers[passes % 2];
            unpack(&self.plan.turns, (re, im), spectrum);
        }
    }

    /// Step `step` of the inverse transform of `spectrum`; after the last its samples lie in the scratch.
    pub(super) fn inverse_step(&self, step: usize, spectrum: Rows<'_>, scratch: &mut TransformScratch) {
        let passes = self.plan.fft.passes();
        if step == 0 {
            let [re, im] = &mut scratch.buffers[0];
            pack(&self.plan.turns, spectrum, (re, im));
        } else if step <= passes {
            self.pass(step - 1, step - 1, true, scratch);
        } else {
            let [re, im] = &scratch.buffers[passes % 2];
            put_together(re, im, &mut scratch.time);
        }
    }

    /// Pass `number` of the FFT, which is exchange `exchange` of the two buffers since the first was filled.
    pub(super) fn pass(&self, number: usize, exchange: usize, inverse: bool, scratch: &mut TransformScratch) {
        let ([from_re, from_im], [to_re, to_im]) = turned(&mut scratch.buffers, exchange);
        match inverse {
            false => self.plan.fft.pass(number, (from_re, from_im), (to_re, to_im)),
            true => self.plan.fft.pass(number, (from_im, from_re), (to_im, to_re)),
        }
    }
}

/// The buffer to read and the one to write when `exchanges` went before.
pub(super) fn turned(buffers: &mut [[Row; 2]; 2], exchanges: usize) -> (&[Row; 2], &mut [Row; 2]) {
    let [even, odd] = buffers;
    if exchanges.is_multiple_of(2) { (even, odd) } else { (odd, even) }
}

impl std::fmt::Debug for Transform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transform({})", self.size())
    }
}

/// Even samples to `re`, odd ones to `im`, zeros after the end.
pub(super) fn take_apart(input: [&[f32]; 2], re: &mut [f32], im: &mut [f32]) {
    let mut at = 0;
    for part in input {
        let pairs = (part.len() / 2).min(re.len() - at);
        split(&part[..2 * pairs], &mut re[at..at + pairs], &mut im[at..at + pairs]);
        at += pairs;
        if let (Some(last), Some(re), Some(im)) = (part.get(2 * pairs), re.get_mut(at), im.get_mut(at)) {
            (*re, *im) = (*last, 0.0);
            at += 1;
        }
    }
    re[at..].fill(0.0);
    im[at..].fill(0.0);
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn split(pairs: &[f32], re: &mut [f32], im: &mut [f32]) {
    let pairs = pairs.as_chunks::<2>().0;
    let count = pairs.len();
    let (re, im) = (&mut re[..count], &mut im[..count]);
    for i in 0..count {
        re[i] = pairs[i][0];
        im[i] = pairs[i][1];
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn put_together(re: &[f32], im: &[f32], samples: &mut [f32]) {
    let pairs = samples.as_chunks_mut::<2>().0;
    let count = pairs.len();
    let (re, im) = (&re[..count], &im[..count]);
    for i in 0..count {
        pairs[i] = [re[i], im[i]];
    }
}

/// Bins done at once, so that what runs backwards can be turned round first.
const STRIP: usize = 64;

/// `from` backwards.
#[inline(always)]
fn mirror(from: &[f32], to: &mut [f32]) {
    let count = to.len();
    let from = &from[..count];
    for i in 0..count {
        to[i] = from[count - 1 - i];
    }
}

/// From the FFT of even + i · odd samples to bins 0 … M of the samples, times 2.
fn unpack([w_re, w_im]: &[Row; 2], z: Rows<'_>, x: RowsMut<'_>) {
    let (size, half) = (z.0.len(), z.0.len() / 2);
    (x.0[0], x.1[0]) = (2.0 * (z.0[0] + z.1[0]), 0.0);
    (x.0[half], x.1[half]) = (2.0 * z.0[half], -2.0 * z.1[half]);
    (x.0[size], x.1[size]) = (2.0 * (z.0[0] - z.1[0]), 0.0);
    let (low_re, high_re) = x.0.split_at_mut(half + 1);
    let (low_im, high_im) = x.1.split_at_mut(half + 1);
    let last = half - 1;
    let high = (&mut high_re[..last], &mut high_im[..last]);
    mirrored::<false>([w_re, w_im], z.0, z.1, &mut low_re[1..half], &mut low_im[1..half], high.0, high.1);
}

/// The way back: from bins 0 … M to the FFT of even + i · odd samples, times 2.
fn pack([w_re, w_im]: &[Row; 2], x: Rows<'_>, z: RowsMut<'_>) {
    let (size, half) = (z.0.len(), z.0.len() / 2);
    (z.0[0], z.1[0]) = (x.0[0] + x.0[size], x.0[0] - x.0[size]);
    (z.0[half], z.1[half]) = (2.0 * x.0[half], -2.0 * x.1[half]);
    let (low_re, high_re) = z.0.split_at_mut(half + 1);
    let (low_im, high_im) = z.1.split_at_mut(half + 1);
    let (x_re, x_im) = (&x.0[..size], &x.1[..size]);
    mirrored::<true>([w_re, w_im], x_re, x_im, &mut low_re[1..half], &mut low_im[1..half], high_re, high_im);
}

/// Bins k and M − k from those of the other side: `low` is 1 … M/2 − 1, `high` M/2 + 1 … M − 1.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn mirrored<const BACK: bool>(
    turns: [&[f32]; 2],
    from_re: &[f32],
    from_im: &[f32],
    low_re: &mut [f32],
    low_im: &mut [f32],
    high_re: &mut [f32],
    high_im: &mut [f32],
) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let size = from_re.len();
    let (mut b_re, mut b_im) = ([0.0_f32; STRIP], [0.0_f32; STRIP]);
    let (mut up_re, mut up_im) = ([0.0_f32; STRIP], [0.0_f32; STRIP]);
    let (total, mut at) = (low_re.len(), 0);
    while at < total {
        let count = (total - at).min(STRIP);
        let (bin, end) = (at + 1, size - at);
        mirror(&from_re[end - count..end], &mut b_re[..count]);
        mirror(&from_im[end - count..end], &mut b_im[..count]);
        let (a_re, a_im) = (&from_re[bin..bin + count], &from_im[bin..bin + count]);
        let (w_re, w_im) = (&turns[0][at..at + count], &turns[1][at..at + count]);
        let (low_re, low_im) = (&mut low_re[at..at + count], &mut low_im[at..at + count]);
        for i in 0..count {
            let (even_re, even_im) = (a_re[i] + b_re[i], a_im[i] - b_im[i]);
            if BACK {
                let (odd_re, odd_im) = (a_re[i] - b_re[i], a_im[i] + b_im[i]);
                let re = multiply_add(odd_im, w_im[i], odd_re * w_re[i], fused);
                let im = multiply_add(-odd_re, w_im[i], odd_im * w_re[i], fused);
                low_re[i] = even_re - im;
                low_im[i] = even_im + re;
                up_re[i] = even_re + im;
                up_im[i] = re - even_im;
            } else {
                // The odd samples', times −i.
                let (odd_re, odd_im) = (a_im[i] + b_im[i], b_re[i] - a_re[i]);
                let re = multiply_add(-odd_im, w_im[i], odd_re * w_re[i], fused);
                let im = multiply_add(odd_im, w_re[i], odd_re * w_im[i], fused);
                low_re[i] = even_re + re;
                low_im[i] = even_im + im;
                up_re[i] = even_re - re;
                up_im[i] = im - even_im;
            }
        }
        let to = total - at - count;
        mirror(&up_re[..count], &mut high_re[to..to + count]);
        mirror(&up_im[..count], &mut high_im[to..to + count]);
        at += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize) -> Vec<f32> {
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn spectra_equal_the_double_precision_transforms() {
        for size in [32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 6144, 8192, 32_768, 49_152] {
            let transform = Transform::new(size);
            assert_eq!(transform.size(), size);
            let input = noise(size);
            let (mut scratch, mut spectrum) = (transform.scratch(), transform.spectrum());
            transform.forward(&input, &mut scratch, &mut spectrum);
            let mut time: Vec<f64> = input.iter().map(|sample| f64::from(*sample)).collect();
            let mut bins = transform.exact.make_output_vec();
            transform.exact.process(&mut time, &mut bins).unwrap();
            let scale = (size as f64).sqrt();
            for (k, bin) in bins.iter().enumerate() {
                let found = (f64::from(spectrum.re[k]) / 2.0, f64::from(spectrum.im[k]) / 2.0);
                let error = (found.0 - bin.re).hypot(found.1 - bin.im) / scale;
                assert!(error < 1e-6, "{size}, bin {k}: {found:?} {bin}");
            }
            let back = transform.inverse(&spectrum, &mut scratch);
            for (found, expected) in back.iter().zip(&input) {
                assert!((found / (2 * size) as f32 - expected).abs() < 1e-6, "{size}: {found} {expected}");
            }
        }
    }

    #[test]
    fn sizes_are_two_or_three_times_a_power_of_two() {
        let sizes = [1, 33, 65, 97, 1000, 1025, 1535, 1537, 4607].map(|least| Transform::new(least).size());
        assert_eq!(sizes, [32, 64, 96, 128, 1024, 1536, 1536, 2048, 6144]);
    }

    #[test]
    fn input_in_two_parts_is_one_input() {
        let transform = Transform::new(64);
        let input = noise(50);
        let (mut whole, mut parts) = (transform.spectrum(), transform.spectrum());
        let mut scratch = transform.scratch();
        transform.forward(&input, &mut scratch, &mut whole);
        for step in 0..transform.steps() {
            let (first, second) = input.split_at(18);
            transform.forward_step(step, [first, second], &mut scratch, (&mut parts.re, &mut parts.im));
        }
        assert_eq!(whole, parts);
    }
}
