//! Blocks of objects: tables 9 and 11 to 13.

use super::elements::{check_time_form, is_close};
use super::rules_table as rules;
use super::zones_table::{ZONE_SETS, ZONES};
use crate::adm::{BlockFormats, ExclusionZone, ObjectPosition, ObjectsBlock, ObjectsSpecial, ScreenEdgeLock};
use crate::profile::lookup::Lookup;
use crate::profile::times::seconds;
use crate::profile::{FileFacts, Findings};

/// Samples of a block's ramp after the first (table 11).
const RAMP_SAMPLES: f64 = 250.0;
/// Hz that the ramp of 0.005208 s is written for.
const NOMINAL_RATE: f64 = 48_000.0;
/// Seconds; writers give six decimals.
const RAMP_TOLERANCE: f64 = 1.001e-6;

pub(super) fn check(lookup: &Lookup<'_>, facts: &FileFacts, findings: &mut Findings) {
    let rate = facts.audio.map_or(NOMINAL_RATE, |audio| f64::from(audio.sample_rate.max(1)));
    for channel in &lookup.document.channel_formats {
        if let BlockFormats::Objects(blocks) = &channel.blocks {
            for (index, block) in blocks.iter().enumerate() {
                check_block(block, findings);
                check_jump(block, index == 0, rate, findings);
            }
        }
    }
}

fn check_block(block: &ObjectsBlock, findings: &mut Findings) {
    let id = &block.common.id;
    if block.common.rtime.is_none() || block.common.duration.is_none() {
        findings.add(&rules::BLOCK_TIMES, id, || "no rtime or no duration".into());
    }
    check_time_form(id, block.common.rtime, findings);
    check_time_form(id, block.common.duration, findings);
    match block.position {
        ObjectPosition::Polar(_) => findings.add(&rules::BLOCK_CARTESIAN, id, || "a polar position".into()),
        ObjectPosition::Cartesian(at) => {
            if ![at.x, at.y, at.z].iter().all(|n| (-1.0..=1.0).contains(n)) {
                findings.add(&rules::BLOCK_POSITION, id, || format!("X {}, Y {}, Z {}", at.x, at.y, at.z));
            }
        }
    }
    let size = [block.width, block.depth, block.height];
    if size.iter().any(|&n| n != block.width) || !(0.0..=1.0).contains(&block.width) {
        findings.add(&rules::BLOCK_SIZE, id, || {
            format!("width {}, depth {}, height {}", block.width, block.depth, block.height)
        });
    }
    let (gain, importance) = (block.common.gain.linear(), block.common.importance);
    let is_plain = gain == 1.0 && importance == 10;
    let is_inactive = gain == 0.0 && importance == 0;
    if !is_plain && !is_inactive {
        findings.add(&rules::BLOCK_INACTIVE, id, || format!("gain {gain}, importance {importance}"));
    }
    if block.diffuse != 0.0 && block.diffuse != 1.0 {
        findings.add(&rules::BLOCK_DIFFUSE, id, || format!("diffuse {}", block.diffuse));
    }
    for (what, is_used) in [
        ("screenRef", block.screen_ref),
        ("screenEdgeLock", block.screen_edge_lock != ScreenEdgeLock::default()),
        ("headLocked", block.common.head_locked),
    ] {
        if is_used {
            findings.add(&rules::BLOCK_FORBIDDEN, id, || what.into());
        }
    }
    if let Some(special) = &block.special {
        check_special(block, special, findings);
    }
}

fn check_jump(block: &ObjectsBlock, is_first: bool, rate: f64, findings: &mut Findings) {
    let id = &block.common.id;
    let jump = block.common.jump_position;
    let length = match (jump.flag, jump.interpolation_length) {
        (true, Some(length)) => seconds(length),
        (flag, _) => {
            findings.add(&rules::BLOCK_JUMP, id, || match flag {
                true => "jumpPosition 1 without interpolationLength".into(),
                false => "jumpPosition 0 or none".into(),
            });
            return;
        }
    };
    let allowed: &[f64] = if is_first { &[0.0] } else { &[RAMP_SAMPLES / rate, RAMP_SAMPLES / NOMINAL_RATE] };
    if !allowed.iter().any(|allowed| (length - allowed).abs() <= RAMP_TOLERANCE) {
        findings.add(&rules::BLOCK_INTERPOLATION, id, || {
            format!(
                "interpolationLength {length} in {} block",
                if is_first { "the first" } else { "a later" }
            )
        });
    }
}

fn check_special(block: &ObjectsBlock, special: &ObjectsSpecial, findings: &mut Findings) {
    let id = &block.common.id;
    for (what, is_used) in [
        ("objectDivergence", special.divergence.is_some()),
        ("channelLock maxDistance", special.channel_lock.is_some_and(|lock| lock.max_distance.is_some())),
        ("headphoneVirtualise", special.headphone_virtualise.is_some()),
    ] {
        if is_used {
            findings.add(&rules::BLOCK_FORBIDDEN, id, || what.into());
        }
    }
    let mut names = Vec::new();
    for zone in &special.zone_exclusion {
        match zone_name(zone) {
            Some(name) => names.push(name),
            None => findings.add(&rules::BLOCK_ZONE, id, || match zone {
                ExclusionZone::Cartesian { min_x, max_x, min_y, max_y, min_z, max_z } => {
                    format!("X {min_x} to {max_x}, Y {min_y} to {max_y}, Z {min_z} to {max_z}")
                }
                ExclusionZone::Polar { .. } => "a polar zone".into(),
            }),
        }
    }
    let heights = [names.contains(&"ZB"), names.contains(&"ZT")];
    names.retain(|name| !["ZB", "ZT"].contains(name));
    names.sort_unstable();
    let is_set = names.is_empty() || ZONE_SETS.contains(&names.as_slice());
    if !is_set || heights[0] != heights[1] {
        findings.add(&rules::BLOCK_ZONE_SET, id, || match is_set {
            true => "ZB or ZT alone".into(),
            false => names.join(" "),
        });
    }
}

/// The zone whose box this is; the document's own name of it is not asked.
fn zone_name(zone: &ExclusionZone) -> Option<&'static str> {
    let ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } = *zone else { return None };
    let own = [min_x, max_x, min_y, max_y, min_z, max_z];
    let is_same = |wanted: &[f64; 6]| wanted.iter().zip(own).all(|(&wanted, own)| is_close(wanted, own));
    ZONES.iter().find(|(_, wanted)| is_same(wanted)).map(|&(name, _)| name)
}
