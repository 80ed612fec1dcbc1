//! The clips of a track: which file, when, how loud, and their fades.

use egui::{DragValue, RichText, Ui};
use formats::scene::{Clip, Fade, FadeShape, Kept, Time, Track};

use super::row;
use crate::app::{App, Dialog};
use crate::edit::track_edit;
use crate::panels::section;
use crate::transport::{frame_seconds, parse, text_of, time_at};

pub(super) fn show(app: &mut App, ui: &mut Ui, index: usize, track: &Track) {
    for (number, clip) in track.clips.iter().enumerate() {
        let title = if track.clips.len() == 1 { "Clip".to_owned() } else { format!("Clip {}", number + 1) };
        section(ui, &title);
        ui.push_id(number, |ui| clip_rows(app, ui, (index, number), clip));
    }
}

fn change(app: &mut App, (index, number): (usize, usize), name: &str, change: impl FnOnce(&mut Clip)) {
    let edit = track_edit(app.document.scene(), index, |track| {
        if let Some(clip) = track.clips.get_mut(number) {
            change(clip);
        }
    });
    app.document.edit(name, edit.into_iter().collect());
}

fn clip_rows(app: &mut App, ui: &mut Ui, place: (usize, usize), clip: &Clip) {
    let palette = app.theme.palette();
    let file =
        std::path::Path::new(&clip.file).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let info = app.document.stems.info(&clip.file);
    row(ui, "File", |ui| {
        let colour = if info.is_some() { palette.text } else { palette.verdicts[2] };
        ui.add(egui::Label::new(RichText::new(file).color(colour)).truncate())
            .on_hover_text(clip.file.as_str());
    });
    if info.is_none() {
        row(ui, "", |ui| {
            if ui.button("Find it…").on_hover_text("It is not there, or can't be read").clicked() {
                app.dialog = Some(Dialog::FindMissing(clip.file.clone()));
            }
        });
    }
    if let Some(info) = info {
        let channels =
            if info.channels == 1 { "mono".to_owned() } else { format!("{} channels", info.channels) };
        let used = match clip.channels.as_slice() {
            [] => channels,
            [one] => format!("channel {one} of {}", info.channels),
            some => format!("{} of {channels}", some.len()),
        };
        row(ui, "", |ui| {
            drop(
                ui.label(
                    RichText::new(format!("{} Hz, {used}", info.sample_rate)).small().color(palette.dim),
                ),
            )
        });
    }
    let seconds = |ui: &mut Ui, name: &str, time: Time| {
        let mut value = time.seconds_f64();
        let field =
            DragValue::new(&mut value).range(0.0..=172_800.0).speed(0.01).max_decimals(3).suffix(" s");
        let response = ui.add_sized([92.0, 20.0], field).accessible_name(name);
        response.changed().then(|| time_at(value))
    };
    row(ui, "Starts at", |ui| {
        // A place in time, which has a timecode where there is a picture.
        let mut value = clip.start.seconds_f64();
        let scene = app.document.scene();
        let field = DragValue::new(&mut value).range(0.0..=172_800.0).speed(frame_seconds(scene));
        let field = field.custom_formatter(|value, _| text_of(scene, value));
        let field = field.custom_parser(|text| parse(scene, text));
        let response = ui.add_sized([104.0, 20.0], field).accessible_name("Starts at");
        if response.changed() {
            let start = time_at(value);
            change(app, place, "Clip start", |clip| clip.start = start);
        }
    });
    row(ui, "Leaves out", |ui| {
        if let Some(time) = seconds(ui, "Leaves out", clip.trim_start) {
            change(app, place, "Clip trim", |clip| clip.trim_start = time);
        }
    });
    row(ui, "Length", |ui| {
        let whole = time_at(app.document.stems.seconds_of(clip));
        if let Some(time) = seconds(ui, "Length", clip.length.unwrap_or(whole)) {
            change(app, place, "Clip length", |clip| clip.length = Some(time));
        }
        if clip.length.is_some() && ui.small_button("to the end").clicked() {
            change(app, place, "Clip length", |clip| clip.length = None);
        }
    });
    row(ui, "Clip gain", |ui| {
        let mut gain = clip.gain_db.max(-120.0);
        let field =
            DragValue::new(&mut gain).range(-120.0..=Clip::GAIN.max).speed(0.1).max_decimals(1).suffix(" dB");
        if ui.add_sized([92.0, 20.0], field).accessible_name("Clip gain").changed() {
            change(app, place, "Clip gain", |clip| clip.gain_db = gain);
        }
    });
    for is_in in [true, false] {
        let (name, fade) = if is_in { ("Fade in", &clip.fade_in) } else { ("Fade out", &clip.fade_out) };
        row(ui, name, |ui| {
            let length = fade.as_ref().map_or(Time::ZERO, |fade| fade.length);
            let shape = fade.as_ref().map_or(FadeShape::default(), |fade| fade.shape);
            let set = |app: &mut App, length: Time, shape: FadeShape| {
                let kept = fade.as_ref().map_or_else(Kept::default, |fade| fade.kept.clone());
                let fade = (length.seconds_f64() > 0.0).then_some(Fade { length, shape, kept });
                change(app, place, name, |clip| {
                    *(if is_in { &mut clip.fade_in } else { &mut clip.fade_out }) = fade
                });
            };
            if let Some(length) = seconds(ui, name, length) {
                set(app, length, shape);
            }
            if fade.is_some() {
                let combo = egui::ComboBox::from_id_salt(name).selected_text(shape_name(shape)).width(64.0);
                let shown = combo.show_ui(ui, |ui| {
                    for (other, _) in FadeShape::NAMES {
                        if ui.selectable_label(other == shape, shape_name(other)).clicked() {
                            set(app, length, other);
                        }
                    }
                });
                shown.response.accessible_name(format!("Shape of {}", name.to_lowercase()));
            }
        });
    }
}

fn shape_name(shape: FadeShape) -> &'static str {
    match shape {
        FadeShape::Linear => "linear",
        FadeShape::EqualPower => "power",
        FadeShape::SCurve => "S",
    }
}
