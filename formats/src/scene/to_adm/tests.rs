//! Documents against both editions of BS.2076 and the curves they come from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::num::NonZeroU32;

use super::{CHORD_BOUNDS, Edition, Feed};
use crate::adm::{
    AdmTime, BlockFormats, Document, ObjectPosition, ObjectsBlock, WriteOptions, read_str, write,
};
use crate::profile::{FileFacts, Findings, Profile, check};
use crate::scene::chain::{Chain, Send};
use crate::scene::{
    Automation, AutomationCurve, Bed, BedLayout, Bus, Coordinates, Hoa, Key, Normalization, Object,
    ObjectParameter, Programme, ReverbReturn, ReverbUnit, Role, Scene, Shape, Spatial, Time, Track,
};

const RATE: NonZeroU32 = NonZeroU32::new(48_000).unwrap();

fn seconds(seconds: u64) -> AdmTime {
    AdmTime::from_samples(seconds * 48_000, RATE)
}

fn track(name: &str, role: Role, spatial: Spatial) -> Track {
    Track { name: name.to_owned(), role, spatial, ..Track::default() }
}

fn object(parameter: ObjectParameter, keys: &[(u32, f64, Shape)]) -> Object {
    let key = |&(ms, value, shape): &(u32, f64, Shape)| Key::new(Time::from_milliseconds(ms), value, shape);
    let curve = AutomationCurve::new(keys.iter().map(key).collect()).unwrap();
    let automation = [(parameter, Automation { curve, ..Automation::default() })].into();
    Object { automation, ..Object::default() }
}

fn scene(tracks: Vec<Track>) -> Scene {
    Scene { name: "Film".to_owned(), tracks, ..Scene::default() }
}

fn blocks(document: &Document) -> &[ObjectsBlock] {
    match &document.channel_formats[0].blocks {
        BlockFormats::Objects(blocks) => blocks,
        other => panic!("{other:?}"),
    }
}

fn blocks_of(object: Object) -> Vec<ObjectsBlock> {
    let scene = scene(vec![track("Car", Role::Effects, Spatial::Object(Box::new(object)))]);
    blocks(&scene.to_adm(seconds(10)).unwrap().document).to_vec()
}

fn azimuth(block: &ObjectsBlock) -> f64 {
    match block.position {
        ObjectPosition::Polar(position) => position.azimuth,
        ObjectPosition::Cartesian(_) => panic!("Cartesian"),
    }
}

fn times(block: &ObjectsBlock) -> (f64, f64) {
    let start = block.common.rtime.unwrap().seconds_f64();
    (start, start + block.common.duration.unwrap().seconds_f64())
}

#[test]
fn what_does_not_move_is_one_block_without_times() {
    let blocks = blocks_of(object(ObjectParameter::Azimuth, &[(0, 30.0, Shape::Linear)]));
    assert_eq!(blocks.len(), 1);
    assert_eq!((azimuth(&blocks[0]), blocks[0].common.rtime), (30.0, None));
}

#[test]
fn a_path_is_where_it_should_be_at_the_end_of_each_block() {
    let keys = [(1000, 0.0, Shape::Linear), (4000, 90.0, Shape::Linear)];
    let blocks = blocks_of(object(ObjectParameter::Azimuth, &keys));
    let mut last = (0.0, 0.0);
    for block in &blocks {
        let (start, end) = times(block);
        assert!((start - last.0).abs() < 1e-9, "a gap at {start}");
        let expected = 30.0 * (end - 1.0).clamp(0.0, 3.0);
        assert!((azimuth(block) - expected).abs() < 1e-9, "{end}: {}", azimuth(block));
        assert!((azimuth(block) - last.1).abs() <= CHORD_BOUNDS.degrees);
        assert!(!block.common.jump_position.flag);
        last = (end, azimuth(block));
    }
    assert_eq!(last, (10.0, 90.0));
    // 90° by 2°, no more than twice as fine.
    assert!((45..=100).contains(&blocks.len()), "{}", blocks.len());
}

/// A smooth curve starts slowly: between the ends of a block the straight line is nowhere far from it.
#[test]
fn bends_are_followed() {
    let object = object(ObjectParameter::Azimuth, &[(0, 0.0, Shape::Linear), (20_000, 10.0, Shape::Smooth)]);
    let curve = object.automation[&ObjectParameter::Azimuth].curve.clone();
    let blocks = blocks_of(object);
    let mut last = (0.0, 0.0);
    for block in &blocks {
        let (start, end) = times(block);
        for part in 1..8 {
            let share = f64::from(part) / 8.0;
            let chord = last.1 + (azimuth(block) - last.1) * share;
            let there = curve.value_at(start + (end - start) * share).unwrap();
            assert!(
                (chord - there).abs() < 1.1 * CHORD_BOUNDS.degrees * CHORD_BOUNDS.bend,
                "{start}: {chord}, {there}"
            );
        }
        last = (end, azimuth(block));
    }
    assert!(blocks.len() < 60, "{}", blocks.len());
}

#[test]
fn fast_paths_end_at_the_shortest_block() {
    let keys = [(0, 0.0, Shape::Linear), (1000, 3600.0, Shape::Smooth)];
    let blocks = blocks_of(object(ObjectParameter::Azimuth, &keys));
    for block in blocks.iter().skip(1) {
        let (start, end) = times(block);
        assert!(end - start >= CHORD_BOUNDS.shortest - 1e-9, "{start}");
        assert!((-180.0..=180.0).contains(&azimuth(block)));
    }
    // The first block never ramps, so it is as short as can be: 20 µs hold the sample at 0 and not that at 20.8 µs.
    assert_eq!(times(&blocks[0]), (0.0, 2e-5));
}

#[test]
fn a_step_is_a_jump_at_its_sample() {
    let keys = [(0, 30.0, Shape::Linear), (2000, -30.0, Shape::Step), (3000, 0.0, Shape::Linear)];
    let blocks = blocks_of(object(ObjectParameter::Azimuth, &keys));
    assert_eq!((times(&blocks[0]), azimuth(&blocks[0])), ((0.0, 2.0), 30.0));
    assert_eq!((azimuth(&blocks[1]), times(&blocks[1]).0), (-30.0, 2.0));
    assert!(blocks[1].common.jump_position.flag);
    assert_eq!(blocks[1].common.jump_position.interpolation_length.unwrap().numerator, 0);
    let after: Vec<f64> = blocks[2..].iter().map(azimuth).collect();
    assert!(after.is_sorted() && *after.last().unwrap() == 0.0, "{after:?}");
}

/// A key between two samples begins with one of them; its value is there from that sample on.
#[test]
fn keys_between_samples_are_not_lost() {
    let third = AdmTime { numerator: 1, denominator: NonZeroU32::new(7).unwrap(), ..AdmTime::ZERO };
    let keys = vec![Key::new(Time::ZERO, 0.0, Shape::Linear), Key::new(Time::new(third), 45.0, Shape::Step)];
    let curve = AutomationCurve::new(keys).unwrap();
    let automation = [(ObjectParameter::Azimuth, Automation { curve, ..Automation::default() })].into();
    let blocks = blocks_of(Object { automation, ..Object::default() });
    let found: Vec<f64> = blocks.iter().map(azimuth).collect();
    assert_eq!(found, [0.0, 45.0]);
    // 1 / 7 is 0.142857, and 0.14285 s lie between the samples 6856 and 6857.
    assert_eq!(blocks[1].common.rtime, Some(AdmTime::from_ticks(14_285)));
}

#[test]
fn gains_of_minus_infinity_are_silence() {
    let keys = [(0, f64::NEG_INFINITY, Shape::Linear), (1000, 0.0, Shape::Linear)];
    let blocks = blocks_of(object(ObjectParameter::Gain, &keys));
    let gains: Vec<f64> = blocks.iter().map(|block| block.common.gain.linear()).collect();
    assert_eq!(gains, [0.0, 1.0]);
}

#[test]
fn tracks_contents_and_programmes_hang_together() {
    let spoken = |name: &str, language: &str, programme: &str| Track {
        language: Some(language.to_owned()),
        programmes: vec![programme.to_owned()],
        ..track(name, Role::Dialogue, Spatial::default())
    };
    let bed = Spatial::Bed(Bed { layout: BedLayout::from_name("7.1.2").unwrap(), ..Bed::default() });
    let silent = Track { mute: true, ..track("Muted", Role::Effects, Spatial::default()) };
    let mut scene = scene(vec![
        spoken("DX", "eng", "English"),
        silent,
        track("MX", Role::Music, bed),
        spoken("DX deu", "deu", "Deutsch"),
    ]);
    scene.tracks[3].alternative_to = Some("DX".to_owned());
    let programme = |name: &str| Programme { name: name.to_owned(), ..Programme::default() };
    scene.programmes = vec![programme("English"), programme("Deutsch")];
    let master = scene.to_adm(seconds(2)).unwrap();
    let document = &master.document;
    let names: Vec<&str> = document.contents.iter().map(|content| content.name.as_str()).collect();
    assert_eq!(names, ["dialogue eng", "music", "dialogue deu"]);
    let of = |n: usize| document.programmes[n].contents.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        (of(0), of(1)),
        (
            vec!["ACO_1001".to_owned(), "ACO_1002".to_owned()],
            vec!["ACO_1002".to_owned(), "ACO_1003".to_owned()]
        )
    );
    // 1 + 10 + 1; what is muted is not there.
    assert_eq!(master.feeds.len(), 12);
    assert_eq!(master.feeds[1], Feed::Strip { track: 2, channel: 0 });
    assert_eq!(document.objects[0].complementary_objects, [document.objects[2].id.clone()]);
    assert_eq!(document.contents[1].dialogue.as_ref().unwrap().kind, 0);
    assert_eq!(document.chna().rows.len(), 12);
}

fn sending(name: &str, role: Role) -> Track {
    let mut track = track(name, role, Spatial::default());
    track.chain.sends = vec![Send { to: "hall".to_owned(), gain_db: -6.0 }];
    track
}

fn hall() -> ReverbUnit {
    ReverbUnit {
        name: "hall".to_owned(),
        returns: ReverbReturn::Objects { count: 4, elevation: 0.0 },
        reverb: crate::scene::chain::Reverb::Fdn(crate::scene::chain::Fdn::default()),
        reverb_kept: crate::scene::Kept::default(),
        kept: crate::scene::Kept::default(),
    }
}

/// Who chooses a track chooses its room.
#[test]
fn alternatives_are_one_object_with_their_rooms() {
    let other = Track { alternative_to: Some("DX".to_owned()), ..sending("DX 2", Role::Dialogue) };
    let mut scene = scene(vec![sending("DX", Role::Dialogue), other, sending("ADR", Role::Dialogue)]);
    scene.reverbs = vec![hall()];
    let bus = Chain { sends: scene.tracks[0].chain.sends.clone(), ..Chain::default() };
    scene.buses = vec![Bus { role: Role::Dialogue, chain: bus, ..Bus::default() }];
    let master = scene.to_adm(seconds(1)).unwrap();
    let returns = master.returns.iter().map(|unit| (unit.tracks.clone(), unit.is_after_bus));
    let expected = [2, 0, 1].map(|track| [(vec![track], false), (vec![track], true)]).concat();
    assert_eq!(returns.collect::<Vec<_>>(), expected);
    let document = &master.document;
    let find = |id: &crate::adm::AdmId| document.objects.iter().find(|object| object.id == *id).unwrap();
    let in_content: Vec<_> = document.contents[0].objects.iter().map(find).collect();
    let names: Vec<&str> = in_content.iter().map(|object| object.name.as_str()).collect();
    assert_eq!(names[..3], ["DX", "DX 2", "ADR"]);
    assert_eq!(in_content[0].complementary_objects, [in_content[1].id.clone()]);
    // The track itself and four objects of each of two rooms.
    assert_eq!((in_content[0].objects.len(), in_content[1].objects.len()), (9, 9));
    assert!(in_content[0].track_uids.is_empty() && find(&in_content[0].objects[0]).track_uids.len() == 1);
    assert_eq!((in_content.len(), in_content[2].objects.len()), (3 + 8, 0));
}

#[test]
fn each_content_has_its_own_return() {
    let mut scene = scene(vec![sending("DX", Role::Dialogue), sending("FX", Role::Effects)]);
    scene.reverbs = vec![hall()];
    let master = scene.to_adm(seconds(1)).unwrap();
    assert_eq!(master.feeds.len(), 2 + 2 * 4);
    assert_eq!(master.returns.iter().map(|r| r.tracks.clone()).collect::<Vec<_>>(), [vec![0], vec![1]]);
    assert_eq!(master.document.contents.iter().map(|c| c.objects.len()).collect::<Vec<_>>(), [5, 5]);
}

/// BS.2076-1 has five decimals, no version, and tracks that lead to their channels through track and stream formats; what
/// only BS.2076-2 has makes it one of those. Neither breaks a rule.
#[test]
fn the_edition_is_the_oldest_that_holds_the_scene() {
    let keys = [(0, 0.0, Shape::Linear), (333, 90.0, Shape::Linear), (777, 10.0, Shape::Step)];
    let tracks = |locked: f64| {
        let mut moving = object(ObjectParameter::Azimuth, &keys);
        moving.values.insert(ObjectParameter::HeadLocked, locked);
        let bed = Spatial::Bed(Bed { layout: BedLayout::from_name("5.1").unwrap(), ..Bed::default() });
        vec![track("Car", Role::Effects, Spatial::Object(Box::new(moving))), track("MX", Role::Music, bed)]
    };
    for (locked, edition) in [(0.0, Edition::First), (1.0, Edition::Second)] {
        let scene = scene(tracks(locked));
        assert_eq!(scene.second_edition().is_some(), edition == Edition::Second);
        // 1.00002 s: a length that five decimals don't hold.
        let document = scene.to_adm(AdmTime::from_samples(48_001, RATE)).unwrap().document;
        assert_eq!(document.version.as_deref(), edition.version());
        let is_first = edition == Edition::First;
        assert!(document.track_uids.iter().all(|uid| uid.track_format.is_some() == is_first));
        assert!(document.track_uids.iter().all(|uid| uid.channel_format.is_none() == is_first));
        assert_eq!(document.stream_formats.len(), usize::from(is_first));
        let text = document.programmes[0].end.unwrap().to_string();
        assert_eq!(text, if is_first { "00:00:01.00003" } else { "00:00:01.1S48000" });
        let mut findings = Findings::new();
        check(&document, &FileFacts::default(), Profile::Bs2076, &mut findings);
        assert_eq!(findings.list(), []);
        // Blocks meet without a gap.
        let ends: Vec<_> = blocks(&document).iter().map(times).collect();
        assert!(ends.array_windows::<2>().all(|[a, b]| (a.1 - b.0).abs() < 1e-12));
        assert!(ends.last().unwrap().1 >= 48_001.0 / 48_000.0 - 1e-12);
    }
}

/// What is written is what is read; the numbers of HOA are those of BS.2076-2 §11.
#[test]
fn documents_survive_their_xml() {
    let fuma = Hoa { order: 1, normalization: Normalization::FuMa, ..Hoa::default() };
    let mut moving = object(ObjectParameter::Y, &[(0, -1.0, Shape::Linear), (700, 1.0, Shape::Smooth)]);
    moving.coordinates = Coordinates::Cartesian;
    let scene = scene(vec![
        track("Field", Role::Ambience, Spatial::Hoa(fuma)),
        track("Field 3", Role::Ambience, Spatial::Hoa(Hoa { order: 3, ..Hoa::default() })),
        track("Car", Role::Effects, Spatial::Object(Box::new(moving))),
        track("Ears", Role::Effects, Spatial::Binaural(crate::scene::Binaural::default())),
    ]);
    let document = scene.to_adm(seconds(1)).unwrap().document;
    let mut text = Vec::new();
    write(&document, &mut text, &WriteOptions::default()).unwrap();
    let (mut back, warnings) = read_str(&String::from_utf8(text).unwrap()).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    back.apply_chna(&document.chna(), &mut Vec::new());
    back.envelope = None;
    assert_eq!(back, document);
    let degrees: Vec<_> = document.channel_formats[..4]
        .iter()
        .map(|channel| match &channel.blocks {
            BlockFormats::Hoa(blocks) => (blocks[0].order.unwrap(), blocks[0].degree.unwrap()),
            other => panic!("{other:?}"),
        })
        .collect();
    // W X Y Z.
    assert_eq!(degrees, [(0, 0), (1, 1), (1, -1), (1, 0)]);
}
