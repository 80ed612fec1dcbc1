//! A small scene, and the program with it, driven as a person would.

use std::fs;
use std::path::Path;

use egui::{Modifiers, Pos2, Vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, Node};
use viewer::app::{App, Settings};
use viewer::theme::Theme;
use viewer::view3d::Point;

pub const SIZE: [f32; 2] = [1280.0, 860.0];

const SCENE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<scene version="1" name="Test" sampleRate="48000">
  <marker time="0.5" name="Door"/>
  <track name="Anna" role="dialogue"><clip file="anna.wav"/>
    <object coordinates="cartesian" x="-0.5" y="0.5" z="0.2"/></track>
  <track name="Horn" role="effects"><clip file="horn.wav"/>
    <object coordinates="cartesian" y="0.2" z="0.5">
      <automate parameter="x"><key time="0" value="-1"/><key time="1" value="1"/></automate></object></track>
  <track name="Rain" role="ambience"><clip file="rain.wav"/><bed layout="stereo"/></track>
  <reverb name="hall" return="5.1"><fdn/></reverb>
  <deliverable layout="stereo"/>
</scene>
"#;

/// Writes the scene and its sounds, a second each; gives the scene file.
pub fn write_scene(folder: &Path) -> std::path::PathBuf {
    for (name, channels) in [("anna", 1_u16), ("horn", 1), ("rain", 2)] {
        let mut wav = Vec::new();
        let frames = 48_000_u32;
        let bytes = frames * 2 * u32::from(channels);
        wav.extend(b"RIFF");
        wav.extend((36 + bytes).to_le_bytes());
        wav.extend(b"WAVEfmt \x10\0\0\0\x01\0");
        wav.extend(channels.to_le_bytes());
        wav.extend(48_000_u32.to_le_bytes());
        wav.extend((96_000 * u32::from(channels)).to_le_bytes());
        wav.extend((2 * channels).to_le_bytes());
        wav.extend(16_u16.to_le_bytes());
        wav.extend(b"data");
        wav.extend(bytes.to_le_bytes());
        for frame in 0..frames {
            let sample = (f64::from(frame) * 440.0 / 48_000.0 * std::f64::consts::TAU).sin() * 8000.0;
            (0..channels).for_each(|_| wav.extend((sample as i16).to_le_bytes()));
        }
        fs::write(folder.join(format!("{name}.wav")), wav).unwrap();
    }
    let path = folder.join("test.xml");
    fs::write(&path, SCENE).unwrap();
    path
}

/// The program with the scene open, without a GPU.
pub fn program(scene: &Path) -> Harness<'static, App> {
    let scene = scene.to_path_buf();
    let builder = Harness::builder().with_size(SIZE).with_step_dt(1.0 / 30.0).with_max_steps(60);
    let mut harness = builder.build_eframe(move |context| {
        let mut app = App::new(Settings::default(), None);
        Theme::Dark.apply(&context.egui_ctx);
        app.open(&scene);
        app
    });
    harness.run();
    harness
}

/// Presses at one place, moves, and lets go at another.
pub fn drag(harness: &mut Harness<'_, App>, from: Pos2, to: Pos2, held: Modifiers) {
    let move_to = |harness: &mut Harness<'_, App>, at: Pos2| {
        harness.event_modifiers(egui::Event::PointerMoved(at), held);
        harness.step();
    };
    let button = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: held,
    };
    move_to(harness, from);
    harness.event_modifiers(button(from, true), held);
    harness.step();
    for share in [0.25, 0.5, 0.75, 1.0] {
        move_to(harness, from + (to - from) * share);
    }
    harness.event_modifiers(button(to, false), held);
    harness.run();
}

/// Where a place of the room is on the screen.
pub fn on_screen(app: &App, place: &Point) -> Pos2 {
    let ([x, y], _) = app.room.lens().project(place).unwrap();
    app.room.rect.min + Vec2::new(x, y)
}

/// The place of an object now.
pub fn place(app: &App, track: usize) -> Point {
    let glyphs = viewer::view3d::objects::glyphs(app.document.scene(), app.space(), app.transport.seconds);
    glyphs.iter().find(|glyph| glyph.track == track).unwrap().place
}

/// Brings a tab below the room to the front.
pub fn tab(harness: &mut Harness<'_, App>, name: &str) {
    harness.get_by_label(name).click();
    harness.run();
}

/// What has this name.
pub fn named<'h>(harness: &'h Harness<'_, App>, name: &'h str) -> Node<'h> {
    harness.get_by_label(name)
}

/// The field for a number with this name.
pub fn number<'h>(harness: &'h Harness<'_, App>, name: &'h str) -> Node<'h> {
    harness.get_by_role_and_label(egui::Role::SpinButton, name)
}
