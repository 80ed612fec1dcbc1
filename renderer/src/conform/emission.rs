//! BS.2168: what an advanced sound system takes in at emission. The document keeps its shape: contents get one object each, tracks
//! name their channels, and blocks only ramp, for 5 ms at least; gains are in the sound.

use std::collections::BTreeMap;
use std::sync::Arc;

use formats::adm::{
    AdmId, AdmTime, AudioChannelFormat, AudioContent, AudioObject, BlockFormats, Dialogue, Document, Gain,
    LoudnessMetadata, ObjectPosition, ObjectsBlock, ObjectsSpecial, Profile, ScreenEdgeLock,
};
use formats::profile::emission::{LONGEST_NAME, SHORTEST_SECONDS, VERSION, is_language, smallest_level};

use super::notes::Notes;
use super::path::{Path, end_tick, ticks};
use super::{Conformed, Refusal, Sound, TrackPlan};
use crate::items::{ItemContext, ObjectsItem, TrackSpec};

/// First number of own elements (BS.2076-2 §6).
const OWN: usize = 0x1001;
/// Integrated loudness of silence, LUFS: the gate of BS.1770.
pub const SILENCE_LUFS: f64 = -70.0;

/// `document`, whose objects last as long as the file, as one of the profile; its programmes have no loudness yet.
///
/// # Errors
/// When it has what no emission carries: binaural sound.
pub fn conform(document: &Document, sound: &Sound<'_>) -> Result<Conformed, Refusal> {
    let mut notes = Notes::default();
    let mut document = document.clone();
    document.version = Some(VERSION.to_owned());
    let count = sound.tracks(&document);
    let mut tracks: Vec<TrackPlan> = (0..count).map(TrackPlan::whole).collect();
    name_channels(&mut document);
    for object in &mut document.objects {
        (object.start, object.duration, object.importance) = (None, None, None);
        (object.dialogue, object.disable_ducking) = (None, None);
        object.interact.get_or_insert(false);
        if let Some(pack) = object.pack_formats.iter().find(|pack| pack.as_str().starts_with("AP_0005")) {
            let message =
                format!("is binaural sound ({pack}), which the emission profile has no place for; mute it");
            return Err(Refusal::new(&object.name, message));
        }
    }
    let end = end_tick(sound.frames, sound.sample_rate);
    for channel in &mut document.channel_formats {
        let carries = |uid: &&formats::adm::AudioTrackUid| uid.channel_format.as_ref() == Some(&channel.id);
        let track = document.track_uids.iter().find(carries).and_then(|uid| uid.track_index);
        let plan = track.and_then(|track| tracks.get_mut(usize::from(track).checked_sub(1)?));
        let channel = Arc::make_mut(channel);
        convert_channel(channel, plan, end, &mut notes);
    }
    group_objects(&mut document.contents, &mut document.objects);
    for content in &mut document.contents {
        content.dialogue.get_or_insert(Dialogue { kind: 0, content_kind: Some(0) });
        check_language(&mut content.language, &content.name, &mut notes);
    }
    for programme in &mut document.programmes {
        check_language(&mut programme.language, &programme.name, &mut notes);
        programme.loudness = vec![LoudnessMetadata {
            method: Some("ITU-R BS.1770".to_owned()),
            integrated: Some(SILENCE_LUFS),
            ..LoudnessMetadata::default()
        }];
    }
    shorten_names(&mut document, &mut notes);
    document.profiles = vec![Profile {
        name: Some("AdvSS Emission S-ADM and ADM Profile".to_owned()),
        version: Some("1".to_owned()),
        level: Some(smallest_level(&document).to_owned()),
        uri: "ITU-R BS.2168".to_owned(),
    }];
    Ok(Conformed { document, tracks, warnings: notes.into_warnings() })
}

impl Sound<'_> {
    /// Tracks of the file: as many as the document gives numbers to.
    fn tracks(&self, document: &Document) -> usize {
        let tracks = document.track_uids.iter().filter_map(|uid| uid.track_index);
        usize::from(tracks.max().unwrap_or(0))
    }
}

/// Tracks name their channels; stream and track formats go.
fn name_channels(document: &mut Document) {
    let streams: BTreeMap<&AdmId, Option<&AdmId>> =
        document.stream_formats.iter().map(|stream| (&stream.id, stream.channel_format.as_ref())).collect();
    let channel_of = |track: &AdmId| {
        let own = document.track_formats.iter().find(|known| known.id == *track);
        let channel = own.and_then(|own| streams.get(own.stream_format.as_ref()?).copied().flatten());
        // A common definition has the digits of its channel.
        channel.cloned().or_else(|| Some(AdmId::new(&format!("AC_{:08x}", track.digits()?))))
    };
    let channels: Vec<Option<AdmId>> =
        document.track_uids.iter().map(|uid| channel_of(uid.track_format.as_ref()?)).collect();
    for (uid, channel) in document.track_uids.iter_mut().zip(channels) {
        uid.channel_format = uid.channel_format.take().or(channel);
        uid.track_format = None;
    }
    document.stream_formats.clear();
    document.track_formats.clear();
}

/// One object for each content: those that have several get one that holds them.
fn group_objects(contents: &mut [AudioContent], objects: &mut Vec<AudioObject>) {
    for content in contents.iter_mut().filter(|content| content.objects.len() > 1) {
        let number = u16::try_from(OWN + objects.len()).unwrap_or(u16::MAX);
        let id = AdmId::object(number);
        objects.push(AudioObject {
            id: id.clone(),
            name: content.name.clone(),
            interact: Some(false),
            objects: std::mem::replace(&mut content.objects, vec![id]),
            ..AudioObject::default()
        });
    }
}

fn check_language(language: &mut Option<String>, element: &str, notes: &mut Notes) {
    if language.as_deref().is_some_and(|code| !is_language(code)) {
        notes.add("language-dropped", element, "the language is no code of three letters and is dropped");
        *language = None;
    }
}

fn shorten_names(document: &mut Document, notes: &mut Notes) {
    let mut shorten = |name: &mut String, id: &AdmId| {
        if name.is_empty() {
            id.as_str().clone_into(name);
        }
        if name.chars().count() > LONGEST_NAME {
            notes.add("name-cut", id.as_str(), "the name has more than 64 characters and is cut");
            *name = name.chars().take(LONGEST_NAME).collect();
        }
    };
    document.programmes.iter_mut().for_each(|element| shorten(&mut element.name, &element.id));
    document.contents.iter_mut().for_each(|element| shorten(&mut element.name, &element.id));
    document.objects.iter_mut().for_each(|element| shorten(&mut element.name, &element.id));
    document.pack_formats.iter_mut().for_each(|element| shorten(&mut element.name, &element.id));
    for channel in &mut document.channel_formats {
        let channel = Arc::make_mut(channel);
        shorten(&mut channel.name, &channel.id);
    }
}

/// Puts the gains of a channel into the sound of its track, and makes its blocks ramp.
fn convert_channel(
    channel: &mut AudioChannelFormat,
    plan: Option<&mut TrackPlan>,
    end: u64,
    notes: &mut Notes,
) {
    let BlockFormats::Objects(blocks) = &channel.blocks else { return };
    let has_gain = blocks.iter().any(|block| block.common.gain.linear() != 1.0);
    if let Some(plan) = plan.filter(|_| has_gain) {
        notes.add("gain-in-sound", &channel.name, "the gain of an object goes into the sound of its track");
        let item = ObjectsItem {
            track: TrackSpec::Silent,
            channel: Arc::new(channel.clone()),
            context: ItemContext::default(),
        };
        plan.gain = Path::new(&item, end).gain;
    }
    let BlockFormats::Objects(blocks) = &mut channel.blocks else { return };
    blocks.iter_mut().for_each(|block| strip(block, &channel.name, notes));
    if blocks.iter().any(|block| block.common.jump_position.flag) {
        notes.add("jump-to-ramp", &channel.name, "what jumps takes 5 ms");
    }
    if blocks.len() > 1 {
        *blocks = ramps(blocks);
    }
    for (block, number) in blocks.iter_mut().zip(1..) {
        block.common.id.number = number;
        block.common.jump_position = formats::adm::JumpPosition::default();
    }
}

/// Takes away what the profile has no place for.
fn strip(block: &mut ObjectsBlock, name: &str, notes: &mut Notes) {
    let special = block.special.take().map(|special| *special).unwrap_or_default();
    let has_size = [block.width, block.height, block.depth, block.diffuse].iter().any(|value| *value != 0.0);
    let screen = block.screen_ref || block.screen_edge_lock != ScreenEdgeLock::default();
    let is_far = match &mut block.position {
        ObjectPosition::Polar(at) => {
            let is_far = at.distance > 1.0;
            at.distance = at.distance.clamp(0.0, 1.0);
            is_far
        }
        ObjectPosition::Cartesian(at) => {
            let before = *at;
            (at.x, at.y, at.z) = (at.x.clamp(-1.0, 1.0), at.y.clamp(-1.0, 1.0), at.z.clamp(-1.0, 1.0));
            before != *at
        }
    };
    for (is_so, rule, message) in [
        (has_size, "size-dropped", "extent and diffuse have no place and are dropped"),
        (special.channel_lock.is_some(), "lock-dropped", "channelLock has no place and is dropped"),
        (screen, "screen-dropped", "screenRef and screenEdgeLock have no place and are dropped"),
        (block.common.head_locked, "head-lock-dropped", "headLocked has no place and is dropped"),
        (
            special.headphone_virtualise.is_some(),
            "headphones-dropped",
            "headphoneVirtualise has no place and is dropped",
        ),
        (is_far, "position-clamped", "positions beyond the room are brought to its walls"),
    ] {
        if is_so {
            notes.add(rule, name, message);
        }
    }
    let kept = ObjectsSpecial {
        divergence: special.divergence,
        zone_exclusion: special.zone_exclusion,
        zone_names: special.zone_names,
        ..ObjectsSpecial::default()
    };
    block.special = (kept != ObjectsSpecial::default()).then(|| Box::new(kept));
    (block.width, block.height, block.depth, block.diffuse) = (0.0, 0.0, 0.0, 0.0);
    (block.screen_ref, block.screen_edge_lock) = (false, ScreenEdgeLock::default());
    block.common.head_locked = false;
    block.common.gain = Gain::default();
}

/// The same path in blocks that ramp from end to end, none but the first shorter than the profile's shortest.
fn ramps(blocks: &[ObjectsBlock]) -> Vec<ObjectsBlock> {
    let shortest = (SHORTEST_SECONDS * f64::from(AdmTime::TICKS_PER_SECOND.get())).ceil() as u64;
    // When each block's place is reached.
    let mut nodes: Vec<(u64, &ObjectsBlock)> = Vec::new();
    let mut push = |at: u64, block| {
        while nodes.len() > 1 && nodes.last().is_some_and(|(last, _)| *last + shortest > at) {
            nodes.pop();
        }
        let earliest = nodes.last().map_or(0, |(last, _)| last + shortest);
        nodes.push((if nodes.is_empty() { at } else { at.max(earliest) }, block));
    };
    for (index, block) in blocks.iter().enumerate() {
        let (Some(start), Some(duration)) = (block.common.rtime, block.common.duration) else { continue };
        let (start, end) = (ticks(start), start.checked_add(duration).map_or_else(|| ticks(start), ticks));
        let jump = block.common.jump_position;
        if index > 0 && jump.flag {
            let length = jump.interpolation_length.map_or(0, ticks).max(shortest);
            if start + length < end {
                push(start + length, block);
            }
        }
        push(end.max(start + u64::from(jump.flag && index > 0) * shortest), block);
    }
    let mut start = 0;
    let mut made = Vec::new();
    for (end, block) in nodes {
        let mut block = block.clone();
        block.common.rtime = Some(AdmTime::from_ticks(start));
        block.common.duration = Some(AdmTime::from_ticks(end - start));
        made.push(block);
        start = end;
    }
    made
}
