//! Any scene comes back as it was saved, and any text ends in a scene or in mistakes.

use std::num::NonZeroU32;

use proptest::prelude::*;

use super::files::FULL;
use crate::scene::chain::{Chain, Compressor, Delay, Eq, EqBand, Fader, Send, Stage, Trim};
use crate::scene::{
    Automation, AutomationCurve, Bed, BedLayout, Clip, Coordinates, Fade, FadeShape, Kept, KeptNode, Key,
    Marker, Object, ObjectParameter, Programme, ReverbReturn, ReverbUnit, Role, Scene, Shape, Spatial, Time,
    Track, read, write,
};

/// Names as people give them, with what XML has to escape.
fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9 &<>\"'äß日_-]{0,12}[A-Za-z0-9]"
}

fn time() -> impl Strategy<Value = Time> {
    prop_oneof![
        (0..1_000_000u32).prop_map(Time::from_milliseconds),
        (0..9_000_000u64).prop_map(|samples| Time::from_samples(samples, NonZeroU32::new(48_000).unwrap())),
    ]
}

fn curve(low: f64, high: f64) -> impl Strategy<Value = AutomationCurve> {
    prop::collection::vec((1..9_000u32, low..high, 0..3usize), 1..5).prop_map(|keys| {
        let mut at = 0;
        let key = |(gap, value, shape): (u32, f64, usize)| {
            at += gap;
            Key::new(Time::from_milliseconds(at), value, Shape::NAMES[shape].0)
        };
        AutomationCurve::new(keys.into_iter().map(key).collect()).unwrap()
    })
}

fn kept() -> impl Strategy<Value = Kept> {
    let node = (0..4usize, "[a-z]{1,6}")
        .prop_map(|(after, text)| KeptNode { after, xml: format!("<d:x>{text}</d:x>") });
    (prop::option::of(name()), prop::option::of(node)).prop_map(|(attribute, node)| {
        let mut kept = Kept::default();
        if let Some(value) = attribute {
            kept.push_attribute("d:a", value);
        }
        // After the last child at most, where the reader finds it.
        if let Some(node) = node.filter(|node| node.after == 0) {
            kept.push_node(node);
        }
        kept
    })
}

fn object() -> impl Strategy<Value = Object> {
    (-1.0..1.0f64, -60.0..12.0f64, curve(-1.0, 1.0), 0..4u8, kept()).prop_map(
        |(x, gain, moving, mode, kept)| {
            let values = [
                (ObjectParameter::X, x),
                (ObjectParameter::Gain, gain),
                (ObjectParameter::BinauralMode, f64::from(mode)),
            ];
            let automation = [(ObjectParameter::Y, Automation { curve: moving, kept: Kept::default() })];
            let (values, automation) = (values.into(), automation.into());
            Object { coordinates: Coordinates::Cartesian, values, automation, zones: Vec::new(), kept }
        },
    )
}

fn chain() -> impl Strategy<Value = Chain> {
    let band =
        prop_oneof![
            (10.0..22e3f64, -30.0..30.0f64, 0.1..40.0f64)
                .prop_map(|(frequency_hz, gain_db, q)| EqBand::Bell { frequency_hz, gain_db, q }),
            (10.0..22e3f64).prop_map(|frequency_hz| EqBand::LowPass { frequency_hz, slope: 24 }),
        ];
    (
        prop::option::of((-60.0..60.0f64, any::<bool>())),
        prop::option::of(prop::collection::vec(band, 0..4)),
        prop::option::of((-100.0..0.0f64, 0.0..500.0f64)),
        prop::option::of(prop_oneof![
            (-1000..1000i64).prop_map(Delay::Samples),
            (-100.0..100.0f64).prop_map(Delay::Milliseconds)
        ]),
        prop::option::of((-90.0..24.0f64, curve(-60.0, 24.0))),
        prop::option::of(-80.0..24.0f64),
        prop::collection::btree_set(prop::sample::select(Stage::ALL.to_vec()), 0..4),
    )
        .prop_map(|(trim, bands, compressor, delay, fader, send, bypassed)| {
            let mut chain = Chain {
                trim: trim.map(|(gain_db, invert)| Trim { gain_db, invert }),
                eq: bands.map(|bands| Eq { bands }),
                compressor: compressor.map(|(threshold_db, attack_ms)| Compressor {
                    threshold_db,
                    attack_ms,
                    ..Compressor::default()
                }),
                delay,
                fader: fader.map(|(gain_db, automation)| Fader { gain_db, automation }),
                sends: send.map(|gain_db| Send { to: "hall".into(), gain_db }).into_iter().collect(),
                ..Chain::default()
            };
            chain.bypassed = bypassed.into_iter().filter(|stage| chain.has(*stage)).collect();
            chain
        })
}

fn track() -> impl Strategy<Value = Track> {
    let clip =
        (name(), prop::collection::vec(1..9u16, 0..3), time(), prop::option::of(time()), 0..3usize, kept())
            .prop_map(|(file, channels, start, length, shape, kept)| Clip {
                file,
                channels,
                start,
                length: length.filter(|length| length.seconds.numerator > 0),
                fade_in: Some(Fade { shape: FadeShape::NAMES[shape].0, ..Fade::default() }),
                kept,
                ..Clip::default()
            });
    let spatial = prop_oneof![
        object().prop_map(|object| Spatial::Object(Box::new(object))),
        Just(Spatial::Bed(Bed { layout: BedLayout::from_name("7.1.4").unwrap(), kept: Kept::default() })),
    ];
    (name(), 0..9usize, prop::collection::vec(clip, 0..3), chain(), spatial, kept(), any::<bool>()).prop_map(
        |(language, role, clips, chain, spatial, kept, mute)| Track {
            name: String::new(),
            role: Role::KNOWN[role].0.clone(),
            language: Some(language),
            clips,
            chain,
            spatial,
            mute,
            kept,
            ..Track::default()
        },
    )
}

fn scene() -> impl Strategy<Value = Scene> {
    let marker = (time(), name()).prop_map(|(time, name)| Marker { time, name, kept: Kept::default() });
    (
        name(),
        prop::collection::vec(marker, 0..3),
        prop::collection::vec(track(), 1..4),
        prop::option::of(name()),
        kept(),
    )
        .prop_map(|(name, markers, mut tracks, programme, kept)| {
            for (index, track) in tracks.iter_mut().enumerate() {
                track.name = format!("track {index}");
            }
            let hall = ReverbUnit {
                name: "hall".into(),
                returns: ReverbReturn::Objects { count: 5, elevation: 30.0 },
                reverb: crate::scene::chain::Reverb::Fdn(Default::default()),
                reverb_kept: Kept::default(),
                kept: Kept::default(),
            };
            let programmes =
                programme.map(|name| Programme { name, ..Programme::default() }).into_iter().collect();
            Scene { name, markers, tracks, programmes, reverbs: vec![hall], kept, ..Scene::default() }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_saved_comes_back(scene in scene()) {
        let text = write(&scene);
        let reading = read(&text);
        prop_assert_eq!(reading.mistakes.errors(), 0, "{:?}", reading.mistakes.list());
        prop_assert_eq!(reading.scene.as_ref(), Some(&scene));
    }

    /// Whatever is cut out of a scene or put into it, reading ends, and what it makes of it can be saved and read.
    #[test]
    fn damaged_scenes_end_in_a_scene_or_in_mistakes(at in 0..4000usize, length in 0..60usize, put in "[<>/\"=a-z0-9.& -]{0,12}") {
        let boundary = |at: usize| (0..=at.min(FULL.len())).rev().find(|at| FULL.is_char_boundary(*at)).unwrap_or(0);
        let (from, to) = (boundary(at), boundary(at + length));
        let text = format!("{}{put}{}", &FULL[..from], &FULL[to..]);
        let reading = read(&text);
        if let Some(scene) = reading.scene {
            prop_assert!(read(&write(&scene)).scene.is_some());
        } else {
            prop_assert!(reading.mistakes.errors() > 0);
        }
    }

    #[test]
    fn any_text_ends(text in "\\PC{0,200}") {
        let reading = read(&text);
        prop_assert!(reading.scene.is_some() || reading.mistakes.errors() > 0);
    }
}
