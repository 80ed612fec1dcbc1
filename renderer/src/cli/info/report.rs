//! What `--json` says. Fields are only ever added; elements refer to one another by id.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use formats::Warning;
use formats::adm::{
    AdmId, AdmTime, AudioChannelFormat, AudioObject, AudioTrackUid, BlockFormats, Document, IdKind, Index,
    Label, TypeDefinition,
};
use formats::bw64::{BextChunk, ChnaChunk, ChunkEntry, Container, DbmdChunk, SampleFormat, TrackRef};
use formats::damf::{BedInstance, Damf};
use serde::Serialize;

use super::Contents;

/// The whole answer.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    pub(super) file: String,
    pub(super) container: Kind,
    pub(super) file_size: u64,
    pub(super) audio: Audio,
    pub(super) chunks: &'a [ChunkEntry],
    /// Rows of chna, with what they lead to.
    pub(super) tracks: Vec<Track>,
    pub(super) adm: Option<Adm>,
    pub(super) dbmd: Option<&'a DbmdChunk>,
    pub(super) bext: Option<&'a BextChunk>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) damf: Option<Master>,
    pub(super) warnings: Vec<String>,
}

/// What holds it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Kind {
    /// One file.
    File(Container),
    /// The three of a Dolby Atmos master.
    Master(&'static str),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(container) => container.fmt(f),
            Self::Master(name) => f.write_str(name),
        }
    }
}

/// What the `.atmos` text of a Dolby Atmos master says.
#[derive(Serialize)]
pub(super) struct Master {
    pub(super) files: Vec<String>,
    /// Frames per second, as it is written.
    pub(super) frame_rate: Option<String>,
    /// Seconds: where the sound starts.
    pub(super) offset: f64,
    /// Seconds: the first frame of action.
    pub(super) first_frame_of_action: Option<f64>,
    pub(super) creation_tool: Option<String>,
    /// Names of the channels of each bed.
    pub(super) beds: Vec<Vec<String>>,
    pub(super) objects: usize,
}

/// The sound.
#[derive(Serialize)]
pub(super) struct Audio {
    pub(super) tracks: usize,
    pub(super) sample_rate: u32,
    pub(super) sample_format: SampleFormat,
    pub(super) bits: u16,
    pub(super) channel_mask: Option<u32>,
    pub(super) frames: u64,
    pub(super) seconds: f64,
}

/// A row of chna.
#[derive(Serialize)]
pub(super) struct Track {
    pub(super) track: u16,
    pub(super) uid: String,
    pub(super) track_format: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) channel_name: Option<String>,
    pub(super) pack: Option<String>,
}

/// The document.
#[derive(Serialize)]
pub(super) struct Adm {
    pub(super) version: Option<String>,
    pub(super) profiles: Vec<String>,
    pub(super) programmes: Vec<Programme>,
    pub(super) contents: Vec<Content>,
    pub(super) objects: Vec<Object>,
    pub(super) packs: Vec<Pack>,
    pub(super) channels: Vec<Channel>,
    pub(super) streams: usize,
    pub(super) track_formats: usize,
    pub(super) track_uids: usize,
    pub(super) blocks: u64,
}

#[derive(Serialize)]
pub(super) struct Programme {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) language: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
    pub(super) integrated_loudness: Option<f64>,
    pub(super) contents: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Content {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) language: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) dialogue: Option<u8>,
    pub(super) content_kind: Option<u8>,
    pub(super) objects: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Object {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) labels: Vec<String>,
    pub(super) start: Option<String>,
    pub(super) duration: Option<String>,
    pub(super) importance: Option<u8>,
    pub(super) interact: Option<bool>,
    pub(super) mute: Option<bool>,
    pub(super) gain: Option<f64>,
    pub(super) objects: Vec<String>,
    pub(super) complementary_objects: Vec<String>,
    pub(super) packs: Vec<String>,
    pub(super) tracks: Vec<ObjectTrack>,
    pub(super) alternative_value_sets: Vec<String>,
}

/// A track of an object.
#[derive(Serialize)]
pub(super) struct ObjectTrack {
    pub(super) uid: String,
    pub(super) track: Option<u16>,
    pub(super) channel: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Pack {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<&'static str>,
    pub(super) importance: Option<u8>,
    pub(super) is_common_definition: bool,
    pub(super) channels: Vec<String>,
    pub(super) packs: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Channel {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<&'static str>,
    pub(super) is_common_definition: bool,
    pub(super) speaker_labels: Vec<String>,
    pub(super) blocks: usize,
    pub(super) low_pass: Option<f64>,
    pub(super) high_pass: Option<f64>,
}

impl<'a> Report<'a> {
    pub(super) fn new(input: &Path, contents: &'a Contents, warnings: &[Warning]) -> Self {
        let reader = &contents.reader;
        let format = reader.format();
        let audio = Audio {
            tracks: reader.channels(),
            sample_rate: format.sample_rate,
            sample_format: format.sample_format,
            bits: format.sample_format.bits(),
            channel_mask: format.channel_mask,
            frames: reader.frames(),
            seconds: reader.frames() as f64 / f64::from(format.sample_rate.max(1)),
        };
        let none = Document::default();
        let index = Index::new(contents.document.as_ref().unwrap_or(&none));
        Self {
            file: input.display().to_string(),
            container: Kind::File(reader.container()),
            file_size: reader.file_size(),
            audio,
            chunks: reader.chunks(),
            tracks: contents.chna.as_ref().map_or(Vec::new(), |chna| tracks(chna, &index)),
            adm: contents.document.as_ref().map(|_| Adm::new(&index, contents.chna.as_ref())),
            dbmd: contents.dbmd.as_ref().map(|(dbmd, _)| dbmd),
            bext: contents.bext.as_ref(),
            damf: None,
            warnings: warnings.iter().map(Warning::to_string).collect(),
        }
    }

    /// Of a master in three files, whose document makes the rows `chna`.
    pub(super) fn of_damf(input: &Path, damf: &Damf, chna: &ChnaChunk, warnings: &[Warning]) -> Self {
        let Damf { presentation, document, audio, files, .. } = damf;
        let sample_format = audio.format();
        let index = Index::new(document);
        let size = |file: &PathBuf| fs::metadata(file).map_or(0, |found| found.len());
        let names = |bed: &BedInstance| bed.channels.iter().map(|(name, _)| name.clone()).collect();
        Self {
            file: input.display().to_string(),
            container: Kind::Master("DAMF"),
            file_size: files.iter().map(size).fold(0, u64::saturating_add),
            audio: Audio {
                tracks: audio.channels(),
                sample_rate: audio.sample_rate(),
                sample_format,
                bits: sample_format.bits(),
                channel_mask: None,
                frames: audio.frames(),
                seconds: audio.frames() as f64 / f64::from(audio.sample_rate().max(1)),
            },
            chunks: &[],
            tracks: tracks(chna, &index),
            adm: Some(Adm::new(&index, Some(chna))),
            dbmd: None,
            bext: None,
            damf: Some(Master {
                files: files.iter().map(|file| file.display().to_string()).collect(),
                frame_rate: presentation.fps.clone(),
                offset: presentation.offset,
                first_frame_of_action: presentation.first_frame_of_action,
                creation_tool: presentation.creation_tool.clone(),
                beds: presentation.beds.iter().map(names).collect(),
                objects: presentation.objects.len(),
            }),
            warnings: warnings.iter().map(Warning::to_string).collect(),
        }
    }
}

/// The channel that a track UID carries.
fn channel_of<'a>(index: &Index<'a>, uid: &'a AudioTrackUid) -> Option<&'a AdmId> {
    uid.channel_format.as_ref().or_else(|| through_stream(index, uid.track_format.as_ref()?))
}

fn through_stream<'a>(index: &Index<'a>, track: &AdmId) -> Option<&'a AdmId> {
    index.stream_format(index.track_format(track)?.stream_format.as_ref()?)?.channel_format.as_ref()
}

fn tracks(chna: &ChnaChunk, index: &Index<'_>) -> Vec<Track> {
    let of_row = |row: &formats::bw64::ChnaRow| {
        let channel = match &row.track_ref {
            Some(TrackRef::ChannelFormat(id)) => Some(id),
            Some(TrackRef::TrackFormat(id)) => through_stream(index, id),
            None => index.track_uid(&row.uid).and_then(|uid| channel_of(index, uid)),
        };
        Track {
            track: row.track_index,
            uid: row.uid.to_string(),
            track_format: match &row.track_ref {
                Some(TrackRef::TrackFormat(id)) => Some(id.to_string()),
                _ => None,
            },
            channel: channel.map(AdmId::to_string),
            channel_name: channel.and_then(|id| index.channel_format(id)).map(|channel| channel.name.clone()),
            pack: row.pack_ref.as_ref().map(AdmId::to_string),
        }
    };
    chna.rows.iter().map(of_row).collect()
}

fn texts(ids: &[AdmId]) -> Vec<String> {
    ids.iter().map(AdmId::to_string).collect()
}

fn labels(labels: &[Label]) -> Vec<String> {
    labels.iter().map(|label| label.text.clone()).collect()
}

fn time(time: Option<AdmTime>) -> Option<String> {
    time.map(|time| time.to_string())
}

impl Adm {
    fn new(index: &Index<'_>, chna: Option<&ChnaChunk>) -> Self {
        let document = index.document();
        let rows: HashMap<&AdmId, u16> = chna
            .map_or(HashMap::new(), |chna| chna.rows.iter().map(|row| (&row.uid, row.track_index)).collect());
        let (packs, channels) = used_formats(index);
        Self {
            version: document.version.clone(),
            profiles: document.profiles.iter().map(profile_name).collect(),
            programmes: document.programmes.iter().map(programme).collect(),
            contents: document.contents.iter().map(content).collect(),
            objects: document.objects.iter().map(|object| object_of(object, index, &rows)).collect(),
            packs,
            blocks: channels.iter().map(|channel| channel.blocks as u64).sum(),
            channels,
            streams: document.stream_formats.len(),
            track_formats: document.track_formats.len(),
            track_uids: document.track_uids.len(),
        }
    }
}

fn profile_name(profile: &formats::adm::Profile) -> String {
    let level = profile.level.as_deref().map_or(String::new(), |level| format!(" level {level}"));
    format!("{}{level}", profile.name.as_deref().unwrap_or(&profile.uri))
}

fn programme(programme: &formats::adm::AudioProgramme) -> Programme {
    Programme {
        id: programme.id.to_string(),
        name: programme.name.clone(),
        language: programme.language.clone(),
        labels: labels(&programme.labels),
        start: time(programme.start),
        end: time(programme.end),
        integrated_loudness: programme.loudness.iter().find_map(|loudness| loudness.integrated),
        contents: texts(&programme.contents),
    }
}

fn content(content: &formats::adm::AudioContent) -> Content {
    Content {
        id: content.id.to_string(),
        name: content.name.clone(),
        language: content.language.clone(),
        labels: labels(&content.labels),
        dialogue: content.dialogue.as_ref().map(|dialogue| dialogue.kind),
        content_kind: content.dialogue.as_ref().and_then(|dialogue| dialogue.content_kind),
        objects: texts(&content.objects),
    }
}

fn object_of(object: &AudioObject, index: &Index<'_>, rows: &HashMap<&AdmId, u16>) -> Object {
    let track = |id: &AdmId| ObjectTrack {
        uid: id.to_string(),
        track: rows.get(id).copied(),
        channel: index.track_uid(id).and_then(|uid| channel_of(index, uid)).map(AdmId::to_string),
    };
    Object {
        id: object.id.to_string(),
        name: object.name.clone(),
        labels: labels(&object.labels),
        start: time(object.start),
        duration: time(object.duration),
        importance: object.importance,
        interact: object.interact,
        mute: object.mute,
        gain: object.gain.map(|gain| gain.linear()),
        objects: texts(&object.objects),
        complementary_objects: texts(&object.complementary_objects),
        packs: texts(&object.pack_formats),
        tracks: object.track_uids.iter().map(track).collect(),
        alternative_value_sets: object.alternative_value_sets.iter().map(|set| set.id.to_string()).collect(),
    }
}

/// The document's packs and channels, then the common definitions that it uses, each once.
fn used_formats(index: &Index<'_>) -> (Vec<Pack>, Vec<Channel>) {
    let document = index.document();
    let mut packs: Vec<Pack> = document.pack_formats.iter().map(|own| pack(own, false)).collect();
    let mut channels: Vec<Channel> = document.channel_formats.iter().map(|own| channel(own, false)).collect();
    let referred = document.objects.iter().flat_map(|object| &object.pack_formats);
    let referred = referred.chain(document.pack_formats.iter().flat_map(|own| &own.pack_formats));
    let mut open: Vec<&AdmId> = referred.filter(|id| index.is_common_definition(id)).collect();
    let mut seen = std::collections::HashSet::new();
    while let Some(common) = open.pop().and_then(|id| index.pack_format(id)) {
        if !seen.insert((IdKind::PackFormat, &common.id)) {
            continue;
        }
        packs.push(pack(common, true));
        open.extend(&common.pack_formats);
        for id in &common.channel_formats {
            if let Some(common) =
                index.channel_format(id).filter(|c| seen.insert((IdKind::ChannelFormat, &c.id)))
            {
                channels.push(channel(common, true));
            }
        }
    }
    (packs, channels)
}

fn pack(pack: &formats::adm::AudioPackFormat, is_common_definition: bool) -> Pack {
    Pack {
        id: pack.id.to_string(),
        name: pack.name.clone(),
        kind: pack.type_definition.map(TypeDefinition::name),
        importance: pack.importance,
        is_common_definition,
        channels: texts(&pack.channel_formats),
        packs: texts(&pack.pack_formats),
    }
}

fn block_count(channel: &AudioChannelFormat) -> usize {
    match &channel.blocks {
        BlockFormats::DirectSpeakers(blocks) => blocks.len(),
        BlockFormats::Matrix(blocks) => blocks.len(),
        BlockFormats::Objects(blocks) => blocks.len(),
        BlockFormats::Hoa(blocks) => blocks.len(),
        BlockFormats::Binaural(blocks) => blocks.len(),
        BlockFormats::Other(blocks) => blocks.len(),
    }
}

fn channel(channel: &AudioChannelFormat, is_common_definition: bool) -> Channel {
    let (kind, speaker_labels) = match &channel.blocks {
        BlockFormats::DirectSpeakers(blocks) => (
            Some(TypeDefinition::DirectSpeakers),
            blocks.first().map_or(Vec::new(), |block| block.speaker_labels.clone()),
        ),
        BlockFormats::Matrix(_) => (Some(TypeDefinition::Matrix), Vec::new()),
        BlockFormats::Objects(_) => (Some(TypeDefinition::Objects), Vec::new()),
        BlockFormats::Hoa(_) => (Some(TypeDefinition::Hoa), Vec::new()),
        BlockFormats::Binaural(_) => (Some(TypeDefinition::Binaural), Vec::new()),
        BlockFormats::Other(_) => (None, Vec::new()),
    };
    Channel {
        id: channel.id.to_string(),
        name: channel.name.clone(),
        kind: kind.map(TypeDefinition::name),
        is_common_definition,
        speaker_labels,
        blocks: block_count(channel),
        low_pass: channel.frequency.low_pass,
        high_pass: channel.frequency.high_pass,
    }
}
