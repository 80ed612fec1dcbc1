//! `proscenium render`: a master to loudspeaker feeds and headphones, any number of them in one pass.

pub(super) mod headphones;
pub(in crate::cli) mod target;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use formats::Warning;
use formats::bw64::{SampleFormat, same_file};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use self::headphones::HeadphoneArgs;
use self::target::{TargetArgs, through_master};
use super::info::{plural, printable};
use super::input::{check_not_read, check_present, check_seekable};
use super::{CliError, Console, Interrupt, OpenOutputs, Outcome, table};
use crate::deliver::{
    BINAURAL, Deliverable, Job, JobError, OpenJob, Output, OutputReport, Rendered, Report, Selection,
    Timecode,
};
use crate::layout::Layout;
use crate::layout::measured::{MAX_FILE_BYTES, MeasuredRoom};
use crate::render::{Conversion, RenderOptions, Target};

/// Channels of one file that an error names.
const MOST_CHANNELS_NAMED: usize = 32;

/// Render a master to loudspeaker feeds, headphones or Ambisonics, any number of outputs in one pass
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Layouts: `proscenium layouts` lists them; binaural is for headphones; hoa1 … hoa7 are AmbiX (ACN, SN3D).
Times: seconds (90.5), hh:mm:ss.fff, hh:mm:ss:ff@RATE, drop-frame hh:mm:ss;ff@29.97, hh:mm:ss.zzzzzSfffff as in
the ADM, samples (4800smp), all from the start of the file; or hh:mm:ss:ff of the picture, where the file says of one.
Outputs are files; -o /dev/stdout writes into a pipe, and what the command says then goes to standard error.

Examples:
  proscenium render master.wav --layout 7.1.4 -o master-7.1.4.wav
  proscenium render master.wav --to 7.1.4=a.wav --to 5.1=b.wav --to stereo=c.wav --to hoa3=d.wav
  proscenium render master.wav --layout binaural -o phones.wav
  proscenium render master.wav --layout 5.1 -o reel.wav --start 00:10:00 --end 00:20:00 --bits 32f
  proscenium render master.wav --layout 5.1 -o air.wav --target ebu-r128
  proscenium render scene.xml --layout 5.1 -o tv.wav --master netflix:5.1"
)]
pub struct Args {
    /// The master: BW64, RF64 or WAV with ADM, or a plain bed
    #[arg(value_name = "IN.wav")]
    input: PathBuf,
    /// Layout of the file of -o: BS.2051 (4+7+0) or everyday name (7.1.4)
    #[arg(short, long, value_name = "LAYOUT", requires = "output")]
    layout: Option<String>,
    /// The file to write
    #[arg(short, long, value_name = "OUT.wav")]
    output: Option<PathBuf>,
    /// One more output, as often as needed
    #[arg(long, value_name = "LAYOUT=FILE")]
    to: Vec<OsString>,
    /// Where the loudspeakers of --layout really stand, their channels and gains, the screen; JSON or YAML
    #[arg(long, value_name = "FILE", requires = "layout")]
    speakers: Option<PathBuf>,
    /// Samples of the outputs; f is float, which never clips
    #[arg(long, value_enum, default_value = "24")]
    bits: Bits,
    /// Round 16- and 24-bit samples without dither
    #[arg(long)]
    no_dither: bool,
    /// The programme to render, by id or name; the one with the lowest id by default
    #[arg(long, value_name = "ID")]
    programme: Option<String>,
    /// An object to render in place of the default of its complementary group; repeatable
    #[arg(long, value_name = "ID")]
    complementary: Vec<String>,
    /// Leave out what is less important, 0 … 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=10))]
    importance: Option<u8>,
    /// Convert the positions of objects first
    #[arg(long, value_enum, value_name = "WHICH")]
    apply_conversion: Option<ConversionName>,
    /// Where to start: seconds, hh:mm:ss.fff, hh:mm:ss:ff@RATE, or hh:mm:ss:ff of the picture
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    start: Option<Timecode>,
    /// Where to end
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    end: Option<Timecode>,
    /// Make everything this much louder, decibels
    #[arg(long, value_name = "DB", default_value_t = 0.0, allow_hyphen_values = true, value_parser = parse_gain)]
    gain_db: f64,
    /// Through the master chain of this deliverable of the scene: its name, or SPEC:LAYOUT
    #[arg(long, value_name = "DELIVERABLE")]
    master: Option<String>,
    /// Threads; all processors by default. The output is the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Measure the loudness and true peak of every output but Ambisonics; for headphones tell the loudness of the 5.1
    /// render too
    #[arg(long)]
    measure: bool,
    /// End with exit code 1 when a sample passes full scale
    #[arg(long)]
    fail_on_overload: bool,
    #[command(flatten)]
    target: TargetArgs,
    // Last, for its heading would go on over what follows.
    #[command(flatten)]
    headphones: HeadphoneArgs,
}

/// How samples are stored.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Bits {
    #[value(name = "16")]
    Int16,
    #[value(name = "24")]
    Int24,
    #[value(name = "32")]
    Int32,
    #[value(name = "32f")]
    Float32,
    #[value(name = "64f")]
    Float64,
}

/// How positions are converted.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum ConversionName {
    /// Polar positions become Cartesian ones (BS.2127-1 §10)
    ToCartesian,
    /// Cartesian positions become polar ones (BS.2127-1 §10)
    ToPolar,
}

impl From<Bits> for SampleFormat {
    fn from(bits: Bits) -> Self {
        match bits {
            Bits::Int16 => Self::Int16,
            Bits::Int24 => Self::Int24,
            Bits::Int32 => Self::Int32,
            Bits::Float32 => Self::Float32,
            Bits::Float64 => Self::Float64,
        }
    }
}

impl From<ConversionName> for Conversion {
    fn from(name: ConversionName) -> Self {
        match name {
            ConversionName::ToCartesian => Self::ToCartesian,
            ConversionName::ToPolar => Self::ToPolar,
        }
    }
}

/// Renders.
///
/// # Errors
/// When the master is unusable, an output can't be written, or the arguments make no sense.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let began = Instant::now();
    check_seekable(&args.input)?;
    let level = args.target.level()?;
    let (mut outputs, room_warnings) = outputs(args, console)?;
    let (treatment, programme) =
        through_master(&args.input, args.master.as_deref(), args.programme.as_deref())?;
    for output in &mut outputs {
        (output.level, output.treatment) = (level.clone(), treatment.clone());
    }
    if outputs.iter().any(|output| same_file(&output.file, Path::new("/dev/stdout"))) {
        console.leave_standard_output();
    }
    let mut warnings = Vec::new();
    if let Some(speakers) = &args.speakers {
        console.warnings(speakers, &room_warnings)?;
        warnings.extend(room_warnings.iter().map(|warning| format!("{}: {warning}", speakers.display())));
    }
    let job = Job {
        input: args.input.clone(),
        outputs,
        sample_format: args.bits.into(),
        dither: !args.no_dither,
        selection: Selection::by_ids(programme.as_deref(), &args.complementary),
        options: RenderOptions {
            importance: args.importance,
            conversion: args.apply_conversion.map(Conversion::from),
        },
        start: args.start,
        end: args.end,
        gain_db: args.gain_db,
        threads: args.threads.map(usize::from),
        measure: args.measure,
        measure_dialogue: false,
        compare: args.measure || args.target.is_given(),
    };
    let mut report = render(job, console)?;
    report.warnings.splice(0..0, warnings);
    if console.wants_json() {
        console.json(&report)?;
    } else {
        print(&report, began, console);
    }
    target::verdict(&report)?;
    verdict(&report, args.fail_on_overload)
}

/// Opens, reports, renders and publishes `job`; also the way of other commands that render.
///
/// # Errors
/// Those of the job, and warnings under `--strict`.
pub fn render(job: Job, console: &Console) -> Result<Report, CliError> {
    let input = job.input.clone();
    let is_float = job.sample_format.is_float();
    let open = job.open().map_err(failure)?;
    if console.is_strict() {
        console.warnings(&input, open.remarks())?;
    }
    console.warnings(&input, open.warnings())?;
    let outputs = OpenOutputs::hold()?;
    let rendered = run_with_progress(open, console)?;
    console.warnings(&input, rendered.warnings())?;
    let overloads = if is_float { Vec::new() } else { warn_of_overloads(&rendered, console)? };
    Interrupt::check()?;
    let mut report = rendered.publish().map_err(failure)?;
    // The files are complete: a signal that comes now must not call them interrupted.
    std::mem::forget(outputs);
    report.warnings.extend(overloads);
    Ok(report)
}

fn run_with_progress(open: OpenJob, console: &Console) -> Result<Rendered, CliError> {
    let stop = || Interrupt::received().is_some();
    let bar = progress_bar(open.work(), console);
    let rendered = open.run(&mut |frames| bar.set_position(frames), &stop);
    bar.finish_and_clear();
    rendered.map_err(failure)
}

/// A bar of so many frames, where one may be drawn.
pub(super) fn progress_bar(frames: u64, console: &Console) -> ProgressBar {
    let bar = if console.draws_progress() { ProgressBar::new(frames) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} elapsed, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}

/// Says what goes on with `file`, where that may be drawn, until what it gives is dropped.
pub(super) fn busy(file: &Path, doing: &str, console: &Console) -> ProgressBar {
    /// From one picture of the spinner to the next.
    const TICK: Duration = Duration::from_millis(100);
    if !console.draws_progress() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_finish(ProgressFinish::AndClear);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
        spinner.set_style(style);
    }
    spinner.set_message(format!("{}: {doing}", printable(&file.display().to_string())));
    spinner.enable_steady_tick(TICK);
    spinner
}

/// What a job failed of, or which signal stopped it.
pub(super) fn failure(error: JobError) -> CliError {
    match error {
        JobError::Interrupted => CliError::interrupted(Interrupt::received().unwrap_or(0)),
        other => CliError::new(other),
    }
}

/// Every channel is named; gives the warnings with the names of their files.
fn warn_of_overloads(rendered: &Rendered, console: &Console) -> Result<Vec<String>, CliError> {
    let mut texts = Vec::new();
    for output in &rendered.report().outputs {
        let warnings = output.overload_warnings();
        console.every_warning(Path::new(&output.file), &warnings)?;
        texts.extend(warnings.iter().map(|warning| format!("{}: {warning}", output.file)));
    }
    Ok(texts)
}

fn print(report: &Report, began: Instant, console: &Console) {
    let seconds = began.elapsed().as_secs_f64();
    let audio = report.frames as f64 / f64::from(report.sample_rate.max(1));
    console.note(format_args!(
        "{}: {}, {}, {} at {} Hz; rendered in {seconds:.2} s, {:.0}× real time",
        printable(&report.input),
        plural(report.tracks, "track"),
        plural(report.items, "item"),
        report.length,
        report.sample_rate,
        audio / seconds.max(1e-3)
    ));
    console.note("");
    console.note(table::render(report).trim_end());
    comparison(report, console);
    let corrections = target::render(report);
    if !corrections.is_empty() {
        console.note("");
        console.note(corrections.trim_end());
    }
}

/// What master chains did, and how loud headphones are beside the 5.1 render.
fn comparison(report: &Report, console: &Console) {
    for output in &report.outputs {
        if let Some(master) = &output.master {
            console.note(format_args!("{}: {}", table::file_name(&output.file), master.text()));
        }
        if let Some(line) = output.compared_with_5_1.as_ref().and_then(table::comparison) {
            console.note(format_args!("{}: {line}", table::file_name(&output.file)));
        }
    }
}

fn verdict(report: &Report, fail_on_overload: bool) -> Result<Outcome, CliError> {
    let over = report.outputs.iter().filter(|output| output.overloads > 0 && fail_on_overload);
    let files: Vec<String> = over.map(|output| format!("{}: {}", output.file, overloaded(output))).collect();
    if files.is_empty() {
        return Ok(Outcome::Good);
    }
    let message = format!("overload: {}; written all the same; try --gain-db", files.join("; "));
    Err(CliError::new(message).with_exit_code(1))
}

/// The channels that passed full scale, with their peaks.
fn overloaded(output: &OutputReport) -> String {
    let over = output.channels.iter().filter(|channel| channel.overloads > 0);
    let mut names = over.map(|channel| {
        format!("{} ({:+.2} dBFS)", channel.name, channel.peak_dbfs.unwrap_or(f64::NEG_INFINITY))
    });
    let mut text = names.by_ref().take(MOST_CHANNELS_NAMED).collect::<Vec<_>>().join(", ");
    let more = names.count();
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

/// The outputs asked for, and what is remarkable about the loudspeakers of the room.
fn outputs(args: &Args, console: &Console) -> Result<(Vec<Output>, Vec<Warning>), CliError> {
    let mut outputs = Vec::new();
    let mut warnings = Vec::new();
    if args.layout.is_none()
        && let Some(file) = &args.output
    {
        let message =
            "one of --layout or --to is needed: --layout LAYOUT with -o, or --to LAYOUT=FILE without";
        return Err(CliError::new(format_args!("-o {}: {message}", file.display())));
    }
    if args.layout.is_none() && args.to.is_empty() {
        return Err(CliError::new(
            "one of --layout or --to is needed: --layout LAYOUT -o FILE, or --to LAYOUT=FILE",
        ));
    }
    let mut read = args.headphones.files();
    read.extend(args.speakers.as_deref().map(|file| ("--speakers", file)));
    let mut headphones = None;
    if let (Some(layout), Some(file)) = (&args.layout, &args.output) {
        check_not_read(file, &read)?;
        let deliverable = match &args.speakers {
            None => named((args, console), &mut headphones, ("--layout", layout))?,
            Some(speakers) => room(layout, speakers, &mut warnings)?,
        };
        outputs.push(Output::mix(file.clone(), deliverable));
    }
    for to in &args.to {
        let bytes = to.as_bytes();
        let split = bytes.iter().position(|byte| *byte == b'=').filter(|at| *at + 1 < bytes.len());
        let Some((name, file)) = split.and_then(|at| bytes.split_at_checked(at)) else {
            let message = format!("--to {}: expected LAYOUT=FILE, e.g. 5.1=mix-5.1.wav", to.display());
            return Err(CliError::new(message));
        };
        let file = PathBuf::from(OsStr::from_bytes(file.get(1..).unwrap_or_default()));
        check_not_read(&file, &read)?;
        let name = String::from_utf8_lossy(name);
        outputs.push(Output::mix(file, named((args, console), &mut headphones, ("--to", &name))?));
    }
    if headphones.is_none() {
        args.headphones.refuse_without_binaural("--layout binaural")?;
    }
    if outputs.iter().any(|output| output.file == Path::new("-")) {
        let message = "`-` is no output: give a file, or /dev/stdout to write into a pipe";
        return Err(CliError::new(message));
    }
    Ok((outputs, warnings))
}

fn named(
    (args, console): (&Args, &Console),
    headphones: &mut Option<Deliverable>,
    (option, name): (&str, &str),
) -> Result<Deliverable, CliError> {
    if name.eq_ignore_ascii_case(BINAURAL) {
        let deliverable = match headphones.take() {
            Some(deliverable) => deliverable,
            None => Deliverable::headphones(args.headphones.read(&args.input, console)?),
        };
        *headphones = Some(deliverable.clone());
        return Ok(deliverable);
    }
    Deliverable::by_name(name).map_err(|e| CliError::new(format_args!("{option}: {e}")))
}

pub(in crate::cli) fn room(
    layout: &str,
    file: &Path,
    warnings: &mut Vec<Warning>,
) -> Result<Deliverable, CliError> {
    if layout.eq_ignore_ascii_case(BINAURAL) {
        let message =
            "--speakers needs a loudspeaker layout, e.g. --layout 7.1.4; a room for headphones is --room";
        return Err(CliError::new(format_args!("--layout {layout}: {message}")));
    }
    if let Ok(Target::Ambisonics { .. }) = Deliverable::by_name(layout).as_ref().map(Deliverable::target) {
        let message =
            "--speakers needs a loudspeaker layout, e.g. --layout 7.1.4; Ambisonics has no loudspeakers";
        return Err(CliError::new(format_args!("--layout {layout}: {message}")));
    }
    let layout =
        Layout::by_name(layout).map_err(|e| CliError::new(format_args!("--layout with --speakers: {e}")))?;
    check_present("--speakers", file)?;
    let mut bytes = Vec::new();
    let most = MAX_FILE_BYTES as u64 + 1;
    fs::File::open(file)
        .and_then(|opened| opened.take(most).read_to_end(&mut bytes))
        .map_err(|e| CliError::file(file, format_args!("cannot read it as a speakers file: {e}")))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        CliError::file(file, "was read as a speakers file and is no text; expected YAML or JSON in UTF-8")
    })?;
    let (room, found) = MeasuredRoom::read(&text, &layout).map_err(|e| CliError::file(file, e))?;
    warnings.extend(found);
    Ok(Deliverable::room(room))
}

fn parse_gain(text: &str) -> Result<f64, String> {
    const MOST: f64 = 120.0;
    match text.parse::<f64>() {
        Ok(gain) if (-MOST..=MOST).contains(&gain) => Ok(gain),
        _ => Err(format!("expected decibels between -{MOST} and {MOST}")),
    }
}
