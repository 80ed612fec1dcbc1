//! What is wrong with the scene and its files; each finding leads to what it is about.

use egui::{Label, RichText, ScrollArea, Sense, Ui};
use formats::profile::Severity;

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
                let response = ui.add(Label::new(text).sense(Sense::click())).on_hover_text("Select it");
                if response.clicked()
                    && let Some(track) = track_of(app, &mistake.element)
                {
                    app.document.selection.set(track);
                }
            });
        }
    });
}

/// The track that an element is or belongs to: `track "Anna" > clip`.
fn track_of(app: &App, element: &str) -> Option<usize> {
    let name = element.strip_prefix("track \"")?.split_once('"')?.0;
    app.document.scene().tracks.iter().position(|track| track.name == name)
}
