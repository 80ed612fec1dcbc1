//! The common definitions (Rec. ITU-R BS.2094-1): packs, channels, streams and tracks that every file may refer
//! to without containing them.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::common_definitions_table::{
    COMPONENTS, Component, EARS, Ear, LOW_PASS_120, PACKS, Pack, SCREEN_LEFT, SCREEN_RIGHT, SPEAKERS, Speaker,
};
use super::{
    AdmId, AudioChannelFormat, AudioPackFormat, AudioStreamFormat, AudioTrackFormat, BinauralBlock,
    BlockCommon, BlockFormats, BlockId, Bound, DirectSpeakersBlock, DirectSpeakersPosition, Document,
    Frequency, HoaBlock, ScreenEdgeLock, TypeDefinition, Unknown,
};

/// What a common `speakerLabel` starts with.
const LABEL_PREFIX: &str = "urn:itu:bs:2051:0:speaker:";

/// All common definitions as a document of their own.
pub static COMMON_DEFINITIONS: LazyLock<Document> = LazyLock::new(build);

/// The same by id, for [`Index`](super::Index): built once.
pub(super) static COMMON_POSITIONS: LazyLock<CommonPositions> = LazyLock::new(|| CommonPositions {
    packs: positions(COMMON_DEFINITIONS.pack_formats.iter().map(|pack| &pack.id)),
    channels: positions(COMMON_DEFINITIONS.channel_formats.iter().map(|channel| &channel.id)),
    streams: positions(COMMON_DEFINITIONS.stream_formats.iter().map(|stream| &stream.id)),
    tracks: positions(COMMON_DEFINITIONS.track_formats.iter().map(|track| &track.id)),
});

/// Where each common definition stands in [`COMMON_DEFINITIONS`].
pub(super) struct CommonPositions {
    pub(super) packs: HashMap<AdmId, usize>,
    pub(super) channels: HashMap<AdmId, usize>,
    pub(super) streams: HashMap<AdmId, usize>,
    pub(super) tracks: HashMap<AdmId, usize>,
}

fn positions<'a>(ids: impl Iterator<Item = &'a AdmId>) -> HashMap<AdmId, usize> {
    ids.enumerate().map(|(position, id)| (id.clone(), position)).collect()
}

fn build() -> Document {
    let speakers = SPEAKERS.iter().map(speaker_channel);
    let ears = EARS.iter().map(ear_channel);
    let components = COMPONENTS.iter().map(hoa_channel);
    let channel_formats: Vec<_> = speakers.chain(ears).chain(components).map(Arc::new).collect();
    Document {
        pack_formats: PACKS.iter().map(pack_format).collect(),
        stream_formats: channel_formats.iter().map(|channel| stream_format(channel)).collect(),
        track_formats: channel_formats.iter().map(|channel| track_format(channel)).collect(),
        channel_formats,
        ..Document::default()
    }
}

fn id(prefix: &str, digits: u32) -> AdmId {
    AdmId::new(&format!("{prefix}_{digits:08x}"))
}

fn pack_format(&Pack(digits, name, channels, packs): &Pack) -> AudioPackFormat {
    AudioPackFormat {
        id: id("AP", digits),
        name: name.to_owned(),
        type_definition: TypeDefinition::from_label(digits >> 16),
        channel_formats: channels.iter().map(|&channel| id("AC", channel)).collect(),
        pack_formats: packs.iter().map(|&pack| id("AP", pack)).collect(),
        ..AudioPackFormat::default()
    }
}

fn channel_format(digits: u32, name: &str, blocks: BlockFormats) -> AudioChannelFormat {
    let low_pass = LOW_PASS_120.contains(&digits).then_some(120.0);
    AudioChannelFormat {
        id: id("AC", digits),
        name: name.to_owned(),
        blocks,
        frequency: Frequency { low_pass, high_pass: None },
        unknown: Unknown::default(),
    }
}

/// The only block of a common channel.
fn only_block(channel: u32) -> BlockCommon {
    BlockCommon { id: BlockId { channel, number: 1 }, ..BlockCommon::default() }
}

fn speaker_channel(&Speaker(digits, name, label, azimuth, elevation): &Speaker) -> AudioChannelFormat {
    let exactly = |value| Bound { value, min: None, max: None };
    let left = match digits {
        SCREEN_LEFT => Some(true),
        SCREEN_RIGHT => Some(false),
        _ => None,
    };
    let block = DirectSpeakersBlock {
        common: only_block(digits),
        speaker_labels: vec![format!("{LABEL_PREFIX}{label}")],
        position: DirectSpeakersPosition::Polar {
            azimuth: exactly(azimuth),
            elevation: exactly(elevation),
            distance: exactly(1.0),
        },
        screen_edge_lock: ScreenEdgeLock { left, top: None },
        unknown: Unknown::default(),
    };
    channel_format(digits, name, BlockFormats::DirectSpeakers(vec![block]))
}

fn ear_channel(&Ear(digits, name): &Ear) -> AudioChannelFormat {
    let block = BinauralBlock { common: only_block(digits), ..BinauralBlock::default() };
    channel_format(digits, name, BlockFormats::Binaural(vec![block]))
}

fn hoa_channel(&Component(digits, name, order, degree, normalization): &Component) -> AudioChannelFormat {
    let block = HoaBlock {
        common: only_block(digits),
        order: Some(order),
        degree: Some(degree),
        normalization: Some(normalization.to_owned()),
        ..HoaBlock::default()
    };
    channel_format(digits, name, BlockFormats::Hoa(vec![block]))
}

/// The ids of stream and track are the channel's with another prefix.
fn related(channel: &AudioChannelFormat, prefix: &str, suffix: &str) -> AdmId {
    let digits = channel.id.as_str().trim_start_matches("AC_");
    AdmId::new(&format!("{prefix}_{digits}{suffix}"))
}

fn stream_format(channel: &AudioChannelFormat) -> AudioStreamFormat {
    AudioStreamFormat {
        id: related(channel, "AS", ""),
        name: format!("PCM_{}", channel.name),
        format: Some(1),
        channel_format: Some(channel.id.clone()),
        track_formats: vec![related(channel, "AT", "_01")],
        ..AudioStreamFormat::default()
    }
}

fn track_format(channel: &AudioChannelFormat) -> AudioTrackFormat {
    AudioTrackFormat {
        id: related(channel, "AT", "_01"),
        name: format!("PCM_{}", channel.name),
        format: Some(1),
        stream_format: Some(related(channel, "AS", "")),
        ..AudioTrackFormat::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts of `2094_common_definitions.xml` in EAR 2.1.0.
    #[test]
    fn counts_are_those_of_the_reference() {
        let common = &*COMMON_DEFINITIONS;
        assert_eq!(common.pack_formats.len(), 43);
        assert_eq!(common.channel_formats.len(), 300);
        assert_eq!(common.stream_formats.len(), 300);
        assert_eq!(common.track_formats.len(), 300);
        let refs: usize = common.pack_formats.iter().map(|pack| pack.channel_formats.len()).sum();
        let nested: usize = common.pack_formats.iter().map(|pack| pack.pack_formats.len()).sum();
        // 631 audioChannelFormatIDRef elements, of which 300 in streams; 16 audioPackFormatIDRef elements.
        assert_eq!(refs, 331);
        assert_eq!(nested, 16);
    }

    /// Facts read in BS.2094-1 and in EAR's list.
    #[test]
    fn five_point_one_has_its_channels_positions_and_low_pass() {
        let common = &*COMMON_DEFINITIONS;
        let pack = common.pack_formats.iter().find(|pack| pack.id == "AP_00010003".into()).unwrap();
        assert_eq!(pack.name, "urn:itu:bs:2051:0:pack:5.1_(0+5+0)");
        assert_eq!(pack.type_definition, Some(TypeDefinition::DirectSpeakers));
        let ids: Vec<_> = pack.channel_formats.iter().map(AdmId::as_str).collect();
        assert_eq!(
            ids,
            ["AC_00010001", "AC_00010002", "AC_00010003", "AC_00010004", "AC_00010005", "AC_00010006"]
        );
        let channel = |id: &str| {
            common.channel_formats.iter().find(|channel| channel.id == id.into()).expect("a common channel")
        };
        assert_eq!(channel("AC_00010004").frequency.low_pass, Some(120.0));
        assert_eq!(channel("AC_00010001").frequency.low_pass, None);
        let BlockFormats::DirectSpeakers(blocks) = &channel("AC_00010006").blocks else { panic!("type") };
        assert_eq!(blocks[0].speaker_labels, ["urn:itu:bs:2051:0:speaker:M-110"]);
        let DirectSpeakersPosition::Polar { azimuth, elevation, distance } = blocks[0].position else {
            panic!("polar")
        };
        assert_eq!((azimuth.value, elevation.value, distance.value), (-110.0, 0.0, 1.0));
    }

    #[test]
    fn hoa_streams_and_tracks_follow_their_channel() {
        let common = &*COMMON_DEFINITIONS;
        let at =
            |id: &str| common.channel_formats.iter().position(|channel| channel.id == id.into()).unwrap();
        let place = at("AC_0004003b");
        let channel = &common.channel_formats[place];
        assert_eq!(channel.name, "SN3D_ACN_58");
        let BlockFormats::Hoa(blocks) = &channel.blocks else { panic!("type") };
        assert_eq!((blocks[0].order, blocks[0].degree), (Some(7), Some(2)));
        assert_eq!(blocks[0].normalization.as_deref(), Some("SN3D"));
        assert_eq!(common.stream_formats[place].id, "AS_0004003b".into());
        assert_eq!(common.stream_formats[place].name, "PCM_SN3D_ACN_58");
        assert_eq!(common.track_formats[place].id, "AT_0004003b_01".into());
        assert_eq!(common.track_formats[place].stream_format, Some("AS_0004003b".into()));
    }

    #[test]
    fn every_reference_leads_to_an_element() {
        let common = &*COMMON_DEFINITIONS;
        for pack in &common.pack_formats {
            for id in &pack.channel_formats {
                assert!(COMMON_POSITIONS.channels.contains_key(id), "{} -> {id}", pack.id);
            }
            for id in &pack.pack_formats {
                assert!(COMMON_POSITIONS.packs.contains_key(id), "{} -> {id}", pack.id);
            }
        }
    }
}
