//! Diffuse-field equalisation: what the head does to sound from everywhere at once is taken out, what it does to
//! one direction beside the others stays.
//!
//! Measured responses hold the resonance of the ear canal and the microphone's and loudspeaker's own tone, which
//! headphones add or a mixer never heard; a mix through such a set loses its tone.

use rayon::prelude::*;

use crate::minimum_phase::{fade_out, minimum_phase_spectrum};
use crate::spectrum::Transform;
use crate::{HrtfSet, Measurements};

/// Taps of the equaliser.
const TAPS: usize = 768;
/// The band that is equalised, Hz; outside the gain stays what it is at its edges.
const BAND: (f64, f64) = (60.0, 16_000.0);
/// The most that a frequency is raised or lowered beside the mean of the band.
const MOST: f64 = 10.0;

impl HrtfSet {
    /// The same set with a diffuse field that has the same level at all frequencies from 60 Hz to 16 kHz: every
    /// response goes through one minimum-phase filter.
    #[must_use]
    pub fn diffuse_field_equalised(&self) -> Self {
        let old = self.measurements();
        let taps = old.taps + TAPS - 1;
        let transform = Transform::of_at_least((2 * taps).max(4096));
        let equaliser = self.equaliser(&transform);
        let spectrum = transform.forward(equaliser.into_iter());
        let mut responses = vec![0.0; old.directions.len() * 2 * taps];
        let rows = responses.par_chunks_exact_mut(taps).zip(old.responses.par_chunks_exact(old.taps.max(1)));
        rows.for_each(|(row, response)| {
            let mut bins = transform.forward(response.iter().map(|sample| f64::from(*sample)));
            bins.iter_mut().zip(&spectrum).for_each(|(bin, eq)| *bin *= eq);
            row.iter_mut().zip(transform.inverse(bins)).for_each(|(to, sample)| *to = sample as f32);
        });
        let arrivals = old.directions.iter().map(|direction| self.interpolator().arrivals(*direction));
        let arrivals = arrivals.collect();
        Self::with_arrivals(Measurements { taps, responses, ..old.clone() }, Some(arrivals), None)
    }

    /// Mean power over the sphere, both ears, one for each bin.
    fn diffuse_field(&self, transform: &Transform) -> Vec<f64> {
        let mut power = vec![0.0; transform.bins()];
        for (point, area) in self.interpolator().sphere().areas().into_iter().enumerate() {
            for ear in 0..2 {
                let response = self.interpolator().aligned(point, ear).iter().map(|tap| f64::from(*tap));
                let bins = transform.forward(response);
                power.iter_mut().zip(&bins).for_each(|(sum, bin)| *sum += area * bin.norm_sqr());
            }
        }
        power
    }

    fn equaliser(&self, transform: &Transform) -> Vec<f64> {
        let power = self.diffuse_field(transform);
        let hertz = f64::from(self.sample_rate()) / transform.size() as f64;
        let bin = |frequency: f64| ((frequency / hertz).round() as usize).min(power.len() - 1);
        let (low, high) = (bin(BAND.0).max(1), bin(BAND.1));
        // Pink mean: every octave counts alike.
        let weights = || (low..=high).map(|bin| 1.0 / bin as f64);
        let mean =
            weights().zip(&power[low..=high]).map(|(w, p)| w * p).sum::<f64>() / weights().sum::<f64>();
        if mean <= 0.0 {
            return vec![1.0];
        }
        let gain = |bin: usize| {
            let wanted = (mean / power[bin.clamp(low, high)].max(f64::MIN_POSITIVE)).sqrt();
            wanted.clamp(1.0 / MOST, MOST)
        };
        let magnitudes: Vec<f64> = (0..power.len()).map(gain).collect();
        let mut response = transform.inverse(minimum_phase_spectrum(transform, &magnitudes));
        response.truncate(TAPS);
        fade_out(&mut response, TAPS / 4);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_set_becomes_flat_in_the_mean_of_all_directions() {
        let set = HrtfSet::built_in().diffuse_field_equalised();
        let transform = Transform::of_at_least(4096);
        let power = set.diffuse_field(&transform);
        let hertz = f64::from(set.sample_rate()) / transform.size() as f64;
        // Third octaves from 125 Hz to 12.5 kHz.
        let level = |third: i32| {
            let centre = 125.0 * 2.0_f64.powf(f64::from(third) / 3.0);
            let edge = 2.0_f64.powf(1.0 / 6.0);
            let (low, high) = ((centre / edge / hertz) as usize, (centre * edge / hertz) as usize);
            let mean = power[low..=high].iter().sum::<f64>() / (high - low + 1) as f64;
            10.0 * (mean * set.gain().powi(2)).log10()
        };
        let mean = (0..21).map(level).sum::<f64>() / 21.0;
        // The level itself is that of 5.1 (`loudness`).
        assert!(mean.abs() < 1.0, "{mean:.2} dB");
        for third in 0..21 {
            assert!(
                (level(third) - mean).abs() < 0.5,
                "third octave {third}: {:.2}, {mean:.2} dB",
                level(third)
            );
        }
    }
}
