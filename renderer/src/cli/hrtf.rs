//! `proscenium hrtf`: what is in a set of head-related responses or a measured room, and whether it can serve.

mod picture;
mod rendered;
mod report;
mod room;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use formats::Warning;
use hrtf::room::BrirSet;
use hrtf::{HrtfSet, sofa};

use super::info::printable;
use super::input::{check_not_read, check_present};
use super::render::busy;
use super::render::headphones::READING;
use super::{CliError, Console, OpenOutputs, Outcome};
use crate::deliver::place;
use report::Report;
use room::RoomReport;

/// Show what a set of head-related responses or a measured room (SOFA) holds, or say why it cannot serve
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium hrtf                       the built-in set
  proscenium hrtf me.sofa
  proscenium hrtf stage.sofa            a room for --room: loudspeakers, orientations, reverberation time
  proscenium hrtf me.sofa --svg me.svg  with a picture of coverage, time and level differences
  proscenium hrtf me.sofa --rendered ears.svg  what an object that circles sounds like, ±90°, ahead and behind
  proscenium hrtf me.sofa --json | jq .interaural_time_difference")]
pub struct Args {
    /// A SOFA file: SimpleFreeFieldHRIR, MultiSpeakerBRIR or SingleRoomSRIR; the built-in MIT KEMAR when left out
    #[arg(value_name = "FILE.sofa")]
    file: Option<PathBuf>,
    /// Draw where the set was measured, and time and level differences between the ears over azimuth
    #[arg(long, value_name = "OUT.svg")]
    svg: Option<PathBuf>,
    /// Draw what the engine renders with the set: an object that circles, and spectra at ±90°, ahead and behind
    #[arg(long, value_name = "OUT.svg")]
    rendered: Option<PathBuf>,
}

/// Prints the report, or the same as JSON, and draws the picture.
///
/// # Errors
/// When the file cannot be read or cannot serve, or the picture cannot be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_pictures(args)?;
    let set = match &args.file {
        None => HrtfSet::built_in(),
        Some(file) => {
            check_present("", file)?;
            let reading = busy(file, READING, console);
            match sofa::open_either(file).map_err(|e| CliError::file(file, e))? {
                sofa::Found::Head(head) => HrtfSet::new(head).map_err(|e| CliError::file(file, e))?,
                sofa::Found::Room(room) => {
                    let room = BrirSet::new(room).map_err(|e| CliError::file(file, e))?;
                    reading.finish_and_clear();
                    return show_room(args, file, room, console);
                }
            }
        }
    };
    if let Some(file) = &args.file {
        console.warnings(file, &interpreted(&set.measurements().remarks))?;
    }
    let report = Report::new(args.file.as_deref(), &set);
    if let Some(svg) = &args.svg {
        write_picture(svg, &picture::draw(&report, &set))?;
    }
    if let Some(svg) = &args.rendered {
        // As a render takes it: the built-in set is equalised, others are taken as measured.
        let set = if args.file.is_none() { set.diffuse_field_equalised() } else { set };
        let picture = rendered::draw(&report.name, &Arc::new(set)).map_err(CliError::new)?;
        write_picture(svg, &picture)?;
    }
    if console.wants_json() {
        console.json(&report)?;
    } else {
        console.write(&report.text());
    }
    Ok(Outcome::Good)
}

fn show_room(args: &Args, file: &Path, room: BrirSet, console: &Console) -> Result<Outcome, CliError> {
    if args.svg.is_some() || args.rendered.is_some() {
        let message = "is a room: --svg and --rendered draw sets of head-related responses only";
        return Err(CliError::file(file, message));
    }
    console.warnings(file, &interpreted(&room.measurements().remarks))?;
    let report = RoomReport::new(file, room);
    if console.wants_json() {
        console.json(&report)?;
    } else {
        console.write(&report.text());
    }
    Ok(Outcome::Good)
}

/// What was read in a way that the file does not say, as warnings.
pub(super) fn interpreted(remarks: &[String]) -> Vec<Warning> {
    remarks.iter().map(|text| Warning::new("sofa-interpreted", "", text.clone())).collect()
}

/// No picture may be the set or the other picture.
fn check_pictures(args: &Args) -> Result<(), CliError> {
    let pictures = [&args.svg, &args.rendered].map(Option::as_deref);
    if let Some(set) = args.file.as_deref() {
        let of = [("the set", set)];
        pictures.into_iter().flatten().try_for_each(|picture| check_not_read(picture, &of))?;
    }
    match pictures {
        [Some(svg), Some(rendered)] if place(svg).is_some_and(|at| place(rendered) == Some(at)) => {
            Err(CliError::file(svg, "is given for both --svg and --rendered; give each its own name"))
        }
        _ => Ok(()),
    }
}

fn write_picture(path: &Path, picture: &str) -> Result<(), CliError> {
    let _guard = OpenOutputs::hold();
    std::fs::write(path, picture)
        .map_err(|e| CliError::file(path, format_args!("cannot write the picture: {e}")))
}

/// What ends what there is to say of a file: remarks and licence, told to `line` as a name and a value each.
fn end(remarks: &[String], licence: &str, line: &mut impl FnMut(&str, &str)) {
    for remark in remarks {
        line("remark", &printable(remark));
    }
    let licence = if licence.is_empty() { "(the file names none)" } else { licence };
    for (number, part) in licence.lines().enumerate() {
        line(if number == 0 { "licence" } else { "" }, &printable(part));
    }
}
