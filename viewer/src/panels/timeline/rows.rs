//! A track over time: its clips with their waveforms and fades, which can be moved.

use egui::{Color32, CornerRadius, FontId, Mesh, Rect, Sense, Stroke, StrokeKind, Ui, Vec2};
use formats::scene::{self, Clip, Role};

use super::{Axis, NAMES, fades};
use crate::app::App;
use crate::edit::track_edit;
use crate::panels::objects::badge;
use crate::panels::waveforms::Peaks;
use crate::theme::role_colour;
use crate::transport::time_at;

/// A clip that the pointer holds: which, and when it began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ClipHold {
    track: usize,
    clip: usize,
    start: f64,
}

pub(super) fn show(app: &mut App, ui: &mut Ui, axis: &Axis, index: usize, rect: Rect) {
    let palette = app.theme.palette();
    let Some(track) = app.document.scene().tracks.get(index) else { return };
    let is_selected = app.document.selection.contains(index);
    let is_heard = app.document.scene().is_heard(track);
    // Without its curves, which may be long.
    let (name_of, role, clips) = (track.name.clone(), track.role.clone(), track.clips.clone());
    let name = Rect::from_min_max(rect.min, egui::pos2(rect.min.x + NAMES - 4.0, rect.max.y));
    let response = ui.interact(name, ui.scope_id().with(("row", index)), Sense::click());
    let label = format!("{name_of} in the timeline");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Row, true, is_selected, label.as_str()));
    if response.clicked() {
        if ui.input(|input| input.modifiers.command) {
            app.document.selection.toggle(index);
        } else {
            app.document.selection.set(index);
        }
    }
    let fill =
        if is_selected { palette.accent.gamma_multiply(0.18) } else { palette.field.gamma_multiply(0.5) };
    ui.painter().rect_filled(name, CornerRadius::same(3), fill);
    badge(ui, Rect::from_min_size(name.min + Vec2::new(4.0, 8.0), Vec2::new(22.0, 14.0)), &role, is_heard);
    let colour = if is_heard { palette.text } else { palette.dim };
    let painter = ui.painter_at(name);
    painter.text(
        egui::pos2(name.min.x + 31.0, name.center().y),
        egui::Align2::LEFT_CENTER,
        &name_of,
        FontId::proportional(12.0),
        colour,
    );
    let area =
        Rect::from_min_max(egui::pos2(axis.area.min.x, rect.min.y), egui::pos2(axis.area.max.x, rect.max.y));
    ui.painter().rect_filled(area, 0.0, palette.well.gamma_multiply(0.7));
    for (number, clip) in clips.iter().enumerate() {
        let of = Of { name: &name_of, role: &role, is_heard };
        draw_clip(app, ui, axis, (index, number), (of, clip), area);
    }
}

/// The track that a clip belongs to.
#[derive(Clone, Copy)]
struct Of<'a> {
    name: &'a str,
    role: &'a Role,
    is_heard: bool,
}

fn draw_clip(
    app: &mut App,
    ui: &mut Ui,
    axis: &Axis,
    (index, number): (usize, usize),
    (track, clip): (Of<'_>, &Clip),
    area: Rect,
) {
    let palette = app.theme.palette();
    let start = clip.start.seconds_f64();
    let is_known = app.document.stems.info(&clip.file).is_some();
    let length = match app.document.stems.seconds_of(clip) {
        // How long it would be is not known.
        length if length == 0.0 && !is_known => (app.document.seconds() - start).max(1.0),
        length => length,
    };
    let bounds = Rect::from_x_y_ranges(
        axis.x(start)..=axis.x(start + length).max(axis.x(start) + 3.0),
        area.y_range(),
    );
    let seen = bounds.intersect(area);
    if !seen.is_positive() {
        return;
    }
    let response = ui.interact(seen, ui.scope_id().with(("clip", index, number)), Sense::click_and_drag());
    let name = format!("Clip {} of {}", number + 1, track.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name.as_str()));
    if response.clicked() || response.drag_started() {
        app.document.selection.set(index);
    }
    if response.drag_started() {
        app.document.seal();
        app.panels.timeline.hold = Some(ClipHold { track: index, clip: number, start });
    }
    if response.dragged()
        && let (Some(hold), Some(moved)) = (app.panels.timeline.hold, response.total_drag_delta())
        && (hold.track, hold.clip) == (index, number)
    {
        let to = time_at((hold.start + f64::from(moved.x) / axis.scale).max(0.0));
        let edit = track_edit(app.document.scene(), index, |track| {
            if let Some(clip) = track.clips.get_mut(number) {
                clip.start = to;
            }
        });
        app.document.edit("Move a clip", edit.into_iter().collect());
    }
    if response.drag_stopped() {
        app.panels.timeline.hold = None;
    }
    let is_shown = response.hovered() || app.document.selection.contains(index);
    response.context_menu(|ui| fades::menu(app, ui, (index, number), clip, length));
    let colour = match (is_known, track.is_heard) {
        (false, _) => palette.verdicts[2],
        (_, true) => role_colour(track.role),
        (_, false) => palette.dim.gamma_multiply(0.6),
    };
    let painter = ui.painter_at(seen);
    let inner = bounds.shrink2(Vec2::new(0.0, 1.0));
    painter.rect_filled(inner, CornerRadius::same(3), colour.gamma_multiply(0.2));
    let path = scene::resolve(app.document.folder(), &clip.file);
    let waits = app.settings.is_still;
    if let Some(peaks) = app.panels.waveforms.get(&path, ui.ctx(), waits).filter(|_| is_known) {
        waveform(&painter, axis, (inner, seen), clip, length, (&peaks, colour));
    }
    fades::draw(&painter, axis, inner, clip, length, palette);
    let edge = if app.document.selection.contains(index) { colour } else { colour.gamma_multiply(0.5) };
    painter.rect_stroke(inner, CornerRadius::same(3), Stroke::new(1.0, edge), StrokeKind::Inside);
    if !is_known {
        let text = format!("{} is not there", clip.file);
        painter.text(
            inner.left_center() + Vec2::new(6.0, 0.0),
            egui::Align2::LEFT_CENTER,
            text,
            FontId::proportional(11.0),
            palette.verdicts[2],
        );
    }
    let names = (track.name, clip);
    fades::handles(app, ui, axis, (index, number), names, (inner, seen), (length, is_shown));
}

/// One column of the picture for each point of the screen, as one mesh.
fn waveform(
    painter: &egui::Painter,
    axis: &Axis,
    (bounds, seen): (Rect, Rect),
    clip: &Clip,
    length: f64,
    (peaks, colour): (&Peaks, Color32),
) {
    let gain = 10_f64.powf(clip.gain_db / 20.0) as f32;
    let (start, trim) = (clip.start.seconds_f64(), clip.trim_start.seconds_f64());
    let half = bounds.height() / 2.0 - 2.0;
    let middle = bounds.center().y;
    let mut mesh = Mesh::default();
    let mut x = seen.min.x.max(bounds.min.x).floor();
    while x < seen.max.x.min(bounds.max.x) {
        let (from, to) = (axis.seconds(x) - start, axis.seconds(x + 1.0) - start);
        let middle_of = (from + to) / 2.0;
        let fade = fades::faded(clip, length, middle_of) as f32;
        // Quiet sounds are seen too: the height follows the square root.
        let scaled = |peak: f32| (peak.abs() * gain * fade).min(1.0).sqrt();
        let [low, high] = peaks.between(trim + from, trim + to);
        let (up, down) = ((scaled(high) * half).max(0.5), (scaled(low) * half).max(0.5));
        let column = Rect::from_min_max(egui::pos2(x, middle - up), egui::pos2(x + 1.0, middle + down));
        mesh.add_colored_rect(column, colour.gamma_multiply(0.85));
        x += 1.0;
    }
    painter.add(mesh);
}
