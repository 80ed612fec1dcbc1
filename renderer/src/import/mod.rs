//! A master as a scene (BS.2127-1 §5 the other way round): what a renderer would hear of it becomes tracks, clips and curves.
//!
//! ```text
//!  Document ── items::select for each programme ── parts ──┬── objects: blocks ── events ── keys (thinned, or all)
//!                                                          ├── beds, HOA, binaural: windows ── clips
//!                                                          └── stems: which tracks of the master go to which file
//! ```
//!
//! Pure data: whoever has the sound fills the stems. What a scene has no place for comes back as a warning with a name.

mod beds;
mod blocks;
mod clips;
mod keys;
mod left_out;
mod names;
mod objects;
mod parts;
mod role;
mod stems;
#[cfg(test)]
mod tests;
mod thin;
mod tracks;
mod units;

use std::num::NonZeroU32;

use formats::Warning;
use formats::adm::Document;
use formats::scene::{KeyOrderError, Picture, Scene, limits};

use crate::items::{self, TrackSpec};
use crate::monitor::binaural::HeadphoneMode;

pub use blocks::{MOST_FOLLOWED, Steps};
pub use thin::{TOLERANCE, Tolerance};

/// A master, but for its sound.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// Its ADM, whose chna has been applied.
    pub document: &'a Document,
    /// The headphone mode of each track, where the master says one.
    pub modes: &'a [Option<HeadphoneMode>],
    /// How many tracks it has.
    pub tracks: usize,
    /// Samples of each.
    pub frames: u64,
    /// Hz.
    pub sample_rate: NonZeroU32,
    /// What it is called.
    pub name: &'a str,
    /// The picture that it goes with, where that is known.
    pub picture: Option<Picture>,
}

/// What becomes of automation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Automation {
    /// Every block is kept: the scene's master renders to the same samples.
    Exact,
    /// Keys that lie this near to the straight line between others are left out.
    Thinned(Tolerance),
}

/// A scene and what its stems have to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The scene; its clips name the stems.
    pub scene: Scene,
    /// The stems.
    pub stems: Vec<Stem>,
    /// Blocks of all objects, and keys of all curves.
    pub counts: Counts,
    /// What was repaired, and what the scene has no place for.
    pub warnings: Vec<Warning>,
}

/// How much automation there was and is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// audioBlockFormats of all objects.
    pub blocks: usize,
    /// Keys of all curves.
    pub keys: usize,
}

/// A sound file beside the scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Stem {
    /// Its name from the scene's folder: `stems/NAME.wav`, safe on every file system.
    pub file: String,
    /// Where the samples of each channel come from.
    pub channels: Vec<TrackSpec>,
    /// The frame of the master that it begins with.
    pub start: u64,
    /// Samples of each channel.
    pub frames: u64,
}

impl Stem {
    /// Its channels are tracks of the master as they are, or silence.
    pub fn is_copied(&self) -> bool {
        self.channels.iter().all(|track| matches!(track, TrackSpec::Direct(_) | TrackSpec::Silent))
    }
}

/// Why a master can't be a scene.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ImportError {
    /// It leaves open what to render, or is broken where it matters.
    #[error(transparent)]
    Items(#[from] items::Error),
    /// Nothing of it sounds.
    #[error("nothing to import: no programme of it has a track that sounds")]
    Nothing,
    /// No scene has that sample rate.
    #[error("a sample rate of {0} Hz; a scene has {rates}: convert the file first", rates = rates())]
    SampleRate(u32),
    /// No scene has so many tracks.
    #[error("{0} objects, beds and HOA scenes; a scene has at most {most} tracks", most = limits::TRACKS)]
    TooManyTracks(usize),
    /// More than can be looked at in the memory of a small machine.
    #[error("{channel}: {blocks} blocks; an object can have {most}: cut the master into reels", most = MOST_BLOCKS)]
    TooManyBlocks {
        /// The audioChannelFormat.
        channel: String,
        /// How many it has.
        blocks: usize,
    },
    /// Times that run backwards.
    #[error("the times of an object's blocks run backwards: {0}")]
    Keys(#[from] KeyOrderError),
    /// No scene file holds so many keys.
    #[error(
        "{0} keys of automation; a scene file holds {most}: raise --tolerance, or leave --exact out",
        most = MOST_KEYS
    )]
    TooManyKeys(usize),
}

/// Blocks of one object: those of an hour and twenty minutes at 5 ms.
const MOST_BLOCKS: usize = 1_000_000;
/// Keys of all curves; the rest of what a scene file may hold is for everything else.
const MOST_KEYS: usize = limits::NODES / 4 * 3;

/// Makes a scene of a master.
///
/// # Errors
/// When the master can't be rendered either, or has more than a scene can hold.
pub fn import(source: &Source<'_>, automation: Automation) -> Result<Imported, ImportError> {
    let rate = source.sample_rate.get();
    if !Scene::SAMPLE_RATES.contains(&rate) {
        return Err(ImportError::SampleRate(rate));
    }
    let mut warnings = Vec::new();
    let selection = parts::select(source, &mut warnings)?;
    left_out::remarks(source.document, &selection, &mut warnings);
    let imported = tracks::scene(source, selection, automation, warnings)?;
    match (imported.scene.tracks.len(), imported.counts.keys) {
        (0, _) => Err(ImportError::Nothing),
        (tracks, _) if tracks > limits::TRACKS => Err(ImportError::TooManyTracks(tracks)),
        (_, keys) if keys > MOST_KEYS => Err(ImportError::TooManyKeys(keys)),
        _ => Ok(imported),
    }
}

fn rates() -> String {
    Scene::SAMPLE_RATES.map(|rate| rate.to_string()).join(", ")
}
