//! The level of the monitor, the programme on smaller systems, and the programme beside a reference.

use egui::{RichText, Slider, Ui};
use renderer::live::{Listen, Monitor};

use super::{ListenFile, file_row};
use crate::app::App;
use crate::connection::listening::Audition;
use crate::panels::section;

/// Levels of the monitor, dB.
const LEVELS: std::ops::RangeInclusive<f64> = -60.0..=12.0;

pub(super) fn monitor(app: &mut App, ui: &mut Ui) {
    section(ui, "Monitor");
    let Monitor { mut gain_db, mut dim, mut mute } = app.connection.monitor;
    ui.add(Slider::new(&mut gain_db, LEVELS).suffix(" dB").max_decimals(1).text("level"))
        .on_hover_text("The meters don't follow it")
        .accessible_name("Monitor level");
    ui.horizontal(|ui| {
        ui.checkbox(&mut dim, "dim").on_hover_text("20 dB less");
        ui.checkbox(&mut mute, "silence");
        if ui.small_button("0 dB").on_hover_text("Neither more nor less").clicked() {
            (gain_db, dim, mute) = (0.0, false, false);
        }
    });
    app.connection.monitor = Monitor { gain_db, dim, mute };
}

/// The programme rendered for something smaller, one press away from what was chosen.
pub(super) fn audition(app: &mut App, ui: &mut Ui) {
    section(ui, "Hear it as");
    let audition = &mut app.connection.audition;
    ui.horizontal_wrapped(|ui| {
        let chosen =
            ui.selectable_label(audition.is_none(), "chosen").on_hover_text("What is chosen at the left");
        if chosen.accessible_name("Hear it as chosen").clicked() {
            *audition = None;
        }
        for (other, name) in Audition::NAMES {
            let response = ui
                .selectable_label(*audition == Some(other), name)
                .on_hover_text("Rendered anew for it; what is chosen stays chosen");
            if response.accessible_name(format!("Hear it as {name}")).clicked() {
                // Pressed again, it goes back.
                *audition = (*audition != Some(other)).then_some(other);
            }
        }
    });
}

/// The programme and a reference at the same loudness.
pub(super) fn reference(app: &mut App, ui: &mut Ui) {
    section(ui, "Compare");
    file_row(app, ui, ("Reference", "none"), ListenFile::Reference);
    let has_reference = app.connection.listening.reference.is_some() && app.connection.is_open();
    let now = app.connection.telemetry.listening;
    ui.horizontal(|ui| {
        for (listen, letter, name) in
            [(Listen::Programme, "A", "Programme"), (Listen::Reference, "B", "Reference")]
        {
            let button = egui::Button::selectable(now == listen, format!("{letter}  {name}"));
            let response = ui.add_enabled(has_reference, button);
            let response = response.on_disabled_hover_text("Choose a reference, and play");
            if response.accessible_name(format!("Hear the {}", name.to_lowercase())).clicked() {
                app.connection.compare(listen);
            }
        }
    });
    if has_reference {
        let text = matched(app.connection.reference, app.connection.telemetry.matched_db);
        ui.label(RichText::new(text).small().color(app.theme.palette().dim));
    }
}

/// How the levels are matched.
fn matched(reference: Option<Option<f64>>, matched_db: Option<f64>) -> String {
    match (reference, matched_db) {
        (None, _) => "the reference is measured".to_owned(),
        (Some(None), _) => "the loudness of the reference can't be measured: not matched".to_owned(),
        (Some(Some(lufs)), None) => format!("{lufs:.1} LUFS; matched once the programme is measured"),
        (Some(Some(lufs)), Some(db)) => format!("{lufs:.1} LUFS; matched to the programme by {db:+.1} dB"),
    }
}

#[cfg(test)]
mod tests {
    use super::matched;

    #[test]
    fn it_says_by_how_much_levels_are_matched() {
        assert!(
            matched(Some(Some(-18.04)), Some(-4.96))
                .contains("-18.0 LUFS; matched to the programme by -5.0 dB")
        );
        assert!(matched(Some(None), Some(0.0)).contains("not matched"));
        assert!(matched(None, None).contains("measured"));
    }
}
