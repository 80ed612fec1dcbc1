//! Rec. ITU-R BS.2076-2 itself: is the document well formed, and does the file agree with it?

mod chna;
mod ids;
mod references;
mod rules_table;
mod structure;
mod times;
mod values;
mod version;

use super::lookup::Lookup;
use super::{FileFacts, Findings};

pub(super) use rules_table::RULES;

/// Holds the document and its file against BS.2076-2.
pub(super) fn check(lookup: &Lookup<'_>, facts: &FileFacts, findings: &mut Findings) {
    ids::check(lookup, findings);
    references::check(lookup, findings);
    structure::check(lookup, findings);
    values::check(lookup, findings);
    times::check(lookup, facts, findings);
    version::check(lookup, findings);
    chna::check(lookup, facts, findings);
}
