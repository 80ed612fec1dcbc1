use std::sync::Arc;

use multiversion::multiversion;
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// A finite response, ready to be convolved with blocks of one length by one FFT each way.
///
/// Without state: a block of output is a function of the input samples it depends on. The same input gives
/// the same bits, whichever thread computes it and whatever was computed before.
#[derive(Clone)]
pub struct OverlapSave {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    spectrum: Vec<Complex32>,
    taps: usize,
    block: usize,
}

/// Room for one convolution at a time.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    time: Vec<f32>,
    spectrum: Vec<Complex32>,
    fft: Vec<Complex32>,
}

impl OverlapSave {
    /// Convolvers of several responses, all as long as the longest, for blocks of `block` samples.
    pub fn set(responses: &[Vec<f64>], block: usize) -> Vec<Self> {
        let taps = responses.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let block = block.max(1);
        let size = fast_size(block + taps - 1);
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let mut exact = RealFftPlanner::<f64>::new();
        let plan = exact.plan_fft_forward(size);
        let one = |response: &Vec<f64>| {
            let mut time = plan.make_input_vec();
            time[..response.len()].copy_from_slice(response);
            let mut spectrum = plan.make_output_vec();
            // Fails only for buffers of the wrong length, and these are the plan's own.
            let transformed = plan.process(&mut time, &mut spectrum);
            debug_assert!(transformed.is_ok());
            let scale = 1.0 / size as f64;
            let spectrum =
                spectrum.iter().map(|bin| Complex32::new((bin.re * scale) as f32, (bin.im * scale) as f32));
            let (forward, inverse) = (forward.clone(), inverse.clone());
            Self { forward, inverse, spectrum: spectrum.collect(), taps, block }
        };
        responses.iter().map(one).collect()
    }

    /// Samples of input for one block of output: the response's length − 1 before it, and the block.
    pub fn input_len(&self) -> usize {
        self.block + self.taps - 1
    }

    /// Samples of one block of output.
    pub fn block_len(&self) -> usize {
        self.block
    }

    /// Room that fits; one for each thread.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            time: self.forward.make_input_vec(),
            spectrum: self.forward.make_output_vec(),
            fft: vec![
                Complex32::default();
                self.forward.get_scratch_len().max(self.inverse.get_scratch_len())
            ],
        }
    }

    /// Convolves: `output[n]` is the sum over k of `response[k] · input[n + taps − 1 − k]`.
    ///
    /// `input` has [`OverlapSave::input_len`] samples or fewer, the missing ones at its end being zero;
    /// `output` has at most [`OverlapSave::block_len`]. Does nothing where `scratch` is another convolver's.
    pub fn process(&self, input: &[f32], scratch: &mut Scratch, output: &mut [f32]) {
        let Scratch { time, spectrum, fft } = scratch;
        let length = input.len().min(self.input_len());
        if time.len() != self.forward.len() || output.len() > self.block {
            return;
        }
        time[..length].copy_from_slice(&input[..length]);
        time[length..].fill(0.0);
        if self.forward.process_with_scratch(time, spectrum, fft).is_err() {
            return;
        }
        multiply(spectrum, &self.spectrum);
        // The first and last bins of a real signal are real; rounding must not say otherwise.
        if let [first, .., last] = spectrum.as_mut_slice() {
            first.im = 0.0;
            if self.forward.len().is_multiple_of(2) {
                last.im = 0.0;
            }
        }
        if self.inverse.process_with_scratch(spectrum, time, fft).is_ok() {
            let first = self.taps - 1;
            output.copy_from_slice(&time[first..first + output.len()]);
        }
    }
}

impl std::fmt::Debug for OverlapSave {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OverlapSave({} taps, blocks of {})", self.taps, self.block)
    }
}

/// The next size that FFTs are fast for: no prime factor above 5, and even.
pub(super) fn fast_size(least: usize) -> usize {
    let smooth = |mut size: usize| {
        for factor in [2, 3, 5] {
            while size.is_multiple_of(factor) {
                size /= factor;
            }
        }
        size == 1
    };
    (least.max(2)..).find(|&size| size % 2 == 0 && smooth(size)).unwrap_or(least)
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn multiply(signal: &mut [Complex32], filter: &[Complex32]) {
    for (x, h) in signal.iter_mut().zip(filter) {
        *x = Complex32::new(x.re * h.re - x.im * h.im, x.re * h.im + x.im * h.re);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, length: usize) -> Vec<f64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0
        };
        (0..length).map(|_| next()).collect()
    }

    /// f32 FFTs of some thousand points: 24 bits less a few for the butterflies.
    const TOLERANCE: f64 = 3e-6;

    #[test]
    fn equals_direct_convolution() {
        for (taps, block) in [(1, 32), (512, 1024), (300, 7), (33, 64), (2048, 512)] {
            let response = noise(3, taps);
            let convolver = OverlapSave::set(std::slice::from_ref(&response), block).remove(0);
            let input: Vec<f32> = noise(5, convolver.input_len()).iter().map(|x| *x as f32).collect();
            let mut output = vec![0.0; block];
            convolver.process(&input, &mut convolver.scratch(), &mut output);
            let scale = response.iter().map(|tap| tap * tap).sum::<f64>().sqrt();
            for (n, found) in output.iter().enumerate() {
                let expected: f64 = (0..taps).map(|k| response[k] * f64::from(input[n + taps - 1 - k])).sum();
                assert!((f64::from(*found) - expected).abs() < TOLERANCE * scale, "{taps} {block} {n}");
            }
        }
    }

    #[test]
    fn input_that_ends_early_ends_in_silence() {
        let convolver = OverlapSave::set(&[noise(1, 100)], 64).remove(0);
        let mut scratch = convolver.scratch();
        let input: Vec<f32> = noise(2, 163).iter().map(|x| *x as f32).collect();
        let mut padded = input[..120].to_vec();
        padded.resize(163, 0.0);
        let (mut short, mut long) = ([0.0; 64], [1.0; 64]);
        convolver.process(&input[..120], &mut scratch, &mut short);
        convolver.process(&padded, &mut scratch, &mut long);
        assert_eq!(short, long);
    }

    #[test]
    fn sizes_are_smooth_and_large_enough() {
        assert_eq!([1535, 1537, 4607, 7, 2].map(fast_size), [1536, 1600, 4608, 8, 2]);
    }
}
