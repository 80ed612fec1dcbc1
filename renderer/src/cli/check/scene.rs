//! The mistakes of a scene file, with line and column.

use std::fmt::Write as _;
use std::path::Path;

use formats::profile::Severity;
use formats::scene::{self, Mistake, Place, Reading};
use serde::Serialize;

use crate::cli::deliver::beside;
use crate::cli::info::{plural, printable};
use crate::cli::loudness::specification;
use crate::cli::render::failure;
use crate::cli::{CliError, Console, Outcome};
use crate::deliver::package::{NO_SPECIFICATION, Request, STEMS, SceneDeliverable};
use crate::deliver::{BINAURAL, Deliverable};
use crate::master::scene_text;

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
        for (index, (deliverable, place)) in scene.deliverables.iter().zip(&places.deliverables).enumerate() {
            let same = |other: &scene::Deliverable| {
                let key = |one: &scene::Deliverable| (one.spec.clone(), one.parts.clone());
                let is_named = other.name.is_some() || deliverable.name.is_some();
                !is_named
                    && other.layout.eq_ignore_ascii_case(&deliverable.layout)
                    && key(other) == key(deliverable)
            };
            let earlier = scene.deliverables.iter().take(index).position(same);
            earlier.into_iter().for_each(|first| mistakes.push(asked_twice(deliverable, *place, first + 1)));
            check_deliverable(deliverable, *place, input)
                .into_iter()
                .for_each(|mistake| mistakes.push(mistake));
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

/// Two deliverables would be files of one name.
fn asked_twice(deliverable: &scene::Deliverable, place: Place, first: usize) -> Mistake {
    Mistake {
        rule: "deliverable-twice",
        severity: Severity::Error,
        place,
        element: "deliverable".to_owned(),
        found: format!(
            "the same specification, layout and parts as of deliverable {first}: {}",
            deliverable.layout
        ),
        expected: "deliverables that differ".to_owned(),
        remedy: "give one of them a name=\"…\", or take it out".to_owned(),
    }
}

/// The names of layouts, specifications and parts, which only the renderer knows.
fn check_deliverable(deliverable: &scene::Deliverable, place: Place, input: &Path) -> Vec<Mistake> {
    let mistake = |rule, found: String| Mistake {
        rule,
        severity: Severity::Error,
        place,
        element: "deliverable".to_owned(),
        found,
        expected: String::new(),
        remedy: String::new(),
    };
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
