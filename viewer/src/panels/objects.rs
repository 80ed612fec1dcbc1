//! The list of all tracks: found by name, grouped by role, muted and soloed.

use std::collections::BTreeMap;

use egui::{
    Align, Button, Color32, CornerRadius, Layout, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, Vec2,
};
use formats::scene::{Role, Spatial, Track};

use crate::app::App;
use crate::edit::track_edit;
use crate::theme::{role_colour, role_letters, role_name};

/// What the list remembers.
#[derive(Clone, Debug, Default)]
pub struct ObjectList {
    /// What is searched for.
    pub search: String,
    /// Track by track, and not role by role.
    pub is_flat: bool,
}

/// Height of a row, points.
const ROW: f32 = 23.0;

/// Shows the list.
pub fn show(app: &mut App, ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.heading("Sounds");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let is_flat = &mut app.panels.objects.is_flat;
            if ui.selectable_label(!*is_flat, "by role").clicked() {
                *is_flat = !*is_flat;
            }
        });
    });
    let search =
        TextEdit::singleline(&mut app.panels.objects.search).hint_text("Search").desired_width(f32::INFINITY);
    ui.add(search).accessible_name("Search sounds");
    ui.add_space(2.0);
    let wanted = app.panels.objects.search.trim().to_lowercase();
    let matches = |track: &Track| {
        let role = role_name(&track.role).to_lowercase();
        wanted.is_empty() || track.name.to_lowercase().contains(&wanted) || role.contains(&wanted)
    };
    let tracks = &app.document.scene().tracks;
    let found: Vec<usize> = (0..tracks.len()).filter(|index| matches(&tracks[*index])).collect();
    if found.is_empty() {
        ui.add_space(12.0);
        let text = if tracks.is_empty() {
            "Drop sounds here, or add them with Ctrl+I"
        } else {
            "Nothing of that name"
        };
        ui.weak(text);
        return;
    }
    let mut groups: BTreeMap<Option<usize>, (Role, Vec<usize>)> = BTreeMap::new();
    for index in found {
        let role = &tracks[index].role;
        let known = Role::KNOWN.iter().position(|(known, _)| known == role).unwrap_or(Role::KNOWN.len());
        let group = (!app.panels.objects.is_flat).then_some(known);
        groups.entry(group).or_insert_with(|| (role.clone(), Vec::new())).1.push(index);
    }
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (group, (role, tracks)) in groups {
            if group.is_some() {
                let title = if matches!(role, Role::Own(_)) { "Other" } else { role_name(&role) };
                super::section(ui, &format!("{title}  {}", tracks.len()));
            }
            for index in tracks {
                row(app, ui, index);
            }
        }
        ui.add_space(8.0);
    });
}

fn row(app: &mut App, ui: &mut Ui, index: usize) {
    let palette = app.theme.palette();
    let Some(track) = app.document.scene().tracks.get(index) else { return };
    let is_selected = app.document.selection.contains(index);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, is_selected, track.name.as_str())
    });
    if !ui.is_rect_visible(rect) {
        return;
    }
    let is_heard = app.document.scene().is_heard(track);
    let fill = match (is_selected, response.hovered()) {
        (true, _) => palette.accent.gamma_multiply(0.22),
        (false, true) => palette.field,
        _ => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(4), fill);
    badge(
        ui,
        Rect::from_min_size(rect.min + Vec2::new(4.0, 4.0), Vec2::new(24.0, ROW - 8.0)),
        &track.role,
        is_heard,
    );
    let switches =
        Rect::from_min_max(egui::pos2(rect.max.x - 50.0, rect.min.y + 2.0), rect.max - Vec2::new(2.0, 2.0));
    let name =
        Rect::from_min_max(rect.min + Vec2::new(34.0, 0.0), egui::pos2(switches.min.x - 4.0, rect.max.y));
    let colour = if is_heard { palette.text } else { palette.dim };
    let text = ui.painter().layout_no_wrap(track.name.clone(), egui::FontId::proportional(13.0), colour);
    let at = egui::pos2(name.min.x, name.center().y - text.size().y / 2.0);
    let kind = match &track.spatial {
        Spatial::Object(_) => None,
        Spatial::Bed(bed) => Some(bed.layout.everyday_name().to_owned()),
        Spatial::Loudspeakers(own) => Some(format!("{} ch", own.channels.len())),
        Spatial::Hoa(hoa) => Some(format!("HOA {}", hoa.order)),
        Spatial::Binaural(_) => Some("binaural".to_owned()),
    };
    let after = at.x + text.size().x + 7.0;
    ui.painter().with_clip_rect(name).galley(at, text, colour);
    if let Some(kind) = kind {
        let font = egui::FontId::proportional(10.5);
        let position = egui::pos2(after, name.center().y);
        ui.painter().with_clip_rect(name).text(position, egui::Align2::LEFT_CENTER, kind, font, palette.dim);
    }
    let mut inner =
        ui.new_child(egui::UiBuilder::new().max_rect(switches).layout(Layout::right_to_left(Align::Center)));
    inner.spacing_mut().item_spacing.x = 3.0;
    inner.spacing_mut().button_padding = Vec2::new(0.0, 0.0);
    let solo = switch(&mut inner, "S", track.solo, palette.verdicts[1], &format!("Solo {}", track.name));
    let mute = switch(&mut inner, "M", track.mute, palette.verdicts[2], &format!("Mute {}", track.name));
    let scene = app.document.scene();
    let is_hovered = response.hovered();
    let edit = match (mute, solo) {
        (true, _) => Some(("Mute", track_edit(scene, index, |track| track.mute = !track.mute))),
        (_, true) => Some(("Solo", track_edit(scene, index, |track| track.solo = !track.solo))),
        _ => None,
    };
    if let Some((name, edit)) = edit {
        app.document.edit(name, edit.into_iter().collect());
    } else if response.clicked() {
        choose(app, ui, index);
    }
    if is_hovered {
        app.room.hovered = Some(index);
    }
}

/// Selects a track: with Ctrl too or no more, with Shift all from the last one to it.
fn choose(app: &mut App, ui: &Ui, index: usize) {
    let held = ui.input(|input| input.modifiers);
    app.panels.timeline.keys.chosen = None;
    let selection = &mut app.document.selection;
    match selection.lead() {
        _ if held.command => selection.toggle(index),
        Some(lead) if held.shift => selection.extend(lead.min(index)..=lead.max(index)),
        _ => selection.set(index),
    }
}

/// The colour of a role, with its letters.
pub(crate) fn badge(ui: &Ui, rect: Rect, role: &Role, is_heard: bool) {
    let colour = role_colour(role).gamma_multiply(if is_heard { 1.0 } else { 0.35 });
    ui.painter().rect_filled(rect, CornerRadius::same(3), colour);
    let dark = Color32::from_rgb(0x12, 0x14, 0x18);
    let font = egui::FontId::proportional(10.5);
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, role_letters(role), font, dark);
}

/// A small button that is on or off; gives whether it was pressed.
pub(crate) fn switch(ui: &mut Ui, letter: &str, is_on: bool, colour: Color32, name: &str) -> bool {
    let palette = crate::theme::Theme::of(ui).palette();
    let is_dark = colour.intensity() < 0.4;
    let ink = if is_dark { Color32::WHITE } else { Color32::from_rgb(0x12, 0x14, 0x18) };
    let (fill, text) = if is_on { (colour, ink) } else { (palette.field, palette.dim) };
    let button =
        Button::new(RichText::new(letter).size(11.0).color(text)).fill(fill).min_size(Vec2::new(20.0, 18.0));
    let response = ui.add(button.selected(is_on).fill(fill));
    response.on_hover_text(name).accessible_name(name).clicked()
}
