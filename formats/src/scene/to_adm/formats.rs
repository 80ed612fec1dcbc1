//! Packs, channels and track UIDs of what a track of the scene is; common definitions of BS.2094-1 where there are.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::blocks::object_blocks;
use super::number;
use crate::adm::{
    AdmId, AdmTime, AudioChannelFormat, AudioPackFormat, AudioTrackUid, BlockCommon, BlockFormats, BlockId,
    Document, HoaBlock, TypeDefinition,
};
use crate::scene::{Bed, Hoa, Normalization, Object, ObjectParameter, ReverbReturn, Spatial};

/// Order and degree of the channels of FuMa, W X Y Z R S T U V K L M N O P Q.
const FUMA: [(i32, i32); 16] = [
    (0, 0),
    (1, 1),
    (1, -1),
    (1, 0),
    (2, 0),
    (2, 1),
    (2, -1),
    (2, 2),
    (2, -2),
    (3, 0),
    (3, 1),
    (3, -1),
    (3, 2),
    (3, -2),
    (3, 3),
    (3, -3),
];

/// What came before, by type.
#[derive(Debug, Default)]
pub(super) struct Formats {
    packs: usize,
    channels: usize,
}

impl Formats {
    /// Adds what a track with this name and place is. Gives its packs and its track UIDs, one for each channel.
    pub(super) fn add(
        &mut self,
        document: &mut Document,
        (name, spatial): (&str, &Spatial),
        (duration, rate): (AdmTime, NonZeroU32),
    ) -> (Vec<AdmId>, Vec<AdmId>) {
        let (pack, channels) = match spatial {
            Spatial::Object(object) => {
                let blocks = |channel| object_blocks(object, channel, duration, rate);
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
            Spatial::Hoa(hoa) => self.add_hoa(document, name, hoa),
            Spatial::Binaural(_) => {
                let channel = |number| AdmId::channel_format(TypeDefinition::Binaural, number);
                (AdmId::pack_format(TypeDefinition::Binaural, 1), vec![channel(1), channel(2)])
            }
        };
        let uids = channels.into_iter().map(|channel| add_uid(document, &pack, channel)).collect();
        (vec![pack], uids)
    }

    fn add_hoa(&mut self, document: &mut Document, name: &str, hoa: &Hoa) -> (AdmId, Vec<AdmId>) {
        let count = hoa.channels();
        let is_common =
            hoa.normalization == Normalization::Sn3d && !hoa.screen_ref && hoa.nfc_ref_dist.is_none();
        if is_common {
            let ids = (1..).take(count).map(|number| AdmId::channel_format(TypeDefinition::Hoa, number));
            return (AdmId::pack_format(TypeDefinition::Hoa, u16::from(hoa.order)), ids.collect());
        }
        let mut channels = Vec::new();
        for index in 0..count {
            let acn = acn(index);
            let (order, degree) = match hoa.normalization {
                Normalization::FuMa => FUMA.get(index).copied().unwrap_or(acn),
                Normalization::Sn3d | Normalization::N3d => acn,
            };
            let common = BlockCommon {
                id: block_id(TypeDefinition::Hoa, number(self.channels), 1),
                ..BlockCommon::default()
            };
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

fn add_uid(document: &mut Document, pack: &AdmId, channel: AdmId) -> AdmId {
    let track = document.track_uids.len() + 1;
    let id = AdmId::track_uid(u32::try_from(track).unwrap_or(u32::MAX));
    document.track_uids.push(AudioTrackUid {
        id: id.clone(),
        track_index: u16::try_from(track).ok(),
        channel_format: Some(channel),
        pack_format: Some(pack.clone()),
        ..AudioTrackUid::default()
    });
    id
}

/// Order and degree of an ambisonic channel number.
fn acn(number: usize) -> (i32, i32) {
    let order = number.isqrt() as i32;
    (order, number as i32 - order * (order + 1))
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
