//! The demo scene as ADM: what sounds when, where, and on which track.

use std::num::NonZeroU32;
use std::sync::Arc;

use formats::adm::{
    AdmId, AdmTime, AudioChannelFormat, AudioContent, AudioObject, AudioPackFormat, AudioProgramme,
    AudioStreamFormat, AudioTrackFormat, AudioTrackUid, BlockCommon, BlockFormats, BlockId, Dialogue,
    Document, Frequency, ObjectPosition, ObjectsBlock, PolarPosition, ScreenEdgeLock, TimeForm,
    TypeDefinition, Unknown,
};

use super::{effects, music, source, voice};

/// Length of the scene in seconds.
pub const SECONDS: f64 = 12.0;
/// Samples per second.
pub const SAMPLE_RATE: u32 = 48_000;
/// Length of a metadata block in milliseconds.
const BLOCK_MS: u32 = 100;

/// Parts of a second in a written time: BS.2076-2 §5.13, five digits.
const TIME_PARTS: NonZeroU32 = match NonZeroU32::new(100_000) {
    Some(parts) => parts,
    None => NonZeroU32::MIN,
};

/// Gain of everything, so that the loudest render peaks around −6 dBFS.
const LEVEL: f32 = 1.1;

/// When things happen, in seconds.
const MUSIC_START: f64 = 0.2;
const STEPS: (f64, f64) = (0.8, 5.2);
const FIRST_LINE: f64 = 1.4;
const SECOND_LINE: f64 = 4.4;
const HELICOPTER: (f64, f64, f64) = (4.6, 7.4, 10.4);
pub(super) const WHOOSH: (f64, f64, f64) = (8.6, 10.15, 10.6);
const BOOM: f64 = 10.15;

/// The scene: its metadata and its tracks of [`SECONDS`].
#[derive(Clone, Debug)]
pub struct Scene {
    /// Complete but for the common definitions it refers to.
    pub document: Document,
    /// Samples, one `Vec` per track of the file.
    pub tracks: Vec<Vec<f32>>,
}

/// Where a moving object is at a time.
#[derive(Clone, Copy, Debug)]
struct Pose {
    azimuth: f64,
    elevation: f64,
    distance: f64,
    size: f64,
    diffuse: f64,
}

/// Makes the scene; the same every time.
pub fn make() -> Scene {
    let rate = f64::from(SAMPLE_RATE);
    let length = (SECONDS * rate) as usize;
    let mut bed = vec![vec![0.0_f32; length]; music::CHANNELS];
    let mut rain = vec![vec![0.0_f32; length]; effects::RAIN_CHANNELS];
    let mono = || vec![0.0_f32; length];
    let (mut dialogue, mut steps, mut helicopter, mut whoosh) = (mono(), mono(), mono(), mono());
    rayon::scope(|scope| {
        scope.spawn(|_| {
            music::play(&mut bed, rate, MUSIC_START);
            effects::boom(&mut bed, rate, BOOM);
        });
        scope.spawn(|_| effects::rain(&mut rain, rate));
        scope.spawn(|_| voice::speak(&mut dialogue, rate, FIRST_LINE, SECOND_LINE));
        scope.spawn(|_| effects::steps(&mut steps, rate, STEPS.0, STEPS.1));
        scope.spawn(|_| effects::helicopter(&mut helicopter, rate, HELICOPTER.0, HELICOPTER.1, HELICOPTER.2));
        scope.spawn(|_| effects::whoosh(&mut whoosh, rate, WHOOSH.0, WHOOSH.1, WHOOSH.2));
    });
    let mut tracks = bed;
    tracks.extend(rain);
    tracks.extend([dialogue, steps, helicopter, whoosh]);
    tracks.iter_mut().flatten().for_each(|x| *x *= LEVEL);
    Scene { document: document(), tracks }
}

fn document() -> Document {
    let mut document = Document::default();
    document.programmes.push(AudioProgramme {
        id: "APR_1001".into(),
        name: "Crossing".to_owned(),
        language: Some("en".to_owned()),
        start: Some(milliseconds(0)),
        end: Some(milliseconds((SECONDS * 1000.0) as u32)),
        contents: vec!["ACO_1001".into(), "ACO_1002".into(), "ACO_1003".into()],
        ..AudioProgramme::default()
    });
    content(&mut document, "ACO_1001", "Dialogue", Dialogue { kind: 1, content_kind: Some(1) }, &["AO_1001"]);
    content(&mut document, "ACO_1002", "Music", Dialogue { kind: 0, content_kind: Some(1) }, &["AO_1002"]);
    let effects = ["AO_1003", "AO_1004", "AO_1005", "AO_1006"];
    content(&mut document, "ACO_1003", "Effects", Dialogue { kind: 0, content_kind: Some(2) }, &effects);

    let bed_tracks = ["1_01", "2_01", "3_01", "4_01", "5_01", "6_01", "d_01", "f_01", "10_01", "12_01"];
    common_object(&mut document, "AO_1002", "Strings and bells", "AP_00010005", &bed_tracks);
    common_object(&mut document, "AO_1003", "Rain", "AP_00040001", &["1_01", "2_01", "3_01", "4_01"]);
    moving_object(&mut document, 1, "Voice", |_| Pose {
        azimuth: 0.0,
        elevation: 0.0,
        distance: 1.0,
        size: 0.0,
        diffuse: 0.0,
    });
    moving_object(&mut document, 4, "Steps", |t| {
        let along = source::ease(t, STEPS.0 - 0.4, STEPS.1 + 0.4);
        Pose { azimuth: 55.0 - 110.0 * along, elevation: 0.0, distance: 1.0, size: 0.0, diffuse: 0.0 }
    });
    moving_object(&mut document, 5, "Helicopter", |t| {
        let along = source::ease(t, HELICOPTER.0, HELICOPTER.2);
        let elevation = 20.0 + 60.0 * (std::f64::consts::PI * along).sin();
        let azimuth = 140.0 - 190.0 * source::ease(along, 0.2, 0.8);
        Pose { azimuth, elevation, distance: 1.0, size: 12.0, diffuse: 0.1 }
    });
    moving_object(&mut document, 6, "Rush of air", |t| {
        let along = source::ease(t, WHOOSH.0 + 0.5, WHOOSH.2);
        let size = 20.0 + 130.0 * source::ease(t, WHOOSH.0, WHOOSH.1);
        Pose { azimuth: -170.0 + 170.0 * along, elevation: 10.0, distance: 1.0, size, diffuse: 0.5 * along }
    });
    document
}

fn content(document: &mut Document, id: &str, name: &str, dialogue: Dialogue, objects: &[&str]) {
    document.contents.push(AudioContent {
        id: id.into(),
        name: name.to_owned(),
        objects: objects.iter().map(|object| AdmId::new(object)).collect(),
        dialogue: Some(dialogue),
        ..AudioContent::default()
    });
}

fn object(document: &mut Document, id: &str, name: &str, pack: &str, track_uids: Vec<AdmId>) {
    document.objects.push(AudioObject {
        id: id.into(),
        name: name.to_owned(),
        start: Some(milliseconds(0)),
        duration: Some(milliseconds((SECONDS * 1000.0) as u32)),
        pack_formats: vec![pack.into()],
        track_uids,
        ..AudioObject::default()
    });
}

/// Gives the next track of the file a UID.
fn track(document: &mut Document, track_format: AdmId, pack: &str) -> AdmId {
    let number = document.track_uids.len() + 1;
    let id = AdmId::new(&format!("ATU_{number:08x}"));
    document.track_uids.push(AudioTrackUid {
        id: id.clone(),
        track_index: u16::try_from(number).ok(),
        sample_rate: Some(SAMPLE_RATE),
        bit_depth: Some(24),
        track_format: Some(track_format),
        pack_format: Some(pack.into()),
        ..AudioTrackUid::default()
    });
    id
}

/// An object whose pack and tracks are BS.2094 common definitions of one type: `tracks` are the ends of the
/// track formats' ids.
fn common_object(document: &mut Document, id: &str, name: &str, pack: &str, tracks: &[&str]) {
    let type_digits = &pack["AP_".len().."AP_0001".len()];
    let uids = tracks
        .iter()
        .map(|end| {
            let format = format!("AT_{type_digits}{end:0>7}");
            track(document, AdmId::new(&format), pack)
        })
        .collect();
    object(document, id, name, pack, uids);
}

/// A mono object, number `n`, that follows `pose`.
fn moving_object(document: &mut Document, n: u32, name: &str, pose: impl Fn(f64) -> Pose) {
    let digits = format!("0003{:04x}", 0x1000 + n);
    let id = |kind: &str, end: &str| AdmId::new(&format!("{kind}_{digits}{end}"));
    let (channel, pack) = (id("AC", ""), id("AP", ""));
    let (stream, track_format) = (id("AS", ""), id("AT", "_01"));
    let objects = Some(TypeDefinition::Objects);
    document.pack_formats.push(AudioPackFormat {
        id: pack.clone(),
        name: name.to_owned(),
        type_definition: objects,
        channel_formats: vec![channel.clone()],
        ..AudioPackFormat::default()
    });
    document.stream_formats.push(AudioStreamFormat {
        id: stream.clone(),
        name: format!("PCM {name}"),
        format: Some(1),
        channel_format: Some(channel.clone()),
        track_formats: vec![track_format.clone()],
        ..AudioStreamFormat::default()
    });
    document.track_formats.push(AudioTrackFormat {
        id: track_format.clone(),
        name: format!("PCM {name}"),
        format: Some(1),
        stream_format: Some(stream),
        ..AudioTrackFormat::default()
    });
    document.channel_formats.push(Arc::new(AudioChannelFormat {
        id: channel,
        name: name.to_owned(),
        blocks: BlockFormats::Objects(blocks(0x0003_1000 + n, pose)),
        frequency: Frequency::default(),
        unknown: Unknown::default(),
    }));
    let uid = track(document, track_format, pack.as_str());
    object(document, &format!("AO_{:04x}", 0x1000 + n), name, pack.as_str(), vec![uid]);
}

/// The path as blocks of [`BLOCK_MS`]; each pose is reached at the end of its block.
fn blocks(channel: u32, pose: impl Fn(f64) -> Pose) -> Vec<ObjectsBlock> {
    let total = (SECONDS * 1000.0) as u32;
    let mut blocks: Vec<ObjectsBlock> = Vec::new();
    for start in (0..total).step_by(BLOCK_MS as usize) {
        let first = blocks.is_empty();
        let at = pose(f64::from(if first { 0 } else { start + BLOCK_MS }) / 1000.0);
        let position = ObjectPosition::Polar(PolarPosition {
            azimuth: tenth(at.azimuth),
            elevation: tenth(at.elevation),
            distance: at.distance,
        });
        let common = BlockCommon {
            id: BlockId { channel, number: u32::try_from(blocks.len()).map_or(0, |n| n + 1) },
            rtime: Some(milliseconds(start)),
            duration: Some(milliseconds(BLOCK_MS)),
            ..BlockCommon::default()
        };
        blocks.push(ObjectsBlock {
            common,
            position,
            width: tenth(at.size),
            height: tenth(at.size / 3.0),
            depth: 0.0,
            diffuse: (at.diffuse * 100.0).round() / 100.0,
            screen_ref: false,
            screen_edge_lock: ScreenEdgeLock::default(),
            special: None,
        });
    }
    blocks
}

fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

fn milliseconds(ms: u32) -> AdmTime {
    AdmTime { numerator: u64::from(ms) * 100, denominator: TIME_PARTS, form: TimeForm::Decimal }
}
