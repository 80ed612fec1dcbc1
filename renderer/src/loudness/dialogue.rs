//! How loud a programme is while someone speaks, how much of it that is, and how the rest compares: dialogue loudness, speech
//! share, loudness-to-dialogue ratio (EBU R 128 s4).
//!
//! What is measured is the whole mix, in the steps of 10 ms that belong to speech, without any gate of level: BS.1770-1
//! gated by speech, as streaming services ask for. Which steps those are is told by the dialogue alone where there is
//! a stem of it, and else by a detector of voices.

use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use super::gating::{ABSOLUTE_GATE, HOP_STEPS, RANGE_GATE, SHORT_TERM_STEPS, STEPS_PER_SECOND, range};
use super::voice::Voice;
use super::{Meter, energy, lufs};

/// Pauses that are no longer still belong to speech: the 200 ms of ITU-T P.56 method B, between the stops within
/// words and the pauses that are heard as such.
const PAUSE_STEPS: usize = 20;

/// What told speech from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeechGate {
    /// The dialogue alone: exact.
    Stem,
    /// A detector of voices in the mix: an estimate.
    VoiceActivity,
}

impl SpeechGate {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stem => "the dialogue stem's activity",
            Self::VoiceActivity => "voice activity detector, an estimate",
        }
    }

    /// What depends on it is only an estimate.
    pub fn is_estimate(self) -> bool {
        self == Self::VoiceActivity
    }
}

/// When there is speech.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechActivity {
    /// What told.
    pub gate: SpeechGate,
    /// Steps of 10 ms with speech, ascending, apart from each other.
    pub stretches: Vec<Range<u64>>,
}

/// Where a meter learns when there is speech.
#[derive(Clone, Debug)]
pub enum SpeechSource {
    /// From the dialogue alone, handed over beside the mix: [`Meter::add_stem`].
    Stem,
    /// From the front channels of the mix, by a detector of voices.
    Voice,
    /// From an earlier measurement of the same programme: [`DialogueMeasurement::activity`].
    Known(Arc<SpeechActivity>),
}

/// The dialogue of a programme.
#[derive(Clone, Debug, PartialEq)]
pub struct DialogueMeasurement {
    /// Loudness of the whole mix while there is speech: BS.1770-1, no gate of level. LUFS; `None` without speech.
    pub loudness_lufs: Option<f64>,
    /// Loudness of the dialogue alone in the same time; `None` without a stem.
    pub stem_lufs: Option<f64>,
    /// EBU Tech 3342 of the same time alone: short-term loudness of the speech, its pauses cut out, LU; `None` where there are not
    /// three seconds of it.
    pub loudness_range_lu: Option<f64>,
    /// Part of the programme's time with speech, 0…1.
    pub speech_share: f64,
    /// EBU R 128 s4: integrated loudness of the programme less that of the dialogue, LU.
    pub loudness_to_dialogue_lu: Option<f64>,
    /// When there was speech, and what told.
    pub activity: Arc<SpeechActivity>,
}

/// What a meter keeps to measure dialogue.
#[derive(Clone, Debug)]
pub(super) struct Speech {
    /// Weighted sums of squares of the mix, step by step.
    pub(super) steps: Vec<f32>,
    pub(super) listener: Listener,
}

/// Who listens for speech.
#[derive(Clone, Debug)]
pub(super) enum Listener {
    /// Nobody: this meter is a stem's.
    Nobody,
    Stem(Box<Meter>),
    Voice(Box<Voice>),
    Known(Arc<SpeechActivity>),
}

impl Speech {
    pub(super) fn new(listener: Listener) -> Self {
        Self { steps: Vec::new(), listener }
    }

    /// The dialogue of a programme at `sample_rate` whose gated loudness is `integrated`; `None` for a stem's meter.
    pub(super) fn measure(self, sample_rate: u32, integrated: Option<f64>) -> Option<DialogueMeasurement> {
        let mut stem_steps = None;
        let activity = match self.listener {
            Listener::Nobody => return None,
            Listener::Known(activity) => activity,
            Listener::Voice(voice) => Arc::new(voice.activity(self.steps.len())),
            Listener::Stem(meter) => {
                let steps = meter.into_steps();
                let stretches = stem_activity(&steps, sample_rate);
                stem_steps = Some(steps);
                Arc::new(SpeechActivity { gate: SpeechGate::Stem, stretches })
            }
        };
        let total = self.steps.len() as u64;
        let spoken: u64 =
            activity.stretches.iter().map(|steps| steps.end.min(total).saturating_sub(steps.start)).sum();
        let loudness_lufs = loudness_within(&self.steps, &activity.stretches, sample_rate);
        Some(DialogueMeasurement {
            loudness_lufs,
            stem_lufs: stem_steps.and_then(|steps| loudness_within(&steps, &activity.stretches, sample_rate)),
            loudness_range_lu: range_within(&self.steps, &activity.stretches, sample_rate),
            speech_share: spoken as f64 / total.max(1) as f64,
            loudness_to_dialogue_lu: integrated
                .zip(loudness_lufs)
                .map(|(programme, dialogue)| programme - dialogue),
            activity,
        })
    }
}

/// The frame that step `step` begins with.
fn first_frame(step: u64, sample_rate: u32) -> u64 {
    step.saturating_mul(u64::from(sample_rate)) / STEPS_PER_SECOND
}

/// Loudness of the mean over `stretches` of steps, of which `steps` are the sums of squares.
fn loudness_within(steps: &[f32], stretches: &[Range<u64>], sample_rate: u32) -> Option<f64> {
    let (mut sum, mut frames) = (0.0, 0);
    for stretch in stretches {
        let end = stretch.end.min(steps.len() as u64);
        let start = stretch.start.min(end);
        let within = steps.get(start as usize..end as usize).unwrap_or_default();
        sum += within.iter().map(|step| f64::from(*step)).sum::<f64>();
        frames += first_frame(end, sample_rate) - first_frame(start, sample_rate);
    }
    (sum > 0.0).then(|| lufs(sum / frames as f64))
}

/// EBU Tech 3342 over `stretches` of steps put together.
fn range_within(steps: &[f32], stretches: &[Range<u64>], sample_rate: u32) -> Option<f64> {
    let within = |stretch: &Range<u64>| {
        let end = stretch.end.min(steps.len() as u64);
        steps.get(stretch.start.min(end) as usize..end as usize).unwrap_or_default()
    };
    let sums: Vec<f64> = stretches
        .iter()
        .flat_map(within)
        .scan(0.0, |sum, step| {
            Some({
                *sum += f64::from(*step);
                *sum
            })
        })
        .collect();
    let frames = first_frame(SHORT_TERM_STEPS as u64, sample_rate) as f64;
    let before = |at: usize| at.checked_sub(1).and_then(|at| sums.get(at)).copied().unwrap_or(0.0);
    let ends = (SHORT_TERM_STEPS..=sums.len()).step_by(HOP_STEPS as usize);
    let windows: Vec<f64> = ends
        .map(|end| (before(end) - before(end - SHORT_TERM_STEPS)) / frames)
        .filter(|mean| *mean > energy(ABSOLUTE_GATE))
        .collect();
    range(&windows)
}

/// The steps in which a stem sounds: above −70 LUFS, the absolute gate of BS.1770, and not more than 20 LU below the
/// loudness of what is, which is how EBU Tech 3342 tells the foreground from what lies behind it (here breath and
/// the tone of the room). Short pauses are filled.
fn stem_activity(steps: &[f32], sample_rate: u32) -> Vec<Range<u64>> {
    let mean = |step: usize| {
        let frames = first_frame(step as u64 + 1, sample_rate) - first_frame(step as u64, sample_rate);
        f64::from(steps[step]) / frames.max(1) as f64
    };
    let means: Vec<f64> = (0..steps.len()).map(mean).collect();
    let absolute = energy(ABSOLUTE_GATE);
    let loud = means.iter().filter(|mean| **mean > absolute);
    let (sum, count) = loud.fold((0.0, 0_usize), |(sum, count), mean| (sum + mean, count + 1));
    let relative = sum / count.max(1) as f64 * 10f64.powf(RANGE_GATE / 10.0);
    let threshold = absolute.max(relative);
    stretches(means.iter().map(|mean| *mean > threshold))
}

/// The stretches of steps that are active, with short pauses between them filled.
pub(super) fn stretches(active: impl Iterator<Item = bool>) -> Vec<Range<u64>> {
    let mut stretches: Vec<Range<u64>> = Vec::new();
    for step in (0..).zip(active).filter_map(|(step, active)| active.then_some(step)) {
        match stretches.last_mut() {
            Some(last) if step - last.end <= PAUSE_STEPS as u64 => last.end = step + 1,
            _ => stretches.push(step..step + 1),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_pauses_belong_to_speech_and_long_ones_do_not() {
        let mut active = [false; 100];
        for step in [10, 11, 32, 33, 60] {
            active[step] = true;
        }
        assert_eq!(stretches(active.iter().copied()), [10..34, 60..61]);
        assert_eq!(stretches(std::iter::empty()), []);
    }

    /// Tech 3342 case 1, −20 and −30, as the speech of a programme that is louder in between.
    #[test]
    fn the_range_of_dialogue_is_that_of_the_speech_alone() {
        let step = |lufs: f64| (energy(lufs) * 480.0) as f32;
        let of = |lufs: f64, seconds: usize| vec![step(lufs); 100 * seconds];
        let steps = [of(-20.0, 20), of(-5.0, 30), of(-30.0, 20), of(-60.0, 10)].concat();
        let found = range_within(&steps, &[0..2000, 5000..7000], 48_000).unwrap();
        assert!((found - 10.0).abs() < 0.1, "{found}");
        assert_eq!(range_within(&steps, std::slice::from_ref(&(0..299)), 48_000), None);
        assert_eq!(range_within(&steps, &[], 48_000), None);
    }

    /// Speech at −20 LUFS in 30 of 100 steps of a floor at −50, which it lifts the threshold above: −20 − 5.2 − 20. What is
    /// below −70 LUFS is never any.
    #[test]
    fn what_lies_far_behind_is_no_activity() {
        let step = |mean: f64| (mean * 480.0) as f32;
        let mut steps = vec![step(energy(-75.0)); 300];
        steps[100..200].fill(step(energy(-50.0)));
        steps[150..180].fill(step(energy(-20.0)));
        assert_eq!(stem_activity(&steps, 48_000), vec![150..180]);
        steps[150..180].fill(step(energy(-40.0)));
        assert_eq!(stem_activity(&steps, 48_000), vec![100..200]);
        assert_eq!(stem_activity(&[step(energy(-70.5)); 50], 48_000), []);
    }
}
