//! What headphones do: whose ears, what gets a direction, how near, in which room, and what corrects their tone.

use egui::{ComboBox, Ui};
use hrtf::room::Room;

use super::{ListenFile, file_row, layouts, row};
use crate::app::{App, Dialog};
use crate::connection::listening::{Mode, RoomChoice};

/// The layout that virtual loudspeakers stand in at first.
const SPEAKERS: &str = "4+7+0";

pub(super) fn show(app: &mut App, ui: &mut Ui) {
    if matches!(app.connection.listening.headphones.room, RoomChoice::File(_)) {
        row(ui, "Ears", |ui| drop(ui.weak("those of the measured room")));
    } else {
        file_row(app, ui, ("Ears", "MIT KEMAR"), ListenFile::Hrtf);
        if app.connection.listening.headphones.hrtf.is_some() {
            row(ui, "", |ui| {
                ui.checkbox(&mut app.connection.listening.headphones.equalised, "even out their tone")
                    .on_hover_text("The tone that all directions have in common is taken out");
            });
        }
    }
    directions(app, ui);
    let headphones = &mut app.connection.listening.headphones;
    row(ui, "Mode", |ui| {
        let now = Mode::NAMES.iter().find(|(mode, _)| *mode == headphones.mode).map_or("", |(_, name)| name);
        let combo = ComboBox::from_id_salt("mode").selected_text(now).width(140.0);
        let shown = combo.show_ui(ui, |ui| {
            for (mode, name) in Mode::NAMES {
                ui.selectable_value(&mut headphones.mode, mode, name);
            }
        });
        shown.response.accessible_name("Mode of the headphones");
    });
    room(app, ui);
    file_row(app, ui, ("Corrected by", "nothing"), ListenFile::Equaliser);
}

/// Every object from its own direction, or from virtual loudspeakers.
fn directions(app: &mut App, ui: &mut Ui) {
    let headphones = &mut app.connection.listening.headphones;
    row(ui, "Directions", |ui| {
        if ui.selectable_label(headphones.speakers.is_none(), "of objects").clicked() {
            headphones.speakers = None;
        }
        let response = ui.selectable_label(headphones.speakers.is_some(), "of speakers");
        if response.on_hover_text("As if it played on the loudspeakers of a layout").clicked() {
            headphones.speakers.get_or_insert_with(|| SPEAKERS.to_owned());
        }
    });
    if let Some(now) = headphones.speakers.clone() {
        row(ui, "", |ui| {
            layouts(ui, "Virtual loudspeakers", &now, |layout| headphones.speakers = Some(layout.name));
        });
    }
}

fn room(app: &mut App, ui: &mut Ui) {
    row(ui, "Room", |ui| {
        let now = match &app.connection.listening.headphones.room {
            RoomChoice::Dry => "none".to_owned(),
            RoomChoice::BuiltIn(name) => name.clone(),
            RoomChoice::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        };
        let combo = ComboBox::from_id_salt("room").selected_text(now).width(140.0).truncate();
        let shown = combo.show_ui(ui, |ui| {
            let choice = &mut app.connection.listening.headphones.room;
            ui.selectable_value(choice, RoomChoice::Dry, "none");
            for room in Room::all() {
                ui.selectable_value(choice, RoomChoice::BuiltIn(room.name.to_owned()), room.name);
            }
            if ui.selectable_label(matches!(choice, RoomChoice::File(_)), "a measured one …").clicked() {
                app.dialog = Some(Dialog::Listen(ListenFile::Room));
            }
        });
        shown.response.accessible_name("Room of the headphones");
    });
}
