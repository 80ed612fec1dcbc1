//! Every response of a set as a spectrum, aligned in time, so that any direction is a blend of three.

use std::sync::OnceLock;

use super::delay;
use crate::convolver::{Spectrum, Transform, add_blends};
use crate::{Direction, HrtfSet};

/// Samples added to every delay: arrivals may lie half a sample before the first whole one.
pub(super) const SLACK: usize = (delay::LEAST + 0.5) as usize;

/// Sets up to this size are transformed at once, larger ones (half a gigabyte of spectra) as they are needed.
const MOST_AT_ONCE: usize = 4096;

/// A direction as the head hears it: three responses of the set with their shares, and when it arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placed {
    pub(super) blend: Blend,
    /// Samples, left and right; at least 0.
    pub(super) delays: [f64; 2],
    /// The direction as a unit vector.
    pub(super) vector: [f64; 3],
}

/// Three responses of the set with their shares.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Blend {
    points: [usize; 3],
    shares: [f32; 3],
}

/// The spectra.
#[derive(Debug)]
pub(super) struct Bank {
    transform: Transform,
    points: Vec<OnceLock<[Spectrum; 2]>>,
}

impl Bank {
    pub(super) fn new(set: &HrtfSet, transform: &Transform) -> Self {
        let count = set.interpolator().points();
        let points = (0..count).map(|_| OnceLock::new()).collect();
        let bank = Self { transform: transform.clone(), points };
        if count <= MOST_AT_ONCE {
            for point in 0..count {
                bank.point(set, point);
            }
        }
        bank
    }

    fn point(&self, set: &HrtfSet, point: usize) -> &[Spectrum; 2] {
        self.points[point].get_or_init(|| {
            [0, 1].map(|ear| {
                let aligned = set.interpolator().aligned(point, ear).iter();
                let response: Vec<f64> = aligned.map(|tap| f64::from(*tap) * set.gain()).collect();
                self.transform.response(&response)
            })
        })
    }

    /// A direction as the head of `set` hears it.
    pub(super) fn place(&self, set: &HrtfSet, direction: Direction) -> Placed {
        let vector = direction.unit_vector();
        Placed { blend: self.blend(set, vector), delays: self.delays(set, vector), vector }
    }

    /// When sound from the direction of a vector of any length but 0 arrives at each ear, samples.
    pub(super) fn delays(&self, set: &HrtfSet, vector: [f64; 3]) -> [f64; 2] {
        let least = set.interpolator().least();
        let arrivals = set.interpolator().arrivals(Direction::from_vector(vector));
        arrivals.map(|arrival| (arrival - least + SLACK as f64).max(0.0))
    }

    /// The responses to the direction of a vector of any length but 0.
    pub(super) fn blend(&self, set: &HrtfSet, vector: [f64; 3]) -> Blend {
        let shares = set.interpolator().sphere().locate(vector);
        Blend { points: shares.points, shares: shares.shares.map(|share| share as f32) }
    }

    /// Adds `signal` through the responses of directions, each to its own pair of sums.
    pub(super) fn add(
        &self,
        set: &HrtfSet,
        (signal, ear): (&Spectrum, usize),
        blends: &[Blend],
        sums: &mut [[Spectrum; 2]],
    ) {
        let filters = |blend: &Blend| blend.points.map(|point| &self.point(set, point)[ear]);
        let mut at = 0;
        while at < blends.len().min(sums.len()) {
            let (blend, next) = (&blends[at], blends.get(at + 1));
            match (next, &mut sums[at..]) {
                // Near each other, which is usual: the responses are read once.
                (Some(next), [first, second, ..]) if next.points == blend.points => {
                    let both = [&mut first[ear], &mut second[ear]];
                    add_blends(both, signal, filters(blend), [blend.shares, next.shares]);
                    at += 2;
                }
                (_, rest) => {
                    rest[0][ear].add_blend(signal, filters(blend), blend.shares);
                    at += 1;
                }
            }
        }
    }
}

/// The longest delay that a direction of `set` has, whole samples.
pub(super) fn longest_delay(set: &HrtfSet) -> usize {
    set.longest_delay().max(0.0).ceil() as usize + SLACK + 1
}
