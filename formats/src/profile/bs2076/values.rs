//! BS.2076-2 §5.4 to §5.8 and §8 to §10: numbers are in their ranges.

use std::collections::HashSet;

use super::rules_table as rules;
use crate::adm::{
    AdmId, AudioChannelFormat, BlockCommon, BlockFormats, CartesianPosition, Dialogue, DirectSpeakersBlock,
    DirectSpeakersPosition, ExclusionZone, Gain, HoaBlock, ObjectDivergence, ObjectPosition, ObjectsBlock,
    PolarPosition, Screen, ScreenCentre,
};
use crate::profile::Findings;
use crate::profile::lookup::Lookup;
use crate::profile::times::{SAME, seconds};

/// Importance is 0 to 10 (§9.2).
const MOST_IMPORTANT: u8 = 10;

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    check_programmes(lookup, findings);
    check_contents_and_objects(lookup, findings);
    for pack in &lookup.document.pack_formats {
        importance(&pack.id, pack.importance.unwrap_or(MOST_IMPORTANT), findings);
        normalization(&pack.id, pack.normalization.as_deref(), findings);
        check_hoa_components(lookup, &pack.id, &pack.channel_formats, findings);
    }
    for channel in &lookup.document.channel_formats {
        check_channel(channel, findings);
    }
}

fn check_programmes(lookup: &Lookup<'_>, findings: &mut Findings) {
    for programme in &lookup.document.programmes {
        language(&programme.id, programme.language.as_deref(), findings);
        let depth = programme.max_ducking_depth.unwrap_or(0.0);
        if !(-62.0..=0.0).contains(&depth) {
            findings.add(&rules::DUCKING, &programme.id, || format!("{depth} dB"));
        }
        if programme.reference_screen.is_some_and(|screen| !is_usable(&screen)) {
            findings.add(&rules::SCREEN, &programme.id, || {
                "an aspect ratio, width or centre out of range".into()
            });
        }
    }
}

fn is_usable(screen: &Screen) -> bool {
    let (numbers, width) = match screen.position {
        ScreenCentre::Polar { centre, width_azimuth } => {
            ([centre.azimuth, centre.elevation, centre.distance], width_azimuth)
        }
        ScreenCentre::Cartesian { centre, width_x } => ([centre.x, centre.y, centre.z], width_x),
    };
    numbers.iter().all(|n| n.is_finite())
        && [screen.aspect_ratio, width].iter().all(|n| n.is_finite() && *n > 0.0)
}

fn check_contents_and_objects(lookup: &Lookup<'_>, findings: &mut Findings) {
    for content in &lookup.document.contents {
        language(&content.id, content.language.as_deref(), findings);
        let Some(Dialogue { kind, content_kind }) = content.dialogue else { continue };
        let most = [2, 6, 3].get(usize::from(kind)).copied();
        if most.is_none_or(|most| content_kind.unwrap_or(0) > most) {
            findings.add(&rules::DIALOGUE, &content.id, || match content_kind {
                Some(content_kind) => format!("dialogue {kind} with content kind {content_kind}"),
                None => format!("dialogue {kind}"),
            });
        }
    }
    for object in &lookup.document.objects {
        importance(&object.id, object.importance.unwrap_or(MOST_IMPORTANT), findings);
        if let Some(kind) = object.dialogue.filter(|&kind| kind > 2) {
            findings.add(&rules::DIALOGUE, &object.id, || format!("dialogue {kind}"));
        }
        let sets = object.alternative_value_sets.iter().map(|set| (&set.id, set.gain));
        for (id, gain) in sets.chain([(&object.id, object.gain)]) {
            if gain.is_some_and(|gain| !is_gain(gain)) {
                findings.add(&rules::GAIN, id, || gain.map_or(String::new(), gain_in_words));
            }
        }
    }
}

fn importance(element: &dyn std::fmt::Display, value: u8, findings: &mut Findings) {
    if value > MOST_IMPORTANT {
        findings.add(&rules::IMPORTANCE, element, || format!("importance {value}"));
    }
}

fn language(id: &AdmId, code: Option<&str>, findings: &mut Findings) {
    let Some(code) = code else { return };
    // A BCP 47 tag (en-GB) starts with such a code.
    let first = code.split('-').next().unwrap_or_default();
    if !(2..=3).contains(&first.len()) || !first.bytes().all(|b| b.is_ascii_alphabetic()) {
        findings.add(&rules::LANGUAGE, id, || format!("\"{code}\""));
    }
}

fn is_gain(gain: Gain) -> bool {
    match gain {
        Gain::Linear(factor) => factor.is_finite(),
        Gain::Decibels(decibels) => decibels.is_finite() || decibels == f64::NEG_INFINITY,
    }
}

fn check_channel(channel: &AudioChannelFormat, findings: &mut Findings) {
    for hertz in [channel.frequency.low_pass, channel.frequency.high_pass].into_iter().flatten() {
        if !(hertz.is_finite() && hertz > 0.0) {
            findings.add(&rules::FREQUENCY, &channel.id, || format!("{hertz} Hz"));
        }
    }
    match &channel.blocks {
        BlockFormats::Objects(blocks) => blocks.iter().for_each(|block| check_objects(block, findings)),
        BlockFormats::DirectSpeakers(blocks) => {
            blocks.iter().for_each(|block| check_direct_speakers(block, findings));
        }
        BlockFormats::Hoa(blocks) => check_hoa(channel, blocks, findings),
        BlockFormats::Matrix(blocks) => blocks.iter().for_each(|block| check_common(&block.common, findings)),
        BlockFormats::Binaural(blocks) => {
            blocks.iter().for_each(|block| check_common(&block.common, findings))
        }
        BlockFormats::Other(_) => {}
    }
}

fn check_common(common: &BlockCommon, findings: &mut Findings) {
    importance(&common.id, common.importance, findings);
    if !is_gain(common.gain) {
        findings.add(&rules::GAIN, &common.id, || gain_in_words(common.gain));
    }
    if let Some(length) = common.jump_position.interpolation_length {
        if !common.jump_position.flag && length.numerator > 0 {
            findings.add(&rules::JUMP_UNUSED, &common.id, || {
                format!("{} s with jumpPosition 0", seconds(length))
            });
        }
        let duration = common.duration.map_or(f64::INFINITY, seconds);
        if common.jump_position.flag && seconds(length) > duration + SAME {
            findings.add(&rules::JUMP_LONG, &common.id, || {
                format!("{} s in a block of {duration} s", seconds(length))
            });
        }
    }
}

fn check_objects(block: &ObjectsBlock, findings: &mut Findings) {
    check_common(&block.common, findings);
    let id = &block.common.id;
    let is_cartesian = matches!(block.position, ObjectPosition::Cartesian(_));
    match block.position {
        ObjectPosition::Polar(position) => check_polar(id, position, findings),
        ObjectPosition::Cartesian(position) => check_cartesian(id, position, findings),
    }
    let widest = if is_cartesian { 1.0 } else { 360.0 };
    for (name, value, most) in
        [("width", block.width, widest), ("height", block.height, widest), ("depth", block.depth, 1.0)]
    {
        if !(0.0..=most).contains(&value) {
            findings.add(&rules::EXTENT_RANGE, id, || format!("{name} {value}"));
        }
    }
    if !(0.0..=1.0).contains(&block.diffuse) {
        findings.add(&rules::DIFFUSE_RANGE, id, || format!("diffuse {}", block.diffuse));
    }
    let Some(special) = &block.special else { return };
    if let Some(divergence) = &special.divergence {
        check_divergence(id, divergence, is_cartesian, findings);
    }
    let farthest = if is_cartesian { 2.0 * 3f64.sqrt() } else { 2.0 };
    if let Some(distance) = special.channel_lock.and_then(|lock| lock.max_distance)
        && !(0.0..=farthest).contains(&distance)
    {
        findings.add(&rules::LOCK_RANGE, id, || format!("maxDistance {distance}"));
    }
    for zone in special.zone_exclusion.iter().filter(|zone| !is_zone(zone)) {
        findings.add(&rules::ZONE_RANGE, id, || zone_in_words(zone));
    }
}

fn check_polar(id: &dyn std::fmt::Display, position: PolarPosition, findings: &mut Findings) {
    let PolarPosition { azimuth, elevation, distance } = position;
    let found = || format!("azimuth {azimuth}, elevation {elevation}, distance {distance}");
    if ![azimuth, elevation, distance].iter().all(|n| n.is_finite()) {
        findings.add(&rules::POSITION_FINITE, id, found);
    } else if !(-180.0..=180.0).contains(&azimuth) || !(-90.0..=90.0).contains(&elevation) || distance < 0.0 {
        findings.add(&rules::POLAR_RANGE, id, found);
    }
}

fn check_cartesian(id: &dyn std::fmt::Display, position: CartesianPosition, findings: &mut Findings) {
    let CartesianPosition { x, y, z } = position;
    if ![x, y, z].iter().all(|n| n.is_finite()) {
        findings.add(&rules::POSITION_FINITE, id, || format!("X {x}, Y {y}, Z {z}"));
    } else if ![x, y, z].iter().all(|n| (-1.0..=1.0).contains(n)) {
        findings.add(&rules::CARTESIAN_RANGE, id, || format!("X {x}, Y {y}, Z {z}"));
    }
}

fn check_divergence(
    id: &dyn std::fmt::Display,
    divergence: &ObjectDivergence,
    is_cartesian: bool,
    findings: &mut Findings,
) {
    let ObjectDivergence { value, azimuth_range, position_range } = *divergence;
    if !(0.0..=1.0).contains(&value)
        || !(0.0..=180.0).contains(&azimuth_range.unwrap_or(0.0))
        || !(0.0..=1.0).contains(&position_range.unwrap_or(0.0))
    {
        findings.add(&rules::DIVERGENCE_RANGE, id, || {
            let range =
                azimuth_range.or(position_range).map_or(String::new(), |range| format!(", range {range}"));
            format!("objectDivergence {value}{range}")
        });
    }
    if (is_cartesian && azimuth_range.is_some()) || (!is_cartesian && position_range.is_some()) {
        findings.add(&rules::DIVERGENCE_FORM, id, || match is_cartesian {
            true => "azimuthRange in a Cartesian block".into(),
            false => "positionRange in a polar block".into(),
        });
    }
}

fn is_zone(zone: &ExclusionZone) -> bool {
    let is_span = |from: f64, to: f64, most: f64| {
        (-most..=most).contains(&from) && (-most..=most).contains(&to) && from <= to
    };
    match *zone {
        ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } => {
            is_span(min_x, max_x, 1.0) && is_span(min_y, max_y, 1.0) && is_span(min_z, max_z, 1.0)
        }
        ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation } => {
            // Azimuths run anticlockwise from min to max, across ±180 as well.
            (-180.0..=180.0).contains(&min_azimuth)
                && (-180.0..=180.0).contains(&max_azimuth)
                && is_span(min_elevation, max_elevation, 90.0)
        }
    }
}

fn zone_in_words(zone: &ExclusionZone) -> String {
    match zone {
        ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } => {
            format!("X {min_x} to {max_x}, Y {min_y} to {max_y}, Z {min_z} to {max_z}")
        }
        ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation } => {
            format!("azimuth {min_azimuth} to {max_azimuth}, elevation {min_elevation} to {max_elevation}")
        }
    }
}

fn gain_in_words(gain: Gain) -> String {
    match gain {
        Gain::Linear(factor) => format!("gain {factor}"),
        Gain::Decibels(decibels) => format!("gain {decibels} dB"),
    }
}

fn check_direct_speakers(block: &DirectSpeakersBlock, findings: &mut Findings) {
    check_common(&block.common, findings);
    let id = &block.common.id;
    match block.position {
        DirectSpeakersPosition::Polar { azimuth, elevation, distance } => {
            let (azimuth, elevation, distance) = (azimuth.value, elevation.value, distance.value);
            check_polar(id, PolarPosition { azimuth, elevation, distance }, findings);
        }
        DirectSpeakersPosition::Cartesian { x, y, z } => {
            check_cartesian(id, CartesianPosition { x: x.value, y: y.value, z: z.value }, findings);
        }
    }
    if block.speaker_labels.is_empty() {
        findings.add(&rules::LABEL_MISSING, id, || "no speakerLabel".into());
    }
}

fn check_hoa(channel: &AudioChannelFormat, blocks: &[HoaBlock], findings: &mut Findings) {
    if blocks.len() > 1 {
        findings.add(&rules::HOA_BLOCKS, &channel.id, || format!("{} blocks", blocks.len()));
    }
    for block in blocks {
        check_common(&block.common, findings);
        let is_component = match (block.order, block.degree) {
            (Some(order), Some(degree)) => order >= 0 && i64::from(degree).abs() <= i64::from(order),
            (None, None) => block.equation.is_some(),
            _ => false,
        };
        if !is_component {
            findings.add(&rules::HOA_DEGREE, &block.common.id, || {
                let number = |n: Option<i32>| n.map_or("none".into(), |n| n.to_string());
                format!("order {}, degree {}", number(block.order), number(block.degree))
            });
        }
        normalization(&block.common.id, block.normalization.as_deref(), findings);
    }
}

fn normalization(element: &dyn std::fmt::Display, name: Option<&str>, findings: &mut Findings) {
    if let Some(name) = name.filter(|name| !["N3D", "SN3D", "FuMa"].contains(name)) {
        findings.add(&rules::HOA_NORMALIZATION, element, || format!("\"{name}\""));
    }
}

fn check_hoa_components(lookup: &Lookup<'_>, pack: &AdmId, channels: &[AdmId], findings: &mut Findings) {
    let mut seen = HashSet::new();
    for channel in channels.iter().filter_map(|id| lookup.channel(id)) {
        let BlockFormats::Hoa(blocks) = &channel.blocks else { continue };
        let Some(HoaBlock { order: Some(order), degree: Some(degree), .. }) = blocks.first() else {
            continue;
        };
        if !seen.insert((*order, *degree)) {
            findings.add(&rules::HOA_DUPLICATE, pack, || {
                format!("order {order} and degree {degree} again in {}", channel.id)
            });
        }
    }
}
