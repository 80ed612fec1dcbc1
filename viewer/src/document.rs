//! The scene that is open: where it comes from, what was done to it, and that nothing of it is lost.
//!
//! ```text
//!  scene.xml ─┐                                         ┌─ save: beside its stems, in one stroke
//!  WAV ───────┼─ Document: Scene, History, findings ────┤
//!  new ───────┘                                         └─ autosave: recovery after a crash
//! ```

mod files;
mod import;
mod missing;
mod recovery;
mod stems;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use formats::scene::{self, Mistakes, Scene};

use crate::edit::{Edit, History, Selection};

pub(crate) use files::write_whole;
pub use files::{OpenError, state_folder};
pub use import::{Import, folder_for, import, is_master, is_more_than_a_bed};
pub use recovery::{Recent, left_over};
pub use stems::{Stems, added_stems, name_of_file};

/// Seconds of a scene that has nothing in it.
const EMPTY_SECONDS: f64 = 10.0;
/// Seconds after the last thing that happens in a scene.
const TAIL_SECONDS: f64 = 1.0;

/// An open scene.
#[derive(Debug, Default)]
pub struct Document {
    scene: Scene,
    history: History,
    /// The scene file; `None` until it is saved.
    path: Option<PathBuf>,
    /// What relative names of stems are taken from.
    folder: PathBuf,
    /// What is wrong with it.
    mistakes: Mistakes,
    /// Where its autosave lies, when there is one.
    autosave: Option<PathBuf>,
    /// The state that the autosave holds.
    autosaved: u64,
    /// The state that `mistakes` are of.
    checked: Option<u64>,
    /// Heads of the stems.
    pub stems: Stems,
    /// Tracks that are selected.
    pub selection: Selection,
}

impl Document {
    /// A document of `scene`, whose stems are named from `folder`. It is nowhere on the disk yet.
    pub fn new(scene: Scene, folder: PathBuf) -> Self {
        let mut document = Self { scene, folder, ..Self::default() };
        document.history.mark_unsaved();
        document.refresh();
        document
    }

    /// There is nothing in it that could be lost.
    pub fn start_clean(&mut self) {
        self.history.mark_saved();
    }

    /// The scene as it is.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The scene file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The folder that stems are named from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What can be undone.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What is wrong with the scene and its files.
    pub fn mistakes(&self) -> &Mistakes {
        &self.mistakes
    }

    /// There is something that isn't on the disk.
    pub fn is_changed(&self) -> bool {
        self.history.is_changed()
    }

    /// Name for the title of the window.
    pub fn title(&self) -> String {
        let file =
            self.path.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        match (self.scene.name.trim(), file) {
            ("", None) => "Untitled".to_owned(),
            ("", Some(file)) => file,
            (name, _) => name.to_owned(),
        }
    }

    /// Does `edits` as a step called `name`.
    pub fn edit(&mut self, name: &str, edits: Vec<Edit>) {
        if self.history.apply(&mut self.scene, name, edits) {
            self.selection.keep_below(self.scene.tracks.len());
        }
    }

    /// The gesture of the last edits is over.
    pub fn seal(&mut self) {
        self.history.seal();
    }

    /// Undoes the last step; gives its name.
    pub fn undo(&mut self) -> Option<String> {
        let name = self.history.undo(&mut self.scene);
        self.selection.keep_below(self.scene.tracks.len());
        name
    }

    /// Does the last undone step again; gives its name.
    pub fn redo(&mut self) -> Option<String> {
        let name = self.history.redo(&mut self.scene);
        self.selection.keep_below(self.scene.tracks.len());
        name
    }

    /// Looks at the stems and for mistakes again, when anything has changed since; gives whether it did.
    pub fn refresh(&mut self) -> bool {
        let state = Some(self.history.state());
        if self.checked == state {
            return false;
        }
        self.checked = state;
        self.stems.read(&self.scene, &self.folder);
        let reading = scene::read(&scene::write(&self.scene));
        let mut mistakes = reading.mistakes;
        let stems = &mut self.stems;
        let mut head = |path: &Path| stems.head(path);
        scene::check_files_by(&self.scene, &reading.places, &self.folder, &mut mistakes, &mut head);
        self.mistakes = mistakes;
        true
    }

    /// Seconds from the start to the end: as the scene says, or to the end of what sounds and moves.
    pub fn seconds(&self) -> f64 {
        if let Some(length) = self.scene.length {
            return length.seconds_f64().max(f64::MIN_POSITIVE);
        }
        let clips = self.scene.tracks.iter().flat_map(|track| &track.clips);
        let clips = clips.map(|clip| self.stems.end_of(clip));
        let markers = self.scene.markers.iter().map(|marker| marker.time.seconds_f64() + TAIL_SECONDS);
        let end = clips.chain(markers).fold(0.0, f64::max);
        if end > 0.0 { end } else { EMPTY_SECONDS }
    }
}
