//! How far apart in time the responses and delays of a moving source are computed; between, they are faded and glide.
//!
//! Shares of measured responses and times of arrival change along straight lines from one measured direction to the
//! next, with a kink there. A fade cuts such corners: the faster the source, the shorter the fades must be for that
//! not to be a line beside a tone. Measured on the built-in set, whose directions are 5° apart.

use std::ops::Range;

use super::bank::Blend;
use super::{Binauraliser, Knot, LONGEST_STEP, delay};

/// The shortest fade, samples.
pub(super) const SHORTEST: usize = 64;

/// How fast a source may turn, degrees in [`LONGEST_STEP`] samples, while it is faded once in four steps, in two and
/// in one. At 48 kHz, 0.53° are 100° a second.
const OVER_KNOTS: [(usize, f64); 3] = [(4, 0.27), (2, 0.53), (1, 0.55)];

/// The same while a fade is two of the shortest.
const OVER_TWO: f64 = 1.1;

/// Fades of one length.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Samples from the start of the block where fades begin and end; the last may lie behind its end.
    pub(super) at: Vec<usize>,
    /// The cosine of the angle that a source may turn by from knot to knot.
    near: f64,
}

/// The paces for blocks that have a knot each `step` samples, from the slowest.
pub(super) fn paces(block: usize, step: usize) -> Vec<Pace> {
    let (pieces, last) = (step.div_ceil(SHORTEST), block.div_ceil(step) * step);
    let place = |number: usize| number / pieces * step + number % pieces * SHORTEST;
    let pace = |(length, turn): (usize, f64)| Pace {
        at: (0..).step_by(length.max(1)).map(place).take_while(|at| *at < last).chain([last]).collect(),
        near: (turn * step as f64 / LONGEST_STEP as f64).to_radians().cos(),
    };
    let lengths = OVER_KNOTS.map(|(knots, turn)| (knots * pieces, turn));
    let mut paces: Vec<Pace> =
        lengths.into_iter().chain([(2.min(pieces), OVER_TWO), (1, 0.0)]).map(pace).collect();
    paces.dedup_by(|next, before| {
        before.near = if next.at == before.at { before.near.min(next.near) } else { before.near };
        next.at == before.at
    });
    paces
}

impl Pace {
    /// Adds the samples round the end of a fade to `row`, faded in from the one before and out to the next.
    pub(super) fn fade(&self, row: &mut [f32], samples: &[f32], number: usize) {
        let length = row.len().min(samples.len());
        let peak = self.at[number];
        let rise = self.at[number.saturating_sub(1)];
        let fall = self.at.get(number + 1).copied().unwrap_or(peak);
        let (up, down) = (1.0 / (peak - rise).max(1) as f32, 1.0 / (fall - peak).max(1) as f32);
        for at in rise.min(length)..peak.min(length) {
            row[at] += samples[at] * ((at - rise) as f32 * up);
        }
        for at in peak.min(length)..fall.min(length) {
            row[at] += samples[at] * (1.0 - (at - peak) as f32 * down);
        }
    }
}

impl Binauraliser {
    /// The responses of the part of a source between two jumps where its fades begin and end, which pace that is, and
    /// the number of the first.
    pub(super) fn fades(&self, knots: &[Knot], run: Range<usize>, blends: &mut Vec<Blend>) -> (usize, usize) {
        let (paces, step) = (&self.fixed.paces, self.fixed.step);
        let (zero, steps) = ((-self.knots().start) as usize, self.steps());
        let within = zero..zero + steps + 1;
        blends.clear();
        if run.start > within.start || run.end < within.end {
            // A jump is faded from knot to knot.
            let there = run.start.max(within.start)..run.end.min(within.end);
            let first = there.start - zero;
            blends.extend(knots[there].iter().map(|knot| knot.placed.blend));
            return (paces.iter().position(|pace| pace.at.len() == steps + 1).unwrap_or(0), first);
        }
        let turn = knots[within].windows(2).map(|pair| turn(&pair[0], &pair[1])).fold(1.0, f64::min);
        let number = paces.iter().position(|pace| turn > pace.near).unwrap_or(paces.len() - 1);
        blends.extend(paces[number].at.iter().map(|&sample| match sample % step {
            0 => knots[zero + sample / step].placed.blend,
            rest => {
                let vector = self.between(knots, &run, zero + sample / step, rest);
                self.fixed.bank.blend(&self.fixed.set, vector)
            }
        }));
        (number, 0)
    }

    /// A source is so fast between two knots that its delays are computed between them too.
    pub(super) fn fast(&self, from: &Knot, to: &Knot) -> bool {
        let turn = turn(from, to);
        let count = self.fixed.paces.len();
        count > 1 && turn <= self.fixed.paces[count - 2].near
    }

    /// Where the source is `rest` samples after a knot, on a smooth way through that, the next and those around; a
    /// vector of about the length 1.
    pub(super) fn between(&self, knots: &[Knot], run: &Range<usize>, knot: usize, rest: usize) -> [f64; 3] {
        let u = rest as f64 / self.fixed.step as f64;
        let around = [knot.saturating_sub(1), knot, knot + 1, knot + 2];
        let around = around.map(|knot| knots[knot.clamp(run.start, run.end - 1)].placed.vector);
        [0, 1, 2].map(|axis| {
            let [a, b, c, d] = delay::curve(around.map(|vector| vector[axis]));
            a + u * (b + u * (c + u * d))
        })
    }

    /// The delays of both ears on the way from knot `knot` to the next: for each of the pieces of [`SHORTEST`]
    /// samples, which the last may be shorter than, a curve.
    pub(super) fn delays_between(
        &self,
        knots: &[Knot],
        run: &Range<usize>,
        knot: usize,
        curves: &mut [[[f64; 4]; 2]],
    ) {
        let (step, pieces) = (self.fixed.step, curves.len());
        let held = |knot: usize| knots[knot.clamp(run.start, run.end - 1)].placed.delays;
        let at = |knot: usize, rest: usize| {
            self.fixed.bank.delays(&self.fixed.set, self.between(knots, run, knot, rest))
        };
        let end = |piece: usize| (piece * SHORTEST).min(step) as f64;
        let last = (pieces - 1) * SHORTEST;
        let mut before = (last as f64 - step as f64, at(knot.saturating_sub(1), last));
        let (mut from, mut to) = ((0.0, held(knot)), (0.0, held(knot)));
        for piece in 0..=pieces {
            let after = match piece + 1 {
                next if next < pieces => (end(next), at(knot, next * SHORTEST)),
                next if next == pieces => (step as f64, held(knot + 1)),
                _ => (step as f64 + end(1), at(knot + 1, SHORTEST.min(step))),
            };
            if piece > 0 {
                let points = [before, from, to, after];
                curves[piece - 1] =
                    [0, 1].map(|ear| delay::curve_through(points.map(|(at, ears)| (at, ears[ear]))));
                (before, from) = (from, to);
            }
            to = after;
        }
    }
}

/// The cosine of the angle between two knots.
fn turn(from: &Knot, to: &Knot) -> f64 {
    let ([a, b, c], [d, e, f]) = (from.placed.vector, to.placed.vector);
    a * d + b * e + c * f
}
