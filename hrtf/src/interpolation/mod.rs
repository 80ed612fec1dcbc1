//! Responses between the measured directions.
//!
//! Takes a set's responses, delays and arrival times; gives, for any direction, one response per ear without
//! its delay, and the delay apart. Responses are aligned by their arrival before they are blended with the shares of
//! the triangle round the direction: blending them as measured would comb the treble out.
//!
//! What comes out at a measured direction is the measured response, sample by sample. The arrival τ of each
//! response is split into whole samples n and a rest r. Aligned responses are blended, Σ w A, and delayed by the
//! blended rest Σ w r; the delay given out is Σ w n. At a measured direction that is a whole number of samples,
//! and what the short delay kernel spoils there is kept beside the set and added, Σ w E.
//!
//! Where no measurement lies within 35° of one of the six directions front, back, left, right, up and down
//! (below the feet of most sets), a response is made up: the minimum-phase response with the root mean square
//! magnitude of its measured neighbours, at their mean arrival.

mod build;
pub(crate) mod sphere;

use multiversion::multiversion;

use crate::Direction;
use crate::fractional_delay::{SHORT, SHORT_REACH, short_kernel};
use sphere::{Shares, Sphere};

pub(crate) use build::{Source, triangulate};

/// The responses of both ears for one direction: make it once and have it filled again and again.
#[derive(Clone, Debug, Default)]
pub struct HrirPair {
    /// The left ear's response without its delay.
    pub left: Vec<f32>,
    /// The right ear's response without its delay.
    pub right: Vec<f32>,
    /// By how many samples the left ear's response comes later; at least 0, continuous in the direction, whole at
    /// the measured directions.
    pub delay_left: f64,
    /// The same of the right ear.
    pub delay_right: f64,
    blend: Vec<f32>,
}

/// Aligned responses and the triangulation they are blended by.
#[derive(Clone, Debug)]
pub(crate) struct Interpolator {
    sphere: Sphere,
    /// How many of the points were measured; the rest is made up.
    measured: usize,
    taps: usize,
    /// Where in the aligned responses the arrival stands.
    lead: usize,
    /// `[point][ear][tap]`: responses, their arrival at `lead`.
    aligned: Vec<f32>,
    /// `[measured point][ear][tap]`: what the short kernel misses at the point itself.
    missed: Vec<f32>,
    /// Whole samples of the arrival of each point and ear, and the rest.
    whole: Vec<[f64; 2]>,
    rest: Vec<[f64; 2]>,
    /// The least of `whole`, taken off all delays.
    least: f64,
}

impl Interpolator {
    pub(crate) fn taps(&self) -> usize {
        self.taps
    }

    /// By how many samples what comes out is later than what was measured.
    pub(crate) fn latency(&self) -> i64 {
        self.lead as i64 - self.least as i64
    }

    pub(crate) fn longest_delay(&self) -> f64 {
        self.whole.iter().flatten().copied().fold(0.0, f64::max) - self.least
    }

    /// How many points there are, made up ones included.
    pub(crate) fn points(&self) -> usize {
        self.whole.len()
    }

    /// The least whole arrival, which is taken off all delays.
    pub(crate) fn least(&self) -> f64 {
        self.least
    }

    /// Where in the aligned responses the arrival stands.
    pub(crate) fn lead(&self) -> usize {
        self.lead
    }

    pub(crate) fn sphere(&self) -> &Sphere {
        &self.sphere
    }

    /// The aligned response of a point.
    pub(crate) fn aligned(&self, point: usize, ear: usize) -> &[f32] {
        let from = (2 * point + ear) * self.taps;
        &self.aligned[from..from + self.taps]
    }

    fn missed(&self, point: usize, ear: usize) -> &[f32] {
        let from = (2 * point + ear) * self.taps;
        self.missed.get(from..from + self.taps).unwrap_or(&[])
    }

    /// The time at which the response of a direction arrives at each ear, samples.
    pub(crate) fn arrivals(&self, direction: Direction) -> [f64; 2] {
        self.arrivals_of(&self.sphere.locate(direction.unit_vector()))
    }

    /// The same of a direction that has been located.
    pub(crate) fn arrivals_of(&self, found: &Shares) -> [f64; 2] {
        [0, 1].map(|ear| {
            let at = |(p, s): (usize, f64)| s * (self.whole[p][ear] + self.rest[p][ear]);
            found.points.into_iter().zip(found.shares).map(at).sum()
        })
    }

    pub(crate) fn fill(&self, direction: Direction, gain: f64, pair: &mut HrirPair) {
        let found = self.sphere.locate(direction.unit_vector());
        let HrirPair { left, right, delay_left, delay_right, blend } = pair;
        for (ear, (out, delay)) in [(left, delay_left), (right, delay_right)].into_iter().enumerate() {
            out.resize(self.taps, 0.0);
            blend.resize(self.taps, 0.0);
            *delay = self.fill_ear(&found, ear, gain, blend, out);
        }
    }

    /// One ear's response into `out`; gives its delay.
    fn fill_ear(&self, found: &Shares, ear: usize, gain: f64, blend: &mut [f32], out: &mut [f32]) -> f64 {
        let corners = || found.points.into_iter().zip(found.shares);
        let mean = |values: &[[f64; 2]]| corners().map(|(p, share)| share * values[p][ear]).sum::<f64>();
        let [a, b, c] = found.points.map(|point| self.aligned(point, ear));
        weigh(blend, [a, b, c], found.shares.map(|share| (share * gain) as f32));
        delay(out, blend, &short_kernel(mean(&self.rest)));
        for (point, share) in corners() {
            add(out, self.missed(point, ear), (share * gain) as f32);
        }
        mean(&self.whole) - self.least
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2+fma", "aarch64+neon"))]
fn weigh(out: &mut [f32], of: [&[f32]; 3], weights: [f32; 3]) {
    for (((out, a), b), c) in out.iter_mut().zip(of[0]).zip(of[1]).zip(of[2]) {
        *out = weights[0] * a + weights[1] * b + weights[2] * c;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2+fma", "aarch64+neon"))]
fn add(out: &mut [f32], of: &[f32], weight: f32) {
    for (out, a) in out.iter_mut().zip(of) {
        *out += weight * a;
    }
}

/// `out` = `from`, delayed by the kernel; zeros outside.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2+fma", "aarch64+neon"))]
pub(crate) fn delay(out: &mut [f32], from: &[f32], kernel: &[f32; SHORT]) {
    out.fill(0.0);
    for (i, &tap) in kernel.iter().enumerate() {
        if i < SHORT_REACH {
            let ahead = (SHORT_REACH - i).min(from.len());
            out.iter_mut().zip(&from[ahead..]).for_each(|(out, x)| *out += tap * x);
        } else {
            let late = (i - SHORT_REACH).min(out.len());
            out[late..].iter_mut().zip(from).for_each(|(out, x)| *out += tap * x);
        }
    }
}
