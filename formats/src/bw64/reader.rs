use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::chunks::chna::ChnaChunk;
use super::chunks::fmt::AudioFormat;
use super::error::{Error, Fault};
use super::riff::{ChunkEntry, ChunkId, ChunkMap, Container};
use super::samples::Planar;
use crate::Warning;

/// An axml larger than this is refused.
pub const MAX_AXML_BYTES: u64 = 1 << 30;

/// Other chunks larger than this are not read into memory.
pub const MAX_CHUNK_BYTES: u64 = 64 << 20;

/// An open BW64, RF64 or WAV file. Opening reads headers only; all else is read when asked for.
#[derive(Debug)]
pub struct Reader<S = File> {
    source: S,
    /// Where `source` stands; `None` after an error.
    position: Option<u64>,
    map: ChunkMap,
    format: AudioFormat,
    data: ChunkEntry,
    frames: u64,
}

impl Reader<File> {
    /// Opens the file at `path`.
    ///
    /// Errors when it cannot be read, is no WAV file, or has no usable `fmt ` or `data` chunk; anything less is
    /// repaired and told by [`Reader::warnings`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path)?;
        let kind = file.metadata()?;
        if kind.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file").into());
        }
        Self::new(file)
    }
}

impl<S: Read + Seek> Reader<S> {
    /// Reads the headers of `source`.
    pub fn new(mut source: S) -> Result<Self, Error> {
        let mut map = ChunkMap::scan(&mut source)?;
        let format = read_format(&mut source, &mut map)?;
        let Some(data) = map.find(ChunkId::DATA) else {
            return Err(Fault {
                rule: "data-missing",
                chunk: "data".into(),
                offset: map.file_size,
                found: "the end of the file and no data chunk".into(),
                expected: "a data chunk".into(),
                remedy: "the file is truncated or holds no audio: copy or export it again",
            }
            .into());
        };
        warn_of_duplicates(&mut map);
        let frame_bytes = format.bytes_per_frame() as u64;
        let (frames, rest) = (data.size / frame_bytes, data.size % frame_bytes);
        if rest != 0 {
            let message = format!("its last frame is cut: {rest} of {frame_bytes} bytes; left out");
            map.warnings.push(Warning::new("partial-frame", "data", message));
        }
        if frames == 0 {
            let message = "is empty: no audio (0 frames)";
            map.warnings.push(Warning::new("empty-data", "data", message));
        }
        Ok(Self { source, position: None, map, format, data, frames })
    }

    /// Channels, rate and sample format.
    pub fn format(&self) -> &AudioFormat {
        &self.format
    }

    /// Number of channels, at least 1.
    pub fn channels(&self) -> usize {
        usize::from(self.format.channels)
    }

    /// Frames per second, at least 1.
    pub fn sample_rate(&self) -> u32 {
        self.format.sample_rate
    }

    /// Length in frames (samples per channel).
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// RIFF, RF64 or BW64.
    pub fn container(&self) -> Container {
        self.map.container
    }

    /// Length of the file in bytes.
    pub fn file_size(&self) -> u64 {
        self.map.file_size
    }

    /// All chunks in file order.
    pub fn chunks(&self) -> &[ChunkEntry] {
        &self.map.chunks
    }

    /// The first chunk called `id`.
    pub fn find(&self, id: ChunkId) -> Option<ChunkEntry> {
        self.map.find(id)
    }

    /// What was repaired or ignored when the file was opened.
    pub fn warnings(&self) -> &[Warning] {
        &self.map.warnings
    }

    /// The axml chunk as a stream; `None` when there is none.
    ///
    /// Errors when it is larger than [`MAX_AXML_BYTES`], or compressed (`bxml`).
    pub fn axml(&mut self) -> Result<Option<ChunkBody<'_, S>>, Error> {
        let Some(entry) = self.find(ChunkId::AXML) else {
            return match self.find(ChunkId::BXML) {
                None => Ok(None),
                Some(entry) => Err(Fault {
                    rule: "bxml",
                    chunk: "bxml".into(),
                    offset: entry.offset,
                    found: "compressed ADM XML".into(),
                    expected: "plain XML in an axml chunk".into(),
                    remedy: "unpack it (`chunks --extract bxml`, gunzip, `chunks --replace axml=FILE`)",
                }
                .into()),
            };
        };
        check_size(&entry, MAX_AXML_BYTES)?;
        self.body(&entry).map(Some)
    }

    /// The chna chunk; `None` when there is none. Its rows that cannot be used are told in `warnings`.
    pub fn chna(&mut self, warnings: &mut Vec<Warning>) -> Result<Option<ChnaChunk>, Error> {
        let body = self.read_chunk(ChunkId::CHNA)?;
        Ok(body.map(|body| ChnaChunk::parse(&body, warnings)))
    }

    /// The body of the first chunk called `id`, at most [`MAX_CHUNK_BYTES`] ([`MAX_AXML_BYTES`] for axml).
    pub fn read_chunk(&mut self, id: ChunkId) -> Result<Option<Vec<u8>>, Error> {
        let Some(entry) = self.find(id) else { return Ok(None) };
        self.read_entry(&entry).map(Some)
    }

    /// The body of `entry`, under the same limits.
    pub fn read_entry(&mut self, entry: &ChunkEntry) -> Result<Vec<u8>, Error> {
        check_size(entry, if entry.id == ChunkId::AXML { MAX_AXML_BYTES } else { MAX_CHUNK_BYTES })?;
        let mut bytes = Vec::new();
        self.body(entry)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The body of `entry` as a stream, of any size.
    pub fn body(&mut self, entry: &ChunkEntry) -> Result<ChunkBody<'_, S>, Error> {
        self.position = None;
        self.source.seek(SeekFrom::Start(entry.body()))?;
        Ok(ChunkBody { source: (&mut self.source).take(entry.size) })
    }

    /// Reads frames `start..start + frames` as they lie in the file and puts them in `raw` in place of what
    /// was there. Frames beyond the end are left out; returns how many were read.
    pub fn read_raw(&mut self, start: u64, frames: usize, raw: &mut Vec<u8>) -> Result<usize, Error> {
        let frame_bytes = self.format.bytes_per_frame();
        let left = usize::try_from(self.frames.saturating_sub(start)).unwrap_or(usize::MAX);
        let frames = frames.min(left);
        raw.resize(frames.saturating_mul(frame_bytes), 0);
        if frames == 0 {
            return Ok(0);
        }
        let offset = self.data.body() + start * frame_bytes as u64;
        if self.position.take() != Some(offset) {
            self.source.seek(SeekFrom::Start(offset))?;
        }
        self.source.read_exact(raw)?;
        self.position = Some(offset + raw.len() as u64);
        Ok(frames)
    }

    /// Reads and decodes frames `start..start + frames` of all channels; `block` takes the shape of what was
    /// read (fewer frames at the end). Returns the number of samples that were not finite and became 0.
    pub fn read_planar(
        &mut self,
        start: u64,
        frames: usize,
        block: &mut Planar<f32>,
    ) -> Result<usize, Error> {
        let mut raw = Vec::new();
        self.read_raw(start, frames, &mut raw)?;
        Ok(self.format.sample_format.decode(&raw, self.channels(), block))
    }
}

/// A chunk's body as a stream.
#[derive(Debug)]
pub struct ChunkBody<'a, S = File> {
    source: io::Take<&'a mut S>,
}

impl<S> ChunkBody<'_, S> {
    /// Bytes not yet read.
    pub fn remaining(&self) -> u64 {
        self.source.limit()
    }
}

impl<S: Read> Read for ChunkBody<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}

fn check_size(entry: &ChunkEntry, limit: u64) -> Result<(), Error> {
    if entry.size <= limit {
        return Ok(());
    }
    Err(Fault {
        rule: "chunk-too-large",
        chunk: entry.id.to_string(),
        offset: entry.offset,
        found: format!("{} bytes", entry.size),
        expected: format!("at most {limit} (limit)"),
        remedy: "split the programme, or remove what the chunk does not need",
    }
    .into())
}

/// Reads the `fmt ` chunk. A second one that says something else makes the file ambiguous.
fn read_format<S: Read + Seek>(source: &mut S, map: &mut ChunkMap) -> Result<AudioFormat, Error> {
    const MAX_FMT_BYTES: u64 = 64;
    let mut bodies = Vec::new();
    for entry in map.chunks.iter().filter(|chunk| chunk.id == ChunkId::FMT).take(2) {
        source.seek(SeekFrom::Start(entry.body()))?;
        let mut body = Vec::new();
        source.by_ref().take(entry.size.min(MAX_FMT_BYTES)).read_to_end(&mut body)?;
        bodies.push((*entry, body));
    }
    let Some((first, body)) = bodies.first() else {
        return Err(Fault {
            rule: "fmt-missing",
            chunk: "fmt".into(),
            offset: map.file_size,
            found: "the end of the file and no fmt chunk (no data format)".into(),
            expected: "a fmt chunk".into(),
            remedy: "the file is truncated or damaged: copy or export it again",
        }
        .into());
    };
    if let Some((second, _)) = bodies.get(1).filter(|(_, other)| other != body) {
        return Err(Fault {
            rule: "fmt-duplicate",
            chunk: "fmt".into(),
            offset: second.offset,
            found: "a second fmt chunk that contradicts the first".into(),
            expected: "one fmt chunk".into(),
            remedy: "the header is damaged: export the file again",
        }
        .into());
    }
    if map.find(ChunkId::DATA).is_some_and(|data| data.offset < first.offset) {
        let message = "comes after data; its order should be before; read all the same";
        map.warnings.push(Warning::new("fmt-after-data", "fmt", message));
    }
    AudioFormat::parse(body, first.offset, &mut map.warnings)
}

/// Chunks of which there may be one: more of them leave open which one counts.
fn warn_of_duplicates(map: &mut ChunkMap) {
    for id in [ChunkId::FMT, ChunkId::DATA, ChunkId::AXML, ChunkId::CHNA, ChunkId::BEXT, ChunkId::DBMD] {
        let count = map.chunks.iter().filter(|chunk| chunk.id == id).count();
        if count > 1 {
            let message = format!("more than one: {count} {id} chunks; the first one is used");
            map.warnings.push(Warning::new("duplicate-chunk", id.to_string(), message));
        }
    }
}
