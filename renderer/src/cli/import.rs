//! `proscenium import`: a master as a scene with stems.

use std::path::{Path, PathBuf};

use super::info::{plural, printable};
use super::input::check_seekable;
use super::render::{failure, progress_bar};
use super::table::aligned;
use super::{CliError, Console, Interrupt, OpenOutputs, Outcome};
use crate::deliver::{ImportJob, ImportReport, ImportedTrack};
use crate::import::{Automation, TOLERANCE, Tolerance};
use crate::master::is_scene;

/// Tracks that the text lists.
const LISTED: usize = 64;

/// Make a scene of an ADM master: scene.xml and its stems, which are bit-exact copies of the master's tracks
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Automation becomes curves that can be edited: keys that lie within --tolerance of the straight line between
others are left out. The tolerance is in degrees; coordinates, extents and shares follow with 0.02 for each degree, gains
with 0.2 dB. What goes further than 6 degrees, 0.1 of the room or 1 dB within one block of the master stays a block
(shape=\"gains\"). With --exact every block stays, and the master that the scene is exported to renders to the same samples.
What a scene has no place for is told in a warning each.

Examples:
  proscenium import master.wav -o film/
  proscenium import master.wav -o film/ --exact
  proscenium import master.wav -o film/ --tolerance 2 --json
  proscenium export film/scene.xml -o again.wav"
)]
pub struct Args {
    /// BW64, RF64 or WAV, with ADM or a plain bed
    #[arg(value_name = "MASTER.wav")]
    input: PathBuf,
    /// Folder for scene.xml and stems/; made when it isn't there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Keep every block of the master
    #[arg(long, conflicts_with = "tolerance")]
    exact: bool,
    /// How far curves may be from the master's, degrees; 0 to 30
    #[arg(long, value_name = "DEGREES", default_value_t = TOLERANCE.degrees, value_parser = parse_tolerance)]
    tolerance: f64,
    /// Write into a folder that has something in it already, and replace a scene there
    #[arg(long)]
    force: bool,
}

/// Imports.
///
/// # Errors
/// When the master is unusable, or the scene can't be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_seekable(&args.input)?;
    if is_scene(&args.input) {
        return Err(CliError::file(
            &args.input,
            "is a scene already; `proscenium export` makes a master of it",
        ));
    }
    let automation = match args.exact {
        true => Automation::Exact,
        false => Automation::Thinned(Tolerance::of_degrees(args.tolerance)),
    };
    let job =
        ImportJob { input: args.input.clone(), folder: args.output.clone(), automation, force: args.force };
    let open = job.open().map_err(failure)?;
    console.warnings(&args.input, open.warnings())?;
    let outputs = OpenOutputs::hold()?;
    let stop = || Interrupt::received().is_some();
    let bar = progress_bar(open.frames(), console);
    let ready = open.run(&mut |frames| bar.set_position(frames), &stop);
    bar.finish_and_clear();
    let ready = ready.map_err(failure)?;
    Interrupt::check()?;
    let report = ready.publish().map_err(failure)?;
    // The files are complete: a signal that comes now must not call them interrupted.
    std::mem::forget(outputs);
    if console.wants_json() {
        console.json(&report)?;
    } else {
        console.note(text(&report).trim_end());
    }
    Ok(Outcome::Good)
}

fn text(report: &ImportReport) -> String {
    let programmes = match report.programmes.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    let mut text = format!(
        "{}: {}, {}, {} at {} Hz\nprogrammes: {}\nautomation: {} of {}\n\n",
        printable(&Path::new(&report.scene).display().to_string()),
        plural(report.tracks.len(), "track"),
        plural(report.stems.len(), "stem"),
        report.length,
        report.sample_rate,
        printable(&programmes),
        plural(report.keys, "key"),
        plural(report.blocks, "block"),
    );
    let head = ["track", "role", "language", "place", "keys", "stem"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(report.tracks.iter().take(LISTED).map(row));
    text += &aligned(&rows, head.len());
    if report.tracks.len() > LISTED {
        text += &format!("and {} more; --json has them all\n", report.tracks.len() - LISTED);
    }
    text
}

fn row(track: &ImportedTrack) -> Vec<String> {
    let keys = if track.keys == 0 { String::new() } else { track.keys.to_string() };
    let language = track.language.as_deref().unwrap_or_default();
    let row = [&track.name, &track.role, language, &track.place, keys.as_str(), &track.stem];
    row.map(printable).to_vec()
}

fn parse_tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(degrees) if (0.0..=30.0).contains(&degrees) => Ok(degrees),
        _ => Err("expected degrees between 0 and 30".to_owned()),
    }
}
