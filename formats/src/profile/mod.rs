//! Profiles: what a standard or a delivery specification asks of an ADM document and its file.
//!
//! Takes a [`Document`] and the [`FileFacts`] of the file that holds it, gives [`Findings`]: for each broken
//! rule the element, what was found, what is allowed, how to put it right and who says so. No sound is
//! read and nothing is changed. Rules are data (`*_table.rs`); a rule's id is stable over releases.
//!
//! ```text
//!  Document ─┬─ Lookup ─┬─ bs2076    Rec. ITU-R BS.2076-2: ids, references, ranges, times, chna
//!  FileFacts ┘          ├─ dolby     Dolby Atmos Master ADM Profile 1.0 / 1.1
//!                       └─ emission  Rec. ITU-R BS.2168: AdvSS emission, levels 0, 1 and 2
//! ```
//!
//! Every check walks each element a fixed number of times, so a document of a million blocks takes time
//! in proportion, and [`Findings`] keeps the first few of each rule and counts the rest.

mod bs2076;
pub mod dolby;
pub mod emission;
mod facts;
mod finding;
mod lookup;
mod repeats_table;
mod times;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::adm::Document;

pub use facts::{AudioFacts, DbmdFacts, FileFacts};
pub use finding::{Finding, Findings, Rule, Severity};

use lookup::Lookup;

/// A set of rules to hold a document against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Rec. ITU-R BS.2076-2 itself: structure, ids, references, ranges, times, agreement with chna.
    Bs2076,
    /// Dolby Atmos Master ADM Profile, versions 1.0 and 1.1.
    Dolby,
    /// Rec. ITU-R BS.2168: advanced sound systems, emission.
    Emission,
}

impl Profile {
    /// All profiles, in the order they are listed to users.
    pub const ALL: [Self; 3] = [Self::Bs2076, Self::Dolby, Self::Emission];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bs2076 => "bs2076",
            Self::Dolby => "dolby",
            Self::Emission => "emission",
        }
    }

    /// The document that the rules come from.
    pub fn title(self) -> &'static str {
        match self {
            Self::Bs2076 => "Rec. ITU-R BS.2076-2 (10/2019)",
            Self::Dolby => "Dolby Atmos Master ADM Profile v1.0 (07/2019) and v1.1",
            Self::Emission => "Rec. ITU-R BS.2168-0 (02/2025)",
        }
    }

    /// Every rule of the profile, in the order of its table.
    pub fn rules(self) -> Vec<&'static Rule> {
        match self {
            Self::Bs2076 => bs2076::RULES.to_vec(),
            Self::Dolby => dolby::RULES.to_vec(),
            Self::Emission => emission::RULES.to_vec(),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not one of [`Profile::ALL`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown profile {0:?}: expected bs2076, dolby or emission")]
pub struct UnknownProfile(pub String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == name)
            .ok_or_else(|| UnknownProfile(name.into()))
    }
}

/// Holds `document` against `profile` and adds what is broken to `findings`.
///
/// `document` is what the file's axml says, without the common definitions; these are looked up beside it.
pub fn check(document: &Document, facts: &FileFacts, profile: Profile, findings: &mut Findings) {
    let lookup = Lookup::new(document);
    match profile {
        Profile::Bs2076 => bs2076::check(&lookup, facts, findings),
        Profile::Dolby => dolby::check(&lookup, facts, findings),
        Profile::Emission => emission::check(&lookup, facts, findings),
    }
}
