//! `proscenium demo`: files that are what it says they are, and a scene that goes all the way and back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::path::Path;

use command::proscenium;
use serde_json::Value;

#[test]
fn the_demo_writes_a_master_and_three_renders_that_do_not_clip() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("new folder");
    let done = proscenium(&["demo".as_ref(), "-o".as_ref(), into.as_os_str()]).run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    for (name, channels) in [("master", 18), ("7.1.4", 12), ("5.1", 6), ("stereo", 2)] {
        let file = format!("demo-{name}.wav");
        assert!(done.stdout.contains(&file), "{}", done.stdout);
        let mut reader = hound::WavReader::open(into.join(file)).unwrap();
        let spec = reader.spec();
        assert_eq!(
            (spec.channels, spec.bits_per_sample, reader.duration()),
            (channels, 24, 12 * 48_000),
            "{name}"
        );
        let peak = reader.samples::<i32>().map(|x| x.unwrap().unsigned_abs()).max().unwrap();
        let peak = 20.0 * (f64::from(peak) / f64::from(1 << 23)).log10();
        assert!((-15.0..-3.0).contains(&peak), "{name}: peak {peak} dBFS");
    }
    // Beside these scene.xml and its stems.
    assert_eq!(fs::read_dir(&into).unwrap().count(), 6);
    assert_eq!(fs::read_dir(into.join("stems")).unwrap().count(), 7);
}

/// −120 dBFS.
const TOLERANCE: f64 = 1e-6;

fn done(arguments: &[&str]) {
    let done = proscenium(arguments).run();
    assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.stderr);
}

fn read(path: &Path) -> Vec<Vec<f64>> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    let scale = (-f64::from(spec.bits_per_sample - 1)).exp2();
    let samples: Vec<f64> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|x| f64::from(x.unwrap())).collect(),
        hound::SampleFormat::Int => reader.samples::<i32>().map(|x| f64::from(x.unwrap()) * scale).collect(),
    };
    let channels = usize::from(spec.channels);
    (0..channels).map(|channel| samples.iter().skip(channel).step_by(channels).copied().collect()).collect()
}

fn difference(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    assert_eq!(a.len(), b.len());
    let of = |(a, b): (&Vec<f64>, &Vec<f64>)| {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    a.iter().zip(b).map(of).fold(0.0, f64::max)
}

/// The film scene rendered, exported, imported and rendered again; and its stems against its mix.
#[test]
fn the_film_goes_all_the_way_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    done(&["demo", "-o", &path("demo")]);
    let scene = path("demo/scene.xml");
    let checked = proscenium(&["check", "--strict", &scene]).run();
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    done(&["export", &scene, "-o", &path("film.wav"), "--bits", "32f"]);
    done(&["import", &path("film.wav"), "-o", &path("again"), "--exact"]);
    done(&["export", &path("again/scene.xml"), "-o", &path("film again.wav"), "--bits", "32f"]);
    let render = |input: &str, name: &str| {
        let out = path(name);
        done(&["render", input, "--layout", "5.1.4", "-o", &out, "--bits", "32f"]);
        read(Path::new(&out))
    };
    let mix = render(&scene, "mix.wav");
    assert!(mix.iter().flatten().any(|sample| sample.abs() > 0.05));
    for (input, name) in [("again/scene.xml", "a.wav"), ("film again.wav", "b.wav")] {
        let worst = difference(&mix, &render(&path(input), name));
        assert!(worst <= TOLERANCE, "{input} differs by {worst}");
    }
    // Every stem is rounded to 24 bits, and so is the mix: their sum is off by some of the last bits.
    done(&["deliver", &scene, "-d", "none:5.1+stems", "--no-dither", "-o", &path("delivery"), "--quiet"]);
    let report: Value = serde_json::from_slice(&fs::read(path("delivery/report.json")).unwrap()).unwrap();
    let (mut sum, mut delivered) = (Vec::<Vec<f64>>::new(), Vec::new());
    for deliverable in report["deliverables"].as_array().unwrap() {
        let samples = read(&Path::new(&path("delivery")).join(deliverable["file"].as_str().unwrap()));
        if deliverable["part"] == "mix" {
            delivered = samples;
            continue;
        }
        sum.resize(samples.len(), vec![0.0; samples[0].len()]);
        for (sum, stem) in sum.iter_mut().zip(&samples) {
            sum.iter_mut().zip(stem).for_each(|(sum, sample)| *sum += sample);
        }
    }
    let worst = difference(&sum, &delivered);
    assert!(worst <= TOLERANCE, "the stems sum to the mix but for {worst}");
}
