//! The elements of an ADM document, from `audioProgramme` down to `audioTrackUID` (BS.2076-2 §5).

mod formats;
mod object;
mod programme;
mod tracks;

use std::sync::Arc;

pub use formats::{AudioChannelFormat, AudioPackFormat, Frequency};
pub use object::{AlternativeValueSet, AudioObject, ObjectInteraction};
pub use programme::{
    AudioContent, AudioProgramme, AuthoringInformation, AuthoringRenderer, Dialogue, LoudnessMetadata,
};
pub use tracks::{AudioStreamFormat, AudioTrackFormat, AudioTrackUid, MxfLookUp};

use super::AdmId;

/// Attributes and child elements that this edition of the model doesn't know, kept word for word so
/// that nothing is lost between reading and writing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown {
    /// Name and value, in file order.
    pub attributes: Vec<(String, String)>,
    /// Whole elements as XML text, in file order.
    pub elements: Vec<String>,
}

/// `audioFormatExtended`: a whole ADM document (BS.2076-2 §5.12).
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

/// The newest edition of BS.2076 that is known here; 2076-3 is read by the rules of 2076-2, and what it adds is kept.
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
        "2" | "3" => Some(NEWEST_EDITION),
        _ => None,
    }
}

/// The five `typeDefinition`s and their `typeLabel`s (BS.2076-2 §5.3.1, §5.5.1).
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
