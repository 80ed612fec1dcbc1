//! Decorrelation of the diffuse bus (BS.2127-1 §7.4): one all-pass filter of random phase per channel.

use std::f64::consts::TAU;

use hrtf::convolver::{OverlapSave, Scratch};
use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner};

use super::interpolation::is_silent;
use super::mersenne_twister::MersenneTwister;
use super::plan::GRID;

/// Taps of a decorrelation filter.
const TAPS: usize = 512;

/// Samples by which the centre of the filters comes late; the direct path waits for it.
const DELAY: usize = (TAPS - 1) / 2;

/// What the channels of a diffuse bus are decorrelated by.
#[derive(Clone, Debug)]
pub(crate) struct DecorrelationFilters {
    /// One for each channel, all as long.
    pub responses: Vec<Vec<f64>>,
    /// Their tap that is in time with the direct path.
    pub delay: usize,
}

impl DecorrelationFilters {
    /// Those of a layout with channels of these names. The seed of a filter is the place of its channel among all the
    /// layout's channels, LFE included, in ASCII order.
    pub(crate) fn of_layout(names: &[String]) -> Self {
        let inverse = RealFftPlanner::new().plan_fft_inverse(TAPS);
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort();
        let seed = |name: &String| sorted.binary_search(&name).unwrap_or(0) as u32;
        let responses = names.iter().map(|name| response(seed(name), &*inverse)).collect();
        Self { responses, delay: DELAY }
    }
}

/// The decorrelators of a target, one per channel.
#[derive(Clone, Debug)]
pub(super) struct Decorrelators {
    filters: Vec<OverlapSave>,
    /// Samples of the diffuse bus before a block that its output depends on, and after it.
    look_back: usize,
    look_ahead: usize,
}

impl Decorrelators {
    pub(super) fn new(DecorrelationFilters { responses, delay }: &DecorrelationFilters) -> Self {
        let taps = responses.iter().map(Vec::len).max().unwrap_or(0);
        Self {
            filters: OverlapSave::set(responses, GRID),
            look_back: taps.saturating_sub(1 + delay),
            look_ahead: *delay,
        }
    }

    /// Samples in front of a block that its output depends on.
    pub(super) fn look_back(&self) -> usize {
        self.look_back
    }

    /// Samples after it.
    pub(super) fn look_ahead(&self) -> usize {
        self.look_ahead
    }

    /// Room for one thread.
    pub(super) fn scratch(&self) -> Scratch {
        self.filters.first().map(OverlapSave::scratch).unwrap_or_default()
    }

    /// Makes `output` the sum of `direct` and the decorrelated grid block that starts at `at` of the diffuse bus
    /// `bus`. Samples past the end of `bus` are zero; the ones in front of the block must be there. Does nothing
    /// and returns false when the diffuse bus is silent.
    pub(super) fn add(
        &self,
        channel: usize,
        (bus, at): (&[f32], usize),
        scratch: &mut Scratch,
        direct: &[f32],
        output: &mut [f32],
    ) -> bool {
        let end = (at + GRID + self.look_ahead).min(bus.len());
        let input = &bus[at - self.look_back..end];
        if is_silent(input) {
            return false;
        }
        output.copy_from_slice(direct);
        self.filters[channel].add(input, scratch, output);
        true
    }
}

/// The impulse response of decorrelator `seed`: magnitude 1 at every bin, phase 0 at the first and last, else
/// uniformly random from the raw words of MT19937.
fn response(seed: u32, inverse: &dyn ComplexToReal<f64>) -> Vec<f64> {
    let mut bins = vec![Complex64::new(1.0, 0.0); TAPS / 2 + 1];
    for (bin, word) in bins[1..TAPS / 2].iter_mut().zip(MersenneTwister::new(seed)) {
        *bin = Complex64::cis(TAU * f64::from(word) / 4_294_967_296.0);
    }
    let mut taps = inverse.make_output_vec();
    // Fails only for buffers of the wrong length, and for bins that no real signal has.
    let transformed = inverse.process(&mut bins, &mut taps);
    debug_assert!(transformed.is_ok());
    taps.iter_mut().for_each(|tap| *tap /= TAPS as f64);
    taps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taps(seed: u32) -> Vec<f64> {
        response(seed, &*RealFftPlanner::new().plan_fft_inverse(TAPS))
    }

    /// `ear.core.objectbased.decorrelate.design_decorrelator_basic` of EAR 2.1.0: taps 0, 1, 255, 256, 511.
    const EAR: [(u32, [f64; 5]); 2] = [
        (
            0,
            [
                -0.06964856415562865,
                0.009239802554252975,
                -0.03085313270558658,
                -0.030957516745944647,
                -0.0006899843572713144,
            ],
        ),
        (
            11,
            [
                0.014476063656451862,
                0.075772978451247,
                0.006162828599188264,
                0.08486656138201164,
                0.06759485019481368,
            ],
        ),
    ];

    #[test]
    fn filters_equal_the_references() {
        for (seed, expected) in EAR {
            let taps = taps(seed);
            for (tap, expected) in [0, 1, 255, 256, 511].into_iter().zip(expected) {
                assert!((taps[tap] - expected).abs() < 1e-14, "seed {seed}, tap {tap}");
            }
            let energy: f64 = taps.iter().map(|tap| tap * tap).sum();
            assert!((energy - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_block_equals_direct_convolution_around_its_samples() {
        let names = ["M+030", "M-030", "LFE1"].map(str::to_owned);
        let decorrelators = Decorrelators::new(&DecorrelationFilters::of_layout(&names));
        let mut state = 9u32;
        let bus: Vec<f32> = (0..3 * GRID)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect();
        // In ASCII order: LFE1, M+030, M-030.
        for (channel, seed) in [(0, 1), (1, 2), (2, 0)] {
            let taps = taps(seed);
            let mut output = vec![0.0; GRID];
            let mut scratch = decorrelators.scratch();
            assert!(decorrelators.add(channel, (&bus, GRID), &mut scratch, &[0.0; GRID], &mut output));
            for n in [0, 1, 500, GRID - 1] {
                let expected: f64 = (0..TAPS).map(|k| taps[k] * f64::from(bus[GRID + n + DELAY - k])).sum();
                assert!((f64::from(output[n]) - expected).abs() < 1e-6, "channel {channel}, sample {n}");
            }
        }
    }
}
