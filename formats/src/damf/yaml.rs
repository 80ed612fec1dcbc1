//! As much of YAML as masters are written in: maps and lists by indentation, lists of scalars in brackets, plain and quoted
//! scalars. Anchors, tags, block texts and maps in braces are refused: no master has them, and they are how YAML is made to
//! swallow memory.

use std::borrow::Cow;

use super::error::Fault;

/// Levels of nesting at most.
const DEEPEST: usize = 16;
/// Bytes of a line at most.
pub(super) const LONGEST_LINE: usize = 64 << 10;
/// Lines of a tree at most.
const MOST_LINES: usize = 200_000;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Text, of quotes or plain; empty where there is nothing.
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// A line with something on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: usize,
    /// Spaces before it.
    pub(super) indent: usize,
    /// Without those, and without spaces at its end.
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    /// The line `text`; `None` when there is nothing on it but a comment or a mark of a document's start or end.
    pub(super) fn new(number: usize, text: &'a str) -> Result<Option<Self>, Fault> {
        if text.len() > LONGEST_LINE {
            return Err(Fault::at(number, format_args!("is longer than {LONGEST_LINE} bytes")));
        }
        let content = text.trim_start_matches(' ');
        let line = Self { number, indent: text.len() - content.len(), text: content.trim_end() };
        if line.text.starts_with('\t') {
            return Err(Fault::at(number, "is indented by a tab; expected spaces"));
        }
        let is_empty =
            line.text.is_empty() || line.text.starts_with('#') || ["---", "..."].contains(&line.text);
        Ok((!is_empty).then_some(line))
    }

    /// The item of a list: what follows its dash.
    pub(super) fn item(self) -> Option<Self> {
        if self.text == "-" {
            return Some(Self { indent: self.indent + 2, text: "", ..self });
        }
        let rest = self.text.strip_prefix("- ")?;
        let content = rest.trim_start_matches(' ');
        Some(Self { indent: self.indent + self.text.len() - content.len(), text: content, ..self })
    }

    /// Key and value of `key: value`; the value is empty where children follow.
    pub(super) fn pair(self) -> Result<(Cow<'a, str>, &'a str), Fault> {
        let (key, rest) = match self.text.find(": ") {
            Some(at) => (&self.text[..at], self.text[at + 2..].trim_start()),
            None => match self.text.strip_suffix(':') {
                Some(key) => (key, ""),
                None => {
                    let shown: String = self.text.chars().take(40).collect();
                    return Err(Fault::at(self.number, format_args!("{shown:?} is not `key: value`")));
                }
            },
        };
        Ok((scalar(key.trim_end(), self.number)?, rest))
    }
}

/// The text of a scalar.
pub(super) fn scalar(text: &str, line: usize) -> Result<Cow<'_, str>, Fault> {
    let fault = |message: &str| Err(Fault::at(line, message));
    if let Some(rest) = text.strip_prefix('\'') {
        // A quote within is written twice.
        let Some(inner) = rest.strip_suffix('\'') else { return fault("a quote is not closed") };
        return Ok(if inner.contains('\'') { Cow::Owned(inner.replace("''", "'")) } else { inner.into() });
    }
    if let Some(rest) = text.strip_prefix('"') {
        let Some(inner) = rest.strip_suffix('"') else { return fault("a quote is not closed") };
        return Ok(Cow::Owned(unescaped(inner)));
    }
    if text.starts_with(['&', '*', '!', '|', '>', '{', '%', '@', '`']) {
        return fault("anchors, tags, block texts and braces are not what masters are written with");
    }
    let plain = text.find(" #").map_or(text, |comment| &text[..comment]).trim_end();
    Ok(Cow::Borrowed(plain))
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, if character == '\\' { characters.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(other)) => out.push(other),
            (other, _) => out.push(other),
        }
    }
    out
}

/// The items of `[a, b, c]`; `None` when it is no such list.
pub(super) fn bracketed(text: &str) -> Option<impl Iterator<Item = &str>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split(',').map(str::trim).filter(|item| !item.is_empty()))
}

/// The tree of `text`.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut lines = Vec::new();
    for (index, text) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        lines.extend(Line::new(index + 1, text)?);
        if lines.len() > MOST_LINES {
            return Err(Fault::new(format!("has more than {MOST_LINES} lines")));
        }
    }
    let mut tree = Tree { lines, next: 0 };
    let Some(first) = tree.lines.first() else { return Err(Fault::new("is empty")) };
    let node = tree.block(first.indent, 0)?;
    match tree.lines.get(tree.next) {
        Some(line) => Err(Fault::at(line.number, "is indented less than what it belongs to")),
        None => Ok(node),
    }
}

struct Tree<'a> {
    lines: Vec<Line<'a>>,
    next: usize,
}

impl Tree<'_> {
    /// What stands at `indent` from the next line on.
    fn block(&mut self, indent: usize, depth: usize) -> Result<Node, Fault> {
        let Some(line) = self.lines.get(self.next).copied() else { return Ok(Node::Scalar(String::new())) };
        if depth > DEEPEST {
            return Err(Fault::at(line.number, format_args!("is nested deeper than {DEEPEST} levels")));
        }
        if line.item().is_some() { self.list(indent, depth) } else { self.map(indent, depth) }
    }

    fn list(&mut self, indent: usize, depth: usize) -> Result<Node, Fault> {
        let mut items = Vec::new();
        while let Some(line) = self.lines.get(self.next).copied().filter(|line| line.indent == indent) {
            let Some(item) = line.item() else { break };
            let is_map = item.text.contains(": ") || item.text.ends_with(':') || item.text.starts_with("- ");
            if item.text.is_empty() {
                self.next += 1;
                items.push(self.children(indent, depth)?);
            } else if is_map {
                // The rest of the line is the first of the item's own.
                if let Some(place) = self.lines.get_mut(self.next) {
                    *place = item;
                }
                items.push(self.block(item.indent, depth + 1)?);
            } else {
                self.next += 1;
                items.push(value(item.text, item.number)?);
            }
        }
        Ok(Node::List(items))
    }

    fn map(&mut self, indent: usize, depth: usize) -> Result<Node, Fault> {
        let mut pairs: Vec<(String, Node)> = Vec::new();
        while let Some(line) = self.lines.get(self.next).copied().filter(|line| line.indent == indent) {
            if line.item().is_some() {
                break;
            }
            let (key, text) = line.pair()?;
            self.next += 1;
            let node =
                if text.is_empty() { self.children(indent, depth)? } else { value(text, line.number)? };
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(Fault::at(line.number, format_args!("has {key:?} a second time")));
            }
            pairs.push((key.into_owned(), node));
        }
        if let Some(line) = self.lines.get(self.next).filter(|line| line.indent > indent) {
            return Err(Fault::at(line.number, "is indented more than what it belongs to"));
        }
        Ok(Node::Map(pairs))
    }

    /// What belongs to a key or a dash at `indent`: a list may stand as far left as its key.
    fn children(&mut self, indent: usize, depth: usize) -> Result<Node, Fault> {
        match self.lines.get(self.next) {
            Some(line) if line.indent > indent => self.block(line.indent, depth + 1),
            Some(line) if line.indent == indent && line.item().is_some() => self.list(indent, depth + 1),
            _ => Ok(Node::Scalar(String::new())),
        }
    }
}

/// A scalar, or a list of scalars in brackets.
fn value(text: &str, line: usize) -> Result<Node, Fault> {
    match bracketed(text) {
        Some(items) => {
            let items = items.map(|item| Ok(Node::Scalar(scalar(item, line)?.into_owned())));
            Ok(Node::List(items.collect::<Result<_, Fault>>()?))
        }
        None => Ok(Node::Scalar(scalar(text, line)?.into_owned())),
    }
}

impl Node {
    /// The value of a key of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(known, _)| known == key).map(|(_, node)| node),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

/// `text` as a scalar that reads back as it is.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.chars().all(|c| c.is_alphanumeric() || " ._-+()".contains(c))
        && !["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        return text.to_owned();
    }
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", text.replace('\'', "''"))
}
