//! The device that plays: which, in which blocks, on which channels; and how the engine copes.

use egui::{ComboBox, Grid, RichText, Ui};

use super::row;
use crate::app::App;
use crate::connection::device::devices;
use crate::connection::listening::{channel_map, channel_map_text};
use crate::panels::{field, section};

/// Frames of a block to choose from.
const BUFFERS: [u32; 8] = [32, 64, 128, 256, 512, 1024, 2048, 4096];

pub(super) fn show(app: &mut App, ui: &mut Ui) {
    section(ui, "Device");
    if cfg!(feature = "play") {
        choose(app, ui);
    } else {
        ui.weak("This program was built without sound (--features play): it plays to its meters.");
    }
}

fn choose(app: &mut App, ui: &mut Ui) {
    let found = app.connection.devices.get_or_insert_with(devices).clone();
    let settings = &mut app.connection.listening.device;
    row(ui, "Device", |ui| {
        let now = settings.name.clone().unwrap_or_else(|| "the system's choice".to_owned());
        let combo = ComboBox::from_id_salt("device").selected_text(now).width(150.0).truncate();
        let shown = combo.show_ui(ui, |ui| {
            ui.selectable_value(&mut settings.name, None, "the system's choice");
            for device in found.iter().flatten() {
                let text = format!("{} ({} channels)", device.name, device.channels);
                ui.selectable_value(&mut settings.name, Some(device.name.clone()), text);
            }
        });
        shown.response.accessible_name("Sound device");
        if ui.small_button("look again").clicked() {
            app.connection.devices = None;
        }
    });
    match &found {
        Err(error) => drop(ui.label(RichText::new(error).small().color(app.theme.palette().verdicts[2]))),
        Ok(found) if found.is_empty() => drop(ui.weak("This machine has no sound device.")),
        Ok(_) => {}
    }
    let settings = &mut app.connection.listening.device;
    row(ui, "Block", |ui| {
        let text = |buffer: Option<u32>| {
            buffer.map_or_else(|| "as it likes".to_owned(), |frames| format!("{frames} samples"))
        };
        let combo = ComboBox::from_id_salt("buffer").selected_text(text(settings.buffer)).width(110.0);
        let shown = combo.show_ui(ui, |ui| {
            for buffer in std::iter::once(None).chain(BUFFERS.map(Some)) {
                ui.selectable_value(&mut settings.buffer, buffer, text(buffer));
            }
        });
        shown.response.accessible_name("Samples of a block");
    });
    let now = channel_map_text(&settings.map);
    let mut typed = None;
    row(ui, "Channels", |ui| {
        typed = field(ui, "Channels of the device", now, 110.0, "");
        ui.weak("in order when empty");
    });
    match typed.map(|typed| channel_map(&typed)) {
        Some(Some(map)) => app.connection.listening.device.map = map,
        Some(None) => app.fail("channels: expected numbers from 1 with commas, for example 3, 4"),
        None => {}
    }
}

/// How the engine copes.
pub(super) fn engine(app: &App, ui: &mut Ui) {
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
            ("Faults of the device", app.connection.device_faults().to_string()),
        ] {
            ui.label(RichText::new(name).color(palette.dim));
            ui.label(value);
            ui.end_row();
        }
    });
}
