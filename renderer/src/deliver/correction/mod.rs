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

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use formats::Warning;
use formats::bw64::{CompleteFile, Writer};
use rayon::prelude::*;
use serde::Serialize;

use self::pass::{Part, Treatment};
use self::work::LimiterWork;
pub use self::work::{LimitedRegion, LimiterReport, ReductionCurve};
use super::report::LoudnessReport;
use super::sink::{Destination, FileSink, Taken, Written};
use super::spool::Spool;
use super::{Deliverable, JobError, Output};
use crate::loudness::{
    Judgement, Limiter, Measurement, Measures, Meter, Specification, SpeechActivity, SpeechSource, Verdict,
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
    /// Loudness as written; `None` where that is measured later, from the disk.
    pub after: Option<LoudnessReport>,
    /// Verdict on that.
    pub judgement: Option<Judgement>,
    /// Why the target could not be met, where it could not.
    pub shortfall: Option<String>,
}

/// Sees a file that is complete on the disk: which of the outputs, and when there is speech in it.
pub(super) type Inspect<'a> =
    &'a (dyn Fn(usize, &CompleteFile, Option<&Arc<SpeechActivity>>) -> Result<(), JobError> + Sync);

/// How a job is asked to stop, told of the frames that were written, of every output, and shown what is complete.
pub(super) struct Watch<'a> {
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
    pub(super) progress: &'a (dyn Fn(u64) + Sync),
    pub(super) inspect: Option<Inspect<'a>>,
}

impl Watch<'_> {
    fn show(&self, index: usize, written: &Written) -> Result<(), JobError> {
        self.inspect.map_or(Ok(()), |inspect| inspect(index, &written.file, written.speech.as_ref()))
    }
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
const MOST_TRIALS: usize = 6;
/// More gain than this beyond the first is only limited away again, dB.
const MOST_PUSH: f64 = 10.0;
/// Less loudness than this for a decibel of gain, LU, and the gain isn't worth it …
const LEAST_YIELD: f64 = 0.25;
/// … but to come into the tolerance at all anything is that is more than this.
const HARDLY_ANY: f64 = 0.05;
/// No programme is turned up by more than this, dB: what is so quiet is silence, or the wrong file.
const MOST_GAIN: f64 = 40.0;
/// None is turned down by more, dB.
const MOST_LOSS: f64 = 80.0;

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

/// Specifications that aren't for the layout of an output that is to meet them.
pub(super) fn remarks(outputs: &[Output]) -> impl Iterator<Item = Warning> {
    outputs.iter().filter_map(|output| {
        let Level::Target(correction) = &output.level else { return None };
        let specification = &correction.specification;
        let remark = specification.remark_on(&output.deliverable.name())?;
        Some(Warning::new("specification-layout", specification.name.as_str(), remark))
    })
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

/// Outputs that are finished together: one that is written already, or a mix that is to be corrected and what gets the same.
enum Due<'a> {
    Written(usize, Box<Written>),
    Group(Vec<(usize, Waiting<'a>)>),
}

impl Due<'_> {
    /// Samples that are still to be written.
    fn size(&self) -> u64 {
        let Self::Group(group) = self else { return 0 };
        let samples = |spool: &Spool| spool.frames().saturating_mul(spool.channels() as u64);
        group.iter().fold(0, |sum, (_, output)| sum.saturating_add(samples(&output.spool)))
    }
}

/// Corrects what waits for it, and is to become the files in `kept`. Gives the files in the order of the outputs.
pub(super) fn finish(
    outputs: &[Output],
    taken: Vec<Taken>,
    mut kept: BTreeMap<usize, FileSink>,
    sample_rate: u32,
    watch: &Watch,
) -> Result<Vec<Finished>, JobError> {
    let (mut due, mut groups) = (Vec::new(), BTreeMap::<usize, Vec<(usize, Waiting)>>::new());
    for (index, (output, taken)) in outputs.iter().zip(taken).enumerate() {
        match (taken, kept.remove(&index)) {
            (Taken::Spool(spool, measurement), Some(file)) => {
                let Output { level, deliverable, .. } = output;
                let leader = if let Level::SameAs(leader) = level { *leader } else { index };
                let group = groups.entry(leader).or_default();
                // The leader first, whatever their order in the job.
                let place = if leader == index { 0 } else { group.len() };
                group.insert(place, (index, Waiting { level, deliverable, spool, measurement, file }));
            }
            (Taken::File(written), _) => due.push(Due::Written(index, Box::new(written))),
            (Taken::Spool(..), None) => return Err(JobError::file(&output.file, "is not written")),
        }
    }
    due.extend(groups.into_values().map(Due::Group));
    // The longest first: the others fit in beside it.
    due.sort_by_key(|due| Reverse(due.size()));
    let finish = |due: Due| match due {
        Due::Written(index, written) => {
            watch.show(index, &written)?;
            Ok(vec![(index, *written, None)])
        }
        Due::Group(group) => correct(group, sample_rate, watch),
    };
    let done = due.into_par_iter().with_max_len(1).map(finish).collect::<Result<Vec<_>, JobError>>()?;
    let by_index = done.into_iter().flatten().map(|(index, written, report)| (index, (written, report)));
    Ok(by_index.collect::<BTreeMap<_, _>>().into_values().collect())
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
    let meter = watch.inspect.is_none().then(|| trial.meter()).transpose()?;
    let (indices, mut parts): (Vec<usize>, Vec<Part>) = group
        .into_iter()
        .map(|(index, output)| (index, Part { spool: output.spool, file: output.file }))
        .unzip();
    if let (Some(first), Some(meter)) = (parts.first_mut(), meter) {
        first.file.measure_with(meter);
    }
    let mut work = LimiterWork::new(sample_rate);
    pass::write(&mut parts, &treatment, watch, &mut work)?;
    let written = parts.into_iter().map(|part| part.file.finish()).collect::<Result<Vec<_>, _>>()?;
    let after = written.first().and_then(|first| first.measurement.as_ref());
    let judgement = after.map(|after| correction.specification.judge(after));
    let is_met = judgement.as_ref().is_some_and(|judgement| judgement.verdict == Verdict::Pass);
    let ceiling = target::ceiling(&correction.specification);
    let report = CorrectionReport {
        specification: correction.specification.name.clone(),
        gain_db,
        limiter: (correction.peaks == Peaks::Limit).then(|| work.report(ceiling)),
        before: LoudnessReport::new(&before),
        after: after.map(LoudnessReport::new),
        shortfall: shortfall.filter(|_| !is_met),
        judgement,
    };
    let speech = before.dialogue.as_ref().map(|dialogue| Arc::clone(&dialogue.activity));
    let mut written: Vec<(usize, Written)> = indices.into_iter().zip(written).collect();
    if let Some((_, mix)) = written.first_mut() {
        mix.speech = speech;
    }
    written.par_iter().with_max_len(1).try_for_each(|(index, written)| watch.show(*index, written))?;
    let mut report = Some(report);
    Ok(written.into_iter().map(|(index, written)| (index, written, report.take())).collect())
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
        if wanted > MOST_GAIN {
            let shortfall = format!(
                "{wanted:.1} dB of gain are missing to {}, and none is given above {MOST_GAIN} dB: is this the right programme? \
                 The level is as rendered",
                specification.name
            );
            return Ok(Plan { gain_db: 0.0, treatment: self.treatment(0.0)?, shortfall: Some(shortfall) });
        }
        let wanted = wanted.max(-MOST_LOSS);
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

    /// Raises the gain by what limiting takes away: to the middle of the tolerance as long as a decibel gives something for
    /// what it costs, and into the tolerance as long as it gives anything.
    fn push(&self, first: f64, watch: &Watch) -> Result<(f64, Option<String>), JobError> {
        let (mut gain, mut last, mut best) = (first, None, (f64::INFINITY, first));
        let mut is_within = false;
        for _ in 0..MOST_TRIALS {
            let measured = pass::measure(self.spool, &self.treatment(gain)?, self.meter()?, watch)?;
            let missing = target::gain(&self.correction.specification, &measured).unwrap_or(0.0);
            let to_edge = target::least_gain(&self.correction.specification, &measured);
            let arrives = to_edge == 0.0 && !is_within;
            is_within |= arrives;
            // More drive must be worth it, or bring the programme into the tolerance.
            if arrives || best.0 - missing.abs() > LEAST_YIELD * (gain - best.1).abs() {
                best = (missing.abs(), gain);
            }
            if missing.abs() <= ON_TARGET {
                return Ok((gain, None));
            }
            // What the last decibel gave.
            let given = last.map_or(1.0, |(gain_before, missing_before): (f64, f64)| {
                (missing_before - missing) / (gain - gain_before)
            });
            let (wanted, least) = if given >= LEAST_YIELD || is_within {
                (missing, LEAST_YIELD)
            } else {
                (to_edge, HARDLY_ANY)
            };
            if !(least..).contains(&given) {
                break;
            }
            last = Some((gain, missing));
            let next = (gain + wanted / given.min(1.0)).min(first + MOST_PUSH);
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
