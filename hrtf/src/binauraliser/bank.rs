//! Every response of a set as a spectrum, aligned in time, so that any direction is a blend of three.

use std::sync::OnceLock;

use super::delay;
use crate::convolver::{Spectrum, Transform};
use crate::{Direction, HrtfSet};

/// Samples added to every delay: arrivals may lie half a sample before the first whole one.
pub(super) const SLACK: usize = (delay::LEAST + 0.5) as usize;

/// Sets up to this size are transformed at once, larger ones (half a gigabyte of spectra) as they are needed.
const MOST_AT_ONCE: usize = 4096;

/// A direction as the head hears it: three responses of the set with their shares, and when it arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placed {
    points: [usize; 3],
    shares: [f32; 3],
    /// Samples, left and right; at least 0.
    pub(super) delays: [f64; 2],
    /// The direction as a unit vector.
    pub(super) vector: [f64; 3],
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
        let shares = set.interpolator().sphere().locate(vector);
        let least = set.interpolator().least();
        let delays = set.interpolator().arrivals(direction).map(|a| (a - least + SLACK as f64).max(0.0));
        Placed { points: shares.points, shares: shares.shares.map(|share| share as f32), delays, vector }
    }

    /// Adds `signal` through the responses of directions, each to its own sum.
    pub(super) fn add<const N: usize>(
        &self,
        set: &HrtfSet,
        (signal, ear): (&Spectrum, usize),
        placed: [&Placed; N],
        sums: [&mut Spectrum; N],
    ) {
        for (placed, sum) in placed.into_iter().zip(sums) {
            let filters = placed.points.map(|point| &self.point(set, point)[ear]);
            sum.add_blend(signal, filters, placed.shares);
        }
    }
}

/// The longest delay that a direction of `set` has, whole samples.
pub(super) fn longest_delay(set: &HrtfSet) -> usize {
    set.longest_delay().max(0.0).ceil() as usize + SLACK + 1
}
