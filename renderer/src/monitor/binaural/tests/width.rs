//! What is wide stays wide and as loud as it is: the ears have less in common.

use super::*;

const FRAMES: usize = 48_000;

/// The greatest correlation of the ears within a millisecond, of the sound between 500 Hz and 4 kHz or so.
fn coherence(ears: &[Vec<f32>; 2]) -> f64 {
    // Differences of means over 6 and 48 samples: a band-pass that shifts both alike.
    let band = |ear: &[f32]| -> Vec<f64> {
        let mean = |at: usize, of: usize| {
            ear[at - of / 2..at + of / 2].iter().map(|sample| f64::from(*sample)).sum::<f64>() / of as f64
        };
        (2_000..ear.len() - 2_000).map(|at| mean(at, 6) - mean(at, 48)).collect()
    };
    let (left, right) = (band(&ears[0]), band(&ears[1]));
    let energy = |ear: &[f64]| ear.iter().map(|sample| sample * sample).sum::<f64>();
    let norm = (energy(&left) * energy(&right)).sqrt();
    let at = |lag: i64| -> f64 {
        let pairs = (50..left.len() - 50).map(|n| left[n] * right[(n as i64 + lag) as usize]);
        pairs.sum::<f64>() / norm
    };
    (-48..=48).map(at).fold(0.0, |most, found| f64::max(most, found.abs()))
}

#[test]
fn extent_and_diffuseness_decorrelate_the_ears_and_keep_the_power() {
    let tracks = [noise(7, FRAMES)];
    let from = |azimuth: f64, width: f64, diffuse: f64| {
        let block = ObjectsBlock { width, height: width / 2.0, diffuse, ..block(azimuth, 0.0) };
        render(&headphones(), vec![object(0, block)], &tracks)
    };
    let (point, beside) = (from(0.0, 0.0, 0.0), from(75.0, 0.0, 0.0));
    let (wide, round) = (from(0.0, 60.0, 0.0), from(0.0, 360.0, 0.0));
    // What is diffuse comes from the loudspeakers round its direction: here of 60° and 90°.
    let (half, diffuse) = (from(75.0, 0.0, 0.5), from(75.0, 0.0, 1.0));
    let [p, b, w, r, h, d] = [&point, &beside, &wide, &round, &half, &diffuse].map(coherence);
    assert!(p > 0.98 && b > 0.7, "{p} {b}");
    assert!(w < 0.6 * p && r < 0.4 && r < w, "{w} {r}");
    assert!(h < 0.97 * b && d < h, "{b} {h} {d}");
    for (name, ears, like) in [
        ("wide", &wide, &point),
        ("round", &round, &point),
        ("half", &half, &beside),
        ("diffuse", &diffuse, &beside),
    ] {
        // The head itself makes a difference between ahead and all round: 1 dB of this noise.
        let change = both(ears) - both(like);
        assert!(change.abs() < 2.0, "{name}: {change:.2} dB");
    }
    for ears in [&wide, &round] {
        assert!(between(ears).abs() < 1.0, "{:.2} dB", between(ears));
    }
}
