//! The desk, driven by its accessible names: strips, processors, reverbs, meters.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(missing_docs, unreachable_pub, dead_code)]

mod window;

use egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use formats::scene::chain::{Chain, Compressor, DeEsser, Delay, EqBand, Fader, Gate, Reverb, Stage};
use formats::scene::{Role, Scene};
use renderer::live::{ChannelLevel, Spectrum, StripLevel, StripName};
use viewer::app::App;
use window::{drag, named, number, place, program, tab, write_scene};

type Program = Harness<'static, App>;

fn desk(folder: &std::path::Path) -> Program {
    let mut harness = program(&write_scene(folder));
    tab(&mut harness, "Mixer");
    harness
}

fn scene(harness: &Program) -> &Scene {
    harness.state().document.scene()
}

fn chain(harness: &Program) -> &Chain {
    &scene(harness).tracks[0].chain
}

fn press(harness: &mut Program, name: &str) {
    named(harness, name).click_accesskit();
    harness.run();
}

fn undo(harness: &mut Program) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
}

/// What egui writes over everything when two widgets have one id.
fn complaints(harness: &Program) -> Vec<String> {
    fn texts(shape: &egui::Shape, found: &mut Vec<String>) {
        match shape {
            egui::Shape::Text(text) => found.push(text.galley.text().to_owned()),
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    harness.output().shapes.iter().for_each(|clipped| texts(&clipped.shape, &mut found));
    found.retain(|text| text.contains('🔥') || text.contains("use of"));
    found
}

#[test]
fn a_processor_is_added_turned_bypassed_and_taken_out_and_each_is_a_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Strip Anna");
    assert_eq!(harness.state().document.selection.lead(), Some(0));
    press(&mut harness, "Add gate");
    assert_eq!(chain(&harness).gate, Some(Gate::default()));
    number(&harness, "Gate threshold").set_value_accesskit(-42.0);
    harness.run();
    assert_eq!(chain(&harness).gate.as_ref().unwrap().threshold_db, -42.0);
    number(&harness, "Gate attack").set_value_accesskit(99_999.0);
    harness.run();
    assert_eq!(
        chain(&harness).gate.as_ref().unwrap().attack_ms,
        Gate::ATTACK.max,
        "no more than the model has"
    );
    press(&mut harness, "Gate on");
    assert!(chain(&harness).bypassed.contains(&Stage::Gate) && chain(&harness).has(Stage::Gate));
    press(&mut harness, "Remove gate");
    assert!(chain(&harness).is_empty());
    undo(&mut harness);
    assert!(chain(&harness).bypassed.contains(&Stage::Gate));
    undo(&mut harness);
    assert!(chain(&harness).bypassed.is_empty());
    undo(&mut harness);
    assert_eq!(chain(&harness).gate, Some(Gate { threshold_db: -42.0, ..Gate::default() }));
    undo(&mut harness);
    undo(&mut harness);
    assert!(chain(&harness).is_empty() && !harness.state().document.is_changed());
}

#[test]
fn tracks_are_grouped_turned_muted_and_taken_out_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Strip Anna");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::G);
    harness.run();
    let groups = |harness: &Program| {
        let tracks = scene(harness).tracks.iter();
        tracks.map(|track| track.group.clone().unwrap_or_default()).collect::<Vec<String>>()
    };
    assert_eq!(groups(&harness)[0], "group 1");
    let other = scene(&harness).tracks[1].name.clone();
    press(&mut harness, &format!("{other} in group 1"));
    assert_eq!(groups(&harness)[..2], ["group 1", "group 1"]);
    number(&harness, "Gain of group 1").set_value_accesskit(-6.0);
    harness.run();
    assert_eq!(scene(&harness).groups[0].gain_db, -6.0);
    press(&mut harness, "Mute strip group 1");
    let heard: Vec<bool> =
        scene(&harness).tracks.iter().map(|track| scene(&harness).is_heard(track)).collect();
    assert_eq!(heard[..3], [false, false, true]);
    named(&harness, "Name of the group").focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    named(&harness, "Name of the group").type_text("cars");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!((groups(&harness)[0].as_str(), scene(&harness).groups[0].name.as_str()), ("cars", "cars"));
    assert_eq!(complaints(&harness), Vec::<String>::new());
    press(&mut harness, "Remove the group");
    assert!(scene(&harness).groups.is_empty() && groups(&harness)[..2] == ["", ""]);
    for _ in 0..6 {
        undo(&mut harness);
    }
    assert!(scene(&harness).groups.is_empty() && !harness.state().document.is_changed());
}

#[test]
fn every_processor_has_its_numbers_and_no_id_is_taken_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Strip Anna");
    for (name, stage, a_number) in [
        ("trim", Stage::Trim, "Trim gain"),
        ("denoise", Stage::Denoise, "Denoise amount"),
        ("gate", Stage::Gate, "Gate hold"),
        ("de-esser", Stage::DeEsser, "De-esser range"),
        ("compressor", Stage::Compressor, "Compressor look-ahead"),
        ("delay", Stage::Delay, "Delay"),
    ] {
        press(&mut harness, &format!("Add {name}"));
        assert!(chain(&harness).has(stage), "{name}");
        number(&harness, a_number).increment_accesskit();
        harness.run();
        assert_eq!(complaints(&harness), Vec::<String>::new(), "{name}");
    }
    let found = chain(&harness).clone();
    assert!(found.trim.unwrap().gain_db > 0.0);
    assert!(found.gate.unwrap().hold_ms > Gate::default().hold_ms);
    assert!(found.de_esser.unwrap().range_db > DeEsser::default().range_db);
    assert!(matches!(found.delay, Some(Delay::Milliseconds(value)) if value > 0.0));
    assert!(found.compressor.unwrap().look_ahead_ms > Compressor::default().look_ahead_ms);
    press(&mut harness, "Show trim");
    press(&mut harness, "Trim polarity");
    assert!(chain(&harness).trim.unwrap().invert);
    assert!(chain(&harness).check().is_ok());
}

#[test]
fn bands_of_all_kinds_are_added_by_menu_and_set_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Strip Anna");
    named(&harness, "Equaliser of Anna").click_secondary();
    harness.run();
    press(&mut harness, "Add: Bell");
    assert_eq!(chain(&harness).eq.as_ref().unwrap().bands.len(), 1);
    undo(&mut harness);
    assert_eq!(chain(&harness).eq, None);
    for kind in ["Bell", "High-pass", "Low-pass", "Low shelf", "High shelf", "Notch", "Tilt"] {
        press(&mut harness, "Add a band");
        press(&mut harness, &format!("New band: {kind}"));
    }
    let bands = chain(&harness).eq.clone().unwrap().bands;
    let elements: Vec<&str> = bands.iter().map(EqBand::element).collect();
    assert_eq!(elements, ["bell", "highPass", "lowPass", "lowShelf", "highShelf", "notch", "tilt"]);
    number(&harness, "Band 1 frequency").set_value_accesskit(250.0);
    harness.run();
    number(&harness, "Band 1 gain").set_value_accesskit(-4.5);
    harness.run();
    number(&harness, "Band 1 Q").set_value_accesskit(3.0);
    harness.run();
    let bell = EqBand::Bell { frequency_hz: 250.0, gain_db: -4.5, q: 3.0 };
    assert_eq!(chain(&harness).eq.as_ref().unwrap().bands[0], bell);
    press(&mut harness, "Remove band 2");
    assert_eq!(chain(&harness).eq.as_ref().unwrap().bands[1].element(), "lowPass");
    // On the curve: the bell lies at 250 Hz.
    let chart = named(&harness, "Equaliser of Anna").rect();
    let share = (250.0_f32 / 20.0).ln() / 1000.0_f32.ln();
    let bell = egui::pos2(chart.min.x + share * chart.width(), chart.center().y + chart.height() * 0.125);
    drag(&mut harness, bell, bell + Vec2::new(0.0, -chart.height() * 0.25), Modifiers::NONE);
    let gain = |harness: &Program| match chain(harness).eq.as_ref().unwrap().bands[0] {
        EqBand::Bell { gain_db, .. } => gain_db,
        _ => panic!("no bell"),
    };
    assert!((gain(&harness) - 4.5).abs() < 0.2, "{}", gain(&harness));
    undo(&mut harness);
    assert_eq!(gain(&harness), -4.5, "the drag is one step");
    assert_eq!(complaints(&harness), Vec::<String>::new());
}

#[test]
fn a_fader_is_dragged_typed_and_turned_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    let gain = |harness: &Program| scene(harness).tracks[1].chain.fader.as_ref().map_or(0.0, |f| f.gain_db);
    harness.state_mut().document.selection.set_all([0]);
    harness.run();
    let rect = named(&harness, "Fader of Horn").rect();
    let knob = rect.right_center() - Vec2::new(15.0, 0.0);
    drag(&mut harness, knob, knob + Vec2::new(0.0, 30.0), Modifiers::NONE);
    assert!((-60.0..0.0).contains(&gain(&harness)), "{}", gain(&harness));
    // The keys go on from there, and don't move what is selected; space plays all the same.
    let (dragged, at) = (gain(&harness), place(harness.state(), 0));
    harness.key_press(Key::ArrowUp);
    harness.run();
    assert!((gain(&harness) - dragged - 0.5).abs() < 1e-9, "{}", gain(&harness));
    assert_eq!(place(harness.state(), 0), at);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    assert!(harness.state().transport.is_playing);
    harness.key_press(Key::Space);
    harness.run();
    undo(&mut harness);
    undo(&mut harness);
    assert_eq!(gain(&harness), 0.0);
    number(&harness, "Gain of Horn").set_value_accesskit(-12.0);
    harness.run();
    assert_eq!(gain(&harness), -12.0);
    number(&harness, "Gain of Horn").set_value_accesskit(-1000.0);
    harness.run();
    assert_eq!(gain(&harness), f64::NEG_INFINITY);
    undo(&mut harness);
    named(&harness, "Fader of Horn").focus();
    harness.run();
    harness.key_press(Key::ArrowUp);
    harness.key_press(Key::ArrowUp);
    harness.run();
    assert_eq!(gain(&harness), -11.0);
    named(&harness, "Fader of Horn").set_value_accesskit(500.0);
    harness.run();
    assert_eq!(gain(&harness), Fader::GAIN.max);
}

#[test]
fn buses_have_strips_with_processors() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Add a bus");
    press(&mut harness, "New bus: Effects");
    assert_eq!(scene(&harness).buses.len(), 1);
    assert_eq!(scene(&harness).buses[0].role, Role::Effects);
    // It is selected: what is added is the bus's.
    press(&mut harness, "Add compressor");
    press(&mut harness, "Compressor listens to");
    harness.get_by_role_and_label(egui::Role::Button, "Dialogue").click_accesskit();
    harness.run();
    let ducking = scene(&harness).buses[0].chain.compressor.clone().unwrap();
    assert_eq!(ducking.key.as_deref(), Some("dialogue"));
    number(&harness, "Gain of Effects bus").set_value_accesskit(-3.0);
    harness.run();
    assert_eq!(scene(&harness).buses[0].chain.fader.as_ref().unwrap().gain_db, -3.0);
    number(&harness, "Send of Effects bus to hall").set_value_accesskit(-9.0);
    harness.run();
    assert_eq!(scene(&harness).buses[0].chain.sends[0].gain_db, -9.0);
    press(&mut harness, "Remove the bus");
    assert!(scene(&harness).buses.is_empty());
    undo(&mut harness);
    assert_eq!(scene(&harness).buses[0].chain.compressor, Some(ducking));
    assert_eq!(complaints(&harness), Vec::<String>::new());
}

#[test]
fn reverbs_are_added_set_named_and_taken_out_with_their_sends() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Add a reverb");
    assert_eq!(scene(&harness).reverbs.len(), 2);
    number(&harness, "Reverb decay, low").set_value_accesskit(4.0);
    harness.run();
    number(&harness, "Reverb pre-delay").set_value_accesskit(35.0);
    harness.run();
    let Reverb::Fdn(fdn) = &scene(&harness).reverbs[1].reverb else { panic!("not artificial") };
    assert_eq!((fdn.decay_low_s, fdn.pre_delay_ms), (4.0, 35.0));
    press(&mut harness, "Strip hall");
    let name = named(&harness, "Name of the reverb");
    name.focus();
    harness.run();
    named(&harness, "Name of the reverb").set_text_value_accesskit("church");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(scene(&harness).reverbs[0].name, "church");
    number(&harness, "Send of Anna to church").set_value_accesskit(-6.0);
    harness.run();
    press(&mut harness, "Strip church");
    press(&mut harness, "Remove the reverb");
    assert_eq!((scene(&harness).reverbs.len(), chain(&harness).sends.len()), (1, 0));
    undo(&mut harness);
    assert_eq!((scene(&harness).reverbs.len(), chain(&harness).sends.len()), (2, 1));
    assert_eq!(complaints(&harness), Vec::<String>::new());
}

#[test]
fn the_room_of_a_file_takes_the_place_of_an_artificial_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Strip hall");
    press(&mut harness, "measured…");
    named(&harness, "File name").focus();
    harness.run();
    named(&harness, "File name").set_text_value_accesskit("rain.wav");
    harness.run();
    press(&mut harness, "Open");
    let Reverb::Convolution(room) = &scene(&harness).reverbs[0].reverb else { panic!("not measured") };
    assert_eq!(room.file, "rain.wav");
    number(&harness, "Reverb gain").set_value_accesskit(-5.0);
    harness.run();
    let Reverb::Convolution(room) = &scene(&harness).reverbs[0].reverb else { panic!("not measured") };
    assert_eq!(room.gain_db, -5.0);
    undo(&mut harness);
    undo(&mut harness);
    assert!(matches!(scene(&harness).reverbs[0].reverb, Reverb::Fdn(_)));
}

#[test]
fn masters_of_deliverables_have_their_chain() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Strip Master");
    press(&mut harness, "Add limiter");
    number(&harness, "Limiter ceiling").set_value_accesskit(-2.0);
    harness.run();
    press(&mut harness, "Add compressor");
    number(&harness, "Compressor ratio").set_value_accesskit(1.5);
    harness.run();
    let master = &scene(&harness).deliverables[0].master;
    assert_eq!(master.limiter.unwrap().ceiling_dbtp, -2.0);
    assert_eq!(master.compressor.as_ref().unwrap().ratio, 1.5);
    assert!(harness.query_by_label("Compressor listens to").is_none(), "loudspeakers have no roles");
    number(&harness, "Level of the monitor").set_value_accesskit(-20.0);
    harness.run();
    assert_eq!(harness.state().connection.monitor.gain_db, -20.0);
}

#[test]
fn what_is_measured_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    press(&mut harness, "Strip Anna");
    press(&mut harness, "Add compressor");
    let level = |peak: f32| ChannelLevel { peak, rms: peak / 2.0, true_peak_hold: peak * 1.0 };
    let telemetry = &mut harness.state_mut().connection.telemetry;
    let anna = StripLevel { level: level(0.5), compressor_db: 4.2, ..StripLevel::default() };
    let horn = StripLevel { level: level(1.25), ..StripLevel::default() };
    telemetry.tracks = vec![anna, horn];
    telemetry.channels = vec![level(0.1); 12];
    let bands = [(100.0, -40.0), (440.0, -12.0), (5000.0, -60.0)].to_vec();
    telemetry.spectrum = Some(Spectrum { strip: StripName::Track(0), bands });
    harness.run();
    assert!(harness.query_by_label("Level of Anna: peak -6.0 dB, RMS -12.0 dB, true peak -6.0 dB").is_some());
    assert!(harness.query_by_label_contains("Level of Horn: peak 1.9 dB").is_some());
    let clipped: Vec<_> = harness.query_all_by_label_contains(", clipped").collect();
    assert_eq!(clipped.len(), 1, "the horn");
    assert!(harness.query_by_label("Gain reduction of Anna: 4.2 dB").is_some());
    assert!(harness.query_by_label("Gain reduction of Horn: 0.0 dB").is_none(), "it has no dynamics");
    assert!(harness.query_by_label("Compressor reduction: 4.2 dB").is_some());
    assert!(harness.query_by_label("Level of the master: true peak -20.0 dB").is_some());
    press(&mut harness, "Show EQ");
    assert_eq!(harness.state().connection.watched, Some(StripName::Track(0)));
    let spectrum = named(&harness, "Equaliser of Anna").value();
    assert_eq!(spectrum.as_deref(), Some("Spectrum: highest at 440 Hz, -12 dBFS"));
    press(&mut harness, "Strip Horn");
    assert_eq!(named(&harness, "Equaliser of Horn").value(), None, "that of another strip is not shown");
    tab(&mut harness, "Timeline");
    assert_eq!(harness.state().connection.watched, None);
}

#[test]
fn nothing_is_cut_in_a_small_window() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = desk(folder.path());
    for size in [[1280.0, 720.0], [1024.0, 640.0], [1920.0, 1080.0]] {
        harness.set_size(size.into());
        press(&mut harness, "Strip Anna");
        harness.run();
        let window = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        // What scrolls sideways may be beyond the edge, but not below it.
        for name in ["Gain of Anna", "Fader of Anna", "Show delay", "Add a band", "Level of the monitor"] {
            let rect = harness.get_all_by_label(name).next().unwrap().rect();
            assert!(rect.max.y <= window.max.y && rect.min.y > 0.0, "{name} at {size:?}: {rect:?}");
        }
        assert!(named(&harness, "Fader of Anna").rect().height() >= 80.0);
        assert_eq!(complaints(&harness), Vec::<String>::new());
    }
}

/// A picture of the window with the mixer in front.
fn picture(folder: &std::path::Path, strip: &str) -> Vec<[u8; 3]> {
    let (scene, output) = (write_scene(folder), folder.join("desk.png"));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_proscenium-viewer"));
    command.env("XDG_RUNTIME_DIR", std::env::temp_dir()).arg(scene);
    command
        .arg("--screenshot")
        .arg(&output)
        .args(["--panel", "mixer", "--size", "1280x720", "--select", strip]);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(output).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut rgb).unwrap();
    rgb.as_chunks::<3>().0.to_vec()
}

#[test]
fn a_picture_of_the_desk_has_strips_in_the_colours_of_their_roles() {
    let folder = tempfile::tempdir().unwrap();
    let (anna, again, hall) =
        (picture(folder.path(), "Anna"), picture(folder.path(), "Anna"), picture(folder.path(), "hall"));
    assert!(anna == again, "two pictures of the same desk differ");
    assert!(anna != hall, "what is selected makes a difference");
    // The lower part of the window, where there is nothing else in these colours.
    let lower = &anna[anna.len() * 55 / 100..];
    for role in [Role::Dialogue, Role::Effects, Role::Ambience] {
        let [r, g, b, _] = viewer::theme::role_colour(&role).to_array();
        let count = lower.iter().filter(|pixel| **pixel == [r, g, b]).count();
        assert!(count > 90, "{role}: {count} pixels");
    }
}
