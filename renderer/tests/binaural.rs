//! `proscenium render --layout binaural`, as a user runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::path::Path;
use std::process::{Command, Output};

use command::{Demo, proscenium};
use ebur128::{EbuR128, Mode};
use formats::bw64::{AudioFormat, Planar, Reader, SampleFormat, Writer, WriterSpec};
use serde_json::Value;

const FRAMES: usize = 24_000;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proscenium"))
        .args(["render", "in.wav", "--bits", "32f", "-q"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// A plain stereo file: noise from the left loudspeaker, silence from the right one.
fn master(folder: &Path) {
    let format = AudioFormat::new(2, 48_000, SampleFormat::Float32);
    let spec = WriterSpec { format, frames: None, dither: None };
    let mut writer = Writer::create(&folder.join("in.wav"), &spec).unwrap();
    let mut block = Planar::<f32>::new(2, FRAMES);
    let mut state = 1_u32;
    for sample in block.channel_mut(0) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *sample = (state >> 8) as f32 / (1 << 25) as f32 - 0.25;
    }
    writer.write_planar(&block).unwrap();
    writer.finish().unwrap();
}

fn samples(path: &Path) -> [Vec<f32>; 2] {
    let mut reader = Reader::open(path).unwrap();
    assert_eq!(reader.channels(), 2);
    let frames = reader.frames() as usize;
    let mut raw = Vec::new();
    reader.read_raw(0, frames, &mut raw).unwrap();
    let all: Vec<f32> =
        raw.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
    [0, 1].map(|ear| all.iter().skip(ear).step_by(2).copied().collect())
}

/// Level of a row, dB.
fn level(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    10.0 * (power / samples.len() as f64).log10()
}

fn render(folder: &Path, arguments: &[&str]) -> [Vec<f32>; 2] {
    let mut all = vec!["--layout", "binaural", "-o", "out.wav"];
    all.extend(arguments);
    let output = run(folder, &all);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    samples(&folder.join("out.wav"))
}

#[test]
fn the_head_shadows_one_ear_and_turns() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    let difference = |[left, right]: &[Vec<f32>; 2]| level(left) - level(right);
    for path in ["objects", "speakers:stereo"] {
        let ahead = render(folder, &["--binaural", path]);
        assert!(difference(&ahead) > 4.0, "{path}: {}", difference(&ahead));
        let towards = render(folder, &["--binaural", path, "--head", "30,0,0"]);
        assert!(difference(&towards).abs() < 1.0, "{path}: {}", difference(&towards));
        // The power of both ears together is about that of the mix.
        let input = samples(&folder.join("in.wav"));
        let both =
            level(&[ahead[0].as_slice(), &ahead[1]].concat()) - level(&[&input[0][..], &input[1]].concat());
        assert!(both.abs() < 3.0, "{path}: {both}");
    }
    std::fs::write(folder.join("track.csv"), "time,yaw,pitch,roll\n0,30,0,0\n0.5,30,0,0\n").unwrap();
    let tracked = render(folder, &["--head-track", "track.csv"]);
    assert_eq!(tracked[0].len(), FRAMES);
    assert!(difference(&tracked).abs() < 1.0);
}

#[test]
fn without_a_head_the_mix_is_stereo() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    let [left, right] = render(folder, &["--binaural-mode", "off"]);
    let input = samples(&folder.join("in.wav"));
    assert!(right.iter().all(|sample| *sample == 0.0));
    assert_eq!(left, input[0]);
}

#[test]
fn the_same_bits_wherever_a_render_starts() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    std::fs::write(folder.join("track.csv"), "0,-40,0,0\n0.5,60,10,0\n").unwrap();
    let whole = render(folder, &["--head-track", "track.csv", "--threads", "1"]);
    let part = render(folder, &["--head-track", "track.csv", "--threads", "3", "--start", "0.3"]);
    let start = 14_400;
    assert!((0..2).all(|ear| whole[ear][start..] == part[ear][..]));
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    std::fs::write(folder.join("track.csv"), "0,0,0\n").unwrap();
    std::fs::write(folder.join("eq.txt"), "Filter 1: ON PK Fc 100 Hz\n").unwrap();
    std::fs::write(folder.join("high.txt"), "Filter 1: ON NO Fc 24000 Hz\n").unwrap();
    std::fs::write(folder.join("long.txt"), "Preamp: 0 dB\nFilter 1: ON PK Fc 20 Hz Gain 6 dB Q 1000\n")
        .unwrap();
    for (arguments, word) in [
        (&["--layout", "stereo", "-o", "a.wav", "--head", "1,2,3"][..], "--layout binaural"),
        (&["--layout", "binaural", "-o", "a.wav", "--head", "1,2"], "three angles"),
        (&["--layout", "binaural", "-o", "a.wav", "--head-track", "track.csv"], "line 1"),
        (&["--layout", "binaural", "-o", "a.wav", "--binaural", "room"], "speakers:LAYOUT"),
        (&["--layout", "binaural", "-o", "a.wav", "--hrtf", "in.wav"], "in.wav"),
        (&["--layout", "binaural", "-o", "a.wav", "--headphone-eq", "track.csv"], "track.csv: no Preamp"),
        (&["--layout", "binaural", "-o", "a.wav", "--headphone-eq", "eq.txt"], "eq.txt: line 1"),
        (
            &["--layout", "binaural", "-o", "a.wav", "--headphone-eq", "high.txt"],
            "high.txt: line 1: a filter at 24000 Hz",
        ),
        (
            &["--layout", "binaural", "-o", "a.wav", "--headphone-eq", "long.txt"],
            "long.txt: line 2: the filter at 20 Hz",
        ),
        (
            &["--layout", "binaural", "-o", "a.wav", "--head-track", "no.csv"],
            "no.csv: cannot read for --head-track",
        ),
        (
            &["--layout", "binaural", "-o", "a.wav", "--head-track", "in.wav"],
            "in.wav: was read as a head track",
        ),
        (
            &["--layout", "binaural", "-o", "a.wav", "--room", "stag"],
            "--room stag: there is no such file, and no such built-in room (did you mean `stage`?)",
        ),
        (&["--layout", "binaurl", "-o", "a.wav"], "did you mean `binaural`?"),
        (&["--layout", "stereo", "-o", "a.wav", "--headphone-eq", "eq.txt"], "--layout binaural"),
    ] {
        let output = run(folder, arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(word) && message.lines().count() == 1, "{message}");
        assert!(!folder.join("a.wav").exists());
    }
}

/// Where two rows are most alike: by how many samples `a` is later.
fn lag(a: &[f32], b: &[f32]) -> i64 {
    let at = |lag: i64| -> f64 {
        let pairs = (200..a.len() as i64 - 200).map(|n| (a[n as usize], b[(n - lag) as usize]));
        pairs.map(|(a, b)| f64::from(a) * f64::from(b)).sum()
    };
    (-100..=100).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap()
}

#[test]
fn headphones_are_in_time_with_loudspeakers() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    let input = samples(&folder.join("in.wav"));
    // The left loudspeaker straight ahead of the listener.
    let ears = render(folder, &["--head", "30,0,0"]);
    for ear in &ears {
        assert!(lag(ear, &input[0]).abs() <= 2, "{}", lag(ear, &input[0]));
    }
    // A correction with linear phase changes nothing about it.
    let pulse: Vec<f32> = (0..1200).map(|n| if n == 600 { 1.0 } else { 0.0 }).collect();
    let format = AudioFormat::new(1, 48_000, SampleFormat::Float32);
    let mut writer =
        Writer::create(&folder.join("eq.wav"), &WriterSpec { format, frames: None, dither: None }).unwrap();
    let mut block = Planar::<f32>::new(1, pulse.len());
    block.channel_mut(0).copy_from_slice(&pulse);
    writer.write_planar(&block).unwrap();
    writer.finish().unwrap();
    let corrected = render(folder, &["--head", "30,0,0", "--headphone-eq", "eq.wav"]);
    for (ear, corrected) in ears.iter().zip(&corrected) {
        // The last samples of a render would still sound in the correction.
        for (a, b) in ear.iter().zip(corrected) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }
}

#[test]
fn the_headphones_are_corrected_with_the_same_bits_wherever_a_render_starts() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    let text =
        "Preamp: -4 dB\nFilter 1: ON LSC Fc 105 Hz Gain 6 dB Q 0.7\nFilter 2: ON PK Fc 60 Hz Gain 6 dB Q 4\n";
    std::fs::write(folder.join("eq.txt"), text).unwrap();
    let whole = render(folder, &["--headphone-eq", "eq.txt", "--threads", "1"]);
    let part = render(folder, &["--headphone-eq", "eq.txt", "--threads", "3", "--start", "0.4"]);
    let start = 19_200;
    assert!((0..2).all(|ear| whole[ear][start..] == part[ear][..]));
    // Without a head and with a preamp alone, the mix itself comes out, so much fainter.
    std::fs::write(folder.join("preamp.txt"), "Preamp: -6 dB\n").unwrap();
    let [left, _] = render(folder, &["--headphone-eq", "preamp.txt", "--binaural-mode", "off"]);
    let input = samples(&folder.join("in.wav"));
    for (found, sample) in left.iter().zip(&input[0]) {
        assert!((f64::from(*found) - f64::from(*sample) * 10_f64.powf(-0.3)).abs() < 1e-6);
    }
}

/// Integrated loudness of a file of float samples.
fn loudness(path: &str) -> f64 {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    let mut meter = EbuR128::new(u32::from(spec.channels), spec.sample_rate, Mode::I).unwrap();
    let samples: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    meter.add_frames_f32(&samples).unwrap();
    meter.loudness_global().unwrap()
}

#[test]
fn a_mix_is_as_loud_on_headphones_as_on_loudspeakers() {
    let demo = Demo::new();
    let to = |layout: &str, name: &str| format!("{layout}={}", demo.path(name));
    let (speakers, ears) = (to("5.1", "speakers.wav"), to("binaural", "ears.wav"));
    let master = demo.master();
    let base = ["render", &master, "--bits", "32f", "-q", "--to", &ears];
    let done = proscenium(&[&base[..], &["--to", &speakers]].concat()).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    // BS.1770 leaves the LFE out of 5.1, and headphones have it in both ears.
    let wanted = loudness(&demo.path("speakers.wav"));
    let objects = loudness(&demo.path("ears.wav"));
    let done = proscenium(&[&base[..], &["--binaural", "speakers"]].concat()).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let room = loudness(&demo.path("ears.wav"));
    assert!((objects - wanted).abs() < 1.0 && (room - wanted).abs() < 1.0, "{wanted} {objects} {room}");
}

fn json(arguments: &[&str]) -> Value {
    let done = proscenium(arguments).run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn the_loudness_of_the_5_1_render_is_told_beside_that_of_headphones() {
    let demo = Demo::new();
    let (master, phones, speakers) = (demo.master(), demo.path("phones.wav"), demo.path("speakers.wav"));
    let to = [format!("binaural={phones}"), format!("5.1={speakers}")];
    let all = ["render", &master, "--to", &to[0], "--to", &to[1], "--bits", "32f", "--json"];
    assert!(json(&all)["outputs"][0].get("compared_with_5_1").is_none());
    let measured = json(&[&all[..], &["--measure"]].concat());
    let [ears, room] = [0, 1].map(|output| &measured["outputs"][output]);
    let compared = &ears["compared_with_5_1"];
    assert_eq!(compared["integrated_lufs"], room["integrated_lufs"]);
    assert!(room.get("compared_with_5_1").is_none());
    // Another meter finds the same in the files.
    let difference = compared["difference_lu"].as_f64().unwrap();
    let found = loudness(&phones) - loudness(&speakers);
    assert!((difference - found).abs() < 0.05, "{difference} {found}");
    // What a specification makes of the level is no difference of the renders.
    let corrected = json(&[&all[..], &["--target", "ebu-r128"]].concat());
    let again = corrected["outputs"][0]["compared_with_5_1"]["difference_lu"].as_f64().unwrap();
    assert!((again - difference).abs() < 1e-9, "{again} {difference}");
    let said = proscenium(&["render", &master, "--to", &to[0], "--measure"]).run();
    let line = |text: &str| text.lines().any(|line| line.contains("its 5.1 render") && line.ends_with(" LU"));
    assert!(line(&said.stdout) || line(&said.stderr), "{} {}", said.stdout, said.stderr);
}
