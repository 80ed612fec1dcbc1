use crate::bw64::{ChnaRow, ChunkId};

/// What the rules ask about the file around a document; everything else a rule needs is in the document.
///
/// The default is a document without a file (a bare axml): no rule about the file applies then.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileFacts {
    /// The sound, when there is any.
    pub audio: Option<AudioFacts>,
    /// Rows of the `chna` chunk in file order; `None` when the file has none.
    pub chna: Option<Vec<ChnaRow>>,
    /// Chunk ids in file order (`fmt `, `data`, `axml`, …).
    pub chunks: Vec<ChunkId>,
    /// The `dbmd` chunk as far as the rules need it; `None` when the file has none.
    pub dbmd: Option<DbmdFacts>,
}

/// The sound of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AudioFacts {
    /// Number of tracks.
    pub channels: u16,
    /// Hz.
    pub sample_rate: u32,
    /// Bits of a sample.
    pub bits: u16,
    /// Samples are integers.
    pub integer: bool,
    /// Length in samples of one track.
    pub frames: u64,
}

impl AudioFacts {
    /// Length in seconds; 0 when the rate is 0.
    pub fn seconds(&self) -> f64 {
        if self.sample_rate == 0 { 0.0 } else { self.frames as f64 / f64::from(self.sample_rate) }
    }
}

/// What the Dolby rules ask about the `dbmd` chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DbmdFacts {
    /// Length of the chunk in bytes.
    pub length: u64,
    /// All segments have a right checksum.
    pub checksums_hold: bool,
    /// Segment 9, Dolby Atmos metadata, is there.
    pub has_atmos: bool,
    /// Beds' channels and objects that segment 10 counts.
    pub supplemental_elements: Option<u16>,
}
