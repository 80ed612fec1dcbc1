//! What differs between two ADM documents or two scenes, in words: element, time, parameter, one value and the other.
//!
//! ```text
//!  adm::Document ─┬─ written without its blocks ── tree ─┐
//!                 └─ blocks that differ, one by one ─────┴─ compare ── Difference
//! ```
//!
//! Elements are matched by what identifies them (their id, a coordinate's name, a keyframe's time) and not by where they stand. Where
//! two documents number the same elements differently, those with one name are taken to be the same.

mod compare;
mod documents;
mod names;
#[cfg(test)]
mod tests;
mod tree;

pub use documents::documents;
pub use tree::XmlTreeError;

use compare::compare;

/// One thing that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The element, e.g. `audioObject AO_1003 "Car"`.
    pub element: String,
    /// When, of things that have a time: `00:00:12.50000`.
    pub time: Option<String>,
    /// The parameter, e.g. `azimuth` or `gain`; empty where the whole element is only in one of them.
    pub parameter: String,
    /// Its value in the first; `None` where it isn't there.
    pub a: Option<String>,
    /// Its value in the second.
    pub b: Option<String>,
}

/// The text of an element that is there as a whole.
pub const PRESENT: &str = "present";

/// Compares two XML documents element by element.
///
/// # Errors
/// When one of them is no XML, or too deep or too large to be held.
pub fn xml(a: &str, b: &str) -> Result<Vec<Difference>, XmlTreeError> {
    Ok(compare(&tree::Node::parse(a)?, &tree::Node::parse(b)?))
}
