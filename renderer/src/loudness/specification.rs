//! Delivery specifications as data: what they limit, by which source, and whether a programme keeps to it.

use serde::{Deserialize, Serialize};

use super::Measurement;

/// The specifications that come with the program; `specifications/*.yaml`, in the order of their names.
const BUILT_IN: [&str; 17] = [
    include_str!("specifications/amazon.yaml"),
    include_str!("specifications/apple-music.yaml"),
    include_str!("specifications/arib.yaml"),
    include_str!("specifications/atsc-a85.yaml"),
    include_str!("specifications/atsc-a85-dialogue.yaml"),
    include_str!("specifications/cinema.yaml"),
    include_str!("specifications/dpp.yaml"),
    include_str!("specifications/ebu-r128.yaml"),
    include_str!("specifications/ebu-r128-live.yaml"),
    include_str!("specifications/ebu-r128-s1.yaml"),
    include_str!("specifications/ebu-r128-s2.yaml"),
    include_str!("specifications/ebu-r128-s4.yaml"),
    include_str!("specifications/netflix.yaml"),
    include_str!("specifications/netflix-low-dialogue.yaml"),
    include_str!("specifications/op-59.yaml"),
    include_str!("specifications/sawa-commercial.yaml"),
    include_str!("specifications/tasa-trailer.yaml"),
];

/// Longest part of somebody's text that an error repeats, characters.
const SHOWN: usize = 160;
/// Longest specification file that is read.
pub const MAX_SPECIFICATION_BYTES: usize = 1 << 16;
/// Measured values are rounded to this many parts of a unit before they are compared: what a report shows is what is judged.
const PARTS: f64 = 100.0;

/// A specification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specification {
    /// `ebu-r128`.
    pub name: String,
    /// What it is called in full.
    pub title: String,
    /// Which edition the figures are of.
    pub edition: String,
    /// When the sources were read, `2026-11`.
    pub read: String,
    /// Where the figures are from.
    pub sources: Vec<String>,
    /// What the sources leave open, or what this program judges otherwise than they say.
    #[serde(default)]
    pub unsure: Vec<String>,
    /// The layout that an object-based master is rendered to; 5.1 where it doesn't say.
    #[serde(default)]
    pub layout: Option<String>,
    /// The layouts that its figures are for, BS.2051 names; any where it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layouts: Vec<String>,
    /// The edition of the algorithm and its gate.
    pub algorithm: String,
    /// All must hold.
    pub clauses: Vec<Clause>,
}

/// One demand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// In words.
    pub clause: String,
    /// It is asked for only where this holds; always, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Limit>,
    /// It holds when one of these does.
    pub any: Vec<Limit>,
}

/// A range of a measured value; both ends are within.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Of what.
    pub measure: Measure,
    /// Lowest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// Highest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
}

/// What can be limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Gated loudness of the programme, LUFS.
    Integrated,
    /// LUFS.
    MaxMomentary,
    /// LUFS.
    MaxShortTerm,
    /// LU.
    LoudnessRange,
    /// dBTP.
    TruePeak,
    /// Loudness of the mix while there is speech, without a gate of level, LUFS.
    Dialogue,
    /// Loudness range of the mix while there is speech, LU.
    DialogueRange,
    /// Part of the time with speech, per cent; `speech_share` is read as well.
    #[serde(alias = "speech_share")]
    SpeechPercent,
    /// Integrated loudness less that of the dialogue, LU.
    LoudnessToDialogue,
    /// ISO 21727, dB.
    LeqM,
}

/// Whether a demand is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Pass,
    /// It is not.
    Fail,
    /// There was nothing to measure, or it can't be measured.
    Open,
}

/// Verdict on a programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The specification's name.
    pub name: String,
    /// Pass only when every clause passes; fail when one fails.
    pub verdict: Verdict,
    /// In the specification's order.
    pub clauses: Vec<ClauseJudgement>,
}

/// Verdict on a clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClauseJudgement {
    /// In words.
    pub clause: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// False where the clause is for other programmes; it then holds.
    pub applies: bool,
    /// It depends on when there is speech, and that is an estimate.
    pub estimate: bool,
    /// What was measured, in the order of the clause's limits.
    pub measured: Vec<Option<f64>>,
}

/// A specification can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecificationError {
    /// None of that name comes with the program.
    #[error("no specification is called `{name}`; there are {}, or give a file", names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The text is none.
    #[error("is no specification: {0}; expected YAML or JSON as `proscenium specs NAME --json` shows")]
    Syntax(String),
    /// A clause that can't be judged.
    #[error("clause `{0}`: expected at least one limit with a minimum or a maximum, finite numbers")]
    Clause(String),
    /// A limit that nothing can keep, or that nobody can mean.
    #[error("clause `{clause}`: {found}")]
    Limit {
        /// The clause.
        clause: String,
        /// What is wrong with it, and what was expected.
        found: String,
    },
}

fn names() -> Vec<String> {
    Specification::built_in().into_iter().map(|specification| specification.name).collect()
}

impl Specification {
    /// Those that come with the program, by name.
    pub fn built_in() -> Vec<Self> {
        BUILT_IN.iter().filter_map(|text| Self::read(text).ok()).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn by_name(name: &str) -> Result<Self, SpecificationError> {
        let found = Self::built_in().into_iter().find(|known| known.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| SpecificationError::Unknown { name: name.chars().take(40).collect() })
    }

    /// A specification of one's own, YAML or JSON.
    ///
    /// # Errors
    /// When it is none, with what is wrong.
    pub fn read(text: &str) -> Result<Self, SpecificationError> {
        let read: Self = serde_yaml_ng::from_str(text)
            .map_err(|e| SpecificationError::Syntax(cut(&e.to_string(), SHOWN)))?;
        if read.clauses.is_empty() {
            return Err(SpecificationError::Syntax("it has no clauses".to_owned()));
        }
        let is_limit = |limit: &Limit| {
            let ends = [limit.minimum, limit.maximum];
            ends.iter().any(Option::is_some) && ends.iter().flatten().all(|end| end.is_finite())
        };
        let is_clause =
            |clause: &&Clause| clause.any.iter().chain(&clause.when).all(is_limit) && !clause.any.is_empty();
        if let Some(clause) = read.clauses.iter().find(|clause| !is_clause(clause)) {
            return Err(SpecificationError::Clause(cut(&clause.clause, SHOWN)));
        }
        for clause in &read.clauses {
            if let Some(found) = clause.any.iter().chain(&clause.when).find_map(Limit::fault) {
                return Err(SpecificationError::Limit { clause: cut(&clause.clause, SHOWN), found });
            }
        }
        Ok(read)
    }

    /// Whether a programme keeps to it. Samples that are no numbers fail every specification.
    pub fn judge(&self, measurement: &Measurement) -> Judgement {
        let mut clauses: Vec<ClauseJudgement> =
            self.clauses.iter().map(|clause| clause.judge(measurement)).collect();
        let faults: u64 = measurement.channels.iter().map(|channel| channel.non_finite).sum();
        let faults = faults.saturating_add(measurement.source_non_finite);
        if faults > 0 {
            clauses.push(ClauseJudgement {
                clause: "every sample is a finite number".to_owned(),
                verdict: Verdict::Fail,
                applies: true,
                estimate: false,
                measured: vec![Some(faults as f64)],
            });
        }
        let any = |verdict| clauses.iter().any(|clause| clause.verdict == verdict);
        let verdict = match (any(Verdict::Fail), any(Verdict::Open)) {
            (true, _) => Verdict::Fail,
            (false, true) => Verdict::Open,
            (false, false) => Verdict::Pass,
        };
        Judgement { name: self.name.clone(), verdict, clauses }
    }

    /// What to say of its figures in `layout`, where it isn't for that.
    pub fn remark_on(&self, layout: &str) -> Option<String> {
        let is_meant = self.layouts.is_empty() || self.layouts.iter().any(|named| named == layout);
        (!is_meant).then(|| {
            format!(
                "{} is for {} and says nothing of {layout}; it is judged by the same figures there",
                self.name,
                self.layouts.join(" and ")
            )
        })
    }

    /// Whether it asks for something that depends on when there is speech.
    pub fn needs_speech(&self) -> bool {
        self.clauses.iter().any(Clause::needs_speech)
    }
}

impl Specification {
    /// Whether it asks for Leq(m).
    pub fn needs_leq_m(&self) -> bool {
        let limits = self.clauses.iter().flat_map(|clause| clause.any.iter().chain(&clause.when));
        limits.into_iter().any(|limit| limit.measure == Measure::LeqM)
    }
}

impl Judgement {
    /// One of its clauses depends on an estimate.
    pub fn is_estimate(&self) -> bool {
        self.clauses.iter().any(|clause| clause.estimate && clause.applies)
    }
}

impl Clause {
    /// Whether it is asked for of this programme; `None` when that can't be told.
    pub fn applies(&self, measurement: &Measurement) -> Option<bool> {
        let Some(when) = &self.when else { return Some(true) };
        when.measure.of(measurement).map(|value| when.holds(Some(value)) == Verdict::Pass)
    }

    fn needs_speech(&self) -> bool {
        self.any.iter().chain(&self.when).any(|limit| limit.measure.needs_speech())
    }

    fn judge(&self, measurement: &Measurement) -> ClauseJudgement {
        let measured: Vec<Option<f64>> = self.any.iter().map(|limit| limit.measure.of(measurement)).collect();
        let verdicts = self.any.iter().zip(&measured).map(|(limit, value)| limit.holds(*value));
        let verdict = verdicts.fold(Verdict::Fail, |best, next| match (best, next) {
            (Verdict::Pass, _) | (_, Verdict::Pass) => Verdict::Pass,
            (Verdict::Open, _) | (_, Verdict::Open) => Verdict::Open,
            _ => Verdict::Fail,
        });
        let applies = self.applies(measurement);
        let verdict = match applies {
            Some(true) => verdict,
            Some(false) => Verdict::Pass,
            None => Verdict::Open,
        };
        let guessed =
            measurement.dialogue.as_ref().is_some_and(|dialogue| dialogue.activity.gate.is_estimate());
        ClauseJudgement {
            clause: self.clause.clone(),
            verdict,
            applies: applies != Some(false),
            estimate: guessed && self.needs_speech(),
            measured,
        }
    }
}

/// The first of `text`, which may be a whole file.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{} …", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl Limit {
    /// What is wrong with it.
    fn fault(&self) -> Option<String> {
        let (lowest, highest) = self.measure.sensible();
        let (name, unit) = (self.measure.name(), self.measure.unit());
        if let (Some(minimum), Some(maximum)) = (self.minimum, self.maximum)
            && minimum > maximum
        {
            return Some(format!(
                "{name}: the minimum, {minimum} {unit}, is above the maximum, {maximum} {unit}; swap them"
            ));
        }
        let outside = |end: &f64| !(lowest..=highest).contains(end);
        let end = [self.minimum, self.maximum].into_iter().flatten().find(outside)?;
        Some(format!("{name}: {end} {unit} is none; expected {lowest} to {highest} {unit}"))
    }

    fn holds(&self, value: Option<f64>) -> Verdict {
        let Some(value) = value else { return Verdict::Open };
        let value = (value * PARTS).round() / PARTS;
        let high = self.maximum.is_some_and(|maximum| value > maximum);
        let low = self.minimum.is_some_and(|minimum| value < minimum);
        if high || low { Verdict::Fail } else { Verdict::Pass }
    }
}

impl Measure {
    /// The measured value.
    pub fn of(self, measurement: &Measurement) -> Option<f64> {
        match self {
            Self::Integrated => measurement.integrated_lufs,
            Self::MaxMomentary => measurement.max_momentary.map(|maximum| maximum.value),
            Self::MaxShortTerm => measurement.max_short_term.map(|maximum| maximum.value),
            Self::LoudnessRange => measurement.loudness_range_lu,
            Self::TruePeak => measurement.true_peak.map(|maximum| maximum.value),
            Self::Dialogue => measurement.dialogue.as_ref()?.loudness_lufs,
            Self::SpeechPercent => {
                measurement.dialogue.as_ref().map(|dialogue| 100.0 * dialogue.speech_share)
            }
            Self::DialogueRange => measurement.dialogue.as_ref()?.loudness_range_lu,
            Self::LoudnessToDialogue => measurement.dialogue.as_ref()?.loudness_to_dialogue_lu,
            Self::LeqM => measurement.leq_m,
        }
    }

    /// What a limit of it may be: no programme and no rule lies beyond.
    fn sensible(self) -> (f64, f64) {
        match self {
            Self::Integrated | Self::MaxMomentary | Self::MaxShortTerm | Self::Dialogue => (-70.0, 0.0),
            Self::LoudnessRange | Self::DialogueRange => (0.0, 100.0),
            Self::TruePeak => (-60.0, 6.0),
            Self::SpeechPercent => (0.0, 100.0),
            Self::LoudnessToDialogue => (-60.0, 60.0),
            Self::LeqM => (0.0, 140.0),
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Integrated => "integrated",
            Self::MaxMomentary => "momentary",
            Self::MaxShortTerm => "short-term",
            Self::LoudnessRange => "range",
            Self::DialogueRange => "dialogue range",
            Self::TruePeak => "true peak",
            Self::Dialogue => "dialogue",
            Self::SpeechPercent => "speech",
            Self::LoudnessToDialogue => "loudness to dialogue",
            Self::LeqM => "Leq(m)",
        }
    }

    /// It depends on when there is speech.
    pub fn needs_speech(self) -> bool {
        matches!(self, Self::Dialogue | Self::DialogueRange | Self::SpeechPercent | Self::LoudnessToDialogue)
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::LoudnessRange | Self::DialogueRange | Self::LoudnessToDialogue => "LU",
            Self::TruePeak => "dBTP",
            Self::SpeechPercent => "%",
            Self::LeqM => "dB",
            Self::Integrated | Self::MaxMomentary | Self::MaxShortTerm | Self::Dialogue => "LUFS",
        }
    }
}
