use std::fmt;
use std::path::{Path, PathBuf};

use formats::bw64;

use crate::master::OpenError;

/// Why a job could not be done. One line, which names the file it is about.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Something about a file: input or output.
    #[error("{}: {message}", file.display())]
    File {
        /// The name as given.
        file: PathBuf,
        /// What was found, what was expected, what to do.
        message: String,
    },
    /// Something about what was asked for.
    #[error("{0}")]
    Request(String),
    /// Asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl JobError {
    pub(super) fn file(file: &Path, message: impl fmt::Display) -> Self {
        Self::File { file: file.to_path_buf(), message: message.to_string() }
    }

    /// An error of the output `file`, which may or may not name it.
    pub(super) fn output(file: &Path, error: &bw64::Error) -> Self {
        match error {
            bw64::Error::Write { .. } | bw64::Error::Output { .. } => Self::Request(error.to_string()),
            other => Self::file(file, other),
        }
    }
}

impl From<OpenError> for JobError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::File { file, message } => Self::File { file, message },
            OpenError::Threads(_) => Self::Request(error.to_string()),
        }
    }
}
