//! A job: asked for, opened, rendered, published.

use std::collections::HashSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use formats::Warning;
use formats::adm::{self, WriteOptions};
use formats::bw64::{AudioFormat, CompleteFile, Dither, SampleFormat, Writer, WriterSpec, same_file};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::carried_adm::Carried;
use super::deliverable::Deliverable;
use super::faults::Faults;
use super::master::{Master, Selection};
use super::report::{ChannelReport, LoudnessReport, OutputReport, Report};
use super::sink::{Sink, Written};
use super::source::Source;
use super::speech::Stems;
use super::{Clock, JobError, Timecode};
use crate::audio::AudioBlock;
use crate::engine::{Engine, EngineSpec, EngineTarget, Part};
use crate::items::{RenderItem, Role};
use crate::loudness::{Measures, SpeechActivity};
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
    /// Threads that render; all of the machine's by default.
    pub threads: Option<usize>,
    /// Measure the loudness and true peak of what is written.
    pub measure: bool,
    /// Measure the dialogue too, of outputs that are measured.
    pub measure_dialogue: bool,
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
}

impl Output {
    /// The whole mix.
    pub fn mix(file: PathBuf, deliverable: Deliverable) -> Self {
        Self { file, deliverable, part: Part::Mix }
    }
}

/// A job whose input is open and found usable; nothing is written yet.
#[derive(Debug)]
pub struct OpenJob {
    pub(super) job: Job,
    pub(super) master: Master,
    pub(super) engine: Engine,
    span: Range<u64>,
    pub(super) pool: ThreadPool,
    /// Of each output, which of the engine's targets is its dialogue alone.
    pub(super) stems: Vec<Option<usize>>,
}

/// Outputs that are complete on the disk and wait for their names; dropped, nothing is left of them.
#[derive(Debug)]
pub struct Rendered {
    pub(super) report: Report,
    pub(super) files: Vec<(PathBuf, CompleteFile)>,
    pub(super) late_warnings: Vec<Warning>,
    /// When there is speech in each of the files, where that was measured.
    pub(super) speech: Vec<Option<Arc<SpeechActivity>>>,
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
        }
    }

    /// Opens the input, selects what to render and prepares the engine.
    ///
    /// # Errors
    /// When the input is unusable, an output would destroy the input or another output, or what was asked for
    /// does not exist.
    pub fn open(self) -> Result<OpenJob, JobError> {
        check_outputs(&self.input, &self.outputs)?;
        self.open_unwritten()
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
        let pool = ThreadPoolBuilder::new()
            .num_threads(self.threads.unwrap_or(0))
            .thread_name(|n| format!("render {n}"))
            .build()
            .map_err(|e| JobError::Request(format!("cannot start the rendering threads: {e}")))?;
        let modes = master.track_modes().map_err(|e| JobError::file(&self.input, e))?;
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
        let stems = if self.measure_dialogue { add_stems(&mut targets, &master.items) } else { Vec::new() };
        let spec = EngineSpec {
            items: Arc::clone(&master.items),
            targets,
            sample_rate: master.reader.sample_rate(),
            frames: master.reader.frames(),
            span: span.clone(),
            options: self.options,
            threads: pool.current_num_threads(),
        };
        let (engine, warnings) =
            pool.install(|| Engine::new(spec)).map_err(|e| JobError::file(&self.input, e))?;
        // Every target says what it thinks of a block; once is enough.
        let mut said: HashSet<String> = master.warnings.iter().map(Warning::to_string).collect();
        master.warnings.extend(warnings.into_iter().filter(|warning| said.insert(warning.to_string())));
        master.warning_count = master.warnings.len();
        Ok(OpenJob { job: self, master, engine, span, pool, stems })
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

    /// Frames to render.
    pub fn frames(&self) -> u64 {
        self.span.end - self.span.start
    }

    /// Renders. `progress` hears how many frames are done; `stop` is asked between blocks.
    ///
    /// # Errors
    /// When the input can't be read on, an output can't be written, or `stop` said so.
    pub fn run(
        self,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Rendered, JobError> {
        let writers = self.create_writers()?;
        let Self { job, master, engine, span, pool, stems } = self;
        let format = *master.reader.format();
        let blocks = engine.output_blocks();
        let (written, faults) = std::thread::scope(|scope| {
            let source = Source::start(scope, &job.input, master.reader, &engine)?;
            let (stems, mut speech) = Stems::new(&job.outputs, &stems, format.sample_rate)?;
            speech.resize(job.outputs.len(), None);
            let mut sinks = Vec::new();
            for (((output, writer), block), speech) in
                job.outputs.iter().zip(writers).zip(&blocks).zip(speech)
            {
                let shape = (block.channels(), block.capacity());
                let measures = Measures { true_peak: true, offsets: false, timeline: false };
                let meter =
                    job.measure.then(|| output.deliverable.meter(format.sample_rate, measures)).flatten();
                let meter = meter.map(|meter| match speech {
                    Some(source) => meter.with_speech(source),
                    None => meter,
                });
                sinks.push(Sink::start(scope, &output.file, writer, (shape, meter), span.start)?);
            }
            let line = Line { path: &job.input, source, engine, blocks, sinks, stems };
            // All of it among the rendering threads: to go there block by block would cost two waits for each.
            pool.install(|| line.run(progress, stop))
        })?;
        if stop() {
            return Err(JobError::Interrupted);
        }
        let mut warnings = master.warnings;
        warnings.extend(faults.warnings(format.sample_rate));
        let outputs =
            job.outputs.iter().zip(&written).map(|(output, written)| {
                output_report(output, job.sample_format, written, format.sample_rate)
            });
        let report = Report {
            input: job.input.display().to_string(),
            sample_rate: format.sample_rate,
            start: span.start,
            frames: span.end - span.start,
            length: Clock { sample: span.end - span.start, sample_rate: format.sample_rate }.to_string(),
            tracks: usize::from(format.channels),
            items: master.items.len(),
            outputs: outputs.collect(),
            warnings: warnings.iter().map(Warning::to_string).collect(),
        };
        let activity =
            |written: &Written| Some(Arc::clone(&written.measurement.as_ref()?.dialogue.as_ref()?.activity));
        let speech = written.iter().map(activity).collect();
        let files = job.outputs.into_iter().zip(written).map(|(output, written)| (output.file, written.file));
        Ok(Rendered {
            report,
            files: files.collect(),
            late_warnings: warnings.split_off(master.warning_count),
            speech,
        })
    }

    fn create_writers(&self) -> Result<Vec<Writer>, JobError> {
        let rate = self.master.reader.sample_rate();
        let name =
            self.job.input.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let sample_format = self.job.sample_format;
        let carried = Carried { name: &name, sample_rate: rate, bits: u32::from(sample_format.bits()) };
        self.job.outputs.iter().map(|output| create_writer(self, output, &carried)).collect()
    }
}

/// What a job's blocks pass: reader, engine, writers.
struct Line<'scope> {
    path: &'scope Path,
    source: Source,
    engine: Engine,
    blocks: Vec<AudioBlock>,
    sinks: Vec<Sink<'scope>>,
    stems: Stems,
}

impl Line<'_> {
    /// Renders block after block. Gives what the sinks wrote, and which samples were no numbers.
    fn run(
        mut self,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<(Vec<Written>, Faults), JobError> {
        let mut done = 0_u64;
        while let Some(input) = self.source.next()? {
            if stop() {
                return Err(JobError::Interrupted);
            }
            let rendered = self.engine.process(&input, &mut self.blocks);
            rendered.map_err(|e| JobError::file(self.path, e))?;
            self.source.recycle(input);
            let frames = self.blocks.first().map_or(0, AudioBlock::frames);
            self.stems.add(&self.blocks);
            for (index, block) in self.blocks.iter_mut().enumerate() {
                let Some(sink) = self.sinks.get(index) else { break };
                let full = std::mem::replace(block, sink.empty_block());
                if !sink.send(full) {
                    return Err(self.sinks.swap_remove(index).failure());
                }
            }
            done = done.saturating_add(frames as u64);
            progress(done);
        }
        self.stems.tell();
        self.sinks.iter().for_each(Sink::end);
        let written = self.sinks.into_iter().map(Sink::finish).collect::<Result<_, _>>()?;
        Ok((written, self.source.faults()))
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
    let mut writer = Writer::create(&output.file, &spec).map_err(|e| JobError::output(&output.file, &e))?;
    if let Some(document) = output.deliverable.document(carried) {
        let mut axml = Vec::new();
        adm::write(&document, &mut axml, &WriteOptions::default()).map_err(|e| fault(&e))?;
        writer.add_chna(&document.chna()).map_err(|e| JobError::output(&output.file, &e))?;
        writer.add_axml(axml).map_err(|e| JobError::output(&output.file, &e))?;
    }
    Ok(writer)
}

fn output_report(output: &Output, format: SampleFormat, written: &Written, sample_rate: u32) -> OutputReport {
    let names = output.deliverable.channel_names();
    let channels = names
        .into_iter()
        .zip(&written.levels)
        .map(|(name, levels)| ChannelReport::new(name, levels, sample_rate));
    let report = OutputReport::new(output, format, written.file.summary().container, channels.collect());
    OutputReport { loudness: written.measurement.as_ref().map(LoudnessReport::new), ..report }
}

/// Adds, for every mix to loudspeakers, its dialogue alone to `targets`; tells where it is. None where no item is dialogue.
fn add_stems(targets: &mut Vec<EngineTarget>, items: &[RenderItem]) -> Vec<Option<usize>> {
    let part = Part::Role(Role::Dialogue);
    let there_is = items.iter().any(|item| part.holds(item));
    let mut stems = Vec::new();
    for output in 0..targets.len() {
        let EngineTarget { target, part: whole } = &targets[output];
        let wanted = there_is && *whole == Part::Mix && matches!(target, Target::Loudspeakers { .. });
        stems.push(wanted.then_some(targets.len()));
        if wanted {
            targets.push(EngineTarget { target: target.clone(), part });
        }
    }
    stems
}

/// The frames that `--start` and `--end` leave.
fn span(job: &Job, master: &mut Master) -> Result<Range<u64>, JobError> {
    let (frames, rate) = (master.reader.frames(), master.reader.sample_rate());
    let clock = |sample| Clock { sample, sample_rate: rate };
    let start = job.start.map_or(0, |time| time.to_sample(rate));
    let mut end = job.end.map_or(frames, |time| time.to_sample(rate));
    if start > 0 && start >= frames {
        let message =
            format!("--start {} is not before the end of the file, {}", clock(start), clock(frames));
        return Err(JobError::file(&job.input, message));
    }
    if end < start || (end == start && job.end.is_some()) {
        let message = format!("--end {} is not after the start, {}", clock(end), clock(start));
        return Err(JobError::file(&job.input, message));
    }
    if end > frames {
        let message = format!(
            "--end {} is after the end of the file, {}; rendered to there",
            clock(end),
            clock(frames)
        );
        master.warnings.push(Warning::new("end-after-file", "", message));
        end = frames;
    }
    Ok(start..end)
}

/// No output may be the input or another output, and every folder must be there.
fn check_outputs(input: &Path, outputs: &[Output]) -> Result<(), JobError> {
    let mut places: Vec<PathBuf> = Vec::new();
    for Output { file, .. } in outputs {
        if same_file(input, file) {
            return Err(JobError::file(file, "is the input itself; choose another name for the output"));
        }
        let Some(place) = place(file) else {
            let folder = folder(file).display();
            let message = format!("cannot write: the folder {folder} does not exist; make it first");
            return Err(JobError::file(file, message));
        };
        if places.contains(&place) {
            return Err(JobError::file(file, "is given for two outputs; give each its own name"));
        }
        places.push(place);
    }
    Ok(())
}

/// Where a file lies or will lie, by whatever name or link; `None` where there is no such folder.
pub fn place(file: &Path) -> Option<PathBuf> {
    let folder = folder(file).canonicalize().ok()?;
    Some(file.canonicalize().unwrap_or_else(|_| file.file_name().map_or(folder.clone(), |n| folder.join(n))))
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
