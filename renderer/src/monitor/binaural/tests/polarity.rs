//! A negative gain turns the polarity over, as on loudspeakers, and does nothing else.

use formats::adm::{Gain, ObjectDivergence, ObjectsSpecial};
use hrtf::room::Room;

use super::*;
use crate::layout::Layout;
use crate::monitor::binaural::{BinauralPath, HeadphoneMode, RoomSound};

/// What an object may be, besides a point.
fn blocks() -> Vec<ObjectsBlock> {
    let divergence = ObjectDivergence { value: 0.5, ..ObjectDivergence::default() };
    let special = ObjectsSpecial { divergence: Some(divergence), ..ObjectsSpecial::default() };
    vec![
        block(50.0, 10.0),
        ObjectsBlock { width: 30.0, height: 20.0, ..block(50.0, 10.0) },
        ObjectsBlock { width: 360.0, ..block(0.0, 0.0) },
        ObjectsBlock { diffuse: 0.4, ..block(-100.0, 0.0) },
        ObjectsBlock { diffuse: 1.0, width: 40.0, ..block(0.0, 30.0) },
        ObjectsBlock { special: Some(Box::new(special)), diffuse: 0.2, width: 10.0, ..block(0.0, 0.0) },
    ]
}

/// Every way that objects and bed channels take to the ears.
fn ways() -> Vec<Headphones> {
    let speakers = BinauralPath::Speakers(Layout::by_name("0+5+0").unwrap());
    let far = Some(HeadphoneMode::Far);
    let room = || Room::by_name("studio").map(RoomSound::BuiltIn);
    vec![
        headphones(),
        Headphones { mode: Some(HeadphoneMode::Off), ..headphones() },
        Headphones { mode: far, room: room(), ..headphones() },
        Headphones { path: speakers.clone(), ..headphones() },
        Headphones { path: speakers, mode: far, room: room(), ..headphones() },
    ]
}

/// An item with a gain of its object.
fn of_object(mut item: RenderItem, gain: f64) -> RenderItem {
    match &mut item {
        RenderItem::Objects(item) => item.context.object_gain = gain,
        RenderItem::DirectSpeakers(item) => item.context.object_gain = gain,
        _ => {}
    }
    item
}

fn check(item: impl Fn(f64) -> RenderItem, what: &str) {
    let tracks = [noise(7, 6_000)];
    for (way, headphones) in ways().iter().enumerate() {
        let ears = |block: f64, object: f64| {
            render(headphones, vec![of_object(item(block), object)], &tracks).concat()
        };
        let plain = ears(1.0, 1.0);
        let turned: Vec<f32> = plain.iter().map(|sample| -sample).collect();
        assert!(plain.iter().any(|sample| *sample != 0.0));
        assert!(ears(-1.0, 1.0) == turned, "{what}, way {way}: gain of the block");
        assert!(ears(1.0, -1.0) == turned, "{what}, way {way}: gain of the object");
        assert!(ears(-1.0, -1.0) == plain, "{what}, way {way}: both");
    }
}

#[test]
fn objects_keep_the_polarity_of_their_gain() {
    for (number, block) in blocks().into_iter().enumerate() {
        let of_gain = |gain: f64| {
            let mut block = block.clone();
            block.common.gain = Gain::Linear(gain);
            object(0, block)
        };
        check(of_gain, &format!("block {number}"));
    }
}

#[test]
fn bed_channels_keep_the_polarity_of_their_gain() {
    let of_gain = |gain: f64| {
        let mut block =
            DirectSpeakersBlock { speaker_labels: vec!["M+110".to_owned()], ..Default::default() };
        block.common.gain = Gain::Linear(gain);
        speaker(0, block)
    };
    check(of_gain, "bed channel");
}
