//! `proscenium hrtf`: what is in a set of head-related responses, and whether it can serve.

mod picture;
mod report;

use std::path::{Path, PathBuf};

use formats::Warning;
use hrtf::HrtfSet;

use super::{CliError, Console, OpenOutputs, Outcome};
use report::Report;

/// Show what a set of head-related responses (SOFA) holds, or say why it cannot serve
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium hrtf                       the built-in set
  proscenium hrtf me.sofa
  proscenium hrtf me.sofa --svg me.svg  with a picture of coverage, time and level differences
  proscenium hrtf me.sofa --json | jq .interaural_time_difference")]
pub struct Args {
    /// The set: a SOFA file with SimpleFreeFieldHRIR; the built-in MIT KEMAR when left out
    #[arg(value_name = "FILE.sofa")]
    file: Option<PathBuf>,
    /// Draw where the set was measured, and time and level differences between the ears over azimuth
    #[arg(long, value_name = "OUT.svg")]
    svg: Option<PathBuf>,
}

/// Prints the report, or the same as JSON, and draws the picture.
///
/// # Errors
/// When the file cannot be read or cannot serve, or the picture cannot be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let set = match &args.file {
        Some(file) => HrtfSet::open(file).map_err(|e| CliError::file(file, e))?,
        None => HrtfSet::built_in(),
    };
    if let Some(file) = &args.file {
        let remark = |text: &String| Warning::new("sofa-interpreted", "", text.clone());
        let warnings: Vec<Warning> = set.measurements().remarks.iter().map(remark).collect();
        console.warnings(file, &warnings)?;
    }
    let report = Report::new(args.file.as_deref(), &set);
    if let Some(svg) = &args.svg {
        write_picture(svg, args.file.as_deref(), &picture::draw(&report, &set))?;
    }
    if console.wants_json() {
        console.json(&report)?;
    } else {
        console.write(&report.text());
    }
    Ok(Outcome::Good)
}

fn write_picture(path: &Path, set: Option<&Path>, picture: &str) -> Result<(), CliError> {
    let same = |set: &Path| matches!((set.canonicalize(), path.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if set.is_some_and(same) {
        return Err(CliError::file(path, "is the set itself: choose another name for the picture"));
    }
    let _guard = OpenOutputs::hold();
    std::fs::write(path, picture)
        .map_err(|e| CliError::file(path, format_args!("cannot write the picture: {e}")))
}
