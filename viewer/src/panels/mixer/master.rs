//! The master: what is heard, with the level of the monitor, and the master chains of the deliverables.

use egui::{ComboBox, Rect, RichText, ScrollArea, Sense, Ui, Vec2};
use formats::scene::chain::{MasterChain, Range};
use renderer::live::ChannelLevel;

use super::place::Place;
use super::{fader, meter, strip};
use crate::app::App;
use crate::edit::desk::master_edit;
use crate::panels::meters::decibels;
use crate::panels::objects::switch;

/// Gains of the monitor.
const MONITOR: Range = Range::new(-60.0, 12.0, "dB");
/// Width of the bar of a channel with its gap, and of all that are seen at once.
const BAR: f32 = 9.0;
const MOST_BARS: usize = 12;

/// Width of what is in the strip.
pub(super) fn width(app: &App) -> f32 {
    let channels = app.connection.telemetry.channels.len().clamp(2, MOST_BARS);
    fader::WIDTH + 6.0 + (BAR * channels as f32).max(40.0)
}

/// Shows the strip.
pub(super) fn show(app: &mut App, ui: &mut Ui, height: f32) {
    let width = width(app);
    strip::frame(app, ui, Place::Master, width, height, |app, ui| {
        let palette = app.theme.palette();
        let mut monitor = app.connection.monitor;
        ui.horizontal(|ui| {
            ui.set_height(22.0);
            ui.spacing_mut().item_spacing.x = 4.0;
            if switch(ui, "M", monitor.mute, palette.verdicts[2], "Silence the monitor") {
                monitor.mute = !monitor.mute;
            }
            if switch(ui, "D", monitor.dim, palette.verdicts[1], "Dim the monitor") {
                monitor.dim = !monitor.dim;
            }
            let layout = app.room.layout.everyday_name().unwrap_or(&app.room.layout.name);
            ui.label(RichText::new(layout).small().color(palette.dim));
        });
        let height = (ui.available_height() - fader::NUMBER - 4.0).max(80.0);
        let gain = (monitor.gain_db, MONITOR);
        let mut new = None;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            new = fader::show(ui, palette, "Fader of the monitor", gain, height);
            let width = ui.available_width();
            ScrollArea::horizontal().id_salt("channels").max_width(width).show(ui, |ui| {
                channels(app, ui, height);
            });
        });
        new = new.or(fader::number(ui, "Level of the monitor", gain, width));
        monitor.gain_db = new.unwrap_or(monitor.gain_db);
        app.connection.monitor = monitor;
    });
}

/// The meters of the channels that are heard.
fn channels(app: &App, ui: &mut Ui, height: f32) {
    let palette = app.theme.palette();
    let levels = &app.connection.telemetry.channels;
    let size = Vec2::new(BAR * levels.len().max(2) as f32, height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let hold = levels.iter().map(|level| level.true_peak_hold).fold(0.0, f32::max);
    response.widget_info(|| {
        let clipped = if hold > 1.0 { ", clipped" } else { "" };
        let text = format!("Level of the master: true peak {:.1} dB{clipped}", decibels(hold));
        egui::WidgetInfo::labeled(egui::Role::Meter, true, text)
    });
    if response.clicked() {
        app.connection.reset_meters();
    }
    let top = Rect::from_min_size(rect.min, Vec2::new(rect.width(), 11.0));
    if hold > 1e-5 {
        let colour = if hold > 1.0 { palette.verdicts[2] } else { palette.dim };
        strip::caption(ui, top, &format!("{:.1}", decibels(hold)), colour);
    }
    let none = [ChannelLevel::default(); 2];
    let levels = if levels.is_empty() { &none[..] } else { &levels[..] };
    for (number, level) in levels.iter().enumerate() {
        let left = rect.min.x + BAR * number as f32;
        let bar = Rect::from_x_y_ranges(left..=left + BAR - 2.0, rect.min.y + 13.0..=rect.max.y);
        meter::channel(ui.painter(), palette, bar, level);
    }
    response.on_hover_text("Click to start all meters anew, loudness too");
}

/// The deliverable whose master is shown, and that.
pub(super) fn chosen(app: &App) -> Option<(usize, MasterChain)> {
    let all = &app.document.scene().deliverables;
    let index = app.panels.desk.deliverable.min(all.len().checked_sub(1)?);
    Some((index, all.get(index)?.master.clone()))
}

/// Changes the master of a deliverable.
pub(super) fn edit(app: &mut App, index: usize, step: &str, change: impl FnOnce(&mut MasterChain)) {
    let edit = master_edit(app.document.scene(), index, change);
    app.document.edit(step, edit.into_iter().collect());
}

/// Which deliverable's master it is.
pub(super) fn choose(app: &mut App, ui: &mut Ui, index: usize, width: f32) {
    let names: Vec<String> = app
        .document
        .scene()
        .deliverables
        .iter()
        .map(|of| {
            let spec = of.spec.as_deref().map(|spec| format!(" {spec}")).unwrap_or_default();
            of.name.clone().unwrap_or_else(|| format!("{}{spec}", of.layout))
        })
        .collect();
    let shown = names.get(index).map_or("", String::as_str);
    let combo = ComboBox::from_id_salt("deliverable").selected_text(shown).width(width - 12.0).truncate();
    let shown = combo.show_ui(ui, |ui| {
        for (number, name) in names.iter().enumerate() {
            if ui.selectable_label(number == index, format!("{}. {name}", number + 1)).clicked() {
                app.panels.desk.deliverable = number;
            }
        }
    });
    let text = "The deliverable whose master is shown. It is heard in what is delivered, not here.";
    shown.response.on_hover_text(text).accessible_name("Master of the deliverable");
}
