//! A set of head-related responses, ready to be asked for any direction.

use std::path::Path;

use rayon::prelude::*;

use crate::fractional_delay::{AHEAD_REACH, RINGING, Reader, ahead_kernel};
use crate::interpolation::{HrirPair, Interpolator, Source, triangulate};
use crate::itd::{Ear, arrivals};
use crate::sofa;
use crate::{Direction, HrtfError};

/// Fewest directions that a set can be interpolated from.
const FEWEST_DIRECTIONS: usize = 4;

/// Responses as they were measured, of two ears.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measurements {
    /// What the set calls itself.
    pub name: String,
    /// What its licence says, as far as the file tells.
    pub licence: String,
    /// What a user should know of how the file was read.
    pub remarks: Vec<String>,
    /// Hertz.
    pub sample_rate: u32,
    /// Where the sources stood.
    pub directions: Vec<Direction>,
    /// Samples of each response.
    pub taps: usize,
    /// `[direction][left, right][tap]`.
    pub responses: Vec<f32>,
    /// For each direction and ear, samples by which the response is later than it stands; 0 in most sets.
    pub delays: Vec<[f64; 2]>,
}

impl Measurements {
    /// The response of a direction at an ear: 0 left, 1 right.
    pub fn response(&self, direction: usize, ear: usize) -> &[f32] {
        let from = (2 * direction + ear) * self.taps;
        &self.responses[from..from + self.taps]
    }
}

/// A set of head-related responses that gives them for any direction.
///
/// At a measured direction it gives the measured response, times [`HrtfSet::gain`] and later by
/// [`HrtfSet::latency`] samples; both are the same for the whole set.
#[derive(Clone, Debug)]
pub struct HrtfSet {
    measurements: Measurements,
    /// Arrival of every measured response in its array, samples.
    arrivals: Vec<[f64; 2]>,
    interpolator: Interpolator,
    gain: f64,
}

impl HrtfSet {
    /// The set of the file at `path`, which must be SOFA.
    ///
    /// # Errors
    /// When it cannot be read or cannot serve; says why.
    pub fn open(path: &Path) -> Result<Self, HrtfError> {
        Self::new(sofa::open(path)?)
    }

    /// The set of a SOFA file that is in memory.
    ///
    /// # Errors
    /// When it cannot serve; says why.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HrtfError> {
        Self::new(sofa::read(bytes)?)
    }

    /// The set of these measurements.
    ///
    /// # Errors
    /// With fewer than four directions, lists of other lengths, samples that are not finite, or silence.
    pub fn new(measurements: Measurements) -> Result<Self, HrtfError> {
        check(&measurements)?;
        Ok(Self::with_arrivals(measurements, None, None))
    }

    /// The set of checked measurements, whose arrivals and gain may be known already.
    pub(crate) fn with_arrivals(
        measurements: Measurements,
        known: Option<Vec<[f64; 2]>>,
        gain: Option<f64>,
    ) -> Self {
        let measurements = whole_delays(measurements);
        let (sphere, made_up) = triangulate(&measurements.directions);
        let arrivals = known.unwrap_or_else(|| {
            let vectors: Vec<Direction> = measurements.directions.clone();
            let count = vectors.len();
            let edges: Vec<(usize, usize, f64)> = sphere
                .edges()
                .into_iter()
                .filter(|&(a, b)| a < count && b < count)
                .map(|(a, b)| (a, b, vectors[a].angle_to(vectors[b]).to_radians()))
                .collect();
            arrivals_of(&measurements, &edges)
        });
        let source = Source {
            responses: &measurements.responses,
            taps: measurements.taps,
            shifts: &measurements.delays,
            arrivals: &arrivals,
        };
        let interpolator = Interpolator::new(&source, sphere, made_up);
        let mut set = Self { measurements, arrivals, interpolator, gain: 1.0 };
        set.gain = gain.unwrap_or_else(|| set.level());
        set
    }

    /// The same set at another sampling rate in hertz; band-limited interpolation, errors below −100 dB.
    #[must_use]
    pub fn resampled(&self, sample_rate: u32) -> Self {
        let old = &self.measurements;
        if sample_rate == old.sample_rate || sample_rate == 0 {
            return self.clone();
        }
        let step = f64::from(old.sample_rate) / f64::from(sample_rate);
        let taps = (old.taps as f64 / step).ceil() as usize + 2 * RINGING;
        let first = -(RINGING as f64) * step;
        // A response sampled more often is as much louder in sum: its taps are scaled back.
        let reader = Reader::new(first, step, taps);
        let mut responses = vec![0.0; old.directions.len() * 2 * taps];
        let rows = responses.par_chunks_exact_mut(taps).zip(old.responses.par_chunks_exact(old.taps.max(1)));
        rows.for_each(|(row, response)| {
            row.iter_mut().zip(reader.read(response)).for_each(|(to, sample)| *to = (sample * step) as f32);
        });
        let delays: Vec<[f64; 2]> = old.delays.iter().map(|ears| ears.map(|delay| delay / step)).collect();
        // A delay's part of a sample moves into the response, and so into its arrival.
        let arrival = |(ears, delays): (&[f64; 2], &[f64; 2])| {
            [0, 1].map(|ear| (ears[ear] - first) / step + delays[ear] - delays[ear].floor())
        };
        let arrivals = self.arrivals.iter().zip(&delays).map(arrival).collect();
        let measurements = Measurements { sample_rate, taps, responses, delays, ..old.clone() };
        Self::with_arrivals(measurements, Some(arrivals), Some(self.gain))
    }

    pub(crate) fn interpolator(&self) -> &Interpolator {
        &self.interpolator
    }

    /// What was measured, at this set's rate.
    pub fn measurements(&self) -> &Measurements {
        &self.measurements
    }

    /// When each measured response arrives at the left and the right ear, samples after the start of its array.
    pub fn arrivals(&self) -> &[[f64; 2]] {
        &self.arrivals
    }

    /// Hertz.
    pub fn sample_rate(&self) -> u32 {
        self.measurements.sample_rate
    }

    /// Samples of every response that [`HrtfSet::response`] gives.
    pub fn taps(&self) -> usize {
        self.interpolator.taps()
    }

    /// The greatest delay that [`HrtfSet::response`] gives, samples.
    pub fn longest_delay(&self) -> f64 {
        self.interpolator.longest_delay()
    }

    /// What every measured response is multiplied by: pink noise, equally strong from each loudspeaker of 5.1, is as loud at
    /// both ears together as BS.1770 has it in the room.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// By how many samples responses are later than measured, the same everywhere.
    pub fn latency(&self) -> i64 {
        self.interpolator.latency()
    }

    /// Samples from the start of a measured response to when sound from straight ahead arrives, the mean of both ears,
    /// rounded: renders at this set's rate that are in time with loudspeakers leave it out of every response.
    pub fn frontal_arrival(&self) -> i64 {
        let [left, right] = self.interpolator.arrivals(Direction::FRONT);
        ((left + right) / 2.0).round() as i64
    }

    /// Fills `pair` with the responses of a direction. Allocates nothing when `pair` was filled before by a set
    /// that is as long.
    pub fn response(&self, direction: Direction, pair: &mut HrirPair) {
        self.interpolator.fill(direction, self.gain, pair);
    }

    /// The three directions that are blended for a direction, by number, and their shares, which sum to 1. Numbers
    /// beyond the measured directions are of responses that were made up where nothing was measured.
    pub fn neighbours(&self, direction: Direction) -> [(usize, f64); 3] {
        let found = self.interpolator.sphere().locate(direction.unit_vector());
        [0, 1, 2].map(|i| (found.points[i], found.shares[i]))
    }

    /// The time from when a sound of this direction reaches the left ear to when it reaches the right, seconds;
    /// positive for sources at the left.
    pub fn interaural_time_difference(&self, direction: Direction) -> f64 {
        let [left, right] = self.interpolator.arrivals(direction);
        (right - left) / f64::from(self.sample_rate())
    }
}

/// Refuses what cannot be interpolated.
fn check(measurements: &Measurements) -> Result<(), HrtfError> {
    let Measurements { directions, taps, responses, delays, sample_rate, .. } = measurements;
    let count = directions.len();
    if count < FEWEST_DIRECTIONS {
        return Err(HrtfError::new(format!(
            "{count} measured direction(s) (M = {count}): at least {FEWEST_DIRECTIONS} are needed to interpolate"
        )));
    }
    if *sample_rate == 0
        || *taps == 0
        || count.checked_mul(2 * taps) != Some(responses.len())
        || delays.len() != count
    {
        return Err(HrtfError::new("the lists of directions, responses and delays do not fit together"));
    }
    let finite = directions.iter().all(|d| d.azimuth.is_finite() && d.elevation.is_finite());
    if !finite || !responses.iter().all(|s| s.is_finite()) {
        return Err(HrtfError::new("a direction or a sample is not finite (NaN or infinite)"));
    }
    for ear in 0..2 {
        let silent = |point| measurements.response(point, ear).iter().all(|&sample| sample == 0.0);
        if (0..count).all(silent) {
            let name = ["left", "right"][ear];
            return Err(HrtfError::new(format!("all responses of the {name} ear are silent (zero energy)")));
        }
    }
    Ok(())
}

/// A response read ahead by a part of a sample.
pub(crate) fn shifted(response: &[f32], ahead: f64) -> Vec<f32> {
    let kernel = ahead_kernel(ahead);
    let tap = |j: usize| {
        let weigh = |(i, w): (usize, &f64)| {
            let from = (j + i).checked_sub(AHEAD_REACH).and_then(|from| response.get(from));
            w * f64::from(from.copied().unwrap_or(0.0))
        };
        kernel.iter().enumerate().map(weigh).sum::<f64>() as f32
    };
    (0..response.len()).map(tap).collect()
}

/// Delays by parts of a sample, moved into the responses, so that whole samples are left.
fn whole_delays(mut measurements: Measurements) -> Measurements {
    let taps = measurements.taps;
    for (point, ears) in measurements.delays.iter_mut().enumerate() {
        for (ear, delay) in ears.iter_mut().enumerate() {
            let part = *delay - delay.floor();
            *delay = delay.floor();
            if part > 1e-6 {
                let from = (2 * point + ear) * taps;
                let response = &mut measurements.responses[from..from + taps];
                let late = shifted(response, -part);
                response.copy_from_slice(&late);
            }
        }
    }
    measurements
}

fn arrivals_of(measurements: &Measurements, edges: &[(usize, usize, f64)]) -> Vec<[f64; 2]> {
    let count = measurements.directions.len();
    let of = |side: usize| {
        let ear = Ear {
            responses: (0..count).map(|point| measurements.response(point, side)).collect(),
            shifts: measurements.delays.iter().map(|ears| ears[side]).collect(),
            rate: f64::from(measurements.sample_rate),
        };
        arrivals(&ear, edges)
    };
    of(0).into_iter().zip(of(1)).map(|(left, right)| [left, right]).collect()
}

#[cfg(test)]
mod tests;
