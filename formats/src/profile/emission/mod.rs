//! Rec. ITU-R BS.2168-0: what an advanced sound system takes in at emission, in levels of complexity.
//!
//! Numbers and shapes are those that the EBU ADM Toolbox checks and converts to (2024-02). Level 0 sets no
//! maxima. A document that declares no level is held against level 2, the widest with maxima.

mod elements;
mod levels;
mod rules_table;
mod sound;

use super::lookup::Lookup;
use super::{FileFacts, Findings};

pub use elements::{LONGEST_NAME, VERSION, is_language};
pub use levels::smallest_level;
pub(super) use rules_table::RULES;
pub use sound::SHORTEST_SECONDS;

/// Holds the document against BS.2168.
pub(super) fn check(lookup: &Lookup<'_>, _: &FileFacts, findings: &mut Findings) {
    levels::check(lookup, findings);
    elements::check(lookup, findings);
    sound::check(lookup, findings);
}
