use super::{Case, audio, channel, facts_of, hold, id, objects, parse, rows, speakers, special, time};
use crate::adm::Document;
use crate::adm::{
    BlockFormats, CartesianPosition, ChannelLock, ExclusionZone, Gain, HoaBlock, ObjectPosition,
    PolarPosition, TypeDefinition,
};
use crate::bw64::ChunkId;
use crate::profile::{DbmdFacts, FileFacts, Profile};

const BASE: &str = include_str!("dolby.xml");

fn base() -> (Document, FileFacts) {
    let document = parse(BASE);
    let facts = FileFacts {
        chunks: vec![ChunkId::JUNK, ChunkId::FMT, ChunkId::DATA, ChunkId::AXML, ChunkId::CHNA, ChunkId::DBMD],
        dbmd: Some(DbmdFacts {
            length: 508,
            checksums_hold: true,
            has_atmos: true,
            supplemental_elements: Some(3),
        }),
        is_in_ebu_core: Some(true),
        ..facts_of(&document)
    };
    (document, facts)
}

fn dbmd(facts: &mut FileFacts) -> &mut DbmdFacts {
    facts.dbmd.as_mut().unwrap()
}

fn zone(document: &mut Document, box_of: [f64; 6]) {
    let [min_x, max_x, min_y, max_y, min_z, max_z] = box_of;
    let zone = ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z };
    special(&mut objects(document, 2)[0]).zone_exclusion.push(zone);
}

const FILE: &[Case] = &[
    ("dolby-1.1/sample-rate", |_, f| audio(f).sample_rate = 44_100),
    ("dolby-1.1/bit-depth", |_, f| audio(f).bits = 16),
    ("dolby-1.1/bit-depth", |_, f| audio(f).integer = false),
    ("dolby-1.1/track-count", |_, f| audio(f).channels = 129),
    ("dolby-1.1/chunk-missing", |_, f| f.chunks.retain(|&chunk| chunk != ChunkId::CHNA)),
    ("dolby-1.1/envelope", |_, f| f.is_in_ebu_core = Some(false)),
    ("dolby-1.1/dbmd-missing", |_, f| f.dbmd = None),
    ("dolby-1.1/dbmd-length", |_, f| dbmd(f).length = 6145),
    ("dolby-1.1/dbmd-checksum", |_, f| dbmd(f).checksums_hold = false),
    ("dolby-1.1/dbmd-atmos", |_, f| dbmd(f).has_atmos = false),
    ("dolby-1.1/dbmd-elements", |_, f| dbmd(f).supplemental_elements = Some(4)),
];

const PROGRAMME: &[Case] = &[
    ("dolby-1.1/programme-count", |d, _| d.programmes.push(d.programmes[0].clone())),
    ("dolby-1.1/programme-id", |d, _| d.programmes[0].id = id("APR_1002")),
    ("dolby-1.1/programme-name", |d, _| d.programmes[0].name = "Film".into()),
    ("dolby-1.1/programme-span", |d, _| d.programmes[0].start = None),
    ("dolby-1.1/programme-span", |_, f| audio(f).frames = 48_100),
    ("dolby-1.1/programme-contents", |d, _| d.programmes[0].contents.clear()),
    ("dolby-1.1/content-count", |d, _| d.contents = vec![d.contents[0].clone(); 124]),
    ("dolby-1.1/content-id", |d, _| d.contents[0].id = id("ACO_1002")),
    ("dolby-1.1/content-dialogue", |d, _| d.contents[0].dialogue = None),
];

const OBJECTS: &[Case] = &[
    ("dolby-1.1/audio-object-count", |d, _| d.objects = vec![d.objects[0].clone(); 124]),
    ("dolby-1.1/object-count", |d, _| d.pack_formats = vec![d.pack_formats[1].clone(); 119]),
    ("dolby-1.1/object-id", |d, _| d.objects[1].id = id("AO_100a")),
    ("dolby-1.1/object-id", |d, _| d.objects[0].id = id("AO_1081")),
    ("dolby-1.1/object-start", |d, _| d.objects[0].start = time("00:00:00.10000")),
    ("dolby-1.1/object-duration", |d, _| d.objects[0].duration = time("00:00:00.90000")),
    ("dolby-1.1/object-interact", |d, _| d.objects[0].interact = Some(true)),
    ("dolby-1.1/object-ducking", |d, _| d.objects[0].disable_ducking = Some(false)),
    ("dolby-1.1/object-pack", |d, _| d.objects[0].pack_formats.push(id("AP_00031001"))),
    ("dolby-1.1/object-tracks", |d, _| d.objects[1].track_uids.push(id("ATU_00000002"))),
    ("dolby-1.1/object-forbidden", |d, _| d.objects[0].objects.push(id("AO_100b"))),
    ("dolby-1.1/object-forbidden", |d, _| d.objects[0].complementary_objects.push(id("AO_100b"))),
    ("dolby-1.1/version-2", |d, _| d.objects[0].mute = Some(false)),
    ("dolby-1.1/version-2", |d, _| d.version = Some("ITU-R_BS.2076-2".into())),
    ("dolby-1.1/pack-count", |d, _| d.pack_formats = vec![d.pack_formats[0].clone(); 124]),
    ("dolby-1.1/pack-type", |d, _| d.pack_formats[0].type_definition = Some(TypeDefinition::Hoa)),
    ("dolby-1.1/pack-nested", |d, _| d.pack_formats[0].pack_formats.push(id("AP_00031001"))),
    ("dolby-1.1/pack-channels", |d, _| d.pack_formats[1].channel_formats.push(id("AC_00011001"))),
];

const BEDS: &[Case] = &[
    ("dolby-1.1/bed-configuration", |d, _| d.pack_formats[0].channel_formats.swap(0, 1)),
    ("dolby-1.1/channel-count", |d, _| d.channel_formats = vec![d.channel_formats[0].clone(); 129]),
    ("dolby-1.1/channel-type", |d, _| channel(d, 0).blocks = BlockFormats::Hoa(vec![HoaBlock::default()])),
    ("dolby-1.1/bed-blocks", |d, _| {
        let second = speakers(d, 0)[0].clone();
        speakers(d, 0).push(second);
    }),
    ("dolby-1.1/bed-times", |d, _| speakers(d, 0)[0].common.rtime = time("00:00:00.00000")),
    ("dolby-1.1/bed-label", |d, _| speakers(d, 0)[0].speaker_labels = vec!["M+030".into()]),
    ("dolby-1.1/bed-position", |d, _| speakers(d, 0)[0].speaker_labels = vec!["RC_C".into()]),
    ("dolby-1.1/bed-name", |d, _| channel(d, 0).name = "Left".into()),
    ("dolby-1.1/bed-frequency", |d, _| channel(d, 0).frequency.low_pass = Some(120.0)),
];

const BLOCKS: &[Case] = &[
    ("dolby-1.1/block-times", |d, _| objects(d, 2)[0].common.duration = None),
    ("dolby-1.1/block-cartesian", |d, _| {
        let position = PolarPosition { azimuth: 0.0, elevation: 0.0, distance: 1.0 };
        objects(d, 2)[0].position = ObjectPosition::Polar(position);
    }),
    ("dolby-1.1/block-position", |d, _| {
        objects(d, 2)[0].position = ObjectPosition::Cartesian(CartesianPosition { x: 1.1, y: 0.0, z: 0.0 });
    }),
    ("dolby-1.1/block-size", |d, _| objects(d, 2)[1].depth = 0.3),
    ("dolby-1.1/block-size", |d, _| {
        let block = &mut objects(d, 2)[1];
        (block.width, block.depth, block.height) = (1.1, 1.1, 1.1);
    }),
    ("dolby-1.1/block-jump", |d, _| objects(d, 2)[0].common.jump_position.flag = false),
    ("dolby-1.1/block-jump", |d, _| objects(d, 2)[0].common.jump_position.interpolation_length = None),
    ("dolby-1.1/block-interpolation", |d, _| {
        objects(d, 2)[1].common.jump_position.interpolation_length = time("00:00:00.005200");
    }),
    ("dolby-1.1/block-interpolation", |d, _| {
        objects(d, 2)[0].common.jump_position.interpolation_length = time("00:00:00.005208");
    }),
    ("dolby-1.1/block-inactive", |d, _| objects(d, 2)[0].common.gain = Gain::Linear(0.5)),
    ("dolby-1.1/block-inactive", |d, _| objects(d, 2)[0].common.importance = 0),
    ("dolby-1.1/block-diffuse", |d, _| objects(d, 2)[0].diffuse = 0.5),
    ("dolby-1.1/block-zone", |d, _| zone(d, [-1.0, 1.0, -1.0, 0.0, -0.499, 0.499])),
    ("dolby-1.1/block-zone-set", |d, _| zone(d, [-1.0, 1.0, -1.0, 1.0, 0.4995, 1.0])),
    ("dolby-1.1/block-zone-set", |d, _| zone(d, [-1.0, -0.75806, -0.41934, 0.83871, -0.499, 0.499])),
    ("dolby-1.1/block-forbidden", |d, _| objects(d, 2)[0].screen_ref = true),
    ("dolby-1.1/block-forbidden", |d, _| {
        special(&mut objects(d, 2)[0]).channel_lock = Some(ChannelLock { max_distance: Some(0.5) });
    }),
    ("dolby-1.1/time-form", |d, _| d.programmes[0].end = time("00:00:01.000")),
    ("dolby-1.1/time-form", |d, _| objects(d, 2)[1].common.duration = time("00:00:00.24000S48000")),
];

const TRACKS: &[Case] = &[
    ("dolby-1.1/stream-count", |d, _| d.stream_formats = vec![d.stream_formats[0].clone(); 129]),
    ("dolby-1.1/stream-references", |d, _| d.stream_formats[0].pack_format = None),
    ("dolby-1.1/stream-format", |d, _| d.stream_formats[0].format = Some(2)),
    ("dolby-1.1/track-format-count", |d, _| d.track_formats = vec![d.track_formats[0].clone(); 129]),
    ("dolby-1.1/track-format", |d, _| d.track_formats[0].id = id("AT_00011001_02")),
    ("dolby-1.1/track-format", |d, _| d.track_formats[0].format = None),
    ("dolby-1.1/uid-count", |d, _| d.track_uids.truncate(2)),
    ("dolby-1.1/uid-sequence", |d, _| d.track_uids.swap(0, 1)),
    ("dolby-1.1/uid-references", |d, _| d.track_uids[0].pack_format = None),
    ("dolby-1.1/uid-format", |d, _| d.track_uids[0].bit_depth = Some(16)),
    ("dolby-1.1/chna-rows", |_, f| rows(f).swap(0, 1)),
    ("dolby-1.1/chna-rows", |_, f| rows(f).truncate(2)),
];

#[test]
fn each_rule_has_a_document_that_breaks_it() {
    let (document, facts) = base();
    hold(Profile::Dolby, &document, &facts, &[FILE, PROGRAMME, OBJECTS, BEDS, BLOCKS, TRACKS].concat());
}

/// Tables 12 and 13 and section 2.5.2: whole sets of zones, an inactive block, channel lock and full diffuseness.
#[test]
fn what_the_profile_allows_is_not_found() {
    let (mut document, facts) = base();
    for box_of in [
        [-1.0, -0.75806, -0.41934, 0.83871, -0.499, 0.499],
        [0.75806, 1.0, -0.41934, 0.83871, -0.499, 0.499],
        [-1.0, 1.0, -1.0, 1.0, -1.0, -0.4995],
        [-1.0, 1.0, -1.0, 1.0, 0.4995, 1.0],
    ] {
        zone(&mut document, box_of);
    }
    let block = &mut objects(&mut document, 2)[0];
    (block.common.gain, block.common.importance, block.diffuse) = (Gain::Linear(0.0), 0, 1.0);
    special(block).channel_lock = Some(ChannelLock { max_distance: None });
    hold_nothing(&document, &facts);
}

/// v1.1: at 96 kHz as well.
#[test]
fn a_master_may_run_at_96_khz() {
    let (mut document, mut facts) = base();
    let audio = audio(&mut facts);
    (audio.sample_rate, audio.frames) = (96_000, 96_000);
    document.track_uids.iter_mut().for_each(|uid| uid.sample_rate = Some(96_000));
    hold_nothing(&document, &facts);
}

fn hold_nothing(document: &Document, facts: &FileFacts) {
    assert_eq!(super::findings(document, facts, Profile::Dolby).list(), []);
}
