//! Samples of the input that are NaN or infinite: where they are. They are taken as silence.

use std::collections::BTreeMap;

use formats::Warning;
use formats::bw64::SampleFormat;

use super::Clock;

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

/// Those of every track that has some, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Faults(pub(super) BTreeMap<usize, Fault>);

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
                if !is_finite(sample, format) && wanted.binary_search(&track).is_ok() {
                    let fault = self.0.entry(track).or_insert(Fault { count: 0, first: frame });
                    fault.count = fault.count.saturating_add(1);
                }
            }
        }
    }

    /// All of them.
    pub(super) fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, fault| sum.saturating_add(fault.count))
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
        let named = self.0.iter().take(MOST_NAMED);
        let mut warnings: Vec<Warning> = named
            .map(|(track, fault)| warning(format!("track {}", track + 1), fault.count, fault.first, ""))
            .collect();
        let rest = || self.0.values().skip(MOST_NAMED);
        if let Some(first) = rest().map(|fault| fault.first).min() {
            let count = rest().fold(0, |sum: u64, fault| sum.saturating_add(fault.count));
            let which = format!(" of {} more tracks", rest().count());
            warnings.push(warning("data".to_owned(), count, first, &which));
        }
        warnings
    }
}

fn is_finite(sample: &[u8], format: SampleFormat) -> bool {
    match (sample.first_chunk::<4>(), sample.first_chunk::<8>(), format) {
        (_, Some(bytes), SampleFormat::Float64) => (f64::from_le_bytes(*bytes) as f32).is_finite(),
        (Some(bytes), _, SampleFormat::Float32) => f32::from_le_bytes(*bytes).is_finite(),
        _ => true,
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
        assert_eq!((faults.count(), faults.0[&1]), (14, Fault { count: 3, first: 48_001 }));
        let said: Vec<String> = faults.warnings(48_000).iter().map(Warning::to_string).collect();
        assert_eq!(said.len(), MOST_NAMED + 1);
        assert!(said[1].contains("track 2") && said[1].contains("frame 48001 (0:00:01.000)"), "{}", said[1]);
        assert!(said[8].contains("4 samples of 4 more tracks"), "{}", said[8]);
    }
}
