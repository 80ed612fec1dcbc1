//! The deliverables of a scene, each through its master chain. Expected levels are those that mathematics says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::f64::consts::TAU;
use std::fs;
use std::path::Path;

use command::{done_in as run_done, run_in as run};
use formats::bw64::chunks::bext::BextChunk;
use formats::bw64::{ChunkId, Reader};
use serde_json::Value;

#[track_caller]
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {error}");
    assert!(!error.contains("warning"), "{error}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stem(path: &Path, samples: &[f32]) {
    let (bits_per_sample, sample_format) = (32, hound::SampleFormat::Float);
    let spec = hound::WavSpec { channels: 1, sample_rate: 48_000, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}

fn read(path: &Path) -> Vec<Vec<f32>> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let channels = usize::from(reader.spec().channels);
    let samples: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    (0..channels).map(|channel| samples.iter().skip(channel).step_by(channels).copied().collect()).collect()
}

fn sine(hertz: f64, peak: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (peak * (TAU * hertz * n as f64 / 48_000.0).sin()) as f32).collect()
}

/// Dialogue at 1 kHz with a peak of one half, music at 220 Hz, both in front; two seconds.
fn session(deliverables: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    stem(&folder.path().join("dx.wav"), &sine(1_000.0, 0.5, 96_000));
    stem(&folder.path().join("mx.wav"), &sine(220.0, 0.2, 96_000));
    let text = format!(
        r#"<scene version="1">
        <track name="DX" role="dialogue"><clip file="dx.wav"/><object/></track>
        <track name="MX" role="music"><clip file="mx.wav"/><object/></track>
        {deliverables}</scene>"#
    );
    fs::write(folder.path().join("s.xml"), text).unwrap();
    folder
}

fn report(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("out/report.json")).unwrap()).unwrap()
}

/// dB of the peak in the last second of the centre loudspeaker, where everything stands still.
fn settled_db(rows: &[Vec<f32>]) -> f64 {
    20.0 * f64::from(rows[2][48_000..].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()))).log10()
}

const WITH_STEMS: &str = r#"<deliverable layout="5.1" parts="mix dialogue music" name="tv_{part}"><master>
    <eq><bell frequency="1000" gain="6" q="1"/></eq>
    <compressor threshold="-20" ratio="4" knee="0" attack="0" release="5000" lookAhead="5"/><limiter ceiling="-12"/></master></deliverable>"#;

/// A picture that begins at 10:00:00:00 of 25 frames per second begins with sample 36 000 × 48 000: so do the files that are made
/// of it, and a span of it later by its start; the report says which programme it is.
#[test]
fn files_say_where_they_begin_and_reports_which_programme_they_are_of() {
    let folder = session(
        r#"<picture frameRate="25" start="10:00:00:00"/><programme name="English" language="eng"/>
        <deliverable layout="stereo" name="tv"/>"#,
    );
    let folder = folder.path();
    run_done(folder, &["render", "s.xml", "--layout", "5.1", "-o", "a.wav"]);
    run_done(folder, &["render", "s.xml", "--layout", "5.1", "--start", "10:00:01:00", "-o", "b.wav"]);
    run_done(folder, &["render", "b.wav", "--layout", "stereo", "--start", "0.5", "-o", "c.wav"]);
    run_done(folder, &["deliver", "s.xml", "-o", "out"]);
    let begins = |file: &str| {
        let mut reader = Reader::open(&folder.join(file)).unwrap();
        let body = reader.read_chunk(ChunkId::BEXT).unwrap().unwrap();
        BextChunk::parse(&body).unwrap().time_reference
    };
    let start = 36_000 * 48_000;
    let found = ["a.wav", "b.wav", "c.wav", "out/tv.wav"].map(begins);
    assert_eq!(found, [start, start + 48_000, start + 72_000, start]);
    assert_eq!(report(folder)["programme"], "English");
    assert!(fs::read_to_string(folder.join("out/report.html")).unwrap().contains("English"));
}

/// Two languages, of which the second speaks at half the level of the first: one job makes files of both.
#[test]
fn a_deliverable_is_of_the_programme_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, peak) in [("en.wav", 0.5), ("de.wav", 0.25)] {
        stem(&folder.join(name), &sine(1_000.0, peak, 96_000));
    }
    let text = r#"<scene version="1"><programme name="English"/><programme name="Deutsch: TV"/>
        <track name="E" role="dialogue" programmes="English"><clip file="en.wav"/><object/></track>
        <track name="D" role="dialogue" programmes="Deutsch: TV"><clip file="de.wav"/><object/></track>
        <deliverable layout="stereo" programme="English"/>
        <deliverable layout="stereo" programme="Deutsch: TV" parts="mix dialogue">
          <master><eq><tilt frequency="1000" gain="0"/></eq></master></deliverable></scene>"#;
    fs::write(folder.join("s.xml"), text).unwrap();
    done(folder, &["check", "s.xml"]);
    done(folder, &["deliver", "s.xml", "-o", "out", "--bits", "32f"]);
    let names = ["s_English_stereo_mix", "s_Deutsch- TV_stereo_mix", "s_Deutsch- TV_stereo_dialogue"];
    let files: Vec<String> = report(folder)["deliverables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["file"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(files.len(), names.len(), "{files:?}");
    let [english, german, spoken] = [0, 1, 2].map(|index| read(&folder.join("out").join(&files[index])));
    for (n, sample) in english[0].iter().enumerate() {
        assert!((sample - 2.0 * german[0][n]).abs() < 1e-6 && (german[0][n] - spoken[0][n]).abs() < 1e-6);
    }
    assert!(english[0].iter().any(|sample| *sample > 0.3));
    let found = report(folder);
    assert_eq!(found["programme"], Value::Null);
    let of = |index: usize| found["deliverables"][index]["programme"].as_str().unwrap().to_owned();
    assert_eq!([of(0), of(1), of(2)], ["English", "Deutsch: TV", "Deutsch: TV"]);
    // Nothing is made twice, and another job says it otherwise.
    let again = done(folder, &["deliver", "s.xml", "-o", "out", "--bits", "32f"]);
    assert_eq!(again.matches("unchanged").count(), 3, "{again}");
    let job = r#"<job><input>s.xml</input><output>two</output><bits>32f</bits><programme>English</programme>
        <deliverable layout="stereo" name="a"/><deliverable layout="stereo" programme="APR_1002" name="b"/></job>"#;
    fs::write(folder.join("job.xml"), job).unwrap();
    run_done(folder, &["deliver", "--job", "job.xml"]);
    assert_eq!(read(&folder.join("two/a.wav")), english);
    let other = read(&folder.join("two/b.wav"));
    assert!(other[0].iter().zip(&german[0]).all(|(a, b)| (a - b).abs() < 1e-6), "without the chain");
    let lufs = |programme: &str| {
        let answer = done(folder, &["loudness", "s.xml", "--programme", programme, "--json"]);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["measured_on"]["programme"], programme);
        answer["integrated_lufs"].as_f64().unwrap()
    };
    assert!((lufs("English") - lufs("Deutsch: TV") - 20.0 * 2.0_f64.log10()).abs() < 0.01);
    let refused = run(folder, &["deliver", "s.xml", "-d", "none:stereo@Dansk", "-o", "three"]);
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && message.contains("Dansk"), "{message}");
    fs::write(folder.join("t.xml"), text.replace("programme=\"English\"", "programme=\"Englisch\"")).unwrap();
    let refused = run(folder, &["check", "t.xml"]);
    let told = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(told.contains("perhaps \"English\""), "{told}");
}

/// What the chain takes away, sample by sample, it takes from the stems as well.
#[test]
fn a_scene_delivers_what_it_asks_for_and_stems_add_up_to_their_mastered_mix() {
    let folder = session(WITH_STEMS);
    let folder = folder.path();
    let told = done(folder, &["deliver", "s.xml", "-o", "out", "--bits", "32f"]);
    assert!(told.contains("EQ of 1 band; compressor up to"), "{told}");
    let [mix, dialogue, music] =
        ["mix", "dialogue", "music"].map(|part| read(&folder.join(format!("out/tv_{part}.wav"))));
    assert_eq!(mix[2].len(), 96_000);
    for (n, sample) in mix[2].iter().enumerate() {
        let sum = dialogue[2][n] + music[2][n];
        assert!((sample - sum).abs() < 1e-6, "sample {n}: {sample} and {sum}");
    }
    let report = report(folder);
    let made = &report["deliverables"][0]["master"];
    assert_eq!((made["eq_bands"].as_u64(), made["ceiling_dbtp"].as_f64()), (Some(1), Some(-12.0)));
    let most = |what: &str| made[what]["max_reduction_db"].as_f64().unwrap();
    // 1 kHz at 0 dBFS and a little music: 20 dB and more over the threshold, three quarters of which are taken away.
    assert!((15.0..17.5).contains(&most("compressor")), "{made}");
    assert_eq!(report["deliverables"][1]["master"], *made);
    let peak = report["deliverables"][0]["delivered"]["true_peak_dbtp"].as_f64().unwrap();
    assert!((-12.3..=-12.0).contains(&peak) == (most("limiter") > 0.1), "{peak} dBTP, {made}");
}

#[test]
fn a_master_does_what_its_filters_and_its_curve_say() {
    let chain = |inside: &str| {
        format!(r#"<deliverable layout="5.1" name="tv"><master>{inside}</master></deliverable>"#)
    };
    // The dialogue alone: 1 kHz at −6.02 dBFS in the centre.
    for (inside, expected) in [
        (r#"<eq><bell frequency="1000" gain="-9" q="2"/></eq>"#, -15.02),
        (r#"<compressor threshold="-16.02" ratio="2" knee="0" attack="0" release="5000"/>"#, -11.02),
        (r#"<eq><tilt frequency="1000" gain="5"/></eq>"#, -6.02),
    ] {
        let folder = session(&chain(inside));
        let folder = folder.path();
        let text = fs::read_to_string(folder.join("s.xml")).unwrap();
        fs::write(folder.join("s.xml"), text.replace(r#"role="music">"#, r#"role="music" mute="1">"#))
            .unwrap();
        done(folder, &["deliver", "s.xml", "-o", "out", "--bits", "32f"]);
        let found = settled_db(&read(&folder.join("out/tv.wav")));
        assert!((found - expected).abs() < 0.03, "{inside}: {found} dB");
        // The same by the other door.
        done(
            folder,
            &["render", "s.xml", "--layout", "5.1", "--master", "tv", "--bits", "32f", "-o", "r.wav"],
        );
        assert_eq!(read(&folder.join("r.wav")), read(&folder.join("out/tv.wav")));
    }
}

/// A chain remembers: a file that begins later is a part of the whole one, and so is what is said of its gains.
#[test]
fn a_mastered_part_is_a_part_of_the_mastered_whole() {
    let folder = session(WITH_STEMS);
    let folder = folder.path();
    let render = |more: &[&str], output: &str| {
        let start =
            ["render", "s.xml", "--layout", "5.1", "--master", "tv_{part}", "--bits", "32f", "-o", output];
        done(folder, &[&start[..], more].concat())
    };
    let whole = render(&[], "whole.wav");
    let part = render(&["--start", "48123smp", "--end", "80000smp"], "part.wav");
    let (all, some) = (read(&folder.join("whole.wav")), read(&folder.join("part.wav")));
    for (all, some) in all.iter().zip(&some) {
        assert_eq!(some.len(), 80_000 - 48_123);
        assert!(all[48_123..80_000] == some[..]);
    }
    assert!(whole.contains("compressor up to") && part.contains("compressor up to"), "{part}");
    let measured = |options: &[&str]| {
        let told = done(folder, &[&["loudness", "--json"][..], options].concat());
        serde_json::from_str::<serde_json::Value>(&told).unwrap()["integrated_lufs"].as_f64().unwrap()
    };
    let (of_scene, of_file) = (measured(&["s.xml", "--master", "tv_{part}"]), measured(&["whole.wav"]));
    assert!((of_scene - of_file).abs() < 0.01, "{of_scene} and {of_file} LUFS");
}

/// All that a chain holds back comes out in its time, and what has nothing to do changes no bit.
#[test]
fn an_idle_chain_delays_nothing_and_changes_no_bit() {
    let idle = r#"<deliverable layout="5.1" name="tv"><master>
        <compressor threshold="0" knee="0" lookAhead="20"/><limiter ceiling="0"/></master></deliverable>"#;
    let folder = session(idle);
    let folder = folder.path();
    done(folder, &["deliver", "s.xml", "-o", "out", "--bits", "32f"]);
    done(folder, &["render", "s.xml", "--layout", "5.1", "--bits", "32f", "-o", "plain.wav"]);
    assert_eq!(read(&folder.join("out/tv.wav")), read(&folder.join("plain.wav")));
    let made = &report(folder)["deliverables"][0]["master"];
    assert_eq!(made["compressor"]["max_reduction_db"].as_f64(), Some(0.0));
    assert!(made["limiter"]["max_reduction_at"].is_null());
}

#[test]
fn a_specification_is_met_after_the_master() {
    let folder = session(
        r#"<deliverable spec="ebu-r128" layout="stereo" parts="mix dialogue music"><master><compressor threshold="-30"/></master></deliverable>"#,
    );
    let folder = folder.path();
    done(folder, &["deliver", "s.xml", "-o", "out", "--bits", "32f"]);
    let report = report(folder);
    assert_eq!(report["verdict"], "pass");
    let mix = &report["deliverables"][0];
    assert!((mix["delivered"]["integrated_lufs"].as_f64().unwrap() + 23.0).abs() < 0.1, "{mix}");
    let parts = ["mix", "dialogue", "music"]
        .map(|part| read(&folder.join(format!("out/s_ebu-r128_stereo_{part}.wav"))));
    for n in 0..96_000 {
        let sum: f32 = parts[1..].iter().map(|part| part[0][n]).sum();
        assert!((parts[0][0][n] - sum).abs() < 1e-6);
    }
    // Again, and nothing is to be done; another chain, and it is.
    let again = done(folder, &["deliver", "s.xml", "-o", "out", "--bits", "32f"]);
    assert!(again.contains("unchanged"), "{again}");
    let scene = std::fs::read_to_string(folder.join("s.xml")).unwrap();
    std::fs::write(folder.join("s.xml"), scene.replace("threshold=\"-30\"", "threshold=\"-29\"")).unwrap();
    let again = done(folder, &["deliver", "s.xml", "-o", "out", "--bits", "32f"]);
    assert!(!again.contains("unchanged"), "{again}");
}

#[test]
fn what_a_scene_cannot_ask_for_is_said_with_line_and_column() {
    for (asked, expected) in [
        ("", "has no <deliverable> of its own"),
        (r#"<deliverable layout="9.9"/>"#, "line 4, column 9"),
        (r#"<deliverable spec="netflixx" layout="5.1"/>"#, "netflix"),
        (
            r#"<deliverable layout="5.1" parts="stems"><master><limiter/></master></deliverable>"#,
            "parts without `mix`",
        ),
        (r#"<deliverable layout="5.1" parts="mix voices"/>"#, "there is no part `voices`"),
    ] {
        let folder = session(asked);
        let output = run(folder.path(), &["deliver", "s.xml", "-o", "out"]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{asked}: {error}");
        assert!(error.contains(expected) && error.lines().count() == 1, "{asked}: {error}");
        if !asked.is_empty() {
            let output = run(folder.path(), &["check", "s.xml"]);
            assert_eq!(output.status.code(), Some(1), "{asked}: {}", String::from_utf8_lossy(&output.stdout));
        }
    }
}
