//! Streams, track formats and track UIDs (BS.2076-2 §5.1, §5.2, §5.9): how a track of the file comes to its channel.

use super::Unknown;
use crate::adm::AdmId;

/// `audioStreamFormat` (BS.2076-2 §5.2).
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

/// `audioTrackFormat` (BS.2076-2 §5.1).
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

/// `audioTrackUID` (BS.2076-2 §5.9), with the track that the chna chunk gives it.
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

/// `audioMXFLookUp` (BS.2076-2 §5.9.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MxfLookUp {
    /// `packageUIDIDRef`.
    pub package_uid: Option<String>,
    /// `trackIDRef`.
    pub track_id: Option<String>,
    /// `channelIDRef`.
    pub channel_id: Option<String>,
}
