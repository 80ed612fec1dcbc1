//! Programme, contents, objects and packs: tables 14, 15 and 17 to 22.

use super::rules_table as rules;
use super::{MOST_BED_CHANNELS, MOST_ELEMENTS};
use crate::adm::{
    AdmTime, AudioContent, AudioObject, AudioPackFormat, AudioProgramme, Dialogue, TypeDefinition,
};
use crate::profile::lookup::{Lookup, type_name};
use crate::profile::times::{FIVE_DECIMALS, SAME, decimals, seconds};
use crate::profile::{FileFacts, Findings};

/// Share of the file's length that programme and file may differ by (MediaInfoLib File_Adm).
const LENGTH_TOLERANCE: f64 = 0.002;
/// `AO_100b`: the first id of an object that is not a bed (table 17).
const FIRST_OBJECT: u32 = 0x100b;
/// `AO_1001` and `AO_1080`: the ids of objects (table 17).
const OBJECT_IDS: std::ops::RangeInclusive<u32> = 0x1001..=0x1080;

pub(super) fn check(lookup: &Lookup<'_>, facts: &FileFacts, findings: &mut Findings) {
    let document = lookup.document;
    if document.programmes.len() != 1 {
        findings.add(&rules::PROGRAMME_COUNT, &"audioFormatExtended", || {
            format!("{} programmes", document.programmes.len())
        });
    }
    for programme in &document.programmes {
        check_programme(programme, facts, findings);
    }
    for (content, number) in document.contents.iter().zip(0x1001..) {
        check_content(content, number, findings);
    }
    let programme = document.programmes.first();
    let length = programme.and_then(|p| Some(seconds(p.end?) - p.start.map_or(0.0, seconds)));
    for object in &document.objects {
        check_object(lookup, object, length, findings);
    }
    for pack in &document.pack_formats {
        check_pack(pack, findings);
    }
    if let Some(version) = document.version.as_deref().filter(|v| !v.ends_with("-0") && !v.ends_with("-1")) {
        findings.add(&rules::VERSION_2, &"audioFormatExtended", || format!("version {version}"));
    }
    for (what, is_used) in
        [("profileList", !document.profiles.is_empty()), ("tagList", !document.tags.is_empty())]
    {
        if is_used {
            findings.add(&rules::VERSION_2, &"audioFormatExtended", || what.into());
        }
    }
}

fn check_programme(programme: &AudioProgramme, facts: &FileFacts, findings: &mut Findings) {
    let id = &programme.id;
    if *id != "APR_1001".into() {
        findings.add(&rules::PROGRAMME_ID, id, || id.to_string());
    }
    if programme.name != "Atmos_Master" {
        findings.add(&rules::PROGRAMME_NAME, id, || format!("\"{}\"", programme.name));
    }
    if !(1..=MOST_ELEMENTS).contains(&programme.contents.len()) {
        findings.add(&rules::PROGRAMME_CONTENTS, id, || format!("{} contents", programme.contents.len()));
    }
    check_time_form(id, programme.start, findings);
    check_time_form(id, programme.end, findings);
    if !programme.labels.is_empty() || programme.authoring_information.is_some() {
        findings.add(&rules::VERSION_2, id, || "audioProgrammeLabel or authoringInformation".into());
    }
    let (Some(start), Some(end)) = (programme.start, programme.end) else {
        findings.add(&rules::PROGRAMME_SPAN, id, || "no start or no end".into());
        return;
    };
    let length = seconds(end) - seconds(start);
    if let Some(file) = facts.audio.map(|audio| audio.seconds()) {
        // A very short file may differ by the rounding of its end alone.
        if (length - file).abs() > (file * LENGTH_TOLERANCE).max(FIVE_DECIMALS) {
            findings.add(&rules::PROGRAMME_SPAN, id, || format!("{length} s in a file of {file} s"));
        }
    }
}

fn check_content(content: &AudioContent, number: u32, findings: &mut Findings) {
    let id = &content.id;
    if id.digits() != Some(number) {
        findings.add(&rules::CONTENT_ID, id, || format!("{id} where ACO_{number:04x} is next"));
    }
    if content.dialogue != Some(Dialogue { kind: 2, content_kind: Some(0) }) {
        findings.add(&rules::CONTENT_DIALOGUE, id, || match &content.dialogue {
            Some(Dialogue { kind, content_kind: Some(content) }) => {
                format!("dialogue {kind}, content kind {content}")
            }
            Some(Dialogue { kind, content_kind: None }) => format!("dialogue {kind} without a content kind"),
            None => "no dialogue element".into(),
        });
    }
    if !content.labels.is_empty() {
        findings.add(&rules::VERSION_2, id, || "audioContentLabel".into());
    }
}

fn check_object(lookup: &Lookup<'_>, object: &AudioObject, programme: Option<f64>, findings: &mut Findings) {
    let id = &object.id;
    let definition = object.pack_formats.first().and_then(|pack| lookup.pack(pack)?.type_definition);
    let is_bed = definition == Some(TypeDefinition::DirectSpeakers);
    let number = id.digits().unwrap_or(0);
    if !OBJECT_IDS.contains(&number) || (!is_bed && number < FIRST_OBJECT) {
        findings.add(&rules::OBJECT_ID, id, || format!("{id} for {}", type_name(definition)));
    }
    if object.start.is_none_or(|start| start.numerator != 0) {
        findings.add(&rules::OBJECT_START, id, || match object.start {
            Some(start) => format!("{} s", seconds(start)),
            None => "no start".into(),
        });
    }
    let duration = object.duration.map(seconds);
    if duration.is_none()
        || programme.zip(duration).is_some_and(|(all, own)| (all - own).abs() > FIVE_DECIMALS)
    {
        findings.add(&rules::OBJECT_DURATION, id, || match duration {
            Some(own) => format!("{own} s, the programme {} s", programme.unwrap_or(0.0)),
            None => "no duration".into(),
        });
    }
    check_time_form(id, object.start, findings);
    check_time_form(id, object.duration, findings);
    if object.interact == Some(true) {
        findings.add(&rules::OBJECT_INTERACT, id, || "interact 1".into());
    }
    if object.disable_ducking == Some(false) {
        findings.add(&rules::OBJECT_DUCKING, id, || "disableDucking 0".into());
    }
    if object.pack_formats.len() != 1 {
        findings.add(&rules::OBJECT_PACK, id, || format!("{} packs", object.pack_formats.len()));
    }
    let most = if is_bed { MOST_BED_CHANNELS } else { 1 };
    if !(1..=most).contains(&object.track_uids.len()) {
        findings.add(&rules::OBJECT_TRACKS, id, || format!("{} track UIDs", object.track_uids.len()));
    }
    check_forbidden(object, findings);
}

fn check_forbidden(object: &AudioObject, findings: &mut Findings) {
    for (what, is_used) in [
        ("audioObjectIDRef", !object.objects.is_empty()),
        ("audioComplementaryObjectIDRef", !object.complementary_objects.is_empty()),
        ("audioObjectInteraction", object.interaction.is_some()),
    ] {
        if is_used {
            findings.add(&rules::OBJECT_FORBIDDEN, &object.id, || what.into());
        }
    }
    for (what, is_used) in [
        ("audioObjectLabel", !object.labels.is_empty()),
        ("gain", object.gain.is_some()),
        ("mute", object.mute.is_some()),
        ("headLocked", object.head_locked.is_some()),
        ("positionOffset", object.position_offset.is_some()),
        ("alternativeValueSet", !object.alternative_value_sets.is_empty()),
    ] {
        if is_used {
            findings.add(&rules::VERSION_2, &object.id, || what.into());
        }
    }
}

fn check_pack(pack: &AudioPackFormat, findings: &mut Findings) {
    let id = &pack.id;
    let most = match pack.type_definition {
        Some(TypeDefinition::DirectSpeakers) => MOST_BED_CHANNELS,
        Some(TypeDefinition::Objects) => 1,
        other => {
            findings.add(&rules::PACK_TYPE, id, || type_name(other).into());
            return;
        }
    };
    if !(1..=most).contains(&pack.channel_formats.len()) {
        findings.add(&rules::PACK_CHANNELS, id, || format!("{} channels", pack.channel_formats.len()));
    }
    if let Some(inner) = pack.pack_formats.first() {
        findings.add(&rules::PACK_NESTED, id, || inner.to_string());
    }
}

/// Five decimals exactly (general requirements).
pub(super) fn check_time_form(
    element: &dyn std::fmt::Display,
    time: Option<AdmTime>,
    findings: &mut Findings,
) {
    let Some(time) = time else { return };
    match decimals(time) {
        Some(5) => {}
        Some(digits) => findings.add(&rules::TIME_FORM, element, || format!("{digits} decimals")),
        None => findings.add(&rules::TIME_FORM, element, || "a time in samples".into()),
    }
}

/// `a` and `b` are the same number but for the decimals a writer kept.
pub(super) fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() <= FIVE_DECIMALS + SAME
}
