//! The elements of an ADM document, from `audioProgramme` down to `audioTrackUID` (BS.2076-2 §5).

use std::sync::Arc;

use super::{AdmId, AdmTime, BlockFormats, Gain, PositionOffset, Screen};

/// Attributes and child elements that this edition of the model doesn't know, kept word for word so
/// that nothing is lost between reading and writing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown {
    /// Name and value, in file order.
    pub attributes: Vec<(String, String)>,
    /// Whole elements as XML text, in file order.
    pub elements: Vec<String>,
}

/// `audioFormatExtended`: a whole ADM document (BS.2076-2 §5.10).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The `version` attribute, e.g. `ITU-R_BS.2076-2`; `None` is version 1.
    pub version: Option<String>,
    /// Programmes in file order.
    pub programmes: Vec<AudioProgramme>,
    /// Contents in file order.
    pub contents: Vec<AudioContent>,
    /// Objects in file order.
    pub objects: Vec<AudioObject>,
    /// Packs in file order.
    pub pack_formats: Vec<AudioPackFormat>,
    /// Channels in file order; shared, because render items hold on to them.
    pub channel_formats: Vec<Arc<AudioChannelFormat>>,
    /// Streams in file order.
    pub stream_formats: Vec<AudioStreamFormat>,
    /// Track formats in file order.
    pub track_formats: Vec<AudioTrackFormat>,
    /// Track UIDs in file order.
    pub track_uids: Vec<AudioTrackUid>,
    /// `profileList` (v2).
    pub profiles: Vec<Profile>,
    /// `tagList` (v2).
    pub tags: Vec<TagGroup>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
    /// What stands around it in the file, so that it can be written back; not part of the ADM.
    pub envelope: Option<Box<Envelope>>,
}

/// The XML around `audioFormatExtended`: an EBU Core or ITU document, a frame, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Everything before its start tag.
    pub before: String,
    /// Everything after its end tag.
    pub after: String,
    /// The namespace declarations in force there: attribute (`xmlns:xsi`) and address.
    pub namespaces: Vec<(String, String)>,
    /// The namespace declarations on its own start tag.
    pub declared: Vec<(String, String)>,
    /// The prefix of its own name (`adm` in `adm:audioFormatExtended`); empty when it has none.
    pub prefix: String,
}

/// The newest edition of BS.2076 that is known here.
const NEWEST_EDITION: u32 = 2;

/// What the `version` attribute of BS.2076 starts with; the edition follows.
const VERSION_PREFIX: &str = "ITU-R_BS.2076-";

impl Document {
    /// The edition of BS.2076 that the document claims: 1 without a `version`, the newest known for a version that
    /// is not understood.
    pub fn adm_version(&self) -> u32 {
        match self.version.as_deref() {
            None => 1,
            Some(version) => edition(version).unwrap_or(NEWEST_EDITION),
        }
    }
}

/// The edition in a `version` attribute; `None` when it is not a known one of BS.2076.
pub(super) fn edition(version: &str) -> Option<u32> {
    match version.strip_prefix(VERSION_PREFIX)? {
        "0" | "1" => Some(1),
        "2" => Some(NEWEST_EDITION),
        _ => None,
    }
}

/// The five `typeDefinition`s and their `typeLabel`s (BS.2076-2 §5.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum TypeDefinition {
    DirectSpeakers = 1,
    Matrix = 2,
    Objects = 3,
    Hoa = 4,
    Binaural = 5,
}

impl TypeDefinition {
    /// The five, in the order of their labels.
    pub const ALL: [Self; 5] = [Self::DirectSpeakers, Self::Matrix, Self::Objects, Self::Hoa, Self::Binaural];

    /// The type of a `typeLabel`; the same number leads the digits of pack, channel, stream and track ids.
    pub fn from_label(label: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u32 == label)
    }

    /// The type of a `typeDefinition`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The `typeDefinition`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DirectSpeakers => "DirectSpeakers",
            Self::Matrix => "Matrix",
            Self::Objects => "Objects",
            Self::Hoa => "HOA",
            Self::Binaural => "Binaural",
        }
    }
}

/// `label` with its `language` (v2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Label {
    /// ISO 639 code.
    pub language: Option<String>,
    /// The text.
    pub text: String,
}

/// `audioProgramme` (BS.2076-2 §5.8).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioProgramme {
    /// `audioProgrammeID`.
    pub id: AdmId,
    /// `audioProgrammeName`.
    pub name: String,
    /// `audioProgrammeLanguage`.
    pub language: Option<String>,
    /// Start in the file's time.
    pub start: Option<AdmTime>,
    /// End in the file's time.
    pub end: Option<AdmTime>,
    /// `maxDuckingDepth`, dB, −62…0.
    pub max_ducking_depth: Option<f64>,
    /// `audioProgrammeLabel`s (v2).
    pub labels: Vec<Label>,
    /// `audioContentIDRef`s.
    pub contents: Vec<AdmId>,
    /// `loudnessMetadata`.
    pub loudness: Vec<LoudnessMetadata>,
    /// `audioProgrammeReferenceScreen`; `None` when absent (then [`Screen::default`]).
    pub reference_screen: Option<Screen>,
    /// `authoringInformation` (v2).
    pub authoring_information: Option<AuthoringInformation>,
    /// `alternativeValueSetIDRef`s (v2).
    pub alternative_value_sets: Vec<AdmId>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `audioContent` (BS.2076-2 §5.7).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioContent {
    /// `audioContentID`.
    pub id: AdmId,
    /// `audioContentName`.
    pub name: String,
    /// `audioContentLanguage`.
    pub language: Option<String>,
    /// `audioContentLabel`s (v2).
    pub labels: Vec<Label>,
    /// `audioObjectIDRef`s.
    pub objects: Vec<AdmId>,
    /// `loudnessMetadata`.
    pub loudness: Vec<LoudnessMetadata>,
    /// `dialogue`.
    pub dialogue: Option<Dialogue>,
    /// `alternativeValueSetIDRef`s (v2).
    pub alternative_value_sets: Vec<AdmId>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `dialogue` of a content (BS.2076-2 §5.7.3).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dialogue {
    /// 0 no dialogue, 1 only dialogue, 2 mixed.
    pub kind: u8,
    /// `nonDialogueContentKind`, `dialogueContentKind` or `mixedContentKind`, as its number.
    pub content_kind: Option<u8>,
}

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

/// `alternativeValueSet` of an object (BS.2076-2 §5.6.6): values that a programme or content may choose.
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

/// `audioObjectInteraction` (BS.2076-2 §5.6.3).
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

/// `loudnessMetadata` (BS.2076-2 §5.7.2). LUFS, LU and dBTP.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoudnessMetadata {
    /// `loudnessMethod`, e.g. `ITU-R BS.1770`.
    pub method: Option<String>,
    /// `loudnessRecType`, e.g. `EBU R128`.
    pub rec_type: Option<String>,
    /// `loudnessCorrectionType`.
    pub correction_type: Option<String>,
    /// LUFS.
    pub integrated: Option<f64>,
    /// LU.
    pub range: Option<f64>,
    /// dBTP.
    pub max_true_peak: Option<f64>,
    /// LUFS.
    pub max_momentary: Option<f64>,
    /// LUFS.
    pub max_short_term: Option<f64>,
    /// LUFS.
    pub dialogue: Option<f64>,
    /// What this edition doesn't know (the v2 `renderer` among it).
    pub unknown: Unknown,
}

/// `authoringInformation` of a programme (BS.2076-2 §5.8.5).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthoringInformation {
    /// `referenceLayout`s: pack ids.
    pub reference_layouts: Vec<AdmId>,
    /// `renderer`s.
    pub renderers: Vec<AuthoringRenderer>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// A `renderer` of `authoringInformation`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthoringRenderer {
    /// `uri`.
    pub uri: String,
    /// `name`.
    pub name: Option<String>,
    /// `version`.
    pub version: Option<String>,
    /// `coordinateMode`.
    pub coordinate_mode: Option<String>,
    /// `audioPackFormatIDRef`s.
    pub pack_formats: Vec<AdmId>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `audioPackFormat` (BS.2076-2 §5.5).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioPackFormat {
    /// `audioPackFormatID`.
    pub id: AdmId,
    /// `audioPackFormatName`.
    pub name: String,
    /// From `typeDefinition` or `typeLabel`; `None` for one this edition doesn't know.
    pub type_definition: Option<TypeDefinition>,
    /// 0…10.
    pub importance: Option<u8>,
    /// `audioChannelFormatIDRef`s.
    pub channel_formats: Vec<AdmId>,
    /// `audioPackFormatIDRef`s: nested packs.
    pub pack_formats: Vec<AdmId>,
    /// Metres.
    pub absolute_distance: Option<f64>,
    /// HOA: `normalization`.
    pub normalization: Option<String>,
    /// HOA: `nfcRefDist`, metres.
    pub nfc_ref_dist: Option<f64>,
    /// HOA: `screenRef`.
    pub screen_ref: Option<bool>,
    /// Matrix: `encodePackFormatIDRef`s.
    pub encode_pack_formats: Vec<AdmId>,
    /// Matrix: `decodePackFormatIDRef`s.
    pub decode_pack_formats: Vec<AdmId>,
    /// Matrix: `inputPackFormatIDRef`.
    pub input_pack_format: Option<AdmId>,
    /// Matrix: `outputPackFormatIDRef`.
    pub output_pack_format: Option<AdmId>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `frequency` elements of a channel (BS.2076-2 §5.4.2): Hz.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frequency {
    /// `typeDefinition="lowPass"`.
    pub low_pass: Option<f64>,
    /// `typeDefinition="highPass"`.
    pub high_pass: Option<f64>,
}

/// `audioChannelFormat` (BS.2076-2 §5.4).
#[derive(Clone, Debug, PartialEq)]
pub struct AudioChannelFormat {
    /// `audioChannelFormatID`.
    pub id: AdmId,
    /// `audioChannelFormatName`.
    pub name: String,
    /// Its blocks; the variant is the type.
    pub blocks: BlockFormats,
    /// Band limits.
    pub frequency: Frequency,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

impl Default for AudioChannelFormat {
    /// Without id, type or blocks.
    fn default() -> Self {
        Self {
            id: AdmId::default(),
            name: String::new(),
            blocks: BlockFormats::new(None),
            frequency: Frequency::default(),
            unknown: Unknown::default(),
        }
    }
}

/// `audioStreamFormat` (BS.2076-2 §5.3).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioStreamFormat {
    /// `audioStreamFormatID`.
    pub id: AdmId,
    /// `audioStreamFormatName`.
    pub name: String,
    /// `formatLabel` as a number; 1 is PCM.
    pub format: Option<u16>,
    /// `audioChannelFormatIDRef`.
    pub channel_format: Option<AdmId>,
    /// `audioPackFormatIDRef`.
    pub pack_format: Option<AdmId>,
    /// `audioTrackFormatIDRef`s.
    pub track_formats: Vec<AdmId>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `audioTrackFormat` (BS.2076-2 §5.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioTrackFormat {
    /// `audioTrackFormatID`.
    pub id: AdmId,
    /// `audioTrackFormatName`.
    pub name: String,
    /// `formatLabel` as a number; 1 is PCM.
    pub format: Option<u16>,
    /// `audioStreamFormatIDRef`.
    pub stream_format: Option<AdmId>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `audioTrackUID` (BS.2076-2 §5.1), with the track that the chna chunk gives it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioTrackUid {
    /// `UID`.
    pub id: AdmId,
    /// From the chna chunk, counted from 1; `None` when chna doesn't list it.
    pub track_index: Option<u16>,
    /// Hz.
    pub sample_rate: Option<u32>,
    /// Bits.
    pub bit_depth: Option<u32>,
    /// `audioTrackFormatIDRef`.
    pub track_format: Option<AdmId>,
    /// `audioChannelFormatIDRef` (v2).
    pub channel_format: Option<AdmId>,
    /// `audioPackFormatIDRef`.
    pub pack_format: Option<AdmId>,
    /// `audioMXFLookUp`, word for word.
    pub mxf_look_up: Option<MxfLookUp>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}

/// `audioMXFLookUp` (BS.2076-2 §5.1.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MxfLookUp {
    /// `packageUIDIDRef`.
    pub package_uid: Option<String>,
    /// `trackIDRef`.
    pub track_id: Option<String>,
    /// `channelIDRef`.
    pub channel_id: Option<String>,
}

/// `profile` of `profileList` (v2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// `profileName`.
    pub name: Option<String>,
    /// `profileVersion`.
    pub version: Option<String>,
    /// `profileLevel`.
    pub level: Option<String>,
    /// The text: the profile's URI.
    pub uri: String,
}

/// `tagGroup` of `tagList` (v2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TagGroup {
    /// `tag`s: class and text.
    pub tags: Vec<(Option<String>, String)>,
    /// Programmes, contents and objects that carry them.
    pub programmes: Vec<AdmId>,
    /// `audioContentIDRef`s.
    pub contents: Vec<AdmId>,
    /// `audioObjectIDRef`s.
    pub objects: Vec<AdmId>,
    /// What this edition doesn't know.
    pub unknown: Unknown,
}
