//! What a channel's samples show without any filter: peak, clipping, offset, where there is sound, what is no number.

use multiversion::multiversion;

use super::correlation::products;
use super::true_peak::Highest;

/// Frames of which one peak is kept.
pub(super) const CELL: usize = 64;
/// Beyond this, 2^50, a float sample is no sound; its square would not be finite. Infinity and NaN are beyond it too.
const ABSURD: u32 = 177 << 23;
/// The largest positive sample of 16 bits: what is not below it may have been clipped.
const FULL: f32 = 32_767.0 / 32_768.0;
/// Samples at full scale in a row that are taken for clipping.
const CLIPPED_RUN: u64 = 3;
/// Sums that run side by side.
const LANES: usize = 16;

/// One channel.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    pub(super) peak: Highest,
    pub(super) sum: f64,
    pub(super) squares: f64,
    pub(super) clipped_runs: u64,
    pub(super) clipped_samples: u64,
    pub(super) first_clipped: Option<u64>,
    pub(super) non_finite: u64,
    pub(super) first_non_finite: Option<u64>,
    pub(super) sound: Option<(u64, u64)>,
    run: u64,
}

impl Levels {
    /// Takes in `samples`, a whole number of cells that begins with frame `start`, and tells the peak of each cell.
    /// What is no number becomes silence.
    pub(super) fn add(&mut self, samples: &mut [f32], start: u64, peaks: &mut [f32], sums: bool) {
        let mut bits = [0; LANES];
        let cells = samples.len() / CELL;
        for (first, peaks) in (0..cells).step_by(LANES).zip(peaks.chunks_mut(LANES)) {
            let bits = &mut bits[..peaks.len().min(cells - first)];
            peak_bits(&samples[first * CELL..], bits);
            for (index, (bits, peak)) in bits.iter_mut().zip(peaks).enumerate() {
                let at = (first + index) * CELL;
                let cell = &mut samples[at..at + CELL];
                let frame = start.saturating_add(at as u64);
                if *bits >= ABSURD {
                    self.silence_faults(cell, frame);
                    peak_bits(cell, std::slice::from_mut(bits));
                }
                *peak = f32::from_bits(*bits);
                self.take_cell(cell, frame, *peak);
            }
        }
        if sums {
            // Not in one loop, which the compiler would go through lane by lane.
            self.sum += sum(samples);
            self.squares += products(samples, samples);
        }
    }

    fn silence_faults(&mut self, cell: &mut [f32], frame: u64) {
        for (n, sample) in cell.iter_mut().enumerate() {
            if sample.to_bits() & 0x7fff_ffff >= ABSURD {
                *sample = 0.0;
                self.non_finite += 1;
                self.first_non_finite.get_or_insert(frame.saturating_add(n as u64));
            }
        }
    }

    fn take_cell(&mut self, cell: &[f32], frame: u64, peak: f32) {
        let at = |n: usize| frame.saturating_add(n as u64);
        if peak > self.peak.value {
            let n = cell.iter().position(|sample| sample.abs() == peak).unwrap_or(0);
            self.peak.raise(peak, at(n));
        }
        if peak > 0.0 {
            let is_sound = |sample: &f32| *sample != 0.0;
            let last = at(cell.iter().rposition(is_sound).unwrap_or(0));
            let first = self.sound.map(|(first, _)| first);
            let first = first.unwrap_or_else(|| at(cell.iter().position(is_sound).unwrap_or(0)));
            self.sound = Some((first, last));
        }
        if peak < FULL {
            self.run = 0;
            return;
        }
        for (n, sample) in cell.iter().enumerate() {
            if sample.abs() < FULL {
                self.run = 0;
                continue;
            }
            self.run += 1;
            match self.run {
                ..CLIPPED_RUN => {}
                CLIPPED_RUN => {
                    self.clipped_runs += 1;
                    self.clipped_samples += CLIPPED_RUN;
                    self.first_clipped.get_or_insert(at(n).saturating_sub(CLIPPED_RUN - 1));
                }
                _ => self.clipped_samples += 1,
            }
        }
    }
}

/// The largest magnitude of each cell, as the bits of a float.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn peak_bits(samples: &[f32], peaks: &mut [u32]) {
    for (cell, peak) in samples.as_chunks::<CELL>().0.iter().zip(peaks) {
        // Without their signs, floats are in the order of their bits, and NaN comes last.
        *peak = cell.iter().fold(0, |most, sample| most.max(sample.to_bits() & 0x7fff_ffff));
    }
}

/// The sum of samples, a multiple of 16.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn sum(samples: &[f32]) -> f64 {
    let rows = samples.as_chunks::<LANES>().0;
    let mut sum = [0.0_f32; LANES];
    for n in 0..rows.len() {
        for l in 0..LANES {
            sum[l] += rows[n][l];
        }
    }
    sum.iter().map(|lane| f64::from(*lane)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(samples: &[f32]) -> (Levels, Vec<f32>) {
        let mut levels = Levels::default();
        let mut padded = samples.to_vec();
        padded.resize(samples.len().next_multiple_of(CELL), 0.0);
        let mut peaks = vec![0.0; padded.len() / CELL];
        levels.add(&mut padded, 100, &mut peaks, true);
        (levels, padded)
    }

    #[test]
    fn runs_at_full_scale_are_clipping_and_single_samples_are_not() {
        let mut samples = vec![0.1; 300];
        samples[10] = -1.0;
        samples[62..66].fill(1.0);
        samples[200..203].copy_from_slice(&[-1.5, -1.0, -1.0]);
        samples[299] = -0.2;
        let (levels, _) = levels(&samples);
        assert_eq!((levels.clipped_runs, levels.clipped_samples, levels.first_clipped), (2, 7, Some(162)));
        assert_eq!(levels.peak, Highest { value: 1.5, frame: 300 });
        assert_eq!(levels.sound, Some((100, 399)));
        let sum: f32 = samples.iter().sum();
        assert!((levels.sum - f64::from(sum)).abs() < 1e-3, "{}", levels.sum);
    }

    #[test]
    fn what_is_no_number_is_found_and_silenced() {
        let mut samples = vec![0.0; 256];
        (samples[70], samples[130], samples[131], samples[132]) = (f32::NAN, f32::NEG_INFINITY, 1e20, 0.5);
        let (levels, clean) = levels(&samples);
        assert_eq!((levels.non_finite, levels.first_non_finite), (3, Some(170)));
        assert_eq!(levels.peak, Highest { value: 0.5, frame: 232 });
        assert_eq!(levels.sound, Some((232, 232)));
        assert!(clean.iter().all(|sample| sample.is_finite()));
    }
}
