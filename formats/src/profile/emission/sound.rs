//! §2.1.8: blocks.

use super::rules_table as rules;
use crate::adm::{BlockFormats, DirectSpeakersPosition, Gain, ObjectPosition, ObjectsBlock, ObjectsSpecial};
use crate::profile::Findings;
use crate::profile::lookup::Lookup;
use crate::profile::times::{SAME, commons, seconds};

/// Seconds of the shortest block.
pub const SHORTEST_SECONDS: f64 = 0.005;

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    for channel in &lookup.document.channel_formats {
        for (index, common) in commons(&channel.blocks).enumerate() {
            if common.jump_position.flag || common.jump_position.interpolation_length.is_some() {
                findings.add(&rules::JUMP_POSITION, &common.id, || "jumpPosition".into());
            }
            let duration = common.duration.map_or(SHORTEST_SECONDS, seconds);
            if index > 0 && duration < SHORTEST_SECONDS - SAME {
                findings.add(&rules::BLOCK_DURATION, &common.id, || format!("{duration} s"));
            }
        }
        match &channel.blocks {
            BlockFormats::Objects(blocks) => blocks.iter().for_each(|block| check_objects(block, findings)),
            BlockFormats::DirectSpeakers(blocks) => {
                for block in blocks {
                    let (numbers, is_polar) = match block.position {
                        DirectSpeakersPosition::Polar { distance, .. } => ([distance.value, 0.0, 0.0], true),
                        DirectSpeakersPosition::Cartesian { x, y, z } => ([x.value, y.value, z.value], false),
                    };
                    check_position(&block.common.id, numbers, is_polar, findings);
                }
            }
            _ => {}
        }
    }
}

fn check_position(id: &crate::adm::BlockId, numbers: [f64; 3], is_polar: bool, findings: &mut Findings) {
    let least = if is_polar { 0.0 } else { -1.0 };
    if !numbers.iter().all(|n| (least..=1.0).contains(n)) {
        findings.add(&rules::POSITION_RANGE, id, || match (is_polar, numbers) {
            (true, [distance, ..]) => format!("distance {distance}"),
            (false, [x, y, z]) => format!("X {x}, Y {y}, Z {z}"),
        });
    }
}

fn check_objects(block: &ObjectsBlock, findings: &mut Findings) {
    let id = &block.common.id;
    let is_polar = match block.position {
        ObjectPosition::Polar(at) => {
            check_position(id, [at.distance, 0.0, 0.0], true, findings);
            true
        }
        ObjectPosition::Cartesian(at) => {
            check_position(id, [at.x, at.y, at.z], false, findings);
            false
        }
    };
    let plain = ObjectsSpecial::default();
    let special = block.special.as_deref().unwrap_or(&plain);
    if let Some(divergence) = &special.divergence {
        let (own, other) = match is_polar {
            true => (divergence.azimuth_range, divergence.position_range),
            false => (divergence.position_range, divergence.azimuth_range),
        };
        if own.is_none() || other.is_some() {
            findings.add(&rules::DIVERGENCE, id, || match own {
                None => "no range".into(),
                Some(_) => "the range of the other coordinates".into(),
            });
        }
    }
    for (what, is_used) in [
        ("gain", block.common.gain != Gain::default()),
        ("extent", [block.width, block.height, block.depth].iter().any(|&n| n != 0.0)),
        ("diffuse", block.diffuse != 0.0),
        ("channelLock", special.channel_lock.is_some()),
        ("screenRef", block.screen_ref),
        ("headLocked", block.common.head_locked),
        ("headphoneVirtualise", special.headphone_virtualise.is_some()),
    ] {
        if is_used {
            findings.add(&rules::BLOCK_ELEMENTS, id, || what.into());
        }
    }
}
