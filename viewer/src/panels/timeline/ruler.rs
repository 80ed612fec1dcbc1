//! The ruler: times, the loop with its ends, and a press that goes there.

use std::ops::Range;

use egui::{CornerRadius, CursorIcon, Rect, Response, Sense, Stroke, Ui};
use formats::scene::Scene;

use super::{Axis, markers};
use crate::app::App;
use crate::panels::transport::mark;
use crate::transport::{frame_seconds, text_of};

/// Seconds that marks may be apart.
const STEPS: [f64; 16] =
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0];
/// Points that marks are apart at least.
const APART: f64 = 84.0;
/// Height of the loop, at the top.
const LOOP: f32 = 8.0;
/// Points from the end of the loop that take hold of it.
const REACH: f32 = 5.0;
/// Shortest loop, seconds.
const SHORTEST: f64 = 0.01;
/// Points within which ends go to markers and to the playhead.
const SNAP: f64 = 5.0;

/// What of the loop is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Start,
    End,
}

pub(super) fn show(app: &mut App, ui: &mut Ui, axis: &Axis, rect: Rect) {
    let palette = app.theme.palette();
    let response = ui.interact(rect, ui.scope_id().with("ruler"), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ScrollBar, true, "Ruler"));
    press(app, ui, axis, &response);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, palette.well);
    let step = STEPS.into_iter().find(|step| step * axis.scale >= APART).unwrap_or(7200.0);
    let last = axis.seconds(rect.max.x);
    let mut at = (axis.start / step).floor() * step;
    while at <= last {
        let x = axis.x(at);
        painter.vline(x, rect.max.y - 14.0..=rect.max.y, Stroke::new(1.0, palette.line));
        let text = short(app.document.scene(), at, step);
        mark(&painter, egui::pos2(x + 3.0, rect.max.y - 14.0), text, palette.dim);
        at += step;
    }
    markers::show(app, ui, axis, rect);
    loop_range(app, ui, axis, rect);
}

/// A press goes to a time, or with Shift draws the loop. What a drag goes over is heard.
fn press(app: &mut App, ui: &Ui, axis: &Axis, response: &Response) {
    // A click may begin and end within one frame.
    let is_pressed = response.is_pointer_button_down_on() || response.clicked();
    let Some(at) = response.interact_pointer_pos().filter(|_| is_pressed) else {
        return;
    };
    let seconds = axis.seconds(at.x);
    let is_range = ui.input(|input| input.modifiers.shift);
    match ui.input(|input| input.pointer.press_origin()).filter(|_| is_range) {
        Some(origin) => {
            let from = axis.seconds(origin.x).max(0.0);
            let (start, end) = (from.min(seconds), from.max(seconds));
            app.transport.range = Some(start.max(0.0)..end.min(app.document.seconds()));
            app.transport.is_looping = end - start > SHORTEST;
        }
        None => {
            let is_silent = !app.connection.is_open() && !app.document.scene().tracks.is_empty();
            if response.drag_started() && is_silent {
                app.open_engine();
            }
            app.seek(seconds);
        }
    }
}

/// The loop: a bar that can be moved, with ends that can be.
fn loop_range(app: &mut App, ui: &Ui, axis: &Axis, rect: Rect) {
    let Some(range) = app.transport.range.clone() else { return };
    let palette = app.theme.palette();
    let y = rect.min.y..=rect.min.y + LOOP;
    let bar = Rect::from_x_y_ranges(axis.x(range.start)..=axis.x(range.end), y.clone());
    let end = |x: f32| Rect::from_x_y_ranges(x - REACH..=x + REACH, rect.min.y..=rect.min.y + LOOP + 3.0);
    let parts = [
        (Part::Whole, bar, "Loop range"),
        (Part::Start, end(bar.min.x), "Loop start"),
        (Part::End, end(bar.max.x), "Loop end"),
    ];
    for (part, place, name) in parts {
        let seen = place.intersect(rect);
        if !seen.is_positive() {
            continue;
        }
        let response = ui.interact(seen, ui.scope_id().with(name), Sense::drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, name));
        if response.hovered() || response.dragged() {
            let whole = part == Part::Whole;
            ui.ctx().set_cursor_icon(if whole { CursorIcon::Grab } else { CursorIcon::ResizeHorizontal });
        }
        if response.drag_started() {
            app.panels.timeline.held_loop = Some(range.clone());
        }
        if response.dragged()
            && let (Some(held), Some(moved)) =
                (app.panels.timeline.held_loop.clone(), response.total_drag_delta())
        {
            let by = f64::from(moved.x) / axis.scale;
            app.transport.range = Some(moved_range(app, axis, &held, part, by));
        }
        if response.drag_stopped() {
            app.panels.timeline.held_loop = None;
        }
    }
    let painter = ui.painter_at(rect);
    let colour = if app.transport.is_looping { palette.accent } else { palette.dim.gamma_multiply(0.6) };
    painter.rect_filled(bar.shrink2(egui::vec2(0.0, 2.0)), CornerRadius::same(2), colour);
    for x in [bar.min.x, bar.max.x] {
        let handle = Rect::from_x_y_ranges(x - 2.0..=x + 2.0, y.clone());
        painter.rect_filled(handle, CornerRadius::same(1), colour);
    }
}

/// The loop with a part of it moved by so many seconds.
fn moved_range(app: &App, axis: &Axis, held: &Range<f64>, part: Part, by: f64) -> Range<f64> {
    let length = app.document.seconds();
    match part {
        Part::Whole => {
            let long = held.end - held.start;
            let start = snapped(app, axis, held.start + by).clamp(0.0, (length - long).max(0.0));
            start..start + long
        }
        Part::Start => {
            snapped(app, axis, held.start + by).clamp(0.0, (held.end - SHORTEST).max(0.0))..held.end
        }
        Part::End => {
            let least = held.start + SHORTEST;
            held.start..snapped(app, axis, held.end + by).clamp(least, length.max(least))
        }
    }
}

/// The time of a marker or of the playhead, where one is near.
fn snapped(app: &App, axis: &Axis, seconds: f64) -> f64 {
    let markers = app.document.scene().markers.iter().map(|marker| marker.time.seconds_f64());
    let near = |at: &f64| (at - seconds).abs() * axis.scale <= SNAP;
    let nearest = markers.chain([app.transport.seconds]).filter(near);
    nearest.min_by(|a, b| (a - seconds).abs().total_cmp(&(b - seconds).abs())).unwrap_or(seconds)
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
