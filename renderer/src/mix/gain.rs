//! Gains that stand still.

use std::any::Any;

use formats::scene::chain;

use super::ramp::Ramp;
use super::{MixError, Processor};
use crate::audio::AudioBlock;
use crate::units::Decibels;

/// One gain for all channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    factor: Ramp,
}

impl Gain {
    /// Gain and polarity of a strip's input.
    ///
    /// # Errors
    /// A parameter out of its range.
    pub fn trim(parameters: &chain::Trim) -> Result<Self, MixError> {
        parameters.check()?;
        let factor = Decibels(parameters.gain_db).linear() as f32;
        Ok(Self { factor: Ramp::at(if parameters.invert { -factor } else { factor }) })
    }

    /// So many decibels; −∞ is silence.
    pub fn of(gain: Decibels) -> Self {
        Self { factor: Ramp::at(gain.linear() as f32) }
    }
}

impl Processor for Gain {
    fn process(&mut self, block: &mut AudioBlock, _key: Option<&[f32]>) {
        if self.factor.still() == Some(1.0) {
            return;
        }
        block.channels_mut().for_each(|samples| self.factor.apply(samples));
        self.factor.advance(block.frames());
    }

    fn latency(&self) -> i64 {
        0
    }

    fn tail(&self) -> usize {
        0
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        if let Some(new) = new.as_any_mut().downcast_mut::<Self>() {
            self.factor.go_to(new.factor.target());
        }
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.factor = Ramp::at(self.factor.target());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::tests::{noise, run};

    #[test]
    fn gain_and_polarity() {
        let input = [noise(1, 500)];
        let trim = |gain_db, invert| chain::Trim { gain_db, invert };
        let mut nothing = Gain::trim(&trim(0.0, false)).expect("in range");
        assert_eq!(run(&mut nothing, &input, None, 100), input);
        let mut half = Gain::trim(&trim(-20.0, true)).expect("in range");
        for (before, after) in input[0].iter().zip(&run(&mut half, &input, None, 100)[0]) {
            assert!((f64::from(*before) * -0.1 - f64::from(*after)).abs() < 1e-8);
        }
        let mut silence = Gain::of(Decibels(f64::NEG_INFINITY));
        assert!(run(&mut silence, &input, None, 100)[0].iter().all(|sample| *sample == 0.0));
        assert!(Gain::trim(&trim(f64::NAN, false)).is_err());
    }
}
