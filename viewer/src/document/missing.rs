//! Sounds of a scene that aren't there: it plays without them, and they can be found again.

use std::collections::BTreeMap;
use std::path::Path;

use formats::scene::Scene;

use super::Document;
use super::stems::name_of_file;
use crate::edit::{Edit, track_edit};

impl Document {
    /// Names of the files of clips that can't be read, each once, in the order of the tracks.
    pub fn missing(&self) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        for clip in self.scene.tracks.iter().flat_map(|track| &track.clips) {
            if self.stems.info(&clip.file).is_none() && !missing.contains(&clip.file) {
                missing.push(clip.file.clone());
            }
        }
        missing
    }

    /// The scene as far as it can be played: without clips whose files can't be read.
    pub fn playable(&self) -> Scene {
        let mut scene = self.scene.clone();
        for track in &mut scene.tracks {
            track.clips.retain(|clip| self.stems.info(&clip.file).is_some());
        }
        scene
    }

    /// Looks again whether the files are there; gives whether others are than before.
    pub fn look_again(&mut self) -> bool {
        let before = self.missing();
        self.checked = None;
        self.refresh();
        before != self.missing()
    }

    /// Takes `path` for the missing file `name`, and for each other missing file the one that is called as it is and lies as it does
    /// beside this. Gives how many were found, and how many are still missing.
    pub fn find_missing(&mut self, name: &str, path: &Path) -> (usize, usize) {
        let missing = self.missing();
        let mut found: BTreeMap<&str, String> = BTreeMap::new();
        for other in &missing {
            let place = if other == name { Some(path.to_path_buf()) } else { beside(path, name, other) };
            let is_there = place.filter(|place| place.is_file());
            let called = is_there.and_then(|place| name_of_file(&self.folder, &place));
            found.extend(called.map(|called| (other.as_str(), called)));
        }
        let edits: Vec<Edit> = (0..self.scene.tracks.len())
            .filter_map(|index| {
                track_edit(&self.scene, index, |track| {
                    for clip in &mut track.clips {
                        if let Some(called) = found.get(clip.file.as_str()) {
                            clip.file.clone_from(called);
                        }
                    }
                })
            })
            .collect();
        self.seal();
        self.edit("Find stems", edits);
        self.seal();
        self.refresh();
        (found.len(), self.missing().len())
    }
}

/// Where the file `other` is if it lies to `path` as it does to `name`; else where it lies in the same folder.
fn beside(path: &Path, name: &str, other: &str) -> Option<std::path::PathBuf> {
    let shared = Path::new(name).components().rev().zip(path.components().rev());
    let shared = shared.take_while(|(a, b)| a == b).count();
    let depth = Path::new(name).components().count();
    let root = path.ancestors().nth(shared.min(depth));
    let same = root.filter(|_| shared == depth).map(|root| root.join(other)).filter(|place| place.is_file());
    same.or_else(|| Some(path.parent()?.join(Path::new(other).file_name()?)))
}
