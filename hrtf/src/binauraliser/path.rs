//! Where a moving source is at the nodes of its pace, and what the head does to it there.
//!
//! Shares of measured responses and times of arrival change along straight lines from one measured direction to the
//! next, with a kink there. Nodes that meet a kink now here, now there would make lines beside a tone. So each node is
//! a mean over the way round it, about half a degree to either side, as far as the source goes in a knot if that is
//! less: a function of the time alone, whatever the pace, so that blocks join.

use std::ops::Range;

use super::bank::{Node, Placed};
use super::{AFTER, Binauraliser, Knot};

/// Directions are looked up no farther apart than this, degrees.
const FINE: f64 = 0.56;

/// Nor nearer in time than this part of a step.
const FINEST: usize = 16;

impl Binauraliser {
    /// The nodes of the part of a source between two jumps, which pace they are of, and the number of the first.
    pub(super) fn nodes(&self, knots: &[Knot], run: &Range<usize>, nodes: &mut Vec<Node>) -> (usize, usize) {
        let (paces, step, steps) = (&self.fixed.paces, self.fixed.step, self.steps());
        let zero = (-self.knots().start) as usize;
        let within = zero..zero + steps + 1;
        nodes.clear();
        if run.start > within.start || run.end < within.end {
            let there = run.start.max(within.start)..run.end.min(within.end);
            let first = there.start - zero;
            nodes.extend(there.map(|knot| self.node(knots, run, knot * step)));
            return (paces.of_jumps(), first);
        }
        let turn = knots[within].windows(2).map(|pair| turn(&pair[0], &pair[1])).fold(1.0, f64::min);
        let number = paces.of(turn);
        let places = paces.all()[number].at.iter();
        nodes.extend(places.map(|place| self.node(knots, run, zero * step + place)));
        (number, 0)
    }

    /// What the head does round a sample, counted from the first knot.
    fn node(&self, knots: &[Knot], run: &Range<usize>, sample: usize) -> Node {
        let step = self.fixed.step;
        let (knot, rest) = (sample / step, sample % step);
        let held = |knot: usize| &knots[knot.clamp(run.start, run.end - 1)];
        let mut turn = turn(held(knot), held(knot + 1));
        if rest == 0 {
            turn = turn.min(self::turn(held(knot - 1), held(knot)));
        }
        let mut node = Node::default();
        let fine = FINE.to_radians().cos();
        if turn >= fine {
            // Means of three knots, ¼ ½ ¼, and straight lines between them.
            let u = rest as f64 / step as f64;
            let weights = [1.0 - u, 2.0 - u, 1.0 + u, u];
            for (offset, weight) in weights.into_iter().enumerate() {
                node.add(&held(knot + offset - 1).placed, weight / 4.0);
            }
        } else {
            let parts = (turn.clamp(-1.0, 1.0).acos() / FINE.to_radians()).ceil() as usize;
            let away = (step / parts.next_power_of_two().min(FINEST)).max(1);
            for (at, weight) in [(sample - away, 0.25), (sample, 0.5), (sample + away, 0.25)] {
                node.add(&self.at(knots, run, at), weight);
            }
        }
        node
    }

    /// What the head does at a sample, counted from the first knot.
    fn at(&self, knots: &[Knot], run: &Range<usize>, sample: usize) -> Placed {
        let step = self.fixed.step;
        let (knot, rest) = (sample / step, sample % step);
        let held = |knot: usize| &knots[knot.clamp(run.start, run.end - 1)].placed;
        if rest == 0 {
            return *held(knot);
        }
        let u = rest as f64 / step as f64;
        let around = [knot - 1, knot, knot + 1, knot + 2].map(|knot| held(knot).vector);
        let vector = [0, 1, 2].map(|axis| curve(around.map(|vector| vector[axis]), u));
        self.fixed.bank.place(&self.fixed.set, vector)
    }
}

/// Knots before a block: one that a curve or a mean starts from, and one that these then depend on.
pub(super) const BEFORE: usize = 2;

const _: () = assert!(AFTER > BEFORE);

/// The cosine of the angle between two knots.
fn turn(from: &Knot, to: &Knot) -> f64 {
    let ([a, b, c], [d, e, f]) = (from.placed.vector, to.placed.vector);
    a * d + b * e + c * f
}

/// A value between the second and the third of four, evenly spaced, on a smooth curve through all of them (Catmull
/// and Rom): `u` of the way, 0 … 1.
fn curve([before, from, to, after]: [f64; 4], u: f64) -> f64 {
    let (square, cube) =
        (before - 2.5 * from + 2.0 * to - 0.5 * after, 0.5 * (after - before) + 1.5 * (from - to));
    from + u * (0.5 * (to - before) + u * (square + u * cube))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_goes_through_its_points() {
        let points = [1.0, 2.0, 5.0, 4.0];
        assert!((curve(points, 0.0) - 2.0).abs() < 1e-12 && (curve(points, 1.0) - 5.0).abs() < 1e-12);
        assert!((curve([1.0, 2.0, 3.0, 4.0], 0.25) - 2.25).abs() < 1e-12);
    }
}
