//! BS.2076-2 §5: references lead to elements of the right kind, without loops, and reach everything.

use std::collections::{HashMap, HashSet};

use super::rules_table as rules;
use crate::adm::{AdmId, Document, IdKind};
use crate::profile::lookup::{Lookup, names_of};
use crate::profile::{Findings, Rule};

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    let mut seen: HashSet<(IdKind, &AdmId)> = HashSet::new();
    let mut owner: Option<&AdmId> = None;
    for_each_reference(lookup.document, |from, kind, to| {
        if owner != Some(from) {
            owner = Some(from);
            seen.clear();
        }
        check_one(lookup, from, kind, to, findings);
        if !seen.insert((kind, to)) && !to.is_silent_track() {
            findings.add(&rules::REFERENCE_DUPLICATE, from, || format!("refers to {to} twice"));
        }
    });
    let objects = lookup.document.objects.iter().map(|object| (&object.id, object.objects.as_slice()));
    check_loops(objects, &rules::OBJECT_CYCLE, findings);
    let packs = lookup.document.pack_formats.iter().map(|pack| (&pack.id, pack.pack_formats.as_slice()));
    check_loops(packs, &rules::PACK_CYCLE, findings);
    check_reach(lookup, findings);
}

/// Calls `visit` with the owner, the kind and the target of every reference, owner by owner.
fn for_each_reference<'a>(document: &'a Document, mut visit: impl FnMut(&'a AdmId, IdKind, &'a AdmId)) {
    let mut each =
        |from: &'a AdmId, kind: IdKind, to: &'a [AdmId]| to.iter().for_each(|to| visit(from, kind, to));
    for programme in &document.programmes {
        each(&programme.id, IdKind::Content, &programme.contents);
        each(&programme.id, IdKind::AlternativeValueSet, &programme.alternative_value_sets);
        if let Some(authoring) = &programme.authoring_information {
            each(&programme.id, IdKind::PackFormat, &authoring.reference_layouts);
        }
    }
    for content in &document.contents {
        each(&content.id, IdKind::Object, &content.objects);
        each(&content.id, IdKind::AlternativeValueSet, &content.alternative_value_sets);
    }
    for object in &document.objects {
        each(&object.id, IdKind::PackFormat, &object.pack_formats);
        each(&object.id, IdKind::Object, &object.objects);
        each(&object.id, IdKind::TrackUid, &object.track_uids);
    }
    for object in &document.objects {
        each(&object.id, IdKind::Object, &object.complementary_objects);
    }
    for pack in &document.pack_formats {
        each(&pack.id, IdKind::ChannelFormat, &pack.channel_formats);
        each(&pack.id, IdKind::PackFormat, &pack.pack_formats);
    }
    for pack in &document.pack_formats {
        each(&pack.id, IdKind::PackFormat, &pack.encode_pack_formats);
        each(&pack.id, IdKind::PackFormat, &pack.decode_pack_formats);
    }
    for pack in &document.pack_formats {
        each(&pack.id, IdKind::PackFormat, pack.input_pack_format.as_slice());
    }
    for pack in &document.pack_formats {
        each(&pack.id, IdKind::PackFormat, pack.output_pack_format.as_slice());
    }
    for stream in &document.stream_formats {
        each(&stream.id, IdKind::ChannelFormat, stream.channel_format.as_slice());
        each(&stream.id, IdKind::PackFormat, stream.pack_format.as_slice());
        each(&stream.id, IdKind::TrackFormat, &stream.track_formats);
    }
    for track in &document.track_formats {
        each(&track.id, IdKind::StreamFormat, track.stream_format.as_slice());
    }
    for uid in &document.track_uids {
        each(&uid.id, IdKind::TrackFormat, uid.track_format.as_slice());
        each(&uid.id, IdKind::ChannelFormat, uid.channel_format.as_slice());
        each(&uid.id, IdKind::PackFormat, uid.pack_format.as_slice());
    }
    for group in &document.tags {
        for (kind, ids) in [
            (IdKind::Programme, &group.programmes),
            (IdKind::Content, &group.contents),
            (IdKind::Object, &group.objects),
        ] {
            ids.iter().for_each(|id| each(id, kind, std::slice::from_ref(id)));
        }
    }
}

fn check_one(lookup: &Lookup<'_>, from: &AdmId, kind: IdKind, to: &AdmId, findings: &mut Findings) {
    if lookup.exists(kind, to) || to.is_silent_track() {
        return;
    }
    match to.kind() {
        Some(other) if other != kind => findings.add(&rules::REFERENCE_KIND, from, || {
            format!("{to} ({}) where an {} is meant", names_of(other).0, names_of(kind).0)
        }),
        _ => findings.add(&rules::REFERENCE_DANGLING, from, || {
            format!("{} {to}, which doesn't exist", names_of(kind).0)
        }),
    }
}

/// Loops by a walk that marks what is open and what is done; each edge is followed once.
fn check_loops<'a>(
    elements: impl Iterator<Item = (&'a AdmId, &'a [AdmId])>,
    rule: &Rule,
    findings: &mut Findings,
) {
    let mut edges: HashMap<&AdmId, &[AdmId]> = HashMap::new();
    let mut order = Vec::new();
    for (id, to) in elements {
        if let std::collections::hash_map::Entry::Vacant(entry) = edges.entry(id) {
            entry.insert(to);
            order.push(id);
        }
    }
    let mut open_or_done: HashMap<&AdmId, bool> = HashMap::new();
    for start in order {
        let mut path: Vec<(&AdmId, std::slice::Iter<'_, AdmId>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(id) = next.take() {
                match (edges.get(id), open_or_done.get(id)) {
                    (Some(to), None) => {
                        open_or_done.insert(id, true);
                        path.push((id, to.iter()));
                    }
                    (Some(_), Some(true)) => {
                        let from = path.last().map_or(id, |&(from, _)| from);
                        findings.add(rule, from, || format!("refers to {id}, which contains it"));
                    }
                    _ => {}
                }
            }
            let Some((id, to)) = path.last_mut() else { break };
            next = to.next();
            if next.is_none() {
                open_or_done.insert(id, false);
                path.pop();
            }
        }
    }
}

/// Contents, objects, packs, channels and track UIDs that no programme leads to.
fn check_reach(lookup: &Lookup<'_>, findings: &mut Findings) {
    let document = lookup.document;
    if document.programmes.is_empty() {
        return;
    }
    let contents: HashSet<&AdmId> =
        document.programmes.iter().flat_map(|programme| &programme.contents).collect();
    let mut open: Vec<&AdmId> = document
        .contents
        .iter()
        .filter(|content| contents.contains(&content.id))
        .flat_map(|c| &c.objects)
        .collect();
    let (mut objects, mut packs, mut uids) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut open_packs: Vec<&AdmId> = Vec::new();
    while let Some(id) = open.pop() {
        let Some(object) = lookup.object(id) else { continue };
        if objects.insert(&object.id) {
            open.extend(object.objects.iter().chain(&object.complementary_objects));
            open_packs.extend(&object.pack_formats);
            uids.extend(&object.track_uids);
        }
    }
    let mut channels = HashSet::new();
    while let Some(id) = open_packs.pop() {
        let Some(pack) = lookup.pack(id) else { continue };
        if packs.insert(&pack.id) {
            channels.extend(&pack.channel_formats);
            open_packs.extend(&pack.pack_formats);
            open_packs.extend(pack.encode_pack_formats.iter().chain(&pack.decode_pack_formats));
            open_packs.extend(pack.input_pack_format.iter().chain(&pack.output_pack_format));
        }
    }
    let mut report = |kind: IdKind, id: &AdmId, reached: bool| {
        if !reached {
            findings.add(&rules::UNREACHED, id, || format!("no programme uses this {}", names_of(kind).0));
        }
    };
    document.contents.iter().for_each(|c| report(IdKind::Content, &c.id, contents.contains(&c.id)));
    document.objects.iter().for_each(|o| report(IdKind::Object, &o.id, objects.contains(&o.id)));
    document.pack_formats.iter().for_each(|p| report(IdKind::PackFormat, &p.id, packs.contains(&p.id)));
    document
        .channel_formats
        .iter()
        .for_each(|c| report(IdKind::ChannelFormat, &c.id, channels.contains(&c.id)));
    document.track_uids.iter().for_each(|u| report(IdKind::TrackUid, &u.id, uids.contains(&u.id)));
}
