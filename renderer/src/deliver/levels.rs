//! Peaks and overloads of an output, channel by channel.

use multiversion::multiversion;

/// Full scale.
const FULL: f32 = 1.0;

/// What one channel of an output reached.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChannelLevels {
    /// Highest magnitude, linear; before any clipping.
    pub peak: f32,
    /// Samples beyond full scale: clipped in PCM, kept in float files.
    pub overloads: u64,
    /// Frame of the first of them, counted from the start of the output.
    pub first_overload: Option<u64>,
}

impl ChannelLevels {
    /// Takes in `samples`, the first of which is frame `position`.
    pub fn add(&mut self, samples: &[f32], position: u64) {
        let peak = peak(samples);
        self.peak = self.peak.max(peak);
        if peak > FULL {
            let over = |sample: &f32| sample.abs() > FULL;
            let count = samples.iter().filter(|sample| over(sample)).count();
            self.overloads = self.overloads.saturating_add(count as u64);
            if self.first_overload.is_none() {
                let first = samples.iter().position(over).unwrap_or(0);
                self.first_overload = Some(position.saturating_add(first as u64));
            }
        }
    }

    /// The peak in dBFS; negative infinity for silence.
    pub fn peak_dbfs(&self) -> f64 {
        20.0 * f64::from(self.peak).log10()
    }
}

/// Lanes that are compared at once.
const LANES: usize = 16;

/// Highest magnitude of `samples`; 0 for none. NaN counts as nothing.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn peak(samples: &[f32]) -> f32 {
    let (groups, rest) = samples.as_chunks::<LANES>();
    let mut highest = [0.0_f32; LANES];
    for group in groups {
        for (high, sample) in highest.iter_mut().zip(group) {
            // Not `max`, whose care for NaN on either side takes more instructions.
            *high = if sample.abs() > *high { sample.abs() } else { *high };
        }
    }
    highest.iter().copied().chain(rest.iter().map(|sample| sample.abs())).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overloads_are_counted_from_the_first() {
        let mut levels = ChannelLevels::default();
        levels.add(&[0.5; 40], 0);
        assert_eq!((levels.peak, levels.overloads, levels.first_overload), (0.5, 0, None));
        let mut samples = [0.25; 40];
        (samples[17], samples[18], samples[39]) = (-1.5, 1.0, 1.25);
        levels.add(&samples, 40);
        levels.add(&samples, 80);
        assert_eq!((levels.peak, levels.overloads, levels.first_overload), (1.5, 4, Some(57)));
        assert!((levels.peak_dbfs() - 3.521_825).abs() < 1e-6);
    }
}
