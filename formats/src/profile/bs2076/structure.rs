//! BS.2076-2 §5: each element has what it needs, and types and packs fit together.

use super::rules_table as rules;
use crate::adm::{AdmId, AudioObject, AudioPackFormat, AudioTrackUid, TypeDefinition};
use crate::profile::Findings;
use crate::profile::lookup::{Lookup, channel_type, type_name};
use crate::profile::times::block_count;

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    let document = lookup.document;
    if document.programmes.is_empty() && !document.objects.is_empty() {
        findings.add(&rules::PROGRAMME_NONE, &"", || {
            format!("no audioProgramme, {} objects", document.objects.len())
        });
    }
    for programme in document.programmes.iter().filter(|programme| programme.contents.is_empty()) {
        findings.add(&rules::PROGRAMME_EMPTY, &programme.id, || "no audioContentIDRef".into());
    }
    for content in document.contents.iter().filter(|content| content.objects.is_empty()) {
        findings.add(&rules::CONTENT_EMPTY, &content.id, || "no audioObjectIDRef".into());
    }
    for object in &document.objects {
        check_object(lookup, object, findings);
    }
    for pack in &document.pack_formats {
        check_pack(lookup, pack, findings);
    }
    for channel in &document.channel_formats {
        if channel_type(channel).is_none() {
            findings.add(&rules::CHANNEL_TYPE_UNKNOWN, &channel.id, || "none of the five types".into());
        } else if block_count(&channel.blocks) == 0 {
            findings.add(&rules::CHANNEL_EMPTY, &channel.id, || "no audioBlockFormat".into());
        }
    }
    check_tracks(lookup, findings);
}

fn check_object(lookup: &Lookup<'_>, object: &AudioObject, findings: &mut Findings) {
    let (packs, tracks) = (&object.pack_formats, &object.track_uids);
    match (packs.is_empty(), tracks.is_empty()) {
        (true, true) if object.objects.is_empty() => {
            findings.add(&rules::OBJECT_EMPTY, &object.id, || "neither pack, track nor object".into());
        }
        (true, false) => findings.add(&rules::OBJECT_PACK_MISSING, &object.id, || {
            format!("{} track UIDs without a pack", tracks.len())
        }),
        (false, true) => findings
            .add(&rules::OBJECT_TRACKS_MISSING, &object.id, || format!("{} without track UIDs", join(packs))),
        (false, false) => check_allocation(lookup, object, findings),
        (true, true) => {}
    }
    if object.complementary_objects.contains(&object.id) {
        findings.add(&rules::COMPLEMENTARY_SELF, &object.id, || "complementary to itself".into());
    }
}

/// Tracks against the channels of the packs. Matrix packs are left out: their tracks are those of another pack.
fn check_allocation(lookup: &Lookup<'_>, object: &AudioObject, findings: &mut Findings) {
    let is_matrix =
        |id: &AdmId| lookup.pack(id).is_none_or(|pack| pack.type_definition == Some(TypeDefinition::Matrix));
    if object.pack_formats.iter().any(is_matrix) {
        return;
    }
    let channels: Option<usize> = object.pack_formats.iter().map(|pack| lookup.channel_count(pack)).sum();
    if let Some(channels) = channels.filter(|&channels| channels != object.track_uids.len()) {
        findings.add(&rules::OBJECT_TRACK_COUNT, &object.id, || {
            format!("{} track UIDs for {channels} channels", object.track_uids.len())
        });
    }
    for uid in object.track_uids.iter().filter_map(|id| lookup.track_uid(id)) {
        let Some(wanted) = &uid.pack_format else { continue };
        let mut holds =
            object.pack_formats.iter().map(|pack| lookup.any_pack_in(pack, |inner| inner.id == *wanted));
        if holds.all(|held| held == Some(false)) {
            findings.add(&rules::OBJECT_UID_PACK, &object.id, || {
                format!("{} is of {wanted}, the object of {}", uid.id, join(&object.pack_formats))
            });
        }
    }
}

fn check_pack(lookup: &Lookup<'_>, pack: &AudioPackFormat, findings: &mut Findings) {
    if pack.channel_formats.is_empty() && pack.pack_formats.is_empty() {
        findings.add(&rules::PACK_EMPTY, &pack.id, || "no channel and no pack".into());
    }
    let Some(definition) = pack.type_definition else {
        findings.add(&rules::PACK_TYPE_MISSING, &pack.id, || "no type, or none of the five".into());
        return;
    };
    let channels = pack.channel_formats.iter().filter_map(|id| lookup.channel(id));
    let channels = channels.map(|channel| (&channel.id, channel_type(channel)));
    let packs = pack.pack_formats.iter().filter_map(|id| lookup.pack(id));
    let packs = packs.map(|inner| (&inner.id, inner.type_definition));
    for (id, inner) in
        channels.chain(packs).filter(|(_, inner)| inner.is_some_and(|inner| inner != definition))
    {
        findings.add(&rules::PACK_TYPE_MIXED, &pack.id, || {
            format!("{id} is {}, the pack {}", type_name(inner), type_name(Some(definition)))
        });
    }
}

fn check_tracks(lookup: &Lookup<'_>, findings: &mut Findings) {
    let document = lookup.document;
    for stream in &document.stream_formats {
        match (&stream.channel_format, &stream.pack_format) {
            (None, None) => {
                findings.add(&rules::STREAM_NOWHERE, &stream.id, || "neither channel nor pack".into());
            }
            (Some(channel), Some(pack)) => {
                findings.add(&rules::STREAM_DUAL, &stream.id, || format!("both {channel} and {pack}"));
            }
            _ => {}
        }
    }
    for track in document.track_formats.iter().filter(|track| track.stream_format.is_none()) {
        // A stream that names the track will do: BS.2076-0 referred that way only.
        let named = |stream: &crate::adm::AudioStreamFormat| stream.track_formats.contains(&track.id);
        let stream = track.id.digits().map(|digits| AdmId::new(&format!("AS_{digits:08x}")));
        if !stream.and_then(|id| lookup.stream(&id)).is_some_and(named) {
            findings.add(&rules::TRACK_FORMAT_NOWHERE, &track.id, || "no audioStreamFormatIDRef".into());
        }
    }
    for uid in &document.track_uids {
        check_uid(lookup, uid, findings);
    }
}

fn check_uid<'a>(lookup: &Lookup<'a>, uid: &'a AudioTrackUid, findings: &mut Findings) {
    match (&uid.track_format, &uid.channel_format) {
        (None, None) => {
            findings.add(&rules::UID_NOWHERE, &uid.id, || "neither track nor channel format".into());
        }
        (Some(track), Some(channel)) => {
            findings.add(&rules::UID_DUAL, &uid.id, || format!("both {track} and {channel}"));
        }
        _ => {}
    }
    let Some(pack) = &uid.pack_format else {
        findings.add(&rules::UID_PACK_MISSING, &uid.id, || "no audioPackFormatIDRef".into());
        return;
    };
    let Some(channel) = lookup.channel_of(uid) else { return };
    let is_matrix = |pack: &AudioPackFormat| pack.type_definition == Some(TypeDefinition::Matrix);
    if lookup.pack(pack).is_none_or(is_matrix) {
        return;
    }
    if lookup.any_pack_in(pack, |inner| inner.channel_formats.contains(channel)) == Some(false) {
        findings.add(&rules::UID_CHANNEL_NOT_IN_PACK, &uid.id, || format!("{channel} is not in {pack}"));
    }
}

fn join(ids: &[AdmId]) -> String {
    let names: Vec<&str> = ids.iter().take(4).map(AdmId::as_str).collect();
    names.join(", ") + if ids.len() > 4 { ", …" } else { "" }
}
