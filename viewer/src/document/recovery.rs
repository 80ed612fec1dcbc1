//! What outlives a crash: the autosave of the open scene; and the files that were open lately.

use std::fs;
use std::path::{Path, PathBuf};

use formats::scene;

use super::files::{OpenError, read_scene, state_folder, write_whole};
use super::{Document, files};

/// Ending of an autosave, after the whole name of the scene file.
const AUTOSAVE: &str = "autosave";
/// Start of the name of an autosave of a scene without a file.
const UNTITLED: &str = "untitled-";
/// Recoveries of one scene that can be put off.
const MOST_KEPT: u32 = 20;
/// Files that are remembered.
const MOST_RECENT: usize = 10;

impl Document {
    /// Puts what isn't on the disk yet beside the scene file, or where the program keeps its state.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn autosave(&mut self) -> Result<(), OpenError> {
        let state = self.history.state();
        if !self.is_changed() || self.autosaved == state {
            return Ok(());
        }
        let Some(path) = self.autosave_path() else { return Ok(()) };
        let text = match self.path {
            Some(_) => scene::write(&self.scene),
            // Nobody will know what its stems were named from.
            None => scene::write(&self.stems.with_whole_names(&self.scene, &self.folder)),
        };
        let written =
            fs::create_dir_all(files::folder_of(&path)).and_then(|()| write_whole(&path, text.as_bytes()));
        written.map_err(|error| OpenError::new(&path, format_args!("no autosave: {error}")))?;
        self.autosave = Some(path);
        self.autosaved = state;
        Ok(())
    }

    fn autosave_path(&self) -> Option<PathBuf> {
        match &self.path {
            Some(path) => Some(autosave_of(path)),
            None => Some(state_folder()?.join(format!("{UNTITLED}{}.xml.{AUTOSAVE}", std::process::id()))),
        }
    }

    /// What was saved or given up needs no recovery.
    pub fn remove_autosave(&mut self) {
        if let Some(path) = self.autosave.take() {
            // When it stays, it is offered, and nothing is lost by that.
            let _ = fs::remove_file(path);
        }
    }

    /// The document as its autosave has it, or one that was put off, when that is newer than the file.
    pub fn recovery(path: &Path) -> Option<PathBuf> {
        let autosave = autosave_of(&fs::canonicalize(path).ok()?);
        let changed = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
        let saved = changed(path)?;
        let all =
            std::iter::once(autosave.clone()).chain((1..=MOST_KEPT).map(|number| kept(&autosave, number)));
        all.into_iter().find(|autosave| changed(autosave).is_some_and(|changed| changed >= saved))
    }

    /// Puts a recovery off: it gets a name of its own, so that no autosave takes its place, and is offered again. Gives that name.
    ///
    /// # Errors
    /// When it can't be renamed.
    pub fn put_off(autosave: &Path) -> Result<PathBuf, OpenError> {
        if autosave.extension().is_none_or(|ending| ending != AUTOSAVE) {
            return Ok(autosave.to_path_buf());
        }
        let free = (1..=MOST_KEPT).map(|number| kept(autosave, number)).find(|path| !path.exists());
        let to = free.unwrap_or_else(|| kept(autosave, MOST_KEPT));
        fs::rename(autosave, &to).map_err(|error| OpenError::new(autosave, error))?;
        Ok(to)
    }

    /// Takes over what `autosave` holds, as an edit that can be undone.
    ///
    /// # Errors
    /// When it is no scene.
    pub fn recover(&mut self, autosave: &Path) -> Result<(), OpenError> {
        self.scene = read_scene(autosave)?;
        self.history = Default::default();
        self.history.mark_unsaved();
        self.autosave = Some(autosave.to_path_buf());
        self.checked = None;
        self.refresh();
        Ok(())
    }
}

/// The name of an autosave that was put off.
fn kept(autosave: &Path, number: u32) -> PathBuf {
    let mut name = autosave.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

fn autosave_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(AUTOSAVE);
    PathBuf::from(name)
}

/// Autosaves of scenes that had no file when the program ended.
pub fn left_over() -> Vec<PathBuf> {
    let own = format!("{UNTITLED}{}.", std::process::id());
    let is_left = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(UNTITLED) && name.ends_with(AUTOSAVE) && !name.starts_with(&own)
    };
    let entries = state_folder().and_then(|folder| fs::read_dir(folder).ok());
    let mut found: Vec<PathBuf> =
        entries.into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_left).collect();
    found.sort();
    found
}

/// The files that were open lately, the last one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    paths: Vec<PathBuf>,
    file: Option<PathBuf>,
}

impl Recent {
    /// Those of the last time, kept in `folder`; none are remembered without one.
    pub fn read(folder: Option<&Path>) -> Self {
        let file = folder.map(|folder| folder.join("recent.json"));
        let text = file.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        let mut paths: Vec<PathBuf> = serde_json::from_str(&text).unwrap_or_default();
        paths.truncate(MOST_RECENT);
        Self { paths, file }
    }

    /// The files.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// `path` was opened or saved.
    pub fn add(&mut self, path: &Path) {
        self.paths.retain(|known| known != path);
        self.paths.insert(0, path.to_path_buf());
        self.paths.truncate(MOST_RECENT);
        if let Some(file) = &self.file
            && let Ok(text) = serde_json::to_string(&self.paths)
        {
            // A list that can't be kept is shorter next time.
            let _ =
                fs::create_dir_all(files::folder_of(file)).and_then(|()| write_whole(file, text.as_bytes()));
        }
    }
}
