//! Broken and hostile input: every file ends in a render or in one line of error, with nothing left behind.
//!
//! The small set is built here, byte by byte; the larger one is used where it lies beside the workspace.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod files;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use formats::bw64::SampleFormat;
use proscenium_tests::{beside_the_workspace, read_wav};
use renderer::deliver::{Deliverable, Job, Output};
use serde::Deserialize;

use files::{Adm, Wav};

/// No file of a few kilobytes takes longer, in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ending {
    Rendered,
    Warned(Vec<String>),
    Refused(String),
}

impl Ending {
    fn class(&self) -> &'static str {
        match self {
            Self::Rendered => "accept",
            Self::Warned(_) => "warn",
            Self::Refused(_) => "reject",
        }
    }
}

/// Renders `file` to 4+5+0 and checks what must hold whatever it is.
fn render(file: &Path) -> Ending {
    let began = Instant::now();
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.wav");
    let output = Output::mix(out.clone(), Deliverable::by_name("4+5+0").expect("a layout"));
    let job =
        Job { outputs: vec![output], sample_format: SampleFormat::Float32, ..Job::new(file.to_path_buf()) };
    let rendered = job.open().and_then(|open| {
        let mut warnings: Vec<String> = open.warnings().iter().map(ToString::to_string).collect();
        let rendered = open.run(&mut |_| {}, &|| false)?;
        warnings.extend(rendered.warnings().iter().map(ToString::to_string));
        rendered.publish()?;
        Ok(warnings)
    });
    let ending = match rendered {
        Ok(warnings) => {
            let (channels, _) = read_wav(&out).expect("a readable output");
            assert!(
                channels.iter().flatten().all(|x| x.is_finite()),
                "{}: NaN in the output",
                file.display()
            );
            if warnings.is_empty() { Ending::Rendered } else { Ending::Warned(warnings) }
        }
        Err(error) => {
            let message = error.to_string();
            assert!(
                message.contains(&*file.file_name().unwrap().to_string_lossy()),
                "no file name: {message}"
            );
            assert_eq!(
                fs::read_dir(folder.path()).unwrap().count(),
                0,
                "{}: something was left",
                file.display()
            );
            Ending::Refused(message)
        }
    };
    let lines = match &ending {
        Ending::Rendered => vec![],
        Ending::Warned(lines) => lines.clone(),
        Ending::Refused(line) => vec![line.clone()],
    };
    assert!(lines.iter().all(|line| line.lines().count() == 1), "more than one line: {lines:?}");
    assert!(began.elapsed() < PATIENCE, "{} took {:?}", file.display(), began.elapsed());
    ending
}

fn render_bytes(bytes: &[u8]) -> Ending {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hostile.wav");
    fs::write(&file, bytes).expect("a file");
    render(&file)
}

#[track_caller]
fn assert_refused(bytes: &[u8], cause: &str) {
    match render_bytes(bytes) {
        Ending::Refused(message) => assert!(message.contains(cause), "`{cause}` is not named: {message}"),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[track_caller]
fn assert_warned(bytes: &[u8], rule: &str) {
    match render_bytes(bytes) {
        Ending::Warned(lines) => {
            assert!(lines.iter().any(|line| line.contains(&format!("[{rule}]"))), "no [{rule}]: {lines:?}");
        }
        other => panic!("expected a warning, got {other:?}"),
    }
}

#[test]
fn a_sane_file_is_rendered_without_a_word() {
    assert_eq!(render_bytes(&Adm::default().file()), Ending::Rendered);
    assert_eq!(render_bytes(&Wav::pcm16(2, 480).file()), Ending::Rendered);
}

#[test]
fn headers_that_lie() {
    assert_refused(b"", "RIFF");
    assert_refused(b"RIFF\x10\0\0\0WAV", "RIFF");
    assert_refused(&Wav { channels: 0, ..Wav::pcm16(1, 48) }.file(), "channel");
    assert_refused(&Wav { sample_rate: 0, ..Wav::pcm16(1, 48) }.file(), "rate");
    assert_refused(&Wav { tag: 0x11, ..Wav::pcm16(1, 48) }.file(), "0x0011");
    let mut cut = Wav::pcm16(1, 4800).file();
    cut.truncate(cut.len() / 2 + 1);
    assert!(matches!(render_bytes(&cut), Ending::Warned(_)));
    let mut no_data = Wav::pcm16(1, 48).file();
    no_data.truncate(36);
    assert_refused(&no_data, "data");
}

#[test]
fn every_truncation_of_a_master_ends_well() {
    let whole = Adm::default().file();
    for length in (0..whole.len()).step_by(97) {
        render_bytes(&whole[..length]);
    }
}

#[test]
fn every_flipped_byte_of_the_headers_ends_well() {
    let whole = Adm::default().file();
    for place in (0..whole.len() - 960).step_by(7) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xff;
        render_bytes(&bytes);
    }
}

#[test]
fn xml_that_attacks() {
    let doctype = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>";
    assert_refused(&Adm { before: doctype.to_owned(), ..Adm::default() }.file(), "DOCTYPE");
    let deep = "<a>".repeat(100_000);
    assert!(!matches!(render_bytes(&Adm { before: deep, ..Adm::default() }.file()), Ending::Rendered));
    assert_refused(&Adm { axml: Some(b"{\"adm\": 1}".to_vec()), ..Adm::default() }.file(), "axml");
}

#[test]
fn references_that_go_round_or_nowhere() {
    let itself = "<audioObjectIDRef>AO_1001</audioObjectIDRef>".to_owned();
    assert_refused(&Adm { in_object: itself, ..Adm::default() }.file(), "AO_1001");
    assert_refused(&Adm { pack: "AP_00039999".to_owned(), ..Adm::default() }.file(), "AP_00039999");
    assert_refused(&Adm { track_index: 9, ..Adm::default() }.file(), "track");
}

#[test]
fn numbers_that_are_none() {
    for azimuth in ["NaN", "inf", "1e308", "30,0", "", "0x10"] {
        let ending = render_bytes(&Adm { azimuth: azimuth.to_owned(), ..Adm::default() }.file());
        assert_ne!(ending, Ending::Rendered, "azimuth {azimuth}");
    }
}

#[test]
fn blocks_that_overlap_are_repaired_by_name() {
    let second = "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000002\" rtime=\"00:00:00.00300\" \
                  duration=\"00:00:00.00500\"><position coordinate=\"azimuth\">0</position>\
                  <position coordinate=\"elevation\">0</position></audioBlockFormat>";
    let times = " rtime=\"00:00:00.00000\" duration=\"00:00:00.00500\"".to_owned();
    let adm = Adm { block_attributes: times, after_block: second.to_owned(), ..Adm::default() };
    assert_warned(&adm.file(), "block-overlap");
}

#[derive(Deserialize)]
struct Manifest {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    file: String,
    expect: Vec<String>,
}

#[test]
fn the_whole_set_of_bad_files_where_it_is_present() {
    let Some(set) = beside_the_workspace("badinput/public") else {
        println!("the whole set is not here; the small one is tested");
        return;
    };
    let manifest = fs::read_to_string(set.join("manifest.json")).expect("a manifest");
    let manifest: Manifest = serde_json::from_str(&manifest).expect("a manifest of cases");
    let mut faults = Vec::new();
    for case in manifest.cases.iter().filter(|case| matches!(case.kind.as_str(), "wav" | "adm")) {
        let ending = render(&set.join(&case.file));
        let fits =
            |class: &String| class == ending.class() || (class == "accept" && ending.class() == "warn");
        if !case.expect.iter().any(fits) {
            faults.push(format!("{}: {ending:?}, expected {:?}", case.id, case.expect));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
