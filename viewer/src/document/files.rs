//! Opening and saving.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use formats::scene::{self, Scene, limits};

use super::{Document, added_stems};

/// A file that can't be opened or saved; one line.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {message}", path = path.display())]
pub struct OpenError {
    path: PathBuf,
    message: String,
}

impl OpenError {
    pub(super) fn new(path: &Path, message: impl ToString) -> Self {
        Self { path: path.to_path_buf(), message: message.to_string() }
    }
}

/// Where the program keeps what it knows from one time to the next: `$XDG_STATE_HOME/proscenium`, or what the system has
/// in its place.
pub fn state_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || absolute("HOME").map(|home| home.join(".local/state"));
    absolute("XDG_STATE_HOME")
        .or_else(|| absolute("LOCALAPPDATA"))
        .or_else(home)
        .map(|path| path.join("proscenium"))
}

impl Document {
    /// Opens a scene file, or makes a scene of a sound.
    ///
    /// # Errors
    /// When the file is neither, or can't be read.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let path = fs::canonicalize(path).map_err(|error| OpenError::new(path, error))?;
        if is_scene_file(&path)? { Self::open_scene(&path) } else { Self::of_sound(&path) }
    }

    fn open_scene(path: &Path) -> Result<Self, OpenError> {
        let scene = read_scene(path)?;
        let mut document = Self::new(scene, folder_of(path));
        document.history.mark_saved();
        document.path = Some(path.to_path_buf());
        Ok(document)
    }

    /// A new scene with the sound of one file in it.
    fn of_sound(path: &Path) -> Result<Self, OpenError> {
        let folder = folder_of(path);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut scene = Scene { name, ..Scene::default() };
        let (tracks, rate) = added_stems(&scene, &folder, path)?;
        scene.tracks = tracks;
        if let Some(rate) =
            std::num::NonZeroU32::new(rate).filter(|rate| Scene::SAMPLE_RATES.contains(&rate.get()))
        {
            scene.sample_rate = rate;
        }
        Ok(Self::new(scene, folder))
    }

    /// Saves the scene where it was opened.
    ///
    /// # Errors
    /// When it has no file yet, or that can't be written.
    pub fn save(&mut self) -> Result<(), OpenError> {
        let path =
            self.path.clone().ok_or_else(|| OpenError::new(Path::new(&self.title()), "has no file yet"))?;
        self.save_as(&path)
    }

    /// Saves the scene to `path`, which is its file from now on. Names of stems go on to mean the same files.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn save_as(&mut self, path: &Path) -> Result<(), OpenError> {
        let folder = fs::canonicalize(folder_of(path)).map_err(|error| OpenError::new(path, error))?;
        if folder != self.folder {
            let edits = self.stems.renamed(&self.scene, &self.folder, &folder);
            self.edit("Save elsewhere", edits);
            self.folder = folder.clone();
        }
        write_whole(path, scene::write(&self.scene).as_bytes())
            .map_err(|error| OpenError::new(path, error))?;
        let name = path.file_name().unwrap_or_default();
        self.path = Some(folder.join(name));
        self.history.mark_saved();
        self.remove_autosave();
        self.checked = None;
        self.refresh();
        Ok(())
    }
}

/// The folder that `path` lies in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Reads a scene file that is to be used.
pub(super) fn read_scene(path: &Path) -> Result<Scene, OpenError> {
    let fault = |error: &dyn std::fmt::Display| OpenError::new(path, error);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| fault(&error))?;
    file.take(limits::DOCUMENT_BYTES + 1).read_to_end(&mut bytes).map_err(|error| fault(&error))?;
    if bytes.len() as u64 > limits::DOCUMENT_BYTES {
        return Err(fault(&format_args!("is larger than a scene may be, {} bytes", limits::DOCUMENT_BYTES)));
    }
    let text = String::from_utf8(bytes).map_err(|_| fault(&"is not UTF-8, which scenes are"))?;
    let reading = scene::read(&text);
    if let Some(first) = reading.mistakes.first_error() {
        let more = match reading.mistakes.errors().saturating_sub(1) {
            0 => String::new(),
            more => format!(" (and {more} more; `proscenium check` lists them)"),
        };
        return Err(fault(&format_args!("{first}{more}")));
    }
    reading.scene.ok_or_else(|| fault(&"is no scene"))
}

fn is_scene_file(path: &Path) -> Result<bool, OpenError> {
    const HEAD: u64 = 4096;
    let fault = |error: std::io::Error| OpenError::new(path, error);
    if path.is_dir() {
        return Err(OpenError::new(path, "is a folder; expected a scene or a sound"));
    }
    let mut head = Vec::new();
    fs::File::open(path).map_err(fault)?.take(HEAD).read_to_end(&mut head).map_err(fault)?;
    Ok(scene::is_scene(&head))
}

/// Writes a file so that either the old or the new one is there whole.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    if let Ok(old) = fs::metadata(path) {
        file.as_file().set_permissions(old.permissions())?;
    } else {
        readable_as_usual(file.as_file())?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file is its owner's alone; a scene is a file as any other.
#[cfg(unix)]
fn readable_as_usual(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_as_usual(_file: &fs::File) -> std::io::Result<()> {
    Ok(())
}
