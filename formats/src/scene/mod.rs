//! The scene: stems, what is done to them, where they are in the room, and what is delivered; a readable XML file beside
//! its stems (docs/scene-format.md).
//!
//! ```text
//!  scene.xml ── Scene ── tracks: clips ── chain ── object, bed or HOA
//!                  │       groups, buses of roles, reverbs
//!                  └────── picture, markers, programmes, deliverables
//! ```
//!
//! All times are exact and count from the start of the scene, which is the start of the picture.

mod automation;
mod bed_table;
mod beds;
mod bus;
pub mod chain;
mod deliverable;
mod files;
mod guess;
mod kept;
pub mod limits;
mod loudspeakers;
mod migrate;
mod object;
mod parameter_table;
mod parted;
mod read;
mod role;
mod time;
mod to_adm;
mod track;
#[rustfmt::skip]
mod words_table;
mod write;

#[cfg(test)]
mod tests;

pub use automation::{AutomationCurve, Key, KeyOrderError, Shape};
pub use beds::BedLayout;
pub use bus::{Bus, Group, ReverbReturn, ReverbUnit};
pub use deliverable::Deliverable;
pub use files::{SoundHead, check_files, check_files_by, is_outside, resolve};
pub use guess::{Guess, Placement, language, language_name, placement, role};
pub use kept::{Kept, KeptNode};
pub use loudspeakers::{Loudspeaker, Loudspeakers};
pub use migrate::VERSION;
pub use object::{Automation, BinauralMode, Coordinates, Object, ObjectParameter, ParameterKind, Zone};
pub use parted::Parted;
pub use read::{Mistake, Mistakes, Place, Places, Reading, is_scene, read};
pub use role::Role;
pub use time::{LONGEST_SECONDS, Notation, Origin, Time, TimeFault};
pub use to_adm::{CHORD_BOUNDS, ChordBounds, Edition, Feed, MOST_TRACKS, Return, ToAdmError, VirtualMaster};
pub use track::{Bed, Binaural, Clip, Fade, FadeShape, Hoa, HoaComponent, Normalization, Spatial, Track};
pub use write::write;

use std::num::NonZeroU32;

use crate::adm::Screen;
use crate::timecode::{FrameCode, FrameRate};

/// The schema of scene files, XML Schema 1.0.
pub const SCHEMA: &str = include_str!("scene.xsd");

/// A scene, as its file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// What it is called.
    pub name: String,
    /// Hz, of the mix and of the stems.
    pub sample_rate: NonZeroU32,
    /// How long it is; to the end of the last clip and of what it leaves ringing when absent.
    pub length: Option<Time>,
    /// The picture it goes with.
    pub picture: Option<Picture>,
    /// Places with a name.
    pub markers: Vec<Marker>,
    /// The programmes of the master, the main one first; one for everything when there are none.
    pub programmes: Vec<Programme>,
    /// Tracks that are muted, soloed and turned up together.
    pub groups: Vec<Group>,
    /// The strips of the desk.
    pub tracks: Vec<Track>,
    /// What is done to all tracks of a role.
    pub buses: Vec<Bus>,
    /// Rooms to send to.
    pub reverbs: Vec<ReverbUnit>,
    /// What is delivered.
    pub deliverables: Vec<Deliverable>,
    /// What this edition doesn't know.
    pub kept: Kept,
}

impl Scene {
    /// The rate where a file doesn't say.
    pub const DEFAULT_SAMPLE_RATE: NonZeroU32 = match NonZeroU32::new(48_000) {
        Some(rate) => rate,
        None => NonZeroU32::MIN,
    };
    /// The rates that a scene may have, Hz.
    pub const SAMPLE_RATES: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

    /// Whether a track is heard: neither it nor its group is muted, and where anything is soloed, it or its group is.
    pub fn is_heard(&self, track: &Track) -> bool {
        let group_of =
            |track: &Track| self.groups.iter().find(|group| Some(&group.name) == track.group.as_ref());
        let is_soloed = |track: &Track| track.solo || group_of(track).is_some_and(|group| group.solo);
        let is_muted = track.mute || group_of(track).is_some_and(|group| group.mute);
        !is_muted && (is_soloed(track) || !self.tracks.iter().any(is_soloed))
    }
}

impl Default for Scene {
    /// Nothing at 48 kHz.
    fn default() -> Self {
        Self {
            name: String::new(),
            sample_rate: Self::DEFAULT_SAMPLE_RATE,
            length: None,
            picture: None,
            markers: Vec::new(),
            programmes: Vec::new(),
            groups: Vec::new(),
            tracks: Vec::new(),
            buses: Vec::new(),
            reverbs: Vec::new(),
            deliverables: Vec::new(),
            kept: Kept::default(),
        }
    }
}

/// The picture that a scene goes with.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Its frames per second.
    pub frame_rate: FrameRate,
    /// The timecode of its first frame, where the scene starts.
    pub start: FrameCode,
    /// First frame of action.
    pub ffoa: Option<Time>,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// A place in the scene with a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marker {
    /// Where.
    pub time: Time,
    /// What is there.
    pub name: String,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// A programme of the master: one way to hear the scene.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Programme {
    /// Its name, different from that of every other programme.
    pub name: String,
    /// ISO 639 code.
    pub language: Option<String>,
    /// The screen that its places go by (`audioProgrammeReferenceScreen`); that of BS.2076-2 when absent.
    pub screen: Option<ReferenceScreen>,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// The screen of a programme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReferenceScreen {
    /// Where it is and how large.
    pub screen: Screen,
    /// What this edition doesn't know.
    pub kept: Kept,
}
