//! BS.2076-2 §5.4.1, §5.6.1 and §5.8.1: programmes, objects and blocks follow one another in time.

use std::collections::HashMap;

use super::rules_table as rules;
use crate::adm::{AdmId, AudioChannelFormat, BlockCommon};
use crate::profile::lookup::Lookup;
use crate::profile::times::{FIVE_DECIMALS, SAME, block_count, commons, seconds, shown};
use crate::profile::{FileFacts, Findings};

pub(super) fn check(lookup: &Lookup<'_>, facts: &FileFacts, findings: &mut Findings) {
    let file = facts.audio.map(|audio| audio.seconds());
    for programme in &lookup.document.programmes {
        let (start, end) = (programme.start.map_or(0.0, seconds), programme.end.map(seconds));
        let Some(end) = end else { continue };
        if end <= start {
            findings.add(&rules::PROGRAMME_TIMES, &programme.id, || format!("from {start} s to {end} s"));
        }
        // Writers round the end up to five decimals.
        if let Some(file) = file.filter(|file| end - start > file + FIVE_DECIMALS) {
            findings.add(&rules::PROGRAMME_FILE, &programme.id, || {
                format!("{} s long in a file of {} s", shown(end - start), shown(file))
            });
        }
    }
    for object in &lookup.document.objects {
        let (start, duration) = (object.start.map_or(0.0, seconds), object.duration.map(seconds));
        if duration == Some(0.0) {
            findings.add(&rules::OBJECT_LENGTH, &object.id, || "duration 0".into());
        }
        let end = start + duration.unwrap_or(0.0);
        if let Some(file) = file.filter(|file| end > file + FIVE_DECIMALS) {
            findings.add(&rules::OBJECT_FILE, &object.id, || {
                format!("to {} s in a file of {} s", shown(end), shown(file))
            });
        }
    }
    let objects = shortest_objects(lookup);
    for channel in &lookup.document.channel_formats {
        check_channel(channel, objects.get(&channel.id).copied(), findings);
    }
}

/// For each channel the shortest object that plays it through its own pack, with its length.
fn shortest_objects<'a>(lookup: &Lookup<'a>) -> HashMap<&'a AdmId, (&'a AdmId, f64)> {
    let mut shortest: HashMap<&AdmId, (&AdmId, f64)> = HashMap::new();
    for object in &lookup.document.objects {
        let Some(duration) = object.duration.map(seconds) else { continue };
        let mut seen = std::collections::HashSet::new();
        for pack in object.pack_formats.iter().filter_map(|id| lookup.pack(id)) {
            if !seen.insert(&pack.id) {
                continue;
            }
            for channel in &pack.channel_formats {
                let entry = shortest.entry(channel).or_insert((&object.id, duration));
                if duration < entry.1 {
                    *entry = (&object.id, duration);
                }
            }
        }
    }
    shortest
}

fn check_channel(channel: &AudioChannelFormat, object: Option<(&AdmId, f64)>, findings: &mut Findings) {
    let is_alone = block_count(&channel.blocks) == 1;
    let mut before: Option<(f64, f64)> = None;
    for common in commons(&channel.blocks) {
        let (start, duration) = match (common.rtime, common.duration) {
            (Some(start), Some(duration)) => (seconds(start), seconds(duration)),
            (None, None) => {
                if !is_alone {
                    findings.add(&rules::BLOCK_UNTIMED, &common.id, || "neither rtime nor duration".into());
                }
                continue;
            }
            (rtime, _) => {
                findings.add(&rules::BLOCK_HALF_TIMED, &common.id, || match rtime {
                    Some(_) => "rtime without duration".into(),
                    None => "duration without rtime".into(),
                });
                before = None;
                continue;
            }
        };
        check_meeting(common, before, start, findings);
        if duration == 0.0 {
            findings.add(&rules::BLOCK_ZERO, &common.id, || "duration 0".into());
        }
        let end = start + duration;
        if let Some((object, length)) = object.filter(|&(_, length)| end > length + FIVE_DECIMALS) {
            findings.add(&rules::BLOCK_PAST_OBJECT, &common.id, || {
                format!("ends at {} s, {object} after {length} s", shown(end))
            });
        }
        before = Some((start, end));
    }
}

/// How a block that starts at `start` meets the one `before` it, given by its start and end.
fn check_meeting(common: &BlockCommon, before: Option<(f64, f64)>, start: f64, findings: &mut Findings) {
    let Some((before_start, before_end)) = before else {
        if start > SAME {
            findings.add(&rules::BLOCK_FIRST, &common.id, || format!("the first block starts at {start} s"));
        }
        return;
    };
    let gap = start - before_end;
    let found = || format!("starts at {start} s, the block before ends at {} s", shown(before_end));
    if start < before_start - SAME {
        findings.add(&rules::BLOCK_ORDER, &common.id, || {
            format!("starts at {start} s, the block before at {before_start} s")
        });
    } else if gap.abs() <= SAME {
    } else if gap.abs() <= FIVE_DECIMALS {
        findings.add(&rules::BLOCK_ROUNDING, &common.id, found);
    } else if gap < 0.0 {
        findings.add(&rules::BLOCK_OVERLAP, &common.id, found);
    } else {
        findings.add(&rules::BLOCK_GAP, &common.id, found);
    }
}
