//! Convolution in one pass over the bins: what makes a spectrum of a half-size transform, and takes it apart again, is part of
//! the response.

use std::f64::consts::TAU;

use multiversion::{multiversion, target::target_cfg_f};
use realfft::num_complex::Complex64;

use super::fft::{Rows, RowsMut, multiply_add};
use super::row::Row;
use super::transform::{Transform, TransformScratch, turned};

/// A response as it acts on the half-size transforms of samples: Z′(k) = A(k) Z(k) + B(k) Z*(M − k), for all of M bins.
/// What makes spectra of them and takes these apart again is in A and B, so a convolution passes over its bins once.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    a: [Row; 2],
    b: [Row; 2],
}

impl Transform {
    /// What [`Transform::convolve`] needs of responses.
    ///
    /// With H the response's bins and G(k) = H*(M − k), unpacking, multiplying and packing bin k come down to
    /// A = 2 (H + G − (H − G) sin θ) and B = 2i (H − G) cos θ, θ = 2πk / N.
    pub(super) fn kernels(&self, responses: &[Vec<f64>]) -> Vec<Kernel> {
        let step = TAU / self.size() as f64;
        let turns: Vec<_> = (0..self.plan.fft.size()).map(|k| (step * k as f64).sin_cos()).collect();
        responses.iter().map(|response| self.kernel(response, &turns)).collect()
    }

    fn kernel(&self, response: &[f64], turns: &[(f64, f64)]) -> Kernel {
        let (bins, half) = (self.bins(response), turns.len());
        let factors = |(k, (sine, cosine)): (usize, &(f64, f64))| {
            let (sum, difference) = (bins[k] + bins[half - k].conj(), bins[k] - bins[half - k].conj());
            (2.0 * (sum - difference * sine), 2.0 * Complex64::i() * difference * cosine)
        };
        let (a, b): (Vec<_>, Vec<_>) = turns.iter().enumerate().map(factors).unzip();
        let rows = |bins: Vec<Complex64>| {
            [bins.iter().map(|bin| bin.re as f32).collect(), bins.iter().map(|bin| bin.im as f32).collect()]
        };
        Kernel { a: rows(a), b: rows(b) }
    }

    /// Adds to `output` the circular convolution of `input`, zeros at its end, from sample `first` on.
    pub(super) fn convolve(
        &self,
        input: &[f32],
        kernel: &Kernel,
        scratch: &mut TransformScratch,
        first: usize,
        output: &mut [f32],
    ) {
        let passes = self.plan.fft.passes();
        self.first_pass([input, &[]], scratch);
        (1..passes).for_each(|pass| self.pass(pass, pass, false, scratch));
        let ([from_re, from_im], [to_re, to_im]) = turned(&mut scratch.buffers, passes);
        let size = self.plan.fft.size();
        weigh(kernel, (&from_re[..size], &from_im[..size]), (to_re, to_im));
        (0..passes).for_each(|pass| self.pass(pass, passes + 1 + pass, true, scratch));
        // An odd number of exchanges from the first buffer.
        let [_, [re, im]] = &scratch.buffers;
        add_together(re, im, first, output);
    }
}

/// Adds samples `first` and on of those that `re` and `im` hold by turns.
fn add_together(re: &[f32], im: &[f32], first: usize, output: &mut [f32]) {
    let (odd, from) = (first % 2, first.div_ceil(2));
    let (head, pairs) = output.split_at_mut(odd.min(output.len()));
    head.iter_mut().zip(&im[first / 2..]).for_each(|(output, sample)| *output += sample);
    let whole = pairs.len() / 2;
    add_pairs(&re[from..from + whole], &im[from..from + whole], pairs);
    if let (Some(last), Some(sample)) = (pairs.get_mut(2 * whole), re.get(from + whole)) {
        *last += sample;
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn add_pairs(re: &[f32], im: &[f32], samples: &mut [f32]) {
    let pairs = samples.as_chunks_mut::<2>().0;
    let count = re.len();
    let (im, pairs) = (&im[..count], &mut pairs[..count]);
    for i in 0..count {
        let [even, odd] = pairs[i];
        pairs[i] = [even + re[i], odd + im[i]];
    }
}

/// Every bin by its [`Kernel`].
fn weigh(kernel: &Kernel, from: Rows<'_>, to: RowsMut<'_>) {
    let ([a_re, a_im], [b_re, b_im]) = (&kernel.a, &kernel.b);
    let (x, y) = (from.0[0], from.1[0]);
    to.0[0] = a_re[0] * x - a_im[0] * y + b_re[0] * x + b_im[0] * y;
    to.1[0] = a_re[0] * y + a_im[0] * x + b_im[0] * x - b_re[0] * y;
    let kernel = [&a_re[1..], &a_im[1..], &b_re[1..], &b_im[1..]];
    weigh_bins(kernel, &from.0[1..], &from.1[1..], &mut to.0[1..], &mut to.1[1..]);
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn weigh_bins(
    [a_re, a_im, b_re, b_im]: [&[f32]; 4],
    re: &[f32],
    im: &[f32],
    to_re: &mut [f32],
    to_im: &mut [f32],
) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let count = re.len();
    let (im, to_re, to_im) = (&im[..count], &mut to_re[..count], &mut to_im[..count]);
    let (a_re, a_im, b_re, b_im) = (&a_re[..count], &a_im[..count], &b_re[..count], &b_im[..count]);
    for i in 0..count {
        let (x, y) = (re[i], im[i]);
        let (u, v) = (re[count - 1 - i], im[count - 1 - i]);
        let direct = multiply_add(-a_im[i], y, a_re[i] * x, fused);
        to_re[i] = multiply_add(b_im[i], v, multiply_add(b_re[i], u, direct, fused), fused);
        let direct = multiply_add(a_im[i], x, a_re[i] * y, fused);
        to_im[i] = multiply_add(-b_re[i], v, multiply_add(b_im[i], u, direct, fused), fused);
    }
}
