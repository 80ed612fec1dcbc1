//! `proscenium levels` and `eq`: what a scene does to its sound, stage by stage. Expected levels are those that mathematics says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::f64::consts::TAU;
use std::fs;
use std::path::Path;

use command::{error_line, proscenium};
use serde_json::Value;
use tempfile::TempDir;

fn sine(path: &Path, peak: f64) {
    let (bits_per_sample, sample_format) = (32, hound::SampleFormat::Float);
    let spec = hound::WavSpec { channels: 1, sample_rate: 48_000, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..192_000 {
        writer.write_sample((peak * (TAU * 1_000.0 * f64::from(n) / 48_000.0).sin()) as f32).unwrap();
    }
    writer.finalize().unwrap();
}

/// Half of full scale at 1 kHz for four seconds, one second into a film that starts at 10:00:00:00.
fn session() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    sine(&folder.path().join("a.wav"), 0.5);
    let text = r#"<scene version="1"><picture frameRate="25" start="10:00:00:00"/>
      <track name="A" role="dialogue"><clip file="a.wav" start="1"/><chain><trim gain="12"/>
        <eq><bell frequency="1000" gain="-3" q="2"/><highPass frequency="80" slope="24"/></eq>
        <compressor threshold="-3" knee="0" ratio="100" attack="0" release="5000" lookAhead="10"/><delay samples="-100"/><fader gain="-12"/>
        <send to="hall" gain="-6"/></chain><object/></track>
      <track name="B" role="effects"><clip file="a.wav" start="2" length="1" gain="9"/><object/></track>
      <track name="C" role="music" mute="1"><clip file="a.wav"/><object/></track>
      <bus role="effects"><chain><fader gain="-1"/></chain></bus>
      <reverb name="hall" return="5.1"><fdn/></reverb>
      <deliverable layout="5.1" name="tv"><master><limiter ceiling="-6"/></master></deliverable></scene>"#;
    fs::write(folder.path().join("s.xml"), text).unwrap();
    let scene = folder.path().join("s.xml").to_str().unwrap().to_owned();
    (folder, scene)
}

fn strip<'a>(answer: &'a Value, name: &str) -> Option<&'a Vec<Value>> {
    let strips = answer["strips"].as_array().unwrap();
    strips.iter().find(|strip| strip["strip"] == name).map(|strip| strip["stages"].as_array().unwrap())
}

#[track_caller]
fn close(found: &Value, expected: f64, within: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() < within, "{found}, expected {expected}");
}

#[test]
fn every_stage_has_its_level_and_the_first_over_is_named_with_its_timecode() {
    let (_folder, scene) = session();
    let done = proscenium(&["levels", &scene, "--json"]).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    let stages = strip(&answer, "track A").unwrap();
    let names: Vec<&str> = stages.iter().map(|stage| stage["stage"].as_str().unwrap()).collect();
    assert_eq!(names, ["clips", "trim", "eq", "compressor", "delay", "fader"]);
    // A bus that only turns down: what comes in is the clip, a half 9 dB louder.
    let bus = strip(&answer, "bus effects").unwrap();
    close(&bus[0]["sample_peak_dbfs"], -6.02 + 9.0, 0.2);
    close(&bus.last().unwrap()["sample_peak_dbfs"], -6.02 + 9.0 - 1.0, 0.2);
    // A sine of full scale at 1 kHz in one channel is −3.01 LUFS (BS.1770-5 Annex 1); a half is 6.02 dB less.
    for (stage, level) in stages[..3].iter().zip([-6.02, 5.98, 2.98]) {
        if stage["stage"] == "eq" {
            // The tone begins at once, and the bell takes a moment to take its 3 dB away.
            let peak = stage["sample_peak_dbfs"].as_f64().unwrap();
            assert!((level - 0.05..level + 3.0).contains(&peak), "{peak}");
        } else {
            close(&stage["sample_peak_dbfs"], level, 0.2);
            close(&stage["true_peak_dbtp"], level, 0.2);
        }
        // The gating blocks at both ends, which are partly silence, take 0.31 LU away.
        close(&stage["integrated_lufs"], level - 3.01 - 0.31, 0.1);
        close(&stage["max_short_term_lufs"], level - 3.01, 0.05);
        assert_eq!(stage["headroom_db"].as_f64().unwrap(), -stage["true_peak_dbtp"].as_f64().unwrap());
    }
    // The compressor answers the moment at which the tone begins at once (ratio 100), and comes back slowly: the level lies between
    // what that leaves and what the steady tone would.
    let begins = stages[2]["sample_peak_dbfs"].as_f64().unwrap();
    close(&stages[3]["max_reduction_db"], 0.99 * (begins + 3.0), 0.2);
    let steady = -3.01 - 3.0 + 0.06;
    let level = stages[3]["max_short_term_lufs"].as_f64().unwrap();
    assert!((steady - 0.99 * (begins - 2.98) - 0.1..steady + 0.1).contains(&level), "{level}");
    assert!(stages[0]["first_over_at"].is_null());
    // The first sample beyond full scale comes within the frame in which the clip begins.
    assert_eq!(stages[1]["first_over_at"], "10:00:01:00");
    assert_eq!(stages[2]["first_over_at"], "10:00:01:00");
    assert!(strip(&answer, "track C").is_none(), "a track that is muted");
    let returned = strip(&answer, "reverb hall (dialogue)").unwrap();
    assert!(returned[0]["integrated_lufs"].as_f64().unwrap() < -12.0);
    let clipping: Vec<&str> =
        answer["clipping"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(clipping[0].starts_with("track A: trim passes full scale first at 10:00:01:00"), "{clipping:?}");
    assert!(clipping[0].ends_with("below it again after fader"), "{clipping:?}");
    assert!(clipping[1].starts_with("track B: clips passes full scale first at 10:00:02:00"), "{clipping:?}");
    // What comes out of B, 1.98 dB above full scale, and the mix with it.
    close(&strip(&answer, "track B on bus effects").unwrap()[1]["sample_peak_dbfs"], 1.98, 0.01);
    let mix = clipping.iter().find(|line| line.starts_with("mix, 5.1: true peak +")).unwrap();
    assert!(mix.contains("loudest then: track B on bus effects +2.0 dBFS"), "{mix}");
    let mastered = &answer["mixes"][1];
    assert_eq!((mastered["master"].as_str(), mastered["layout"].as_str()), (Some("tv"), Some("5.1")));
    let peak = mastered["true_peak_dbtp"].as_f64().unwrap();
    assert!((-6.3..=-6.0).contains(&peak), "{peak}");
}

/// Half of full scale at 1 kHz in every channel of a bed: the sum of the weights of BS.1770-5 over one channel in front.
#[test]
fn beds_that_no_layout_of_loudspeakers_is_called_by_have_loudness() {
    let folder = tempfile::tempdir().unwrap();
    sine(&folder.path().join("a.wav"), 0.5);
    let scene = folder.path().join("s.xml");
    for (bed, channels, weights) in
        [("LCR", "1 1 1", 3.0), ("quad", "1 1 1 1", 4.82), ("5.0", "1 1 1 1 1", 5.82)]
    {
        let text = format!(
            r#"<scene version="1"><track name="A" role="dialogue"><clip file="a.wav"/><object/></track>
            <track name="B" role="music"><clip file="a.wav" channels="{channels}"/><bed layout="{bed}"/></track></scene>"#
        );
        fs::write(&scene, text).unwrap();
        let done = proscenium(&["levels", scene.to_str().unwrap(), "--json"]).run();
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let answer: Value = serde_json::from_str(&done.stdout).unwrap();
        let [one, all] =
            ["track A", "track B"].map(|name| strip(&answer, name).unwrap()[0]["integrated_lufs"].clone());
        close(&all, one.as_f64().unwrap() + 10.0 * f64::log10(weights), 0.01);
    }
}

#[test]
fn the_table_is_for_people() {
    let (_folder, scene) = session();
    let done = proscenium(&["levels", &scene, "--layout", "stereo"]).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for told in ["headroom dB", "track A", "  compressor", "bus effects (sum in one channel)", "mix, stereo"]
    {
        assert!(done.stdout.contains(told), "{told}\n{}", done.stdout);
    }
    let done = proscenium(&["levels", &scene, "--layout", "hoa1"]).run();
    assert_eq!(done.code, Some(2));
    assert!(error_line(&done).contains("has no loudness"), "{}", done.stderr);
}

#[test]
fn an_equaliser_is_shown_in_numbers_and_drawn() {
    let (folder, scene) = session();
    let svg = folder.path().join("eq.svg");
    let done = proscenium(&["eq", &scene, "--track", "A", "-o", svg.to_str().unwrap(), "--json"]).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    let points = answer["points"].as_array().unwrap();
    let nearest = |hz: f64| {
        let far = |point: &&Value| ((point["frequency_hz"].as_f64().unwrap() / hz).ln().abs() * 1e6) as u64;
        points.iter().min_by_key(far).unwrap()
    };
    close(&nearest(1_000.0)["magnitude_db"], -3.0, 0.1);
    close(&nearest(80.0)["magnitude_db"], -3.01, 0.1);
    // Nothing happens at the far end; a Butterworth filter of the fourth order has turned by half a circle at its frequency.
    close(&nearest(20_000.0)["magnitude_db"], 0.0, 0.1);
    assert!(nearest(80.0)["phase_degrees"].as_f64().unwrap().abs() > 170.0, "{}", nearest(80.0));
    let drawn = fs::read_to_string(&svg).unwrap();
    assert!(
        drawn.starts_with("<svg")
            && drawn.contains("equaliser of track A")
            && drawn.matches("<polyline").count() == 4
    );
    let done = proscenium(&["eq", &scene]).run();
    assert!(
        done.code == Some(0) && done.stdout.contains("track A: 2 bands"),
        "the only one there is: {}",
        done.stderr
    );
    let done = proscenium(&["eq", &scene, "--bus", "effects"]).run();
    assert_eq!(done.code, Some(2));
    assert!(
        error_line(&done).contains("there is no eq in bus effects; there is one in track A"),
        "{}",
        done.stderr
    );
    let done = proscenium(&["eq", &scene, "--track", "A", "-o", &scene]).run();
    assert!(error_line(&done).contains("is the file of the input"), "{}", done.stderr);
}
