//! BS.2076-2 §7 and BS.2088-1 §8: the chna chunk and the track UIDs say the same.

use std::collections::HashSet;

use super::rules_table as rules;
use crate::adm::{AdmId, AudioTrackUid, IdKind};
use crate::bw64::{ChnaRow, TrackRef};
use crate::profile::lookup::Lookup;
use crate::profile::{AudioFacts, FileFacts, Findings};

pub(super) fn check(lookup: &Lookup<'_>, facts: &FileFacts, findings: &mut Findings) {
    let Some(audio) = facts.audio else { return };
    let Some(rows) = &facts.chna else {
        if !lookup.document.track_uids.is_empty() {
            findings.add(&rules::CHNA_MISSING, &"chna", || {
                format!("{} track UIDs in the axml, no chna chunk", lookup.document.track_uids.len())
            });
        }
        return;
    };
    let mut listed: HashSet<&AdmId> = HashSet::new();
    let mut used: HashSet<u16> = HashSet::new();
    let has_axml = !lookup.elements().is_empty();
    for row in rows {
        if row.track_index == 0 || row.track_index > audio.channels {
            findings.add(&rules::CHNA_TRACK, &row.uid, || {
                format!("track {} in a file of {}", row.track_index, audio.channels)
            });
        }
        used.insert(row.track_index);
        match lookup.track_uid(&row.uid) {
            Some(uid) => check_row(lookup, row, uid, findings),
            None if has_axml => findings.add(&rules::CHNA_UNKNOWN, &row.uid, || {
                format!("track {} is {}, which the axml doesn't have", row.track_index, row.uid)
            }),
            None => {}
        }
        check_targets(lookup, row, findings);
        if !listed.insert(&row.uid) {
            findings.add(&rules::CHNA_DUPLICATE, &row.uid, || format!("again on track {}", row.track_index));
        }
    }
    for track in (1..=audio.channels).filter(|track| !used.contains(track)) {
        findings.add(&rules::TRACK_UNUSED, &"chna", || format!("track {track} has no track UID"));
    }
    for uid in &lookup.document.track_uids {
        if !listed.contains(&uid.id) {
            findings.add(&rules::CHNA_ABSENT, &uid.id, || "not in the chna chunk".into());
        }
        check_audio(uid, audio, findings);
    }
}

fn check_row<'a>(lookup: &Lookup<'a>, row: &ChnaRow, uid: &'a AudioTrackUid, findings: &mut Findings) {
    let mut differ = |what: &str, chna: &AdmId, axml: Option<&AdmId>| {
        if let Some(axml) = axml.filter(|&axml| axml != chna) {
            findings
                .add(&rules::CHNA_MISMATCH, &row.uid, || format!("{what} {chna} in chna, {axml} in axml"));
        }
    };
    match &row.track_ref {
        Some(TrackRef::ChannelFormat(channel)) => differ("channel", channel, lookup.channel_of(uid)),
        Some(TrackRef::TrackFormat(track)) => differ("track format", track, uid.track_format.as_ref()),
        None => {}
    }
    if let Some(pack) = &row.pack_ref {
        differ("pack", pack, uid.pack_format.as_ref());
    }
}

fn check_targets(lookup: &Lookup<'_>, row: &ChnaRow, findings: &mut Findings) {
    let track = row.track_ref.as_ref().map(|track| match track {
        TrackRef::TrackFormat(id) => (IdKind::TrackFormat, id),
        TrackRef::ChannelFormat(id) => (IdKind::ChannelFormat, id),
    });
    let pack = row.pack_ref.as_ref().map(|id| (IdKind::PackFormat, id));
    for (kind, id) in track.into_iter().chain(pack) {
        if !lookup.exists(kind, id) {
            findings.add(&rules::CHNA_DANGLING, &row.uid, || format!("{id}, which doesn't exist"));
        }
    }
}

fn check_audio(uid: &AudioTrackUid, audio: AudioFacts, findings: &mut Findings) {
    if let Some(rate) = uid.sample_rate.filter(|&rate| rate != audio.sample_rate) {
        findings
            .add(&rules::UID_RATE, &uid.id, || format!("{rate} Hz in a file of {} Hz", audio.sample_rate));
    }
    if let Some(bits) = uid.bit_depth.filter(|&bits| bits != u32::from(audio.bits)) {
        findings.add(&rules::UID_BITS, &uid.id, || format!("{bits} bits in a file of {} bits", audio.bits));
    }
}
