//! A scene written as a master: its mixed tracks with what a profile asks for.
//!
//! ```text
//!  scene ── SceneInput ──┬── Plan: document for the profile, checked ── axml, chna, dbmd
//!                        └── Tracks: mixed, summed, with gains ──────── samples
//! ```

mod files;
mod loudness;
mod plan;
mod tracks;

use std::path::PathBuf;

use formats::Warning;
use formats::adm::{AdmId, Document};
use formats::bw64::SampleFormat;
use formats::damf::is_damf;
use formats::profile::Profile;
use serde::Serialize;

use self::files::{Complete, Files};
use self::plan::Plan;
use self::tracks::Tracks;
use super::places::{check_ending, check_sources};
use super::report::ChannelReport;
use super::{Clock, JobError};
use crate::master::{BadStem, SceneInput, is_scene};

/// A master to be written.
#[derive(Clone, Debug)]
pub struct ExportJob {
    /// The scene.
    pub scene: PathBuf,
    /// The master: `.wav`, or `.atmos` with two siblings, which is of the Dolby profile.
    pub output: PathBuf,
    /// What it must conform to.
    pub profile: Profile,
    /// The programme of a profile that has one; the one with the lowest id by default.
    pub programme: Option<AdmId>,
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
    plan: Plan,
    second_edition: Option<String>,
    warnings: Vec<Warning>,
}

/// A master that is complete on the disk and waits for its name.
#[derive(Debug)]
pub struct Exported {
    files: Complete,
    report: ExportReport,
    late_warnings: Vec<Warning>,
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
    /// The profile that it conforms to.
    pub profile: &'static str,
    /// The edition of ADM that it is of, `BS.2076-1`, `BS.2076-2` or `BS.2076-3`.
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
    /// Opens the scene and its stems, makes the ADM that it becomes, and holds that against the rules of the profile.
    ///
    /// # Errors
    /// When the scene is unusable, the profile can't hold it, or the master breaks a rule.
    pub fn open(mut self) -> Result<OpenExport, JobError> {
        check_ending(&self.output)?;
        if is_damf(&self.output) {
            match self.profile {
                Profile::Bs2076 => self.profile = Profile::Dolby,
                Profile::Dolby => {}
                Profile::Emission => {
                    let message = "the master format holds masters of the Dolby profile; write the emission profile to a .wav";
                    return Err(JobError::file(&self.output, message));
                }
            }
        }
        if !is_scene(&self.scene) {
            return Err(JobError::file(&self.scene, "is no scene: expected <scene version=\"1\"> in it"));
        }
        let (mut input, mut contents) = SceneInput::open(&self.scene)?;
        let outputs = files::outputs(&self.output);
        check_sources(&contents.files, outputs.iter().map(PathBuf::as_path))?;
        input.use_threads(self.threads)?;
        let mut plan = Plan::new(&self, &input, &contents)?;
        let mut warnings = std::mem::take(&mut contents.warnings);
        warnings.append(&mut plan.warnings);
        let second_edition = contents.second_edition.filter(|_| self.profile == Profile::Bs2076);
        Ok(OpenExport { job: self, input, plan, second_edition, warnings })
    }
}

impl OpenExport {
    /// What was found and converted on the way.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Frames of work: those of the mix, and as many again for each programme whose loudness the profile asks for.
    pub fn frames(&self) -> u64 {
        let passes = 1 + loudness::programmes(&self.job, &self.plan.document).len() as u64;
        self.input.frames().saturating_mul(passes)
    }

    /// Mixes and writes. `progress` hears how many frames are done; `stop` is asked between blocks.
    ///
    /// # Errors
    /// When a stem can't be read on, the file can't be written, or `stop` said so.
    pub fn run(
        mut self,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Exported, JobError> {
        let measured = loudness::measure(&self.job, &mut self.plan, progress, stop)?;
        let Self { job, mut input, plan, second_edition, mut warnings } = self;
        let (rate, frames) = (input.sample_rate(), input.frames());
        let mut files = Files::create(&job, &plan, (rate, frames))?;
        let mut tracks = Tracks::new(&plan.tracks);
        let mut at = 0_u64;
        while at < frames {
            if stop() {
                return Err(JobError::Interrupted);
            }
            let got = tracks.next(&mut input, at, frames - at).map_err(|e| JobError::file(&job.scene, e))?;
            files.add(&tracks.made)?;
            at = at.saturating_add(got as u64);
            progress(measured.saturating_add(at));
        }
        let known = warnings.len();
        warnings.extend(input.bad_stems().iter().map(BadStem::warning));
        let (files, container, levels) = files.finish()?;
        let names = track_names(&plan.document);
        let levels = names.into_iter().zip(&levels);
        let named = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<_>>();
        let tracks: Vec<ChannelReport> =
            levels.map(|(name, levels)| ChannelReport::new(name, levels, rate)).collect();
        if !job.sample_format.is_float() {
            warnings.extend(super::report::overloads(&tracks));
        }
        let report = ExportReport {
            input: job.scene.display().to_string(),
            output: job.output.display().to_string(),
            sample_rate: rate,
            frames,
            length: Clock { sample: frames, sample_rate: rate }.to_string(),
            bits: super::report::bits_name(job.sample_format),
            container,
            profile: job.profile.name(),
            adm: edition(&plan.document),
            adm_reason: second_edition,
            programmes: named(&mut plan.document.programmes.iter().map(|programme| &programme.name)),
            contents: named(&mut plan.document.contents.iter().map(|content| &content.name)),
            objects: plan.document.objects.len(),
            tracks,
            warnings: warnings.iter().map(Warning::to_string).collect(),
        };
        Ok(Exported { files, report, late_warnings: warnings.split_off(known) })
    }
}

fn edition(document: &Document) -> &'static str {
    match document.version.as_deref() {
        None => "BS.2076-1",
        Some("ITU-R_BS.2076-3") => "BS.2076-3",
        Some(_) => "BS.2076-2",
    }
}

impl Exported {
    /// What was written.
    pub fn report(&self) -> &ExportReport {
        &self.report
    }

    /// What was found only while mixing.
    pub fn late_warnings(&self) -> &[Warning] {
        &self.late_warnings
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn publish(self) -> Result<ExportReport, JobError> {
        let path = PathBuf::from(&self.report.output);
        self.files.publish(&path)?;
        Ok(self.report)
    }
}

/// What each track is called: its object, with a number where that has several.
pub(super) fn track_names(document: &Document) -> Vec<String> {
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
