//! Curves against the blocks they come from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::num::NonZeroU32;
use std::sync::Arc;

use formats::adm::{
    AdmTime, AudioChannelFormat, AudioObject, AudioPackFormat, AudioTrackUid, BlockCommon, BlockFormats,
    BlockId, CartesianPosition, Document, Gain, JumpPosition, ObjectPosition, ObjectsBlock, PolarPosition,
    TypeDefinition,
};
use formats::scene::{ObjectParameter, Scene, Shape, Spatial};
use proptest::prelude::*;

use super::thin::kept;
use super::{Automation, Imported, Source, TOLERANCE, Tolerance, import};

const RATE: NonZeroU32 = NonZeroU32::new(48_000).unwrap();
const FRAMES: u64 = 96_000;

fn time(text: &str) -> AdmTime {
    text.parse().unwrap()
}

/// A block from `start` on for `duration` at an azimuth with a gain.
fn block(start: &str, duration: &str, azimuth: f64, gain: f64) -> ObjectsBlock {
    ObjectsBlock {
        common: BlockCommon {
            id: BlockId::default(),
            rtime: Some(time(start)),
            duration: Some(time(duration)),
            gain: Gain::Linear(gain),
            ..BlockCommon::default()
        },
        position: ObjectPosition::Polar(PolarPosition { azimuth, elevation: 0.0, distance: 1.0 }),
        ..ObjectsBlock::default()
    }
}

/// A file with one object.
fn document(blocks: Vec<ObjectsBlock>) -> Document {
    let channel = AudioChannelFormat {
        id: "AC_00031001".into(),
        name: "Car".to_owned(),
        blocks: BlockFormats::Objects(blocks),
        ..AudioChannelFormat::default()
    };
    let pack = AudioPackFormat {
        id: "AP_00031001".into(),
        type_definition: Some(TypeDefinition::Objects),
        channel_formats: vec!["AC_00031001".into()],
        ..AudioPackFormat::default()
    };
    let uid = AudioTrackUid {
        id: "ATU_00000001".into(),
        track_index: Some(1),
        channel_format: Some("AC_00031001".into()),
        pack_format: Some("AP_00031001".into()),
        ..AudioTrackUid::default()
    };
    let object = AudioObject {
        id: "AO_1001".into(),
        name: "../../Car".to_owned(),
        pack_formats: vec!["AP_00031001".into()],
        track_uids: vec!["ATU_00000001".into()],
        ..AudioObject::default()
    };
    Document {
        version: Some("ITU-R_BS.2076-2".to_owned()),
        objects: vec![object],
        pack_formats: vec![pack],
        channel_formats: vec![Arc::new(channel)],
        track_uids: vec![uid],
        ..Document::default()
    }
}

fn imported(document: &Document, automation: Automation) -> Imported {
    let source = Source {
        document,
        modes: &[],
        tracks: 1,
        frames: FRAMES,
        sample_rate: RATE,
        name: "film",
        picture: None,
    };
    import(&source, automation).unwrap()
}

/// The blocks of the master that a scene is.
fn blocks(scene: &Scene, track: usize) -> Vec<ObjectsBlock> {
    let master = scene.to_adm(AdmTime::from_samples(FRAMES, RATE)).unwrap();
    match &master.document.channel_formats[track].blocks {
        BlockFormats::Objects(blocks) => blocks.clone(),
        other => panic!("{other:?}"),
    }
}

fn said(block: &ObjectsBlock) -> (AdmTime, AdmTime, ObjectPosition, bool, f64) {
    let common = &block.common;
    let (start, length) = (common.rtime.unwrap(), common.duration.unwrap());
    (start, length, block.position, common.jump_position.flag, common.gain.linear())
}

/// Blocks of any length at times between samples come back as they were: gains go where they went.
#[test]
fn exact_blocks_come_back() {
    let mut jump = block("00:00:01.30007", "00:00:00.20001", -30.0, 0.25);
    jump.common.jump_position = JumpPosition { flag: true, interpolation_length: None };
    let written = vec![
        block("00:00:00.00000", "00:00:00.10003", 0.0, 1.0),
        block("00:00:00.10003", "00:00:00.20004", 100.0, 0.5),
        block("00:00:00.30007", "00:00:01.00000", 179.0, 0.5),
        jump,
        block("00:00:01.50008", "00:00:00.49992", 10.0, 0.5),
    ];
    let found = imported(&document(written.clone()), Automation::Exact);
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    let back = blocks(&found.scene, 0);
    assert_eq!(back.len(), written.len(), "{back:#?}");
    for (back, written) in back.iter().zip(&written) {
        let (back, written) = (said(back), said(written));
        assert_eq!((back.0, back.1, back.2, back.3), (written.0, written.1, written.2, written.3));
        assert!((back.4 - written.4).abs() < 1e-12);
    }
    assert_eq!(found.counts.blocks, 5);
}

/// An interpolationLength is a block of its own; what comes after it stays.
#[test]
fn interpolation_lengths_and_gaps_are_blocks() {
    let mut fade = block("00:00:00.50000", "00:00:00.50000", 30.0, 1.0);
    let length = Some(time("00:00:00.00500"));
    fade.common.jump_position = JumpPosition { flag: true, interpolation_length: length };
    let late = block("00:00:01.50000", "00:00:00.20000", 60.0, 1.0);
    let written = vec![block("00:00:00.00000", "00:00:00.50000", 0.0, 1.0), fade, late];
    let found = imported(&document(written), Automation::Exact);
    let back: Vec<(f64, f64)> =
        blocks(&found.scene, 0).iter().map(|b| (said(b).0.seconds_f64(), said(b).4)).collect();
    let starts = [0.0, 0.5, 0.505, 1.0, 1.5, 1.7];
    assert_eq!(back.iter().map(|(start, _)| *start).collect::<Vec<_>>(), starts);
    // Between blocks and after the last there is silence.
    assert_eq!(back.iter().map(|(_, gain)| *gain).collect::<Vec<_>>(), [1.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
}

/// A path of small blocks is a curve of few keys, which is nowhere further from it than it says.
#[test]
fn paths_are_thinned_within_the_tolerance() {
    let azimuth = |n: usize| 60.0 * (n as f64 / 40.0).sin();
    let written: Vec<ObjectsBlock> = (0..200)
        .map(|n| {
            let start = format!("00:00:0{}.{:02}", n / 100, n % 100);
            block(&start, "00:00:00.01", azimuth(n), 1.0)
        })
        .collect();
    let found = imported(&document(written), Automation::Thinned(TOLERANCE));
    let Spatial::Object(object) = &found.scene.tracks[0].spatial else { panic!("no object") };
    let curve = &object.automation[&ObjectParameter::Azimuth].curve;
    assert!((5..40).contains(&curve.keys().len()), "{}", curve.keys().len());
    assert!(curve.keys().iter().all(|key| key.shape == Shape::Linear));
    for n in 1..200 {
        let end = (n + 1) as f64 / 100.0;
        let off = (curve.value_at(end).unwrap() - azimuth(n)).abs();
        assert!(off <= TOLERANCE.degrees + 1e-9, "{off} at {end}");
    }
    assert_eq!(found.counts.keys, curve.keys().len());
}

/// A fade from one side to the other is no path through the middle.
#[test]
fn fades_between_places_stay_fades() {
    let written =
        vec![block("00:00:00.0", "00:00:01.0", 90.0, 1.0), block("00:00:01.0", "00:00:01.0", -90.0, 1.0)];
    let found = imported(&document(written), Automation::Thinned(TOLERANCE));
    let back: Vec<_> = blocks(&found.scene, 0).iter().map(said).collect();
    assert_eq!(back.len(), 2);
    assert_eq!((back[1].0.seconds_f64(), back[1].1.seconds_f64(), back[1].3), (1.0, 1.0, false));
}

/// Across the back the azimuth goes on, where a straight line would lead through the front.
#[test]
fn paths_lead_around_the_back() {
    let written: Vec<ObjectsBlock> = (0..20)
        .map(|n| {
            let azimuth = (160.0 + 2.0 * f64::from(n) + 180.0).rem_euclid(360.0) - 180.0;
            block(&format!("00:00:00.{:02}", 5 * n), "00:00:00.05", azimuth, 1.0)
        })
        .collect();
    let found = imported(&document(written), Automation::Thinned(TOLERANCE));
    let Spatial::Object(object) = &found.scene.tracks[0].spatial else { panic!("no object") };
    let keys = object.automation[&ObjectParameter::Azimuth].curve.keys();
    assert_eq!((keys[0].value, keys[keys.len() - 1].value), (160.0, 198.0));
    assert!(keys.len() <= 3, "{keys:?}");
}

/// Coordinates and signs of gains that change within a channel: a track for each, silent while the other sounds.
#[test]
fn blocks_of_two_kinds_are_two_tracks() {
    let mut cube = block("00:00:01.0", "00:00:00.5", 0.0, 1.0);
    cube.position = ObjectPosition::Cartesian(CartesianPosition { x: 0.5, y: 1.0, z: 0.0 });
    let written = vec![
        block("00:00:00.0", "00:00:01.0", 30.0, 1.0),
        cube,
        block("00:00:01.5", "00:00:00.5", 30.0, -1.0),
    ];
    let found = imported(&document(written), Automation::Exact);
    let inverted: Vec<bool> =
        found.scene.tracks.iter().map(|track| track.chain.trim.is_some_and(|trim| trim.invert)).collect();
    assert_eq!(inverted, [false, false, true]);
    assert_eq!(found.stems.len(), 1);
    assert!(found.warnings.iter().any(|warning| warning.rule == "object-split"));
    for (track, gains) in [(0, [1.0, 0.0, 0.0]), (1, [0.0, 1.0, 0.0]), (2, [0.0, 0.0, 1.0])] {
        let back = blocks(&found.scene, track);
        let ends: Vec<f64> = [1.0, 1.5, 2.0]
            .map(|end| {
                let ends = |b: &&ObjectsBlock| {
                    (said(b).0.seconds_f64() + said(b).1.seconds_f64() - end).abs() < 1e-9
                };
                back.iter().find(ends).map_or(f64::NAN, |b| said(b).4)
            })
            .into();
        let is_there = |(found, expected): (&f64, &f64)| found.is_nan() || found == expected;
        assert!(ends.iter().zip(&gains).all(is_there), "{track}: {ends:?}");
    }
}

#[test]
fn files_lie_in_their_folder_whatever_the_master_says() {
    let found = imported(&document(vec![block("00:00:00.0", "00:00:02.0", 0.0, 1.0)]), Automation::Exact);
    assert_eq!(found.stems[0].file, "stems/______Car.wav");
    assert_eq!(found.scene.tracks[0].name, "../../Car");
}

proptest! {
    /// Every point is within the tolerance of the line between those that stay.
    #[test]
    fn thinning_keeps_its_bound(values in prop::collection::vec(-50.0..50.0f64, 1..80), tolerance in 0.0..20.0f64) {
        let times: Vec<f64> = (0..values.len()).map(|n| n as f64 * 0.1).collect();
        let places = kept(&times, &values, tolerance);
        prop_assert_eq!(places.first(), Some(&0));
        prop_assert_eq!(places.last(), Some(&(values.len() - 1)));
        for pair in places.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            for n in a..=b {
                let share = (times[n] - times[a]) / (times[b] - times[a]);
                let line = values[a] + (values[b] - values[a]) * share;
                prop_assert!((line - values[n]).abs() <= tolerance + 1e-9);
            }
        }
    }

    #[test]
    fn tolerances_are_in_proportion(degrees in -5.0..50.0f64) {
        let found = Tolerance::of_degrees(degrees);
        prop_assert!((0.0..=30.0).contains(&found.degrees));
        prop_assert!((found.units * 50.0 - found.degrees).abs() < 1e-9);
        prop_assert!((found.decibels * 5.0 - found.degrees).abs() < 1e-9);
    }
}
