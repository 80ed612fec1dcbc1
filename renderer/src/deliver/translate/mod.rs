//! How a mix holds on other systems: folded down, on small loudspeakers, on headphones, at night.
//!
//! ```text
//!  engine ─┬─ 7.1.4 ─┬─ 5.1 ── stereo ── mono      (each the one before, folded down)
//!          │         └─ analyser ── moments at which fold-downs build up, cancel, comb ── who is to blame
//!          └─ binaural
//!  each, and what small loudspeakers and night modes make of it ── meters of the mix, its dialogue, the rest
//! ```
//!
//! The programme is rendered once; its worst moments are read once more to find the objects that are to blame.

mod blame;
mod fold;
mod interference;
mod playback;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use formats::Warning;
use serde::Serialize;

use self::blame::Inquiry;
use self::fold::{Fold, LAYOUTS};
use self::interference::{Analyser, Finding, Transform};
use self::playback::{Feed, Heard, Playback, SYSTEMS};
use super::source::{Source, each_block};
use super::{Clock, Deliverable, Job, JobError, OpenJob, Output};
use crate::audio::AudioBlock;
use crate::engine::Part;
use crate::items::{RenderItem, Role};
use crate::master::{Master, Selection};
use crate::monitor::binaural::Headphones;

pub use blame::Culprit;
pub use interference::Kind;

/// Moments that are told of each fold-down and kind.
const MOMENTS: usize = 4;

/// What to translate.
#[derive(Clone, Debug)]
pub struct TranslateJob {
    /// A master or a scene.
    pub input: PathBuf,
    /// What of it.
    pub selection: Selection,
    /// Threads; all of the machine's by default.
    pub threads: Option<usize>,
}

/// Loudness below which there is nothing to hear, LUFS (the absolute gate of BS.1770).
const SILENT_LUFS: f64 = -70.0;

/// How a mix holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Translation {
    /// The first is what the others are compared with.
    pub systems: Vec<SystemReport>,
    /// In time.
    pub moments: Vec<Moment>,
}

/// One system. What there was nothing to measure of is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SystemReport {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Of the mix, BS.1770-5, LUFS.
    pub integrated_lufs: Option<f64>,
    /// Less that of the first system, LU.
    pub loudness_change_lu: Option<f64>,
    /// Of the mix, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Where that is.
    pub true_peak_at: Option<String>,
    /// Loudness of the dialogue less that of all the rest while there is dialogue, LU.
    pub dialogue_to_rest_lu: Option<f64>,
    /// Less that of the first system, LU.
    pub dialogue_change_lu: Option<f64>,
}

/// A moment at which a fold-down spoils something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// Where it begins, `hh:mm:ss.sss`.
    pub at: String,
    /// Its first frame.
    pub frame: u64,
    /// The system that is folded down.
    pub from: &'static str,
    /// What it becomes.
    pub to: &'static str,
    /// What is wrong.
    pub kind: Kind,
    /// The band, Hz.
    pub band_hz: [f64; 2],
    /// How much stronger (or weaker) the band is than sounds with nothing in common would be, dB; `None` for combs.
    pub level_db: Option<f64>,
    /// The part of the power that is lost in the gaps of a comb, percent; `None` for what is none.
    pub gaps_percent: Option<f64>,
    /// Who makes it so, most of all first.
    pub objects: Vec<Culprit>,
}

/// Renders `job` to every system and measures it there. Gives what was found, and warnings. `progress` hears frames done
/// and of how many.
///
/// # Errors
/// When the input is unusable or can't be read on, has a sample rate at which loudness isn't defined, or `stop` said so.
pub fn translate(
    job: &TranslateJob,
    progress: &mut (dyn FnMut(u64, u64) + Send),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<(Translation, Vec<Warning>), JobError> {
    let error = |e: &dyn std::fmt::Display| JobError::file(&job.input, e);
    let room = Deliverable::by_name(LAYOUTS[0]).map_err(|e| error(&e))?;
    let ears = Deliverable::headphones(Headphones::built_in());
    let outputs = [&room, &ears].into_iter().flat_map(|deliverable| {
        let mix = Output::mix(PathBuf::new(), deliverable.clone());
        [Output { part: Part::Role(Role::Dialogue), ..mix.clone() }, mix]
    });
    let (selection, threads) = (job.selection.clone(), job.threads);
    let request = Job { outputs: outputs.collect(), selection, threads, ..Job::new(job.input.clone()) };
    let open = request.open_unwritten()?;
    let (items, options) = (Arc::clone(&open.master.items), open.job.options);
    let names = open.master.object_names.clone();
    let (sample_rate, frames) = (open.master.input.sample_rate(), open.master.input.frames());
    let mut pass = Pass::new(&open, sample_rate).map_err(|e| error(&e))?;
    let warnings = pass.run(open, (progress, frames), stop)?;
    let (systems, findings) = pass.finish(sample_rate);
    let mut moments = Vec::new();
    if !findings.is_empty() {
        // A scene is mixed from its beginning: it is opened again, and gone through once more.
        let again = Master::open(&job.input, &job.selection, 0.0)?;
        let mut inquiry = Inquiry {
            items: &items,
            names: &names,
            options,
            sample_rate,
            frames,
            path: &job.input,
            input: again.input,
            transform: Transform::new(sample_rate),
            folds: Fold::all(),
            sound: (0, AudioBlock::new(0, 0)),
        };
        for finding in findings {
            if stop() {
                return Err(JobError::Interrupted);
            }
            let objects = inquiry.culprits(&finding)?;
            moments.push(moment(&finding, objects, sample_rate));
        }
    }
    Ok((Translation { systems, moments }, warnings))
}

/// The pass over the programme.
struct Pass {
    has_dialogue: bool,
    folds: [Fold; 3],
    /// 7.1.4 folded down, the mix and the dialogue of each.
    folded: Vec<[AudioBlock; 2]>,
    analyser: Analyser,
    systems: Vec<Playback>,
}

impl Pass {
    fn new(open: &OpenJob, sample_rate: u32) -> Result<Self, playback::PlaybackError> {
        let is_dialogue = |item: &RenderItem| Part::Role(Role::Dialogue).holds(item);
        let has_dialogue = open.master.items.iter().any(is_dialogue);
        let capacity = open.engine.output_blocks().first().map_or(0, AudioBlock::capacity);
        let folds = Fold::all();
        let block = |fold: &Fold| AudioBlock::new(fold.rows.len(), capacity);
        let systems =
            SYSTEMS.iter().map(|system| Playback::new(system, has_dialogue, (sample_rate, capacity)));
        Ok(Self {
            has_dialogue,
            folded: folds.iter().map(|fold| [block(fold), block(fold)]).collect(),
            folds,
            analyser: Analyser::new(sample_rate, 0),
            systems: systems.collect::<Result<_, _>>()?,
        })
    }

    /// Gives what was found out on the way.
    fn run(
        &mut self,
        open: OpenJob,
        (progress, frames): (&mut (dyn FnMut(u64, u64) + Send), u64),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<Warning>, JobError> {
        let OpenJob { job, master, mut engine, pool, .. } = open;
        let (rate, mut done) = (master.input.sample_rate(), 0_u64);
        let mut take = |blocks: &mut [AudioBlock]| {
            if let [voice, mix, voice_on_phones, phones] = &*blocks {
                self.add([mix, voice], [phones, voice_on_phones]);
                done = done.saturating_add(mix.frames() as u64);
            }
            progress(done, frames);
            Ok(())
        };
        let source = Source::new(&job.input, master.input, &engine);
        let (faults, _) = pool.install(|| each_block(source, &mut engine, stop, &mut take))?;
        let mut warnings = master.warnings;
        warnings.extend(faults.warnings(rate));
        Ok(warnings)
    }

    /// Each pair is a mix and its dialogue.
    fn add(&mut self, room: [&AudioBlock; 2], phones: [&AudioBlock; 2]) {
        use rayon::prelude::*;
        let Self { folds, folded, analyser, systems, has_dialogue } = self;
        for (index, fold) in folds.iter().enumerate() {
            let (before, from) = folded.split_at_mut(index);
            let source = before.last().map_or(room, |[mix, voice]| [mix, voice]);
            let Some(to) = from.first_mut() else { break };
            to.iter_mut().zip(source).for_each(|(to, from)| fold.apply(from, to));
        }
        let hear = |(playback, system): (&mut Playback, &playback::System)| {
            let [mix, voice] = match system.feed {
                Feed::Headphones => phones,
                Feed::Layout(0) => room,
                Feed::Layout(index) => match folded.get(index - 1) {
                    Some([mix, voice]) => [mix, voice],
                    None => return,
                },
            };
            playback.add(mix, has_dialogue.then_some(voice));
        };
        rayon::join(
            || analyser.add(room[0]),
            || systems.par_iter_mut().zip(SYSTEMS.par_iter()).for_each(hear),
        );
    }

    fn finish(self, sample_rate: u32) -> (Vec<SystemReport>, Vec<Finding>) {
        let heard: Vec<Heard> = self.systems.into_iter().map(Playback::finish).collect();
        let first = heard.first().copied();
        // Below the gate of BS.1770 nothing is left of the rest to be heard.
        let there = |level: &f64| *level > SILENT_LUFS;
        let ratio = |heard: &Heard| Some(heard.dialogue_lufs.filter(there)? - heard.rest_lufs.filter(there)?);
        let change = |value: Option<f64>, of: &dyn Fn(&Heard) -> Option<f64>| {
            Some(value? - first.as_ref().and_then(of)?)
        };
        let report = |(system, heard): (&playback::System, &Heard)| SystemReport {
            name: system.name,
            about: system.about,
            integrated_lufs: heard.integrated_lufs,
            loudness_change_lu: change(heard.integrated_lufs, &|first| first.integrated_lufs),
            true_peak_dbtp: heard.true_peak.map(|peak| peak.value),
            true_peak_at: heard.true_peak.map(|peak| clock(peak.frame, sample_rate)),
            dialogue_to_rest_lu: ratio(heard),
            dialogue_change_lu: change(ratio(heard), &ratio),
        };
        (SYSTEMS.iter().zip(&heard).map(report).collect(), self.analyser.finish(MOMENTS))
    }
}

fn clock(sample: u64, sample_rate: u32) -> String {
    Clock { sample, sample_rate }.to_string()
}

fn moment(finding: &Finding, objects: Vec<Culprit>, sample_rate: u32) -> Moment {
    let Finding { fold, kind, frame, band, value } = *finding;
    let is_comb = kind == Kind::Comb;
    Moment {
        at: clock(frame, sample_rate),
        frame,
        from: SYSTEMS[fold].name,
        to: SYSTEMS[fold + 1].name,
        kind,
        band_hz: band,
        level_db: (!is_comb).then_some(value),
        gaps_percent: is_comb.then_some(-value),
        objects,
    }
}
