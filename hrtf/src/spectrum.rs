//! Forward and inverse real FFTs of one size, f64.

use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Transforms between `size` samples and `size / 2 + 1` bins.
pub(crate) struct Transform {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    size: usize,
}

impl Transform {
    /// A transform of at least `length` samples: the next power of two.
    pub(crate) fn of_at_least(length: usize) -> Self {
        let size = length.max(2).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        Self { forward: planner.plan_fft_forward(size), inverse: planner.plan_fft_inverse(size), size }
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn bins(&self) -> usize {
        self.size / 2 + 1
    }

    /// The spectrum of samples, cut or filled up with zeros to the size.
    pub(crate) fn forward(&self, samples: impl Iterator<Item = f64>) -> Vec<Complex64> {
        let mut time = self.forward.make_input_vec();
        time.iter_mut().zip(samples).for_each(|(to, from)| *to = from);
        let mut bins = self.forward.make_output_vec();
        // Fails only for buffers of the wrong length, and these are the plan's own.
        let done = self.forward.process(&mut time, &mut bins);
        debug_assert!(done.is_ok());
        bins
    }

    /// The samples of a spectrum, scaled so that it is the inverse of `forward`.
    pub(crate) fn inverse(&self, mut bins: Vec<Complex64>) -> Vec<f64> {
        bins.resize(self.bins(), Complex64::default());
        // The first and the last bin of a real signal are real.
        bins[0].im = 0.0;
        bins[self.size / 2].im = 0.0;
        let mut time = self.inverse.make_output_vec();
        let done = self.inverse.process(&mut bins, &mut time);
        debug_assert!(done.is_ok());
        time.iter_mut().for_each(|sample| *sample /= self.size as f64);
        time
    }
}
