//! The mistakes of a scene file, with line and column.

use std::fmt::Write as _;
use std::path::Path;

use formats::profile::Severity;
use formats::scene::{self, Mistake, Place, Reading};
use serde::Serialize;

use crate::cli::deliver::{beside, wanted_of};
use crate::cli::info::{plural, printable};
use crate::cli::loudness::specification;
use crate::cli::render::failure;
use crate::cli::{CliError, Console, Outcome};
use crate::deliver::package::{NO_SPECIFICATION, Request, STEMS, SceneDeliverable, Wanted, check_names};
use crate::deliver::{BINAURAL, Deliverable};
use crate::master::{bad_responses, scene_text};

/// What `--json` says about a scene. Fields are only ever added.
#[derive(Serialize)]
struct Answer<'a> {
    file: String,
    kind: &'static str,
    errors: usize,
    warnings: usize,
    infos: usize,
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    rule: &'a str,
    severity: &'static str,
    line: usize,
    column: usize,
    element: &'a str,
    found: &'a str,
    expected: &'a str,
    fix: &'a str,
}

/// Reads the scene and its files' headers, and prints what is wrong.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn run(input: &Path, console: &Console) -> Result<Outcome, CliError> {
    let text = scene_text(input).map_err(|e| failure(e.into()))?;
    let Reading { scene, mut mistakes, places } = scene::read(&text);
    if let Some(scene) = &scene {
        let folder = input.parent().unwrap_or(Path::new(""));
        scene::check_files(scene, &places, folder, &mut mistakes);
        for (deliverable, place) in scene.deliverables.iter().zip(&places.deliverables) {
            check_deliverable(deliverable, *place, input)
                .into_iter()
                .for_each(|mistake| mistakes.push(mistake));
        }
        let same = same_names(scene, &places.deliverables, input);
        same.into_iter().for_each(|mistake| mistakes.push(mistake));
        if mistakes.errors() == 0 {
            for (reverb, error) in bad_responses(scene, folder) {
                let place = places.reverbs.get(reverb).copied().unwrap_or_default();
                let element = "reverb > convolution";
                mistakes.push(mistake("bad-response", (place, element), error.to_string()));
            }
        }
    }
    let (errors, warnings, infos) = (mistakes.errors(), mistakes.warnings(), mistakes.remarks());
    if console.wants_json() {
        let findings = mistakes.list().iter().map(found).collect();
        let file = input.display().to_string();
        console.json(&Answer { file, kind: "scene", errors, warnings, infos, findings })?;
    } else {
        let mut out = String::new();
        for mistake in mistakes.list() {
            let is_shown = mistake.severity != Severity::Info || !console.is_quiet();
            if is_shown {
                // Writing to a String never fails.
                let _ = writeln!(
                    out,
                    "{}: {} [{}]",
                    mistake.severity,
                    printable(&mistake.to_string()),
                    mistake.rule
                );
            }
        }
        let hidden = (errors + warnings + infos).saturating_sub(mistakes.list().len());
        if hidden > 0 {
            let _ = writeln!(out, "and {hidden} more, of which only the number is known");
        }
        if !console.is_quiet() {
            let tracks = scene.as_ref().map_or(0, |scene| scene.tracks.len());
            let counts =
                [plural(errors, "error"), plural(warnings, "warning"), plural(infos, "remark")].join(", ");
            let name = printable(&input.display().to_string());
            let _ = writeln!(out, "{name}: scene of {}: {counts}", plural(tracks, "track"));
        }
        console.write(&out);
    }
    let is_bad = errors > 0 || (console.is_strict() && warnings > 0);
    Ok(if is_bad { Outcome::Bad } else { Outcome::Good })
}

fn found(mistake: &Mistake) -> Found<'_> {
    Found {
        rule: mistake.rule,
        severity: mistake.severity.name(),
        line: mistake.place.line,
        column: mistake.place.column,
        element: &mistake.element,
        found: &mistake.found,
        expected: &mistake.expected,
        fix: &mistake.remedy,
    }
}

/// An error that says all in one sentence.
fn mistake(rule: &'static str, (place, element): (Place, &str), found: String) -> Mistake {
    let (element, expected, remedy) = (element.to_owned(), String::new(), String::new());
    Mistake { rule, severity: Severity::Error, place, element, found, expected, remedy }
}

/// Deliverables of which a file would have the name of an earlier one's, as `deliver` names them.
fn same_names(scene: &scene::Scene, places: &[Place], input: &Path) -> Vec<Mistake> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut mistakes = Vec::new();
    for (deliverable, place) in scene.deliverables.iter().zip(places) {
        // What is wrong with it alone was told.
        let Some(own) = wanted_of(deliverable, *place, input) else { continue };
        wanted.push(own);
        if let Err(error) = check_names(&wanted, input, scene.sample_rate.get()) {
            wanted.pop();
            mistakes.push(mistake("deliverable-twice", (*place, "deliverable"), error.to_string()));
        }
    }
    mistakes
}

/// The names of layouts, specifications and parts, which only the renderer knows.
fn check_deliverable(deliverable: &scene::Deliverable, place: Place, input: &Path) -> Vec<Mistake> {
    let mistake = |rule, found: String| mistake(rule, (place, "deliverable"), found);
    // One that is missing was told of.
    if deliverable.layout.is_empty() {
        return Vec::new();
    }
    let is_headphones = deliverable.layout.eq_ignore_ascii_case(BINAURAL);
    let layout = Deliverable::by_name(&deliverable.layout).err().filter(|_| !is_headphones);
    let spec = deliverable.spec.as_deref().filter(|spec| ![NO_SPECIFICATION, STEMS].contains(spec));
    let spec = spec.and_then(|spec| specification(&beside(input, spec)).err());
    let parts = SceneDeliverable::of(deliverable, place)
        .and_then(|asked| asked.text.parse::<Request>().map_err(|error| error.to_string()));
    let mistakes = [
        layout.map(|error| mistake("bad-layout", error.to_string())),
        spec.map(|error| mistake("bad-spec", error.to_string())),
        parts.err().map(|error| mistake("bad-parts", error)),
    ];
    mistakes.into_iter().flatten().collect()
}
