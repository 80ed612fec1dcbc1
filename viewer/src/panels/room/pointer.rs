//! The pointer in the room: it takes hold of objects, arrows, the view, or draws a box.

use egui::{CursorIcon, Pos2, Rect, Response, Stroke, StrokeKind, Ui, Vec2};

use crate::app::App;
use crate::view3d::objects::{Glyph, Part};
use crate::view3d::picking::{self, Drag, Rail, SNAP};
use crate::view3d::{Point, gizmo};

/// What the pointer holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Hold {
    /// Objects: the one that was taken, and where all of them were.
    Objects { drag: Drag, lead: usize, places: Vec<(usize, Point)> },
    /// The view, to turn it.
    View,
    /// The view, to move it.
    Pan,
    /// A box from here to there, in points of the room.
    Box { from: [f32; 2], to: [f32; 2], before: Vec<usize> },
}

/// How much nearer one step of the wheel is.
const WHEEL: f32 = 0.0016;

/// The axis whose arrow is held or under the pointer.
pub(super) fn hot_axis(app: &App) -> Option<usize> {
    match &app.room.hold {
        Some(Hold::Objects { drag: Drag { rail: Rail::Axis(axis), .. }, .. }) => Some(*axis),
        _ => None,
    }
}

/// Does what the pointer asks for.
pub(super) fn take(app: &mut App, ui: &Ui, response: &Response, all: &[Glyph]) {
    let corner = app.room.rect.min;
    let at = |position: Pos2| [position.x - corner.x, position.y - corner.y];
    let origin = ui.input(|input| input.pointer.press_origin()).map(at);
    let here = response.hover_pos().or(response.interact_pointer_pos()).map(at);
    let lens = app.room.lens();
    if let Some(here) = here.filter(|_| app.room.hold.is_none()) {
        let hovered = picking::object_at(all, &lens, here);
        app.room.hovered = app.room.hovered.or(hovered);
        let on_arrow =
            super::led(app, all).is_some_and(|place| gizmo::axis_at(&place, &lens, here).is_some());
        if hovered.is_some() || on_arrow {
            ui.ctx().set_cursor_icon(CursorIcon::Grab);
        }
    }
    if response.drag_started() {
        if !app.is_writing() {
            app.document.seal();
        }
        app.room.hold = origin.and_then(|origin| start(app, ui, response, all, origin));
    }
    if response.dragged()
        && let Some(here) = response.interact_pointer_pos().map(at)
    {
        go_on(app, ui, response, here);
    }
    let gives_up = ui.input(|input| input.key_pressed(egui::Key::Escape));
    if gives_up && let Some(Hold::Objects { places, .. }) = app.room.hold.take() {
        app.move_to(App::BY_HAND, &places);
    }
    if response.drag_stopped() {
        app.room.hold = None;
        app.let_go();
    }
    if response.clicked()
        && let Some(here) = here
    {
        click(app, ui, picking::object_at(all, &lens, here));
    }
    let scroll = if response.hovered() { ui.input(|input| input.smooth_scroll_delta().y) } else { 0.0 };
    let pinch = if response.hovered() { ui.input(egui::InputState::zoom_delta) } else { 1.0 };
    let factor = (scroll * WHEEL).exp() * pinch;
    if (factor - 1.0).abs() > 1e-4 {
        app.room.camera.zoom(factor);
        app.room.view = None;
    }
}

fn start(app: &mut App, ui: &Ui, response: &Response, all: &[Glyph], at: [f32; 2]) -> Option<Hold> {
    use egui::PointerButton::{Middle, Secondary};
    if response.dragged_by(Middle) || response.dragged_by(Secondary) {
        return Some(Hold::Pan);
    }
    let lens = app.room.lens();
    let held = ui.input(|input| input.modifiers);
    if let (Some(place), Some(lead)) = (super::led(app, all), app.document.selection.lead())
        && let Some(axis) = gizmo::axis_at(&place, &lens, at)
    {
        let drag = Drag { pointer: at, place, rail: Rail::Axis(axis) };
        return Some(Hold::Objects { drag, lead, places: selected_places(app, all) });
    }
    let Some(track) = picking::object_at(all, &lens, at) else {
        let before = app.document.selection.iter().collect();
        return Some(if held.shift { Hold::Box { from: at, to: at, before } } else { Hold::View });
    };
    if !app.document.selection.contains(track) {
        if held.shift { app.document.selection.extend([track]) } else { app.document.selection.set(track) }
    }
    let place = all.iter().find(|glyph| glyph.track == track && glyph.part == Part::Object)?.place;
    let rail = if held.alt { Rail::Height } else { Rail::Floor };
    let drag = Drag { pointer: at, place, rail };
    Some(Hold::Objects { drag, lead: track, places: selected_places(app, all) })
}

fn selected_places(app: &App, all: &[Glyph]) -> Vec<(usize, Point)> {
    let is_selected =
        |glyph: &&Glyph| glyph.part == Part::Object && app.document.selection.contains(glyph.track);
    all.iter().filter(is_selected).map(|glyph| (glyph.track, glyph.place)).collect()
}

fn go_on(app: &mut App, ui: &Ui, response: &Response, here: [f32; 2]) {
    let moved = response.drag_delta();
    let Some(mut hold) = app.room.hold.take() else { return };
    match &mut hold {
        Hold::View => {
            app.room.camera.turn(moved.x, moved.y);
            app.room.view = None;
        }
        Hold::Pan => {
            app.room.camera.pan(moved.x, moved.y, app.room.rect.height());
            app.room.view = None;
        }
        Hold::Box { from, to, before } => {
            *to = here;
            let all =
                crate::view3d::objects::glyphs(app.document.scene(), app.space(), app.transport.seconds);
            let inside = picking::objects_in(&all, &app.room.lens(), *from, *to);
            app.document.selection.set_all(before.iter().copied().chain(inside));
        }
        Hold::Objects { drag, lead, places } => {
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            let held = ui.input(|input| input.modifiers);
            if !matches!(drag.rail, Rail::Axis(_)) {
                // The modifier may be pressed while it goes on: from here on, then, and along the other way.
                let rail = if held.alt { Rail::Height } else { Rail::Floor };
                if rail != drag.rail {
                    let space = app.space();
                    let now =
                        crate::view3d::objects::glyphs(app.document.scene(), space, app.transport.seconds);
                    *places = selected_places(app, &now);
                    let place = places
                        .iter()
                        .find(|(track, _)| track == lead)
                        .map_or(drag.place, |(_, place)| *place);
                    *drag = Drag { pointer: here, place, rail };
                }
            }
            if let Some(mut to) = drag.to(&app.room.lens(), here) {
                if held.command {
                    let loudspeakers = app.space().loudspeakers(&app.room.layout.without_lfe());
                    to = picking::snapped(&to, &loudspeakers, SNAP).unwrap_or(to);
                }
                let by = picking::allowed(app.space(), &to) - drag.place;
                let places: Vec<(usize, Point)> =
                    places.iter().map(|(track, place)| (*track, place + by)).collect();
                app.move_to(App::BY_HAND, &places);
            }
        }
    }
    app.room.hold = Some(hold);
}

fn click(app: &mut App, ui: &Ui, track: Option<usize>) {
    let held = ui.input(|input| input.modifiers);
    let selection = &mut app.document.selection;
    match track {
        Some(track) if held.command || held.shift => selection.toggle(track),
        Some(track) => selection.set(track),
        None if !held.shift => selection.clear(),
        None => {}
    }
}

/// Draws what the pointer does: the box.
pub(super) fn draw(app: &App, ui: &Ui) {
    let palette = app.theme.palette();
    if let Some(Hold::Box { from, to, .. }) = &app.room.hold {
        let at = |[x, y]: [f32; 2]| app.room.rect.min + Vec2::new(x, y);
        let bounds = Rect::from_two_pos(at(*from), at(*to));
        let painter = ui.painter_at(app.room.rect);
        painter.rect_filled(bounds, 0.0, palette.accent.gamma_multiply(0.12));
        painter.rect_stroke(bounds, 0.0, Stroke::new(1.0, palette.accent), StrokeKind::Inside);
    }
}
