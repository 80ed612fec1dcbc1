//! Moves that are kept as keys while it plays, in place of what was there. Before a pass and after it everything stays as it was.
//!
//! | mode | writes |
//! |---|---|
//! | touch | what is held, while it is held |
//! | latch | what was held, from then until it stops |
//! | write | all that is selected, from the start until it stops |

use std::collections::{BTreeMap, BTreeSet};

use formats::scene::{Object, ObjectParameter as P, Scene, Spatial, Time};

use super::App;
use crate::edit::{return_to, thin_parameters};
use crate::transport::RecordMode;
use crate::view3d::Point;

/// How far recorded curves may be from the hand, as part of what they go through.
const THINNING: f64 = 0.004;

/// Parameters that a hand moves.
pub(super) const PLACE: [P; 6] = [P::Azimuth, P::Elevation, P::Distance, P::X, P::Y, P::Z];

/// What was recorded since it began.
#[derive(Clone, Debug, Default)]
pub(super) struct Recording {
    /// The tracks, each with when it was written last; nothing since a jump.
    written: BTreeMap<usize, Option<Time>>,
    /// Where tracks stay that nobody holds any more, or yet.
    latched: BTreeMap<usize, Point>,
    /// What else was written, which only comes from outside: the parameters of a track, each with when it was last.
    values: BTreeMap<usize, BTreeMap<P, Option<Time>>>,
    /// The objects as they were before.
    before: BTreeMap<usize, Object>,
}

impl Recording {
    /// When a track was written last, if that is not later than now.
    pub(super) fn since(&self, track: usize, now: Time) -> Option<Time> {
        self.written.get(&track).copied().flatten().filter(|last| last.seconds <= now.seconds)
    }

    /// Tracks are written at `now`, where the hand has them.
    pub(super) fn add(&mut self, scene: &Scene, places: &[(usize, Point)], now: Time, mode: RecordMode) {
        for (track, _) in places {
            if let Some(Spatial::Object(object)) = scene.tracks.get(*track).map(|track| &track.spatial) {
                self.before.entry(*track).or_insert_with(|| (**object).clone());
            }
        }
        self.written.extend(places.iter().map(|(track, _)| (*track, Some(now))));
        if mode != RecordMode::Touch {
            self.latched.extend(places.iter().copied());
        }
    }

    /// When a parameter of a track that no hand moves was written last, if that is not later than now.
    pub(super) fn value_since(&self, track: usize, parameter: P, now: Time) -> Option<Time> {
        let last = self.values.get(&track)?.get(&parameter).copied().flatten();
        last.filter(|last| last.seconds <= now.seconds)
    }

    /// Such a parameter is written at `now`.
    pub(super) fn add_value(&mut self, scene: &Scene, (track, parameter): (usize, P), now: Time) {
        if let Some(Spatial::Object(object)) = scene.tracks.get(track).map(|track| &track.spatial) {
            self.before.entry(track).or_insert_with(|| (**object).clone());
            self.values.entry(track).or_default().insert(parameter, Some(now));
        }
    }

    /// Time jumps: what lies between is left alone.
    pub(super) fn jump(&mut self) {
        self.written.values_mut().for_each(|last| *last = None);
        self.values.values_mut().flat_map(BTreeMap::values_mut).for_each(|last| *last = None);
    }
}

impl App {
    /// Keys are written for what moves.
    pub(super) fn is_recording(&self) -> bool {
        self.transport.is_recording && self.transport.is_playing
    }

    /// A pass goes on that doesn't end when the hand lets go.
    pub(crate) fn is_writing(&self) -> bool {
        self.is_recording() && !self.recording.latched.is_empty()
    }

    /// Writes on what is latched, and ends the pass when it is over.
    pub(super) fn record_on(&mut self) {
        if !self.is_recording() {
            if !self.recording.latched.is_empty() {
                self.finish_recording();
            }
            return;
        }
        if self.transport.record_mode == RecordMode::Write {
            self.latch_selected();
        }
        if self.transport.record_mode != RecordMode::Touch {
            let places: Vec<(usize, Point)> =
                self.recording.latched.iter().map(|(track, place)| (*track, *place)).collect();
            if !places.is_empty() {
                self.move_to(Self::BY_HAND, &places);
            }
        }
    }

    /// Selected objects are written from where they are now.
    fn latch_selected(&mut self) {
        let (space, seconds) = (self.space(), self.transport.seconds);
        let is_new = |track: &usize| !self.recording.latched.contains_key(track);
        let places: Vec<(usize, Point)> = self
            .selected_objects()
            .filter(is_new)
            .filter_map(|track| match &self.document.scene().tracks.get(track)?.spatial {
                Spatial::Object(object) => Some((track, space.place(object, seconds))),
                _ => None,
            })
            .collect();
        if self.recording.latched.is_empty() && !places.is_empty() {
            self.document.seal();
        }
        self.recording.latched.extend(places);
    }

    /// The hand lets go of what it moved.
    pub(crate) fn let_go(&mut self) {
        if !self.is_writing() {
            self.finish_recording();
        }
    }

    /// Where a pass ends, or time jumps out of it, tracks go back to where they were.
    pub(super) fn return_from_recording(&mut self) {
        let Recording { written, values, before, .. } = &self.recording;
        let scene = self.document.scene();
        let edits = written.iter().filter_map(|(track, last)| {
            let (last, before) = ((*last)?, before.get(track)?);
            return_to(scene, *track, &PLACE, before, last)
        });
        let edits = edits.collect();
        let values: Vec<(usize, P, Time)> = values
            .iter()
            .flat_map(|(track, own)| {
                own.iter().filter_map(|(parameter, last)| Some((*track, *parameter, (*last)?)))
            })
            .collect();
        let before = before.clone();
        self.document.edit(Self::BY_HAND, edits);
        for (track, parameter, last) in values {
            let Some(before) = before.get(&track) else { continue };
            let edit = return_to(self.document.scene(), track, &[parameter], before, last);
            self.document.edit(Self::BY_HAND, edit.into_iter().collect());
        }
    }

    /// The pass is over: of the keys that were recorded, those stay that the curve needs.
    pub(crate) fn finish_recording(&mut self) {
        self.return_from_recording();
        let Recording { written, values, .. } = std::mem::take(&mut self.recording);
        let tracks: BTreeSet<usize> = written.keys().chain(values.keys()).copied().collect();
        let scene = self.document.scene();
        let thinned = |track: usize| {
            let place: &[P] = if written.contains_key(&track) { &PLACE } else { &[] };
            let own = values.get(&track).into_iter().flat_map(BTreeMap::keys);
            let parameters: Vec<P> = place.iter().chain(own).copied().collect();
            thin_parameters(scene, track, &parameters, THINNING)
        };
        let edits = tracks.into_iter().filter_map(thinned).collect();
        self.document.edit(Self::BY_HAND, edits);
        self.document.seal();
    }
}
