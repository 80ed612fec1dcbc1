//! The timeline, driven by its accessible names: recording, the loop, markers, fades, keys, and going over it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(missing_docs, unreachable_pub, dead_code)]

mod window;

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use formats::scene::{
    AutomationCurve, FadeShape, Key as Key_, ObjectParameter as P, Scene, Shape, Spatial, Time,
};
use viewer::app::App;
use viewer::edit::track_edit;
use viewer::transport::RecordMode;
use window::{drag, named, on_screen, place, program, write_scene};

/// Seconds of a frame of the test.
const FRAME: f64 = 1.0 / 30.0;

fn curve(scene: &Scene, track: usize, parameter: P) -> AutomationCurve {
    let Spatial::Object(object) = &scene.tracks[track].spatial else { panic!("no object") };
    object.automation.get(&parameter).map(|found| found.curve.clone()).unwrap_or_default()
}

fn button(harness: &mut Harness<'_, App>, pos: Pos2, pressed: bool, button: PointerButton) {
    harness.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
    harness.step();
}

fn point(harness: &mut Harness<'_, App>, pos: Pos2) {
    harness.event(Event::PointerMoved(pos));
    harness.step();
}

/// Where a time is on the screen, and points of a second: the clips of the scene are a second long.
fn axis(harness: &Harness<'_, App>) -> (f32, f32) {
    let clip = named(harness, "Clip 1 of Anna").rect();
    (clip.min.x, clip.width())
}

/// Plays without an engine, by the frames of the test; with the track selected, and moves recorded.
fn recording(harness: &mut Harness<'_, App>, track: usize, mode: RecordMode) {
    let app = harness.state_mut();
    app.document.selection.set(track);
    app.transport.record_mode = mode;
    app.transport.is_recording = true;
    app.transport.is_playing = true;
    harness.step();
}

fn stop(harness: &mut Harness<'_, App>) -> f64 {
    harness.state_mut().transport.is_playing = false;
    harness.step();
    harness.run();
    harness.state().transport.seconds
}

/// A track that stays where it is, but has keys for that at 0 and 1 s.
fn with_keys(harness: &mut Harness<'_, App>, track: usize) {
    let key = |milliseconds: u32| Key_::new(Time::from_milliseconds(milliseconds), -0.5, Shape::Linear);
    let edit = track_edit(harness.state().document.scene(), track, |track| {
        let Spatial::Object(object) = &mut track.spatial else { panic!("no object") };
        let automation = object.automation.entry(P::X).or_default();
        automation.curve = AutomationCurve::new(vec![key(0), key(1000)]).unwrap();
    });
    harness.state_mut().document.edit("Keys", edit.into_iter().collect());
    harness.run();
}

/// Takes hold of an object while it plays, moves it, lets go; gives the times of both and where it came to be.
fn move_while_playing(harness: &mut Harness<'_, App>, track: usize) -> (f64, f64, f64) {
    let from = on_screen(harness.state(), &place(harness.state(), track));
    point(harness, from);
    button(harness, from, true, PointerButton::Primary);
    let began = harness.state().transport.seconds;
    for step in 1..=4 {
        point(harness, from + Vec2::new(15.0 * step as f32, 0.0));
    }
    let x = place(harness.state(), track).x;
    let to = from + Vec2::new(60.0, 0.0);
    button(harness, to, false, PointerButton::Primary);
    (began, harness.state().transport.seconds, x)
}

#[test]
fn touch_records_while_it_is_held_and_what_comes_after_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    with_keys(&mut harness, 0);
    recording(&mut harness, 0, RecordMode::Touch);
    let (start, end, x) = move_while_playing(&mut harness, 0);
    harness.run_steps(6);
    stop(&mut harness);
    let curve = curve(harness.state().document.scene(), 0, P::X);
    let keys = curve.keys().to_vec();
    let last = keys.last().unwrap();
    assert_eq!((last.time.seconds_f64(), last.value), (1.0, -0.5), "its old end");
    assert!(x > -0.4 && curve.value_at(end).unwrap() > -0.4, "{x}");
    let recorded = keys.iter().filter(|key| key.time.seconds_f64() > 0.0 && key.time.seconds_f64() < 1.0);
    let times: Vec<f64> = recorded.map(|key| key.time.seconds_f64()).collect();
    assert!(!times.is_empty() && times.iter().all(|time| *time <= end + FRAME + 0.101), "{times:?} {end}");
    // On both sides of the pass it is where it was.
    for seconds in [start / 2.0, start - 0.002, end + FRAME + 0.11, 0.99] {
        let value = curve.value_at(seconds).unwrap();
        assert!((value + 0.5).abs() < 2e-3, "{value} at {seconds}, recorded {start} to {end}: {keys:?}");
    }
}

#[test]
fn the_key_that_was_touched_is_deleted_and_not_the_sound() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    with_keys(&mut harness, 0);
    harness.state_mut().document.selection.set(0);
    harness.run();
    let tracks = harness.state().document.scene().tracks.len();
    harness.state_mut().panels.timeline.keys.chosen = Some((P::X, 1));
    for (keys, left) in [(1, tracks), (1, tracks - 1)] {
        harness.key_press(Key::Delete);
        harness.run();
        let scene = harness.state().document.scene();
        assert_eq!(scene.tracks.len(), left);
        if left == tracks {
            assert_eq!(curve(scene, 0, P::X).keys().len(), keys);
        }
    }
}

#[test]
fn latch_goes_on_from_where_it_was_let_go_until_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    with_keys(&mut harness, 0);
    let before = harness.state().document.scene().clone();
    recording(&mut harness, 0, RecordMode::Latch);
    let (_, released, x) = move_while_playing(&mut harness, 0);
    harness.run_steps(8);
    let stopped = stop(&mut harness);
    assert!(stopped < 0.95 && stopped > released + 0.2, "{released} {stopped}");
    let scene = harness.state().document.scene().clone();
    let curve = curve(&scene, 0, P::X);
    assert!(x > -0.4, "{x}");
    for seconds in [released, (released + stopped) / 2.0, stopped - 2.0 * FRAME] {
        assert!(
            (curve.value_at(seconds).unwrap() - x).abs() < 0.01,
            "{seconds}: {:?} {x}",
            curve.value_at(seconds)
        );
    }
    assert_eq!(curve.value_at(1.0), Some(-0.5), "what comes after stays");
    assert!(curve.keys().len() <= 9, "a hand that rests leaves two keys: {}", curve.keys().len());
    // All of the pass is one step.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(harness.state().document.scene(), &before);
}

#[test]
fn write_replaces_what_was_there_from_the_start_until_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    recording(&mut harness, 1, RecordMode::Write);
    harness.run_steps(12);
    let stopped = stop(&mut harness);
    let curve = curve(harness.state().document.scene(), 1, P::X);
    let start = curve.value_at(2.0 * FRAME).unwrap();
    for seconds in [0.1, 0.2, stopped - 2.0 * FRAME] {
        assert!((curve.value_at(seconds).unwrap() - start).abs() < 0.01, "nobody touched it: {seconds}");
    }
    assert_eq!(curve.value_at(1.0), Some(1.0));
    // Anna was not selected.
    let Spatial::Object(anna) = &harness.state().document.scene().tracks[0].spatial else { panic!() };
    assert!(anna.automation.is_empty());
}

#[test]
fn the_mode_of_recording_is_chosen_by_its_name_and_by_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    named(&harness, "Recording: touch").click();
    harness.run();
    assert_eq!(harness.state().transport.record_mode, RecordMode::Latch);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::R);
    harness.run();
    assert!(harness.query_by_label("Recording: write").is_some());
    assert!(!harness.state().transport.is_recording);
}

#[test]
fn the_loop_has_ends_that_are_dragged() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.state_mut().transport.range = Some(0.2..0.6);
    harness.state_mut().transport.is_looping = true;
    harness.run();
    let (_, second) = axis(&harness);
    let by = |harness: &mut Harness<'_, App>, name: &str, seconds: f32| {
        let from = named(harness, name).rect().center();
        drag(harness, from, from + Vec2::new(seconds * second, 0.0), Modifiers::NONE);
        harness.state().transport.range.clone().unwrap()
    };
    let near = |a: f64, b: f64| (a - b).abs() < 0.01;
    let range = by(&mut harness, "Loop end", 0.25);
    assert!(near(range.start, 0.2) && near(range.end, 0.85), "{range:?}");
    let range = by(&mut harness, "Loop start", 0.1);
    assert!(near(range.start, 0.3) && near(range.end, 0.85), "{range:?}");
    let range = by(&mut harness, "Loop range", -0.1);
    assert!(near(range.start, 0.2) && near(range.end, 0.75), "{range:?}");
    // Not through each other; and to the marker at half a second, when that is near.
    let range = by(&mut harness, "Loop start", 0.7);
    assert!(range.start < range.end && near(range.start, 0.74), "{range:?}");
    let range = by(&mut harness, "Loop start", 0.5 - range.start as f32 + 0.003);
    assert_eq!(range.start, 0.5);
    assert_eq!(harness.state().transport.seconds, 0.0, "the playhead stays");
}

#[test]
fn markers_are_gone_to_renamed_moved_and_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    let (_, second) = axis(&harness);
    named(&harness, "Marker Door").click();
    harness.run();
    assert!((harness.state().transport.seconds - 0.5).abs() < 1e-9);
    let at = named(&harness, "Marker Door").rect().center();
    for pressed in [true, false, true, false] {
        button(&mut harness, at, pressed, PointerButton::Primary);
    }
    harness.run();
    named(&harness, "Name of the marker").focus();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    named(&harness, "Name of the marker").type_text("Window");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let markers = |harness: &Harness<'_, App>| -> Vec<(f64, String)> {
        let all = &harness.state().document.scene().markers;
        all.iter().map(|marker| (marker.time.seconds_f64(), marker.name.clone())).collect()
    };
    assert_eq!(markers(&harness), [(0.5, "Window".to_owned())]);
    // Another one at the start, and the first is moved before it: they are in order again.
    harness.key_press(Key::Home);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::M);
    harness.run();
    let flag = named(&harness, "Marker Marker 2").rect().left_center() + Vec2::new(3.0, 0.0);
    drag(&mut harness, flag, flag + Vec2::new(0.75 * second, 0.0), Modifiers::NONE);
    let found = markers(&harness);
    assert_eq!((found[0].1.as_str(), found[1].1.as_str()), ("Window", "Marker 2"));
    assert!((found[1].0 - 0.75).abs() < 0.01, "{found:?}");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(markers(&harness)[0], (0.0, "Marker 2".to_owned()), "a move is one step");
    named(&harness, "Marker Window").click_secondary();
    harness.run();
    named(&harness, "Take out the marker").click();
    harness.run();
    assert_eq!(markers(&harness).len(), 1);
}

#[test]
fn fades_have_handles_and_shapes() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    let (_, second) = axis(&harness);
    let by = |harness: &mut Harness<'_, App>, name: &str, seconds: f32| {
        let from = named(harness, name).rect().center();
        drag(harness, from, from + Vec2::new(seconds * second, 0.0), Modifiers::NONE);
    };
    by(&mut harness, "Fade in of clip 1 of Anna", 0.25);
    by(&mut harness, "Fade out of clip 1 of Anna", -0.4);
    let clip = |harness: &Harness<'_, App>| harness.state().document.scene().tracks[0].clips[0].clone();
    let seconds = |fade: &Option<formats::scene::Fade>| fade.as_ref().map(|fade| fade.length.seconds_f64());
    let (fade_in, fade_out) = (seconds(&clip(&harness).fade_in), seconds(&clip(&harness).fade_out));
    assert!((fade_in.unwrap() - 0.25).abs() < 0.01 && (fade_out.unwrap() - 0.4).abs() < 0.01);
    assert_eq!(clip(&harness).start.seconds_f64(), 0.0, "the clip stays");
    // There is no room for more than the clip.
    by(&mut harness, "Fade in of clip 1 of Anna", 0.7);
    let fade_in = seconds(&clip(&harness).fade_in).unwrap();
    assert!((fade_in + fade_out.unwrap() - 1.0).abs() < 0.002, "{fade_in}");
    named(&harness, "Clip 1 of Anna").click_secondary();
    harness.run();
    named(&harness, "Fade in: S curve").click();
    harness.run();
    assert_eq!(clip(&harness).fade_in.unwrap().shape, FadeShape::SCurve);
    by(&mut harness, "Fade in of clip 1 of Anna", -1.0);
    assert_eq!(clip(&harness).fade_in, None, "dragged to nothing");
    named(&harness, "Clip 1 of Anna").click_secondary();
    harness.run();
    named(&harness, "No fade out").click();
    harness.run();
    assert_eq!(clip(&harness).fade_out, None);
}

#[test]
fn a_key_is_dragged_in_its_lane() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.get_by_role_and_label(egui::Role::ListBoxOption, "Horn").click();
    harness.run();
    let (start, second) = axis(&harness);
    let lane = named(&harness, "Curve of X, right").rect();
    // X goes from -1 at the bottom to 1 at the top, with 7 points above and below.
    let y = |value: f32| lane.max.y - 7.0 - (value + 1.0) / 2.0 * (lane.height() - 14.0);
    let (from, to) = (Pos2::new(start + second, y(1.0)), Pos2::new(start + 0.7 * second, y(0.5)));
    drag(&mut harness, from, to, Modifiers::NONE);
    let key = curve(harness.state().document.scene(), 1, P::X).keys()[1].clone();
    assert!((key.time.seconds_f64() - 0.7).abs() < 0.01 && (key.value - 0.5).abs() < 0.05, "{key:?}");
    assert_eq!(harness.state().document.history().to_undo(), Some("Move a key"));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    let key = curve(harness.state().document.scene(), 1, P::X).keys()[1].clone();
    assert_eq!((key.time.seconds_f64(), key.value), (1.0, 1.0), "the drag was one step");
}

#[test]
fn a_drag_over_the_ruler_goes_through_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    let (start, second) = axis(&harness);
    let y = named(&harness, "Ruler").rect().max.y - 4.0;
    let at = |seconds: f32| Pos2::new(start + seconds * second, y);
    point(&mut harness, at(0.1));
    button(&mut harness, at(0.1), true, PointerButton::Primary);
    for seconds in [0.3, 0.6, 0.8] {
        point(&mut harness, at(seconds));
        assert!((harness.state().transport.seconds - f64::from(seconds)).abs() < 0.01);
    }
    assert!(harness.state().connection.is_open(), "what it goes over is heard");
    button(&mut harness, at(0.8), false, PointerButton::Primary);
    assert!(!harness.state().transport.is_playing);
    // With Shift it draws the loop.
    drag(&mut harness, at(0.2), at(0.4), Modifiers::SHIFT);
    let range = harness.state().transport.looped().unwrap();
    assert!((range.start - 0.2).abs() < 0.01 && (range.end - 0.4).abs() < 0.01);
}
