//! `proscenium specs`: the delivery specifications that programmes are judged by.

use super::info::printable;
use super::loudness::specification;
use super::table::aligned;
use super::{CliError, Console, Outcome};
use crate::loudness::{Limit, Specification};

/// List the delivery specifications, or show one with its sources
#[derive(Debug, clap::Args)]
#[command(after_help = "`specs NAME --json` shows the form of a specification file of your own.

Examples:
  proscenium specs
  proscenium specs ebu-r128
  proscenium specs netflix --json")]
pub struct Args {
    /// A name from the list, or a file
    name: Option<String>,
}

/// Prints them.
///
/// # Errors
/// When none has the name.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let Some(name) = &args.name else {
        let all = Specification::built_in();
        if console.wants_json() {
            console.json(&all)?;
        } else {
            list(&all, console);
        }
        return Ok(Outcome::Good);
    };
    let specification = specification(name)?;
    if console.wants_json() {
        console.json(&specification)?;
    } else {
        show(&specification, console);
    }
    Ok(Outcome::Good)
}

fn list(all: &[Specification], console: &Console) {
    let mut rows = vec![["name", "read", "what it is", ""].map(str::to_owned).to_vec()];
    for each in all {
        let sure = if each.unsure.is_empty() { "" } else { "(see its notes)" };
        rows.push([each.name.as_str(), &each.read, &each.title, sure].map(printable).to_vec());
    }
    console.write(&aligned(&rows, 4));
    console.line(
        "\n`proscenium specs NAME` shows clauses and sources; --spec takes a file of your own as well.",
    );
}

fn show(specification: &Specification, console: &Console) {
    let line = |what: &str, text: &str| console.line(format_args!("  {what:<10} {}", printable(text)));
    console.line(format_args!("{}: {}", printable(&specification.name), printable(&specification.title)));
    line("edition", &specification.edition);
    line("read", &specification.read);
    line("algorithm", &specification.algorithm);
    line("layout", specification.layout.as_deref().unwrap_or("the file's own, or 0+5+0"));
    for clause in &specification.clauses {
        let limits: Vec<String> = clause.any.iter().map(limit).collect();
        let when = clause.when.as_ref().map_or_else(String::new, |when| format!(" where {}", limit(when)));
        line("clause", &format!("{} [{}{when}]", clause.clause, limits.join(" or ")));
    }
    specification.unsure.iter().for_each(|text| line("not sure", text));
    specification.sources.iter().for_each(|text| line("source", text));
}

/// `integrated -23.2 … -22.8 LUFS`.
fn limit(limit: &Limit) -> String {
    let (name, unit) = (limit.measure.name(), limit.measure.unit());
    match (limit.minimum, limit.maximum) {
        (Some(minimum), Some(maximum)) => format!("{name} {minimum} … {maximum} {unit}"),
        (Some(minimum), None) => format!("{name} ≥ {minimum} {unit}"),
        (None, Some(maximum)) => format!("{name} ≤ {maximum} {unit}"),
        (None, None) => name.to_owned(),
    }
}
