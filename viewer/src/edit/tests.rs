//! Undo brings back what was, whatever was done; curves stay in order.

use formats::scene::{
    AutomationCurve, Key, Marker, Object, ObjectParameter, Scene, Shape, Spatial, Time, Track,
};

use super::{
    Edit, History, Selection, curve, record_parameters, rename_track, set_parameter, set_parameters,
    thin_parameters, track_edit,
};

fn scene(tracks: usize) -> Scene {
    let track = |index: usize| Track { name: format!("track {index}"), ..Track::default() };
    Scene { tracks: (0..tracks).map(track).collect(), ..Scene::default() }
}

fn at(milliseconds: u32) -> Time {
    Time::from_milliseconds(milliseconds)
}

fn ramp() -> AutomationCurve {
    let key = |n: u32| Key::new(at(n * 1000), f64::from(n) * 10.0, Shape::Linear);
    AutomationCurve::new((0..5).map(key).collect()).unwrap()
}

#[test]
fn a_gesture_is_one_step_however_long_it_is() {
    let (mut scene, mut history) = (scene(2), History::default());
    let before = scene.clone();
    for step in 0..500_u32 {
        let edit =
            set_parameters(&scene, 0, &[(ObjectParameter::Azimuth, f64::from(step) * 0.1)], Time::ZERO);
        history.apply(&mut scene, "Move", edit.into_iter().collect());
    }
    let after = scene.clone();
    assert_eq!(history.undo(&mut scene).as_deref(), Some("Move"));
    assert_eq!(scene, before);
    assert_eq!(history.undo(&mut scene), None);
    assert_eq!(history.redo(&mut scene).as_deref(), Some("Move"));
    assert_eq!(scene, after);
    // Another gesture of the same name is another step.
    let edit = track_edit(&scene, 1, |track| track.mute = true).unwrap();
    history.apply(&mut scene, "Move", vec![edit]);
    assert_eq!(history.undo(&mut scene).as_deref(), Some("Move"));
    assert_eq!(scene, after);
}

#[test]
fn everything_is_undone_in_the_other_order() {
    let (mut scene, mut history) = (scene(3), History::default());
    let mut states = vec![scene.clone()];
    let new = Box::new(Track { name: "new".into(), ..Track::default() });
    let steps = [
        vec![Edit::RemoveTrack(0), Edit::RemoveTrack(0)],
        vec![Edit::InsertTrack(9, new.clone()), Edit::Track(0, new)],
        vec![Edit::Name("Night".into()), Edit::Length(Some(at(4000)))],
        vec![Edit::Markers(vec![Marker { name: "Rope".into(), ..Marker::default() }])],
    ];
    for (number, edits) in steps.into_iter().enumerate() {
        assert!(history.apply(&mut scene, &format!("step {number}"), edits));
        states.push(scene.clone());
    }
    for state in states.iter().rev().skip(1) {
        assert!(history.undo(&mut scene).is_some());
        assert_eq!(scene, *state);
    }
    for state in &states[1..] {
        assert!(history.redo(&mut scene).is_some());
        assert_eq!(scene, *state);
    }
}

/// Tracks that are taken out within one gesture come back in their places, with what else the gesture did to others.
#[test]
fn a_gesture_that_reorders_is_undone_whole() {
    let (mut scene, mut history) = (scene(4), History::default());
    let before = scene.clone();
    for index in [2, 0, 1] {
        let edit = track_edit(&scene, index, |track| track.solo = true).into_iter();
        let edits = edit.chain([Edit::RemoveTrack(index)]).collect();
        history.apply(&mut scene, "Delete", edits);
    }
    assert_eq!(scene.tracks.len(), 1);
    history.undo(&mut scene);
    assert_eq!(scene, before);
}

#[test]
fn changed_means_different_from_what_is_saved() {
    let (mut scene, mut history) = (scene(1), History::default());
    assert!(!history.is_changed());
    history.apply(&mut scene, "Name", vec![Edit::Name("a".into())]);
    assert!(history.is_changed());
    history.mark_saved();
    history.apply(&mut scene, "Name", vec![Edit::Name("b".into())]);
    history.undo(&mut scene);
    assert!(!history.is_changed());
    history.undo(&mut scene);
    assert!(history.is_changed());
    history.redo(&mut scene);
    assert!(!history.is_changed());
    // What is done anew is no saved state, though as many steps lead to it.
    history.undo(&mut scene);
    history.apply(&mut scene, "Name", vec![Edit::Name("c".into())]);
    assert!(history.is_changed());
    assert_eq!(history.to_redo(), None);
}

#[test]
fn an_edit_of_a_track_that_is_not_there_is_no_step() {
    let (mut scene, mut history) = (scene(1), History::default());
    assert!(!history.apply(&mut scene, "Delete", vec![Edit::RemoveTrack(1)]));
    assert_eq!(history.to_undo(), None);
    assert!(!history.is_changed());
}

#[test]
fn what_moves_gets_a_key_and_what_stands_a_value() {
    let mut object = Object::default();
    set_parameter(&mut object, ObjectParameter::Elevation, 120.0, at(1000));
    assert_eq!(object.values[&ObjectParameter::Elevation], 90.0);
    assert!(object.automation.is_empty());
    object.automation.entry(ObjectParameter::Azimuth).or_default().curve = ramp();
    set_parameter(&mut object, ObjectParameter::Azimuth, 15.0, at(2500));
    set_parameter(&mut object, ObjectParameter::Azimuth, f64::NAN, at(2600));
    let keys = object.automation[&ObjectParameter::Azimuth].curve.keys();
    assert_eq!(keys.len(), 6);
    assert_eq!((keys[3].time, keys[3].value), (at(2500), 15.0));
    assert!(!object.values.contains_key(&ObjectParameter::Azimuth));
    set_parameter(&mut object, ObjectParameter::Importance, 6.6, at(0));
    assert_eq!(object.values[&ObjectParameter::Importance], 7.0);
}

#[test]
fn a_hand_that_moves_takes_the_place_of_what_was_there() {
    let first = curve::with_recorded(&ramp(), None, at(900), 1.0);
    let second = curve::with_recorded(&first, Some(at(900)), at(2100), 2.0);
    let keys: Vec<(f64, f64)> = second.keys().iter().map(|key| (key.time.seconds_f64(), key.value)).collect();
    // The keys at 1 and 2 s were passed; those before and after stay.
    assert_eq!(keys, [(0.0, 0.0), (0.9, 1.0), (2.1, 2.0), (3.0, 30.0), (4.0, 40.0)]);
    let mut scene = scene(1);
    for step in 0..100_u32 {
        let from = step.checked_sub(1).map(|before| at(before * 10));
        let values = [(ObjectParameter::Azimuth, f64::from(step))];
        let edit = record_parameters(&scene, 0, &values, from, at(step * 10));
        History::default().apply(&mut scene, "Record", edit.into_iter().collect());
    }
    let thin = thin_parameters(&scene, 0, &[ObjectParameter::Azimuth], 0.01).unwrap();
    History::default().apply(&mut scene, "Record", vec![thin]);
    let Spatial::Object(object) = &scene.tracks[0].spatial else { panic!() };
    let keys = object.automation[&ObjectParameter::Azimuth].curve.keys();
    assert_eq!(keys.len(), 2, "a straight line");
    assert_eq!((keys[1].time, keys[1].value), (at(990), 99.0));
}

#[test]
fn keys_are_moved_between_their_neighbours() {
    let moved = curve::with_key_moved(&ramp(), 2, at(2400), 7.0, 0.001);
    assert_eq!((moved.keys()[2].time, moved.keys()[2].value), (at(2400), 7.0));
    let held = curve::with_key_moved(&ramp(), 2, at(3500), 7.0, 0.001);
    assert_eq!((held.keys()[2].time, held.keys()[2].value), (at(2000), 7.0));
    assert_eq!(curve::without_key(&ramp(), 0).keys().len(), 4);
    assert_eq!(curve::with_shape(&ramp(), 1, Shape::Smooth).keys()[1].shape, Shape::Smooth);
    let pasted = curve::with_pasted(&ramp(), &ramp().keys()[0..2], at(1500));
    let times: Vec<f64> = pasted.keys().iter().map(|key| key.time.seconds_f64()).collect();
    assert_eq!(times, [0.0, 1.0, 1.5, 2.5, 3.0, 4.0]);
}

#[test]
fn thinning_keeps_the_curve_within_the_tolerance() {
    // A straight line needs its ends.
    assert_eq!(curve::thinned(&ramp(), 1e-9).keys().len(), 2);
    let value = |n: u32| (f64::from(n) / 50.0).sin() * 90.0;
    let keys = (0..1000).map(|n| Key::new(at(n * 10), value(n), Shape::Linear)).collect();
    let full = AutomationCurve::new(keys).unwrap();
    let thin = curve::thinned(&full, 0.5);
    assert!(thin.keys().len() < 120, "{}", thin.keys().len());
    for n in 0..1000 {
        let seconds = f64::from(n) / 100.0;
        let off = thin.value_at(seconds).unwrap() - full.value_at(seconds).unwrap();
        assert!(off.abs() <= 0.5 + 1e-9, "{seconds}: {off}");
    }
    // Steps are where they were.
    let steps = [0.0, 1.0, 1.0].into_iter().zip(0..).map(|(value, n)| Key::new(at(n), value, Shape::Step));
    let steps = AutomationCurve::new(steps.collect()).unwrap();
    assert_eq!(curve::thinned(&steps, 10.0), steps);
}

#[test]
fn names_are_kept_apart_and_followed() {
    let mut scene = scene(3);
    scene.tracks[2].alternative_to = Some("track 0".into());
    assert!(rename_track(&scene, 0, "track 1").is_empty());
    assert!(rename_track(&scene, 0, "  ").is_empty());
    let edits = rename_track(&scene, 0, " Anna ");
    History::default().apply(&mut scene, "Rename", edits);
    assert_eq!(scene.tracks[0].name, "Anna");
    assert_eq!(scene.tracks[2].alternative_to.as_deref(), Some("Anna"));
}

#[test]
fn the_selection_follows_what_is_there() {
    let mut selection = Selection::default();
    selection.set(3);
    selection.toggle(1);
    assert_eq!((selection.lead(), selection.len()), (Some(1), 2));
    selection.toggle(1);
    assert_eq!(selection.lead(), Some(3));
    selection.extend([0, 1]);
    selection.keep_below(2);
    assert_eq!(selection.iter().collect::<Vec<_>>(), [0, 1]);
    assert_eq!(selection.lead(), Some(1));
    selection.set_all([]);
    assert!(selection.is_empty() && selection.lead().is_none());
}

#[test]
fn beds_have_no_parameters_to_set() {
    let mut scene = scene(1);
    scene.tracks[0].spatial = Spatial::Bed(Default::default());
    assert_eq!(set_parameters(&scene, 0, &[(ObjectParameter::Azimuth, 1.0)], Time::ZERO), None);
}
