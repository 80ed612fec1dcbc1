//! Outputs brought to the loudness of a specification, below its ceiling.
//!
//! ```text
//!  engine ── spool, measured ── gain to the target ── (limiter, measured, gain again) ── limiter, measured, encoded, written
//! ```
//!
//! [`Level`] says what an output's level is to be: as rendered, that of a specification, or whatever another output of the job gets, so
//! that stems still add up to their mix. The render waits in a [`Spool`]. The gain takes the programme to the middle of the
//! specification's tolerance; limiting takes some of the loudness away again, so the gain is tried, without writing, until the
//! target is met or it is clear that it can't be. What is written is measured as it is written, and judged by that.

mod pass;
mod target;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use formats::bw64::Writer;
use rayon::prelude::*;
use serde::Serialize;

use self::pass::{Part, Treatment};
use self::work::LimiterWork;
pub use self::work::{LimitedRegion, LimiterReport};
use super::report::LoudnessReport;
use super::sink::{Destination, FileSink, Taken, Written};
use super::spool::Spool;
use super::{Deliverable, JobError, Output};
use crate::loudness::{
    Judgement, Limiter, Measurement, Measures, Meter, Specification, SpeechSource, Verdict,
};

/// What the level of an output is to be.
#[derive(Clone, Debug, Default)]
pub enum Level {
    /// As it is rendered.
    #[default]
    AsRendered,
    /// That of a specification.
    Target(Box<Correction>),
    /// The gain and the limiter's curve of another output of the job, by its index; that one has a target.
    SameAs(usize),
}

/// A specification to meet, and how.
#[derive(Clone, Debug)]
pub struct Correction {
    /// Whose loudness and true peak.
    pub specification: Specification,
    /// What to do about its ceiling.
    pub peaks: Peaks,
}

/// What keeps true peaks below the ceiling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peaks {
    /// A limiter.
    #[default]
    Limit,
    /// Less gain, at the cost of loudness: one gain from beginning to end.
    TurnDown,
    /// Nothing: the gain is that of the loudness alone.
    Leave,
}

/// What was done to the level of an output.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CorrectionReport {
    /// The specification's name.
    pub specification: String,
    /// Gain of everything, dB.
    pub gain_db: f64,
    /// What the limiter did; `None` when it was not to be used.
    pub limiter: Option<LimiterReport>,
    /// Loudness as rendered.
    pub before: LoudnessReport,
    /// Loudness as written.
    pub after: LoudnessReport,
    /// Verdict on what is written.
    pub judgement: Judgement,
    /// Why the target could not be met, where it could not.
    pub shortfall: Option<String>,
}

/// How a job is asked to stop, and told of the frames that were written, of every output.
pub(super) struct Watch<'a> {
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
    pub(super) progress: &'a (dyn Fn(u64) + Sync),
}

/// An output that waits.
struct Waiting<'a> {
    level: &'a Level,
    deliverable: &'a Deliverable,
    spool: Spool,
    /// As rendered; there when the level is a target.
    measurement: Option<Measurement>,
    /// Without its meter.
    file: FileSink,
}

/// Beyond what the ceiling and the loudest true peak are apart, dB, there is no use in listening for peaks: the meter reads no
/// more than that too low.
const CLEARLY_BELOW: f64 = 2.0;
/// A constant gain stays so far below the ceiling, dB: rounding and dither.
const CLEARANCE: f64 = 0.01;
/// Loudness that is so near to the target, LU, is there.
const ON_TARGET: f64 = 0.05;
/// Passes that only measure.
const MOST_TRIALS: usize = 4;
/// More gain than this beyond the first is only limited away again, dB.
const MOST_PUSH: f64 = 6.0;
/// Less loudness than this for a decibel of gain, LU, and the gain isn't worth it.
const LEAST_YIELD: f64 = 0.25;
/// No gain is beyond this, dB.
const MOST_GAIN: f64 = 80.0;

/// What is measured of outputs.
const MEASURES: Measures = Measures { true_peak: true, offsets: false, timeline: false };

impl Level {
    /// Whether its specification asks for the dialogue.
    pub(super) fn needs_speech(&self) -> bool {
        matches!(self, Self::Target(correction) if correction.specification.needs_speech())
    }
}

impl Correction {
    /// A meter for what the specification asks of an output; it learns from `speech` when there is some.
    fn meter(
        &self,
        deliverable: &Deliverable,
        sample_rate: u32,
        speech: SpeechSource,
    ) -> Result<Meter, JobError> {
        let measures = (sample_rate, MEASURES);
        let meter = deliverable.meter_for(Some(&self.specification), Some(&speech), measures);
        meter.ok_or_else(|| JobError::Request(format!("loudness isn't defined at {sample_rate} Hz")))
    }
}

/// The file that an output becomes.
#[derive(Debug)]
pub(super) struct To {
    pub(super) writer: Writer,
    /// The frame of the programme that it begins with.
    pub(super) start: u64,
    /// Hz.
    pub(super) sample_rate: u32,
    /// The dialogue alone comes with the blocks.
    pub(super) has_stem: bool,
}

/// Where the blocks of `output` go first, and the file that is written only when its level is corrected. Outputs without
/// a target are measured when `measure` says so.
pub(super) fn destination(
    output: &Output,
    to: To,
    measure: bool,
) -> Result<(Destination, Option<FileSink>), JobError> {
    let plain = measure && !matches!(output.level, Level::Target(_));
    let meter = plain.then(|| output.deliverable.meter(to.sample_rate, MEASURES)).flatten();
    let channels = output.deliverable.target().channels();
    let file = FileSink::new(&output.file, to.writer, meter, to.start);
    let meter = match &output.level {
        Level::AsRendered => return Ok((Destination::File(Box::new(file)), None)),
        Level::SameAs(_) => None,
        Level::Target(correction) => {
            let speech = if to.has_stem { SpeechSource::Stem } else { SpeechSource::Voice };
            Some(Box::new(correction.meter(&output.deliverable, to.sample_rate, speech)?))
        }
    };
    Ok((Destination::Spool(Spool::create(&output.file, channels)?, meter), Some(file)))
}

/// Whether the levels that outputs ask for make sense.
pub(super) fn check(outputs: &[Output]) -> Result<(), JobError> {
    for output in outputs {
        match &output.level {
            Level::Target(_) if output.deliverable.meter_channels().is_none() => {
                let message =
                    "is Ambisonics, which has no loudness; a target needs loudspeakers or headphones";
                return Err(JobError::file(&output.file, message));
            }
            Level::SameAs(index)
                if !outputs.get(*index).is_some_and(|other| matches!(other.level, Level::Target(_))) =>
            {
                let message = format!("takes its level from output {index}, which has no target");
                return Err(JobError::file(&output.file, message));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A file without its name yet, and what was done to its level.
pub(super) type Finished = (Written, Option<CorrectionReport>);

/// Corrects what waits for it, and is to become the files in `kept`. Gives the files in the order of the outputs.
pub(super) fn finish(
    outputs: &[Output],
    taken: Vec<Taken>,
    mut kept: BTreeMap<usize, FileSink>,
    sample_rate: u32,
    watch: &Watch,
) -> Result<Vec<Finished>, JobError> {
    let (mut finished, mut waiting) = (BTreeMap::new(), BTreeMap::new());
    for (index, (output, taken)) in outputs.iter().zip(taken).enumerate() {
        match (taken, kept.remove(&index)) {
            (Taken::Spool(spool, measurement), Some(file)) => {
                let Output { level, deliverable, .. } = output;
                waiting.insert(index, Waiting { level, deliverable, spool, measurement, file });
            }
            (Taken::File(written), _) => {
                finished.insert(index, (written, None));
            }
            (Taken::Spool(..), None) => return Err(JobError::file(&output.file, "is not written")),
        }
    }
    for (index, written, report) in run(waiting, sample_rate, watch)? {
        finished.insert(index, (written, report));
    }
    Ok(finished.into_values().collect())
}

/// Corrects and writes what waits, by index of the output; outputs with targets of their own beside each other.
fn run<'a>(
    waiting: BTreeMap<usize, Waiting<'a>>,
    sample_rate: u32,
    watch: &Watch,
) -> Result<Vec<(usize, Written, Option<CorrectionReport>)>, JobError> {
    let mut groups: BTreeMap<usize, Vec<(usize, Waiting<'a>)>> = BTreeMap::new();
    for (index, output) in waiting {
        let leader = if let Level::SameAs(leader) = output.level { *leader } else { index };
        let group = groups.entry(leader).or_default();
        // The leader first, whatever their order in the job.
        let place = if leader == index { 0 } else { group.len() };
        group.insert(place, (index, output));
    }
    let groups: Vec<_> = groups.into_values().collect();
    let done = groups.into_par_iter().map(|group| correct(group, sample_rate, watch));
    Ok(done.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Corrects the first of `group`, and gives the others the same.
fn correct(
    group: Vec<(usize, Waiting)>,
    sample_rate: u32,
    watch: &Watch,
) -> Result<Vec<(usize, Written, Option<CorrectionReport>)>, JobError> {
    let Some((_, first)) = group.first() else { return Ok(Vec::new()) };
    let (Level::Target(correction), Some(before)) = (first.level, first.measurement.clone()) else {
        return Err(JobError::Request("an output without a target can't be corrected".to_owned()));
    };
    let trial = Trial { correction, before: &before, spool: &first.spool, deliverable: first.deliverable };
    let Plan { gain_db, treatment, shortfall } = trial.settle(watch)?;
    let meter = trial.meter()?;
    let (indices, mut parts): (Vec<usize>, Vec<Part>) = group
        .into_iter()
        .map(|(index, output)| (index, Part { spool: output.spool, file: output.file }))
        .unzip();
    if let Some(first) = parts.first_mut() {
        first.file.measure_with(meter);
    }
    let mut work = LimiterWork::new(sample_rate);
    pass::write(&mut parts, &treatment, watch, &mut work)?;
    let written = parts.into_iter().map(|part| part.file.finish()).collect::<Result<Vec<_>, _>>()?;
    let after = written.first().and_then(|first| first.measurement.as_ref()).unwrap_or(&before);
    let judgement = correction.specification.judge(after);
    let ceiling = target::ceiling(&correction.specification);
    let report = CorrectionReport {
        specification: correction.specification.name.clone(),
        gain_db,
        limiter: (correction.peaks == Peaks::Limit).then(|| work.report(ceiling)),
        before: LoudnessReport::new(&before),
        after: LoudnessReport::new(after),
        shortfall: shortfall.filter(|_| judgement.verdict != Verdict::Pass),
        judgement,
    };
    let mut report = Some(report);
    Ok(indices.into_iter().zip(written).map(|(index, written)| (index, written, report.take())).collect())
}

/// What is settled before anything is written.
struct Plan {
    gain_db: f64,
    treatment: Treatment,
    shortfall: Option<String>,
}

/// An output whose gain is looked for.
struct Trial<'a> {
    correction: &'a Correction,
    before: &'a Measurement,
    spool: &'a Spool,
    deliverable: &'a Deliverable,
}

impl Trial<'_> {
    fn settle(&self, watch: &Watch) -> Result<Plan, JobError> {
        let specification = &self.correction.specification;
        let Some(wanted) = target::gain(specification, self.before) else {
            let shortfall =
                format!("no loudness of {} could be measured; the level is as rendered", specification.name);
            let treatment = self.treatment(0.0)?;
            return Ok(Plan { gain_db: 0.0, treatment, shortfall: Some(shortfall) });
        };
        let wanted = wanted.clamp(-MOST_GAIN, MOST_GAIN);
        let peak = self.before.true_peak.map_or(f64::NEG_INFINITY, |peak| peak.value);
        let room = target::ceiling(specification) - peak;
        let plan = |gain_db, shortfall| {
            self.treatment(gain_db).map(|treatment| Plan { gain_db, treatment, shortfall })
        };
        match self.correction.peaks {
            Peaks::TurnDown if wanted > room => {
                let shortfall = format!(
                    "{:.2} dB of gain are missing: the true peak is at the ceiling without a limiter",
                    wanted - room + CLEARANCE
                );
                plan(room - CLEARANCE, Some(shortfall))
            }
            Peaks::Leave if wanted > room => {
                let shortfall =
                    format!("true peaks pass the ceiling by {:.2} dB without a limiter", wanted - room);
                plan(wanted, Some(shortfall))
            }
            Peaks::Limit if wanted > room - CLEARLY_BELOW => {
                let (gain_db, shortfall) = self.push(wanted, watch)?;
                plan(gain_db, shortfall)
            }
            _ => plan(wanted, None),
        }
    }

    /// Raises the gain by what limiting takes away.
    fn push(&self, first: f64, watch: &Watch) -> Result<(f64, Option<String>), JobError> {
        let (mut gain, mut last, mut best) = (first, None, (f64::INFINITY, first));
        for _ in 0..MOST_TRIALS {
            let measured = pass::measure(self.spool, &self.treatment(gain)?, self.meter()?, watch)?;
            let missing = target::gain(&self.correction.specification, &measured).unwrap_or(0.0);
            // More drive must be worth it.
            if best.0 - missing.abs() > LEAST_YIELD * (gain - best.1).abs() {
                best = (missing.abs(), gain);
            }
            if missing.abs() <= ON_TARGET {
                return Ok((gain, None));
            }
            // What the last decibel gave.
            let given = last.map_or(1.0, |(gain_before, missing_before): (f64, f64)| {
                (missing_before - missing) / (gain - gain_before)
            });
            if !(LEAST_YIELD..).contains(&given) {
                break;
            }
            last = Some((gain, missing));
            let next = (gain + missing / given.min(1.0)).min(first + MOST_PUSH);
            if next == gain {
                break;
            }
            gain = next;
        }
        let shortfall = format!(
            "limiting to the ceiling leaves the loudness {:.2} LU from its target; more gain would be limited away",
            best.0
        );
        Ok((best.1, Some(shortfall)))
    }

    fn treatment(&self, gain_db: f64) -> Result<Treatment, JobError> {
        let peak = self.before.true_peak.map_or(f64::NEG_INFINITY, |peak| peak.value);
        let ceiling = target::ceiling(&self.correction.specification);
        let needed = self.correction.peaks == Peaks::Limit && peak + gain_db > ceiling - CLEARLY_BELOW;
        let limiter = needed.then(|| Limiter::new(self.before.sample_rate, self.spool.channels(), ceiling));
        let limiter = limiter.transpose().map_err(|e| JobError::Request(e.to_string()))?;
        let factor = if gain_db == 0.0 { 1.0 } else { 10f64.powf(gain_db / 20.0) as f32 };
        Ok(Treatment { factor, limiter })
    }

    /// For what is written, or would be. When there is speech is known by now.
    fn meter(&self) -> Result<Meter, JobError> {
        let activity = self.before.dialogue.as_ref().map(|dialogue| Arc::clone(&dialogue.activity));
        let speech = activity.map_or(SpeechSource::Voice, SpeechSource::Known);
        self.correction.meter(self.deliverable, self.before.sample_rate, speech)
    }
}
