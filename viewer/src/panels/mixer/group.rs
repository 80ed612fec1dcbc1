//! A group: its name, and the tracks that are in it.

use egui::{ScrollArea, TextEdit, Ui};

use formats::scene::Group;

use super::number;
use crate::app::App;
use crate::edit::groups::{group_edit, put_in_group, rename_group};

/// Shows it.
pub(super) fn show(app: &mut App, ui: &mut Ui, index: usize) {
    let Some(group) = app.document.scene().groups.get(index).cloned() else { return };
    ui.spacing_mut().item_spacing.y = 4.0;
    name(app, ui, index, &group);
    let mut gain = group.gain_db;
    number::row(ui, "Group", "gain", &mut gain, Group::GAIN);
    if gain != group.gain_db {
        set_gain(app, index, gain);
    }
    ui.weak("What is ticked is turned up, muted and soloed together.");
    ScrollArea::vertical().id_salt("members").auto_shrink([false, false]).show(ui, |ui| {
        let tracks = app.document.scene().tracks.iter();
        let tracks: Vec<(String, Option<String>)> =
            tracks.map(|track| (track.name.clone(), track.group.clone())).collect();
        for (track, (title, own)) in tracks.into_iter().enumerate() {
            let mut is_in = own.as_deref() == Some(group.name.as_str());
            let elsewhere = own.filter(|own| *own != group.name);
            ui.horizontal(|ui| {
                let name = format!("{title} in {}", group.name);
                if ui.checkbox(&mut is_in, title).accessible_name(name).changed() {
                    let wanted = is_in.then_some(group.name.as_str());
                    let edits = put_in_group(app.document.scene(), [track], wanted);
                    app.document.edit("Group", edits);
                    app.connection.turned(&app.document);
                }
                if let Some(elsewhere) = elsewhere {
                    ui.weak(format!("in {elsewhere}"));
                }
            });
        }
    });
}

/// Turns all of it up or down.
pub(super) fn set_gain(app: &mut App, index: usize, gain_db: f64) {
    let edit = group_edit(app.document.scene(), index, |group| group.gain_db = gain_db);
    app.document.edit("Fader", edit.into_iter().collect());
    app.connection.turned(&app.document);
}

fn name(app: &mut App, ui: &mut Ui, index: usize, group: &Group) {
    let mut typed = app.panels.desk.name.clone().unwrap_or_else(|| group.name.clone());
    let field = ui.add(TextEdit::singleline(&mut typed).desired_width(180.0));
    let field = field.accessible_name("Name of the group");
    if field.lost_focus() {
        app.panels.desk.name = None;
        let edits = rename_group(app.document.scene(), index, &typed);
        app.document.edit("Rename", edits);
    } else if field.has_focus() {
        app.panels.desk.name = Some(typed);
    }
}
