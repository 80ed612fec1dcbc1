//! `proscenium new` and `proscenium check` of scenes: what they make, what they say, what they leave alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::path::{Path, PathBuf};

use command::{Done, error_line, proscenium};
use formats::bw64::chunks::bext::BextChunk;
use formats::bw64::{AudioFormat, ChunkId, Planar, SampleFormat, Writer, WriterSpec};
use formats::scene::{self, Scene, Spatial};
use serde_json::Value;
use tempfile::TempDir;

/// A tenth of a second of silence.
fn stem(folder: &Path, name: &str, channels: u16, rate: u32, mask: Option<u32>) -> PathBuf {
    let path = folder.join(name);
    let mut format = AudioFormat::new(channels, rate, SampleFormat::Int24);
    format.channel_mask = mask;
    let frames = u64::from(rate / 10);
    let mut writer =
        Writer::create(&path, &WriterSpec { format, frames: Some(frames), dither: None }).unwrap();
    writer.write_planar(&Planar::<f32>::new(usize::from(channels), frames as usize)).unwrap();
    writer.finish().unwrap();
    path
}

/// A folder with stems in `stems/`, and the name of a scene beside it.
fn session() -> (TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let stems = folder.path().join("stems");
    fs::create_dir(&stems).unwrap();
    stem(&stems, "DX_Anna_ENG.wav", 1, 48_000, None);
    stem(&stems, "DX_Anna_DE.wav", 1, 48_000, None);
    stem(&stems, "MX 7.1.wav", 8, 48_000, Some(0x63f));
    stem(&stems, "M&E.wav", 6, 48_000, None);
    stem(&stems, "AMB sea ambix.wav", 4, 48_000, None);
    stem(&stems, "steps.wav", 11, 44_100, None);
    fs::write(stems.join("broken.wav"), b"RIFF").unwrap();
    fs::write(stems.join("notes.txt"), b"no stem").unwrap();
    let name = |path: &Path| path.to_str().unwrap().to_owned();
    let (scene, stems) = (name(&folder.path().join("scene.xml")), name(&stems));
    (folder, scene, stems)
}

fn load(path: &str) -> Scene {
    let reading = scene::read(&fs::read_to_string(path).unwrap());
    assert_eq!(reading.mistakes.list(), []);
    reading.scene.unwrap()
}

fn check(path: &str, inside: &str) -> Done {
    fs::write(path, format!("<scene version=\"1\">\n{inside}\n</scene>")).unwrap();
    proscenium(&["check", path]).run()
}

#[test]
fn stems_become_tracks_with_every_guess_told() {
    let (_folder, path, stems) = session();
    let done = proscenium(&["new", &path, "--stems", &stems, "--frame-rate", "24"]).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(
        done.stderr.contains("broken.wav") && done.stderr.contains("left out [stem-unreadable]"),
        "{}",
        done.stderr
    );
    for told in [
        "\"DX\" in the name",
        "channel mask 0x63f",
        "no role in the name",
        "Deutsch, English",
        "16 tracks at 48000 Hz",
    ] {
        assert!(done.stdout.contains(told), "{told}\n{}", done.stdout);
    }
    let scene = load(&path);
    let track = |name: &str| scene.tracks.iter().find(|track| track.name == name).unwrap();
    let anna = track("DX_Anna_DE");
    assert_eq!((anna.role.name(), anna.language.as_deref()), ("dialogue", Some("deu")));
    assert_eq!(anna.programmes, ["Deutsch"]);
    assert_eq!(anna.clips[0].file, "stems/DX_Anna_DE.wav");
    // The file has its rears first.
    assert_eq!(track("MX 7.1").clips[0].channels, [1, 2, 3, 4, 7, 8, 5, 6]);
    assert_eq!(track("M&E").role.name(), "musicAndEffects");
    assert!(matches!(&track("AMB sea ambix").spatial, Spatial::Hoa(hoa) if hoa.order == 1));
    assert_eq!(track("steps 11").clips[0].channels, [11]);
    let done = proscenium(&["check", &path]).run();
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    assert!(done.stdout.contains("44100 Hz; expected 48000 Hz"), "{}", done.stdout);
}

/// A stem that says with which sample of its time line it begins.
fn spotted(folder: &Path, name: &str, rate: u32, first: u64) -> String {
    let path = folder.join(name);
    let format = AudioFormat::new(1, rate, SampleFormat::Int24);
    let mut writer = Writer::create(&path, &WriterSpec { format, frames: Some(100), dither: None }).unwrap();
    let bext = BextChunk { time_reference: first, version: 1, ..BextChunk::default() };
    writer.add_chunk(ChunkId::BEXT, bext.to_bytes()).unwrap();
    writer.write_planar(&Planar::<f32>::new(1, 100)).unwrap();
    writer.finish().unwrap();
    path.to_str().unwrap().to_owned()
}

/// 01:00:00:00 at 25 frames per second is 172 800 000 samples of 48 000 Hz; a frame has 1 920.
#[test]
fn stems_are_put_where_their_time_references_say() {
    let folder = tempfile::tempdir().unwrap();
    let hour = 172_800_000;
    let first = spotted(folder.path(), "DX.wav", 48_000, hour + 1_000);
    let later = spotted(folder.path(), "FX.wav", 44_100, 44_100 * 3_605);
    let without = stem(folder.path(), "MX.wav", 1, 48_000, None).to_str().unwrap().to_owned();
    let path = folder.path().join("s.xml").to_str().unwrap().to_owned();
    let new = |more: &[&str]| {
        let stems = ["new", &path, "--force", "--stems", &first, &later, &without];
        proscenium(&[&stems[..], more].concat()).run()
    };
    let done = new(&[]);
    assert!(done.stderr.contains("--spot") && done.stderr.contains("[not-spotted]"), "{}", done.stderr);
    let starts = |scene: &Scene| -> Vec<u64> {
        scene.tracks.iter().map(|track| track.clips[0].start.to_sample(scene.sample_rate)).collect()
    };
    assert_eq!(starts(&load(&path)), [0, 0, 0]);
    let done = new(&["--spot"]);
    assert_eq!((done.code, done.stderr.contains("not-spotted")), (Some(0), false), "{}", done.stderr);
    assert!(done.stderr.contains("MX: doesn't say where it belongs"), "{}", done.stderr);
    assert_eq!(starts(&load(&path)), [0, 5 * 48_000 - 1_000, 0]);
    let shown = done.stdout.lines().find(|line| line.starts_with("FX")).unwrap();
    assert!(shown.ends_with("0:00:04.979"), "{shown}");
    // A picture begins with a frame.
    let done = new(&["--spot", "--frame-rate", "25"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let scene = load(&path);
    assert_eq!(starts(&scene), [1_000, 5 * 48_000, 0]);
    assert_eq!(scene.picture.unwrap().start.frames, 90_000);
    // A recorder that went on past midnight, and a time that no day has.
    for (first, told) in [(86_399 * 48_000, "hours after"), (u64::MAX, "hours after midnight")] {
        let [early, late] =
            [("A.wav", 48_000), ("B.wav", first)].map(|(name, at)| spotted(folder.path(), name, 48_000, at));
        let done = proscenium(&["new", &path, "--force", "--spot", "--stems", &early, &late]).run();
        let error = error_line(&done);
        assert!(error.contains("B.wav") && error.contains(told), "{error}");
    }
    let done = proscenium(&["new", &path, "--force", "--spot", "--stems", &without]).run();
    assert!(error_line(&done).contains("no stem says where it belongs"), "{}", done.stderr);
}

#[test]
fn json_has_every_guess_and_its_reason() {
    let (_folder, path, stems) = session();
    let done = proscenium(&["new", &path, "--stems", &stems, "--json"]).run();
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    let stems = answer["stems"].as_array().unwrap();
    assert_eq!(stems.len(), 6);
    let music = stems.iter().find(|stem| stem["role"] == "music").unwrap();
    assert_eq!((music["place"].as_str(), music["order"][4].as_u64()), (Some("bed 7.1"), Some(7)));
    assert_eq!(music["role_from"], "\"MX\" in the name");
    assert_eq!(answer["programmes"].as_array().unwrap().len(), 2);
}

#[test]
fn nothing_is_replaced_that_nobody_said_to_replace() {
    let (folder, path, stems) = session();
    fs::write(&path, "mine").unwrap();
    let done = proscenium(&["new", &path, "--stems", &stems]).run();
    assert_eq!(done.code, Some(2));
    assert!(error_line(&done).contains("--force"), "{}", done.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let done = proscenium(&["new", &path, "--stems", &stems, "--force"]).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let wav = folder.path().join("stems/M&E.wav");
    let done = proscenium(&["new", wav.to_str().unwrap(), "--stems", &stems, "--force"]).run();
    assert!(error_line(&done).contains("is the file of --stems"), "{}", done.stderr);
    let done = proscenium(&["new", &path, "--force", "--stems", folder.path().to_str().unwrap()]).run();
    assert!(error_line(&done).contains("no stems in"), "{}", done.stderr);
    let missing = folder.path().join("no.wav");
    let done = proscenium(&["new", &path, "--force", "--stems", missing.to_str().unwrap()]).run();
    assert_eq!(done.code, Some(2));
}

#[test]
fn files_that_do_not_fit_are_told_with_their_place() {
    let (folder, path, _) = session();
    let track = |clip: &str, place: &str| {
        format!("<track name=\"A\" role=\"music\">\n  <clip {clip}/>{place}</track>")
    };
    let object = "<object/>";
    for (inside, code, expected) in [
        (
            track("file=\"stems/none.wav\"", object),
            1,
            "error: line 3, column 3, track \"A\" > clip: stems/none.wav, which is not there",
        ),
        (track("file=\"stems\"", object), 1, "which is no file"),
        (track("file=\"stems/broken.wav\"", object), 1, "[unreadable-file]"),
        (
            track("file=\"stems/M&amp;E.wav\"", object),
            1,
            "6 channels of stems/M&E.wav; expected 1, as <object> has",
        ),
        (
            track("file=\"stems/M&amp;E.wav\" channels=\"7\"", object),
            1,
            "channel 7 of stems/M&E.wav, which has 6",
        ),
        (track("file=\"stems/DX_Anna_DE.wav\" trimStart=\"0.1\"", object), 1, "nothing is left of it"),
        (track("file=\"stems/DX_Anna_DE.wav\" length=\"2\"", object), 0, "warning: line 3, column 3"),
        (
            track("file=\"stems/../../x.wav\"", object),
            1,
            "outside of the scene's folder; it is read, and nothing is ever written there [outside]",
        ),
        ("<track name=\"A\" role=\"music\"><object/></track>".to_owned(), 0, "no clips"),
        (
            format!("{}<deliverable layout=\"5.2\"/>", track("file=\"stems/DX_Anna_DE.wav\"", object)),
            1,
            "no layout is called `5.2`",
        ),
        (
            format!(
                "{}<deliverable layout=\"5.1\" spec=\"netflux\"/>",
                track("file=\"stems/DX_Anna_DE.wav\"", object)
            ),
            1,
            "[bad-spec]",
        ),
    ] {
        let done = check(&path, &inside);
        assert_eq!(done.code, Some(code), "{inside}\n{}", done.stdout);
        assert!(done.stdout.contains(expected), "{expected}\n{}", done.stdout);
    }
    // An absolute name is read and remarked on.
    let absolute = folder.path().join("stems/DX_Anna_DE.wav");
    let done = check(&path, &track(&format!("file=\"{}\"", absolute.display()), object));
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    assert!(done.stdout.contains("remark") || done.stdout.contains("info: "), "{}", done.stdout);
}

#[test]
fn mistakes_of_a_scene_are_answered_in_json() {
    let (_folder, path, _) = session();
    fs::write(&path, "<scene version=\"1\">\n  <marker time=\"x\" name=\"m\"/></scene>").unwrap();
    let done = proscenium(&["check", &path, "--json"]).run();
    assert_eq!(done.code, Some(1));
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((answer["kind"].as_str(), answer["errors"].as_u64()), (Some("scene"), Some(1)));
    let finding =
        answer["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "bad-time").unwrap();
    assert_eq!((finding["line"].as_u64(), finding["column"].as_u64()), (Some(2), Some(3)));
    let done = proscenium(&["check", &path, "--profile", "dolby"]).run();
    assert!(error_line(&done).contains("profiles are for masters"), "{}", done.stderr);
    fs::write(&path, b"<scene version=\"1\" name=\"\xff\"/>").unwrap();
    assert!(error_line(&proscenium(&["check", &path]).run()).contains("not UTF-8"));
}

/// Names with control characters stay on one line and clear no screen.
/// What `deliver` would refuse, for two files would have one name, is no surprise.
#[test]
fn deliverables_of_one_name_are_told_before() {
    let folder = tempfile::tempdir().unwrap();
    stem(folder.path(), "a.wav", 1, 48_000, None);
    let path = folder.path().join("s.xml").to_str().unwrap().to_owned();
    let track = "<track name=\"A\" role=\"dialogue\"><clip file=\"a.wav\"/><object/></track>";
    for (first, second, same) in [
        ("layout=\"5.1\"", "layout=\"0+5+0\"", true),
        ("layout=\"5.1\"", "layout=\"5.1\" spec=\"none\"", true),
        ("layout=\"5.1\" name=\"A\"", "layout=\"stereo\" name=\"a\"", true),
        ("layout=\"5.1\"", "layout=\"5.1\" spec=\"ebu-r128\"", false),
        ("layout=\"5.1\"", "layout=\"binaural\"", false),
    ] {
        let done = check(&path, &format!("{track}<deliverable {first}/><deliverable {second}/>"));
        assert_eq!(done.stdout.contains("[deliverable-twice]"), same, "{first} {second}: {}", done.stdout);
    }
}

/// The file has a tenth of a second.
#[test]
fn what_sounds_after_the_end_of_the_scene_is_told() {
    let folder = tempfile::tempdir().unwrap();
    stem(folder.path(), "a.wav", 1, 48_000, None);
    let path = folder.path().join("s.xml");
    for (length, told) in [("0.1", false), ("0.09", true), ("0", true)] {
        let text = format!(
            "<scene version=\"1\" length=\"{length}\"><track name=\"A\" role=\"dialogue\"><clip file=\"a.wav\"/><object/></track></scene>"
        );
        fs::write(&path, text).unwrap();
        let done = proscenium(&["check", path.to_str().unwrap()]).run();
        let found = done.stdout.contains("after the end") || done.stdout.contains("length=\"0\"");
        assert_eq!(found, told, "{length}: {}", done.stdout);
    }
}

#[test]
fn hostile_names_are_printed_as_text() {
    let (_folder, path, _) = session();
    let done = check(
        &path,
        "<track name=\"a\u{202e}b\" role=\"music\"><clip file=\"x\u{9b}2J.wav\"/><object/></track>",
    );
    assert_eq!(done.code, Some(1));
    assert!(!done.stdout.contains(['\u{202e}', '\u{9b}']), "{:?}", done.stdout);
}

#[test]
fn the_example_of_the_documentation_is_a_scene() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/scene-format.md");
    let page = fs::read_to_string(page).unwrap();
    let example = page.split("```xml\n").nth(1).unwrap().split("```").next().unwrap();
    let reading = scene::read(example);
    assert_eq!(reading.mistakes.list(), []);
    assert_eq!(reading.scene.unwrap().tracks.len(), 4);
    let done = proscenium(&["check", "--schema"]).run();
    assert!(done.code == Some(0) && done.stdout.contains("<xs:element name=\"scene\""));
}

#[test]
fn a_text_that_is_called_a_scene_and_is_no_xml_is_refused_as_that() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.xml");
    fs::write(&text, "hello\n").unwrap();
    let done = proscenium(&["render", &text.display().to_string(), "--layout", "5.1", "-o", "o.wav"]).run();
    assert!(done.code == Some(2) && error_line(&done).contains("is no XML"), "{}", done.stderr);
}
