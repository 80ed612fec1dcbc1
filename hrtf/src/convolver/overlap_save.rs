use super::kernel::Kernel;
use super::transform::{Transform, TransformScratch};

/// A finite response, ready to be convolved with blocks of one length by one FFT each way.
///
/// Without state: a block of output is a function of the input samples it depends on. The same input gives
/// the same bits, whichever thread computes it and whatever was computed before.
#[derive(Clone)]
pub struct OverlapSave {
    transform: Transform,
    kernel: Kernel,
    taps: usize,
    block: usize,
}

/// Room for one convolution at a time.
#[derive(Clone, Debug, Default)]
pub struct Scratch(TransformScratch);

impl OverlapSave {
    /// Convolvers of several responses, all as long as the longest, for blocks of `block` samples.
    pub fn set(responses: &[Vec<f64>], block: usize) -> Vec<Self> {
        let taps = responses.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let block = block.max(1);
        let transform = Transform::new(block + taps - 1);
        let kernels = transform.kernels(responses);
        kernels.into_iter().map(|kernel| Self { transform: transform.clone(), kernel, taps, block }).collect()
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
        Scratch(self.transform.scratch())
    }

    /// Convolves and adds: `output[n]` grows by the sum over k of `response[k] · input[n + taps − 1 − k]`.
    ///
    /// `input` has [`OverlapSave::input_len`] samples or fewer, the missing ones at its end being zero;
    /// `output` has at most [`OverlapSave::block_len`]. Does nothing where `scratch` is another convolver's.
    pub fn add(&self, input: &[f32], Scratch(room): &mut Scratch, output: &mut [f32]) {
        let input = &input[..input.len().min(self.input_len())];
        if room.time.len() == self.transform.size() && output.len() <= self.block {
            self.transform.convolve(input, &self.kernel, room, self.taps - 1, output);
        }
    }
}

impl std::fmt::Debug for OverlapSave {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OverlapSave({} taps, blocks of {})", self.taps, self.block)
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
            convolver.add(&input, &mut convolver.scratch(), &mut output);
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
        let (mut short, mut long) = ([0.0; 64], [0.0; 64]);
        convolver.add(&input[..120], &mut scratch, &mut short);
        convolver.add(&padded, &mut scratch, &mut long);
        assert_eq!(short, long);
    }
}
