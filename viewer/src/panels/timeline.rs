//! Time from left to right: a ruler with markers and the loop, a row for each track with its clips, and the curves of the
//! selected one.

mod fades;
mod markers;
mod rows;
mod ruler;

use egui::{Rect, ScrollArea, Sense, Ui, Vec2};
use formats::scene::ObjectParameter;

use super::lane::{self, KeyHold};
use crate::app::App;

/// Width of the names at the left, points.
const NAMES: f32 = 150.0;
/// Height of the ruler.
const RULER: f32 = 36.0;
/// Height of a track, and of a curve below it.
const TRACK: f32 = 30.0;
const LANE: f32 = 58.0;
/// Least and most points of a second.
const SCALES: std::ops::RangeInclusive<f64> = 0.01..=4000.0;
/// Part of a scene's length that is seen after its end.
const AFTER: f64 = 1.02;

/// What the timeline remembers.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// Seconds at its left edge.
    pub start: f64,
    /// Points of a second; fits the scene when absent.
    pub scale: Option<f64>,
    /// The keys that the pointer holds, or that are selected.
    pub keys: KeyHold,
    /// Curves that are shown although they have no keys yet.
    pub shown: Vec<ObjectParameter>,
    /// The clip that the pointer holds.
    hold: Option<rows::ClipHold>,
    /// The marker that is moved or renamed.
    marker: Option<markers::MarkerHold>,
    /// The track that was brought into view last.
    brought: Option<usize>,
    /// The loop, as it was when the pointer took hold of it.
    held_loop: Option<std::ops::Range<f64>>,
    /// Seconds of the fade that is held, as they were.
    held_fade: Option<f64>,
}

/// From seconds to points, and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    /// Where time is.
    pub(super) area: Rect,
    /// Seconds at its left edge.
    pub(super) start: f64,
    /// Points of a second.
    pub(super) scale: f64,
}

impl Axis {
    /// Where a time is.
    pub(super) fn x(&self, seconds: f64) -> f32 {
        self.area.min.x + ((seconds - self.start) * self.scale) as f32
    }

    /// When a place is.
    pub(super) fn seconds(&self, x: f32) -> f64 {
        self.start + f64::from(x - self.area.min.x) / self.scale
    }
}

/// Shows it.
pub fn show(app: &mut App, ui: &mut Ui) {
    let whole = ui.available_rect_before_wrap();
    let area = Rect::from_min_max(whole.min + Vec2::new(NAMES, 0.0), whole.max);
    if area.width() < 40.0 || area.height() < 30.0 {
        return;
    }
    let length = app.document.seconds();
    let fitting = f64::from(area.width()) / (length * AFTER);
    let scale = app.panels.timeline.scale.unwrap_or(fitting).clamp(*SCALES.start(), *SCALES.end());
    let mut axis = Axis { area, start: app.panels.timeline.start, scale };
    zoom(app, ui, &mut axis, fitting, length);
    let (ruler, _) = ui.allocate_exact_size(Vec2::new(whole.width(), RULER), Sense::hover());
    let ruler = Rect::from_min_max(egui::pos2(area.min.x, ruler.min.y), egui::pos2(area.max.x, ruler.max.y));
    ruler::show(app, ui, &axis, ruler);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing = Vec2::new(0.0, 1.0);
        for index in 0..app.document.scene().tracks.len() {
            let (rect, _) = ui.allocate_exact_size(Vec2::new(whole.width(), TRACK), Sense::hover());
            if ui.is_rect_visible(rect) {
                rows::show(app, ui, &axis, index, rect);
            }
            if app.document.selection.lead() == Some(index) {
                let is_new = app.panels.timeline.brought != Some(index);
                lane::show_all(app, ui, &axis, index, (NAMES, LANE));
                if is_new {
                    app.panels.timeline.brought = Some(index);
                    app.panels.timeline.keys.chosen = None;
                    let own = rect.union(Rect::from_min_size(rect.min, Vec2::new(1.0, TRACK + 2.0 * LANE)));
                    // What is seen stays where it is: the pointer is on it.
                    let seen = ui.clip_rect().y_range();
                    if !seen.contains(rect.min.y) || !seen.contains(rect.max.y) {
                        ui.scroll_to_rect(own, None);
                    }
                }
            }
        }
        ui.add_space(6.0);
    });
    let bottom = ui.clip_rect().max.y;
    let painter = ui
        .painter_at(Rect::from_min_max(egui::pos2(area.min.x, ruler.min.y), egui::pos2(area.max.x, bottom)));
    let palette = app.theme.palette();
    if let Some(end) = app.document.scene().length.map(|length| axis.x(length.seconds_f64())) {
        let after =
            Rect::from_min_max(egui::pos2(end.max(area.min.x), ruler.max.y), egui::pos2(area.max.x, bottom));
        painter.rect_filled(after, 0.0, palette.panel.gamma_multiply(0.6));
        painter.vline(end, ruler.min.y..=bottom, egui::Stroke::new(1.0, palette.dim));
    }
    let x = axis.x(app.transport.seconds);
    painter.vline(x, ruler.max.y - 6.0..=bottom, egui::Stroke::new(1.4, palette.accent));
    let head = [(-5.0, -13.0), (5.0, -13.0), (5.0, -7.0), (0.0, -1.0), (-5.0, -7.0)];
    let head = head.map(|(dx, dy)| egui::pos2(x + dx, ruler.max.y + dy)).to_vec();
    painter.add(egui::Shape::convex_polygon(head, palette.accent, egui::Stroke::NONE));
}

/// The wheel with Ctrl, or two fingers, zooms about the pointer; the wheel with Shift, or sideways, moves.
fn zoom(app: &mut App, ui: &Ui, axis: &mut Axis, fitting: f64, length: f64) {
    let Some(pointer) = ui.input(|input| input.pointer.hover_pos()).filter(|at| axis.area.contains(*at))
    else {
        return;
    };
    let (factor, scroll, shift) =
        ui.input(|input| (f64::from(input.zoom_delta()), input.smooth_scroll_delta(), input.modifiers.shift));
    let along = f64::from(if shift && scroll.x == 0.0 { scroll.y } else { scroll.x });
    let at = axis.seconds(pointer.x);
    if (factor - 1.0).abs() > 1e-4 {
        axis.scale = (axis.scale * factor).clamp(fitting.max(*SCALES.start()), *SCALES.end());
        axis.start = at - f64::from(pointer.x - axis.area.min.x) / axis.scale;
    }
    axis.start -= along / axis.scale;
    let seen = f64::from(axis.area.width()) / axis.scale;
    axis.start = axis.start.clamp(0.0, (length * AFTER - seen).max(0.0));
    let timeline = &mut app.panels.timeline;
    timeline.start = axis.start;
    timeline.scale = (axis.scale > fitting * 1.001).then_some(axis.scale);
}
