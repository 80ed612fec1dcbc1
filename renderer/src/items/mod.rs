//! What to render (BS.2127-1 §5): from an ADM document and its chna to a list of [`RenderItem`]s, each a
//! set of tracks and the metadata that goes with them. [`select`] is the door.
//!
//! ```text
//!  Document ── graph ── object_paths, complementary ── pack_selection ──┬── select ── timing_fixes ── items
//!                        object_values, role            pack_tree       ├── hoa
//!                                                       pack_allocation └── matrix
//! ```
//!
//! Documents are hostile: references may loop, fan out or lead nowhere. No walk uses the call stack for
//! the depth of a file, and all share one budget of steps.

mod complementary;
mod error;
mod graph;
mod hoa;
mod matrix;
mod object_paths;
mod object_values;
mod pack_allocation;
mod pack_selection;
mod pack_tree;
mod position_offsets;
mod role;
mod select;
mod timing;
mod timing_fixes;
mod validate;

pub use error::Error;
pub use hoa::MAX_ORDER;
pub use role::Role;
pub use select::{SelectOptions, select};

use std::sync::Arc;

use formats::adm::{
    AdmId, AdmTime, AudioChannelFormat, Frequency, MatrixCoefficient, PositionOffset, Screen,
};

/// One thing to render, by type.
#[derive(Clone, Debug, PartialEq)]
pub enum RenderItem {
    /// A mono object.
    Objects(ObjectsItem),
    /// One channel of a bed.
    DirectSpeakers(DirectSpeakersItem),
    /// A whole HOA scene.
    Hoa(HoaItem),
    /// One ear of a binaural pair.
    Binaural(BinauralItem),
}

/// Where a track's samples come from (BS.2127-1 §5.1).
#[derive(Clone, Debug, PartialEq)]
pub enum TrackSpec {
    /// A track of the file, counted from 0.
    Direct(usize),
    /// All zeros.
    Silent,
    /// Another track through the parameters of a matrix coefficient.
    Matrix(Box<TrackSpec>, MatrixCoefficient),
    /// The sum of several, in this order.
    Mix(Vec<TrackSpec>),
    /// Another track times a factor (a matrix block's gain).
    Gain(Box<TrackSpec>, f64),
}

/// The elements an item comes from, outermost first: for messages, roles and importance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemPath {
    /// The programme, unless the file has none.
    pub programme: Option<AdmId>,
    /// The content, unless the file has none.
    pub content: Option<AdmId>,
    /// Objects from the content's down to the one that holds the tracks; empty for chna-only files.
    pub objects: Vec<AdmId>,
    /// Packs from the object's down to the one that lists the channel.
    pub pack_formats: Vec<AdmId>,
}

/// The least importance along the path, per kind (BS.2127-1 §5.3.1); `None` is "not stated".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Importance {
    /// Of the objects on the path.
    pub object: Option<u8>,
    /// Of the packs on the path.
    pub pack_format: Option<u8>,
}

/// What an item inherits from outside its blocks (BS.2127-1 §5.1, `ExtraData`).
#[derive(Clone, Debug, PartialEq)]
pub struct ItemContext {
    /// Where it comes from.
    pub path: ItemPath,
    /// What it is for.
    pub role: Role,
    /// Importance of its objects and packs.
    pub importance: Importance,
    /// Start of the innermost object; 0 when absent.
    pub object_start: Option<AdmTime>,
    /// Its duration; to the end of the file when absent.
    pub object_duration: Option<AdmTime>,
    /// Product of the gains of the objects and alternative value sets; 0 when one of them is muted.
    pub object_gain: f64,
    /// Added to every position.
    pub position_offset: Option<PositionOffset>,
    /// The object stays in place when the head turns.
    pub head_locked: bool,
    /// The programme's reference screen.
    pub reference_screen: Screen,
    /// The pack's `absoluteDistance`, metres.
    pub absolute_distance: Option<f64>,
    /// Edition of BS.2076 the document follows (1 without a `version`); some defaults depend on it.
    pub adm_version: u8,
}

impl Default for ItemContext {
    /// What an item inherits in a document of the first edition that says nothing.
    fn default() -> Self {
        Self {
            path: ItemPath::default(),
            role: Role::default(),
            importance: Importance::default(),
            object_start: None,
            object_duration: None,
            object_gain: 1.0,
            position_offset: None,
            head_locked: false,
            reference_screen: Screen::default(),
            absolute_distance: None,
            adm_version: 1,
        }
    }
}

/// An Objects channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectsItem {
    /// Its samples.
    pub track: TrackSpec,
    /// Its blocks; always of the Objects type.
    pub channel: Arc<AudioChannelFormat>,
    /// What it inherits.
    pub context: ItemContext,
}

/// A DirectSpeakers channel.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectSpeakersItem {
    /// Its samples.
    pub track: TrackSpec,
    /// Its blocks; always of the DirectSpeakers type.
    pub channel: Arc<AudioChannelFormat>,
    /// What it inherits.
    pub context: ItemContext,
    /// The outermost pack when it is a BS.2094 common definition, e.g. `AP_00010003`: mapping rules may
    /// apply to it (BS.2127-1 §8).
    pub common_pack: Option<AdmId>,
}

/// A HOA scene: several channels that are decoded together.
#[derive(Clone, Debug, PartialEq)]
pub struct HoaItem {
    /// Its components in file order.
    pub channels: Vec<HoaChannel>,
    /// `N3D`, `SN3D` or `FuMa`, common to all.
    pub normalization: String,
    /// Metres; `None` is no near-field compensation.
    pub nfc_ref_dist: Option<f64>,
    /// Common to all.
    pub screen_ref: bool,
    /// Start within the object, when the block is timed.
    pub rtime: Option<AdmTime>,
    /// Length, when the block is timed.
    pub duration: Option<AdmTime>,
    /// What it inherits.
    pub context: ItemContext,
}

/// One component of a [`HoaItem`].
#[derive(Clone, Debug, PartialEq)]
pub struct HoaChannel {
    /// Its samples.
    pub track: TrackSpec,
    /// Order, 0….
    pub order: i32,
    /// Degree, −order…order.
    pub degree: i32,
    /// The block's gain, linear.
    pub gain: f64,
    /// The block's importance.
    pub importance: u8,
    /// Importance of this channel's objects and packs.
    pub path_importance: Importance,
    /// For messages.
    pub channel: AdmId,
}

/// One ear of a Binaural pair.
#[derive(Clone, Debug, PartialEq)]
pub struct BinauralItem {
    /// Its samples.
    pub track: TrackSpec,
    /// Its blocks; always of the Binaural type.
    pub channel: Arc<AudioChannelFormat>,
    /// What it inherits.
    pub context: ItemContext,
    /// The left ear.
    pub left: bool,
}

impl RenderItem {
    /// What the item inherits from outside its blocks.
    pub fn context(&self) -> &ItemContext {
        match self {
            Self::Objects(item) => &item.context,
            Self::DirectSpeakers(item) => &item.context,
            Self::Hoa(item) => &item.context,
            Self::Binaural(item) => &item.context,
        }
    }
}

impl ObjectsItem {
    /// Band limits of its channel.
    pub fn frequency(&self) -> Frequency {
        self.channel.frequency
    }
}

#[cfg(test)]
mod tests;
