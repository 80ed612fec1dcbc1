//! Where outputs lie: none may destroy the input or another output.

use std::fs;
use std::path::{Path, PathBuf};

use formats::bw64::same_file;

use super::{JobError, Output};

/// Endings of other formats of sound: what is written is none of them.
const OTHER_FORMATS: [&str; 10] = ["aif", "aiff", "caf", "flac", "m4a", "mp3", "mp4", "ogg", "opus", "wma"];

/// A file that would be called something else than it is.
pub(super) fn check_ending(output: &Path) -> Result<(), JobError> {
    let ending = output.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if OTHER_FORMATS.contains(&ending.as_str()) {
        let message =
            format!("ends in .{ending}, and what is written is WAV; give it a name that ends in .wav");
        return Err(JobError::file(output, message));
    }
    Ok(())
}

/// No output may be the input or another output, and every folder must be there.
pub(super) fn check_outputs(input: &Path, outputs: &[Output]) -> Result<(), JobError> {
    let mut places: Vec<PathBuf> = Vec::new();
    for Output { file, .. } in outputs {
        check_ending(file)?;
        if same_file(input, file) {
            return Err(JobError::file(file, "is the input itself; choose another name for the output"));
        }
        let Some(place) = place(file) else {
            let folder = folder(file).display();
            let message = format!("cannot write: the folder {folder} does not exist; make it first");
            return Err(JobError::file(file, message));
        };
        if places.contains(&place) {
            return Err(JobError::file(file, "is given for two outputs; give each its own name"));
        }
        places.push(place);
    }
    Ok(())
}

/// No output may be one of the files that the input is made of.
pub(super) fn check_sources<'a>(
    sources: &[PathBuf],
    outputs: impl IntoIterator<Item = &'a Path>,
) -> Result<(), JobError> {
    for output in outputs {
        if sources.iter().any(|source| same_file(source, output)) {
            return Err(JobError::file(output, "is a stem of the scene; choose another name for the output"));
        }
    }
    Ok(())
}

/// Where a file lies or will lie, by whatever name or link; `None` where there is no such folder.
pub fn place(file: &Path) -> Option<PathBuf> {
    let folder = folder(file).canonicalize().ok()?;
    Some(file.canonicalize().unwrap_or_else(|_| file.file_name().map_or(folder.clone(), |n| folder.join(n))))
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether what is written to `path` goes to a pipe or a device.
pub(super) fn is_stream(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|known| !known.is_file())
}
