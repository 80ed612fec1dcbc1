//! Rooms to send to.

use super::{ParameterError, Range};

/// What makes the reverberation of a room.
#[derive(Clone, Debug, PartialEq)]
pub enum Reverb {
    /// An artificial room.
    Fdn(Fdn),
    /// A measured one.
    Convolution(Convolution),
}

impl Reverb {
    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        match self {
            Self::Fdn(fdn) => fdn.check(),
            Self::Convolution(convolution) => convolution.check(),
        }
    }
}

/// An artificial room: a network of delays that feed each other. Its decays are reverberation times (to −60 dB).
#[derive(Clone, Debug, PartialEq)]
pub struct Fdn {
    /// Mean distance between walls, metres: how dense the echoes are.
    pub size_m: f64,
    /// Decay below `low_hz`, seconds.
    pub decay_low_s: f64,
    /// Decay between `low_hz` and `high_hz`, seconds.
    pub decay_mid_s: f64,
    /// Decay above `high_hz`, seconds.
    pub decay_high_s: f64,
    /// Where the low band ends, Hz.
    pub low_hz: f64,
    /// Where the high band begins, Hz.
    pub high_hz: f64,
    /// Silence before the room answers, milliseconds.
    pub pre_delay_ms: f64,
    /// Level of what returns, dB.
    pub gain_db: f64,
}

impl Default for Fdn {
    fn default() -> Self {
        Self {
            size_m: 15.0,
            decay_low_s: 2.0,
            decay_mid_s: 1.6,
            decay_high_s: 0.9,
            low_hz: 250.0,
            high_hz: 4_000.0,
            pre_delay_ms: 20.0,
            gain_db: 0.0,
        }
    }
}

impl Fdn {
    /// Range of `size_m`.
    pub const SIZE: Range = Range::new(2.0, 100.0, "m");
    /// Range of the three decays.
    pub const DECAY: Range = Range::new(0.1, 20.0, "s");
    /// Range of `low_hz`.
    pub const LOW: Range = Range::new(50.0, 1_000.0, "Hz");
    /// Range of `high_hz`.
    pub const HIGH: Range = Range::new(1_500.0, 12_000.0, "Hz");
    /// Range of `pre_delay_ms`.
    pub const PRE_DELAY: Range = Range::new(0.0, 500.0, "ms");
    /// Range of `gain_db`.
    pub const GAIN: Range = Range::new(-60.0, 24.0, "dB");

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        Self::SIZE.check("fdn", "size", self.size_m)?;
        Self::DECAY.check("fdn", "decayLow", self.decay_low_s)?;
        Self::DECAY.check("fdn", "decayMid", self.decay_mid_s)?;
        Self::DECAY.check("fdn", "decayHigh", self.decay_high_s)?;
        Self::LOW.check("fdn", "low", self.low_hz)?;
        Self::HIGH.check("fdn", "high", self.high_hz)?;
        Self::PRE_DELAY.check("fdn", "preDelay", self.pre_delay_ms)?;
        Self::GAIN.check("fdn", "gain", self.gain_db)
    }
}

/// A measured room: convolution with a file of responses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Convolution {
    /// The file, as the scene names it; its channels are those of the return, or it has one for all of them.
    pub file: String,
    /// Silence before the room answers, milliseconds.
    pub pre_delay_ms: f64,
    /// Level of what returns, dB.
    pub gain_db: f64,
}

impl Convolution {
    /// Range of `pre_delay_ms`.
    pub const PRE_DELAY: Range = Fdn::PRE_DELAY;
    /// Range of `gain_db`.
    pub const GAIN: Range = Fdn::GAIN;

    /// Whether every number is in its range and the file is named.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        if self.file.is_empty() {
            return Err(ParameterError::NoName { element: "convolution", parameter: "file" });
        }
        Self::PRE_DELAY.check("convolution", "preDelay", self.pre_delay_ms)?;
        Self::GAIN.check("convolution", "gain", self.gain_db)
    }
}
