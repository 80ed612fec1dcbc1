//! Places of a chain.

/// A place for a processor that can be bypassed. Fader and sends can't: they are turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// [`super::Trim`].
    Trim,
    /// [`super::Denoise`].
    Denoise,
    /// [`super::Eq`].
    Eq,
    /// [`super::Gate`].
    Gate,
    /// [`super::DeEsser`].
    DeEsser,
    /// [`super::Compressor`].
    Compressor,
    /// [`super::Delay`].
    Delay,
}

impl Stage {
    /// All of them, in the order in which the sound meets them.
    pub const ALL: [Self; 7] =
        [Self::Trim, Self::Denoise, Self::Eq, Self::Gate, Self::DeEsser, Self::Compressor, Self::Delay];

    /// Its element in a scene file.
    pub const fn element(self) -> &'static str {
        match self {
            Self::Trim => "trim",
            Self::Denoise => "denoise",
            Self::Eq => "eq",
            Self::Gate => "gate",
            Self::DeEsser => "deEsser",
            Self::Compressor => "compressor",
            Self::Delay => "delay",
        }
    }
}
