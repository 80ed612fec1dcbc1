//! Fewer keys: those are left out that lie near the straight line between others.

use ObjectParameter as P;
use formats::scene::{Coordinates, ObjectParameter};

/// How far a curve may be from what it was thinned from, at any time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Degrees, of angles.
    pub degrees: f64,
    /// Of coordinates and extents in the room's cube, of distances, diffuseness and divergence.
    pub units: f64,
    /// dB.
    pub decibels: f64,
}

/// What is thinned by unless somebody says otherwise: half of what is heard as a movement from the front, a
/// hundredth of half the room, and less than any ear notices of a gain.
pub const TOLERANCE: Tolerance = Tolerance { degrees: 0.5, units: 0.01, decibels: 0.1 };

/// The highest multiple of [`TOLERANCE`] that makes sense.
pub(super) const MOST_DEGREES: f64 = 30.0;

impl Tolerance {
    /// So many degrees, and the others in proportion; within 0…30.
    pub fn of_degrees(degrees: f64) -> Self {
        let degrees = if degrees.is_finite() { degrees.clamp(0.0, MOST_DEGREES) } else { 0.0 };
        let share = degrees / TOLERANCE.degrees;
        Self { degrees, units: TOLERANCE.units * share, decibels: TOLERANCE.decibels * share }
    }

    /// In the unit of a parameter.
    pub(super) fn of(self, parameter: ObjectParameter, coordinates: Coordinates) -> f64 {
        match (parameter, coordinates) {
            (P::Gain, _) => self.decibels,
            (P::Azimuth | P::Elevation, _)
            | (P::Width | P::Height | P::DivergenceRange, Coordinates::Polar) => self.degrees,
            _ => self.units,
        }
    }
}

/// The points of a path that stay, by their places: the first, the last, and as few as keep every other within
/// `tolerance` of the straight lines between them. From each point that stays, the slopes that pass all others are a
/// wedge, which gets narrower; where the next point lies outside of it, the one before stays.
pub(super) fn kept(times: &[f64], values: &[f64], tolerance: f64) -> Vec<usize> {
    let mut kept = Vec::new();
    let points: Vec<(f64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    let Some(mut anchor) = points.first().copied() else { return kept };
    kept.push(0);
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for (index, &(time, value)) in points.iter().enumerate().skip(1) {
        if !is_in((low, high), anchor, (time, value)) {
            // The point before is in the wedge: it was looked at.
            kept.push(index - 1);
            anchor = points[index - 1];
            (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        }
        let after = time - anchor.0;
        if after > 0.0 && value.is_finite() && anchor.1.is_finite() {
            low = low.max((value - tolerance - anchor.1) / after);
            high = high.min((value + tolerance - anchor.1) / after);
        }
    }
    if points.len() > 1 {
        kept.push(points.len() - 1);
    }
    kept.dedup();
    kept
}

/// The straight line from `anchor` to the point passes all that the wedge knows of.
fn is_in((low, high): (f64, f64), anchor: (f64, f64), (time, value): (f64, f64)) -> bool {
    if anchor.1 == value && !value.is_finite() {
        return true;
    }
    let slope = (value - anchor.1) / (time - anchor.0);
    if low == f64::NEG_INFINITY && high == f64::INFINITY {
        // The next point is always reached.
        return true;
    }
    (low..=high).contains(&slope)
}
