//! ADM-OSC in and out, and a head tracker: off until switched on, and closed to others until an address says otherwise.

use std::net::SocketAddr;

use egui::{RichText, Ui};

use crate::app::App;
use crate::connection::listening::{RemoteSettings, address, address_text};
use crate::panels::{field, section};

/// Width of an address.
const ADDRESS: f32 = 112.0;
/// Angles of a head: what they are called, and what their sign means.
const ANGLES: [(&str, &str); 3] =
    [("yaw", "turned to the left"), ("pitch", "the nose up"), ("roll", "the right ear down")];

/// A switch with an address.
struct Line<'a> {
    name: &'a str,
    hint: &'a str,
    is_on: fn(&mut RemoteSettings) -> &mut bool,
    address: fn(&mut RemoteSettings) -> &mut SocketAddr,
}

pub(super) fn show(app: &mut App, ui: &mut Ui) {
    section(ui, "ADM-OSC");
    line(
        app,
        ui,
        &Line {
            name: "hear it at",
            hint: "A port of this machine; 0.0.0.0:4001 lets others in. What is moved there is moved here, to be undone.",
            is_on: |settings| &mut settings.hears,
            address: |settings| &mut settings.listen,
        },
    );
    line(
        app,
        ui,
        &Line {
            name: "send it to",
            hint: "What moves here is told there, fifty times a second",
            is_on: |settings| &mut settings.sends,
            address: |settings| &mut settings.send,
        },
    );
    section(ui, "Head tracker");
    line(
        app,
        ui,
        &Line {
            name: "hear one at",
            hint: "/SceneRotator/ypr, /SceneRotator/quaternions, /adm/lis/ypr; heard on headphones",
            is_on: |settings| &mut settings.tracks,
            address: |settings| &mut settings.head,
        },
    );
    ui.horizontal(|ui| {
        ui.weak("turn round");
        for ((name, hint), inverted) in ANGLES.into_iter().zip(&mut app.connection.listening.remote.invert) {
            ui.checkbox(inverted, name)
                .on_hover_text(format!("Positive is {hint}; the tracker has it the other way"));
        }
    });
    state(app, ui);
}

/// Where the head is, what came, and what is wrong.
fn state(app: &mut App, ui: &mut Ui) {
    let palette = app.theme.palette();
    if let Some(fault) = app.connection.remote_fault() {
        ui.colored_label(palette.verdicts[2], fault);
    }
    if !app.connection.is_open() {
        let remote = &app.connection.listening.remote;
        if remote.hears || remote.sends || remote.tracks {
            ui.weak("It begins when you play.");
        }
        return;
    }
    ui.horizontal(|ui| {
        let [yaw, pitch, roll] = app.connection.telemetry.head;
        ui.label(format!("yaw {yaw:.0}°, pitch {pitch:.0}°, roll {roll:.0}°"));
        let hint = "Where the tracker says that the head looks now is ahead (H)";
        if ui.small_button("this is ahead").on_hover_text(hint).clicked() {
            app.connection.centre_head();
        }
    });
    let counts = app.connection.telemetry.osc;
    let text =
        format!("{} received, {} ignored, {} dropped", counts.received, counts.ignored, counts.dropped);
    ui.label(RichText::new(text).small().color(palette.dim));
}

fn line(app: &mut App, ui: &mut Ui, line: &Line<'_>) {
    let mut typed = None;
    ui.horizontal(|ui| {
        let remote = &mut app.connection.listening.remote;
        ui.checkbox((line.is_on)(remote), line.name).on_hover_text(line.hint);
        let now = address_text((line.address)(remote));
        typed = field(ui, &format!("Address: {}", line.name), now, ADDRESS, "");
    });
    match typed.map(|typed| address(&typed)) {
        Some(Some(found)) => *(line.address)(&mut app.connection.listening.remote) = found,
        Some(None) => {
            app.fail("expected a port or an address with one, for example 4001 or 192.168.1.20:4001")
        }
        None => {}
    }
}
