//! The Core Audio Format, as far as masters use it: linear PCM, integers or floats, of either byte order.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::Fault;
use crate::bw64::{self, EncodeReport, Encoder, OutputFile, SampleFormat};

/// `caff`, version 1, no flags.
const HEAD: [u8; 8] = *b"caff\0\x01\0\0";
/// Bytes of the `desc` chunk.
const DESC_BYTES: u64 = 32;
/// Bytes before the first sample in the data chunk: an edit count.
const EDIT_COUNT_BYTES: u64 = 4;
const IS_FLOAT: u32 = 1;
const IS_LITTLE_ENDIAN: u32 = 2;
/// Chunks looked at.
const MOST_CHUNKS: usize = 4096;
/// Channels at most.
const MOST_CHANNELS: u32 = 1024;
/// Rates that sound is given at, Hz.
const SAMPLE_RATES: std::ops::RangeInclusive<f64> = 8_000.0..=768_000.0;

/// A file whose samples can be read.
#[derive(Debug)]
pub struct CafReader<S> {
    source: S,
    sample_rate: u32,
    channels: usize,
    format: SampleFormat,
    is_big_endian: bool,
    /// Where the first sample lies.
    start: u64,
    frames: u64,
}

impl<S: BufRead + Seek> CafReader<S> {
    /// Reads the description and finds the sound.
    ///
    /// # Errors
    /// When it is no such file, or its sound is in a form that no master has.
    pub fn new(mut source: S) -> Result<Self, Fault> {
        let length = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let head: [u8; 8] = read(&mut source, "its head")?;
        if head != HEAD {
            return Err(Fault::new("is no Core Audio file of version 1; expected it to begin with caff"));
        }
        let mut description = None;
        let mut at = HEAD.len() as u64;
        for _ in 0..MOST_CHUNKS {
            source.seek(SeekFrom::Start(at))?;
            if at >= length {
                break;
            }
            let [a, b, c, d, s @ ..]: [u8; 12] = read(&mut source, "the head of a chunk")?;
            let (id, size) = ([a, b, c, d], i64::from_be_bytes(s));
            let body = at + 12;
            let left = length.saturating_sub(body);
            // Only the data chunk may say that it goes to the end of the file.
            let size = match u64::try_from(size) {
                Ok(size) => size,
                Err(_) if &id == b"data" && size == -1 => left,
                Err(_) => return Err(Fault::new(format!("a chunk at byte {at} has the size {size}"))),
            };
            match &id {
                b"desc" if size < DESC_BYTES => {
                    return Err(Fault::new(format!(
                        "its desc chunk has {size} bytes; expected {DESC_BYTES}"
                    )));
                }
                b"desc" => description = Some(Description::read(&mut source)?),
                b"data" => {
                    let Some(description) = description else {
                        return Err(Fault::new(
                            "its sound comes before its description; expected desc first",
                        ));
                    };
                    return description.reader(source, body, (size, left));
                }
                _ => {}
            }
            at = body
                .checked_add(size)
                .ok_or_else(|| Fault::new(format!("a chunk at byte {at} ends beyond any file")))?;
        }
        Err(Fault::new("has no data chunk: no sound is in it"))
    }

    /// Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Samples of each channel.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// How [`read_raw`](Self::read_raw) gives its samples, little-endian as in WAV.
    pub fn format(&self) -> SampleFormat {
        self.format
    }

    /// Reads up to `frames` frames from frame `start` on into `raw`; gives how many there were.
    ///
    /// # Errors
    /// When the system can't.
    pub fn read_raw(&mut self, start: u64, frames: usize, raw: &mut Vec<u8>) -> Result<usize, Fault> {
        let frames = usize::try_from(self.frames.saturating_sub(start)).unwrap_or(usize::MAX).min(frames);
        let frame_bytes = self.channels * self.format.bytes();
        raw.resize(frames.saturating_mul(frame_bytes), 0);
        let offset = start.saturating_mul(frame_bytes as u64).saturating_add(self.start);
        self.source.seek(SeekFrom::Start(offset))?;
        self.source.read_exact(raw)?;
        if self.is_big_endian {
            raw.chunks_exact_mut(self.format.bytes()).for_each(<[u8]>::reverse);
        }
        Ok(frames)
    }
}

/// The `desc` chunk.
struct Description {
    sample_rate: u32,
    channels: usize,
    format: SampleFormat,
    is_big_endian: bool,
}

impl Description {
    fn read(source: &mut impl Read) -> Result<Self, Fault> {
        let bytes: [u8; DESC_BYTES as usize] = read(source, "its description")?;
        let (rate, rest) = bytes.split_first_chunk::<8>().map_or(([0; 8], &[][..]), |(a, b)| (*a, b));
        let words: Vec<u32> = rest.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word)).collect();
        let [format, flags, packet_bytes, packet_frames, channels, bits] = words[..] else {
            return Err(Fault::new("its description is too short"));
        };
        let rate = f64::from_be_bytes(rate);
        if !SAMPLE_RATES.contains(&rate) || rate.fract() != 0.0 {
            return Err(Fault::new(format!(
                "has a sample rate of {rate} Hz; expected a whole one from 8000 to 768000"
            )));
        }
        if format.to_be_bytes() != *b"lpcm" {
            let name = String::from_utf8_lossy(&format.to_be_bytes()).into_owned();
            return Err(Fault::new(format!("holds sound of the kind {name:?}; expected lpcm, uncompressed")));
        }
        if !(1..=MOST_CHANNELS).contains(&channels) {
            return Err(Fault::new(format!("has {channels} channels; expected 1 to {MOST_CHANNELS}")));
        }
        let sample = match (flags & IS_FLOAT != 0, bits) {
            (false, 16) => SampleFormat::Int16,
            (false, 24) => SampleFormat::Int24,
            (false, 32) => SampleFormat::Int32,
            (true, 32) => SampleFormat::Float32,
            (true, 64) => SampleFormat::Float64,
            (is_float, bits) => {
                let kind = if is_float { "float" } else { "integer" };
                return Err(Fault::new(format!(
                    "has {kind} samples of {bits} bits; expected 16, 24 or 32, or floats"
                )));
            }
        };
        let channels = channels as usize;
        if packet_frames != 1 || packet_bytes as usize != channels * sample.bytes() {
            return Err(Fault::new(format!(
                "has packets of {packet_bytes} bytes and {packet_frames} frames; expected {} bytes and one frame",
                channels * sample.bytes()
            )));
        }
        let is_big_endian = flags & IS_LITTLE_ENDIAN == 0;
        Ok(Self { sample_rate: rate as u32, channels, format: sample, is_big_endian })
    }

    fn reader<S>(self, source: S, body: u64, (size, left): (u64, u64)) -> Result<CafReader<S>, Fault> {
        let Self { sample_rate, channels, format, is_big_endian } = self;
        if size > left {
            return Err(Fault::new(format!(
                "is cut off: its sound should have {size} bytes and {left} are there; copy it again"
            )));
        }
        let frame_bytes = (channels * format.bytes()) as u64;
        let frames = size.saturating_sub(EDIT_COUNT_BYTES) / frame_bytes;
        let start = body + EDIT_COUNT_BYTES;
        Ok(CafReader { source, sample_rate, channels, format, is_big_endian, start, frames })
    }
}

impl CafReader<BufReader<File>> {
    /// Opens the file `path`.
    ///
    /// # Errors
    /// When the system refuses, or as [`CafReader::new`].
    pub fn open(path: &Path) -> Result<Self, super::Error> {
        let file = File::open(path).map_err(|source| super::Error::Read { file: path.into(), source })?;
        Self::new(BufReader::new(file)).map_err(|fault| fault.of(path))
    }
}

fn read<const N: usize>(source: &mut impl Read, what: &str) -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    match source.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(Fault::new(format!("ends within {what}; expected a whole Core Audio file")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Streams a file of known length: big-endian integers or floats.
#[derive(Debug)]
pub struct CafWriter {
    output: OutputFile,
    encoder: Encoder,
    channels: usize,
    written: u64,
    bytes: Vec<u8>,
}

/// A file that is complete on the disk and waits for its name.
#[derive(Debug)]
pub struct CompleteCaf(OutputFile);

impl CafWriter {
    /// Starts the file `path` of so many channels and frames.
    ///
    /// # Errors
    /// When it can't be created or the disk has no room for it.
    pub fn create(
        path: &Path,
        (channels, sample_rate, frames): (usize, u32, u64),
        encoder: Encoder,
    ) -> Result<Self, bw64::Error> {
        let format = encoder.format;
        let frame_bytes = (channels * format.bytes()) as u64;
        let data_bytes = frames.saturating_mul(frame_bytes);
        let mut output = OutputFile::create(path, Some(data_bytes))?;
        let mut head = HEAD.to_vec();
        head.extend(b"desc");
        head.extend(DESC_BYTES.to_be_bytes());
        head.extend(f64::from(sample_rate).to_be_bytes());
        head.extend(b"lpcm");
        let flags = if format.is_float() { IS_FLOAT } else { 0 };
        let word = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        for word in [flags, word(frame_bytes), 1, word(channels as u64), u32::from(format.bits())] {
            head.extend(word.to_be_bytes());
        }
        head.extend(b"data");
        head.extend(data_bytes.saturating_add(EDIT_COUNT_BYTES).to_be_bytes());
        head.extend([0; EDIT_COUNT_BYTES as usize]);
        output.write_all(&head).map_err(|source| output.error(source))?;
        Ok(Self { output, encoder, channels, written: 0, bytes: Vec::new() })
    }

    /// Frames written so far.
    pub fn frames(&self) -> u64 {
        self.written
    }

    /// Appends `frames` frames of planes that lie `stride` samples apart; what happened to them comes back.
    ///
    /// # Errors
    /// When the disk is full or the system refuses.
    pub fn write_planes(
        &mut self,
        planes: &[f32],
        stride: usize,
        frames: usize,
    ) -> Result<EncodeReport, bw64::Error> {
        let report =
            self.encoder.encode_planes(planes, stride, self.channels, frames, self.written, &mut self.bytes);
        self.bytes.chunks_exact_mut(self.encoder.format.bytes()).for_each(<[u8]>::reverse);
        self.output.write_all(&self.bytes).map_err(|source| self.output.error(source))?;
        self.written = self.written.saturating_add(frames as u64);
        Ok(report)
    }

    /// Puts everything on the disk; the file has no name yet.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn complete(mut self) -> Result<CompleteCaf, bw64::Error> {
        self.output.complete()?;
        Ok(CompleteCaf(self.output))
    }
}

impl CompleteCaf {
    /// Gives the file its name.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn publish(self) -> Result<(), bw64::Error> {
        self.0.publish()
    }
}
