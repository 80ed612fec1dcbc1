//! `proscenium demo`: a film scene to try things on, made in code, written as a master and rendered; and as stems with a
//! scene file.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use formats::adm::{self, Document, WriteOptions};
use formats::bw64::{AudioFormat, Dither, OutputFile, Planar, SampleFormat, Writer, WriterSpec};

use super::{CliError, Console, Interrupt, OpenOutputs, Outcome, render, table};
use crate::deliver::{Deliverable, Job, Output};
use crate::demo::{self, Scene};

/// Layouts that the scene is rendered to.
const LAYOUTS: [&str; 3] = ["7.1.4", "5.1", "stereo"];
/// Frames that are written at once, between two looks at the signals.
const FRAMES_AT_ONCE: usize = 48_000;

/// Make a short film scene, write it as an ADM master and render it to 7.1.4, 5.1 and stereo; beside it a scene file with stems
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium demo
  proscenium demo -o /tmp/scene
  proscenium info proscenium-demo/demo-master.wav
  proscenium render proscenium-demo/demo-master.wav --layout 22.2 -o 22.2.wav
  proscenium render proscenium-demo/scene.xml --layout 7.1.4 -o mixed.wav")]
pub struct Args {
    /// Folder to write to; made when it isn't there
    #[arg(short, long, value_name = "DIR", default_value = "proscenium-demo")]
    output: PathBuf,
}

/// Makes, writes and renders the scene.
///
/// # Errors
/// When a file can't be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let began = Instant::now();
    let folder = &args.output;
    fs::create_dir_all(folder)
        .map_err(|e| CliError::file(folder, format_args!("cannot make the folder: {e}")))?;
    let master = folder.join("demo-master.wav");
    let scene = demo::make();
    write_master(&scene, &master)?;
    write_film(&scene, folder)?;
    let output = |layout: &&str| {
        let deliverable = Deliverable::by_name(layout).map_err(CliError::new)?;
        Ok(Output::mix(folder.join(format!("demo-{layout}.wav")), deliverable))
    };
    let job = Job {
        outputs: LAYOUTS.iter().map(output).collect::<Result<_, CliError>>()?,
        ..Job::new(master.clone())
    };
    let report = render::render(job, console)?;
    if console.wants_json() {
        console.json(&report)?;
        return Ok(Outcome::Good);
    }
    console.note(format_args!(
        "{}: a film scene of {}, {} tracks: dialogue, a 5.1.4 music bed, rain in first-order Ambisonics,\n\
         steps, a helicopter and a rush of air as moving objects. Made and rendered in {:.1} s.\n",
        master.display(),
        report.length,
        report.tracks,
        began.elapsed().as_secs_f64()
    ));
    console.note(table::render(&report).trim_end());
    console.note(format_args!(
        "\nAll of it lies in {}, with scene.xml: two languages, music that gives way to them, ten moving effects, mixed from\n\
         stems. Next: `proscenium info {}`",
        folder.display(),
        master.display()
    ));
    Ok(Outcome::Good)
}

/// The scene file and its stems.
fn write_film(scene: &Scene, folder: &Path) -> Result<(), CliError> {
    let stems = folder.join("stems");
    fs::create_dir_all(&stems)
        .map_err(|e| CliError::file(&stems, format_args!("cannot make the folder: {e}")))?;
    for stem in demo::stems(scene) {
        write_wav(&folder.join(stem.file), &stem.channels, None)?;
    }
    let _guard = OpenOutputs::hold()?;
    let text = demo::FILM.as_bytes();
    let mut file =
        OutputFile::create(&folder.join("scene.xml"), Some(text.len() as u64)).map_err(CliError::new)?;
    file.write_all(text).map_err(|error| CliError::new(file.error(error)))?;
    file.finish().map_err(CliError::new)
}

fn write_master(scene: &Scene, path: &Path) -> Result<(), CliError> {
    write_wav(path, &scene.tracks, Some(&scene.document))
}

/// A file of 24 bits, with an ADM where there is one.
fn write_wav(path: &Path, tracks: &[Vec<f32>], document: Option<&Document>) -> Result<(), CliError> {
    let fault = |e: &dyn std::fmt::Display| CliError::file(path, e);
    let _guard = OpenOutputs::hold()?;
    let channels = u16::try_from(tracks.len()).map_err(|e| fault(&e))?;
    let frames = tracks.iter().map(Vec::len).min().unwrap_or(0);
    let spec = WriterSpec {
        format: AudioFormat::new(channels, demo::SAMPLE_RATE, SampleFormat::Int24),
        frames: Some(frames as u64),
        dither: Some(Dither::default()),
    };
    let mut writer = Writer::create(path, &spec).map_err(CliError::new)?;
    if let Some(document) = document {
        let mut axml = Vec::new();
        adm::write(document, &mut axml, &WriteOptions::default()).map_err(|e| fault(&e))?;
        writer.add_chna(&document.chna()).map_err(CliError::new)?;
        writer.add_axml(axml).map_err(CliError::new)?;
    }
    let mut block = Planar::<f32>::default();
    for start in (0..frames).step_by(FRAMES_AT_ONCE) {
        Interrupt::check()?;
        let end = frames.min(start + FRAMES_AT_ONCE);
        block.resize(tracks.len(), end - start);
        for (channel, track) in tracks.iter().enumerate() {
            block.channel_mut(channel).copy_from_slice(&track[start..end]);
        }
        writer.write_planar(&block).map_err(CliError::new)?;
    }
    writer.finish().map_err(CliError::new)?;
    Ok(())
}
