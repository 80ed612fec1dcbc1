//! The ruler: times, markers, the loop; a press on it goes there.

use egui::{CornerRadius, Rect, Sense, Stroke, Ui};
use formats::scene::Scene;

use super::Axis;
use crate::app::App;
use crate::transport::{frame_seconds, text_of};

/// Seconds that marks may be apart.
const STEPS: [f64; 16] =
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0];
/// Points that marks are apart at least.
const APART: f64 = 84.0;

pub(super) fn show(app: &mut App, ui: &mut Ui, axis: &Axis, rect: Rect) {
    let palette = app.theme.palette();
    let response = ui.interact(rect, ui.scope_id().with("ruler"), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ScrollBar, true, "Ruler"));
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on()) {
        let seconds = axis.seconds(at.x);
        let is_range = ui.input(|input| input.modifiers.shift);
        match ui.input(|input| input.pointer.press_origin()).filter(|_| is_range) {
            // With Shift, the loop is drawn.
            Some(origin) => {
                let from = axis.seconds(origin.x).max(0.0);
                let (start, end) = (from.min(seconds), from.max(seconds));
                app.transport.range = Some(start.max(0.0)..end.min(app.document.seconds()));
                app.transport.is_looping = end - start > 0.01;
            }
            None => app.seek(seconds),
        }
    }
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, palette.well);
    if let Some(range) = &app.transport.range {
        let bounds =
            Rect::from_x_y_ranges(axis.x(range.start)..=axis.x(range.end), rect.min.y..=rect.min.y + 5.0);
        let colour = if app.transport.is_looping { palette.accent } else { palette.line };
        painter.rect_filled(bounds, CornerRadius::same(2), colour);
    }
    let step = STEPS.into_iter().find(|step| step * axis.scale >= APART).unwrap_or(7200.0);
    let scene = app.document.scene();
    let last = axis.seconds(rect.max.x);
    let mut at = (axis.start / step).floor() * step;
    while at <= last {
        let x = axis.x(at);
        painter.vline(x, rect.min.y + 8.0..=rect.max.y, Stroke::new(1.0, palette.line));
        let text = short(scene, at, step);
        crate::panels::transport::mark(&painter, egui::pos2(x + 3.0, rect.min.y + 8.0), text, palette.dim);
        at += step;
    }
    for marker in &scene.markers {
        let x = axis.x(marker.time.seconds_f64());
        let corners =
            [(0.0, 0.0), (7.0, 3.5), (0.0, 7.0)].map(|(dx, dy)| egui::pos2(x + dx, rect.min.y + 1.0 + dy));
        painter.add(egui::Shape::convex_polygon(corners.to_vec(), palette.verdicts[1], Stroke::NONE));
        painter.vline(x, rect.min.y + 1.0..=rect.max.y, Stroke::new(1.0, palette.verdicts[1]));
        let place = egui::pos2(x + 9.0, rect.min.y - 1.0);
        crate::panels::transport::mark(&painter, place, marker.name.clone(), palette.verdicts[1]);
    }
}

/// A time without what all marks have in common.
fn short(scene: &Scene, seconds: f64, step: f64) -> String {
    let seconds = seconds.max(0.0) + frame_seconds(scene) * 1e-3;
    if scene.picture.is_some() {
        return text_of(scene, seconds);
    }
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if step < 1.0 {
        format!("{minutes:.0}:{rest:04.1}")
    } else {
        format!("{minutes:.0}:{:02.0}", rest.floor())
    }
}
