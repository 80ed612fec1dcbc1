//! §2.1.2 to §2.1.7 and §2.1.9: programmes, contents, objects, packs and track UIDs.

use std::collections::HashSet;

use super::rules_table as rules;
use crate::adm::{
    AdmId, AudioContent, AudioObject, AudioProgramme, AudioTrackUid, Gain, Label, ObjectInteraction,
};
use crate::profile::Findings;
use crate::profile::lookup::Lookup;

/// The document version of the profile (§2.1.2).
pub const VERSION: &str = "ITU-R_BS.2076-3";
/// Characters of names and labels at most.
pub const LONGEST_NAME: usize = 64;
/// Characters of names and labels.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 1..=LONGEST_NAME;
/// Channels of a pack (§2.1.6).
const MOST_CHANNELS: usize = 24;

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    let document = lookup.document;
    if document.version.as_deref() != Some(VERSION) {
        findings.add(&rules::VERSION, &"audioFormatExtended", || match &document.version {
            Some(version) => format!("\"{version}\""),
            None => "no version".into(),
        });
    }
    if !document.track_formats.is_empty() || !document.stream_formats.is_empty() {
        findings.add(&rules::NO_TRACK_FORMATS, &"audioFormatExtended", || {
            let (tracks, streams) = (document.track_formats.len(), document.stream_formats.len());
            format!("{tracks} audioTrackFormats, {streams} audioStreamFormats")
        });
    }
    document.programmes.iter().for_each(|programme| check_programme(programme, findings));
    document.contents.iter().for_each(|content| check_content(content, findings));
    document.objects.iter().for_each(|object| check_object(object, findings));
    for pack in &document.pack_formats {
        check_name(&pack.id, &pack.name, findings);
        if let Some(count) = lookup.channel_count(&pack.id).filter(|&count| count > MOST_CHANNELS) {
            findings.add(&rules::PACK_CHANNELS, &pack.id, || format!("{count} channels"));
        }
    }
    for channel in &document.channel_formats {
        check_name(&channel.id, &channel.name, findings);
    }
    document.track_uids.iter().for_each(|uid| check_uid(uid, findings));
}

fn check_programme(programme: &AudioProgramme, findings: &mut Findings) {
    let id = &programme.id;
    check_name(id, &programme.name, findings);
    check_labels(id, &programme.labels, findings);
    check_language(id, programme.language.as_deref(), findings);
    if !programme.loudness.iter().any(|loudness| loudness.integrated.is_some()) {
        findings.add(&rules::LOUDNESS, id, || match programme.loudness.len() {
            0 => "no loudnessMetadata".into(),
            _ => "no integratedLoudness".into(),
        });
    }
}

fn check_content(content: &AudioContent, findings: &mut Findings) {
    let id = &content.id;
    check_name(id, &content.name, findings);
    check_labels(id, &content.labels, findings);
    check_language(id, content.language.as_deref(), findings);
    if content.objects.len() != 1 {
        findings.add(&rules::CONTENT_OBJECTS, id, || format!("{} objects", content.objects.len()));
    }
    if content.dialogue.is_none() {
        findings.add(&rules::CONTENT_DIALOGUE, id, || "no dialogue element".into());
    }
}

fn check_object(object: &AudioObject, findings: &mut Findings) {
    let id = &object.id;
    check_name(id, &object.name, findings);
    check_labels(id, &object.labels, findings);
    check_labels(id, &object.complementary_group_labels, findings);
    if object.pack_formats.len() > 1 {
        findings.add(&rules::OBJECT_PACK, id, || format!("{} packs", object.pack_formats.len()));
    }
    let is_group = !object.objects.is_empty();
    let has_sound = !object.pack_formats.is_empty() || !object.track_uids.is_empty();
    let is_complete = !object.pack_formats.is_empty() && !object.track_uids.is_empty();
    if is_group == has_sound || (has_sound && !is_complete) {
        findings.add(&rules::OBJECT_FORM, id, || match (is_group, has_sound) {
            (true, true) => "both objects and sound".into(),
            (false, false) => "neither objects nor sound".into(),
            _ => "a pack without tracks, or tracks without a pack".into(),
        });
    }
    if object.interact.is_none() {
        findings.add(&rules::OBJECT_INTERACT, id, || "no interact attribute".into());
    }
    for (what, is_used) in [
        ("start", object.start.is_some()),
        ("duration", object.duration.is_some()),
        ("dialogue", object.dialogue.is_some()),
        ("importance", object.importance.is_some()),
        ("disableDucking", object.disable_ducking.is_some()),
    ] {
        if is_used {
            findings.add(&rules::OBJECT_ATTRIBUTES, id, || what.into());
        }
    }
    if object.track_uids.iter().any(AdmId::is_silent_track) {
        findings.add(&rules::SILENT_TRACK, id, || "ATU_00000000".into());
    }
    if let Some(interaction) = &object.interaction {
        check_interaction(id, interaction, findings);
    }
}

/// The ranges that ebu-adm-toolbox limits interaction to.
fn check_interaction(id: &AdmId, interaction: &ObjectInteraction, findings: &mut Findings) {
    if interaction.on_off {
        findings.add(&rules::INTERACTION_RANGE, id, || "onOffInteract 1".into());
    }
    // +31 dB, with the rounding of a factor of three decimals.
    let most_gain = 10f64.powf(31.0 / 20.0) + 1e-3;
    let (min, max) = interaction.gain_range;
    if min.is_some_and(|min| min.linear() > 1.0)
        || max.is_some_and(|max| !(1.0..=most_gain).contains(&max.linear()))
    {
        findings.add(&rules::INTERACTION_RANGE, id, || {
            let factor =
                |gain: Option<Gain>| gain.map_or("none".into(), |gain| format!("{:.3}", gain.linear()));
            format!("gain from {} to {}", factor(min), factor(max))
        });
    }
    for (coordinate, bound, value) in &interaction.position_range {
        let most = match coordinate.as_str() {
            "azimuth" => 30.0,
            "X" => 1.0,
            _ => 0.0,
        };
        let range = if bound == "min" { -most..=0.0 } else { 0.0..=most };
        if most == 0.0 || !range.contains(value) {
            findings.add(&rules::INTERACTION_RANGE, id, || format!("{coordinate} {bound} {value}"));
        }
    }
}

fn check_uid(uid: &AudioTrackUid, findings: &mut Findings) {
    if uid.channel_format.is_none() || uid.pack_format.is_none() || uid.track_format.is_some() {
        findings.add(&rules::UID_REFERENCES, &uid.id, || {
            let says = |what, is_there| format!("{what}{}", if is_there { "" } else { " missing" });
            let channel = says("channel", uid.channel_format.is_some());
            let pack = says("pack", uid.pack_format.is_some());
            let track = if uid.track_format.is_some() { ", a track format" } else { "" };
            format!("{channel}, {pack}{track}")
        });
    }
}

fn check_name(id: &AdmId, name: &str, findings: &mut Findings) {
    let length = name.chars().count();
    if !NAME_LENGTH.contains(&length) {
        findings.add(&rules::NAME_LENGTH, id, || format!("a name of {length} characters"));
    }
}

fn check_labels(id: &AdmId, labels: &[Label], findings: &mut Findings) {
    let mut seen = HashSet::new();
    for label in labels {
        check_name(id, &label.text, findings);
        match label.language.as_deref() {
            None => {
                findings.add(&rules::LABEL_LANGUAGE, id, || format!("\"{}\" without a language", label.text))
            }
            Some(language) if !is_language(language) || language == "und" || !seen.insert(language) => {
                findings.add(&rules::LABEL_LANGUAGE, id, || format!("\"{}\" in \"{language}\"", label.text));
            }
            Some(_) => {}
        }
    }
}

fn check_language(id: &AdmId, language: Option<&str>, findings: &mut Findings) {
    if let Some(language) = language.filter(|language| !is_language(language)) {
        findings.add(&rules::LANGUAGE, id, || format!("\"{language}\""));
    }
}

/// Three letters, not one of the codes for several or no languages and not of the private range.
pub fn is_language(code: &str) -> bool {
    code.len() == 3
        && code.bytes().all(|b| b.is_ascii_lowercase())
        && !["mis", "mul", "zxx"].contains(&code)
        && !("qaa"..="qtz").contains(&code)
}
