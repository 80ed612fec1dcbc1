//! Masters for profiles, as a user exports them. Expected samples are those of the scene itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::path::Path;

use command::{done_in as done, run_in as run};
use formats::adm::{self, BlockFormats, Document, ObjectPosition, ObjectsBlock};
use formats::bw64::{ChunkId, Reader};

/// What 24 bits may differ by, with the gains of a layout: −120 dBFS.
const TOLERANCE: f32 = 1e-6;

fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| 0.1 * next()).collect()
}

fn stem(path: &Path, rate: u32, channels: usize, frames: usize) {
    let (bits_per_sample, sample_format) = (32, hound::SampleFormat::Float);
    let spec =
        hound::WavSpec { channels: channels as u16, sample_rate: rate, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    noise(channels as u32, channels * frames)
        .into_iter()
        .for_each(|sample| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
}

fn samples(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    reader.samples::<f32>().map(Result::unwrap).collect()
}

/// A folder with stems `1.wav`, `6.wav`, `8.wav`, `12.wav` and the scene `s.xml`.
fn scene(folder: &Path, attributes: &str, inside: &str) {
    for channels in [1, 6, 8, 12] {
        stem(&folder.join(format!("{channels}.wav")), 48_000, channels, 48_007);
    }
    let text = format!("<scene version=\"1\" name=\"Test\" {attributes}>{inside}</scene>");
    fs::write(folder.join("s.xml"), text).unwrap();
}

fn document(path: &Path) -> Document {
    let mut reader = Reader::open(path).unwrap();
    let (document, _) = adm::read(reader.axml().unwrap().unwrap()).unwrap();
    document
}

fn blocks<'a>(document: &'a Document, name: &str) -> &'a [ObjectsBlock] {
    let channel = document.channel_formats.iter().find(|channel| channel.name == name).unwrap();
    match &channel.blocks {
        BlockFormats::Objects(blocks) => blocks,
        other => panic!("{other:?}"),
    }
}

/// The greatest difference between renders of the scene and of what was exported from it.
fn difference(folder: &Path, layout: &str) -> f32 {
    done(folder, &["render", "s.xml", "--layout", layout, "-o", "a.wav", "--bits", "32f"]);
    done(folder, &["render", "m.wav", "--layout", layout, "-o", "b.wav", "--bits", "32f"]);
    let (a, b) = (samples(&folder.join("a.wav")), samples(&folder.join("b.wav")));
    assert_eq!(a.len(), b.len());
    assert!(a.iter().any(|sample| sample.abs() > 0.01));
    a.iter().zip(&b).fold(0.0, |worst: f32, (a, b)| worst.max((a - b).abs()))
}

const STILL: &str = r#"
    <track name="Amb" role="ambience"><clip file="1.wav"/><object coordinates="cartesian" x="-0.4" y="-0.2" z="0.7" gain="-9"/></track>
    <track name="MX" role="music"><clip file="8.wav"/><bed layout="7.1"/></track>
    <track name="FX" role="effects"><clip file="6.wav"/><bed layout="5.1"/></track>
    <track name="Rise" role="effects"><clip file="1.wav"/><object coordinates="cartesian" x="1" y="0">
      <automate parameter="gain"><key time="0" value="-40"/><key time="0.5" value="0"/></automate></object></track>"#;

/// Beds, objects that stand still and gains are the same sound in the Dolby profile; beds come first.
#[test]
fn a_dolby_master_sounds_as_the_scene_and_breaks_no_rule() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    scene(folder, "", &format!("<picture frameRate=\"25\"/>{STILL}"));
    let (_, said) = done(folder, &["export", "s.xml", "-o", "m.wav", "--profile", "dolby"]);
    assert!(said.contains("gain-in-sound"), "{said}");
    let (said, _) = done(folder, &["check", "m.wav", "--profile", "dolby", "--profile", "bs2076"]);
    assert!(!said.contains("dolby-1.1/"), "{said}");
    let (said, _) = done(folder, &["info", "m.wav"]);
    for told in
        ["created by Proscenium", "frame rate 25", "16 beds' channels and objects", "trims all automatic"]
    {
        assert!(said.contains(told), "{told}: {said}");
    }
    let document = document(&folder.join("m.wav"));
    let ids: Vec<String> = document.objects.iter().map(|object| object.id.to_string()).collect();
    assert_eq!(ids, ["AO_1001", "AO_1002", "AO_100b", "AO_100c"]);
    let names: Vec<&str> = document.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!(names, ["MX", "FX", "Amb", "Rise"]);
    // The chunks of masters of the field, in their order.
    let reader = Reader::open(&folder.join("m.wav")).unwrap();
    let chunks: Vec<ChunkId> = reader.chunks().iter().map(|chunk| chunk.id).collect();
    let wanted = [ChunkId::FMT, ChunkId::DATA, ChunkId::AXML, ChunkId::CHNA, ChunkId::DBMD];
    assert_eq!(chunks[1..], wanted);
    // Each bed where its loudspeakers are.
    let without = |bed: &str| STILL.lines().filter(|line| !line.contains(bed)).collect::<String>();
    for (inside, layout) in [(without("\"5.1\""), "7.1.4"), (without("\"7.1\""), "5.1")] {
        scene(folder, "", &inside);
        done(folder, &["export", "s.xml", "-o", "m.wav", "--profile", "dolby"]);
        let difference = difference(folder, layout);
        assert!(difference < TOLERANCE, "{layout}: {difference}");
    }
}

/// An hour of 29.97 frames per second ends between two samples, 172 799 827.2; a Dolby master in one file and one in three are read back with
/// it, and so are frame rates that these masters have only half of, which is told.
#[test]
fn dolby_masters_keep_the_timecode_of_their_picture() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (rate, start, read, halved) in [
        ("29.97", "01:00:00;00", "29.97\" start=\"01:00:00;00\"", false),
        ("29.97", "00:10:00;02", "29.97\" start=\"00:10:00;02\"", false),
        ("24", "01:00:00:01", "24\" start=\"01:00:00:01\"", false),
        ("50", "10:00:00:10", "25\" start=\"10:00:00:05\"", true),
        ("59.94", "01:00:00;04", "29.97\" start=\"01:00:00;02\"", true),
    ] {
        let picture = format!("<picture frameRate=\"{rate}\" start=\"{start}\"/>");
        scene(folder, "", &format!("{picture}{STILL}"));
        for master in ["m.wav", "m.atmos"] {
            let (_, said) = done(folder, &["export", "s.xml", "-o", master, "--profile", "dolby"]);
            assert_eq!(said.contains("frame-rate-halved"), halved, "{rate} {master}: {said}");
            done(folder, &["import", master, "-o", "i", "--force"]);
            let scene = fs::read_to_string(folder.join("i/scene.xml")).unwrap();
            assert!(scene.contains(&format!("frameRate=\"{read}")), "{rate} {start} {master}: {scene:.600}");
        }
    }
}

/// A path in blocks: where it is when a block's ramp of 5.208 ms is over, the curve is; and it arrives.
#[test]
fn moving_objects_follow_their_path_in_short_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let moving = r#"<track name="Car" role="effects"><clip file="1.wav"/><object coordinates="cartesian" y="1">
        <automate parameter="x"><key time="0.1" value="-1"/><key time="0.6" value="1"/></automate>
        <automate parameter="z"><key time="0" value="0"/><key time="0.8" value="1" shape="step"/></automate></object></track>"#;
    scene(folder, "", moving);
    done(folder, &["export", "s.xml", "-o", "m.wav", "--profile", "dolby"]);
    let (said, _) = done(folder, &["check", "m.wav", "--profile", "dolby"]);
    assert!(!said.contains("dolby-1.1/"), "{said}");
    let document = document(&folder.join("m.wav"));
    let blocks = blocks(&document, "Car");
    let mut end = 0.0;
    for (index, block) in blocks.iter().enumerate() {
        let start = block.common.rtime.unwrap().seconds_f64();
        let length = block.common.duration.unwrap().seconds_f64();
        assert!((start - end).abs() < 1e-9 && length >= 0.005_208, "{start}, {length}");
        end = start + length;
        let ObjectPosition::Cartesian(at) = block.position else { panic!("polar") };
        let arrived = start + if index == 0 { 0.0 } else { 0.005_21 };
        let x = (-1.0 + 4.0 * (arrived - 0.1)).clamp(-1.0, 1.0);
        assert!((at.x - x).abs() < 0.002, "{start}: {}, expected {x}", at.x);
        assert_eq!(at.z, if start >= 0.8 { 1.0 } else { 0.0 }, "{start}");
    }
    // Half a second every 512 samples.
    assert!((45..60).contains(&blocks.len()), "{}", blocks.len());
    assert!(blocks.iter().any(|block| block.common.rtime.unwrap().seconds_f64() == 0.8));
}

/// What the profile has no place for: loudspeakers above become objects at their places in the room, polar places Cartesian
/// ones, one of two programmes goes; and each says so.
#[test]
fn what_a_dolby_master_cannot_hold_is_converted_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let tracks = r#"<programme name="English" language="eng"/><programme name="Deutsch" language="deu"/>
        <track name="MX" role="music"><clip file="12.wav"/><bed layout="7.1.4"/></track>
        <track name="DX" role="dialogue" programmes="English"><clip file="1.wav"/><object azimuth="30" width="40" binauralMode="mid"/></track>
        <track name="DX D" role="dialogue" programmes="Deutsch"><clip file="1.wav"/><object/></track>"#;
    scene(folder, "", tracks);
    let (_, said) = done(folder, &["export", "s.xml", "-o", "m.wav", "--profile", "dolby"]);
    for rule in ["one-programme", "bed-as-objects", "polar-to-cartesian", "size-to-one"] {
        assert!(said.contains(rule), "{rule}: {said}");
    }
    let made = document(&folder.join("m.wav"));
    assert_eq!(made.track_uids.len(), 8 + 4 + 1);
    let corner = &blocks(&made, "MX U-135")[0];
    let ObjectPosition::Cartesian(at) = corner.position else { panic!("polar") };
    assert_eq!((at.x, at.y, at.z), (1.0, -1.0, 1.0));
    // BS.2127-1 §10: the loudspeaker at 30° is the corner of the room.
    let ObjectPosition::Cartesian(at) = blocks(&made, "DX")[0].position else { panic!("polar") };
    assert!((at.x + 1.0).abs() < 1e-9 && (at.y - 1.0).abs() < 1e-9, "{at:?}");
    let (said, _) = done(folder, &["info", "m.wav"]);
    assert!(said.contains("mid"), "{said}");
    done(folder, &["export", "s.xml", "-o", "m.wav", "--profile", "dolby", "--programme", "APR_1002"]);
    assert!(document(&folder.join("m.wav")).objects.iter().any(|object| object.name == "DX D"));
}

/// The emission profile: contents hold one object each, loudness is measured, gains are in the sound.
#[test]
fn an_emission_master_breaks_no_rule() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let moving = r#"<track name="Fly" role="effects"><clip file="1.wav" gain="-inf"/><object>
        <automate parameter="azimuth"><key time="0" value="0"/><key time="0.3" value="90"/><key time="0.5" value="0" shape="step"/>
        <key time="0.502" value="20"/></automate></object></track>"#;
    scene(folder, "", &format!("{STILL}{moving}"));
    done(folder, &["export", "s.xml", "-o", "m.wav", "--profile", "emission"]);
    done(folder, &["check", "m.wav", "--profile", "emission", "--strict"]);
    let difference = difference(folder, "4+5+0");
    assert!(difference < TOLERANCE, "{difference}");
    let document = document(&folder.join("m.wav"));
    assert!(document.contents.iter().all(|content| content.objects.len() == 1));
    let (said, _) = done(folder, &["loudness", "s.xml", "--layout", "4+5+0", "--json"]);
    let measured: f64 = said
        .split("\"integrated_lufs\":")
        .nth(1)
        .unwrap()
        .trim_start()
        .split([',', '\n'])
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let stated = document.programmes[0].loudness[0].integrated.unwrap();
    assert!((measured - stated).abs() < 0.01, "{measured}, {stated}");
    let blocks = blocks(&document, "Fly");
    assert!(blocks[1..].iter().all(|block| block.common.duration.unwrap().seconds_f64() >= 0.005));
}

/// Extent and diffuse have no place in the profile: what the programme states is the loudness of the master without them, whose
/// gain moves.
#[test]
fn an_emission_master_states_its_own_loudness() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inside = r#"<track name="Sea" role="effects"><clip file="1.wav"/><object azimuth="100" width="360" height="90" diffuse="1">
        <gain><key time="0" value="0"/><key time="1" value="-12"/></gain></object></track>"#;
    scene(folder, "", inside);
    done(folder, &["export", "s.xml", "-o", "m.wav", "--profile", "emission"]);
    let loudness = |file: &str| -> f64 {
        let (answer, _) = done(folder, &["loudness", file, "--layout", "5.1.4", "--json"]);
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        answer["integrated_lufs"].as_f64().unwrap()
    };
    let stated = document(&folder.join("m.wav")).programmes[0].loudness[0].integrated.unwrap();
    assert!((stated - loudness("m.wav")).abs() < 0.006, "{stated} {}", loudness("m.wav"));
    assert!((stated - loudness("s.xml")).abs() > 0.1, "the scene is as loud: {stated}");
}

#[test]
fn what_no_profile_holds_is_refused_with_a_remedy() {
    let many: String = (0..119)
        .map(|n| format!("<track name=\"T{n}\" role=\"effects\"><clip file=\"1.wav\"/><object/></track>"))
        .collect();
    let ears =
        "<track name=\"Ears\" role=\"ambience\"><clip file=\"6.wav\" channels=\"1 2\"/><binaural/></track>";
    let one = "<track name=\"T\" role=\"effects\"><clip file=\"1.wav\"/><object/></track>";
    for (attributes, inside, more, told) in [
        ("", ears, &[][..], &["Ears", "binaural", "put the sound"][..]),
        ("", many.as_str(), &[], &["119", "118", "bed"]),
        ("sampleRate=\"44100\"", one, &[], &["44100", "48000"]),
        ("", one, &["--bits", "16"], &["dolby-1.1/bit-depth", "16 bits", "24"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        scene(folder, attributes, inside);
        let fixed = ["export", "s.xml", "-o", "m.wav", "--profile", "dolby"];
        let output = run(folder, &[&fixed, more].concat());
        let error = String::from_utf8(output.stderr).unwrap();
        let last = error.lines().last().unwrap_or_default();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(last.starts_with("error: ") && told.iter().all(|told| last.contains(told)), "{error}");
        assert!(!folder.join("m.wav").exists());
    }
}

/// The master format: three files of one name, which render as the scene does; beds are one.
#[test]
fn a_master_in_three_files_sounds_as_the_scene() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let without: String = STILL.lines().filter(|line| !line.contains("\"5.1\"")).collect();
    scene(folder, "", &format!("<picture frameRate=\"25\"/>{without}"));
    done(folder, &["export", "s.xml", "-o", "m.atmos"]);
    let text = fs::read_to_string(folder.join("m.atmos")).unwrap();
    for line in ["    metadata: m.atmos.metadata\n", "    audio: m.atmos.audio\n", "    fps: 25\n"] {
        assert!(text.contains(line), "{text}");
    }
    done(folder, &["render", "s.xml", "--layout", "7.1.4", "-o", "a.wav", "--bits", "32f"]);
    done(folder, &["render", "m.atmos", "--layout", "7.1.4", "-o", "b.wav", "--bits", "32f"]);
    let (a, b) = (samples(&folder.join("a.wav")), samples(&folder.join("b.wav")));
    let difference = a.iter().zip(&b).fold(0.0, |worst: f32, (a, b)| worst.max((a - b).abs()));
    assert!(a.len() == b.len() && difference < TOLERANCE, "{difference}");
    let (said, _) = done(folder, &["check", "m.atmos", "--profile", "dolby", "--profile", "bs2076"]);
    assert!(!said.contains("dolby-1.1/"), "{said}");
    // Both beds are one of 7.1, whose sides have the surrounds of the other.
    scene(folder, "", STILL);
    let (_, said) = done(folder, &["export", "s.xml", "-o", "m.atmos"]);
    assert!(said.contains("beds-summed") && said.contains("surrounds-at-sides"), "{said}");
    let text = fs::read_to_string(folder.join("m.atmos")).unwrap();
    assert_eq!(text.matches("- channel:").count(), 8, "{text}");
    // No output takes the place of a stem, and a sibling that is missing is told.
    let output = run(folder, &["render", "m.atmos", "--layout", "5.1", "-o", "m.atmos.audio"]);
    assert_eq!(output.status.code(), Some(2));
    fs::remove_file(folder.join("m.atmos.metadata")).unwrap();
    let output = run(folder, &["render", "m.atmos", "--layout", "5.1", "-o", "c.wav"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && error.contains("m.atmos.metadata"), "{error}");
}

/// Ambisonics are a bed of 7.1.2: what a renderer makes of them there, for as long as they sound; the picture and the facts are told.
#[test]
fn ambisonics_sound_the_same_on_the_bed_that_they_become() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let field = r#"<picture frameRate="24" start="01:00:00:00"/>
        <track name="Field" role="ambience"><clip file="12.wav" channels="1 2 3 4 5 6 7 8 9"/><hoa order="2" gain="-3"/></track>"#;
    scene(folder, "", field);
    for master in ["m.wav", "m.atmos"] {
        let (_, told) = done(folder, &["export", "s.xml", "-o", master, "--profile", "dolby"]);
        assert!(told.contains("[hoa-decoded]"), "{told}");
        done(folder, &["render", "s.xml", "--layout", "7.1.2", "-o", "a.wav", "--bits", "32f"]);
        done(folder, &["render", master, "--layout", "7.1.2", "-o", "b.wav", "--bits", "32f"]);
        let (a, b) = (samples(&folder.join("a.wav")), samples(&folder.join("b.wav")));
        let difference = a.iter().zip(&b).fold(0.0, |worst: f32, (a, b)| worst.max((a - b).abs()));
        assert!(a.len() == b.len() && difference < TOLERANCE, "{master}: {difference}");
        assert!(a.iter().any(|sample| sample.abs() > 0.01));
    }
    let (said, _) = done(folder, &["info", "m.atmos"]);
    for fact in
        ["DAMF  48000 Hz  10 tracks  24-bit", "frame rate 24, starts at 01:00:00.000", "bed of 10 channels"]
    {
        assert!(said.contains(fact), "{said}");
    }
    done(folder, &["import", "m.atmos", "-o", "in"]);
    let imported = fs::read_to_string(folder.join("in/scene.xml")).unwrap();
    assert!(imported.contains(r#"<picture frameRate="24" start="01:00:00:00"/>"#), "{imported}");
}
