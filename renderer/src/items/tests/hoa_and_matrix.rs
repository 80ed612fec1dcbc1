//! Packs whose channels depend on one another.

use formats::adm::{
    AudioPackFormat, BlockCommon, BlockFormats, Document, Gain, HoaBlock, MatrixBlock, MatrixCoefficient,
    TypeDefinition,
};

use super::build::*;
use crate::items::{HoaItem, MAX_ORDER, RenderItem, TrackSpec};

fn hoa_block(order: i32, degree: i32) -> HoaBlock {
    HoaBlock { order: Some(order), degree: Some(degree), ..HoaBlock::default() }
}

/// One HOA object with a channel for each block.
fn hoa(blocks: Vec<HoaBlock>) -> Document {
    let mut document = document(&["AO_1001"]);
    let mut channels = Vec::new();
    for (block, number) in blocks.into_iter().zip(1..) {
        let channel = format!("AC_0004100{number}");
        document.channel_formats.push(channel_with(&channel, BlockFormats::Hoa(vec![block])));
        document.track_uids.push(uid(number, &channel, "AP_00041001"));
        channels.push(channel);
    }
    let uids: Vec<_> = document.track_uids.iter().map(|uid| uid.id.clone()).collect();
    document.objects = vec![object("AO_1001", &["AP_00041001"], &[])];
    document.objects[0].track_uids = uids;
    let mut all = pack("AP_00041001", &channels.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    all.type_definition = Some(TypeDefinition::Hoa);
    document.pack_formats = vec![all];
    document
}

fn first_order() -> Vec<HoaBlock> {
    vec![hoa_block(0, 0), hoa_block(1, -1), hoa_block(1, 0), hoa_block(1, 1)]
}

fn scene(document: &Document) -> HoaItem {
    match selected(document).0.as_slice() {
        [RenderItem::Hoa(item)] => item.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hoa_pack_is_one_item_with_the_defaults_of_the_standard() {
    let item = scene(&hoa(first_order()));
    assert_eq!((item.normalization.as_str(), item.nfc_ref_dist, item.screen_ref), ("SN3D", None, false));
    let channels: Vec<_> = item.channels.iter().map(|c| (c.track.clone(), c.order, c.degree)).collect();
    let expected = [(0, 0, 0), (1, 1, -1), (2, 1, 0), (3, 1, 1)]
        .map(|(t, order, degree)| (TrackSpec::Direct(t), order, degree));
    assert_eq!(channels, expected);
}

#[test]
fn what_holds_for_the_scene_is_stated_in_pack_or_block() {
    let mut document = hoa(first_order());
    document.pack_formats[0].normalization = Some("N3D".to_owned());
    document.pack_formats[0].nfc_ref_dist = Some(2.0);
    document.pack_formats[0].screen_ref = Some(true);
    let item = scene(&document);
    assert_eq!((item.normalization.as_str(), item.nfc_ref_dist, item.screen_ref), ("N3D", Some(2.0), true));
    document.pack_formats[0].nfc_ref_dist = Some(0.0);
    assert_eq!(scene(&document).nfc_ref_dist, None);
}

#[track_caller]
fn assert_refused(change: impl Fn(&mut Vec<HoaBlock>), channel: &str, expected: &str) {
    let mut blocks = first_order();
    change(&mut blocks);
    let error = refused(&hoa(blocks)).to_string();
    assert!(error.starts_with(channel) && error.contains(expected), "{error}");
}

#[test]
fn hoa_channels_that_disagree_are_refused() {
    assert_refused(
        |blocks| blocks[1].normalization = Some("N3D".into()),
        "AC_00041002",
        "another normalization",
    );
    assert_refused(|blocks| blocks[2].nfc_ref_dist = Some(1.0), "AC_00041003", "another nfcRefDist");
    assert_refused(
        |blocks| blocks[3].common.duration = Some(time("00:00:01.0")),
        "AC_00041004",
        "another duration",
    );
    assert_refused(
        |blocks| blocks[0].normalization = Some("Other".into()),
        "AC_00041001",
        "SN3D, N3D or FuMa",
    );
}

#[test]
fn hoa_channels_without_a_place_are_refused() {
    assert_refused(|blocks| blocks[1] = hoa_block(0, 0), "AC_00041002", "repeats order 0, degree 0");
    assert_refused(|blocks| blocks[1].degree = Some(2), "AC_00041002", "degree 2");
    assert_refused(|blocks| blocks[1].degree = Some(i32::MIN), "AC_00041002", "degree");
    assert_refused(|blocks| blocks[1].order = Some(-1), "AC_00041002", "order -1");
    assert_refused(|blocks| blocks[1].order = None, "AC_00041002", "without order");
    assert_refused(|blocks| blocks[1].order = Some(MAX_ORDER + 1), "AC_00041002", "0…16");
    assert_refused(|blocks| blocks[1].equation = Some("cos(A)".into()), "AC_00041002", "equation");
}

#[test]
fn a_scene_is_as_important_as_its_most_important_channel() {
    let mut document = hoa(first_order());
    let channels = std::mem::take(&mut document.pack_formats[0].channel_formats);
    for (number, importance) in [(0usize, Some(4)), (1, Some(6))] {
        let mut inner = document.pack_formats[0].clone();
        inner.id = format!("AP_0004200{number}").as_str().into();
        inner.pack_formats.clear();
        inner.channel_formats = channels[2 * number..2 * number + 2].to_vec();
        inner.importance = importance;
        document.pack_formats[0].pack_formats.push(inner.id.clone());
        document.pack_formats.push(inner);
    }
    document.pack_formats[0].importance = Some(9);
    let item = scene(&document);
    let of_channels: Vec<_> =
        item.channels.iter().map(|channel| channel.path_importance.pack_format).collect();
    assert_eq!(of_channels, [Some(4), Some(4), Some(6), Some(6)]);
    assert_eq!(item.context.importance.pack_format, Some(6));
    assert_eq!(item.context.path.pack_formats, ids(&["AP_00041001"]));
}

fn coefficient(input: &str, gain: f64) -> MatrixCoefficient {
    MatrixCoefficient {
        input_channel_format: input.into(),
        gain: Some(Gain::Linear(gain)),
        ..MatrixCoefficient::default()
    }
}

fn matrix_channel(document: &mut Document, id: &str, output: Option<&str>, matrix: Vec<MatrixCoefficient>) {
    let output_channel_format = output.map(Into::into);
    let common = BlockCommon { gain: Gain::Linear(0.5), ..BlockCommon::default() };
    let block = MatrixBlock { common, output_channel_format, matrix, ..MatrixBlock::default() };
    document.channel_formats.push(channel_with(id, BlockFormats::Matrix(vec![block])));
}

fn matrix_pack(id: &str, channels: &[&str], input: Option<&str>, output: Option<&str>) -> AudioPackFormat {
    AudioPackFormat {
        type_definition: Some(TypeDefinition::Matrix),
        input_pack_format: input.map(Into::into),
        output_pack_format: output.map(Into::into),
        ..pack(id, channels, &[])
    }
}

const STEREO: &str = "AP_00010002";
const LEFT: &str = "AC_00010001";
const RIGHT: &str = "AC_00010002";

/// Stereo to mid and side (encode), and back to stereo (decode).
fn mid_side(uids: &[(u16, &str, &str)], object_pack: &str) -> Document {
    let mut document = document(&["AO_1001"]);
    matrix_channel(&mut document, "AC_00021001", None, vec![coefficient(LEFT, 1.0), coefficient(RIGHT, 1.0)]);
    matrix_channel(
        &mut document,
        "AC_00021002",
        None,
        vec![coefficient(LEFT, 1.0), coefficient(RIGHT, -1.0)],
    );
    let both = |side| vec![coefficient("AC_00021001", 1.0), coefficient("AC_00021002", side)];
    matrix_channel(&mut document, "AC_00021003", Some(LEFT), both(1.0));
    matrix_channel(&mut document, "AC_00021004", Some(RIGHT), both(-1.0));
    let encode = matrix_pack("AP_00021001", &["AC_00021001", "AC_00021002"], Some(STEREO), None);
    let mut decode = matrix_pack("AP_00021002", &["AC_00021003", "AC_00021004"], None, Some(STEREO));
    decode.encode_pack_formats = ids(&["AP_00021001"]);
    document.pack_formats = vec![encode, decode];
    document.track_uids = uids.iter().map(|(number, channel, pack)| uid(*number, channel, pack)).collect();
    let names: Vec<_> = document.track_uids.iter().map(|uid| uid.id.to_string()).collect();
    document.objects =
        vec![object("AO_1001", &[object_pack], &names.iter().map(String::as_str).collect::<Vec<_>>())];
    document
}

/// What comes of unit samples on the tracks.
fn response(track: &TrackSpec, tracks: &[f64]) -> f64 {
    match track {
        TrackSpec::Direct(track) => tracks[*track],
        TrackSpec::Silent => 0.0,
        TrackSpec::Matrix(of, coefficient) => {
            coefficient.gain.unwrap_or_default().linear() * response(of, tracks)
        }
        TrackSpec::Mix(all) => all.iter().map(|track| response(track, tracks)).sum(),
        TrackSpec::Gain(of, gain) => gain * response(of, tracks),
    }
}

fn responses(document: &Document, tracks: &[f64]) -> Vec<(String, f64)> {
    let (items, warnings) = selected(document);
    assert_eq!(warnings, []);
    let found = items.iter().map(track_and_channel);
    found.map(|(track, channel)| (channel, response(&track, tracks))).collect()
}

#[test]
fn a_decode_matrix_takes_its_encode_channels_or_their_inputs_or_its_own() {
    let stereo = |left, right| vec![(LEFT.to_owned(), left), (RIGHT.to_owned(), right)];
    let encoded = [(1, "AC_00021001", "AP_00021002"), (2, "AC_00021002", "AP_00021002")];
    assert_eq!(responses(&mid_side(&encoded, "AP_00021002"), &[3.0, 1.0]), stereo(2.0, 1.0));
    let input = [(1, LEFT, "AP_00021001"), (2, RIGHT, "AP_00021001")];
    assert_eq!(responses(&mid_side(&input, "AP_00021002"), &[8.0, 4.0]), stereo(4.0, 2.0));
    let applied = [(1, "AC_00021004", "AP_00021002"), (2, "AC_00021003", "AP_00021002")];
    assert_eq!(responses(&mid_side(&applied, "AP_00021002"), &[3.0, 1.0]), stereo(1.0, 3.0));
}

#[test]
fn a_direct_matrix_makes_another_type() {
    let mut document = document(&["AO_1001"]);
    document.channel_formats.push(channel("AC_00031001"));
    matrix_channel(
        &mut document,
        "AC_00021001",
        Some("AC_00031001"),
        vec![coefficient(LEFT, 1.0), coefficient(RIGHT, 2.0)],
    );
    document.pack_formats = vec![
        pack("AP_00031001", &["AC_00031001"], &[]),
        matrix_pack("AP_00021001", &["AC_00021001"], Some(STEREO), Some("AP_00031001")),
    ];
    document.track_uids = vec![uid(1, LEFT, "AP_00021001"), uid(2, RIGHT, "AP_00021001")];
    document.objects = vec![object("AO_1001", &["AP_00021001"], &["ATU_00000001", "ATU_00000002"])];
    assert_eq!(responses(&document, &[1.0, 1.0]), [("AC_00031001".to_owned(), 1.5)]);
}

#[test]
fn matrices_that_make_no_sense_are_refused() {
    let encoded = [(1, "AC_00021001", "AP_00021002"), (2, "AC_00021002", "AP_00021002")];
    let check = |change: &dyn Fn(&mut Document), expected: &str| {
        let mut document = mid_side(&encoded, "AP_00021002");
        change(&mut document);
        let error = refused(&document).to_string();
        assert!(error.contains(expected), "{error}");
    };
    let replace = |document: &mut Document, place: usize, change: &dyn Fn(&mut MatrixBlock)| {
        let mut channel = (*document.channel_formats[place]).clone();
        match &mut channel.blocks {
            BlockFormats::Matrix(blocks) => change(&mut blocks[0]),
            other => panic!("{other:?}"),
        }
        document.channel_formats[place] = channel.into();
    };
    check(&|document| document.pack_formats[1].encode_pack_formats.clear(), "expected exactly 1");
    check(&|document| document.pack_formats[1].encode_pack_formats = ids(&[STEREO]), "not an encode matrix");
    check(
        &|document| document.pack_formats[0].encode_pack_formats = ids(&["AP_00021002"]),
        "not a decode matrix",
    );
    check(&|document| document.pack_formats[1].output_pack_format = None, "without inputPackFormatIDRef");
    check(
        &|document| document.pack_formats[1].output_pack_format = Some("AP_00021001".into()),
        "another type",
    );
    check(
        &|document| document.pack_formats[1].output_pack_format = Some("AP_0001000c".into()),
        "2 of the 5 channels",
    );
    check(&|document| document.pack_formats[1].pack_formats = ids(&["AP_00021001"]), "channels only");
    check(&|d| replace(d, 2, &|block| block.output_channel_format = None), "outputChannelFormatIDRef");
    check(
        &|d| replace(d, 2, &|block| block.output_channel_format = Some(RIGHT.into())),
        "another channel of the matrix makes too",
    );
    check(
        &|d| replace(d, 2, &|block| block.matrix[0].input_channel_format = LEFT.into()),
        "no channel of its input pack",
    );
    check(
        &|d| replace(d, 0, &|block| block.matrix[0].input_channel_format = "AC_00021002".into()),
        "no channel of its input pack",
    );
    check(&|d| replace(d, 3, &|block| block.matrix[1].gain_var = Some("x".into())), "gainVar");
    check(&|d| replace(d, 3, &|block| block.matrix[1].delay = Some(-1.0)), "negative delay");
    check(&|d| replace(d, 3, &|block| block.common.duration = Some(time("00:00:01.0"))), "rtime or duration");
}
