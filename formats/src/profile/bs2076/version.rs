//! BS.2076-2 §5.12: what a document says about its version, and what it uses.

use std::fmt::Display;

use super::rules_table as rules;
use crate::adm::{
    AdmTime, AudioChannelFormat, AudioContent, AudioObject, AudioProgramme, BlockFormats, Gain, TimeForm,
};
use crate::profile::Findings;
use crate::profile::lookup::Lookup;
use crate::profile::times::commons;

/// Versions with the parts that BS.2076-2 brought.
const SECOND: [&str; 2] = ["ITU-R_BS.2076-2", "ITU-R_BS.2076-3"];
/// Versions without them.
const FIRST: [&str; 2] = ["ITU-R_BS.2076-0", "ITU-R_BS.2076-1"];

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    let document = lookup.document;
    if let Some(version) = &document.version {
        if SECOND.contains(&version.as_str()) {
            return;
        }
        if !FIRST.contains(&version.as_str()) {
            findings.add(&rules::VERSION_UNKNOWN, &"audioFormatExtended", || format!("\"{version}\""));
            return;
        }
    }
    let mut feature = |element: &dyn Display, is_used: bool, what: &str| {
        if is_used {
            findings.add(&rules::VERSION_FEATURE, element, || format!("{what}, which BS.2076-2 brought"));
        }
    };
    feature(&"audioFormatExtended", !document.profiles.is_empty(), "profileList");
    feature(&"audioFormatExtended", !document.tags.is_empty(), "tagList");
    document.programmes.iter().for_each(|programme| check_programme(programme, &mut feature));
    document.contents.iter().for_each(|content| check_content(content, &mut feature));
    document.objects.iter().for_each(|object| check_object(object, &mut feature));
    for uid in &document.track_uids {
        feature(&uid.id, uid.channel_format.is_some(), "audioChannelFormatIDRef of a track UID");
    }
    document.channel_formats.iter().for_each(|channel| check_channel(channel, &mut feature));
}

fn is_fraction(time: Option<AdmTime>) -> bool {
    time.is_some_and(|time| time.form == TimeForm::Fraction)
}

fn check_programme(programme: &AudioProgramme, feature: &mut impl FnMut(&dyn Display, bool, &str)) {
    let id = &programme.id;
    feature(id, !programme.labels.is_empty(), "audioProgrammeLabel");
    feature(id, programme.authoring_information.is_some(), "authoringInformation");
    feature(id, !programme.alternative_value_sets.is_empty(), "alternativeValueSetIDRef");
    feature(id, is_fraction(programme.start) || is_fraction(programme.end), "a time in samples");
}

fn check_content(content: &AudioContent, feature: &mut impl FnMut(&dyn Display, bool, &str)) {
    feature(&content.id, !content.labels.is_empty(), "audioContentLabel");
    feature(&content.id, !content.alternative_value_sets.is_empty(), "alternativeValueSetIDRef");
}

fn check_object(object: &AudioObject, feature: &mut impl FnMut(&dyn Display, bool, &str)) {
    let id = &object.id;
    feature(id, !object.labels.is_empty(), "audioObjectLabel");
    feature(id, !object.complementary_group_labels.is_empty(), "audioComplementaryObjectGroupLabel");
    feature(id, object.gain.is_some(), "gain of an object");
    feature(id, object.mute.is_some(), "mute of an object");
    feature(id, object.head_locked.is_some(), "headLocked of an object");
    feature(id, object.position_offset.is_some(), "positionOffset");
    feature(id, !object.alternative_value_sets.is_empty(), "alternativeValueSet");
    feature(id, is_fraction(object.start) || is_fraction(object.duration), "a time in samples");
}

fn check_channel(channel: &AudioChannelFormat, feature: &mut impl FnMut(&dyn Display, bool, &str)) {
    let is_objects = matches!(channel.blocks, BlockFormats::Objects(_));
    for common in commons(&channel.blocks) {
        let id = &common.id;
        feature(id, matches!(common.gain, Gain::Decibels(_)), "gainUnit dB");
        feature(id, !is_objects && common.gain != Gain::default(), "gain of a block that isn't Objects");
        feature(id, common.head_locked, "headLocked of a block");
        feature(id, is_fraction(common.rtime) || is_fraction(common.duration), "a time in samples");
    }
    if let BlockFormats::Objects(blocks) = &channel.blocks {
        for block in blocks {
            let virtualise = block.special.as_ref().is_some_and(|s| s.headphone_virtualise.is_some());
            feature(&block.common.id, virtualise, "headphoneVirtualise");
        }
    }
}
