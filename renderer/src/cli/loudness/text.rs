//! The same as a table.

use std::fmt::Write as _;

use super::answer::{Answer, ChannelAnswer, DialogueAnswer, MeasuredOn};
use crate::cli::info::{clean, plural, printable};
use crate::cli::table::aligned;
use crate::loudness::{Clause, ClauseJudgement, Judgement, OFFSET_WORTH_TELLING, Specification, Verdict};

/// Channels that are listed one by one.
const MOST_CHANNELS: usize = 128;
/// Silences that are listed.
const MOST_SILENCES: usize = 8;

/// The whole text.
pub(super) fn render(answer: &Answer, specifications: &[Specification]) -> String {
    let mut out = String::new();
    let on = match &answer.measured_on {
        MeasuredOn::OwnChannels => "as it is".to_owned(),
        MeasuredOn::Rendered { layout, programme: None } => format!("rendered to {layout}"),
        MeasuredOn::Rendered { layout, programme: Some(name) } => {
            format!("{} rendered to {layout}", printable(name))
        }
    };
    let channels = plural(answer.channels.len(), "channel");
    let input = printable(&answer.input);
    // Writing to a String never fails.
    let _ = writeln!(
        out,
        "{input}: {channels}, {} at {} Hz; measured {on}, {}",
        answer.length, answer.sample_rate, answer.algorithm
    );
    let _ = writeln!(out, "gate: {}\n", answer.gate);
    if answer.sample_peak_dbfs.is_none() {
        out.push_str("nothing to measure: no samples but digital silence\n");
    } else {
        programme(&mut out, answer);
        out.push('\n');
        peaks(&mut out, answer);
        pairs(&mut out, answer);
        silences(&mut out, answer);
    }
    for (judgement, specification) in answer.specifications.iter().zip(specifications) {
        verdict(&mut out, judgement, specification);
    }
    out
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

fn programme(out: &mut String, answer: &Answer) {
    let at = |time: &Option<String>| time.as_ref().map_or_else(String::new, |time| format!("at {time}"));
    let threshold =
        answer.relative_threshold_lufs.map_or_else(String::new, |lufs| format!("threshold {lufs:.2}"));
    let rows = [
        ("integrated", shown(answer.integrated_lufs), "LUFS", threshold),
        ("highest momentary", shown(answer.max_momentary_lufs), "LUFS", at(&answer.max_momentary_at)),
        ("highest short-term", shown(answer.max_short_term_lufs), "LUFS", at(&answer.max_short_term_at)),
        ("loudness range", shown(answer.loudness_range_lu), "LU", String::new()),
        ("true peak", shown(answer.true_peak_dbtp), "dBTP", at(&answer.true_peak_at)),
        ("sample peak", shown(answer.sample_peak_dbfs), "dBFS", String::new()),
    ];
    for (name, value, unit, remark) in rows {
        let line = format!("  {name:<20} {value:>8} {unit:<5} {remark}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if let Some(dialogue) = &answer.dialogue {
        spoken(out, dialogue);
    }
    if let Some(level) = answer.leq_m_db {
        let _ = writeln!(
            out,
            "  {:<20} {level:>8.2} dB    ISO 21727, from first to last audible sound",
            "Leq(m)"
        );
    }
}

/// The dialogue, and what told when there is some.
fn spoken(out: &mut String, dialogue: &DialogueAnswer) {
    let about = if dialogue.estimate { "≈" } else { "" };
    let gate = dialogue.gate.name();
    let share = format!("{about}{:.1}", dialogue.speech_percent);
    let mut rows = vec![("speech", share, "%", format!("gate: {gate}"))];
    if dialogue.loudness_lufs.is_some() {
        let shown =
            |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{about}{value:.2}"));
        let method = "BS.1770-1 of the mix while there is speech".to_owned();
        rows.push(("dialogue loudness", shown(dialogue.loudness_lufs), "LUFS", method));
        rows.push(("dialogue range", shown(dialogue.loudness_range_lu), "LU", String::new()));
        rows.push(("loudness to dialogue", shown(dialogue.loudness_to_dialogue_lu), "LU", String::new()));
    }
    if dialogue.stem_lufs.is_some() {
        rows.push(("the dialogue alone", shown(dialogue.stem_lufs), "LUFS", String::new()));
    }
    for (name, value, unit, remark) in rows {
        let line = format!("  {name:<20} {value:>8} {unit:<5} {remark}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn peaks(out: &mut String, answer: &Answer) {
    let head = ["channel", "weight", "dBTP", "at", "dBFS", "remarks"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for channel in answer.channels.iter().take(MOST_CHANNELS) {
        rows.push(vec![
            clean(&channel.name),
            format!("{}", channel.weight),
            shown(channel.true_peak_dbtp),
            channel.true_peak_at.clone().unwrap_or_default(),
            shown(channel.sample_peak_dbfs),
            remarks(channel),
        ]);
    }
    out.push_str(&aligned(&rows, 1));
    let more = answer.channels.len().saturating_sub(MOST_CHANNELS);
    if more > 0 {
        let _ = writeln!(out, "… and {more} more; --json has all");
    }
}

fn remarks(channel: &ChannelAnswer) -> String {
    let mut remarks = Vec::new();
    if channel.sample_peak_dbfs.is_none() {
        remarks.push("silent".to_owned());
    }
    if let Some(at) = &channel.first_clipped_at {
        remarks.push(format!("clipped {}×, first at {at}", channel.clipped_runs));
    }
    if let Some(at) = &channel.first_non_finite_at {
        remarks.push(format!("{} NaN or infinite, first at {at}", channel.non_finite_samples));
    }
    if channel.dc_offset.abs() >= OFFSET_WORTH_TELLING {
        remarks.push(format!("DC {:+.4}", channel.dc_offset));
    }
    remarks.join("; ")
}

fn pairs(out: &mut String, answer: &Answer) {
    let shown = answer.pairs.iter().filter_map(|pair| Some((&pair.channels, pair.correlation?)));
    let lines: Vec<String> =
        shown.map(|([left, right], value)| format!("{left}/{right} {value:+.2}")).collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "\ncorrelation: {}", lines.join(", "));
    }
}

fn silences(out: &mut String, answer: &Answer) {
    let shown = answer.silences.iter().take(MOST_SILENCES);
    let mut lines: Vec<String> =
        shown.map(|silence| format!("{} for {}", silence.at, silence.length)).collect();
    let more = answer.silence_count.saturating_sub(lines.len() as u64);
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "\ndigital silence: {}", lines.join(", "));
    }
}

fn verdict(out: &mut String, judgement: &Judgement, specification: &Specification) {
    let _ = writeln!(
        out,
        "\n{}: {} ({}, {})",
        printable(&judgement.name),
        word(judgement.verdict).to_uppercase(),
        clean(&specification.title),
        clean(&specification.edition)
    );
    for (n, clause) in judgement.clauses.iter().enumerate() {
        let measured = measured(clause, specification.clauses.get(n));
        let estimate = if clause.estimate { " (an estimate)" } else { "" };
        let verdict = if clause.applies { word(clause.verdict) } else { "n/a" };
        let _ = writeln!(out, "  {verdict:<5} {}{measured}{estimate}", printable(&clause.clause));
    }
    for unsure in &specification.unsure {
        let _ = writeln!(out, "  note  {}", printable(unsure));
    }
}

/// `: integrated -22.31 LUFS`.
fn measured(judged: &ClauseJudgement, clause: Option<&Clause>) -> String {
    let Some(clause) = clause else {
        return judged.measured.iter().flatten().map(|count| format!(": {count} are not")).collect();
    };
    let values = clause.any.iter().zip(&judged.measured).map(|(limit, value)| match value {
        Some(value) => format!("{} {value:.2} {}", limit.measure.name(), limit.measure.unit()),
        None => format!("{} not measured", limit.measure.name()),
    });
    format!(": {}", values.collect::<Vec<_>>().join(", "))
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Open => "open",
    }
}
