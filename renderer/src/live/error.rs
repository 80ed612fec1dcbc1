use crate::layout::LayoutError;
use crate::loudness::LoudnessError;
use crate::master::OpenError;
use crate::render::RenderError;

/// Why nothing can be played, in one line.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LiveError {
    /// What is to be played cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot be rendered to this output.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// There is no such layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// It cannot be metered.
    #[error(transparent)]
    Loudness(#[from] LoudnessError),
    /// A scene at another sample rate than what plays.
    #[error("what plays has {now} Hz, and the scene now has {found} Hz; open it anew")]
    SampleRate {
        /// Hz.
        now: u32,
        /// Hz.
        found: u32,
    },
    /// The system gives no thread.
    #[error("cannot start the {name} thread: {message}")]
    Thread {
        /// Which one.
        name: &'static str,
        /// What the system said.
        message: String,
    },
    /// A sound device that is not there or doesn't do what is asked of it.
    #[error("sound device: {0}")]
    Device(String),
    /// An address that OSC cannot be received at or sent to.
    #[error("OSC at {address}: {message}")]
    Osc {
        /// Where.
        address: String,
        /// What the system said.
        message: String,
    },
}
