//! Objects (BS.2076-2 §5.6).

use super::{Label, Unknown};
use crate::adm::{AdmId, AdmTime, Gain, PositionOffset};

/// `audioObject` (BS.2076-2 §5.6).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioObject {
    /// `audioObjectID`.
    pub id: AdmId,
    /// `audioObjectName`.
    pub name: String,
    /// Start in the programme.
    pub start: Option<AdmTime>,
    /// Length; to the end of the programme when absent.
    pub duration: Option<AdmTime>,
    /// `dialogue`: 0, 1 or 2.
    pub dialogue: Option<u8>,
    /// 0…10.
    pub importance: Option<u8>,
    /// The user may interact.
    pub interact: Option<bool>,
    /// No ducking.
    pub disable_ducking: Option<bool>,
    /// `audioObjectLabel`s (v2).
    pub labels: Vec<Label>,
    /// `audioComplementaryObjectGroupLabel`s (v2).
    pub complementary_group_labels: Vec<Label>,
    /// `audioPackFormatIDRef`s.
    pub pack_formats: Vec<AdmId>,
    /// `audioObjectIDRef`s: nested objects.
    pub objects: Vec<AdmId>,
    /// `audioComplementaryObjectIDRef`s.
    pub complementary_objects: Vec<AdmId>,
    /// `audioTrackUIDRef`s; `ATU_00000000` is a silent track.
    pub track_uids: Vec<AdmId>,
    /// `audioObjectInteraction`.
    pub interaction: Option<ObjectInteraction>,
    /// `gain` (v2).
    pub gain: Option<Gain>,
    /// `mute` (v2).
    pub mute: Option<bool>,
    /// `headLocked` (v2).
    pub head_locked: Option<bool>,
    /// `positionOffset` (v2).
    pub position_offset: Option<PositionOffset>,
    /// `alternativeValueSet`s (v2).
    pub alternative_value_sets: Vec<AlternativeValueSet>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `alternativeValueSet` of an object (BS.2076-2 §5.6.5): values that a programme or content may choose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlternativeValueSet {
    /// `alternativeValueSetID`.
    pub id: AdmId,
    /// `label`s.
    pub labels: Vec<Label>,
    /// Replaces the object's gain.
    pub gain: Option<Gain>,
    /// Replaces the object's mute.
    pub mute: Option<bool>,
    /// Replaces the object's offset.
    pub position_offset: Option<PositionOffset>,
    /// Replaces the object's interaction.
    pub interaction: Option<ObjectInteraction>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `audioObjectInteraction` (BS.2076-2 §5.6.4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectInteraction {
    /// `onOffInteract`.
    pub on_off: bool,
    /// `gainInteract`.
    pub gain: Option<bool>,
    /// `positionInteract`.
    pub position: Option<bool>,
    /// `gainInteractionRange`: min and max.
    pub gain_range: (Option<Gain>, Option<Gain>),
    /// `positionInteractionRange`: coordinate, bound (`min`/`max`), value; in file order.
    pub position_range: Vec<(String, String, f64)>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}
