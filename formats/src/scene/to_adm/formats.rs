//! Packs, channels and track UIDs of what a track of the scene is; common definitions of BS.2094-1 where there are.

use std::sync::Arc;

use super::blocks::object_blocks;
use super::clock::Clock;
use super::{Edition, number};
use crate::adm::{
    AdmId, AdmTime, AudioChannelFormat, AudioPackFormat, AudioStreamFormat, AudioTrackFormat, AudioTrackUid,
    BlockCommon, BlockFormats, BlockId, DirectSpeakersBlock, Document, Gain, HoaBlock, TypeDefinition,
};
use crate::scene::{Bed, Hoa, Loudspeakers, Normalization, Object, ObjectParameter, ReverbReturn, Spatial};

/// `formatLabel` of PCM.
const PCM: u16 = 1;

/// What came before, by type.
#[derive(Debug)]
pub(super) struct Formats {
    packs: usize,
    channels: usize,
    clock: Clock,
}

impl Formats {
    pub(super) fn new(clock: Clock) -> Self {
        Self { packs: 0, channels: 0, clock }
    }

    /// Adds what a track with this name and place is. Gives its packs and its track UIDs, one for each channel.
    pub(super) fn add(
        &mut self,
        document: &mut Document,
        (name, spatial): (&str, &Spatial),
        duration: AdmTime,
    ) -> (Vec<AdmId>, Vec<AdmId>) {
        let (pack, channels) = match spatial {
            Spatial::Object(object) => {
                let blocks = |channel| object_blocks(object, channel, duration, self.clock);
                let blocks = BlockFormats::Objects(blocks(number(self.channels)));
                let channel = self.add_channel(document, name, blocks);
                (self.add_pack(document, name, TypeDefinition::Objects, vec![channel.clone()]), vec![channel])
            }
            Spatial::Bed(bed) => {
                let channels: Vec<AdmId> = bed.layout.channel_formats().collect();
                let pack = bed.layout.pack_format().unwrap_or_else(|| {
                    self.add_pack(document, name, TypeDefinition::DirectSpeakers, channels.clone())
                });
                (pack, channels)
            }
            Spatial::Loudspeakers(found) => self.add_loudspeakers(document, name, found),
            Spatial::Hoa(hoa) => self.add_hoa(document, name, hoa),
            Spatial::Binaural(_) => {
                let channel = |number| AdmId::channel_format(TypeDefinition::Binaural, number);
                (AdmId::pack_format(TypeDefinition::Binaural, 1), vec![channel(1), channel(2)])
            }
        };
        let uids = channels.into_iter().map(|channel| self.add_uid(document, &pack, channel)).collect();
        (vec![pack], uids)
    }

    fn add_hoa(&mut self, document: &mut Document, name: &str, hoa: &Hoa) -> (AdmId, Vec<AdmId>) {
        let is_common = hoa.normalization == Normalization::Sn3d
            && hoa.order <= Hoa::HIGHEST_COMMON_ORDER
            && !hoa.screen_ref
            && hoa.nfc_ref_dist.is_none()
            && hoa.components.is_empty();
        if is_common {
            let numbers = (1..).take(hoa.channels());
            let ids = numbers.map(|number| AdmId::channel_format(TypeDefinition::Hoa, number));
            return (AdmId::pack_format(TypeDefinition::Hoa, u16::from(hoa.order)), ids.collect());
        }
        let mut channels = Vec::new();
        for (index, (order, degree)) in hoa.places().enumerate() {
            let mut common = BlockCommon {
                id: block_id(TypeDefinition::Hoa, number(self.channels), 1),
                ..BlockCommon::default()
            };
            if let Some(part) = hoa.components.get(index) {
                common.gain = gain(part.gain_db, part.invert);
                common.importance = part.importance;
            }
            let block = HoaBlock { common, order: Some(order), degree: Some(degree), ..HoaBlock::default() };
            let name = format!("{name} {}", index + 1);
            channels.push(self.add_channel(document, &name, BlockFormats::Hoa(vec![block])));
        }
        let pack = self.add_pack(document, name, TypeDefinition::Hoa, channels.clone());
        if let Some(pack) = document.pack_formats.last_mut() {
            pack.normalization = Some(hoa.normalization.name().to_owned());
            pack.nfc_ref_dist = hoa.nfc_ref_dist;
            pack.screen_ref = hoa.screen_ref.then_some(true);
        }
        (pack, channels)
    }

    fn add_loudspeakers(
        &mut self,
        document: &mut Document,
        name: &str,
        loudspeakers: &Loudspeakers,
    ) -> (AdmId, Vec<AdmId>) {
        let mut channels = Vec::new();
        for found in &loudspeakers.channels {
            let block = DirectSpeakersBlock {
                common: BlockCommon {
                    id: block_id(TypeDefinition::DirectSpeakers, number(self.channels), 1),
                    gain: gain(found.gain_db, found.invert),
                    importance: found.importance,
                    head_locked: found.head_locked,
                    ..BlockCommon::default()
                },
                speaker_labels: found.labels.clone(),
                position: found.position,
                screen_edge_lock: found.screen_edge_lock,
                ..DirectSpeakersBlock::default()
            };
            let name = format!("{name} {}", channels.len() + 1);
            let channel = self.add_channel(document, &name, BlockFormats::DirectSpeakers(vec![block]));
            if let Some(added) = document.channel_formats.last_mut() {
                Arc::make_mut(added).frequency = found.frequency;
            }
            channels.push(channel);
        }
        (self.add_pack(document, name, TypeDefinition::DirectSpeakers, channels.clone()), channels)
    }

    fn add_channel(&mut self, document: &mut Document, name: &str, blocks: BlockFormats) -> AdmId {
        let kind = blocks.type_definition().unwrap_or(TypeDefinition::Objects);
        let id = AdmId::channel_format(kind, number(self.channels));
        self.channels += 1;
        let channel = AudioChannelFormat {
            id: id.clone(),
            name: name.to_owned(),
            blocks,
            ..AudioChannelFormat::default()
        };
        document.channel_formats.push(Arc::new(channel));
        if self.clock.edition() == Edition::First {
            add_stream(document, &id, name);
        }
        id
    }

    /// A track of the file: its channel is named itself (BS.2076-2), or through track and stream format.
    fn add_uid(&self, document: &mut Document, pack: &AdmId, channel: AdmId) -> AdmId {
        let track = document.track_uids.len() + 1;
        let id = AdmId::track_uid(u32::try_from(track).unwrap_or(u32::MAX));
        let (track_format, channel_format) = match self.clock.edition() {
            Edition::First => (Some(related("AT", &channel, "_01")), None),
            Edition::Second => (None, Some(channel)),
        };
        document.track_uids.push(AudioTrackUid {
            id: id.clone(),
            track_index: u16::try_from(track).ok(),
            track_format,
            channel_format,
            pack_format: Some(pack.clone()),
            ..AudioTrackUid::default()
        });
        id
    }

    fn add_pack(
        &mut self,
        document: &mut Document,
        name: &str,
        kind: TypeDefinition,
        channel_formats: Vec<AdmId>,
    ) -> AdmId {
        let id = AdmId::pack_format(kind, number(self.packs));
        self.packs += 1;
        document.pack_formats.push(AudioPackFormat {
            id: id.clone(),
            name: name.to_owned(),
            type_definition: Some(kind),
            channel_formats,
            ..AudioPackFormat::default()
        });
        id
    }
}

/// `AB_yyyyxxxx_zzzzzzzz` of the own channel `channel`; blocks count from 1.
pub(super) fn block_id(kind: TypeDefinition, channel: u16, block: u32) -> BlockId {
    BlockId::parse(&format!("AB_{:04x}{channel:04x}_{block:08x}", kind as u32)).unwrap_or_default()
}

/// A gain in dB, turned over or not; exactly 1 where nothing is changed.
fn gain(decibels: f64, invert: bool) -> Gain {
    let factor = if decibels == 0.0 { 1.0 } else { Gain::Decibels(decibels).linear() };
    Gain::Linear(if invert { -factor } else { factor })
}

/// The stream and the track format of an own channel, which have its digits.
fn add_stream(document: &mut Document, channel: &AdmId, name: &str) {
    let (stream, track) = (related("AS", channel, ""), related("AT", channel, "_01"));
    let name = format!("PCM_{name}");
    document.stream_formats.push(AudioStreamFormat {
        id: stream.clone(),
        name: name.clone(),
        format: Some(PCM),
        channel_format: Some(channel.clone()),
        track_formats: vec![track.clone()],
        ..AudioStreamFormat::default()
    });
    document.track_formats.push(AudioTrackFormat {
        id: track,
        name,
        format: Some(PCM),
        stream_format: Some(stream),
        ..AudioTrackFormat::default()
    });
}

/// The id with the digits of a channel and another prefix.
fn related(prefix: &str, channel: &AdmId, suffix: &str) -> AdmId {
    AdmId::new(&format!("{prefix}_{:08x}{suffix}", channel.digits().unwrap_or(0)))
}

/// What a reverb returns to: a bed, or objects one by one.
pub(super) fn returned(returns: ReverbReturn) -> Vec<Spatial> {
    match returns {
        ReverbReturn::Bed(layout) => vec![Spatial::Bed(Bed { layout, ..Bed::default() })],
        ReverbReturn::Objects { count, elevation } => {
            let object = |index| {
                let values = [
                    (ObjectParameter::Azimuth, ReverbReturn::azimuth(index, count)),
                    (ObjectParameter::Elevation, elevation),
                ];
                Spatial::Object(Box::new(Object { values: values.into(), ..Object::default() }))
            };
            (0..count).map(object).collect()
        }
    }
}
