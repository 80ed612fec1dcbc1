//! Streams, track formats, track UIDs and chna: tables 1 to 5 and 23.

use super::MOST_TRACKS;
use super::rules_table as rules;
use crate::adm::AudioTrackUid;
use crate::profile::lookup::Lookup;
use crate::profile::{FileFacts, Findings};

/// `formatLabel` of PCM.
const PCM: u16 = 1;

pub(super) fn check(lookup: &Lookup<'_>, facts: &FileFacts, findings: &mut Findings) {
    let document = lookup.document;
    for stream in &document.stream_formats {
        let missing = [
            ("audioChannelFormatIDRef", stream.channel_format.is_none()),
            ("audioPackFormatIDRef", stream.pack_format.is_none()),
            ("audioTrackFormatIDRef", stream.track_formats.is_empty()),
        ];
        for (what, _) in missing.iter().filter(|(_, is_missing)| *is_missing) {
            findings.add(&rules::STREAM_REFERENCES, &stream.id, || format!("no {what}"));
        }
        if stream.format != Some(PCM) {
            findings.add(&rules::STREAM_FORMAT, &stream.id, || format_label(stream.format));
        }
    }
    for track in &document.track_formats {
        let is_first = track.id.as_str().ends_with("_01");
        if !is_first || track.format != Some(PCM) || track.stream_format.is_none() {
            findings.add(&rules::TRACK_FORMAT, &track.id, || match (is_first, &track.stream_format) {
                (false, _) => format!("{}", track.id),
                (true, None) => "no audioStreamFormatIDRef".into(),
                (true, Some(_)) => format_label(track.format),
            });
        }
    }
    let tracks = facts.audio.map(|audio| usize::from(audio.channels));
    let uids = document.track_uids.len();
    if uids > MOST_TRACKS || tracks.is_some_and(|tracks| tracks != uids) {
        findings.add(&rules::UID_COUNT, &"audioFormatExtended", || match tracks {
            Some(tracks) => format!("{uids} track UIDs for {tracks} tracks"),
            None => format!("{uids} track UIDs"),
        });
    }
    for (uid, number) in document.track_uids.iter().zip(1..) {
        check_uid(uid, number, facts, findings);
    }
    check_rows(facts, findings);
}

fn format_label(label: Option<u16>) -> String {
    label.map_or("no formatLabel".into(), |label| format!("formatLabel {label:04x}"))
}

fn check_uid(uid: &AudioTrackUid, number: u32, facts: &FileFacts, findings: &mut Findings) {
    let id = &uid.id;
    if id.digits() != Some(number) {
        findings.add(&rules::UID_SEQUENCE, id, || format!("{id} where ATU_{number:08x} is next"));
    }
    if uid.track_format.is_none() || uid.pack_format.is_none() {
        findings.add(&rules::UID_REFERENCES, id, || match &uid.track_format {
            None => "no audioTrackFormatIDRef".into(),
            Some(_) => "no audioPackFormatIDRef".into(),
        });
    }
    if let Some(channel) = &uid.channel_format {
        findings.add(&rules::VERSION_2, id, || format!("audioChannelFormatIDRef {channel}"));
    }
    let Some(audio) = facts.audio else { return };
    if uid.sample_rate != Some(audio.sample_rate) || uid.bit_depth != Some(u32::from(audio.bits)) {
        let number = |n: Option<u32>| n.map_or("none".into(), |n| n.to_string());
        findings.add(&rules::UID_FORMAT, id, || {
            format!("sampleRate {}, bitDepth {}", number(uid.sample_rate), number(uid.bit_depth))
        });
    }
}

fn check_rows(facts: &FileFacts, findings: &mut Findings) {
    let (Some(rows), Some(audio)) = (&facts.chna, facts.audio) else { return };
    if rows.len() != usize::from(audio.channels) {
        findings
            .add(&rules::CHNA_ROWS, &"chna", || format!("{} rows for {} tracks", rows.len(), audio.channels));
    }
    for (row, number) in rows.iter().zip(1u32..) {
        if u32::from(row.track_index) != number {
            findings
                .add(&rules::CHNA_ROWS, &row.uid, || format!("track {} in row {number}", row.track_index));
        }
    }
}
