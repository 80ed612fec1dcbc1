//! Dolby Atmos Master ADM Profile, v1.0 (2019-07-22) and v1.1: the shape of a master that Dolby's tools take in.
//!
//! Facts are those that public rule checkers state; nothing here says that a Dolby tool will accept a file.

mod beds;
mod blocks;
mod build;
mod elements;
mod file;
mod rules_table;
mod tracks;
mod zones_table;

use super::lookup::Lookup;
use super::{FileFacts, Findings};

pub use build::{BedChannel, ContentParts, MasterBuilder};
pub(super) use rules_table::RULES;
pub use zones_table::{BED_CHANNELS, BEDS, ZONES};

/// Channels, track UIDs, track formats, stream formats and tracks (general requirements, table 1).
pub const MOST_TRACKS: usize = 128;
/// Contents, objects and packs (table 1).
pub const MOST_ELEMENTS: usize = 123;
/// Objects of type Objects (general requirements).
pub const MOST_OBJECTS: usize = 118;
/// Channels of a bed (table 15).
const MOST_BED_CHANNELS: usize = 10;

/// Holds the document and its file against Dolby's profile.
pub(super) fn check(lookup: &Lookup<'_>, facts: &FileFacts, findings: &mut Findings) {
    file::check(lookup, facts, findings);
    elements::check(lookup, facts, findings);
    beds::check(lookup, findings);
    blocks::check(lookup, facts, findings);
    tracks::check(lookup, facts, findings);
}
