//! `proscenium translate`: how a mix holds on other systems.

use std::path::PathBuf;

use super::info::printable;
use super::input::check_seekable;
use super::render::{failure, progress_bar};
use super::table::aligned;
use super::{CliError, Console, Interrupt, Outcome};
use crate::deliver::{Kind, Moment, Selection, SystemReport, TranslateJob, Translation, translate};

/// Hear how a mix holds on other systems: folded down, on small loudspeakers, on headphones, at night
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The mix is rendered to 7.1.4 and folded down as players do: to 5.1, that to stereo, that to mono (ITU-R
BS.775); beside them it is heard on headphones, on a television's and a telephone's loudspeakers, and in a night mode.
For each system: loudness, true peak, and how loud the dialogue is beside the rest while there is some. Then the
moments at which a fold-down builds up, cancels or combs what is alike in several channels, and the objects to blame.
Nothing is written.

Examples:
  proscenium translate scene.xml
  proscenium translate master.wav --programme APR_1002
  proscenium translate master.wav --json"
)]
pub struct Args {
    /// An ADM master, a scene, or a WAV that is a bed
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// The audioProgramme, by its id; that with the lowest id by default
    #[arg(long, value_name = "ID")]
    programme: Option<String>,
    /// Objects instead of the defaults of their complementary groups
    #[arg(long, value_name = "ID")]
    complementary: Vec<String>,
    /// Threads; all processors by default. The figures are the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Translates.
///
/// # Errors
/// When the input is unusable.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_seekable(&args.input)?;
    let job = TranslateJob {
        input: args.input.clone(),
        selection: Selection::by_ids(args.programme.as_deref(), &args.complementary),
        threads: args.threads.map(usize::from),
    };
    let stop = || Interrupt::received().is_some();
    let bar = progress_bar(0, console);
    let mut progress = |done, frames| {
        bar.set_length(frames);
        bar.set_position(done);
    };
    let translated = translate(&job, &mut progress, &stop);
    bar.finish_and_clear();
    let (translation, warnings) = translated.map_err(failure)?;
    console.warnings(&args.input, &warnings)?;
    if console.wants_json() {
        console.json(&translation)?;
    } else {
        console.write(&text(&translation));
    }
    Ok(Outcome::Good)
}

fn text(translation: &Translation) -> String {
    let head =
        ["system", "", "LUFS", "change LU", "dBTP", "dialogue/rest LU", "change LU"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    rows.extend(translation.systems.iter().map(|system| row(system).to_vec()));
    let mut text = aligned(&rows, 2);
    text.push('\n');
    if translation.moments.is_empty() {
        text.push_str("No fold-down builds up, cancels or combs.\n");
        return text;
    }
    let head = ["at", "fold-down", "what", "band", "how much", "because of"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    rows.extend(translation.moments.iter().map(|moment| line(moment).to_vec()));
    text.push_str(&aligned(&rows, 6));
    text
}

fn row(system: &SystemReport) -> [String; 7] {
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
    let signed = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:+.1}"));
    [
        system.name.to_owned(),
        system.about.to_owned(),
        shown(system.integrated_lufs),
        signed(system.loudness_change_lu),
        shown(system.true_peak_dbtp),
        signed(system.dialogue_to_rest_lu),
        signed(system.dialogue_change_lu),
    ]
}

fn line(moment: &Moment) -> [String; 6] {
    let kind = match moment.kind {
        Kind::BuildUp => "builds up",
        Kind::Cancellation => "cancels",
        Kind::Comb => "combs",
    };
    let hertz = |hz: f64| if hz < 1000.0 { format!("{hz:.0}") } else { format!("{:.1}k", hz / 1000.0) };
    let level = moment.level_db.map(|level| format!("{level:+.1} dB"));
    let gaps = moment.gaps_percent.map(|share| format!("{share:.0} % in gaps"));
    let objects = moment
        .objects
        .iter()
        .map(|culprit| format!("{} ({:.0} %)", printable(&culprit.object), 100.0 * culprit.share));
    [
        moment.at.clone(),
        format!("{} to {}", moment.from, moment.to),
        kind.to_owned(),
        format!("{}-{} Hz", hertz(moment.band_hz[0]), hertz(moment.band_hz[1])),
        level.or(gaps).unwrap_or_default(),
        objects.collect::<Vec<_>>().join(", "),
    ]
}
