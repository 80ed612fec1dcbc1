//! What an object's blocks say beside their place, as far as the profile has it.

use formats::adm::BlockFormats;
use formats::adm::{
    ChannelLock, ExclusionZone, ObjectPosition, ObjectsBlock, ObjectsSpecial, ScreenEdgeLock,
};
use formats::profile::dolby::ZONES;

use crate::conform::notes::Notes;
use crate::items::ObjectsItem;

/// How far the corners of a zone may be from those of the profile.
const SAME: f64 = 2e-5;

/// Whether a block is diffuse, by the profile's two values.
pub(super) fn is_diffuse(block: &ObjectsBlock) -> bool {
    block.diffuse >= 0.5
}

/// Channel lock and zones of a block, as the profile has them.
pub(super) fn special(block: &ObjectsBlock) -> Option<ObjectsSpecial> {
    let special = block.special.as_deref()?;
    let mut kept = ObjectsSpecial {
        channel_lock: special.channel_lock.map(|_| ChannelLock { max_distance: None }),
        ..ObjectsSpecial::default()
    };
    let zones: Option<Vec<_>> = special.zone_exclusion.iter().map(named_zone).collect();
    if let Some(zones) = zones {
        kept.zone_names = zones.iter().map(|name| (*name).to_owned()).collect();
        kept.zone_exclusion.clone_from(&special.zone_exclusion);
    }
    (kept != ObjectsSpecial::default()).then_some(kept)
}

/// The profile's name of a zone, where it has it.
fn named_zone(zone: &ExclusionZone) -> Option<&'static str> {
    let ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } = *zone else { return None };
    let own = [min_x, max_x, min_y, max_y, min_z, max_z];
    let is_same = |corners: &[f64; 6]| corners.iter().zip(own).all(|(a, b)| (a - b).abs() <= SAME);
    ZONES.iter().find(|(_, corners)| is_same(corners)).map(|(name, _)| *name)
}

/// Tells what of an object the profile has no place for. `blocks` are Cartesian already.
pub(super) fn tell(name: &str, item: &ObjectsItem, blocks: &[ObjectsBlock], notes: &mut Notes) {
    let own: &[ObjectsBlock] =
        if let BlockFormats::Objects(blocks) = &item.channel.blocks { blocks } else { &[] };
    let mut tell = |is_so: bool, rule, message| {
        if is_so {
            notes.add(rule, name, message);
        }
    };
    let any = |is_so: &dyn Fn(&ObjectsBlock) -> bool| blocks.iter().any(is_so);
    let special = |is_so: &dyn Fn(&ObjectsSpecial) -> bool| {
        blocks.iter().any(|block| block.special.as_deref().is_some_and(is_so))
    };
    let is_polar = |block: &ObjectsBlock| matches!(block.position, ObjectPosition::Polar(_));
    let polar = "polar positions become Cartesian ones (BS.2127-1 §10)";
    tell(own.iter().any(is_polar), "polar-to-cartesian", polar);
    let uneven = |b: &ObjectsBlock| b.width != b.height || b.height != b.depth || b.width > 1.0;
    tell(any(&uneven), "size-to-one", "width, height and depth become one size, the largest");
    let has_gain = item.context.object_gain != 1.0 || any(&|block| block.common.gain.linear() != 1.0);
    tell(has_gain, "gain-in-sound", "the gain of an object goes into the sound of its track");
    tell(any(&|b| b.diffuse != 0.0 && b.diffuse != 1.0), "diffuse-rounded", "diffuse becomes 0 or 1");
    let importance = "importance has no place and is dropped";
    tell(any(&|block| block.common.importance != 10), "importance-dropped", importance);
    let divergence = "divergence has no place and is dropped";
    tell(special(&|special| special.divergence.is_some()), "divergence-dropped", divergence);
    let locked = |s: &ObjectsSpecial| s.channel_lock.is_some_and(|lock| lock.max_distance.is_some());
    tell(special(&locked), "lock-distance-dropped", "channelLock goes without its greatest distance");
    let screen = |b: &ObjectsBlock| b.screen_ref || b.screen_edge_lock != ScreenEdgeLock::default();
    tell(any(&screen), "screen-dropped", "screenRef and screenEdgeLock have no place and are dropped");
    let is_locked = item.context.head_locked || any(&|block| block.common.head_locked);
    tell(is_locked, "head-lock-dropped", "headLocked has no place and is dropped");
    let zones = |s: &ObjectsSpecial| s.zone_exclusion.iter().any(|zone| named_zone(zone).is_none());
    tell(special(&zones), "zones-dropped", "zones that aren't the profile's have no place and are dropped");
    let offset = "positionOffset has no place and is dropped";
    tell(item.context.position_offset.is_some(), "offset-dropped", offset);
}
