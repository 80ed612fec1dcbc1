//! The mode `off`: the stereo render of BS.2127, sample by sample, whatever the head and the room. What is decorrelated
//! rounds otherwise, because it is computed in blocks that start elsewhere.

use formats::adm::{ChannelLock, ObjectsSpecial};
use hrtf::Direction;
use hrtf::room::Room;

use super::*;
use crate::layout::Layout;
use crate::monitor::binaural::{Head, HeadphoneMode, RoomSound};

const FRAMES: usize = 12_000;
/// −120 dBFS.
const MOST: f32 = 1e-6;

fn check(items: &[RenderItem], tracks: &[Vec<f32>], what: &str) {
    let layout = Layout::by_name("0+2+0").unwrap();
    let stereo = render_to(Target::Loudspeakers { layout, wiring: None }, items.to_vec(), tracks);
    assert!(stereo.concat().iter().any(|sample| *sample != 0.0), "{what}");
    let off = Headphones { mode: Some(HeadphoneMode::Off), ..headphones() };
    let turned = Headphones { head: Head::still(70.0, 10.0, 0.0), ..off.clone() };
    let in_room = Headphones { room: Room::by_name("living").map(RoomSound::BuiltIn), ..off.clone() };
    for (way, headphones) in [off, turned, in_room].iter().enumerate() {
        let found = render(headphones, items.to_vec(), tracks).concat();
        let apart = found.iter().zip(stereo.concat()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < MOST, "{what}, way {way}: {apart:e}");
    }
}

#[test]
fn off_is_the_stereo_render_of_objects() {
    let special = ObjectsSpecial { channel_lock: Some(ChannelLock::default()), ..ObjectsSpecial::default() };
    let blocks = [
        block(12.0, 5.0),
        ObjectsBlock { diffuse: 0.6, ..block(20.0, 0.0) },
        ObjectsBlock { diffuse: 1.0, width: 90.0, height: 20.0, ..block(-70.0, 40.0) },
        ObjectsBlock { special: Some(Box::new(special)), ..block(12.0, 0.0) },
    ];
    for (number, block) in blocks.into_iter().enumerate() {
        check(&[object(0, block)], &[noise(8, FRAMES)], &format!("block {number}"));
    }
}

#[test]
fn off_is_the_stereo_render_of_bed_channels() {
    for label in ["M+000", "M-110", "U+030"] {
        let block = DirectSpeakersBlock { speaker_labels: vec![label.to_owned()], ..Default::default() };
        check(&[speaker(0, block)], &[noise(9, FRAMES)], label);
    }
}

#[test]
fn off_is_the_stereo_render_of_scenes() {
    for order in [1, 3] {
        let tracks = plane_wave(order, Direction::new(40.0, 10.0), &noise(10, FRAMES));
        check(&[scene(order as i32)], &tracks, &format!("order {order}"));
    }
}
