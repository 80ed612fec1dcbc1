//! §2.1.10 and §2.3: the declared level and its maxima.

use super::rules_table as rules;
use crate::adm::{Document, Profile};
use crate::profile::lookup::Lookup;
use crate::profile::{Findings, Rule};

/// The maxima of a level (BS.2168-0 §2.3, as ebu-adm-toolbox 2024-02 has them).
struct Level {
    number: &'static str,
    programmes: usize,
    contents: usize,
    objects: usize,
    packs: usize,
    channels: usize,
    track_uids: usize,
    programme_contents: usize,
    nested_objects: usize,
    object_tracks: usize,
    labels: usize,
}

const LEVELS: [Level; 2] = [
    Level {
        number: "1",
        programmes: 8,
        contents: 16,
        objects: 48,
        packs: 32,
        channels: 32,
        track_uids: 32,
        programme_contents: 16,
        nested_objects: 16,
        object_tracks: 12,
        labels: 4,
    },
    Level {
        number: "2",
        programmes: 16,
        contents: 28,
        objects: 84,
        packs: 56,
        channels: 56,
        track_uids: 56,
        programme_contents: 28,
        nested_objects: 28,
        object_tracks: 24,
        labels: 8,
    },
];

/// The profile is this one: by the number of the Recommendation, by the one it had as a draft, or by name.
fn is_emission(profile: &&Profile) -> bool {
    let name = profile.name.as_deref().unwrap_or_default();
    profile.uri.contains("BS.2168")
        || profile.uri.contains("ADM-NGA-Emission")
        || name.contains("AdvSS Emission")
}

/// The smallest level whose maxima the document keeps to; `0` has none.
pub fn smallest_level(document: &Document) -> &'static str {
    let fits = |level: &&Level| !exceeds(document, level, &mut |_, _, _| {});
    LEVELS.iter().find(fits).map_or("0", |level| level.number)
}

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    let document = lookup.document;
    let declared =
        document.profiles.iter().find(is_emission).map(|profile| profile.level.as_deref().unwrap_or("none"));
    let smallest = smallest_level(document);
    match declared {
        Some("0" | "1" | "2") => {}
        Some(other) => {
            findings.add(&rules::PROFILE_LIST, &"audioFormatExtended", || format!("profileLevel {other}"));
        }
        None => findings.add(&rules::PROFILE_LIST, &"audioFormatExtended", || {
            "no profileList with the emission profile".into()
        }),
    }
    if declared != Some(smallest) {
        findings.add(&rules::LEVEL, &"audioFormatExtended", || {
            format!("declares level {}, fits level {smallest}", declared.unwrap_or("none"))
        });
    }
    if declared == Some("0") {
        at_least_one(document, findings);
        return;
    }
    let level = LEVELS.iter().find(|level| declared == Some(level.number)).unwrap_or(&LEVELS[1]);
    at_least_one(document, findings);
    exceeds(document, level, &mut |rule, element, found| findings.add(rule, &element, || found));
}

fn at_least_one(document: &Document, findings: &mut Findings) {
    for (rule, count, what) in [
        (&rules::PROGRAMME_COUNT, document.programmes.len(), "audioProgramme"),
        (&rules::CONTENT_COUNT, document.contents.len(), "audioContent"),
        (&rules::OBJECT_COUNT, document.objects.len(), "audioObject"),
        (&rules::UID_COUNT, document.track_uids.len(), "audioTrackUID"),
    ] {
        if count == 0 {
            findings.add(rule, &"audioFormatExtended", || format!("no {what}"));
        }
    }
    for programme in document.programmes.iter().filter(|programme| programme.contents.is_empty()) {
        findings.add(&rules::PROGRAMME_CONTENTS, &programme.id, || "no content".into());
    }
}

/// Tells what passes the maxima of `level`; gives whether anything does.
fn exceeds(document: &Document, level: &Level, tell: &mut dyn FnMut(&Rule, String, String)) -> bool {
    let mut any = false;
    let mut at_most = |rule: &Rule, element: &str, count: usize, most: usize| {
        if count > most {
            any = true;
            tell(rule, element.to_string(), format!("{count}, level {} allows {most}", level.number));
        }
    };
    let whole = "audioFormatExtended";
    at_most(&rules::PROGRAMME_COUNT, whole, document.programmes.len(), level.programmes);
    at_most(&rules::CONTENT_COUNT, whole, document.contents.len(), level.contents);
    at_most(&rules::OBJECT_COUNT, whole, document.objects.len(), level.objects);
    at_most(&rules::PACK_COUNT, whole, document.pack_formats.len(), level.packs);
    at_most(&rules::CHANNEL_COUNT, whole, document.channel_formats.len(), level.channels);
    at_most(&rules::UID_COUNT, whole, document.track_uids.len(), level.track_uids);
    for programme in &document.programmes {
        let id = programme.id.as_str();
        at_most(&rules::PROGRAMME_CONTENTS, id, programme.contents.len(), level.programme_contents);
        at_most(&rules::LABEL_COUNT, id, programme.labels.len(), level.labels);
    }
    for content in &document.contents {
        at_most(&rules::LABEL_COUNT, content.id.as_str(), content.labels.len(), level.labels);
    }
    for object in &document.objects {
        let id = object.id.as_str();
        at_most(&rules::OBJECT_OBJECTS, id, object.objects.len(), level.nested_objects);
        at_most(&rules::OBJECT_TRACKS, id, object.track_uids.len(), level.object_tracks);
        let labels = object.labels.len().max(object.complementary_group_labels.len());
        at_most(&rules::LABEL_COUNT, id, labels, level.labels);
    }
    any
}
