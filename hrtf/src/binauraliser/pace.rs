//! How far apart in time the responses and delays of a moving source are computed: at nodes, of which the faster a
//! source the more. What is heard between nodes is what is heard at each, weighed by the polynomial through them.
//!
//! A fade between two delays combs by (ω Δd)² / 8 and is heard as lines beside a tone; the polynomial through three
//! and more nodes follows the turn of the phase: at 8 kHz four over 2° keep within −97 dB where a fade is at −32 dB.

/// Nodes of a piece and how far the source may turn by in it, degrees: what the turn of the phase of 8 kHz at the
/// ear on the side (12 samples a radian at 48 kHz) and the kinks of responses between directions 5° apart allow.
const KINDS: [(usize, f64); 5] = [(2, 0.3), (3, 1.03), (4, 2.06), (5, 3.9), (6, 4.15)];

/// The kind of the halves of a block, as far as it goes.
const HALVES: (usize, f64) = KINDS[3];

/// The kind of the pieces of a block that is divided.
const DIVIDED: (usize, f64) = KINDS[4];

/// Parts of a piece that nodes lie at.
const PARTS: usize = 32;

/// The shortest piece that a block is divided into, samples.
const SHORTEST: usize = 128;

/// Nodes of one distance.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Samples from the start of the block; the last may lie behind its end.
    pub(super) at: Vec<usize>,
    /// The weight of what is heard at each, from a sample of the block on.
    windows: Vec<(usize, Vec<f32>)>,
    /// The cosine of the angle that a source may turn by from knot to knot.
    near: f64,
}

/// The paces of a block.
#[derive(Clone, Debug)]
pub(super) struct Paces {
    /// From the slowest; the last is for sources with a jump: a node at each knot, fades between.
    all: Vec<Pace>,
}

impl Paces {
    /// For blocks that have a knot each `step` samples.
    pub(super) fn new(block: usize, step: usize) -> Self {
        let steps = block.div_ceil(step);
        let length = steps * step;
        let pace = |pieces: usize, (nodes, turn): (usize, f64)| {
            let near = (turn * pieces as f64 / steps as f64).min(180.0).to_radians().cos();
            Pace::new(length, pieces, nodes, near)
        };
        let apart = |nodes: usize| places(nodes, 0, length).is_sorted_by(|a, b| a < b);
        let kinds = KINDS.into_iter().filter(|(nodes, _)| apart(*nodes));
        let mut all: Vec<Pace> = kinds.map(|kind| pace(1, kind)).collect();
        let halves = std::iter::successors(Some(2), |pieces: &usize| pieces.checked_mul(2));
        for pieces in halves.take_while(|pieces| length / pieces >= SHORTEST) {
            all.extend((pieces == 2).then(|| pace(2, HALVES)));
            all.push(pace(pieces, DIVIDED));
        }
        all.push(Pace::new(length, steps, 2, -1.0));
        Self { all }
    }

    pub(super) fn all(&self) -> &[Pace] {
        &self.all
    }

    /// The number of the pace for sources with a jump.
    pub(super) fn of_jumps(&self) -> usize {
        self.all.len() - 1
    }

    /// The number of the pace for a source that turns by at most the angle of this cosine from knot to knot.
    pub(super) fn of(&self, turn: f64) -> usize {
        let moving = self.of_jumps();
        self.all[..moving].iter().position(|pace| turn > pace.near).unwrap_or(moving - 1)
    }
}

impl Pace {
    fn new(length: usize, pieces: usize, nodes: usize, near: f64) -> Self {
        let (mut at, mut windows) = (vec![0], vec![(0, Vec::new())]);
        for piece in 0..pieces {
            let [from, to] = [piece, piece + 1].map(|piece| length * piece / pieces);
            let places = places(nodes, from, to);
            let weights =
                |node: usize| (from..to).map(|sample| weight(&places, node, sample)).collect::<Vec<_>>();
            // The last node of a piece is the first of the next.
            if let Some((_, window)) = windows.last_mut() {
                window.extend(weights(0));
            }
            for (node, place) in places.iter().enumerate().skip(1) {
                at.push(*place);
                windows.push((from, weights(node)));
            }
        }
        Self { at, windows, near }
    }

    /// Adds what is heard at a node to `row`.
    pub(super) fn add(&self, row: &mut [f32], samples: &[f32], node: usize) {
        let (from, window) = &self.windows[node];
        let row = row.iter_mut().zip(samples).skip(*from);
        row.zip(window).for_each(|((sum, sample), weight)| *sum += sample * weight);
    }
}

/// Where the nodes of a piece lie: the extremes of Chebyshev's polynomials, where they can on knots.
fn places(nodes: usize, from: usize, to: usize) -> Vec<usize> {
    let parts: &[usize] = match nodes {
        2 => &[0, PARTS],
        3 => &[0, 16, PARTS],
        4 => &[0, 8, 24, PARTS],
        5 => &[0, 5, 16, 27, PARTS],
        _ => &[0, 3, 11, 21, 29, PARTS],
    };
    parts.iter().map(|part| from + (to - from) * part / PARTS).collect()
}

/// The weight of a node in the polynomial through all of them (Lagrange).
fn weight(places: &[usize], node: usize, sample: usize) -> f32 {
    let own = places[node] as f64;
    let others = places.iter().enumerate().filter(|(other, _)| *other != node);
    others.map(|(_, place)| (sample as f64 - *place as f64) / (own - *place as f64)).product::<f64>() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_go_through_the_nodes_and_sum_to_one() {
        for (block, step) in [(1, 1), (3, 3), (32, 32), (441, 221), (1000, 250), (1024, 256), (4096, 256)] {
            let paces = Paces::new(block, step);
            for pace in paces.all() {
                assert_eq!((pace.at[0], *pace.at.last().unwrap()), (0, block.div_ceil(step) * step));
                // What is heard changes as a straight line does: so does the weighed sum.
                let mut row = vec![0.0; block];
                for (node, at) in pace.at.iter().enumerate() {
                    pace.add(&mut row, &vec![3.0 + *at as f32; block], node);
                }
                let right = |(n, sum): (usize, &f32)| (sum - 3.0 - n as f32).abs() < 2e-5 * (3.0 + n as f32);
                assert!(row.iter().enumerate().all(right), "{block}, {} nodes", pace.at.len());
            }
        }
    }

    #[test]
    fn the_faster_the_more_nodes() {
        let paces = Paces::new(1024, 256);
        // Degrees a second at 48 kHz.
        for (speed, nodes) in [
            (5.0, 2),
            (45.0, 3),
            (90.0, 4),
            (180.0, 5),
            (190.0, 6),
            (360.0, 9),
            (380.0, 11),
            (720.0, 21),
            (5000.0, 41),
        ] {
            let turn = f64::to_radians(speed * 256.0 / 48_000.0).cos();
            assert_eq!(paces.all()[paces.of(turn)].at.len(), nodes, "{speed}");
        }
    }
}
