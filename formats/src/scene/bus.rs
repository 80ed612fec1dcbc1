//! Buses of roles, reverbs and groups: what tracks share.

use super::chain::{self, Chain, Range};
use super::{BedLayout, Kept, Role};

/// What is done to all tracks of a role together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bus {
    /// The role.
    pub role: Role,
    /// What is done.
    pub chain: Chain,
    /// What the chain's elements have that this edition doesn't know.
    pub chain_kept: Kept,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// Tracks that are muted, soloed and turned up together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Its name, different from that of every other group.
    pub name: String,
    /// None of its tracks is heard.
    pub mute: bool,
    /// All of its tracks are soloed.
    pub solo: bool,
    /// dB.
    pub gain_db: f64,
    /// What this edition doesn't know.
    pub kept: Kept,
}

impl Group {
    /// Range of `gain_db`.
    pub const GAIN: Range = Range::new(f64::NEG_INFINITY, 24.0, "dB");
}

/// A room that tracks send to.
#[derive(Clone, Debug, PartialEq)]
pub struct ReverbUnit {
    /// Its name, different from that of every other reverb.
    pub name: String,
    /// What it returns to.
    pub returns: ReverbReturn,
    /// What makes the reverberation.
    pub reverb: chain::Reverb,
    /// What the element of `reverb` has that this edition doesn't know.
    pub reverb_kept: Kept,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// Where a reverb comes back from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReverbReturn {
    /// The loudspeakers of a bed. The LFE stays silent.
    Bed(BedLayout),
    /// Objects around the listener, evenly on a circle, the first half a step to the left of the front.
    Objects {
        /// How many, 1…[`ReverbReturn::MOST_OBJECTS`].
        count: u8,
        /// Degrees, how high the circle is.
        elevation: f64,
    },
}

impl ReverbReturn {
    /// Most objects that a reverb returns to.
    pub const MOST_OBJECTS: u8 = 24;
    /// Range of `elevation`.
    pub const ELEVATION: Range = Range::new(-90.0, 90.0, "degrees");

    /// Channels that the reverb has to make.
    pub fn channels(self) -> usize {
        match self {
            Self::Bed(layout) => layout.channels(),
            Self::Objects { count, .. } => usize::from(count),
        }
    }

    /// Azimuth in degrees, positive to the left, of the object `index` of `count`; within ±180.
    pub fn azimuth(index: u8, count: u8) -> f64 {
        let step = 360.0 / f64::from(count.max(1));
        let azimuth = step * (f64::from(index) + 0.5);
        if azimuth > 180.0 { azimuth - 360.0 } else { azimuth }
    }
}
