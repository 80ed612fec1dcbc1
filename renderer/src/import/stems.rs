//! Which tracks of the master go to which file: the same tracks to one, which is as long as they are used.

use std::ops::Range;

use super::names::{self, Names};
use super::{Source, Stem};
use crate::items::TrackSpec;

/// The folder of the stems, beside the scene.
const FOLDER: &str = "stems";

/// The stems so far.
#[derive(Debug, Default)]
pub(super) struct Stems {
    stems: Vec<(Vec<TrackSpec>, Range<u64>, String)>,
    names: Names,
}

impl Stems {
    /// The place of the file with these channels, used for `span`; made for `name` where there is none.
    pub(super) fn of(&mut self, channels: Vec<TrackSpec>, span: Range<u64>, name: &str) -> usize {
        let known = self.stems.iter_mut().enumerate().find(|(_, (known, ..))| *known == channels);
        if let Some((place, (_, used, _))) = known {
            *used = used.start.min(span.start)..used.end.max(span.end);
            return place;
        }
        let name = self.names.unique(&names::file(name));
        self.stems.push((channels, span, name));
        self.stems.len() - 1
    }

    /// All of them, when all of their uses are known.
    pub(super) fn finish(self, source: &Source<'_>) -> Vec<Stem> {
        let stem = |(channels, span, name): (Vec<TrackSpec>, Range<u64>, String)| {
            let file = format!("{FOLDER}/{name}.wav");
            let mut stem = Stem { file, channels, start: span.start, frames: span.end - span.start };
            if !stem.is_copied() {
                // What is computed remembers what came before.
                (stem.start, stem.frames) = (0, source.frames);
            }
            stem
        };
        self.stems.into_iter().map(stem).collect()
    }
}
