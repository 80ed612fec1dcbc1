//! Panels beside the room and below it, driven by their accessible names: the list, the inspector, loudness, deliveries and
//! the window for files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(missing_docs, unreachable_pub, dead_code)]

mod window;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use formats::scene::{Coordinates, Deliverable, ObjectParameter as P, ParameterKind, Role, Scene, Spatial};
use viewer::app::{App, Dialog};
use viewer::edit::{Edit, track_edit};
use window::{named, number, program, tab, write_scene};

fn wait(harness: &mut Harness<'_, App>, what: &str, is_so: impl Fn(&Harness<'_, App>) -> bool) {
    let began = Instant::now();
    while !is_so(harness) {
        assert!(began.elapsed().as_secs() < 120, "it takes too long: {what}");
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
}

fn sees(harness: &Harness<'_, App>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

#[test]
fn the_list_groups_by_role_and_finds_roles_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    for title in ["DIALOGUE  1", "EFFECTS  1", "AMBIENCE  1"] {
        assert!(harness.query_by_label(title).is_some(), "{title}");
    }
    named(&harness, "by role").click();
    harness.run();
    assert!(harness.query_by_label("DIALOGUE  1").is_none());
    let rows = |harness: &Harness<'_, App>| -> Vec<String> {
        let rows = harness.query_all_by_role(egui::Role::ListBoxOption);
        rows.filter_map(|row| row.accesskit_node().label()).collect()
    };
    assert_eq!(rows(&harness), ["Anna", "Horn", "Rain"]);
    named(&harness, "Search sounds").focus();
    harness.run();
    named(&harness, "Search sounds").type_text("ambi");
    harness.run();
    assert_eq!(rows(&harness), ["Rain"], "by its role");
    named(&harness, "Search sounds").type_text("xyz");
    harness.run();
    assert!(harness.query_by_label("Nothing of that name").is_some());
}

#[test]
fn the_role_is_chosen_in_the_inspector_for_all_that_are_selected() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.state_mut().document.selection.set_all([0, 1]);
    harness.run();
    assert!(harness.query_by_label("2 selected").is_some());
    harness.get_by_role_and_label(egui::Role::ComboBox, "Role").click();
    harness.run();
    named(&harness, "Foley").click();
    harness.run();
    let roles: Vec<Role> = harness.state().document.scene().tracks.iter().map(|it| it.role.clone()).collect();
    assert_eq!(roles, [Role::Foley, Role::Foley, Role::Ambience]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert!(!harness.state().document.is_changed(), "one step");
}

fn value(scene: &Scene, parameter: P) -> Option<f64> {
    let Spatial::Object(object) = &scene.tracks[0].spatial else { panic!("no object") };
    object.value_at(parameter, 0.0)
}

/// Each parameter of an object, in both coordinates, is set by its name.
#[test]
fn every_parameter_has_its_field() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    harness.state_mut().panels.tab = viewer::panels::Tab::Warnings;
    for coordinates in [Coordinates::Cartesian, Coordinates::Polar] {
        harness.get_by_role_and_label(egui::Role::ListBoxOption, "Anna").click();
        harness.run();
        if coordinates == Coordinates::Polar {
            named(&harness, "polar").click();
            harness.run();
        }
        for parameter in P::all().filter(|parameter| parameter.is_of(coordinates)) {
            one_parameter(&mut harness, parameter, coordinates);
        }
    }
}

fn one_parameter(harness: &mut Harness<'_, App>, parameter: P, coordinates: Coordinates) {
    let name = viewer::panels::inspector::parameter_name(parameter);
    match parameter.kind() {
        ParameterKind::Choice(names) => {
            let vertical = parameter == P::ScreenEdgeVertical;
            let field = if vertical { "Screen edge, vertical" } else { name };
            harness.get_by_role_and_label(egui::Role::ComboBox, field).click_accesskit();
            harness.run();
            harness.get_by_label(names[names.len() - 1]).click_accesskit();
            harness.run();
            let last = (names.len() - 1) as f64;
            assert_eq!(value(harness.state().document.scene(), parameter), Some(last), "{name}");
        }
        ParameterKind::Whole(range) if range.max <= 1.0 => {
            let before = value(harness.state().document.scene(), parameter).unwrap_or(0.0);
            harness.get_by_role_and_label(egui::Role::CheckBox, name).click_accesskit();
            harness.run();
            let after = value(harness.state().document.scene(), parameter);
            assert_eq!(after, Some(1.0 - before), "{name}");
        }
        _ => {
            let range = parameter.range(coordinates);
            let least = if range.min.is_finite() { range.min } else { -20.0 };
            let wanted = (least + (range.max - least) * 0.75).round();
            number(harness, name).set_value_accesskit(wanted);
            harness.run();
            let found = value(harness.state().document.scene(), parameter);
            assert_eq!(found, Some(wanted), "{name}");
        }
    }
}

/// The figures of EBU R 128: -23 LUFS, which meters tell within 0.2 LU, and -1 dBTP.
#[test]
fn loudness_is_judged_by_the_specifications_of_the_deliverables() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    tab(&mut harness, "Loudness");
    assert!(sees(&harness, "Play, and the loudness"));
    let wanted =
        Deliverable { spec: Some("ebu-r128".into()), layout: "stereo".into(), ..Deliverable::default() };
    harness.state_mut().document.edit("Deliverables", vec![Edit::Deliverables(vec![wanted])]);
    named(&harness, "Loop").click();
    harness.run();
    named(&harness, "Play").click();
    wait(&mut harness, "verdicts", |harness| sees(harness, "-23.2 to -22.8 LUFS"));
    assert!(sees(&harness, "ebu-r128") && sees(&harness, "at most -1 dBTP"));
    named(&harness, "Start anew").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Loudness of the last minute that was played").is_some());
}

fn deliverables(harness: &Harness<'_, App>) -> Vec<(Option<String>, String)> {
    let all = &harness.state().document.scene().deliverables;
    all.iter().map(|one| (one.spec.clone(), one.layout.clone())).collect()
}

#[test]
fn deliverables_are_chosen_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    tab(&mut harness, "Deliver");
    assert!(sees(&harness, "brought to its specification"));
    named(&harness, "Add a deliverable").click();
    harness.run();
    named(&harness, "Specification 2").click();
    harness.run();
    named(&harness, "cinema").click();
    harness.run();
    named(&harness, "Layout 2").click();
    harness.run();
    // The one of the room has the same name, above.
    let choices: Vec<_> = harness.query_all_by_label("5.1").collect();
    choices[choices.len() - 1].click();
    harness.run();
    let expected = [(None, "stereo".to_owned()), (Some("cinema".to_owned()), "5.1".to_owned())];
    assert_eq!(deliverables(&harness), expected);
    harness.query_all_by_label("take out").next().unwrap().click();
    harness.run();
    assert_eq!(deliverables(&harness), expected[1..]);
}

#[test]
fn a_delivery_is_cancelled_and_nothing_of_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    lengthen(folder.path(), 120);
    let mut harness = program(&scene);
    tab(&mut harness, "Deliver");
    named(&harness, "Deliver now").click();
    harness.step();
    wait(&mut harness, "a delivery that goes on", |harness| harness.query_by_label("Delivery").is_some());
    named(&harness, "Cancel").click();
    wait(&mut harness, "its end", |harness| !harness.state().panels.delivery.is_working());
    harness.run();
    assert!(!sees(&harness, "Delivered: "));
    let left = fs::read_dir(folder.path().join("delivery")).map(|all| all.flatten().count());
    assert!(left.is_err() || left.is_ok_and(|count| count == 0), "nothing of it stays");
}

/// Without anything selected the inspector is about the scene: all that a new one needs to go with its picture.
#[test]
fn the_scene_gets_its_picture_its_length_and_its_programmes_in_the_inspector() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    let scene = |harness: &Harness<'_, App>| harness.state().document.scene().clone();
    fn choose(harness: &mut Harness<'_, App>, combo: &str, choice: &str) {
        harness.get_by_role_and_label(egui::Role::ComboBox, combo).click();
        harness.run();
        named(harness, choice).click();
        harness.run();
    }
    fn typed(harness: &mut Harness<'_, App>, field: &str, text: &str) {
        named(harness, field).focus();
        harness.run();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.run();
        named(harness, field).type_text(text);
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
    }
    choose(&mut harness, "Frame rate", "25");
    typed(&mut harness, "Start of the picture", "10:00:00:00");
    typed(&mut harness, "First frame of action", "10:00:00:05");
    let picture = scene(&harness).picture.unwrap();
    assert_eq!((picture.frame_rate.name(), picture.start.frames), ("25", 900_000));
    assert_eq!(picture.ffoa.map(|ffoa| ffoa.seconds_f64()), Some(0.2));
    // The start is kept at another rate; nonsense is told and changes nothing.
    choose(&mut harness, "Frame rate", "24");
    assert_eq!(scene(&harness).picture.unwrap().start.frames, 864_000);
    typed(&mut harness, "Start of the picture", "later");
    assert!(sees(&harness, "is no timecode of 24"));
    assert_eq!(scene(&harness).picture.unwrap().start.frames, 864_000);
    typed(&mut harness, "Length of the scene", "2.5");
    assert_eq!(scene(&harness).length.map(|length| length.seconds_f64()), Some(2.5));
    typed(&mut harness, "Length of the scene", "soon");
    assert!(sees(&harness, "is not a time") && scene(&harness).length.is_some());
    for _ in 0..2 {
        named(&harness, "+ Programme").click();
        harness.run();
    }
    typed(&mut harness, "Name of programme 2", "Deutsch");
    typed(&mut harness, "Language of programme 2", "DEU");
    let programmes = scene(&harness).programmes;
    let of: Vec<_> = programmes.iter().map(|one| (one.name.as_str(), one.language.as_deref())).collect();
    assert_eq!(of, [("Programme 1", None), ("Deutsch", Some("deu"))]);
    typed(&mut harness, "Name of programme 1", "Deutsch");
    assert!(sees(&harness, "a programme's name is its own"));
    // Each deliverable can be of one.
    tab(&mut harness, "Deliver");
    choose(&mut harness, "Programme 1", "Deutsch");
    assert_eq!(scene(&harness).deliverables[0].programme.as_deref(), Some("Deutsch"));
    named(&harness, "Take out programme 2").click();
    harness.run();
    assert_eq!((scene(&harness).programmes.len(), scene(&harness).deliverables.len()), (1, 0));
}

/// What plays goes on at the rate that is chosen.
#[test]
fn another_sample_rate_opens_the_engine_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    named(&harness, "Loop").click();
    harness.run();
    named(&harness, "Play").click();
    wait(&mut harness, "48 kHz", |harness| harness.state().connection.telemetry.sample_rate == 48_000);
    harness.get_by_role_and_label(egui::Role::ComboBox, "Sample rate").click();
    harness.run_steps(3);
    named(&harness, "96000 Hz").click();
    wait(&mut harness, "96 kHz", |harness| harness.state().connection.telemetry.sample_rate == 96_000);
    harness.run_steps(3);
    assert!(harness.state().transport.is_playing && !sees(&harness, "sample rate is"));
}

/// The sounds of the scene, over and over.
fn lengthen(folder: &Path, times: usize) {
    for name in ["anna", "horn", "rain"] {
        let path = folder.join(format!("{name}.wav"));
        let wav = fs::read(&path).unwrap();
        let (head, samples) = wav.split_at(44);
        let long = samples.repeat(times);
        let mut head = head.to_vec();
        head[4..8].copy_from_slice(&(36 + long.len() as u32).to_le_bytes());
        head[40..44].copy_from_slice(&(long.len() as u32).to_le_bytes());
        fs::write(&path, [head, long].concat()).unwrap();
    }
}

#[test]
fn a_warning_leads_to_its_track_and_goes_when_it_is_put_right() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    let edit = track_edit(harness.state().document.scene(), 1, |track| track.clips.clear());
    harness.state_mut().document.edit("Take out", edit.into_iter().collect());
    harness.run();
    named(&harness, "1 warning").click();
    harness.run();
    harness.get_by_label_contains("no clips").click();
    harness.run();
    assert_eq!(harness.state().document.selection.lead(), Some(1));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert!(harness.query_by_label("Nothing is wrong with the scene.").is_some());
}

/// One sound was moved away: the others play, and it is found where it lies now, as one step.
#[test]
fn a_scene_plays_without_what_is_missing_until_it_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let away = folder.path().join("elsewhere");
    fs::create_dir(&away).unwrap();
    for name in ["anna.wav", "horn.wav"] {
        fs::rename(folder.path().join(name), away.join(name)).unwrap();
    }
    let mut harness = program(&scene);
    assert_eq!(harness.state().document.missing(), ["anna.wav", "horn.wav"]);
    harness.key_press(egui::Key::Space);
    wait(&mut harness, "the rain", |harness| {
        let connection = &harness.state().connection;
        let levels = connection.track_levels(3);
        connection.is_open() && levels[2] > 0.01 && levels[..2] == [0.0, 0.0]
    });
    assert!(sees(&harness, "plays without anna.wav and 1 more"));
    harness.key_press(egui::Key::Space);
    harness.key_press_modifiers(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, egui::Key::I);
    harness.run();
    named(&harness, "File name").type_text(away.join("anna.wav").to_str().unwrap());
    harness.run();
    harness.get_by_label("Open").click();
    harness.run();
    let files = |harness: &Harness<'_, App>| -> Vec<String> {
        let tracks = &harness.state().document.scene().tracks;
        tracks.iter().map(|track| track.clips[0].file.clone()).collect()
    };
    assert_eq!(files(&harness), ["elsewhere/anna.wav", "elsewhere/horn.wav", "rain.wav"]);
    assert_eq!(harness.state().document.missing(), [""; 0]);
    harness.key_press(egui::Key::Home);
    harness.key_press(egui::Key::Space);
    wait(&mut harness, "Anna", |harness| harness.state().connection.track_levels(3)[0] > 0.01);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    harness.run_steps(3);
    assert_eq!(files(&harness)[..2], ["anna.wav", "horn.wav"]);
}

fn rows(harness: &Harness<'_, App>) -> Vec<String> {
    let files = harness.query_all_by_role(egui::Role::Row).filter_map(|row| row.accesskit_node().label());
    files.filter(|name| !name.ends_with("in the timeline")).collect()
}

#[test]
fn files_are_chosen_by_keys_and_by_typing_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    fs::create_dir(folder.path().join("more")).unwrap();
    fs::copy(folder.path().join("anna.wav"), folder.path().join("more/bell.wav")).unwrap();
    fs::write(folder.path().join(".hidden.wav"), b"").unwrap();
    fs::write(folder.path().join("notes.txt"), b"").unwrap();
    let mut harness = program(&scene);
    let open = |harness: &mut Harness<'_, App>| {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::I);
        harness.run();
        assert_eq!(harness.state().dialog, Some(Dialog::AddSounds));
    };
    open(&mut harness);
    assert_eq!(rows(&harness), ["more/", "anna.wav", "horn.wav", "rain.wav"]);
    named(&harness, "Hidden files").click();
    harness.run();
    assert_eq!(rows(&harness)[1], ".hidden.wav");
    named(&harness, "Sort by size").click();
    harness.run();
    assert_eq!(rows(&harness)[1], "rain.wav", "the largest");
    // Down to the folder, into it, down to the file, and it is taken.
    for _ in 0..2 {
        harness.key_press(Key::ArrowDown);
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
    }
    assert_eq!(harness.state().dialog, None);
    assert_eq!(harness.state().document.scene().tracks[3].name, "bell");
    // It is where it was left; up again, with the keyboard.
    open(&mut harness);
    assert_eq!(rows(&harness), ["bell.wav"]);
    for _ in 0..2 {
        harness.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
        harness.run();
    }
    // Temporary folders are hidden ones.
    named(&harness, "Hidden files").click();
    harness.run();
    let name = folder.path().file_name().unwrap().to_string_lossy().into_owned();
    assert!(rows(&harness).contains(&format!("{name}/")));
    named(&harness, "File name").focus();
    harness.run();
    named(&harness, "File name").type_text(&folder.path().join("more/bell.wav").display().to_string());
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().document.scene().tracks[4].name, "bell 2");
    open(&mut harness);
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(harness.state().dialog, None);
}

#[test]
fn a_scene_is_saved_over_another_only_after_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    fs::write(folder.path().join("other.xml"), b"kept").unwrap();
    let mut harness = program(&scene);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    harness.run();
    assert_eq!(rows(&harness), ["other.xml", "test.xml"]);
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!(sees(&harness, "Replace it?"));
    assert_eq!(fs::read(folder.path().join("other.xml")).unwrap(), b"kept");
    named(&harness, "Replace").click();
    harness.run();
    assert!(fs::read_to_string(folder.path().join("other.xml")).unwrap().contains("Anna"));
}
