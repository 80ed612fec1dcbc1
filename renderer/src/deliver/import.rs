//! A master written as a scene: its tracks as stems, copied bit by bit, and the scene file beside them.

mod copy;

use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;

use formats::Warning;
use formats::bw64::same_file;
use formats::scene::{self, Spatial, limits};
use serde::Serialize;

use self::copy::Copying;
use super::package::folder::Folder;
use super::report::bits_name;
use super::{Clock, JobError};
use crate::import::{self, Automation, Imported, Source, Stem};
use crate::master::{Contents, Input, read_master};

/// The name of the scene file in its folder.
pub const SCENE: &str = "scene.xml";
/// The folder of the stems beside it.
const STEMS: &str = "stems";

/// A scene to be made of a master.
#[derive(Clone, Debug)]
pub struct ImportJob {
    /// The master.
    pub input: PathBuf,
    /// Where [`SCENE`] and the stems will lie; made when it isn't there.
    pub folder: PathBuf,
    /// What becomes of automation.
    pub automation: Automation,
    /// Take the place of files that are there.
    pub force: bool,
}

/// A master that is open and found usable; nothing is written yet.
#[derive(Debug)]
pub struct OpenImport {
    job: ImportJob,
    input: Input,
    /// The files of the master.
    sources: Vec<PathBuf>,
    imported: Imported,
}

/// A scene that is complete on the disk and waits for its names.
#[derive(Debug)]
pub struct ReadyScene {
    folder: Folder,
    report: ImportReport,
}

/// What was written. Fields are only ever added.
#[derive(Clone, Debug, Serialize)]
pub struct ImportReport {
    /// The master.
    pub input: String,
    /// The scene file.
    pub scene: String,
    /// Hz.
    pub sample_rate: u32,
    /// Samples of the master.
    pub frames: u64,
    /// The same as a clock.
    pub length: String,
    /// How the stems store their samples, where they are copies.
    pub bits: &'static str,
    /// Every block was kept.
    pub exact: bool,
    /// audioBlockFormats of all objects.
    pub blocks: usize,
    /// Keys of all curves.
    pub keys: usize,
    /// Names of the programmes.
    pub programmes: Vec<String>,
    /// The tracks.
    pub tracks: Vec<ImportedTrack>,
    /// Names of the stems from the scene's folder.
    pub stems: Vec<String>,
    /// One text each.
    pub warnings: Vec<String>,
}

/// A track of the scene.
#[derive(Clone, Debug, Serialize)]
pub struct ImportedTrack {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: String,
    /// ISO 639 code.
    pub language: Option<String>,
    /// Names of its programmes; none is all.
    pub programmes: Vec<String>,
    /// What it can stand in for.
    pub alternative_to: Option<String>,
    /// `object`, `bed 5.1`, `hoa order 3`…
    pub place: String,
    /// Keys of its curves.
    pub keys: usize,
    /// Its sound file from the scene's folder.
    pub stem: String,
}

impl ImportJob {
    /// Opens the master and makes its scene.
    ///
    /// # Errors
    /// When the master is unusable, has more than a scene can hold, or the folder has something in it already.
    pub fn open(self) -> Result<OpenImport, JobError> {
        if !self.force && fs::read_dir(&self.folder).is_ok_and(|mut entries| entries.next().is_some()) {
            let message = "has something in it already; give another folder, or --force to write into it";
            return Err(JobError::file(&self.folder, message));
        }
        let error = |e: &dyn std::fmt::Display| JobError::file(&self.input, e);
        let Contents {
            input,
            document,
            modes,
            picture,
            time_reference,
            files: mut sources,
            mut warnings,
            remarks,
        } = read_master(&self.input)?;
        sources.push(self.input.clone());
        warnings.extend(remarks);
        let first = time_reference.filter(|first| *first > 0 && picture.is_none());
        warnings.extend(first.map(|first| left_on_time_line(first, input.sample_rate())));
        let rate = NonZeroU32::new(input.sample_rate()).unwrap_or(NonZeroU32::MIN);
        let name = self.input.file_stem().unwrap_or_default().to_string_lossy();
        let source = Source {
            document: &document,
            modes: &modes,
            tracks: input.tracks(),
            frames: input.frames(),
            sample_rate: rate,
            name: &name,
            picture,
        };
        if source.frames == 0 {
            return Err(error(&"has no samples: there is nothing to import"));
        }
        let mut imported = import::import(&source, self.automation).map_err(|e| error(&e))?;
        warnings.append(&mut imported.warnings);
        imported.warnings = warnings;
        Ok(OpenImport { job: self, input, sources, imported })
    }
}

impl OpenImport {
    /// What was found on the way.
    pub fn warnings(&self) -> &[Warning] {
        &self.imported.warnings
    }

    /// Frames to read.
    pub fn frames(&self) -> u64 {
        copy::frames(&self.imported.stems)
    }

    /// Writes stems and scene. `progress` hears how many frames are done; `stop` is asked between pieces.
    ///
    /// # Errors
    /// When the master can't be read on, a file can't be written, or `stop` said so.
    pub fn run(self, progress: &mut dyn FnMut(u64), stop: &dyn Fn() -> bool) -> Result<ReadyScene, JobError> {
        let Self { job, mut input, sources, imported } = self;
        let mut folder = Folder::open(&job.folder)?;
        folder.make_inner(STEMS)?;
        for name in imported.stems.iter().map(|stem| stem.file.as_str()).chain([SCENE]) {
            let path = folder.place(name)?;
            if sources.iter().any(|source| same_file(&path, source)) {
                return Err(JobError::file(&path, "is the master itself; choose another folder"));
            }
        }
        let mut copying = Copying { path: &job.input, input: &mut input, progress, stop, done: 0 };
        copying.write(&imported.stems, &mut folder)?;
        let text = scene::write(&imported.scene);
        if text.len() as u64 > limits::DOCUMENT_BYTES {
            let message = format!(
                "its scene would have {} MiB, and a scene has {} at most: raise --tolerance, or leave --exact out",
                text.len() >> 20,
                limits::DOCUMENT_BYTES >> 20
            );
            return Err(JobError::file(&job.input, message));
        }
        folder.write(SCENE, text.as_bytes())?;
        let report = report(&job, &input, &imported);
        Ok(ReadyScene { folder, report })
    }
}

impl ReadyScene {
    /// Gives every file its name.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn publish(self) -> Result<ImportReport, JobError> {
        self.folder.publish()?;
        Ok(self.report)
    }
}

/// The file's place on the time line, where no frame rate makes a timecode of it.
fn left_on_time_line(first: u64, sample_rate: u32) -> Warning {
    let clock = Clock { sample: first, sample_rate };
    let message = format!(
        "begins at {clock} of its time line (bext), which a scene keeps with the frame rate of its picture only; the file says none: \
         add <picture frameRate=\"…\" start=\"…\"/> to the scene"
    );
    Warning::new("time-reference", "bext", message)
}

fn report(job: &ImportJob, input: &Input, imported: &Imported) -> ImportReport {
    let scene = &imported.scene;
    let track = |track: &scene::Track| ImportedTrack {
        name: track.name.clone(),
        role: track.role.name().to_owned(),
        language: track.language.clone(),
        programmes: track.programmes.clone(),
        alternative_to: track.alternative_to.clone(),
        place: place(&track.spatial),
        keys: keys(&track.spatial),
        stem: track.clips.first().map(|clip| clip.file.clone()).unwrap_or_default(),
    };
    ImportReport {
        input: job.input.display().to_string(),
        scene: job.folder.join(SCENE).display().to_string(),
        sample_rate: input.sample_rate(),
        frames: input.frames(),
        length: Clock { sample: input.frames(), sample_rate: input.sample_rate() }.to_string(),
        bits: bits_name(input.sample_format()),
        exact: job.automation == Automation::Exact,
        blocks: imported.counts.blocks,
        keys: imported.counts.keys,
        programmes: scene.programmes.iter().map(|programme| programme.name.clone()).collect(),
        tracks: scene.tracks.iter().map(track).collect(),
        stems: imported.stems.iter().map(|stem: &Stem| stem.file.clone()).collect(),
        warnings: imported.warnings.iter().map(Warning::to_string).collect(),
    }
}

fn place(spatial: &Spatial) -> String {
    match spatial {
        Spatial::Object(_) => "object".to_owned(),
        Spatial::Bed(bed) => format!("bed {}", bed.layout.everyday_name()),
        Spatial::Loudspeakers(found) => format!("{} loudspeakers", found.channels.len()),
        Spatial::Hoa(hoa) => format!("hoa order {}", hoa.order),
        Spatial::Binaural(_) => "binaural".to_owned(),
    }
}

fn keys(spatial: &Spatial) -> usize {
    let Spatial::Object(object) = spatial else { return 0 };
    let curves = object.automation.values().map(|moving| moving.curve.keys().len());
    curves.chain(object.zones.iter().map(|zone| zone.active.keys().len())).sum()
}
