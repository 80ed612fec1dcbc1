//! What the builder made, and which of the streams is heard.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::{Conductor, UNTOUCHED};
use crate::live::blueprint::Programme;
use crate::live::builder::Built;
use crate::live::metering::Tap;
use crate::live::state::{Event, Listen};
use crate::live::stream::{Maker, Stream};
use crate::mix::mixer::Changes;

/// Loudness is matched by at most so much, dB.
const MOST_MATCH: f64 = 30.0;

impl Conductor {
    /// What the builder made.
    pub(super) fn take_in(&mut self) {
        while let Ok(built) = self.built.try_recv() {
            match built {
                Built::Programme(programme) => self.new_programme(*programme),
                Built::Strips { build, changes, answers } => self.turn(build, changes, answers),
                Built::Reference(Some(stream)) => self.replace(Listen::Reference, *stream),
                Built::Reference(None) => {
                    self.loudness[1] = None;
                    self.listen(Listen::Programme);
                    self.idle.retain(|(kind, _)| *kind != Listen::Reference);
                }
                Built::ReferenceLoudness(loudness) => {
                    self.loudness[1] = loudness;
                    self.state().event(Event::ReferenceReady { loudness });
                    self.match_levels();
                }
                Built::Failed(message) => self.state().event(Event::Failed { message }),
            }
        }
    }

    fn new_programme(&mut self, programme: Programme) {
        let Programme { mut stream, objects, items, warnings, frames, answers, .. } = programme;
        let (scene, output) = answers;
        {
            let mut state = self.state();
            if scene {
                state.replace_objects(objects, items);
                state.frames = frames;
            }
            state.output = stream.output.clone();
            warnings.into_iter().for_each(|message| state.event(Event::Warning { message }));
            for item in 0..state.objects.len() {
                let edit = state.edits.get(&item).cloned().unwrap_or_default().at_level(state.level(item));
                if edit != Default::default() {
                    stream.change(item, &Arc::new(edit));
                }
            }
            let [yaw, pitch, roll] = state.head;
            stream.watch(state.watched);
            if state.head != [0.0; 3] {
                stream.turn_head(hrtf::Orientation::from_yaw_pitch_roll(yaw, pitch, roll));
            }
        }
        let name = stream.output.name().to_owned();
        if output {
            self.loudness[0] = None;
            self.meter(Tap::Channels(stream.output.meter_channels()));
        }
        self.replace(Listen::Programme, stream);
        let number = self.feed_number;
        if scene {
            self.waits.push((number, Event::SceneReady));
        }
        if output {
            self.waits.push((number, Event::OutputReady { name }));
        }
    }

    /// Strips of the programme that plays are turned.
    fn turn(&mut self, build: u64, changes: Box<Changes>, answers: bool) {
        if !changes.is_empty() {
            let actives = self.actives.iter().map(|active| (active.kind, &active.stream));
            let mut all = actives.chain(self.idle.iter().map(|(kind, stream)| (*kind, stream)));
            if let Some((_, stream)) =
                all.find(|(kind, stream)| *kind == Listen::Programme && stream.build == build)
            {
                stream.turn(changes);
            }
            self.turned = Some(Instant::now());
        }
        if answers {
            self.waits.push((self.feed_number, Event::SceneReady));
        }
    }

    /// What was turned while nothing plays is not in what waits to be played: that is rendered anew.
    pub(super) fn render_anew(&mut self) {
        let Some(turned) = self.turned else { return };
        let sounds = self.shared.playing.load(Ordering::Relaxed);
        if !sounds && turned.elapsed() < UNTOUCHED {
            return;
        }
        self.turned = None;
        if !sounds && self.actives.last().is_some_and(|active| active.kind == Listen::Programme) {
            self.seek(self.shared.position.load(Ordering::Acquire));
        }
    }

    /// A stream takes the place of what there was of its kind, in time with it if that is heard.
    fn replace(&mut self, kind: Listen, stream: Stream) {
        self.idle.retain(|(idle, _)| *idle != kind);
        if self.state().listening == kind {
            self.play_in_step(stream, kind);
        } else {
            self.idle.push((kind, stream));
        }
    }

    pub(super) fn listen(&mut self, to: Listen) {
        self.awaited = None;
        if self.state().listening == to {
            return;
        }
        if to == Listen::Reference {
            self.loudness[0] = self.measured().or(self.loudness[0]);
        }
        let Some(at) = self.idle.iter().position(|(kind, _)| *kind == to) else {
            if self.actives.iter().any(|active| active.kind == to) {
                self.awaited = Some(to);
                return;
            }
            let message = match to {
                Listen::Reference => "there is no reference file to listen to",
                Listen::Programme => "the programme is not ready yet",
            };
            return self.state().event(Event::Failed { message: message.to_owned() });
        };
        let (kind, stream) = self.idle.remove(at);
        self.state().listening = to;
        self.play_in_step(stream, kind);
        self.match_levels();
    }

    /// Integrated loudness of the programme up to now.
    fn measured(&self) -> Option<f64> {
        let readings = self.metering.readings.lock().unwrap_or_else(PoisonError::into_inner);
        readings.loudness.integrated
    }

    /// Brings the reference to the loudness of the programme.
    fn match_levels(&mut self) {
        let [programme, reference] = self.loudness;
        let matched = programme.zip(reference).map(|(programme, reference)| programme - reference);
        let matched = matched.map(|db| db.clamp(-MOST_MATCH, MOST_MATCH));
        self.state().matched_db = matched;
        let linear = matched.map_or(1.0, |db| 10f64.powf(db / 20.0) as f32);
        for active in self.actives.iter_mut().map(|active| &mut active.stream) {
            if let Maker::Reference { gain, .. } = &mut active.maker {
                *gain = linear;
            }
        }
    }
}
