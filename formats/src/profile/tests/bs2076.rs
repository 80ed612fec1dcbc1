use super::{
    Case, audio, channel, facts_of, findings, hoa, hold, id, objects, parse, rows, speakers, special, time,
};
use crate::adm::{
    AlternativeValueSet, BlockFormats, BlockId, ChannelLock, Dialogue, ExclusionZone, Gain, Label,
    ObjectDivergence, ObjectPosition, PolarPosition, Screen, TypeDefinition,
};
use crate::bw64::TrackRef;
use crate::profile::Profile;

const BASE: &str = include_str!("bs2076.xml");

const IDS_AND_REFERENCES: &[Case] = &[
    ("bs2076/id-missing", |d, _| d.contents[0].id = id("")),
    ("bs2076/id-form", |d, _| d.objects[0].id = id("AO_10011")),
    ("bs2076/id-form", |d, _| d.track_formats[0].id = id("AT_00011001")),
    ("bs2076/id-duplicate", |d, _| d.objects[1].id = id("ao_1001")),
    ("bs2076/id-type", |d, _| d.pack_formats[0].type_definition = Some(TypeDefinition::Objects)),
    ("bs2076/id-reserved", |d, _| d.pack_formats[0].id = id("AP_00010fff")),
    ("bs2076/block-id-channel", |d, _| {
        objects(d, 2)[1].common.id = BlockId { channel: 0x0003_1002, number: 2 }
    }),
    ("bs2076/block-id-sequence", |d, _| objects(d, 2)[1].common.id.number = 3),
    ("bs2076/block-id-sequence", |d, _| objects(d, 2)[0].common.id.number = 0),
    ("bs2076/name-missing", |d, _| d.objects[0].name = " ".into()),
    ("bs2076/reference-dangling", |d, _| d.contents[0].objects[0] = id("AO_1004")),
    ("bs2076/reference-dangling", |d, _| d.objects[0].pack_formats[0] = id("AP_00010099")),
    ("bs2076/reference-kind", |d, _| d.contents[0].objects[0] = id("ACO_1001")),
    ("bs2076/reference-duplicate", |d, _| d.contents[0].objects[1] = id("AO_1001")),
    ("bs2076/object-cycle", |d, _| {
        d.objects[0].objects = vec![id("AO_1002")];
        d.objects[1].objects = vec![id("AO_1001")];
    }),
    ("bs2076/object-cycle", |d, _| d.objects[0].objects = vec![id("AO_1001")]),
    ("bs2076/pack-cycle", |d, _| d.pack_formats[1].pack_formats = vec![id("AP_00031001")]),
    ("bs2076/unreached", |d, _| d.contents[0].objects.truncate(2)),
];

const STRUCTURE: &[Case] = &[
    ("bs2076/programme-none", |d, _| d.programmes.clear()),
    ("bs2076/programme-empty", |d, _| d.programmes[0].contents.clear()),
    ("bs2076/content-empty", |d, _| d.contents[0].objects.clear()),
    ("bs2076/object-empty", |d, _| {
        d.objects[0].pack_formats.clear();
        d.objects[0].track_uids.clear();
    }),
    ("bs2076/object-pack-missing", |d, _| d.objects[0].pack_formats.clear()),
    ("bs2076/object-tracks-missing", |d, _| d.objects[0].track_uids.clear()),
    ("bs2076/object-track-count", |d, _| d.objects[0].track_uids.truncate(1)),
    ("bs2076/object-uid-pack", |d, _| d.objects[0].track_uids[1] = id("ATU_00000003")),
    ("bs2076/complementary-self", |d, _| d.objects[0].complementary_objects = vec![id("AO_1001")]),
    ("bs2076/pack-empty", |d, _| d.pack_formats[0].channel_formats.clear()),
    ("bs2076/pack-type-missing", |d, _| d.pack_formats[0].type_definition = None),
    ("bs2076/pack-type-mixed", |d, _| d.pack_formats[0].channel_formats.push(id("AC_00031001"))),
    ("bs2076/channel-type-unknown", |d, _| channel(d, 0).blocks = BlockFormats::Other(vec![])),
    ("bs2076/channel-empty", |d, _| objects(d, 2).clear()),
    ("bs2076/stream-reference-missing", |d, _| d.stream_formats[0].channel_format = None),
    ("bs2076/stream-dual-reference", |d, _| d.stream_formats[0].pack_format = Some(id("AP_00011001"))),
    ("bs2076/track-format-stream-missing", |d, _| {
        d.track_formats[0].stream_format = None;
        d.stream_formats[0].track_formats.clear();
    }),
    ("bs2076/uid-reference-missing", |d, _| d.track_uids[0].track_format = None),
    ("bs2076/uid-pack-missing", |d, _| d.track_uids[0].pack_format = None),
    ("bs2076/uid-dual-reference", |d, _| d.track_uids[0].channel_format = Some(id("AC_00011001"))),
    ("bs2076/uid-channel-not-in-pack", |d, _| d.track_uids[0].track_format = Some(id("AT_00031001_01"))),
];

const VALUES: &[Case] = &[
    ("bs2076/importance-range", |d, _| d.objects[1].importance = Some(11)),
    ("bs2076/importance-range", |d, _| objects(d, 2)[0].common.importance = 11),
    ("bs2076/dialogue-range", |d, _| d.objects[0].dialogue = Some(3)),
    ("bs2076/dialogue-range", |d, _| {
        d.contents[0].dialogue = Some(Dialogue { kind: 0, content_kind: Some(3) })
    }),
    ("bs2076/language-code", |d, _| d.programmes[0].language = Some("English".into())),
    ("bs2076/ducking-depth-range", |d, _| d.programmes[0].max_ducking_depth = Some(-63.0)),
    ("bs2076/screen-range", |d, _| {
        d.programmes[0].reference_screen = Some(Screen { aspect_ratio: 0.0, ..Screen::default() });
    }),
    ("bs2076/gain-finite", |d, _| objects(d, 2)[0].common.gain = Gain::Linear(f64::NAN)),
    ("bs2076/frequency-range", |d, _| channel(d, 0).frequency.low_pass = Some(0.0)),
    ("bs2076/position-polar-range", |d, _| {
        let position = PolarPosition { azimuth: 180.1, elevation: 0.0, distance: 1.0 };
        objects(d, 2)[0].position = ObjectPosition::Polar(position);
    }),
    ("bs2076/position-cartesian-range", |d, _| {
        objects(d, 2)[0].position =
            ObjectPosition::Cartesian(crate::adm::CartesianPosition { x: 0.0, y: -1.01, z: 0.0 });
    }),
    ("bs2076/position-finite", |d, _| {
        let position = PolarPosition { azimuth: 0.0, elevation: 0.0, distance: f64::INFINITY };
        objects(d, 2)[0].position = ObjectPosition::Polar(position);
    }),
    ("bs2076/extent-range", |d, _| objects(d, 2)[0].width = 361.0),
    ("bs2076/extent-range", |d, _| objects(d, 2)[0].depth = -0.1),
    ("bs2076/diffuse-range", |d, _| objects(d, 2)[0].diffuse = 1.5),
    ("bs2076/divergence-range", |d, _| {
        special(&mut objects(d, 2)[0]).divergence =
            Some(ObjectDivergence { value: 1.1, ..Default::default() });
    }),
    ("bs2076/divergence-coordinates", |d, _| {
        special(&mut objects(d, 2)[0]).divergence =
            Some(ObjectDivergence { value: 0.5, azimuth_range: None, position_range: Some(0.3) });
    }),
    ("bs2076/zone-range", |d, _| {
        special(&mut objects(d, 2)[0]).zone_exclusion.push(ExclusionZone::Polar {
            min_azimuth: 0.0,
            max_azimuth: 30.0,
            min_elevation: 20.0,
            max_elevation: 10.0,
        });
    }),
    ("bs2076/channel-lock-range", |d, _| {
        special(&mut objects(d, 2)[0]).channel_lock = Some(ChannelLock { max_distance: Some(-1.0) });
    }),
    ("bs2076/interpolation-length-unused", |d, _| {
        objects(d, 2)[0].common.jump_position.interpolation_length = time("00:00:00.10000");
    }),
    ("bs2076/interpolation-length-long", |d, _| {
        let jump = &mut objects(d, 2)[0].common.jump_position;
        jump.flag = true;
        jump.interpolation_length = time("00:00:00.50001");
    }),
    ("bs2076/speaker-label-missing", |d, _| speakers(d, 0)[0].speaker_labels.clear()),
    ("bs2076/hoa-order-degree", |d, _| hoa(d, 4)[0].degree = Some(2)),
    ("bs2076/hoa-order-degree", |d, _| hoa(d, 4)[0].order = None),
    ("bs2076/hoa-normalization", |d, _| hoa(d, 4)[0].normalization = Some("MaxN".into())),
    ("bs2076/hoa-component-duplicate", |d, _| {
        hoa(d, 4)[0].order = Some(0);
        hoa(d, 4)[0].degree = Some(0);
    }),
    ("bs2076/hoa-single-block", |d, _| {
        let mut second = hoa(d, 4)[0].clone();
        second.common.id.number = 2;
        hoa(d, 4).push(second);
    }),
];

const TIMES: &[Case] = &[
    ("bs2076/programme-times", |d, _| d.programmes[0].end = time("00:00:00.00000")),
    ("bs2076/programme-past-file", |d, _| d.programmes[0].end = time("00:00:01.00100")),
    ("bs2076/object-past-file", |d, _| d.objects[0].start = time("00:00:00.00100")),
    ("bs2076/object-duration-zero", |d, _| d.objects[0].duration = time("00:00:00.00000")),
    ("bs2076/block-times-incomplete", |d, _| objects(d, 2)[0].common.duration = None),
    ("bs2076/block-times-incomplete", |d, _| objects(d, 2)[1].common.rtime = None),
    ("bs2076/block-times-missing", |d, _| {
        objects(d, 2)[1].common.rtime = None;
        objects(d, 2)[1].common.duration = None;
    }),
    ("bs2076/block-order", |d, _| objects(d, 2).swap(0, 1)),
    ("bs2076/block-overlap", |d, _| objects(d, 2)[1].common.rtime = time("00:00:00.49990")),
    ("bs2076/block-rounding", |d, _| objects(d, 2)[1].common.rtime = time("00:00:00.49999")),
    ("bs2076/block-gap", |d, _| objects(d, 2)[1].common.rtime = time("00:00:00.60000")),
    ("bs2076/block-first-late", |d, _| objects(d, 2)[0].common.rtime = time("00:00:00.00001")),
    ("bs2076/block-duration-zero", |d, _| objects(d, 2)[0].common.duration = time("00:00:00.00000")),
    ("bs2076/block-past-object", |d, _| objects(d, 2)[1].common.duration = time("00:00:00.60000")),
];

const VERSION: &[Case] = &[
    ("bs2076/version-unknown", |d, _| d.version = Some("2.0".into())),
    ("bs2076/version-2-feature", |d, _| d.objects[0].gain = Some(Gain::Linear(0.5))),
    ("bs2076/version-2-feature", |d, _| d.objects[0].labels.push(Label::default())),
    ("bs2076/version-2-feature", |d, _| objects(d, 2)[0].common.gain = Gain::Decibels(-6.0)),
    ("bs2076/version-2-feature", |d, _| objects(d, 2)[1].common.duration = time("00:00:00.24000S48000")),
    ("bs2076/version-2-feature", |d, _| {
        d.version = Some("ITU-R_BS.2076-1".into());
        let set = AlternativeValueSet { id: id("AVS_1001_0001"), ..Default::default() };
        d.objects[0].alternative_value_sets.push(set);
    }),
];

const CHNA: &[Case] = &[
    ("bs2076/chna-missing", |_, f| f.chna = None),
    ("bs2076/chna-track-range", |_, f| rows(f)[0].track_index = 6),
    ("bs2076/chna-uid-duplicate", |_, f| rows(f)[0].uid = id("ATU_00000002")),
    ("bs2076/chna-uid-unknown", |_, f| rows(f)[0].uid = id("ATU_00000009")),
    ("bs2076/uid-not-in-chna", |_, f| rows(f).truncate(4)),
    ("bs2076/chna-reference-mismatch", |_, f| rows(f)[0].pack_ref = Some(id("AP_00031001"))),
    ("bs2076/chna-reference-mismatch", |_, f| {
        rows(f)[0].track_ref = Some(TrackRef::TrackFormat(id("AT_00011002_01")));
    }),
    ("bs2076/chna-reference-dangling", |_, f| {
        rows(f)[0].track_ref = Some(TrackRef::TrackFormat(id("AT_00011009_01")));
    }),
    ("bs2076/track-unused", |_, f| audio(f).channels = 6),
    ("bs2076/uid-sample-rate", |_, f| audio(f).sample_rate = 44_100),
    ("bs2076/uid-bit-depth", |_, f| audio(f).bits = 16),
];

#[test]
fn each_rule_has_a_document_that_breaks_it() {
    let base = parse(BASE);
    let cases = [IDS_AND_REFERENCES, STRUCTURE, VALUES, TIMES, VERSION, CHNA].concat();
    hold(Profile::Bs2076, &base, &facts_of(&base), &cases);
}

#[test]
fn what_version_2_brought_may_be_used_in_version_2() {
    let mut document = parse(BASE);
    let facts = facts_of(&document);
    document.version = Some("ITU-R_BS.2076-2".into());
    document.objects[0].gain = Some(Gain::Decibels(f64::NEG_INFINITY));
    objects(&mut document, 2)[1].common.duration = time("00:00:00.24000S48000");
    assert_eq!(findings(&document, &facts, Profile::Bs2076).list(), []);
}

#[test]
fn a_file_may_lean_on_the_common_definitions() {
    let mut document = parse(BASE);
    document.objects[0].pack_formats = vec![id("AP_00010002")];
    document.pack_formats.remove(0);
    document.channel_formats.drain(..2);
    document.stream_formats.drain(..2);
    document.track_formats.drain(..2);
    for (uid, track) in document.track_uids.iter_mut().zip(["AT_00010001_01", "AT_00010002_01"]) {
        uid.track_format = Some(id(track));
        uid.pack_format = Some(id("AP_00010002"));
    }
    let facts = facts_of(&document);
    assert_eq!(findings(&document, &facts, Profile::Bs2076).list(), []);
}
