//! Changes metadata chunks of a file; everything else is copied byte for byte, in its order.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::chunks::ds64::Ds64;
use super::error::{Error, Fault};
use super::output_file::{OutputFile, same_file};
use super::riff::{
    CHUNK_HEADER_BYTES, ChunkEntry, ChunkId, ChunkMap, Container, RIFF_HEADER_BYTES, SIZE_IN_DS64,
};
use crate::Warning;

const COPY_BYTES: usize = 1 << 20;
/// Body of a ds64 without a table.
const DS64_BYTES: u64 = 28;

/// One change to a file's chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChunkEdit {
    /// Gives the first chunk of this id another body and drops further ones; where there is none, it is added
    /// after the last chunk.
    Replace(ChunkId, Vec<u8>),
    /// Drops all chunks of this id.
    Remove(ChunkId),
}

impl ChunkEdit {
    /// The chunk that is changed.
    pub fn id(&self) -> ChunkId {
        match self {
            Self::Replace(id, _) | Self::Remove(id) => *id,
        }
    }
}

/// Writes `input` with `edits` to `output`, streaming; the file has its name only when it is complete.
/// Bytes after the last chunk that are no chunk are left behind. `go_on` is told the bytes copied so far and stops the work by returning false.
///
/// Returns what had to be repaired in `input` (wrong sizes become right ones). Errors when `output` is
/// `input`, an edit concerns `fmt `, `data` or `ds64`, a chunk to remove does not exist, or reading or writing
/// fails.
pub fn rewrite_chunks(
    input: &Path,
    output: &Path,
    edits: &[ChunkEdit],
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<Vec<Warning>, Error> {
    if same_file(input, output) {
        let reason = "is the input itself; give another name, or edit in place".into();
        return Err(Error::Output { path: output.into(), reason });
    }
    rewrite(input, output, edits, go_on)
}

/// The same with the result in place of `path`, which stays as it is until the new file is complete.
pub fn rewrite_chunks_in_place(
    path: &Path,
    edits: &[ChunkEdit],
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<Vec<Warning>, Error> {
    rewrite(path, path, edits, go_on)
}

fn rewrite(
    input: &Path,
    output: &Path,
    edits: &[ChunkEdit],
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<Vec<Warning>, Error> {
    let mut source = File::open(input)?;
    let map = ChunkMap::scan(&mut source)?;
    let plan = Plan::new(&mut source, &map, edits)?;
    let mut file = OutputFile::create(output, Some(plan.file_bytes()))?;
    plan.write(&mut source, &mut file, go_on)?;
    file.finish()?;
    Ok(map.warnings)
}

/// One chunk of the new file.
#[derive(Debug)]
struct Piece<'a> {
    id: ChunkId,
    size: u64,
    /// The size goes to ds64.
    in_ds64: bool,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    Copied(ChunkEntry),
    Given(&'a [u8]),
    /// Sizes, written last because they depend on the rest.
    Ds64,
}

/// The new file, with every size known before the first byte is written.
#[derive(Debug)]
struct Plan<'a> {
    container: Container,
    pieces: Vec<Piece<'a>>,
    /// The ds64 of the input.
    ds64: Option<Ds64>,
}

impl<'a> Plan<'a> {
    fn new(source: &mut File, map: &ChunkMap, edits: &'a [ChunkEdit]) -> Result<Self, Error> {
        check(edits, map)?;
        let mut plan = Self { container: map.container, pieces: Vec::new(), ds64: None };
        let mut done: Vec<ChunkId> = Vec::new();
        for entry in &map.chunks {
            match edits.iter().rev().find(|edit| edit.id() == entry.id) {
                Some(ChunkEdit::Remove(_)) => {}
                Some(ChunkEdit::Replace(id, body)) if !done.contains(id) => {
                    done.push(*id);
                    plan.pieces.push(Piece::given(*id, body));
                }
                Some(ChunkEdit::Replace(..)) => {}
                None => plan.copy(source, entry)?,
            }
        }
        for edit in edits {
            if let ChunkEdit::Replace(id, _) = edit
                && !done.contains(id)
                && let Some(ChunkEdit::Replace(id, body)) = edits.iter().rev().find(|last| last.id() == *id)
            {
                done.push(*id);
                plan.pieces.push(Piece::given(*id, body));
            }
        }
        plan.make_sizes_fit();
        Ok(plan)
    }

    fn copy(&mut self, source: &mut File, entry: &ChunkEntry) -> Result<(), Error> {
        if entry.id == ChunkId::DS64 && self.ds64.is_none() {
            source.seek(SeekFrom::Start(entry.body()))?;
            let mut body = Vec::new();
            Read::by_ref(source).take(entry.size.min(Ds64::MAX_BYTES)).read_to_end(&mut body)?;
            self.ds64 = Some(Ds64::parse(&body, entry.offset, &mut Vec::new())?);
            self.pieces.push(Piece {
                id: entry.id,
                size: entry.size,
                in_ds64: false,
                content: Content::Ds64,
            });
            return Ok(());
        }
        source.seek(SeekFrom::Start(entry.offset + 4))?;
        let mut size = [0; 4];
        source.read_exact(&mut size)?;
        self.pieces.push(Piece {
            id: entry.id,
            size: entry.size,
            in_ds64: u32::from_le_bytes(size) == SIZE_IN_DS64 && self.ds64.is_some(),
            content: Content::Copied(*entry),
        });
        Ok(())
    }

    /// Moves sizes that do not fit 32 bits to ds64, and makes room for one where there is none.
    fn make_sizes_fit(&mut self) {
        for piece in &mut self.pieces {
            piece.in_ds64 |= piece.size >= u64::from(SIZE_IN_DS64);
        }
        let needed =
            self.riff_size() >= u64::from(SIZE_IN_DS64) || self.pieces.iter().any(|piece| piece.in_ds64);
        if needed && self.container == Container::Riff {
            self.container = Container::Bw64;
        }
        if !needed || self.ds64.is_some() {
            return;
        }
        self.ds64 = Some(Ds64::default());
        // The reserve that writers leave for this is overwritten; without one, everything moves.
        match self.pieces.first_mut() {
            Some(first) if first.id == ChunkId::JUNK && first.size >= DS64_BYTES => {
                (first.id, first.content) = (ChunkId::DS64, Content::Ds64);
            }
            _ => {
                let ds64 =
                    Piece { id: ChunkId::DS64, size: DS64_BYTES, in_ds64: false, content: Content::Ds64 };
                self.pieces.insert(0, ds64);
            }
        }
    }

    fn riff_size(&self) -> u64 {
        4 + self.pieces.iter().map(Piece::bytes).sum::<u64>()
    }

    fn file_bytes(&self) -> u64 {
        self.riff_size() + CHUNK_HEADER_BYTES
    }

    /// The sizes of the new file. Fields that nothing refers to stay as they were.
    fn new_ds64(&self) -> Ds64 {
        let mut ds64 = Ds64 { riff_size: self.riff_size(), ..self.ds64.clone().unwrap_or_default() };
        ds64.table.clear();
        for piece in self.pieces.iter().filter(|piece| piece.in_ds64) {
            match piece.id {
                ChunkId::DATA => ds64.data_size = piece.size,
                id => ds64.table.push((id, piece.size)),
            }
        }
        ds64
    }

    fn write(
        &self,
        source: &mut File,
        file: &mut OutputFile,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<(), Error> {
        let riff_size = match self.ds64 {
            Some(_) if self.container != Container::Riff => SIZE_IN_DS64,
            _ => u32::try_from(self.riff_size()).unwrap_or(SIZE_IN_DS64),
        };
        let mut header = Vec::with_capacity(RIFF_HEADER_BYTES as usize);
        header.extend(self.container.id().0);
        header.extend(riff_size.to_le_bytes());
        header.extend(b"WAVE");
        put(file, &header)?;
        let mut copied = 0;
        for piece in &self.pieces {
            let size =
                if piece.in_ds64 { SIZE_IN_DS64 } else { u32::try_from(piece.size).unwrap_or(SIZE_IN_DS64) };
            put(file, &piece.id.0)?;
            put(file, &size.to_le_bytes())?;
            match &piece.content {
                Content::Given(body) => put(file, body)?,
                Content::Ds64 => {
                    let body = self.new_ds64().to_bytes(usize::try_from(piece.size).unwrap_or(0));
                    put(file, &body)?;
                }
                Content::Copied(entry) => copy_body(source, entry, file, &mut copied, go_on)?,
            }
            if piece.size % 2 == 1 {
                put(file, &[0])?;
            }
        }
        Ok(())
    }
}

impl<'a> Piece<'a> {
    fn given(id: ChunkId, body: &'a [u8]) -> Self {
        Self { id, size: body.len() as u64, in_ds64: false, content: Content::Given(body) }
    }

    /// Header, body and pad byte.
    fn bytes(&self) -> u64 {
        CHUNK_HEADER_BYTES + self.size + self.size % 2
    }
}

fn check(edits: &[ChunkEdit], map: &ChunkMap) -> Result<(), Error> {
    for edit in edits {
        let id = edit.id();
        let fault = |rule, found: &str, expected: &str, remedy| Fault {
            rule,
            chunk: id.to_string(),
            offset: map.find(id).map_or(map.file_size, |entry| entry.offset),
            found: found.into(),
            expected: expected.into(),
            remedy,
        };
        if matches!(id, ChunkId::FMT | ChunkId::DATA | ChunkId::DS64) {
            return Err(fault(
                "edit-audio",
                "an edit of it",
                "a metadata chunk",
                "it belongs to the audio, which stays as it is",
            )
            .into());
        }
        if matches!(edit, ChunkEdit::Remove(_)) && map.find(id).is_none() {
            return Err(fault(
                "edit-absent",
                "no such chunk",
                "one to remove",
                "list the file's chunks to see their ids",
            )
            .into());
        }
    }
    Ok(())
}

fn copy_body(
    source: &mut File,
    entry: &ChunkEntry,
    file: &mut OutputFile,
    copied: &mut u64,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<(), Error> {
    source.seek(SeekFrom::Start(entry.body()))?;
    let mut left = entry.size;
    let mut buffer = vec![0; usize::try_from(left).unwrap_or(COPY_BYTES).min(COPY_BYTES)];
    while left > 0 {
        let part = usize::try_from(left).unwrap_or(COPY_BYTES).min(COPY_BYTES);
        let bytes = buffer.get_mut(..part).unwrap_or_default();
        source.read_exact(bytes)?;
        put(file, bytes)?;
        left -= part as u64;
        *copied += part as u64;
        if !go_on(*copied) {
            return Err(Error::Stopped);
        }
    }
    Ok(())
}

fn put(file: &mut OutputFile, bytes: &[u8]) -> Result<(), Error> {
    file.write_all(bytes).map_err(|source| file.error(source))
}
