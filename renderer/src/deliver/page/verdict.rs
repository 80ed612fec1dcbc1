//! Verdicts: a table for each specification, a line for each of its clauses.

use super::shown;
use crate::drawing::Markup;
use crate::loudness::{Clause, ClauseJudgement, Judgement, Limit, Specification, Verdict};

/// What is said of a verdict, with a sign that does without colour.
fn words(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("pass", "✓ pass"),
        Verdict::Fail => ("fail", "✗ fail"),
        Verdict::Open => ("open", "? not measured"),
    }
}

pub(super) fn mark(page: &mut Markup, verdict: Verdict) {
    let (class, text) = words(verdict);
    page.text_in("span", &[("class", &format_args!("verdict {class}"))], text);
}

pub(super) fn write(page: &mut Markup, specification: &Specification, judgement: &Judgement) {
    page.element("table", &[("class", &"clauses")], |table| {
        table.element("caption", &[], |caption| {
            mark(caption, judgement.verdict);
            caption.text(format_args!(" {} ", specification.title));
            caption.text_in(
                "small",
                &[],
                format_args!("{}, {}; {}", judgement.name, specification.edition, specification.algorithm),
            );
        });
        table.element("thead", &[], |head| {
            head.element("tr", &[], |row| {
                for (text, class) in [("Clause", ""), ("Limit", ""), ("Measured", "n"), ("Verdict", "")] {
                    row.text_in("th", &[("scope", &"col"), ("class", &class)], text);
                }
            });
        });
        table.element("tbody", &[], |body| {
            for (number, clause) in judgement.clauses.iter().enumerate() {
                write_clause(body, clause, specification.clauses.get(number));
            }
        });
    });
    if !specification.unsure.is_empty() {
        page.element("ul", &[("class", &"notes")], |list| {
            for unsure in &specification.unsure {
                list.text_in("li", &[], unsure);
            }
        });
    }
}

fn write_clause(body: &mut Markup, judged: &ClauseJudgement, clause: Option<&Clause>) {
    body.element("tr", &[], |row| {
        row.text_in("td", &[], &judged.clause);
        let (mut limits, mut measured) = match clause {
            Some(clause) => (
                clause.any.iter().map(limit).collect::<Vec<_>>().join(" or "),
                values(clause, &judged.measured),
            ),
            // The one about samples that are no numbers.
            None => (String::new(), judged.measured.iter().flatten().map(|count| plain(*count)).collect()),
        };
        if let Some(when) = clause.and_then(|clause| clause.when.as_ref()) {
            limits = format!("{limits}, where {}", limit(when));
        }
        if judged.estimate {
            measured = format!("≈ {measured}");
        }
        row.text_in("td", &[], limits);
        row.text_in("td", &[("class", &"n")], measured);
        row.element("td", &[], |cell| match judged.applies {
            true => mark(cell, judged.verdict),
            false => cell.text_in("span", &[("class", &"verdict open")], "– does not apply"),
        });
    });
    body.line_feed();
}

/// `1 sample is not`.
fn plain(count: f64) -> String {
    if count == 1.0 { "1 sample is not".to_owned() } else { format!("{count} samples are not") }
}

/// `integrated −23.2 … −22.8 LUFS`.
fn limit(limit: &Limit) -> String {
    let number = |value: f64| format!("{value}").replace('-', "−");
    let range = match (limit.minimum, limit.maximum) {
        (Some(low), Some(high)) => format!("{} … {}", number(low), number(high)),
        (None, Some(high)) => format!("≤ {}", number(high)),
        (Some(low), None) => format!("≥ {}", number(low)),
        (None, None) => String::new(),
    };
    format!("{} {range} {}", limit.measure.name(), limit.measure.unit())
}

fn values(clause: &Clause, measured: &[Option<f64>]) -> String {
    let value = |(limit, value): (&Limit, &Option<f64>)| match value {
        Some(_) => format!("{} {}", shown(*value), limit.measure.unit()),
        None => "–".to_owned(),
    };
    clause.any.iter().zip(measured).map(value).collect::<Vec<_>>().join("; ")
}
