//! `proscenium diff`: what is not the same in two files, in words and in decibels.

mod text;

use std::path::{Path, PathBuf};

use formats::Warning;
use formats::adm::Document;
use formats::difference::{self, Difference};
use serde::Serialize;

use super::info::Contents;
use super::input::check_seekable;
use super::render::{failure, progress_bar};
use super::{CliError, Console, Interrupt, Outcome};
use crate::deliver::{SoundComparison, compare_sound};
use crate::master::{is_scene, picture_of, scene_text, timecode_at};

/// Differences of the metadata that the text lists without --all.
const LISTED: usize = 40;

/// Compare two masters, two renders or two scenes: metadata in words, sound in decibels
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Metadata: elements are matched by their ids, and where these differ by their names; each difference is
told with its element, its time and both values. Sound: for every channel the levels, the loudness of the channel
alone, how deep the two cancel (null), the gain between them and what cancels when it is taken back; and where they
first differ. Scenes are mixed, and their tracks compared by their names, before they are panned. Where the second looks like the first one shifted, by how much.
Exit code 0 when there is no difference, 1 when there is one.

Examples:
  proscenium diff master-v1.wav master-v2.wav
  proscenium diff ours-7.1.4.wav theirs-7.1.4.wav --tolerance -120
  proscenium diff scene-monday.xml scene-friday.xml --json"
)]
pub struct Args {
    /// WAV, RF64 or BW64, with or without ADM; or a scene
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The other
    #[arg(value_name = "B")]
    b: PathBuf,
    /// Samples are the same that differ by no more than this, dBFS; without it they must be equal
    #[arg(long, value_name = "DBFS", allow_hyphen_values = true, value_parser = parse_tolerance)]
    tolerance: Option<f64>,
    /// Compare the sound alone
    #[arg(long, conflicts_with = "metadata_only")]
    sound_only: bool,
    /// Compare the metadata alone
    #[arg(long)]
    metadata_only: bool,
    /// List every difference of the metadata
    #[arg(long)]
    all: bool,
}

/// What the command says.
#[derive(Debug, Serialize)]
struct Answer {
    a: String,
    b: String,
    is_equal: bool,
    /// `None`: not compared, or neither has any.
    metadata: Option<Vec<Told>>,
    /// `None`: not compared.
    sound: Option<SoundComparison>,
    /// Of the picture of A, where it has one.
    first_difference_timecode: Option<String>,
}

/// A difference of the metadata.
#[derive(Debug, Serialize)]
struct Told {
    element: String,
    time: Option<String>,
    parameter: String,
    a: Option<String>,
    b: Option<String>,
}

impl From<Difference> for Told {
    fn from(Difference { element, time, parameter, a, b }: Difference) -> Self {
        Self { element, time, parameter, a, b }
    }
}

/// Compares.
///
/// # Errors
/// When one of the files is unusable, or one is a scene and the other is not.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_seekable(&args.a)?;
    check_seekable(&args.b)?;
    let (metadata, sound) = match (is_scene(&args.a), is_scene(&args.b)) {
        (true, true) => {
            let metadata = if args.sound_only { None } else { Some(of_scenes(args)?) };
            (metadata, sound_of_scenes(args, console)?)
        }
        (false, false) => {
            let metadata = if args.sound_only { None } else { of_masters(args, console)? };
            let sound = if args.metadata_only { None } else { Some(of_sound(args, console)?) };
            (metadata, sound)
        }
        _ => {
            return Err(CliError::new(
                "a scene can only be compared with a scene, and a WAV file with a WAV file",
            ));
        }
    };
    let metadata = metadata.map(|found| found.into_iter().map(Told::from).collect::<Vec<_>>());
    let is_equal = metadata.as_ref().is_none_or(Vec::is_empty)
        && sound.as_ref().is_none_or(|sound: &SoundComparison| sound.is_equal);
    let shown = |path: &Path| path.display().to_string();
    let first_difference_timecode = sound.as_ref().and_then(|sound| {
        let picture = picture_of(&args.a).ok().flatten()?;
        Some(timecode_at(&picture, sound.first_difference?, sound.sample_rates[0]))
    });
    let (a, b) = (shown(&args.a), shown(&args.b));
    let answer = Answer { a, b, is_equal, metadata, sound, first_difference_timecode };
    if console.wants_json() {
        console.json(&answer)?;
    } else if !console.is_quiet() {
        let listed = if args.all { usize::MAX } else { LISTED };
        console.write(&text::render(&answer, listed));
    }
    Ok(if is_equal { Outcome::Good } else { Outcome::Bad })
}

fn of_scenes(args: &Args) -> Result<Vec<Difference>, CliError> {
    let read = |path: &Path| scene_text(path).map_err(|e| failure(e.into()));
    let (a, b) = (read(&args.a)?, read(&args.b)?);
    // Each by itself first, so that the error names the right one.
    for (path, text) in [(&args.a, &a), (&args.b, &b)] {
        difference::xml(text, text).map_err(|e| CliError::file(path, e))?;
    }
    difference::xml(&a, &b).map_err(CliError::new)
}

/// The tracks that they are mixed to. `None` where that isn't asked for, or stems of one can't be read: what is said of its metadata is
/// true all the same.
fn sound_of_scenes(args: &Args, console: &Console) -> Result<Option<SoundComparison>, CliError> {
    if args.metadata_only {
        return Ok(None);
    }
    match of_sound(args, console) {
        Err(error) if !args.sound_only && Interrupt::received().is_none() => {
            let message = format!("the sound is not compared: {error}");
            console.warnings(&args.a, &[Warning::new("sound-not-compared", "", message)])?;
            Ok(None)
        }
        found => found.map(Some),
    }
}

/// `None` when neither of them has an ADM, and both begin at one place of the time line.
fn of_masters(args: &Args, console: &Console) -> Result<Option<Vec<Difference>>, CliError> {
    let read = |path: &Path| -> Result<(Option<Document>, Option<u64>), CliError> {
        let Contents { document, chna, bext, mut warnings, .. } = Contents::read(path)?;
        let document = document.map(|mut document| {
            if let Some(chna) = &chna {
                document.apply_chna(chna, &mut warnings);
            }
            document
        });
        console.warnings(path, &warnings)?;
        Ok((document, bext.map(|bext| bext.time_reference)))
    };
    let ((a, first_a), (b, first_b)) = (read(&args.a)?, read(&args.b)?);
    let shown = |first: Option<u64>| first.map(|first| first.to_string());
    let place = (first_a != first_b).then(|| Difference {
        element: "bext".to_owned(),
        time: None,
        parameter: "time reference, samples".to_owned(),
        a: shown(first_a),
        b: shown(first_b),
    });
    if a.is_none() && b.is_none() {
        return Ok(place.map(|place| vec![place]));
    }
    let found = difference::documents(&a.unwrap_or_default(), &b.unwrap_or_default())
        .map_err(|e| CliError::new(format_args!("the ADM of the two can't be compared: one {e}")))?;
    Ok(Some(place.into_iter().chain(found).collect()))
}

fn of_sound(args: &Args, console: &Console) -> Result<SoundComparison, CliError> {
    let tolerance = args.tolerance.map_or(0.0, |level| 10_f64.powf(level / 20.0));
    let stop = || Interrupt::received().is_some();
    let bar = progress_bar(0, console);
    let mut progress = |done, frames| {
        bar.set_length(frames);
        bar.set_position(done);
    };
    let compared = compare_sound(&args.a, &args.b, tolerance, &mut progress, &stop);
    bar.finish_and_clear();
    compared.map_err(failure)
}

fn parse_tolerance(text: &str) -> Result<f64, String> {
    const RANGE: std::ops::RangeInclusive<f64> = -300.0..=0.0;
    match text.parse::<f64>() {
        Ok(level) if RANGE.contains(&level) => Ok(level),
        _ => Err("expected a level between -300 and 0 dBFS".to_owned()),
    }
}
