//! A clip at work: its file, its place, its gain.

use formats::scene::{Clip, Scene};

use crate::audio::AudioBlock;
use crate::mix::fade::ClipGain;
use crate::units::Decibels;

/// A file of a clip, opened, at the sample rate of the scene.
pub trait ClipSource: Send + Sync {
    /// Samples of each channel.
    fn frames(&self) -> u64;

    /// Fills all rows of `block` with the samples from `start` on, silence after the end: channels as the clip names them.
    ///
    /// # Errors
    /// The file cannot be read.
    fn read(&mut self, start: u64, block: &mut AudioBlock) -> Result<(), StemError>;
}

/// Why a stem cannot be read, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StemError(pub String);

/// A clip in its place.
pub(super) struct PlacedClip {
    source: Box<dyn ClipSource>,
    /// Where it begins in the scene.
    start: u64,
    /// Where it begins in its file.
    trim: u64,
    gain: ClipGain,
}

impl PlacedClip {
    pub(super) fn new(scene: &Scene, clip: &Clip, source: Box<dyn ClipSource>) -> Self {
        let rate = scene.sample_rate;
        let trim = clip.trim_start.to_sample(rate);
        let there = source.frames().saturating_sub(trim);
        let fade = |fade: &Option<formats::scene::Fade>| {
            fade.as_ref().map_or((0, Default::default()), |fade| (fade.length.to_sample(rate), fade.shape))
        };
        Self {
            start: clip.start.to_sample(rate),
            trim,
            gain: ClipGain {
                gain: Decibels(clip.gain_db),
                frames: clip.length.map_or(there, |length| length.to_sample(rate)),
                fade_in: fade(&clip.fade_in),
                fade_out: fade(&clip.fade_out),
            },
            source,
        }
    }

    /// The first sample of the scene after it.
    pub(super) fn end(&self) -> u64 {
        self.start.saturating_add(self.gain.frames)
    }

    /// Adds what of it sounds from `now` on to `sum`.
    pub(super) fn add(
        &mut self,
        now: u64,
        sum: &mut AudioBlock,
        scratch: &mut AudioBlock,
    ) -> Result<(), StemError> {
        let (first, last) = (now.max(self.start), now.saturating_add(sum.frames() as u64).min(self.end()));
        if first >= last {
            return Ok(());
        }
        let (at, frames) = ((first - now) as usize, (last - first) as usize);
        scratch.set_frames(frames);
        self.source.read(self.trim.saturating_add(first - self.start), scratch)?;
        for (row, to) in scratch.channels_mut().zip(sum.channels_mut()) {
            self.gain.apply(row, first - self.start);
            for (to, sample) in to[at..at + frames].iter_mut().zip(row) {
                *to += *sample;
            }
        }
        Ok(())
    }
}
