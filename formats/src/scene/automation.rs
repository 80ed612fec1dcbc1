//! Curves over time: keys, and how the value goes from one to the next.

use super::{Kept, Time};

/// How the value comes to a key from the key before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shape {
    /// In a straight line.
    #[default]
    Linear,
    /// It stays as it was and jumps at the key.
    Step,
    /// Along a cubic that never leaves the span between the two values: the monotone interpolation of Fritsch and
    /// Carlson (1980), with slopes at most three times those of the straight lines beside them.
    Smooth,
    /// Not the value but the gains of a renderer go to it in a straight line, as in an audioBlockFormat of ADM
    /// (BS.2127-1 §7.4): the piece becomes one block, however long it is. For the parameters of objects alone.
    Gains,
}

impl Shape {
    /// All, with their names in the file.
    pub const NAMES: [(Self, &'static str); 4] =
        [(Self::Linear, "linear"), (Self::Step, "step"), (Self::Smooth, "smooth"), (Self::Gains, "gains")];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Step => "step",
            Self::Smooth => "smooth",
            Self::Gains => "gains",
        }
    }
}

/// A point of a curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    /// When, from the start of the scene.
    pub time: Time,
    /// What the parameter is then, in its unit.
    pub value: f64,
    /// How it comes there from the key before; says nothing on the first.
    pub shape: Shape,
    /// What this edition doesn't know.
    pub kept: Kept,
}

impl Key {
    /// A key with nothing but what the model knows.
    pub fn new(time: Time, value: f64, shape: Shape) -> Self {
        Self { time, value, shape, kept: Kept::default() }
    }
}

/// A parameter over time. Before the first key it has the first key's value, after the last the last one's.
///
/// Where a value is not finite (a gain of −∞ dB) the curve steps. Two keys may have one time when the second is a step: the
/// value arrives at the first and jumps to the second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AutomationCurve {
    keys: Vec<Key>,
}

/// The keys of a curve are out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "key {index} comes no later than the key before it; expected keys in order of time, and two at one time only where the second is a step"
)]
pub struct KeyOrderError {
    /// The key, counted from 0.
    pub index: usize,
}

/// How much steeper than the straight line beside it a smooth curve may be at a key without overshoot (Fritsch and
/// Carlson 1980, the square inside the region of monotonicity).
const STEEPEST: f64 = 3.0;

impl AutomationCurve {
    /// A curve through `keys`.
    ///
    /// # Errors
    /// When a key comes no later than the one before it and is no jump from there, or is the third at its time.
    pub fn new(keys: Vec<Key>) -> Result<Self, KeyOrderError> {
        let time = |index: usize| keys.get(index).map(|key| key.time.seconds);
        let is_wrong = |index: &usize| {
            let before = index.checked_sub(1).and_then(time);
            let jumps = keys.get(*index).is_some_and(|key| key.shape == Shape::Step);
            let is_third = before == index.checked_sub(2).and_then(time);
            time(*index) < before || time(*index) == before && (!jumps || is_third)
        };
        match (1..keys.len()).find(is_wrong) {
            Some(index) => Err(KeyOrderError { index }),
            None => Ok(Self { keys }),
        }
    }

    /// The keys, in order of time.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Nothing moves: there are no keys, or all have the same value.
    pub fn is_constant(&self) -> bool {
        self.keys.array_windows::<2>().all(|[a, b]| a.value == b.value)
    }

    /// The value at `seconds` from the start of the scene; `None` when there are no keys. At the very time of a key it
    /// is that key's value; of two, the second's.
    pub fn value_at(&self, seconds: f64) -> Option<f64> {
        let next = self.keys.partition_point(|key| key.time.seconds_f64() <= seconds);
        Some(match (next.checked_sub(1), self.keys.get(next)) {
            (None, first) => first?.value,
            (Some(last), None) => self.keys.get(last)?.value,
            (Some(from), Some(_)) => self.between(from, seconds),
        })
    }

    /// The value within the segment that starts at the key `from`; the key after it must exist.
    fn between(&self, from: usize, seconds: f64) -> f64 {
        let Some([a, b]) = self.keys.get(from..from + 2).and_then(|pair| pair.first_chunk::<2>()) else {
            return self.keys.get(from).map_or(0.0, |key| key.value);
        };
        if b.shape == Shape::Step || !a.value.is_finite() || !b.value.is_finite() {
            return a.value;
        }
        let (start, length) = (a.time.seconds_f64(), b.time.seconds_f64() - a.time.seconds_f64());
        let u = (seconds - start) / length;
        if matches!(b.shape, Shape::Linear | Shape::Gains) {
            return a.value + (b.value - a.value) * u;
        }
        // Hermite's cubic.
        let (m0, m1) = (self.slope_at(from) * length, self.slope_at(from + 1) * length);
        let (u2, v) = (u * u, 1.0 - u);
        let rise = u2 * (3.0 - 2.0 * u) * (b.value - a.value);
        let bend = u * v * (v * m0 - u * m1);
        let (low, high) = (a.value.min(b.value), a.value.max(b.value));
        (a.value + rise + bend).clamp(low, high)
    }

    /// Slope of the smooth segments that meet at a key. 0 where the curve turns, or stands still on one side; the slope
    /// of a straight segment beside it, as far as that leads to no overshoot.
    fn slope_at(&self, key: usize) -> f64 {
        let (before, before_smooth) = self.secant(key.checked_sub(1));
        let (after, after_smooth) = self.secant(Some(key));
        if before * after <= 0.0 {
            return 0.0;
        }
        let limit = STEEPEST
            * match (before_smooth, after_smooth) {
                (true, false) => before.abs(),
                (false, true) => after.abs(),
                _ => before.abs().min(after.abs()),
            };
        let wanted = match (before_smooth, after_smooth) {
            (true, false) => after,
            (false, true) => before,
            _ => {
                // The parabola through three points.
                let (h0, h1) = (self.length(key.saturating_sub(1)), self.length(key));
                (before * h1 + after * h0) / (h0 + h1)
            }
        };
        wanted.abs().min(limit).copysign(before)
    }

    /// Slope of the straight line from the key `from` to the next, and whether the curve is smooth there; 0 where it
    /// stands still.
    fn secant(&self, from: Option<usize>) -> (f64, bool) {
        let Some(from) = from else { return (0.0, false) };
        match self.keys.get(from..from + 2).and_then(|pair| pair.first_chunk::<2>()) {
            Some([a, b]) if b.shape != Shape::Step && a.value.is_finite() && b.value.is_finite() => {
                ((b.value - a.value) / self.length(from), b.shape == Shape::Smooth)
            }
            _ => (0.0, false),
        }
    }

    /// Seconds from the key `from` to the next.
    fn length(&self, from: usize) -> f64 {
        let at = |key: usize| self.keys.get(key).map_or(0.0, |key| key.time.seconds_f64());
        at(from + 1) - at(from)
    }
}
