//! Files of text that a command writes: complete under their names, or not at all.

use std::io::Write;
use std::path::Path;

use formats::bw64::OutputFile;

use super::{CliError, OpenOutputs};

/// Writes `text` to `output`. A signal that comes afterwards no longer calls the command interrupted.
///
/// # Errors
/// When it can't be written; then what was there before stays.
pub(super) fn save(output: &Path, text: &str) -> Result<(), CliError> {
    let open = OpenOutputs::hold()?;
    let mut file = OutputFile::create(output, Some(text.len() as u64)).map_err(CliError::new)?;
    file.write_all(text.as_bytes()).map_err(|error| CliError::new(file.error(error)))?;
    file.finish().map_err(CliError::new)?;
    std::mem::forget(open);
    Ok(())
}
