//! Masters for profiles: an ADM document becomes one that a profile can hold, with what is then to be done to its tracks.
//!
//! ```text
//!  Document ─┬─ items::select ── Path ── dolby     beds and Cartesian objects in short blocks, gains in the sound
//!            └─ emission                           BS.2168: groups, ramps, gains in the sound
//! ```
//!
//! What a profile can't hold is converted, and a warning with a name says so, or refused with what to do about it. No sound is
//! touched here: [`TrackPlan`] says what a track of the new master carries.

pub mod dolby;
pub mod emission;
mod gains;
mod notes;
mod path;

use formats::Warning;
use formats::adm::Document;

use crate::monitor::binaural::HeadphoneMode;

pub use gains::GainCurve;

/// What is needed of the master beside its document.
#[derive(Clone, Copy, Debug)]
pub struct Sound<'a> {
    /// Hz.
    pub sample_rate: u32,
    /// Samples of each track.
    pub frames: u64,
    /// The headphone mode of each track, where there is one.
    pub modes: &'a [Option<HeadphoneMode>],
}

/// A master for a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Conformed {
    /// What it says.
    pub document: Document,
    /// What its tracks carry, in their order.
    pub tracks: Vec<TrackPlan>,
    /// What was converted.
    pub warnings: Vec<Warning>,
}

/// What a track of a new master carries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackPlan {
    /// Tracks of the old one, counted from 0, with factors; their sum. None is silence.
    pub sources: Vec<(usize, f64)>,
    /// The gain of the sum over time.
    pub gain: GainCurve,
    /// How it is to be heard on headphones.
    pub mode: Option<HeadphoneMode>,
}

impl TrackPlan {
    /// A track as it is.
    pub fn whole(track: usize) -> Self {
        Self { sources: vec![(track, 1.0)], ..Self::default() }
    }

    /// The track that this is, sample by sample, if it is one.
    pub fn same_as(&self) -> Option<usize> {
        match self.sources.as_slice() {
            [(track, factor)] if *factor == 1.0 && self.gain.is_unity() => Some(*track),
            _ => None,
        }
    }
}

/// Why a master can't be what a profile asks for. One line: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{element}: {message}")]
pub struct Refusal {
    /// An id or a name.
    pub element: String,
    /// What was found, what is allowed, what to do.
    pub message: String,
}

impl Refusal {
    fn new(element: impl ToString, message: impl Into<String>) -> Self {
        Self { element: element.to_string(), message: message.into() }
    }
}
