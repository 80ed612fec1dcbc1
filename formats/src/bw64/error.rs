use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a file could not be read or written. One line; names no input file (the caller knows it).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are not what they should be.
    #[error("{0}")]
    Fault(Box<Fault>),
    /// The input could not be read.
    #[error("cannot read the file: {0}")]
    Read(#[from] io::Error),
    /// The output could not be written.
    #[error("{}: {}", path.display(), describe(source))]
    Write {
        /// The output's final name.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
    /// The output cannot be written for a reason found before or beside writing.
    #[error("{}: {reason}", path.display())]
    Output {
        /// The output's final name.
        path: PathBuf,
        /// Cause and remedy.
        reason: String,
    },
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The finding's name in kebab case, stable over releases (`fmt-channels`).
    pub rule: &'static str,
    /// The chunk or header it is about (`fmt`, `RIFF`).
    pub chunk: String,
    /// Byte offset in the file.
    pub offset: u64,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at byte {}: found {}, expected {}; {}",
            self.chunk, self.offset, self.found, self.expected, self.remedy
        )
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl Error {
    /// It is about an output, whose name it says; any other is about the input, whose name the caller adds.
    pub fn is_about_output(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::Output { .. })
    }

    /// The name of the finding, when it is one about the file's bytes.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Fault(fault) => Some(fault.rule),
            _ => None,
        }
    }
}

/// A system error in the words of whoever has to free the disk.
fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "cannot write: disk full (no space left on the device)".into(),
        io::ErrorKind::QuotaExceeded => "cannot write: disk quota exceeded".into(),
        io::ErrorKind::FileTooLarge => {
            "cannot write: file too large for the limit of the file system or of this process".into()
        }
        _ => format!("cannot write: {error}"),
    }
}
