//! `proscenium info` and `proscenium check` as commands: what they print, how they end, on files made here and on
//! the shared real and broken ones where these are present.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use formats::bw64::{
    AudioFormat, ChnaChunk, ChnaRow, ChunkId, Planar, SampleFormat, TrackRef, Writer, WriterSpec,
};
use serde_json::Value;

/// A name that would clear the screen, turn the direction of writing and start a line.
const HOSTILE_NAME: &str = "Flügel 🎬 &#x1b;[2J\u{202e}end";

fn axml(object_attributes: &str, blocks: &str) -> String {
    format!(
        r#"<audioFormatExtended>
<audioProgramme audioProgrammeID="APR_1001" audioProgrammeName="Film" start="00:00:00.00000" end="00:00:00.01000"><audioContentIDRef>ACO_1001</audioContentIDRef></audioProgramme>
<audioContent audioContentID="ACO_1001" audioContentName="All"><audioObjectIDRef>AO_1001</audioObjectIDRef></audioContent>
<audioObject audioObjectID="AO_1001" {object_attributes}><audioPackFormatIDRef>AP_00031001</audioPackFormatIDRef><audioTrackUIDRef>ATU_00000001</audioTrackUIDRef></audioObject>
<audioPackFormat audioPackFormatID="AP_00031001" audioPackFormatName="Bee" typeDefinition="Objects" typeLabel="0003"><audioChannelFormatIDRef>AC_00031001</audioChannelFormatIDRef></audioPackFormat>
<audioChannelFormat audioChannelFormatID="AC_00031001" audioChannelFormatName="Bee" typeDefinition="Objects" typeLabel="0003">{blocks}</audioChannelFormat>
<audioStreamFormat audioStreamFormatID="AS_00031001" audioStreamFormatName="Bee" formatLabel="0001" formatDefinition="PCM"><audioChannelFormatIDRef>AC_00031001</audioChannelFormatIDRef><audioTrackFormatIDRef>AT_00031001_01</audioTrackFormatIDRef></audioStreamFormat>
<audioTrackFormat audioTrackFormatID="AT_00031001_01" audioTrackFormatName="Bee" formatLabel="0001" formatDefinition="PCM"><audioStreamFormatIDRef>AS_00031001</audioStreamFormatIDRef></audioTrackFormat>
<audioTrackUID UID="ATU_00000001" sampleRate="48000" bitDepth="24"><audioTrackFormatIDRef>AT_00031001_01</audioTrackFormatIDRef><audioPackFormatIDRef>AP_00031001</audioPackFormatIDRef></audioTrackUID>
</audioFormatExtended>"#
    )
}

const ONE_BLOCK: &str = r#"<audioBlockFormat audioBlockFormatID="AB_00031001_00000001"><position coordinate="azimuth">30.0</position><position coordinate="elevation">0.0</position><position coordinate="distance">1.0</position></audioBlockFormat>"#;

/// Ten milliseconds of one silent track, with `axml`.
fn master(folder: &Path, axml: Option<&str>) -> PathBuf {
    let path = folder.join("master.wav");
    let spec = WriterSpec {
        format: AudioFormat::new(1, 48_000, SampleFormat::Int24),
        frames: Some(480),
        dither: None,
    };
    let mut writer = Writer::create(&path, &spec).unwrap();
    if let Some(axml) = axml {
        let row = ChnaRow {
            track_index: 1,
            uid: "ATU_00000001".into(),
            track_ref: Some(TrackRef::parse("AT_00031001_01")),
            pack_ref: Some("AP_00031001".into()),
        };
        writer.add_chna(&ChnaChunk { rows: vec![row] }).unwrap();
        writer.add_chunk(ChunkId::AXML, axml.as_bytes().to_vec()).unwrap();
    }
    writer.write_planar(&Planar::<f32>::new(1, 480)).unwrap();
    writer.finish().unwrap();
    path
}

fn run(arguments: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proscenium")).args(arguments).arg(file).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn info_shows_the_tree_and_no_control_characters() {
    let folder = tempfile::tempdir().unwrap();
    let attributes =
        format!(r#"audioObjectName="{}" importance="7""#, HOSTILE_NAME.replace("&#x1b;", "&#x9b;"));
    let file = master(folder.path(), Some(&axml(&attributes, ONE_BLOCK)));
    let output = run(&["info"], &file);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let out = text(&output.stdout);
    for part in [
        "APR_1001  Film",
        "ACO_1001  All",
        "AO_1001  Flügel 🎬",
        "importance 7",
        "track   1  ATU_00000001",
        "1 block",
    ] {
        assert!(out.contains(part), "{part:?} is not in {out}");
    }
    assert!(
        !out.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c)),
        "{out:?}"
    );
}

#[test]
fn info_answers_in_json_with_the_same_facts() {
    let folder = tempfile::tempdir().unwrap();
    let file = master(folder.path(), Some(&axml(r#"audioObjectName="Bee""#, ONE_BLOCK)));
    let answer = json(&run(&["info", "--json"], &file));
    assert_eq!(answer["audio"]["tracks"], 1);
    assert_eq!(answer["audio"]["sample_rate"], 48_000);
    assert_eq!(answer["audio"]["frames"], 480);
    assert_eq!(answer["adm"]["objects"][0]["tracks"][0]["channel"], "AC_00031001");
    assert_eq!(answer["adm"]["programmes"][0]["end"], "00:00:00.01000");
    assert_eq!(answer["adm"]["channels"][0]["blocks"], 1);
    assert_eq!(answer["tracks"][0]["uid"], "ATU_00000001");
}

/// Third-order Ambisonics of the common definitions (BS.2094): 7 channels in AP_00040003, 9 in the packs in it.
#[test]
fn info_counts_nested_packs_and_common_definitions() {
    let folder = tempfile::tempdir().unwrap();
    let scene = axml(r#"audioObjectName="Rain""#, ONE_BLOCK)
        .replace("<audioPackFormatIDRef>AP_00031001", "<audioPackFormatIDRef>AP_00040003");
    let output = run(&["info"], &master(folder.path(), Some(&scene)));
    let out = text(&output.stdout);
    assert!(out.contains("[HOA, 16 channels]"), "{out}");
    assert!(out.contains("1 programme, 1 content, 1 object, ") && out.contains("17 blocks"), "{out}");
}

#[test]
fn the_layouts_command_knows_ambisonics() {
    let output = run(&["layouts", "--json"], Path::new("hoa3"));
    let answer = json(&output);
    let channels = answer[0]["channels"].as_array().unwrap();
    assert_eq!(channels.len(), 16);
    // ACN 11 is order 3, degree −1.
    assert_eq!((&channels[11]["order"], &channels[11]["degree"]), (&3.into(), &(-1).into()));
    assert!(text(&run(&["layouts"], Path::new("hoa1")).stdout).contains("4 channels"));
}

#[test]
fn info_works_without_adm() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["info"], &master(folder.path(), None));
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("no ADM"));
}

#[test]
fn check_ends_with_0_1_or_2() {
    let folder = tempfile::tempdir().unwrap();
    let good = master(folder.path(), Some(&axml(r#"audioObjectName="Bee""#, ONE_BLOCK)));
    let output = run(&["check"], &good);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("0 errors, 0 warnings"), "{}", text(&output.stdout));

    let broken = axml(
        r#"audioObjectName="Bee""#,
        &ONE_BLOCK.replace("00000001\"", "00000001\" rtime=\"00:00:00.00000\""),
    );
    let output = run(&["check", "--json"], &master(folder.path(), Some(&broken)));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let answer = json(&output);
    let found = answer["findings"].as_array().unwrap();
    let finding = found.iter().find(|finding| finding["rule"] == "bs2076/block-times-incomplete").unwrap();
    assert_eq!(finding["element"], "AB_00031001_00000001");
    assert_eq!(finding["severity"], "error");
    assert!(finding["found"].as_str().unwrap().contains("without duration"));
    assert!(!finding["allowed"].as_str().unwrap().is_empty() && !finding["fix"].as_str().unwrap().is_empty());

    let unreadable = folder.path().join("not.wav");
    std::fs::write(&unreadable, "no sound").unwrap();
    let output = run(&["check"], &unreadable);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr).lines().count(), 1);
}

#[test]
fn strict_turns_warnings_of_a_check_into_a_bad_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let nameless = master(folder.path(), Some(&axml(r#"audioObjectName=" ""#, ONE_BLOCK)));
    assert_eq!(run(&["check"], &nameless).status.code(), Some(0));
    assert_eq!(run(&["check", "--strict"], &nameless).status.code(), Some(1));
    // Quiet leaves the findings.
    let output = run(&["check", "--quiet"], &nameless);
    let out = text(&output.stdout);
    assert!(out.starts_with("Warnings\n") && !out.contains("Remarks") && !out.contains("0 errors"), "{out}");
    let good = master(folder.path(), Some(&axml(r#"audioObjectName="Bee""#, ONE_BLOCK)));
    assert_eq!(text(&run(&["check", "--quiet"], &good).stdout), "");
}

#[test]
fn check_takes_several_profiles_and_a_bare_document() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.xml");
    std::fs::write(&path, axml(r#"audioObjectName="Bee""#, ONE_BLOCK)).unwrap();
    assert_eq!(run(&["check"], &path).status.code(), Some(0));
    let output = run(&["check", "--json", "--profile", "dolby", "--profile", "emission"], &path);
    assert_eq!(output.status.code(), Some(1));
    let answer = json(&output);
    let has = |prefix: &str| {
        let rules = answer["rules"].as_array().unwrap();
        rules.iter().any(|rule| rule["rule"].as_str().unwrap().starts_with(prefix))
    };
    assert!(has("dolby-1.1/") && has("emission/") && !has("bs2076/"));
    assert_eq!(run(&["check", "--profile", "atmos"], &path).status.code(), Some(2));
}

/// The folder of shared material beside the repository, when there is one.
fn shared(part: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(part);
    folder.is_dir().then_some(folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Masters that Dolby's and Avid's tools wrote keep Dolby's profile; what is off by the standard is known.
#[test]
fn real_masters_keep_the_profile_of_their_maker() {
    let Some(folder) = shared("realworld") else { return };
    let mut masters = files(&folder.join("dolby-dbmd-samples/sample_files"));
    masters.retain(|path| path.extension().is_some_and(|extension| extension == "wav"));
    masters.push(folder.join("protools/Test_ADM_ProTools.wav"));
    assert_eq!(masters.len(), 4);
    for master in &masters {
        let output = run(&["check", "--profile", "dolby", "--json"], master);
        let answer = json(&output);
        let rules = answer["rules"].as_array().unwrap();
        let broken = rules.iter().filter(|rule| rule["rule"].as_str().unwrap().starts_with("dolby"));
        assert_eq!(broken.count(), 0, "{}: {answer:#}", master.display());
        assert!(run(&["info"], master).status.success());
    }
    // 18 blocks of 20 µs with a ramp of 5.208 ms: the standard forbids that, and nothing else in the file.
    let answer = json(&run(&["check", "--json"], masters.last().unwrap()));
    let errors = answer["rules"].as_array().unwrap().iter().filter(|rule| rule["severity"] == "error");
    let errors: Vec<_> =
        errors.map(|rule| (rule["rule"].as_str().unwrap(), rule["total"].as_u64().unwrap())).collect();
    assert_eq!(errors, [("bs2076/interpolation-length-long", 18)]);
}

/// No broken file makes either command panic or say more than one line of error.
#[test]
fn broken_files_get_an_answer_or_one_line() {
    let Some(folder) = shared("badinput/public") else { return };
    for file in files(&folder) {
        for command in ["info", "check"] {
            let output = run(&[command, "--json"], &file);
            let code = output.status.code();
            assert!(matches!(code, Some(0..=2)), "{command} {}: {code:?}", file.display());
            if code == Some(2) {
                assert_eq!(text(&output.stderr).lines().count(), 1, "{command} {}", file.display());
            } else {
                json(&output);
            }
        }
    }
}
