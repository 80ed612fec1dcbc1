//! The desk: a strip for each track, and the equaliser and the compressor of the one that is selected.

mod dynamics;
mod eq;
mod strip;

use egui::{ScrollArea, Ui, Vec2};
use formats::scene::Track;

use crate::app::App;
use crate::edit::track_edit;

/// Width of the equaliser.
const EQ: f32 = 330.0;
/// Narrowest panel that has room for more than strips.
const NARROW: f32 = 700.0;

/// Shows strips and processors.
pub fn show(app: &mut App, ui: &mut Ui) {
    if app.document.scene().tracks.is_empty() {
        ui.add_space(10.0);
        ui.weak("The strips of the sounds will be here.");
        return;
    }
    let height = ui.available_height();
    ui.horizontal_top(|ui| {
        if ui.available_width() > NARROW {
            processors(app, ui, height);
        }
        ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                for index in 0..app.document.scene().tracks.len() {
                    ui.push_id(index, |ui| strip::show(app, ui, index));
                }
            });
        });
    });
}

/// The processors of the selected track.
fn processors(app: &mut App, ui: &mut Ui, height: f32) {
    let selected = app.document.selection.lead();
    let Some((index, track)) = selected.and_then(|i| Some((i, app.document.scene().tracks.get(i)?.clone())))
    else {
        return;
    };
    ui.push_id("processors", |ui| {
        eq::show(app, ui, index, &track, Vec2::new(EQ, height - 8.0));
        ui.vertical(|ui| {
            ui.set_width(if track.chain.compressor.is_some() { 262.0 } else { 100.0 });
            dynamics::show(app, ui, index, &track, height);
        });
    });
}

fn edit_track(app: &mut App, index: usize, name: &str, change: impl FnOnce(&mut Track)) {
    let edit = track_edit(app.document.scene(), index, change);
    app.document.edit(name, edit.into_iter().collect());
}
