//! References that loop, fan out and nest: an answer within moments and megabytes, never a crash.

use formats::adm::{AdmId, AudioObject, AudioPackFormat, Document};
use proptest::prelude::*;

use super::build::*;
use crate::items::{Error, SelectOptions, select};

fn object_id(number: usize) -> String {
    format!("AO_{:04x}", 0x1001 + number)
}

#[test]
fn a_loop_of_ten_thousand_objects_is_named() {
    const COUNT: usize = 10_000;
    let mut document = document(&["AO_1001"]);
    document.objects =
        (0..COUNT).map(|number| parent(&object_id(number), &[&object_id((number + 1) % COUNT)])).collect();
    let error = refused(&document);
    assert!(matches!(error, Error::Loop { kind: "audioObject", .. }), "{error}");
    assert!(error.to_string().len() < 300, "{error}");
}

#[test]
fn an_object_that_contains_itself_is_refused_even_without_a_programme() {
    let mut document = document(&["AO_1001"]);
    document.objects = vec![parent("AO_1001", &["AO_1001"])];
    document.programmes.clear();
    let expected = Error::Loop { kind: "audioObject", path: "AO_1001 -> AO_1001".to_owned() };
    assert_eq!(refused(&document), expected);
}

#[test]
fn objects_nested_ten_thousand_deep_are_refused() {
    let mut document = document(&["AO_1001"]);
    document.objects =
        (0..10_000).map(|number| parent(&object_id(number), &[&object_id(number + 1)])).collect();
    document.objects.push(object(&object_id(10_000), &[], &[]));
    assert!(matches!(refused(&document), Error::TooComplex { .. }));
}

/// Each level refers twice to the next: 2^40 paths.
#[test]
fn a_ladder_of_diamonds_is_refused() {
    let mut document = document(&["AO_1001"]);
    for level in 0..30 {
        let next = [object_id(2 * level + 2), object_id(2 * level + 3)];
        for number in [2 * level, 2 * level + 1] {
            document.objects.push(parent(&object_id(number), &[&next[0], &next[1]]));
        }
    }
    document.objects.extend([60, 61].map(|number| parent(&object_id(number), &[])));
    assert!(matches!(
        refused(&document),
        Error::TooComplex { what: "too many paths lead to audioObjects", .. }
    ));
}

fn with_packs(packs: Vec<AudioPackFormat>) -> Document {
    let mut document = document(&["AO_1001"]);
    document.channel_formats.push(channel("AC_00031001"));
    document.track_uids.push(uid(1, "AC_00031001", "AP_00031001"));
    document.objects.push(object("AO_1001", &["AP_00031001"], &["ATU_00000001"]));
    document.pack_formats = packs;
    document
}

fn pack_id(number: usize) -> String {
    format!("AP_0003{:04x}", 0x1001 + number)
}

#[test]
fn packs_nested_ten_thousand_deep_are_refused() {
    let packs =
        (0..10_000).map(|number| pack(&pack_id(number), &[], &[&pack_id((number + 1) % 10_000)])).collect();
    assert!(matches!(refused(&with_packs(packs)), Error::TooComplex { .. }));
    let packs = vec![pack(&pack_id(0), &[], &[&pack_id(1)]), pack(&pack_id(1), &[], &[&pack_id(0)])];
    let expected = "AP_00031001 -> AP_00031002 -> AP_00031001";
    assert_eq!(
        refused(&with_packs(packs)),
        Error::Loop { kind: "audioPackFormat", path: expected.to_owned() }
    );
}

#[test]
fn a_channel_reached_twice_is_refused() {
    let packs = vec![
        pack(&pack_id(0), &[], &[&pack_id(1), &pack_id(2)]),
        pack(&pack_id(1), &["AC_00031001"], &[]),
        pack(&pack_id(2), &["AC_00031001"], &[]),
    ];
    let error = refused(&with_packs(packs)).to_string();
    assert!(error.contains("AC_00031001 more than once"), "{error}");
}

/// Thousands of objects, each with a pack of its own that holds the same large pack.
#[test]
fn many_packs_around_one_large_pack_stay_within_the_budget() {
    let mut document = Document { version: Some("ITU-R_BS.2076-2".to_owned()), ..Document::default() };
    let channels: Vec<String> = (0..20_000).map(|number| format!("AC_0003{:04x}", 0x1001 + number)).collect();
    document.channel_formats = channels.iter().map(|id| channel(id)).collect();
    let names: Vec<&str> = channels.iter().map(String::as_str).collect();
    document.pack_formats = vec![pack("AP_00031000", &names, &[])];
    for number in 0..9000 {
        document.pack_formats.push(pack(&pack_id(number), &[], &["AP_00031000"]));
        document.objects.push(object(&object_id(number), &[&pack_id(number)], &["ATU_00000000"]));
    }
    assert!(matches!(refused(&document), Error::TooComplex { .. } | Error::References { .. }));
}

#[test]
fn absurd_ids_are_cut_in_messages() {
    let mut document = monos(1);
    document.objects[0].pack_formats = vec![AdmId::new(&"AP\n".repeat(100_000))];
    let error = refused(&document).to_string();
    assert!(error.len() < 400 && !error.contains('\n'), "{error}");
}

/// Objects and packs that refer to one another at random.
fn random_document() -> impl Strategy<Value = Document> {
    let few = |limit: usize| prop::collection::vec(0..limit, 0..4);
    let objects = prop::collection::vec((few(9), few(9), few(8), few(12)), 0..8);
    let packs = prop::collection::vec((few(8), few(8), few(9), 0u32..7), 0..7);
    let uids = prop::collection::vec((0usize..9, 0usize..9, 0u16..8), 0..10);
    (objects, packs, uids, any::<bool>()).prop_map(|(objects, packs, uids, has_programme)| {
        let names = |all: Vec<usize>, name: fn(usize) -> String| -> Vec<AdmId> {
            all.into_iter().map(|number| AdmId::new(&name(number))).collect()
        };
        let uid_id = |number: usize| format!("ATU_{number:08x}");
        let channel_id = |number: usize| format!("AC_0003{:04x}", 0x1001 + number);
        let mut document = document(&["AO_1001", "AO_1003"]);
        if !has_programme {
            document.programmes.clear();
        }
        document.channel_formats = (0..7).map(|number| channel(&channel_id(number))).collect();
        for (number, (inner, complementary, packs, uids)) in objects.into_iter().enumerate() {
            document.objects.push(AudioObject {
                id: AdmId::new(&object_id(number)),
                objects: names(inner, object_id),
                complementary_objects: names(complementary, object_id),
                pack_formats: names(packs, pack_id),
                track_uids: names(uids, uid_id),
                ..AudioObject::default()
            });
        }
        for (number, (channels, inner, matrix, kind)) in packs.into_iter().enumerate() {
            document.pack_formats.push(AudioPackFormat {
                id: AdmId::new(&pack_id(number)),
                type_definition: formats::adm::TypeDefinition::from_label(if kind > 5 { 3 } else { kind }),
                channel_formats: names(channels, channel_id),
                pack_formats: names(inner, pack_id),
                input_pack_format: matrix.first().map(|&pack| AdmId::new(&pack_id(pack))),
                output_pack_format: matrix.get(1).map(|&pack| AdmId::new(&pack_id(pack))),
                encode_pack_formats: names(matrix.into_iter().skip(2).collect(), pack_id),
                ..AudioPackFormat::default()
            });
        }
        for (number, (channel, pack, index)) in uids.into_iter().enumerate() {
            let mut uid = uid(index, &channel_id(channel), &pack_id(pack));
            uid.id = AdmId::new(&uid_id(number + 1));
            document.track_uids.push(uid);
        }
        document
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_panics(document in random_document(), chosen in prop::option::of(0usize..9)) {
        let complementary = chosen.map(|number| AdmId::new(&object_id(number))).into_iter().collect();
        let options = SelectOptions { complementary, file_tracks: 6, ..options() };
        match select(&document, &options) {
            Ok((_, warnings)) => prop_assert!(warnings.iter().all(|warning| !warning.message.contains('\n'))),
            Err(error) => prop_assert!(!error.to_string().contains('\n') && error.to_string().len() < 2000),
        }
    }
}
