//! Documents of the profile: ids, names and references as it counts them, whatever they are made from.

use std::sync::Arc;

use crate::adm::{
    AdmId, AdmTime, AudioChannelFormat, AudioContent, AudioObject, AudioPackFormat, AudioProgramme,
    AudioStreamFormat, AudioTrackFormat, AudioTrackUid, BlockFormats, BlockId, Bound, Dialogue,
    DirectSpeakersBlock, DirectSpeakersPosition, Document, ObjectsBlock, TypeDefinition,
};

/// The first number of own elements, and that of the first object that is no bed (table 17).
const OWN: usize = 0x1001;
const FIRST_OBJECT: usize = 0x100b;
/// `formatLabel` of PCM.
const PCM: u16 = 1;

/// `speakerLabel`, `audioChannelFormatName` and place of a bed channel.
pub type BedChannel = (&'static str, &'static str, [f64; 3]);

/// A content: name, language and objects.
pub type ContentParts = (String, Option<String>, Vec<AdmId>);

/// A document in the making: first all beds, then all objects, in the order of their tracks.
#[derive(Debug)]
pub struct MasterBuilder {
    document: Document,
    end: u64,
    rate: u32,
    bits: u32,
    beds: usize,
    /// Bed channels so far.
    speakers: usize,
    objects: usize,
}

impl MasterBuilder {
    /// For a file of `end` ticks of 10 µs.
    pub fn new(end: u64, sample_rate: u32, bits: u32) -> Self {
        let document = Document::default();
        Self { document, end, rate: sample_rate, bits, beds: 0, speakers: 0, objects: 0 }
    }

    /// Adds a bed, whose channels are the next tracks; gives its object.
    pub fn add_bed(&mut self, name: String, labels: &[BedChannel]) -> AdmId {
        let kind = TypeDefinition::DirectSpeakers;
        let pack = AdmId::pack_format(kind, number(OWN + self.beds));
        let (mut channels, mut uids) = (Vec::new(), Vec::new());
        for (label, channel_name, [x, y, z]) in labels {
            let id = number(OWN + self.speakers);
            self.speakers += 1;
            let exactly = |value: &f64| Bound { value: *value, min: None, max: None };
            let mut block = DirectSpeakersBlock {
                speaker_labels: vec![(*label).to_owned()],
                position: DirectSpeakersPosition::Cartesian { x: exactly(x), y: exactly(y), z: exactly(z) },
                ..DirectSpeakersBlock::default()
            };
            block.common.id = block_id(kind, id, 1);
            let blocks = BlockFormats::DirectSpeakers(vec![block]);
            channels.push(AdmId::channel_format(kind, id));
            uids.push(self.add_channel((kind, id), channel_name, blocks, &pack));
        }
        let pack_name = format!("AtmosCustomPackFormat{}", self.beds + 1);
        self.add_pack(&pack, pack_name, kind, channels);
        let object = AdmId::object(number(OWN + self.beds));
        self.beds += 1;
        self.add_audio_object(object, name, pack, uids)
    }

    /// Adds an object, which is the next track; its blocks get their ids here. Gives its object.
    pub fn add_object(&mut self, name: String, mut blocks: Vec<ObjectsBlock>) -> AdmId {
        let kind = TypeDefinition::Objects;
        let id = number(OWN + self.objects);
        let pack = AdmId::pack_format(kind, id);
        for (block, index) in blocks.iter_mut().zip(1..) {
            block.common.id = block_id(kind, id, index);
        }
        let uid = self.add_channel((kind, id), &name, BlockFormats::Objects(blocks), &pack);
        self.add_pack(&pack, name.clone(), kind, vec![AdmId::channel_format(kind, id)]);
        let object = AdmId::object(number(FIRST_OBJECT.max(OWN + self.beds) + self.objects));
        self.objects += 1;
        self.add_audio_object(object, name, pack, vec![uid])
    }

    /// The document, with these contents in its programme.
    pub fn finish(mut self, contents: Vec<ContentParts>) -> Document {
        for (index, (name, language, objects)) in contents.into_iter().enumerate() {
            self.document.contents.push(AudioContent {
                id: AdmId::content(number(OWN + index)),
                name,
                language,
                objects,
                dialogue: Some(Dialogue { kind: 2, content_kind: Some(0) }),
                ..AudioContent::default()
            });
        }
        self.document.programmes.push(AudioProgramme {
            id: AdmId::programme(number(OWN)),
            name: "Atmos_Master".to_owned(),
            start: Some(AdmTime::from_ticks(0)),
            end: Some(AdmTime::from_ticks(self.end)),
            contents: self.document.contents.iter().map(|content| content.id.clone()).collect(),
            ..AudioProgramme::default()
        });
        self.document
    }

    fn add_audio_object(&mut self, id: AdmId, name: String, pack: AdmId, track_uids: Vec<AdmId>) -> AdmId {
        self.document.objects.push(AudioObject {
            id: id.clone(),
            name,
            start: Some(AdmTime::from_ticks(0)),
            duration: Some(AdmTime::from_ticks(self.end)),
            pack_formats: vec![pack],
            track_uids,
            ..AudioObject::default()
        });
        id
    }

    fn add_pack(&mut self, id: &AdmId, name: String, kind: TypeDefinition, channel_formats: Vec<AdmId>) {
        self.document.pack_formats.push(AudioPackFormat {
            id: id.clone(),
            name,
            type_definition: Some(kind),
            channel_formats,
            ..AudioPackFormat::default()
        });
    }

    /// A channel with its stream, track format and track UID, which it gives.
    fn add_channel(
        &mut self,
        (kind, id): (TypeDefinition, u16),
        name: &str,
        blocks: BlockFormats,
        pack: &AdmId,
    ) -> AdmId {
        let channel = AdmId::channel_format(kind, id);
        let stream = AdmId::stream_format(kind, id);
        let track = AdmId::track_format(kind, id, 1);
        let pcm = format!("PCM_{name}");
        self.document.channel_formats.push(Arc::new(AudioChannelFormat {
            id: channel.clone(),
            name: name.to_owned(),
            blocks,
            ..AudioChannelFormat::default()
        }));
        self.document.stream_formats.push(AudioStreamFormat {
            id: stream.clone(),
            name: pcm.clone(),
            format: Some(PCM),
            channel_format: Some(channel),
            pack_format: Some(pack.clone()),
            track_formats: vec![track.clone()],
            ..AudioStreamFormat::default()
        });
        self.document.track_formats.push(AudioTrackFormat {
            id: track.clone(),
            name: pcm,
            format: Some(PCM),
            stream_format: Some(stream),
            ..AudioTrackFormat::default()
        });
        let index = self.document.track_uids.len() + 1;
        let uid = AdmId::track_uid(u32::try_from(index).unwrap_or(u32::MAX));
        self.document.track_uids.push(AudioTrackUid {
            id: uid.clone(),
            track_index: u16::try_from(index).ok(),
            sample_rate: Some(self.rate),
            bit_depth: Some(self.bits),
            track_format: Some(track),
            pack_format: Some(pack.clone()),
            ..AudioTrackUid::default()
        });
        uid
    }
}

fn block_id(kind: TypeDefinition, channel: u16, block: u32) -> BlockId {
    BlockId { channel: (kind as u32) << 16 | u32::from(channel), number: block }
}

/// A master has 128 tracks, so that numbers fit ids.
fn number(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}
