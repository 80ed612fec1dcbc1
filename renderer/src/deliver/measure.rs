//! Programmes that are measured and not written: a file's own channels as they are, or a master rendered on the fly.

use std::path::Path;

use formats::Warning;
use formats::adm::BlockFormats;
use formats::bw64::{ChunkId, Planar, Reader};
use rayon::prelude::*;

use super::faults::Faults;
use super::line::each_mastered;
use super::mastering::Mastering;
use super::source::Source;
use super::{Deliverable, JobError, OpenJob};
use crate::audio::AudioBlock;
use crate::items::{DirectSpeakersItem, RenderItem, TrackSpec};
use crate::layout::Layout;
use crate::loudness::{Measurement, Measures, Meter, MeterChannel, SpeechSource};
use crate::master::is_scene;
use crate::master::pieces::piece_frames;
use crate::master::plain_wav;
use crate::master::{Master, Selection};
use crate::panner::direct_speakers::nominal_label;
use crate::render::Target;

/// Names that a message lists.
const EXAMPLES: &str = "L, R, C, LFE, Ls, Rs … or BS.2051 labels: M+030, M-030, M+000, LFE1, M+110 …";

/// The channel called `name`: a BS.2051 label (`M+030`), or what people call it (`L`, `Ls`, `LFE`).
///
/// # Errors
/// A line that says what was expected, when no layout has such a channel.
pub fn channel_named(name: &str) -> Result<MeterChannel, String> {
    let label = nominal_label(name.trim());
    let channels: Vec<_> = Layout::all().flat_map(|layout| layout.channels).collect();
    let by_label = channels.iter().find(|channel| channel.name.eq_ignore_ascii_case(label));
    let found = by_label
        .or_else(|| channels.iter().find(|channel| channel.everyday_name().eq_ignore_ascii_case(label)));
    found.map(MeterChannel::of).ok_or_else(|| {
        let name: String = name.chars().take(20).collect();
        format!("no loudspeaker is called `{name}`; expected {EXAMPLES}")
    })
}

/// The loudspeakers that the channels of a file are.
#[derive(Clone, Debug)]
pub struct OwnChannels {
    /// In the order of the file.
    pub channels: Vec<MeterChannel>,
    /// What was repaired or guessed.
    pub warnings: Vec<Warning>,
}

/// The channels of a file that is a bed and nothing else: every track one loudspeaker, all along. `None` for a master
/// that has to be rendered.
///
/// # Errors
/// When the file is unusable, or its channels have no names.
pub fn own_channels(input: &Path, selection: &Selection) -> Result<Option<OwnChannels>, JobError> {
    if is_scene(input) {
        return Ok(None);
    }
    if let Ok(reader) = Reader::open(input) {
        let has_adm =
            [ChunkId::AXML, ChunkId::BXML, ChunkId::CHNA].iter().any(|id| reader.find(*id).is_some());
        if !has_adm && plain_wav::bed(reader.format()).is_none() {
            let message = format!(
                "no ADM, and {} channels are no common bed (1, 2, 6, 8, 10 or 12); name them: --channels {EXAMPLES}",
                reader.channels()
            );
            return Err(JobError::file(input, message));
        }
    }
    let master = Master::open(input, selection, 0.0)?;
    let seconds = master.input.frames() as f64 / f64::from(master.input.sample_rate());
    let mut channels: Vec<Option<MeterChannel>> = vec![None; master.input.tracks()];
    for item in master.items.iter() {
        let RenderItem::DirectSpeakers(item) = item else { return Ok(None) };
        let Some((track, channel)) = steady_loudspeaker(item, seconds) else { return Ok(None) };
        match channels.get_mut(track) {
            Some(place @ None) => *place = Some(channel),
            _ => return Ok(None),
        }
    }
    let names: Option<Vec<MeterChannel>> = channels.into_iter().collect();
    Ok(names
        .filter(|names| are_different(names))
        .map(|channels| OwnChannels { channels, warnings: master.warnings }))
}

fn are_different(channels: &[MeterChannel]) -> bool {
    let mut names: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
    names.sort_unstable();
    names.is_sorted_by(|a, b| a < b)
}

/// The track of an item that is one loudspeaker, unchanged, from beginning to end of a file of so many `seconds`.
fn steady_loudspeaker(item: &DirectSpeakersItem, seconds: f64) -> Option<(usize, MeterChannel)> {
    let TrackSpec::Direct(track) = item.track else { return None };
    let BlockFormats::DirectSpeakers(blocks) = &item.channel.blocks else { return None };
    let ([block], context) = (blocks.as_slice(), &item.context) else { return None };
    let steady = block.common.rtime.is_none()
        && block.common.gain.linear() == 1.0
        && context.object_start.is_none_or(|start| start.to_ratio().0 == 0)
        && context.object_duration.is_none_or(|duration| duration.seconds_f64() >= seconds)
        && context.object_gain == 1.0
        && context.position_offset.is_none();
    let label = block.speaker_labels.first().filter(|_| steady)?;
    Some((track, channel_named(label).ok()?))
}

/// Measures the channels of `input` as they are.
///
/// # Errors
/// When the file can't be read, has another number of channels or a rate at which nothing is defined, or `stop` said so.
pub fn measure_channels(
    input: &Path,
    channels: Vec<MeterChannel>,
    measures: Measures,
    progress: &mut dyn FnMut(u64, u64),
    stop: &dyn Fn() -> bool,
) -> Result<(Measurement, Vec<Warning>), JobError> {
    let fault = |e: &dyn std::fmt::Display| JobError::file(input, e);
    let mut reader = Reader::open(input).map_err(|e| fault(&e))?;
    if channels.len() != reader.channels() {
        let message = format!("has {} channels, and {} are named", reader.channels(), channels.len());
        return Err(fault(&message));
    }
    let tracks: Vec<usize> = (0..channels.len()).collect();
    let meter = Meter::new(reader.sample_rate(), channels, measures).map_err(|e| fault(&e))?;
    let (mut meter, mut faults) = (meter.with_leq_m().with_speech(SpeechSource::Voice), Faults::default());
    let format = *reader.format();
    let piece = piece_frames(format.bytes_per_frame());
    let (mut raw, mut planes, mut at) = (Vec::new(), Planar::<f32>::new(0, 0), 0);
    while at < reader.frames() {
        if stop() {
            return Err(JobError::Interrupted);
        }
        let got = reader.read_raw(at, piece, &mut raw).map_err(|e| fault(&e))?;
        let bad = format.sample_format.decode(&raw, usize::from(format.channels), &mut planes);
        if bad > 0 {
            faults.locate(&raw, format.sample_format, tracks.len(), at, &tracks);
        }
        meter.add(planes.as_slice(), planes.stride(), got);
        at = at.saturating_add(got as u64);
        progress(at, reader.frames());
        if got == 0 {
            break;
        }
    }
    let warnings = reader.warnings().to_vec();
    let mut measurement = meter.finish();
    for (track, found) in faults.tracks {
        let Some(channel) = measurement.channels.get_mut(track) else { continue };
        channel.non_finite = channel.non_finite.saturating_add(found.count);
        channel.first_non_finite = [channel.first_non_finite, Some(found.first)].into_iter().flatten().min();
    }
    Ok((measurement, warnings))
}

impl Deliverable {
    /// The channels of a file of this output as a meter weights them; `None` for Ambisonics, which is no feed of anything.
    pub(super) fn meter_channels(&self) -> Option<Vec<MeterChannel>> {
        let silent = |name: &String| MeterChannel { name: name.clone(), weight: 0.0 };
        let names = self.channel_names();
        match self.target() {
            Target::Ambisonics { .. } => None,
            Target::Headphones(_) => {
                Some(names.into_iter().map(|name| MeterChannel { name, weight: 1.0 }).collect())
            }
            Target::Loudspeakers { layout, wiring: None } => {
                Some(layout.channels.iter().map(MeterChannel::of).collect())
            }
            Target::Loudspeakers { layout, .. } => {
                let weighted = |name: &String| {
                    let index = layout.channel_index(name)?;
                    layout.channels.get(index).map(MeterChannel::of)
                };
                Some(names.iter().map(|name| weighted(name).unwrap_or_else(|| silent(name))).collect())
            }
        }
    }

    /// A meter for this output, if it can be measured.
    pub(super) fn meter(&self, sample_rate: u32, measures: Measures) -> Option<Meter> {
        Meter::new(sample_rate, self.meter_channels()?, measures).ok()
    }
}

impl OpenJob {
    /// Renders and measures the outputs, in their order, without writing any.
    ///
    /// # Errors
    /// When the input can't be read on, an output can't be measured, or `stop` said so.
    pub fn measure(
        self,
        measures: Measures,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<(Vec<Measurement>, Vec<Warning>), JobError> {
        let frames = self.frames();
        let Self { job, master, mut engine, lead, pool, stems, .. } = self;
        let rate = master.input.sample_rate();
        let meter = |(output, stem): (&super::Output, Option<usize>)| {
            let name = output.deliverable.name();
            let message = format!("at {rate} Hz, {name}: loudness isn't defined there");
            let meter =
                output.deliverable.meter(rate, measures).ok_or(JobError::file(&job.input, message))?;
            let source = if stem.is_some() { SpeechSource::Stem } else { SpeechSource::Voice };
            Ok(if job.measure_dialogue { meter.with_leq_m().with_speech(source) } else { meter })
        };
        let stems = stems.into_iter().chain(std::iter::repeat(None));
        let stems: Vec<Option<usize>> = stems.take(job.outputs.len()).collect();
        let meters = job.outputs.iter().zip(stems.iter().copied()).map(meter);
        let mut meters = meters.collect::<Result<Vec<_>, JobError>>()?;
        let mut mastering = Mastering::new(&job.outputs, &engine.output_blocks(), (lead, frames), rate)?;
        let source = Source::new(&job.input, master.input, &engine);
        let mut measure = |blocks: &[AudioBlock]| {
            take(&mut meters, blocks, &stems);
            Ok(())
        };
        let line = (&mut engine, &mut mastering);
        let faults = pool.install(|| each_mastered(source, line, (progress, stop), &mut measure))?;
        let mut warnings = master.warnings;
        warnings.extend(faults.warnings(rate));
        let source_non_finite = faults.count();
        let measurement = |meter: Meter| Measurement { source_non_finite, ..meter.finish() };
        Ok((meters.into_iter().map(measurement).collect(), warnings.split_off(master.warning_count)))
    }
}

/// Every meter takes in the block of its output, and the dialogue alone where it wants that.
fn take(meters: &mut [Meter], blocks: &[AudioBlock], stems: &[Option<usize>]) {
    meters.par_iter_mut().with_max_len(1).zip(blocks).zip(stems).for_each(|((meter, block), stem)| {
        meter.add(block.as_slice(), block.stride(), block.frames());
        if let Some(stem) = stem.and_then(|stem| blocks.get(stem)) {
            meter.add_stem(stem.as_slice(), stem.stride(), stem.frames());
        }
    });
}
