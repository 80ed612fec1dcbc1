//! `proscenium diff`, as a user runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use formats::bw64::{AudioFormat, Planar, SampleFormat, Writer, WriterSpec};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proscenium"))
        .arg("diff")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A master of one object at this azimuth, with a constant sample.
fn master(folder: &Path, name: &str, azimuth: &str, sample: f32) {
    let format = AudioFormat::new(1, 48_000, SampleFormat::Float32);
    let mut writer =
        Writer::create(&folder.join(name), &WriterSpec { format, frames: None, dither: None }).unwrap();
    let mut block = Planar::<f32>::new(1, 4800);
    block.channel_mut(0).fill(sample);
    writer.write_planar(&block).unwrap();
    let axml = format!(
        r#"<audioFormatExtended><audioChannelFormat audioChannelFormatID="AC_00031001" audioChannelFormatName="Car" typeDefinition="Objects"><audioBlockFormat audioBlockFormatID="AB_00031001_00000001"><position coordinate="azimuth">{azimuth}</position><position coordinate="elevation">0</position></audioBlockFormat></audioChannelFormat></audioFormatExtended>"#
    );
    writer.add_axml(axml.into_bytes()).unwrap();
    writer.finish().unwrap();
}

#[test]
fn masters_are_compared_in_words_and_decibels() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder, "a.wav", "30", 0.5);
    master(folder, "b.wav", "-45", 0.25);
    let same = run(folder, &["a.wav", "a.wav"]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same));
    let output = run(folder, &["a.wav", "b.wav"]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("audioChannelFormat AC_00031001 \"Car\"") && said.contains("azimuth: 30 → -45"),
        "{said}"
    );
    // Half of it: 20 lg 0.5 = -6.02 dB, and as much is left.
    assert!(said.lines().last().unwrap().contains("-6.02    -6.02"), "{said}");
    let json: serde_json::Value =
        serde_json::from_slice(&run(folder, &["a.wav", "b.wav", "--json"]).stdout).unwrap();
    assert_eq!(json["metadata"][0]["b"], "-45");
    assert_eq!(json["sound"]["each"][0]["samples_different"], 4800);
    assert_eq!(run(folder, &["a.wav", "b.wav", "--metadata-only", "--json"]).status.code(), Some(1));
    assert_eq!(run(folder, &["a.wav", "b.wav", "--sound-only", "--tolerance=-6"]).status.code(), Some(0));
}

#[test]
fn scenes_are_compared_and_mixtures_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.xml"), "<scene><track name=\"DX\" gain=\"0\"/></scene>").unwrap();
    fs::write(folder.join("b.xml"), "<scene><track name=\"DX\" gain=\"-3\"/></scene>").unwrap();
    fs::write(folder.join("bad.xml"), "<scene><track></scene>").unwrap();
    master(folder, "a.wav", "0", 0.1);
    let output = run(folder, &["a.xml", "b.xml"]);
    assert!(output.status.code() == Some(1) && text(&output).contains("gain: 0 → -3"), "{}", text(&output));
    let refused = [["a.xml", "a.wav"], ["a.xml", "bad.xml"], ["a.xml", "none.xml"], ["a.wav", "."]];
    for arguments in refused {
        let output = run(folder, &arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.starts_with("error: ") && error.lines().count() == 1, "{error}");
    }
}

/// A sine against half of it: −6.02 dB, and nothing is left when that is taken back. Tracks are found by their names, wherever they stand.
#[test]
fn scenes_are_compared_by_their_tracks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let format = AudioFormat::new(1, 48_000, SampleFormat::Float32);
    let mut writer =
        Writer::create(&folder.join("a.wav"), &WriterSpec { format, frames: None, dither: None }).unwrap();
    let mut block = Planar::<f32>::new(1, 48_000);
    for (n, sample) in block.channel_mut(0).iter_mut().enumerate() {
        *sample = (n as f32 * 0.1).sin() * 0.5;
    }
    writer.write_planar(&block).unwrap();
    writer.finish().unwrap();
    let track = |name: &str, gain: &str| {
        format!(
            r#"<track name="{name}" role="effects"><clip file="a.wav"/><chain><trim gain="{gain}"/></chain><object/></track>"#
        )
    };
    let scene = |name: &str, tracks: &[String]| {
        fs::write(folder.join(name), format!(r#"<scene version="1">{}</scene>"#, tracks.concat())).unwrap();
    };
    scene("a.xml", &[track("Car", "0"), track("Rain", "0"), track("Dog", "0")]);
    scene("b.xml", &[track("Rain", "0"), track("Cat", "0"), track("Car", "-6.0206")]);
    assert_eq!(run(folder, &["a.xml", "a.xml"]).status.code(), Some(0));
    let output = run(folder, &["a.xml", "b.xml", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let sound = &json["sound"];
    assert_eq!(sound["only_in"], serde_json::json!([["Dog"], ["Cat"]]));
    let [car, rain] = [0, 1].map(|n| sound["each"][n].clone());
    assert_eq!((car["name"].as_str(), rain["name"].as_str()), (Some("Car"), Some("Rain")));
    assert!((car["gain_db"].as_f64().unwrap() + 6.02).abs() < 0.01, "{car}");
    assert_eq!((rain["samples_different"].as_u64(), rain["null_db"].is_null()), (Some(0), true));
    // Without its stems the words are compared, and it is said that the sound is not.
    fs::remove_file(folder.join("a.wav")).unwrap();
    let output = run(folder, &["a.xml", "b.xml", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the sound is not compared"));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["sound"].is_null() && !json["metadata"].as_array().unwrap().is_empty());
    assert_eq!(run(folder, &["a.xml", "b.xml", "--sound-only"]).status.code(), Some(2));
}
