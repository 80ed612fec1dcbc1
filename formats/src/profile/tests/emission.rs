use super::{Case, channel, facts_of, findings, hold, id, objects, parse, time};
use crate::adm::{
    AudioStreamFormat, ChannelLock, Gain, Label, ObjectDivergence, ObjectInteraction, ObjectPosition,
    PolarPosition,
};
use crate::profile::Profile;

const BASE: &str = include_str!("emission.xml");

fn label(language: Option<&str>, text: &str) -> Label {
    Label { language: language.map(str::to_string), text: text.into() }
}

const LEVELS: &[Case] = &[
    ("emission/version", |d, _| d.version = Some("ITU-R_BS.2076-2".into())),
    ("emission/profile-list", |d, _| d.profiles.clear()),
    ("emission/profile-list", |d, _| d.profiles[0].level = Some("3".into())),
    ("emission/level", |d, _| d.profiles[0].level = Some("2".into())),
    ("emission/programme-count", |d, _| d.programmes = vec![d.programmes[0].clone(); 9]),
    ("emission/programme-count", |d, _| d.programmes.clear()),
    ("emission/content-count", |d, _| d.contents = vec![d.contents[0].clone(); 17]),
    ("emission/object-count", |d, _| d.objects = vec![d.objects[0].clone(); 49]),
    ("emission/pack-count", |d, _| d.pack_formats = vec![d.pack_formats[0].clone(); 33]),
    ("emission/channel-count", |d, _| d.channel_formats = vec![d.channel_formats[0].clone(); 33]),
    ("emission/uid-count", |d, _| d.track_uids = vec![d.track_uids[0].clone(); 33]),
    ("emission/programme-contents", |d, _| d.programmes[0].contents = vec![id("ACO_1001"); 17]),
    ("emission/object-objects", |d, _| d.objects[0].objects = vec![id("AO_1001"); 17]),
    ("emission/object-tracks", |d, _| d.objects[0].track_uids = vec![id("ATU_00000001"); 13]),
    ("emission/label-count", |d, _| d.contents[0].labels = vec![label(Some("eng"), "All"); 5]),
];

const ELEMENTS: &[Case] = &[
    ("emission/pack-channels", |d, _| {
        d.pack_formats[0].channel_formats =
            (1..=25).map(|n| id(&format!("AC_{:08x}", 0x31000 + n))).collect();
    }),
    ("emission/content-objects", |d, _| d.contents[0].objects.push(id("AO_1002"))),
    ("emission/content-dialogue", |d, _| d.contents[0].dialogue = None),
    ("emission/object-pack", |d, _| d.objects[0].pack_formats.push(id("AP_00010001"))),
    ("emission/object-form", |d, _| d.objects[0].objects.push(id("AO_1002"))),
    ("emission/object-form", |d, _| d.objects[0].track_uids.clear()),
    ("emission/object-interact", |d, _| d.objects[0].interact = None),
    ("emission/object-attributes", |d, _| d.objects[0].start = time("00:00:00.00000")),
    ("emission/object-attributes", |d, _| d.objects[0].importance = Some(5)),
    ("emission/silent-track", |d, _| d.objects[0].track_uids = vec![id("ATU_00000000")]),
    ("emission/name-length", |d, _| d.objects[0].name = "é".repeat(65)),
    ("emission/name-length", |d, _| channel(d, 0).name.clear()),
    ("emission/label-language", |d, _| d.objects[0].labels.push(label(None, "Bee"))),
    ("emission/label-language", |d, _| d.programmes[0].labels.push(label(Some("eng"), "Again"))),
    ("emission/language", |d, _| d.programmes[0].language = Some("en".into())),
    ("emission/loudness", |d, _| d.programmes[0].loudness.clear()),
    ("emission/uid-references", |d, _| d.track_uids[0].channel_format = None),
    ("emission/uid-references", |d, _| d.track_uids[0].track_format = Some(id("AT_00031001_01"))),
    ("emission/no-track-formats", |d, _| d.stream_formats.push(AudioStreamFormat::default())),
];

const SOUND: &[Case] = &[
    ("emission/position-range", |d, _| {
        let position = PolarPosition { azimuth: 0.0, elevation: 0.0, distance: 1.5 };
        objects(d, 0)[0].position = ObjectPosition::Polar(position);
    }),
    ("emission/divergence", |d, _| {
        let divergence = ObjectDivergence { value: 0.5, ..Default::default() };
        super::special(&mut objects(d, 0)[0]).divergence = Some(divergence);
    }),
    ("emission/jump-position", |d, _| objects(d, 0)[0].common.jump_position.flag = true),
    ("emission/block-duration", |d, _| objects(d, 0)[1].common.duration = time("00:00:00.00490")),
    ("emission/block-elements", |d, _| objects(d, 0)[0].common.gain = Gain::Linear(0.5)),
    ("emission/block-elements", |d, _| objects(d, 0)[0].width = 10.0),
    ("emission/block-elements", |d, _| {
        super::special(&mut objects(d, 0)[0]).channel_lock = Some(ChannelLock::default());
    }),
    ("emission/interaction-range", |d, _| {
        d.objects[0].interaction = Some(ObjectInteraction { on_off: true, ..Default::default() });
    }),
    ("emission/interaction-range", |d, _| {
        let range = (None, Some(Gain::Decibels(32.0)));
        d.objects[0].interaction = Some(ObjectInteraction { gain_range: range, ..Default::default() });
    }),
    ("emission/interaction-range", |d, _| {
        let position_range = vec![("elevation".to_string(), "max".to_string(), 10.0)];
        d.objects[0].interaction = Some(ObjectInteraction { position_range, ..Default::default() });
    }),
];

#[test]
fn each_rule_has_a_document_that_breaks_it() {
    let base = parse(BASE);
    hold(Profile::Emission, &base, &facts_of(&base), &[LEVELS, ELEMENTS, SOUND].concat());
}

/// §2.3: what is too much for level 1 may be right for level 2 and is never too much for level 0.
#[test]
fn the_declared_level_decides() {
    let mut document = parse(BASE);
    let facts = facts_of(&document);
    document.programmes = vec![document.programmes[0].clone(); 9];
    let errors =
        |document: &_| findings(document, &facts, Profile::Emission).total("emission/programme-count");
    assert_eq!(errors(&document), 1);
    document.profiles[0].level = Some("2".into());
    assert_eq!(errors(&document), 0);
    document.programmes = vec![document.programmes[0].clone(); 17];
    assert_eq!(errors(&document), 1);
    document.profiles[0].level = Some("0".into());
    assert_eq!(errors(&document), 0);
}

#[test]
fn the_first_block_may_be_short_and_interaction_limited() {
    let mut document = parse(BASE);
    let facts = facts_of(&document);
    objects(&mut document, 0)[0].common.duration = time("00:00:00.00000");
    document.objects[0].interaction = Some(ObjectInteraction {
        gain_range: (Some(Gain::Decibels(-20.0)), Some(Gain::Decibels(31.0))),
        position_range: vec![("azimuth".into(), "min".into(), -30.0), ("azimuth".into(), "max".into(), 30.0)],
        ..Default::default()
    });
    assert_eq!(findings(&document, &facts, Profile::Emission).list(), []);
}
