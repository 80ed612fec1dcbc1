//! A job: asked for, opened, rendered, published.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use formats::Warning;
use formats::adm::{self, WriteOptions};
use formats::bw64::{
    AudioFormat, ChunkId, CompleteFile, Dither, SampleFormat, Writer, WriterSpec, check_room_for,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::carried_adm::Carried;
use super::comparison::{Compared, Comparison};
use super::correction::{self, Finished, Inspect, Level, To, Watch};
use super::deliverable::Deliverable;
use super::line::{Line, Outputs, Passed};
use super::mastering::{Mastering, Treatment};
use super::places::{check_outputs, check_sources, is_stream};
use super::report::{ChannelReport, LoudnessReport, OutputReport, Report};
use super::source::Source;
use super::span::span;
use super::speech::add_stems;
use super::spool::Spool;
use super::time_line::begins_at;
use super::{Clock, JobError, Timecode};
use crate::engine::{Engine, EngineSpec, EngineTarget, Part};
use crate::master::{Master, Selection};
use crate::render::{RenderOptions, Target};

/// What to do: one master, any number of outputs.
#[derive(Clone, Debug)]
pub struct Job {
    /// The master.
    pub input: PathBuf,
    /// What to write; at least one.
    pub outputs: Vec<Output>,
    /// How the outputs store their samples.
    pub sample_format: SampleFormat,
    /// Dither 16- and 24-bit outputs.
    pub dither: bool,
    /// What to render of the master.
    pub selection: Selection,
    /// Importance threshold and conversion.
    pub options: RenderOptions,
    /// Where to start; 0 by default.
    pub start: Option<Timecode>,
    /// Where to end; the end of the master by default.
    pub end: Option<Timecode>,
    /// Gain of everything, decibels.
    pub gain_db: f64,
    /// Threads that read, render and write; all of the machine's by default. With one, one renders while another reads and writes.
    pub threads: Option<usize>,
    /// Measure the loudness and true peak of what is written.
    pub measure: bool,
    /// Measure the dialogue too, of outputs that are only measured.
    pub measure_dialogue: bool,
    /// Measure, beside a mix that is written for headphones, its 5.1 render.
    pub compare: bool,
}

/// One file to write.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub file: PathBuf,
    /// What it is for.
    pub deliverable: Deliverable,
    /// What sounds in it.
    pub part: Part,
    /// What is done to it before its level is measured.
    pub treatment: Treatment,
    /// What its level is to be.
    pub level: Level,
}

impl Output {
    /// The whole mix, as it is rendered.
    pub fn mix(file: PathBuf, deliverable: Deliverable) -> Self {
        let (treatment, level) = (Treatment::None, Level::AsRendered);
        Self { file, deliverable, part: Part::Mix, treatment, level }
    }
}

/// A job whose input is open and found usable; nothing is written yet.
#[derive(Debug)]
pub struct OpenJob {
    pub(super) job: Job,
    pub(super) master: Master,
    pub(super) engine: Engine,
    span: Range<u64>,
    /// Frames before those that are rendered for master chains to hear.
    pub(super) lead: u64,
    /// Frames behind them that are rendered for the same.
    ahead: u64,
    pub(super) pool: ThreadPool,
    /// Of each output, which of the engine's targets is its dialogue alone.
    pub(super) stems: Vec<Option<usize>>,
    /// What a mix on headphones is measured beside.
    comparison: Option<Comparison>,
}

/// Outputs that are complete on the disk and wait for their names; dropped, nothing is left of them.
#[derive(Debug)]
pub struct Rendered {
    pub(super) report: Report,
    pub(super) files: Vec<(PathBuf, CompleteFile)>,
    pub(super) late_warnings: Vec<Warning>,
}

impl Job {
    /// A job on `input` that asks for everything as it comes, dithered to 24 bits; outputs are yet to be added.
    pub fn new(input: PathBuf) -> Self {
        Self {
            input,
            outputs: Vec::new(),
            sample_format: SampleFormat::Int24,
            dither: true,
            selection: Selection::default(),
            options: RenderOptions::default(),
            start: None,
            end: None,
            gain_db: 0.0,
            threads: None,
            measure: false,
            measure_dialogue: false,
            compare: false,
        }
    }

    /// Opens the input, selects what to render and prepares the engine.
    ///
    /// # Errors
    /// When the input is unusable, an output would destroy the input or another output, or what was asked for
    /// does not exist.
    pub fn open(self) -> Result<OpenJob, JobError> {
        check_outputs(&self.input, &self.outputs)?;
        let master = Master::open(&self.input, &self.selection, self.gain_db)?;
        check_sources(&master.sources, self.outputs.iter().map(|output| output.file.as_path()))?;
        self.open_on(master)
    }

    /// The same for outputs that are only measured: their names mean nothing.
    ///
    /// # Errors
    /// As [`Job::open`], but for those about outputs.
    pub fn open_unwritten(self) -> Result<OpenJob, JobError> {
        let master = Master::open(&self.input, &self.selection, self.gain_db)?;
        self.open_on(master)
    }

    /// The same for a master that is open.
    pub(super) fn open_on(self, mut master: Master) -> Result<OpenJob, JobError> {
        let span = span(&self, &mut master)?;
        let is_mastered = self.outputs.iter().any(|output| output.treatment != Treatment::None);
        let lead = if is_mastered { span.start } else { 0 };
        // More than any chain looks ahead.
        let ahead = u64::from(master.input.sample_rate()).min(master.input.frames().saturating_sub(span.end));
        let ahead = if is_mastered { ahead } else { 0 };
        let (pool, threads) = self.pool()?;
        let modes = master.modes.clone();
        let target = |output: &Output| {
            let mut target = output.deliverable.target().clone();
            if let Target::Headphones(headphones) = &mut target
                && headphones.track_modes.is_empty()
            {
                headphones.track_modes.clone_from(&modes);
            }
            EngineTarget { target, part: output.part }
        };
        let mut targets: Vec<EngineTarget> = self.outputs.iter().map(target).collect();
        let needs = |output: &Output| self.measure_dialogue || output.level.needs_speech();
        let stems = add_stems(&mut targets, &master.items, self.outputs.iter().map(needs));
        let compares = self.compare && self.outputs.iter().any(Output::is_mix_on_headphones);
        let comparison = compares.then(|| Comparison::add(&mut targets)).flatten();
        let spec = EngineSpec {
            items: Arc::clone(&master.items),
            targets,
            sample_rate: master.input.sample_rate(),
            frames: master.input.frames(),
            span: span.start - lead..span.end + ahead,
            options: self.options,
            threads,
        };
        let (engine, warnings) =
            pool.install(|| Engine::new(spec)).map_err(|e| JobError::file(&self.input, e))?;
        // Every target says what it thinks of a block; once is enough.
        let mut said: HashSet<String> = master.warnings.iter().map(Warning::to_string).collect();
        let warnings = warnings.into_iter().chain(correction::remarks(&self.outputs));
        let warnings = warnings.filter(|warning| said.insert(warning.to_string()));
        master.warnings.extend(together("dolby-speaker-label", warnings));
        master.warning_count = master.warnings.len();
        Ok(OpenJob { job: self, master, engine, span, lead, ahead, pool, stems, comparison })
    }
}

impl Job {
    /// The threads that do the work, and how many of them render. Where there is one for that, another reads and writes; and as a pipe
    /// or a device may make who writes to it wait for long, or for what is written to another, each has one more to wait in.
    fn pool(&self) -> Result<(ThreadPool, usize), JobError> {
        let pool = |threads: usize| {
            let named = ThreadPoolBuilder::new().thread_name(|n| format!("render {n}"));
            let pool = named.num_threads(threads).build();
            pool.map_err(|e| JobError::Request(format!("cannot start the rendering threads: {e}")))
        };
        let asked = pool(self.threads.unwrap_or(0))?;
        let threads = asked.current_num_threads();
        let streams = self.outputs.iter().filter(|output| is_stream(&output.file)).count();
        let least = threads.max(2) + streams;
        Ok((if least > threads { pool(least)? } else { asked }, threads))
    }
}

impl OpenJob {
    /// What was repaired or is remarkable about the input.
    pub fn warnings(&self) -> &[Warning] {
        &self.master.warnings
    }

    /// Remarks that matter only to the strict.
    pub fn remarks(&self) -> &[Warning] {
        &self.master.remarks
    }

    /// The programme that is rendered, by its name, where it has one.
    pub fn programme(&self) -> Option<&str> {
        self.master.programme.as_deref()
    }

    /// Frames to render.
    pub fn frames(&self) -> u64 {
        self.span.end - self.span.start
    }

    /// Frames that [`OpenJob::run`] tells of: those to render, those that master chains hear before them, and those of
    /// corrected outputs once more.
    pub fn work(&self) -> u64 {
        let corrected = self.job.outputs.iter().any(|output| !matches!(output.level, Level::AsRendered));
        self.frames().saturating_mul(1 + u64::from(corrected)).saturating_add(self.lead + self.ahead)
    }

    /// Renders. `progress` hears how many frames of [`OpenJob::work`] are done; `stop` is asked between blocks.
    ///
    /// # Errors
    /// When the input can't be read on, an output can't be written, or `stop` said so.
    pub fn run(
        self,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Rendered, JobError> {
        self.run_inspected(progress, stop, None)
    }

    /// The same; `inspect` sees every file as soon as it is on the disk, while others are still being written. What is
    /// measured there is not measured while it is written.
    pub(super) fn run_inspected(
        self,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
        inspect: Option<Inspect>,
    ) -> Result<Rendered, JobError> {
        correction::check(&self.job.outputs)?;
        let writers = self.create_writers()?;
        let Self { job, master, engine, span, lead, ahead, pool, stems, comparison } = self;
        let (rate, tracks) = (master.input.sample_rate(), master.input.tracks());
        let rendered = span.end - span.start;
        let mastering = Mastering::new(&job.outputs, &engine.output_blocks(), (lead, rendered), rate)?;
        let mut kept = BTreeMap::new();
        let comparison = comparison.and_then(|comparison| comparison.meter(rate));
        let mut destinations = Vec::new();
        for ((index, output), writer) in job.outputs.iter().enumerate().zip(writers) {
            let stem = stems.get(index).copied().flatten();
            let to = To { writer, start: span.start, sample_rate: rate, has_stem: stem.is_some() };
            let (destination, file) = correction::destination(output, to, job.measure)?;
            kept.extend(file.map(|file| (index, file)));
            destinations.push((destination, stem));
        }
        let source = Source::new(&job.input, master.input, &engine);
        let outputs = Outputs { destinations, comparison };
        let line = Line { source, engine, mastering, outputs };
        let passed = pool.install(|| line.run(progress, stop))?;
        let Passed { taken, compared, faults, mastering } = passed;
        let (corrected, told) = (kept.len().max(1) as u64, Mutex::new((0_u64, progress)));
        let further = |frames: u64| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.0 = told.0.saturating_add(frames);
            let done = (lead + rendered + ahead).saturating_add(told.0 / corrected);
            (told.1)(done);
        };
        let watch = Watch { stop, progress: &further, inspect };
        let finished = pool.install(|| correction::finish(&job.outputs, taken, kept, rate, &watch))?;
        if stop() {
            return Err(JobError::Interrupted);
        }
        let mut warnings = master.warnings;
        warnings.extend(faults.warnings(rate));
        let reports = job.outputs.iter().zip(&finished).enumerate();
        let outputs = reports.map(|(index, (output, done))| {
            let report = output_report(output, job.sample_format, done, rate);
            OutputReport { master: mastering.report(index), ..compared_report(output, report, compared) }
        });
        let report = Report {
            input: job.input.display().to_string(),
            sample_rate: rate,
            start: span.start,
            frames: rendered,
            length: Clock { sample: rendered, sample_rate: rate }.to_string(),
            programme: master.programme,
            tracks,
            items: master.items.len(),
            outputs: outputs.collect(),
            warnings: warnings.iter().map(Warning::to_string).collect(),
        };
        let files = job.outputs.into_iter().zip(finished).map(|(output, done)| (output.file, done.0.file));
        Ok(Rendered {
            report,
            files: files.collect(),
            late_warnings: warnings.split_off(master.warning_count),
        })
    }

    fn create_writers(&self) -> Result<Vec<Writer>, JobError> {
        let rate = self.master.input.sample_rate();
        let name =
            self.job.input.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let sample_format = self.job.sample_format;
        let carried = Carried { name: &name, sample_rate: rate, bits: u32::from(sample_format.bits()) };
        self.job.outputs.iter().map(|output| create_writer(self, output, &carried)).collect()
    }
}

impl Rendered {
    /// What was done, for people and scripts.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was found only while rendering.
    pub fn warnings(&self) -> &[Warning] {
        &self.late_warnings
    }

    /// Gives every file its name.
    ///
    /// # Errors
    /// When the system refuses one; then none of them stays.
    pub fn publish(self) -> Result<Report, JobError> {
        let mut published: Vec<PathBuf> = Vec::new();
        for (path, file) in self.files {
            match file.publish() {
                Ok(_) => published.push(path),
                Err(e) => {
                    // What can't be removed is complete at least.
                    published.iter().for_each(|path| drop(fs::remove_file(path)));
                    return Err(JobError::output(&path, &e));
                }
            }
        }
        Ok(self.report)
    }
}

fn create_writer(open: &OpenJob, output: &Output, carried: &Carried) -> Result<Writer, JobError> {
    let fault = |e: &dyn std::fmt::Display| JobError::file(&output.file, e);
    let channels = u16::try_from(output.deliverable.target().channels())
        .map_err(|_| fault(&"more than 65535 channels"))?;
    let mut format = AudioFormat::new(channels, carried.sample_rate, open.job.sample_format);
    if let Some(mask) = output.deliverable.channel_mask() {
        format = format.with_channel_mask(mask);
    }
    let dither = open.job.dither.then(Dither::default);
    let spec = WriterSpec { format, frames: Some(open.frames()), dither };
    if !matches!(output.level, Level::AsRendered) {
        let spooled = Spool::bytes(usize::from(channels), open.frames());
        let file = open.frames().saturating_mul(format.bytes_per_frame() as u64);
        check_room_for(&output.file, spooled.saturating_add(file))
            .map_err(|e| JobError::output(&output.file, &e))?;
    }
    let mut writer = Writer::create(&output.file, &spec).map_err(|e| JobError::output(&output.file, &e))?;
    let first = open.master.time_reference.map(|first| first.saturating_add(open.span.start));
    if let Some(first) = first.filter(|first| *first > 0) {
        let body = begins_at(first).to_bytes();
        writer.add_chunk(ChunkId::BEXT, body).map_err(|e| JobError::output(&output.file, &e))?;
    }
    if let Some(document) = output.deliverable.document(carried) {
        let mut axml = Vec::new();
        adm::write(&document, &mut axml, &WriteOptions::default()).map_err(|e| fault(&e))?;
        writer.add_chna(&document.chna()).map_err(|e| JobError::output(&output.file, &e))?;
        writer.add_axml(axml).map_err(|e| JobError::output(&output.file, &e))?;
    }
    Ok(writer)
}

/// `report` with what was found of the 5.1 render, where that is to be compared with it.
fn compared_report(output: &Output, report: OutputReport, found: Option<Compared>) -> OutputReport {
    let rendered = report.correction.as_ref().map(|correction| correction.before).or(report.loudness);
    let headphones = rendered.and_then(|loudness| loudness.integrated_lufs);
    let found = found.filter(|_| output.is_mix_on_headphones());
    OutputReport { compared_with_5_1: found.map(|found| found.with(headphones)), ..report }
}

fn output_report(output: &Output, format: SampleFormat, done: &Finished, sample_rate: u32) -> OutputReport {
    let (written, correction) = done;
    let names = output.deliverable.channel_names();
    let channels = names
        .into_iter()
        .zip(&written.levels)
        .map(|(name, levels)| ChannelReport::new(name, levels, sample_rate));
    let report = OutputReport::new(output, format, written.file.summary().container, channels.collect());
    let loudness = written.measurement.as_ref().map(LoudnessReport::new);
    OutputReport { loudness, correction: correction.clone(), ..report }
}

/// Warnings, of those with `rule` only the first with the number of the others: a Dolby bed has one for each channel.
fn together(rule: &str, warnings: impl Iterator<Item = Warning>) -> Vec<Warning> {
    let (mut kept, mut first, mut more) = (Vec::new(), None, 0_usize);
    for warning in warnings {
        match (warning.rule == rule, first) {
            (true, Some(_)) => more += 1,
            (is_it, _) => {
                first = first.or(is_it.then_some(kept.len()));
                kept.push(warning);
            }
        }
    }
    if let Some(found) = first.and_then(|first| kept.get_mut(first)).filter(|_| more > 0) {
        found.message = format!("{} (and {more} more)", found.message);
    }
    kept
}
