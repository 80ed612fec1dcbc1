//! Why a set of responses cannot serve.

/// Why a set of responses cannot serve; one line, without the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HrtfError(pub(crate) String);

impl HrtfError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}
