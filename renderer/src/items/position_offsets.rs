//! Offsets that don't fit the positions they are added to (BS.2076-2 §5.6.5). The reference renderer refuses
//! such blocks; here each is repaired by the panner, and named.

use std::collections::HashMap;
use std::sync::Arc;

use formats::Warning;
use formats::adm::{
    AudioChannelFormat, BlockFormats, ObjectPosition, ObjectsBlock, PolarPosition, PositionOffset,
};

use super::RenderItem;
use super::error::shown;

const MISMATCH: (&str, &str) = (
    "position-offset-mismatch",
    "are in other coordinates than their object's positionOffset; it moves none of them, unless they are \
     converted to its coordinates",
);
const RANGE: (&str, &str) = (
    "position-offset-range",
    "leave the range of positions by their object's positionOffset; azimuths go round at ±180, elevations \
     stop at ±90 and distances at 0",
);

/// Names, for each channel and rule, the blocks that the offset of an item doesn't fit. Blocks are read once for
/// their extremes and once for each rule, however many items share the channel.
pub(super) fn remarks(items: &[RenderItem], warnings: &mut Vec<Warning>) {
    let mut channels: HashMap<*const AudioChannelFormat, Positions> = HashMap::new();
    for item in items {
        let RenderItem::Objects(item) = item else { continue };
        let (Some(offset), BlockFormats::Objects(blocks)) =
            (item.context.position_offset, &item.channel.blocks)
        else {
            continue;
        };
        let positions = channels.entry(Arc::as_ptr(&item.channel)).or_insert_with(|| Positions::of(blocks));
        if !positions.mismatch_named && positions.has_mismatch(offset) {
            positions.mismatch_named = true;
            report(MISMATCH, &item.channel, blocks, |block| is_mismatch(block.position, offset), warnings);
        }
        if !positions.range_named && positions.leave_range(offset) {
            positions.range_named = true;
            report(RANGE, &item.channel, blocks, |block| leaves_range(block.position, offset), warnings);
        }
    }
}

/// One warning, at the first of the blocks that are `found`.
fn report(
    (rule, what): (&'static str, &str),
    channel: &AudioChannelFormat,
    blocks: &[ObjectsBlock],
    found: impl Fn(&ObjectsBlock) -> bool,
    warnings: &mut Vec<Warning>,
) {
    let mut found = blocks.iter().filter(|block| found(block));
    if let Some(first) = found.next() {
        let message = format!("{} block(s) of {} {what}", 1 + found.count(), shown(&channel.id));
        warnings.push(Warning::new(rule, first.common.id.to_string(), message));
    }
}

/// What is known of the positions of a channel's blocks.
#[derive(Default)]
struct Positions {
    cartesian: bool,
    /// Least and greatest azimuth, elevation and distance, each on its own.
    polar: Option<(PolarPosition, PolarPosition)>,
    mismatch_named: bool,
    range_named: bool,
}

impl Positions {
    fn of(blocks: &[ObjectsBlock]) -> Self {
        let mut positions = Self::default();
        for block in blocks {
            match block.position {
                ObjectPosition::Cartesian(_) => positions.cartesian = true,
                ObjectPosition::Polar(at) => {
                    let (least, greatest) = positions.polar.get_or_insert((at, at));
                    *least = coordinate_wise(*least, at, f64::min);
                    *greatest = coordinate_wise(*greatest, at, f64::max);
                }
            }
        }
        positions
    }

    fn has_mismatch(&self, offset: PositionOffset) -> bool {
        match offset {
            PositionOffset::Polar(_) => self.cartesian,
            PositionOffset::Cartesian(_) => self.polar.is_some(),
        }
    }

    fn leave_range(&self, offset: PositionOffset) -> bool {
        self.polar.is_some_and(|(least, greatest)| {
            [least, greatest].into_iter().any(|at| leaves_range(ObjectPosition::Polar(at), offset))
        })
    }
}

fn coordinate_wise(a: PolarPosition, b: PolarPosition, of: fn(f64, f64) -> f64) -> PolarPosition {
    PolarPosition {
        azimuth: of(a.azimuth, b.azimuth),
        elevation: of(a.elevation, b.elevation),
        distance: of(a.distance, b.distance),
    }
}

fn is_mismatch(position: ObjectPosition, offset: PositionOffset) -> bool {
    matches!(
        (position, offset),
        (ObjectPosition::Polar(_), PositionOffset::Cartesian(_))
            | (ObjectPosition::Cartesian(_), PositionOffset::Polar(_))
    )
}

/// Positions in the cube have no range: they are brought to its walls with an offset or without.
fn leaves_range(position: ObjectPosition, offset: PositionOffset) -> bool {
    let (ObjectPosition::Polar(at), PositionOffset::Polar(by)) = (position, offset) else { return false };
    !(-180.0..=180.0).contains(&(at.azimuth + by.azimuth))
        || !(-90.0..=90.0).contains(&(at.elevation + by.elevation))
        || at.distance + by.distance < 0.0
}
