//! Everything that is said about the selected track: what it is, where it is, how it is rendered, what sounds.

mod clips;
mod parameters;
mod scene;
mod zones;

use egui::{Align, ComboBox, Layout, RichText, ScrollArea, Sense, TextEdit, Ui};
use formats::scene::{BedLayout, Normalization, Role, Spatial, Track};

use super::section;
use crate::app::App;
use crate::edit::{rename_track, track_edit};
use crate::theme::role_name;

pub use parameters::name as parameter_name;

/// Width of the names at the left.
pub(super) const NAMES: f32 = 96.0;

/// Shows what is selected.
pub fn show(app: &mut App, ui: &mut Ui) {
    let count = app.document.selection.len();
    let lead = app.document.selection.lead();
    let track = lead.and_then(|index| app.document.scene().tracks.get(index).cloned());
    ui.horizontal(|ui| {
        ui.heading("Inspector");
        if count > 1 {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.weak(format!("{count} selected")));
        }
    });
    let (Some(index), Some(track)) = (lead, track) else {
        scene::show(app, ui);
        return;
    };
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        head(app, ui, index, &track);
        match &track.spatial {
            Spatial::Object(object) => {
                parameters::show(app, ui, index, object);
                zones::show(app, ui, index, object);
            }
            other => place(app, ui, index, other),
        }
        clips::show(app, ui, index, &track);
        ui.add_space(12.0);
    });
}

/// A row: a name, and what is behind it.
pub(super) fn row(ui: &mut Ui, name: &str, show: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let palette = crate::theme::Theme::of(ui).palette();
        let (place, _) = ui.allocate_exact_size(egui::vec2(NAMES, 20.0), Sense::hover());
        let mut left =
            ui.new_child(egui::UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center)));
        left.label(RichText::new(name).color(palette.dim));
        show(ui);
    });
}

/// Name, role, language and the like.
fn head(app: &mut App, ui: &mut Ui, index: usize, track: &Track) {
    row(ui, "Name", |ui| {
        let mut typed = match &app.panels.name {
            Some((of, typed)) if *of == index => typed.clone(),
            _ => track.name.clone(),
        };
        let field = ui
            .add(TextEdit::singleline(&mut typed).desired_width(ui.available_width() - 8.0))
            .accessible_name("Name");
        if field.lost_focus() {
            app.panels.name = None;
            let edits = rename_track(app.document.scene(), index, &typed);
            app.document.edit("Rename", edits);
        } else if field.has_focus() {
            app.panels.name = Some((index, typed));
        }
    });
    let change = |app: &mut App, name: &str, change: &dyn Fn(&mut Track)| {
        let scene = app.document.scene();
        let tracks = app.document.selection.iter();
        let edits = tracks.filter_map(|index| track_edit(scene, index, change)).collect();
        app.document.edit(name, edits);
    };
    row(ui, "Role", |ui| {
        let combo =
            ComboBox::from_id_salt("role").selected_text(role_name(&track.role)).width(140.0).height(260.0);
        let shown = combo.show_ui(ui, |ui| {
            for (role, _) in Role::KNOWN {
                if ui.selectable_label(track.role == role, role_name(&role)).clicked() {
                    change(app, "Role", &|track| track.role = role.clone());
                }
            }
        });
        shown.response.accessible_name("Role");
    });
    if track.role.is_speech() {
        row(ui, "Language", |ui| {
            let mut code = track.language.clone().unwrap_or_default();
            let field = TextEdit::singleline(&mut code).desired_width(60.0).char_limit(8).hint_text("eng");
            if ui.add(field).accessible_name("Language").changed() {
                let code = code.trim().to_lowercase();
                change(app, "Language", &|track| track.language = (!code.is_empty()).then(|| code.clone()));
            }
        });
    }
    let groups: Vec<String> = app.document.scene().groups.iter().map(|group| group.name.clone()).collect();
    let tracks = &app.document.scene().tracks;
    let others = app.document.selection.iter().filter_map(|index| tracks.get(index));
    let differs = others.into_iter().any(|other| other.group != track.group);
    row(ui, "Group", |ui| {
        let combo = ComboBox::from_id_salt("group").selected_text(if differs {
            "several"
        } else {
            track.group.as_deref().unwrap_or("none")
        });
        let shown = combo.width(140.0).show_ui(ui, |ui| {
            for group in std::iter::once(None).chain(groups.into_iter().map(Some)) {
                let name = group.as_deref().unwrap_or("none").to_owned();
                if ui.selectable_label(track.group == group, name).clicked() {
                    change(app, "Group", &|track| track.group = group.clone());
                }
            }
        });
        shown.response.accessible_name("Group");
    });
    programmes(app, ui, index, track);
    if let Some(number) = app.connection.number_of(index) {
        row(ui, "ADM-OSC", |ui| drop(ui.label(format!("/adm/obj/{number}"))));
    }
    row(ui, "Heard", |ui| {
        let (mut mute, mut solo) = (track.mute, track.solo);
        if ui.checkbox(&mut mute, "mute").changed() {
            change(app, "Mute", &|track| track.mute = mute);
        }
        if ui.checkbox(&mut solo, "solo").changed() {
            change(app, "Solo", &|track| track.solo = solo);
        }
    });
}

fn programmes(app: &mut App, ui: &mut Ui, index: usize, track: &Track) {
    let names: Vec<String> =
        app.document.scene().programmes.iter().map(|programme| programme.name.clone()).collect();
    if names.len() < 2 {
        return;
    }
    row(ui, "Programmes", |ui| {
        ui.horizontal_wrapped(|ui| {
            for name in &names {
                let mut belongs = track.programmes.is_empty() || track.programmes.contains(name);
                if ui.checkbox(&mut belongs, name.as_str()).changed() {
                    let was =
                        |other: &&String| track.programmes.is_empty() || track.programmes.contains(other);
                    let mut of: Vec<String> =
                        names.iter().filter(was).filter(|other| *other != name).cloned().collect();
                    if belongs {
                        of.push(name.clone());
                    }
                    // None would be all of them: the last one stays.
                    if !of.is_empty() {
                        let all = of.len() == names.len();
                        let scene = app.document.scene();
                        let programmes = if all { Vec::new() } else { of };
                        let edit = track_edit(scene, index, |track| track.programmes = programmes);
                        app.document.edit("Programmes", edit.into_iter().collect());
                    }
                }
            }
        });
    });
}

/// Where a track is that is no object.
fn place(app: &mut App, ui: &mut Ui, index: usize, spatial: &Spatial) {
    section(ui, "Place");
    let set = |app: &mut App, spatial: Spatial| {
        let edit = track_edit(app.document.scene(), index, |track| track.spatial = spatial);
        app.document.edit("Place", edit.into_iter().collect());
    };
    match spatial {
        Spatial::Object(_) => {}
        Spatial::Binaural(_) => drop(ui.label("Two channels, one for each ear")),
        Spatial::Loudspeakers(own) => {
            let text = format!("{} channels, for loudspeakers of their own", own.channels.len());
            ui.label(text);
        }
        Spatial::Bed(bed) => row(ui, "Bed", |ui| {
            let combo = ComboBox::from_id_salt("bed").selected_text(bed.layout.everyday_name()).width(110.0);
            let shown = combo.height(300.0).show_ui(ui, |ui| {
                // Only those with as many channels as the track has.
                for layout in BedLayout::all().filter(|layout| layout.channels() == bed.layout.channels()) {
                    if ui.selectable_label(layout == bed.layout, layout.everyday_name()).clicked() {
                        let mut bed = bed.clone();
                        bed.layout = layout;
                        set(app, Spatial::Bed(bed));
                    }
                }
            });
            shown.response.accessible_name("Layout of the bed");
        }),
        Spatial::Hoa(hoa) => {
            row(ui, "Order", |ui| drop(ui.label(format!("{}, {} components", hoa.order, hoa.channels()))));
            row(ui, "Scaling", |ui| {
                let combo =
                    ComboBox::from_id_salt("hoa").selected_text(hoa.normalization.name()).width(110.0);
                let shown = combo.show_ui(ui, |ui| {
                    for (normalization, name) in Normalization::NAMES {
                        if ui.selectable_label(hoa.normalization == normalization, name).clicked() {
                            let mut hoa = hoa.clone();
                            hoa.normalization = normalization;
                            set(app, Spatial::Hoa(hoa));
                        }
                    }
                });
                shown.response.accessible_name("Scaling of the components");
            });
            row(ui, "Screen", |ui| {
                let mut screen_ref = hoa.screen_ref;
                if ui.checkbox(&mut screen_ref, "follows the screen").changed() {
                    set(app, Spatial::Hoa(formats::scene::Hoa { screen_ref, ..hoa.clone() }));
                }
            });
        }
    }
}
