use std::io;
use std::path::{Path, PathBuf};

/// Why a master could not be read or written. One line, which names the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its contents are not what they should be.
    #[error("{}: {message}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What was found, what was expected, what to do.
        message: String,
    },
    /// The system couldn't read it.
    #[error("{}: cannot read it: {source}; a master needs the files that it names beside it", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(super) fn new(file: &Path, message: impl Into<String>) -> Self {
        Self::File { file: file.to_path_buf(), message: message.into() }
    }
}

/// What is wrong with contents whose file the caller knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub(super) String);

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// At a line, counted from 1.
    pub(super) fn at(line: usize, message: impl std::fmt::Display) -> Self {
        Self(format!("line {line}: {message}"))
    }

    pub(super) fn of(self, file: &Path) -> Error {
        Error::new(file, self.0)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self(format!("cannot read it: {error}"))
    }
}
