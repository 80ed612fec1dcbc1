//! `audioBlockFormat` in its five types (BS.2076-2 §5.4.3). [`ObjectsBlock`] is kept small: a film has
//! millions of them, so what few blocks use sits behind one pointer.

use super::{
    AdmId, AdmTime, BlockId, Bound, DirectSpeakersPosition, Gain, ObjectPosition, PolarPosition,
    ScreenEdgeLock, TypeDefinition, Unknown,
};

/// The blocks of a channel; the variant is its `typeDefinition`.
#[derive(Clone, Debug, PartialEq)]
pub enum BlockFormats {
    /// typeLabel 0001.
    DirectSpeakers(Vec<DirectSpeakersBlock>),
    /// typeLabel 0002.
    Matrix(Vec<MatrixBlock>),
    /// typeLabel 0003.
    Objects(Vec<ObjectsBlock>),
    /// typeLabel 0004.
    Hoa(Vec<HoaBlock>),
    /// typeLabel 0005.
    Binaural(Vec<BinauralBlock>),
    /// A typeLabel this edition doesn't know; the blocks are kept as unknown XML.
    Other(Vec<String>),
}

impl BlockFormats {
    /// No blocks yet; `None` is a type that this edition doesn't know.
    pub fn new(type_definition: Option<TypeDefinition>) -> Self {
        match type_definition {
            Some(TypeDefinition::DirectSpeakers) => Self::DirectSpeakers(Vec::new()),
            Some(TypeDefinition::Matrix) => Self::Matrix(Vec::new()),
            Some(TypeDefinition::Objects) => Self::Objects(Vec::new()),
            Some(TypeDefinition::Hoa) => Self::Hoa(Vec::new()),
            Some(TypeDefinition::Binaural) => Self::Binaural(Vec::new()),
            None => Self::Other(Vec::new()),
        }
    }

    /// The type of the channel; `None` for one that this edition doesn't know.
    pub fn type_definition(&self) -> Option<TypeDefinition> {
        match self {
            Self::DirectSpeakers(_) => Some(TypeDefinition::DirectSpeakers),
            Self::Matrix(_) => Some(TypeDefinition::Matrix),
            Self::Objects(_) => Some(TypeDefinition::Objects),
            Self::Hoa(_) => Some(TypeDefinition::Hoa),
            Self::Binaural(_) => Some(TypeDefinition::Binaural),
            Self::Other(_) => None,
        }
    }

    /// Number of blocks.
    pub fn len(&self) -> usize {
        match self {
            Self::DirectSpeakers(blocks) => blocks.len(),
            Self::Matrix(blocks) => blocks.len(),
            Self::Objects(blocks) => blocks.len(),
            Self::Hoa(blocks) => blocks.len(),
            Self::Binaural(blocks) => blocks.len(),
            Self::Other(blocks) => blocks.len(),
        }
    }

    /// There are no blocks.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What every block may have (BS.2076-2 §5.4.3).
#[derive(Clone, Debug, PartialEq)]
pub struct BlockCommon {
    /// `audioBlockFormatID`.
    pub id: BlockId,
    /// Start, counted from the start of the object. `None`: the block lasts as long as the object.
    pub rtime: Option<AdmTime>,
    /// Length.
    pub duration: Option<AdmTime>,
    /// Gain of the block (v2 on types other than Objects).
    pub gain: Gain,
    /// 0…10; 10 by default.
    pub importance: u8,
    /// `jumpPosition` and its `interpolationLength`.
    pub jump_position: JumpPosition,
    /// Keeps its place when the head turns (v2).
    pub head_locked: bool,
}

impl Default for BlockCommon {
    fn default() -> Self {
        Self {
            id: BlockId::default(),
            rtime: None,
            duration: None,
            gain: Gain::default(),
            importance: 10,
            jump_position: JumpPosition::default(),
            head_locked: false,
        }
    }
}

/// `jumpPosition` (BS.2076-2 §9.3).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct JumpPosition {
    /// 1: jump, taking `interpolation_length`; 0: interpolate over the whole block.
    pub flag: bool,
    /// Only meaningful when `flag` is set.
    pub interpolation_length: Option<AdmTime>,
}

/// A block of `typeDefinition` Objects (BS.2076-2 §5.4.3.3).
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectsBlock {
    /// Id, times, gain, importance, jump, head lock.
    pub common: BlockCommon,
    /// Where; the variant is `cartesian`.
    pub position: ObjectPosition,
    /// Degrees (polar) or cube units (Cartesian); 0 is a point.
    pub width: f64,
    /// Degrees (polar) or cube units (Cartesian).
    pub height: f64,
    /// Normalised distance (polar) or cube units (Cartesian).
    pub depth: f64,
    /// 0 direct … 1 diffuse.
    pub diffuse: f64,
    /// Position follows the size of the reproduction screen.
    pub screen_ref: bool,
    /// Sticks to an edge of the screen.
    pub screen_edge_lock: ScreenEdgeLock,
    /// What few blocks have.
    pub special: Option<Box<ObjectsSpecial>>,
}

impl Default for ObjectsBlock {
    /// In front, at distance 1, without size.
    fn default() -> Self {
        Self {
            common: BlockCommon::default(),
            position: ObjectPosition::Polar(PolarPosition { azimuth: 0.0, elevation: 0.0, distance: 1.0 }),
            width: 0.0,
            height: 0.0,
            depth: 0.0,
            diffuse: 0.0,
            screen_ref: false,
            screen_edge_lock: ScreenEdgeLock::default(),
            special: None,
        }
    }
}

/// The parameters of an Objects block that few blocks use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectsSpecial {
    /// `channelLock` 1.
    pub channel_lock: Option<ChannelLock>,
    /// `objectDivergence`.
    pub divergence: Option<ObjectDivergence>,
    /// `zoneExclusion`.
    pub zone_exclusion: Vec<ExclusionZone>,
    /// The texts inside the `zone`s, in the same order; empty when no zone has one. Dolby names its zones there.
    pub zone_names: Vec<String>,
    /// `headphoneVirtualise` (v2).
    pub headphone_virtualise: Option<HeadphoneVirtualise>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `headphoneVirtualise` (BS.2076-2 §9.5): how a binaural renderer may treat the block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeadphoneVirtualise {
    /// Send to the ears without virtualisation.
    pub bypass: bool,
    /// Direct-to-reverberant ratio in dB.
    pub direct_to_reverberant_ratio: Option<f64>,
}

/// `channelLock` (BS.2076-2 §10.2): snap to the nearest loudspeaker.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChannelLock {
    /// Snap only when one is this near; cube units.
    pub max_distance: Option<f64>,
}

/// `objectDivergence` (BS.2076-2 §10.4).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ObjectDivergence {
    /// 0 single source … 1 only the two outer ones.
    pub value: f64,
    /// Degrees, polar. `None`: 45 before BS.2076-2, 0 from it.
    pub azimuth_range: Option<f64>,
    /// Cube units, Cartesian. `None`: 0.
    pub position_range: Option<f64>,
}

/// A `zone` of `zoneExclusion` (BS.2076-2 §10.3): loudspeakers in it are not used.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum ExclusionZone {
    /// A box in cube units.
    Cartesian { min_x: f64, min_y: f64, min_z: f64, max_x: f64, max_y: f64, max_z: f64 },
    /// Degrees; the azimuth range runs anticlockwise from min to max.
    Polar { min_azimuth: f64, max_azimuth: f64, min_elevation: f64, max_elevation: f64 },
}

/// A block of `typeDefinition` DirectSpeakers (BS.2076-2 §5.4.3.1).
#[derive(Clone, Debug, PartialEq)]
pub struct DirectSpeakersBlock {
    /// Id, times, gain, importance.
    pub common: BlockCommon,
    /// `speakerLabel`s in order, plain (`M+030`) or as URN.
    pub speaker_labels: Vec<String>,
    /// Where the loudspeaker is.
    pub position: DirectSpeakersPosition,
    /// Sticks to an edge of the screen.
    pub screen_edge_lock: ScreenEdgeLock,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

impl Default for DirectSpeakersBlock {
    /// In front, at distance 1, without label.
    fn default() -> Self {
        let exactly = |value| Bound { value, min: None, max: None };
        Self {
            common: BlockCommon::default(),
            speaker_labels: Vec::new(),
            position: DirectSpeakersPosition::Polar {
                azimuth: exactly(0.0),
                elevation: exactly(0.0),
                distance: exactly(1.0),
            },
            screen_edge_lock: ScreenEdgeLock::default(),
            unknown: Unknown::default(),
        }
    }
}

/// A block of `typeDefinition` HOA (BS.2076-2 §5.4.3.4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HoaBlock {
    /// Id, times, gain, importance.
    pub common: BlockCommon,
    /// Order of the component.
    pub order: Option<i32>,
    /// Degree of the component, −order…order.
    pub degree: Option<i32>,
    /// `equation`, never evaluated.
    pub equation: Option<String>,
    /// `N3D`, `SN3D`, `FuMa`; the pack's when absent, then SN3D.
    pub normalization: Option<String>,
    /// Metres; 0 or none means no near-field compensation.
    pub nfc_ref_dist: Option<f64>,
    /// Scene follows the size of the screen.
    pub screen_ref: Option<bool>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// A block of `typeDefinition` Binaural (BS.2076-2 §5.4.3.5).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BinauralBlock {
    /// Id, times, gain, importance.
    pub common: BlockCommon,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// A block of `typeDefinition` Matrix (BS.2076-2 §5.4.3.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatrixBlock {
    /// Id, times, gain, importance.
    pub common: BlockCommon,
    /// `outputChannelFormatIDRef`: the channel that a decode or direct matrix makes.
    pub output_channel_format: Option<AdmId>,
    /// The `coefficient`s of `matrix`.
    pub matrix: Vec<MatrixCoefficient>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// One `coefficient` of a matrix (BS.2076-2 §5.4.3.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatrixCoefficient {
    /// The text of the element: an `audioChannelFormatID`.
    pub input_channel_format: AdmId,
    /// Factor; 1 by default.
    pub gain: Option<Gain>,
    /// Degrees.
    pub phase: Option<f64>,
    /// Milliseconds.
    pub delay: Option<f64>,
    /// Name of a variable gain.
    pub gain_var: Option<String>,
    /// Name of a variable phase.
    pub phase_var: Option<String>,
    /// Name of a variable delay.
    pub delay_var: Option<String>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}
