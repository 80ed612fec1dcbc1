//! Pictures without a window: the same pixels every time, and the sounds where they are. Needs a driver for Vulkan
//! (Debian: `mesa-vulkan-drivers`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(missing_docs, unreachable_pub, dead_code)]

mod window;

use std::path::Path;
use std::process::{Command, Output};

use formats::scene::Role;
use viewer::theme::role_colour;
use window::write_scene;

/// How different a colour may be and still be that of a role: the ball is shaded, and drivers round.
const SHADING: i32 = 60;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proscenium-viewer"));
    // Drivers complain where there is none.
    command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
    // Nor does it matter what somebody chose here once.
    command.env("XDG_STATE_HOME", std::env::temp_dir().join("proscenium-tests-state"));
    command.args(arguments).output().unwrap()
}

struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    fn read(path: &Path) -> Self {
        let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Self { width: info.width as usize, height: info.height as usize, rgb }
    }

    /// The middle of the pixels within an area whose colour is about that of a role, as part of the picture's size.
    fn middle_of(&self, role: &Role, area: [f64; 4]) -> Option<(f64, f64)> {
        let colour = role_colour(role).to_array();
        let mut found = (0.0, 0.0, 0.0);
        for (index, pixel) in self.rgb.chunks_exact(3).enumerate() {
            let at = (
                (index % self.width) as f64 / self.width as f64,
                (index / self.width) as f64 / self.height as f64,
            );
            let is_inside = (area[0]..area[2]).contains(&at.0) && (area[1]..area[3]).contains(&at.1);
            let is_near = (0..3).all(|i| (i32::from(pixel[i]) - i32::from(colour[i])).abs() < SHADING);
            if is_inside && is_near {
                found = (found.0 + at.0, found.1 + at.1, found.2 + 1.0);
            }
        }
        (found.2 > 8.0).then(|| (found.0 / found.2, found.1 / found.2))
    }
}

/// The room, in a picture of the window; what is left of it are panels.
const ROOM: [f64; 4] = [0.22, 0.08, 0.76, 0.55];

#[test]
fn a_picture_has_the_same_pixels_every_time_and_sounds_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let shot = |name: &str, time: &str| {
        let output = folder.path().join(name);
        let (scene, path) = (scene.to_str().unwrap(), output.to_str().unwrap());
        let arguments = [scene, "--screenshot", path, "--view", "top", "--size", "1200x1000", "--time", time];
        let done = run(&arguments);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        output
    };
    let (first, second) = (shot("a.png", "0.25"), shot("b.png", "0.25"));
    assert!(
        std::fs::read(&first).unwrap() == std::fs::read(&second).unwrap(),
        "two pictures of the same moment differ"
    );
    let early = Picture::read(&first);
    assert_eq!((early.width, early.height), (1200, 1000));
    // The horn goes from the left to the right, Anna stays at the left.
    let late = Picture::read(&shot("c.png", "0.75"));
    let horn = |picture: &Picture| picture.middle_of(&Role::Effects, ROOM).expect("the horn");
    assert!(horn(&late).0 - horn(&early).0 > 0.08, "{:?} {:?}", horn(&early), horn(&late));
    let anna = |picture: &Picture| picture.middle_of(&Role::Dialogue, ROOM).expect("Anna");
    assert!((anna(&late).0 - anna(&early).0).abs() < 0.01 && anna(&early).0 < 0.5);
}

#[test]
fn a_contact_sheet_and_both_themes_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let mean = |option: &str, theme: &str| {
        let path = folder.path().join(format!("{theme}{option}.png"));
        let done = run(&[
            scene.to_str().unwrap(),
            option,
            path.to_str().unwrap(),
            "--size",
            "640x400",
            "--theme",
            theme,
        ]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let picture = Picture::read(&path);
        picture.rgb.iter().map(|value| f64::from(*value)).sum::<f64>() / picture.rgb.len() as f64
    };
    for option in ["--screenshot", "--contact-sheet"] {
        let (dark, light) = (mean(option, "dark"), mean(option, "light"));
        assert!(dark < 80.0 && light > 160.0, "{option}: {dark} {light}");
    }
}

/// Part of the picture's pixels that tells two panels apart at least.
const APART: f64 = 0.004;

#[test]
fn every_panel_is_drawn_and_none_like_another() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let panels = ["timeline", "mixer", "loudness", "listen", "deliver", "warnings"];
    for size in ["1280x800", "720x460"] {
        let drawn = panels.map(|panel| {
            let path = folder.path().join(format!("{panel}{size}.png"));
            let arguments = [
                scene.to_str().unwrap(),
                "--screenshot",
                path.to_str().unwrap(),
                "--panel",
                panel,
                "--size",
                size,
                "--select",
                "Horn",
            ];
            let done = run(&arguments);
            assert!(done.status.success(), "{panel}: {}", String::from_utf8_lossy(&done.stderr));
            Picture::read(&path)
        });
        for (index, one) in drawn.iter().enumerate() {
            for (other, name) in drawn.iter().zip(panels).skip(index + 1) {
                let pixels = one.rgb.chunks_exact(3).zip(other.rgb.chunks_exact(3));
                let differ = pixels.filter(|(a, b)| a != b).count() as f64;
                let all = (one.width * one.height) as f64;
                assert!(differ / all > APART, "{} and {name} at {size}: {}", panels[index], differ / all);
            }
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_told_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let (scene, output) = (scene.to_str().unwrap().to_owned(), folder.path().join("x.png"));
    let output = output.to_str().unwrap();
    for (arguments, word) in [
        (vec!["/nowhere.xml", "--screenshot", output], "nowhere"),
        (vec![scene.as_str(), "--screenshot", output, "--time", "soon"], "soon"),
        (vec![scene.as_str(), "--screenshot", output, "--select", "Nobody"], "Nobody"),
        (vec![scene.as_str(), "--screenshot", output, "--layout", "5.1.5"], "5.1.5"),
        (vec![scene.as_str(), "--screenshot", "/nowhere/x.png"], "nowhere"),
    ] {
        let done = run(&arguments);
        let text = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{text}");
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(lines.len() == 1 && lines[0].contains(word), "{text}");
    }
    assert!(!folder.path().join("x.png").exists());
    let size = run(&[scene.as_str(), "--screenshot", output, "--size", "9x9"]);
    assert_eq!(size.status.code(), Some(2));
}

/// How different a colour may be from that of a stored picture: drivers round, and smooth edges in their own ways.
const ROUNDING: u8 = 48;
/// Part of a stored picture's pixels that may be more different than that: versions of a driver draw edges elsewhere.
const ELSEWHERE: f64 = 0.01;

/// What is seen is what somebody has looked at: pictures that lie in `tests/snapshots`. `UPDATE_SNAPSHOTS=1` puts what is drawn in their place.
#[test]
fn pictures_are_those_that_were_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let mut faults = Vec::new();
    for (name, options) in [
        ("timeline", &["--panel", "timeline", "--select", "Horn", "--time", "0.5"][..]),
        ("mixer", &["--panel", "mixer", "--select", "Anna"]),
        ("loudness", &["--panel", "loudness", "--theme", "light"]),
        ("listen", &["--panel", "listen"]),
        ("warnings", &["--panel", "warnings", "--view", "listener"]),
    ] {
        let path = folder.path().join(format!("{name}.png"));
        let all = [scene.to_str().unwrap(), "--screenshot", path.to_str().unwrap(), "--size", "960x600"];
        let done = run(&[&all, options].concat());
        assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
        let known = stored.join(format!("{name}.png"));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::create_dir_all(&stored).unwrap();
            std::fs::copy(&path, &known).unwrap();
            continue;
        }
        let (found, expected) = (Picture::read(&path), Picture::read(&known));
        assert_eq!((found.width, found.height), (expected.width, expected.height), "{name}");
        let pixels = found.rgb.chunks_exact(3).zip(expected.rgb.chunks_exact(3));
        let is_other = |(a, b): &(&[u8], &[u8])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > ROUNDING);
        let part = pixels.filter(is_other).count() as f64 / (found.width * found.height) as f64;
        if part > ELSEWHERE {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
            std::fs::copy(&path, &kept).unwrap();
            faults.push(format!("{name}: {:.1} % differ; look at {}", part * 100.0, kept.display()));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
