//! `proscenium levels`: the gain staging of a scene.

use std::path::PathBuf;

use super::info::printable;
use super::input::check_seekable;
use super::render::{failure, progress_bar};
use super::table::aligned;
use super::{CliError, Console, Interrupt, Outcome};
use crate::deliver::package::deliverables_of;
use crate::deliver::{BINAURAL, Deliverable, StageReport, StagingJob, StagingReport};
use crate::master::read_scene;
use crate::monitor::binaural::Headphones;
use crate::render::Target;

/// Where a scene without deliverables is mixed to.
const DEFAULT_LAYOUT: &str = "5.1";
const HEAD: [&str; 8] =
    ["stage", "peak dBFS", "dBTP", "headroom dB", "LUFS", "short-term", "reduction dB", "first over"];

/// Show the level of a scene at every stage: clips, each processor, faders, buses, reverbs, mixes; and where it would clip
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Levels are those after each stage; LUFS of an object are those of the object in front. Nothing clips
inside the mix, which is in floating point: a stage above 0 dBFS matters where a mix is.

Examples:
  proscenium levels scene.xml
  proscenium levels scene.xml --layout 7.1.4 --layout stereo
  proscenium levels scene.xml --json | jq -r '.clipping[]'"
)]
pub struct Args {
    /// The scene
    #[arg(value_name = "SCENE.xml")]
    scene: PathBuf,
    /// A layout to mix to, as often as needed; those of the scene's deliverables by default
    #[arg(short, long, value_name = "LAYOUT")]
    layout: Vec<String>,
    /// Threads; all processors by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Shows the levels.
///
/// # Errors
/// When the scene is unusable, or a layout is unknown or has no loudness.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_seekable(&args.scene)?;
    read_scene(&args.scene).map_err(CliError::new)?;
    let job = StagingJob {
        scene: args.scene.clone(),
        layouts: layouts(args)?,
        threads: args.threads.map(usize::from),
    };
    let bar = progress_bar(0, console);
    let stop = || Interrupt::received().is_some();
    let mut progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let report = job.run(&mut progress, &stop);
    bar.finish_and_clear();
    let (report, warnings) = report.map_err(failure)?;
    console.warnings(&args.scene, &warnings)?;
    if console.wants_json() {
        console.json(&report)?;
    } else {
        console.write(&text(&report));
    }
    Ok(Outcome::Good)
}

/// What was asked for, or the layouts of the scene's deliverables that have a loudness.
fn layouts(args: &Args) -> Result<Vec<(String, Deliverable)>, CliError> {
    let mut names = args.layout.clone();
    if names.is_empty() {
        let asked = deliverables_of(&args.scene).map_err(failure)?;
        names.extend(asked.into_iter().map(|deliverable| deliverable.layout));
    }
    let mut layouts: Vec<(String, Deliverable)> = Vec::new();
    for name in names {
        if layouts.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            continue;
        }
        let deliverable = if name.eq_ignore_ascii_case(BINAURAL) {
            Deliverable::headphones(Headphones::built_in())
        } else {
            Deliverable::by_name(&name).map_err(|e| CliError::new(format_args!("--layout: {e}")))?
        };
        let has_loudness = !matches!(deliverable.target(), Target::Ambisonics { .. });
        if !has_loudness && !args.layout.is_empty() {
            let message = "is Ambisonics, which has no loudness; give a layout of loudspeakers, or binaural";
            return Err(CliError::new(format_args!("--layout {}: {message}", printable(&name))));
        }
        if has_loudness {
            layouts.push((name, deliverable));
        }
    }
    if layouts.is_empty() {
        let deliverable = Deliverable::by_name(DEFAULT_LAYOUT).map_err(CliError::new)?;
        layouts.push((DEFAULT_LAYOUT.to_owned(), deliverable));
    }
    Ok(layouts)
}

fn text(report: &StagingReport) -> String {
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    for strip in &report.strips {
        let sum = if strip.is_sum { " (sum in one channel)" } else { "" };
        rows.push(vec![format!("{}{sum}", printable(&strip.strip))]);
        rows.extend(strip.stages.iter().map(|stage| stage_row(&format!("  {}", stage.stage), stage)));
    }
    for mix in &report.mixes {
        let level = StageReport {
            stage: "mix",
            sample_peak_dbfs: mix.sample_peak_dbfs,
            true_peak_dbtp: mix.true_peak_dbtp,
            headroom_db: mix.headroom_db,
            integrated_lufs: mix.integrated_lufs,
            max_short_term_lufs: mix.max_short_term_lufs,
            max_reduction_db: None,
            first_over_at: mix
                .true_peak_at
                .clone()
                .filter(|_| mix.true_peak_dbtp.is_some_and(|peak| peak > 0.0)),
        };
        rows.push(stage_row(&printable(&mix.title()), &level));
    }
    let mut text = format!(
        "{}: {} at {} Hz\n\n{}\n",
        printable(&report.scene),
        report.length,
        report.sample_rate,
        aligned(&rows, 1)
    );
    if report.clipping.is_empty() {
        text.push_str("nothing passes full scale\n");
    }
    for line in &report.clipping {
        text.push_str(&printable(line));
        text.push('\n');
    }
    text
}

fn stage_row(name: &str, stage: &StageReport) -> Vec<String> {
    let shown = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
    };
    vec![
        name.to_owned(),
        shown(stage.sample_peak_dbfs, 2),
        shown(stage.true_peak_dbtp, 2),
        shown(stage.headroom_db, 2),
        shown(stage.integrated_lufs, 1),
        shown(stage.max_short_term_lufs, 1),
        stage.max_reduction_db.map_or_else(String::new, |reduction| format!("{reduction:.1}")),
        stage.first_over_at.clone().unwrap_or_default(),
    ]
}
