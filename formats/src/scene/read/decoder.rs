//! From elements to values: attributes are asked for by name, and what nobody asked for is kept.

use std::borrow::Cow;
use std::num::NonZeroU32;

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attributes;

use super::mistakes::{Lines, Mistake, Mistakes, Place, shown};
use super::tree::{Kind, NodeId, Tree};
use crate::nearest;
use crate::profile::Severity;
use crate::scene::chain::Range;
use crate::scene::{Kept, KeptNode, Origin, Picture, Scene, Time, limits};

/// How often a child may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    Once,
    UpTo(usize),
}

/// A child element that an element may have.
pub(super) type Child = (&'static str, Times);

/// An element whose attributes are being read.
pub(super) struct Open<'t> {
    pub(super) id: NodeId,
    attributes: Vec<(&'t str, Cow<'t, str>, bool)>,
    asked: Vec<&'static str>,
    kept: Kept,
    /// How many children of each name there were.
    counts: Vec<(&'static str, usize)>,
    children: usize,
}

/// A value that cannot be used.
pub(super) struct Fault<'a> {
    pub(super) rule: &'static str,
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) remedy: &'a str,
}

/// Reads the elements of one file.
pub(super) struct Decoder<'t> {
    pub(super) tree: &'t Tree<'t>,
    lines: Lines<'t>,
    pub(super) mistakes: Mistakes,
    /// What times are counted in.
    pub(super) rate: NonZeroU32,
    pub(super) picture: Option<Picture>,
}

impl<'t> Decoder<'t> {
    pub(super) fn new(tree: &'t Tree<'t>) -> Self {
        let (lines, mistakes) = (Lines::new(tree.text), Mistakes::default());
        Self { tree, lines, mistakes, rate: Scene::DEFAULT_SAMPLE_RATE, picture: None }
    }

    pub(super) fn place(&self, id: NodeId) -> Place {
        self.lines.place(self.tree.node(id).start)
    }

    /// `track "DX Anna" > clip`.
    pub(super) fn label(&self, id: NodeId) -> String {
        let mut names: Vec<String> = std::iter::once(id)
            .chain(self.tree.ancestors(id))
            .map(|id| {
                let name = self.tree.node(id).name;
                let called = ["name", "role", "parameter", "to"]
                    .iter()
                    .find_map(|attribute| self.tree.attribute(id, attribute));
                called.map_or_else(|| name.to_owned(), |called| format!("{name} \"{}\"", shown(called)))
            })
            .collect();
        if names.len() > 1 {
            names.pop();
        }
        names.reverse();
        names.join(" > ")
    }

    /// Notes what is wrong with an element.
    pub(super) fn note(&mut self, id: NodeId, is_error: bool, fault: Fault<'_>) {
        let Fault { rule, found, expected, remedy } = fault;
        let (place, element) = (self.place(id), self.label(id));
        let remedy = remedy.to_owned();
        let severity = if is_error { Severity::Error } else { Severity::Warning };
        self.mistakes.push(Mistake { rule, severity, place, element, found, expected, remedy });
    }

    /// Begins with an element.
    pub(super) fn open(&mut self, id: NodeId) -> Open<'t> {
        let node = self.tree.node(id);
        let attributes = Attributes::new(node.attributes, 0)
            .with_checks(false)
            .flatten()
            .map(|attribute| {
                let name = attribute.key.0;
                // Checked when the tree was made.
                (name, attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_default(), false)
            })
            .collect();
        Open { id, attributes, asked: Vec::new(), kept: Kept::default(), counts: Vec::new(), children: 0 }
    }

    /// Ends with an element: what nobody asked for is kept, and told unless it has a prefix.
    pub(super) fn close(&mut self, element: Open<'t>) -> Kept {
        let Open { id, attributes, asked, mut kept, .. } = element;
        for (name, value, _) in attributes.into_iter().filter(|(.., used)| !used) {
            if !is_foreign(name) {
                let meant = nearest(name, asked.iter().copied());
                self.note(
                    id,
                    false,
                    unknown("unknown-attribute", format!("the attribute {}", shown(name)), meant, &asked),
                );
            }
            kept.push_attribute(name, value);
        }
        kept
    }

    /// The child's name when it is one of `children`; otherwise the child is kept, and told where that may be a slip.
    pub(super) fn child(
        &mut self,
        element: &mut Open<'t>,
        child: NodeId,
        children: &'static [Child],
    ) -> Option<&'static str> {
        let node = self.tree.node(child);
        if node.kind == Kind::Text {
            self.note(
                element.id,
                true,
                Fault {
                    rule: "stray-text",
                    found: format!("the text `{}`", shown(self.tree.xml(child).trim())),
                    expected: "elements only".into(),
                    remedy: "put it into a comment, <!-- … -->",
                },
            );
            return None;
        }
        let known = children.iter().find(|(name, _)| node.kind == Kind::Element && *name == node.name);
        let Some(&(name, times)) = known else {
            if node.kind == Kind::Element && !is_foreign(node.name) {
                let names: Vec<&str> = children.iter().map(|(name, _)| *name).collect();
                let meant = nearest(node.name, names.iter().copied());
                let found = format!("the element <{}>", shown(node.name));
                self.note(child, false, unknown("unknown-element", found, meant, &names));
            }
            let (after, xml) = (element.children, self.tree.xml(child).to_owned());
            element.kept.push_node(KeptNode { after, xml });
            return None;
        };
        let most = match times {
            Times::Once => 1,
            Times::UpTo(most) => most,
        };
        let count = match element.counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                element.counts.push((name, 1));
                1
            }
        };
        if count > most {
            if count == most + 1 {
                let expected = format!("at most {most}");
                let found = format!("one more <{name}> than there may be");
                self.note(child, true, Fault { rule: "too-many", found, expected, remedy: "leave some out" });
            }
            return None;
        }
        element.children += 1;
        Some(name)
    }

    /// An element without known children.
    pub(super) fn leaf(&mut self, mut element: Open<'t>) -> Kept {
        let id = element.id;
        for child in self.tree.children(id) {
            self.child(&mut element, child, &[]);
        }
        self.close(element)
    }

    /// The value of an attribute.
    pub(super) fn attribute(&mut self, element: &mut Open<'t>, name: &'static str) -> Option<Cow<'t, str>> {
        element.asked.push(name);
        let (_, value, used) = element.attributes.iter_mut().find(|(known, ..)| *known == name)?;
        *used = true;
        Some(std::mem::take(value))
    }

    /// Notes that an attribute has a value which it can't have.
    pub(super) fn wrong(
        &mut self,
        element: &Open<'t>,
        rule: &'static str,
        name: &str,
        value: &str,
        expected: impl Into<String>,
    ) {
        let found = format!("{name}=\"{}\"", shown(value));
        let expected = expected.into();
        self.note(element.id, true, Fault { rule, found, expected, remedy: "" });
    }

    /// A text that isn't empty and not longer than [`limits::TEXT_BYTES`].
    pub(super) fn text(&mut self, element: &mut Open<'t>, name: &'static str) -> Option<String> {
        let value = self.attribute(element, name)?;
        if value.trim().is_empty() {
            self.wrong(element, "empty", name, &value, "some text, or no such attribute");
            return None;
        }
        if value.len() > limits::TEXT_BYTES {
            self.wrong(element, "limit", name, &value, format!("at most {} bytes", limits::TEXT_BYTES));
            return None;
        }
        Some(value.into_owned())
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, element: &mut Open<'t>, name: &'static str) -> String {
        if !element.attributes.iter().any(|(known, ..)| *known == name) {
            element.asked.push(name);
            self.missing(element, name);
            return String::new();
        }
        self.text(element, name).unwrap_or_default()
    }

    pub(super) fn missing(&mut self, element: &Open<'t>, name: &str) {
        let found = format!("no attribute {name}");
        let expected = format!("{name}=\"…\"");
        self.note(element.id, true, Fault { rule: "missing-attribute", found, expected, remedy: "add it" });
    }

    /// A number in `range`; `None` when the attribute isn't there or can't be used.
    pub(super) fn number(&mut self, element: &mut Open<'t>, name: &'static str, range: Range) -> Option<f64> {
        let value = self.attribute(element, name)?;
        match parse_number(&value).filter(|&number| range.contains(number)) {
            Some(number) => Some(number),
            None => {
                self.wrong(element, "bad-number", name, &value, format!("a number from {range}"));
                None
            }
        }
    }

    /// A whole number in `range`.
    pub(super) fn whole(&mut self, element: &mut Open<'t>, name: &'static str, range: Range) -> Option<f64> {
        let value = self.attribute(element, name)?;
        let whole = |number: &f64| range.contains(*number) && number.fract() == 0.0;
        let number = parse_number(&value).filter(whole);
        if number.is_none() {
            self.wrong(element, "bad-number", name, &value, format!("a whole number from {range}"));
        }
        number
    }

    /// The same, or what it is where the file doesn't say.
    pub(super) fn number_or(
        &mut self,
        element: &mut Open<'t>,
        name: &'static str,
        range: Range,
        default: f64,
    ) -> f64 {
        self.number(element, name, range).unwrap_or(default)
    }

    /// 0 or 1; `false` or `true` are understood.
    pub(super) fn switch(&mut self, element: &mut Open<'t>, name: &'static str) -> bool {
        let Some(value) = self.attribute(element, name) else { return false };
        match &*value {
            "1" | "true" => true,
            "0" | "false" => false,
            _ => {
                self.wrong(element, "bad-switch", name, &value, "0 or 1");
                false
            }
        }
    }

    /// One of `names`.
    pub(super) fn choice<T: Copy>(
        &mut self,
        element: &mut Open<'t>,
        name: &'static str,
        names: &[(T, &str)],
    ) -> Option<T> {
        let value = self.attribute(element, name)?;
        let found = names.iter().find(|(_, known)| *known == value).map(|(choice, _)| *choice);
        if found.is_none() {
            let names: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
            self.wrong(element, "bad-choice", name, &value, one_of(&names));
        }
        found
    }

    /// A time; `None` when the attribute isn't there or can't be used.
    pub(super) fn time(
        &mut self,
        element: &mut Open<'t>,
        name: &'static str,
        origin: Origin,
    ) -> Option<Time> {
        let value = self.attribute(element, name)?;
        match Time::parse(value.trim(), origin, self.rate, self.picture.as_ref()) {
            Ok(time) => {
                self.check_code(element.id, name, &value);
                Some(time)
            }
            Err(fault) => {
                let found = format!("{name}=\"{}\" {fault}", shown(&value));
                let expected = String::new();
                self.note(element.id, true, Fault { rule: "bad-time", found, expected, remedy: "" });
                None
            }
        }
    }

    /// Of one time of day, drop-frame code and the other are seconds apart; only the sign before the frames tells them apart.
    fn check_code(&mut self, id: NodeId, name: &str, value: &str) {
        let is_drop = value.contains(';');
        let is_code = is_drop || value.matches(':').count() == 3;
        let Some(picture) = self.picture.as_ref().filter(|picture| picture.start.frames > 0) else { return };
        if !is_code || is_drop == picture.start.is_drop {
            return;
        }
        let (is, starts) = if is_drop { ("", "not ") } else { ("not ", "") };
        let found = format!("{name}=\"{}\", which is {is}drop-frame code", shown(value));
        let expected = format!("code as the picture's start, which is {starts}drop-frame");
        let remedy = "write ; before the frames of drop-frame code, and : before those of the other";
        self.note(id, false, Fault { rule: "drop-frame", found, expected, remedy });
    }

    /// A time that must be there.
    pub(super) fn required_time(
        &mut self,
        element: &mut Open<'t>,
        name: &'static str,
        origin: Origin,
    ) -> Time {
        if !element.attributes.iter().any(|(known, ..)| *known == name) {
            element.asked.push(name);
            self.missing(element, name);
            return Time::ZERO;
        }
        self.time(element, name, origin).unwrap_or_default()
    }
}

/// `a, b or c`.
pub(super) fn one_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

/// Another program's: it has a prefix, or declares one.
fn is_foreign(name: &str) -> bool {
    name.contains(':') || name == "xmlns"
}

fn unknown(rule: &'static str, found: String, meant: Option<&str>, known: &[&str]) -> Fault<'static> {
    let expected = match (meant, known) {
        (Some(meant), _) => format!("perhaps {meant}"),
        (None, []) => "none here".to_owned(),
        (None, known) => format!("one of {}", known.join(", ")),
    };
    Fault {
        rule,
        found: format!("{found}, which is not known here"),
        expected,
        remedy: "it has no effect and is kept",
    }
}

/// A decimal number, or `-inf`.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("-inf") {
        return Some(f64::NEG_INFINITY);
    }
    let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}
