//! What plays: the engine of `renderer::live`, kept in step with the document.
//!
//! ```text
//!  drag ── edit_object, at once ─┐
//!  document, a gesture later ────┼─ Handle ── engine ── device, or a clock in its place
//!  layout, monitor, playhead ────┘      └ telemetry: levels, loudness, position
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use formats::adm::{CartesianPosition, ObjectPosition, PolarPosition};
use formats::scene::{Coordinates, Object, ObjectParameter as P, Scene, Spatial};
use hrtf::HrtfSet;
use renderer::layout::Layout;
use renderer::live::mock_device::{MockDevice, Pace};
use renderer::live::osc::{self, ADM_OSC_PORT, OscOptions, OscServer};
use renderer::live::{
    self, Event, Handle, Monitor, ObjectEdit, Options, Output, Processor, Source, StripName, Telemetry,
};
use renderer::monitor::binaural::Headphones;

/// Frames that a clock in the place of a device takes at a time.
const BLOCK: usize = 480;

/// What the sound is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listening {
    /// The loudspeakers of the room.
    Loudspeakers,
    /// Headphones.
    Headphones,
}

/// What plays, or would.
pub struct Connection {
    playing: Option<Playing>,
    /// Loudspeakers or headphones.
    pub listening: Listening,
    /// Level, dim and mute.
    pub monitor: Monitor,
    /// What is measured, as of this frame.
    pub telemetry: Telemetry,
    /// The strip that is looked at: its spectrum is measured.
    pub watched: Option<StripName>,
    /// Why nothing is heard, or how it is.
    pub status: String,
    osc: Option<OscServer>,
}

struct Playing {
    handle: Handle,
    _device: Device,
    /// The state of the document that the engine has or is getting.
    sent: u64,
    /// The output that was asked for.
    output: (Listening, String),
    looped: Option<std::ops::Range<u64>>,
}

/// What takes the blocks.
enum Device {
    /// Nothing hears them.
    Silent { _clock: MockDevice },
    #[cfg(feature = "play")]
    Sound { _device: renderer::live::audio_device::AudioDevice },
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            playing: None,
            listening: Listening::Loudspeakers,
            monitor: Monitor::default(),
            telemetry: Telemetry::default(),
            watched: None,
            status: String::new(),
            osc: None,
        }
    }
}

impl Connection {
    /// Another document is open: what plays ends.
    pub fn close(&mut self) {
        self.osc = None;
        self.playing = None;
        self.telemetry = Telemetry::default();
    }

    /// Something plays or waits to.
    pub fn is_open(&self) -> bool {
        self.playing.is_some()
    }

    /// The engine's thread takes what it needs, and a device or a clock is started.
    ///
    /// # Errors
    /// When the scene can't be played.
    pub fn open(&mut self, scene: &Scene, folder: &Path, state: u64, layout: &Layout) -> Result<(), String> {
        let output = self.output(layout)?;
        let name = (self.listening.clone(), layout.name.clone());
        let source = Source::Scene { scene: Box::new(scene.clone()), folder: folder.to_path_buf() };
        let (handle, processor) =
            live::open(source, Options::new(output)).map_err(|error| error.to_string())?;
        let (device, status) = start(processor, handle.sample_rate())?;
        handle.set_monitor(self.monitor);
        self.status = status;
        self.playing = Some(Playing { handle, _device: device, sent: state, output: name, looped: None });
        Ok(())
    }

    fn output(&self, layout: &Layout) -> Result<Output, String> {
        match self.listening {
            Listening::Loudspeakers => Output::by_name(&layout.name).map_err(|error| error.to_string()),
            Listening::Headphones => {
                let set = HrtfSet::built_in().diffuse_field_equalised();
                Ok(Output::headphones(Headphones::new(std::sync::Arc::new(set))))
            }
        }
    }

    /// Brings what plays in step, and takes over what is measured. Gives what there is to tell, and whether it is bad.
    pub fn step(
        &mut self,
        scene: &Scene,
        state: u64,
        layout: &Layout,
        is_settled: bool,
    ) -> Option<(String, bool)> {
        let output = (self.listening.clone(), layout.name.clone());
        let wanted = self
            .playing
            .as_ref()
            .is_some_and(|playing| playing.output != output)
            .then(|| self.output(layout));
        let playing = self.playing.as_mut()?;
        let mut told = None;
        match wanted {
            Some(Ok(made)) => playing.handle.set_output(made),
            Some(Err(error)) => told = Some((error, true)),
            None => {}
        }
        playing.output = output;
        if is_settled && playing.sent != state {
            playing.handle.set_scene(Box::new(scene.clone()));
            playing.sent = state;
        }
        if playing.handle.monitor() != self.monitor {
            playing.handle.set_monitor(self.monitor);
        }
        for event in playing.handle.events() {
            match event {
                Event::SceneReady if playing.sent == state => {
                    playing.handle.release_objects();
                }
                Event::Failed { message } => told = Some((message, true)),
                Event::Warning { message } => told = told.or(Some((message, false))),
                Event::SceneReady
                | Event::OutputReady { .. }
                | Event::ReferenceReady { .. }
                | Event::Ended => {}
            }
        }
        playing.handle.watch(self.watched);
        self.telemetry = playing.handle.telemetry();
        told
    }

    /// What was moved by hand is heard at once, before the scene is.
    pub fn moved(&self, scene: &Scene, tracks: &[usize], seconds: f64) {
        let Some(playing) = &self.playing else { return };
        for info in playing.handle.objects().iter() {
            let Some(track) = info.track.filter(|track| tracks.contains(track)) else { continue };
            if let Some(Spatial::Object(object)) = scene.tracks.get(track).map(|track| &track.spatial) {
                playing.handle.edit_object(info.item, edit_of(object, seconds));
            }
        }
    }

    /// What was turned at the desk is heard at once, before the scene is.
    pub fn turned(&self, scene: &Scene) {
        if let Some(playing) = &self.playing {
            playing.handle.set_strips(Box::new(scene.clone()));
        }
    }

    /// Where OSC has put tracks since it was last asked; of several moves of one the last.
    pub fn moves(&self) -> BTreeMap<usize, ObjectPosition> {
        let Some(playing) = &self.playing else { return BTreeMap::new() };
        let objects = playing.handle.objects();
        let moves = playing.handle.moves().into_iter().filter_map(|moved| {
            let track = objects.get(moved.item)?.track?;
            Some((track, moved.edit.position?))
        });
        moves.collect()
    }

    /// Plays or waits.
    pub fn play(&self, plays: bool) {
        if let Some(playing) = &self.playing {
            if plays { playing.handle.play() } else { playing.handle.pause() }
        }
    }

    /// Goes to a time; with `sounds` a moment of it is heard.
    pub fn seek(&self, seconds: f64, sounds: bool) {
        if let Some(playing) = &self.playing {
            let sample = sample_at(seconds, playing.handle.sample_rate());
            if sounds { playing.handle.scrub(sample) } else { playing.handle.seek(sample) }
        }
    }

    /// Plays a part again and again.
    pub fn set_loop(&mut self, range: Option<std::ops::Range<f64>>) {
        if let Some(playing) = &mut self.playing {
            let rate = playing.handle.sample_rate();
            let range = range.map(|range| sample_at(range.start, rate)..sample_at(range.end, rate));
            if playing.looped != range {
                playing.looped.clone_from(&range);
                playing.handle.set_loop(range);
            }
        }
    }

    /// Where the sound is, seconds, and whether it goes on.
    pub fn position(&self) -> Option<(f64, bool)> {
        let playing = self.playing.as_ref()?;
        let rate = f64::from(playing.handle.sample_rate().max(1));
        Some((playing.handle.position() as f64 / rate, playing.handle.is_playing()))
    }

    /// Peak of each track, linear.
    pub fn track_levels(&self, tracks: usize) -> Vec<f32> {
        let mut levels = vec![0.0_f32; tracks];
        if let Some(playing) = &self.playing {
            for info in playing.handle.objects().iter() {
                let peak = self.telemetry.objects.get(info.item).copied().unwrap_or(0.0);
                if let Some(level) = info.track.and_then(|track| levels.get_mut(track)) {
                    *level = level.max(peak);
                }
            }
        }
        levels
    }

    /// Peak of what a reverb returns, linear.
    pub fn return_level(&self, reverb: &str) -> f32 {
        let Some(playing) = &self.playing else { return 0.0 };
        let objects = playing.handle.objects();
        let returns = objects.iter().filter(|info| info.track.is_none() && is_return_of(&info.name, reverb));
        let peaks = returns.filter_map(|info| self.telemetry.objects.get(info.item).copied());
        peaks.fold(0.0, f32::max)
    }

    /// Names of the output's channels.
    pub fn channel_names(&self) -> Vec<String> {
        self.playing.as_ref().map(|playing| playing.handle.output().channel_names()).unwrap_or_default()
    }

    /// Meters start anew.
    pub fn reset_meters(&self) {
        if let Some(playing) = &self.playing {
            playing.handle.reset_meters();
        }
    }

    /// ADM-OSC is listened to.
    pub fn has_osc(&self) -> bool {
        self.osc.is_some()
    }

    /// Listens to ADM-OSC on this machine, or no more.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn set_osc(&mut self, is_on: bool) -> Result<(), String> {
        self.osc = None;
        if let Some(playing) = self.playing.as_ref().filter(|_| is_on) {
            let listen = Some(std::net::SocketAddr::from(([127, 0, 0, 1], ADM_OSC_PORT)));
            let options = OscOptions { listen, ..OscOptions::default() };
            self.osc = Some(osc::start(&playing.handle, &options).map_err(|error| error.to_string())?);
        }
        Ok(())
    }
}

/// Whether an item is one of a reverb's returns, which are called as it is, with the role that was sent: `hall (music)`.
fn is_return_of(item: &str, reverb: &str) -> bool {
    item.strip_prefix(reverb)
        .and_then(|rest| rest.strip_prefix(" ("))
        .is_some_and(|rest| !rest.contains(" ("))
}

fn sample_at(seconds: f64, rate: u32) -> u64 {
    (seconds.max(0.0) * f64::from(rate)).round() as u64
}

/// What an object's place and size are now, for the engine.
fn edit_of(object: &Object, seconds: f64) -> ObjectEdit {
    let value = |parameter: P| object.value_at(parameter, seconds).unwrap_or(0.0);
    let position = match object.coordinates {
        Coordinates::Polar => ObjectPosition::Polar(PolarPosition {
            azimuth: value(P::Azimuth),
            elevation: value(P::Elevation),
            distance: value(P::Distance),
        }),
        Coordinates::Cartesian => {
            ObjectPosition::Cartesian(CartesianPosition { x: value(P::X), y: value(P::Y), z: value(P::Z) })
        }
    };
    ObjectEdit {
        position: Some(position),
        size: Some([P::Width, P::Height, P::Depth].map(value)),
        ..ObjectEdit::default()
    }
}

/// A device of the system where this program has sound, else a clock. Gives what to say of it.
#[cfg(feature = "play")]
fn start(processor: Processor, rate: u32) -> Result<(Device, String), String> {
    use renderer::live::audio_device::{self, DeviceOptions};
    let silent = |error: String| format!("silent: {error}");
    // A processor that a device refuses is gone: whether there is one is asked before.
    match audio_device::list() {
        Ok(devices) if !devices.is_empty() => {
            let device = audio_device::start(processor, &DeviceOptions::default(), rate);
            let device = device.map_err(|error| error.to_string())?;
            let status = format!("on {}", device.name());
            Ok((Device::Sound { _device: device }, status))
        }
        Ok(_) => clock(processor, rate, silent("there is no sound device".to_owned())),
        Err(error) => clock(processor, rate, silent(error.to_string())),
    }
}

#[cfg(not(feature = "play"))]
fn start(processor: Processor, rate: u32) -> Result<(Device, String), String> {
    clock(processor, rate, "silent: this program was built without sound (--features play)".to_owned())
}

fn clock(processor: Processor, rate: u32, status: String) -> Result<(Device, String), String> {
    let clock =
        MockDevice::start(processor, BLOCK, Pace::RealTime(rate)).map_err(|error| error.to_string())?;
    Ok((Device::Silent { _clock: clock }, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_are_known_by_their_names() {
        assert!(is_return_of("hall (music)", "hall"));
        assert!(is_return_of("hall 2 (music): Front Left", "hall 2"));
        assert!(!is_return_of("hall 2 (music)", "hall"));
        assert!(!is_return_of("hall (small) (music)", "hall"));
    }
}
