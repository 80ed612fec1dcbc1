//! `proscenium export`: a scene, mixed, as an ADM master.

use std::path::{Path, PathBuf};

use formats::adm::AdmId;
use formats::damf::is_damf;
use formats::profile::Profile;

use super::info::{plural, printable};
use super::input::{check_not_read, check_seekable};
use super::render::{Bits, failure, progress_bar};
use super::table::aligned;
use super::{CliError, Console, Interrupt, OpenOutputs, Outcome};
use crate::deliver::{ChannelReport, ExportJob, ExportReport};

/// Tracks that the text lists.
const LISTED: usize = 64;

/// Mix a scene and write it as a master: ADM in BW64, for the profile that it is handed over by
#[derive(Debug, clap::Args)]
#[command(after_help = "Profiles:
  bs2076    ADM that renders to the same samples as the scene, up to the precision of its samples (--bits)
  dolby     Dolby Atmos Master ADM Profile: beds, Cartesian objects, a dbmd chunk; 24 bits
  emission  Rec. ITU-R BS.2168: measured, without what a receiver doesn't know

What a profile can't hold is converted, and a warning says so, or refused. Nothing is written that breaks one of its
rules, which `proscenium check --profile` lists.

Examples:
  proscenium export scene.xml -o master.wav
  proscenium export scene.xml -o master.wav --bits 32f
  proscenium export scene.xml -o atmos.wav --profile dolby
  proscenium export scene.xml -o film.atmos
  proscenium render master.wav --layout 7.1.4 -o mix.wav")]
pub struct Args {
    /// The scene
    #[arg(value_name = "SCENE.xml")]
    scene: PathBuf,
    /// The master to write; film.atmos is one in three files (DAMF), of the Dolby profile
    #[arg(short, long, value_name = "OUT.wav")]
    output: PathBuf,
    /// What it must conform to: bs2076, dolby or emission
    #[arg(long, default_value_t = Profile::Bs2076)]
    profile: Profile,
    /// The programme of a profile that has only one (dolby); the first by default
    #[arg(long, value_name = "ID")]
    programme: Option<String>,
    /// Samples of the master; f is float, which never clips
    #[arg(long, value_enum, default_value = "24")]
    bits: Bits,
    /// Round 16- and 24-bit samples without dither
    #[arg(long)]
    no_dither: bool,
    /// Threads that mix; all processors by default. The output is the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Exports.
///
/// # Errors
/// When the scene is unusable, or the master can't be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_seekable(&args.scene)?;
    check_not_read(&args.output, &[("the scene", &args.scene)])?;
    if args.programme.is_some() && args.profile != Profile::Dolby && !is_damf(&args.output) {
        let message =
            "--programme: this profile holds all programmes; leave it out, or choose --profile dolby";
        return Err(CliError::new(message));
    }
    let job = ExportJob {
        scene: args.scene.clone(),
        output: args.output.clone(),
        profile: args.profile,
        programme: args.programme.as_deref().map(AdmId::new),
        sample_format: args.bits.into(),
        dither: !args.no_dither,
        threads: args.threads.map(usize::from),
    };
    let open = job.open().map_err(failure)?;
    console.warnings(&args.scene, open.warnings())?;
    let outputs = OpenOutputs::hold()?;
    let stop = || Interrupt::received().is_some();
    let bar = progress_bar(open.frames(), console);
    let exported = open.run(&mut |frames| bar.set_position(frames), &stop);
    bar.finish_and_clear();
    let exported = exported.map_err(failure)?;
    Interrupt::check()?;
    console.warnings(&args.scene, exported.late_warnings())?;
    let report = exported.publish().map_err(failure)?;
    // The file is complete: a signal that comes now must not call it interrupted.
    std::mem::forget(outputs);
    if console.wants_json() {
        console.json(&report)?;
    } else {
        console.note(text(&report).trim_end());
    }
    Ok(Outcome::Good)
}

fn text(report: &ExportReport) -> String {
    let name = |path: &str| printable(&Path::new(path).file_name().unwrap_or_default().to_string_lossy());
    let mut text = format!(
        "{}: {}{}, {}, {}, {} at {} Hz, {} bits\nprogrammes: {}\ncontents: {}\n\n",
        name(&report.output),
        report.adm,
        report.adm_reason.as_ref().map_or_else(String::new, |why| format!(" (for {})", printable(why))),
        plural(report.tracks.len(), "track"),
        plural(report.objects, "object"),
        report.length,
        report.sample_rate,
        report.bits,
        printable(&report.programmes.join(", ")),
        printable(&report.contents.join(", ")),
    );
    let mut rows = vec![["track", "name", "peak dBFS", "overloads"].map(str::to_owned).to_vec()];
    for (index, track) in report.tracks.iter().enumerate().take(LISTED) {
        rows.push(row(index, track));
    }
    text += &aligned(&rows, 2);
    if report.tracks.len() > LISTED {
        text += &format!("and {} more; --json has them all\n", report.tracks.len() - LISTED);
    }
    text
}

fn row(index: usize, track: &ChannelReport) -> Vec<String> {
    vec![
        (index + 1).to_string(),
        printable(&track.name),
        track.peak_dbfs.map_or_else(|| "silence".to_owned(), |peak| format!("{peak:.2}")),
        if track.overloads == 0 { "none".to_owned() } else { track.overloads.to_string() },
    ]
}
