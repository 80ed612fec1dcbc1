//! Gains that follow the level. Levels are those of sample peaks, dBFS; all channels of a strip get the gain of the loudest.
//!
//! Attack and release are the times in which the gain in dB goes 63 % (1 − 1/e) of its way after a step.

use super::{ParameterError, Range};

/// Attack times of all.
const ATTACK: Range = Range::new(0.0, 500.0, "ms");
/// Release times of all.
const RELEASE: Range = Range::new(1.0, 5_000.0, "ms");
/// Look-ahead of all.
const LOOK_AHEAD: Range = Range::new(0.0, 50.0, "ms");
/// Thresholds of all.
const THRESHOLD: Range = Range::new(-100.0, 0.0, "dBFS");
/// Ratios of all; the largest is as good as a wall.
const RATIO: Range = Range::new(1.0, 100.0, "");
/// Knees of all.
const KNEE: Range = Range::new(0.0, 40.0, "dB");

/// Less of what is loud.
#[derive(Clone, Debug, PartialEq)]
pub struct Compressor {
    /// Above it the level is brought down, dBFS.
    pub threshold_db: f64,
    /// So many dB more going in are one dB more coming out.
    pub ratio: f64,
    /// Width of the bend about the threshold, dB.
    pub knee_db: f64,
    /// Milliseconds to come down.
    pub attack_ms: f64,
    /// Milliseconds to come back.
    pub release_ms: f64,
    /// Gain for all that comes out, dB.
    pub makeup_db: f64,
    /// How early the gain moves, milliseconds.
    pub look_ahead_ms: f64,
    /// The role whose sum is listened to instead of the strip itself (`dialogue` ducks music).
    pub key: Option<String>,
}

impl Default for Compressor {
    fn default() -> Self {
        Self {
            threshold_db: -24.0,
            ratio: 3.0,
            knee_db: 6.0,
            attack_ms: 10.0,
            release_ms: 150.0,
            makeup_db: 0.0,
            look_ahead_ms: 0.0,
            key: None,
        }
    }
}

impl Compressor {
    /// Range of `threshold_db`.
    pub const THRESHOLD: Range = THRESHOLD;
    /// Range of `ratio`.
    pub const RATIO: Range = RATIO;
    /// Range of `knee_db`.
    pub const KNEE: Range = KNEE;
    /// Range of `attack_ms`.
    pub const ATTACK: Range = ATTACK;
    /// Range of `release_ms`.
    pub const RELEASE: Range = RELEASE;
    /// Range of `makeup_db`.
    pub const MAKEUP: Range = Range::new(-24.0, 48.0, "dB");
    /// Range of `look_ahead_ms`.
    pub const LOOK_AHEAD: Range = LOOK_AHEAD;

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        Self::THRESHOLD.check("compressor", "threshold", self.threshold_db)?;
        Self::RATIO.check("compressor", "ratio", self.ratio)?;
        Self::KNEE.check("compressor", "knee", self.knee_db)?;
        Self::ATTACK.check("compressor", "attack", self.attack_ms)?;
        Self::RELEASE.check("compressor", "release", self.release_ms)?;
        Self::MAKEUP.check("compressor", "makeup", self.makeup_db)?;
        Self::LOOK_AHEAD.check("compressor", "lookAhead", self.look_ahead_ms)?;
        if self.key.as_ref().is_some_and(String::is_empty) {
            return Err(ParameterError::NoName { element: "compressor", parameter: "key" });
        }
        Ok(())
    }
}

/// Less of what is quiet: an expander, and with a large ratio a gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Below it the level is brought down, dBFS.
    pub threshold_db: f64,
    /// One dB less going in is so many dB less coming out.
    pub ratio: f64,
    /// Width of the bend about the threshold, dB.
    pub knee_db: f64,
    /// The lowest gain, dB.
    pub floor_db: f64,
    /// Milliseconds to open.
    pub attack_ms: f64,
    /// Milliseconds for which it stays open after the last sample that would open it.
    pub hold_ms: f64,
    /// Milliseconds to close.
    pub release_ms: f64,
    /// How early the gain moves, milliseconds.
    pub look_ahead_ms: f64,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            threshold_db: -50.0,
            ratio: 2.0,
            knee_db: 6.0,
            floor_db: -40.0,
            attack_ms: 2.0,
            hold_ms: 50.0,
            release_ms: 150.0,
            look_ahead_ms: 0.0,
        }
    }
}

impl Gate {
    /// Range of `threshold_db`.
    pub const THRESHOLD: Range = THRESHOLD;
    /// Range of `ratio`.
    pub const RATIO: Range = RATIO;
    /// Range of `knee_db`.
    pub const KNEE: Range = KNEE;
    /// Range of `floor_db`.
    pub const FLOOR: Range = Range::new(-120.0, 0.0, "dB");
    /// Range of `attack_ms`.
    pub const ATTACK: Range = ATTACK;
    /// Range of `hold_ms`.
    pub const HOLD: Range = Range::new(0.0, 2_000.0, "ms");
    /// Range of `release_ms`.
    pub const RELEASE: Range = RELEASE;
    /// Range of `look_ahead_ms`.
    pub const LOOK_AHEAD: Range = LOOK_AHEAD;

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        Self::THRESHOLD.check("gate", "threshold", self.threshold_db)?;
        Self::RATIO.check("gate", "ratio", self.ratio)?;
        Self::KNEE.check("gate", "knee", self.knee_db)?;
        Self::FLOOR.check("gate", "floor", self.floor_db)?;
        Self::ATTACK.check("gate", "attack", self.attack_ms)?;
        Self::HOLD.check("gate", "hold", self.hold_ms)?;
        Self::RELEASE.check("gate", "release", self.release_ms)?;
        Self::LOOK_AHEAD.check("gate", "lookAhead", self.look_ahead_ms)
    }
}

/// Less of the sibilants: everything above a frequency comes down when it is loud there.
#[derive(Clone, Debug, PartialEq)]
pub struct DeEsser {
    /// Where sibilants begin, Hz.
    pub frequency_hz: f64,
    /// Level above the frequency over which it comes down, dBFS.
    pub threshold_db: f64,
    /// So many dB more going in are one dB more coming out.
    pub ratio: f64,
    /// The most it takes away, dB.
    pub range_db: f64,
    /// Milliseconds to come down.
    pub attack_ms: f64,
    /// Milliseconds to come back.
    pub release_ms: f64,
    /// How early the gain moves, milliseconds.
    pub look_ahead_ms: f64,
}

impl Default for DeEsser {
    fn default() -> Self {
        Self {
            frequency_hz: 6_000.0,
            threshold_db: -30.0,
            ratio: 4.0,
            range_db: 12.0,
            attack_ms: 1.0,
            release_ms: 60.0,
            look_ahead_ms: 0.0,
        }
    }
}

impl DeEsser {
    /// Range of `frequency_hz`.
    pub const FREQUENCY: Range = Range::new(1_000.0, 16_000.0, "Hz");
    /// Range of `threshold_db`.
    pub const THRESHOLD: Range = THRESHOLD;
    /// Range of `ratio`.
    pub const RATIO: Range = RATIO;
    /// Range of `range_db`.
    pub const RANGE: Range = Range::new(0.0, 40.0, "dB");
    /// Range of `attack_ms`.
    pub const ATTACK: Range = ATTACK;
    /// Range of `release_ms`.
    pub const RELEASE: Range = RELEASE;
    /// Range of `look_ahead_ms`.
    pub const LOOK_AHEAD: Range = LOOK_AHEAD;

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        Self::FREQUENCY.check("deEsser", "frequency", self.frequency_hz)?;
        Self::THRESHOLD.check("deEsser", "threshold", self.threshold_db)?;
        Self::RATIO.check("deEsser", "ratio", self.ratio)?;
        Self::RANGE.check("deEsser", "range", self.range_db)?;
        Self::ATTACK.check("deEsser", "attack", self.attack_ms)?;
        Self::RELEASE.check("deEsser", "release", self.release_ms)?;
        Self::LOOK_AHEAD.check("deEsser", "lookAhead", self.look_ahead_ms)
    }
}
