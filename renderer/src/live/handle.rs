//! The control side of a playback.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::scene::Scene;
use hrtf::Orientation;

use super::builder::Builder;
use super::metering::Metering;
use super::motion;
use super::objects::{ObjectEdit, ObjectInfo};
use super::osc::{Now, OscCounts};
use super::output::Output;
use super::shared::Shared;
use super::state::{Event, Listen, Monitor, State, TimedMove};
use super::telemetry::Telemetry;
use crate::mix::mixer::StripName;

/// Samples of a loop at least: before each turn what filters remember is rendered anew.
pub const SHORTEST_LOOP: u64 = 1_024;
/// Seconds that a place is heard for when somebody scrubs over it.
const SCRUB_SECONDS: f64 = 0.06;

/// Tells a playback what to do, and what it does. Any thread may have one; no method waits for sound. When the last one
/// is gone the playback ends.
#[derive(Clone)]
pub struct Handle {
    keeper: Arc<Keeper>,
}

/// Ends the threads with the last handle.
pub(super) struct Keeper {
    pub(super) shared: Arc<Shared>,
    pub(super) state: Arc<Mutex<State>>,
    pub(super) metering: Arc<Metering>,
    pub(super) builder: Builder,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Release);
        self.builder.end();
    }
}

impl Handle {
    pub(super) fn new(keeper: Keeper) -> Self {
        Self { keeper: Arc::new(keeper) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.keeper.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays on, from the start again when it is at its end.
    pub fn play(&self) {
        let shared = &self.keeper.shared;
        if shared.position.load(Ordering::Acquire) >= self.frames() {
            self.seek(0);
        }
        shared.playing.store(true, Ordering::Release);
    }

    /// Stops where it is.
    pub fn pause(&self) {
        self.keeper.shared.scrub.store(0, Ordering::Release);
        self.keeper.shared.playing.store(false, Ordering::Release);
    }

    /// Whether it plays.
    pub fn is_playing(&self) -> bool {
        self.keeper.shared.playing.load(Ordering::Acquire)
    }

    /// Goes to a sample of the programme.
    pub fn seek(&self, sample: u64) {
        let mut state = self.state();
        let sample = sample.min(state.frames);
        state.pending.seek = Some(sample);
        self.keeper.shared.asked.fetch_add(1, Ordering::AcqRel);
        self.keeper.shared.position.store(sample, Ordering::Release);
    }

    /// The same; what is there is heard for a moment, though it does not play.
    pub fn scrub(&self, sample: u64) {
        self.seek(sample);
        let frames = SCRUB_SECONDS * f64::from(self.sample_rate());
        self.keeper.shared.scrub.store(frames as u64, Ordering::Release);
    }

    /// Plays a range again and again, to the sample; what is beyond the end is left out, and an empty one is none. One of fewer
    /// than [`SHORTEST_LOOP`] samples ends later, where the programme has as many.
    pub fn set_loop(&self, range: Option<Range<u64>>) {
        let mut state = self.state();
        let end = state.frames;
        let range = range.filter(|range| range.start < range.end);
        let longer = |range: &Range<u64>| range.end.max(range.start.saturating_add(SHORTEST_LOOP));
        let range = range.map(|range| range.start..longer(&range).min(end));
        state.pending.looped = Some(range.filter(|range| range.start < range.end));
    }

    /// The sample that the device gets next.
    pub fn position(&self) -> u64 {
        self.keeper.shared.position.load(Ordering::Acquire)
    }

    /// Samples of the programme.
    pub fn frames(&self) -> u64 {
        self.state().frames
    }

    /// Hz.
    pub fn sample_rate(&self) -> u32 {
        self.state().sample_rate
    }

    /// What can be moved and muted. Another list when a new scene is heard.
    pub fn objects(&self) -> Arc<[ObjectInfo]> {
        Arc::clone(&self.state().objects)
    }

    /// Puts something in the place of an object's metadata, on top of what was put there before. Heard within a few
    /// hundredths of a second, without a click; of many edits in a row only the last is.
    pub fn edit_object(&self, item: usize, edit: ObjectEdit) {
        self.state().edit(item, &edit);
    }

    /// Gives an object back to its metadata.
    pub fn release_object(&self, item: usize) {
        self.state().release(item);
    }

    /// Gives all of them back.
    pub fn release_objects(&self) {
        let mut state = self.state();
        let items: Vec<usize> = state.edits.keys().copied().collect();
        items.into_iter().for_each(|item| state.release(item));
    }

    /// Mutes an item.
    pub fn set_mute(&self, item: usize, mute: bool) {
        self.state().set_mute(item, mute);
    }

    /// While anything is soloed, only that is heard.
    pub fn set_solo(&self, item: usize, solo: bool) {
        self.state().set_solo(item, solo);
    }

    /// Plays another scene, or another state of the same, with stems in the folder that it was opened with. Where only what
    /// [`Handle::set_strips`] takes is another, that is what happens; else it is made in the background and faded to, in
    /// time. Then [`Event::SceneReady`] comes.
    pub fn set_scene(&self, scene: Box<Scene>) {
        self.keeper.builder.scene(scene);
    }

    /// Turns the knobs of a scene that differs from what plays by the parameters of its chains, faders, sends and groups alone: heard
    /// within some hundredths of a second without a click, and cheap enough for every step of a drag. A scene that differs by more,
    /// if only by a stage that is put in or taken out, changes nothing: that is for [`Handle::set_scene`].
    pub fn set_strips(&self, scene: Box<Scene>) {
        self.keeper.builder.strips(scene);
    }

    /// Plays to another output, which is made in the background and faded to, in time; then [`Event::OutputReady`] comes.
    pub fn set_output(&self, output: Output) {
        self.keeper.builder.output(output);
    }

    /// The output that was made last.
    pub fn output(&self) -> Output {
        self.state().output.clone()
    }

    /// Turns the monitor up or down.
    pub fn set_monitor(&self, monitor: Monitor) {
        self.state().monitor = monitor;
        self.keeper.shared.set_gain(monitor.linear());
    }

    /// How far it is turned up.
    pub fn monitor(&self) -> Monitor {
        self.state().monitor
    }

    /// Where the listener looks: degrees to the left, up, and tilted to the right, counted from what was last
    /// [ahead](Self::centre_head). Anything that is no number is nothing.
    pub fn set_head(&self, yaw: f64, pitch: f64, roll: f64) {
        if [yaw, pitch, roll].iter().all(|angle| angle.is_finite() && angle.abs() <= MOST_DEGREES) {
            let mut state = self.state();
            state.tracked = [yaw, pitch, roll];
            state.turn_head();
        }
    }

    /// Where the listener looks now is ahead from here on: what a tracker says is counted from it.
    pub fn centre_head(&self) {
        let mut state = self.state();
        let [yaw, pitch, roll] = state.tracked;
        state.ahead_is = Orientation::from_yaw_pitch_roll(yaw, pitch, roll);
        state.turn_head();
    }

    /// Which of a tracker's directions is ahead: [`Orientation::FORWARD`] until [`Handle::centre_head`].
    pub fn head_ahead(&self) -> Orientation {
        self.state().ahead_is
    }

    /// This of a tracker's directions is ahead from here on.
    pub fn set_head_ahead(&self, ahead: Orientation) {
        let mut state = self.state();
        state.ahead_is = ahead;
        state.turn_head();
    }

    /// The file to compare with: its channels are those of the output, and its level becomes that of the programme.
    pub fn set_reference(&self, file: Option<PathBuf>) {
        self.keeper.builder.reference(file);
    }

    /// What is to be heard.
    pub fn listen(&self, to: Listen) {
        self.state().pending.listen = Some(to);
    }

    /// All that can be read at the moment.
    pub fn telemetry(&self) -> Telemetry {
        let shared = &self.keeper.shared;
        let playing = shared.playing.load(Ordering::Acquire) || shared.scrub.load(Ordering::Acquire) > 0;
        let readings = self.keeper.metering.readings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let state = self.state();
        let mut channels = readings.channels;
        let mut objects = state.object_peaks.clone();
        let mut desk = state.desk.clone();
        if !playing {
            channels.iter_mut().for_each(|channel| (channel.peak, channel.rms) = (0.0, 0.0));
            objects.fill(0.0);
        }
        if !playing || state.listening == Listen::Reference {
            desk.quiet();
        }
        Telemetry {
            position: shared.position.load(Ordering::Acquire),
            playing,
            sample_rate: state.sample_rate,
            channels,
            objects,
            tracks: desk.tracks,
            buses: desk.buses,
            spectrum: desk.spectrum,
            loudness: readings.loudness,
            load: state.load,
            peak_load: state.peak_load,
            ahead: state.ahead,
            underruns: shared.underruns.load(Ordering::Relaxed),
            osc: state.osc,
            head: state.head,
            listening: state.listening,
            matched_db: state.matched_db,
        }
    }

    /// What happened since the last time.
    pub fn events(&self) -> Vec<Event> {
        self.state().take_events()
    }

    /// Begins all measurements again.
    pub fn reset_meters(&self) {
        let mut state = self.state();
        (state.peak_load, state.pending.reset_meters) = (0.0, true);
        state.desk.reset_holds();
    }

    /// Whose spectrum is measured, behind its equaliser; of no strip by default.
    pub fn watch(&self, strip: Option<StripName>) {
        let mut state = self.state();
        if state.watched != strip {
            state.watched = strip;
            state.pending.watch = Some(strip);
        }
    }

    /// Moves that came in from outside since the last time, to be written as automation.
    pub fn moves(&self) -> Vec<TimedMove> {
        self.state().take_moves()
    }

    /// A move from outside: done, and noted with its time.
    pub(super) fn move_from_outside(&self, item: usize, edit: ObjectEdit) -> bool {
        let sample = self.position();
        let mut state = self.state();
        state.edit(item, &edit) && state.note(TimedMove { sample, item, edit })
    }

    /// What an object is at the moment, by its metadata and by hand.
    pub(super) fn now_of(&self, item: usize) -> Option<Now> {
        let state = self.state();
        let seconds = self.position() as f64 / f64::from(state.sample_rate.max(1));
        let moment = motion::at(state.items.get(item)?, seconds)?;
        let edit = state.edits.get(&item).cloned().unwrap_or_default();
        Some(Now {
            name: state.objects.get(item)?.name.clone(),
            position: edit.position.unwrap_or(moment.position),
            gain: edit.gain.unwrap_or(moment.gain),
            width: edit.size.map_or(moment.width, |[width, ..]| width),
            mute: state.mutes.contains(&item),
        })
    }

    /// Counts messages.
    pub(super) fn count_osc(&self, count: impl FnOnce(&mut OscCounts)) {
        count(&mut self.state().osc);
    }
}

/// Angles of a head, degrees: a hundred turns.
const MOST_DEGREES: f64 = 36_000.0;
