//! Every response of a set as a spectrum, aligned in time, so that any direction is a blend of three.

use std::sync::OnceLock;

use super::delay::{self, LEAD};
use crate::HrtfSet;
use crate::convolver::{Delayer, MOST, Spectrum, Transform, Turn};

/// Samples added to every delay: arrivals may lie half a sample before the first whole one.
pub(super) const SLACK: usize = 1;

/// Sets up to this size are transformed at once, larger ones (half a gigabyte of spectra) as they are needed.
const MOST_AT_ONCE: usize = 4096;

/// Most responses that a node is made of: four knots of three each.
const MOST_POINTS: usize = 12;

/// A direction as the head hears it: three responses of the set with their shares, and when it arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placed {
    blend: Blend,
    /// Samples, left and right; at least 0.
    pub(super) delays: [f64; 2],
    /// The direction as a unit vector.
    pub(super) vector: [f64; 3],
}

/// Three responses of the set with their shares.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Blend {
    points: [usize; 3],
    shares: [f32; 3],
}

/// The mean of some directions as the head hears them.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    points: [usize; MOST_POINTS],
    shares: [f32; MOST_POINTS],
    count: usize,
    delays: [f64; 2],
}

impl Node {
    /// Adds a direction with its weight; all weights sum to 1. There is room for four.
    pub(super) fn add(&mut self, placed: &Placed, weight: f64) {
        let Blend { points, shares } = placed.blend;
        if self.count == points.len() && self.points[..points.len()] == points {
            let rows = self.shares.iter_mut().zip(shares);
            rows.for_each(|(sum, share)| *sum += share * weight as f32);
            self.delay(placed, weight);
            return;
        }
        for (point, share) in points.into_iter().zip(shares.map(|share| share * weight as f32)) {
            let known = self.points[..self.count].iter().position(|known| *known == point);
            let at = known.unwrap_or(self.count);
            if share > 0.0 && at < MOST_POINTS {
                self.points[at] = point;
                self.shares[at] += share;
                self.count = self.count.max(at + 1);
            }
        }
        self.delay(placed, weight);
    }

    fn delay(&mut self, placed: &Placed, weight: f64) {
        for (sum, delay) in self.delays.iter_mut().zip(placed.delays) {
            *sum += weight * delay;
        }
    }
}

/// The spectra.
#[derive(Debug)]
pub(super) struct Bank {
    transform: Transform,
    delayer: Delayer,
    points: Vec<OnceLock<[Spectrum; 2]>>,
}

impl Bank {
    pub(super) fn new(set: &HrtfSet, transform: &Transform) -> Self {
        let count = set.interpolator().points();
        let points = (0..count).map(|_| OnceLock::new()).collect();
        let delayer = Delayer::new(transform, &delay::kernel(0.5));
        let bank = Self { transform: transform.clone(), delayer, points };
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

    /// What the head of `set` does to sound from the direction of a vector of any length but 0.
    pub(super) fn place(&self, set: &HrtfSet, vector: [f64; 3]) -> Placed {
        let (found, least) = (set.interpolator().sphere().locate(vector), set.interpolator().least());
        let arrivals = set.interpolator().arrivals_of(&found);
        Placed {
            blend: Blend { points: found.points, shares: found.shares.map(|share| share as f32) },
            delays: arrivals.map(|arrival| (arrival - least + SLACK as f64).max(0.0)),
            vector,
        }
    }

    /// Adds `signal` as it is heard at each node, to its own pair of sums.
    pub(super) fn add(
        &self,
        set: &HrtfSet,
        signal: &Spectrum,
        (nodes, sums): (&[Node], &mut [[Spectrum; 2]]),
        turns: &mut [Turn; 2],
    ) {
        for (nodes, sums) in nodes.chunks(2).zip(sums.chunks_mut(2)) {
            match (nodes, sums) {
                ([a, b], [first, second]) => match Pair::of(a, b) {
                    Some(pair) => self.add_pair(set, signal, (&pair, [a, b]), [first, second], turns),
                    None => {
                        self.add_node(set, signal, a, first, &mut turns[0]);
                        self.add_node(set, signal, b, second, &mut turns[0]);
                    }
                },
                ([node], [sums, ..]) => self.add_node(set, signal, node, sums, &mut turns[0]),
                _ => {}
            }
        }
    }

    fn add_node(
        &self,
        set: &HrtfSet,
        signal: &Spectrum,
        node: &Node,
        sums: &mut [Spectrum; 2],
        turn: &mut Turn,
    ) {
        let count = node.count;
        for (ear, sum) in sums.iter_mut().enumerate() {
            self.delayer.turn(node.delays[ear] + LEAD as f64, turn);
            let mut filters = [&self.point(set, node.points[0])[ear]; MOST_POINTS];
            for (filter, point) in filters.iter_mut().zip(&node.points[..count]).skip(1) {
                *filter = &self.point(set, *point)[ear];
            }
            self.delayer.add(signal, &filters[..count], (sum, turn, &node.shares[..count]));
        }
    }

    fn add_pair(
        &self,
        set: &HrtfSet,
        signal: &Spectrum,
        (pair, nodes): (&Pair, [&Node; 2]),
        [first, second]: [&mut [Spectrum; 2]; 2],
        [early, late]: &mut [Turn; 2],
    ) {
        let count = pair.count;
        let shares = [&pair.shares[0][..count], &pair.shares[1][..count]];
        for (ear, sums) in first.iter_mut().zip(second).enumerate() {
            self.delayer.turn(nodes[0].delays[ear] + LEAD as f64, early);
            self.delayer.turn(nodes[1].delays[ear] + LEAD as f64, late);
            let mut filters = [&self.point(set, pair.points[0])[ear]; MOST];
            for (filter, point) in filters.iter_mut().zip(&pair.points[..count]).skip(1) {
                *filter = &self.point(set, *point)[ear];
            }
            self.delayer.add_twice(signal, &filters[..count], sums.into(), [early, late], shares);
        }
    }
}

/// Two nodes that have most of their responses in common.
struct Pair {
    points: [usize; MOST],
    shares: [[f32; MOST]; 2],
    count: usize,
}

impl Pair {
    /// None if both have more than [`MOST`] responses.
    fn of(a: &Node, b: &Node) -> Option<Self> {
        let mut pair = Self { points: [0; MOST], shares: [[0.0; MOST]; 2], count: 0 };
        for (number, node) in [a, b].into_iter().enumerate() {
            for (point, share) in node.points[..node.count].iter().zip(node.shares) {
                let at = pair.points[..pair.count].iter().position(|known| known == point);
                let at = at.unwrap_or(pair.count);
                *pair.points.get_mut(at)? = *point;
                pair.shares[number][at] = share;
                pair.count = pair.count.max(at + 1);
            }
        }
        Some(pair)
    }
}

/// The longest delay that a direction of `set` has, whole samples.
pub(super) fn longest_delay(set: &HrtfSet) -> usize {
    set.longest_delay().max(0.0).ceil() as usize + SLACK + 1
}
