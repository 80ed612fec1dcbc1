use std::fmt;

/// What kind of trouble made a document unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The source could not be read or the sink not be written.
    Io,
    /// Not text in a known encoding.
    Encoding,
    /// Not well-formed XML, or XML that is refused (a DOCTYPE).
    Xml,
    /// Beyond one of the [limits](super::xml::limits).
    Limit,
    /// XML without `audioFormatExtended`.
    NoAdm,
    /// An element lacks what it must have, or contradicts itself.
    Structure,
    /// A value that cannot be read.
    Value,
}

/// Why no document came out: one line that says where, what was found, what was expected and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    kind: ErrorKind,
    line: u64,
    element: String,
    message: String,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        // What a message quotes comes from the file: it must not break the line.
        let message = message.into().replace(|character: char| character.is_control(), " ");
        Self(Box::new(Details { kind, line: 0, element: String::new(), message }))
    }

    pub(super) fn value(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Value, message)
    }

    pub(super) fn structure(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Structure, message)
    }

    pub(super) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    /// Adds where it happened, unless that is known already.
    pub(super) fn located(mut self, line: u64, element: String) -> Self {
        if self.0.line == 0 {
            self.0.line = line;
        }
        if self.0.element.is_empty() {
            self.0.element = element;
        }
        self
    }

    /// The kind of trouble.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Line in the axml chunk, counted from 1; 0 when it has no place.
    pub fn line(&self) -> u64 {
        self.0.line
    }

    /// Id of the element (`AB_00031001_00000002`); empty when there is none.
    pub fn element(&self) -> &str {
        &self.0.element
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("axml")?;
        if self.0.line > 0 {
            write!(f, " line {}", self.0.line)?;
        }
        if !self.0.element.is_empty() {
            write!(f, ", {}", self.0.element)?;
        }
        write!(f, ": {}", self.0.message)
    }
}

impl std::error::Error for Error {}

/// The start of a text from a file, for a message.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut start: String = text.chars().take(LONGEST).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("\"{start}\"")
}
