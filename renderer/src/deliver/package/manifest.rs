//! What a folder holds of earlier jobs: by it a job that is run again knows what it need not make again.
//!
//! The key of a deliverable is the SHA-256 of all that its bytes follow from: the bytes of the master (its XXH128, which
//! costs one reading; times and lengths of files can be the same for others), the layout, the part, the clauses of the
//! specification, the options and this program's version. What is there is taken for it only while its own checksums are
//! those that were written down.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::checksum::{Checksums, sha256};
use super::report::FileReport;

/// Name in the folder.
pub(super) const NAME: &str = "proscenium-manifest.json";
/// Longest manifest that is read.
const MAX_BYTES: u64 = 64 << 20;
/// Number of this form of it.
const VERSION: u32 = 1;

/// The deliverables of a folder, by their file names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    pub(super) files: BTreeMap<String, Made>,
}

/// A deliverable that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Made {
    /// Of all that it follows from.
    pub(super) key: String,
    /// What was reported of it.
    pub(super) report: FileReport,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: VERSION, files: BTreeMap::new() }
    }
}

impl Manifest {
    /// That of `folder`; an empty one where there is none, or none that can be read: everything is then made anew.
    pub(super) fn of(folder: &Path) -> Self {
        let mut text = String::new();
        let read =
            File::open(folder.join(NAME)).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
        let found = read.ok().and_then(|_| serde_json::from_str::<Self>(&text).ok());
        found.filter(|manifest| manifest.version == VERSION).unwrap_or_default()
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }
}

/// Hashes what a deliverable follows from, part by part in their order.
#[derive(Debug, Default)]
pub(super) struct Key(Vec<u8>);

impl Key {
    /// The length goes in front, so that no two lists of parts are the same bytes.
    pub(super) fn add(&mut self, part: &str) {
        self.0.extend((part.len() as u64).to_le_bytes());
        self.0.extend(part.as_bytes());
    }

    pub(super) fn finish(&self) -> String {
        sha256(&self.0)
    }
}

/// How a file that was made before is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// As it was made.
    Whole,
    /// It is not there.
    Gone,
    /// Other bytes.
    Changed,
}

impl Found {
    pub(super) fn of(wanted: &Checksums, there: Option<&Checksums>) -> Self {
        match there {
            None => Self::Gone,
            Some(there) if there == wanted => Self::Whole,
            Some(_) => Self::Changed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_lists_apart() {
        let key = |parts: &[&str]| {
            let mut key = Key::default();
            parts.iter().for_each(|part| key.add(part));
            key.finish()
        };
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(key(&["ab"]), key(&["ab", ""]));
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
    }

    #[test]
    fn what_is_no_manifest_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::of(folder.path()), Manifest::default());
        let path = folder.path().join(NAME);
        for text in ["", "{", "[]", "{\"version\": 2, \"files\": {}}"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(Manifest::of(folder.path()), Manifest::default(), "{text}");
        }
        std::fs::write(&path, Manifest::default().to_json()).unwrap();
        assert_eq!(Manifest::of(folder.path()), Manifest::default());
    }
}
