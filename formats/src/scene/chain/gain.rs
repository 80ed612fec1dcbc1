//! Gains, delays and what else has no more than two parameters.

use super::{ParameterError, Range};
use crate::scene::AutomationCurve;

/// Gain and polarity at the strip's input.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trim {
    /// dB.
    pub gain_db: f64,
    /// Polarity turned over.
    pub invert: bool,
}

impl Trim {
    /// Range of `gain_db`.
    pub const GAIN: Range = Range::new(-60.0, 60.0, "dB");

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        Self::GAIN.check("trim", "gain", self.gain_db)
    }
}

/// Noise taken out of speech.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Denoise {
    /// 0 leaves the sound as it is, bit for bit; 1 is the denoiser alone; between them a mix of both, in time.
    pub amount: f64,
}

impl Default for Denoise {
    fn default() -> Self {
        Self { amount: 1.0 }
    }
}

impl Denoise {
    /// Hz of what can be denoised.
    pub const SAMPLE_RATE: u32 = 48_000;

    /// Range of `amount`.
    pub const AMOUNT: Range = Range::new(0.0, 1.0, "");

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        Self::AMOUNT.check("denoise", "amount", self.amount)
    }
}

/// How much later a strip sounds, or for a negative number earlier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delay {
    /// Exactly so many samples.
    Samples(i64),
    /// Milliseconds, rounded to the nearest sample (halves away from 0).
    Milliseconds(f64),
    /// Frames of the picture, rounded to the nearest sample (halves away from 0).
    Frames(f64),
}

impl Default for Delay {
    fn default() -> Self {
        Self::Samples(0)
    }
}

impl Delay {
    /// Range of [`Self::Samples`].
    pub const SAMPLES: Range = Range::new(-960_000.0, 960_000.0, "samples");
    /// Range of [`Self::Milliseconds`].
    pub const MILLISECONDS: Range = Range::new(-10_000.0, 10_000.0, "ms");
    /// Range of [`Self::Frames`].
    pub const FRAMES: Range = Range::new(-240.0, 240.0, "frames");

    /// Whether the number is in its range.
    ///
    /// # Errors
    /// It isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        match *self {
            Self::Samples(samples) => Self::SAMPLES.check("delay", "samples", samples as f64),
            Self::Milliseconds(value) => Self::MILLISECONDS.check("delay", "milliseconds", value),
            Self::Frames(value) => Self::FRAMES.check("delay", "frames", value),
        }
    }
}

/// A part of the strip's sound, after its fader, to a reverb.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Send {
    /// The reverb's name.
    pub to: String,
    /// dB; −∞ sends nothing.
    pub gain_db: f64,
}

impl Send {
    /// Range of `gain_db`.
    pub const GAIN: Range = Range::new(f64::NEG_INFINITY, 24.0, "dB");

    /// Whether every number is in its range and the reverb is named.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        if self.to.is_empty() {
            return Err(ParameterError::NoName { element: "send", parameter: "to" });
        }
        Self::GAIN.check("send", "gain", self.gain_db)
    }
}

/// The gain at the strip's end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fader {
    /// dB; −∞ is silence.
    pub gain_db: f64,
    /// The same over time, in the place of `gain_db`; without keys it stays.
    pub automation: AutomationCurve,
}

impl Fader {
    /// Range of `gain_db`.
    pub const GAIN: Range = Range::new(f64::NEG_INFINITY, 24.0, "dB");

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        Self::GAIN.check("fader", "gain", self.gain_db)?;
        self.automation.keys().iter().try_for_each(|key| Self::GAIN.check("fader", "value", key.value))
    }
}
