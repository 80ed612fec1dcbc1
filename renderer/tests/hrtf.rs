//! `proscenium hrtf`, as a user runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::path::PathBuf;

use command::{error_line, proscenium};
use serde_json::Value;

/// A small file beside the reader's own tests.
fn fixture(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../hrtf/src/sofa/fixtures");
    folder.join(name).to_str().unwrap().to_owned()
}

/// The value behind a name at the start of a line.
fn line<'a>(text: &'a str, name: &str) -> &'a str {
    let found = text.lines().find_map(|line| line.strip_prefix(name).filter(|rest| rest.starts_with(' ')));
    found.unwrap_or_else(|| panic!("no `{name}` in:\n{text}")).trim()
}

#[test]
fn the_built_in_set_is_described() {
    let done = proscenium(&["hrtf"]).run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    // What its authors write of it: 710 directions from −40° to 90°, 512 taps, 44.1 kHz (Gardner and Martin, 1994).
    assert_eq!(line(&done.stdout, "directions"), "710, elevation -40.0° … 90.0°");
    assert_eq!(line(&done.stdout, "responses"), "512 samples at 44100 Hz");
    assert!(line(&done.stdout, "left/right").starts_with("mirror images of each other"));
    assert!(line(&done.stdout, "licence").contains("MIT"), "{}", done.stdout);
}

#[test]
fn json_says_the_same_and_more() {
    let done = proscenium(&["hrtf", "--json"]).run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["measured_directions"], 710);
    assert_eq!(report["sample_rate"], 44_100);
    let time = |at: usize| report["interaural_time_difference"][at].as_f64().unwrap();
    // Of a head 15 cm wide, left and right alike: a little more than Woodworth's 650 µs for a sphere of 8.75 cm.
    assert!((600.0..900.0).contains(&time(1)) && (time(0) + time(1)).abs() < 1.0, "{} {}", time(0), time(1));
    let horizontal = report["horizontal"].as_array().unwrap();
    for side in horizontal {
        let (azimuth, level) = (side["azimuth"].as_f64().unwrap(), side["level"].as_f64().unwrap());
        let is_at_a_side = (30.0..=150.0).contains(&azimuth.abs());
        assert!(!is_at_a_side || level * azimuth > 0.0, "{azimuth}°: {level} dB");
    }
}

#[test]
fn a_file_of_ones_own_is_described_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("set.svg");
    let file = fixture("netcdf4.sofa");
    let done = proscenium(&["hrtf", &file, "--svg", picture.to_str().unwrap()]).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(line(&done.stdout, "set"), "fixture, numbers");
    assert_eq!(line(&done.stdout, "directions"), "36, elevation -30.0° … 30.0°");
    assert_eq!(line(&done.stdout, "responses"), "16 samples at 48000 Hz");
    let svg = fs::read_to_string(picture).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert_eq!((svg.matches("<circle").count(), svg.matches("<polyline").count()), (36, 2));
}

#[test]
fn what_is_rendered_is_drawn_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |name: &str| {
        let picture = folder.path().join(name);
        let done = proscenium(&["hrtf", "-q", "--rendered", picture.to_str().unwrap()]).run();
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        fs::read_to_string(picture).unwrap()
    };
    let svg = draw("one.svg");
    assert!(svg == draw("two.svg") && svg.len() < 60_000, "{}", svg.len());
    // Two differences round the head, four spectra of both sides, two of ahead and behind and their difference.
    assert_eq!(svg.matches("<polyline").count(), 9);
}

#[test]
fn what_cannot_serve_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("text.sofa"), "no set").unwrap();
    let whole = fs::read(fixture("netcdf4.sofa")).unwrap();
    fs::write(path("half.sofa"), &whole[..whole.len() / 2]).unwrap();
    for (file, words) in [
        (path("none.sofa"), "there is no such file; check its name"),
        (path("text.sofa"), "not a SOFA file"),
        (path("half.sofa"), "truncated"),
        (fixture("filter.sofa"), "SOFAConventions is GeneralFIR"),
    ] {
        let done = proscenium(&["hrtf", &file]).run();
        let error = error_line(&done);
        assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""), "{error}");
        assert!(error.contains(words) && error.contains(file.rsplit('/').next().unwrap()), "{error}");
    }
    fs::write(path("me.sofa"), &whole).unwrap();
    let done = proscenium(&["hrtf", &path("me.sofa"), "--svg", &path("me.sofa")]).run();
    assert!(done.code == Some(2) && error_line(&done).contains("is the file of the set"), "{}", done.stderr);
    assert_eq!(fs::read(path("me.sofa")).unwrap(), whole);
}
