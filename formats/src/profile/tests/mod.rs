//! Each rule has a document that passes and one that fails: the base document of its profile breaks no rule,
//! and each case changes one thing in it. The bases are written by hand after the standards' examples.

mod bs2076;
mod dolby;
mod emission;
mod engine;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{AudioFacts, FileFacts, Findings, Profile, check};
use crate::adm::{
    self, AdmId, AdmTime, AudioChannelFormat, BlockFormats, DirectSpeakersBlock, Document, HoaBlock,
    ObjectsBlock, ObjectsSpecial,
};
use crate::bw64::{ChnaRow, TrackRef};

/// One thing changed in a base document, and the rule that it must break.
type Case = (&'static str, fn(&mut Document, &mut FileFacts));

fn parse(xml: &str) -> Document {
    let (document, warnings) = adm::read(xml.as_bytes()).unwrap();
    // BS.2168 asks for BS.2076-3, which is read as -2.
    assert!(warnings.iter().all(|warning| warning.rule == "version-unknown"), "{warnings:?}");
    document
}

/// A second of 24-bit sound at 48 kHz, with a chna row per track UID.
fn facts_of(document: &Document) -> FileFacts {
    let rows = document.track_uids.iter().zip(1..).map(|(uid, track_index)| ChnaRow {
        track_index,
        uid: uid.id.clone(),
        track_ref: match (&uid.track_format, &uid.channel_format) {
            (Some(track), _) => Some(TrackRef::TrackFormat(track.clone())),
            (None, Some(channel)) => Some(TrackRef::ChannelFormat(channel.clone())),
            (None, None) => None,
        },
        pack_ref: uid.pack_format.clone(),
    });
    let rows: Vec<ChnaRow> = rows.collect();
    FileFacts {
        audio: Some(AudioFacts {
            channels: rows.len() as u16,
            sample_rate: 48_000,
            bits: 24,
            integer: true,
            frames: 48_000,
        }),
        chna: Some(rows),
        ..FileFacts::default()
    }
}

fn findings(document: &Document, facts: &FileFacts, profile: Profile) -> Findings {
    let mut findings = Findings::new();
    check(document, facts, profile, &mut findings);
    findings
}

/// The base breaks nothing; each case breaks its rule; every rule has a case.
fn hold(profile: Profile, base: &Document, facts: &FileFacts, cases: &[Case]) {
    let clean = findings(base, facts, profile);
    assert!(clean.is_empty(), "the base: {:#?}", clean.list());
    let mut without_case: BTreeSet<&str> = profile.rules().iter().map(|rule| rule.id).collect();
    for (rule, change) in cases {
        let (mut document, mut facts) = (base.clone(), facts.clone());
        change(&mut document, &mut facts);
        let found = findings(&document, &facts, profile);
        assert!(found.total(rule) > 0, "{rule} is not found, but {:#?}", found.list());
        without_case.remove(rule);
    }
    assert_eq!(without_case, BTreeSet::new(), "rules without a failing case");
}

fn id(text: &str) -> AdmId {
    AdmId::new(text)
}

fn time(text: &str) -> Option<AdmTime> {
    Some(text.parse().unwrap())
}

fn channel(document: &mut Document, index: usize) -> &mut AudioChannelFormat {
    Arc::make_mut(&mut document.channel_formats[index])
}

fn objects(document: &mut Document, index: usize) -> &mut Vec<ObjectsBlock> {
    match &mut channel(document, index).blocks {
        BlockFormats::Objects(blocks) => blocks,
        other => panic!("not Objects: {other:?}"),
    }
}

fn speakers(document: &mut Document, index: usize) -> &mut Vec<DirectSpeakersBlock> {
    match &mut channel(document, index).blocks {
        BlockFormats::DirectSpeakers(blocks) => blocks,
        other => panic!("not DirectSpeakers: {other:?}"),
    }
}

fn hoa(document: &mut Document, index: usize) -> &mut Vec<HoaBlock> {
    match &mut channel(document, index).blocks {
        BlockFormats::Hoa(blocks) => blocks,
        other => panic!("not HOA: {other:?}"),
    }
}

fn special(block: &mut ObjectsBlock) -> &mut ObjectsSpecial {
    block.special.get_or_insert_default()
}

fn audio(facts: &mut FileFacts) -> &mut AudioFacts {
    facts.audio.as_mut().unwrap()
}

fn rows(facts: &mut FileFacts) -> &mut Vec<ChnaRow> {
    facts.chna.as_mut().unwrap()
}
