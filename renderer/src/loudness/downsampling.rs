//! Another sample rate for what is listened to, not for what is heard: a windowed sinc, mono.

use std::f64::consts::PI;

use multiversion::{multiversion, target::target_cfg_f};

use super::multiply_add;

/// Zero crossings of the sinc on either side.
const CROSSINGS: usize = 16;
/// Places between two samples that the sinc is computed for, at most; the nearest is taken.
const MOST_PHASES: usize = 256;
/// Part of the lower rate's bandwidth that passes.
const PASSBAND: f64 = 0.9;

/// From one sample rate to another.
#[derive(Clone, Debug)]
pub(super) struct Downsampling {
    from: u64,
    to: u64,
    phases: usize,
    /// Taps of each phase, one after the other.
    taps: Vec<f32>,
    /// Samples on either side of a place.
    half: usize,
    /// Those that are still needed; the first is `start − half`.
    samples: Vec<f32>,
    start: u64,
    /// The next sample to make.
    next: u64,
}

impl Downsampling {
    pub(super) fn new(from: u32, to: u32) -> Self {
        let (from, to) = (u64::from(from), u64::from(to));
        let slower = from.min(to) as f64 / from as f64;
        let half = (CROSSINGS as f64 / slower).ceil() as usize;
        let phases = (to / greatest_common_divisor(from, to)).min(MOST_PHASES as u64) as usize;
        let cutoff = slower * PASSBAND;
        let tap = |phase: usize, tap: usize| {
            let distance = tap as f64 - (half - 1) as f64 - phase as f64 / phases as f64;
            let window = (PI * distance / (2 * half) as f64).cos().powi(2);
            let sinc =
                if distance == 0.0 { 1.0 } else { (PI * cutoff * distance).sin() / (PI * cutoff * distance) };
            (cutoff * sinc * window) as f32
        };
        let taps = (0..phases).flat_map(|phase| (0..2 * half).map(move |n| tap(phase, n))).collect();
        Self { from, to, phases, taps, half, samples: vec![0.0; half], start: 0, next: 0 }
    }

    /// Takes in samples and adds to `made` what can be made of them.
    pub(super) fn add(&mut self, samples: &[f32], made: &mut Vec<f32>) {
        self.samples.extend_from_slice(samples);
        loop {
            let place = self.next.saturating_mul(self.from);
            let (whole, part) = (place / self.to, place % self.to);
            let phase = (part * self.phases as u64 + self.to / 2) / self.to;
            let (whole, phase) = (whole + phase / self.phases as u64, phase % self.phases as u64);
            let first = (whole - self.start) as usize + 1;
            let Some(around) = self.samples.get(first..first + 2 * self.half) else { break };
            let taps = &self.taps[phase as usize * 2 * self.half..][..2 * self.half];
            made.push(product(around, taps));
            self.next += 1;
        }
        let place = self.next.saturating_mul(self.from) / self.to;
        let done = self.samples.len().min((place - self.start) as usize);
        self.samples.drain(..done);
        self.start += done as u64;
    }

    /// The rest, as if silence followed.
    pub(super) fn finish(&mut self, made: &mut Vec<f32>) {
        self.add(&vec![0.0; self.half], made);
    }
}

/// Products that are summed side by side.
const LANES: usize = 16;

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn product(samples: &[f32], taps: &[f32]) -> f32 {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let ((samples, last_samples), (taps, last_taps)) =
        (samples.as_chunks::<LANES>(), taps.as_chunks::<LANES>());
    let mut sums = [0.0_f32; LANES];
    for n in 0..samples.len().min(taps.len()) {
        for l in 0..LANES {
            sums[l] = multiply_add(samples[n][l], taps[n][l], sums[l], fused);
        }
    }
    let rest: f32 = last_samples.iter().zip(last_taps).map(|(sample, tap)| sample * tap).sum();
    sums.iter().sum::<f32>() + rest
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone below the new bandwidth keeps amplitude and time; one above it is gone.
    #[test]
    fn tones_pass_or_are_gone_whatever_the_rate_and_the_blocks() {
        /// Amplitude; a detector hears no difference.
        const TOLERANCE: f32 = 0.01;
        for rate in [8_000_u32, 16_000, 44_100, 47_999, 48_000, 96_000, 192_000, 768_000] {
            for (hertz, gain) in [(1000.0, 1.0), (3000.0, 1.0), (11_000.0, 0.0)] {
                if hertz > f64::from(rate) * 0.4 {
                    continue;
                }
                let frames = rate as usize / 10;
                let wave = |time: f64| (std::f64::consts::TAU * hertz * time).sin() as f32;
                let input: Vec<f32> = (0..frames).map(|n| wave(n as f64 / f64::from(rate))).collect();
                let (mut downsampling, mut made) = (Downsampling::new(rate, 16_000), Vec::new());
                for block in input.chunks(333) {
                    downsampling.add(block, &mut made);
                }
                downsampling.finish(&mut made);
                assert!((1599..=1601).contains(&made.len()), "{rate} Hz: {}", made.len());
                for (n, sample) in made.iter().enumerate().skip(100).take(1400) {
                    let expected = gain * wave(n as f64 / 16_000.0);
                    assert!(
                        (sample - expected).abs() < TOLERANCE,
                        "{rate} Hz, {hertz} Hz, {n}: {sample} {expected}"
                    );
                }
                let mut whole = Vec::new();
                let mut downsampling = Downsampling::new(rate, 16_000);
                downsampling.add(&input, &mut whole);
                downsampling.finish(&mut whole);
                assert_eq!(whole, made);
            }
        }
    }
}
