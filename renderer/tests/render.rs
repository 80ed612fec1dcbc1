//! `proscenium render` as a user meets it: what it writes, what it says, how it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use command::{Demo, error_line, proscenium, warnings};
use formats::bw64::{AudioFormat, ChunkId, Planar, Reader, SampleFormat, Writer, WriterSpec};

#[test]
fn one_pass_writes_every_output_in_its_shape() {
    let demo = Demo::new();
    let files = ["7.1.4", "5.1", "mono", "9.1.6", "hoa2"];
    let mut args = vec!["render".to_owned(), demo.master()];
    for layout in files {
        args.extend(["--to".to_owned(), format!("{layout}={}", demo.path(layout))]);
    }
    let done = proscenium(&args).run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
    for (layout, channels) in files.iter().zip([12, 6, 1, 16, 9]) {
        let reader = hound::WavReader::open(demo.path(layout)).unwrap();
        let spec = reader.spec();
        assert_eq!(
            (spec.channels, spec.bits_per_sample, spec.sample_rate),
            (channels, 24, 48_000),
            "{layout}"
        );
        assert_eq!(reader.duration(), Demo::FRAMES, "{layout}");
        assert!(done.stdout.contains(layout), "{}", done.stdout);
    }
}

#[test]
fn a_rendered_file_is_a_master_again() {
    let demo = Demo::new();
    let (first, second) = (demo.path("first.wav"), demo.path("second.wav"));
    for (input, output) in [(demo.master(), &first), (first.clone(), &second)] {
        let done = proscenium(&["render", &input, "--layout", "4+5+0", "--bits", "32f", "-o", output]).run();
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    }
    // A bed for a layout, rendered to that layout, is itself.
    let samples = |path: &str| {
        hound::WavReader::open(path).unwrap().samples::<f32>().map(Result::unwrap).collect::<Vec<_>>()
    };
    let (first, second) = (samples(&first), samples(&second));
    assert!(first.iter().any(|x| x.abs() > 0.01));
    assert!(first.iter().zip(&second).all(|(a, b)| (a - b).abs() < 1e-6));
}

#[test]
fn a_span_has_the_bits_of_the_whole() {
    let demo = Demo::new();
    let (whole, part) = (demo.path("whole.wav"), demo.path("part.wav"));
    let render = |output: &str, more: &[&str]| {
        let mut args = vec!["render", demo.input.to_str().unwrap(), "--layout", "5.1", "-o", output];
        args.extend(more);
        assert_eq!(proscenium(&args).run().code, Some(0));
        hound::WavReader::open(output).unwrap().samples::<i32>().map(Result::unwrap).collect::<Vec<_>>()
    };
    for noise in [&["--no-dither"][..], &[], &["--bits", "16"]] {
        let more = |args: &[&'static str]| [args, noise].concat();
        let whole = render(&whole, &more(&["--threads", "1"]));
        let part = render(&part, &more(&["--threads", "3", "--start", "7.001", "--end", "0:00:08.25"]));
        let from = 7001 * 48 * 6;
        assert_eq!(part.len(), (8250 - 7001) * 48 * 6);
        assert!(part == whole[from..from + part.len()], "the span differs {noise:?}");
    }
}

/// The master `from` with its samples in single precision, which hold all of 24 bits.
fn as_floats(from: &str, to: &str) {
    let mut reader = Reader::open(Path::new(from)).unwrap();
    let mut planes = Planar::<f32>::new(0, 0);
    reader.read_planar(0, usize::try_from(reader.frames()).unwrap(), &mut planes).unwrap();
    let format = AudioFormat::new(reader.format().channels, reader.sample_rate(), SampleFormat::Float32);
    let spec = WriterSpec { format, frames: None, dither: None };
    let mut writer = Writer::create(Path::new(to), &spec).unwrap();
    for id in [ChunkId::CHNA, ChunkId::AXML] {
        writer.add_chunk(id, reader.read_chunk(id).unwrap().unwrap()).unwrap();
    }
    writer.write_planar(&planes).unwrap();
    writer.finish().unwrap();
}

/// Integers of a file are decoded where they are mixed, floats, and what goes to several outputs, when they are read.
#[test]
fn the_bits_depend_neither_on_how_samples_are_stored_nor_on_threads_nor_on_other_outputs() {
    let demo = Demo::new();
    let (floats, out, other) = (demo.path("floats.wav"), demo.path("out.wav"), demo.path("other.wav"));
    as_floats(&demo.master(), &floats);
    let mut first = None;
    for input in [&demo.master(), &floats] {
        for (threads, more) in [("1", false), ("2", false), ("5", false), ("1", true), ("3", true)] {
            let (to, beside) = (format!("7.1.4={out}"), format!("5.1={other}"));
            let mut args = vec!["render", input, "--bits", "32f", "--threads", threads, "--to", &to];
            args.extend(["--to", beside.as_str()].iter().filter(|_| more));
            let done = proscenium(&args).run();
            assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
            let found: Vec<f32> =
                hound::WavReader::open(&out).unwrap().samples().map(Result::unwrap).collect();
            let first = first.get_or_insert_with(|| found.clone());
            assert!(first.iter().any(|sample| *sample != 0.0) && *first == found, "{args:?}");
        }
    }
}

/// More pipes than threads, and who reads them takes a moment of each in turn.
#[test]
fn pipes_do_not_wait_for_one_another() {
    const LONGEST: Duration = Duration::from_secs(120);
    const MOMENT: usize = 1000;
    let demo = Demo::new();
    let layouts = [("stereo", 2), ("5.1", 6), ("mono", 1), ("7.1.4", 12)];
    let mut args = vec!["render".to_owned(), demo.master(), "--threads".to_owned(), "1".to_owned()];
    for (layout, _) in layouts {
        assert!(Command::new("mkfifo").arg(demo.path(layout)).status().unwrap().success());
        args.extend(["--to".to_owned(), format!("{layout}={}", demo.path(layout))]);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_proscenium"));
    let mut child = command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pipes = layouts.map(|(layout, channels)| (demo.path(layout), channels * 3 * MOMENT));
    let reader = std::thread::spawn(move || {
        let mut pipes = pipes.map(|(path, moment)| (File::open(path).unwrap(), moment as u64, 0));
        loop {
            let before: usize = pipes.iter().map(|(.., read)| read).sum();
            for (pipe, moment, read) in &mut pipes {
                *read += pipe.take(*moment).read_to_end(&mut Vec::new()).unwrap();
            }
            let read = pipes.each_ref().map(|(.., read)| *read);
            if read.iter().sum::<usize>() == before {
                return read;
            }
        }
    });
    let begun = Instant::now();
    while !reader.is_finished() {
        if begun.elapsed() > LONGEST {
            child.kill().unwrap();
            panic!("the pipes wait for one another");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    for (bytes, (layout, channels)) in reader.join().unwrap().into_iter().zip(layouts) {
        assert!(bytes > Demo::FRAMES as usize * channels * 3, "{bytes} bytes of {layout}");
    }
}

#[test]
fn json_says_what_was_written() {
    let demo = Demo::new();
    let out = demo.path("out.wav");
    let done = proscenium(&["render", &demo.master(), "--layout", "stereo", "-o", &out, "--json"]).run();
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["frames"], Demo::FRAMES);
    let output = &report["outputs"][0];
    assert_eq!((output["layout"].as_str(), output["bits"].as_str()), (Some("0+2+0"), Some("24")));
    assert_eq!(output["channels"][1]["name"], "M-030");
    let peak = output["peak_dbfs"].as_f64().unwrap();
    assert!((-20.0..0.0).contains(&peak), "{peak}");
}

#[test]
fn overloads_are_reported_and_judged_when_asked() {
    let demo = Demo::new();
    let out = demo.path("loud.wav");
    let render = |more: &[&str]| {
        let mut args =
            vec!["render", demo.input.to_str().unwrap(), "--layout", "stereo", "-o", &out, "--gain-db", "20"];
        args.extend(more);
        proscenium(&args).run()
    };
    let done = render(&[]);
    assert_eq!(done.code, Some(0));
    assert!(
        warnings(&done).iter().any(|line| line.contains("M+030") && line.contains("[overload]")),
        "{}",
        done.stderr
    );
    let done = render(&["--fail-on-overload"]);
    assert_eq!(done.code, Some(1));
    assert!(error_line(&done).contains("overload"));
    fs::remove_file(&out).unwrap();
    let done = render(&["--strict"]);
    assert_eq!(done.code, Some(2));
    assert!(error_line(&done).contains("[overload]"));
    assert!(demo.is_clean(), "something was left");
    // Float keeps what passes full scale, so there is nothing to warn of.
    let done = render(&["--bits", "32f", "--strict"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
}

#[test]
fn every_overloaded_channel_is_named_in_text_json_and_verdict() {
    let demo = Demo::new();
    let (out, room) = (demo.path("a\u{1b}[2J\u{9b}b.wav"), demo.path("room.yaml"));
    fs::write(&room, "[{channel: 0, names: M+030}, {channel: 1, names: M-030}, {channel: 1, names: Z}]")
        .unwrap();
    let to = format!("hoa1={}", demo.path("hoa.wav"));
    let render = |more: &[&str]| {
        let mut args = vec!["render", demo.input.to_str().unwrap(), "--gain-db=60", "-o", &out];
        args.extend(["--layout", "stereo", "--speakers", &room, "--to", &to]);
        args.extend(more);
        proscenium(&args).run()
    };
    let channels = ["M+030", "M-030", "ACN 0", "ACN 1", "ACN 2", "ACN 3"];
    let done = render(&["--json"]);
    let said = warnings(&done);
    assert_eq!(said.iter().filter(|line| line.contains("[overload]")).count(), 6, "{}", done.stderr);
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let told: Vec<&str> =
        report["warnings"].as_array().unwrap().iter().map(|warning| warning.as_str().unwrap()).collect();
    assert_eq!(told.len(), said.len(), "{told:?}");
    assert!(
        told.iter().any(|warning| warning.contains("room.yaml: ") && warning.contains("Z: ")),
        "{told:?}"
    );
    let done = render(&["--fail-on-overload"]);
    assert_eq!(done.code, Some(1));
    let verdict = error_line(&done);
    for channel in channels {
        assert!(verdict.contains(channel), "{channel}: {verdict}");
        assert!(told.iter().any(|warning| warning.contains(channel)), "{channel}: {told:?}");
    }
    // The names of files are the user's, or an enemy's.
    assert!(!done.stdout.chars().any(|c| c.is_control() && c != '\n'), "{:?}", done.stdout);
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line() {
    let demo = Demo::new();
    let (master, out) = (demo.master(), demo.path("out.wav"));
    let missing = demo.path("missing/out.wav");
    let text = demo.path("scene.xml");
    fs::write(&text, "<scene/>").unwrap();
    let junk = demo.path("junk.bin");
    fs::write(&junk, [0x80, 0xff, 0]).unwrap();
    let cases: [(&[&str], &str); 18] = [
        (&["render", &master, "-o", &out], "one of --layout or --to is needed"),
        (&["render", &master, "--layout", "5.1", "-o", "-"], "/dev/stdout"),
        (
            &["render", &master, "--layout", "hoa3", "-o", &out, "--speakers", "x"],
            "--speakers needs a loudspeaker",
        ),
        (&["render", &master, "--layout", "5.1", "-o", &out, "--speakers", &junk], "read as a speakers file"),
        (&["render", &master, "--layout", "5.1", "-o", &out, "--start", "-5"], "`-5` is not a time"),
        (&["render", &master, "--layout", "5.1", "-o", &out, "--gain-db", "-x"], "expected decibels"),
        (&["render", "/dev/stdin", "--layout", "5.1", "-o", &out], "must be seekable"),
        (&["render", "nothing.wav", "--layout", "5.1", "-o", &out], "nothing.wav: "),
        (&["render", &master, "--layout", "5.1", "-o", &master], "is the input itself"),
        (&["render", &master, "--layout", "5.1", "-o", &missing], "does not exist"),
        (&["render", &master, "--layout", "5.1.3", "-o", &out], "did you mean"),
        (&["render", &master, "--layout", "5.1"], "--output"),
        (&["render", &master], "--to"),
        (&["render", &master, "--to", "5.1"], "LAYOUT=FILE"),
        (
            &["render", &master, "--to", &format!("5.1={out}"), "--to", &format!("stereo={out}")],
            "two outputs",
        ),
        (&["render", &master, "--layout", "5.1", "-o", &out, "--start", "99"], "--start"),
        (&["render", &master, "--layout", "5.1", "-o", &out, "--programme", "APR_9999"], "APR_9999"),
        (&["render", &text, "--layout", "5.1", "-o", &out], "nothing is heard"),
    ];
    for (args, cause) in cases {
        let done = proscenium(args).run();
        assert_eq!(done.code, Some(2), "{args:?}: {}", done.stderr);
        assert!(error_line(&done).contains(cause), "{args:?}: {}", done.stderr);
        assert!(demo.is_clean(), "{args:?} left something");
    }
}

#[test]
fn an_old_file_survives_a_failure() {
    let demo = Demo::new();
    let (good, bad) = (demo.path("good.wav"), demo.path("no-folder/bad.wav"));
    fs::write(&good, "old").unwrap();
    let to = [format!("5.1={good}"), format!("stereo={bad}")];
    let done = proscenium(&["render", &demo.master(), "--to", &to[0], "--to", &to[1]]).run();
    assert_eq!(done.code, Some(2));
    assert_eq!(fs::read(&good).unwrap(), b"old");
}
