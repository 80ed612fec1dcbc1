//! A job file: the options of `proscenium deliver` as XML.
//!
//! ```xml
//! <job>
//!   <input>film.wav</input>
//!   <output>delivery</output>
//!   <deliverable spec="netflix" layout="5.1" parts="mix stems"/>
//!   <deliverable adm="yes"/>
//! </job>
//! ```
//!
//! An element has the name and the values of the long option. This file knows the XML and which elements there are; what
//! their values mean, the command says.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::request::request_text;
use formats::nearest;

/// Longest job file.
pub const MAX_JOB_FILE_BYTES: usize = 1 << 20;
/// Most elements in it.
const MOST_ENTRIES: usize = 10_000;
/// Longest part of the text that an error repeats, characters.
const SHOWN: usize = 40;

/// What an element may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementKind {
    /// Has a value.
    Value,
    /// Has the name of a file or folder as its value.
    Path,
    /// Is `yes`, `no`, or empty, which is `yes`.
    Switch,
}

/// An element that a job may hold.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// That of the long option.
    pub name: &'static str,
    /// What its value is.
    pub kind: ElementKind,
    /// It may come more than once.
    pub repeats: bool,
}

/// Where something stands in a job file, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Character of the line.
    pub column: usize,
}

/// An element of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As in the list of elements; `deliverable` for deliverables.
    pub name: &'static str,
    /// What it says; for a deliverable the same as on the command line, `true` for a switch that is on.
    pub value: String,
    /// Where it begins.
    pub place: Place,
}

/// The text is no job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", place.line, place.column)]
pub struct JobFileError {
    /// Where.
    pub place: Place,
    /// What was found and what was expected.
    pub message: String,
}

/// The element for deliverables.
pub const DELIVERABLE: &str = "deliverable";
const DELIVERABLE_ATTRIBUTES: [&str; 6] = ["spec", "layout", "programme", "parts", "name", "adm"];

/// Reads a job of these `elements` and deliverables.
///
/// # Errors
/// When the text is no XML, or holds anything else.
pub fn read(text: &str, elements: &[Element]) -> Result<Vec<Entry>, JobFileError> {
    let mut parser = Parser { text, elements, entries: Vec::new(), open: None, state: State::Before };
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    loop {
        let from = offset(reader.buffer_position());
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = offset(reader.error_position()).max(from.min(text.len()));
                return Err(parser.fault(at, format!("is no XML: {error}")));
            }
        };
        if matches!(event, Event::Eof) {
            return parser.finish();
        }
        parser.take(event, from)?;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    After,
}

struct Parser<'a> {
    text: &'a str,
    elements: &'a [Element],
    entries: Vec<Entry>,
    /// The element that is open inside the job, where it began, and its text so far.
    open: Option<(Element, usize, String)>,
    state: State,
}

impl Parser<'_> {
    fn take(&mut self, event: Event<'_>, from: usize) -> Result<(), JobFileError> {
        match event {
            Event::Start(start) => self.start(&start, from, false),
            Event::Empty(start) => self.start(&start, from, true),
            Event::End(_) => self.end(),
            Event::Text(text) => self.characters(&text, from),
            Event::CData(text) => self.characters(&text, from),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character),
                    Ok(None) => predefined(&reference),
                    Err(_) => None,
                };
                let Some(character) = character else {
                    return Err(
                        self.fault(from, "is an entity that XML does not define; write the character".into())
                    );
                };
                self.characters(character.encode_utf8(&mut [0; 4]), from)
            }
            Event::DocType(_) => {
                Err(self.fault(from, "has a DOCTYPE, which a job doesn't need; leave it out".to_owned()))
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, from: usize, is_empty: bool) -> Result<(), JobFileError> {
        let name = start.name().0.to_owned();
        match self.state {
            State::Before if name == "job" && !is_empty => {
                self.no_attributes(start, from, "job")?;
                self.state = State::Inside;
                return Ok(());
            }
            State::Before if name == "job" => return Err(self.fault(from, "the job is empty".to_owned())),
            State::Before => {
                let found = shown(&name);
                return Err(self.fault(from, format!("expected the element `job`, found `{found}`")));
            }
            State::After => {
                return Err(self.fault(from, "something comes after the end of the job".to_owned()));
            }
            State::Inside => {}
        }
        if let Some((outer, ..)) = &self.open {
            let message = format!("`{}` holds text and no elements, found `{}`", outer.name, shown(&name));
            return Err(self.fault(from, message));
        }
        if name == DELIVERABLE {
            let value = self.deliverable(start, from)?;
            let place = place(self.text, from);
            self.push(Entry { name: DELIVERABLE, value, place }, from)?;
            if !is_empty {
                let element = Element { name: DELIVERABLE, kind: ElementKind::Value, repeats: true };
                self.open = Some((element, from, String::new()));
            }
            return Ok(());
        }
        let Some(element) = self.elements.iter().find(|element| element.name == name).copied() else {
            return Err(self.fault(from, self.unknown(&name)));
        };
        self.no_attributes(start, from, element.name)?;
        self.open = Some((element, from, String::new()));
        if is_empty { self.end() } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), JobFileError> {
        let Some((element, from, text)) = self.open.take() else {
            self.state = State::After;
            return Ok(());
        };
        let value = text.trim();
        if element.name == DELIVERABLE {
            let message = "says what it is in attributes and holds no text";
            return if value.is_empty() {
                Ok(())
            } else {
                Err(self.fault(from, format!("`deliverable` {message}")))
            };
        }
        let value = match (element.kind, value) {
            (ElementKind::Switch, "" | "yes" | "true") => "true",
            (ElementKind::Switch, "no" | "false") => return Ok(()),
            (ElementKind::Switch, other) => {
                let message = format!("`{}`: expected yes or no, found `{}`", element.name, shown(other));
                return Err(self.fault(from, message));
            }
            (_, "") => return Err(self.fault(from, format!("`{}` is empty", element.name))),
            (_, value) => value,
        };
        if !element.repeats && self.entries.iter().any(|entry| entry.name == element.name) {
            return Err(self.fault(from, format!("`{}` comes twice", element.name)));
        }
        let place = place(self.text, from);
        self.push(Entry { name: element.name, value: value.to_owned(), place }, from)
    }

    fn push(&mut self, entry: Entry, from: usize) -> Result<(), JobFileError> {
        if self.entries.len() >= MOST_ENTRIES {
            return Err(self.fault(from, format!("more than {MOST_ENTRIES} elements")));
        }
        self.entries.push(entry);
        Ok(())
    }

    fn characters(&mut self, text: &str, from: usize) -> Result<(), JobFileError> {
        match &mut self.open {
            Some((_, _, value)) => {
                value.push_str(text);
                Ok(())
            }
            None if text.trim().is_empty() => Ok(()),
            None => {
                let blank = text.len() - text.trim_start().len();
                let message = format!("expected an element, found `{}`", shown(text.trim()));
                Err(self.fault(from.saturating_add(blank), message))
            }
        }
    }

    /// The deliverable of an element's attributes, as on the command line.
    fn deliverable(&self, start: &BytesStart<'_>, from: usize) -> Result<String, JobFileError> {
        let mut found: [Option<String>; DELIVERABLE_ATTRIBUTES.len()] = Default::default();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| self.fault(from, format!("is no XML: {e}")))?;
            let name = attribute.key.0.to_owned();
            let Some(index) = DELIVERABLE_ATTRIBUTES.iter().position(|known| *known == name) else {
                let meant = nearest(&name, DELIVERABLE_ATTRIBUTES.into_iter());
                let message = no_such("attribute", &name, meant, &DELIVERABLE_ATTRIBUTES);
                return Err(self.fault(from, message));
            };
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| self.fault(from, format!("`{name}`: {e}")))?;
            found[index] = Some(value.trim().to_owned());
        }
        let [spec, layout, programme, parts, name, adm] = found;
        let is_adm = match adm.as_deref() {
            None | Some("no" | "false") => false,
            Some("yes" | "true") => true,
            Some(other) => {
                return Err(self.fault(from, format!("adm: expected yes or no, found `{}`", shown(other))));
            }
        };
        let name = name.map_or_else(String::new, |name| format!("={name}"));
        match (is_adm, spec, layout) {
            (true, None, None) if parts.is_none() && programme.is_none() => Ok(format!("adm{name}")),
            (true, ..) => {
                let message = "adm is a copy of the master and has no spec, layout, programme or parts";
                Err(self.fault(from, message.into()))
            }
            (false, spec, Some(layout)) => {
                let parts = parts.as_deref().unwrap_or_default();
                let text = request_text(spec.as_deref(), &layout, parts, programme.as_deref());
                Ok(text.map_err(|message| self.fault(from, message))? + &name)
            }
            (false, _, None) => Err(self.fault(
                from,
                "a deliverable needs layout=\"…\", e.g. spec=\"netflix\" layout=\"5.1\"".into(),
            )),
        }
    }

    fn no_attributes(&self, start: &BytesStart<'_>, from: usize, name: &str) -> Result<(), JobFileError> {
        match start.attributes().next() {
            None => Ok(()),
            Some(_) => {
                Err(self.fault(from, format!("`{name}` has no attributes; write `<{name}>…</{name}>`")))
            }
        }
    }

    fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> =
            self.elements.iter().map(|element| element.name).chain([DELIVERABLE]).collect();
        no_such("element", name, nearest(name, names.iter().copied()), &names)
    }

    fn finish(self) -> Result<Vec<Entry>, JobFileError> {
        match self.state {
            State::After => Ok(self.entries),
            State::Before => {
                Err(self.fault(self.text.len(), "expected the element `job`, found nothing".into()))
            }
            State::Inside => {
                Err(self.fault(self.text.len(), "the file ends inside the job: it is cut".into()))
            }
        }
    }

    fn fault(&self, at: usize, message: String) -> JobFileError {
        JobFileError { place: place(self.text, at), message }
    }
}

fn no_such(kind: &str, name: &str, meant: Option<&str>, names: &[&str]) -> String {
    let meant = meant.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
    format!("there is no {kind} `{}`{meant}; there are {}", shown(name), names.join(", "))
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// The place of the byte `at`.
fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place { line, column }
}

#[cfg(test)]
mod tests;
