//! `proscenium deliver`: a master to a folder of deliverables, measured, corrected, proved.

mod job;
mod text;

use std::path::{Path, PathBuf};

use formats::scene::chain::MasterChain;

pub(in crate::cli) use self::job::beside;
use super::input::check_seekable;
use super::loudness::specification;
use super::render::headphones::HeadphoneArgs;
use super::render::{Bits, ConversionName, failure, progress_bar};
use super::{CliError, Console, Interrupt, OpenOutputs, Outcome};
use crate::deliver::package::{
    Content, DEFAULT_TEMPLATE, Finished, NameTemplate, OpenPackage, Package, Place, RenderRequest, Request,
    SceneDeliverable, Wanted, WantedRender, deliverables_of, digest,
};
use crate::deliver::{BINAURAL, Deliverable, Job, Selection, Timecode};
use crate::loudness::Verdict;
use crate::master::is_scene;
use crate::render::{Conversion, RenderOptions};

/// Make every deliverable of a master in one pass: brought to its specification, read back from the disk, with checksums
#[derive(Debug, clap::Args)]
#[command(after_help = "Deliverables: SPEC:LAYOUT[+PART…][@PROGRAMME][=NAME]
  SPEC    a specification (`proscenium specs`), a file with one, or none: as it is rendered
  LAYOUT  as for render: 7.1.4, 4+7+0, stereo, binaural, hoa3 …
  PART    mix (always there), dialogue, music, effects, me (music and effects), or stems: a file for each role,
          and for what has none, which together sum to the mix. stems:LAYOUT[+PART…] is stems without a mix
  PROGRAMME  the id or the name of the one that it is of; that of --programme otherwise
  NAME    its own template in place of --name
  adm     is a copy of the master, byte for byte
Of a scene without --deliverable those are made that the scene asks for, each through its master chain.
Fields of a name: {title} {programme} {spec} {layout} {part} {bits} {rate} {number}; an empty one leaves no gap.

A mix with a specification gets the gain to its loudness and a true-peak limiter below its ceiling; its stems get
the same gain, moment by moment. What is written is read back from the disk, measured again and judged.

The folder gets the files, NAME.md5 and NAME.sha256 beside each, report.json, report.html, an ASC MHL hash
list in ascmhl/, and a manifest. Deliverables that lie there already and would come out the same are left alone: --force makes
them again, and replaces files that no delivery made. Everything appears when all of it is complete, or nothing does.
Exit code 0 when every deliverable passed, 1 when one didn't, 2 when the job could not be done.

Examples:
  proscenium deliver master.wav -d netflix:5.1 -d netflix:stereo -o delivery
  proscenium deliver master.wav -d ebu-r128:binaural -d none:7.1.4 -d stems:5.1 -d adm -o delivery
  proscenium deliver master.wav -d netflix:5.1+stems --title \"Night Train\" --name \"{title}_{layout}_{part}\" -o out
  proscenium deliver film.wav -d netflix:5.1@English -d netflix:5.1@Deutsch -o out
  proscenium deliver master.wav -d house-rules.yaml:7.1.4=R1_{layout} -o out
  proscenium deliver scene.xml -o out
  proscenium deliver --job job.xml")]
pub struct Args {
    /// The master: BW64, RF64 or WAV with ADM, a plain bed, or a scene
    #[arg(value_name = "IN.wav", conflicts_with = "job")]
    input: Option<PathBuf>,
    /// A deliverable, as often as needed: netflix:5.1, none:7.1.4, netflix:5.1+stems, adm …
    #[arg(short, long, value_name = "SPEC:LAYOUT", conflicts_with = "job")]
    deliverable: Vec<String>,
    /// The folder to write to; it is made where it is missing
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// A job file, which has all of this: docs/deliver.md
    #[arg(long, value_name = "JOB.xml")]
    job: Option<PathBuf>,
    /// Title of the film; the name of the master by default
    #[arg(long, value_name = "TEXT", conflicts_with = "job")]
    title: Option<String>,
    /// Names of the files
    #[arg(long, value_name = "TEMPLATE", default_value = DEFAULT_TEMPLATE, conflicts_with = "job")]
    name: NameTemplate,
    /// Samples of the files; f is float, which never clips
    #[arg(long, value_enum, default_value = "24", conflicts_with = "job")]
    bits: Bits,
    /// Round 16- and 24-bit samples without dither
    #[arg(long, conflicts_with = "job")]
    no_dither: bool,
    /// The programme to render, by id or name; the one with the lowest id by default
    #[arg(long, value_name = "ID", conflicts_with = "job")]
    programme: Option<String>,
    /// An object to render in place of the default of its complementary group; repeatable
    #[arg(long, value_name = "ID", conflicts_with = "job")]
    complementary: Vec<String>,
    /// Leave out what is less important, 0 … 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=10), conflicts_with = "job")]
    importance: Option<u8>,
    /// Convert the positions of objects first
    #[arg(long, value_enum, value_name = "WHICH", conflicts_with = "job")]
    apply_conversion: Option<ConversionName>,
    /// Where to start: seconds, hh:mm:ss.fff, hh:mm:ss:ff@RATE, or hh:mm:ss:ff of the picture
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "job")]
    start: Option<Timecode>,
    /// Where to end
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "job")]
    end: Option<Timecode>,
    /// Threads; all processors by default. The files are the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Deliver silence in place of samples that are NaN or infinite, which are refused otherwise
    #[arg(long, conflicts_with = "job")]
    sanitize: bool,
    /// Make again what lies in the folder already
    #[arg(long)]
    force: bool,
    // Last, for its heading would go on over what follows.
    #[command(flatten)]
    headphones: HeadphoneArgs,
}

/// The arguments, and what came from a job file.
struct Asked<'a> {
    args: &'a Args,
    /// The job file and where its deliverables stand in it.
    file: Option<(&'a Path, Vec<Place>)>,
}

/// A deliverable that is asked for.
struct Entry<'a> {
    text: String,
    /// The file that asks for it, and where: line, column.
    from: Option<(&'a Path, (usize, usize))>,
    master: MasterChain,
}

impl Entry<'_> {
    /// What is wrong with it, and where it stands.
    fn fault(&self, message: &dyn std::fmt::Display) -> CliError {
        match self.from {
            None => CliError::new(format_args!("--deliverable {message}")),
            Some((file, (line, column))) => {
                CliError::file(file, format_args!("line {line}, column {column}: {message}"))
            }
        }
    }
}

/// Delivers.
///
/// # Errors
/// When the job or the master is unusable, or a file can't be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let Some(file) = &args.job else { return deliver(&Asked { args, file: None }, console) };
    if let Some(option) = args.headphones.first_given() {
        return Err(CliError::new(format_args!("{option} and --job: put it into the job file")));
    }
    let (mut read, places) = job::read(file)?;
    read.output = args.output.clone().or(read.output);
    read.threads = args.threads.or(read.threads);
    read.force |= args.force;
    deliver(&Asked { args: &read, file: Some((file, places)) }, console)
}

fn deliver(asked: &Asked, console: &Console) -> Result<Outcome, CliError> {
    let args = asked.args;
    let input = args.input.as_ref().ok_or_else(|| asked.missing("IN.wav", "input"))?;
    let folder = args.output.as_ref().ok_or_else(|| asked.missing("--output DIR", "output"))?;
    check_seekable(input)?;
    let entries = asked.entries(input)?;
    let package = Package {
        job: job_of(args, input),
        folder: folder.clone(),
        title: args.title.clone(),
        name: args.name.clone(),
        wanted: asked.wanted(&entries, input, console)?,
        reads: args.headphones.files().into_iter().map(|(_, file)| file.to_path_buf()).collect(),
        sanitize: args.sanitize,
        force: args.force,
    };
    let outputs = OpenOutputs::hold()?;
    let open = package.open().map_err(failure)?;
    if console.is_strict() {
        console.warnings(input, &open.remarks())?;
    }
    console.warnings(input, open.warnings())?;
    let finished = make(open, folder, console)?;
    console.every_warning(folder, finished.warnings())?;
    Interrupt::check()?;
    let report = finished.publish().map_err(failure)?;
    // Everything is complete: a signal that comes now must not call it interrupted.
    std::mem::forget(outputs);
    if console.wants_json() {
        console.json(&report)?;
    } else {
        text::print(&report, folder, console);
    }
    console.finish().map_err(|error| {
        let folder = folder.display();
        CliError::new(format_args!(
            "{error}; the delivery is complete all the same: {folder}/report.json has the answer"
        ))
    })?;
    Ok(if report.verdict == Verdict::Pass { Outcome::Good } else { Outcome::Bad })
}

fn make(mut open: OpenPackage, folder: &Path, console: &Console) -> Result<Finished, CliError> {
    let stop = || Interrupt::received().is_some();
    let bar = progress_bar(open.bytes_to_survey(), console);
    let remarks = open.survey(&|bytes| bar.inc(bytes), &stop);
    bar.finish_and_clear();
    console.every_warning(folder, &remarks.map_err(failure)?)?;
    let bar = progress_bar(open.work(), console);
    let finished = open.run(&|frames| bar.inc(frames), &stop);
    bar.finish_and_clear();
    finished.map_err(failure)
}

fn job_of(args: &Args, input: &Path) -> Job {
    Job {
        sample_format: args.bits.into(),
        dither: !args.no_dither,
        selection: Selection::by_ids(args.programme.as_deref(), &args.complementary),
        options: RenderOptions {
            importance: args.importance,
            conversion: args.apply_conversion.map(Conversion::from),
        },
        start: args.start,
        end: args.end,
        threads: args.threads.map(usize::from),
        ..Job::new(input.to_path_buf())
    }
}

impl Asked<'_> {
    fn missing(&self, argument: &str, element: &str) -> CliError {
        match &self.file {
            None => CliError::new(format_args!(
                "{argument} is missing: give it, or a job file that has it with --job (try --help)"
            )),
            Some((file, _)) => CliError::file(file, format_args!("has no element `{element}`")),
        }
    }

    /// What is asked for: by the arguments or the job file, or else by the scene itself.
    fn entries<'a>(&'a self, input: &'a Path) -> Result<Vec<Entry<'a>>, CliError> {
        let place = |index: usize| {
            let (file, places) = self.file.as_ref()?;
            places.get(index).map(|place| (*file, (place.line, place.column)))
        };
        let asked = self.args.deliverable.iter().enumerate();
        let entry = |(index, text): (usize, &String)| Entry {
            text: text.clone(),
            from: place(index),
            master: MasterChain::default(),
        };
        let asked: Vec<Entry> = asked.map(entry).collect();
        if !asked.is_empty() {
            return Ok(asked);
        }
        let own = deliverables_of(input).map_err(failure)?.into_iter();
        let own: Vec<Entry> = own
            .map(|SceneDeliverable { text, master, place, .. }| Entry {
                text,
                from: Some((input, (place.line, place.column))),
                master,
            })
            .collect();
        if own.is_empty() && is_scene(input) {
            let message = "has no <deliverable> of its own: say what to make with --deliverable SPEC:LAYOUT (try --help)";
            return Err(CliError::file(input, message));
        }
        if own.is_empty() {
            return Err(self.missing("--deliverable SPEC:LAYOUT", "deliverable"));
        }
        Ok(own)
    }

    /// The deliverables as they are meant.
    fn wanted(&self, entries: &[Entry], input: &Path, console: &Console) -> Result<Vec<Wanted>, CliError> {
        let mut headphones: Option<(Deliverable, String)> = None;
        let mut all = Vec::new();
        for entry in entries {
            let (name, content) = match entry.text.parse::<Request>().map_err(|e| entry.fault(&e))? {
                Request::Adm { name } => (name, Content::Adm),
                Request::Render(request) => {
                    let mut render = render(&request, entry)?;
                    if request.layout.eq_ignore_ascii_case(BINAURAL) {
                        let read = headphones.take().map_or_else(|| self.headphones(input, console), Ok)?;
                        (render.deliverable, render.settings) = read.clone();
                        headphones = Some(read);
                    }
                    (request.name, Content::Render(Box::new(render)))
                }
            };
            all.push(Wanted { text: entry.text.clone(), content, name });
        }
        if headphones.is_none() {
            self.args.headphones.refuse_without_binaural("--deliverable none:binaural")?;
        }
        Ok(all)
    }

    /// Headphones, and everything that their sound depends on.
    fn headphones(&self, input: &Path, console: &Console) -> Result<(Deliverable, String), CliError> {
        let args = &self.args.headphones;
        let deliverable = Deliverable::headphones(args.read(input, console)?);
        let mut settings = format!("{args:?}");
        for (_, file) in args.files() {
            settings += &digest(file).map_err(failure)?;
        }
        Ok((deliverable, settings))
    }
}

fn render(request: &RenderRequest, entry: &Entry) -> Result<WantedRender, CliError> {
    let text = &entry.text;
    let specification = match &request.specification {
        None => None,
        Some(name) => {
            let name = entry.from.map_or_else(|| name.clone(), |(file, _)| beside(file, name));
            Some(specification(&name).map_err(|e| entry.fault(&format_args!("`{text}`: {e}")))?)
        }
    };
    // Headphones are put in place of this.
    let named = if request.layout.eq_ignore_ascii_case(BINAURAL) { "stereo" } else { &request.layout };
    let deliverable = Deliverable::by_name(named).map_err(|e| entry.fault(&format_args!("`{text}`: {e}")))?;
    Ok(WantedRender {
        specification,
        deliverable,
        layout: request.layout.clone(),
        programme: request.programme.clone(),
        settings: String::new(),
        parts: request.parts.clone(),
        master: entry.master.clone(),
    })
}

/// A deliverable of the scene `input` as it is meant; `None` where it can't be.
pub(super) fn wanted_of(
    deliverable: &formats::scene::Deliverable,
    place: formats::scene::Place,
    input: &Path,
) -> Option<Wanted> {
    let SceneDeliverable { text, master, place, .. } = SceneDeliverable::of(deliverable, place).ok()?;
    let entry = Entry { text, from: Some((input, (place.line, place.column))), master };
    let (name, content) = match entry.text.parse::<Request>().ok()? {
        Request::Adm { name } => (name, Content::Adm),
        Request::Render(request) => {
            let render = render(&request, &entry).ok()?;
            (request.name, Content::Render(Box::new(render)))
        }
    };
    Some(Wanted { text: entry.text, content, name })
}
