//! Small documents, element by element.

use std::sync::Arc;

use formats::adm::{
    AdmId, AdmTime, AudioChannelFormat, AudioContent, AudioObject, AudioPackFormat, AudioProgramme,
    AudioTrackUid, BlockCommon, BlockFormats, Document, Frequency, JumpPosition, ObjectPosition,
    ObjectsBlock, PolarPosition, ScreenEdgeLock, TypeDefinition, Unknown,
};

use crate::items::{Error, RenderItem, SelectOptions, TrackSpec, select};
use formats::Warning;

pub(super) fn ids(all: &[&str]) -> Vec<AdmId> {
    all.iter().map(|id| AdmId::new(id)).collect()
}

pub(super) fn time(text: &str) -> AdmTime {
    text.parse().unwrap()
}

pub(super) fn programme(id: &str, contents: &[&str]) -> AudioProgramme {
    AudioProgramme { id: id.into(), contents: ids(contents), ..AudioProgramme::default() }
}

pub(super) fn content(id: &str, objects: &[&str]) -> AudioContent {
    AudioContent { id: id.into(), objects: ids(objects), ..AudioContent::default() }
}

pub(super) fn object(id: &str, packs: &[&str], uids: &[&str]) -> AudioObject {
    AudioObject { id: id.into(), pack_formats: ids(packs), track_uids: ids(uids), ..AudioObject::default() }
}

pub(super) fn parent(id: &str, objects: &[&str]) -> AudioObject {
    AudioObject { id: id.into(), objects: ids(objects), ..AudioObject::default() }
}

pub(super) fn pack(id: &str, channels: &[&str], packs: &[&str]) -> AudioPackFormat {
    AudioPackFormat {
        id: id.into(),
        type_definition: Some(TypeDefinition::Objects),
        channel_formats: ids(channels),
        pack_formats: ids(packs),
        ..AudioPackFormat::default()
    }
}

pub(super) fn uid(number: u16, channel: &str, pack: &str) -> AudioTrackUid {
    AudioTrackUid {
        id: AdmId::new(&format!("ATU_{number:08x}")),
        track_index: Some(number),
        channel_format: Some(channel.into()),
        pack_format: Some(pack.into()),
        ..AudioTrackUid::default()
    }
}

pub(super) fn objects_block(rtime: Option<&str>, duration: Option<&str>) -> ObjectsBlock {
    ObjectsBlock {
        common: BlockCommon {
            rtime: rtime.map(time),
            duration: duration.map(time),
            ..BlockCommon::default()
        },
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

pub(super) fn interpolating(mut block: ObjectsBlock, length: &str) -> ObjectsBlock {
    block.common.jump_position = JumpPosition { flag: true, interpolation_length: Some(time(length)) };
    block
}

pub(super) fn channel_with(id: &str, blocks: BlockFormats) -> Arc<AudioChannelFormat> {
    let unknown = Unknown::default();
    Arc::new(AudioChannelFormat {
        id: id.into(),
        name: String::new(),
        blocks,
        frequency: Frequency::default(),
        unknown,
    })
}

pub(super) fn channel(id: &str) -> Arc<AudioChannelFormat> {
    channel_with(id, BlockFormats::Objects(vec![objects_block(None, None)]))
}

/// BS.2076-2, one programme with one content with `objects`.
pub(super) fn document(objects: &[&str]) -> Document {
    Document {
        version: Some("ITU-R_BS.2076-2".to_owned()),
        programmes: vec![programme("APR_1001", &["ACO_1001"])],
        contents: vec![content("ACO_1001", objects)],
        ..Document::default()
    }
}

/// A mono object `AO_100n` on track n with channel and pack `…100n`.
pub(super) fn add_mono(document: &mut Document, number: u16) {
    let (channel_id, pack_id) = (format!("AC_0003100{number}"), format!("AP_0003100{number}"));
    document.channel_formats.push(channel(&channel_id));
    document.pack_formats.push(pack(&pack_id, &[&channel_id], &[]));
    let uid = uid(number, &channel_id, &pack_id);
    document.objects.push(object(&format!("AO_100{number}"), &[&pack_id], &[uid.id.as_str()]));
    document.track_uids.push(uid);
}

/// A document with `count` mono objects in its programme.
pub(super) fn monos(count: u16) -> Document {
    let names: Vec<String> = (1..=count).map(|number| format!("AO_100{number}")).collect();
    let mut document = document(&names.iter().map(String::as_str).collect::<Vec<_>>());
    (1..=count).for_each(|number| add_mono(&mut document, number));
    document
}

pub(super) fn options() -> SelectOptions {
    SelectOptions { file_tracks: 64, file_duration: Some(time("00:00:10.0")), ..SelectOptions::default() }
}

pub(super) fn selected(document: &Document) -> (Vec<RenderItem>, Vec<Warning>) {
    select(document, &options()).unwrap()
}

pub(super) fn refused(document: &Document) -> Error {
    select(document, &options()).unwrap_err()
}

pub(super) fn rules(warnings: &[Warning]) -> Vec<&str> {
    warnings.iter().map(|warning| warning.rule).collect()
}

/// The track and the channel of an item that has one of each.
pub(super) fn track_and_channel(item: &RenderItem) -> (TrackSpec, String) {
    let (track, channel) = match item {
        RenderItem::Objects(item) => (&item.track, &item.channel),
        RenderItem::DirectSpeakers(item) => (&item.track, &item.channel),
        RenderItem::Binaural(item) => (&item.track, &item.channel),
        RenderItem::Hoa(_) => panic!("a HOA scene has many"),
    };
    (track.clone(), channel.id.to_string())
}

pub(super) fn tracks(items: &[RenderItem]) -> Vec<usize> {
    items
        .iter()
        .map(|item| match track_and_channel(item).0 {
            TrackSpec::Direct(track) => track,
            other => panic!("{other:?}"),
        })
        .collect()
}
