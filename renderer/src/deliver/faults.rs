//! Samples of the input that are NaN or infinite: where they are. They are taken as silence.

use std::collections::BTreeMap;

use formats::Warning;
use formats::bw64::SampleFormat;

use super::Clock;
use crate::master::BadStem;

/// Tracks that are named one by one.
const MOST_NAMED: usize = 8;

/// Those of one track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// How many.
    pub(super) count: u64,
    /// The frame of the first.
    pub(super) first: u64,
}

/// Those of everything that has some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Faults {
    /// Of tracks of a master, counted from 0.
    pub(super) tracks: BTreeMap<usize, Fault>,
    /// Of stems of a scene.
    pub(super) stems: Vec<BadStem>,
}

impl Faults {
    /// Finds those of the tracks `wanted`, ascending, among the interleaved bytes of so many tracks, of which the
    /// first frame is `at`.
    pub(super) fn locate(
        &mut self,
        raw: &[u8],
        format: SampleFormat,
        tracks: usize,
        at: u64,
        wanted: &[usize],
    ) {
        for (frame, bytes) in (at..).zip(raw.chunks_exact((tracks * format.bytes()).max(1))) {
            for (track, sample) in bytes.chunks_exact(format.bytes()).enumerate() {
                if !format.is_finite(sample) && wanted.binary_search(&track).is_ok() {
                    let fault = self.tracks.entry(track).or_insert(Fault { count: 0, first: frame });
                    fault.count = fault.count.saturating_add(1);
                }
            }
        }
    }

    /// All of them.
    pub(super) fn count(&self) -> u64 {
        let counts = self.tracks.values().map(|fault| fault.count);
        counts.chain(self.stems.iter().map(|stem| stem.count)).fold(0, u64::saturating_add)
    }

    /// One for each track that has some, or for many at once.
    pub(super) fn warnings(&self, sample_rate: u32) -> Vec<Warning> {
        let warning = |element: String, count: u64, first: u64, which: &str| {
            let (samples, are) = if count == 1 { ("sample", "is") } else { ("samples", "are") };
            let clock = Clock { sample: first, sample_rate };
            let message = format!(
                "{count} {samples}{which} {are} NaN or infinite, the first at frame {first} ({clock}); taken as silence"
            );
            Warning::new("non-finite-samples", element, message)
        };
        let named = self.tracks.iter().take(MOST_NAMED);
        let mut warnings: Vec<Warning> = named
            .map(|(track, fault)| warning(format!("track {}", track + 1), fault.count, fault.first, ""))
            .collect();
        let rest = || self.tracks.values().skip(MOST_NAMED);
        if let Some(first) = rest().map(|fault| fault.first).min() {
            let count = rest().fold(0, |sum: u64, fault| sum.saturating_add(fault.count));
            let which = format!(" of {} more tracks", rest().count());
            warnings.push(warning("data".to_owned(), count, first, &which));
        }
        warnings.extend(self.stems.iter().map(BadStem::warning));
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_named_with_the_first_frame_and_the_count() {
        let mut samples = vec![0.0_f32; 10 * 12];
        for track in 0..12 {
            samples[3 * 12 + track] = f32::NAN;
        }
        (samples[5 * 12 + 1], samples[12 + 1]) = (f32::INFINITY, f32::NEG_INFINITY);
        let raw: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let mut faults = Faults::default();
        let wanted: Vec<usize> = (0..12).collect();
        faults.locate(&raw, SampleFormat::Float32, 12, 48_000, &wanted);
        assert_eq!((faults.count(), faults.tracks[&1]), (14, Fault { count: 3, first: 48_001 }));
        let said: Vec<String> = faults.warnings(48_000).iter().map(Warning::to_string).collect();
        assert_eq!(said.len(), MOST_NAMED + 1);
        assert!(said[1].contains("track 2") && said[1].contains("frame 48001 (0:00:01.000)"), "{}", said[1]);
        assert!(said[8].contains("4 samples of 4 more tracks"), "{}", said[8]);
    }
}
