//! What is delivered: specifications and layouts, made in the background, with the verdicts and figures of what lies on the
//! disk afterwards.

mod work;

use std::path::PathBuf;

use egui::{Button, ComboBox, Grid, ProgressBar, RichText, ScrollArea, TextEdit, Ui};
use formats::scene::{Deliverable, Role};
use renderer::deliver::BINAURAL;
use renderer::deliver::package::{FileReport, NO_SPECIFICATION};
use renderer::layout::Layout;
use renderer::loudness::{Specification, Verdict};

use crate::app::{App, Dialog};
use crate::edit::Edit;
use crate::theme::Palette;

use work::Work;

/// The folder of a delivery, beside the scene.
const FOLDER: &str = "delivery";

/// What the panel remembers.
#[derive(Debug, Default)]
pub struct Delivery {
    /// Where it goes, as it was typed; [`FOLDER`] beside the scene when empty.
    folder: String,
    /// For headphones too, as it is rendered.
    headphones: bool,
    /// Make again what is there already.
    force: bool,
    work: Option<Work>,
}

impl Delivery {
    /// A delivery is being made.
    pub fn is_working(&self) -> bool {
        self.work.as_ref().is_some_and(Work::is_working)
    }
}

/// Shows it.
pub fn show(app: &mut App, ui: &mut Ui) {
    if let Some(work) = &mut app.panels.delivery.work {
        work.take();
        if work.is_working() {
            ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
        }
    }
    ui.columns_const(|[left, right]| {
        ScrollArea::vertical().id_salt("wanted").auto_shrink([false, false]).show(left, |ui| wanted(app, ui));
        ScrollArea::vertical().id_salt("made").auto_shrink([false, false]).show(right, |ui| made(app, ui));
    });
}

/// What is to be made, and the button that starts it.
fn wanted(app: &mut App, ui: &mut Ui) {
    let all = app.document.scene().deliverables.clone();
    let mut changed = all.clone();
    let mut taken_out = None;
    let programmes: Vec<String> =
        app.document.scene().programmes.iter().map(|programme| programme.name.clone()).collect();
    Grid::new("deliverables").num_columns(4).min_col_width(60.0).show(ui, |ui| {
        for (index, deliverable) in changed.iter_mut().enumerate() {
            ui.push_id(index, |ui| specification(ui, index, deliverable));
            ui.push_id((index, 1), |ui| layout(ui, index, deliverable));
            if programmes.len() > 1 {
                ui.push_id((index, 2), |ui| programme(ui, index, deliverable, &programmes));
            }
            if ui.small_button("take out").on_hover_text("Deliver it no more").clicked() {
                taken_out = Some(index);
            }
            ui.end_row();
        }
    });
    if let Some(index) = taken_out {
        changed.remove(index);
    }
    if ui.horizontal(|ui| ui.button("Add a deliverable")).inner.clicked() {
        let layout = app.room.layout.everyday_name().unwrap_or(&app.room.layout.name).to_owned();
        changed.push(Deliverable { spec: Some("ebu-r128".to_owned()), layout, ..Deliverable::default() });
    }
    if changed != all {
        app.document.edit("Deliverables", vec![Edit::Deliverables(changed)]);
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Folder").color(app.theme.palette().dim));
        let field =
            TextEdit::singleline(&mut app.panels.delivery.folder).hint_text(FOLDER).desired_width(220.0);
        ui.add(field).accessible_name("Folder of the delivery");
    });
    ui.checkbox(&mut app.panels.delivery.headphones, "For headphones too");
    ui.checkbox(&mut app.panels.delivery.force, "Make again what is there already");
    ui.add_space(4.0);
    let working = app.panels.delivery.is_working();
    let (text, can_start) = match (app.document.path().is_some(), app.document.is_changed()) {
        (false, _) => ("Save as, to deliver", true),
        (true, true) => ("Save and deliver now", true),
        (true, false) => ("Deliver now", true),
    };
    let is_wanted = app.panels.delivery.headphones || !app.document.scene().deliverables.is_empty();
    let can_start = can_start && !working && is_wanted;
    if ui.horizontal(|ui| ui.add_enabled(can_start, Button::new(text))).inner.clicked() {
        start(app, ui.ctx());
    }
}

fn specification(ui: &mut Ui, index: usize, deliverable: &mut Deliverable) {
    let chosen = deliverable.spec.clone().unwrap_or_else(|| NO_SPECIFICATION.to_owned());
    let combo =
        ComboBox::from_id_salt("specification").selected_text(chosen.as_str()).width(150.0).height(320.0);
    let shown = combo.show_ui(ui, |ui| {
        if ui.selectable_label(deliverable.spec.is_none(), "none: as it is rendered").clicked() {
            deliverable.spec = None;
        }
        for known in Specification::built_in() {
            let response = ui.selectable_label(known.name == chosen, known.name.as_str());
            if response.on_hover_text(known.title.as_str()).clicked() {
                deliverable.spec = Some(known.name);
            }
        }
    });
    shown.response.accessible_name(format!("Specification {}", index + 1));
}

fn layout(ui: &mut Ui, index: usize, deliverable: &mut Deliverable) {
    let combo =
        ComboBox::from_id_salt("layout").selected_text(deliverable.layout.as_str()).width(90.0).height(320.0);
    let shown = combo.show_ui(ui, |ui| {
        let layouts = Layout::all().map(|layout| layout.everyday_name().unwrap_or(&layout.name).to_owned());
        for name in layouts {
            if ui.selectable_label(deliverable.layout == name, name.as_str()).clicked() {
                deliverable.layout = name;
            }
        }
    });
    shown.response.accessible_name(format!("Layout {}", index + 1));
}

/// Of which programme it is, where there are several.
fn programme(ui: &mut Ui, index: usize, deliverable: &mut Deliverable, programmes: &[String]) {
    const AS_HEARD: &str = "as heard";
    let chosen = deliverable.programme.clone();
    let combo = ComboBox::from_id_salt("programme")
        .selected_text(chosen.as_deref().unwrap_or(AS_HEARD))
        .width(110.0)
        .truncate();
    let shown = combo.show_ui(ui, |ui| {
        let response = ui.selectable_label(chosen.is_none(), AS_HEARD);
        if response.on_hover_text("The programme that is chosen in the tab Listen").clicked() {
            deliverable.programme = None;
        }
        for name in programmes {
            if ui.selectable_label(chosen.as_ref() == Some(name), name.as_str()).clicked() {
                deliverable.programme = Some(name.clone());
            }
        }
    });
    shown.response.accessible_name(format!("Programme {}", index + 1));
}

/// Saves what has to be saved, and starts.
fn start(app: &mut App, context: &egui::Context) {
    if app.document.is_changed() || app.document.path().is_none() {
        if app.document.path().is_none() {
            app.dialog = Some(Dialog::SaveAs);
            return;
        }
        app.save();
    }
    let Some(scene) = app.document.path().filter(|_| !app.document.is_changed()).map(PathBuf::from) else {
        return;
    };
    let typed = app.panels.delivery.folder.trim();
    let folder = app.document.folder().join(if typed.is_empty() { FOLDER } else { typed });
    let mut deliverables = app.document.scene().deliverables.clone();
    if app.panels.delivery.headphones {
        deliverables.push(Deliverable { layout: BINAURAL.to_owned(), ..Deliverable::default() });
    }
    let programme = app.connection.programme_of(app.document.scene());
    match work::package(&scene, &folder, &deliverables, programme, app.panels.delivery.force) {
        Ok(package) => app.panels.delivery.work = Some(Work::start(package, folder, context.clone())),
        Err(error) => app.fail(error),
    }
}

/// What is being made, and what was.
fn made(app: &mut App, ui: &mut Ui) {
    let palette = app.theme.palette();
    let Some(work) = &mut app.panels.delivery.work else {
        ui.weak("Every deliverable is brought to its specification, read back from the disk, measured and judged.");
        let dialogue = app.document.scene().tracks.iter().any(|track| track.role == Role::Dialogue);
        if !dialogue {
            ui.weak("No track is dialogue: specifications that are about speech will stay open.");
        }
        return;
    };
    match work.state() {
        work::State::Working(share) => {
            ui.horizontal(|ui| {
                ui.add(ProgressBar::new(*share).desired_width(240.0).show_percentage()).widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Delivery")
                });
                if ui.button("Cancel").clicked() {
                    work.cancel();
                }
            });
        }
        work::State::Failed(error) => drop(ui.colored_label(palette.verdicts[2], error)),
        work::State::Done(report) => {
            ui.horizontal(|ui| {
                let (colour, word) = verdict(palette, report.verdict);
                ui.label(RichText::new(format!("Delivered: {word}")).color(colour).strong());
                if ui.button("Open the report").clicked()
                    && let Err(error) = work::open_file(&work.folder().join("report.html"))
                {
                    app.message = Some((error, true));
                }
            });
            Grid::new("files").num_columns(5).striped(true).spacing([12.0, 4.0]).show(ui, |ui| {
                for name in ["", "file", "LUFS", "dBTP", "LRA"] {
                    ui.label(RichText::new(name).small().color(palette.dim));
                }
                ui.end_row();
                report.deliverables.iter().for_each(|file| file_row(ui, palette, file));
            });
            for warning in &report.warnings {
                ui.label(RichText::new(warning).small().color(palette.verdicts[1]));
            }
        }
    }
}

fn verdict(palette: &Palette, verdict: Verdict) -> (egui::Color32, &'static str) {
    match verdict {
        Verdict::Pass => (palette.verdicts[0], "pass"),
        Verdict::Fail => (palette.verdicts[2], "FAIL"),
        Verdict::Open => (palette.verdicts[1], "open"),
    }
}

fn file_row(ui: &mut Ui, palette: &Palette, file: &FileReport) {
    let (colour, word) = verdict(palette, file.verdict);
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
    let delivered = file.delivered.unwrap_or(renderer::deliver::LoudnessReport {
        integrated_lufs: None,
        max_momentary_lufs: None,
        max_short_term_lufs: None,
        loudness_range_lu: None,
        true_peak_dbtp: None,
    });
    ui.label(RichText::new(word).color(colour));
    ui.label(&file.file).on_hover_text(&file.deliverable);
    ui.label(figure(delivered.integrated_lufs));
    ui.label(figure(delivered.true_peak_dbtp));
    ui.label(figure(delivered.loudness_range_lu));
    ui.end_row();
}
