//! How much of a built-in room is heard.

use formats::adm::{HeadphoneVirtualise, ObjectsSpecial};
use hrtf::Direction;
use hrtf::room::Room;

use super::level::{directions, loudness, pink};
use super::*;
use crate::monitor::binaural::{HeadphoneMode, RoomSound};

/// What a room may change of the loudness, LU.
const MOST: f64 = 1.0;

fn in_room(name: &str, mode: Option<HeadphoneMode>) -> Headphones {
    Headphones { room: Room::by_name(name).map(RoomSound::BuiltIn), mode, ..headphones() }
}

#[test]
fn a_room_keeps_the_loudness_of_every_direction_and_width() {
    let tracks = [pink(3)];
    let wide = |width: f64, diffuse: f64| ObjectsBlock { width, height: width, diffuse, ..block(20.0, 0.0) };
    let mut blocks: Vec<ObjectsBlock> =
        directions().map(|direction| block(direction.azimuth, direction.elevation)).collect();
    blocks.extend([wide(0.0, 1.0), wide(40.0, 0.0), wide(360.0, 0.0)]);
    for block in blocks {
        let dry = loudness(&render(&headphones(), vec![object(0, block.clone())], &tracks));
        for room in ["living", "cinema"] {
            let far = in_room(room, Some(HeadphoneMode::Far));
            let wet = loudness(&render(&far, vec![object(0, block.clone())], &tracks));
            let change = wet - dry;
            let (at, width, diffuse) = (block.position, block.width, block.diffuse);
            assert!(change.abs() < MOST, "{room}, {at:?}, {width}, {diffuse}: {change:+.2} LU");
        }
    }
}

#[test]
fn a_scene_in_a_room_is_as_loud_as_dry() {
    for direction in [Direction::FRONT, Direction::new(100.0, 0.0), Direction::new(170.0, 30.0)] {
        let wave = plane_wave(3, direction, &pink(4));
        let dry = loudness(&render(&headphones(), vec![scene(3)], &wave));
        let wet = loudness(&render(&in_room("stage", Some(HeadphoneMode::Mid)), vec![scene(3)], &wave));
        assert!((wet - dry).abs() < MOST, "{direction:?}: {:+.2} LU", wet - dry);
    }
}

/// An object with these of `headphoneVirtualise`.
fn virtualised(bypass: bool, ratio: Option<f64>) -> Vec<RenderItem> {
    let special = ObjectsSpecial {
        headphone_virtualise: Some(HeadphoneVirtualise { bypass, direct_to_reverberant_ratio: ratio }),
        ..ObjectsSpecial::default()
    };
    vec![object(0, ObjectsBlock { special: Some(Box::new(special)), ..block(50.0, 0.0) })]
}

#[test]
fn a_block_s_ratio_takes_the_place_of_the_mode_s() {
    let tracks = [noise(5, 12_000)];
    let of = |mode, items| render(&in_room("studio", mode), items, &tracks);
    let plain = || vec![object(0, block(50.0, 0.0))];
    let modes =
        [HeadphoneMode::Near, HeadphoneMode::Mid, HeadphoneMode::Far].map(|mode| of(Some(mode), plain()));
    for (ratio, wanted) in [(Some(12.0), 0), (Some(6.0), 1), (Some(0.0), 2), (None, 0)] {
        assert!(of(None, virtualised(false, ratio)) == modes[wanted], "{ratio:?}");
    }
    let stereo = of(Some(HeadphoneMode::Off), plain());
    assert!(of(None, virtualised(true, Some(0.0))) == stereo);
    // Nothing but the direct sound is left of a very high ratio.
    let dry = render(&headphones(), plain(), &tracks);
    let left = of(None, virtualised(false, Some(130.0)));
    let apart = dry[0].iter().zip(&left[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-5, "{apart:e}");
}

#[test]
fn what_stays_with_the_head_has_no_room() {
    let tracks = [noise(6, 12_000)];
    let mut item = object(0, block(50.0, 0.0));
    if let RenderItem::Objects(item) = &mut item {
        item.context.head_locked = true;
    }
    let dry = render(&headphones(), vec![item.clone()], &tracks);
    let wet = render(&in_room("cinema", Some(HeadphoneMode::Far)), vec![item], &tracks);
    assert!(dry == wet);
}
