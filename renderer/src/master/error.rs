use std::fmt;
use std::path::{Path, PathBuf};

use formats::damf;

/// Why a master can't be opened. One line, which names the file it is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Something about a file.
    #[error("{}: {message}", file.display())]
    File {
        /// The name as given.
        file: PathBuf,
        /// What was found, what was expected, what to do.
        message: String,
    },
    /// The system gives no threads.
    #[error("cannot start the mixing threads: {0}")]
    Threads(String),
}

impl OpenError {
    /// An error of the master `path` in the master format, which names the file that it is about.
    pub(crate) fn damf(path: &Path, error: damf::Error) -> Self {
        match error {
            damf::Error::File { file, message } => Self::File { file, message },
            damf::Error::Read { file, source } => {
                let message = format!(
                    "cannot read it: {source}; the master {} needs the files that it names beside it",
                    path.display()
                );
                Self::File { file, message }
            }
        }
    }

    pub(crate) fn file(file: &Path, message: impl fmt::Display) -> Self {
        Self::File { file: file.to_path_buf(), message: message.to_string() }
    }
}
