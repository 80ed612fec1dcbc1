//! `--target`: outputs that are to meet a specification, what was done for it, and whether they do.

use std::fmt::Write as _;
use std::path::Path;

use super::failure;
use crate::cli::CliError;
use crate::cli::info::printable;
use crate::cli::loudness::specification;
use crate::cli::table::file_name;
use crate::deliver::package::master_of;
use crate::deliver::{
    Correction, CorrectionReport, Level, LimiterReport, LoudnessReport, OutputReport, Peaks, Report,
    Treatment,
};
use crate::loudness::{ClauseJudgement, Judgement, Verdict};

/// Regions of a limiter's work that the text lists.
const MOST_REGIONS: usize = 5;
/// What `≈` means.
pub(in crate::cli) const ESTIMATE: &str =
    "≈ a voice activity detector told speech from the rest: what depends on it is an estimate";

/// What `--master` asks for, and the programme to render: that of its deliverable, unless `programme` is given.
///
/// # Errors
/// When the scene has no such deliverable, or it is of another programme.
pub(in crate::cli) fn through_master(
    input: &Path,
    master: Option<&str>,
    programme: Option<&str>,
) -> Result<(Treatment, Option<String>), CliError> {
    let Some(name) = master else { return Ok((Treatment::None, programme.map(str::to_owned))) };
    let (chain, programme) = master_of(input, name, programme).map_err(failure)?;
    Ok((Treatment::Chain(Box::new(chain)), programme))
}

/// What is asked of the level.
#[derive(Debug, clap::Args)]
pub(super) struct TargetArgs {
    /// Bring every output to the loudness of this specification, below its true-peak ceiling: a name from `proscenium specs`, or
    /// a file. Measured on the output's own layout; exit code 1 when what is written doesn't pass
    #[arg(long, value_name = "SPEC")]
    target: Option<String>,
    /// With --target: the gain for its loudness and no limiter; true peaks may then pass the ceiling
    #[arg(long, requires = "target", conflicts_with = "gain_only")]
    no_limit: bool,
    /// With --target: one gain, lowered until true peaks keep the ceiling, and no limiter; the loudness may then fall short
    #[arg(long, requires = "target")]
    gain_only: bool,
}

impl TargetArgs {
    /// A specification is to be met.
    pub(super) fn is_given(&self) -> bool {
        self.target.is_some()
    }

    /// The level of every output.
    pub(super) fn level(&self) -> Result<Level, CliError> {
        let Some(name) = &self.target else { return Ok(Level::AsRendered) };
        let peaks = match (self.no_limit, self.gain_only) {
            (true, _) => Peaks::Leave,
            (false, true) => Peaks::TurnDown,
            (false, false) => Peaks::Limit,
        };
        let specification = specification(name)?;
        Ok(Level::Target(Box::new(Correction { specification, peaks })))
    }
}

/// What was done to the level of each output.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for (output, correction) in corrected(report) {
        let CorrectionReport { before, after, judgement, .. } = correction;
        let verdict = judgement.as_ref().map_or("", |judgement| word(judgement.verdict));
        let about = if judgement.as_ref().is_some_and(Judgement::is_estimate) { "≈ " } else { "" };
        // Writing to a String never fails.
        let _ = writeln!(
            out,
            "{}: {} {about}{verdict}: gain {:+.2} dB, {}{}",
            file_name(&output.file),
            printable(&correction.specification),
            correction.gain_db,
            levels(before),
            after.as_ref().map_or_else(String::new, |after| format!(" → {}", levels(after)))
        );
        if let Some(limiter) = &correction.limiter {
            limited(&mut out, limiter);
        }
        if !about.is_empty() {
            let _ = writeln!(out, "  {ESTIMATE}");
        }
        if let Some(shortfall) = &correction.shortfall {
            let _ = writeln!(out, "  {}", printable(shortfall));
        }
    }
    out
}

fn limited(out: &mut String, limiter: &LimiterReport) {
    let Some(at) = &limiter.max_reduction_at else {
        let _ = writeln!(out, "  limiter: nothing passes {} dBTP", limiter.ceiling_dbtp);
        return;
    };
    let _ = writeln!(
        out,
        "  limiter: below {} dBTP, {:.2} dB at most, at {at}; {:.2} % of the time",
        limiter.ceiling_dbtp,
        limiter.max_reduction_db,
        limiter.active_share * 100.0
    );
    let mut deepest: Vec<_> = limiter.regions.iter().collect();
    deepest.sort_by(|a, b| b.max_reduction_db.total_cmp(&a.max_reduction_db).then(a.start.cmp(&b.start)));
    deepest.truncate(MOST_REGIONS);
    deepest.sort_by_key(|region| region.start);
    let shown: Vec<String> =
        deepest.iter().map(|region| format!("{} ({:.2} dB)", region.at, region.max_reduction_db)).collect();
    let more = limiter.regions.len().saturating_sub(deepest.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let _ = writeln!(out, "  deepest from {}{more}", shown.join(", "));
}

/// Every output that was corrected has to pass.
///
/// # Errors
/// With the files that don't and the clauses they fail; exit code 1.
pub(super) fn verdict(report: &Report) -> Result<(), CliError> {
    let judged = corrected(report)
        .filter_map(|(output, correction)| Some((output, correction, correction.judgement.as_ref()?)));
    let failed = judged.filter(|(_, _, judgement)| judgement.verdict != Verdict::Pass);
    let files: Vec<String> = failed
        .map(|(output, correction, judgement)| {
            let clauses = judgement.clauses.iter().filter(|clause| clause.verdict != Verdict::Pass);
            let clauses: Vec<String> = clauses.map(clause).collect();
            let shortfall = correction.shortfall.as_ref().map_or_else(String::new, |why| format!("; {why}"));
            format!("{}: {}: {}{shortfall}", output.file, correction.specification, clauses.join(", "))
        })
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    let message = format!("target not met: {}; written all the same", files.join("; "));
    Err(CliError::new(message).with_exit_code(1))
}

/// `true peak at most -1 dBTP (0.52)`.
fn clause(judged: &ClauseJudgement) -> String {
    format!("{} ({})", judged.clause, measured(judged))
}

/// What was measured for a clause, `≈` before what is only estimated.
pub(in crate::cli) fn measured(judged: &ClauseJudgement) -> String {
    let about = if judged.estimate { "≈" } else { "" };
    let shown = |value: &Option<f64>| {
        value.map_or_else(|| "not measured".to_owned(), |value| format!("{about}{value:.2}"))
    };
    judged.measured.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn corrected(report: &Report) -> impl Iterator<Item = (&OutputReport, &CorrectionReport)> {
    report.outputs.iter().filter_map(|output| Some((output, output.correction.as_ref()?)))
}

fn levels(loudness: &LoudnessReport) -> String {
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    format!("{} LUFS {} dBTP", shown(loudness.integrated_lufs), shown(loudness.true_peak_dbtp))
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "met",
        Verdict::Fail => "NOT MET",
        Verdict::Open => "OPEN",
    }
}
