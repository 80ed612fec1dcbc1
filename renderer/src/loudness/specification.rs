//! Delivery specifications as data: what they limit, by which source, and whether a programme keeps to it.

use serde::{Deserialize, Serialize};

use super::Measurement;

/// The specifications that come with the program; `specifications/*.yaml`, in the order of their names.
const BUILT_IN: [&str; 11] = [
    include_str!("specifications/amazon.yaml"),
    include_str!("specifications/apple-music.yaml"),
    include_str!("specifications/arib.yaml"),
    include_str!("specifications/atsc-a85.yaml"),
    include_str!("specifications/dpp.yaml"),
    include_str!("specifications/ebu-r128.yaml"),
    include_str!("specifications/ebu-r128-live.yaml"),
    include_str!("specifications/ebu-r128-s1.yaml"),
    include_str!("specifications/netflix.yaml"),
    include_str!("specifications/netflix-low-dialogue.yaml"),
    include_str!("specifications/op-59.yaml"),
];

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
    /// Loudness while there is speech, LUFS. Not measured yet: clauses on it stay open.
    Dialogue,
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
        let read: Self =
            serde_yaml_ng::from_str(text).map_err(|e| SpecificationError::Syntax(e.to_string()))?;
        if read.clauses.is_empty() {
            return Err(SpecificationError::Syntax("it has no clauses".to_owned()));
        }
        let is_limit = |limit: &Limit| {
            let ends = [limit.minimum, limit.maximum];
            ends.iter().any(Option::is_some) && ends.iter().flatten().all(|end| end.is_finite())
        };
        match read.clauses.iter().find(|clause| clause.any.is_empty() || !clause.any.iter().all(is_limit)) {
            Some(clause) => Err(SpecificationError::Clause(clause.clause.chars().take(60).collect())),
            None => Ok(read),
        }
    }

    /// Whether a programme keeps to it. Samples that are no numbers fail every specification.
    pub fn judge(&self, measurement: &Measurement) -> Judgement {
        let mut clauses: Vec<ClauseJudgement> =
            self.clauses.iter().map(|clause| clause.judge(measurement)).collect();
        let faults: u64 = measurement.channels.iter().map(|channel| channel.non_finite).sum();
        if faults > 0 {
            clauses.push(ClauseJudgement {
                clause: "every sample is a finite number".to_owned(),
                verdict: Verdict::Fail,
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
}

impl Clause {
    fn judge(&self, measurement: &Measurement) -> ClauseJudgement {
        let measured: Vec<Option<f64>> = self.any.iter().map(|limit| limit.measure.of(measurement)).collect();
        let verdicts = self.any.iter().zip(&measured).map(|(limit, value)| limit.holds(*value));
        let verdict = verdicts.fold(Verdict::Fail, |best, next| match (best, next) {
            (Verdict::Pass, _) | (_, Verdict::Pass) => Verdict::Pass,
            (Verdict::Open, _) | (_, Verdict::Open) => Verdict::Open,
            _ => Verdict::Fail,
        });
        ClauseJudgement { clause: self.clause.clone(), verdict, measured }
    }
}

impl Limit {
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
            Self::Dialogue => None,
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Integrated => "integrated",
            Self::MaxMomentary => "momentary",
            Self::MaxShortTerm => "short-term",
            Self::LoudnessRange => "range",
            Self::TruePeak => "true peak",
            Self::Dialogue => "dialogue",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::LoudnessRange => "LU",
            Self::TruePeak => "dBTP",
            _ => "LUFS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layout;
    use crate::loudness::{Maximum, Measures, Meter};

    fn measurement(integrated: f64, true_peak: f64) -> Measurement {
        let meter =
            Meter::new(48_000, Vec::new(), Measures { true_peak: true, offsets: true, timeline: false });
        Measurement {
            integrated_lufs: Some(integrated),
            true_peak: Some(Maximum { value: true_peak, frame: 0 }),
            ..meter.unwrap().finish()
        }
    }

    #[test]
    fn every_file_is_whole_dated_and_names_its_sources() {
        let all = Specification::built_in();
        assert_eq!(all.len(), BUILT_IN.len(), "one of the files can't be read");
        assert!(all.is_sorted_by(|a, b| a.name.as_str() < b.name.as_str() || a.name.starts_with(&b.name)));
        for specification in all {
            let name = &specification.name;
            assert!(!specification.sources.is_empty() && specification.read.starts_with("20"), "{name}");
            assert!(specification.layout.iter().all(|layout| Layout::by_name(layout).is_ok()), "{name}");
            assert_eq!(Specification::by_name(name).as_ref(), Ok(&specification));
            let json = serde_json::to_string(&specification).unwrap();
            assert_eq!(Specification::read(&json), Ok(specification));
        }
    }

    /// EBU R 128 (2020): −23.0 LUFS, −1 dBTP; A/85: −24 ± 2 LKFS, −2 dBTP.
    #[test]
    fn programmes_are_judged_by_what_is_shown() {
        let verdict = |name: &str, integrated, true_peak| {
            Specification::by_name(name).unwrap().judge(&measurement(integrated, true_peak)).verdict
        };
        assert_eq!(verdict("ebu-r128", -23.0, -1.0), Verdict::Pass);
        assert_eq!(verdict("ebu-r128", -22.796, -1.004), Verdict::Pass);
        assert_eq!(verdict("ebu-r128", -22.79, -1.0), Verdict::Fail);
        assert_eq!(verdict("ebu-r128", -23.0, -0.99), Verdict::Fail);
        assert_eq!(verdict("atsc-a85", -26.0, -2.0), Verdict::Pass);
        assert_eq!(verdict("atsc-a85", -26.01, -2.0), Verdict::Fail);
        assert_eq!(verdict("netflix", -27.0, -2.1), Verdict::Open);
        assert_eq!(verdict("netflix", -27.0, -1.9), Verdict::Fail);
    }

    #[test]
    fn of_alternatives_one_is_enough_and_silence_stays_open() {
        let short_form = Specification::by_name("ebu-r128-s1").unwrap();
        let loud = Some(Maximum { value: -14.0, frame: 0 });
        let quiet = Some(Maximum { value: -18.5, frame: 0 });
        let mut programme = measurement(-23.0, -3.0);
        (programme.max_momentary, programme.max_short_term) = (loud, quiet);
        assert_eq!(short_form.judge(&programme).verdict, Verdict::Pass);
        programme.max_short_term = loud;
        assert_eq!(short_form.judge(&programme).verdict, Verdict::Fail);
        (programme.integrated_lufs, programme.max_short_term) = (None, quiet);
        assert_eq!(short_form.judge(&programme).verdict, Verdict::Open);
    }

    #[test]
    fn what_is_no_specification_is_refused_in_one_line() {
        let clause = "{name: x, title: x, edition: x, read: x, sources: [], algorithm: x, clauses: ";
        for (text, what) in [
            (String::new(), "is no specification"),
            ("[1, 2]".into(), "is no specification"),
            (format!("{clause}[]}}"), "no clauses"),
            (format!("{clause}[{{clause: a, any: []}}]}}"), "clause `a`"),
            (format!("{clause}[{{clause: a, any: [{{measure: true_peak}}]}}]}}"), "clause `a`"),
            (
                format!("{clause}[{{clause: a, any: [{{measure: true_peak, maximum: .nan}}]}}]}}"),
                "clause `a`",
            ),
            (format!("{clause}[{{clause: a, any: [{{measure: colour, maximum: 1}}]}}]}}"), "colour"),
        ] {
            let message = Specification::read(&text).unwrap_err().to_string();
            assert!(message.contains(what), "{message}");
        }
        let message = Specification::by_name("ebu").unwrap_err().to_string();
        assert!(message.contains("ebu-r128-s1"), "{message}");
    }
}
