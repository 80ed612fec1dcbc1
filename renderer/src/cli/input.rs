//! Inputs are files: a WAV file keeps its metadata behind the sound, so reading goes to and fro. No output may be one
//! of them.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use formats::bw64::same_file;

use super::CliError;
use crate::master::sources;

/// Refuses what isn't there, folders, and pipes and devices, in which nobody can go back; before they are opened, which
/// would wait.
///
/// # Errors
/// When `input` is one of them. What else may be wrong with it, the reader says.
pub(super) fn check_seekable(input: &Path) -> Result<(), CliError> {
    check_present("", input)?;
    let Ok(kind) = fs::metadata(input).map(|metadata| metadata.file_type()) else { return Ok(()) };
    if kind.is_fifo() || kind.is_socket() || kind.is_char_device() {
        let message = "is a pipe or a device, and the file must be seekable; save it first and give its name";
        return Err(CliError::file(input, message));
    }
    Ok(())
}

/// Refuses an output that would destroy a file which the command reads, by whatever name or link; each comes with the
/// option that names it.
///
/// # Errors
/// When `output` is one of them.
pub(super) fn check_not_read(output: &Path, read: &[(&str, &Path)]) -> Result<(), CliError> {
    match read.iter().find(|(_, file)| same_file(file, output)) {
        None => Ok(()),
        Some((option, _)) => {
            let message = format!("is the file of {option}; choose another name for the output");
            Err(CliError::file(output, message))
        }
    }
}

/// The same for the master or scene `input`, and the stems of a scene.
///
/// # Errors
/// When `output` is one of them.
pub(super) fn check_no_source(output: &Path, input: &Path) -> Result<(), CliError> {
    check_not_read(output, &[("the input", input)])?;
    match sources(input).iter().find(|stem| same_file(stem, output)) {
        None => Ok(()),
        Some(_) => Err(CliError::file(output, "is a stem of the scene; choose another name for the output")),
    }
}

/// Refuses what isn't there and folders, with the option that names it, where one does.
///
/// # Errors
/// When `file` is one of them.
pub(super) fn check_present(option: &str, file: &Path) -> Result<(), CliError> {
    let of = if option.is_empty() { String::new() } else { format!(" for {option}") };
    match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(CliError::file(file, format_args!("cannot read{of}: there is no such file; check its name")))
        }
        Ok(metadata) if metadata.is_dir() => {
            Err(CliError::file(file, format_args!("cannot read{of}: is a folder; give a file")))
        }
        _ => Ok(()),
    }
}
