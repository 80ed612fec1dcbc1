//! A file of a clip: any channels of it, at the sample rate of the scene.

use std::fs::File;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use formats::Warning;
use formats::bw64::{Reader, SampleFormat};

use super::resampled::Resampled;
use crate::audio::AudioBlock;
use crate::master::pieces::piece_frames;
use crate::mix::mixer::{ClipSource, StemError};

/// Rates of files that are taken, Hz.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=384_000;

/// A file of a scene with samples that are NaN or infinite; they are taken as silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadStem {
    /// The file.
    pub(crate) file: PathBuf,
    /// How many.
    pub(crate) count: u64,
    /// The frame of the file with the first.
    pub(crate) first: u64,
}

impl BadStem {
    /// In words.
    pub(crate) fn warning(&self) -> Warning {
        let (samples, are) = if self.count == 1 { ("sample", "is") } else { ("samples", "are") };
        let (count, first) = (self.count, self.first);
        let message = format!(
            "{count} {samples} {are} NaN or infinite, the first at frame {first} of the file; taken as silence"
        );
        Warning::new("non-finite-samples", self.file.display().to_string(), message)
    }
}

/// Files that were found to have such samples.
pub(super) type BadStems = Arc<Mutex<Vec<BadStem>>>;

/// Closed until it is first read, and again after its last sample: scenes may have more clips than a process may open files.
pub(crate) struct StemFile {
    path: PathBuf,
    reader: Option<Reader<File>>,
    /// Channels of the file, counted from 0.
    channels: Vec<usize>,
    file_rate: u32,
    file_frames: u64,
    resampled: Option<Resampled>,
    frames: u64,
    raw: Vec<u8>,
    bad: BadStems,
}

impl StemFile {
    /// The file `path` for a track of so many channels at `rate`; of the file those are taken that the clip names (counted
    /// from 1), or else all.
    ///
    /// # Errors
    /// When it is no WAV file, or its channels don't fit; what was found and what to do.
    pub(super) fn open(
        path: &Path,
        (named, wanted): (&[u16], usize),
        rate: NonZeroU32,
        bad: &BadStems,
    ) -> Result<Self, String> {
        let mut file = Self::open_at_its_rate(path)?;
        file.bad = Arc::clone(bad);
        let there = file.channels.len();
        if let Some(beyond) = named.iter().find(|channel| **channel == 0 || usize::from(**channel) > there) {
            return Err(format!("the clip takes channel {beyond}, and the file has {there}"));
        }
        if !named.is_empty() {
            file.channels = named.iter().map(|channel| usize::from(*channel) - 1).collect();
        }
        if file.channels.len() != wanted {
            let found = file.channels.len();
            return Err(format!(
                "the clip has {found} channels, and the track has {wanted}; say which with channels=\"…\", or give the track another place"
            ));
        }
        file.resample(rate)?;
        file.reader = None;
        Ok(file)
    }

    /// The file `path` with all of its channels at `rate`.
    ///
    /// # Errors
    /// When it is no WAV file.
    pub(crate) fn open_whole(path: &Path, rate: NonZeroU32) -> Result<Self, String> {
        let mut file = Self::open_at_its_rate(path)?;
        file.resample(rate)?;
        Ok(file)
    }

    fn open_at_its_rate(path: &Path) -> Result<Self, String> {
        let reader = Reader::open(path).map_err(|e| e.to_string())?;
        let (channels, file_rate, file_frames) = (reader.channels(), reader.sample_rate(), reader.frames());
        if !RATES.contains(&file_rate) {
            return Err(format!(
                "has a sample rate of {file_rate} Hz; expected {} … {} Hz",
                RATES.start(),
                RATES.end()
            ));
        }
        Ok(Self {
            path: path.to_path_buf(),
            reader: Some(reader),
            channels: (0..channels).collect(),
            file_rate,
            file_frames,
            resampled: None,
            frames: file_frames,
            raw: Vec::new(),
            bad: BadStems::default(),
        })
    }

    fn resample(&mut self, rate: NonZeroU32) -> Result<(), String> {
        if self.file_rate != rate.get() {
            let resampled = Resampled::new(self.file_rate, rate.get(), self.channels.len())?;
            self.frames = resampled.length(self.file_frames);
            self.resampled = Some(resampled);
        }
        Ok(())
    }

    /// Whether what was read of it had samples that are no numbers.
    pub(super) fn is_bad(&self) -> bool {
        !self.bad.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Hz of the file itself.
    pub(super) fn file_rate(&self) -> u32 {
        self.file_rate
    }

    /// How many channels are taken.
    pub(crate) fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Decodes frames of the file into the rows of `out`, `stride` apart; silence beyond its end.
    fn decode(
        &mut self,
        start: u64,
        frames: usize,
        (out, stride): (&mut [f32], usize),
    ) -> Result<(), StemError> {
        let fault = |e: &dyn std::fmt::Display| StemError(format!("{}: {e}", self.path.display()));
        if self.reader.is_none() && start < self.file_frames {
            self.reader = Some(Reader::open(&self.path).map_err(|e| fault(&e))?);
        }
        let mut done = 0;
        if let Some(reader) = &mut self.reader {
            let format = *reader.format();
            let piece = piece_frames(format.bytes_per_frame());
            while done < frames {
                let wanted = piece.min(frames - done);
                let got = reader.read_raw(start.saturating_add(done as u64), wanted, &mut self.raw);
                let got = got.map_err(|e| StemError(format!("{}: {e}", self.path.display())))?;
                if got == 0 {
                    break;
                }
                let out = out.get_mut(done..).unwrap_or_default();
                let channels = usize::from(format.channels);
                let (raw, own) = (&self.raw, &self.channels);
                if format.sample_format.decode_tracks(raw, channels, own, out, stride) > 0 {
                    note(
                        &self.bad,
                        &self.path,
                        (raw, format.sample_format),
                        (channels, own),
                        start + done as u64,
                    );
                }
                done += got;
            }
        }
        for row in out.chunks_mut(stride).take(self.channels.len()) {
            row.get_mut(done..frames).unwrap_or_default().fill(0.0);
        }
        if start.saturating_add(frames as u64) >= self.file_frames {
            self.reader = None;
        }
        Ok(())
    }
}

/// Notes what of `channels` in the interleaved bytes `raw` of so many is no number; their first frame is `at`.
fn note(
    bad: &BadStems,
    file: &Path,
    (raw, format): (&[u8], SampleFormat),
    (all, channels): (usize, &[usize]),
    at: u64,
) {
    let mut bad = bad.lock().unwrap_or_else(PoisonError::into_inner);
    let place = bad.iter().position(|known| known.file == file).unwrap_or_else(|| {
        bad.push(BadStem { file: file.to_path_buf(), count: 0, first: u64::MAX });
        bad.len() - 1
    });
    for (frame, bytes) in (at..).zip(raw.chunks_exact((all * format.bytes()).max(1))) {
        let samples = bytes.chunks_exact(format.bytes()).enumerate();
        let count = samples.filter(|(n, sample)| channels.contains(n) && !format.is_finite(sample)).count();
        if count > 0 {
            bad[place].first = bad[place].first.min(frame);
            bad[place].count = bad[place].count.saturating_add(count as u64);
        }
    }
}

impl ClipSource for StemFile {
    fn frames(&self) -> u64 {
        self.frames
    }

    fn read(&mut self, start: u64, block: &mut AudioBlock) -> Result<(), StemError> {
        let (frames, stride) = (block.frames(), block.stride());
        let Some(mut resampled) = self.resampled.take() else {
            return self.decode(start, frames, (block.as_mut_slice(), stride));
        };
        let read = resampled.read(start, block, &mut |start, frames, out| self.decode(start, frames, out));
        self.resampled = Some(resampled);
        read
    }
}
