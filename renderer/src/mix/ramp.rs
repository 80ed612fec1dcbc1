//! Numbers that change while they are used.

/// Samples in which a parameter comes to its new value: 11 ms at 48 kHz.
pub(super) const CHANGE_SAMPLES: usize = 512;

/// A number on its way to another, in a straight line, from sample to sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ramp {
    now: f32,
    target: f32,
    /// Samples until it is there.
    left: usize,
}

impl Ramp {
    /// A number that stands still.
    pub(super) fn at(value: f32) -> Self {
        Self { now: value, target: value, left: 0 }
    }

    /// From here to `target`.
    pub(super) fn go_to(&mut self, target: f32) {
        self.target = target;
        self.left = if target == self.now { 0 } else { CHANGE_SAMPLES };
    }

    /// From one number to another.
    pub(super) fn between(from: f32, to: f32) -> Self {
        let mut ramp = Self::at(from);
        ramp.go_to(to);
        ramp
    }

    /// The number, when it stands still.
    pub(super) fn still(&self) -> Option<f32> {
        (self.left == 0).then_some(self.now)
    }

    pub(super) fn target(&self) -> f32 {
        self.target
    }

    /// The number for the next sample.
    pub(super) fn next(&mut self) -> f32 {
        if self.left > 0 {
            self.left -= 1;
            self.now = if self.left == 0 {
                self.target
            } else {
                self.now + (self.target - self.now) / (self.left + 1) as f32
            };
        }
        self.now
    }

    /// At once where it goes to.
    pub(super) fn arrive(&mut self) {
        *self = Self::at(self.target);
    }

    /// So many samples later.
    pub(super) fn advance(&mut self, samples: usize) {
        for _ in 0..samples.min(self.left) {
            self.next();
        }
    }

    /// Brings the gain to `samples`; all channels of a block begin with the same ramp.
    pub(super) fn apply(&self, samples: &mut [f32]) {
        let mut ramp = *self;
        match self.still() {
            Some(1.0) => {}
            Some(gain) => samples.iter_mut().for_each(|sample| *sample *= gain),
            None => samples.iter_mut().for_each(|sample| *sample *= ramp.next()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_straight_and_arrives_exactly() {
        let mut ramp = Ramp::at(1.0);
        assert_eq!((ramp.next(), ramp.still()), (1.0, Some(1.0)));
        ramp.go_to(-3.0);
        let mut skipped = ramp;
        let way: Vec<f32> = (0..CHANGE_SAMPLES).map(|_| ramp.next()).collect();
        let step = -4.0 / CHANGE_SAMPLES as f32;
        for (n, value) in way.iter().enumerate() {
            assert!((value - (1.0 + step * (n + 1) as f32)).abs() < 1e-5, "{n}: {value}");
        }
        assert_eq!((ramp.still(), way[CHANGE_SAMPLES - 1]), (Some(-3.0), -3.0));
        skipped.advance(100);
        assert_eq!(skipped.next(), way[100]);
    }
}
