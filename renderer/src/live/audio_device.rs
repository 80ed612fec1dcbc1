//! The sound devices of this machine, by `cpal`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, Device, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig,
    SupportedStreamConfigRange,
};

use super::{LiveError, Processor};

/// Frames that are rendered at a time at most, whatever the device asks for.
const MOST_FRAMES: usize = 4_096;
/// Samples that can be given to a device, the best first: what the system mixes for several programs takes floating point,
/// what it hands through to the hardware whole numbers.
const FORMATS: [SampleFormat; 3] = [SampleFormat::F32, SampleFormat::I32, SampleFormat::I16];

/// A device that sound can be played on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Its name.
    pub name: String,
    /// The system would take it.
    pub is_default: bool,
    /// Channels at most.
    pub channels: usize,
    /// Its sample rates, Hz: lowest and highest.
    pub sample_rates: (u32, u32),
}

/// Which device, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceOptions {
    /// Its name, or a part of it; the system's choice by default.
    pub name: Option<String>,
    /// Frames of a block; the system's choice by default.
    pub buffer: Option<u32>,
    /// For each channel of the output the channel of the device, from 0; in their order by default.
    pub map: Vec<usize>,
}

/// A device that plays; dropped, it stops.
pub struct AudioDevice {
    _stream: Stream,
    name: String,
    faults: Arc<AtomicU64>,
}

impl AudioDevice {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What went wrong so far: blocks that came too late for the system, and worse.
    pub fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for AudioDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AudioDevice({})", self.name)
    }
}

fn fault(error: &cpal::Error) -> LiveError {
    LiveError::Device(told(error))
}

/// What a message of the system says, for more to follow.
fn told(error: &cpal::Error) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

/// Every device that plays sound.
///
/// # Errors
/// When the system doesn't tell.
pub fn list() -> Result<Vec<DeviceInfo>, LiveError> {
    let host = cpal::default_host();
    let default = host.default_output_device().map(|device| device.to_string());
    let devices = host.output_devices().map_err(|error| fault(&error))?;
    let info = |device: Device| {
        let name = device.to_string();
        let ranges: Vec<_> = device.supported_output_configs().ok()?.collect();
        Some(DeviceInfo {
            is_default: default.as_ref() == Some(&name),
            name,
            channels: ranges.iter().map(|range| usize::from(range.channels())).max()?,
            sample_rates: (
                ranges.iter().map(|range| range.min_sample_rate()).min()?,
                ranges.iter().map(|range| range.max_sample_rate()).max()?,
            ),
        })
    };
    Ok(devices.filter_map(info).collect())
}

/// Plays what `processor` gives, at this sample rate.
///
/// # Errors
/// When there is no such device, or it doesn't have the channels or the rate.
pub fn start(
    processor: Processor,
    options: &DeviceOptions,
    sample_rate: u32,
) -> Result<AudioDevice, LiveError> {
    let device = find(options.name.as_deref())?;
    let name = device.to_string();
    let last = options.map.iter().max().map_or(processor.channels(), |channel| channel.saturating_add(1));
    let its = |error: cpal::Error| LiveError::Device(format!("{name}: {}", told(&error)));
    let ranges: Vec<_> = device.supported_output_configs().map_err(its)?.collect();
    let (channels, format) = channels(&ranges, last, sample_rate).map_err(|message| {
        LiveError::Device(format!("{name}: {message}; take another device, or an output with fewer channels"))
    })?;
    let buffer_size = options.buffer.map_or(BufferSize::Default, BufferSize::Fixed);
    let config = StreamConfig { channels, sample_rate, buffer_size };
    let faults = Arc::new(AtomicU64::new(0));
    let feed = Feed::new(processor, usize::from(channels), options.map.clone());
    let stream = match format {
        SampleFormat::I16 => build::<i16>(&device, config, feed, &faults),
        SampleFormat::I32 => build::<i32>(&device, config, feed, &faults),
        _ => build::<f32>(&device, config, feed, &faults),
    };
    let stream = stream.map_err(its)?;
    stream.play().map_err(its)?;
    Ok(AudioDevice { _stream: stream, name, faults })
}

fn build<T: SizedSample + FromSample<f32>>(
    device: &Device,
    config: StreamConfig,
    mut feed: Feed,
    faults: &Arc<AtomicU64>,
) -> Result<Stream, cpal::Error> {
    let faults = Arc::clone(faults);
    device.build_output_stream::<T, _, _>(
        config,
        move |out, _| feed.fill(out),
        move |_| {
            faults.fetch_add(1, Ordering::Relaxed);
        },
        None,
    )
}

fn find(name: Option<&str>) -> Result<Device, LiveError> {
    let host = cpal::default_host();
    let Some(name) = name else {
        let none = || LiveError::Device("this machine has none that plays sound".to_owned());
        return host.default_output_device().ok_or_else(none);
    };
    let mut devices: Vec<Device> = host.output_devices().map_err(|error| fault(&error))?.collect();
    let called =
        |wanted: &dyn Fn(&str) -> bool| devices.iter().position(|device| wanted(&device.to_string()));
    let lower = name.to_lowercase();
    let at =
        called(&|found| found == name).or_else(|| called(&|found| found.to_lowercase().contains(&lower)));
    match at {
        Some(at) => Ok(devices.swap_remove(at)),
        None => Err(LiveError::Device(format!("none is called \"{name}\"; --list-devices lists them"))),
    }
}

/// Channels that the device is opened with, at least `least`, and their samples.
fn channels(
    ranges: &[SupportedStreamConfigRange],
    least: usize,
    sample_rate: u32,
) -> Result<(u16, SampleFormat), String> {
    let at_rate = ranges
        .iter()
        .filter(|range| (range.min_sample_rate()..=range.max_sample_rate()).contains(&sample_rate));
    let preference = |format: SampleFormat| FORMATS.iter().position(|known| *known == format);
    let fitting: Vec<(u16, usize)> =
        at_rate.filter_map(|range| Some((range.channels(), preference(range.sample_format())?))).collect();
    let enough = fitting.iter().filter(|(channels, _)| usize::from(*channels) >= least).min();
    match enough.and_then(|(channels, format)| Some((*channels, *FORMATS.get(*format)?))) {
        Some(found) => Ok(found),
        None => Err(match fitting.iter().map(|(channels, _)| channels).max() {
            Some(most) => format!("has {most} channels, {least} are needed"),
            None => format!("takes no samples of 16 or 32 bits at {sample_rate} Hz"),
        }),
    }
}

/// From the channels of the output to those of the device.
struct Feed {
    processor: Processor,
    channels: usize,
    map: Vec<usize>,
    block: Box<[f32]>,
}

impl Feed {
    fn new(processor: Processor, channels: usize, map: Vec<usize>) -> Self {
        let map = if map.is_empty() { (0..processor.channels()).collect() } else { map };
        let block = vec![0.0; MOST_FRAMES * processor.channels()].into_boxed_slice();
        Self { processor, channels, map, block }
    }

    fn fill<T: Sample + FromSample<f32>>(&mut self, out: &mut [T]) {
        let own = self.processor.channels();
        for part in out.chunks_mut(MOST_FRAMES * self.channels) {
            let frames = part.len() / self.channels;
            let block = &mut self.block[..frames * own];
            self.processor.process(block);
            part.fill(T::EQUILIBRIUM);
            for (to, from) in part.chunks_exact_mut(self.channels).zip(block.chunks_exact(own)) {
                for (sample, channel) in from.iter().zip(&self.map) {
                    if let Some(to) = to.get_mut(*channel) {
                        *to = T::from_sample(*sample);
                    }
                }
            }
        }
    }
}
