//! Languages and alternatives of a scene: who hears what. Expected levels are those of static curves, by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::f64::consts::TAU;
use std::fs;
use std::path::Path;

use command::{done_in as done, run_in as run};

fn write(path: &Path, samples: impl Iterator<Item = f32>) {
    let (bits_per_sample, sample_format) = (32, hound::SampleFormat::Float);
    let spec = hound::WavSpec { channels: 1, sample_rate: 48_000, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    samples.for_each(|sample| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
}

/// Channel `channel` of a file of so many.
fn channel(path: &Path, channel: usize) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let all = usize::from(reader.spec().channels);
    reader.samples::<f32>().skip(channel).step_by(all).map(Result::unwrap).collect()
}

/// dB of the highest sample in the half second that ends at `second`.
fn level_db(samples: &[f32], second: f64) -> f64 {
    let end = (second * 48_000.0) as usize;
    20.0 * f64::from(samples[end - 24_000..end].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())))
        .log10()
}

/// Two languages that speak at different times, and music at the left that makes room for them.
const TWO: &str = r#"<scene version="1" name="Two" length="4">
  <programme name="English" language="eng"/><programme name="Deutsch" language="deu"/>
  <track name="EN" role="dialogue" language="eng" programmes="English"><clip file="voice.wav"/>
    <object azimuth="-30"/></track>
  <track name="DE" role="dialogue" language="deu" programmes="Deutsch"><clip file="voice.wav" start="2"/>
    <object azimuth="-30"/></track>
  <track name="Score" role="music"><clip file="music.wav"/>MUSIC<object azimuth="30"/></track>
  BUS
</scene>"#;

/// −12 dBFS of square waves: two seconds of a voice, four of music.
fn stems(folder: &Path) {
    let square = |n: usize| if (n as f64 * 500.0 / 48_000.0 * TAU).sin() >= 0.0 { 0.25119 } else { -0.25119 };
    write(&folder.join("voice.wav"), (0..96_000).map(square));
    write(&folder.join("music.wav"), (0..192_000).map(square));
}

/// A ratio of 3 over −24 dBFS takes 8 dB from music while a voice of −12 dBFS is heard with it, and nothing while another
/// language speaks: in a compressor of the track and in one of its bus, in the scene and in the master that it becomes.
#[test]
fn music_makes_room_for_the_language_that_is_heard_with_it() {
    let ducker = r#"<chain><compressor key="dialogue" threshold="-24" ratio="3" knee="0" attack="0" release="1"/></chain>"#;
    for (music, bus) in [(ducker, String::new()), ("", format!(r#"<bus role="music">{ducker}</bus>"#))] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        stems(folder);
        fs::write(folder.join("s.xml"), TWO.replace("MUSIC", music).replace("BUS", &bus)).unwrap();
        done(folder, &["export", "s.xml", "-o", "m.wav", "--bits", "32f"]);
        for (input, programme, expected) in [
            ("s.xml", "English", [-20.0, -12.0]),
            ("s.xml", "Deutsch", [-12.0, -20.0]),
            ("m.wav", "English", [-20.0, -12.0]),
            ("m.wav", "APR_1002", [-12.0, -20.0]),
        ] {
            let fixed = ["render", input, "--layout", "stereo", "--bits", "32f", "-o", "o.wav"];
            done(folder, &[&fixed[..], &["--programme", programme]].concat());
            let left = channel(&folder.join("o.wav"), 0);
            for (second, expected) in [(1.5, expected[0]), (3.5, expected[1])] {
                let found = level_db(&left, second);
                assert!((found - expected).abs() < 0.05, "{input}, {programme}, {second} s: {found} dB");
            }
        }
        let (said, _) = done(folder, &["levels", "s.xml"]);
        assert!(said.contains("Score (Deutsch)"), "{said}");
    }
}

/// The bus of the dialogue hears one language at a time: 8 dB are taken from each.
#[test]
fn languages_that_speak_at_once_do_not_add_up_on_their_bus() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stems(folder);
    let bus = r#"<bus role="dialogue"><chain><compressor threshold="-24" ratio="3" knee="0" attack="0" release="1"/></chain></bus>"#;
    let text = TWO.replace("MUSIC", "").replace("BUS", bus).replace(r#" start="2""#, "");
    fs::write(folder.join("s.xml"), text).unwrap();
    for programme in ["English", "Deutsch"] {
        let fixed = ["render", "s.xml", "--layout", "stereo", "--bits", "32f", "-o", "o.wav"];
        done(folder, &[&fixed[..], &["--programme", programme]].concat());
        let found = level_db(&channel(&folder.join("o.wav"), 1), 1.5);
        assert!((found - -20.0).abs() < 0.05, "{programme}: {found} dB");
    }
    let output =
        run(folder, &["render", "s.xml", "--layout", "stereo", "-o", "x.wav", "--programme", "Suomi"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && told.contains("APR_1002 \"Deutsch\""), "{told}");
}

/// An alternative and its room are chosen together, after an import as before it; and what they stand in for goes with its room.
#[test]
fn an_alternative_keeps_its_room_through_an_import() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stems(folder);
    let scene = r#"<scene version="1" name="Alt" length="3">
      <track name="MX" role="music"><clip file="voice.wav"/><chain><send to="hall" gain="-6"/></chain><object/></track>
      <track name="MX alt" role="music" alternativeTo="MX"><clip file="voice.wav" start="0.5"/><chain><send to="hall" gain="0"/></chain>
        <object azimuth="40"/></track>
      <reverb name="hall" return="5.1"><fdn decayLow="0.6" decayMid="0.5" decayHigh="0.4"/></reverb>
    </scene>"#;
    fs::write(folder.join("s.xml"), scene).unwrap();
    let (_, told) = done(folder, &["export", "s.xml", "-o", "m.wav", "--bits", "32f"]);
    assert_eq!(told, "");
    done(folder, &["import", "m.wav", "-o", "in", "--exact"]);
    let imported = fs::read_to_string(folder.join("in/scene.xml")).unwrap();
    assert_eq!(imported.matches("alternativeTo=").count(), 1, "{imported}");
    assert_eq!(imported.matches(" with=").count(), 2, "{imported}");
    done(folder, &["check", "in/scene.xml", "--strict"]);
    for chosen in [&[][..], &["--complementary", "MX alt"]] {
        let render = |input: &str, output: &str| {
            let fixed = ["render", input, "--layout", "5.1", "--bits", "32f", "--strict", "-o", output];
            done(folder, &[&fixed[..], chosen].concat());
        };
        render("s.xml", "a.wav");
        render("m.wav", "b.wav");
        render("in/scene.xml", "c.wav");
        let all = |name: &str| -> Vec<f32> {
            hound::WavReader::open(folder.join(name)).unwrap().samples::<f32>().map(Result::unwrap).collect()
        };
        let a = all("a.wav");
        assert!(a.iter().any(|sample| sample.abs() > 0.01));
        for other in ["b.wav", "c.wav"] {
            let b = all(other);
            let worst = a.iter().zip(&b).fold(0.0, |worst: f32, (a, b)| worst.max((a - b).abs()));
            assert!(a.len() == b.len() && worst < 1e-6, "{chosen:?}, {other}: {worst}");
        }
    }
}

/// What is no number in a stem is found, told, and refused where it would be delivered; in a response it is refused at once.
#[test]
fn samples_of_stems_that_are_no_numbers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stems(folder);
    let bad = |n: usize| if n == 777 || n == 900 { f32::NAN } else { 0.1 };
    write(&folder.join("bad.wav"), (0..48_000).map(bad));
    let scene = r#"<scene version="1" name="Bad">
      <track name="FX" role="effects"><clip file="bad.wav"/><object/></track></scene>"#;
    fs::write(folder.join("s.xml"), scene).unwrap();
    for command in [
        &["render", "s.xml", "--layout", "5.1", "-o", "o.wav"][..],
        &["export", "s.xml", "-o", "m.wav"],
        &["loudness", "s.xml"],
        &["levels", "s.xml"],
    ] {
        let (_, told) = done(folder, command);
        assert!(
            told.contains("bad.wav: 2 samples are NaN or infinite, the first at frame 777"),
            "{command:?}: {told}"
        );
    }
    let output = run(folder, &["deliver", "s.xml", "-d", "none:stereo", "-o", "out"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && told.contains("NaN"), "{told}");
    let with_room = scene.replace("<object/>", r#"<chain><send to="r" gain="0"/></chain><object/>"#).replace(
        "</scene>",
        r#"<reverb name="r" return="mono"><convolution file="bad.wav"/></reverb></scene>"#,
    );
    fs::write(folder.join("s.xml"), with_room).unwrap();
    let output = run(folder, &["render", "s.xml", "--layout", "5.1", "-o", "o2.wav"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && told.contains("reverb \"r\"") && told.contains("NaN"),
        "{told}"
    );
    let output = run(folder, &["check", "s.xml"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(1) && told.contains("[bad-response]"), "{told}");
}

/// Everything that can be asked for of a programme is of that one, and what isn't there is refused with what was perhaps meant.
#[test]
fn masters_are_of_their_programme_and_what_is_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stems(folder);
    let deliverable = r#"<deliverable layout="5.1" programme="Deutsch" parts="mix dialogue">
        <master><limiter ceiling="-1"/></master></deliverable></scene>"#;
    let text = TWO.replace("MUSIC", "").replace("BUS", "").replace("</scene>", deliverable);
    fs::write(folder.join("s.xml"), &text).unwrap();
    let render = |name: &str, more: &[&str]| {
        let all = ["render", "s.xml", "--layout", "5.1", "--bits", "32f", "-o", name];
        done(folder, &[&all[..], more].concat());
        channel(&folder.join(name), 1)
    };
    let german = render("d.wav", &["--programme", "Deutsch"]);
    // English speaks in the first two seconds, German in the last.
    assert!(level_db(&german, 1.5) < level_db(&german, 3.5) - 3.0);
    for name in ["none:5.1", "none:5.1@Deutsch", "none:5.1+mix+dialogue@Deutsch"] {
        let mastered = render("m.wav", &["--master", name]);
        let worst = mastered.iter().zip(&german).fold(0.0, |most: f32, (a, b)| most.max((a - b).abs()));
        assert!(worst < 1e-6, "{name}: {worst}");
    }
    let refused = |arguments: &[&str], expected: &str| {
        let output = run(folder, arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && told.contains(expected), "{arguments:?}: {told}");
    };
    let out = ["--layout", "5.1", "-o", "x.wav"];
    let with = |input: &'static str, more: &[&'static str]| [&["render", input], &out[..], more].concat();
    refused(&with("s.xml", &["--master", "none:5.1@Deutsch", "--programme", "English"]), "is of Deutsch");
    refused(&with("s.xml", &["--programme", "Deutsh"]), "did you mean `Deutsch`?");
    refused(&with("voice.wav", &["--programme", "Deutsch"]), "no audioProgramme");
    refused(&with("voice.wav", &["--complementary", "X"]), "can't be chosen");
    refused(&["info", "s.xml"], "is a scene");
    refused(&["render", "s.xml", "--layout", "5.1", "-o", "x.FLAC"], "ends in .flac");
    refused(&["export", "s.xml", "-o", "x.aiff"], "ends in .aiff");
    fs::write(folder.join("t.xml"), text.replace(deliverable, "</scene>")).unwrap();
    refused(&["deliver", "t.xml", "-o", "out"], "has no <deliverable>");
}

/// No command writes over a stem of the scene that it reads.
#[test]
fn stems_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stems(folder);
    let text = TWO
        .replace("MUSIC", r#"<chain><eq><bell frequency="1000" gain="3" q="1"/></eq></chain>"#)
        .replace("BUS", "");
    fs::write(folder.join("s.xml"), &text).unwrap();
    let before = fs::read(folder.join("voice.wav")).unwrap();
    for command in [
        &["eq", "s.xml", "--track", "Score", "-o", "voice.wav"][..],
        &["loudness", "s.xml", "--report", "voice.wav"],
        &["master", "s.xml", "--suggest", "-o", "voice.wav"],
        &["export", "s.xml", "-o", "voice.wav"],
    ] {
        let output = run(folder, command);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && told.contains("stem"), "{command:?}: {told}");
    }
    assert!(fs::read(folder.join("voice.wav")).unwrap() == before);
    // Nor over another scene, unless it is told to.
    done(folder, &["master", "s.xml", "--suggest", "-o", "t.xml", "--quiet"]);
    assert_eq!(run(folder, &["master", "s.xml", "--suggest", "-o", "t.xml"]).status.code(), Some(2));
    done(folder, &["master", "s.xml", "--suggest", "-o", "t.xml", "--force", "--quiet"]);
}

/// A response is what comes back of one sample: 1.0 in one of its own comes back as loud as it was sent, at whatever rate it
/// was recorded.
#[test]
fn the_level_of_a_response_does_not_depend_on_its_rate() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(
        &folder.join("tone.wav"),
        (0..48_000).map(|n| (0.1 * (f64::from(n as u32) * 1_000.0 / 48_000.0 * TAU).sin()) as f32),
    );
    let response = |name: &str, rate: u32, value: f32| {
        let (bits_per_sample, sample_format) = (32, hound::SampleFormat::Float);
        let spec = hound::WavSpec { channels: 1, sample_rate: rate, bits_per_sample, sample_format };
        let mut writer = hound::WavWriter::create(folder.join(name), spec).unwrap();
        (0..4_000).for_each(|n| writer.write_sample(if n == 500 { value } else { 0.0 }).unwrap());
        writer.finalize().unwrap();
    };
    response("48.wav", 48_000, 1.0);
    response("96.wav", 96_000, 1.0);
    response("44.wav", 44_100, 1.0);
    let level = |file: &str| {
        let scene = format!(
            r#"<scene version="1" name="R" length="1"><track name="T" role="effects"><clip file="tone.wav"/>
            <chain><send to="r" gain="0"/></chain><object azimuth="110"/></track>
            <reverb name="r" return="mono"><convolution file="{file}"/></reverb></scene>"#
        );
        fs::write(folder.join("s.xml"), scene).unwrap();
        done(folder, &["render", "s.xml", "--layout", "5.1", "--bits", "32f", "-o", "o.wav"]);
        level_db(&channel(&folder.join("o.wav"), 2), 0.9)
    };
    let expected = level("48.wav");
    for file in ["96.wav", "44.wav"] {
        let found = level(file);
        // Sampled sines: the highest sample of one of 1 kHz at 48 kHz is its peak.
        assert!((found - expected).abs() < 0.02, "{file}: {found}, not {expected} dB");
    }
}

/// A bus takes from a stereo bed what a strip takes, whether its sides are alike or opposite: the gain is that of the loudest.
#[test]
fn a_bus_hears_the_channels_of_a_bed_and_not_their_sum() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for right in [1.0, -1.0] {
        let (bits_per_sample, sample_format) = (32, hound::SampleFormat::Float);
        let spec = hound::WavSpec { channels: 2, sample_rate: 48_000, bits_per_sample, sample_format };
        let mut writer = hound::WavWriter::create(folder.join("bed.wav"), spec).unwrap();
        for n in 0..96_000 {
            let sample = if n / 48 % 2 == 0 { 0.25119 } else { -0.25119 };
            writer.write_sample(sample).unwrap();
            writer.write_sample(right * sample).unwrap();
        }
        writer.finalize().unwrap();
        let scene = r#"<scene version="1" name="Bed"><track name="MX" role="music"><clip file="bed.wav"/><bed layout="stereo"/></track>
          <bus role="music"><chain><compressor threshold="-24" ratio="3" knee="0" attack="0" release="1"/></chain></bus></scene>"#;
        fs::write(folder.join("s.xml"), scene).unwrap();
        done(folder, &["render", "s.xml", "--layout", "stereo", "--bits", "32f", "-o", "o.wav"]);
        for side in [0, 1] {
            let found = level_db(&channel(&folder.join("o.wav"), side), 1.5);
            assert!((found - -20.0).abs() < 0.05, "right {right}: {found} dB");
        }
    }
}
