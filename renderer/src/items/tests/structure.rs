//! Programme, contents, objects, packs and tracks: what is found, what is repaired, what is refused.

use formats::adm::{
    AdmId, AlternativeValueSet, AudioStreamFormat, AudioTrackFormat, Document, Gain, PolarPosition,
    PositionOffset, TypeDefinition,
};

use super::build::*;
use crate::items::{Error, RenderItem, SelectOptions, TrackSpec, select};

#[test]
fn chna_alone_takes_the_common_definitions() {
    let document = Document {
        track_uids: vec![
            uid(1, "AC_00010002", "AP_00010002"),
            uid(2, "AC_00010001", "AP_00010002"),
            uid(3, "AC_00010003", "AP_00010001"),
        ],
        ..Document::default()
    };
    let (items, warnings) = selected(&document);
    assert_eq!(warnings, []);
    let found: Vec<_> = items
        .iter()
        .map(|item| match item {
            RenderItem::DirectSpeakers(item) => (item.channel.id.to_string(), item.common_pack.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = |channel: &str, pack: &str| (channel.to_owned(), Some(AdmId::new(pack)));
    let stereo = "AP_00010002";
    let right = [
        expected("AC_00010001", stereo),
        expected("AC_00010002", stereo),
        expected("AC_00010003", "AP_00010001"),
    ];
    assert_eq!(found, right);
    assert_eq!(tracks(&items), [1, 0, 2]);
}

#[test]
fn a_file_without_adm_is_refused() {
    assert_eq!(refused(&Document::default()), Error::NoAdm);
}

#[test]
fn the_lowest_programme_is_the_default() {
    let mut document = monos(2);
    document.contents = vec![content("ACO_1001", &["AO_1001"]), content("ACO_1002", &["AO_1002"])];
    document.programmes = vec![programme("APR_1003", &["ACO_1001"]), programme("APR_1002", &["ACO_1002"])];
    let (items, warnings) = selected(&document);
    assert_eq!((tracks(&items), rules(&warnings)), (vec![1], vec!["several-programmes"]));
    let chosen = SelectOptions { programme: Some("APR_1003".into()), ..options() };
    let (items, warnings) = select(&document, &chosen).unwrap();
    assert_eq!((tracks(&items), rules(&warnings)), (vec![0], vec![]));
    let missing = SelectOptions { programme: Some("APR_1009".into()), ..options() };
    let error = select(&document, &missing).unwrap_err().to_string();
    assert!(error.contains("APR_1009") && error.contains("APR_1003, APR_1002"), "{error}");
}

#[test]
fn without_a_programme_all_root_objects_are_rendered() {
    let mut document = monos(3);
    document.programmes.clear();
    document.objects.insert(0, parent("AO_1009", &["AO_1003", "AO_1002"]));
    let (items, warnings) = selected(&document);
    assert_eq!((tracks(&items), rules(&warnings)), (vec![2, 1, 0], vec![]));
}

#[test]
fn an_object_reached_twice_is_rendered_twice() {
    let mut document = monos(2);
    document.contents = vec![content("ACO_1001", &["AO_1008", "AO_1009"])];
    document.objects.push(parent("AO_1008", &["AO_1001", "AO_1002"]));
    document.objects.push(parent("AO_1009", &["AO_1001"]));
    let (items, _) = selected(&document);
    assert_eq!(tracks(&items), [0, 1, 0]);
    assert_eq!(items[2].context().path.objects, ids(&["AO_1009", "AO_1001"]));
}

#[test]
fn of_complementary_objects_one_is_rendered() {
    let mut document = monos(4);
    document.objects[0].complementary_objects = ids(&["AO_1002", "AO_1003"]);
    let chosen = |objects: &[&str]| {
        select(&document, &SelectOptions { complementary: ids(objects), ..options() })
            .map(|(items, _)| tracks(&items))
    };
    assert_eq!(chosen(&[]), Ok(vec![0, 3]));
    assert_eq!(chosen(&["AO_1003"]), Ok(vec![2, 3]));
    assert!(matches!(chosen(&["AO_1004"]), Err(Error::Choice(text)) if text.contains("AO_1004")));
    assert!(
        matches!(chosen(&["AO_1002", "AO_1003"]), Err(Error::Choice(text)) if text.contains("AO_1002 and AO_1003"))
    );
}

#[test]
fn an_object_that_is_its_own_complement_is_still_rendered() {
    let mut document = monos(1);
    document.objects[0].complementary_objects = ids(&["AO_1001"]);
    let (items, warnings) = selected(&document);
    assert_eq!((items.len(), rules(&warnings)), (1, vec!["self-complementary"]));
}

#[test]
fn silent_tracks_fill_the_channels_that_no_track_fits() {
    let mut document = document(&["AO_1001"]);
    document.track_uids = vec![uid(1, "AC_00010001", "AP_0001000c"), uid(2, "AC_00010005", "AP_0001000c")];
    let silent = "ATU_00000000";
    document.objects =
        vec![object("AO_1001", &["AP_0001000c"], &["ATU_00000001", silent, silent, silent, "ATU_00000002"])];
    let (items, warnings) = selected(&document);
    assert_eq!(warnings, []);
    use TrackSpec::{Direct, Silent};
    let found: Vec<_> = items.iter().map(|item| track_and_channel(item).0).collect();
    assert_eq!(found, [Direct(0), Silent, Silent, Direct(1), Silent]);
}

#[test]
fn an_incomplete_pack_is_refused_with_the_counts() {
    let mut document = document(&["AO_1001"]);
    document.track_uids = vec![uid(1, "AC_00010001", "AP_00010002")];
    document.objects = vec![object("AO_1001", &["AP_00010002"], &["ATU_00000001"])];
    let error = refused(&document).to_string();
    assert!(
        error.contains("AO_1001") && error.contains("1 tracks") && error.contains("2 channels"),
        "{error}"
    );
}

#[test]
fn two_equal_stereo_packs_in_one_object_are_ambiguous() {
    let mut document = document(&["AO_1001"]);
    let stereo = |number, channel| uid(number, channel, "AP_00010002");
    document.track_uids = vec![
        stereo(1, "AC_00010001"),
        stereo(2, "AC_00010001"),
        stereo(3, "AC_00010002"),
        stereo(4, "AC_00010002"),
    ];
    let uids = ["ATU_00000001", "ATU_00000002", "ATU_00000003", "ATU_00000004"];
    document.objects = vec![object("AO_1001", &["AP_00010002", "AP_00010002"], &uids)];
    assert!(matches!(refused(&document), Error::References { found: "ambiguous format references", .. }));
}

#[test]
fn what_a_track_refers_to_must_be_in_the_pack() {
    let mut document = monos(2);
    document.track_uids[0].pack_format = Some("AP_00031002".into());
    let error = refused(&document).to_string();
    assert!(error.contains("ATU_00000001") && error.contains("AP_00031002"), "{error}");
}

#[test]
fn references_that_lead_nowhere_name_both_ends() {
    let both = |document: &Document, from: &str, to: &str| {
        let expected = Error::Dangling { from: from.to_owned(), to: to.to_owned() };
        assert_eq!(refused(document), expected);
    };
    let mut document = monos(1);
    document.objects[0].pack_formats = ids(&["AP_00039999"]);
    both(&document, "AO_1001", "AP_00039999");
    let mut document = monos(1);
    document.objects[0].track_uids = ids(&["ATU_00000009"]);
    both(&document, "AO_1001", "ATU_00000009");
    let mut document = monos(1);
    document.pack_formats[0].channel_formats = ids(&["AC_00039999"]);
    both(&document, "AP_00031001", "AC_00039999");
    let mut document = monos(1);
    document.contents[0].objects = ids(&["AO_1009"]);
    both(&document, "ACO_1001", "AO_1009");
    let mut document = monos(1);
    document.programmes[0].contents = ids(&["ACO_1009"]);
    both(&document, "APR_1001", "ACO_1009");
    let mut document = monos(1);
    document.track_uids[0].channel_format = Some("AC_00039999".into());
    both(&document, "ATU_00000001", "AC_00039999");
}

#[test]
fn an_unused_reference_that_leads_nowhere_is_only_remarked() {
    let mut document = monos(1);
    document.objects.push(object("AO_1007", &["AP_00039999"], &[]));
    let (items, warnings) = selected(&document);
    assert_eq!(items.len(), 1);
    assert_eq!(
        (warnings[0].rule, warnings[0].element.as_str()),
        ("dangling-reference", "AO_1007 -> AP_00039999")
    );
}

#[test]
fn track_indices_must_be_in_the_file() {
    let mut document = monos(1);
    for (index, expected) in
        [(None, "no track index"), (Some(0), "counted from 1"), (Some(65), "64 track(s)")]
    {
        document.track_uids[0].track_index = index;
        let error = refused(&document).to_string();
        assert!(error.starts_with("ATU_00000001") && error.contains(expected), "{error}");
    }
}

/// Dolby's masters: version 1 streams that refer to a pack and a channel.
#[test]
fn a_stream_with_pack_and_channel_is_repaired() {
    let mut document = monos(1);
    document.version = None;
    document.track_uids[0].channel_format = None;
    document.track_uids[0].track_format = Some("AT_00031001_01".into());
    document.track_formats =
        vec![AudioTrackFormat { id: "AT_00031001_01".into(), ..AudioTrackFormat::default() }];
    document.stream_formats = vec![AudioStreamFormat {
        id: "AS_00031001".into(),
        channel_format: Some("AC_00031001".into()),
        pack_format: Some("AP_00031001".into()),
        track_formats: ids(&["AT_00031001_01"]),
        ..AudioStreamFormat::default()
    }];
    let (items, warnings) = selected(&document);
    assert_eq!((tracks(&items), rules(&warnings)), (vec![0], vec!["stream-pack-and-channel"]));
}

#[test]
fn loose_references_are_repaired_with_a_word() {
    let mut document = monos(1);
    document.objects[0].pack_formats.clear();
    assert_eq!(rules(&selected(&document).1), ["object-without-pack"]);
    let mut document = monos(1);
    document.track_uids[0].pack_format = None;
    let (items, warnings) = selected(&document);
    assert_eq!((tracks(&items), rules(&warnings)), (vec![0], vec!["track-without-pack"]));
    let mut document = monos(1);
    document.version = None;
    assert_eq!(rules(&selected(&document).1), ["channel-reference-before-v2"]);
    let mut document = monos(2);
    document.objects[0].track_uids.clear();
    let (items, warnings) = selected(&document);
    assert_eq!((tracks(&items), rules(&warnings)), (vec![1], vec!["object-without-tracks"]));
}

#[test]
fn an_unknown_type_is_left_out() {
    let mut document = monos(2);
    document.pack_formats[0].type_definition = None;
    let (items, warnings) = selected(&document);
    assert_eq!(tracks(&items), [1]);
    assert!(rules(&warnings).contains(&"unknown-type"), "{warnings:?}");
}

#[test]
fn types_can_not_be_mixed_in_a_pack() {
    let mut document = monos(1);
    document.pack_formats[0].type_definition = Some(TypeDefinition::Hoa);
    let error = refused(&document).to_string();
    assert!(error.contains("AP_00031001") && error.contains("AC_00031001"), "{error}");
}

#[test]
fn alternative_value_sets_replace_what_they_state() {
    let set = |id: &str, gain| AlternativeValueSet {
        id: id.into(),
        gain: Some(Gain::Linear(gain)),
        ..AlternativeValueSet::default()
    };
    let mut document = monos(1);
    let offset = PositionOffset::Polar(PolarPosition { azimuth: 30.0, elevation: 0.0, distance: 0.0 });
    document.objects[0].gain = Some(Gain::Linear(0.5));
    document.objects[0].position_offset = Some(offset);
    document.objects[0].alternative_value_sets =
        vec![set("AVS_1001_0001", 0.25), set("AVS_1001_0002", 0.125)];
    let gain = |document: &Document| {
        let (items, warnings) = selected(document);
        assert_eq!(items[0].context().position_offset, Some(offset));
        (items[0].context().object_gain, warnings.first().map(|warning| warning.rule))
    };
    assert_eq!(gain(&document), (0.5, None));
    document.contents[0].alternative_value_sets = ids(&["AVS_1001_0002"]);
    assert_eq!(gain(&document), (0.125, None));
    document.programmes[0].alternative_value_sets = ids(&["AVS_1001_0001"]);
    assert_eq!(gain(&document), (0.25, Some("alternative-value-set-conflict")));
    document.contents[0].alternative_value_sets.clear();
    document.programmes[0].alternative_value_sets = ids(&["AVS_1009_0001"]);
    assert_eq!(gain(&document), (0.5, Some("alternative-value-set-missing")));
}

/// Gains as the reference renderer selects them (EAR master 3de5957): a content's choice is its own.
#[test]
fn an_alternative_value_set_counts_where_it_was_chosen() {
    let set = |id: &str, gain| AlternativeValueSet {
        id: id.into(),
        gain: Some(Gain::Linear(gain)),
        ..AlternativeValueSet::default()
    };
    let mut document = monos(2);
    document.contents[0].objects = ids(&["AO_1001"]);
    document.contents.push(content("ACO_1002", &["AO_1001", "AO_1002"]));
    document.programmes[0].contents = ids(&["ACO_1001", "ACO_1002"]);
    document.objects[0].alternative_value_sets =
        vec![set("AVS_1001_0001", 0.25), set("AVS_1001_0002", 0.125)];
    document.objects[1].alternative_value_sets = vec![set("AVS_1002_0001", 0.5)];
    let gains = |document: &Document| {
        let (items, warnings) = selected(document);
        let gains: Vec<_> = items.iter().map(|item| item.context().object_gain).collect();
        let warning = warnings.first().map(|warning| (warning.rule, warning.element.clone()));
        assert!(warnings.len() < 2, "{warnings:?}");
        (gains, warning)
    };
    document.contents[0].alternative_value_sets = ids(&["AVS_1001_0001"]);
    assert_eq!(gains(&document), (vec![0.25, 1.0, 1.0], None));
    document.contents[1].alternative_value_sets = ids(&["AVS_1002_0001"]);
    assert_eq!(gains(&document), (vec![0.25, 1.0, 0.5], None));
    // From here on the reference renderer refuses.
    document.contents[1].alternative_value_sets = ids(&["AVS_1001_0002"]);
    let conflict = ("alternative-value-set-conflict", "ACO_1002".to_owned());
    assert_eq!(gains(&document), (vec![0.25, 0.125, 1.0], Some(conflict)));
    document.contents[1].alternative_value_sets.clear();
    document.contents[0].alternative_value_sets = ids(&["AVS_1002_0001"]);
    let missing = ("alternative-value-set-missing", "ACO_1001".to_owned());
    assert_eq!(gains(&document), (vec![1.0, 1.0, 1.0], Some(missing)));
    document.contents[0].alternative_value_sets.clear();
    document.programmes[0].alternative_value_sets = ids(&["AVS_1001_0001"]);
    assert_eq!(gains(&document), (vec![0.25, 0.25, 1.0], None));
}

#[test]
fn values_spread_from_parents_to_the_objects_they_hold() {
    let mut document = monos(1);
    document.contents[0].objects = ids(&["AO_1009"]);
    let mut outer = parent("AO_1009", &["AO_1001"]);
    outer.gain = Some(Gain::Linear(0.5));
    outer.head_locked = Some(true);
    outer.importance = Some(3);
    document.objects.push(outer);
    document.objects[0].gain = Some(Gain::Linear(0.5));
    document.objects[0].importance = Some(7);
    let (items, warnings) = selected(&document);
    let context = items[0].context();
    assert_eq!((context.object_gain, context.head_locked, context.importance.object), (0.25, true, Some(3)));
    assert_eq!(rules(&warnings), ["parameters-on-parent-object"]);
    document.objects[1].mute = Some(true);
    assert_eq!(selected(&document).0[0].context().object_gain, 0.0);
}

#[test]
fn binaural_pairs_know_their_ears() {
    let mut document = document(&["AO_1001"]);
    document.track_uids = vec![uid(1, "AC_00050002", "AP_00050001"), uid(2, "AC_00050001", "AP_00050001")];
    document.objects = vec![object("AO_1001", &["AP_00050001"], &["ATU_00000001", "ATU_00000002"])];
    let (items, warnings) = selected(&document);
    assert_eq!(warnings, []);
    let ears: Vec<_> = items
        .iter()
        .map(|item| match item {
            RenderItem::Binaural(item) => (item.left, item.track.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ears, [(true, TrackSpec::Direct(1)), (false, TrackSpec::Direct(0))]);
}
