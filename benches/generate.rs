//! Writes the scenes that the benches run on.
//!
//! ```text
//! generate film OUT.wav             60 s, 7.1.2 bed, 10 objects moved four times a second
//! generate atmos OUT.wav            20 s, ten-channel bed, 118 Cartesian objects moved every 32 ms
//! generate long OUT.wav SECONDS     12 tracks of any length; a second of noise each minute, sparse on the disk
//! generate wide OUT.wav SECONDS     128 tracks of noise, objects moved four times a second
//! generate desk DIR SECONDS         a scene of 128 tracks with a full chain each, and its stems
//! generate axml OUT.xml BLOCKS      a bare document of 100 objects with so many blocks in all
//! ```
#![allow(clippy::print_stderr)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use proscenium_benches::desk;
use proscenium_benches::file::{Sound, write_scene};
use proscenium_benches::scene::{Motion, Scene};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text}: {error}"));
    let result = match args.as_slice() {
        ["film", out] => scene(out, Scene::FILM, Sound::Dense),
        ["atmos", out] => scene(out, Scene::ATMOS, Sound::Dense),
        ["long", out, seconds] => number(seconds)
            .and_then(|seconds| scene(out, Scene { seconds, objects: 2, ..Scene::FILM }, Sound::Sparse)),
        ["wide", out, seconds] => number(seconds)
            .and_then(|seconds| scene(out, Scene { seconds, objects: 118, ..Scene::FILM }, Sound::Dense)),
        ["desk", folder, seconds] => number(seconds).and_then(|seconds| desk(folder, seconds)),
        ["axml", out, blocks] => number(blocks).and_then(|blocks| axml(out, blocks)),
        _ => Err("usage: generate film|atmos OUT.wav, long|wide OUT.wav SECONDS, desk DIR SECONDS, axml OUT.xml BLOCKS".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("generate: {message}");
            ExitCode::from(2)
        }
    }
}

fn scene(out: &str, scene: Scene, sound: Sound) -> Result<(), String> {
    write_scene(Path::new(out), &scene, sound).map_err(|error| format!("{out}: {error}"))
}

fn desk(folder: &str, seconds: u64) -> Result<(), String> {
    /// Tracks of a large film mix.
    const TRACKS: usize = 128;
    let write = |folder| std::fs::create_dir_all(folder).and_then(|()| desk::write(folder, TRACKS, seconds));
    write(Path::new(folder)).map(drop).map_err(|error| format!("{folder}: {error}"))
}

fn axml(out: &str, blocks: u64) -> Result<(), String> {
    const OBJECTS: u32 = 100;
    let scene = Scene {
        seconds: (blocks * 32 / 1000 / u64::from(OBJECTS)).max(1),
        has_bed: true,
        objects: OBJECTS,
        motion: Motion::Atmos,
        blocks: Some(blocks / u64::from(OBJECTS)),
    };
    let write = || {
        let mut file = BufWriter::new(File::create(out)?);
        scene.write_axml(&mut file)?;
        file.flush()
    };
    write().map_err(|error: std::io::Error| format!("{out}: {error}"))
}
