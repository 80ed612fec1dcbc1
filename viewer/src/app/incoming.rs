//! What comes in by OSC: an edit as one of the hand is, and automation while a pass is recorded. While it plays and nothing is
//! recorded, what moves by keys is only heard elsewhere.

use formats::scene::{Object, ObjectParameter as P, Spatial};

use super::App;
use super::recording::PLACE;
use crate::connection::Incoming;
use crate::edit::{record_parameters, set_parameters};

/// Seconds without anything from outside that end a gesture.
const PAUSE_SECONDS: f64 = 0.5;
/// Gains below this are silence, linear.
const SILENT: f64 = 1e-6;

impl App {
    /// Takes it over.
    pub(super) fn take_moves(&mut self, now: f64) {
        let incoming: Vec<(usize, Incoming)> = self.connection.moves().into_iter().collect();
        if incoming.is_empty() {
            if self.last_move.is_some_and(|last| now - last > PAUSE_SECONDS) {
                self.last_move = None;
                self.let_go();
            }
            return;
        }
        let space = self.space();
        let places = incoming.iter().filter(|(track, _)| self.may_be_put(*track, &PLACE));
        let places: Vec<_> =
            places.filter_map(|(track, found)| Some((*track, space.at(&found.position?)))).collect();
        self.last_move = Some(now);
        if !places.is_empty() {
            self.move_to(Self::BY_HAND, &places);
        }
        for (track, found) in incoming {
            self.take_values(track, &found);
        }
    }

    /// Gain and width.
    fn take_values(&mut self, track: usize, found: &Incoming) {
        let time = self.transport.time();
        let decibels = |gain: f64| if gain < SILENT { f64::NEG_INFINITY } else { 20.0 * gain.log10() };
        for (parameter, value) in [(P::Gain, found.gain.map(decibels)), (P::Width, found.width)] {
            let Some(value) = value.filter(|_| self.may_be_put(track, &[parameter])) else { continue };
            let (scene, values) = (self.document.scene(), [(parameter, value)]);
            let edit = if self.is_recording() {
                let since = self.recording.value_since(track, parameter, time);
                self.recording.add_value(scene, (track, parameter), time);
                record_parameters(scene, track, &values, since, time)
            } else {
                set_parameters(scene, track, &values, time)
            };
            self.document.edit(Self::BY_HAND, edit.into_iter().collect());
        }
    }

    /// Whether it may become an edit: while it plays, keys are written by who records.
    fn may_be_put(&self, track: usize, parameters: &[P]) -> bool {
        let moves = |object: &Object| {
            let automation = parameters.iter().filter_map(|parameter| object.automation.get(parameter));
            automation.into_iter().any(|automation| !automation.curve.keys().is_empty())
        };
        match self.document.scene().tracks.get(track).map(|track| &track.spatial) {
            Some(Spatial::Object(object)) => {
                !self.transport.is_playing || self.is_recording() || !moves(object)
            }
            _ => false,
        }
    }
}
