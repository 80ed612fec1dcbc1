use formats::scene::chain::ParameterError;

/// Why a processor cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MixError {
    /// A parameter out of its range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A filter where this sample rate has no sound.
    #[error(
        "{element}: frequency is {frequency_hz} Hz, expected less than half the sample rate of {sample_rate} Hz"
    )]
    Frequency {
        /// The element of the scene file.
        element: &'static str,
        /// Hz.
        frequency_hz: f64,
        /// Hz.
        sample_rate: u32,
    },
    /// A processor that works at one sample rate only.
    #[error(
        "{element}: works at {expected} Hz, the sample rate is {found} Hz; resample the scene or leave it out"
    )]
    SampleRate {
        /// The element of the scene file.
        element: &'static str,
        /// Hz.
        found: u32,
        /// Hz.
        expected: u32,
    },
    /// A reverb whose responses don't fit its return.
    #[error(
        "convolution: the file has {found} channels, expected 1 or {expected}, one for each channel of the return"
    )]
    Responses {
        /// Channels of the file.
        found: usize,
        /// Channels of the return.
        expected: usize,
    },
    /// A response that is too long.
    #[error("convolution: the file is {found} samples long, at most {most} are allowed")]
    ResponseLength {
        /// Samples.
        found: usize,
        /// Samples.
        most: usize,
    },
    /// A reverb with more returns than it has.
    #[error("reverb: {found} channels to return to, expected 1 to {most}")]
    Returns {
        /// Channels of the return.
        found: usize,
        /// The most there may be.
        most: usize,
    },
    /// A limiter without true peaks at this sample rate.
    #[error("limiter: {0}")]
    Limiter(String),
    /// A processor of a strip that cannot be made.
    #[error("{strip}: {error}")]
    InStrip {
        /// `track NAME`, `bus ROLE` or `reverb NAME`.
        strip: String,
        /// Why.
        error: Box<MixError>,
    },
    /// A key of a role that no track has.
    #[error("{strip}: compressor: key is \"{key}\", expected the role of a track of the scene")]
    NoSuchKey {
        /// The strip that listens.
        strip: String,
        /// The role.
        key: String,
    },
    /// Roles that listen to each other.
    #[error(
        "{strip}: compressor: the role that it listens to listens to its own role; take one of the keys away"
    )]
    KeyCircle {
        /// One of the strips.
        strip: String,
    },
    /// A send to nowhere.
    #[error("{strip}: send: to is \"{reverb}\", expected the name of a reverb of the scene")]
    NoSuchReverb {
        /// The strip that sends.
        strip: String,
        /// The name.
        reverb: String,
    },
    /// A stem that cannot be read.
    #[error("{strip}: {message}")]
    Stem {
        /// `track NAME`.
        strip: String,
        /// Why.
        message: String,
    },
}

impl MixError {
    pub(super) fn in_strip(self, strip: String) -> Self {
        Self::InStrip { strip, error: Box::new(self) }
    }
}
