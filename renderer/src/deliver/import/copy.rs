//! Tracks of a master copied to stems: each is read once for all stems, and copied as it is stored.

use std::ops::Range;
use std::path::Path;

use formats::bw64::{AudioFormat, EncodeReport, SampleFormat, Writer, WriterSpec};

use super::Folder;
use crate::audio::AudioBlock;
use crate::deliver::JobError;
use crate::import::Stem;
use crate::items::{BinauralItem, RenderItem, TrackSpec};
use crate::master::Input;
use crate::master::pieces::piece_frames;
use crate::render::{ItemSources, Sources, TrackTable};

/// Stems that are open at a time: a process may open so many files on any system. More are written by reading again.
const OPEN_STEMS: usize = 200;

/// A master on its way into its stems.
pub(super) struct Copying<'a> {
    pub(super) path: &'a Path,
    pub(super) input: &'a mut Input,
    pub(super) progress: &'a mut dyn FnMut(u64),
    pub(super) stop: &'a dyn Fn() -> bool,
    pub(super) done: u64,
}

/// Frames that are read for all stems.
pub(super) fn frames(stems: &[Stem]) -> u64 {
    stems.chunks(OPEN_STEMS).map(span).map(|span| span.end - span.start).fold(0, u64::saturating_add)
}

/// From the first to the last frame that one of the stems has.
fn span(stems: &[Stem]) -> Range<u64> {
    let start = stems.iter().map(|stem| stem.start).min().unwrap_or(0);
    let end = stems.iter().map(|stem| stem.start.saturating_add(stem.frames)).max().unwrap_or(0);
    start..end.max(start)
}

impl Copying<'_> {
    /// Writes all of them; they get their names with the folder.
    pub(super) fn write(&mut self, stems: &[Stem], folder: &mut Folder) -> Result<(), JobError> {
        for stems in stems.chunks(OPEN_STEMS) {
            let (copied, computed): (Vec<&Stem>, Vec<&Stem>) =
                stems.iter().partition(|stem| stem.is_copied());
            let mut files = Vec::new();
            for stem in copied {
                files.push(StemFile::create(stem, self.input, folder)?);
            }
            let mut mixes = Mixes::new(&computed, self.input.sample_rate());
            for stem in computed {
                mixes.files.push(StemFile::create(stem, self.input, folder)?);
            }
            self.pass(span(stems), &mut files, &mut mixes)?;
            for file in files.into_iter().chain(mixes.files) {
                let path = folder.place(&file.stem.file)?;
                let complete = file.writer.complete().map_err(|e| JobError::output(&path, &e))?;
                folder.keep(path, complete);
            }
        }
        Ok(())
    }

    /// Reads the frames of `span` once.
    fn pass(
        &mut self,
        span: Range<u64>,
        files: &mut [StemFile<'_>],
        mixes: &mut Mixes<'_>,
    ) -> Result<(), JobError> {
        let fault = |e: &dyn std::fmt::Display| JobError::file(self.path, e);
        let input = &mut *self.input;
        let channels =
            u16::try_from(input.tracks()).map_err(|_| fault(&"has more tracks than a file can"))?;
        let format = AudioFormat::new(channels, input.sample_rate(), input.sample_format());
        let piece = piece_frames(format.bytes_per_frame());
        let mut raw = Vec::new();
        let mut at = span.start;
        while at < span.end {
            if (self.stop)() {
                return Err(JobError::Interrupted);
            }
            let wanted = usize::try_from(span.end - at).unwrap_or(piece).min(piece);
            let got = input.read_raw(at, wanted, &mut raw).map_err(|e| fault(&e))?;
            if got == 0 {
                return Err(fault(&format_args!("ends at frame {at}, before its end was expected")));
            }
            let piece = Piece { raw: &raw, format, at, frames: got };
            files.iter_mut().try_for_each(|file| file.copy(&piece))?;
            mixes.mix(&piece)?;
            at = at.saturating_add(got as u64);
            self.done = self.done.saturating_add(got as u64);
            (self.progress)(self.done);
        }
        mixes.finish()
    }
}

/// Frames of the master as they are stored.
struct Piece<'a> {
    raw: &'a [u8],
    format: AudioFormat,
    at: u64,
    frames: usize,
}

/// A stem being written.
struct StemFile<'s> {
    stem: &'s Stem,
    writer: Writer,
    bytes: Vec<u8>,
}

impl<'s> StemFile<'s> {
    fn create(stem: &'s Stem, input: &Input, folder: &Folder) -> Result<Self, JobError> {
        let path = folder.place(&stem.file)?;
        let channels = u16::try_from(stem.channels.len())
            .map_err(|_| JobError::file(&path, "would have more channels than a file can"))?;
        let sample_format = if stem.is_copied() { input.sample_format() } else { SampleFormat::Float32 };
        let format = AudioFormat::new(channels, input.sample_rate(), sample_format);
        let spec = WriterSpec { format, frames: Some(stem.frames), dither: None };
        let writer = Writer::create(&path, &spec).map_err(|e| JobError::output(&path, &e))?;
        Ok(Self { stem, writer, bytes: Vec::new() })
    }

    /// Copies the frames that the stem has of a piece.
    fn copy(&mut self, piece: &Piece<'_>) -> Result<(), JobError> {
        let Stem { start, frames, channels, .. } = self.stem;
        let first = piece.at.max(*start);
        let last = piece.at.saturating_add(piece.frames as u64).min(start.saturating_add(*frames));
        if first >= last {
            return Ok(());
        }
        let (from, count) = ((first - piece.at) as usize, (last - first) as usize);
        let (sample, frame) = (piece.format.sample_format.bytes(), piece.format.bytes_per_frame());
        let silence = if piece.format.sample_format == SampleFormat::Uint8 { 0x80 } else { 0 };
        self.bytes.clear();
        self.bytes.resize(count * channels.len() * sample, silence);
        let raw = piece.raw.get(from * frame..).unwrap_or_default();
        for (place, track) in channels.iter().enumerate() {
            let TrackSpec::Direct(track) = track else { continue };
            let to = self.bytes.chunks_exact_mut(channels.len() * sample);
            for (to, from) in to.zip(raw.chunks_exact(frame)) {
                let from = from.get(track * sample..(track + 1) * sample);
                let to = to.get_mut(place * sample..(place + 1) * sample);
                if let (Some(to), Some(from)) = (to, from) {
                    to.copy_from_slice(from);
                }
            }
        }
        let report = EncodeReport { overloads: vec![0; channels.len()], non_finite: 0 };
        self.writer.write_raw(&self.bytes, &report).map_err(|e| self.error(&e))
    }

    fn error(&self, e: &formats::bw64::Error) -> JobError {
        JobError::output(Path::new(&self.stem.file), e)
    }
}

/// Stems whose channels are mixes of tracks (matrices): computed as a renderer does it.
struct Mixes<'s> {
    files: Vec<StemFile<'s>>,
    table: TrackTable,
    sources: ItemSources,
    /// Frames that are still to be left out at the start, as the sources come late.
    late: usize,
}

impl Mixes<'_> {
    fn new(stems: &[&Stem], sample_rate: u32) -> Self {
        // An item for each channel; of which type it is makes no difference here.
        let item = |track: &TrackSpec| {
            RenderItem::Binaural(BinauralItem {
                track: track.clone(),
                channel: Default::default(),
                context: Default::default(),
                left: true,
            })
        };
        let items: Vec<RenderItem> = stems.iter().flat_map(|stem| &stem.channels).map(item).collect();
        // What is odd about them was said when the tracks were selected, or is said when they are rendered.
        let (table, sources, _) = TrackTable::new(&items, sample_rate);
        Self { files: Vec::new(), late: table.latency(), table, sources }
    }

    fn mix(&mut self, piece: &Piece<'_>) -> Result<(), JobError> {
        if self.files.is_empty() {
            return Ok(());
        }
        let mut block = AudioBlock::new(self.table.used_tracks().len(), piece.frames);
        let (format, stride) = (piece.format, block.stride());
        let (channels, tracks) = (usize::from(format.channels), self.table.used_tracks());
        format.sample_format.decode_tracks(piece.raw, channels, tracks, block.as_mut_slice(), stride);
        self.write(&block)
    }

    /// What comes out of silence after the end.
    fn finish(&mut self) -> Result<(), JobError> {
        let late = self.table.latency();
        if self.files.is_empty() || late == 0 {
            return Ok(());
        }
        let mut block = AudioBlock::new(self.table.used_tracks().len(), late);
        block.silence();
        self.write(&block)
    }

    fn write(&mut self, block: &AudioBlock) -> Result<(), JobError> {
        self.table.process(block);
        let skipped = self.late.min(block.frames());
        self.late -= skipped;
        let range = skipped..block.frames();
        let (sources, room) = (self.table.sources(block.into()), AudioBlock::default());
        let mut of_channels = self.sources.iter().flatten();
        for file in &mut self.files {
            let channels = file.stem.channels.len();
            file.bytes.clear();
            file.bytes.resize(range.len() * channels * 4, 0);
            for (place, source) in of_channels.by_ref().take(channels).enumerate() {
                let Some(source) = source else { continue };
                let frames = file.bytes.chunks_exact_mut(channels * 4);
                for (frame, value) in frames.zip(sources.samples(*source, range.clone(), &room)) {
                    if let Some(to) = frame.get_mut(place * 4..place * 4 + 4) {
                        to.copy_from_slice(&value.to_le_bytes());
                    }
                }
            }
            let report = EncodeReport { overloads: vec![0; channels], non_finite: 0 };
            file.writer.write_raw(&file.bytes, &report).map_err(|e| file.error(&e))?;
        }
        Ok(())
    }
}
