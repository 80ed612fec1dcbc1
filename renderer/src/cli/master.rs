//! `proscenium master`: a master chain proposed for a scene.

use std::fs;
use std::path::{Path, PathBuf};

use formats::scene;
use serde::Serialize;

use super::info::printable;
use super::input::{check_no_source, check_seekable};
use super::loudness::specification;
use super::render::{failure, progress_bar};
use super::table::aligned;
use super::text_file::save;
use super::{CliError, Console, Interrupt, Outcome};
use crate::deliver::{Measured, Step, SuggestJob, Suggestion, standing, suggest};
use crate::master::read_scene;

/// The layout where neither --layout nor the specification says one.
const DEFAULT_LAYOUT: &str = "5.1";

/// Analyse a scene and propose a master chain for it, every value with its reason
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The scene is rendered and measured: its spectrum against a usual one (or that of --like), its loudness range,
its dialogue beside the rest, its true peaks. What would bring it nearer to the specification is written
into a copy of the scene as a deliverable with a master chain, and compressors that make room for dialogue;
the reasons stand beside them as comments. Change what you like; `proscenium deliver COPY.xml` applies it.

Examples:
  proscenium master scene.xml --suggest
  proscenium master scene.xml --suggest --spec netflix -o scene-netflix.xml
  proscenium master scene.xml --suggest --like last-episode-5.1.wav"
)]
pub struct Args {
    /// The scene
    #[arg(value_name = "SCENE.xml")]
    scene: PathBuf,
    /// Propose; the scene itself stays as it is
    #[arg(long, required = true)]
    suggest: bool,
    /// The copy to write, in the folder of the scene; its name with `-suggested` by default
    #[arg(short, long, value_name = "OUT.xml")]
    output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
    /// What it is to meet: a name from `proscenium specs`, or a file
    #[arg(long, value_name = "NAME|FILE")]
    spec: Option<String>,
    /// The layout to look at; the specification's, or 5.1, by default
    #[arg(short, long, value_name = "LAYOUT")]
    layout: Option<String>,
    /// A finished mix whose tone is aimed at
    #[arg(long, value_name = "MIX.wav")]
    like: Option<PathBuf>,
    /// Threads; all processors by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// What the command says to scripts.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    output: String,
    measured: Measured,
    steps: &'a [Step],
}

/// Proposes.
///
/// # Errors
/// When the scene is unusable or silent, or the copy can't be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_seekable(&args.scene)?;
    let output = args.output.clone().unwrap_or_else(|| beside(&args.scene));
    check_no_source(&output, &args.scene)?;
    if !args.force && fs::symlink_metadata(&output).is_ok() {
        return Err(CliError::file(&output, "is there already; give another name, or --force to replace it"));
    }
    if folder(&output) != folder(&args.scene) {
        let message = "a scene names its stems from its own folder; write the copy into the same one";
        return Err(CliError::file(&output, message));
    }
    let specification = args.spec.as_deref().map(specification).transpose()?;
    let layout = args.layout.clone().or_else(|| specification.as_ref()?.layout.clone());
    let job = SuggestJob {
        scene: args.scene.clone(),
        specification,
        layout: layout.unwrap_or_else(|| DEFAULT_LAYOUT.to_owned()),
        like: args.like.clone(),
        threads: args.threads.map(usize::from),
    };
    let scene = read_scene(&args.scene).map_err(|error| failure(error.into()))?;
    let stop = || Interrupt::received().is_some();
    let bar = progress_bar(0, console);
    let mut progress = |done, frames| {
        bar.set_length(frames);
        bar.set_position(done);
    };
    let suggested = suggest(&job, scene, &mut progress, &stop);
    bar.finish_and_clear();
    let (Suggestion { scene, measured, steps }, warnings) = suggested.map_err(failure)?;
    console.warnings(&args.scene, &warnings)?;
    save(&output, &scene::write(&scene))?;
    if console.wants_json() {
        let output = output.display().to_string();
        console.json(&Answer { output, measured, steps: &steps })?;
    } else if !console.is_quiet() {
        console.write(&text(&measured, &steps));
        console.line(format_args!("\n{}", printable(&output.display().to_string())));
    }
    Ok(Outcome::Good)
}

/// The name of the copy that nobody gave one.
fn beside(scene: &Path) -> PathBuf {
    let stem = scene.file_stem().unwrap_or_default().to_string_lossy();
    scene.with_file_name(format!("{stem}-suggested.xml"))
}

fn folder(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()
}

fn text(measured: &Measured, steps: &[Step]) -> String {
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
    let mut text = format!(
        "{} LUFS, range {} LU, {} dBTP{}\n\n",
        shown(measured.integrated_lufs),
        shown(measured.loudness_range_lu),
        shown(measured.true_peak_dbtp),
        measured.dialogue_to_rest_lu.map_or_else(String::new, |lu| format!(", dialogue {}", standing(lu)))
    );
    let mut rows = vec![["what", "values", "because"].map(str::to_owned).to_vec()];
    rows.extend(steps.iter().map(|step| {
        let values = if step.values.is_empty() { "nothing" } else { step.values.as_str() };
        vec![step.processor.to_owned(), printable(values), printable(&step.because)]
    }));
    text.push_str(&aligned(&rows, 3));
    text
}
