use crate::bw64::chunks::dbmd::{DbmdChunk, Segment, SegmentContent};
use crate::bw64::{ChnaChunk, ChnaRow, ChunkId, Reader};

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
    /// The root of the axml is `ebuCoreMain`; `None` when nobody looked.
    pub is_in_ebu_core: Option<bool>,
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

impl FileFacts {
    /// The facts of an open file, with its chna and dbmd as they were read and the length of the latter.
    pub fn new<S: std::io::Read + std::io::Seek>(
        reader: &Reader<S>,
        chna: Option<&ChnaChunk>,
        dbmd: Option<(&DbmdChunk, u64)>,
    ) -> Self {
        let format = reader.format();
        Self {
            audio: Some(AudioFacts {
                channels: format.channels,
                sample_rate: format.sample_rate,
                bits: format.sample_format.bits(),
                integer: !format.sample_format.is_float(),
                frames: reader.frames(),
            }),
            chna: chna.map(|chna| chna.rows.clone()),
            chunks: reader.chunks().iter().map(|chunk| chunk.id).collect(),
            dbmd: dbmd.map(|(dbmd, length)| DbmdFacts::new(dbmd, length)),
            is_in_ebu_core: None,
        }
    }
}

impl DbmdFacts {
    /// The facts of a chunk of so many bytes.
    pub fn new(dbmd: &DbmdChunk, length: u64) -> Self {
        let contents = || dbmd.segments.iter().map(Segment::content);
        Self {
            length,
            checksums_hold: dbmd
                .segments
                .iter()
                .all(|segment| segment.checksum == segment.expected_checksum()),
            has_atmos: contents().any(|content| matches!(content, SegmentContent::Atmos(_))),
            supplemental_elements: contents().find_map(|content| match content {
                SegmentContent::AtmosSupplement(supplement) => Some(supplement.object_count),
                _ => None,
            }),
        }
    }
}
