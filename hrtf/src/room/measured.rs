//! Measured rooms: responses of two ears to loudspeakers, for one or several orientations of the head.

use std::path::Path;

use rayon::prelude::*;

use crate::fractional_delay::resampled_response;
use crate::loudness::loudness;
use crate::{Direction, HrtfError, Orientation, sofa};

/// A measured loudspeaker serves for a wanted one this near, degrees.
const TOLERANCE: f64 = 15.0;
/// Sound has arrived where a response first comes this near to its peak: −20 dB.
const ARRIVED: f32 = 0.1;
/// Samples below this part of the set's peak (−140 dB) before the first arrival may be left out.
const NOTHING: f32 = 1e-7;

/// Responses of a room as they were measured, of two ears.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoomMeasurements {
    /// What the set calls itself.
    pub name: String,
    /// What its licence says, as far as the file tells.
    pub licence: String,
    /// What a user should know of how the file was read.
    pub remarks: Vec<String>,
    /// Hertz.
    pub sample_rate: u32,
    /// Where the loudspeakers stood, seen by a listener who looks ahead.
    pub loudspeakers: Vec<Direction>,
    /// How the head was turned; at least one.
    pub orientations: Vec<Orientation>,
    /// Samples of each response.
    pub taps: usize,
    /// `[orientation][loudspeaker][left, right][tap]`.
    pub responses: Vec<f32>,
}

/// A measured room that can serve.
///
/// Its responses are as measured, times [`BrirSet::gain`].
#[derive(Clone, Debug, PartialEq)]
pub struct BrirSet {
    measurements: RoomMeasurements,
    gain: f64,
}

impl BrirSet {
    /// The set of the file at `path`, which must be SOFA.
    ///
    /// # Errors
    /// When it cannot be read or cannot serve; says why.
    pub fn open(path: &Path) -> Result<Self, HrtfError> {
        Self::new(sofa::open_room(path)?)
    }

    /// The set of a SOFA file that is in memory.
    ///
    /// # Errors
    /// When it cannot serve; says why.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HrtfError> {
        Self::new(sofa::read_room(bytes)?)
    }

    /// The set of these measurements.
    ///
    /// # Errors
    /// Without loudspeakers, with lists of other lengths, samples that are not finite, or a silent loudspeaker.
    pub fn new(measurements: RoomMeasurements) -> Result<Self, HrtfError> {
        check(&measurements)?;
        let mut set = Self { measurements, gain: 1.0 };
        set.gain = set.level();
        Ok(set)
    }

    /// What was measured, at this set's rate.
    pub fn measurements(&self) -> &RoomMeasurements {
        &self.measurements
    }

    /// What every response is multiplied by: pink noise from the loudspeakers, in their mean over a head that
    /// looks ahead, is as loud in both ears together (K-weighted, BS.1770) as the noise itself.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// The response to a loudspeaker at an ear (0 left, 1 right) for an orientation, as measured.
    pub fn response(&self, orientation: usize, loudspeaker: usize, ear: usize) -> &[f32] {
        let set = &self.measurements;
        let from = ((orientation * set.loudspeakers.len() + loudspeaker) * 2 + ear) * set.taps;
        &set.responses[from..from + set.taps]
    }

    /// The orientation measured that is nearest to a head that looks ahead.
    pub fn ahead(&self) -> usize {
        let angles =
            self.measurements.orientations.iter().map(|one| one.angle_to(Orientation::FORWARD)).enumerate();
        angles.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(number, _)| number)
    }

    /// The loudspeaker that serves for one at `direction`: the nearest, if it is within 15°.
    pub fn loudspeaker_at(&self, direction: Direction) -> Option<usize> {
        let angles = self.measurements.loudspeakers.iter().map(|one| one.angle_to(direction)).enumerate();
        angles
            .filter(|(_, angle)| *angle <= TOLERANCE)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(number, _)| number)
    }

    /// Samples from the start of the responses to the first arrival of sound at any ear, from any loudspeaker.
    pub fn first_arrival(&self) -> usize {
        let arrival = |response: &[f32]| {
            let peak = response.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            response.iter().position(|sample| peak > 0.0 && sample.abs() >= ARRIVED * peak)
        };
        self.measurements
            .responses
            .chunks_exact(self.measurements.taps)
            .filter_map(arrival)
            .min()
            .unwrap_or(0)
    }

    /// Samples at the start of all responses that are silent: what may be left out without a loss.
    pub fn silence(&self) -> usize {
        let peak = self.measurements.responses.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let first = |response: &[f32]| response.iter().position(|sample| sample.abs() > NOTHING * peak);
        self.measurements.responses.chunks_exact(self.measurements.taps).filter_map(first).min().unwrap_or(0)
    }

    /// The same set at another sampling rate in hertz; band-limited interpolation, errors below −100 dB. All
    /// responses come later by the same few samples, for the interpolation to ring in.
    #[must_use]
    pub fn resampled(&self, sample_rate: u32) -> Self {
        let old = &self.measurements;
        if sample_rate == old.sample_rate || sample_rate == 0 {
            return self.clone();
        }
        let one = |response: &[f32]| -> Vec<f32> {
            let (samples, _) = resampled_response(response, old.sample_rate, sample_rate);
            samples.into_iter().map(|sample| sample as f32).collect()
        };
        let resampled: Vec<Vec<f32>> = old.responses.par_chunks_exact(old.taps).map(one).collect();
        let taps = resampled.first().map_or(0, Vec::len);
        let responses = resampled.concat();
        let measurements = RoomMeasurements {
            name: old.name.clone(),
            licence: old.licence.clone(),
            remarks: old.remarks.clone(),
            sample_rate,
            loudspeakers: old.loudspeakers.clone(),
            orientations: old.orientations.clone(),
            taps,
            responses,
        };
        Self { measurements, gain: self.gain }
    }

    fn level(&self) -> f64 {
        let (ahead, count) = (self.ahead(), self.measurements.loudspeakers.len());
        let power = |loudspeaker: usize| {
            let ear =
                |ear| self.response(ahead, loudspeaker, ear).iter().map(|tap| f64::from(*tap)).collect();
            loudness(&[ear(0), ear(1)], self.measurements.sample_rate)
        };
        let mean = (0..count).map(power).sum::<f64>() / count as f64;
        if mean > 0.0 { mean.sqrt().recip() } else { 1.0 }
    }
}

/// Refuses what cannot serve.
fn check(set: &RoomMeasurements) -> Result<(), HrtfError> {
    let (count, views) = (set.loudspeakers.len(), set.orientations.len());
    if count == 0 || views == 0 {
        return Err(HrtfError::new("no loudspeaker was measured (E = 0): at least one is needed"));
    }
    let wanted =
        count.checked_mul(views).and_then(|pairs| pairs.checked_mul(2)).and_then(|n| n.checked_mul(set.taps));
    if set.sample_rate == 0 || set.taps == 0 || wanted != Some(set.responses.len()) {
        return Err(HrtfError::new(
            "the lists of loudspeakers, head orientations and responses do not fit together",
        ));
    }
    let finite = set.loudspeakers.iter().all(|d| d.azimuth.is_finite() && d.elevation.is_finite());
    if !finite || !set.responses.iter().all(|sample| sample.is_finite()) {
        return Err(HrtfError::new("a direction or a sample is not finite (NaN or infinite)"));
    }
    for (number, both) in set.responses.chunks_exact(2 * set.taps).enumerate() {
        if both.iter().all(|sample| *sample == 0.0) {
            let (loudspeaker, view) = (number % count, number / count);
            return Err(HrtfError::new(format!(
                "loudspeaker {} is silent at both ears (zero energy) in head orientation {}",
                loudspeaker + 1,
                view + 1
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn small() -> RoomMeasurements {
        let mut made = RoomMeasurements {
            sample_rate: 48_000,
            loudspeakers: vec![Direction::new(30.0, 0.0), Direction::new(-30.0, 0.0)],
            orientations: vec![
                Orientation::from_yaw_pitch_roll(40.0, 0.0, 0.0),
                Orientation::from_yaw_pitch_roll(-2.0, 0.0, 0.0),
            ],
            taps: 64,
            ..RoomMeasurements::default()
        };
        made.responses = vec![0.0; 2 * 2 * 2 * 64];
        for (number, response) in made.responses.chunks_exact_mut(64).enumerate() {
            response[10 + number] = 0.25;
        }
        made
    }

    #[test]
    fn what_was_measured_is_found_by_direction_and_levelled() {
        let set = BrirSet::new(small()).unwrap();
        assert_eq!(set.ahead(), 1);
        assert_eq!(set.loudspeaker_at(Direction::new(44.0, 0.0)), Some(0));
        assert_eq!(set.loudspeaker_at(Direction::new(-31.0, 3.0)), Some(1));
        assert_eq!(set.loudspeaker_at(Direction::new(50.0, 0.0)), None);
        assert_eq!((set.first_arrival(), set.silence()), (10, 10));
        // Two ears of a quarter each: 0.125 of the power.
        assert!((set.gain() - 8.0_f64.sqrt()).abs() < 1e-6);
        assert_eq!(set.response(1, 0, 1)[10 + 5], 0.25);
    }

    #[test]
    fn another_rate_keeps_a_tone() {
        let mut made = small();
        made.taps = 4_800;
        let tone = |n: u32| {
            let x = (f64::from(n) - 2_400.0) / 600.0;
            ((-x * x).exp() * (std::f64::consts::TAU * 997.0 * f64::from(n) / 48_000.0).sin()) as f32
        };
        made.responses = (0..8).flat_map(|_| (0..4_800).map(tone)).collect();
        let set = BrirSet::new(made).unwrap().resampled(44_100);
        let (_, late) = resampled_response(&[1.0], 48_000, 44_100);
        for (n, found) in set.response(1, 1, 0)[late..].iter().enumerate().take(4_410) {
            let t = n as f64 / 44_100.0;
            let x = (t * 48_000.0 - 2_400.0) / 600.0;
            // As a filter a response sampled less often has larger taps.
            let expected = (-x * x).exp() * (std::f64::consts::TAU * 997.0 * t).sin() * 48.0 / 44.1;
            assert!((f64::from(*found) - expected).abs() < 2e-5, "{n}: {found} {expected}");
        }
    }

    #[test]
    fn what_cannot_serve_is_refused_with_the_reason() {
        let reason = |change: &dyn Fn(&mut RoomMeasurements)| {
            let mut bad = small();
            change(&mut bad);
            BrirSet::new(bad).unwrap_err().to_string()
        };
        assert!(reason(&|m| m.responses[5] = f32::INFINITY).contains("finite"));
        assert!(reason(&|m| m.loudspeakers.clear()).contains("no loudspeaker"));
        assert!(reason(&|m| m.taps = 63).contains("fit together"));
        assert!(reason(&|m| m.responses[128..256].fill(0.0)).contains("loudspeaker 2 is silent"));
    }
}
