//! Filters made from their spectra, symmetric round a tap in their middle.

use std::f64::consts::PI;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use crate::render::DecorrelationFilters;

/// The part of a filter that is faded at each end.
const FADE: f64 = 0.125;

/// How filters are made.
pub(super) struct Design {
    rate: f64,
    /// The tap of time 0.
    delay: usize,
    taps: usize,
}

impl Design {
    /// Filters of twice `half` seconds at a rate in hertz, long enough that `others` fit in.
    pub(super) fn new(half: f64, sample_rate: u32, others: &DecorrelationFilters) -> Self {
        let rate = f64::from(sample_rate.max(1));
        let longest = others.responses.iter().map(Vec::len).max().unwrap_or(0);
        let least = (others.delay + 1).max(longest.saturating_sub(others.delay));
        let delay = ((half * rate).ceil() as usize).max(least);
        Self { rate, delay, taps: 2 * delay }
    }

    /// The tap of time 0.
    pub(super) fn delay(&self) -> usize {
        self.delay
    }

    /// Filters that were made otherwise, as long and as late as those of this design.
    pub(super) fn late(&self, others: &DecorrelationFilters) -> Vec<Vec<f64>> {
        let late = |response: &Vec<f64>| {
            let mut late = vec![0.0; self.delay.saturating_sub(others.delay)];
            late.extend(response);
            late.resize(self.taps, 0.0);
            late
        };
        others.responses.iter().map(late).collect()
    }

    /// The filter with this spectrum.
    pub(super) fn response(&self, spectrum: impl Fn(f64) -> Complex64) -> Vec<f64> {
        let size = (4 * self.taps).next_power_of_two();
        let inverse = RealFftPlanner::new().plan_fft_inverse(size);
        let mut bins = inverse.make_input_vec();
        for (number, bin) in bins.iter_mut().enumerate() {
            *bin = spectrum(number as f64 * self.rate / size as f64);
        }
        // Those of a real signal are real.
        bins[0].im = 0.0;
        bins[size / 2].im = 0.0;
        let mut samples = inverse.make_output_vec();
        // Fails only for buffers of the wrong length, and for bins that no real signal has.
        let transformed = inverse.process(&mut bins, &mut samples);
        debug_assert!(transformed.is_ok());
        let tap = |tap: usize| {
            let edge = (tap as f64 + 0.5).min((self.taps - tap) as f64 - 0.5) / (FADE * self.taps as f64);
            let fade = (edge.min(1.0) * PI / 2.0).sin().powi(2);
            fade * samples[(size + tap - self.delay) % size] / size as f64
        };
        (0..self.taps).map(tap).collect()
    }
}

/// How far a frequency lies on the way from one to another, 0 … 1, in octaves.
pub(super) fn way(hertz: f64, (from, to): (f64, f64)) -> f64 {
    ((hertz.max(1.0) / from).ln() / (to / from).ln()).clamp(0.0, 1.0)
}
