//! `proscenium render --target`: what is written has the loudness and keeps the ceiling, or the command says that it doesn't.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::f64::consts::{PI, TAU};
use std::fs;

use command::{Done, error_line, proscenium};
use serde_json::Value;
use tempfile::TempDir;

const RATE: u32 = 48_000;
/// Samples on either side that the reconstruction sees, and how many values it makes of one.
const WIDTH: usize = 24;
const OVERSAMPLING: usize = 16;
/// What a written file may be above the ceiling, dB.
const HELD: f64 = 0.05;

struct Work(TempDir);

impl Work {
    /// A stereo file of so many seconds, both channels alike.
    fn with(seconds: u32, value: impl Fn(u32) -> f64) -> Self {
        let work = Self(tempfile::tempdir().unwrap());
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: RATE,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(work.path("in.wav"), spec).unwrap();
        for n in 0..seconds * RATE {
            let sample = value(n) as f32;
            writer.write_sample(sample).unwrap();
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        work
    }

    /// A 1 kHz tone at −40 dBFS, and a click five samples long every half second.
    fn clicks() -> Self {
        let tone = |n: u32| 0.01 * (TAU * f64::from(n) / 48.0).sin();
        Self::with(10, |n| tone(n) + if n % 24_000 < 5 && n > 5 { 0.5 } else { 0.0 })
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn render(&self, more: &[&str]) -> Done {
        let (input, output) = (self.path("in.wav"), self.path("out.wav"));
        let mut args = vec!["render", &input, "--layout", "stereo", "-o", &output, "--json"];
        args.extend(more);
        proscenium(&args).run()
    }

    /// Everything that lies in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// True peak of the output's first channel, dBTP, by a reconstruction of this test's own.
    fn true_peak(&self) -> f64 {
        let mut reader = hound::WavReader::open(self.path("out.wav")).unwrap();
        assert_eq!(reader.spec().bits_per_sample, 24);
        let scale = |sample: Result<i32, _>| f64::from(sample.unwrap()) / 8_388_608.0;
        let samples: Vec<f64> = reader.samples::<i32>().step_by(2).map(scale).collect();
        let tap = |t: f64| {
            let window = 0.5 + 0.5 * (PI * t / WIDTH as f64).cos();
            if t == 0.0 { window } else { window * (PI * t).sin() / (PI * t) }
        };
        let bank: Vec<Vec<f64>> = (0..OVERSAMPLING)
            .map(|phase| phase as f64 / OVERSAMPLING as f64)
            .map(|at| (0..2 * WIDTH).map(|k| tap(k as f64 + 1.0 - WIDTH as f64 - at)).collect())
            .collect();
        let mut peak = 0.0_f64;
        for seen in samples.windows(2 * WIDTH) {
            if seen.iter().any(|sample| sample.abs() > 0.2) {
                let value = |taps: &Vec<f64>| seen.iter().zip(taps).map(|(s, t)| s * t).sum::<f64>().abs();
                peak = bank.iter().map(value).fold(peak, f64::max);
            }
        }
        20.0 * peak.log10()
    }
}

fn json(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"))
}

#[track_caller]
fn assert_near(value: &Value, expected: f64, tolerance: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((found - expected).abs() <= tolerance, "{found}, expected {expected}");
}

/// EBU Tech 3341: 1 kHz in stereo at −23 dBFS is −23 LUFS; at −30 dBFS it is 7 dB short of R 128.
#[test]
fn a_quiet_tone_is_brought_to_its_target() {
    let work = Work::with(10, |n| 10f64.powf(-1.5) * (TAU * f64::from(n) / 48.0).sin());
    let done = work.render(&["--target", "ebu-r128"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let output = &json(&done)["outputs"][0];
    let correction = &output["correction"];
    assert_near(&correction["gain_db"], 7.0, 0.1);
    assert_near(&correction["before"]["integrated_lufs"], -30.0, 0.1);
    assert_near(&correction["after"]["integrated_lufs"], -23.0, 0.05);
    assert_near(&output["integrated_lufs"], -23.0, 0.05);
    assert_near(&output["peak_dbfs"], -23.0, 0.1);
    assert_eq!(correction["limiter"]["max_reduction_db"], 0.0);
    assert_eq!(
        (&correction["judgement"]["verdict"], &correction["shortfall"]),
        (&"pass".into(), &Value::Null)
    );
    assert_eq!(work.names(), ["in.wav", "out.wav"]);
}

/// A/85: −24 LKFS and −2 dBTP; the clicks would be 7 dB above that.
#[test]
fn clicks_are_limited_and_the_file_passes() {
    let work = Work::clicks();
    let done = work.render(&["--target", "atsc-a85"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let correction = &json(&done)["outputs"][0]["correction"];
    assert_near(&correction["after"]["integrated_lufs"], -24.0, 0.06);
    let limiter = &correction["limiter"];
    assert!(limiter["max_reduction_db"].as_f64().unwrap() > 3.0, "{limiter}");
    let share = limiter["active_share"].as_f64().unwrap();
    assert!(share > 0.01 && share <= 1.0, "{share}");
    let frame = limiter["max_reduction_frame"].as_u64().unwrap() % 24_000;
    assert!(!(100..=23_900).contains(&frame), "{frame} frames from a click");
    let peak = work.true_peak();
    assert!(peak <= -2.0 + HELD && peak > -2.5, "{peak} dBTP");
    let file = work.path("out.wav");
    let read_back = proscenium(&["loudness", &file, "--spec", "atsc-a85"]).run();
    assert_eq!(read_back.code, Some(0), "{}", read_back.stdout);
}

#[test]
fn without_a_limiter_one_of_both_is_missed_and_the_command_says_which() {
    let work = Work::clicks();
    let done = work.render(&["--target", "atsc-a85", "--no-limit"]);
    assert_eq!(done.code, Some(1));
    let line = error_line(&done);
    assert!(line.contains("true peak") && line.contains("without a limiter"), "{line}");
    let correction = &json(&done)["outputs"][0]["correction"];
    assert_near(&correction["after"]["integrated_lufs"], -24.0, 0.05);
    assert_eq!(correction["limiter"], Value::Null);
    let full_gain = correction["gain_db"].as_f64().unwrap();

    let done = work.render(&["--target", "atsc-a85", "--gain-only"]);
    assert_eq!(done.code, Some(1));
    let line = error_line(&done);
    assert!(line.contains("loudness") && line.contains("are missing"), "{line}");
    let correction = &json(&done)["outputs"][0]["correction"];
    assert!(correction["gain_db"].as_f64().unwrap() < full_gain - 3.0, "{correction}");
    assert_near(&correction["after"]["true_peak_dbtp"], -2.01, 0.02);
    assert_eq!(work.names(), ["in.wav", "out.wav"]);
}

/// −20 LUFS is within what this specification allows, and nothing comes near its ceiling: nothing is done.
#[test]
fn what_passes_as_it_is_keeps_every_bit() {
    let work = Work::with(4, |n| 0.1 * (TAU * f64::from(n) / 48.0).sin());
    assert_eq!(work.render(&[]).code, Some(0));
    let plain = fs::read(work.path("out.wav")).unwrap();
    let done = work.render(&["--target", "apple-music"]);
    assert_eq!(
        (done.code, &json(&done)["outputs"][0]["correction"]["gain_db"]),
        (Some(0), &Value::from(0.0))
    );
    assert_eq!(fs::read(work.path("out.wav")).unwrap(), plain);
}

#[test]
fn threads_change_nothing_and_every_output_has_its_own_gain() {
    let work = Work::clicks();
    let (mono, surround) =
        (format!("mono={}", work.path("mono.wav")), format!("5.1={}", work.path("51.wav")));
    let render = |threads: &str| {
        let done =
            work.render(&["--target", "atsc-a85", "--threads", threads, "--to", &mono, "--to", &surround]);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let gains = |n: usize| json(&done)["outputs"][n]["correction"]["gain_db"].as_f64().unwrap();
        let bytes = ["out.wav", "mono.wav", "51.wav"].map(|name| fs::read(work.path(name)).unwrap());
        ([gains(0), gains(1), gains(2)], bytes)
    };
    let (gains, bytes) = render("1");
    assert!(render("3") == (gains, bytes), "other bits with three threads");
    // The front pair of 5.1 is the stereo render; both as one channel are louder than each.
    assert!((gains[0] - gains[2]).abs() < 0.01 && gains[1] != gains[0], "{gains:?}");
}

#[test]
fn silence_has_no_target() {
    let work = Work::with(1, |_| 0.0);
    let done = work.render(&["--target", "ebu-r128"]);
    assert_eq!(done.code, Some(1));
    let line = error_line(&done);
    assert!(line.contains("not measured") && line.contains("as rendered"), "{line}");
    assert_eq!(json(&done)["outputs"][0]["correction"]["gain_db"], 0.0);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let work = Work::with(1, |_| 0.1);
    let hoa = format!("hoa1={}", work.path("h.wav"));
    for (args, what) in [
        (&["--no-limit"][..], "--target"),
        (&["--target", "ebu-r128", "--no-limit", "--gain-only"], "cannot be used with"),
        (&["--target", "ebu"], "no specification is called `ebu`"),
        (&["--target", "nowhere.yaml"], "nowhere.yaml"),
        (&["--target", "ebu-r128", "--to", &hoa], "Ambisonics"),
    ] {
        let done = work.render(args);
        let line = error_line(&done);
        assert!(done.code == Some(2) && line.contains(what), "{args:?}: {line}");
        assert_eq!(work.names(), ["in.wav"]);
    }
}
