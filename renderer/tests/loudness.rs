//! `proscenium loudness` and `specs` as a user meets them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::path::Path;

use command::{Demo, error_line, proscenium, warnings};
use serde_json::Value;

/// Writes 1 kHz sines, one peak level in dBFS per channel, as 32-bit float.
fn write_tones(path: &Path, levels: &[Option<f64>], seconds: f64, fault: Option<f32>) {
    let spec = hound::WavSpec {
        channels: levels.len() as u16,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..(seconds * 48_000.0) as u32 {
        let sine = (std::f64::consts::TAU * f64::from(n) / 48.0).sin();
        for (channel, level) in levels.iter().enumerate() {
            let sample = level.map_or(0.0, |level| 10f64.powf(level / 20.0) * sine) as f32;
            let broken = fault.filter(|_| n == 24_000 && channel == 1);
            writer.write_sample(broken.unwrap_or(sample)).unwrap();
        }
    }
    writer.finalize().unwrap();
}

struct File(tempfile::TempDir);

impl File {
    fn of(levels: &[Option<f64>], seconds: f64) -> Self {
        let file = Self(tempfile::tempdir().unwrap());
        write_tones(Path::new(&file.path()), levels, seconds, None);
        file
    }

    fn path(&self) -> String {
        self.0.path().join("tone.wav").to_str().unwrap().to_owned()
    }

    fn json(&self, more: &[&str]) -> Value {
        let path = self.path();
        let mut args = vec!["loudness", &path, "--json"];
        args.extend(more);
        let done = proscenium(&args).run();
        assert_ne!(done.code, Some(2), "{}", done.stderr);
        serde_json::from_str(&done.stdout).unwrap()
    }
}

#[track_caller]
fn assert_near(value: &Value, expected: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((found - expected).abs() <= 0.1, "{found}, expected {expected}");
}

/// EBU Tech 3341 case 1.
#[test]
fn a_plain_stereo_file_is_measured_as_it_is() {
    let file = File::of(&[Some(-23.0); 2], 20.0);
    let answer = file.json(&[]);
    for key in ["integrated_lufs", "max_momentary_lufs", "max_short_term_lufs", "true_peak_dbtp"] {
        assert_near(&answer[key], -23.0);
    }
    assert_near(&answer["loudness_range_lu"], 0.0);
    assert_eq!(answer["measured_on"]["kind"], "own_channels");
    assert_eq!(answer["algorithm"], "ITU-R BS.1770-5");
    assert_eq!(answer["channels"][1]["name"], "M-030");
    assert_near(&answer["pairs"][0]["correlation"], 1.0);
    let done = proscenium(&["loudness", &file.path()]).run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert!(done.stdout.contains("integrated") && done.stdout.contains("-23.0"), "{}", done.stdout);
}

/// BS.1770-5 Annex 3: beside the listener +1.5 dB; the LFE doesn't count.
#[test]
fn channels_are_named_and_weighted() {
    let mut levels = vec![None; 12];
    levels[4] = Some(-20.0);
    let file = File::of(&levels, 2.0);
    let labels = "M+030,M-030,M+000,LFE1,M+090,M-090,M+135,M-135,U+045,U-045,U+135,U-135";
    let beside = file.json(&["--channels", labels])["integrated_lufs"].as_f64().unwrap();
    let moved = labels.replace("M+090", "x").replace("M+135", "M+090").replace('x', "M+135");
    let behind = file.json(&["--channels", &moved])["integrated_lufs"].as_f64().unwrap();
    assert!((beside - behind - 10.0 * 1.41f64.log10()).abs() < 1e-3, "{beside} {behind}");
    let low = labels.replace("LFE1", "x").replace("M+090", "LFE").replace('x', "M+090");
    assert_eq!(file.json(&["--channels", &low])["integrated_lufs"], Value::Null);

    let refused = |channels: &str| {
        let done = proscenium(&["loudness", &file.path(), "--channels", channels]).run();
        assert_eq!(done.code, Some(2));
        error_line(&done)
    };
    assert!(refused("L,R").contains("12 channels, and 2 are named"));
    assert!(refused("L,R,nowhere").contains("`nowhere`"));
    assert!(refused("L,R,L").contains("named twice"));
}

#[test]
fn channels_without_names_are_asked_for() {
    let file = File::of(&[Some(-30.0); 7], 0.5);
    let done = proscenium(&["loudness", &file.path()]).run();
    assert_eq!(done.code, Some(2));
    assert!(error_line(&done).contains("--channels"), "{}", done.stderr);
    // The mask that this file gets from its writer is no bed's.
    let file = File::of(&[Some(-30.0); 10], 0.5);
    let done = proscenium(&["loudness", &file.path()]).run();
    assert_eq!(done.code, Some(0));
    assert!(warnings(&done)[0].contains("[assumed-bed]"), "{}", done.stderr);
    assert_eq!(proscenium(&["loudness", &file.path(), "--strict"]).run().code, Some(2));
}

#[test]
fn verdicts_name_the_clause_and_set_the_exit_code() {
    let file = File::of(&[Some(-23.0); 2], 5.0);
    let run = |spec: &str| proscenium(&["loudness", &file.path(), "--spec", spec]).run();
    let done = run("ebu-r128");
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    let done = run("atsc-a85");
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    let done = run("apple-music");
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    let done = run("netflix");
    // A tone is no speech: what counts is the programme.
    assert!(done.code == Some(0) && done.stdout.contains("n/a   dialogue loudness"), "{}", done.stdout);
    assert!(done.stdout.contains("voice activity detector, an estimate"), "{}", done.stdout);
    assert_eq!(run("amazon").code, Some(1), "nothing to judge");
    let done = run("no-such-thing");
    assert!(done.code == Some(2) && error_line(&done).contains("ebu-r128-s1"));

    let loud = File::of(&[Some(-0.5); 2], 5.0);
    let answer = loud.json(&["--spec", "ebu-r128", "--spec", "ebu-r128-s1"]);
    assert_eq!(answer["specifications"][0]["verdict"], "fail");
    assert_eq!(answer["specifications"][0]["clauses"][1]["verdict"], "fail");
    assert_near(&answer["specifications"][0]["clauses"][1]["measured"][0], -0.5);
    assert_eq!(proscenium(&["loudness", &loud.path(), "--spec", "ebu-r128"]).run().code, Some(1));
}

#[test]
fn a_specification_of_ones_own_is_a_file() {
    let file = File::of(&[Some(-20.0); 2], 2.0);
    let own = file.0.path().join("house.yaml");
    let text = "name: house\ntitle: House rules\nedition: '1'\nread: 2026-11\nsources: []\nalgorithm: BS.1770-5\n\
                clauses:\n  - clause: not louder than -19\n    any: [{measure: integrated, maximum: -19}]\n";
    std::fs::write(&own, text).unwrap();
    let run = || proscenium(&["loudness", &file.path(), "--spec", own.to_str().unwrap()]).run();
    assert_eq!(run().code, Some(0));
    std::fs::write(&own, text.replace("-19}", "-21}")).unwrap();
    assert_eq!(run().code, Some(1));
    std::fs::write(&own, text.replace("integrated", "colour")).unwrap();
    let done = run();
    assert!(done.code == Some(2) && error_line(&done).contains("house.yaml"), "{}", done.stderr);
}

#[test]
fn specifications_are_listed_with_their_sources() {
    let done = proscenium(&["specs"]).run();
    assert!(done.code == Some(0) && done.stdout.contains("netflix-low-dialogue"), "{}", done.stdout);
    let done = proscenium(&["specs", "ebu-r128"]).run();
    assert!(done.stdout.contains("https://tech.ebu.ch/publications/r128"), "{}", done.stdout);
    let done = proscenium(&["specs", "--json"]).run();
    let all: Value = serde_json::from_str(&done.stdout).unwrap();
    assert!(all.as_array().unwrap().iter().all(|spec| spec["clauses"][0]["any"][0]["measure"].is_string()));
}

#[test]
fn silence_and_next_to_nothing_are_null() {
    for (levels, seconds) in [(&[None; 2][..], 1.0), (&[None; 2], 0.0), (&[None], 0.00003)] {
        let file = File::of(levels, seconds);
        let answer = file.json(&[]);
        for key in ["integrated_lufs", "max_momentary_lufs", "loudness_range_lu", "true_peak_dbtp"] {
            assert_eq!(answer[key], Value::Null, "{key}");
        }
        let done = proscenium(&["loudness", &file.path()]).run();
        assert!(done.code == Some(0) && done.stdout.contains("nothing to measure"), "{}", done.stdout);
        assert_eq!(proscenium(&["loudness", &file.path(), "--spec", "ebu-r128"]).run().code, Some(1));
    }
}

#[test]
fn what_is_no_number_is_located_and_refused() {
    for fault in [f32::NAN, f32::NEG_INFINITY] {
        let file = File(tempfile::tempdir().unwrap());
        write_tones(Path::new(&file.path()), &[Some(-23.0); 2], 5.0, Some(fault));
        let answer = file.json(&["--spec", "ebu-r128"]);
        assert_near(&answer["integrated_lufs"], -23.0);
        let broken = &answer["channels"][1];
        assert_eq!(
            (&broken["non_finite_samples"], &broken["first_non_finite_frame"]),
            (&1.into(), &24_000.into())
        );
        assert_eq!(answer["channels"][0]["non_finite_samples"], 0);
        assert_eq!(answer["specifications"][0]["verdict"], "fail");
        assert!(answer["warnings"][0].as_str().unwrap().contains("M-030"), "{}", answer["warnings"]);
    }
}

#[test]
fn a_master_is_rendered_and_a_render_is_measured_the_same() {
    let demo = Demo::new();
    let out = demo.path("mix.wav");
    let measured = |file: &str, more: &[&str]| -> Value {
        let mut args = vec!["loudness", file, "--json"];
        args.extend(more);
        let done = proscenium(&args).run();
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        serde_json::from_str(&done.stdout).unwrap()
    };
    let render =
        ["render", &demo.master(), "--layout", "7.1.4", "--bits", "32f", "-o", &out, "--measure", "--json"];
    let report: Value = serde_json::from_str(&proscenium(&render).run().stdout).unwrap();
    let on_the_fly = measured(&demo.master(), &["--layout", "7.1.4"]);
    let from_the_file = measured(&out, &[]);
    assert_eq!(on_the_fly["measured_on"]["layout"], "4+7+0");
    assert_eq!(from_the_file["measured_on"]["kind"], "own_channels");
    for key in ["integrated_lufs", "max_momentary_lufs", "max_short_term_lufs", "true_peak_dbtp"] {
        assert!(on_the_fly[key].is_f64(), "{key}");
        assert_eq!(on_the_fly[key], from_the_file[key], "{key}");
        assert_eq!(report["outputs"][0][key], from_the_file[key], "{key}");
    }
    assert_eq!(measured(&demo.master(), &[])["measured_on"]["layout"], "0+5+0");
    for layout in ["hoa3", "binaural", "9.9.9"] {
        let done = proscenium(&["loudness", &demo.master(), "--layout", layout]).run();
        assert!(done.code == Some(2) && error_line(&done).contains("--layout"), "{}", done.stderr);
    }
}

#[test]
fn silences_are_told_with_their_places() {
    let file = File::of(&[Some(-20.0), None], 1.0);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(file.path(), spec).unwrap();
    for n in 0..200_000 {
        writer.write_sample(if (48_000..120_000).contains(&n) { 0_i16 } else { 1000 }).unwrap();
    }
    writer.finalize().unwrap();
    let answer = file.json(&[]);
    assert_eq!((&answer["silence_count"], &answer["silences"][0]["frame"]), (&1.into(), &48_000.into()));
    assert_eq!(answer["silences"][0]["frames"], 72_000);
    let done = proscenium(&["loudness", &file.path()]).run();
    assert!(done.stdout.contains("digital silence: 0:00:01.000 for 0:00:01.500"), "{}", done.stdout);
}

#[test]
fn the_report_is_one_page_that_is_complete_or_not_there() {
    let file = File::of(&[Some(-20.0); 2], 4.0);
    let at = |name: &str| file.0.path().join(name).to_str().unwrap().to_owned();
    let run = |report: &str| {
        proscenium(&["loudness", &file.path(), "--spec", "ebu-r128", "--report", report]).run()
    };
    let done = run(&at("a.html"));
    assert_eq!(done.code, Some(1), "the verdict, {}", done.stderr);
    let html = std::fs::read_to_string(at("a.html")).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"));
    assert!(html.contains("<h1>tone.wav</h1>") && html.contains("✗ fail") && html.contains("<svg"));
    // What it says is what was asked for, and nothing of the day.
    assert_eq!(run(&at("b.html")).stdout, done.stdout);
    assert_eq!(std::fs::read_to_string(at("b.html")).unwrap(), html);

    let before = std::fs::read(file.path()).unwrap();
    for (report, what) in [
        (file.path(), "the input"),
        (file.0.path().to_str().unwrap().to_owned(), "is a folder"),
        (at("nowhere/a.html"), "nowhere"),
    ] {
        let done = run(&report);
        assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""));
        assert!(error_line(&done).contains(what), "{}", done.stderr);
    }
    assert_eq!(std::fs::read(file.path()).unwrap(), before);
    let missing = at("missing.wav");
    assert_eq!(proscenium(&["loudness", &missing, "--report", &at("c.html")]).run().code, Some(2));
    let mut left: Vec<_> =
        std::fs::read_dir(file.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["a.html", "b.html", "tone.wav"]);
}

/// The demo's ADM says which content is dialogue. A render of it doesn't, and is listened to.
#[test]
fn dialogue_is_gated_by_its_stem_or_by_a_detector() {
    let demo = Demo::new();
    let judged = |file: &str| -> (Value, String) {
        let done = proscenium(&["loudness", file, "--spec", "netflix", "--json"]).run();
        assert_eq!(done.code, Some(1), "{}", done.stderr);
        (serde_json::from_str(&done.stdout).unwrap(), proscenium(&["loudness", file]).run().stdout)
    };
    let (by_stem, text) = judged(&demo.master());
    let dialogue = &by_stem["dialogue"];
    assert_eq!((&dialogue["gate"], &dialogue["estimate"]), (&"stem".into(), &false.into()));
    assert!(text.contains("gate: the dialogue stem's activity"), "{text}");
    // The two lines of the voice last 3.9 of 12 s.
    let share = dialogue["speech_percent"].as_f64().unwrap();
    assert!((25.0..40.0).contains(&share), "{share}");
    let number = |value: &Value| value.as_f64().unwrap();
    let (programme, spoken) = (number(&by_stem["integrated_lufs"]), number(&dialogue["loudness_lufs"]));
    assert!(spoken > number(&dialogue["stem_lufs"]));
    assert_near(&dialogue["loudness_to_dialogue_lu"], programme - spoken);
    assert_eq!(by_stem["specifications"][0]["clauses"][0]["verdict"], "fail");
    assert_eq!(by_stem["specifications"][0]["clauses"][1]["applies"], false);

    let mix = demo.path("mix.wav");
    proscenium(&["render", &demo.master(), "--layout", "5.1", "--bits", "32f", "-o", &mix]).run();
    let (by_ear, text) = judged(&mix);
    let heard = &by_ear["dialogue"];
    assert_eq!((&heard["gate"], &heard["estimate"]), (&"voice_activity".into(), &true.into()));
    assert!(text.contains("gate: voice activity detector, an estimate"), "{text}");
    assert_eq!(by_ear["specifications"][0]["clauses"][0]["estimate"], true);
    assert!((number(&heard["loudness_lufs"]) - spoken).abs() < 1.0, "{heard} {spoken}");
    assert_near(&by_ear["leq_m_db"], number(&by_stem["leq_m_db"]));
}

/// ISO 21727: 2 kHz at −20 dB of full scale is 85 dB in a screen channel; in two of them 3 dB more.
#[test]
fn trailers_are_judged_by_leq_m() {
    let file = File::of(&[Some(-25.7); 2], 2.0);
    let answer = file.json(&["--spec", "tasa-trailer", "--spec", "sawa-commercial"]);
    // 1 kHz is weighted by −5.6 dB.
    assert_near(&answer["leq_m_db"], 85.0 - 5.7 - 5.6 + 3.0);
    let verdicts = [0, 1].map(|n| answer["specifications"][n]["verdict"].clone());
    assert_eq!(verdicts, ["pass", "pass"]);
    let loud = File::of(&[Some(-14.0); 2], 2.0);
    let answer = loud.json(&["--spec", "tasa-trailer", "--spec", "sawa-commercial"]);
    let verdicts = [0, 1].map(|n| answer["specifications"][n]["verdict"].clone());
    assert_eq!(verdicts, ["fail", "fail"]);
}

#[test]
fn what_is_no_number_is_located_in_masters_too() {
    let file = File(tempfile::tempdir().unwrap());
    write_tones(Path::new(&file.path()), &[Some(-23.0); 2], 5.0, Some(f32::NAN));
    let answer = file.json(&["--layout", "7.1.4", "--spec", "ebu-r128"]);
    let said = answer["warnings"].to_string();
    assert!(said.contains("track 2") && said.contains("first at frame 24000 (0:00:00.500)"), "{said}");
    assert_eq!(answer["specifications"][0]["verdict"], "fail");
    let out = file.0.path().join("out.wav");
    let done = proscenium(&["render", &file.path(), "--layout", "5.1", "-o", out.to_str().unwrap()]).run();
    assert!(
        warnings(&done).iter().any(|line| line.contains("track 2") && line.contains("24000")),
        "{}",
        done.stderr
    );
}

/// What `deliver` reads back is gated by the stem that was rendered beside it.
#[test]
fn deliveries_are_judged_by_their_dialogue() {
    let demo = Demo::new();
    let folder = demo.path("out");
    let done = proscenium(&[
        "deliver",
        &demo.master(),
        "-o",
        &folder,
        "-d",
        "netflix:5.1",
        "-d",
        "tasa-trailer:7.1",
    ])
    .run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let text = std::fs::read_to_string(Path::new(&folder).join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let clauses = |file: usize| report["deliverables"][file]["judgement"]["clauses"].clone();
    let alone = proscenium(&["loudness", &demo.master(), "--json"]).run();
    let alone: Value = serde_json::from_str(&alone.stdout).unwrap();
    let dialogue = &clauses(0)[0];
    let gain = report["deliverables"][0]["correction"]["gain_db"].as_f64().unwrap();
    assert_near(&dialogue["measured"][0], alone["dialogue"]["loudness_lufs"].as_f64().unwrap() + gain);
    assert_near(&dialogue["measured"][0], -27.0);
    assert_eq!((&dialogue["estimate"], &clauses(0)[1]["applies"]), (&false.into(), &false.into()));
    assert!(clauses(1)[0]["measured"][0].is_f64(), "{}", clauses(1));
}
