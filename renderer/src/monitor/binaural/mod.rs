//! Headphones: the scene to two ears.
//!
//! ```text
//!  Objects, DirectSpeakers ── one feed each, at its own direction ─────┐
//!  size, diffuse ──────────── 22 virtual loudspeakers (9+10+3) ────────┤ stage: each feed from its direction
//!  HOA ────────────────────── its components, turned with the head ────┤        to two ears
//!  LFE ────────────────────── both ears alike ─────────────────────────┤
//!  all of these but LFE ───── 11 directions of a built-in room ────────┤        │
//!  Binaural, mode off ─────── the ears themselves ─────────────────────┘        │
//!                                                   correction of the headphones ┴─ output
//! ```
//!
//! That is the path [`BinauralPath::Objects`]; [`BinauralPath::Speakers`] pans everything to a loudspeaker layout
//! as if it stood in a room, and gives every loudspeaker its direction; what many of them carry at once is as loud as in a
//! room (`build_up`). In a room that was measured the loudspeakers are
//! those that were measured, whatever the path.
//!
//! Levels are the mixer's: a position changes what the head does to a sound, never its gain. Distances are heard
//! as BS.2127 renders them, by the width that a source has when it comes near. The output is in time with
//! loudspeakers: sound from straight ahead is at the ears when it is at a loudspeaker.

mod build_up;
mod design;
mod feeds;
mod head;
mod panner;
mod room;
mod scene;
mod spread;
mod spread_table;
mod stage;

use formats::bw64::chunks::dbmd::BinauralRenderMode;
use std::sync::Arc;

use hrtf::HrtfSet;

use crate::layout::Layout;
use crate::monitor::headphone_eq::HeadphoneEq;

pub use head::{Head, HeadTrackError};
pub use room::{MeasuredSound, RoomError, RoomSound};
pub(crate) use stage::Stage;

/// How to render to headphones.
#[derive(Clone, Debug)]
pub struct Headphones {
    /// The listener's ears, at any sampling rate.
    pub set: Arc<HrtfSet>,
    /// What gets a direction of its own.
    pub path: BinauralPath,
    /// The mode of everything; `None`: what the scene says, [`Headphones::track_modes`] included.
    pub mode: Option<HeadphoneMode>,
    /// The mode of each track of the file, where its `dbmd` chunk says one.
    pub track_modes: Vec<Option<HeadphoneMode>>,
    /// Where the listener looks.
    pub head: Head,
    /// The room round the listener; `None` is dry.
    pub room: Option<RoomSound>,
    /// What the headphones' own tone is corrected by.
    pub equaliser: Option<Arc<HeadphoneEq>>,
}

/// What gets a direction of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum BinauralPath {
    /// Every object and every bed channel.
    #[default]
    Objects,
    /// The loudspeakers of a layout, which everything is panned to. Modes have no effect.
    Speakers(Layout),
}

/// How one object or bed channel is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadphoneMode {
    /// As stereo pans it, without a head.
    Off,
    /// From its direction, near.
    Near,
    /// From its direction, at a middling distance.
    Mid,
    /// From its direction, far away.
    Far,
}

impl HeadphoneMode {
    /// The mode of a render mode of Dolby's, if that says one.
    pub fn of_dolby_code(mode: BinauralRenderMode) -> Option<Self> {
        match mode {
            BinauralRenderMode::Off => Some(Self::Off),
            BinauralRenderMode::Near => Some(Self::Near),
            BinauralRenderMode::Mid => Some(Self::Mid),
            BinauralRenderMode::Far => Some(Self::Far),
            BinauralRenderMode::NotIndicated => None,
        }
    }

    /// The render mode of Dolby's that means this, or the one that means none.
    pub fn to_dolby_code(mode: Option<Self>) -> BinauralRenderMode {
        match mode {
            None => BinauralRenderMode::NotIndicated,
            Some(Self::Off) => BinauralRenderMode::Off,
            Some(Self::Near) => BinauralRenderMode::Near,
            Some(Self::Mid) => BinauralRenderMode::Mid,
            Some(Self::Far) => BinauralRenderMode::Far,
        }
    }

    /// The mode that a `dbmd` chunk calls so, if it says one.
    pub fn of_dolby(name: &str) -> Option<Self> {
        match name {
            "off" => Some(Self::Off),
            "near" => Some(Self::Near),
            "mid" => Some(Self::Mid),
            "far" => Some(Self::Far),
            _ => None,
        }
    }
}

impl Headphones {
    /// The same with the built-in head, its mean tone taken out: what is meant where no set is chosen.
    pub fn built_in() -> Self {
        Self::new(Arc::new(HrtfSet::built_in().diffuse_field_equalised()))
    }

    /// Every object from its own direction, to a head that looks ahead.
    pub fn new(set: Arc<HrtfSet>) -> Self {
        Self {
            set,
            path: BinauralPath::default(),
            mode: None,
            track_modes: Vec::new(),
            head: Head::default(),
            room: None,
            equaliser: None,
        }
    }
}

impl PartialEq for Headphones {
    /// The same set, not an equal one.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.set, &other.set)
            && (&self.path, self.mode, &self.head) == (&other.path, other.mode, &other.head)
            && self.track_modes == other.track_modes
            && self.equaliser == other.equaliser
            && self.room == other.room
    }
}

#[cfg(test)]
mod tests;
