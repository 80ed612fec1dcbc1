//! The document of groups, and what its tracks carry: all beds, then all objects.

use formats::profile::dolby::{BED_CHANNELS, BedChannel, ContentParts, MasterBuilder};

use super::blocks::{block, spans};
use super::objects::{is_diffuse, special};
use super::{Group, Moving};
use crate::conform::path::end_tick;
use crate::conform::{Conformed, Sound};

/// Bits of a sample.
const BITS: u32 = 24;

pub(super) fn build(groups: Vec<Group>, sound: &Sound<'_>) -> Conformed {
    let end = end_tick(sound.frames, sound.sample_rate);
    let mut builder = MasterBuilder::new(end, sound.sample_rate, BITS);
    let (mut contents, mut objects, mut tracks) = (Vec::<ContentParts>::new(), Vec::new(), Vec::new());
    for group in groups {
        let mut ids = Vec::new();
        for bed in group.beds {
            let known =
                |label: &&'static str| BED_CHANNELS.iter().find(|(known, ..)| known == label).copied();
            let channels: Vec<BedChannel> = bed.labels.iter().filter_map(known).collect();
            ids.push(builder.add_bed(bed.name, &channels));
            tracks.extend(bed.sources.into_iter().map(super::Sources::plan));
        }
        contents.push((group.name, group.language, ids));
        objects.push(group.objects);
    }
    for ((.., ids), moving) in contents.iter_mut().zip(objects) {
        for Moving { name, path, sources } in moving {
            let spans = spans(&path, end);
            let block = |(index, span): (usize, &super::blocks::Span)| {
                let own = path.blocks.get(span.block);
                block(span, index == 0, own.and_then(special), own.is_some_and(is_diffuse))
            };
            ids.push(builder.add_object(name, spans.iter().enumerate().map(block).collect()));
            tracks.push(sources.plan());
        }
    }
    Conformed { document: builder.finish(contents), tracks, warnings: Vec::new() }
}
