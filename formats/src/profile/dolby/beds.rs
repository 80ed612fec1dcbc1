//! Bed channels: tables 6 to 10 and 16.

use super::elements::is_close;
use super::rules_table as rules;
use super::zones_table::{BED_CHANNELS, BEDS};
use crate::adm::{
    AudioChannelFormat, AudioPackFormat, BlockFormats, DirectSpeakersBlock, DirectSpeakersPosition,
    TypeDefinition,
};
use crate::profile::Findings;
use crate::profile::lookup::{Lookup, channel_type, type_name};

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    for channel in &lookup.document.channel_formats {
        match &channel.blocks {
            BlockFormats::DirectSpeakers(blocks) => check_channel(channel, blocks, findings),
            BlockFormats::Objects(_) => {}
            _ => findings.add(&rules::CHANNEL_TYPE, &channel.id, || type_name(channel_type(channel)).into()),
        }
    }
    let packs = lookup.document.pack_formats.iter();
    for pack in packs.filter(|pack| pack.type_definition == Some(TypeDefinition::DirectSpeakers)) {
        check_order(lookup, pack, findings);
    }
}

fn label(channel: &AudioChannelFormat) -> Option<&str> {
    match &channel.blocks {
        BlockFormats::DirectSpeakers(blocks) => blocks.first()?.speaker_labels.first().map(String::as_str),
        _ => None,
    }
}

fn check_order(lookup: &Lookup<'_>, pack: &AudioPackFormat, findings: &mut Findings) {
    if pack.channel_formats.len() > super::MOST_BED_CHANNELS {
        return;
    }
    let labels: Vec<&str> =
        pack.channel_formats.iter().map(|id| lookup.channel(id).and_then(label).unwrap_or("?")).collect();
    if !BEDS.contains(&labels.as_slice()) {
        findings.add(&rules::BED_CONFIGURATION, &pack.id, || labels.join(" "));
    }
}

fn check_channel(channel: &AudioChannelFormat, blocks: &[DirectSpeakersBlock], findings: &mut Findings) {
    let id = &channel.id;
    if blocks.len() != 1 {
        findings.add(&rules::BED_BLOCKS, id, || format!("{} blocks", blocks.len()));
    }
    if channel.frequency.low_pass.or(channel.frequency.high_pass).is_some() {
        findings.add(&rules::BED_FREQUENCY, id, || "a frequency element".into());
    }
    for block in blocks {
        if block.common.rtime.or(block.common.duration).is_some() {
            findings.add(&rules::BED_TIMES, &block.common.id, || "rtime or duration".into());
        }
        let labels = block.speaker_labels.as_slice();
        let known = BED_CHANNELS
            .iter()
            .find(|(label, ..)| labels.len() == 1 && labels.contains(&(*label).to_string()));
        let Some((label, name, position)) = known else {
            findings.add(&rules::BED_LABEL, id, || match labels {
                [] => "no speakerLabel".into(),
                labels => labels.join(", "),
            });
            continue;
        };
        if !is_at(&block.position, position) {
            findings.add(&rules::BED_POSITION, id, || {
                format!("{label} not at X {} Y {} Z {}", position[0], position[1], position[2])
            });
        }
        if channel.name != *name {
            findings.add(&rules::BED_NAME, id, || format!("{label} is \"{}\", not \"{name}\"", channel.name));
        }
    }
}

fn is_at(position: &DirectSpeakersPosition, [x, y, z]: &[f64; 3]) -> bool {
    match position {
        DirectSpeakersPosition::Cartesian { x: at_x, y: at_y, z: at_z } => {
            is_close(at_x.value, *x) && is_close(at_y.value, *y) && is_close(at_z.value, *z)
        }
        DirectSpeakersPosition::Polar { .. } => false,
    }
}
