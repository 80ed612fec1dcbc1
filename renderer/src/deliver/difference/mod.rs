//! The sound of two files or scenes, sample by sample: how deep they cancel, how their levels and loudnesses differ, and where they
//! part. Channels of files are compared by their numbers, the tracks that scenes are mixed to by their names.

mod lag;
#[cfg(test)]
mod tests;

use std::path::Path;

use formats::bw64::Reader;
use serde::Serialize;

use super::JobError;
use super::export::track_names;
use crate::audio::AudioBlock;
use crate::loudness::{Measures, Meter, MeterChannel};
use crate::master::pieces::piece_frames;
use crate::master::{Input, SceneInput, is_scene};
use crate::units::Decibels;

/// Two files or scenes, as far as they have channels and frames in common.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SoundComparison {
    /// Hz, of each.
    pub sample_rates: [u32; 2],
    /// Channels or tracks, of each.
    pub channels: [usize; 2],
    /// Frames, of each.
    pub frames: [u64; 2],
    /// Every sample of both is the same within the tolerance, and both have the same shape.
    pub is_equal: bool,
    /// The first frame with a difference beyond the tolerance: where one of them ends, if not before.
    pub first_difference: Option<u64>,
    /// Frames by which the second is later, where it looks like the first one shifted.
    pub lag: Option<i64>,
    /// Those that both have; empty when the sample rates differ.
    pub each: Vec<ChannelComparison>,
    /// Tracks that only one of two scenes has.
    pub only_in: [Vec<String>; 2],
}

/// One channel, 0 dB being full scale; `None` is silence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelComparison {
    /// What the track of a scene is called.
    pub name: Option<String>,
    /// The highest samples, dBFS.
    pub peaks_dbfs: [Option<f64>; 2],
    /// Root mean squares, dBFS.
    pub levels_dbfs: [Option<f64>; 2],
    /// Gated loudnesses of the channel alone, LUFS.
    pub loudness_lufs: [Option<f64>; 2],
    /// The highest sample of the difference, dBFS; `None` when there is no difference.
    pub difference_peak_dbfs: Option<f64>,
    /// Level of the difference relative to the first, dB; `None` when there is none or the first is silent.
    pub null_db: Option<f64>,
    /// Gain by which the second is best explained by the first, dB; `None` when one of them is silent.
    pub gain_db: Option<f64>,
    /// What is left relative to the first when that gain is taken back, dB; `None` when nothing is.
    pub null_after_gain_db: Option<f64>,
    /// Samples that differ by more than the tolerance.
    pub samples_different: u64,
    /// The first of them.
    pub first_difference: Option<u64>,
}

/// A file or a scene, and what is known of its channels so far.
struct Side<'a> {
    path: &'a Path,
    input: Input,
    /// Of a scene's tracks; none of a file's channels.
    names: Vec<String>,
    /// Those that are compared.
    tracks: Vec<usize>,
    meters: Vec<Meter>,
    block: AudioBlock,
    raw: Vec<u8>,
    /// The frame after the last one that was read.
    next: u64,
}

/// Compares the sound of the files or scenes `a` and `b`. Samples are the same that differ by no more than `tolerance` (1.0 is full
/// scale). Those of 32-bit integers and 64-bit floats are compared in single precision. `progress` hears frames done and
/// of how many.
///
/// # Errors
/// When a file, or a stem of a scene, is unusable or can't be read on, or `stop` said so.
pub fn compare_sound(
    a: &Path,
    b: &Path,
    tolerance: f64,
    progress: &mut dyn FnMut(u64, u64),
    stop: &dyn Fn() -> bool,
) -> Result<SoundComparison, JobError> {
    let (mut a, mut b) = (Side::open(a)?, Side::open(b)?);
    let sample_rates = [a.input.sample_rate(), b.input.sample_rate()];
    let channels = [a.input.tracks(), b.input.tracks()];
    let frames = [a.input.frames(), b.input.frames()];
    let only_in = pair(&mut a, &mut b);
    if sample_rates[0] != sample_rates[1] {
        (a.tracks, b.tracks) = (Vec::new(), Vec::new());
    }
    let common = a.tracks.len();
    let length = if common == 0 { 0 } else { frames[0].min(frames[1]) };
    a.add_meters();
    b.add_meters();
    let mut sums = vec![Sums::default(); common];
    let piece = piece_frames(a.bytes_per_frame().max(b.bytes_per_frame()));
    let mut at = 0_u64;
    while at < length {
        if stop() {
            return Err(JobError::Interrupted);
        }
        let wanted = usize::try_from(length - at).unwrap_or(usize::MAX).min(piece);
        a.read(at, wanted)?;
        b.read(at, wanted)?;
        for (channel, sums) in sums.iter_mut().enumerate() {
            sums.add(a.block.channel(channel), b.block.channel(channel), at, tolerance);
        }
        at = at.saturating_add(wanted as u64);
        progress(at, length);
    }
    let first = sums.iter().filter_map(|sums| sums.first_difference).min();
    let same_shape =
        sample_rates[0] == sample_rates[1] && channels[0] == channels[1] && frames[0] == frames[1];
    let end = (frames[0] != frames[1] && common > 0).then_some(length);
    let lag = match lag::loudest(&sums) {
        Some((channel, frame)) => lag::find(&mut a, &mut b, channel, frame)?,
        None => None,
    };
    let loudness = a.loudness().into_iter().zip(b.loudness());
    let names = a.tracks.iter().map(|track| a.names.get(*track).cloned());
    let each = sums.iter().zip(loudness).zip(names);
    let each =
        each.map(|((sums, (a, b)), name)| ChannelComparison { name, ..sums.comparison([a, b]) }).collect();
    let first_difference = first.or(end);
    let same_tracks = only_in.iter().all(Vec::is_empty);
    let is_equal = same_shape && same_tracks && first_difference.is_none();
    Ok(SoundComparison { sample_rates, channels, frames, is_equal, first_difference, lag, each, only_in })
}

/// Chooses what is compared: tracks of one name, or channels of one number. Gives the names that only one of them has.
fn pair(a: &mut Side<'_>, b: &mut Side<'_>) -> [Vec<String>; 2] {
    let mut only_in = [Vec::new(), Vec::new()];
    if a.names.is_empty() || b.names.is_empty() {
        let common = a.input.tracks().min(b.input.tracks());
        (a.tracks, b.tracks) = ((0..common).collect(), (0..common).collect());
        return only_in;
    }
    for (track, name) in a.names.iter().enumerate() {
        let free = |other: &usize| b.names[*other] == *name && !b.tracks.contains(other);
        match (0..b.names.len()).find(free) {
            Some(other) => {
                a.tracks.push(track);
                b.tracks.push(other);
            }
            None => only_in[0].push(name.clone()),
        }
    }
    let left = b.names.iter().enumerate().filter(|(other, _)| !b.tracks.contains(other));
    only_in[1].extend(left.map(|(_, name)| name.clone()));
    only_in
}

impl<'a> Side<'a> {
    fn open(path: &'a Path) -> Result<Self, JobError> {
        let (input, names) = if is_scene(path) {
            let (input, contents) = SceneInput::open(path)?;
            (Input::Scene(Box::new(input)), track_names(&contents.document))
        } else {
            let reader = Reader::open(path).map_err(|e| JobError::file(path, e))?;
            (Input::File(Box::new(reader)), Vec::new())
        };
        let (tracks, meters, block, raw) = (Vec::new(), Vec::new(), AudioBlock::default(), Vec::new());
        Ok(Self { path, input, names, tracks, meters, block, raw, next: 0 })
    }

    fn bytes_per_frame(&self) -> usize {
        self.input.sample_format().bytes() * self.input.tracks()
    }

    /// A meter for each channel that is compared, where loudness is defined.
    fn add_meters(&mut self) {
        let measures = Measures { true_peak: false, offsets: false, timeline: false };
        let alone = || vec![MeterChannel { name: String::new(), weight: 1.0 }];
        let meter = Meter::new(self.input.sample_rate(), alone(), measures);
        self.meters = meter.map(|meter| vec![meter; self.tracks.len()]).unwrap_or_default();
    }

    /// Reads frames, all channels of them, and measures them.
    fn read(&mut self, start: u64, frames: usize) -> Result<(), JobError> {
        self.decode(start, frames)?;
        for (channel, meter) in self.meters.iter_mut().enumerate() {
            let samples = self.block.channel(channel);
            meter.add(samples, samples.len(), samples.len());
        }
        Ok(())
    }

    fn decode(&mut self, start: u64, frames: usize) -> Result<(), JobError> {
        if self.block.channels() != self.tracks.len() || self.block.capacity() < frames {
            self.block = AudioBlock::new(self.tracks.len(), frames);
        }
        self.block.set_frames(frames);
        if start != self.next {
            self.input.restart(start);
        }
        self.next = start.saturating_add(frames as u64);
        let read = self.input.read(&self.tracks, start, &mut self.block, (&mut self.raw, &mut |_, _| {}));
        read.map_err(|e| JobError::file(self.path, e))
    }

    fn loudness(&mut self) -> Vec<Option<f64>> {
        let meters = std::mem::take(&mut self.meters);
        let mut loudness: Vec<Option<f64>> =
            meters.into_iter().map(|meter| meter.finish().integrated_lufs).collect();
        loudness.resize(self.tracks.len(), None);
        loudness
    }
}

/// What is summed over the samples of one channel.
#[derive(Clone, Debug, Default)]
struct Sums {
    frames: u64,
    squares: [f64; 2],
    product: f64,
    difference: f64,
    peaks: [f64; 2],
    /// Where the first has its peak.
    peak_frame: u64,
    difference_peak: f64,
    different: u64,
    first_difference: Option<u64>,
}

impl Sums {
    fn add(&mut self, a: &[f32], b: &[f32], start: u64, tolerance: f64) {
        for (n, (&a, &b)) in a.iter().zip(b).enumerate() {
            let (a, b) = (f64::from(a), f64::from(b));
            let difference = b - a;
            self.squares[0] += a * a;
            self.squares[1] += b * b;
            self.product += a * b;
            self.difference += difference * difference;
            if a.abs() > self.peaks[0] {
                self.peaks[0] = a.abs();
                self.peak_frame = start.saturating_add(n as u64);
            }
            self.peaks[1] = self.peaks[1].max(b.abs());
            self.difference_peak = self.difference_peak.max(difference.abs());
            if difference.abs() > tolerance {
                self.different += 1;
                self.first_difference.get_or_insert(start.saturating_add(n as u64));
            }
        }
        self.frames = self.frames.saturating_add(a.len() as u64);
    }

    fn comparison(&self, loudness_lufs: [Option<f64>; 2]) -> ChannelComparison {
        let decibels = |factor: f64| Some(Decibels::of(factor).0).filter(|level| level.is_finite());
        let mean = |sum: f64| (sum / self.frames.max(1) as f64).sqrt();
        let ratio = |left: f64| decibels((left.max(0.0) / self.squares[0]).sqrt());
        let [a, b] = self.squares;
        // The gain that leaves least is ⟨a, b⟩ / ⟨a, a⟩; then b·b − ⟨a, b⟩² / a·a is left.
        let explained = self.product * self.product / a;
        ChannelComparison {
            name: None,
            peaks_dbfs: self.peaks.map(decibels),
            levels_dbfs: [decibels(mean(a)), decibels(mean(b))],
            loudness_lufs,
            difference_peak_dbfs: decibels(self.difference_peak),
            null_db: ratio(self.difference),
            gain_db: decibels(self.product / a),
            null_after_gain_db: ratio(b - explained).filter(|left| *left > SUMS_RESOLVE_DB),
            samples_different: self.different,
            first_difference: self.first_difference,
        }
    }
}

/// Nulls deeper than this can't be told from nothing by the difference of two sums of squares.
const SUMS_RESOLVE_DB: f64 = -140.0;
