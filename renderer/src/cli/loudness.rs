//! `proscenium loudness`: how loud a file is, where it peaks, what is wrong with it, and which specifications it meets.

mod answer;
mod report;
mod text;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use formats::Warning;

use self::answer::{Answer, MeasuredOn};
use super::info::plural;
use super::input::check_seekable;
use super::render::target::through_master;
use super::render::{failure, progress_bar};
use super::{CliError, Console, Interrupt, Outcome};
use crate::deliver::{
    BINAURAL, Deliverable, Job, JobError, Output, OwnChannels, Selection, channel_named, measure_channels,
    own_channels,
};
use crate::layout::Layout;
use crate::loudness::{MAX_SPECIFICATION_BYTES, Measurement, Measures, MeterChannel, Specification, Verdict};
use crate::render::Target;

/// Layout that object-based masters are rendered to when nobody says another.
const DEFAULT_LAYOUT: &str = "0+5+0";
/// Channels that can be named.
const MOST_CHANNELS: usize = 1024;

/// Measure loudness, true peaks and faults of a file, and judge it by delivery specifications
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A WAV file, or a master that is nothing but a bed, is measured as it is: its channels are
known by its ADM, its channel mask, or their number in film order; --channels names them. Any
other master is rendered on the fly to --layout, 5.1 by default. Nothing is written
but the --report: one HTML page with verdicts and pictures that needs nothing else.

Loudness: ITU-R BS.1770-5, gates at -70 LUFS and -10 LU; momentary and short-term read every 10 ms,
loudness range: EBU Tech 3341 and 3342. True peak: eight times oversampled at 48 kHz.
Exit code 1 when a specification isn't met, or could not be judged in full.

Examples:
  proscenium loudness mix-5.1.wav
  proscenium loudness master.wav --layout 7.1.4
  proscenium loudness mix.wav --spec ebu-r128 --spec atsc-a85
  proscenium loudness stems.wav --channels L,R,C,LFE,Ls,Rs --json
  proscenium loudness scene.xml --programme Deutsch
  proscenium loudness mix.wav --spec house-rules.yaml
  proscenium loudness master.wav --spec ebu-r128 --report master.html"
)]
pub struct Args {
    /// WAV, RF64 or BW64, with or without ADM
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Render to this layout and measure there
    #[arg(short, long, value_name = "LAYOUT", conflicts_with = "channels")]
    layout: Option<String>,
    /// The loudspeakers of the file's channels, in order: BS.2051 labels (M+030) or names (L, Ls)
    #[arg(long, value_name = "LABELS", value_delimiter = ',', allow_hyphen_values = true)]
    channels: Vec<String>,
    /// Through the master chain of this deliverable of the scene: its name, or SPEC:LAYOUT
    #[arg(long, value_name = "DELIVERABLE", conflicts_with = "channels")]
    master: Option<String>,
    /// The programme to render, by id or name; the one with the lowest id by default
    #[arg(long, value_name = "ID", conflicts_with = "channels")]
    programme: Option<String>,
    /// An object to render in place of the default of its complementary group; repeatable
    #[arg(long, value_name = "ID", conflicts_with = "channels")]
    complementary: Vec<String>,
    /// Judge by this specification, as often as needed: a name from `proscenium specs`, or a file
    #[arg(long, value_name = "NAME|FILE")]
    spec: Vec<String>,
    /// Write a page to hand over: verdicts, loudness over time, peaks, spectrum, faults
    #[arg(long, value_name = "OUT.html")]
    report: Option<PathBuf>,
}

impl Args {
    fn selection(&self) -> Selection {
        Selection::by_ids(self.programme.as_deref(), &self.complementary)
    }

    fn measures(&self) -> Measures {
        Measures { true_peak: true, offsets: true, timeline: self.report.is_some() }
    }
}

/// Measures and judges.
///
/// # Errors
/// When the file is unusable, has channels without names, or there is no such specification or layout.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_seekable(&args.input)?;
    let specifications =
        args.spec.iter().map(|name| specification(name)).collect::<Result<Vec<_>, CliError>>()?;
    // Made first: a folder that can't be written to is told before the work, not after it.
    let report = args.report.as_deref().map(|path| report::File::create(path, args)).transpose()?;
    let (measured_on, measurement, mut warnings) = measure(args, &specifications, console)?;
    warnings.extend(remarks(&specifications, &measured_on, &measurement));
    console.warnings(&args.input, &warnings)?;
    let judgements: Vec<_> =
        specifications.iter().map(|specification| specification.judge(&measurement)).collect();
    let all_pass = judgements.iter().all(|judgement| judgement.verdict == Verdict::Pass);
    if let Some(report) = report {
        let page =
            report::page(&args.input, &measured_on, &measurement, &specifications, &judgements, &warnings);
        report.write(&page.html())?;
    }
    let answer = Answer::new(&args.input, measured_on, &measurement, judgements, &warnings);
    if console.wants_json() {
        console.json(&answer)?;
    } else if !console.is_quiet() {
        console.write(&text::render(&answer, &specifications));
    }
    Ok(if all_pass { Outcome::Good } else { Outcome::Bad })
}

/// Which specifications aren't for the layout that was measured, where that is one.
fn remarks(specifications: &[Specification], on: &MeasuredOn, found: &Measurement) -> Vec<Warning> {
    let own = || {
        let has = |name: &str| found.channels.iter().any(|channel| channel.name == name);
        let is_it = |layout: &Layout| {
            layout.channels.len() == found.channels.len()
                && layout.channels.iter().all(|channel| has(&channel.name))
        };
        Layout::all().find(is_it).map(|layout| layout.name)
    };
    let layout = match on {
        MeasuredOn::OwnChannels => own(),
        MeasuredOn::Rendered { layout, .. } => Some(layout.clone()),
    };
    let Some(layout) = layout else { return Vec::new() };
    let remark = |by: &Specification| {
        Some(Warning::new("specification-layout", by.name.as_str(), by.remark_on(&layout)?))
    };
    specifications.iter().filter_map(remark).collect()
}

/// A specification by its name, or a file with one.
///
/// # Errors
/// When there is none, or the file holds none.
pub(super) fn specification(name: &str) -> Result<Specification, CliError> {
    let path = Path::new(name);
    if !path.is_file() && !name.contains(['/', '.']) {
        return Specification::by_name(name).map_err(CliError::new);
    }
    check_seekable(path)?;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SPECIFICATION_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|e| CliError::file(path, format_args!("cannot read it as a specification: {e}")))?;
    let text = String::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_SPECIFICATION_BYTES);
    let text = text.ok_or_else(|| {
        let message =
            format!("is no specification: expected YAML or JSON of at most {MAX_SPECIFICATION_BYTES} bytes");
        CliError::file(path, message)
    })?;
    Specification::read(&text).map_err(|e| CliError::file(path, e))
}

fn measure(
    args: &Args,
    specifications: &[Specification],
    console: &Console,
) -> Result<(MeasuredOn, Measurement, Vec<Warning>), CliError> {
    if !args.channels.is_empty() {
        return as_it_is(args, named(&args.channels)?, Vec::new(), console);
    }
    if args.layout.is_none()
        && args.master.is_none()
        && let Some(OwnChannels { channels, warnings }) =
            own_channels(&args.input, &args.selection()).map_err(failure)?
    {
        return as_it_is(args, channels, warnings, console);
    }
    rendered(args, &layout(args, specifications)?, console)
}

fn named(names: &[String]) -> Result<Vec<MeterChannel>, CliError> {
    let fault = |message: &dyn std::fmt::Display| CliError::new(format_args!("--channels: {message}"));
    if names.len() > MOST_CHANNELS {
        return Err(fault(&format_args!("more than {MOST_CHANNELS} names")));
    }
    let channels: Vec<MeterChannel> =
        names.iter().map(|name| channel_named(name)).collect::<Result<_, _>>().map_err(|e| fault(&e))?;
    let twice = channels.iter().enumerate().find(|(n, channel)| channels[..*n].contains(channel));
    match twice {
        Some((_, channel)) => Err(fault(&format_args!("`{}` is named twice", channel.name))),
        None => Ok(channels),
    }
}

/// The layout to render to: that of `--layout`, else the one that the specifications agree on.
fn layout(args: &Args, specifications: &[Specification]) -> Result<String, CliError> {
    if let Some(layout) = &args.layout {
        return Ok(layout.clone());
    }
    let mut wanted = specifications.iter().filter_map(|specification| specification.layout.as_deref());
    let first = wanted.next().unwrap_or(DEFAULT_LAYOUT);
    match wanted.find(|other| *other != first) {
        None => Ok(first.to_owned()),
        Some(other) => Err(CliError::new(format_args!(
            "the specifications measure on different layouts, {first} and {other}: give --layout, or ask one by one"
        ))),
    }
}

fn as_it_is(
    args: &Args,
    channels: Vec<MeterChannel>,
    mut warnings: Vec<Warning>,
    console: &Console,
) -> Result<(MeasuredOn, Measurement, Vec<Warning>), CliError> {
    let stop = || Interrupt::received().is_some();
    let bar = progress_bar(0, console);
    let mut progress = |done, frames| {
        bar.set_length(frames);
        bar.set_position(done);
    };
    let measured = measure_channels(&args.input, channels, args.measures(), &mut progress, &stop);
    bar.finish_and_clear();
    let (measurement, found) = measured.map_err(failure)?;
    let known: Vec<String> = warnings.iter().map(Warning::to_string).collect();
    warnings.extend(found.into_iter().filter(|warning| !known.contains(&warning.to_string())));
    for channel in measurement.channels.iter().filter(|channel| channel.non_finite > 0) {
        let frame = channel.first_non_finite.unwrap_or(0);
        let count = plural(usize::try_from(channel.non_finite).unwrap_or(usize::MAX), "sample");
        let message = format!("{count} NaN or infinite, the first at frame {frame}; taken as silence");
        warnings.push(Warning::new("non-finite-samples", channel.name.as_str(), message));
    }
    Ok((MeasuredOn::OwnChannels, measurement, warnings))
}

fn rendered(
    args: &Args,
    layout: &str,
    console: &Console,
) -> Result<(MeasuredOn, Measurement, Vec<Warning>), CliError> {
    let fault = |message: &dyn std::fmt::Display| CliError::new(format_args!("--layout: {message}"));
    if layout.eq_ignore_ascii_case(BINAURAL) {
        return Err(fault(&"loudness is measured on loudspeaker feeds; render to binaural with --measure"));
    }
    let deliverable = Deliverable::by_name(layout).map_err(|e| fault(&e))?;
    if let Target::Ambisonics { .. } = deliverable.target() {
        return Err(fault(&format_args!("{layout} feeds no loudspeakers; choose a layout, e.g. 7.1.4")));
    }
    let name = deliverable.name();
    let (treatment, programme) =
        through_master(&args.input, args.master.as_deref(), args.programme.as_deref())?;
    let selection = Selection::by_ids(programme.as_deref(), &args.complementary);
    let outputs = vec![Output { treatment, ..Output::mix(PathBuf::new(), deliverable) }];
    let job = Job { outputs, selection, measure_dialogue: true, ..Job::new(args.input.clone()) };
    let open = job.open_unwritten().map_err(failure)?;
    let programme = open.programme().map(str::to_owned);
    let mut warnings = open.warnings().to_vec();
    let bar = progress_bar(open.work(), console);
    let stop = || Interrupt::received().is_some();
    let measured = open.measure(args.measures(), &mut |frames| bar.set_position(frames), &stop);
    bar.finish_and_clear();
    let (measurements, late) = measured.map_err(failure)?;
    warnings.extend(late);
    let measurement = measurements.into_iter().next().ok_or_else(|| failure(JobError::Interrupted))?;
    Ok((MeasuredOn::Rendered { layout: name, programme }, measurement, warnings))
}
