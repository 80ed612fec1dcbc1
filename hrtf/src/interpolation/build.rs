//! Making the aligned responses of a set.

use rayon::prelude::*;

use crate::Direction;
use crate::fractional_delay::{AHEAD_REACH, ahead_kernel, short_kernel};
use crate::minimum_phase::minimum_phase_spectrum;
use crate::spectrum::Transform;

use super::sphere::Sphere;
use super::{Interpolator, delay};

/// Farther from a measurement than this, an axis of the head gets a response that is made up, degrees: nearer
/// than this to the axes, no three points lie in one plane with the centre of the head.
const FAR_FROM_MEASURED: f64 = 35.0;
/// Samples below this part of the set's peak (−130 dB) before and after all responses are left out.
const SIGNIFICANT: f32 = 3e-7;
/// Samples kept before and after what is significant.
const MARGIN: i64 = 4;

/// What was measured: `responses[(2 · point + ear) · taps ..]`, whole samples each is later (`shifts`), and when
/// it arrives in its array.
pub(crate) struct Source<'a> {
    pub(crate) responses: &'a [f32],
    pub(crate) taps: usize,
    pub(crate) shifts: &'a [[f64; 2]],
    pub(crate) arrivals: &'a [[f64; 2]],
}

impl Source<'_> {
    fn response(&self, point: usize, ear: usize) -> &[f32] {
        let from = (2 * point + ear) * self.taps;
        &self.responses[from..from + self.taps]
    }
}

/// The triangulation of the measured directions and of axes made up where nothing was measured near. Gives it
/// with the number of made-up points, which follow the measured ones.
pub(crate) fn triangulate(directions: &[Direction]) -> (Sphere, usize) {
    let mut points: Vec<[f64; 3]> = directions.iter().map(|direction| direction.unit_vector()).collect();
    let mut axes = [0; 6];
    let near = FAR_FROM_MEASURED.to_radians().cos();
    for (number, nearest) in axes.iter_mut().enumerate() {
        let (axis, sign) = (number / 2, if number % 2 == 0 { 1.0 } else { -1.0 });
        let mut best = near;
        let mut found = None;
        for (i, point) in points.iter().enumerate().take(directions.len()) {
            if sign * point[axis] > best {
                (best, found) = (sign * point[axis], Some(i));
            }
        }
        *nearest = found.unwrap_or_else(|| {
            let mut point = [0.0; 3];
            point[axis] = sign;
            points.push(point);
            points.len() - 1
        });
    }
    let made_up = points.len() - directions.len();
    (Sphere::new(points, axes), made_up)
}

impl Interpolator {
    /// Aligns the responses of `source` on the triangulation `sphere`.
    pub(crate) fn new(source: &Source<'_>, sphere: Sphere, made_up: usize) -> Self {
        let measured = source.arrivals.len();
        let (lead, taps) = span(source);
        let points = measured + made_up;
        let mut made = Self {
            sphere,
            measured,
            taps,
            lead,
            aligned: vec![0.0; points * 2 * taps],
            missed: vec![0.0; measured * 2 * taps],
            whole: vec![[0.0; 2]; points],
            rest: vec![[0.0; 2]; points],
            least: 0.0,
        };
        let rows = made.aligned.par_chunks_mut(2 * taps).zip(made.missed.par_chunks_mut(2 * taps));
        rows.enumerate().for_each_init(Vec::new, |room, (point, (aligned, missed))| {
            let ears = aligned.chunks_exact_mut(taps).zip(missed.chunks_exact_mut(taps)).enumerate();
            ears.for_each(|(ear, rows)| align(source, (point, ear), lead, rows, room));
        });
        for (point, (arrivals, shifts)) in source.arrivals.iter().zip(source.shifts).enumerate() {
            for ear in 0..2 {
                made.whole[point][ear] = arrivals[ear].round() + shifts[ear];
                made.rest[point][ear] = arrivals[ear] - arrivals[ear].round();
            }
        }
        made.make_up(points);
        let least = made.whole.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        made.least = if least.is_finite() { least } else { 0.0 };
        made
    }

    /// Fills the points that were not measured from their neighbours that were.
    fn make_up(&mut self, points: usize) {
        if self.measured == points {
            return;
        }
        let edges = self.sphere.edges();
        let transform = Transform::of_at_least(2 * self.taps);
        for point in self.measured..points {
            let other = |&(a, b): &(usize, usize)| match point {
                _ if a == point => Some(b),
                _ if b == point => Some(a),
                _ => None,
            };
            let mut near: Vec<usize> =
                edges.iter().filter_map(other).filter(|&other| other < self.measured).collect();
            if near.is_empty() {
                near = (0..self.measured).collect();
            }
            for ear in 0..2 {
                self.make_up_ear(point, ear, &near, &transform);
            }
        }
    }

    fn make_up_ear(&mut self, point: usize, ear: usize, near: &[usize], transform: &Transform) {
        let count = near.len() as f64;
        let mut power = vec![0.0; transform.bins()];
        for &other in near {
            let spectrum = transform.forward(self.aligned(other, ear).iter().map(|&s| f64::from(s)));
            power.iter_mut().zip(&spectrum).for_each(|(sum, bin)| *sum += bin.norm_sqr() / count);
        }
        let magnitudes: Vec<f64> = power.into_iter().map(f64::sqrt).collect();
        let response = transform.inverse(minimum_phase_spectrum(transform, &magnitudes));
        let from = (2 * point + ear) * self.taps;
        let (lead, end) = (from + self.lead, from + self.taps);
        self.aligned[lead..end].iter_mut().zip(response).for_each(|(to, sample)| *to = sample as f32);
        let arrival: f64 = near.iter().map(|&o| (self.whole[o][ear] + self.rest[o][ear]) / count).sum();
        self.whole[point][ear] = arrival.round();
        self.rest[point][ear] = arrival - arrival.round();
    }
}

/// The response of a point and ear with its arrival at `lead`, and what the short kernel spoils of it; `room` is for the
/// work.
fn align(
    source: &Source<'_>,
    (point, ear): (usize, usize),
    lead: usize,
    (aligned, missed): (&mut [f32], &mut [f32]),
    room: &mut Vec<f64>,
) {
    let response = source.response(point, ear);
    let arrival = source.arrivals[point][ear];
    let rest = arrival - arrival.round();
    // Aligned tap j stands at tap j + first (+ rest) of the response.
    let first = arrival.round() as i64 - lead as i64;
    let at = |tap: i64| usize::try_from(tap).ok().and_then(|tap| response.get(tap)).copied().unwrap_or(0.0);
    let taps = aligned.len();
    let kernel = ahead_kernel(rest);
    let wide: Vec<f64> =
        (0..(taps + kernel.len()) as i64).map(|j| f64::from(at(first + j - AHEAD_REACH as i64))).collect();
    room.clear();
    room.resize(taps, 0.0);
    for (i, weight) in kernel.iter().enumerate() {
        room.iter_mut().zip(&wide[i..]).for_each(|(sum, sample)| *sum += weight * sample);
    }
    aligned.iter_mut().zip(room).for_each(|(tap, sum)| *tap = *sum as f32);
    delay(missed, aligned, &short_kernel(rest));
    for (j, missed) in missed.iter_mut().enumerate() {
        *missed = at(first + j as i64) - *missed;
    }
}

/// How many taps stand before the arrival and how many there are, so that nothing significant is lost.
fn span(source: &Source<'_>) -> (usize, usize) {
    let peak = source.responses.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let significant = |sample: &f32| sample.abs() > peak * SIGNIFICANT;
    let (mut before, mut after) = (0_i64, 0_i64);
    for (point, arrivals) in source.arrivals.iter().enumerate() {
        for (ear, arrival) in arrivals.iter().enumerate() {
            let (response, arrival) = (source.response(point, ear), arrival.round() as i64);
            if let (Some(first), Some(last)) =
                (response.iter().position(significant), response.iter().rposition(significant))
            {
                before = before.max(arrival - first as i64);
                after = after.max(last as i64 - arrival);
            }
        }
    }
    ((before + MARGIN) as usize, (before + after + 2 * MARGIN + 1) as usize)
}
