//! Programmes and contents (BS.2076-2 §5.7, §5.8).

use super::{Label, Unknown};
use crate::adm::{AdmId, AdmTime, Screen};

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

/// `loudnessMetadata` (BS.2076-2 §5.7.4, §5.8.4). LUFS, LU and dBTP.
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

/// `authoringInformation` of a programme (BS.2076-2 §5.8.6).
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
