//! Bytes in, UTF-8 out: the encoding, the line count and the limits of an axml chunk.

use std::io::{self, BufRead, Read};

use super::limits;
use crate::adm::error::{Error, ErrorKind};

/// Bytes read at a time.
const PIECE: usize = 128 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Little,
    Utf16Big,
}

/// A buffered source that hands out UTF-8 and ends at the padding after the document.
pub(super) struct Source<R> {
    inner: R,
    encoding: Option<Encoding>,
    /// Raw bytes of UTF-16 that don't make a character yet.
    pending: Vec<u8>,
    piece: Vec<u8>,
    buffer: Vec<u8>,
    position: usize,
    lines_before: u64,
    total: u64,
    token: u64,
    ended: bool,
    recording: Option<Vec<u8>>,
}

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            encoding: None,
            pending: Vec::new(),
            piece: Vec::new(),
            buffer: Vec::new(),
            position: 0,
            lines_before: 0,
            total: 0,
            token: 0,
            ended: false,
            recording: None,
        }
    }

    /// The line that is being read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.lines_before + newlines(&self.buffer[..self.position.min(self.buffer.len())]) + 1
    }

    /// A new token starts here: the limit counts anew.
    pub(super) fn start_token(&mut self) {
        self.token = 0;
    }

    /// The bytes that are at hand; more may follow.
    pub(super) fn at_hand(&self) -> &[u8] {
        self.buffer.get(self.position..).unwrap_or_default()
    }

    /// Whether what was read last ends in the `/>` of an empty element, as far as it is still there.
    pub(super) fn after_empty_element(&self) -> bool {
        self.buffer.get(..self.position).is_none_or(|read| read.len() < 2 || read.ends_with(b"/>"))
    }

    /// Whether the document came as UTF-16.
    pub(super) fn was_transcoded(&self) -> bool {
        !matches!(self.encoding, None | Some(Encoding::Utf8))
    }

    /// Keeps a copy of what is read from here on.
    pub(super) fn record(&mut self) {
        self.recording = Some(Vec::new());
    }

    /// Bytes copied so far.
    pub(super) fn recorded(&self) -> usize {
        self.recording.as_ref().map_or(0, Vec::len)
    }

    /// The copy since [`record`](Self::record). Tokens were checked to be UTF-8 when they were read.
    pub(super) fn take_recording(&mut self) -> String {
        let bytes = self.recording.take().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Reads the next piece into `buffer`.
    fn refill(&mut self) -> io::Result<()> {
        self.lines_before += newlines(&self.buffer);
        self.buffer.clear();
        self.position = 0;
        while self.buffer.is_empty() && !self.ended {
            self.read_piece()?;
            let encoding = match self.encoding {
                Some(encoding) => encoding,
                None => self.detect_encoding()?,
            };
            match encoding {
                Encoding::Utf8 => std::mem::swap(&mut self.buffer, &mut self.piece),
                Encoding::Utf16Little => self.transcode(u16::from_le_bytes)?,
                Encoding::Utf16Big => self.transcode(u16::from_be_bytes)?,
            }
            self.stop_at_padding()?;
        }
        Ok(())
    }

    fn read_piece(&mut self) -> io::Result<()> {
        // Kept from piece to piece: only what a short read cut off is filled again.
        self.piece.resize(PIECE, 0);
        let length = loop {
            match self.inner.read(&mut self.piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.piece.truncate(length);
        self.ended = length == 0;
        self.total += length as u64;
        if self.total > limits::DOCUMENT_BYTES {
            return Err(refused(Error::limit(format!(
                "is longer than {} MiB; split the document",
                limits::DOCUMENT_BYTES >> 20
            ))));
        }
        Ok(())
    }

    /// By the byte order mark, or by the zero bytes around the first `<`.
    fn detect_encoding(&mut self) -> io::Result<Encoding> {
        while self.piece.len() < 4 && !self.ended {
            let start = std::mem::take(&mut self.piece);
            self.read_piece()?;
            self.piece.splice(0..0, start);
        }
        let (encoding, mark) = match *self.piece.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16Little, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16Big, 2),
            [b'<', 0, _, 0, ..] => (Encoding::Utf16Little, 0),
            [0, b'<', 0, _, ..] => (Encoding::Utf16Big, 0),
            _ => (Encoding::Utf8, 0),
        };
        self.piece.drain(..mark);
        self.encoding = Some(encoding);
        Ok(encoding)
    }

    fn transcode(&mut self, unit: fn([u8; 2]) -> u16) -> io::Result<()> {
        self.pending.append(&mut self.piece);
        let mut whole = self.pending.len() & !1;
        if let [.., a, b] = self.pending[..whole]
            && (0xd800..0xdc00).contains(&unit([a, b]))
            && !self.ended
        {
            whole -= 2;
        }
        let units = self.pending[..whole].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        for character in char::decode_utf16(units) {
            let character =
                character.map_err(|_| refused(Error::new(ErrorKind::Encoding, "is not valid UTF-16")))?;
            self.buffer.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.pending.drain(..whole);
        Ok(())
    }

    /// Zero bytes after the document are padding of the chunk; anything but padding behind them is damage.
    fn stop_at_padding(&mut self) -> io::Result<()> {
        if !has_zero(&self.buffer) {
            return Ok(());
        }
        let Some(end) = self.buffer.iter().position(|&byte| byte == 0) else { return Ok(()) };
        let padding =
            |bytes: &[u8]| bytes.iter().all(|byte| matches!(byte, 0 | b' ' | b'\t' | b'\r' | b'\n'));
        let mut clean = padding(&self.buffer[end..]);
        while clean && !self.ended {
            self.read_piece()?;
            clean = padding(&self.piece);
        }
        if !clean {
            let message = "has a zero byte inside the text; it is damaged or not XML";
            return Err(refused(Error::new(ErrorKind::Encoding, message)));
        }
        self.buffer.truncate(end);
        Ok(())
    }
}

/// Carries one of our errors through the reader that expects `io::Error`s.
fn refused(error: Error) -> io::Error {
    io::Error::other(error)
}

/// Counted in bytes that cannot overflow, so that it runs in SIMD registers.
fn newlines(bytes: &[u8]) -> u64 {
    let count =
        |piece: &[u8]| piece.iter().fold(0u8, |count, &byte| count.wrapping_add(u8::from(byte == b'\n')));
    bytes.chunks(255).map(|piece| u64::from(count(piece))).sum()
}

/// Whether there is a zero byte, in SIMD registers again.
fn has_zero(bytes: &[u8]) -> bool {
    bytes.chunks(1024).any(|piece| piece.iter().fold(false, |found, &byte| found | (byte == 0)))
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position >= self.buffer.len() {
            if self.token > limits::TOKEN_BYTES {
                let message = format!(
                    "has a name, tag, text or comment longer than {} KiB; it is damaged or not ADM",
                    limits::TOKEN_BYTES >> 10
                );
                return Err(refused(Error::limit(message)));
            }
            self.refill()?;
        }
        Ok(&self.buffer[self.position..])
    }

    fn consume(&mut self, amount: usize) {
        let end = (self.position + amount).min(self.buffer.len());
        if let Some(recording) = &mut self.recording {
            recording.extend_from_slice(&self.buffer[self.position..end]);
        }
        self.position = end;
        self.token += amount as u64;
    }
}
