//! Spectra of real signals, real and imaginary parts apart so that products vectorise.

use multiversion::{multiversion, target::target_cfg_f};

use super::fft::{Rows, RowsMut, multiply_add};
use super::row::Row;

/// Rows of spectra are whole numbers of this many values, zeros at their end.
const LANES: usize = 16;

/// The bins 0 … N/2 of a real signal of N samples.
///
/// The rows are a little longer than that, padded with zeros to whole registers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spectrum {
    pub(super) re: Row,
    pub(super) im: Row,
}

/// Values in one row of the spectrum of `size` samples.
pub(super) fn row_length(size: usize) -> usize {
    (size / 2 + 1).next_multiple_of(LANES)
}

impl Spectrum {
    pub(super) fn zero(size: usize) -> Self {
        let bins = row_length(size);
        Self { re: Row::zero(bins), im: Row::zero(bins) }
    }

    /// Makes every bin zero.
    pub fn clear(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
    }

    /// Adds `signal · filter`.
    pub fn add_product(&mut self, signal: &Spectrum, filter: &Spectrum) {
        let (signal, filter) = ((&*signal.re, &*signal.im), (&*filter.re, &*filter.im));
        add_product((&mut self.re, &mut self.im), signal, filter);
    }
}

/// `y` += `x` · `h`.
pub(super) fn add_product(y: RowsMut<'_>, x: Rows<'_>, h: Rows<'_>) {
    product_sum(y.0, y.1, x.0, x.1, h.0, h.1);
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn product_sum(y_re: &mut [f32], y_im: &mut [f32], x_re: &[f32], x_im: &[f32], h_re: &[f32], h_im: &[f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let count = y_re.len();
    let (y_im, x_re, x_im) = (&mut y_im[..count], &x_re[..count], &x_im[..count]);
    let (h_re, h_im) = (&h_re[..count], &h_im[..count]);
    for i in 0..count {
        y_re[i] = multiply_add(-x_im[i], h_im[i], multiply_add(x_re[i], h_re[i], y_re[i], fused), fused);
        y_im[i] = multiply_add(x_im[i], h_re[i], multiply_add(x_re[i], h_im[i], y_im[i], fused), fused);
    }
}
