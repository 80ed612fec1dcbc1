//! Edits of a track: its name, and what its object's parameters are at a time.

use formats::scene::{Object, ObjectParameter, Scene, Shape, Spatial, Time, Track};

use super::{Edit, curve};
use crate::transport::time_at;

/// Seconds before a recorded move at which the curve still is what it was.
const BESIDE: f64 = 0.001;
/// Seconds in which what was recorded goes back to what was there.
const RETURN: f64 = 0.1;

/// The edit that puts what `change` makes of a track in its place; `None` when there is no such track, or nothing changes.
pub fn track_edit(scene: &Scene, index: usize, change: impl FnOnce(&mut Track)) -> Option<Edit> {
    let old = scene.tracks.get(index)?;
    let mut track = old.clone();
    change(&mut track);
    (track != *old).then(|| Edit::Track(index, Box::new(track)))
}

/// Sets a parameter of an object at `time`: the key there when the parameter moves (a new one where there is none), else
/// the value of all times. Values out of range become the nearest that is in it; what is no number changes nothing.
pub fn set_parameter(object: &mut Object, parameter: ObjectParameter, value: f64, time: Time) {
    let range = parameter.range(object.coordinates);
    if value.is_nan() {
        return;
    }
    let value = value.clamp(range.min, range.max);
    let value = if parameter.only_steps() { value.round() } else { value };
    match object.automation.get_mut(&parameter).filter(|automation| !automation.curve.keys().is_empty()) {
        Some(automation) => {
            let shape = if parameter.only_steps() { Shape::Step } else { Shape::Linear };
            automation.curve = curve::with_key(&automation.curve, time, value, shape);
        }
        None => {
            object.values.insert(parameter, value);
        }
    }
}

/// Sets several parameters of the object of a track; `None` when it has none, or nothing changes.
pub fn set_parameters(
    scene: &Scene,
    index: usize,
    values: &[(ObjectParameter, f64)],
    time: Time,
) -> Option<Edit> {
    track_edit(scene, index, |track| {
        if let Spatial::Object(object) = &mut track.spatial {
            for (parameter, value) in values {
                set_parameter(object, *parameter, *value, time);
            }
        }
    })
}

/// The same as [`set_parameters`] while moves are recorded: every parameter gets a key at `to`, in place of what was since
/// `from`, when the hand was seen last.
pub fn record_parameters(
    scene: &Scene,
    index: usize,
    values: &[(ObjectParameter, f64)],
    from: Option<Time>,
    to: Time,
) -> Option<Edit> {
    track_edit(scene, index, |track| {
        let Spatial::Object(object) = &mut track.spatial else { return };
        for (parameter, value) in values.iter().filter(|(_, value)| !value.is_nan()) {
            let range = parameter.range(object.coordinates);
            if from.is_none() {
                keep(object, *parameter, to.seconds_f64() - BESIDE);
            }
            let automation = object.automation.entry(*parameter).or_default();
            automation.curve =
                curve::with_recorded(&automation.curve, from, to, value.clamp(range.min, range.max));
        }
    })
}

/// A key at this time with the value that is there, so that what is done beside it changes nothing on its other side.
fn keep(object: &mut Object, parameter: ObjectParameter, seconds: f64) {
    let Some(value) = object.value_at(parameter, seconds).filter(|_| seconds > 0.0) else { return };
    let automation = object.automation.entry(parameter).or_default();
    automation.curve = curve::with_key(&automation.curve, time_at(seconds), value, Shape::Linear);
}

/// After `last`, where recording ended, brings these parameters back to what they were before, within [`RETURN`].
pub fn return_to(
    scene: &Scene,
    index: usize,
    parameters: &[ObjectParameter],
    before: &Object,
    last: Time,
) -> Option<Edit> {
    let (last, back) = (last.seconds_f64(), last.seconds_f64() + RETURN);
    track_edit(scene, index, |track| {
        let Spatial::Object(object) = &mut track.spatial else { return };
        for parameter in parameters {
            let Some(automation) = object.automation.get_mut(parameter) else { continue };
            let keys = automation.curve.keys().iter().map(|key| key.time.seconds_f64());
            let goes_on = keys.into_iter().any(|time| time > last && time <= back);
            if let Some(value) = before.value_at(*parameter, back).filter(|_| !goes_on) {
                automation.curve = curve::with_key(&automation.curve, time_at(back), value, Shape::Linear);
            }
        }
    })
}

/// Thins the curves of these parameters, to within a part of what each of them goes through.
pub fn thin_parameters(
    scene: &Scene,
    index: usize,
    parameters: &[ObjectParameter],
    share: f64,
) -> Option<Edit> {
    track_edit(scene, index, |track| {
        let Spatial::Object(object) = &mut track.spatial else { return };
        for parameter in parameters {
            if let Some(automation) = object.automation.get_mut(parameter) {
                let values =
                    || automation.curve.keys().iter().map(|key| key.value).filter(|value| value.is_finite());
                let span =
                    values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min);
                automation.curve = curve::thinned(&automation.curve, span.max(1e-6) * share);
            }
        }
    })
}

/// Renames a track, and what refers to it by name; nothing when the name is empty or taken.
pub fn rename_track(scene: &Scene, index: usize, name: &str) -> Vec<Edit> {
    let name = name.trim();
    let Some(old) = scene.tracks.get(index).map(|track| track.name.clone()) else { return Vec::new() };
    let is_taken = scene.tracks.iter().any(|track| track.name == name);
    if name.is_empty() || is_taken {
        return Vec::new();
    }
    let all = (0..scene.tracks.len()).filter_map(|other| {
        track_edit(scene, other, |track| {
            if other == index {
                track.name = name.to_owned();
            } else if track.alternative_to.as_deref() == Some(old.as_str()) {
                track.alternative_to = Some(name.to_owned());
            }
        })
    });
    all.collect()
}
