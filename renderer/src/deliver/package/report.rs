//! What a delivery is, for people and scripts: `report.json` is this.

use serde::{Deserialize, Serialize};

use super::checksum::Checksums;
use crate::deliver::{Compared, CorrectionReport, LimiterReport, LoudnessReport, MasterReport};
use crate::loudness::{DialogueMeasurement, Judgement, Specification, Verdict};

/// A folder of deliverables made of one master.
#[derive(Clone, Debug, Serialize)]
pub struct PackageReport {
    /// This program and its version.
    pub program: String,
    /// Pass only when every deliverable does.
    pub verdict: Verdict,
    /// Of the film.
    pub title: String,
    /// The master, as it was given.
    pub input: String,
    /// XXH128 of all of it, hexadecimal.
    pub input_xxh128: String,
    /// The programme of the master that was rendered, where it has one with a name and all files are of it.
    pub programme: Option<String>,
    /// Hz.
    pub sample_rate: u32,
    /// First frame of the master that was rendered.
    pub start: u64,
    /// Frames of every render.
    pub frames: u64,
    /// The same as `h:mm:ss.mmm`.
    pub length: String,
    /// The files, in the order they were asked for.
    pub deliverables: Vec<FileReport>,
    /// What was repaired or is remarkable, all of it.
    pub warnings: Vec<String>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileReport {
    /// As it was asked for: `netflix:5.1`.
    pub deliverable: String,
    /// Name in the folder.
    pub file: String,
    /// `mix`, `dialogue` …, or `master` for a copy of the master.
    pub part: String,
    /// BS.2051 name, `binaural`, `hoa3`; `adm` for a copy of the master.
    pub layout: String,
    /// What people call the layout.
    pub known_as: Option<String>,
    /// The programme that it is of, where that has a name.
    #[serde(default)]
    pub programme: Option<String>,
    /// `24` or `32f`.
    pub bits: String,
    /// Labels, in file order.
    pub channels: Vec<String>,
    /// What it is judged by.
    pub specification: Option<JudgedBy>,
    /// Loudness as rendered, where that was corrected.
    pub rendered: Option<LoudnessReport>,
    /// The 5.1 render beside a mix on headphones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared_with_5_1: Option<Compared>,
    /// Of the speech in what lies on the disk, where the specification is about it.
    pub dialogue: Option<DialogueReport>,
    /// What its master chain did, where it has one; that of their mix for stems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master: Option<MasterReport>,
    /// What was done to its level; that of their mix for stems.
    pub correction: Option<Corrected>,
    /// Loudness of what lies on the disk.
    pub delivered: Option<LoudnessReport>,
    /// By the specification, of what lies on the disk.
    pub judgement: Option<Judgement>,
    /// That of the judgement; pass where there is nothing to judge by.
    pub verdict: Verdict,
    /// Of what lies on the disk.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// It lay there from an earlier job and was left as it is.
    pub unchanged: bool,
}

/// How loud a file is while somebody speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DialogueReport {
    /// BS.1770-1 over the speech, LUFS.
    pub loudness_lufs: Option<f64>,
    /// EBU Tech 3342 of the speech alone, LU.
    pub loudness_range_lu: Option<f64>,
    /// Part of the time with speech.
    pub speech_percent: f64,
    /// Integrated loudness less that of the dialogue, LU.
    pub loudness_to_dialogue_lu: Option<f64>,
    /// What told speech from the rest.
    pub gate: String,
}

impl From<&DialogueMeasurement> for DialogueReport {
    fn from(found: &DialogueMeasurement) -> Self {
        Self {
            loudness_lufs: found.loudness_lufs,
            loudness_range_lu: found.loudness_range_lu,
            speech_percent: 100.0 * found.speech_share,
            loudness_to_dialogue_lu: found.loudness_to_dialogue_lu,
            gate: found.activity.gate.name().to_owned(),
        }
    }
}

/// What was done to the level of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Corrected {
    /// Gain of everything, dB.
    pub gain_db: f64,
    /// What the limiter did.
    pub limiter: Option<LimiterReport>,
    /// Why the specification could not be met, where it could not.
    pub shortfall: Option<String>,
}

impl From<&CorrectionReport> for Corrected {
    fn from(report: &CorrectionReport) -> Self {
        let CorrectionReport { gain_db, limiter, shortfall, .. } = report.clone();
        Self { gain_db, limiter, shortfall }
    }
}

/// A specification, in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedBy {
    /// `ebu-r128`.
    pub name: String,
    /// In full.
    pub title: String,
    /// Which edition the figures are of.
    pub edition: String,
    /// Edition and gate of the algorithm.
    pub algorithm: String,
}

impl From<&Specification> for JudgedBy {
    fn from(specification: &Specification) -> Self {
        Self {
            name: specification.name.clone(),
            title: specification.title.clone(),
            edition: specification.edition.clone(),
            algorithm: specification.algorithm.clone(),
        }
    }
}

impl FileReport {
    /// The limiter's greatest reduction, dB.
    pub fn limiter_reduction_db(&self) -> Option<f64> {
        self.correction.as_ref()?.limiter.as_ref().map(|limiter| limiter.max_reduction_db)
    }

    /// A copy of the master that was asked for as `text`.
    pub(super) fn of_copy(text: &str, file: &str, bits: &str, checksums: Checksums) -> Self {
        Self {
            deliverable: text.to_owned(),
            file: file.to_owned(),
            part: "master".to_owned(),
            layout: super::ADM.to_owned(),
            known_as: None,
            programme: None,
            bits: bits.to_owned(),
            channels: Vec::new(),
            specification: None,
            rendered: None,
            compared_with_5_1: None,
            dialogue: None,
            master: None,
            correction: None,
            delivered: None,
            judgement: None,
            verdict: Verdict::Pass,
            checksums,
            unchanged: false,
        }
    }
}
