//! Scene files: what is read, what is told of mistakes, and what survives.

use crate::adm::{Bound, DirectSpeakersPosition, ExclusionZone};
use crate::scene::chain::{Delay, EqBand, Reverb};
use crate::scene::{
    BedLayout, FadeShape, Loudspeaker, Mistake, ObjectParameter, Reading, ReverbReturn, Role, Scene, Shape,
    Spatial, is_scene, limits, read, write,
};

/// Everything a scene may have, with what another program put there.
pub(super) const FULL: &str = include_str!("full.xml");

fn scene(text: &str) -> Scene {
    let reading = read(text);
    // The full scene has everything.
    let told = reading.mistakes.list().iter().filter(|mistake| mistake.rule != "solo");
    assert_eq!(told.collect::<Vec<_>>(), Vec::<&Mistake>::new(), "mistakes");
    reading.scene.unwrap()
}

/// The mistakes of a scene with `inside`, as lines; `inside` begins in line 2.
fn mistakes(inside: &str) -> Vec<String> {
    let reading = read(&format!("<scene version=\"1\">\n{inside}\n</scene>"));
    let told = reading.mistakes.list().iter().filter(|mistake| mistake.rule != "no-tracks");
    told.map(ToString::to_string).collect()
}

#[test]
fn a_full_scene_is_read() {
    let scene = scene(FULL);
    assert_eq!((scene.name.as_str(), scene.sample_rate.get()), ("Night Ferry", 48_000));
    let picture = scene.picture.as_ref().unwrap();
    assert_eq!((picture.frame_rate.name(), picture.start.frames), ("24", 86_400));
    assert_eq!(picture.ffoa.unwrap().seconds_f64(), 8.0);
    assert_eq!(scene.tracks.len(), 7);
    let anna = &scene.tracks[0];
    assert_eq!(
        (anna.role.clone(), anna.programmes.as_slice()),
        (Role::Dialogue, ["English".to_owned()].as_slice())
    );
    let clip = &anna.clips[0];
    assert_eq!((clip.file.as_str(), clip.channels.as_slice()), ("stems/DX_Anna.wav", [1].as_slice()));
    assert_eq!((clip.start.seconds_f64(), clip.trim_start.seconds_f64()), (2.0, 0.5));
    assert_eq!(clip.fade_out.as_ref().unwrap().shape, FadeShape::Linear);
    let chain = &anna.chain;
    assert_eq!(chain.eq.as_ref().unwrap().bands.len(), 3);
    assert_eq!(chain.eq.as_ref().unwrap().bands[0], EqBand::HighPass { frequency_hz: 80.0, slope: 12 });
    assert_eq!(chain.delay, Some(Delay::Frames(0.5)));
    assert_eq!(chain.compressor.as_ref().unwrap().key.as_deref(), Some("music"));
    assert_eq!(chain.sends[0].to, "hall");
    let fader = chain.fader.as_ref().unwrap();
    assert_eq!(fader.automation.value_at(0.0), Some(-60.0));
    assert_eq!(fader.automation.keys()[1].shape, Shape::Smooth);
    let Spatial::Object(object) = &anna.spatial else { panic!("an object") };
    assert_eq!(object.value_at(ObjectParameter::X, 2.0), Some(0.0));
    assert_eq!(object.value_at(ObjectParameter::BinauralMode, 2.0), Some(3.0));
    assert_eq!(object.value_at(ObjectParameter::BinauralMode, 0.0), Some(0.0));
    assert_eq!(object.value_at(ObjectParameter::Z, 2.0), Some(0.0));
    assert_eq!(object.value_at(ObjectParameter::DivergenceRange, 2.0), None);
    assert!(matches!(object.zones[0].bounds, ExclusionZone::Cartesian { min_y: -1.0, max_y: -0.5, .. }));
    assert!(!object.zones[0].is_active_at(1.0) && object.zones[0].is_active_at(2.0));
    assert_eq!(scene.tracks[2].spatial.channels(), 16);
    let Spatial::Loudspeakers(wind) = &scene.tracks[3].spatial else { panic!("loudspeakers") };
    assert_eq!((scene.tracks[3].importance, scene.tracks[3].head_locked), (Some(4), true));
    assert_eq!(wind.channels[0].labels, ["M+030", "urn:itu:bs:2051:0:speaker:M+030"]);
    assert!(matches!(
        wind.channels[0].position,
        DirectSpeakersPosition::Polar {
            azimuth: Bound { value: 30.0, min: Some(25.0), max: Some(35.0) },
            ..
        }
    ));
    assert!(matches!(
        wind.channels[1].position,
        DirectSpeakersPosition::Cartesian { y: Bound { value: -1.0, .. }, .. }
    ));
    assert_eq!(wind.channels.iter().map(Loudspeaker::is_lfe).collect::<Vec<_>>(), [false, false, true]);
    let Spatial::Hoa(rain) = &scene.tracks[4].spatial else { panic!("HOA") };
    assert_eq!(rain.places().collect::<Vec<_>>(), [(0, 0), (1, -1)]);
    assert!(rain.components[1].invert && rain.components[0].gain_db == -6.0);
    let Spatial::Object(gull) = &scene.tracks[5].spatial else { panic!("an object") };
    assert_eq!(gull.value_at(ObjectParameter::Azimuth, 0.5), Some(45.0));
    assert_eq!(gull.value_at(ObjectParameter::Azimuth, 1.0), Some(-90.0));
    assert_eq!(gull.automation[&ObjectParameter::ChannelLock].curve.keys()[1].shape, Shape::Gains);
    let screen = scene.programmes[0].screen.as_ref().unwrap().screen;
    assert_eq!(screen.aspect_ratio, 2.39);
    assert_eq!(scene.reverbs[0].returns, ReverbReturn::Bed(BedLayout::from_name("0+5+0").unwrap()));
    assert!(matches!(scene.reverbs[1].reverb, Reverb::Convolution(_)));
    assert_eq!(scene.reverbs[1].returns.channels(), 4);
    assert_eq!(scene.deliverables[0].programme.as_deref(), Some("English"));
    assert_eq!(scene.deliverables[0].master.limiter.unwrap().ceiling_dbtp, -2.0);
}

/// Nothing is lost between loading and saving, and saving again changes nothing.
#[test]
fn what_is_saved_is_what_was_loaded() {
    let first = scene(FULL);
    let text = write(&first);
    assert_eq!(scene(&text), first);
    assert_eq!(write(&scene(&text)), text);
}

#[test]
fn what_other_programs_wrote_stays_in_its_place() {
    let text = write(&scene(FULL));
    for kept in [
        "<!-- Reel 2 of the festival cut -->\n<scene ",
        "xmlns:desk=\"urn:example:desk\"",
        "<!-- the second track is the music -->\n  <track name=\"MX\"",
        "desk:colour=\"#ff8800\"",
        "<desk:insert plugin=\"Tape\"><desk:drive>3 &lt; 4</desk:drive></desk:insert>\n      <eq>",
        "<desk:note/>\n    <object",
        "desk:model=\"1176\"",
        "<bell frequency=\"250\" gain=\"-3\" q=\"1.2\" desk:on=\"0\"/>",
        "<key time=\"4\" value=\"1\" shape=\"smooth\" desk:id=\"9\"/>",
        "</scene>\n<!-- the end -->",
    ] {
        assert!(text.contains(kept), "{kept}\n{text}");
    }
}

#[test]
fn mistakes_have_line_column_element_and_what_was_expected() {
    let track = |attributes: &str, inside: &str| {
        mistakes(&format!("<track name=\"A\" role=\"effects\"{attributes}>\n{inside}</track>"))
    };
    for (found, expected) in [
        (
            track("", "  <clip file=\"a.wav\" gain=\"loud\"/><object/>"),
            "line 3, column 3, track \"A\" > clip: gain=\"loud\"; expected a number from -inf to 60 dB",
        ),
        (
            track("", "<object x=\"2\" coordinates=\"cartesian\"/>"),
            "line 3, column 1, track \"A\" > object: x=\"2\"; expected a number from -1 to 1",
        ),
        (
            track("", "<clip file=\"a\" start=\"01:00:00:00\"/><object/>"),
            "line 3, column 1, track \"A\" > clip: start=\"01:00:00:00\" is a timecode, and the scene has no <picture \
             frameRate=\"…\"> that it could count in",
        ),
        (
            track("", "<bed layout=\"5.1.44\"/>"),
            "line 3, column 1, track \"A\" > bed: layout=\"5.1.44\"; expected a layout, perhaps 5.1.4",
        ),
        (
            track(" group=\"boats\"", "<object/>"),
            "line 2, column 1, track \"A\": the group \"boats\", which the scene doesn't have; expected a <group> of that \
             name; correct the name or add what it names",
        ),
        (
            track("", ""),
            "line 2, column 1, track \"A\": no place of the track; expected one of <object/>, <bed layout=\"…\"/>, <loudspeakers>, <hoa \
             order=\"…\"/> and <binaural/>; add one",
        ),
        (
            track(
                "",
                "<object><automate parameter=\"gainn\"><key time=\"0\" value=\"1\"/></automate></object>",
            ),
            "line 3, column 9, track \"A\" > object > automate \"gainn\": parameter=\"gainn\"; expected a parameter of polar \
             objects, perhaps gain",
        ),
        (
            track(
                "",
                "<object><automate parameter=\"gain\"><key time=\"1\" value=\"1\"/>\n<key time=\"1\" value=\"1\"/></automate></object>",
            ),
            "line 4, column 1, track \"A\" > object > automate \"gain\" > key: a key that comes no later than the one before \
             it; expected keys in order of time, and two at one time only where the second is a step; put it in its place",
        ),
        (
            track("", "<object colour=\"red\"/>"),
            "line 3, column 1, track \"A\" > object: the attribute colour, which is not known here",
        ),
        (
            track("", "<chain><compresor/></chain><object/>"),
            "line 3, column 8, track \"A\" > chain > compresor: the element <compresor>, which is not known here; expected \
             perhaps compressor; it has no effect and is kept",
        ),
        (
            track("", "<chain><send to=\"hal\"/></chain><object/>"),
            "line 3, column 8, track \"A\" > chain > send \"hal\": the reverb \"hal\", which the scene doesn't have",
        ),
        (
            track("", "words<object/>"),
            "line 2, column 1, track \"A\": the text `words`; expected elements only",
        ),
        (
            mistakes("<marker time=\"1\"/>"),
            "line 2, column 1, marker: no attribute name; expected name=\"…\"; add it",
        ),
        (
            track("", "<object/><bed layout=\"5.1\"/>"),
            "line 3, column 10, track \"A\" > bed: a second place of the track",
        ),
        (
            track(
                "",
                "<clip file=\"a\" length=\"1\"><fadeIn length=\"0.8\"/><fadeOut length=\"0.3\"/></clip><object/>",
            ),
            "line 3, column 1, track \"A\" > clip: fades of 1.1 s in a clip of 1 s",
        ),
    ] {
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(expected), "{}\n{expected}", found[0]);
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_their_number_is_bounded() {
    let one = "<marker time=\"x\" name=\"m\"/>\n";
    let reading = read(&format!("<scene version=\"1\">{}</scene>", one.repeat(3000)));
    assert_eq!(reading.mistakes.errors(), 3000);
    assert_eq!(reading.mistakes.list().len(), limits::MISTAKES);
    assert_eq!(reading.mistakes.list()[7].place.line, 8);
}

fn refusal(text: &str) -> String {
    let reading: Reading = read(text);
    assert_eq!(reading.scene, None);
    reading.mistakes.first_error().unwrap().to_string()
}

/// Also one that is refused for how it begins: its message is that of a scene.
#[test]
fn a_scene_is_known_by_its_outermost_element() {
    let utf_16 = |text: &str| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    for (bytes, is_it) in [
        (b"<scene version=\"1\"/>".to_vec(), true),
        (b"\xef\xbb\xbf<?xml version=\"1.0\"?> <!-- <a> --> <scene/>".to_vec(), true),
        (b"<!DOCTYPE scene><scene/>".to_vec(), true),
        (b"<!DOCTYPE scene [<!ENTITY a \"<b>\">]><scene/>".to_vec(), true),
        (b"<!DOCTYPE scene SYSTEM".to_vec(), false),
        (b"<scenery/>".to_vec(), false),
        (b"<audioFormatExtended/>".to_vec(), false),
        (utf_16("<scene version=\"1\"/>"), true),
        (utf_16("<audioFormatExtended/>"), false),
    ] {
        assert_eq!(is_scene(&bytes), is_it, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn what_is_no_scene_is_refused() {
    for (text, expected) in [
        ("", "line 1, column 1: no element at all; expected well-formed XML"),
        ("<scene", "line 1, column 1: "),
        ("<scene version=\"1\">\n  <track name=\"A\"></trak>", "line 2, column "),
        ("<scene version=\"1\"><a>", "line 1, column 23: the end of the file inside <a>"),
        ("<scene version=\"1\" version=\"1\"/>", "line 1, column "),
        ("<!DOCTYPE scene [<!ENTITY a \"b\">]><scene/>", "line 1, column 1: a DOCTYPE"),
        ("<scene version=\"1\">&lol;</scene>", "line 1, column 20: the entity &lol;"),
        ("<scene version=\"1\" name=\"&lol;\"/>", "line 1, column "),
        (
            "<audioFormatExtended/>",
            "line 1, column 1, audioFormatExtended: the element <audioFormatExtended>; expected <scene",
        ),
        (
            "<scene version=\"2\"/>",
            "line 1, column 1, scene: version=\"2\"; expected a version up to 1; a newer Proscenium",
        ),
        ("<scene version=\"one\"/>", "line 1, column 1, scene: version=\"one\"; expected a version up to 1"),
        ("<scene version=\"1\"/><scene version=\"1\"/>", "line 1, column 21: a second root element"),
        ("hello", "line 1, column 1: text outside of the root element"),
    ] {
        let told = refusal(text);
        assert!(told.starts_with(expected), "{text}: {told}");
    }
    let deep = format!("<scene version=\"1\">{}", "<a>".repeat(100_000));
    assert!(refusal(&deep).contains("nested more than 32 deep"));
    let wide = (0..100).map(|n| format!(" a{n}=\"1\"")).collect::<String>();
    assert!(refusal(&format!("<scene{wide}/>")).contains("more than 64 attributes"));
}

#[test]
fn a_scene_without_a_version_is_read_as_the_first() {
    let reading = read("<scene/>");
    assert!(reading.scene.is_some());
    let told: Vec<&str> = reading.mistakes.list().iter().map(|mistake| mistake.rule).collect();
    assert_eq!(told, ["no-version", "no-tracks"]);
    assert_eq!(reading.mistakes.errors(), 0);
}

#[test]
fn names_must_be_unique_and_alternatives_be_heard_somewhere() {
    let track =
        |name: &str, more: &str| format!("<track name=\"{name}\" role=\"dialogue\" {more}><object/></track>");
    let programmes = "<programme name=\"E\"/><programme name=\"D\"/>";
    let told = mistakes(&format!("{}{}", track("A", ""), track("A", "")));
    assert!(told[0].contains("a second track with name=\"A\""), "{told:?}");
    let told = mistakes(&format!("{}{}", track("A", ""), track("B", "alternativeTo=\"A\"")));
    assert_eq!(told, Vec::<String>::new());
    let told = mistakes(&format!(
        "{programmes}{}{}",
        track("A", "programmes=\"E\""),
        track("B", "programmes=\"D\" alternativeTo=\"A\"")
    ));
    assert!(told[0].contains("a programme without \"A\""), "{told:?}");
    let told = mistakes(&track("A", "alternativeTo=\"A\""));
    assert!(told[0].contains("which is one itself"), "{told:?}");
}

#[test]
fn roles_that_listen_in_a_circle_are_told_and_chains_of_keys_are_not() {
    let track = |name: &str, role: &str, key: &str| {
        format!(
            "<track name=\"{name}\" role=\"{role}\"><chain><compressor key=\"{key}\"/></chain><object/></track>"
        )
    };
    let told = |tracks: &[String]| {
        let found = mistakes(&(tracks.concat() + "<track name=\"Z\" role=\"dialogue\"><object/></track>"));
        found.into_iter().filter(|mistake| mistake.contains("listen to each other")).count()
    };
    let chained = [track("A", "effects", "music"), track("B", "music", "dialogue")];
    assert_eq!(told(&chained), 0);
    assert_eq!(told(&[track("A", "music", "music")]), 1);
    let circle =
        [track("A", "effects", "music"), track("B", "music", "foley"), track("C", "foley", "effects")];
    assert_eq!(told(&circle), 3);
    let found =
        mistakes("<deliverable layout=\"5.1\"><master><compressor key=\"music\"/></master></deliverable>");
    assert!(found.iter().any(|mistake| mistake.contains("a key in a master")), "{found:?}");
}

#[test]
fn solo_and_mute_are_those_of_a_desk() {
    let text = "<scene version=\"1\"><group name=\"g\" solo=\"1\"/><group name=\"m\" mute=\"1\"/>\
                <track name=\"A\" role=\"music\" group=\"g\"><object/></track>\
                <track name=\"B\" role=\"music\"><object/></track>\
                <track name=\"C\" role=\"music\" solo=\"1\"><object/></track>\
                <track name=\"D\" role=\"music\" solo=\"1\" group=\"m\"><object/></track></scene>";
    let scene = read(text).scene.unwrap();
    let heard: Vec<bool> = scene.tracks.iter().map(|track| scene.is_heard(track)).collect();
    assert_eq!(heard, [true, false, true, false]);
}

#[test]
fn solo_and_codes_of_the_other_kind_are_warned_of() {
    let rules = |text: &str| {
        let reading = read(text);
        let told = reading.mistakes.list().iter().filter(|mistake| mistake.rule != "no-tracks");
        told.map(|mistake| (mistake.rule, mistake.place.line)).collect::<Vec<_>>()
    };
    let text = "<scene version=\"1\">\n<group name=\"g\" solo=\"1\"/>\n\
                <track name=\"A\" role=\"music\" solo=\"1\" group=\"g\"><object/></track></scene>";
    assert_eq!(rules(text), [("solo", 2), ("solo", 3)]);
    let scene = |start: &str, clip: &str| {
        format!(
            "<scene version=\"1\"><picture frameRate=\"29.97\" start=\"{start}\"/>\n\
             <marker name=\"m\" time=\"{clip}\"/></scene>"
        )
    };
    assert_eq!(rules(&scene("01:00:00;00", "01:00:30;00")), []);
    assert_eq!(rules(&scene("01:00:00:00", "01:00:30:00")), []);
    assert_eq!(rules(&scene("01:00:00;00", "30")), []);
    assert_eq!(rules(&scene("01:00:00;00", "01:00:30:00")), [("drop-frame", 2)]);
    assert_eq!(rules(&scene("01:00:00:00", "01:00:30;02")), [("drop-frame", 2)]);
}
