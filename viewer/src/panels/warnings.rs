//! What is wrong with the scene and its files; each finding leads to what it is about.

use egui::{Label, RichText, ScrollArea, Sense, Ui};
use formats::profile::Severity;

use super::Tab;
use crate::app::App;

/// Shows the findings.
pub fn show(app: &mut App, ui: &mut Ui) {
    let palette = app.theme.palette();
    let all = app.document.mistakes().list().to_vec();
    if all.is_empty() {
        ui.add_space(10.0);
        ui.label(RichText::new("Nothing is wrong with the scene.").color(palette.verdicts[0]));
        return;
    }
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        for mistake in all {
            let (colour, word) = match mistake.severity {
                Severity::Error => (palette.verdicts[2], "error"),
                Severity::Warning => (palette.verdicts[1], "warning"),
                Severity::Info => (palette.dim, "remark"),
            };
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(word).color(colour).small());
                ui.label(RichText::new(&mistake.element).strong());
                let text = format!(
                    "{}{}",
                    mistake.found,
                    if mistake.expected.is_empty() {
                        String::new()
                    } else {
                        format!("; expected {}", mistake.expected)
                    }
                );
                let text =
                    if mistake.remedy.is_empty() { text } else { format!("{text}: {}", mistake.remedy) };
                let response = ui.add(Label::new(text).sense(Sense::click())).on_hover_text("Go there");
                if response.clicked() {
                    go_to(app, &mistake.element);
                }
            });
        }
    });
}

/// Selects the track of an element, or shows the panel that has it.
fn go_to(app: &mut App, element: &str) {
    let begins = |names: &[&str]| names.iter().any(|name| element.starts_with(name));
    if let Some(track) = track_of(app, element) {
        app.document.selection.set(track);
        if element.contains("> chain") {
            app.panels.tab = Tab::Mixer;
        }
    } else if begins(&["bus", "reverb", "group", "master"]) {
        app.panels.tab = Tab::Mixer;
    } else if begins(&["deliverable"]) {
        app.panels.tab = Tab::Deliver;
    } else if begins(&["marker", "picture"]) {
        app.panels.tab = Tab::Timeline;
    }
}

/// The track that an element is or belongs to: `track "Anna" > clip`.
fn track_of(app: &App, element: &str) -> Option<usize> {
    let name = element.strip_prefix("track \"")?.split_once('"')?.0;
    app.document.scene().tracks.iter().position(|track| track.name == name)
}
