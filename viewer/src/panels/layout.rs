//! What is listened on: loudspeakers or headphones, the level of the monitor, and how the engine copes.

use egui::{ComboBox, Grid, RichText, ScrollArea, Slider, Ui, Vec2};
use renderer::layout::Layout;
use renderer::live::Monitor;

use super::{meters, section};
use crate::app::App;
use crate::connection::Listening;

/// Levels of the monitor, dB.
const LEVELS: std::ops::RangeInclusive<f64> = -60.0..=12.0;

/// Shows it.
pub fn show(app: &mut App, ui: &mut Ui) {
    let height = ui.available_height() - 6.0;
    ui.horizontal_top(|ui| {
        ScrollArea::vertical().auto_shrink([true, false]).show(ui, |ui| {
            ui.set_width(330.0);
            listening(app, ui);
            monitor(app, ui);
            remote(app, ui);
        });
        ui.add_space(10.0);
        ui.vertical(|ui| {
            ui.set_width(240.0);
            engine(app, ui);
        });
        if app.connection.is_open() {
            meters::show(app, ui, Vec2::new(ui.available_width().min(420.0), height));
        }
    });
}

fn listening(app: &mut App, ui: &mut Ui) {
    section(ui, "Listen on");
    ui.horizontal(|ui| {
        for (listening, name) in
            [(Listening::Loudspeakers, "Loudspeakers"), (Listening::Headphones, "Headphones")]
        {
            let is_it = app.connection.listening == listening;
            if ui.selectable_label(is_it, name).clicked() {
                app.connection.listening = listening;
            }
        }
        let known = app.room.layout.everyday_name().unwrap_or(&app.room.layout.name).to_owned();
        let combo = ComboBox::from_id_salt("listen layout").selected_text(known).width(90.0).height(320.0);
        let shown = combo.show_ui(ui, |ui| {
            for layout in Layout::all() {
                let name = layout.everyday_name().unwrap_or(&layout.name).to_owned();
                if ui.selectable_label(layout.name == app.room.layout.name, name).clicked() {
                    app.room.layout = layout;
                }
            }
        });
        shown.response.accessible_name("Layout of the room");
    });
}

fn monitor(app: &mut App, ui: &mut Ui) {
    section(ui, "Monitor");
    let Monitor { mut gain_db, mut dim, mut mute } = app.connection.monitor;
    ui.horizontal(|ui| {
        ui.add(Slider::new(&mut gain_db, LEVELS).suffix(" dB").max_decimals(1).text("level"))
            .on_hover_text("The meters don't follow it")
            .accessible_name("Monitor level");
        ui.checkbox(&mut dim, "dim").on_hover_text("20 dB less");
        ui.checkbox(&mut mute, "silence");
    });
    app.connection.monitor = Monitor { gain_db, dim, mute };
}

fn remote(app: &mut App, ui: &mut Ui) {
    section(ui, "ADM-OSC");
    let mut is_on = app.connection.has_osc();
    let switch = egui::Checkbox::new(&mut is_on, "listen on this machine, port 4001");
    let response = ui.add_enabled(app.connection.is_open(), switch);
    if response.on_disabled_hover_text("Play first: it is the engine that listens").changed()
        && let Err(error) = app.connection.set_osc(is_on)
    {
        app.fail(error);
    }
    if is_on {
        let counts = app.connection.telemetry.osc;
        let text =
            format!("{} received, {} ignored, {} dropped", counts.received, counts.ignored, counts.dropped);
        ui.label(RichText::new(text).small().color(app.theme.palette().dim));
    }
}

fn engine(app: &App, ui: &mut Ui) {
    let palette = app.theme.palette();
    section(ui, "Engine");
    if !app.connection.is_open() {
        ui.weak("It starts when you play.");
        return;
    }
    let telemetry = &app.connection.telemetry;
    ui.label(app.connection.status.as_str());
    Grid::new("engine").num_columns(2).show(ui, |ui| {
        let rate = telemetry.sample_rate.max(1);
        for (name, value) in [
            (
                "Load",
                format!("{:.0} %, at most {:.0} %", telemetry.load * 100.0, telemetry.peak_load * 100.0),
            ),
            ("Ahead", format!("{:.0} ms", telemetry.ahead as f64 / f64::from(rate) * 1000.0)),
            ("Gaps", telemetry.underruns.to_string()),
        ] {
            ui.label(RichText::new(name).color(palette.dim));
            ui.label(value);
            ui.end_row();
        }
    });
}
