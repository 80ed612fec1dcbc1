//! What is refused or remarked, and in which words.

use proptest::prelude::*;

use super::{objects_block, objects_channel, second_edition};
use crate::adm::error::ErrorKind;
use crate::adm::xml::{read, read_str};
use crate::adm::{BlockFormats, Gain, ObjectPosition};

/// The rules of the warnings that `content` gives in an edition 2 document.
fn rules(content: &str) -> Vec<&'static str> {
    let (_, warnings) = read_str(&second_edition(content)).unwrap();
    warnings.iter().map(|warning| warning.rule).collect()
}

fn refused(text: &str, kind: ErrorKind, cause: &str) {
    let error = read_str(text).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let message = error.to_string();
    assert!(message.contains(cause), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn what_is_not_adm_is_refused() {
    refused("", ErrorKind::NoAdm, "empty");
    refused("\0\0\0", ErrorKind::NoAdm, "empty");
    refused("<ebuCoreMain/>", ErrorKind::NoAdm, "audioFormatExtended");
    refused("{\"audioFormatExtended\": 1}", ErrorKind::Xml, "not XML");
    refused("<audioFormatExtended>", ErrorKind::Xml, "cut");
    refused("<a><audioFormatExtended></b></a>", ErrorKind::Xml, "well-formed");
    refused("<!DOCTYPE a><audioFormatExtended/>", ErrorKind::Xml, "DOCTYPE");
    refused("<audioFormatExtended>&evil;</audioFormatExtended>", ErrorKind::Xml, "evil");
    refused("<audioFormatExtended>a\0b</audioFormatExtended>", ErrorKind::Encoding, "zero byte");
    let deep = "<a>".repeat(100);
    refused(&deep, ErrorKind::Limit, "64");
    let long = format!("<audioFormatExtended a=\"{}\"/>", "x".repeat(3 << 20));
    refused(&long, ErrorKind::Limit, "1024 KiB");
}

#[test]
fn invalid_text_is_refused() {
    let error = read(&b"<audioFormatExtended>\n<x n=\"\xe9\"/></audioFormatExtended>"[..]).unwrap_err();
    assert_eq!((error.kind(), error.line()), (ErrorKind::Encoding, 2));
    assert!(read(&b"\xff\xfe<\0a\0\x00\xdc"[..]).is_err());
}

#[test]
fn an_error_names_line_element_finding_and_remedy() {
    let text = second_edition(&format!("\n\n{}", objects_block("<width>wide</width>")));
    let error = read_str(&text).unwrap_err();
    assert_eq!((error.line(), error.element()), (3, "AB_00031001_00000001"));
    assert_eq!(
        error.to_string(),
        "axml line 3, AB_00031001_00000001: width is \"wide\"; expected a finite number with a decimal point, such \
         as 30.0"
    );
}

#[test]
fn numbers_must_be_finite_and_ascii() {
    for wrong in ["", "NaN", "inf", "-inf", "1e999", "1,5", "1.5m", "0x10", "٣", "1_000"] {
        refused(
            &second_edition(&objects_block(&format!("<width>{wrong}</width>"))),
            ErrorKind::Value,
            "width",
        );
    }
    for (right, value) in [("1.5", 1.5), (" +1.5e0 ", 1.5), (".5", 0.5), ("5.", 5.0), ("1E-2", 0.01)] {
        let (document, warnings) =
            read_str(&second_edition(&objects_block(&format!("<width>{right}</width>")))).unwrap();
        assert!(warnings.is_empty());
        let BlockFormats::Objects(blocks) = &document.channel_formats[0].blocks else { panic!("type") };
        assert_eq!(blocks[0].width, value);
    }
}

#[test]
fn gains_are_linear_or_decibels() {
    let gain = |text: &str| {
        let (document, _) = read_str(&second_edition(&objects_block(text))).unwrap();
        let BlockFormats::Objects(blocks) = &document.channel_formats[0].blocks else { panic!("type") };
        blocks[0].common.gain
    };
    assert_eq!(gain("<gain>0.5</gain>"), Gain::Linear(0.5));
    assert_eq!(gain("<gain gainUnit=\"linear\">-2</gain>"), Gain::Linear(-2.0));
    assert_eq!(gain("<gain gainUnit=\"dB\">-6</gain>"), Gain::Decibels(-6.0));
    assert_eq!(gain("<gain gainUnit=\"dB\">-inf</gain>").linear(), 0.0);
    assert_eq!(gain("<gain gainUnit=\"dB\">5000</gain>").linear(), 1e6);
    refused(&second_edition(&objects_block("<gain gainUnit=\"sone\">1</gain>")), ErrorKind::Value, "sone");
    refused(&second_edition(&objects_block("<gain>-inf</gain>")), ErrorKind::Value, "gain");
}

#[test]
fn positions_must_be_whole_and_agree_with_the_flag() {
    let block = |content: &str| {
        second_edition(&objects_channel(&format!(
            "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000001\">{content}</audioBlockFormat>"
        )))
    };
    let x = "<position coordinate=\"X\">0.5</position>";
    let y = "<position coordinate=\"Y\">1</position>";
    let azimuth = "<position coordinate=\"azimuth\">30</position>";
    refused(&block(""), ErrorKind::Structure, "no position");
    refused(&block(azimuth), ErrorKind::Structure, "azimuth");
    refused(&block(&format!("{x}{y}{azimuth}")), ErrorKind::Structure, "azimuth, X, Y");
    refused(&block(&format!("<cartesian>0</cartesian>{x}{y}")), ErrorKind::Structure, "cartesian 0");
    refused(&block("<position>1</position>"), ErrorKind::Structure, "no coordinate");
    refused(&block("<position coordinate=\"w\">1</position>"), ErrorKind::Structure, "\"w\"");
    let lock = "<position coordinate=\"azimuth\" screenEdgeLock=\"top\">1</position>";
    refused(&block(lock), ErrorKind::Structure, "screenEdgeLock");
    let (document, warnings) = read_str(&block(&format!("{x}{y}"))).unwrap();
    assert_eq!(warnings[0].rule, "cartesian-flag-missing");
    let BlockFormats::Objects(blocks) = &document.channel_formats[0].blocks else { panic!("type") };
    assert!(
        matches!(blocks[0].position, ObjectPosition::Cartesian(at) if (at.x, at.y, at.z) == (0.5, 1.0, 0.0))
    );
}

#[test]
fn values_out_of_range_are_cut_with_a_remark() {
    for content in [
        "<width>-1</width>",
        "<height>400</height>",
        "<diffuse>1.5</diffuse>",
        "<importance>11</importance>",
        "<objectDivergence azimuthRange=\"30\">2</objectDivergence>",
        "<gain>1e9</gain>",
    ] {
        assert_eq!(rules(&objects_block(content)), ["value-range"], "{content}");
    }
    let block = "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000001\">\
                 <position coordinate=\"azimuth\">-190</position><position coordinate=\"elevation\">91</position>\
                 <position coordinate=\"distance\">-1</position></audioBlockFormat>";
    let (document, warnings) = read_str(&second_edition(&objects_channel(block))).unwrap();
    let found: Vec<_> = warnings.iter().map(|warning| warning.rule).collect();
    assert_eq!(found, ["azimuth-range", "value-range", "value-range"]);
    let BlockFormats::Objects(blocks) = &document.channel_formats[0].blocks else { panic!("type") };
    let ObjectPosition::Polar(at) = blocks[0].position else { panic!("polar") };
    assert_eq!((at.azimuth, at.elevation, at.distance), (170.0, 90.0, 0.0));
}

/// The elements that EAR refuses before edition 2.
#[test]
fn features_of_the_second_edition_are_remarked_in_the_first() {
    let object = |content: &str| {
        format!("<audioObject audioObjectID=\"AO_1001\" audioObjectName=\"o\">{content}</audioObject>")
    };
    let hoa = |content: &str| {
        format!(
            "<audioChannelFormat audioChannelFormatID=\"AC_00041001\" audioChannelFormatName=\"c\" \
             typeLabel=\"0004\"><audioBlockFormat audioBlockFormatID=\"AB_00041001_00000001\">{content}\
             </audioBlockFormat></audioChannelFormat>"
        )
    };
    for content in [
        objects_block("<gain gainUnit=\"dB\">-3</gain>"),
        object("<gain>0.5</gain>"),
        object("<mute>1</mute>"),
        object("<positionOffset coordinate=\"azimuth\">10</positionOffset>"),
        object("<alternativeValueSet alternativeValueSetID=\"AVS_1001_0001\"/>"),
        hoa("<gain>0.5</gain>"),
        hoa("<importance>5</importance>"),
        "<audioTrackUID UID=\"ATU_00000001\"><audioChannelFormatIDRef>AC_00031001</audioChannelFormatIDRef>\
         </audioTrackUID>"
            .to_owned(),
        "<audioObject audioObjectID=\"AO_1001\" audioObjectName=\"o\" start=\"00:00:00.1S3\"/>".to_owned(),
        "<audioContent audioContentID=\"ACO_1001\" audioContentName=\"c\"><alternativeValueSetIDRef>AVS_1001_0001\
         </alternativeValueSetIDRef></audioContent>"
            .to_owned(),
    ] {
        let (_, warnings) = read_str(&format!("<audioFormatExtended>{content}</audioFormatExtended>")).unwrap();
        let found: Vec<_> = warnings.iter().map(|warning| warning.rule).collect();
        assert_eq!(found, ["v2-feature-in-v1"], "{content}");
        assert_eq!(rules(&content), Vec::<&str>::new(), "{content}");
    }
}

#[test]
fn types_come_from_label_definition_or_id() {
    let pack = |attributes: &str| {
        let text = format!(
            "<audioPackFormat audioPackFormatID=\"AP_00031001\" audioPackFormatName=\"p\"{attributes}/>"
        );
        let (document, warnings) = read_str(&second_edition(&text)).unwrap();
        let name = document.pack_formats[0].type_definition.map(|found| found.name());
        (name, warnings.first().map(|warning| warning.rule))
    };
    assert_eq!(pack(" typeLabel=\"0003\""), (Some("Objects"), None));
    assert_eq!(pack(" typeDefinition=\"HOA\""), (Some("HOA"), None));
    assert_eq!(
        pack(" typeLabel=\"0001\" typeDefinition=\"Objects\""),
        (Some("DirectSpeakers"), Some("type-mismatch"))
    );
    assert_eq!(pack(""), (Some("Objects"), Some("type-missing")));
    assert_eq!(pack(" typeLabel=\"0009\" typeDefinition=\"Quantum\""), (None, Some("type-unknown")));
}

#[test]
fn ids_must_be_there_once() {
    let object = |name: &str| format!("<audioObject audioObjectID=\"AO_1001\" audioObjectName=\"{name}\"/>");
    assert_eq!(rules(&(object("a") + &object("a"))), ["duplicate-id"]);
    refused(&second_edition(&(object("a") + &object("b"))), ErrorKind::Structure, "AO_1001");
    refused(
        &second_edition("<audioObject audioObjectName=\"b\"/>"),
        ErrorKind::Structure,
        "no audioObjectID",
    );
    refused(&second_edition("<audioTrackUID UID=\"ATU_00000000\"/>"), ErrorKind::Structure, "silent");
    let block = "<audioBlockFormat><position coordinate=\"X\">0</position><position coordinate=\"Y\">0</position>\
                 <cartesian>1</cartesian></audioBlockFormat>";
    assert_eq!(rules(&objects_channel(block)), ["block-id-missing"]);
}

#[test]
fn repeated_elements_and_attributes() {
    assert_eq!(rules(&objects_block("<width>1</width><width>2</width>")), ["repeated-element"]);
    refused(
        &second_edition("<audioObject audioObjectID=\"AO_1\" audioObjectID=\"AO_2\"/>"),
        ErrorKind::Structure,
        "twice",
    );
    refused(
        &second_edition("<audioObject audioObjectID=\"AO_1\" x=\"1\" x=\"2\"/>"),
        ErrorKind::Structure,
        "twice",
    );
}

#[test]
fn a_million_bad_values_make_few_warnings() {
    let block = "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000001\"><position coordinate=\"azimuth\">200\
                 </position><position coordinate=\"elevation\">0</position></audioBlockFormat>";
    let (_, warnings) = read_str(&second_edition(&objects_channel(&block.repeat(5000)))).unwrap();
    assert_eq!(warnings.len(), 21);
    assert_eq!(warnings[20].message, "and 4980 more of the same");
}

#[test]
fn blocks_that_say_nothing_are_refused_when_they_are_too_many() {
    let blocks = "<audioBlockFormat/>".repeat(500_001);
    let channel =
        format!("<audioChannelFormat audioChannelFormatID=\"AC_00041001\" typeLabel=\"0004\">{blocks}");
    refused(&second_edition(&channel), ErrorKind::Limit, "500000 blocks");
}

/// Nested elements, text and tags as a fuzzer puts them together.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<audioFormatExtended>"),
        Just("</audioFormatExtended>"),
        Just("<audioChannelFormat audioChannelFormatID=\"AC_00031001\" typeLabel=\"0003\">"),
        Just("</audioChannelFormat>"),
        Just("<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000001\" rtime=\"00:00:00.0\">"),
        Just("</audioBlockFormat>"),
        Just("<position coordinate=\"X\">"),
        Just("<position coordinate=\"azimuth\" bound=\"min\">"),
        Just("</position>"),
        Just("<jumpPosition interpolationLength=\"1e-3\">"),
        Just("</jumpPosition>"),
        Just("<audioObject audioObjectID=\"AO_1001\">"),
        Just("</audioObject>"),
        Just("<zoneExclusion><zone minX=\"0\"/>"),
        Just("</zoneExclusion>"),
        Just("1"),
        Just("-1e308"),
        Just("&amp;"),
        Just("&#0;"),
        Just("&#x10ffff;"),
        Just("<![CDATA[0"),
        Just("]]>"),
        Just("<!--"),
        Just("-->"),
        Just("<?x"),
        Just("?>"),
        Just("<"),
        Just(">"),
        Just("\""),
        Just("é"),
        Just("\0"),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in soup(), prefix in any::<bool>()) {
        let text = if prefix { format!("<audioFormatExtended>{text}") } else { text };
        let _ = read_str(&text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(bytes.as_slice());
    }
}
