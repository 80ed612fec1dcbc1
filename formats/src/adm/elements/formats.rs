//! Packs and channels (BS.2076-2 §5.3, §5.5).

use super::{TypeDefinition, Unknown};
use crate::adm::{AdmId, BlockFormats};

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

/// `frequency` elements of a channel (BS.2076-2 §5.3.2): Hz.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frequency {
    /// `typeDefinition="lowPass"`.
    pub low_pass: Option<f64>,
    /// `typeDefinition="highPass"`.
    pub high_pass: Option<f64>,
}

/// `audioChannelFormat` (BS.2076-2 §5.3).
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
