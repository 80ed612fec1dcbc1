use std::fmt::Write;

use formats::adm::AdmId;

/// Why a document can't be rendered. Every message is one line: the element, what was found, what was
/// expected, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file has neither axml elements nor chna entries.
    #[error(
        "the file has no ADM: no chna entry and no axml element says what its tracks are; \
         add a chna chunk that names the common definition (BS.2094) of each track"
    )]
    NoAdm,
    /// A chosen programme or object isn't there, or can't be chosen.
    #[error("{0}")]
    Choice(String),
    /// An element that is needed refers to one that doesn't exist.
    #[error(
        "{from} refers to {to}, which is neither in the file nor a common definition; \
         add the missing element or remove the reference"
    )]
    Dangling {
        /// The element that holds the reference.
        from: String,
        /// The id it asks for.
        to: String,
    },
    /// Elements that contain themselves.
    #[error("loop of {kind} references: {path}; remove one of these references")]
    Loop {
        /// `audioObject` or `audioPackFormat`.
        kind: &'static str,
        /// Ids joined by arrows.
        path: String,
    },
    /// More nesting, paths, items or combinations than any real programme has.
    #[error("{element}: {what}; the limit is {limit}; simplify the references")]
    TooComplex {
        /// Where the limit was passed.
        element: String,
        /// What is too many.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The tracks of an object can't be matched to the channels of its packs.
    #[error("{element}: {found}; {reason}")]
    References {
        /// The object, or `chna`.
        element: String,
        /// `conflicting` or `ambiguous` references.
        found: &'static str,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// An element that is needed breaks a rule of BS.2076 in a way that leaves no meaning.
    #[error("{element}: {problem}")]
    Element {
        /// Its id.
        element: String,
        /// What was found, what was expected, what to do.
        problem: String,
    },
}

impl Error {
    pub(super) fn element(id: &AdmId, problem: impl Into<String>) -> Self {
        Self::Element { element: shown(id), problem: problem.into() }
    }

    pub(super) fn dangling(from: &AdmId, to: &AdmId) -> Self {
        Self::Dangling { from: shown(from), to: shown(to) }
    }
}

/// Longest part of an id that a message repeats: real ids have at most 20 characters.
const SHOWN_LENGTH: usize = 40;

/// `id` fit for a one-line message: control characters escaped, absurd lengths cut.
pub(super) fn shown(id: &AdmId) -> String {
    let mut text = String::new();
    for (count, character) in id.as_str().chars().enumerate() {
        if count == SHOWN_LENGTH {
            text.push('…');
            break;
        }
        if character.is_control() {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    if text.is_empty() { "(no id)".to_owned() } else { text }
}

/// A path of ids for a message; the middle of a long one is left out.
pub(super) fn shown_path<'a>(ids: impl ExactSizeIterator<Item = &'a AdmId>) -> String {
    const ENDS: usize = 4;
    let count = ids.len();
    let mut text = String::new();
    for (place, id) in ids.enumerate() {
        if count > 2 * ENDS && (ENDS..count - ENDS).contains(&place) {
            if place == ENDS {
                let _ = write!(text, " -> … ({} more)", count - 2 * ENDS);
            }
            continue;
        }
        if place > 0 {
            text.push_str(" -> ");
        }
        text.push_str(&shown(id));
    }
    text
}

/// Work that one selection may still do. Shared by every walk of it, so that many small walks can't add up
/// to a hang.
pub(super) struct Budget {
    left: u64,
    limit: u64,
}

/// Steps of [`Budget`]: seconds of work, a thousand times what the largest real master needs.
const STEPS: u64 = 40_000_000;

impl Budget {
    pub(super) fn new() -> Self {
        Self::of(STEPS)
    }

    /// For work that may grow with the document.
    pub(super) fn of(steps: u64) -> Self {
        Self { left: steps, limit: steps }
    }

    /// Takes `steps` away.
    ///
    /// # Errors
    /// [`Error::TooComplex`] about `what` at `element` when none are left.
    pub(super) fn spend(&mut self, steps: usize, element: &AdmId, what: &'static str) -> Result<(), Error> {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Error::TooComplex { element: shown(element), what, limit: self.limit }),
        }
    }
}
