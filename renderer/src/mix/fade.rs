//! Clips: their gain, and how they come in and go out.

use std::f64::consts::{FRAC_PI_2, PI};

use formats::scene::FadeShape;

use crate::units::Decibels;

/// The gain of a fade-in after the part `u` of its length, 0…1.
pub fn gain(shape: FadeShape, u: f64) -> f64 {
    match shape {
        FadeShape::Linear => u,
        FadeShape::EqualPower => (FRAC_PI_2 * u).sin(),
        FadeShape::SCurve => (1.0 - (PI * u).cos()) / 2.0,
    }
}

/// The gain of a clip over its samples.
///
/// Sample n of a fade-in of N samples has the gain at n/N, the n-th from the end of a fade-out the gain at n/N: a fade-in over a
/// fade-out of one length add up to one (linear, s-curve), or their powers do (equal power), at every sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClipGain {
    /// dB; −∞ is silence.
    pub gain: Decibels,
    /// Samples of the whole clip.
    pub frames: u64,
    /// Samples of the fade-in, and its shape.
    pub fade_in: (u64, FadeShape),
    /// Samples of the fade-out, and its shape.
    pub fade_out: (u64, FadeShape),
}

impl ClipGain {
    /// Brings the gain to `samples`, the first of which is sample `start` of the clip.
    pub fn apply(&self, samples: &mut [f32], start: u64) {
        let factor = self.gain.linear();
        let end = start.saturating_add(samples.len() as u64);
        let out = self.frames.saturating_sub(self.fade_out.0);
        if start >= self.fade_in.0 && end <= out {
            if factor != 1.0 {
                let factor = factor as f32;
                samples.iter_mut().for_each(|sample| *sample *= factor);
            }
            return;
        }
        for (n, sample) in (start..).zip(samples) {
            *sample *= (factor * self.fades(n)) as f32;
        }
    }

    fn fades(&self, n: u64) -> f64 {
        let part = |done: u64, (frames, shape): (u64, FadeShape)| {
            if done < frames { gain(shape, done as f64 / frames as f64) } else { 1.0 }
        };
        part(n, self.fade_in) * part(self.frames.saturating_sub(n), self.fade_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faded(clip: ClipGain, cuts: usize) -> Vec<f32> {
        let mut row = vec![1.0; clip.frames as usize];
        for (number, samples) in row.chunks_mut(cuts).enumerate() {
            clip.apply(samples, (number * cuts) as u64);
        }
        row
    }

    #[test]
    fn fades_have_their_shapes_at_every_sample() {
        let clip = ClipGain { gain: Decibels(0.0), frames: 1_000, ..Default::default() };
        for cuts in [1_000, 7] {
            let row = faded(ClipGain { fade_in: (100, FadeShape::Linear), ..clip }, cuts);
            assert_eq!((row[0], row[25], row[99], row[100], row[999]), (0.0, 0.25, 0.99, 1.0, 1.0));
            let row = faded(ClipGain { fade_in: (100, FadeShape::EqualPower), ..clip }, cuts);
            assert_eq!((row[0], row[50]), (0.0, 0.5_f64.sqrt() as f32));
            let row = faded(ClipGain { fade_out: (100, FadeShape::SCurve), ..clip }, cuts);
            assert_eq!((row[899], row[900], row[950]), (1.0, 1.0, 0.5));
            // (1 − cos(π/4)) / 2.
            assert!((f64::from(row[975]) - 0.146_446_609_406_726_24).abs() < 1e-8);
        }
    }

    #[test]
    fn crossing_fades_add_up() {
        for shape in [FadeShape::Linear, FadeShape::EqualPower, FadeShape::SCurve] {
            let clip = ClipGain { gain: Decibels(0.0), frames: 480, ..Default::default() };
            let coming = faded(ClipGain { fade_in: (480, shape), ..clip }, 100);
            let going = faded(ClipGain { fade_out: (480, shape), ..clip }, 100);
            for (a, b) in coming.iter().zip(&going) {
                let sum = if shape == FadeShape::EqualPower { a * a + b * b } else { a + b };
                assert!((sum - 1.0).abs() < 1e-6, "{shape:?}: {sum}");
            }
        }
    }

    #[test]
    fn fades_longer_than_the_clip_and_silence() {
        let clip = ClipGain {
            gain: Decibels(-6.0),
            frames: 10,
            fade_in: (20, FadeShape::Linear),
            fade_out: (40, FadeShape::Linear),
        };
        let row = faded(clip, 3);
        let expected = 10f64.powf(-0.3) * 5.0 / 20.0 * 5.0 / 40.0;
        assert!((f64::from(row[5]) - expected).abs() < 1e-8);
        let silence = ClipGain { gain: Decibels(f64::NEG_INFINITY), frames: 10, ..Default::default() };
        assert!(faded(silence, 10).iter().all(|sample| *sample == 0.0));
    }
}
