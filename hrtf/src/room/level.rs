//! How strong a pair of responses is: the power of pink noise through it, both ears together.

use crate::spectrum::Transform;

/// The band of the noise, Hz; that of [`crate::HrtfSet::gain`].
const BAND: (f64, f64) = (100.0, 16_000.0);

/// Fewest samples of a transform: bins of 12 Hz at 48 kHz.
const FEWEST: usize = 4096;

/// Power of pink noise of power 1 through the responses of both ears.
pub(super) fn pink_power(ears: &[Vec<f64>; 2], sample_rate: u32) -> f64 {
    let transform = Transform::of_at_least(ears.iter().map(Vec::len).fold(FEWEST, usize::max));
    let bin = f64::from(sample_rate) / transform.size() as f64;
    let weight = |i: usize| {
        let frequency = i as f64 * bin;
        if (BAND.0..=BAND.1).contains(&frequency) { 1.0 / frequency } else { 0.0 }
    };
    let total: f64 = (0..transform.bins()).map(weight).sum();
    let power = |ear: &Vec<f64>| -> f64 {
        let spectrum = transform.forward(ear.iter().copied());
        spectrum.iter().enumerate().map(|(i, bin)| bin.norm_sqr() * weight(i)).sum()
    };
    let power: f64 = ears.iter().map(power).sum();
    if total > 0.0 { power / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_has_the_power_of_the_noise_in_each_ear() {
        let click = vec![0.0, 0.5];
        let power = pink_power(&[click.clone(), click], 48_000);
        assert!((power - 0.5).abs() < 1e-9, "{power}");
    }
}
