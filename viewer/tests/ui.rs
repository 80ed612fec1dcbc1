//! The real interface, driven by its accessible names: every panel, and the room.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(missing_docs, unreachable_pub)]

mod window;

use egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use formats::scene::{ObjectParameter as P, Scene, Spatial};
use viewer::app::{App, Dialog};
use viewer::view3d::camera::View;
use window::{drag, named, number, on_screen, place, program, tab, write_scene};

fn value(scene: &Scene, track: usize, parameter: P) -> f64 {
    match &scene.tracks[track].spatial {
        Spatial::Object(object) => object.value_at(parameter, 0.0).unwrap(),
        _ => panic!("no object"),
    }
}

#[test]
fn the_list_finds_selects_mutes_and_solos() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    for name in ["Anna", "Horn", "Rain"] {
        assert!(harness.query_all_by_label(name).next().is_some(), "{name}");
    }
    named(&harness, "Mute Horn").click();
    harness.run();
    assert!(harness.state().document.scene().tracks[1].mute);
    named(&harness, "Solo Anna").click();
    harness.run();
    let scene = harness.state().document.scene();
    assert!(scene.is_heard(&scene.tracks[0]) && !scene.is_heard(&scene.tracks[2]));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert!(!harness.state().document.is_changed(), "both are undone");
    named(&harness, "Search sounds").focus();
    harness.run();
    named(&harness, "Search sounds").type_text("hor");
    harness.run();
    assert!(harness.query_by_label("Mute Horn").is_some());
    assert!(harness.query_by_label("Mute Anna").is_none(), "Anna is not searched for");
}

#[test]
fn the_inspector_says_and_sets_where_a_sound_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.get_by_role_and_label(egui::Role::ListBoxOption, "Anna").click();
    harness.run();
    assert_eq!(harness.state().document.selection.lead(), Some(0));
    assert_eq!(number(&harness, "X, right").value().as_deref(), Some("-0.500"));
    number(&harness, "X, right").set_value_accesskit(0.25);
    harness.run();
    assert_eq!(value(harness.state().document.scene(), 0, P::X), 0.25);
    number(&harness, "Width").set_value_accesskit(0.5);
    harness.run();
    assert_eq!(value(harness.state().document.scene(), 0, P::Width), 0.5);
    // A key, and then it moves.
    named(&harness, "Key of Gain").click();
    harness.run();
    let keys = |harness: &egui_kittest::Harness<'_, viewer::app::App>| match &harness
        .state()
        .document
        .scene()
        .tracks[0]
        .spatial
    {
        Spatial::Object(object) => {
            object.automation.get(&P::Gain).map_or(0, |found| found.curve.keys().len())
        }
        _ => 0,
    };
    assert_eq!(keys(&harness), 1);
    named(&harness, "Key of Gain").click();
    harness.run();
    assert_eq!(keys(&harness), 0);
}

#[test]
fn an_object_is_dragged_and_the_drag_is_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    let before = place(harness.state(), 0);
    let from = on_screen(harness.state(), &before);
    drag(&mut harness, from, from + Vec2::new(60.0, 10.0), Modifiers::NONE);
    let after = place(harness.state(), 0);
    assert!((after.x - before.x).abs() > 0.05 && (after.z - before.z).abs() < 1e-9, "{before} {after}");
    let shown = on_screen(harness.state(), &after);
    assert!(
        (shown - from - Vec2::new(60.0, 10.0)).length() < 1.5,
        "it is where the pointer is: {shown:?} {from:?}"
    );
    assert_eq!(harness.state().document.history().to_undo(), Some("Move"));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert!((place(harness.state(), 0) - before).norm() < 1e-9);
    assert!(!harness.state().document.is_changed());
    // With Alt it goes up.
    drag(&mut harness, from, from - Vec2::new(0.0, 50.0), Modifiers::ALT);
    let up = place(harness.state(), 0);
    assert!(up.z > before.z + 0.1 && (up.x - before.x).abs() < 1e-9, "{up}");
}

#[test]
fn an_object_that_moves_gets_a_key_where_it_is_dragged() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.state_mut().seek(0.5);
    harness.run();
    let before = place(harness.state(), 1);
    assert!(before.x.abs() < 1e-6, "half way");
    let from = on_screen(harness.state(), &before);
    drag(&mut harness, from, from + Vec2::new(70.0, 0.0), Modifiers::NONE);
    let Spatial::Object(object) = &harness.state().document.scene().tracks[1].spatial else { panic!() };
    let keys = object.automation[&P::X].curve.keys();
    assert_eq!(keys.len(), 3);
    assert!((keys[1].time.seconds_f64() - 0.5).abs() < 1e-9 && keys[1].value > 0.1);
}

#[test]
fn boxes_select_and_keys_nudge() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.state_mut().room.look(View::Top);
    harness.run();
    let corner = harness.state().room.rect;
    drag(&mut harness, corner.min + Vec2::new(4.0, 60.0), corner.max - Vec2::splat(4.0), Modifiers::SHIFT);
    assert_eq!(harness.state().document.selection.iter().collect::<Vec<_>>(), [0, 1]);
    let before = place(harness.state(), 0);
    harness.key_press(Key::ArrowRight);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowUp);
    harness.run();
    let after = place(harness.state(), 0);
    assert!((after - before - nalgebra::Vector3::new(0.02, 0.1, 0.0)).norm() < 1e-9, "{after}");
    harness.key_press(Key::Delete);
    harness.run();
    assert_eq!(harness.state().document.scene().tracks.len(), 1);
}

#[test]
fn time_goes_on_stops_and_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    named(&harness, "Play").click();
    wait(&mut harness, |app| app.transport.is_playing && app.transport.seconds > 0.1);
    named(&harness, "Stop").click();
    harness.run();
    assert!(!harness.state().transport.is_playing);
    harness.key_press(Key::Home);
    harness.run();
    assert_eq!(harness.state().transport.seconds, 0.0);
    harness.key_press(Key::CloseBracket);
    harness.run();
    assert!((harness.state().transport.seconds - 0.5).abs() < 1e-9, "at the marker");
    named(&harness, "Clock").click();
    harness.run();
    named(&harness, "Go to").set_text_value_accesskit("0.25");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!((harness.state().transport.seconds - 0.25).abs() < 1e-9);
}

/// The engine takes its own time: frames go on until `is_so`.
fn wait(
    harness: &mut egui_kittest::Harness<'_, viewer::app::App>,
    is_so: impl Fn(&viewer::app::App) -> bool,
) {
    let began = std::time::Instant::now();
    while !is_so(harness.state()) {
        assert!(began.elapsed().as_secs() < 60, "it takes too long");
        std::thread::sleep(std::time::Duration::from_millis(10));
        harness.step();
    }
}

#[test]
fn what_plays_is_measured_and_follows_the_layout() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    tab(&mut harness, "Loudness");
    named(&harness, "Loop").click();
    harness.run();
    named(&harness, "Play").click();
    wait(&mut harness, |app| app.connection.telemetry.loudness.short_term.is_some());
    let channels = harness.state().connection.telemetry.channels.len();
    assert_eq!(channels, 12, "7.1.4");
    let levels = harness.state().connection.track_levels(3);
    assert!(levels.iter().any(|level| *level > 0.01), "{levels:?}");
    assert!(harness.query_all_by_label_contains("LUFS").next().is_some());
    harness.state_mut().room.layout = renderer::layout::Layout::by_name("5.1").unwrap();
    wait(&mut harness, |app| app.connection.telemetry.channels.len() == 6);
    // What is muted is heard no more.
    harness.get_by_role_and_label(egui::Role::ListBoxOption, "Rain").click();
    harness.step();
    named(&harness, "Mute Rain").click();
    wait(&mut harness, |app| app.connection.track_levels(3)[2] < 1e-6);
    tab_steps(&mut harness, "Listen");
    assert!(harness.query_by_label_contains("silent").is_some(), "it says that nothing is heard");
    named(&harness, "Stop").click();
    harness.run();
    assert!(!harness.state().transport.is_playing);
}

/// Brings a tab to the front while something plays, so that frames never end.
fn tab_steps(harness: &mut egui_kittest::Harness<'_, viewer::app::App>, name: &str) {
    named(harness, name).click();
    harness.run_steps(4);
}

#[test]
fn clips_and_keys_are_moved_in_the_timeline() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    let clip = named(&harness, "Clip 1 of Anna").rect();
    let start = clip.left_center() + Vec2::new(30.0, 0.0);
    drag(&mut harness, start, start + Vec2::new(clip.width() / 4.0, 0.0), Modifiers::NONE);
    let moved = harness.state().document.scene().tracks[0].clips[0].start.seconds_f64();
    assert!((moved - 0.25).abs() < 0.02, "{moved}");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(harness.state().document.scene().tracks[0].clips[0].start.seconds_f64(), 0.0);
    harness.get_by_role_and_label(egui::Role::ListBoxOption, "Horn").click();
    harness.run();
    harness.state_mut().seek(0.5);
    named(&harness, "Key of X, right").click();
    harness.run();
    let keys = |harness: &egui_kittest::Harness<'_, viewer::app::App>| match &harness
        .state()
        .document
        .scene()
        .tracks[1]
        .spatial
    {
        Spatial::Object(object) => object.automation[&P::X].curve.keys().to_vec(),
        _ => panic!("no object"),
    };
    assert_eq!(keys(&harness).len(), 3);
    assert!(keys(&harness)[1].value.abs() < 1e-9, "half way");
    assert!(harness.query_by_label("Curve of X, right").is_some());
}

#[test]
fn warnings_lead_to_what_they_are_about() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    std::fs::remove_file(folder.path().join("horn.wav")).unwrap();
    let mut harness = program(&scene);
    assert!(harness.query_by_label("1 error").is_some());
    tab(&mut harness, "Warnings");
    harness.get_by_label_contains("horn.wav, which is not there").click();
    harness.run();
    assert_eq!(harness.state().document.selection.lead(), Some(1));
}

#[test]
fn a_delivery_lies_on_the_disk_when_it_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    tab(&mut harness, "Deliver");
    named(&harness, "Deliver now").click();
    harness.step();
    let began = std::time::Instant::now();
    while harness.query_by_label("Delivered: pass").is_none() {
        assert!(began.elapsed().as_secs() < 120, "it takes too long");
        std::thread::sleep(std::time::Duration::from_millis(50));
        harness.step();
    }
    let names: Vec<String> = std::fs::read_dir(folder.path().join("delivery"))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        names.iter().any(|name| name.ends_with(".wav")) && names.iter().any(|name| name == "report.html"),
        "{names:?}"
    );
}

#[test]
fn nothing_is_thrown_away_without_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let mut harness = program(&scene);
    named(&harness, "Mute Anna").click();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::N);
    harness.run();
    assert!(matches!(harness.state().dialog, Some(Dialog::Unsaved(_))));
    named(&harness, "Cancel").click();
    harness.run();
    assert_eq!(harness.state().document.scene().tracks.len(), 3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::N);
    harness.run();
    named(&harness, "Save").click();
    harness.run();
    assert!(harness.state().document.scene().tracks.is_empty());
    assert!(std::fs::read_to_string(&scene).unwrap().contains("mute=\"1\""));
}

#[test]
fn every_action_is_listed_with_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.key_press(Key::F1);
    harness.run();
    for entry in viewer::actions::ACTIONS {
        assert!(harness.query_all_by_label(entry.name).next().is_some(), "{}", entry.name);
    }
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(harness.state().dialog, None);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    harness.run();
    assert_eq!(harness.state().theme, viewer::theme::Theme::Light);
}

#[test]
fn zones_are_left_out_by_name_or_by_their_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.state_mut().document.selection.set_all([0]);
    harness.run();
    let zones = |harness: &Harness<'_, App>| match &harness.state().document.scene().tracks[0].spatial {
        Spatial::Object(object) => object.zones.clone(),
        other => panic!("{other:?}"),
    };
    for choice in ["the sides", "the sides", "a sector"] {
        named(&harness, "+ Zone").click_accesskit();
        harness.run();
        named(&harness, choice).click_accesskit();
        harness.run();
    }
    let names: Vec<_> = zones(&harness).into_iter().map(|zone| zone.name).collect();
    assert_eq!(names, [Some("ZM2L".to_owned()), Some("ZM2R".to_owned()), None], "each once");
    // It is no zone of that name any more.
    number(&harness, "X, right to, zone 1").set_value_accesskit(-0.5);
    harness.run();
    assert_eq!(zones(&harness)[0].name, None);
    named(&harness, "Take out the sides (ZM2R)").click_accesskit();
    harness.run();
    assert_eq!(zones(&harness).len(), 2);
}

#[test]
fn several_sounds_are_added_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::I);
    harness.run();
    let row = |harness: &mut Harness<'_, App>, name: &str, held: Modifiers| {
        harness.get_by_role_and_label(egui::Role::Row, name).click_modifiers(held);
        harness.run();
    };
    row(&mut harness, "anna.wav", Modifiers::NONE);
    row(&mut harness, "rain.wav", Modifiers::SHIFT);
    row(&mut harness, "horn.wav", Modifiers::COMMAND);
    assert!(harness.query_by_label("2 files").is_some());
    named(&harness, "Open").click();
    harness.run();
    assert_eq!(harness.state().dialog, None);
    let names: Vec<_> =
        harness.state().document.scene().tracks[3..].iter().map(|track| track.name.clone()).collect();
    assert_eq!(names, ["anna", "rain"]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(harness.state().document.scene().tracks.len(), 3, "one step");
}
