//! Chunks and where they lie.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};

use super::error::Error;
use super::walk::Walk;
use crate::Warning;

/// Bytes of the RIFF header: id, size, form type.
pub(super) const RIFF_HEADER_BYTES: u64 = 12;

/// Bytes of a chunk's header: id, size.
pub(super) const CHUNK_HEADER_BYTES: u64 = 8;

/// "See ds64" in a 32-bit size (EBU Tech 3306 §3).
pub(super) const SIZE_IN_DS64: u32 = u32::MAX;

/// A chunk's four-character code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChunkId(pub [u8; 4]);

impl ChunkId {
    /// 64-bit sizes.
    pub const DS64: Self = Self(*b"ds64");
    /// Sample format.
    pub const FMT: Self = Self(*b"fmt ");
    /// Samples.
    pub const DATA: Self = Self(*b"data");
    /// ADM XML.
    pub const AXML: Self = Self(*b"axml");
    /// Compressed ADM XML.
    pub const BXML: Self = Self(*b"bxml");
    /// Tracks and their ADM ids.
    pub const CHNA: Self = Self(*b"chna");
    /// Broadcast extension.
    pub const BEXT: Self = Self(*b"bext");
    /// Dolby audio metadata.
    pub const DBMD: Self = Self(*b"dbmd");
    /// Number of samples; obligatory for formats that are not PCM.
    pub const FACT: Self = Self(*b"fact");
    /// Room for a ds64.
    pub const JUNK: Self = Self(*b"JUNK");

    /// The id written as `text`, padded with spaces to four characters; `None` when that is not one to four
    /// printable ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.is_empty() || bytes.len() > 4 || !bytes.iter().all(|b| (0x20..0x7f).contains(b)) {
            return None;
        }
        let mut id = [b' '; 4];
        for (to, from) in id.iter_mut().zip(bytes) {
            *to = *from;
        }
        Some(Self(id))
    }

    pub(super) fn is_printable(self) -> bool {
        self.0.iter().all(|b| (0x20..0x7f).contains(b))
    }

    /// Ids that a damaged file is trusted to mean even when their size does not fit.
    pub(super) fn is_known(self) -> bool {
        [Self::DS64, Self::FMT, Self::DATA, Self::AXML, Self::CHNA, Self::BEXT, Self::DBMD].contains(&self)
    }
}

impl fmt::Display for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String =
            self.0.iter().flat_map(|b| std::ascii::escape_default(*b)).map(char::from).collect();
        f.pad(text.trim_end())
    }
}

impl fmt::Debug for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{self}'")
    }
}

impl serde::Serialize for ChunkId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The kind of file, from its first four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Container {
    /// `RIFF`: at most 4 GiB.
    #[serde(rename = "RIFF")]
    Riff,
    /// `RF64` (EBU Tech 3306).
    #[serde(rename = "RF64")]
    Rf64,
    /// `BW64` (ITU-R BS.2088).
    #[serde(rename = "BW64")]
    Bw64,
}

impl Container {
    /// The file's first four bytes.
    pub fn id(self) -> ChunkId {
        match self {
            Self::Riff => ChunkId(*b"RIFF"),
            Self::Rf64 => ChunkId(*b"RF64"),
            Self::Bw64 => ChunkId(*b"BW64"),
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id().fmt(f)
    }
}

/// Where one chunk lies. `offset + 8 + size` never passes the end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ChunkEntry {
    /// Its four-character code.
    pub id: ChunkId,
    /// Offset of its 8-byte header in the file.
    pub offset: u64,
    /// Bytes of its body that are in the file.
    pub size: u64,
}

impl ChunkEntry {
    /// Offset of its body.
    pub fn body(&self) -> u64 {
        self.offset + CHUNK_HEADER_BYTES
    }

    /// Offset of the byte after its body.
    pub fn end(&self) -> u64 {
        self.body() + self.size
    }
}

/// All chunks of a file in file order.
#[derive(Clone, Debug)]
pub struct ChunkMap {
    /// The kind of file.
    pub container: Container,
    /// The chunks, in file order.
    pub chunks: Vec<ChunkEntry>,
    /// Length of the file.
    pub file_size: u64,
    /// What had to be repaired or ignored.
    pub warnings: Vec<Warning>,
}

impl ChunkMap {
    /// Walks the chunks of `source` without reading their bodies: cost grows with their number alone.
    ///
    /// Errors when this is no RIFF, RF64 or BW64 file of form `WAVE`, when a 64-bit size is missing, or when
    /// there are more chunks than any honest file has.
    pub fn scan<S: Read + Seek>(source: &mut S) -> Result<Self, Error> {
        let file_size = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        Walk::new(source, file_size).run()
    }

    /// The first chunk called `id`.
    pub fn find(&self, id: ChunkId) -> Option<ChunkEntry> {
        self.chunks.iter().copied().find(|chunk| chunk.id == id)
    }
}
