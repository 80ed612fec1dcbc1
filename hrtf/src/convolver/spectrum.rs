//! Spectra of real signals, real and imaginary parts apart so that products vectorise, and the transforms
//! between them and samples.

use std::sync::Arc;

use multiversion::{multiversion, target::target_cfg_f};
use realfft::num_complex::{Complex32, Complex64};
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Bins done at once.
const LANES: usize = 16;

/// The bins 0 … N/2 of a real signal of N samples.
///
/// The rows are a little longer than that, padded with zeros to whole registers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spectrum {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Spectrum {
    fn zero(size: usize) -> Self {
        let bins = (size / 2 + 1).next_multiple_of(LANES);
        Self { re: vec![0.0; bins], im: vec![0.0; bins] }
    }

    /// Makes every bin zero.
    pub fn clear(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
    }

    /// Adds `signal · filter`.
    pub fn add_product(&mut self, signal: &Spectrum, filter: &Spectrum) {
        add_product((&mut self.re, &mut self.im), (&signal.re, &signal.im), (&filter.re, &filter.im));
    }

    /// Adds `signal · Σ weight · filter` of three filters.
    pub fn add_blend(&mut self, signal: &Spectrum, filters: [&Spectrum; 3], weights: [f32; 3]) {
        let filters = filters.map(|filter| (&*filter.re, &*filter.im));
        add_blend((&mut self.re, &mut self.im), (&signal.re, &signal.im), filters, weights);
    }
}

/// FFTs of one size between samples and [`Spectrum`].
#[derive(Clone)]
pub struct Transform {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    exact: Arc<dyn RealToComplex<f64>>,
}

/// Room for one transform at a time.
#[derive(Clone, Debug, Default)]
pub struct TransformScratch {
    time: Vec<f32>,
    bins: Vec<Complex32>,
    fft: Vec<Complex32>,
}

impl Transform {
    /// Transforms of at least `least` samples; the size is one that FFTs are fast for.
    pub fn new(least: usize) -> Self {
        let size = super::overlap_save::fast_size(least);
        let mut planner = RealFftPlanner::<f32>::new();
        let exact = RealFftPlanner::<f64>::new().plan_fft_forward(size);
        Self { forward: planner.plan_fft_forward(size), inverse: planner.plan_fft_inverse(size), exact }
    }

    /// Samples.
    pub fn size(&self) -> usize {
        self.forward.len()
    }

    /// A spectrum of zeros.
    pub fn spectrum(&self) -> Spectrum {
        Spectrum::zero(self.size())
    }

    /// Room that fits; one for each thread.
    pub fn scratch(&self) -> TransformScratch {
        let fft = self.forward.get_scratch_len().max(self.inverse.get_scratch_len());
        TransformScratch {
            time: self.forward.make_input_vec(),
            bins: self.forward.make_output_vec(),
            fft: vec![Complex32::default(); fft],
        }
    }

    /// The spectrum of a response, transformed in double precision and scaled so that its products come back
    /// from [`Transform::inverse`] at the right level. Samples beyond the size are left out.
    pub fn response(&self, response: &[f64]) -> Spectrum {
        let mut time = self.exact.make_input_vec();
        let length = response.len().min(time.len());
        time[..length].copy_from_slice(&response[..length]);
        let mut bins: Vec<Complex64> = self.exact.make_output_vec();
        // Fails only for buffers of the wrong length, and these are the plan's own.
        let transformed = self.exact.process(&mut time, &mut bins);
        debug_assert!(transformed.is_ok());
        let scale = 1.0 / self.size() as f64;
        let mut spectrum = self.spectrum();
        for (bin, (re, im)) in bins.iter().zip(spectrum.re.iter_mut().zip(&mut spectrum.im)) {
            (*re, *im) = ((bin.re * scale) as f32, (bin.im * scale) as f32);
        }
        spectrum
    }

    /// Transforms `input`; what is missing at its end is zero.
    pub fn forward(&self, input: &[f32], scratch: &mut TransformScratch, spectrum: &mut Spectrum) {
        let TransformScratch { time, bins, fft } = scratch;
        let length = input.len().min(time.len());
        time[..length].copy_from_slice(&input[..length]);
        time[length..].fill(0.0);
        let transformed = self.forward.process_with_scratch(time, bins, fft);
        debug_assert!(transformed.is_ok());
        split(bins, &mut spectrum.re, &mut spectrum.im);
    }

    /// The samples of `spectrum`, all of the size; they lie in the scratch.
    pub fn inverse<'a>(&self, spectrum: &Spectrum, scratch: &'a mut TransformScratch) -> &'a [f32] {
        let TransformScratch { time, bins, fft } = scratch;
        for (bin, (re, im)) in bins.iter_mut().zip(spectrum.re.iter().zip(&spectrum.im)) {
            *bin = Complex32::new(*re, *im);
        }
        // The first and last bins of a real signal are real; rounding must not say otherwise.
        if let [first, .., last] = bins.as_mut_slice() {
            first.im = 0.0;
            last.im = 0.0;
        }
        let transformed = self.inverse.process_with_scratch(bins, time, fft);
        debug_assert!(transformed.is_ok());
        time
    }
}

impl std::fmt::Debug for Transform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transform({})", self.size())
    }
}

fn split(bins: &[Complex32], re: &mut [f32], im: &mut [f32]) {
    for (bin, (re, im)) in bins.iter().zip(re.iter_mut().zip(im)) {
        (*re, *im) = (bin.re, bin.im);
    }
}

type Rows<'a> = (&'a [f32], &'a [f32]);
type RowsMut<'a> = (&'a mut [f32], &'a mut [f32]);

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn add_product(sum: RowsMut<'_>, signal: Rows<'_>, filter: Rows<'_>) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (sum_re, _) = sum.0.as_chunks_mut::<LANES>();
    let (sum_im, _) = sum.1.as_chunks_mut::<LANES>();
    let signal = signal.0.as_chunks::<LANES>().0.iter().zip(signal.1.as_chunks::<LANES>().0);
    let filter = filter.0.as_chunks::<LANES>().0.iter().zip(filter.1.as_chunks::<LANES>().0);
    for (((y_re, y_im), (x_re, x_im)), (h_re, h_im)) in sum_re.iter_mut().zip(sum_im).zip(signal).zip(filter)
    {
        for lane in 0..LANES {
            let (x, h) = ((x_re[lane], x_im[lane]), (h_re[lane], h_im[lane]));
            y_re[lane] = multiply_add(-x.1, h.1, multiply_add(x.0, h.0, y_re[lane], fused), fused);
            y_im[lane] = multiply_add(x.1, h.0, multiply_add(x.0, h.1, y_im[lane], fused), fused);
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn add_blend(sum: RowsMut<'_>, signal: Rows<'_>, filters: [Rows<'_>; 3], weights: [f32; 3]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (sum_re, _) = sum.0.as_chunks_mut::<LANES>();
    let (sum_im, _) = sum.1.as_chunks_mut::<LANES>();
    let (x, [a, b, c]) = (chunks(signal), filters.map(chunks));
    let count = sum_re.len().min(x.0.len()).min(a.0.len()).min(b.0.len()).min(c.0.len());
    let blend = |a: f32, b: f32, c: f32| {
        multiply_add(weights[2], c, multiply_add(weights[1], b, weights[0] * a, fused), fused)
    };
    for chunk in 0..count {
        let (y_re, y_im) = (&mut sum_re[chunk], &mut sum_im[chunk]);
        for lane in 0..LANES {
            let h_re = blend(a.0[chunk][lane], b.0[chunk][lane], c.0[chunk][lane]);
            let h_im = blend(a.1[chunk][lane], b.1[chunk][lane], c.1[chunk][lane]);
            let (x_re, x_im) = (x.0[chunk][lane], x.1[chunk][lane]);
            y_re[lane] = multiply_add(-x_im, h_im, multiply_add(x_re, h_re, y_re[lane], fused), fused);
            y_im[lane] = multiply_add(x_im, h_re, multiply_add(x_re, h_im, y_im[lane], fused), fused);
        }
    }
}

#[inline(always)]
fn chunks(rows: Rows<'_>) -> (&[[f32; LANES]], &[[f32; LANES]]) {
    (rows.0.as_chunks().0, rows.1.as_chunks().0)
}

/// `a · b + c`, rounded once where the processor can; elsewhere a fused product would be a slow call.
#[inline(always)]
fn multiply_add(a: f32, b: f32, c: f32, fused: bool) -> f32 {
    if fused { a.mul_add(b, c) } else { a * b + c }
}
