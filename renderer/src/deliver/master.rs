//! The input of a job: an open BW64 file, its ADM, and what to render of it.

use std::fs::File;
use std::num::NonZeroU32;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use formats::Warning;
use formats::adm::{self, AdmId, AdmTime, Document, Gain};
use formats::bw64::chunks::dbmd::{DbmdChunk, SegmentContent};
use formats::bw64::{self, ChunkId, Reader};

use super::{Clock, Job, JobError, plain_wav};
use crate::items::{self, ItemContext, RenderItem, SelectOptions};
use crate::monitor::binaural::HeadphoneMode;

/// Which part of a master to render.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The programme; the one with the lowest id by default.
    pub programme: Option<AdmId>,
    /// Objects to render instead of the defaults of their complementary groups.
    pub complementary: Vec<AdmId>,
}

impl Selection {
    /// Of what has these ids.
    pub fn by_ids(programme: Option<&str>, complementary: &[String]) -> Self {
        Self {
            programme: programme.map(AdmId::new),
            complementary: complementary.iter().map(|id| AdmId::new(id)).collect(),
        }
    }
}

/// An open master.
#[derive(Debug)]
pub(super) struct Master {
    pub(super) reader: Reader<File>,
    pub(super) items: Arc<[RenderItem]>,
    pub(super) warnings: Vec<Warning>,
    /// Worth an error under `--strict` and otherwise no more than a note.
    pub(super) remarks: Vec<Warning>,
    /// Warnings known before rendering.
    pub(super) warning_count: usize,
}

impl Master {
    /// Opens `path` and selects what to render, `gain_db` louder than it says.
    pub(super) fn open(path: &Path, selection: &Selection, gain_db: f64) -> Result<Self, JobError> {
        let error = |e: &dyn std::fmt::Display| JobError::file(path, e);
        let mut reader = Reader::open(path).map_err(|e| refusal(path, &e))?;
        let mut warnings = reader.warnings().to_vec();
        let mut remarks = Vec::new();
        let has_axml = reader.find(ChunkId::AXML).is_some() || reader.find(ChunkId::BXML).is_some();
        let mut document = Document::default();
        if let Some(axml) = reader.axml().map_err(|e| error(&e))? {
            let (parsed, found) = adm::read(axml).map_err(|e| error(&e))?;
            document = parsed;
            warnings.extend(found);
        }
        let mut rows = reader.chna(&mut warnings).map_err(|e| error(&e))?;
        if rows.is_none() && !has_axml {
            let (bed, guess) =
                plain_wav::bed(reader.format()).ok_or_else(|| no_bed(path, reader.channels()))?;
            rows = Some(bed);
            remarks.push(Warning::new(
                "no-adm",
                "",
                "no ADM: no axml and no chna chunk; rendered as a plain bed",
            ));
            warnings.extend(guess);
        }
        if let Some(rows) = &rows {
            document.apply_chna(rows, &mut warnings);
        }
        let rate = NonZeroU32::new(reader.sample_rate()).unwrap_or(NonZeroU32::MIN);
        let options = SelectOptions {
            programme: selection.programme.clone(),
            complementary: selection.complementary.clone(),
            file_tracks: reader.channels(),
            file_duration: Some(AdmTime::from_samples(reader.frames(), rate)),
        };
        let (mut items, found) = items::select(&document, &options).map_err(|e| error(&e))?;
        warnings.extend(found);
        let gain = Gain::Decibels(gain_db).linear();
        items.iter_mut().for_each(|item| context_mut(item).object_gain *= gain);
        Ok(Self { reader, items: Arc::from(items), warnings, remarks, warning_count: 0 })
    }
}

impl Master {
    /// The headphone mode of each track, where the `dbmd` chunk says one: its beds and objects are the tracks of
    /// the file in their order.
    pub(super) fn track_modes(&mut self) -> Result<Vec<Option<HeadphoneMode>>, bw64::Error> {
        let Some(body) = self.reader.read_chunk(ChunkId::DBMD)? else { return Ok(Vec::new()) };
        let dbmd = DbmdChunk::parse(&body, &mut self.warnings);
        let supplement = dbmd.segments.iter().find_map(|segment| match segment.content() {
            SegmentContent::AtmosSupplement(supplement) => Some(supplement),
            _ => None,
        });
        let modes = supplement.map(|supplement| supplement.headphone).unwrap_or_default();
        Ok(modes.iter().map(|mode| HeadphoneMode::of_dolby(mode.binaural)).collect())
    }
}

/// The frames that `--start` and `--end` leave.
pub(super) fn span(job: &Job, master: &mut Master) -> Result<Range<u64>, JobError> {
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

fn context_mut(item: &mut RenderItem) -> &mut ItemContext {
    match item {
        RenderItem::Objects(item) => &mut item.context,
        RenderItem::DirectSpeakers(item) => &mut item.context,
        RenderItem::Hoa(item) => &mut item.context,
        RenderItem::Binaural(item) => &mut item.context,
    }
}

fn refusal(path: &Path, error: &dyn std::fmt::Display) -> JobError {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml")) {
        let message =
            "is an XML file, which holds no audio; give the BW64, RF64 or WAV file with the ADM in it";
        return JobError::file(path, message);
    }
    JobError::file(path, error)
}

fn no_bed(path: &Path, channels: usize) -> JobError {
    let message = format!(
        "no ADM (no axml and no chna chunk), and {channels} channels are no common bed (1, 2, 6, 8, 10 or 12); \
         add ADM metadata, e.g. with `proscenium chunks --replace`"
    );
    JobError::file(path, message)
}
