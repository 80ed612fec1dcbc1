//! Decorrelation of the diffuse bus (BS.2127-1 §7.4): one all-pass filter of random phase per channel.

use std::f64::consts::TAU;

use hrtf::convolver::{OverlapSave, Scratch};

use super::interpolation::{Content, content};
use super::mersenne_twister::MersenneTwister;
use super::plan::GRID;

/// Taps of a decorrelation filter.
const TAPS: usize = 512;

/// Samples by which the centre of the filters comes late; the direct path waits for it.
const DELAY: usize = (TAPS - 1) / 2;

/// Samples of the diffuse bus before a block that its output depends on.
pub(super) const LOOK_BACK: usize = TAPS - 1 - DELAY;

/// Samples after it.
const LOOK_AHEAD: usize = DELAY;

/// The decorrelators of a target, one per channel.
#[derive(Clone, Debug)]
pub(super) struct Decorrelators {
    filters: Vec<OverlapSave>,
}

impl Decorrelators {
    /// Filters for channels of these names. The seed of a filter is the place of its channel among all the
    /// target's channels, LFE included, in ASCII order.
    pub(super) fn new(names: &[String]) -> Self {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort();
        let filter = |name: &String| response(sorted.binary_search(&name).unwrap_or(0) as u32);
        let responses: Vec<_> = names.iter().map(filter).collect();
        Self { filters: OverlapSave::set(&responses, GRID) }
    }

    /// Room for one thread.
    pub(super) fn scratch(&self) -> Scratch {
        self.filters.first().map(OverlapSave::scratch).unwrap_or_default()
    }

    /// Adds the decorrelated grid block that starts at `at` of the diffuse bus `bus` to `output`. Samples past
    /// the end of `bus` are zero; the ones in front of the block must be there.
    pub(super) fn add(
        &self,
        channel: usize,
        (bus, at): (&[f32], usize),
        scratch: &mut (Scratch, Vec<f32>),
        output: &mut [f32],
    ) {
        let end = (at + GRID + LOOK_AHEAD).min(bus.len());
        let input = &bus[at - LOOK_BACK..end];
        if content(input) == Content::Silence {
            return;
        }
        let (scratch, decorrelated) = scratch;
        decorrelated.resize(GRID, 0.0);
        self.filters[channel].process(input, scratch, decorrelated);
        output.iter_mut().zip(decorrelated).for_each(|(sum, sample)| *sum += *sample);
    }
}

/// The impulse response of decorrelator `seed`: magnitude 1 at every bin, phase 0 at the first and last, else
/// uniformly random from the raw words of MT19937.
fn response(seed: u32) -> Vec<f64> {
    let half = TAPS / 2;
    let phases =
        MersenneTwister::new(seed).take(half - 1).map(|word| TAU * f64::from(word) / 4_294_967_296.0);
    let bins: Vec<(f64, f64)> = phases.map(f64::sin_cos).collect();
    let turn: Vec<(f64, f64)> = (0..TAPS).map(|n| (TAU * n as f64 / TAPS as f64).sin_cos()).collect();
    let tap = |n: usize| {
        let ends = if n % 2 == 0 { 2.0 } else { 0.0 };
        let middle: f64 = (1..half)
            .zip(&bins)
            .map(|(bin, (sine, cosine))| {
                let (turn_sine, turn_cosine) = turn[bin * n % TAPS];
                turn_cosine * cosine - turn_sine * sine
            })
            .sum();
        (ends + 2.0 * middle) / TAPS as f64
    };
    (0..TAPS).map(tap).collect()
}
