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
    /// exp(−2πi k / N) for bins 0 … N/4 − 1.
    turns: [Row; 2],
}

/// Room for one transform at a time.
#[derive(Clone, Debug, Default)]
pub struct TransformScratch {
    pub(super) time: Vec<f32>,
    /// Real and imaginary parts, and room for one more.
    pub(super) buffers: [[Row; 2]; 2],
}

impl Transform {
    /// Transforms of at least `least` samples; the size is one that FFTs are fast for.
    pub fn new(least: usize) -> Self {
        let half = Fft::fast_size(least.div_ceil(2).max(LEAST));
        let fft = Fft::new(half);
        let turns = || (0..half / 2).map(|bin| turn(bin, 2 * half));
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
        let buffer = || [Row::zero(half + 1), Row::zero(half + 1)];
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
        for step in 0..self.forward_steps() {
            self.forward_step(step, [input, &[]], scratch, (&mut spectrum.re, &mut spectrum.im));
        }
    }

    /// The samples of `spectrum`, all of the size; they lie in the scratch.
    pub fn inverse<'a>(&self, spectrum: &Spectrum, scratch: &'a mut TransformScratch) -> &'a [f32] {
        for step in 0..self.inverse_steps() {
            self.inverse_step(step, (&spectrum.re, &spectrum.im), scratch);
        }
        &scratch.time
    }

    /// Steps of about equal work that a transform is made of.
    pub(super) fn forward_steps(&self) -> usize {
        self.plan.fft.passes() + 1
    }

    /// Steps of about equal work that an inverse transform is made of.
    pub(super) fn inverse_steps(&self) -> usize {
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
            self.first_pass(input, scratch);
        } else if step < passes {
            self.pass(step, step, false, scratch);
        } else {
            let [re, im] = &mut scratch.buffers[passes % 2];
            let size = self.plan.fft.size();
            (re[size], im[size]) = (re[0], im[0]);
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

    /// The first pass of the FFT of `input`, into the second buffer; what is missing at its end is zero.
    pub(super) fn first_pass(&self, input: [&[f32]; 2], scratch: &mut TransformScratch) {
        let TransformScratch { time, buffers: [_, [re, im]] } = scratch;
        self.plan.fft.first_pass(quarters(input, time), (re, im));
    }

    /// Pass `number` of the FFT, which is exchange `exchange` of the two buffers since the first was filled.
    pub(super) fn pass(&self, number: usize, exchange: usize, inverse: bool, scratch: &mut TransformScratch) {
        let ([from_re, from_im], [to_re, to_im]) = turned(&mut scratch.buffers, exchange);
        let size = self.plan.fft.size();
        let (from_re, from_im) = (&from_re[..size], &from_im[..size]);
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

/// The quarters of the size that `time` has of an input in two parts; those that are not whole are put together in
/// `time`, zeros after the end.
fn quarters<'a>(input: [&'a [f32]; 2], time: &'a mut [f32]) -> [&'a [f32]; 4] {
    let (length, [first, second]) = (time.len() / 4, input);
    let whole = |quarter: usize| {
        let from = quarter * length;
        let later = from.checked_sub(first.len()).and_then(|from| second.get(from..)?.get(..length));
        first.get(from..from + length).or(later)
    };
    for (quarter, row) in time.chunks_exact_mut(length).enumerate() {
        if whole(quarter).is_none() {
            let rest = first.get(quarter * length..).unwrap_or_default();
            let rest = &rest[..rest.len().min(length)];
            let from = (quarter * length + rest.len()).saturating_sub(first.len());
            let more = second.get(from..).unwrap_or_default();
            let more = &more[..more.len().min(length - rest.len())];
            row[..rest.len()].copy_from_slice(rest);
            row[rest.len()..rest.len() + more.len()].copy_from_slice(more);
            row[rest.len() + more.len()..].fill(0.0);
        }
    }
    let time = &*time;
    std::array::from_fn(|quarter| whole(quarter).unwrap_or(&time[quarter * length..(quarter + 1) * length]))
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

/// From the FFT of even + i · odd samples, its first bin again at its end, to bins 0 … M of the samples, times 2.
fn unpack([w_re, w_im]: &[Row; 2], z: Rows<'_>, x: RowsMut<'_>) {
    let half = z.0.len() / 2;
    let (low_re, high_re) = x.0.split_at_mut(half);
    let (low_im, high_im) = x.1.split_at_mut(half);
    (high_re[0], high_im[0]) = (2.0 * z.0[half], -2.0 * z.1[half]);
    let high = (&mut high_re[1..], &mut high_im[1..]);
    mirrored::<false>([w_re, w_im], z.0, z.1, low_re, low_im, high.0, high.1);
}

/// The way back: from bins 0 … M to the FFT of even + i · odd samples, times 2, and one more.
fn pack([w_re, w_im]: &[Row; 2], x: Rows<'_>, z: RowsMut<'_>) {
    let (size, half) = (z.0.len() - 1, z.0.len() / 2);
    let (low_re, high_re) = z.0.split_at_mut(half);
    let (low_im, high_im) = z.1.split_at_mut(half);
    (high_re[0], high_im[0]) = (2.0 * x.0[half], -2.0 * x.1[half]);
    let high = (&mut high_re[1..], &mut high_im[1..]);
    mirrored::<true>([w_re, w_im], x.0, x.1, low_re, low_im, high.0, high.1);
    (z.0[0], z.1[0]) = (x.0[0] + x.0[size], x.0[0] - x.0[size]);
}

/// Bins k and M − k from those of the other side: `low` is 0 … M/2 − 1, `high` M/2 + 1 … M.
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
    let total = low_re.len();
    let (a_re, a_im) = (&from_re[..total], &from_im[..total]);
    let (b_re, b_im) = (&from_re[total + 1..][..total], &from_im[total + 1..][..total]);
    let (w_re, w_im) = (&turns[0][..total], &turns[1][..total]);
    let low_im = &mut low_im[..total];
    let (high_re, high_im) = (&mut high_re[..total], &mut high_im[..total]);
    for i in 0..total {
        let mirrored = total - 1 - i;
        let (b_re, b_im) = (b_re[mirrored], b_im[mirrored]);
        let (even_re, even_im) = (a_re[i] + b_re, a_im[i] - b_im);
        if BACK {
            let (odd_re, odd_im) = (a_re[i] - b_re, a_im[i] + b_im);
            let re = multiply_add(odd_im, w_im[i], odd_re * w_re[i], fused);
            let im = multiply_add(-odd_re, w_im[i], odd_im * w_re[i], fused);
            low_re[i] = even_re - im;
            low_im[i] = even_im + re;
            high_re[mirrored] = even_re + im;
            high_im[mirrored] = re - even_im;
        } else {
            // The odd samples', times −i.
            let (odd_re, odd_im) = (a_im[i] + b_im, b_re - a_re[i]);
            let re = multiply_add(-odd_im, w_im[i], odd_re * w_re[i], fused);
            let im = multiply_add(odd_im, w_re[i], odd_re * w_im[i], fused);
            low_re[i] = even_re + re;
            low_im[i] = even_im + im;
            high_re[mirrored] = even_re - re;
            high_im[mirrored] = im - even_im;
        }
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
        for step in 0..transform.forward_steps() {
            let (first, second) = input.split_at(18);
            transform.forward_step(step, [first, second], &mut scratch, (&mut parts.re, &mut parts.im));
        }
        assert_eq!(whole, parts);
    }
}
