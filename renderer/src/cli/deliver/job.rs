//! A job file as arguments: its elements are the long options of the command.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use clap::error::{ContextKind, ContextValue};
use clap::{Args as _, FromArgMatches};

use super::Args;
use crate::cli::CliError;
use crate::cli::input::check_seekable;
use crate::deliver::package::{self, DELIVERABLE, Element, ElementKind, Entry, MAX_JOB_FILE_BYTES, Place};
use hrtf::room::Room;

const fn value(name: &'static str) -> Element {
    Element { name, kind: ElementKind::Value, repeats: false }
}

const fn path(name: &'static str) -> Element {
    Element { name, kind: ElementKind::Path, repeats: false }
}

const fn switch(name: &'static str) -> Element {
    Element { name, kind: ElementKind::Switch, repeats: false }
}

/// What a job may hold beside deliverables.
pub(super) const ELEMENTS: [Element; 23] = [
    path("input"),
    path("output"),
    value("title"),
    value("name"),
    value("bits"),
    switch("no-dither"),
    value("programme"),
    Element { name: "complementary", kind: ElementKind::Value, repeats: true },
    value("importance"),
    value("apply-conversion"),
    value("start"),
    value("end"),
    value("threads"),
    switch("sanitize"),
    switch("force"),
    path("hrtf"),
    value("diffuse-field-eq"),
    value("binaural"),
    value("binaural-mode"),
    value("head"),
    path("head-track"),
    path("room"),
    path("headphone-eq"),
];

/// Reads the job `file`: its arguments, and the places of its deliverables.
///
/// # Errors
/// When it is none, with the line and the column.
pub(super) fn read(file: &Path) -> Result<(Args, Vec<Place>), CliError> {
    check_seekable(file)?;
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|opened| opened.take(MAX_JOB_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|e| CliError::file(file, format_args!("cannot read it as a job: {e}")))?;
    let text = String::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_JOB_FILE_BYTES);
    let text = text.ok_or_else(|| {
        let message = format!("is no job: expected XML in UTF-8 of at most {MAX_JOB_FILE_BYTES} bytes");
        CliError::file(file, message)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let entries = package::read(text, &ELEMENTS).map_err(|e| CliError::file(file, e))?;
    let args = arguments(file, &entries)?;
    let places = entries.iter().filter(|entry| entry.name == DELIVERABLE).map(|entry| entry.place);
    Ok((args, places.collect()))
}

/// What the job or the scene `file` calls `name`: a file beside it, or else just a name.
pub(in crate::cli) fn beside(file: &Path, name: &str) -> String {
    let found = file.parent().unwrap_or(Path::new("")).join(name);
    let is_file = name.contains(['/', '.']) || found.is_file();
    if is_file { found.to_string_lossy().into_owned() } else { name.to_owned() }
}

fn arguments(file: &Path, entries: &[Entry]) -> Result<Args, CliError> {
    let command = Args::augment_args(clap::Command::new("job").no_binary_name(true));
    let mut line: Vec<OsString> = Vec::new();
    let mut input = None;
    for entry in entries {
        let kind = ELEMENTS.iter().find(|element| element.name == entry.name).map(|element| element.kind);
        let is_room = entry.name == "room" && Room::by_name(&entry.value).is_some();
        let value = match kind {
            Some(ElementKind::Path) if !is_room => {
                file.parent().unwrap_or(Path::new("")).join(&entry.value).into()
            }
            _ => OsString::from(&entry.value),
        };
        match (entry.name, kind) {
            ("input", _) => input = Some(value),
            (name, Some(ElementKind::Switch)) => line.push(format!("--{name}").into()),
            (name, _) => {
                let mut argument = OsString::from(format!("--{name}="));
                argument.push(value);
                line.push(argument);
            }
        }
    }
    line.extend(input.into_iter().flat_map(|input| [OsString::from("--"), input]));
    let parsed = command.try_get_matches_from(line).and_then(|found| Args::from_arg_matches(&found));
    parsed.map_err(|error| located(file, entries, &error))
}

/// The error of an argument, with the place of its element.
fn located(file: &Path, entries: &[Entry], error: &clap::Error) -> CliError {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        Some(ContextValue::Strings(texts)) => texts.first().map(String::as_str),
        _ => None,
    };
    let option = text(ContextKind::InvalidArg).unwrap_or_default();
    let option = option.trim_start_matches('-').split([' ', '=']).next().unwrap_or_default();
    let value = text(ContextKind::InvalidValue);
    let is_it = |entry: &&Entry| entry.name == option && value.is_none_or(|value| entry.value == value);
    let entry = entries.iter().find(is_it).or_else(|| entries.iter().find(|entry| entry.name == option));
    let message = crate::cli::error::usage_line(&error.render().to_string());
    let message = message.strip_suffix(" (try --help)").unwrap_or(&message);
    match entry {
        None => CliError::file(file, message),
        Some(Entry { place, .. }) => {
            CliError::file(file, format_args!("line {}, column {}: {message}", place.line, place.column))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A new option of the command is one of the job file as well.
    #[test]
    fn every_option_is_an_element() {
        let command = Args::augment_args(clap::Command::new("deliver"));
        let options: BTreeSet<&str> =
            command.get_arguments().filter_map(clap::Arg::get_long).filter(|name| *name != "job").collect();
        let elements: BTreeSet<&str> = ELEMENTS.iter().map(|element| element.name).collect();
        let expected: BTreeSet<&str> =
            elements.iter().copied().filter(|name| *name != "input").chain([DELIVERABLE]).collect();
        assert_eq!(options, expected);
        for element in ELEMENTS.iter().filter(|element| element.name != "input") {
            let option = command.get_arguments().find(|arg| arg.get_long() == Some(element.name)).unwrap();
            let is_switch = !option.get_action().takes_values();
            assert_eq!(element.kind == ElementKind::Switch, is_switch, "{}", element.name);
            let repeats = matches!(option.get_action(), clap::ArgAction::Append);
            assert_eq!(element.repeats, repeats, "{}", element.name);
        }
    }
}
