//! The ADM that a rendered file carries: one DirectSpeakers or HOA pack with a track per channel, by the
//! common definitions of BS.2094-1 where there is one for the layout.

use std::sync::Arc;

use formats::adm::{
    AdmId, AudioChannelFormat, AudioContent, AudioObject, AudioPackFormat, AudioProgramme, AudioStreamFormat,
    AudioTrackFormat, AudioTrackUid, BlockCommon, BlockFormats, BlockId, Bound, DirectSpeakersBlock,
    DirectSpeakersPosition, Document, Frequency, HoaBlock, ScreenEdgeLock, TypeDefinition, Unknown,
};

use crate::layout::{Channel, Layout};

/// Packs of BS.2094-1 that hold exactly the loudspeakers of a layout. (Its 7.1.2 pack is left out: editions
/// differ on its side loudspeakers.)
const COMMON_PACKS: [(&str, &str); 11] = [
    ("0+1+0", "AP_00010001"),
    ("0+2+0", "AP_00010002"),
    ("0+5+0", "AP_00010003"),
    ("2+5+0", "AP_00010004"),
    ("4+5+0", "AP_00010005"),
    ("4+5+1", "AP_00010010"),
    ("3+7+0", "AP_00010007"),
    ("4+9+0", "AP_00010008"),
    ("9+10+3", "AP_00010009"),
    ("0+7+0", "AP_0001000f"),
    ("4+7+0", "AP_00010017"),
];

/// Channels of BS.2094-1 by loudspeaker label; a lone LFE is 4, two are 20 and 21.
const COMMON_CHANNELS: [(&str, u16); 31] = [
    ("M+030", 0x01),
    ("M-030", 0x02),
    ("M+000", 0x03),
    ("M+110", 0x05),
    ("M-110", 0x06),
    ("M+180", 0x09),
    ("M+090", 0x0a),
    ("M-090", 0x0b),
    ("T+000", 0x0c),
    ("U+030", 0x0d),
    ("U+000", 0x0e),
    ("U-030", 0x0f),
    ("U+110", 0x10),
    ("U+180", 0x11),
    ("U-110", 0x12),
    ("U+090", 0x13),
    ("U-090", 0x14),
    ("B+000", 0x15),
    ("B+045", 0x16),
    ("B-045", 0x17),
    ("M+060", 0x18),
    ("M-060", 0x19),
    ("M+135", 0x1c),
    ("M-135", 0x1d),
    ("U+135", 0x1e),
    ("U-135", 0x1f),
    ("U+045", 0x22),
    ("U-045", 0x23),
    ("M+SC", 0x24),
    ("M-SC", 0x25),
    ("UH+180", 0x28),
];

/// Highest HOA order with a common definition in SN3D and ACN order (`AP_0004000n`).
const COMMON_HOA_ORDER: usize = 6;
/// First number for elements that a file defines itself (BS.2076-2 §6).
const OWN: usize = 0x1001;

/// What a rendered file says about itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carried<'a> {
    /// Name of the programme and its object.
    pub name: &'a str,
    /// Hz.
    pub sample_rate: u32,
    /// Bits per sample of the file.
    pub bits: u32,
}

impl Carried<'_> {
    /// The document of a file with one channel per loudspeaker of `layout`, in its order.
    pub(super) fn loudspeakers(&self, layout: &Layout) -> Document {
        let common = COMMON_PACKS.iter().find(|(name, _)| *name == layout.name);
        let ids: Option<Vec<u16>> = layout.channels.iter().map(|c| common_channel(layout, c)).collect();
        if let (Some((_, pack)), Some(ids)) = (common, ids) {
            return self.of_common(pack, 1, ids.into_iter().map(usize::from));
        }
        let channels = layout.channels.iter().enumerate().map(|(i, channel)| {
            let block = loudspeaker_block(channel, block_id(1, i));
            let low_pass = channel.is_lfe.then_some(120.0);
            (
                channel.name.clone(),
                BlockFormats::DirectSpeakers(vec![block]),
                Frequency { low_pass, high_pass: None },
            )
        });
        self.of_own(&layout.name, TypeDefinition::DirectSpeakers, channels.collect())
    }

    /// The document of an AmbiX file: all components up to `order` in ACN order, SN3D.
    pub(super) fn ambix(&self, order: usize) -> Document {
        let count = (order + 1) * (order + 1);
        if order <= COMMON_HOA_ORDER {
            return self.of_common(&format!("AP_{:08x}", 0x0004_0000 + order), 4, 1..=count);
        }
        let channels = (0..count).map(|acn| {
            let block = hoa_block(acn, block_id(4, acn));
            (format!("ACN {acn}"), BlockFormats::Hoa(vec![block]), Frequency::default())
        });
        let mut document =
            self.of_own(&format!("HOA order {order}"), TypeDefinition::Hoa, channels.collect());
        for pack in &mut document.pack_formats {
            pack.normalization = Some("SN3D".to_owned());
        }
        document
    }

    /// The document of a file with the signals of two ears: the common pack of BS.2094-1.
    pub(super) fn binaural(&self) -> Document {
        self.of_common("AP_00050001", 5, 1..=2)
    }

    fn of_common(
        &self,
        pack: &str,
        type_label: usize,
        channels: impl IntoIterator<Item = usize>,
    ) -> Document {
        let mut document = self.programme(pack);
        for channel in channels {
            self.add_track(&mut document, &format!("AT_{type_label:04x}{channel:04x}_01"), pack);
        }
        document
    }

    fn of_own(
        &self,
        pack_name: &str,
        definition: TypeDefinition,
        channels: Vec<(String, BlockFormats, Frequency)>,
    ) -> Document {
        let type_label = definition as usize;
        let pack = format!("AP_{type_label:04x}{OWN:04x}");
        let mut document = self.programme(&pack);
        let mut channel_ids = Vec::new();
        for (i, (name, blocks, frequency)) in channels.into_iter().enumerate() {
            let digits = format!("{type_label:04x}{:04x}", OWN + i);
            let id = |kind: &str, end: &str| AdmId::new(&format!("{kind}_{digits}{end}"));
            document.stream_formats.push(AudioStreamFormat {
                id: id("AS", ""),
                name: format!("PCM_{name}"),
                format: Some(1),
                channel_format: Some(id("AC", "")),
                track_formats: vec![id("AT", "_01")],
                ..AudioStreamFormat::default()
            });
            document.track_formats.push(AudioTrackFormat {
                id: id("AT", "_01"),
                name: format!("PCM_{name}"),
                format: Some(1),
                stream_format: Some(id("AS", "")),
                ..AudioTrackFormat::default()
            });
            let unknown = Unknown::default();
            let channel = AudioChannelFormat { id: id("AC", ""), name, blocks, frequency, unknown };
            document.channel_formats.push(Arc::new(channel));
            channel_ids.push(id("AC", ""));
            self.add_track(&mut document, id("AT", "_01").as_str(), &pack);
        }
        document.pack_formats.push(AudioPackFormat {
            id: AdmId::new(&pack),
            name: pack_name.to_owned(),
            type_definition: Some(definition),
            channel_formats: channel_ids,
            ..AudioPackFormat::default()
        });
        document
    }

    /// Programme, content and object around one pack; no tracks yet.
    fn programme(&self, pack: &str) -> Document {
        let name = self.name.to_owned();
        Document {
            programmes: vec![AudioProgramme {
                id: "APR_1001".into(),
                name: name.clone(),
                contents: vec!["ACO_1001".into()],
                ..AudioProgramme::default()
            }],
            contents: vec![AudioContent {
                id: "ACO_1001".into(),
                name: name.clone(),
                objects: vec!["AO_1001".into()],
                ..AudioContent::default()
            }],
            objects: vec![AudioObject {
                id: "AO_1001".into(),
                name,
                pack_formats: vec![pack.into()],
                ..AudioObject::default()
            }],
            ..Document::default()
        }
    }

    fn add_track(&self, document: &mut Document, track_format: &str, pack: &str) {
        let number = document.track_uids.len() + 1;
        let id = AdmId::new(&format!("ATU_{number:08x}"));
        for object in &mut document.objects {
            object.track_uids.push(id.clone());
        }
        document.track_uids.push(AudioTrackUid {
            id,
            track_index: u16::try_from(number).ok(),
            sample_rate: Some(self.sample_rate),
            bit_depth: Some(self.bits),
            track_format: Some(track_format.into()),
            pack_format: Some(pack.into()),
            ..AudioTrackUid::default()
        });
    }
}

fn common_channel(layout: &Layout, channel: &Channel) -> Option<u16> {
    if channel.is_lfe {
        let lone = layout.channels.iter().filter(|c| c.is_lfe).count() == 1;
        return match (lone, channel.name.as_str()) {
            (true, _) => Some(0x04),
            (false, "LFE1") => Some(0x20),
            (false, "LFE2") => Some(0x21),
            (false, _) => None,
        };
    }
    COMMON_CHANNELS.iter().find(|(label, _)| *label == channel.name).map(|(_, id)| *id)
}

fn block_id(type_label: u32, channel: usize) -> BlockId {
    let channel = u32::try_from(OWN + channel).unwrap_or(u32::MAX);
    BlockId { channel: (type_label << 16) | (channel & 0xffff), number: 1 }
}

fn loudspeaker_block(channel: &Channel, id: BlockId) -> DirectSpeakersBlock {
    let bound = |value| Bound { value, ..Bound::default() };
    let place = channel.nominal_position;
    DirectSpeakersBlock {
        common: BlockCommon { id, ..BlockCommon::default() },
        speaker_labels: vec![channel.name.clone()],
        position: DirectSpeakersPosition::Polar {
            azimuth: bound(place.azimuth),
            elevation: bound(place.elevation),
            distance: bound(place.distance),
        },
        screen_edge_lock: ScreenEdgeLock::default(),
        unknown: Unknown::default(),
    }
}

fn hoa_block(acn: usize, id: BlockId) -> HoaBlock {
    let order = acn.isqrt();
    let degree = i32::try_from(acn).ok().zip(i32::try_from(order).ok()).map(|(n, l)| n - l * l - l);
    HoaBlock {
        common: BlockCommon { id, ..BlockCommon::default() },
        order: i32::try_from(order).ok(),
        degree,
        ..HoaBlock::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::{self, RenderItem, SelectOptions};

    /// Writes `document`, reads it back as a file's axml and chna, and selects what to render of it.
    fn items_of(document: &Document, channels: usize) -> Vec<RenderItem> {
        let mut axml = Vec::new();
        formats::adm::write(document, &mut axml, &formats::adm::WriteOptions::default()).unwrap();
        let (mut read, mut warnings) = formats::adm::read(&axml[..]).unwrap();
        read.apply_chna(&document.chna(), &mut warnings);
        let options = SelectOptions { file_tracks: channels, ..SelectOptions::default() };
        let (items, found) = items::select(&read, &options).unwrap();
        warnings.extend(found);
        assert!(warnings.is_empty(), "{warnings:?}");
        items
    }

    const CARRIED: Carried<'_> = Carried { name: "A film", sample_rate: 48_000, bits: 24 };

    #[test]
    fn a_rendered_layout_is_a_bed_of_its_own_loudspeakers() {
        for layout in Layout::all() {
            let items = items_of(&CARRIED.loudspeakers(&layout), layout.channels.len());
            assert_eq!(items.len(), layout.channels.len(), "{}", layout.name);
            for (item, channel) in items.iter().zip(&layout.channels) {
                let RenderItem::DirectSpeakers(item) = item else { panic!("{item:?}") };
                let BlockFormats::DirectSpeakers(blocks) = &item.channel.blocks else { panic!("{item:?}") };
                let label = blocks[0].speaker_labels[0].rsplit(':').next().unwrap();
                let same = label == channel.name || channel.is_lfe && label.starts_with("LFE");
                assert!(same, "{}: {label} is not {}", layout.name, channel.name);
            }
        }
    }

    #[test]
    fn an_ambix_file_is_one_scene_of_every_component() {
        for order in 1..=7 {
            let channels = (order + 1) * (order + 1);
            let items = items_of(&CARRIED.ambix(order), channels);
            let [RenderItem::Hoa(scene)] = &items[..] else { panic!("order {order}: {items:?}") };
            assert_eq!((scene.channels.len(), scene.normalization.as_str()), (channels, "SN3D"));
            let components = (0..=order as i32).flat_map(|l| (-l..=l).map(move |m| (l, m)));
            for (track, (order, degree)) in components.enumerate() {
                let at = |channel: &&items::HoaChannel| channel.track == items::TrackSpec::Direct(track);
                let channel = scene.channels.iter().find(at).unwrap();
                assert_eq!((channel.order, channel.degree), (order, degree), "track {track}");
            }
        }
    }
}
