//! Filters: what they are as analogue circuits. `s` is the complex frequency over that of the filter.

use super::{ParameterError, Range};

/// Slopes of high-pass and low-pass filters, dB per octave: Butterworth filters of the first to the eighth order.
pub const SLOPES: [u32; 8] = [6, 12, 18, 24, 30, 36, 42, 48];

/// Filters one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Eq {
    /// In the order in which the sound meets them.
    pub bands: Vec<EqBand>,
}

impl Eq {
    /// Most bands.
    pub const MOST_BANDS: usize = 64;

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        if self.bands.len() > Self::MOST_BANDS {
            let (found, most) = (self.bands.len(), Self::MOST_BANDS);
            return Err(ParameterError::TooMany { element: "eq", found, most });
        }
        self.bands.iter().try_for_each(EqBand::check)
    }
}

/// One filter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EqBand {
    /// Butterworth, −3 dB at its frequency.
    HighPass {
        /// Hz.
        frequency_hz: f64,
        /// dB per octave, one of [`SLOPES`].
        slope: u32,
    },
    /// Butterworth, −3 dB at its frequency.
    LowPass {
        /// Hz.
        frequency_hz: f64,
        /// dB per octave, one of [`SLOPES`].
        slope: u32,
    },
    /// (s² + s A/Q + 1) / (s² + s/(A Q) + 1), A² being its gain.
    Bell {
        /// Hz, where it has its gain.
        frequency_hz: f64,
        /// dB.
        gain_db: f64,
        /// The middle over the distance of the frequencies where it has half its dB.
        q: f64,
    },
    /// A (s² + s √A/Q + A) / (A s² + s √A/Q + 1), A² being its gain.
    LowShelf {
        /// Hz, where it has half its dB.
        frequency_hz: f64,
        /// dB, far below its frequency.
        gain_db: f64,
        /// 0.71 is the steepest without a hump.
        q: f64,
    },
    /// A (A s² + s √A/Q + 1) / (s² + s √A/Q + A), A² being its gain.
    HighShelf {
        /// Hz, where it has half its dB.
        frequency_hz: f64,
        /// dB, far above its frequency.
        gain_db: f64,
        /// 0.71 is the steepest without a hump.
        q: f64,
    },
    /// (s² + 1) / (s² + s/Q + 1): nothing at its frequency.
    Notch {
        /// Hz.
        frequency_hz: f64,
        /// The middle over the distance of the −3 dB frequencies.
        q: f64,
    },
    /// (A s + 1) / (s + A), A being its gain: darker or brighter about a frequency that stays.
    Tilt {
        /// Hz, where the gain is 0 dB.
        frequency_hz: f64,
        /// dB far above the frequency, and as much the other way far below.
        gain_db: f64,
    },
}

impl EqBand {
    /// Range of all frequencies.
    pub const FREQUENCY: Range = Range::new(10.0, 22_000.0, "Hz");
    /// Range of all gains.
    pub const GAIN: Range = Range::new(-30.0, 30.0, "dB");
    /// Range of `q` of bells and notches.
    pub const Q: Range = Range::new(0.1, 40.0, "");
    /// Range of `q` of shelves.
    pub const SHELF_Q: Range = Range::new(0.1, 4.0, "");

    /// `q` of a bell that has none in the file.
    pub const DEFAULT_Q: f64 = 1.0;
    /// `q` of a shelf that has none in the file: the steepest without a hump.
    pub const DEFAULT_SHELF_Q: f64 = std::f64::consts::FRAC_1_SQRT_2;
    /// `q` of a notch that has none in the file.
    pub const DEFAULT_NOTCH_Q: f64 = 10.0;
    /// Slope of a high-pass or low-pass filter that has none in the file, dB per octave.
    pub const DEFAULT_SLOPE: u32 = 12;

    /// Its element in a scene file.
    pub const fn element(&self) -> &'static str {
        match self {
            Self::HighPass { .. } => "highPass",
            Self::LowPass { .. } => "lowPass",
            Self::Bell { .. } => "bell",
            Self::LowShelf { .. } => "lowShelf",
            Self::HighShelf { .. } => "highShelf",
            Self::Notch { .. } => "notch",
            Self::Tilt { .. } => "tilt",
        }
    }

    /// Hz.
    pub const fn frequency_hz(&self) -> f64 {
        match *self {
            Self::HighPass { frequency_hz, .. }
            | Self::LowPass { frequency_hz, .. }
            | Self::Bell { frequency_hz, .. }
            | Self::LowShelf { frequency_hz, .. }
            | Self::HighShelf { frequency_hz, .. }
            | Self::Notch { frequency_hz, .. }
            | Self::Tilt { frequency_hz, .. } => frequency_hz,
        }
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        let element = self.element();
        Self::FREQUENCY.check(element, "frequency", self.frequency_hz())?;
        match *self {
            Self::HighPass { slope, .. } | Self::LowPass { slope, .. } => {
                if SLOPES.contains(&slope) {
                    Ok(())
                } else {
                    Err(ParameterError::Slope { element, found: slope })
                }
            }
            Self::Bell { gain_db, q, .. } => {
                Self::GAIN.check(element, "gain", gain_db)?;
                Self::Q.check(element, "q", q)
            }
            Self::LowShelf { gain_db, q, .. } | Self::HighShelf { gain_db, q, .. } => {
                Self::GAIN.check(element, "gain", gain_db)?;
                Self::SHELF_Q.check(element, "q", q)
            }
            Self::Notch { q, .. } => Self::Q.check(element, "q", q),
            Self::Tilt { gain_db, .. } => Self::GAIN.check(element, "gain", gain_db),
        }
    }
}
