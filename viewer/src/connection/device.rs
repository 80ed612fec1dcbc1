//! What takes the blocks: a device of the system where this program has sound, else a clock.

use renderer::live::Processor;
use renderer::live::mock_device::{MockDevice, Pace};

pub use system::devices;
pub(super) use system::{channels, start};

/// Frames that a clock in the place of a device takes at a time.
const BLOCK: usize = 480;

/// A device that sound can be played on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Its name.
    pub name: String,
    /// The system would take it.
    pub is_default: bool,
    /// Channels at most.
    pub channels: usize,
}

/// What takes the blocks; dropped, it stops.
pub(super) enum Device {
    /// Nothing hears them.
    Silent { _clock: MockDevice },
    #[cfg(feature = "play")]
    Sound(renderer::live::audio_device::AudioDevice),
}

impl Device {
    /// What went wrong so far.
    pub(super) fn faults(&self) -> u64 {
        match self {
            Self::Silent { .. } => 0,
            #[cfg(feature = "play")]
            Self::Sound(device) => device.faults(),
        }
    }

    /// A clock takes the blocks.
    pub(super) fn clock(processor: Processor, rate: u32) -> Result<Self, String> {
        let clock = MockDevice::start(processor, BLOCK, Pace::RealTime(rate));
        Ok(Self::Silent { _clock: clock.map_err(|error| error.to_string())? })
    }
}

/// The devices of the system.
#[cfg(feature = "play")]
mod system {
    use renderer::live::Processor;
    use renderer::live::audio_device::{self, DeviceOptions};

    use super::{Device, DeviceInfo};
    use crate::connection::listening::DeviceSettings;

    /// Channels that a device is opened with at most: more than any layout has. Some systems offer ten thousand.
    const MOST_CHANNELS: usize = 64;

    /// The devices of this machine.
    ///
    /// # Errors
    /// When this program has no sound, or the system doesn't tell.
    pub fn devices() -> Result<Vec<DeviceInfo>, String> {
        let found = audio_device::list().map_err(|error| error.to_string())?;
        let info = |device: audio_device::DeviceInfo| DeviceInfo {
            name: device.name,
            is_default: device.is_default,
            channels: device.channels,
        };
        Ok(found.into_iter().map(info).collect())
    }

    /// Channels that the engine should give to the chosen device, for an output with so many.
    pub(in crate::connection) fn channels(
        found: &[DeviceInfo],
        settings: &DeviceSettings,
        output: usize,
    ) -> Result<usize, String> {
        let is_it = |device: &&DeviceInfo| match &settings.name {
            Some(name) => device.name == *name,
            None => device.is_default,
        };
        let device = found.iter().find(is_it).or(found.first().filter(|_| settings.name.is_none()));
        match (device, &settings.name) {
            (Some(_), _) if !settings.map.is_empty() => Ok(settings.map.len()),
            // Another output may have more, later.
            (Some(device), _) => Ok(device.channels.min(output.max(MOST_CHANNELS))),
            (None, Some(name)) => Err(format!("no device is called \"{name}\" any more")),
            (None, None) => Err("there is no sound device".to_owned()),
        }
    }

    /// Starts the chosen device, and gives its name. When it can't be played on, the processor is gone.
    pub(in crate::connection) fn start(
        processor: Processor,
        settings: &DeviceSettings,
        rate: u32,
    ) -> Result<(Device, String), String> {
        let options =
            DeviceOptions { name: settings.name.clone(), buffer: settings.buffer, map: settings.map.clone() };
        let device = audio_device::start(processor, &options, rate).map_err(|error| error.to_string())?;
        let name = device.name().to_owned();
        Ok((Device::Sound(device), name))
    }
}

/// What there is without sound.
#[cfg(not(feature = "play"))]
mod system {
    use renderer::live::Processor;

    use super::{Device, DeviceInfo};
    use crate::connection::listening::DeviceSettings;

    const NO_SOUND: &str = "this program was built without sound (--features play)";

    /// The devices of this machine.
    ///
    /// # Errors
    /// When this program has no sound, or the system doesn't tell.
    pub fn devices() -> Result<Vec<DeviceInfo>, String> {
        Err(NO_SOUND.to_owned())
    }

    pub(in crate::connection) fn channels(
        _: &[DeviceInfo],
        _: &DeviceSettings,
        _: usize,
    ) -> Result<usize, String> {
        Err(NO_SOUND.to_owned())
    }

    pub(in crate::connection) fn start(
        _: Processor,
        _: &DeviceSettings,
        _: u32,
    ) -> Result<(Device, String), String> {
        Err(NO_SOUND.to_owned())
    }
}
