//! Expected differences are those that were made by hand.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{Difference, PRESENT, documents, xml};
use crate::adm::{Document, read_str};

const OBJECTS: &str = r#"<audioFormatExtended version="ITU-R_BS.2076-2">
<audioProgramme audioProgrammeID="APR_1001" audioProgrammeName="Film"><audioContentIDRef>ACO_1001</audioContentIDRef></audioProgramme>
<audioContent audioContentID="ACO_1001" audioContentName="Effects"><audioObjectIDRef>AO_1001</audioObjectIDRef><audioObjectIDRef>AO_1002</audioObjectIDRef></audioContent>
<audioObject audioObjectID="AO_1001" audioObjectName="Car"><audioPackFormatIDRef>AP_00031001</audioPackFormatIDRef><audioTrackUIDRef>ATU_00000001</audioTrackUIDRef></audioObject>
<audioObject audioObjectID="AO_1002" audioObjectName="Rain"><audioPackFormatIDRef>AP_00031001</audioPackFormatIDRef></audioObject>
<audioPackFormat audioPackFormatID="AP_00031001" audioPackFormatName="Car" typeDefinition="Objects"><audioChannelFormatIDRef>AC_00031001</audioChannelFormatIDRef></audioPackFormat>
<audioChannelFormat audioChannelFormatID="AC_00031001" audioChannelFormatName="Car" typeDefinition="Objects">
<audioBlockFormat audioBlockFormatID="AB_00031001_00000001" rtime="00:00:00.00000" duration="00:00:01.00000"><position coordinate="azimuth">30</position><position coordinate="elevation">0</position></audioBlockFormat>
<audioBlockFormat audioBlockFormatID="AB_00031001_00000002" rtime="00:00:01.00000" duration="00:00:01.00000"><position coordinate="azimuth">-30</position><position coordinate="elevation">0</position></audioBlockFormat>
</audioChannelFormat>
<audioTrackUID UID="ATU_00000001"><audioChannelFormatIDRef>AC_00031001</audioChannelFormatIDRef><audioPackFormatIDRef>AP_00031001</audioPackFormatIDRef></audioTrackUID>
</audioFormatExtended>"#;

fn document(text: &str) -> Document {
    read_str(text).unwrap().0
}

fn words(difference: &Difference) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let time = difference.time.as_deref().unwrap_or_default();
    let Difference { element, parameter, a, b, .. } = difference;
    format!("{element}|{time}|{parameter}|{}|{}", value(a), value(b))
}

fn changed(edits: &[(&str, &str)]) -> Vec<String> {
    let text = edits.iter().fold(OBJECTS.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    documents(&document(OBJECTS), &document(&text)).unwrap().iter().map(words).collect()
}

#[test]
fn what_is_the_same_has_no_differences_however_it_is_written() {
    let spaced = OBJECTS.replace("><", ">\n  <");
    assert_eq!(documents(&document(OBJECTS), &document(&spaced)).unwrap(), []);
}

#[test]
fn a_position_is_told_with_its_time() {
    let found = changed(&[(">-30<", ">-45<")]);
    assert_eq!(found, ["audioChannelFormat AC_00031001 \"Car\"|00:00:01.00000|azimuth|-30|-45"]);
}

#[test]
fn an_inserted_block_is_told_once_and_renumbered_ones_not_at_all() {
    let first = "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000002\" rtime=\"00:00:01.00000\" duration=\"00:00:01.00000\">";
    let half = "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000002\" rtime=\"00:00:00.50000\" duration=\"00:00:00.50000\">\
                <position coordinate=\"azimuth\">0</position><position coordinate=\"elevation\">0</position></audioBlockFormat>\
                <audioBlockFormat audioBlockFormatID=\"AB_00031001_00000003\" rtime=\"00:00:01.00000\" duration=\"00:00:01.00000\">";
    let found = changed(&[(first, half)]);
    assert_eq!(found, [format!("audioChannelFormat AC_00031001 \"Car\"|00:00:00.50000||-|{PRESENT}")]);
}

#[test]
fn references_names_and_whole_elements_are_told() {
    let rain = "<audioObject audioObjectID=\"AO_1002\" audioObjectName=\"Rain\"><audioPackFormatIDRef>AP_00031001</audioPackFormatIDRef></audioObject>";
    let found = changed(&[
        ("<audioObjectIDRef>AO_1002</audioObjectIDRef>", ""),
        (rain, ""),
        ("audioObjectName=\"Car\"", "audioObjectName=\"Red car\""),
    ]);
    let expected = [
        "audioContent ACO_1001 \"Effects\"||audioObjectIDRef|AO_1002|-".to_owned(),
        "audioObject AO_1001 \"Car\"||audioObjectName|Car|Red car".to_owned(),
        format!("audioObject AO_1002 \"Rain\"|||{PRESENT}|-"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn elements_that_are_only_numbered_differently_are_the_same() {
    let renumbered = OBJECTS.replace("AO_1001", "AO_1007").replace("APR_1001", "APR_1002");
    assert_eq!(documents(&document(OBJECTS), &document(&renumbered)).unwrap(), []);
}

#[test]
fn scenes_are_compared_by_name_and_keyframes_by_time() {
    let a = r#"<scene><track name="DX"><key time="0" value="1"/><key time="2" value="3"/></track><track name="MX" gain="0"/></scene>"#;
    let b = r#"<scene><track name="MX" gain="-3"/><track name="DX"><key time="0" value="1"/><key time="2" value="4"/></track></scene>"#;
    let found: Vec<String> = xml(a, b).unwrap().iter().map(words).collect();
    assert_eq!(found, ["track \"DX\"|2|value|3|4", "track \"MX\"||gain|0|-3"]);
}

#[test]
fn what_is_no_xml_is_refused() {
    let deep = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
    for text in ["", "<a>", "<a></b>", "plain", "<a b></a>", &deep] {
        assert!(xml(text, "<a/>").is_err(), "{text}");
    }
}
