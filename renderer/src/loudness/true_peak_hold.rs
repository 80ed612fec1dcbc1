//! The highest true peak of a few channels as they go by, for a meter that is watched.

use super::true_peak::{Highest, REACH, SEGMENT, TruePeak, magnitude};

/// Samples of a channel that are looked at together, with those on either side that interpolation sees.
const LENGTH: usize = SEGMENT + 2 * REACH;

/// BS.1770-5 Annex 2: holds the highest true peak of all of its channels together. It is behind by some thirty samples,
/// and allocates nothing at work.
#[derive(Clone, Debug)]
pub struct TruePeakHold {
    interpolators: TruePeak,
    /// [`LENGTH`] samples of each channel.
    rows: Vec<f32>,
    filled: usize,
    highest: Highest,
}

impl TruePeakHold {
    /// For so many channels at a sample rate in Hz.
    pub fn new(sample_rate: u32, channels: usize) -> Self {
        Self {
            interpolators: TruePeak::new(sample_rate),
            rows: vec![0.0; channels * LENGTH],
            filled: REACH,
            highest: Highest::default(),
        }
    }

    /// Takes in `frames` of each row of `stride`.
    pub fn add(&mut self, rows: &[f32], stride: usize, frames: usize) {
        let Self { interpolators, rows: own, filled, highest } = self;
        let mut from = 0;
        while from < frames {
            let count = (LENGTH - *filled).min(frames - from);
            for (own, row) in own.chunks_exact_mut(LENGTH).zip(rows.chunks_exact(stride)) {
                let samples = &row[from..from + count];
                own[*filled..*filled + count].copy_from_slice(samples);
                highest.raise(magnitude(samples), 0);
            }
            from += count;
            *filled += count;
            if *filled == LENGTH {
                for own in own.chunks_exact_mut(LENGTH) {
                    interpolators.search(own, magnitude(own), 0, highest);
                    own.copy_within(SEGMENT.., 0);
                }
                *filled = 2 * REACH;
            }
        }
    }

    /// Linear.
    pub fn value(&self) -> f32 {
        self.highest.value
    }

    /// Holds nothing any more.
    pub fn reset(&mut self) {
        self.highest = Highest::default();
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::audio::AudioBlock;

    /// A sine at a quarter of the sample rate, 45° off: its samples are 3 dB below its peaks.
    #[test]
    fn it_sees_what_is_between_samples_whatever_the_blocks() {
        let sine = |n: usize| (0.8 * ((n as f64 + 0.5) * TAU / 4.0).sin()) as f32;
        let mut found = Vec::new();
        for frames in [4_000, 1_024, 61] {
            let (mut hold, mut block) = (TruePeakHold::new(48_000, 2), AudioBlock::new(2, frames));
            for start in (0..4_000).step_by(frames) {
                block.set_frames(frames.min(4_000 - start));
                block.channel_mut(1).iter_mut().enumerate().for_each(|(n, sample)| *sample = sine(start + n));
                hold.add(block.as_slice(), block.stride(), block.frames());
            }
            found.push(hold.value());
            hold.reset();
            assert_eq!(hold.value(), 0.0);
        }
        // Annex 2 allows readings that are a few tenths of a decibel off; the sine sets in at once, which overshoots.
        assert!((0.79..0.9).contains(&found[0]), "{found:?}");
        assert!(found.iter().all(|value| *value == found[0]), "{found:?}");
    }
}
