//! Where an object is at a time, for people and for OSC to read: what is heard is the engine's.

use formats::adm::{AdmTime, BlockFormats, CartesianPosition, ObjectPosition, ObjectsBlock, PolarPosition};

use crate::items::{ObjectsItem, RenderItem};

/// What an object is at some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    pub(super) position: ObjectPosition,
    /// Linear.
    pub(super) gain: f64,
    /// Degrees or units of the cube.
    pub(super) width: f64,
}

/// What `item` is at so many seconds; `None` for what is no object.
pub(super) fn at(item: &RenderItem, seconds: f64) -> Option<Moment> {
    let RenderItem::Objects(item) = item else { return None };
    let BlockFormats::Objects(blocks) = &item.channel.blocks else { return None };
    let start = object_start(item);
    let begins = |block: &ObjectsBlock| start + block.common.rtime.map_or(0.0, seconds_of);
    let index = blocks.partition_point(|block| begins(block) <= seconds).saturating_sub(1);
    let block = blocks.get(index)?;
    let moment = |block: &ObjectsBlock| Moment {
        position: block.position,
        gain: block.common.gain.linear(),
        width: block.width,
    };
    let to = moment(block);
    let (Some(before), Some(duration)) = (index.checked_sub(1), block.common.duration) else {
        return Some(to);
    };
    let jump = block.common.jump_position;
    let length = match jump.flag {
        true => jump.interpolation_length.map_or(0.0, seconds_of),
        false => seconds_of(duration),
    };
    let share = if length > 0.0 { ((seconds - begins(block)) / length).clamp(0.0, 1.0) } else { 1.0 };
    Some(between(moment(blocks.get(before)?), to, share))
}

fn object_start(item: &ObjectsItem) -> f64 {
    item.context.object_start.map_or(0.0, seconds_of)
}

fn seconds_of(time: AdmTime) -> f64 {
    time.numerator as f64 / f64::from(time.denominator.get())
}

fn between(from: Moment, to: Moment, share: f64) -> Moment {
    let mix = |a: f64, b: f64| if share >= 1.0 { b } else { a + (b - a) * share };
    let position = match (from.position, to.position) {
        (ObjectPosition::Polar(a), ObjectPosition::Polar(b)) => {
            // The short way round.
            let turn = (b.azimuth - a.azimuth + 180.0).rem_euclid(360.0) - 180.0;
            ObjectPosition::Polar(PolarPosition {
                azimuth: mix(a.azimuth, a.azimuth + turn),
                elevation: mix(a.elevation, b.elevation),
                distance: mix(a.distance, b.distance),
            })
        }
        (ObjectPosition::Cartesian(a), ObjectPosition::Cartesian(b)) => {
            ObjectPosition::Cartesian(CartesianPosition {
                x: mix(a.x, b.x),
                y: mix(a.y, b.y),
                z: mix(a.z, b.z),
            })
        }
        (_, to) => to,
    };
    Moment { position, gain: mix(from.gain, to.gain), width: mix(from.width, to.width) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halfway_is_in_the_middle_the_short_way_round() {
        let at = |azimuth| Moment {
            position: ObjectPosition::Polar(PolarPosition { azimuth, elevation: 0.0, distance: 1.0 }),
            gain: 1.0,
            width: 0.0,
        };
        let ObjectPosition::Polar(found) = between(at(170.0), at(-150.0), 0.5).position else { panic!() };
        assert!((found.azimuth - 190.0).abs() < 1e-9);
        assert_eq!(between(at(170.0), at(-150.0), 1.0).position, at(210.0).position);
    }
}
