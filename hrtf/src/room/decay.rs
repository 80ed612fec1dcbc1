//! Reverberation time from a response: backward integration (Schroeder, 1965; ISO 3382-2).

use crate::spectrum::Transform;

/// The range that a line is laid through, dB below the start: T20.
const RANGE: (f64, f64) = (-5.0, -25.0);
/// Fewest samples in that range that say something.
const FEWEST: usize = 32;

/// Time to decay by 60 dB, seconds, from the decay between −5 and −25 dB; none where there is no such range.
pub fn reverberation_time(response: &[f32], sample_rate: u32) -> Option<f64> {
    let samples: Vec<f64> = response.iter().map(|sample| f64::from(*sample)).collect();
    line(&samples, sample_rate)
}

/// The same of one octave, whose centre is `centre` in hertz.
pub fn reverberation_time_in_octave(response: &[f32], sample_rate: u32, centre: f64) -> Option<f64> {
    let transform = Transform::of_at_least(2 * response.len());
    let bin = f64::from(sample_rate) / transform.size() as f64;
    let mut spectrum = transform.forward(response.iter().map(|sample| f64::from(*sample)));
    for (number, value) in spectrum.iter_mut().enumerate() {
        let octaves = (number as f64 * bin / centre).max(1e-9).log2().abs();
        // Half a power at the edges, half an octave away; raised cosines of a third of an octave.
        let part = ((octaves - 0.5) * 3.0 + 0.5).clamp(0.0, 1.0);
        *value *= (0.5 + 0.5 * (std::f64::consts::PI * part).cos()).sqrt();
    }
    let mut filtered = transform.inverse(spectrum);
    filtered.truncate(response.len());
    line(&filtered, sample_rate)
}

/// Lays a line through the logarithm of the energy that is still to come.
fn line(response: &[f64], sample_rate: u32) -> Option<f64> {
    let mut left: Vec<f64> = response.to_vec();
    let mut sum = 0.0;
    for value in left.iter_mut().rev() {
        sum += *value * *value;
        *value = sum;
    }
    let whole = *left.first().filter(|whole| **whole > 0.0)?;
    let level = |energy: &f64| 10.0 * (energy / whole).max(1e-30).log10();
    let from = left.iter().position(|energy| level(energy) <= RANGE.0)?;
    let to = left.iter().position(|energy| level(energy) <= RANGE.1)?;
    if to < from + FEWEST {
        return None;
    }
    let count = (to - from) as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = left[from..to].iter().map(level).sum::<f64>() / count;
    let (mut product, mut square) = (0.0, 0.0);
    for (number, energy) in left[from..to].iter().enumerate() {
        let x = number as f64 - middle;
        product += x * (level(energy) - mean);
        square += x * x;
    }
    let slope = product / square;
    (slope < 0.0).then(|| -60.0 / slope / f64::from(sample_rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponential_decay_has_the_time_it_was_made_with() {
        for time in [0.2, 0.75, 1.5] {
            let decay = |n: u32| 10.0_f64.powf(-3.0 * f64::from(n) / 48_000.0 / time);
            let response: Vec<f32> = (0..96_000).map(|n| (decay(n) * f64::from(n).sin()) as f32).collect();
            let found = reverberation_time(&response, 48_000).unwrap();
            assert!((found / time - 1.0).abs() < 0.01, "{time}: {found}");
        }
    }

    #[test]
    fn octaves_are_told_apart() {
        let decay = |n: u32, time: f64| 10.0_f64.powf(-3.0 * f64::from(n) / 48_000.0 / time);
        let tone = |n: u32, hertz: f64| (std::f64::consts::TAU * hertz * f64::from(n) / 48_000.0).sin();
        let both = |n: u32| decay(n, 0.4) * tone(n, 1_000.0) + decay(n, 1.2) * tone(n, 250.0);
        let response: Vec<f32> = (0..96_000).map(|n| both(n) as f32).collect();
        for (centre, time) in [(1_000.0, 0.4), (250.0, 1.2)] {
            let found = reverberation_time_in_octave(&response, 48_000, centre).unwrap();
            assert!((found / time - 1.0).abs() < 0.03, "{centre}: {found}");
        }
    }

    #[test]
    fn a_click_and_silence_have_none() {
        assert_eq!(reverberation_time(&[0.0; 100], 48_000), None);
        let mut click = [0.0; 100];
        click[7] = 1.0;
        assert_eq!(reverberation_time(&click, 48_000), None);
        assert_eq!(reverberation_time(&[], 48_000), None);
    }
}
