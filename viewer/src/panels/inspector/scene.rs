//! What is said about the scene as a whole: its rate, its length, its picture, its programmes.

use std::num::NonZeroU32;

use egui::{ComboBox, RichText, ScrollArea, TextEdit, Ui};
use formats::scene::{Kept, Origin, Picture, Scene, Time};
use formats::timecode::FrameRate;

use super::row;
use crate::app::App;
use crate::edit::Edit;
use crate::edit::programmes::{rename_programme, with_programme, without_programme};
use crate::panels::{field, section};
use crate::transport::text_of;

/// Width of a field for a time.
const TIME: f32 = 128.0;

/// Shows it, while nothing is selected.
pub(super) fn show(app: &mut App, ui: &mut Ui) {
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        section(ui, "Scene");
        let scene = what_is_shown(app.document.scene());
        row(ui, "Name", |ui| {
            let mut name = scene.name.clone();
            let field = TextEdit::singleline(&mut name).desired_width(ui.available_width() - 8.0);
            if ui.add(field).accessible_name("Name of the scene").changed() {
                app.document.edit("Name of the scene", vec![Edit::Name(name)]);
            }
        });
        sample_rate(app, ui, &scene);
        length(app, ui, &scene);
        if scene.picture.is_some() {
            let end = text_of(&scene, app.document.seconds());
            row(ui, "Ends at", |ui| drop(ui.label(end)));
        }
        row(ui, "Tracks", |ui| drop(ui.label(app.document.scene().tracks.len().to_string())));
        picture(app, ui, &scene);
        programmes(app, ui, &scene);
        ui.add_space(10.0);
        ui.weak("Select a sound to see where it is and what is done to it.");
    });
}

/// What the panel shows of a scene, so that it can be edited while it is shown.
fn what_is_shown(scene: &Scene) -> Scene {
    Scene {
        name: scene.name.clone(),
        sample_rate: scene.sample_rate,
        length: scene.length,
        picture: scene.picture.clone(),
        programmes: scene.programmes.clone(),
        ..Scene::default()
    }
}

fn sample_rate(app: &mut App, ui: &mut Ui, scene: &Scene) {
    row(ui, "Sample rate", |ui| {
        let text = |rate: u32| format!("{rate} Hz");
        let combo = ComboBox::from_id_salt("sample rate").selected_text(text(scene.sample_rate.get()));
        let shown = combo.width(TIME).show_ui(ui, |ui| {
            for rate in Scene::SAMPLE_RATES.into_iter().filter_map(NonZeroU32::new) {
                if ui.selectable_label(rate == scene.sample_rate, text(rate.get())).clicked() {
                    app.document.edit("Sample rate", vec![Edit::SampleRate(rate)]);
                }
            }
        });
        shown.response.accessible_name("Sample rate");
    });
}

fn length(app: &mut App, ui: &mut Ui, scene: &Scene) {
    row(ui, "Length", |ui| {
        let own = |time: Time| time.text(Origin::Nothing, scene.sample_rate, scene.picture.as_ref());
        let all = text_of(&Scene::default(), app.document.seconds());
        let text = scene.length.map(own).unwrap_or_default();
        let typed = field(ui, "Length of the scene", text, TIME, &all);
        match typed.and_then(|typed| time(app, &typed, Origin::Nothing, scene)) {
            Some(Some(length)) if length == Time::ZERO => {
                app.fail("a scene has a length; empty is that of its clips")
            }
            Some(length) => app.document.edit("Length", vec![Edit::Length(length)]),
            None => {}
        }
    });
}

/// The time that was typed, `None` of nothing; what can't be read is told.
fn time(app: &mut App, typed: &str, origin: Origin, scene: &Scene) -> Option<Option<Time>> {
    if typed.trim().is_empty() {
        return Some(None);
    }
    match Time::parse(typed.trim(), origin, scene.sample_rate, scene.picture.as_ref()) {
        Ok(time) => Some(Some(time)),
        Err(error) => {
            app.fail(format!("`{}` {error}", typed.trim()));
            None
        }
    }
}

fn picture(app: &mut App, ui: &mut Ui, scene: &Scene) {
    section(ui, "Picture");
    row(ui, "Frame rate", |ui| {
        let now = scene.picture.as_ref().map_or("none", |picture| picture.frame_rate.name());
        let combo = ComboBox::from_id_salt("frame rate").selected_text(now).width(TIME).height(300.0);
        let shown = combo.show_ui(ui, |ui| {
            if ui.selectable_label(scene.picture.is_none(), "none").clicked() {
                app.document.edit("Picture", vec![Edit::Picture(None)]);
            }
            for rate in FrameRate::ALL {
                if ui.selectable_label(now == rate.name(), rate.name()).clicked() {
                    app.document.edit("Picture", vec![Edit::Picture(Some(at_rate(scene, rate)))]);
                }
            }
        });
        shown.response.accessible_name("Frame rate");
    });
    let Some(now) = &scene.picture else { return };
    row(ui, "Starts at", |ui| {
        let code = now.frame_rate.display(now.start).to_string();
        let Some(typed) = field(ui, "Start of the picture", code, TIME, "00:00:00:00") else { return };
        match now.frame_rate.parse(typed.trim()) {
            Some(start) => {
                app.document.edit(
                    "Start of the picture",
                    vec![Edit::Picture(Some(Picture { start, ..now.clone() }))],
                );
            }
            None => {
                let rate = now.frame_rate.name();
                app.fail(format!("`{}` is no timecode of {rate} frames per second", typed.trim()));
            }
        }
    });
    row(ui, "FFOA", |ui| {
        let text = now.ffoa.map(|ffoa| text_of(scene, ffoa.seconds_f64()));
        let typed = field(ui, "First frame of action", text.unwrap_or_default(), TIME, "none");
        if let Some(ffoa) = typed.and_then(|typed| time(app, &typed, Origin::Start, scene)) {
            let picture = Picture { ffoa, ..now.clone() };
            app.document.edit("First frame of action", vec![Edit::Picture(Some(picture))]);
        }
    });
}

/// The picture at another rate; it goes on starting at the same hour, minute and second.
fn at_rate(scene: &Scene, frame_rate: FrameRate) -> Picture {
    let Some(old) = &scene.picture else {
        return Picture { frame_rate, start: Default::default(), ffoa: None, kept: Kept::default() };
    };
    let code = old.frame_rate.display(old.start).to_string().replace(';', ":");
    let whole = code.rsplit_once(':').map(|(seconds, _)| format!("{seconds}:00"));
    let start = frame_rate.parse(&code).or_else(|| frame_rate.parse(&whole?)).unwrap_or_default();
    Picture { frame_rate, start, ..old.clone() }
}

fn programmes(app: &mut App, ui: &mut Ui, scene: &Scene) {
    section(ui, "Programmes");
    for (index, programme) in scene.programmes.iter().enumerate() {
        ui.push_id(index, |ui| {
            ui.horizontal(|ui| {
                let number = index + 1;
                let name = format!("Name of programme {number}");
                if let Some(typed) = field(ui, &name, programme.name.clone(), 128.0, "") {
                    let edits = rename_programme(app.document.scene(), index, &typed);
                    if edits.is_empty() && typed.trim() != programme.name {
                        app.fail("a programme's name is its own, and has neither comma nor equals sign");
                    }
                    app.document.edit("Rename", edits);
                }
                let code = programme.language.clone().unwrap_or_default();
                let name = format!("Language of programme {number}");
                if let Some(typed) = field(ui, &name, code, 44.0, "eng") {
                    let code = typed.trim().to_lowercase();
                    let mut all = scene.programmes.clone();
                    all[index].language = (!code.is_empty()).then_some(code);
                    app.document.edit("Language", vec![Edit::Programmes(all)]);
                }
                let out =
                    ui.small_button("×").on_hover_text("Take the programme out; its own sounds are muted");
                if out.accessible_name(format!("Take out programme {number}")).clicked() {
                    app.document.edit("Programmes", without_programme(app.document.scene(), index));
                    let gone = &programme.name;
                    app.tell(Some(format!(
                        "{gone} is gone; what was in it alone is muted, its deliverables too are gone"
                    )));
                }
            });
        });
    }
    let about = "Versions of the scene: languages, audio description. Each sound says which it is in.";
    if ui.button("+ Programme").on_hover_text(about).clicked() {
        app.document.edit("Programmes", with_programme(app.document.scene()));
    }
    if scene.programmes.is_empty() {
        ui.label(RichText::new("One, with all sounds.").weak());
    }
}
