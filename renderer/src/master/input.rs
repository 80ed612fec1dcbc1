//! What is read of a master: the tracks of a file, or those that a scene is mixed to.

use std::fs::File;
use std::io::BufReader;

use formats::bw64::{Reader, SampleFormat};
use formats::damf::CafReader;

use super::pieces::piece_frames;
use super::scene::SceneInput;
use crate::audio::AudioBlock;

/// Hears of bytes of which some samples are no numbers, and of the frame that they begin with.
pub(crate) type Bad<'a> = dyn FnMut(&[u8], u64) + 'a;

/// The sound of a master.
#[derive(Debug)]
pub(crate) enum Input {
    /// A BW64, RF64 or WAV file.
    File(Box<Reader<File>>),
    /// The sound of a master in the Dolby Atmos Master Format.
    Caf(Box<CafReader<BufReader<File>>>),
    /// A scene.
    Scene(Box<SceneInput>),
}

impl Input {
    /// Hz.
    pub(crate) fn sample_rate(&self) -> u32 {
        match self {
            Self::File(reader) => reader.sample_rate(),
            Self::Caf(reader) => reader.sample_rate(),
            Self::Scene(scene) => scene.sample_rate(),
        }
    }

    /// Samples of each track.
    pub(crate) fn frames(&self) -> u64 {
        match self {
            Self::File(reader) => reader.frames(),
            Self::Caf(reader) => reader.frames(),
            Self::Scene(scene) => scene.frames(),
        }
    }

    /// Number of tracks.
    pub(crate) fn tracks(&self) -> usize {
        match self {
            Self::File(reader) => reader.channels(),
            Self::Caf(reader) => reader.channels(),
            Self::Scene(scene) => scene.tracks(),
        }
    }

    /// How its samples are stored; a mix is in single precision.
    pub(crate) fn sample_format(&self) -> SampleFormat {
        match self {
            Self::File(reader) => reader.format().sample_format,
            Self::Caf(reader) => reader.format(),
            Self::Scene(_) => SampleFormat::Float32,
        }
    }

    /// Bytes of the file; a scene and a master of several files are no file that could be copied.
    pub(crate) fn file_size(&self) -> u64 {
        match self {
            Self::File(reader) => reader.file_size(),
            Self::Caf(_) | Self::Scene(_) => 0,
        }
    }

    /// What is read next may begin anywhere. A scene begins a moment before `start`, as if there were nothing earlier.
    pub(crate) fn restart(&mut self, start: u64) {
        if let Self::Scene(scene) = self {
            scene.restart(start);
        }
    }

    /// Fills the rows of `block` with `tracks` from frame `start` on, silence after the end. A scene only goes
    /// forwards. Samples that are NaN or infinite become silence; `bad` gets the bytes they are among, as
    /// interleaved tracks, and the first frame of these. `raw` is room to read into.
    ///
    /// # Errors
    /// When the file, or a stem of the scene, can't be read on.
    pub(crate) fn read(
        &mut self,
        tracks: &[usize],
        start: u64,
        block: &mut AudioBlock,
        (raw, bad): (&mut Vec<u8>, &mut Bad<'_>),
    ) -> Result<(), String> {
        if let Self::Scene(scene) = self {
            return scene.read(tracks, start, block);
        }
        let (format, channels) = (self.sample_format(), self.tracks());
        let (wanted, stride) = (block.frames(), block.stride());
        let piece = piece_frames(channels * format.bytes());
        for first in (0..wanted).step_by(piece) {
            let frames = piece.min(wanted - first);
            let at = start.saturating_add(first as u64);
            let got = self.read_raw(at, frames, raw)?;
            if got < frames {
                block.channels_mut().for_each(|channel| channel[first + got..].fill(0.0));
            }
            let planes = block.as_mut_slice().get_mut(first..).unwrap_or_default();
            if format.decode_tracks(raw, channels, tracks, planes, stride) > 0 {
                bad(raw, at);
            }
        }
        Ok(())
    }

    /// Reads up to `frames` interleaved frames from frame `start` on into `raw`; gives how many there were. A scene has none.
    ///
    /// # Errors
    /// When the file can't be read on.
    pub(crate) fn read_raw(&mut self, start: u64, frames: usize, raw: &mut Vec<u8>) -> Result<usize, String> {
        match self {
            Self::File(reader) => reader.read_raw(start, frames, raw).map_err(|e| e.to_string()),
            Self::Caf(reader) => reader.read_raw(start, frames, raw).map_err(|e| e.to_string()),
            Self::Scene(_) => Ok(0),
        }
    }
}
