//! The early part of a room: every image source through the set, from its direction and with its delay.

use rayon::prelude::*;
use realfft::num_complex::Complex64;

use super::acoustics::{BANDS, Room, octaves};
use super::image_source::{Reflection, place, reflections};
use crate::minimum_phase::{fade_out, minimum_phase_spectrum};
use crate::spectrum::Transform;
use crate::{Direction, HrirPair, HrtfSet, Orientation};

/// Taps of a wall's filter.
const WALL_TAPS: usize = 192;
/// Samples that a sinc rings before a delay by part of a sample.
const RINGING: usize = 32;

/// The reflections of sources all round, ready for a head however it is turned.
pub(super) struct Early {
    sources: Vec<Vec<Path>>,
    transform: Transform,
    sample_rate: f64,
    taps: usize,
}

/// One reflection and what walls and air do to its tone.
struct Path {
    reflection: Reflection,
    walls: Vec<f64>,
}

impl Early {
    /// The reflections of sources in these directions.
    pub(super) fn new(room: &Room, set: &HrtfSet, directions: &[Direction]) -> Self {
        let rate = f64::from(set.sample_rate());
        let walls = Transform::of_at_least(4 * WALL_TAPS);
        let paths = |direction: &Direction| {
            let found = reflections(room, place(room, *direction));
            let path = |reflection: Reflection| {
                let walls = wall_filter(&walls, rate, &reflection.gains);
                Path { reflection, walls }
            };
            found.into_iter().map(path).collect()
        };
        let sources: Vec<Vec<Path>> = directions.par_iter().map(paths).collect();
        let last = sources.iter().flatten().map(|path| path.reflection.delay).fold(0.0, f64::max);
        let reach = set.taps() + WALL_TAPS + 2 * RINGING + 2;
        let taps = (last * rate).ceil() as usize + set.longest_delay().ceil() as usize + reach;
        Self { sources, transform: Transform::of_at_least(reach), sample_rate: rate, taps }
    }

    /// Samples of a response that is not late.
    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// The responses of all sources at both ears of a head that is turned so, everything `late` samples late; the
    /// direct sound, which is not in them, would come as [`HrtfSet::response`] says.
    pub(super) fn responses(&self, set: &HrtfSet, head: Orientation, late: usize) -> Vec<[Vec<f64>; 2]> {
        let response = |paths: &Vec<Path>| {
            let mut pair = HrirPair::default();
            let mut ears = [vec![0.0; self.taps + late], vec![0.0; self.taps + late]];
            for path in paths {
                set.response(head.to_head(path.reflection.direction), &mut pair);
                let walls = self.transform.forward(path.walls.iter().copied());
                let delay = path.reflection.delay * self.sample_rate + late as f64;
                self.add(&walls, (&pair.left, delay + pair.delay_left), &mut ears[0]);
                self.add(&walls, (&pair.right, delay + pair.delay_right), &mut ears[1]);
            }
            ears
        };
        self.sources.par_iter().map(response).collect()
    }

    /// Adds a response, filtered and late by any number of samples.
    fn add(&self, walls: &[Complex64], (response, delay): (&[f32], f64), ear: &mut [f64]) {
        let whole = delay.floor().max(RINGING as f64) - RINGING as f64;
        let turn = -std::f64::consts::TAU * (delay - whole) / self.transform.size() as f64;
        let mut bins = self.transform.forward(response.iter().map(|tap| f64::from(*tap)));
        let step = Complex64::from_polar(1.0, turn);
        let mut phase = Complex64::new(1.0, 0.0);
        for (bin, walls) in bins.iter_mut().zip(walls) {
            *bin *= walls * phase;
            phase *= step;
        }
        let samples = self.transform.inverse(bins);
        let from = (whole as usize).min(ear.len());
        ear[from..].iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
    }
}

/// The minimum-phase response with these amplitudes in the octaves, even over the logarithm of frequency between.
fn wall_filter(transform: &Transform, rate: f64, gains: &[f64; BANDS.len()]) -> Vec<f64> {
    let magnitude = |bin: usize| {
        let (lower, upper, share) = octaves(bin as f64 * rate / transform.size() as f64);
        gains[lower] + share * (gains[upper] - gains[lower])
    };
    let magnitudes: Vec<f64> = (0..transform.bins()).map(magnitude).collect();
    let mut response = transform.inverse(minimum_phase_spectrum(transform, &magnitudes));
    response.truncate(WALL_TAPS);
    fade_out(&mut response, WALL_TAPS / 4);
    response
}
