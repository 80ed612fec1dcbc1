//! The files of a master: one with everything, or those of the master format. None has its name before all are complete.

use std::io::Write;
use std::path::{Path, PathBuf};

use formats::adm::{self, WriteOptions};
use formats::bw64::{AudioFormat, ChunkId, CompleteFile, Dither, Encoder, OutputFile, Writer, WriterSpec};
use formats::damf::{CafWriter, CompleteCaf, DamfTexts};

use super::ExportJob;
use super::plan::Plan;
use crate::audio::AudioBlock;
use crate::deliver::sink::FileSink;
use crate::deliver::{ChannelLevels, JobError};

/// Where a master goes.
pub(super) enum Files {
    Wav(Box<FileSink>),
    Damf(Box<DamfSink>),
}

/// The three files of the master format.
pub(super) struct DamfSink {
    audio: CafWriter,
    audio_path: PathBuf,
    levels: Vec<ChannelLevels>,
    /// Complete.
    texts: Vec<OutputFile>,
}

/// Files that are complete on the disk and wait for their names.
#[derive(Debug)]
pub(super) enum Complete {
    Wav(CompleteFile),
    Damf(CompleteCaf, Vec<OutputFile>),
}

/// The files that `output` consists of: itself, and in the master format its siblings.
pub(super) fn outputs(output: &Path) -> Vec<PathBuf> {
    let sibling = |ending: &str| {
        let mut name = output.file_stem().unwrap_or_default().to_owned();
        name.push(ending);
        output.with_file_name(name)
    };
    let mut outputs = vec![output.to_path_buf()];
    if formats::damf::is_damf(output) {
        outputs.extend([sibling(".atmos.metadata"), sibling(".atmos.audio")]);
    }
    outputs
}

impl Files {
    /// Starts them.
    ///
    /// # Errors
    /// When they can't be created, or the disk has no room.
    pub(super) fn create(job: &ExportJob, plan: &Plan, (rate, frames): (u32, u64)) -> Result<Self, JobError> {
        let Some(texts) = &plan.texts else {
            let writer = wav(job, plan, (rate, frames))?;
            return Ok(Self::Wav(Box::new(FileSink::new(&job.output, writer, None, 0))));
        };
        let encoder = Encoder { format: job.sample_format, dither: job.dither.then(Dither::default) };
        let [_, metadata, audio] = &outputs(&job.output)[..] else {
            return Err(JobError::file(&job.output, "is no name of a master: expected film.atmos"));
        };
        let shape = (plan.tracks.len(), rate, frames);
        let writer = CafWriter::create(audio, shape, encoder).map_err(|e| JobError::output(audio, &e))?;
        let DamfTexts { atmos, metadata: events } = texts;
        let texts = [(&job.output, atmos), (metadata, events)].map(|(path, text)| complete_text(path, text));
        let texts = texts.into_iter().collect::<Result<_, _>>()?;
        let levels = vec![ChannelLevels::default(); plan.tracks.len()];
        Ok(Self::Damf(Box::new(DamfSink { audio: writer, audio_path: audio.clone(), levels, texts })))
    }

    /// Goes on with a block.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn add(&mut self, block: &AudioBlock) -> Result<(), JobError> {
        match self {
            Self::Wav(sink) => sink.add(block.as_slice(), block.stride(), block.channels(), block.frames()),
            Self::Damf(sink) => {
                let at = sink.audio.frames();
                for (channel, levels) in sink.levels.iter_mut().enumerate() {
                    levels.add(block.channel(channel), at);
                }
                let written = sink.audio.write_planes(block.as_slice(), block.stride(), block.frames());
                written.map_err(|e| JobError::output(&sink.audio_path, &e)).map(|_| ())
            }
        }
    }

    /// Puts everything on the disk: the files, what they are called as a whole, and the levels of the tracks.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn finish(self) -> Result<(Complete, String, Vec<ChannelLevels>), JobError> {
        match self {
            Self::Wav(sink) => {
                let written = sink.finish()?;
                let container = written.file.summary().container.to_string();
                Ok((Complete::Wav(written.file), container, written.levels))
            }
            Self::Damf(sink) => {
                let DamfSink { audio, audio_path, levels, texts } = *sink;
                let audio = audio.complete().map_err(|e| JobError::output(&audio_path, &e))?;
                Ok((Complete::Damf(audio, texts), "DAMF".to_owned(), levels))
            }
        }
    }
}

impl Complete {
    /// Gives the files their names.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn publish(self, output: &Path) -> Result<(), JobError> {
        let fault = |e| JobError::output(output, &e);
        match self {
            Self::Wav(file) => file.publish().map_err(fault).map(|_| ()),
            Self::Damf(audio, texts) => {
                audio.publish().map_err(fault)?;
                // The one that names the others comes last.
                texts.into_iter().rev().try_for_each(OutputFile::publish).map_err(fault)
            }
        }
    }
}

fn complete_text(path: &Path, text: &str) -> Result<OutputFile, JobError> {
    let fault = |e| JobError::output(path, &e);
    let mut file = OutputFile::create(path, Some(text.len() as u64)).map_err(fault)?;
    file.write_all(text.as_bytes()).map_err(|source| fault(file.error(source)))?;
    file.complete().map_err(fault)?;
    Ok(file)
}

fn wav(job: &ExportJob, plan: &Plan, (rate, frames): (u32, u64)) -> Result<Writer, JobError> {
    let fault = |e: &dyn std::fmt::Display| JobError::file(&job.output, e);
    let channels = u16::try_from(plan.tracks.len()).map_err(|_| fault(&"more than 65535 tracks"))?;
    let format = AudioFormat::new(channels, rate, job.sample_format);
    let spec = WriterSpec { format, frames: Some(frames), dither: job.dither.then(Dither::default) };
    let output = |e| JobError::output(&job.output, &e);
    let mut writer = Writer::create(&job.output, &spec).map_err(output)?;
    let mut axml = Vec::new();
    adm::write(&plan.document, &mut axml, &WriteOptions::default()).map_err(|e| fault(&e))?;
    if let Some(bext) = &plan.bext {
        writer.add_chunk(ChunkId::BEXT, bext.to_bytes()).map_err(output)?;
    }
    let chna = plan.document.chna();
    match &plan.dbmd {
        // As masters of the field have them.
        Some(dbmd) => {
            writer.add_chunk_after_samples(ChunkId::AXML, axml);
            writer.add_chunk_after_samples(ChunkId::CHNA, chna.to_bytes());
            writer.add_chunk_after_samples(ChunkId::DBMD, dbmd.to_bytes());
        }
        None => {
            writer.add_chna(&chna).map_err(output)?;
            writer.add_axml(axml).map_err(output)?;
        }
    }
    Ok(writer)
}
