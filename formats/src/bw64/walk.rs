//! The chunk walk: from header to header through a RIFF, RF64 or BW64 file, with every size made true.

use std::fmt;
use std::io::{BufReader, Read, Seek};

use super::chunks::ds64::Ds64;
use super::error::{Error, Fault};
use super::riff::{
    CHUNK_HEADER_BYTES, ChunkEntry, ChunkId, ChunkMap, Container, RIFF_HEADER_BYTES, SIZE_IN_DS64,
};
use crate::Warning;

/// A file with more chunks than this is refused.
const MAX_CHUNKS: usize = 1 << 20;

const BUFFER_BYTES: usize = 64 * 1024;

/// A walk under way.
pub(super) struct Walk<'a, S> {
    source: BufReader<&'a mut S>,
    position: u64,
    file_size: u64,
    container: Container,
    /// Where the RIFF header says the file ends; the file's end when it does not say.
    riff_end: u64,
    ds64: Option<Ds64>,
    warnings: Vec<Warning>,
}

impl<'a, S: Read + Seek> Walk<'a, S> {
    /// A walk through `source`, which stands at its start.
    pub(super) fn new(source: &'a mut S, file_size: u64) -> Self {
        Self {
            source: BufReader::with_capacity(BUFFER_BYTES, source),
            position: 0,
            file_size,
            container: Container::Riff,
            riff_end: file_size,
            ds64: None,
            warnings: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<ChunkMap, Error> {
        self.read_riff_header()?;
        let chunks = self.read_chunks()?;
        let Self { container, file_size, warnings, .. } = self;
        Ok(ChunkMap { container, chunks, file_size, warnings })
    }

    fn warn(&mut self, rule: &'static str, chunk: impl fmt::Display, message: String) {
        self.warnings.push(Warning::new(rule, chunk.to_string(), message));
    }

    /// Moves to `offset` (inside the file, so it fits an `i64`) and fills `buffer`.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        if offset >= self.position {
            self.source.seek_relative((offset - self.position).cast_signed())?;
        } else {
            self.source.seek_relative(-((self.position - offset).cast_signed()))?;
        }
        self.position = offset;
        self.source.read_exact(buffer)?;
        self.position += buffer.len() as u64;
        Ok(())
    }

    fn read_riff_header(&mut self) -> Result<(), Error> {
        let fault = |rule, found: String, remedy| Fault {
            rule,
            chunk: "RIFF header".into(),
            offset: 0,
            found,
            expected: "RIFF, RF64 or BW64 of form WAVE".into(),
            remedy,
        };
        let again = "the file is cut short or was never written: copy or export it again";
        if self.file_size == 0 {
            return Err(fault("riff-header", "an empty file (0 bytes)".into(), again).into());
        }
        let mut header = [0; RIFF_HEADER_BYTES as usize];
        let present = self.file_size.min(RIFF_HEADER_BYTES) as usize;
        self.read_at(0, &mut header[..present])?;
        let [a, b, c, d, s0, s1, s2, s3, form @ ..] = header;
        let id = ChunkId([a, b, c, d]);
        self.container = match &id.0 {
            b"RIFF" => Container::Riff,
            b"RF64" => Container::Rf64,
            b"BW64" => Container::Bw64,
            other => {
                let (found, remedy) = foreign_format(other);
                return Err(fault("riff-header", format!("{found} ({id})"), remedy).into());
            }
        };
        if self.file_size < RIFF_HEADER_BYTES {
            let found = format!("the end of the file after {present} bytes, inside the 12-byte header");
            return Err(fault("riff-header", found, again).into());
        }
        if &form != b"WAVE" {
            let found = format!("{id} of form '{}'", ChunkId(form));
            return Err(fault("riff-form", found, "convert the file to WAV or BW64").into());
        }
        let size = u32::from_le_bytes([s0, s1, s2, s3]);
        if size != 0 && size != SIZE_IN_DS64 {
            self.riff_end = u64::from(size) + CHUNK_HEADER_BYTES;
        }
        Ok(())
    }

    fn read_chunks(&mut self) -> Result<Vec<ChunkEntry>, Error> {
        let mut chunks: Vec<ChunkEntry> = Vec::new();
        let mut offset = RIFF_HEADER_BYTES;
        let mut outside_reported = false;
        while let Some((id, size)) = self.header_at(offset)? {
            let room = self.file_size - offset - CHUNK_HEADER_BYTES;
            let outside = offset >= self.riff_end;
            if !id.is_printable() || (outside && !id.is_known() && u64::from(size) > room) {
                break;
            }
            if chunks.len() == MAX_CHUNKS {
                return Err(Fault {
                    rule: "too-many-chunks",
                    chunk: id.to_string(),
                    offset,
                    found: format!("more than {MAX_CHUNKS} chunks"),
                    expected: format!("at most {MAX_CHUNKS} chunks (limit)"),
                    remedy: "export the file again",
                }
                .into());
            }
            if outside && !outside_reported {
                outside_reported = true;
                let end = self.riff_end;
                self.warn("chunk-after-riff-end", id, format!("lies at byte {offset}, but the RIFF header says the file ends at byte {end}; read all the same"));
            }
            let size = self.true_size(id, size, offset, room)?;
            let entry = ChunkEntry { id, offset, size };
            if id == ChunkId::DS64 {
                self.read_ds64(&entry)?;
            }
            chunks.push(entry);
            offset = self.next_offset(&entry)?;
        }
        if let Some(rest) = self.file_size.checked_sub(offset).filter(|rest| *rest > 0) {
            let message =
                format!("{rest} bytes at byte {offset} after the last chunk are not a chunk; ignored");
            self.warn("trailing-bytes", "RIFF", message);
        }
        Ok(chunks)
    }

    /// The chunk header at `offset`; `None` where the file has no room for one.
    fn header_at(&mut self, offset: u64) -> Result<Option<(ChunkId, u32)>, Error> {
        if offset.saturating_add(CHUNK_HEADER_BYTES) > self.file_size {
            return Ok(None);
        }
        let mut header = [0; CHUNK_HEADER_BYTES as usize];
        self.read_at(offset, &mut header)?;
        let [a, b, c, d, s0, s1, s2, s3] = header;
        Ok(Some((ChunkId([a, b, c, d]), u32::from_le_bytes([s0, s1, s2, s3]))))
    }

    /// The body size of the chunk at `offset` whose header says `size`, at most `room`.
    fn true_size(&mut self, id: ChunkId, size: u32, offset: u64, room: u64) -> Result<u64, Error> {
        let stated = if size == SIZE_IN_DS64 {
            match self.size_in_ds64(id, offset)? {
                Some(stated) => stated,
                None if id == ChunkId::DATA => {
                    self.warn("streamed-size", id, format!("size is 0xFFFFFFFF without ds64, as streams are written; took the {room} bytes to the end of the file"));
                    return Ok(room);
                }
                None => u64::from(size),
            }
        } else {
            u64::from(size)
        };
        if id == ChunkId::DATA
            && stated == 0
            && room > 0
            && !self.chunk_follows(offset + CHUNK_HEADER_BYTES)?
        {
            self.warn("unfinished-recording", id, format!("size is 0 but {room} bytes follow: the recording was not closed (header never finalised); took them to the end of the file"));
            return Ok(room);
        }
        if stated <= room {
            return Ok(stated);
        }
        let rule = if id == ChunkId::DATA { "truncated-data" } else { "truncated-chunk" };
        self.warn(rule, id, format!("says {stated} bytes at byte {offset} but the file ends after {room}: truncated copy or wrong size; took what is there"));
        Ok(room)
    }

    /// The size of `id` that ds64 holds, because its own field says to look there.
    fn size_in_ds64(&mut self, id: ChunkId, offset: u64) -> Result<Option<u64>, Error> {
        let missing = |container: Container| Fault {
            rule: "ds64-missing",
            chunk: id.to_string(),
            offset,
            found: format!("size 0xFFFFFFFF in a {container} file without a ds64 chunk before it"),
            expected: "a ds64 chunk that holds the 64-bit size".into(),
            remedy: "export the file again, or repair its header",
        };
        match (&mut self.ds64, self.container) {
            (Some(ds64), _) if id == ChunkId::DATA => Ok(Some(ds64.data_size)),
            (Some(ds64), _) => Ok(ds64.take_table_entry(id)),
            (None, Container::Riff) => Ok(None),
            (None, container) => Err(missing(container).into()),
        }
    }

    /// A chunk header that could be one lies at `offset`, or the file ends there.
    fn chunk_follows(&mut self, offset: u64) -> Result<bool, Error> {
        Ok(match self.header_at(offset)? {
            None => offset >= self.file_size,
            Some((id, size)) => {
                let room = self.file_size - offset - CHUNK_HEADER_BYTES;
                let fits = u64::from(size) <= room || (size == SIZE_IN_DS64 && self.ds64.is_some());
                id.is_printable() && (fits || id.is_known())
            }
        })
    }

    /// Where the chunk after `entry` starts: RIFF pads odd sizes with a byte, and not every writer does.
    fn next_offset(&mut self, entry: &ChunkEntry) -> Result<u64, Error> {
        let end = entry.end();
        if entry.size.is_multiple_of(2) || end >= self.file_size {
            return Ok(end);
        }
        let padded = end + 1;
        if !self.chunk_follows(padded)? && self.header_at(end)?.is_some() && self.chunk_follows(end)? {
            let message = format!(
                "odd size {} without the pad byte that RIFF asks for; the next chunk was found at byte {end}",
                entry.size
            );
            self.warn("missing-pad-byte", entry.id, message);
            return Ok(end);
        }
        Ok(padded)
    }

    fn read_ds64(&mut self, entry: &ChunkEntry) -> Result<(), Error> {
        if self.ds64.is_some() {
            self.warn(
                "duplicate-chunk",
                entry.id,
                format!("a second ds64 at byte {}; the first one is used", entry.offset),
            );
            return Ok(());
        }
        let mut body = vec![0; entry.size.min(Ds64::MAX_BYTES) as usize];
        self.read_at(entry.body(), &mut body)?;
        let ds64 = Ds64::parse(&body, entry.offset, &mut self.warnings)?;
        if self.container != Container::Riff {
            self.riff_end = match ds64.riff_size {
                0 => self.file_size,
                size => size.saturating_add(CHUNK_HEADER_BYTES),
            };
        }
        self.ds64 = Some(ds64);
        Ok(())
    }
}

/// What a file that is no WAV is, by its first bytes, and what to do.
fn foreign_format(magic: &[u8; 4]) -> (&'static str, &'static str) {
    let convert = "convert it to WAV or BW64";
    match magic {
        b"RIFX" => ("RIFX, big-endian RIFF, which is unsupported", "convert it to little-endian WAV"),
        b"riff" => ("Sony Wave64", convert),
        b"FORM" => ("AIFF", convert),
        b"caff" => ("Apple CAF", convert),
        b"fLaC" => ("FLAC", convert),
        b"OggS" => ("Ogg", convert),
        [b'I', b'D', b'3', _] => ("MP3", convert),
        [0x06, 0x0e, 0x2b, 0x34] => ("MXF", "unwrap its audio to WAV or BW64"),
        b"<?xm" => ("XML", "give the WAV or BW64 file that belongs to it"),
        _ => ("an unknown format", "give a WAV, RF64 or BW64 file"),
    }
}
