//! Masters imported as scenes, as a user does it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::path::Path;

use command::{Demo, Done, error_line, proscenium};
use formats::adm::{self, WriteOptions};
use formats::bw64::{AudioFormat, Planar, Reader, SampleFormat, Writer, WriterSpec};
use serde_json::Value;

/// −120 dBFS.
const TOLERANCE: f64 = 1e-6;

fn import(master: &str, folder: &str, more: &[&str]) -> Done {
    let mut arguments = vec!["import", master, "-o", folder];
    arguments.extend(more);
    proscenium(&arguments).run()
}

fn good(done: Done) -> Done {
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    done
}

/// Integer samples, one row for each channel.
fn samples(path: &Path) -> Vec<Vec<i32>> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let channels = usize::from(reader.spec().channels);
    let all: Vec<i32> = reader.samples::<i32>().map(Result::unwrap).collect();
    (0..channels).map(|channel| all.iter().skip(channel).step_by(channels).copied().collect()).collect()
}

fn rendered(input: &str, demo: &Demo) -> Vec<Vec<f32>> {
    let out = demo.path("rendered.wav");
    good(proscenium(&["render", input, "--layout", "5.1.4", "-o", &out, "--bits", "32f"]).run());
    let mut reader = hound::WavReader::open(&out).unwrap();
    let channels = usize::from(reader.spec().channels);
    let all: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    (0..channels).map(|channel| all.iter().skip(channel).step_by(channels).copied().collect()).collect()
}

fn difference(a: &[Vec<f32>], b: &[Vec<f32>]) -> f64 {
    assert_eq!(a.len(), b.len());
    let of = |(a, b): (&Vec<f32>, &Vec<f32>)| {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max)
    };
    a.iter().zip(b).map(of).fold(0.0, f64::max)
}

#[test]
fn the_scene_of_a_master_sounds_as_it_and_its_stems_are_its_tracks() {
    let demo = Demo::new();
    let film = demo.path("film");
    let done = good(import(&demo.master(), &film, &["--exact", "--json"]));
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    let scene = format!("{film}/scene.xml");
    assert_eq!(answer["scene"], scene);
    assert_eq!(answer["exact"], true);
    let checked = proscenium(&["check", &scene]).run();
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    let exported = demo.path("again.wav");
    good(proscenium(&["export", &scene, "-o", &exported, "--bits", "32f"]).run());
    let master = rendered(&demo.master(), &demo);
    for input in [&scene, &exported] {
        let worst = difference(&master, &rendered(input, &demo));
        assert!(worst <= TOLERANCE, "{input} differs by {worst}");
    }
    // Every stem's channels are tracks of the master, sample by sample.
    let tracks = samples(&demo.input);
    for stem in answer["stems"].as_array().unwrap() {
        for channel in samples(&Path::new(&film).join(stem.as_str().unwrap())) {
            assert!(tracks.contains(&channel), "{stem} has samples of its own");
        }
    }
}

/// The default tolerance is far below what is heard, and far fewer keys than blocks.
#[test]
fn thinned_automation_stays_near() {
    let demo = Demo::new();
    let film = demo.path("film");
    let done = good(import(&demo.master(), &film, &["--json"]));
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    assert!(answer["keys"].as_u64() < answer["blocks"].as_u64(), "{} keys", answer["keys"]);
    let master = rendered(&demo.master(), &demo);
    let worst = difference(&master, &rendered(&format!("{film}/scene.xml"), &demo));
    // 0.5° of pan are 1 % of a gain; the loudest object peaks near full scale.
    assert!(worst < 0.03, "{worst}");
}

#[test]
fn folders_in_use_and_inputs_are_left_alone() {
    let demo = Demo::new();
    let film = demo.path("film");
    fs::create_dir(&film).unwrap();
    fs::write(format!("{film}/notes.txt"), "mine").unwrap();
    let done = import(&demo.master(), &film, &[]);
    assert_eq!(done.code, Some(2));
    assert!(error_line(&done).contains("--force"), "{}", done.stderr);
    assert_eq!(fs::read_dir(&film).unwrap().count(), 1);
    good(import(&demo.master(), &film, &["--force"]));
    assert_eq!(fs::read(format!("{film}/notes.txt")).unwrap(), b"mine");
    // A scene is no master, and a stem of the folder can't be imported over itself.
    let scene = format!("{film}/scene.xml");
    assert!(error_line(&import(&scene, &demo.path("x"), &[])).contains("is a scene already"));
    assert!(!Path::new(&demo.path("x")).exists());
    // Where the master lies where a stem would.
    let stem = fs::read_dir(format!("{film}/stems")).unwrap().flatten().next().unwrap().path();
    let name = stem.file_stem().unwrap().to_str().unwrap().to_owned();
    let inner = demo.path("inner/stems");
    fs::create_dir_all(&inner).unwrap();
    let own = format!("{inner}/{name}.wav");
    fs::copy(&demo.input, &own).unwrap();
    let done = import(&own, &demo.path("inner"), &["--force"]);
    assert_eq!(done.code, Some(2));
    assert!(error_line(&done).contains("the master itself"), "{}", done.stderr);
    assert_eq!(fs::read(&own).unwrap(), fs::read(&demo.input).unwrap());
}

/// The demo's document with hostile names.
#[test]
fn names_of_a_master_lead_nowhere() {
    let demo = Demo::new();
    let mut reader = Reader::open(&demo.input).unwrap();
    let (mut document, _) = adm::read(reader.axml().unwrap().unwrap()).unwrap();
    let names = ["../../etc/x", "/etc/passwd", "..", "nul", "a\\b", ".", "stems/../../up"];
    for (object, name) in document.objects.iter_mut().zip(names.iter().cycle()) {
        object.name = (*name).to_owned();
    }
    document.programmes[0].name = "../../../p, q".to_owned();
    let chna = reader.chna(&mut Vec::new()).unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let master = folder.path().join("m.wav");
    let format = AudioFormat::new(reader.format().channels, 48_000, SampleFormat::Int16);
    let mut writer = Writer::create(&master, &WriterSpec { format, frames: None, dither: None }).unwrap();
    let mut axml = Vec::new();
    adm::write(&document, &mut axml, &WriteOptions::default()).unwrap();
    writer.add_chna(&chna).unwrap();
    writer.add_axml(axml).unwrap();
    let mut block = Planar::<f32>::default();
    block.resize(usize::from(format.channels), 4800);
    writer.write_planar(&block).unwrap();
    writer.finish().unwrap();
    let film = folder.path().join("a/b/film");
    good(import(master.to_str().unwrap(), film.to_str().unwrap(), &["--exact"]));
    let entries = |folder: &Path| {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(entries(folder.path()), ["a", "m.wav"]);
    assert_eq!(entries(&folder.path().join("a/b")), ["film"]);
    assert_eq!(entries(&film), ["scene.xml", "stems"]);
    assert!(entries(&film.join("stems")).iter().all(|name| name.ends_with(".wav") && !name.starts_with('.')));
    assert_eq!(proscenium(&["check", film.join("scene.xml").to_str().unwrap()]).run().code, Some(0));
    // A link in the place of the folder of the stems leads nowhere either.
    let linked = folder.path().join("linked");
    fs::create_dir(&linked).unwrap();
    let outside = folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, linked.join("stems")).unwrap();
    let done = import(master.to_str().unwrap(), linked.to_str().unwrap(), &["--force"]);
    assert_eq!(done.code, Some(2));
    assert!(error_line(&done).contains("is a link"), "{}", done.stderr);
    assert!(entries(&outside).is_empty());
}
