//! What an export writes: the document for its profile and what each track of it carries, held against the profile's rules.

use std::num::NonZeroU32;

use formats::Warning;
use formats::adm::{AdmId, AdmTime, Document};
use formats::bw64::ChunkId;
use formats::bw64::chunks::bext::BextChunk;
use formats::bw64::chunks::dbmd::{AtmosSettings, BinauralRenderMode, DbmdChunk};
use formats::damf::{DamfSettings, DamfTexts, is_damf, to_texts};
use formats::profile::{self, AudioFacts, DbmdFacts, FileFacts, Finding, Findings, Profile, Severity};
use formats::scene::Picture;

use super::ExportJob;
use crate::conform::dolby::{self, Beds};
use crate::conform::{Conformed, Sound, TrackPlan, emission};
use crate::deliver::JobError;
use crate::deliver::time_line::begins_at;
use crate::items::{self, SelectOptions};
use crate::master::{SceneContents, SceneInput, first_sample, programme_called};
use crate::monitor::binaural::HeadphoneMode;

/// Frame rates that the Dolby profile has half of alone.
const HALVED: [(&str, &str); 4] = [("48", "24"), ("50", "25"), ("59.94", "29.97"), ("60", "30")];

/// A master to be.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) document: Document,
    pub(super) tracks: Vec<TrackPlan>,
    /// For the Dolby profile.
    pub(super) dbmd: Option<DbmdChunk>,
    /// Where the file lies on the time line of the picture.
    pub(super) bext: Option<BextChunk>,
    /// For the Dolby Atmos Master Format.
    pub(super) texts: Option<DamfTexts>,
    pub(super) warnings: Vec<Warning>,
}

impl Plan {
    /// What the scene becomes under the profile of `job`.
    ///
    /// # Errors
    /// When the profile can't hold it, or one of its rules is broken; nothing is written then.
    pub(super) fn new(
        job: &ExportJob,
        input: &SceneInput,
        contents: &SceneContents,
    ) -> Result<Self, JobError> {
        let sound =
            Sound { sample_rate: input.sample_rate(), frames: input.frames(), modes: &contents.modes };
        let document = &contents.document;
        let fault = |e: &dyn std::fmt::Display| JobError::file(&job.scene, e);
        let mut conformed = match job.profile {
            Profile::Bs2076 => Conformed {
                document: document.clone(),
                tracks: (0..input.tracks()).map(TrackPlan::whole).collect(),
                warnings: Vec::new(),
            },
            Profile::Dolby => conform_dolby(job, document, &sound, input.tracks())?,
            Profile::Emission => emission::conform(document, &sound).map_err(|e| fault(&e))?,
        };
        for uid in &mut conformed.document.track_uids {
            uid.sample_rate = Some(sound.sample_rate);
            uid.bit_depth = Some(job.sample_format.bits().into());
        }
        let dbmd = (job.profile == Profile::Dolby).then(|| dbmd(&conformed, contents));
        let in_texts = || texts(job, &conformed, contents, sound.sample_rate);
        let texts = is_damf(&job.output).then(in_texts).transpose()?;
        let Conformed { document, tracks, mut warnings } = conformed;
        let first = contents.picture.as_ref().and_then(|picture| first_sample(picture, sound.sample_rate));
        let bext = first.filter(|first| *first > 0).map(begins_at);
        let is_dolby = job.profile == Profile::Dolby;
        warnings.extend(left_out(contents, is_dolby));
        let plan = Self { document, tracks, dbmd, bext, texts, warnings };
        plan.check(job, &sound)?;
        Ok(plan)
    }

    /// Holds it against the rules of its profile.
    fn check(&self, job: &ExportJob, sound: &Sound<'_>) -> Result<(), JobError> {
        let channels = u16::try_from(self.tracks.len())
            .map_err(|_| JobError::file(&job.scene, "has more tracks than a file can hold, 65535"))?;
        let audio = AudioFacts {
            channels,
            sample_rate: sound.sample_rate,
            bits: job.sample_format.bits(),
            integer: !job.sample_format.is_float(),
            frames: sound.frames,
        };
        let mut chunks = vec![ChunkId::FMT, ChunkId::DATA, ChunkId::AXML, ChunkId::CHNA];
        chunks.extend(self.dbmd.as_ref().map(|_| ChunkId::DBMD));
        chunks.extend(self.bext.as_ref().map(|_| ChunkId::BEXT));
        let length = |dbmd: &DbmdChunk| u64::try_from(dbmd.to_bytes().len()).unwrap_or(u64::MAX);
        let facts = FileFacts {
            audio: Some(audio),
            chna: Some(self.document.chna().rows),
            chunks,
            dbmd: self.dbmd.as_ref().map(|dbmd| DbmdFacts::new(dbmd, length(dbmd))),
            is_in_ebu_core: Some(true),
        };
        let mut findings = Findings::default();
        profile::check(&self.document, &facts, job.profile, &mut findings);
        let errors = findings.count_of(Severity::Error);
        match findings.list().iter().find(|finding| finding.severity == Severity::Error) {
            Some(finding) => Err(JobError::file(&job.scene, told(finding, job.profile, errors))),
            None => Ok(()),
        }
    }
}

fn told(finding: &Finding, profile: Profile, errors: u64) -> String {
    let Finding { rule, element, found, allowed, fix, .. } = finding;
    let more = if errors > 1 { format!(" (and {} more)", errors - 1) } else { String::new() };
    format!(
        "the master would break {rule} ({}): {element}: {found}; allowed: {allowed}; {fix}{more}",
        profile.title()
    )
}

fn conform_dolby(
    job: &ExportJob,
    document: &Document,
    sound: &Sound<'_>,
    tracks: usize,
) -> Result<Conformed, JobError> {
    let fault = |e: &dyn std::fmt::Display| JobError::file(&job.scene, e);
    let rate = NonZeroU32::new(sound.sample_rate).unwrap_or(NonZeroU32::MIN);
    let options = SelectOptions {
        programme: job.programme.as_ref().map(|called| programme_called(document, called)),
        complementary: Vec::new(),
        file_tracks: tracks,
        file_duration: Some(AdmTime::from_samples(sound.frames, rate)),
    };
    let (items, _) = items::select(document, &options).map_err(|e| fault(&e))?;
    let beds = if is_damf(&job.output) { Beds::Composite } else { Beds::Each };
    let mut conformed = dolby::conform(document, &items, sound, beds).map_err(|e| fault(&e))?;
    let chosen = items.first().and_then(|item| item.context().path.programme.clone());
    let others = document.programmes.iter().filter(|programme| Some(&programme.id) != chosen.as_ref());
    if let Some(other) = others.clone().next() {
        let message = format!(
            "the profile has one programme; {} not in the master, choose with --programme",
            match others.count() {
                1 => format!("{} (\"{}\") is", other.id, other.name),
                count => format!("{} (\"{}\") and {} more are", other.id, other.name, count - 1),
            }
        );
        let chosen: AdmId = chosen.unwrap_or_default();
        conformed.warnings.insert(0, Warning::new("one-programme", chosen.to_string(), message));
    }
    if document.objects.iter().any(|object| !object.complementary_objects.is_empty()) {
        let message = "the profile has no alternatives; only the main ones are in the master";
        conformed.warnings.push(Warning::new("alternatives-dropped", "", message));
    }
    Ok(conformed)
}

/// How each track is to be heard on headphones.
fn modes(tracks: &[TrackPlan]) -> Vec<BinauralRenderMode> {
    tracks.iter().map(|plan| HeadphoneMode::to_dolby_code(plan.mode)).collect()
}

/// The frame rate of a picture as masters of the Dolby profile say it: these have none beyond 30, and say half of it.
fn dolby_rate(picture: &Picture) -> (&'static str, bool) {
    let name = picture.frame_rate.name();
    let half = HALVED.iter().find(|(twice, _)| *twice == name).map(|(_, half)| *half);
    (half.unwrap_or(name), picture.start.is_drop)
}

/// The chunk for the tracks of a master, with the frame rate of the picture.
fn dbmd(conformed: &Conformed, contents: &SceneContents) -> DbmdChunk {
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut version = env!("CARGO_PKG_VERSION").split('.');
    let (rate, is_drop) = contents.picture.as_ref().map_or(("", false), dolby_rate);
    let settings = AtmosSettings {
        creation_tool: "Proscenium".to_owned(),
        creation_tool_version: [number(version.next()), number(version.next()), number(version.next())],
        frame_rate_code: AtmosSettings::frame_rate_code(rate, is_drop),
        modes: modes(&conformed.tracks),
    };
    settings.to_chunk()
}

/// What of the scene's picture and markers no master has a place for.
fn left_out(contents: &SceneContents, has_frame_rate: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut leave = |rule, message: &str| warnings.push(Warning::new(rule, "picture", message));
    if let Some(picture) = contents.picture.as_ref().filter(|_| has_frame_rate) {
        let (said, own) = (dolby_rate(picture).0, picture.frame_rate.name());
        if said != own {
            leave(
                "frame-rate-halved",
                &format!("has {own} frames per second; the master says {said}, as it has none beyond 30"),
            );
        }
    }
    if contents.picture.is_some() && !has_frame_rate {
        leave("frame-rate-dropped", "the master says where it starts (bext), not at which frame rate");
    }
    if contents.picture.as_ref().is_some_and(|picture| picture.ffoa.is_some()) {
        leave("ffoa-dropped", "the first frame of action is not in the master; deliver it in writing");
    }
    if contents.markers > 0 {
        leave("markers-dropped", "the markers are not in the master");
    }
    warnings
}

/// The texts of a master in the master format.
fn texts(
    job: &ExportJob,
    conformed: &Conformed,
    contents: &SceneContents,
    sample_rate: u32,
) -> Result<DamfTexts, JobError> {
    let name = job.output.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let picture = contents.picture.as_ref();
    let fps = match picture.map(dolby_rate) {
        Some(("29.97", true)) => "29.97df",
        Some((rate @ ("23.976" | "25" | "29.97" | "30"), _)) => rate,
        _ => "24",
    };
    let start = picture.and_then(|picture| picture.frame_rate.duration(picture.start.frames));
    let settings = DamfSettings {
        name: &name,
        sample_rate,
        offset: start.map_or(0.0, AdmTime::seconds_f64),
        fps,
        creation_tool: ("Proscenium", env!("CARGO_PKG_VERSION")),
        modes: &modes(&conformed.tracks),
    };
    to_texts(&conformed.document, &settings).map_err(|e| JobError::file(&job.output, e))
}
