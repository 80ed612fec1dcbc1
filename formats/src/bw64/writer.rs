//! Streams a WAV file, RF64 beyond 4 GiB: header with room for 64-bit sizes, chunks, samples, final sizes.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::chunks::chna::ChnaChunk;
use super::chunks::ds64::Ds64;
use super::chunks::fmt::AudioFormat;
use super::error::Error;
use super::output_file::OutputFile;
use super::riff::{CHUNK_HEADER_BYTES, ChunkId, Container, RIFF_HEADER_BYTES, SIZE_IN_DS64};
use super::samples::{Dither, EncodeReport, Encoder, Planar, Sample};

/// Body of the JUNK chunk that a ds64 replaces when the file passes 4 GiB.
const DS64_BYTES: u64 = 28;
/// Frames that are encoded before they go to the disk.
const FRAMES_AT_ONCE: usize = 4096;

/// What to write.
#[derive(Clone, Debug)]
pub struct WriterSpec {
    /// Channels, rate, samples and channel mask.
    pub format: AudioFormat,
    /// The length, when it is known: the disk's room is checked at the start.
    pub frames: Option<u64>,
    /// Dither for 16 and 24 bits; `None` rounds without.
    pub dither: Option<Dither>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteSummary {
    /// Frames in the file.
    pub frames: u64,
    /// RIFF, or RF64 when it passed 4 GiB.
    pub container: Container,
    /// Samples that were clipped, per channel, or were not numbers.
    pub report: EncodeReport,
}

/// A file being written. It has its name only after [`Writer::finish`]; dropped before, nothing is left of it.
#[derive(Debug)]
pub struct Writer {
    output: OutputFile,
    spec: WriterSpec,
    encoder: Encoder,
    header: Header,
    /// The data chunk has begun.
    in_data: bool,
    /// Chunks that come after the samples.
    after: Vec<(ChunkId, Vec<u8>)>,
    report: EncodeReport,
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts the file `path`.
    ///
    /// Errors when it cannot be created, the disk is too small for what is announced, or a WAV file cannot hold
    /// such frames.
    pub fn create(path: &Path, spec: &WriterSpec) -> Result<Self, Error> {
        let format = spec.format;
        let frame_bytes = format.bytes_per_frame();
        if format.channels == 0 || format.sample_rate == 0 || frame_bytes > usize::from(u16::MAX) {
            let reason = format!(
                "cannot write {} channels of {} at {} Hz: a WAV frame holds 1 to 65535 bytes",
                format.channels, format.sample_format, format.sample_rate
            );
            return Err(Error::Output { path: path.into(), reason });
        }
        let data_bytes = spec.frames.map(|frames| frames.saturating_mul(frame_bytes as u64));
        let output = OutputFile::create(path, data_bytes)?;
        let header = Header::new(format);
        let mut writer = Self {
            output,
            spec: spec.clone(),
            encoder: Encoder { format: format.sample_format, dither: spec.dither },
            header,
            in_data: false,
            after: Vec::new(),
            report: EncodeReport { overloads: vec![0; usize::from(format.channels)], non_finite: 0 },
            bytes: Vec::new(),
        };
        let unfinished = writer.header.unfinished();
        writer.put(&unfinished)?;
        Ok(writer)
    }

    /// Adds a chunk: before the samples when none were written yet, after them otherwise.
    pub fn add_chunk(&mut self, id: ChunkId, body: Vec<u8>) -> Result<(), Error> {
        if self.in_data {
            self.after.push((id, body));
            return Ok(());
        }
        self.put_chunk(id, &body)
    }

    /// Adds a chunk after the samples.
    pub fn add_chunk_after_samples(&mut self, id: ChunkId, body: Vec<u8>) {
        self.after.push((id, body));
    }

    /// Adds the `chna` chunk.
    pub fn add_chna(&mut self, chna: &ChnaChunk) -> Result<(), Error> {
        self.add_chunk(ChunkId::CHNA, chna.to_bytes())
    }

    /// Adds the `axml` chunk. A line feed makes its length even: there are readers that don't know of the pad
    /// byte and would miss the samples behind it.
    pub fn add_axml(&mut self, mut xml: Vec<u8>) -> Result<(), Error> {
        if xml.len() % 2 == 1 {
            xml.push(b'\n');
        }
        self.add_chunk(ChunkId::AXML, xml)
    }

    /// Frames written so far.
    pub fn frames(&self) -> u64 {
        self.header.data_bytes / self.spec.format.bytes_per_frame() as u64
    }

    /// What encodes this file's samples: for those who encode in another thread and hand the bytes to
    /// [`Writer::write_raw`].
    pub fn encoder(&self) -> Encoder {
        self.encoder
    }

    /// Encodes and appends `block`, which has the file's channels.
    pub fn write_planar<T: Sample>(&mut self, block: &Planar<T>) -> Result<(), Error> {
        if block.channels() != usize::from(self.spec.format.channels) {
            let reason = format!(
                "a block of {} channels for a file of {}",
                block.channels(),
                self.spec.format.channels
            );
            return Err(Error::Output { path: self.output.path().into(), reason });
        }
        for start in (0..block.frames()).step_by(FRAMES_AT_ONCE) {
            let frames = FRAMES_AT_ONCE.min(block.frames() - start);
            let mut bytes = std::mem::take(&mut self.bytes);
            let planes = block.as_slice().get(start..).unwrap_or_default();
            let first = self.frames();
            let report = self.encoder.encode_planes(
                planes,
                block.stride(),
                block.channels(),
                frames,
                first,
                &mut bytes,
            );
            let written = self.write_raw(&bytes, &report);
            self.bytes = bytes;
            written?;
        }
        Ok(())
    }

    /// Appends encoded frames and counts what happened to them.
    pub fn write_raw(&mut self, bytes: &[u8], report: &EncodeReport) -> Result<(), Error> {
        if !self.in_data {
            self.begin_data()?;
        }
        self.report.add(report);
        self.header.data_bytes += bytes.len() as u64;
        self.put_bytes(bytes)
    }

    /// Writes what is left, makes the sizes final, puts the file on the disk and gives it its name.
    pub fn finish(self) -> Result<WriteSummary, Error> {
        self.complete()?.publish()
    }

    /// The same without giving the file its name yet: for jobs with several outputs, of which all or none shall
    /// appear.
    pub fn complete(mut self) -> Result<CompleteFile, Error> {
        if !self.in_data {
            self.begin_data()?;
        }
        if self.header.data_bytes % 2 == 1 {
            self.put(&[0])?;
        }
        for (id, body) in std::mem::take(&mut self.after) {
            self.put_chunk(id, &body)?;
        }
        let patches = self.header.finished();
        if self.output.is_seekable() {
            for (offset, bytes) in patches {
                self.output.seek(SeekFrom::Start(offset)).map_err(|e| self.output.error(e))?;
                self.put_bytes(&bytes)?;
            }
        }
        let (frames, container) = (self.frames(), self.header.container());
        self.output.complete()?;
        Ok(CompleteFile {
            output: self.output,
            summary: WriteSummary { frames, container, report: self.report },
        })
    }

    fn begin_data(&mut self) -> Result<(), Error> {
        self.in_data = true;
        self.header.data_offset = self.header.total;
        let size = SIZE_IN_DS64.to_le_bytes();
        self.put(&ChunkId::DATA.0)?;
        self.put(&size)
    }

    fn put_chunk(&mut self, id: ChunkId, body: &[u8]) -> Result<(), Error> {
        let size = u32::try_from(body.len()).map_err(|_| Error::Output {
            path: self.output.path().into(),
            reason: format!("the {id} chunk has {} bytes; at most 4 GiB can be written", body.len()),
        })?;
        self.put(&id.0)?;
        self.put(&size.to_le_bytes())?;
        self.put(body)?;
        if body.len() % 2 == 1 { self.put(&[0]) } else { Ok(()) }
    }

    /// Appends bytes outside the data chunk's body.
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.header.total += bytes.len() as u64;
        self.put_bytes(bytes)
    }

    fn put_bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.output.write_all(bytes).map_err(|source| self.output.error(source))
    }
}

/// A file that is wholly on the disk and waits for its name; dropped, nothing is left of it.
#[derive(Debug)]
pub struct CompleteFile {
    output: OutputFile,
    summary: WriteSummary,
}

impl CompleteFile {
    /// What was written.
    pub fn summary(&self) -> &WriteSummary {
        &self.summary
    }

    /// Opens it to read what is on the disk.
    ///
    /// Errors when the system refuses, and for pipes.
    pub fn read_back(&self) -> Result<std::fs::File, Error> {
        self.output.read_back()
    }

    /// Gives the file its name.
    ///
    /// Errors when the system refuses.
    pub fn publish(self) -> Result<WriteSummary, Error> {
        self.output.publish()?;
        Ok(self.summary)
    }
}

/// The head of the file and its sizes.
#[derive(Clone, Debug)]
struct Header {
    format: AudioFormat,
    /// Bytes of the file, the data chunk's body apart.
    total: u64,
    /// Bytes of the data chunk's body.
    data_bytes: u64,
    /// Offset of the data chunk's header.
    data_offset: u64,
}

impl Header {
    fn new(format: AudioFormat) -> Self {
        Self { format, total: 0, data_bytes: 0, data_offset: 0 }
    }

    /// RIFF header, JUNK, fmt and, for float, fact, before anything is known about sizes.
    fn unfinished(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(b"RIFF\xff\xff\xff\xffWAVEJUNK");
        bytes.extend((DS64_BYTES as u32).to_le_bytes());
        bytes.extend([0; DS64_BYTES as usize]);
        let fmt = self.format.to_bytes();
        bytes.extend(ChunkId::FMT.0);
        bytes.extend((fmt.len() as u32).to_le_bytes());
        bytes.extend(&fmt);
        if self.format.sample_format.is_float() {
            bytes.extend(ChunkId::FACT.0);
            bytes.extend(4u32.to_le_bytes());
            bytes.extend([0; 4]);
        }
        bytes
    }

    fn riff_size(&self) -> u64 {
        (self.total + self.data_bytes).saturating_sub(CHUNK_HEADER_BYTES)
    }

    /// Beyond 4 GiB an RF64 file. BW64 is the same but for the id, which fewer programs know: libsndfile, and
    /// all that reads with it, opens the one and not the other.
    fn container(&self) -> Container {
        match u32::try_from(self.riff_size()) {
            Ok(size) if size < SIZE_IN_DS64 => Container::Riff,
            _ => Container::Rf64,
        }
    }

    /// What to write where, when all sizes are known.
    fn finished(&self) -> Vec<(u64, Vec<u8>)> {
        let frames = self.data_bytes / self.format.bytes_per_frame().max(1) as u64;
        let container = self.container();
        let small = |size: u64| match container {
            Container::Riff => u32::try_from(size).unwrap_or(SIZE_IN_DS64),
            _ => SIZE_IN_DS64,
        };
        let mut head = container.id().0.to_vec();
        head.extend(small(self.riff_size()).to_le_bytes());
        let mut patches = vec![(0, head)];
        if container != Container::Riff {
            let ds64 = Ds64 {
                riff_size: self.riff_size(),
                data_size: self.data_bytes,
                sample_count: frames,
                table: Vec::new(),
            };
            let mut chunk = ChunkId::DS64.0.to_vec();
            chunk.extend((DS64_BYTES as u32).to_le_bytes());
            chunk.extend(ds64.to_bytes(DS64_BYTES as usize));
            patches.push((RIFF_HEADER_BYTES, chunk));
        }
        if self.format.sample_format.is_float() {
            let fmt = self.format.to_bytes().len() as u64;
            let fact = RIFF_HEADER_BYTES + 3 * CHUNK_HEADER_BYTES + DS64_BYTES + fmt;
            patches.push((fact, u32::try_from(frames).unwrap_or(u32::MAX).to_le_bytes().to_vec()));
        }
        patches.push((self.data_offset + 4, small(self.data_bytes).to_le_bytes().to_vec()));
        patches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bw64::SampleFormat;

    /// The head of a file whose sizes are `data_bytes` and, beside it, 100 bytes.
    fn head(data_bytes: u64) -> (Container, Vec<(u64, Vec<u8>)>) {
        let format = AudioFormat::new(2, 48_000, SampleFormat::Int16);
        let header = Header { format, total: 100, data_bytes, data_offset: 72 };
        (header.container(), header.finished())
    }

    #[test]
    fn a_file_becomes_64_bit_where_32_bits_end() {
        // The largest RIFF size is 0xFFFFFFFE: all ones mean "see ds64".
        let most = u64::from(u32::MAX) - 1 - 92;
        let (container, patches) = head(most);
        assert_eq!(container, Container::Riff);
        assert_eq!(patches[0], (0, b"RIFF\xfe\xff\xff\xff".to_vec()));
        assert_eq!(patches[1], (76, (most as u32).to_le_bytes().to_vec()));
        let (container, patches) = head(most + 1);
        assert_eq!(container, Container::Rf64);
        assert_eq!(patches[0], (0, b"RF64\xff\xff\xff\xff".to_vec()));
        let mut ds64 = b"ds64\x1c\0\0\0".to_vec();
        ds64.extend(u64::from(u32::MAX).to_le_bytes());
        ds64.extend((most + 1).to_le_bytes());
        ds64.extend(((most + 1) / 4).to_le_bytes());
        ds64.extend([0; 4]);
        assert_eq!(patches[1], (12, ds64));
        assert_eq!(patches[2], (76, vec![0xFF; 4]));
    }
}
