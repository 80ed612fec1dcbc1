//! Channels for loudspeakers of any places and names (`typeDefinition` DirectSpeakers, BS.2076-2 §5.4.3.1): what a bed is
//! whose layout has no name.

use super::Kept;
use super::chain::Range;
use crate::adm::{Bound, DirectSpeakersPosition, Frequency, ScreenEdgeLock};

/// One channel for each loudspeaker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loudspeakers {
    /// The loudspeakers, in the order of the channels.
    pub channels: Vec<Loudspeaker>,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// A loudspeaker that a channel is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Loudspeaker {
    /// `speakerLabel`s, plain (`M+030`) or as URN; without white space.
    pub labels: Vec<String>,
    /// Where it is, with the bounds of where it may be.
    pub position: DirectSpeakersPosition,
    /// Sticks to an edge of the screen.
    pub screen_edge_lock: ScreenEdgeLock,
    /// Band limits; a low pass says that it is for low frequency effects.
    pub frequency: Frequency,
    /// dB.
    pub gain_db: f64,
    /// Polarity turned over.
    pub invert: bool,
    /// 0…10.
    pub importance: u8,
    /// Stays when the head turns.
    pub head_locked: bool,
    /// What this edition doesn't know.
    pub kept: Kept,
}

impl Loudspeaker {
    /// Range of `gain_db`.
    pub const GAIN: Range = Range::new(f64::NEG_INFINITY, 60.0, "dB");
    /// Range of the band limits.
    pub const FREQUENCY: Range = Range::new(0.0, 192_000.0, "Hz");
    /// A low pass up to here is that of an LFE, Hz (BS.2127-1 §8).
    const LFE: f64 = 200.0;

    /// It is one for low frequency effects.
    pub fn is_lfe(&self) -> bool {
        let is_low = self.frequency.low_pass.is_some_and(|frequency| frequency <= Self::LFE);
        self.labels.iter().any(|label| label.contains("LFE")) || is_low && self.frequency.high_pass.is_none()
    }
}

impl Default for Loudspeaker {
    /// In front.
    fn default() -> Self {
        let exactly = |value| Bound { value, min: None, max: None };
        Self {
            labels: Vec::new(),
            position: DirectSpeakersPosition::Polar {
                azimuth: exactly(0.0),
                elevation: exactly(0.0),
                distance: exactly(1.0),
            },
            screen_edge_lock: ScreenEdgeLock::default(),
            frequency: Frequency::default(),
            gain_db: 0.0,
            invert: false,
            importance: 10,
            head_locked: false,
            kept: Kept::default(),
        }
    }
}
