//! What plays: the engine of `renderer::live`, kept in step with the document.
//!
//! ```text
//!  drag ── edit_object, at once ─┐
//!  document, a gesture later ────┼─ Handle ── engine ── device, or a clock in its place
//!  layout, monitor, playhead ────┘      └ telemetry: levels, loudness, position
//! ```

pub mod device;
pub mod listening;
mod outputs;
mod remote;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use formats::adm::{AdmId, CartesianPosition, ObjectPosition, PolarPosition};
use formats::scene::{Coordinates, Object, ObjectParameter as P, Scene, Spatial};
use hrtf::Orientation;
use renderer::deliver::Selection;
use renderer::layout::Layout;
use renderer::live::{
    self, Event, Handle, Listen, Monitor, ObjectEdit, Options, Output, Processor, Source, StripName,
    Telemetry, TimedMove,
};

use device::{Device, DeviceInfo};
use listening::{Audition, DeviceSettings, Listening};
use outputs::Outputs;
use remote::Remote;

use crate::document::Document;

/// What plays, or would.
#[derive(Default)]
pub struct Connection {
    playing: Option<Playing>,
    /// What it is listened on.
    pub listening: Listening,
    /// On what else it is heard for a moment.
    pub audition: Option<Audition>,
    /// The programme that is heard, by its index in the scene.
    pub programme: usize,
    /// Level, dim and mute.
    pub monitor: Monitor,
    /// What is measured, as of this frame.
    pub telemetry: Telemetry,
    /// The strip that is looked at: its spectrum is measured.
    pub watched: Option<StripName>,
    /// Why nothing is heard, or how it is.
    pub status: String,
    /// The devices of this machine, once they were looked for.
    pub devices: Option<Result<Vec<DeviceInfo>, String>>,
    /// Loudness of the reference, LUFS, once it is ready.
    pub reference: Option<Option<f64>>,
    /// What a head tracker says when its head looks ahead.
    ahead: Orientation,
    outputs: Outputs,
    remote: Remote,
    names: Vec<String>,
}

/// What came in for a track from outside. What is `None` wasn't said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Incoming {
    /// Where it is.
    pub position: Option<ObjectPosition>,
    /// Linear.
    pub gain: Option<f64>,
    /// Degrees, or units of the cube.
    pub width: Option<f64>,
}

struct Playing {
    handle: Handle,
    device: Device,
    /// How the device was asked for.
    device_settings: DeviceSettings,
    programme: Option<AdmId>,
    /// The state of the document that the engine has or is getting.
    sent: u64,
    /// Number of the output that it has or is getting.
    output: u64,
    reference: Option<PathBuf>,
    looped: Option<std::ops::Range<u64>>,
}

impl Connection {
    /// Another document is open: what plays ends.
    pub fn close(&mut self) {
        self.remote.stop();
        if let Some(playing) = &self.playing {
            self.ahead = playing.handle.head_ahead();
        }
        self.playing = None;
        self.telemetry = Telemetry::default();
        self.reference = None;
        self.audition = None;
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
        self.outputs.want(&self.listening.wanted(layout, self.audition));
        let output = self.outputs.wait()?.output;
        let chosen = self.programme_of(scene);
        let source = || Source::Scene { scene: Box::new(scene.clone()), folder: folder.to_path_buf() };
        let open = |channels: Option<usize>| -> Result<(Handle, Processor), String> {
            let selection = Selection { programme: chosen.clone(), ..Selection::default() };
            let options = Options { channels, selection, ..Options::new(output.clone()) };
            live::open(source(), options).map_err(|error| error.to_string())
        };
        let settings = self.listening.device.clone();
        let (handle, device, status) = match self.sound(&output, &settings, &open) {
            Ok(started) => started,
            Err(reason) => {
                // A processor that a device refuses is gone: the clock gets another.
                let (handle, processor) = open(None)?;
                let device = Device::clock(processor, handle.sample_rate())?;
                (handle, device, format!("silent: {reason}"))
            }
        };
        handle.set_monitor(self.monitor);
        handle.set_head_ahead(self.ahead);
        self.status = status;
        self.names = output.channel_names();
        self.playing = Some(Playing {
            handle,
            device,
            device_settings: settings,
            programme: chosen,
            sent: state,
            output: self.outputs.number(),
            reference: None,
            looped: None,
        });
        Ok(())
    }

    /// The engine on a device of the system.
    fn sound(
        &mut self,
        output: &Output,
        settings: &DeviceSettings,
        open: &dyn Fn(Option<usize>) -> Result<(Handle, Processor), String>,
    ) -> Result<(Handle, Device, String), String> {
        let found = self.devices.insert(device::devices()).clone()?;
        let channels = device::channels(&found, settings, output.channels())?;
        let (handle, processor) = open(Some(channels))?;
        let (device, name) = device::start(processor, settings, handle.sample_rate())?;
        let status = match output.channels() {
            all if all > channels => format!("on {name}: the first {channels} of {all} channels"),
            _ => format!("on {name}"),
        };
        Ok((handle, device, status))
    }

    /// Another device, programme or sample rate was chosen than the one that plays: it has to be opened anew.
    pub fn is_outdated(&self, scene: &Scene) -> bool {
        self.playing.as_ref().is_some_and(|playing| {
            playing.device_settings != self.listening.device
                || playing.programme != self.programme_of(scene)
                || playing.handle.sample_rate() != scene.sample_rate.get()
        })
    }

    /// Brings what plays in step, and takes over what is measured. Gives what there is to tell, and whether it is bad.
    pub fn step(
        &mut self,
        scene: &dyn Fn() -> Scene,
        state: u64,
        layout: &Layout,
        is_settled: bool,
    ) -> Option<(String, bool)> {
        self.outputs.want(&self.listening.wanted(layout, self.audition));
        let mut told = None;
        if self.outputs.take()
            && let Some(fault) = self.outputs.fault()
        {
            told = Some((fault.to_owned(), true));
        }
        let number = self.outputs.number();
        let Some(playing) = &mut self.playing else { return told };
        if playing.output != number
            && let Some(made) = self.outputs.made()
        {
            playing.handle.set_output(made.output.clone());
            playing.output = number;
        }
        if is_settled && playing.sent != state {
            playing.handle.set_scene(Box::new(scene()));
            playing.sent = state;
        }
        if playing.handle.monitor() != self.monitor {
            playing.handle.set_monitor(self.monitor);
        }
        if playing.reference != self.listening.reference {
            playing.reference.clone_from(&self.listening.reference);
            self.reference = None;
            playing.handle.set_reference(playing.reference.clone());
        }
        for event in playing.handle.events() {
            match event {
                Event::SceneReady if playing.sent == state => {
                    playing.handle.release_objects();
                }
                Event::Failed { message } => told = Some((message, true)),
                Event::Warning { message } => told = told.or(Some((message, false))),
                Event::ReferenceReady { loudness } => self.reference = Some(loudness),
                Event::OutputReady { .. } => self.names = playing.handle.output().channel_names(),
                Event::SceneReady | Event::Ended => {}
            }
        }
        playing.handle.watch(self.watched);
        self.telemetry = playing.handle.telemetry();
        if self.names.len() != self.telemetry.channels.len() {
            self.names = playing.handle.output().channel_names();
        }
        if is_settled {
            self.remote.keep(&playing.handle, &self.listening.remote);
        }
        told
    }

    /// The output that is wanted is being made.
    pub fn is_making(&self) -> bool {
        self.outputs.is_making()
    }

    /// Why what was chosen can't be listened on.
    pub fn fault(&self) -> Option<&str> {
        self.outputs.fault()
    }

    /// What was interpreted or left out of the files that were chosen, a line each.
    pub fn remarks(&self) -> &[String] {
        self.outputs.made().map_or(&[], |made| made.remarks.as_slice())
    }

    /// The loudspeakers where a file says that they stand.
    pub fn measured(&self) -> Option<&Layout> {
        self.outputs.made()?.measured.as_ref()
    }

    /// Why OSC is not heard or sent.
    pub fn remote_fault(&self) -> Option<&str> {
        self.remote.fault()
    }

    /// Hears the programme, or the reference in its place.
    pub fn compare(&mut self, to: Listen) {
        if let Some(playing) = &mut self.playing {
            playing.handle.listen(to);
        }
    }

    /// Where the head looks now, as its tracker says, is ahead.
    pub fn centre_head(&self) {
        if let Some(playing) = &self.playing {
            playing.handle.centre_head();
        }
    }

    /// What the head's tracker calls ahead is that again.
    pub fn reset_head(&self) {
        if let Some(playing) = &self.playing {
            playing.handle.set_head_ahead(Orientation::FORWARD);
        }
    }

    /// The programme that is heard.
    pub fn programme_of(&self, scene: &Scene) -> Option<AdmId> {
        (self.programme < scene.programmes.len()).then(|| Scene::programme_id(self.programme))
    }

    /// Blocks that the device complained about.
    pub fn device_faults(&self) -> u64 {
        self.playing.as_ref().map_or(0, |playing| playing.device.faults())
    }

    /// Peak of each loudspeaker of a layout, linear; those that nothing is played on are silent.
    pub fn loudspeaker_levels(&self, layout: &Layout) -> Vec<f32> {
        let level = |name: &str| {
            let at = self.names.iter().position(|known| known == name)?;
            self.telemetry.channels.get(at).map(|channel| channel.peak)
        };
        layout.channels.iter().map(|channel| level(&channel.name).unwrap_or(0.0)).collect()
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
    pub fn turned(&self, document: &Document) {
        if let Some(playing) = &self.playing {
            playing.handle.set_strips(Box::new(document.playable()));
        }
    }

    /// What OSC has done to tracks since it was last asked; of several messages of a kind the last.
    pub fn moves(&self) -> BTreeMap<usize, Incoming> {
        let mut all: BTreeMap<usize, Incoming> = BTreeMap::new();
        let Some(playing) = &self.playing else { return all };
        let objects = playing.handle.objects();
        for TimedMove { item, edit, .. } in playing.handle.moves() {
            let Some(track) = objects.get(item).and_then(|info| info.track) else { continue };
            let own = all.entry(track).or_default();
            own.position = edit.position.or(own.position);
            own.gain = edit.gain.or(own.gain);
            own.width = edit.size.map(|[width, ..]| width).or(own.width);
        }
        all
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
            // A marker may lie behind all that sounds: the loop ends with the sound then.
            let end = |seconds: f64| sample_at(seconds, rate).min(playing.handle.frames());
            let range = range.map(|range| sample_at(range.start, rate)..end(range.end));
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

    /// What ADM-OSC calls a track, once something plays: numbers are those of the programme that is heard.
    pub fn number_of(&self, track: usize) -> Option<usize> {
        let objects = self.playing.as_ref()?.handle.objects();
        objects.iter().find(|info| info.track == Some(track))?.number
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
    pub fn channel_names(&self) -> &[String] {
        &self.names
    }

    /// Meters start anew.
    pub fn reset_meters(&self) {
        if let Some(playing) = &self.playing {
            playing.handle.reset_meters();
        }
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
