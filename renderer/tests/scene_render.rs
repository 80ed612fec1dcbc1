//! Scenes rendered and exported, as a user does it. Expected samples are those that mathematics says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::f64::consts::TAU;
use std::fs;
use std::path::Path;

use command::run_in as run;

fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {error}");
    error
}

/// A mono or multichannel stem of 32-bit floats.
fn stem(path: &Path, rate: u32, channels: &[Vec<f32>]) {
    let (bits_per_sample, sample_format) = (32, hound::SampleFormat::Float);
    let spec =
        hound::WavSpec { channels: channels.len() as u16, sample_rate: rate, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..channels[0].len() {
        channels.iter().for_each(|channel| writer.write_sample(channel[frame]).unwrap());
    }
    writer.finalize().unwrap();
}

fn read(path: &Path) -> Vec<Vec<f32>> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let channels = usize::from(reader.spec().channels);
    let samples: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    (0..channels).map(|channel| samples.iter().skip(channel).step_by(channels).copied().collect()).collect()
}

fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| 0.25 * next()).collect()
}

fn scene(folder: &Path, name: &str, inside: &str) {
    fs::write(
        folder.join(name),
        format!("<scene version=\"1\" name=\"Test\" sampleRate=\"48000\">{inside}</scene>"),
    )
    .unwrap();
}

/// An object in front is the centre loudspeaker: the clip from its place on, trimmed, faded and turned down.
#[test]
fn a_clip_is_where_it_was_put_with_its_fades() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sound = noise(1, 48_000);
    stem(&folder.join("a.wav"), 48_000, std::slice::from_ref(&sound));
    scene(
        folder,
        "s.xml",
        r#"<track name="A" role="dialogue"><clip file="a.wav" start="0.5" trimStart="0.25" length="0.5" gain="-20">
           <fadeIn length="0.1" shape="linear"/><fadeOut length="0.2" shape="sCurve"/></clip><object/></track>"#,
    );
    done(folder, &["render", "s.xml", "--layout", "5.1", "-o", "o.wav", "--bits", "32f"]);
    let out = read(&folder.join("o.wav"));
    assert_eq!(out[2].len(), 48_000);
    for (n, sample) in out[2].iter().enumerate() {
        let at = n as f64 - 24_000.0;
        let fade_in = (at / 4800.0).clamp(0.0, 1.0);
        let u = ((24_000.0 - at) / 9600.0).clamp(0.0, 1.0);
        let fade_out = (1.0 - (std::f64::consts::PI * u).cos()) / 2.0;
        let there = if at < 0.0 { 0.0 } else { f64::from(sound[12_000 + at as usize]) };
        let expected = 0.1 * fade_in * fade_out * there;
        assert!((f64::from(*sample) - expected).abs() < 1e-7, "{n}: {sample}, expected {expected}");
    }
    let others = [0, 1, 3, 4, 5];
    assert!(others.iter().all(|channel| out[*channel].iter().all(|sample| *sample == 0.0)));
}

const FULL: &str = r#"
    <programme name="English" language="eng"/><programme name="Deutsch" language="deu"/>
    <track name="DX" role="dialogue" language="eng" programmes="English"><clip file="dx.wav" start="0.2"/>
      <chain><eq><highPass frequency="80" slope="12"/></eq><compressor threshold="-30" ratio="3"/>
        <send to="hall" gain="-6"/></chain><object azimuth="10"/></track>
    <track name="DX deu" role="dialogue" language="deu" programmes="Deutsch"><clip file="dx.wav" start="0.4"/>
      <chain><send to="hall" gain="-6"/></chain><object azimuth="-10"/></track>
    <track name="MX" role="music"><clip file="mx.wav"/>
      <chain><compressor threshold="-40" ratio="4" key="dialogue"/></chain><bed layout="0+2+0"/></track>
    <track name="FX" role="effects"><clip file="dx.wav"/><object>
      <automate parameter="azimuth"><key time="0" value="-90"/><key time="1" value="90" shape="smooth"/></automate></object></track>
    <reverb name="hall" return="0+5+0"><fdn decayLow="0.3" decayMid="0.3" decayHigh="0.2"/></reverb>"#;

fn full(folder: &Path) {
    stem(&folder.join("dx.wav"), 48_000, &[noise(2, 40_000)]);
    stem(&folder.join("mx.wav"), 48_000, &[noise(3, 60_000), noise(4, 60_000)]);
    scene(folder, "s.xml", FULL);
}

/// The master that a scene is exported to renders to the same bits, whatever the threads.
#[test]
fn an_exported_master_renders_to_the_same_samples() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    full(folder);
    done(folder, &["export", "s.xml", "-o", "m.wav", "--bits", "32f", "--threads", "1"]);
    for layout in ["7.1.4", "stereo"] {
        done(folder, &["render", "s.xml", "--layout", layout, "-o", "a.wav", "--bits", "32f"]);
        done(folder, &["render", "m.wav", "--layout", layout, "-o", "b.wav", "--bits", "32f"]);
        let (a, b) = (read(&folder.join("a.wav")), read(&folder.join("b.wav")));
        assert_eq!(a, b);
        assert!(a.iter().any(|channel| channel.iter().any(|sample| *sample != 0.0)));
    }
    let check = run(folder, &["check", "m.wav"]);
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stdout));
}

/// A later start has the bits of the whole; each programme has its own language and its reverb.
#[test]
fn spans_and_programmes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    full(folder);
    let render = |more: &[&str], file: &str| {
        let fixed = ["render", "s.xml", "--layout", "5.1", "--bits", "32f", "-o", file];
        done(folder, &[&fixed, more].concat());
        read(&folder.join(file))
    };
    let whole = render(&[], "a.wav");
    let late = render(&["--start", "24001smp", "--threads", "1"], "b.wav");
    for (whole, late) in whole.iter().zip(&late) {
        assert_eq!(whole[24_001..], late[..]);
    }
    let german = render(&["--programme", "APR_1002"], "c.wav");
    // In English there is dialogue and its reverb from 0.2 s on, in German from 0.4 s on: until then they are the same.
    assert!(whole[2][..9_000] == german[2][..9_000] && whole[2] != german[2]);
}

/// 1 kHz at 44.1 kHz is 1 kHz at 48 kHz, at the same time.
#[test]
fn stems_of_another_rate_are_resampled_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let tone = |n: usize| (0.5 * (TAU * 1000.0 * n as f64 / 44_100.0).sin()) as f32;
    stem(&folder.join("t.wav"), 44_100, &[(0..44_100).map(tone).collect()]);
    scene(folder, "s.xml", r#"<track name="T" role="effects"><clip file="t.wav"/><object/></track>"#);
    let said = done(folder, &["render", "s.xml", "--layout", "mono", "-o", "o.wav", "--bits", "32f"]);
    assert!(said.contains("44100 Hz"), "{said}");
    let out = &read(&folder.join("o.wav"))[0];
    assert_eq!(out.len(), 48_000);
    let error =
        |(n, sample): (usize, &f32)| f64::from(*sample) - 0.5 * (TAU * 1000.0 * n as f64 / 48_000.0).sin();
    let worst = out
        .iter()
        .enumerate()
        .skip(4800)
        .take(38_400)
        .map(error)
        .fold(0.0, |worst: f64, e| worst.max(e.abs()));
    // -90 dB of the tone.
    assert!(worst < 1.6e-5, "{worst}");
}

#[test]
fn scenes_that_can_not_be_used_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stem(&folder.join("two.wav"), 48_000, &[noise(5, 100), noise(6, 100)]);
    let track = |clip: &str, place: &str| format!("<track name=\"A\" role=\"effects\">{clip}{place}</track>");
    let cases = [
        ("missing", track("<clip file=\"none.wav\"/>", "<object/>"), "none.wav"),
        ("channels", track("<clip file=\"two.wav\"/>", "<object/>"), "channel"),
        ("nothing", track("", "<object/>"), "nothing is heard"),
        ("number", track("<clip file=\"two.wav\" start=\"later\"/>", "<object/>"), "later"),
        (
            "key",
            track(
                "<clip file=\"two.wav\" channels=\"1\"/><chain><compressor key=\"nobody\"/></chain>",
                "<object/>",
            ),
            "nobody",
        ),
        ("malformed", "<track>".to_owned(), "line"),
    ];
    for (name, inside, told) in cases {
        let file = format!("{name}.xml");
        scene(folder, &file, &inside);
        for command in
            [&["render", &file, "--layout", "5.1", "-o", "o.wav"][..], &["export", &file, "-o", "o.wav"]]
        {
            let output = run(folder, command);
            let error = String::from_utf8(output.stderr).unwrap();
            let last = error.lines().last().unwrap_or_default();
            assert_eq!(output.status.code(), Some(2), "{name}: {error}");
            assert!(
                last.starts_with("error: ") && last.contains(&file) && last.contains(told),
                "{name}: {error}"
            );
            assert!(!folder.join("o.wav").exists(), "{name}");
        }
    }
}
