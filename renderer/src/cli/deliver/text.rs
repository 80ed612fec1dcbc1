//! What was delivered, as a table.

use std::path::Path;

use crate::cli::Console;
use crate::cli::info::{plural, printable};
use crate::cli::render::target::{ESTIMATE, measured};
use crate::cli::table::{aligned, comparison};
use crate::deliver::package::{FileReport, PackageReport};
use crate::loudness::{ClauseJudgement, Judgement, Verdict};

const HEAD: [&str; 9] =
    ["file", "layout", "specification", "LUFS rendered", "gain dB", "limiter dB", "LUFS", "dBTP", "verdict"];

pub(super) fn print(report: &PackageReport, folder: &Path, console: &Console) {
    console.note(format_args!(
        "{}: {} at {} Hz to {} in {}",
        printable(&report.input),
        report.length,
        report.sample_rate,
        plural(report.deliverables.len(), "file"),
        printable(&folder.display().to_string())
    ));
    console.note("");
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    rows.extend(report.deliverables.iter().map(|file| row(file).to_vec()));
    console.note(aligned(&rows, 3).trim_end());
    for file in &report.deliverables {
        if let Some(master) = &file.master {
            console.note(format_args!("{}: {}", printable(&file.file), master.text()));
        }
        if let Some(line) = file.compared_with_5_1.as_ref().and_then(comparison) {
            console.note(format_args!("{}: {line}", printable(&file.file)));
        }
    }
    if report.deliverables.iter().any(is_estimate) {
        console.note(format_args!("\n{ESTIMATE}"));
    }
    let failed = report.deliverables.iter().filter(|file| file.verdict != Verdict::Pass);
    for (file, judgement) in failed.filter_map(|file| Some((file, file.judgement.as_ref()?))) {
        console.note("");
        console.note(failures(file, judgement));
    }
}

fn row(file: &FileReport) -> [String; HEAD.len()] {
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    let layout = file.known_as.as_ref().filter(|_| !file.layout.starts_with("hoa")).unwrap_or(&file.layout);
    let verdict = match (file.verdict, &file.judgement) {
        (Verdict::Pass, None) => "made",
        (Verdict::Pass, Some(_)) => "pass",
        (Verdict::Fail, _) => "FAIL",
        (Verdict::Open, _) => "OPEN",
    };
    let about = if is_estimate(file) { "≈ " } else { "" };
    let unchanged = if file.unchanged { ", unchanged" } else { "" };
    let verdict = format!("{about}{verdict}{unchanged}");
    [
        printable(&file.file),
        layout.clone(),
        file.specification.as_ref().map_or_else(|| "-".to_owned(), |by| printable(&by.name)),
        shown(file.rendered.and_then(|loudness| loudness.integrated_lufs)),
        file.correction
            .as_ref()
            .map_or_else(|| "-".to_owned(), |correction| format!("{:+.2}", correction.gain_db)),
        shown(file.limiter_reduction_db()),
        shown(file.delivered.and_then(|loudness| loudness.integrated_lufs)),
        shown(file.delivered.and_then(|loudness| loudness.true_peak_dbtp)),
        verdict,
    ]
}

fn is_estimate(file: &FileReport) -> bool {
    file.judgement.as_ref().is_some_and(Judgement::is_estimate)
}

/// The clauses that a file doesn't meet.
fn failures(file: &FileReport, judgement: &Judgement) -> String {
    let open = |clause: &&ClauseJudgement| clause.verdict != Verdict::Pass;
    let line = |clause: &ClauseJudgement| format!("  {}: {}", printable(&clause.clause), measured(clause));
    let why = file.correction.iter().filter_map(|correction| correction.shortfall.as_ref());
    let why = why.map(|why| format!("  {}", printable(why)));
    let lines: Vec<String> = judgement.clauses.iter().filter(open).map(line).chain(why).collect();
    format!("{}: not met of {}:\n{}", printable(&file.file), printable(&judgement.name), lines.join("\n"))
}
