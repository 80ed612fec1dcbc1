//! The file around the document: format, chunks, dbmd.

use super::rules_table as rules;
use super::{MOST_ELEMENTS, MOST_OBJECTS, MOST_TRACKS};
use crate::adm::TypeDefinition;
use crate::bw64::ChunkId;
use crate::profile::lookup::Lookup;
use crate::profile::{FileFacts, Findings, Rule};

/// Bytes; Dolby's own parser refuses more (dbmd-atmos-parser 1.1).
const LONGEST_DBMD: u64 = 6144;

pub(super) fn check(lookup: &Lookup<'_>, facts: &FileFacts, findings: &mut Findings) {
    check_counts(lookup, findings);
    if facts.is_in_ebu_core == Some(false) {
        findings.add(&rules::ENVELOPE, &"axml", || "a root other than ebuCoreMain".into());
    }
    let Some(audio) = facts.audio else { return };
    if ![48_000, 96_000].contains(&audio.sample_rate) {
        findings.add(&rules::SAMPLE_RATE, &"fmt", || format!("{} Hz", audio.sample_rate));
    }
    if audio.bits != 24 || !audio.integer {
        let kind = if audio.integer { "integer" } else { "floating point" };
        findings.add(&rules::BIT_DEPTH, &"fmt", || format!("{} bits, {kind}", audio.bits));
    }
    if usize::from(audio.channels) > MOST_TRACKS {
        findings.add(&rules::TRACK_COUNT, &"fmt", || format!("{} tracks", audio.channels));
    }
    for wanted in [ChunkId::FMT, ChunkId::DATA, ChunkId::AXML, ChunkId::CHNA] {
        if !facts.chunks.contains(&wanted) {
            findings.add(&rules::CHUNK_MISSING, &wanted, || format!("no {wanted} chunk"));
        }
    }
    check_dbmd(facts, usize::from(audio.channels), findings);
}

fn check_dbmd(facts: &FileFacts, tracks: usize, findings: &mut Findings) {
    let Some(dbmd) = facts.dbmd else {
        findings.add(&rules::DBMD_MISSING, &"dbmd", || "no dbmd chunk".into());
        return;
    };
    if dbmd.length > LONGEST_DBMD {
        findings.add(&rules::DBMD_LENGTH, &"dbmd", || format!("{} bytes", dbmd.length));
    }
    if !dbmd.checksums_hold {
        findings.add(&rules::DBMD_CHECKSUM, &"dbmd", || "a segment with a wrong checksum".into());
    }
    if !dbmd.has_atmos {
        findings.add(&rules::DBMD_ATMOS, &"dbmd", || "no segment 9".into());
    }
    if let Some(count) = dbmd.supplemental_elements.filter(|&count| usize::from(count) != tracks) {
        findings.add(&rules::DBMD_ELEMENTS, &"dbmd", || format!("{count} elements for {tracks} tracks"));
    }
}

fn check_counts(lookup: &Lookup<'_>, findings: &mut Findings) {
    let document = lookup.document;
    let mut at_most = |rule: &Rule, count: usize, most: usize| {
        if count > most {
            findings.add(rule, &"audioFormatExtended", || format!("{count}"));
        }
    };
    at_most(&rules::CONTENT_COUNT, document.contents.len(), MOST_ELEMENTS);
    at_most(&rules::AUDIO_OBJECT_COUNT, document.objects.len(), MOST_ELEMENTS);
    at_most(&rules::PACK_COUNT, document.pack_formats.len(), MOST_ELEMENTS);
    at_most(&rules::CHANNEL_COUNT, document.channel_formats.len(), MOST_TRACKS);
    at_most(&rules::STREAM_COUNT, document.stream_formats.len(), MOST_TRACKS);
    at_most(&rules::TRACK_FORMAT_COUNT, document.track_formats.len(), MOST_TRACKS);
    let is_objects =
        |pack: &&crate::adm::AudioPackFormat| pack.type_definition == Some(TypeDefinition::Objects);
    at_most(&rules::OBJECT_COUNT, document.pack_formats.iter().filter(is_objects).count(), MOST_OBJECTS);
}
