//! How loud a pair of responses is: the power of pink noise through it, both ears together, weighted as loudness is
//! (ITU-R BS.1770, K); and the level of a set by it.

use rayon::prelude::*;

use crate::spectrum::Transform;
use crate::{Direction, HrirPair, HrtfSet};

/// The band of the noise, Hz.
const BAND: (f64, f64) = (40.0, 20_000.0);
/// The loudspeakers of 5.1, azimuth in degrees, and what BS.1770 multiplies their power by.
const LOUDSPEAKERS: [(f64, f64); 5] = [(0.0, 1.0), (30.0, 1.0), (-30.0, 1.0), (110.0, 1.41), (-110.0, 1.41)];
/// Fewest samples of a transform: bins of 12 Hz at 48 kHz.
const FEWEST: usize = 4096;

/// BS.1770's two filters (K) at a frequency in hertz, as analogue ones: the gain of power.
pub fn k_weight(frequency: f64) -> f64 {
    let shelf = {
        const CORNER: f64 = 1_681.974;
        const Q: f64 = 0.707_175;
        let (high, middle) = (10.0_f64.powf(4.0 / 20.0), 10.0_f64.powf(4.0 / 20.0 * 0.499_667));
        let x = frequency / CORNER;
        let above = (1.0 - high * x * x).powi(2) + (middle * x / Q).powi(2);
        above / ((1.0 - x * x).powi(2) + (x / Q).powi(2))
    };
    let pass = {
        const CORNER: f64 = 38.135;
        const Q: f64 = 0.500_327;
        let x = frequency / CORNER;
        x.powi(4) / ((1.0 - x * x).powi(2) + (x / Q).powi(2))
    };
    shelf * pass
}

/// What each bin of a transform counts; all bins together count 1.
struct Weights {
    transform: Transform,
    bins: Vec<f64>,
}

impl Weights {
    fn new(taps: usize, sample_rate: u32) -> Self {
        let transform = Transform::of_at_least(taps.max(FEWEST));
        let bin = f64::from(sample_rate) / transform.size() as f64;
        let weight = |frequency: f64| {
            if (BAND.0..=BAND.1).contains(&frequency) { k_weight(frequency) / frequency } else { 0.0 }
        };
        let mut bins: Vec<f64> = (0..transform.bins()).map(|number| weight(number as f64 * bin)).collect();
        let total: f64 = bins.iter().sum();
        bins.iter_mut().for_each(|bin| *bin /= total.max(f64::MIN_POSITIVE));
        Self { transform, bins }
    }

    fn power(&self, response: impl Iterator<Item = f64>) -> f64 {
        let spectrum = self.transform.forward(response);
        spectrum.iter().zip(&self.bins).map(|(bin, weight)| bin.norm_sqr() * weight).sum()
    }
}

/// Loudness of pink noise through the responses of both ears beside that of the noise, as a gain of power.
pub(crate) fn loudness(ears: &[Vec<f64>; 2], sample_rate: u32) -> f64 {
    let weights = Weights::new(ears.iter().map(Vec::len).max().unwrap_or(0), sample_rate);
    ears.iter().map(|ear| weights.power(ear.iter().copied())).sum()
}

impl HrtfSet {
    /// How loud pink noise is in both ears together from each direction that [`HrtfSet::neighbours`] tells of, beside the
    /// noise itself: K-weighted (BS.1770), as a gain of power.
    pub fn loudness(&self) -> Vec<f64> {
        let weights = Weights::new(self.taps(), self.sample_rate());
        let ear = |point: usize, ear: usize| {
            weights.power(self.interpolator().aligned(point, ear).iter().map(|tap| f64::from(*tap)))
        };
        let both = |point: usize| (ear(point, 0) + ear(point, 1)) * self.gain() * self.gain();
        (0..self.interpolator().points()).into_par_iter().map(both).collect()
    }

    /// The gain with which pink noise, equally strong from each loudspeaker of 5.1, is as loud at both ears together as
    /// BS.1770 has it in the room.
    pub(crate) fn level(&self) -> f64 {
        let weights = Weights::new(self.taps(), self.sample_rate());
        let mut pair = HrirPair::default();
        let (mut heard, mut wanted) = (0.0, 0.0);
        for (azimuth, weight) in LOUDSPEAKERS {
            self.interpolator().fill(Direction::new(azimuth, 0.0), 1.0, &mut pair);
            for ear in [&pair.left, &pair.right] {
                heard += weights.power(ear.iter().map(|tap| f64::from(*tap)));
            }
            wanted += weight;
        }
        if heard > 0.0 { (wanted / heard).sqrt() } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_as_loud_as_the_noise_in_each_ear() {
        let click = vec![0.0, 0.5];
        let found = loudness(&[click.clone(), click], 48_000);
        assert!((found - 0.5).abs() < 1e-9, "{found}");
    }

    #[test]
    fn heads_are_levelled_by_what_5_1_is_in_the_room() {
        // Two ears that hear everything alike: each loudspeaker is as loud as it stands, and the surrounds should be 1.5 dB
        // louder.
        const COUNT: usize = 200;
        const TAPS: usize = 128;
        let at = |i: usize| {
            let height: f64 = 1.0 - 2.0 * (i as f64 + 0.5) / COUNT as f64;
            Direction::new(i as f64 * 137.507_764, height.asin().to_degrees())
        };
        let responses = (0..COUNT * 2 * TAPS).map(|n| if n % TAPS == 40 { 0.25 } else { 0.0 }).collect();
        let made = crate::Measurements {
            sample_rate: 48_000,
            taps: TAPS,
            directions: (0..COUNT).map(at).collect(),
            responses,
            delays: vec![[0.0; 2]; COUNT],
            ..crate::Measurements::default()
        };
        let gain = HrtfSet::new(made).unwrap().gain();
        let wanted = (5.82_f64 / 5.0 / (2.0 * 0.25 * 0.25)).sqrt();
        assert!((gain / wanted - 1.0).abs() < 1e-3, "{gain} {wanted}");
    }

    #[test]
    fn weights_are_those_of_bs_1770() {
        // +0.691 dB at 997 Hz, which BS.1770's constant takes off again; 4 dB at the top; −14 dB an octave and more below.
        let level = |frequency: f64| 10.0 * k_weight(frequency).log10();
        assert!((level(997.0) - 0.691).abs() < 0.05, "{}", level(997.0));
        assert!((level(10_000.0) - 4.0).abs() < 0.05 && level(20.0) < -12.0);
    }
}
