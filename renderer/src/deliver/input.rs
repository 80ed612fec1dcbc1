//! What a job reads: the tracks of a file, or those that a scene is mixed to.

use std::fs::File;

use formats::bw64::{Reader, SampleFormat};

use super::scene::SceneInput;

/// The sound of a master.
#[derive(Debug)]
pub(super) enum Input {
    /// A BW64, RF64 or WAV file.
    File(Box<Reader<File>>),
    /// A scene.
    Scene(Box<SceneInput>),
}

impl Input {
    /// Hz.
    pub(super) fn sample_rate(&self) -> u32 {
        match self {
            Self::File(reader) => reader.sample_rate(),
            Self::Scene(scene) => scene.sample_rate(),
        }
    }

    /// Samples of each track.
    pub(super) fn frames(&self) -> u64 {
        match self {
            Self::File(reader) => reader.frames(),
            Self::Scene(scene) => scene.frames(),
        }
    }

    /// Number of tracks.
    pub(super) fn tracks(&self) -> usize {
        match self {
            Self::File(reader) => reader.channels(),
            Self::Scene(scene) => scene.tracks(),
        }
    }

    /// How its samples are stored; a mix is in single precision.
    pub(super) fn sample_format(&self) -> SampleFormat {
        match self {
            Self::File(reader) => reader.format().sample_format,
            Self::Scene(_) => SampleFormat::Float32,
        }
    }

    /// Bytes of the file; a scene is no file that could be copied.
    pub(super) fn file_size(&self) -> u64 {
        match self {
            Self::File(reader) => reader.file_size(),
            Self::Scene(_) => 0,
        }
    }
}
