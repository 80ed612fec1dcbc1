//! Peaks and overloads of an output, channel by channel.

use crate::audio::peak;

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
