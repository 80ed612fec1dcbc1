//! A scene written as an ADM master: its mixed tracks in a BW64 file with axml and chna.

use std::path::PathBuf;

use formats::Warning;
use formats::adm::{self, Document, WriteOptions};
use formats::bw64::{AudioFormat, CompleteFile, Dither, SampleFormat, Writer, WriterSpec};
use formats::profile::{self, AudioFacts, FileFacts, Findings, Profile, Severity};
use serde::Serialize;

use super::places::check_sources;
use super::report::ChannelReport;
use super::sink::FileSink;
use super::{Clock, JobError};
use crate::audio::AudioBlock;
use crate::master::{SceneContents, SceneInput, is_scene};

/// Frames on their way.
const BLOCK_FRAMES: usize = 4096;

/// A master to be written.
#[derive(Clone, Debug)]
pub struct ExportJob {
    /// The scene.
    pub scene: PathBuf,
    /// The master.
    pub output: PathBuf,
    /// How it stores its samples.
    pub sample_format: SampleFormat,
    /// Dither 16- and 24-bit samples.
    pub dither: bool,
    /// Threads that mix; all of the machine's by default.
    pub threads: Option<usize>,
}

/// A scene that is open and found usable; nothing is written yet.
#[derive(Debug)]
pub struct OpenExport {
    job: ExportJob,
    input: SceneInput,
    document: Document,
    second_edition: Option<String>,
    warnings: Vec<Warning>,
}

/// A master that is complete on the disk and waits for its name.
#[derive(Debug)]
pub struct Exported {
    file: CompleteFile,
    report: ExportReport,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct ExportReport {
    /// The scene.
    pub input: String,
    /// The master.
    pub output: String,
    /// Hz.
    pub sample_rate: u32,
    /// Samples of each track.
    pub frames: u64,
    /// The same as a clock.
    pub length: String,
    /// As `--bits` calls it.
    pub bits: &'static str,
    /// Of the file.
    pub container: String,
    /// The edition of ADM that it is of, `BS.2076-1` or `BS.2076-2`.
    pub adm: &'static str,
    /// What needs the second edition, where it is of that.
    pub adm_reason: Option<String>,
    /// Names of its programmes.
    pub programmes: Vec<String>,
    /// Names of its contents.
    pub contents: Vec<String>,
    /// How many objects it has.
    pub objects: usize,
    /// What each track is, with its level.
    pub tracks: Vec<ChannelReport>,
    /// One text each.
    pub warnings: Vec<String>,
}

impl ExportJob {
    /// Opens the scene and its stems, and holds the ADM that it becomes against the rules of BS.2076-2.
    ///
    /// # Errors
    /// When the scene is unusable, or the master breaks a rule.
    pub fn open(self) -> Result<OpenExport, JobError> {
        if !is_scene(&self.scene) {
            return Err(JobError::file(&self.scene, "is no scene: expected a file that ends in .xml"));
        }
        let (mut input, contents) = SceneInput::open(&self.scene)?;
        let SceneContents { mut document, second_edition, warnings, files, .. } = contents;
        check_sources(&files, [self.output.as_path()])?;
        for uid in &mut document.track_uids {
            uid.sample_rate = Some(input.sample_rate());
            uid.bit_depth = Some(self.sample_format.bits().into());
        }
        input.use_threads(self.threads)?;
        let channels = u16::try_from(input.tracks())
            .map_err(|_| JobError::file(&self.scene, "has more tracks than a file can hold, 65535"))?;
        let audio = AudioFacts {
            channels,
            sample_rate: input.sample_rate(),
            bits: self.sample_format.bits(),
            integer: !self.sample_format.is_float(),
            frames: input.frames(),
        };
        let facts =
            FileFacts { audio: Some(audio), chna: Some(document.chna().rows), ..FileFacts::default() };
        let mut findings = Findings::default();
        profile::check(&document, &facts, Profile::Bs2076, &mut findings);
        if let Some(finding) = findings.list().iter().find(|finding| finding.severity == Severity::Error) {
            let (element, found, allowed) = (&finding.element, &finding.found, &finding.allowed);
            let message = format!(
                "the master would break {} of BS.2076-2: {element}: {found}; allowed: {allowed}",
                finding.rule
            );
            return Err(JobError::file(&self.scene, message));
        }
        Ok(OpenExport { job: self, input, document, second_edition, warnings })
    }
}

impl OpenExport {
    /// What was found on the way.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Frames to mix.
    pub fn frames(&self) -> u64 {
        self.input.frames()
    }

    /// Mixes and writes. `progress` hears how many frames are done; `stop` is asked between blocks.
    ///
    /// # Errors
    /// When a stem can't be read on, the file can't be written, or `stop` said so.
    pub fn run(self, progress: &mut dyn FnMut(u64), stop: &dyn Fn() -> bool) -> Result<Exported, JobError> {
        let Self { job, mut input, document, second_edition, warnings } = self;
        let (rate, frames) = (input.sample_rate(), input.frames());
        let writer = create(&job, &document, (input.tracks(), rate, frames))?;
        let mut sink = FileSink::new(&job.output, writer, None, 0);
        let tracks: Vec<usize> = (0..input.tracks()).collect();
        let mut block = AudioBlock::new(tracks.len(), BLOCK_FRAMES);
        let mut at = 0_u64;
        while at < frames {
            if stop() {
                return Err(JobError::Interrupted);
            }
            block.set_frames(usize::try_from(frames - at).unwrap_or(BLOCK_FRAMES).min(BLOCK_FRAMES));
            input.read(&tracks, at, &mut block).map_err(|e| JobError::file(&job.scene, e))?;
            sink.add(block.as_slice(), block.stride(), block.channels(), block.frames())?;
            at = at.saturating_add(block.frames() as u64);
            progress(at);
            block.set_frames(BLOCK_FRAMES);
        }
        let written = sink.finish()?;
        let names = track_names(&document);
        let levels = names.into_iter().zip(&written.levels);
        let named = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<_>>();
        let report = ExportReport {
            input: job.scene.display().to_string(),
            output: job.output.display().to_string(),
            sample_rate: rate,
            frames,
            length: Clock { sample: frames, sample_rate: rate }.to_string(),
            bits: super::report::bits_name(job.sample_format),
            container: written.file.summary().container.to_string(),
            adm: if document.adm_version() == 1 { "BS.2076-1" } else { "BS.2076-2" },
            adm_reason: second_edition,
            programmes: named(&mut document.programmes.iter().map(|programme| &programme.name)),
            contents: named(&mut document.contents.iter().map(|content| &content.name)),
            objects: document.objects.len(),
            tracks: levels.map(|(name, levels)| ChannelReport::new(name, levels, rate)).collect(),
            warnings: warnings.iter().map(Warning::to_string).collect(),
        };
        Ok(Exported { file: written.file, report })
    }
}

impl Exported {
    /// What was written.
    pub fn report(&self) -> &ExportReport {
        &self.report
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn publish(self) -> Result<ExportReport, JobError> {
        let path = PathBuf::from(&self.report.output);
        self.file.publish().map_err(|e| JobError::output(&path, &e))?;
        Ok(self.report)
    }
}

fn create(
    job: &ExportJob,
    document: &Document,
    (tracks, rate, frames): (usize, u32, u64),
) -> Result<Writer, JobError> {
    let fault = |e: &dyn std::fmt::Display| JobError::file(&job.output, e);
    let channels = u16::try_from(tracks).map_err(|_| fault(&"more than 65535 tracks"))?;
    let format = AudioFormat::new(channels, rate, job.sample_format);
    let spec = WriterSpec { format, frames: Some(frames), dither: job.dither.then(Dither::default) };
    let output = |e| JobError::output(&job.output, &e);
    let mut writer = Writer::create(&job.output, &spec).map_err(output)?;
    let mut axml = Vec::new();
    adm::write(document, &mut axml, &WriteOptions::default()).map_err(|e| fault(&e))?;
    writer.add_chna(&document.chna()).map_err(output)?;
    writer.add_axml(axml).map_err(output)?;
    Ok(writer)
}

/// What each track is called: its object, with a number where that has several.
fn track_names(document: &Document) -> Vec<String> {
    let mut names = vec![String::new(); document.track_uids.len()];
    for object in &document.objects {
        for (index, uid) in object.track_uids.iter().enumerate() {
            let place = document.track_uids.iter().position(|known| known.id == *uid);
            let Some(name) = place.and_then(|place| names.get_mut(place)) else { continue };
            *name = match object.track_uids.len() {
                1 => object.name.clone(),
                _ => format!("{} {}", object.name, index + 1),
            };
        }
    }
    names
}
