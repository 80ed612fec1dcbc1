//! What is wrong with a scene, and where.

use std::fmt;

use crate::Warning;
use crate::profile::Severity;
use crate::scene::limits;

/// A place in a scene file, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Character of the line.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Something wrong with a scene: where, what was found, what was expected and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The rule's name in kebab case, stable over releases (`bad-number`).
    pub rule: &'static str,
    /// An error: the scene can't be used before it is put right. A warning: it can, but is perhaps not what was meant.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// The element, from the outermost (`track "DX Anna" > clip`).
    pub element: String,
    /// What is there.
    pub found: String,
    /// What should be.
    pub expected: String,
    /// What to do.
    pub remedy: String,
}

impl Mistake {
    /// The same as a warning, for who uses the scene all the same.
    pub fn to_warning(&self) -> Warning {
        Warning::new(self.rule, format!("{}, {}", self.place, self.element), self.what())
    }

    /// Without its place.
    fn what(&self) -> String {
        let mut text = self.found.clone();
        if !self.expected.is_empty() {
            text.push_str(&format!("; expected {}", self.expected));
        }
        if !self.remedy.is_empty() {
            text.push_str(&format!("; {}", self.remedy));
        }
        text
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if !self.element.is_empty() {
            write!(f, ", {}", self.element)?;
        }
        write!(f, ": {}", self.what())
    }
}

impl std::error::Error for Mistake {}

/// The mistakes of a scene in the order they were met: the first [`limits::MISTAKES`], and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes {
    list: Vec<Mistake>,
    errors: usize,
    warnings: usize,
    remarks: usize,
}

impl Mistakes {
    /// Notes a mistake.
    pub fn push(&mut self, mistake: Mistake) {
        match mistake.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.remarks += 1,
        }
        if self.list.len() < limits::MISTAKES {
            self.list.push(mistake);
        }
    }

    /// Those that were kept.
    pub fn list(&self) -> &[Mistake] {
        &self.list
    }

    /// How many make the scene unusable, kept or not.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// How many remarks there are, kept or not.
    pub fn remarks(&self) -> usize {
        self.remarks
    }

    /// How many warnings there are, kept or not.
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// The first that makes the scene unusable.
    pub fn first_error(&self) -> Option<&Mistake> {
        self.list.iter().find(|mistake| mistake.severity == Severity::Error)
    }

    /// In the order of the file.
    pub(in crate::scene) fn sort(&mut self) {
        self.list.sort_by_key(|mistake| mistake.place);
    }
}

/// Where lines begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The place of the byte `at`.
    pub(super) fn place(&self, at: usize) -> Place {
        let line = self.starts.partition_point(|&start| start <= at);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or(0);
        let column = self.text.get(start..at.min(self.text.len())).map_or(0, |before| before.chars().count());
        Place { line: line.max(1), column: column + 1 }
    }
}

/// The start of a text from a file, for a message.
pub(in crate::scene) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let plain = |character: char| if character.is_control() { ' ' } else { character };
    let mut start: String = text.chars().take(LONGEST).map(plain).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}
