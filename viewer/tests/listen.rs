//! The panel Listen, driven by its accessible names: outputs, files, auditions, the reference, OSC, and that it is kept.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(missing_docs, unreachable_pub, dead_code)]

mod window;

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use formats::scene::ObjectParameter as P;
use formats::scene::Spatial;
use renderer::live::Listen;
use viewer::app::{App, Settings};
use viewer::connection::listening::{Mode, On, RoomChoice};
use viewer::panels::listen::ListenFile;
use window::{named, program, tab, write_scene};

/// Frames go on until `is_so`: the engine takes its own time.
fn wait(harness: &mut Harness<'_, App>, what: &str, is_so: impl Fn(&App) -> bool) {
    let began = Instant::now();
    while !is_so(harness.state()) {
        let (app, seconds) = (harness.state(), began.elapsed().as_secs());
        let telemetry = &app.connection.telemetry;
        assert!(seconds < 30, "it takes too long: {what}; {:?}, {telemetry:?}", app.connection.audition);
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
}

/// Presses while something plays, so that frames never end.
fn press(harness: &mut Harness<'_, App>, name: &str) {
    // Columns scroll: it may be out of sight.
    named(harness, name).click_accesskit();
    harness.run_steps(4);
}

/// The panel, with the scene in a loop; what is heard is thrown away in real time.
fn playing(scene: &Path) -> Harness<'static, App> {
    let mut harness = program(scene);
    tab(&mut harness, "Listen");
    named(&harness, "Loop").click();
    harness.run();
    named(&harness, "Play").click();
    wait(&mut harness, "playing", |app| app.connection.telemetry.playing);
    harness
}

fn channels(app: &App) -> usize {
    app.connection.telemetry.channels.len()
}

#[test]
fn it_changes_from_loudspeakers_to_ambisonics_to_headphones_and_back_while_it_plays() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = playing(&write_scene(folder.path()));
    wait(&mut harness, "7.1.4", |app| channels(app) == 12);
    press(&mut harness, "Listen on ambisonics");
    wait(&mut harness, "third order", |app| channels(app) == 16);
    press(&mut harness, "Order of Ambisonics");
    press(&mut harness, "hoa1");
    wait(&mut harness, "first order", |app| channels(app) == 4);
    press(&mut harness, "Listen on headphones");
    wait(&mut harness, "two ears", |app| channels(app) == 2);
    assert_eq!(harness.state().connection.channel_names(), ["left ear", "right ear"]);
    press(&mut harness, "Mode of the headphones");
    press(&mut harness, "far");
    assert_eq!(harness.state().connection.listening.headphones.mode, Mode::Far);
    press(&mut harness, "Room of the headphones");
    press(&mut harness, "studio");
    assert_eq!(harness.state().connection.listening.headphones.room, RoomChoice::BuiltIn("studio".into()));
    press(&mut harness, "of speakers");
    assert!(harness.query_by_label("Virtual loudspeakers").is_some());
    wait(&mut harness, "made", |app| !app.connection.is_making());
    assert_eq!(harness.state().connection.fault(), None);
    press(&mut harness, "Listen on loudspeakers");
    wait(&mut harness, "7.1.4 again", |app| channels(app) == 12);
    assert!(harness.state().connection.telemetry.playing, "it never stopped");
}

#[test]
fn files_that_cannot_be_listened_with_say_why_and_what_plays_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = playing(&write_scene(folder.path()));
    fs::write(folder.path().join("ears.sofa"), b"no ears").unwrap();
    fs::write(folder.path().join("eq.txt"), b"Filter 1: ON PK Fc x Hz").unwrap();
    press(&mut harness, "Listen on headphones");
    wait(&mut harness, "two ears", |app| channels(app) == 2);
    // Chosen as a person does: its path is typed.
    press(&mut harness, "Choose: Head-related responses");
    named(&harness, "File name").type_text("ears.sofa");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    wait(&mut harness, "a fault", |app| app.connection.fault().is_some());
    let fault = harness.state().connection.fault().unwrap().to_owned();
    assert!(fault.starts_with("ears.sofa: "), "{fault}");
    harness.step();
    assert_eq!(harness.query_all_by_label(&fault).count(), 2, "the panel and the line at the bottom say so");
    assert!(harness.state().connection.telemetry.playing && channels(harness.state()) == 2);
    // A set that can be used, as NetCDF writes it.
    let ears = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hrtf/src/sofa/fixtures/netcdf4.sofa");
    harness.state_mut().listen_with(ListenFile::Hrtf, Some(ears));
    wait(&mut harness, "other ears", |app| !app.connection.is_making() && app.connection.fault().is_none());
    press(&mut harness, "Do without: Head-related responses");
    wait(&mut harness, "built-in ears", |app| {
        !app.connection.is_making() && app.connection.fault().is_none()
    });
    harness.state_mut().listen_with(ListenFile::Equaliser, Some(folder.path().join("eq.txt")));
    wait(&mut harness, "another", |app| app.connection.fault().is_some_and(|it| it.contains("eq.txt")));
    harness.state_mut().listen_with(ListenFile::Room, Some(folder.path().join("nowhere.sofa")));
    harness.state_mut().listen_with(ListenFile::Equaliser, None);
    wait(&mut harness, "a third", |app| app.connection.fault().is_some_and(|it| it.contains("nowhere")));
}

/// A speakers file moves the loudspeakers of the room, and its wiring has the channels of the output.
#[test]
fn loudspeakers_stand_where_a_file_says() {
    const ROOM: &str = "speakers:\n\
        - {channel: 3, names: M+030, position: {az: 25, el: 0, r: 2}}\n\
        - {channel: 1, names: M-030, position: {az: -35, el: 0, r: 2}}\n";
    let folder = tempfile::tempdir().unwrap();
    let mut harness = playing(&write_scene(folder.path()));
    harness.state_mut().room.layout = renderer::layout::Layout::by_name("stereo").unwrap();
    wait(&mut harness, "stereo", |app| channels(app) == 2);
    let file = folder.path().join("room.yaml");
    fs::write(&file, ROOM).unwrap();
    harness.state_mut().listen_with(ListenFile::Speakers, Some(file.clone()));
    wait(&mut harness, "four outputs", |app| channels(app) == 4);
    let azimuths = |app: &App| -> Vec<f64> {
        app.room.layout.channels.iter().map(|channel| channel.position.azimuth).collect()
    };
    assert_eq!(azimuths(harness.state()), [25.0, -35.0]);
    wait(&mut harness, "sound", |app| {
        let layout = &app.room.layout;
        app.connection.loudspeaker_levels(layout).iter().all(|level| *level > 0.001)
    });
    press(&mut harness, "Do without: Speakers file");
    wait(&mut harness, "two outputs", |app| channels(app) == 2);
    assert_eq!(azimuths(harness.state()), [30.0, -30.0]);
    fs::write(&file, "speakers: 7").unwrap();
    harness.state_mut().listen_with(ListenFile::Speakers, Some(file));
    wait(&mut harness, "a fault", |app| app.connection.fault().is_some_and(|it| it.contains("room.yaml")));
    assert_eq!(channels(harness.state()), 2, "what was heard goes on");
}

#[test]
fn an_audition_is_one_press_away_and_so_is_the_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = playing(&write_scene(folder.path()));
    for (name, count) in [("5.1", 6), ("Mono", 1), ("Binaural", 2), ("Stereo", 2)] {
        press(&mut harness, &format!("Hear it as {name}"));
        wait(&mut harness, name, |app| channels(app) == count);
        assert_eq!(harness.state().room.layout.name, "4+7+0", "what was chosen stays chosen");
        assert_eq!(harness.state().connection.listening.on, On::Loudspeakers);
    }
    press(&mut harness, "Hear it as chosen");
    wait(&mut harness, "chosen", |app| channels(app) == 12);
    press(&mut harness, "Hear it as Mono");
    press(&mut harness, "Hear it as Mono");
    assert_eq!(harness.state().connection.audition, None, "pressed again, it goes back");
}

#[test]
fn the_monitor_is_turned_down_and_the_meters_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = playing(&write_scene(folder.path()));
    press(&mut harness, "dim");
    press(&mut harness, "silence");
    let monitor = harness.state().connection.monitor;
    assert!(monitor.dim && monitor.mute);
    wait(&mut harness, "levels", |app| app.connection.telemetry.channels.iter().any(|it| it.peak > 0.01));
    press(&mut harness, "0 dB");
    assert_eq!(harness.state().connection.monitor, renderer::live::Monitor::default());
    harness.key_press(Key::D);
    harness.run_steps(2);
    assert!(harness.state().connection.monitor.dim, "the key D dims");
}

/// The reference is brought to the loudness of the programme: by the difference of what both are measured at.
#[test]
fn a_reference_is_compared_at_the_same_loudness() {
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let mut harness = playing(&scene);
    harness.state_mut().room.layout = renderer::layout::Layout::by_name("stereo").unwrap();
    wait(&mut harness, "stereo", |app| channels(app) == 2);
    harness.state_mut().listen_with(ListenFile::Reference, Some(folder.path().join("rain.wav")));
    wait(&mut harness, "measured", |app| app.connection.reference.is_some());
    let reference = harness.state().connection.reference.unwrap().expect("its loudness");
    // BS.1770-5: two channels of a sine with an amplitude of 8000 / 32768 have -12.25 dB together; less 0.691 dB, and
    // with what K-weighting adds at 440 Hz, which is between nothing and 0.3 dB.
    assert!((reference + 12.8).abs() < 0.2, "{reference}");
    wait(&mut harness, "the programme", |app| app.connection.telemetry.loudness.integrated.is_some());
    press(&mut harness, "Hear the reference");
    wait(&mut harness, "B", |app| app.connection.telemetry.listening == Listen::Reference);
    wait(&mut harness, "matched", |app| app.connection.telemetry.matched_db.is_some());
    let matched = harness.state().connection.telemetry.matched_db.unwrap();
    let programme = harness.state().connection.telemetry.loudness.integrated.unwrap();
    assert!((programme - reference - matched).abs() < 1.5, "{programme} {reference} {matched}");
    harness.step();
    assert!(harness.query_by_label_contains("matched to the programme by").is_some());
    harness.key_press(Key::B);
    wait(&mut harness, "A again", |app| app.connection.telemetry.listening == Listen::Programme);
    press(&mut harness, "Do without: Reference");
    assert_eq!(harness.state().connection.listening.reference, None);
}

/// OSC as it is on the wire: an address, the types and big-endian floats.
fn message(address: &str, floats: &[f32]) -> Vec<u8> {
    let padded = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize((text.len() / 4 + 1) * 4, 0);
        bytes
    };
    let types = format!(",{}", "f".repeat(floats.len()));
    let values = floats.iter().flat_map(|float| float.to_be_bytes());
    padded(address).into_iter().chain(padded(&types)).chain(values).collect()
}

/// A port that nobody has.
fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn type_into(harness: &mut Harness<'_, App>, name: &str, text: &str) {
    named(harness, name).focus();
    harness.run_steps(3);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    named(harness, name).type_text(text);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
}

#[test]
fn osc_is_off_until_switched_on_and_then_moves_objects_tells_moves_and_turns_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = playing(&write_scene(folder.path()));
    let listener = UdpSocket::bind("127.0.0.1:0").unwrap();
    listener.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let [hears, tracks] = [free_port(), free_port()];
    type_into(&mut harness, "Address: hear it at", &hears.to_string());
    type_into(&mut harness, "Address: send it to", &listener.local_addr().unwrap().to_string());
    type_into(&mut harness, "Address: hear one at", &tracks.to_string());
    let remote = harness.state().connection.listening.remote.clone();
    assert_eq!((remote.listen.port(), remote.head.port()), (hears, tracks));
    assert!(remote.listen.ip().is_loopback() && !remote.hears && !remote.sends && !remote.tracks);
    let mut datagram = [0; 2048];
    assert!(listener.recv(&mut datagram).is_err(), "nothing is told before");
    type_into(&mut harness, "Address: hear it at", "somewhere");
    assert_eq!(
        harness.state().connection.listening.remote.listen.port(),
        hears,
        "what is no address is not taken"
    );
    for name in ["hear it at", "send it to", "hear one at", "pitch"] {
        press(&mut harness, name);
    }
    assert_eq!(harness.state().connection.remote_fault(), None);
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let began = Instant::now();
    while harness.state().connection.telemetry.osc.received == 0 {
        assert!(began.elapsed().as_secs() < 60, "nothing is heard");
        // Objects are numbered from 1; azimuth to the left, elevation, distance.
        sender.send_to(&message("/adm/obj/1/xyz", &[0.25, 0.5, 0.0]), ("127.0.0.1", hears)).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        harness.step();
    }
    wait(&mut harness, "moved", |app| {
        let Spatial::Object(object) = &app.document.scene().tracks[0].spatial else { return false };
        object.value_at(P::X, 0.0).is_some_and(|x| (x - 0.25).abs() < 1e-3)
    });
    assert!(listener.recv(&mut datagram).is_ok_and(|size| datagram[..size].starts_with(b"#bundle")));
    sender.send_to(b"garbage!", ("127.0.0.1", hears)).unwrap();
    wait(&mut harness, "ignored", |app| app.connection.telemetry.osc.ignored > 0);
    sender.send_to(&message("/SceneRotator/ypr", &[40.0, 10.0, -5.0]), ("127.0.0.1", tracks)).unwrap();
    wait(&mut harness, "turned", |app| app.connection.telemetry.head == [40.0, -10.0, -5.0]);
    harness.step();
    assert!(harness.query_by_label("yaw 40°, pitch -10°, roll -5°").is_some());
    // What is looked at becomes ahead; after that only what is turned from there counts.
    sender.send_to(&message("/SceneRotator/ypr", &[40.0, 0.0, 0.0]), ("127.0.0.1", tracks)).unwrap();
    wait(&mut harness, "level", |app| app.connection.telemetry.head == [40.0, 0.0, 0.0]);
    let looks_to = |yaw: f64| {
        move |app: &App| {
            let [found, pitch, roll] = app.connection.telemetry.head;
            (found - yaw).abs() < 1e-6 && pitch.abs() < 1e-6 && roll.abs() < 1e-6
        }
    };
    press(&mut harness, "this is ahead");
    wait(&mut harness, "ahead", looks_to(0.0));
    sender.send_to(&message("/SceneRotator/yaw", &[55.0]), ("127.0.0.1", tracks)).unwrap();
    wait(&mut harness, "on to the left", looks_to(15.0));
    sender.send_to(&message("/proscenium/lis/ahead", &[1.0]), ("127.0.0.1", tracks)).unwrap();
    wait(&mut harness, "ahead again", looks_to(0.0));
    sender.send_to(&message("/SceneRotator/yaw", &[-5.0]), ("127.0.0.1", tracks)).unwrap();
    wait(&mut harness, "to the right", looks_to(-60.0));
    // What is moved while nothing plays is an edit too.
    harness.state_mut().play_or_stop();
    harness.step();
    assert!(!harness.state().transport.is_playing);
    sender.send_to(&message("/adm/obj/1/xyz", &[-0.75, 0.5, 0.0]), ("127.0.0.1", hears)).unwrap();
    wait(&mut harness, "moved while it waits", |app| {
        let Spatial::Object(object) = &app.document.scene().tracks[0].spatial else { return false };
        object.value_at(P::X, app.transport.seconds).is_some_and(|x| (x + 0.75).abs() < 1e-3)
    });
}

/// Half the gain is 6.02 dB less. The horn, `/adm/obj/2`, moves from the left to the right by two keys.
#[test]
fn osc_turns_gain_and_width_and_leaves_keys_alone_unless_a_pass_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = playing(&write_scene(folder.path()));
    let port = free_port();
    {
        let remote = &mut harness.state_mut().connection.listening.remote;
        (remote.hears, remote.listen) = (true, ([127, 0, 0, 1], port).into());
    }
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let send = |address: &str, values: &[f32]| {
        sender.send_to(&message(address, values), ("127.0.0.1", port)).unwrap();
    };
    let horn = |app: &App| match &app.document.scene().tracks[1].spatial {
        Spatial::Object(object) => object.clone(),
        other => panic!("{other:?}"),
    };
    let keys = |app: &App, parameter: P| {
        horn(app).automation.get(&parameter).map_or(0, |found| found.curve.keys().len())
    };
    let began = Instant::now();
    while harness.state().connection.telemetry.osc.received < 20 {
        assert!(began.elapsed().as_secs() < 60, "nothing is heard");
        send("/adm/obj/2/xyz", &[0.1, 0.2, 0.3]);
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
    assert_eq!(keys(harness.state(), P::X), 2, "nobody records");
    send("/adm/obj/2/gain", &[0.5]);
    send("/adm/obj/2/w", &[0.25]);
    wait(&mut harness, "gain and width", |app| {
        let near = |parameter: P, value: f64| {
            horn(app).value_at(parameter, 0.0).is_some_and(|found| (found - value).abs() < 0.01)
        };
        near(P::Gain, -6.02) && near(P::Width, 0.25)
    });
    harness.state_mut().transport.is_recording = true;
    let began = Instant::now();
    while keys(harness.state(), P::Gain) < 3 || keys(harness.state(), P::X) == 2 {
        assert!(began.elapsed().as_secs() < 60, "nothing is recorded");
        send("/adm/obj/2/gain", &[0.1 + began.elapsed().as_secs_f32() % 0.7]);
        send("/adm/obj/2/xyz", &[0.1, 0.2, 0.3]);
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
    harness.state_mut().play_or_stop();
    harness.step();
    assert!(keys(harness.state(), P::Gain) > 0 && keys(harness.state(), P::Width) == 0);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = playing(&write_scene(folder.path()));
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    harness.state_mut().connection.listening.remote.listen = taken.local_addr().unwrap();
    press(&mut harness, "hear it at");
    let fault = harness.state().connection.remote_fault().expect("a fault").to_owned();
    assert!(fault.contains(&taken.local_addr().unwrap().to_string()), "{fault}");
    press(&mut harness, "hear it at");
    assert_eq!(harness.state().connection.remote_fault(), None);
}

#[test]
fn what_was_chosen_is_chosen_the_next_time() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let scene = write_scene(folder.path());
    let start = || {
        let (scene, state) = (scene.clone(), state.path().to_path_buf());
        let builder = Harness::builder().with_size(window::SIZE).with_step_dt(1.0 / 30.0).with_max_steps(60);
        let mut harness = builder.build_eframe(move |context| {
            let mut app = App::new(Settings { state: Some(state), ..Settings::default() }, None);
            app.theme.apply(&context.egui_ctx);
            app.open(&scene);
            app
        });
        harness.run();
        harness
    };
    let mut harness = start();
    tab(&mut harness, "Listen");
    named(&harness, "Listen on headphones").click();
    harness.run();
    named(&harness, "roll").click_accesskit();
    harness.run();
    harness.state_mut().connection.monitor.gain_db = -7.5;
    harness.state_mut().connection.monitor.mute = true;
    harness.state_mut().connection.listening.device.buffer = Some(64);
    harness.key_press_modifiers(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, Key::L);
    harness.run();
    drop(harness);
    let harness = start();
    let app = harness.state();
    assert_eq!(app.connection.listening.on, On::Headphones);
    assert_eq!(app.connection.listening.remote.invert, [false, false, true]);
    assert_eq!(app.connection.listening.device.buffer, Some(64));
    assert_eq!((app.connection.monitor.gain_db, app.connection.monitor.mute), (-7.5, false));
    assert_eq!(app.theme, viewer::theme::Theme::Light);
}

#[test]
fn a_program_without_sound_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = program(&write_scene(folder.path()));
    tab(&mut harness, "Listen");
    let says = harness.query_by_label_contains("built without sound").is_some();
    let chooses = harness.query_by_label("Sound device").is_some();
    assert_eq!((says, chooses), (!cfg!(feature = "play"), cfg!(feature = "play")));
}
