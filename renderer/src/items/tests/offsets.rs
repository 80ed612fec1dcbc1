//! Position offsets that don't fit: the reference renderer refuses them all (EAR master 3de5957), here they are
//! named.

use std::sync::Arc;

use formats::adm::{
    BlockFormats, BlockId, CartesianPosition, Document, ObjectPosition, PolarPosition, PositionOffset,
};

use super::build::*;

fn polar(azimuth: f64, elevation: f64, distance: f64) -> PolarPosition {
    PolarPosition { azimuth, elevation, distance }
}

fn turned(azimuth: f64, elevation: f64, distance: f64) -> PositionOffset {
    PositionOffset::Polar(polar(azimuth, elevation, distance))
}

fn place(x: f64) -> CartesianPosition {
    CartesianPosition { x, y: 0.0, z: 0.0 }
}

/// One object with a block at each position.
fn with_positions(positions: &[ObjectPosition]) -> Document {
    let mut document = monos(1);
    let timed = positions.iter().zip(0..).map(|(&position, second)| {
        let mut block = objects_block(Some(&format!("00:00:0{second}.0")), Some("00:00:01.0"));
        block.position = position;
        block.common.id = block_id(second + 1);
        block
    });
    let blocks = BlockFormats::Objects(timed.collect());
    document.channel_formats = vec![channel_with("AC_00031001", blocks)];
    document
}

fn block_id(number: u32) -> BlockId {
    BlockId { channel: 0x0003_1001, number }
}

/// Rule, element and the count that opens the message.
fn found(document: &Document) -> Vec<(&'static str, String, String)> {
    let count = |message: &str| message.split(' ').next().unwrap_or_default().to_owned();
    let warnings = selected(document).1;
    warnings.iter().map(|w| (w.rule, w.element.clone(), count(&w.message))).collect()
}

fn one(rule: &'static str, block: u32, count: &str) -> Vec<(&'static str, String, String)> {
    vec![(rule, block_id(block).to_string(), count.to_owned())]
}

#[test]
fn offsets_that_fit_are_not_spoken_of() {
    let at = |azimuth, elevation, distance| ObjectPosition::Polar(polar(azimuth, elevation, distance));
    let mut document = with_positions(&[at(170.0, 80.0, 0.5), at(-180.0, -90.0, 2.0)]);
    for offset in [None, Some(turned(10.0, 10.0, -0.5)), Some(turned(0.0, 0.0, 100.0))] {
        document.objects[0].position_offset = offset;
        assert_eq!(found(&document), []);
    }
    // The cube has walls, with an offset or without.
    let mut document = with_positions(&[ObjectPosition::Cartesian(place(0.5))]);
    document.objects[0].position_offset = Some(PositionOffset::Cartesian(place(4.0)));
    assert_eq!(found(&document), []);
}

#[test]
fn positions_that_leave_their_range_are_counted() {
    let at = |azimuth, elevation| ObjectPosition::Polar(polar(azimuth, elevation, 1.0));
    let mut document = with_positions(&[at(0.0, 0.0), at(170.0, 0.0), at(20.0, 80.0), at(175.0, 0.0)]);
    for (offset, first, count) in [
        (turned(40.0, 0.0, 0.0), 2, "2"),
        (turned(-181.0, 0.0, 0.0), 1, "1"),
        (turned(0.0, 40.0, 0.0), 3, "1"),
        (turned(0.0, -91.0, 0.0), 1, "3"),
        (turned(0.0, 0.0, -2.0), 1, "4"),
    ] {
        document.objects[0].position_offset = Some(offset);
        assert_eq!(found(&document), one("position-offset-range", first, count), "{offset:?}");
    }
}

#[test]
fn offsets_in_other_coordinates_are_counted() {
    let cube = ObjectPosition::Cartesian(place(0.5));
    let around = ObjectPosition::Polar(polar(20.0, 0.0, 1.0));
    let mut document = with_positions(&[cube, around, around]);
    document.objects[0].position_offset = Some(PositionOffset::Cartesian(place(0.25)));
    assert_eq!(found(&document), one("position-offset-mismatch", 2, "2"));
    document.objects[0].position_offset = Some(turned(10.0, 0.0, 0.0));
    assert_eq!(found(&document), one("position-offset-mismatch", 1, "1"));
}

/// However many objects share a channel, its blocks are named once and looked at a few times.
#[test]
fn a_shared_channel_is_named_once() {
    let mut blocks = vec![objects_block(None, None); 20_000];
    let step = |number: usize| time(&format!("00:00:{:02}.{:03}", number / 1000, number % 1000));
    for (number, block) in blocks.iter_mut().enumerate() {
        block.common.rtime = Some(step(number));
        block.common.duration = Some(step(1));
    }
    let mut document = monos(1);
    Arc::make_mut(&mut document.channel_formats[0]).blocks = BlockFormats::Objects(blocks);
    document.contents[0].objects.clear();
    for number in 0..1000 {
        let mut copy = document.objects[0].clone();
        copy.id = format!("AO_2{number:03}").as_str().into();
        copy.position_offset = Some(turned(f64::from(number) + 181.0, 0.0, 0.0));
        document.contents[0].objects.push(copy.id.clone());
        document.objects.push(copy);
    }
    let (items, warnings) = selected(&document);
    assert_eq!(items.len(), 1000);
    assert_eq!(rules(&warnings), ["position-offset-range"]);
}
