//! HOA scenes to two ears: the components turned with the head, then each through a response of its own.
//!
//! The responses are fitted to the head for the scene's order (`hrtf::fitted`), those of low orders in magnitude only from
//! low frequencies on. What is fitted is the looking-ahead head; a turned one hears the scene turned back, by the
//! rotation matrix of every order.

use std::f64::consts::PI;
use std::ops::Range;

use hrtf::{Binauraliser, Direction, Filter, Fit, Orientation, fitted, in_quadrature};
use rayon::prelude::*;

use super::feeds::SceneRows;
use super::head::Head;
use super::stage::grid_blocks;
use crate::audio::AudioBlock;
use crate::panner::ambisonics::SphericalHarmonics;
use crate::render::{Content, GRID, content};

/// Elevations of the directions that responses are fitted at: those of orders up to twice as many less one are told
/// apart exactly.
const ELEVATIONS: usize = 24;
/// Radius of a head, metres, and metres a second: up to order · c / (2π · radius) hertz an order holds what reaches it.
const RADIUS: f64 = 0.0875;
const SPEED_OF_SOUND: f64 = 343.0;
/// Above this the ear does not follow the phase, hertz.
const NO_PHASE: f64 = 2_000.0;

/// One row of the bus for each component of an order.
pub(super) struct Scene {
    order: usize,
    /// It stays with the head.
    head_locked: bool,
    /// Rows of the bus, N3D, in ACN order.
    rows: Range<usize>,
    filters: Vec<Option<Filter>>,
    functions: SphericalHarmonics,
    /// Directions that the rotation is found at, with their weights and the values of all functions.
    points: Vec<([f64; 3], f64, Vec<f64>)>,
}

impl Scene {
    pub(super) fn new(
        order: usize,
        head_locked: bool,
        rows: Range<usize>,
        binauraliser: &Binauraliser,
    ) -> Self {
        let functions = SphericalHarmonics::new(order);
        let responses = responses(&functions, order, binauraliser);
        let filters = responses.iter().map(|pair| Some(binauraliser.filter_of(pair))).collect();
        Self::with_filters((order, functions), head_locked, rows, filters)
    }

    /// The scenes of first order that hold the low frequencies of what is spread: where it is, and how wide. Of the width
    /// only that is heard which sets the ears apart, and of that the part that is a quarter of a turn from what they have
    /// in common: so it makes neither ear louder than the other.
    pub(super) fn of_spread(rows: &[SceneRows], binauraliser: &Binauraliser) -> Vec<Self> {
        let [place, width] = rows else { return Vec::new() };
        let functions = || SphericalHarmonics::new(1);
        let responses = responses(&functions(), 1, binauraliser);
        let filters = responses.iter().map(|pair| Some(binauraliser.filter_of(pair))).collect();
        let apart = match responses.as_slice() {
            [whole, sideways, ..] => {
                let ear = |ear: usize| in_quadrature(&sideways[ear], &whole[ear]);
                Some(binauraliser.filter_of(&[ear(0), ear(1)]))
            }
            _ => None,
        };
        let made = |rows: &SceneRows, filters| {
            Self::with_filters((1, functions()), rows.head_locked, rows.rows.clone(), filters)
        };
        vec![made(place, filters), made(width, vec![None, apart, None, None])]
    }

    fn with_filters(
        (order, functions): (usize, SphericalHarmonics),
        head_locked: bool,
        rows: Range<usize>,
        filters: Vec<Option<Filter>>,
    ) -> Self {
        Self { points: evaluated(&functions, order + 1), filters, order, head_locked, rows, functions }
    }

    /// The filter of a row of the bus, if it is heard.
    pub(super) fn filter(&self, row: usize) -> Option<&Filter> {
        row.checked_sub(self.rows.start).and_then(|component| self.filters.get(component)?.as_ref())
    }

    /// Turns the scene's rows of `lines` by the head, from sample `at` of them on, which is `start` of the programme,
    /// for `blocks` grid blocks.
    pub(super) fn turn(
        &self,
        lines: &mut AudioBlock,
        (at, start, blocks): (usize, i64, usize),
        (head, rate, step): (&Head, f64, usize),
    ) {
        if self.head_locked || self.order == 0 || head.is_ahead() {
            return;
        }
        let count = blocks * GRID / step + 1;
        let orientation = |knot: usize| head.at((start + (knot * step) as i64) as f64 / rate);
        let matrices: Vec<Rotation> = match head.moves() {
            true => (0..count).into_par_iter().map(|knot| self.rotation(orientation(knot))).collect(),
            false => vec![self.rotation(orientation(0))],
        };
        grid_blocks(lines, at, at + blocks * GRID).into_par_iter().enumerate().for_each(
            |(block, mut rows)| {
                let rows = &mut rows[self.rows.clone()];
                if rows.iter().all(|row| content(row) == Content::Silence) {
                    return;
                }
                let mut room = vec![0.0; rows.len() * step];
                for part in 0..GRID / step {
                    let knot = block * (GRID / step) + part;
                    let last = matrices.len() - 1;
                    let (from, to) = (&matrices[knot.min(last)], &matrices[(knot + 1).min(last)]);
                    self.turn_part(rows, part * step..(part + 1) * step, (from, to), &mut room);
                }
            },
        );
    }

    /// Turns the samples of `part`, from one rotation to another.
    fn turn_part(
        &self,
        rows: &mut [&mut [f32]],
        part: Range<usize>,
        (from, to): (&Rotation, &Rotation),
        room: &mut [f32],
    ) {
        let step = part.len();
        for (row, copy) in rows.iter().zip(room.chunks_exact_mut(step)) {
            copy.copy_from_slice(&row[part.clone()]);
        }
        let one = 1.0 / step as f32;
        for order in 1..=self.order {
            let (first, width) = (order * order, 2 * order + 1);
            for (row, (from, to)) in
                from.of(order).chunks_exact(width).zip(to.of(order).chunks_exact(width)).enumerate()
            {
                let out = &mut rows[first + row][part.clone()];
                out.fill(0.0);
                for (column, (&from, &to)) in from.iter().zip(to).enumerate() {
                    let input = &room[(first + column) * step..(first + column + 1) * step];
                    let climb = (to - from) * one;
                    for n in 0..out.len().min(input.len()) {
                        out[n] += (from + climb * n as f32) * input[n];
                    }
                }
            }
        }
    }

    /// The rotation that a head of this orientation hears.
    fn rotation(&self, orientation: Orientation) -> Rotation {
        let mut matrices: Vec<Vec<f64>> =
            (0..=self.order).map(|order| vec![0.0; (2 * order + 1) * (2 * order + 1)]).collect();
        let mut turned = vec![0.0; self.functions.len()];
        for (point, weight, values) in &self.points {
            self.functions.n3d(orientation.rotated_back(*point), &mut turned);
            for (order, matrix) in matrices.iter_mut().enumerate() {
                let (first, width) = (order * order, 2 * order + 1);
                for (row, turned) in matrix.chunks_exact_mut(width).zip(&turned[first..]) {
                    row.iter_mut()
                        .zip(&values[first..])
                        .for_each(|(sum, value)| *sum += weight * turned * value);
                }
            }
        }
        Rotation(matrices.into_iter().map(|matrix| matrix.into_iter().map(|v| v as f32).collect()).collect())
    }
}

/// A matrix for the components of each order, row by row.
struct Rotation(Vec<Vec<f32>>);

impl Rotation {
    fn of(&self, order: usize) -> &[f32] {
        &self.0[order]
    }
}

/// The responses of both ears to each component of an order.
fn responses(
    functions: &SphericalHarmonics,
    order: usize,
    binauraliser: &Binauraliser,
) -> Vec<[Vec<f64>; 2]> {
    let points = evaluated(functions, ELEVATIONS.max(order + 1));
    let responses: Vec<[Vec<f64>; 2]> = points
        .par_iter()
        .map(|(point, _, _)| binauraliser.response(Direction::from_vector(*point)))
        .collect();
    let weights: Vec<f64> = points.iter().map(|(_, weight, _)| *weight).collect();
    let values: Vec<Vec<f64>> = (0..functions.len())
        .map(|function| points.iter().map(|(_, _, values)| values[function]).collect())
        .collect();
    let fit = Fit {
        responses: &responses,
        weights: &weights,
        functions: &values,
        sample_rate: binauraliser.set().sample_rate(),
        // Order 0 has the phase right as long as the head is small against the wave.
        cutoff: ((order as f64).max(0.5) * SPEED_OF_SOUND / (2.0 * PI * RADIUS)).min(NO_PHASE),
        arrival: binauraliser.frontal_delay(),
    };
    fitted(&fit)
}

/// Directions all round, on `elevations` rings at the zeros of a Legendre polynomial, with the weights that make sums of
/// products of two functions below that order exact, and the functions' values there.
fn evaluated(functions: &SphericalHarmonics, elevations: usize) -> Vec<([f64; 3], f64, Vec<f64>)> {
    let around = 2 * elevations;
    let mut points = Vec::with_capacity(elevations * around);
    for (height, weight) in gauss_legendre(elevations) {
        let radius = (1.0 - height * height).max(0.0).sqrt();
        for column in 0..around {
            let (sine, cosine) = (PI * column as f64 / elevations as f64).sin_cos();
            let point = [radius * sine, radius * cosine, height];
            let mut values = vec![0.0; functions.len()];
            functions.n3d(point, &mut values);
            points.push((point, weight / 2.0 / around as f64, values));
        }
    }
    points
}

/// Nodes and weights of Gauss and Legendre on −1 … 1.
fn gauss_legendre(count: usize) -> Vec<(f64, f64)> {
    let node = |index: usize| {
        let mut x = (PI * (index as f64 + 0.75) / (count as f64 + 0.5)).cos();
        let mut slope = 1.0;
        // Newton's steps converge in five from this start.
        for _ in 0..8 {
            let (mut before, mut value) = (0.0, 1.0);
            for n in 1..=count {
                let n = n as f64;
                (before, value) = (value, ((2.0 * n - 1.0) * x * value - (n - 1.0) * before) / n);
            }
            slope = count as f64 * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..count).map(node).collect()
}

#[cfg(test)]
mod tests;
