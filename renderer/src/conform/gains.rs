//! Gains that a profile has no place for, put into the sound.

/// Seconds, the factor right before, the factor from there on.
type Knot = (f64, f64, f64);

/// A gain over time: straight between its knots, with jumps at them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GainCurve {
    /// Seconds, the factor right before and the one from there on; in order of time. Without any it is 1.
    knots: Vec<Knot>,
}

impl GainCurve {
    /// Always `factor`.
    pub fn constant(factor: f64) -> Self {
        if factor == 1.0 { Self::default() } else { Self { knots: vec![(0.0, factor, factor)] } }
    }

    /// Goes on at `seconds`: `before` is reached there in a straight line, `after` is what it then is.
    pub fn add(&mut self, seconds: f64, before: f64, after: f64) {
        self.knots.push((seconds, before, after));
    }

    /// It changes nothing.
    pub fn is_unity(&self) -> bool {
        self.constant_factor() == Some(1.0)
    }

    /// What it always is, if it never moves.
    pub fn constant_factor(&self) -> Option<f64> {
        let first = self.knots.first().map_or(1.0, |(_, before, _)| *before);
        let is_it = |(_, before, after): &Knot| *before == first && *after == first;
        self.knots.iter().all(is_it).then_some(first)
    }

    /// The factor at `seconds`. Before the first knot it is what that begins with.
    pub fn at(&self, seconds: f64) -> f64 {
        let next = self.next(seconds);
        self.between(next, seconds)
    }

    /// The first knot after `seconds`.
    fn next(&self, seconds: f64) -> usize {
        self.knots.partition_point(|(at, ..)| *at <= seconds)
    }

    /// The factor at `seconds`, which lie right before the knot `next`.
    fn between(&self, next: usize, seconds: f64) -> f64 {
        match (next.checked_sub(1).and_then(|n| self.knots.get(n)), self.knots.get(next)) {
            (None, None) => 1.0,
            (None, Some((_, before, _))) => *before,
            (Some((.., after)), None) => *after,
            (Some((start, _, from)), Some((end, to, _))) => {
                from + (to - from) * (seconds - start) / (end - start)
            }
        }
    }

    /// Multiplies `samples`, the first of which is frame `start` at `rate` Hz.
    pub fn apply(&self, start: u64, rate: u32, samples: &mut [f32]) {
        if self.is_unity() {
            return;
        }
        let seconds = |frame: u64| frame as f64 / f64::from(rate);
        let mut next = self.next(seconds(start));
        for (sample, frame) in samples.iter_mut().zip(start..) {
            let seconds = seconds(frame);
            while self.knots.get(next).is_some_and(|(at, ..)| *at <= seconds) {
                next += 1;
            }
            *sample = (f64::from(*sample) * self.between(next, seconds)) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_straight_between_its_knots_and_jumps_at_them() {
        let mut curve = GainCurve::default();
        assert!(curve.is_unity());
        curve.add(1.0, 0.5, 0.5);
        curve.add(2.0, 1.0, 0.0);
        let found: Vec<f64> = [0.0, 1.0, 1.5, 1.75, 2.0, 9.0].map(|seconds| curve.at(seconds)).to_vec();
        assert_eq!(found, [0.5, 0.5, 0.75, 0.875, 0.0, 0.0]);
        let mut samples = [2.0_f32; 4];
        curve.apply(2, 2, &mut samples);
        assert_eq!(samples, [1.0, 1.5, 0.0, 0.0]);
    }
}
