//! What there is to tell about a playback.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::deliver::Clock;
use crate::live::{Handle, Telemetry};

/// A device, for scripts.
#[cfg(feature = "play")]
#[derive(Debug, Serialize)]
pub(super) struct Device {
    name: String,
    default: bool,
    channels: usize,
    lowest_rate: u32,
    highest_rate: u32,
}

#[cfg(feature = "play")]
impl From<&crate::live::audio_device::DeviceInfo> for Device {
    fn from(info: &crate::live::audio_device::DeviceInfo) -> Self {
        Self {
            name: info.name.clone(),
            default: info.is_default,
            channels: info.channels,
            lowest_rate: info.sample_rates.0,
            highest_rate: info.sample_rates.1,
        }
    }
}

/// How a playback went.
#[derive(Debug, Serialize)]
pub(super) struct LiveReport {
    input: String,
    output: String,
    sample_rate: u32,
    /// The sample that would have come next.
    position: u64,
    /// Times that nothing was rendered in time.
    underruns: u64,
    /// What the device complained about.
    device_faults: u64,
    /// Highest time to render a block over the time that it lasts.
    peak_load: f64,
    integrated_lufs: Option<f64>,
    loudness_range_lu: Option<f64>,
    true_peak_dbtp: Option<f64>,
    osc_received: u64,
    osc_ignored: u64,
    osc_dropped: u64,
}

impl LiveReport {
    pub(super) fn new(input: &Path, handle: &Handle, device_faults: u64) -> Self {
        let Telemetry { position, sample_rate, underruns, peak_load, loudness, osc, channels, .. } =
            handle.telemetry();
        let peak = channels.iter().map(|channel| channel.true_peak_hold).fold(0.0_f32, f32::max);
        Self {
            input: input.display().to_string(),
            output: handle.output().name().to_owned(),
            sample_rate,
            position,
            underruns,
            device_faults,
            peak_load,
            integrated_lufs: loudness.integrated,
            loudness_range_lu: loudness.range,
            true_peak_dbtp: (peak > 0.0).then(|| 20.0 * f64::from(peak).log10()),
            osc_received: osc.received,
            osc_ignored: osc.ignored,
            osc_dropped: osc.dropped,
        }
    }
}

impl fmt::Display for LiveReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Clock { sample: self.position, sample_rate: self.sample_rate };
        write!(f, "ended at {at}; {} underruns, load up to {:.0} %", self.underruns, self.peak_load * 100.0)?;
        if let Some(lufs) = self.integrated_lufs {
            write!(f, "; {lufs:.1} LUFS")?;
        }
        if self.osc_received > 0 {
            write!(f, "; OSC: {} messages, {} ignored", self.osc_received, self.osc_ignored)?;
        }
        Ok(())
    }
}

/// One line about the moment.
pub(super) fn line(handle: &Handle) -> String {
    let Telemetry { position, sample_rate, underruns, load, loudness, .. } = handle.telemetry();
    let momentary = loudness.momentary.map_or_else(|| "-".to_owned(), |lufs| format!("{lufs:.1}"));
    let at = Clock { sample: position, sample_rate };
    format!("{at}  M {momentary} LUFS  load {:.0} %  {underruns} underruns", load * 100.0)
}
