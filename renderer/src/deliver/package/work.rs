//! The work of a delivery: one pass that renders, copies and sums; then every file read back, measured and judged.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use formats::Warning;
use formats::bw64::CompleteFile;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::copy::{Copy, copy_and_sum, faults};
use super::folder::Folder;
use super::masters::{Masters, once};
use super::plan::Planned;
use super::read_back::{ReadBack, read_back};
use super::report::{Corrected, DialogueReport, FileReport, JudgedBy};
use super::request::part_name;
use super::run::Watch;
use super::{Content, PROVED, Package, Wanted, WantedRender, bits_name};
use crate::deliver::job::{Output, Rendered};
use crate::deliver::{Correction, Job, JobError, Level, LoudnessReport, OutputReport, Peaks, Treatment};
use crate::engine::Part;
use crate::loudness::{Meter, Specification, SpeechActivity, SpeechSource, Verdict};
use crate::master::Master;

/// The rule of samples that are no numbers, and what its message ends with.
const NON_FINITE: &str = "non-finite-samples";
const TAKEN_AS_SILENCE: &str = "; taken as silence";

/// What is to be done.
pub(super) struct Work<'a> {
    pub(super) package: &'a Package,
    pub(super) folder: Folder,
    pub(super) planned: Vec<Planned>,
    pub(super) watch: Watch<'a>,
    /// Nothing will be written: every file is there, and what goes with it.
    pub(super) is_idle: bool,
}

/// What a pass of the engine gave.
#[derive(Debug)]
struct Made<'a> {
    renders: Vec<Render<'a>>,
    rendered: Rendered,
    /// What was found on the disk, by the index of the render.
    found: BTreeMap<usize, ReadBack>,
    /// What was found when the engine was made ready.
    warnings: Vec<Warning>,
}

/// What was done. Every file has its report.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) folder: Folder,
    pub(super) planned: Vec<Planned>,
    /// First frame and number of frames that were rendered, if any were.
    pub(super) span: Option<(u64, u64)>,
    /// XXH128 of the master.
    pub(super) input: String,
    /// What was found on the way.
    pub(super) warnings: Vec<Warning>,
}

/// A render among the planned files.
#[derive(Clone, Debug)]
struct Render<'a> {
    /// Which of the planned files.
    index: usize,
    wanted: &'a Wanted,
    render: &'a WantedRender,
    part: Part,
}

impl Render<'_> {
    /// What it is judged by; parts of the mix are not.
    fn judged_by(&self) -> Option<&Specification> {
        self.wanted.specification().filter(|_| self.part == Part::Mix)
    }
}

impl<'a> Work<'a> {
    /// Does it; `known` are warnings that were told, `input` is the XXH128 of the master where it is known.
    pub(super) fn run(
        mut self,
        masters: Masters,
        known: &[Warning],
        input: Option<String>,
    ) -> Result<Done, JobError> {
        let master = &masters.any().input;
        let (bits, rate) = (bits_name(master.sample_format()), master.sample_rate());
        let copies = self.copies(master.file_size())?;
        let (made, input, copies) = self.first_pass(masters, copies, input)?;
        let span = made.first().map(|made| (made.rendered.report.start, made.rendered.report.frames));
        let mut warnings = Vec::new();
        for made in made {
            self.refuse_faults(&made.rendered.late_warnings)?;
            warnings.extend(made.warnings.iter().chain(&made.rendered.late_warnings).cloned());
            if !self.package.job.sample_format.is_float() {
                warnings.extend(made.rendered.report.outputs.iter().flat_map(named_overloads));
            }
            self.report(made)?;
        }
        let mut warnings = once(warnings.into_iter().filter(|warning| !known.contains(warning)));
        if !self.is_idle {
            self.measure_unchanged(rate)?;
        }
        if !copies.is_empty() {
            warnings.extend(self.faults_of_copies(&warnings)?);
        }
        for copy in copies {
            let (index, checksums) = (copy.index, copy.proved(&input, self.watch)?);
            if let Some(planned) = self.planned.get_mut(index) {
                let text = self.package.wanted.get(planned.wanted).map_or("", |wanted| &wanted.text);
                planned.report = Some(FileReport::of_copy(text, &planned.name, bits, checksums));
            }
            self.folder.keep_bytes(copy.file);
        }
        Ok(Done { folder: self.folder, planned: self.planned, span, input, warnings })
    }

    /// What is no number is delivered to nobody, unless somebody asked for silence in its place.
    fn refuse_faults(&self, warnings: &[Warning]) -> Result<(), JobError> {
        let is_fault = |warning: &&Warning| warning.rule == NON_FINITE;
        let faults: Vec<String> = warnings
            .iter()
            .filter(is_fault)
            .map(|warning| format!("{}: {}", warning.element, warning.message.replace(TAKEN_AS_SILENCE, "")))
            .collect();
        if faults.is_empty() || self.package.sanitize {
            return Ok(());
        }
        let message = format!(
            "{}; refused for delivery: repair the master, or deliver silence in their place with --sanitize",
            faults.join("; ")
        );
        Err(JobError::file(&self.package.job.input, message))
    }

    /// Samples that are no numbers in what is copied and not rendered; `known` are those of what is.
    fn faults_of_copies(&self, known: &[Warning]) -> Result<Vec<Warning>, JobError> {
        let mut found = faults(&self.package.job.input, self.watch)?;
        self.refuse_faults(&found)?;
        found.retain(|fault| {
            known.iter().all(|known| known.rule != NON_FINITE || known.element != fault.element)
        });
        let as_it_is = |fault: Warning| Warning {
            message: fault.message.replace(TAKEN_AS_SILENCE, "; the copy of the master has them as they are"),
            ..fault
        };
        Ok(found.into_iter().map(as_it_is).collect())
    }

    /// The renders of a programme that are to be made.
    fn renders(&self, programme: Option<&str>) -> Vec<Render<'a>> {
        let package = self.package;
        let render = |(index, file): (usize, &Planned)| {
            let wanted = package.wanted.get(file.wanted)?;
            let render = wanted.render().filter(|render| package.programme_of(render) == programme)?;
            Some(Render { index, wanted, render, part: file.part.filter(|_| file.report.is_none())? })
        };
        self.planned.iter().enumerate().filter_map(render).collect()
    }

    /// The copies that are to be made, begun.
    fn copies(&self, bytes: u64) -> Result<Vec<Copy>, JobError> {
        let wanted = self.planned.iter().enumerate();
        let wanted = wanted.filter(|(_, file)| file.part.is_none() && file.report.is_none());
        wanted
            .map(|(index, file)| Ok(Copy { index, file: self.folder.create(&file.name, Some(bytes))? }))
            .collect()
    }

    /// Renders, copies and sums the master at the same time, each where there is something to do.
    fn first_pass(
        &self,
        masters: Masters,
        copies: Vec<Copy>,
        input: Option<String>,
    ) -> Result<(Vec<Made<'a>>, String, Vec<Copy>), JobError> {
        let (progress, stop) = self.watch;
        let given_up = AtomicBool::new(false);
        let stop = || stop() || given_up.load(Ordering::Relaxed);
        let (path, sources) = (self.package.job.input.as_path(), masters.any().sources.clone());
        thread::scope(|scope| {
            let is_read = input.is_none() || !copies.is_empty();
            let copying = is_read.then(|| {
                let work = || copy_and_sum(&sources, copies, &stop);
                thread::Builder::new().name("copy".to_owned()).spawn_scoped(scope, work)
            });
            let passes = masters.each().filter_map(|(programme, master)| {
                let renders = self.renders(programme.as_deref());
                (!renders.is_empty()).then(|| self.render(master, renders, (progress, &stop)))
            });
            let rendered: Result<Vec<Made>, JobError> = passes.collect();
            if rendered.is_err() {
                given_up.store(true, Ordering::Relaxed);
            }
            let copied = match copying {
                None => Ok((String::new(), Vec::new())),
                Some(Err(e)) => {
                    Err(JobError::file(path, format_args!("cannot start a thread to read it: {e}")))
                }
                Some(Ok(thread)) => {
                    let failed = || JobError::file(path, "the thread that read it failed");
                    thread.join().unwrap_or_else(|_| Err(failed()))
                }
            };
            let (rendered, (found, copies)) = (rendered?, copied?);
            match input {
                Some(known) if is_read && known != found => {
                    Err(JobError::file(path, "was changed while it was read; run the job again"))
                }
                Some(known) => Ok((rendered, known, copies)),
                None => Ok((rendered, found, copies)),
            }
        })
    }

    /// Renders, corrects and writes `renders`, and reads every file back as soon as it is on the disk.
    fn render(
        &self,
        master: Master,
        renders: Vec<Render<'a>>,
        (progress, stop): Watch,
    ) -> Result<Made<'a>, JobError> {
        let (known, rate) = (master.warnings.len(), master.input.sample_rate());
        let output = |render: &Render| {
            let name = self.planned.get(render.index).map_or("", |file| file.name.as_str());
            let file = self.folder.place(name)?;
            let deliverable = render.render.deliverable.clone();
            let (treatment, level) = (self.treatment(render, &renders), self.level(render, &renders));
            Ok(Output { file, deliverable, part: render.part, treatment, level })
        };
        let outputs = renders.iter().map(output).collect::<Result<_, JobError>>()?;
        let open = Job { outputs, compare: true, ..self.package.job.clone() }.open_on(master)?;
        let warnings = open.warnings().get(known..).unwrap_or_default().to_vec();
        let frames = open.frames();
        let found = Mutex::new(BTreeMap::new());
        let prove = |index: usize, file: &CompleteFile, speech: Option<&Arc<SpeechActivity>>| {
            let Some(render) = renders.get(index) else { return Ok(()) };
            let read = self.prove(render, (file, frames), meter(render, rate, speech), (progress, stop))?;
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(index, read);
            Ok(())
        };
        let (mut before, files) = (0, renders.len() as u64);
        let mut tell = |frames: u64| {
            progress(frames.saturating_sub(before).saturating_mul(files));
            before = frames;
        };
        let rendered = open.run_inspected(&mut tell, stop, Some(&prove))?;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Made { renders, rendered, found, warnings })
    }

    /// A mix goes through its master chain, and its stems get what it gets.
    fn treatment(&self, render: &Render, renders: &[Render]) -> Treatment {
        let chain = &render.render.master;
        if chain.is_empty() {
            return Treatment::None;
        }
        if render.part == Part::Mix {
            return Treatment::Chain(Box::new(chain.clone()));
        }
        mix_of(render, &self.planned, renders).map_or(Treatment::None, Treatment::With)
    }

    /// A mix is brought to its specification, and its stems get what it gets.
    fn level(&self, render: &Render, renders: &[Render]) -> Level {
        let Some(specification) = render.wanted.specification() else { return Level::AsRendered };
        if render.part == Part::Mix {
            let correction = Correction { specification: specification.clone(), peaks: Peaks::Limit };
            return Level::Target(Box::new(correction));
        }
        mix_of(render, &self.planned, renders).map_or(Level::AsRendered, Level::SameAs)
    }

    /// Reads a file back: what lies on the disk, which must be as long as what was rendered.
    fn prove(
        &self,
        render: &Render,
        (file, frames): (&CompleteFile, u64),
        meter: Option<Meter>,
        watch: Watch,
    ) -> Result<ReadBack, JobError> {
        let name = self.planned.get(render.index).map_or("", |file| file.name.as_str());
        let path = self.folder.place(name)?;
        let open = file.read_back().map_err(|e| JobError::output(&path, &e))?;
        let found = read_back(open, &path, meter, watch)?;
        if found.frames == frames {
            return Ok(found);
        }
        let message = format!("has {} frames when it is read back, {frames} were written", found.frames);
        Err(JobError::file(&path, message))
    }

    /// Takes the files, and says of each what lies on the disk.
    fn report(&mut self, made: Made) -> Result<(), JobError> {
        let Made { renders, rendered: Rendered { report, files, .. }, mut found, .. } = made;
        let outputs = report.outputs.iter().zip(files).enumerate();
        for (render, (index, (output, (path, file)))) in renders.iter().zip(outputs) {
            let Some(read) = found.remove(&index) else {
                return Err(JobError::file(&path, "was not read back"));
            };
            let mix = mix_of(render, &self.planned, &renders).and_then(|mix| report.outputs.get(mix));
            let correction = mix.and_then(|mix| mix.correction.as_ref()).map(Corrected::from);
            let made = report_of(render, output, &read, correction);
            self.folder.keep(path, file);
            if let Some(planned) = self.planned.get_mut(render.index) {
                let (file, programme) = (planned.name.clone(), report.programme.clone());
                planned.report = Some(FileReport { file, programme, ..made });
                planned.measurement = read.measurement;
            }
        }
        Ok(())
    }

    /// Measures what was left as it is, for the page.
    fn measure_unchanged(&mut self, rate: u32) -> Result<(), JobError> {
        let (package, folder, watch) = (self.package, &self.folder, self.watch);
        let measure = |file: &mut Planned| {
            let content = package.wanted.get(file.wanted).map(|wanted| &wanted.content);
            let Some(Content::Render(render)) = content else { return Ok(()) };
            if file.measurement.is_some() || !file.report.as_ref().is_some_and(|report| report.unchanged) {
                return Ok(());
            }
            let path = folder.path().join(&file.name);
            let open = File::open(&path).map_err(|e| JobError::file(&path, e))?;
            let (_, stop) = watch;
            let found = read_back(open, &path, render.deliverable.meter(rate, PROVED), (&|_| {}, stop))?;
            file.measurement = found.measurement;
            Ok(())
        };
        let pool = self.pool()?;
        pool.install(|| self.planned.par_iter_mut().try_for_each(measure))
    }

    fn pool(&self) -> Result<ThreadPool, JobError> {
        ThreadPoolBuilder::new()
            .num_threads(self.package.job.threads.unwrap_or(0))
            .thread_name(|n| format!("prove {n}"))
            .build()
            .map_err(|e| JobError::Request(format!("cannot start the measuring threads: {e}")))
    }
}

/// A meter for what is read back: of all that a mix is judged by, and of all that the page shows.
fn meter(render: &Render, rate: u32, speech: Option<&Arc<SpeechActivity>>) -> Option<Meter> {
    let source = speech.map_or(SpeechSource::Voice, |speech| SpeechSource::Known(Arc::clone(speech)));
    render.render.deliverable.meter_for(render.judged_by(), Some(&source), (rate, PROVED))
}

/// Which of `renders` is the mix that `render` belongs to, where something is done to that.
fn mix_of(render: &Render, planned: &[Planned], renders: &[Render]) -> Option<usize> {
    let wanted = |render: &Render| planned.get(render.index).map(|file| file.wanted);
    if !render.wanted.is_made_together() {
        return None;
    }
    renders.iter().position(|other| other.part == Part::Mix && wanted(other) == wanted(render))
}

/// What lies on the disk, judged.
fn report_of(
    render: &Render,
    output: &OutputReport,
    found: &ReadBack,
    correction: Option<Corrected>,
) -> FileReport {
    let specification = render.judged_by();
    let judgement = specification.zip(found.measurement.as_ref()).map(|(by, found)| by.judge(found));
    let rendered = output.correction.as_ref().map(|correction| correction.before);
    let delivered = found.measurement.as_ref().map(LoudnessReport::new);
    let headphones = rendered.or(delivered).and_then(|loudness| loudness.integrated_lufs);
    let is_met = judgement.as_ref().is_some_and(|judgement| judgement.verdict == Verdict::Pass);
    FileReport {
        deliverable: render.wanted.text.clone(),
        file: String::new(),
        part: part_name(render.part).to_owned(),
        layout: output.layout.clone(),
        known_as: output.known_as.map(str::to_owned),
        programme: None,
        bits: output.bits.to_owned(),
        channels: output.channels.iter().map(|channel| channel.name.clone()).collect(),
        specification: specification.map(JudgedBy::from),
        rendered,
        compared_with_5_1: output.compared_with_5_1.map(|found| found.with(headphones)),
        dialogue: found
            .measurement
            .as_ref()
            .and_then(|found| found.dialogue.as_ref())
            .map(DialogueReport::from),
        master: output.master.clone(),
        correction: correction.map(|correction| Corrected {
            shortfall: correction.shortfall.filter(|_| !is_met),
            ..correction
        }),
        delivered,
        verdict: judgement.as_ref().map_or(Verdict::Pass, |judgement| judgement.verdict),
        judgement,
        checksums: found.checksums.clone(),
        unchanged: false,
    }
}

/// Overloads with the name of their file.
fn named_overloads(output: &OutputReport) -> Vec<Warning> {
    let name = |warning: Warning| {
        let file = std::path::Path::new(&output.file).file_name().unwrap_or_default().to_string_lossy();
        Warning { element: format!("{file}: {}", warning.element), ..warning }
    };
    output.overload_warnings().into_iter().map(name).collect()
}
