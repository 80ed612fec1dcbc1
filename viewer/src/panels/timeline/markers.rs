//! Markers on the ruler: a click goes there, a drag moves, a double click renames, the right button takes out.

use egui::{FontId, Key, Rect, Sense, Stroke, TextEdit, Ui, Vec2};
use formats::scene::Marker;

use super::Axis;
use crate::app::App;
use crate::edit::Edit;
use crate::transport::time_at;

/// Distance of the flags from the top of the ruler, and their height.
const TOP: f32 = 9.0;
const FLAG: f32 = 12.0;
/// Characters of a name at most.
const LONGEST: usize = 120;

/// A marker that is moved or renamed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum MarkerHold {
    /// Which, when it was, points of a second then, and how long the scene was: that may change with the marker.
    Moved { index: usize, at: f64, scale: f64, length: f64 },
    /// Which, and its name as it is typed.
    Renamed(usize, String),
}

/// What is done to a marker.
enum Deed {
    Go,
    Move(f64),
    Rename(String),
    TakeOut,
}

pub(super) fn show(app: &mut App, ui: &mut Ui, axis: &Axis, rect: Rect) {
    let markers = app.document.scene().markers.clone();
    for (index, marker) in markers.iter().enumerate() {
        let is_renamed =
            matches!(&app.panels.timeline.marker, Some(MarkerHold::Renamed(which, _)) if *which == index);
        let deed = if is_renamed {
            rename(app, ui, axis, rect, marker)
        } else {
            flag(app, ui, axis, rect, (index, marker))
        };
        if let Some(deed) = deed {
            perform(app, &markers, index, deed);
        }
    }
}

/// Shows a marker, and takes what the pointer does to it.
fn flag(app: &mut App, ui: &Ui, axis: &Axis, rect: Rect, (index, marker): (usize, &Marker)) -> Option<Deed> {
    let colour = app.theme.palette().verdicts[1];
    let at = marker.time.seconds_f64();
    let painter = ui.painter_at(rect);
    let text = painter.layout_no_wrap(marker.name.clone(), FontId::proportional(10.0), colour);
    let corner = egui::pos2(axis.x(at), rect.min.y + TOP);
    let place = Rect::from_min_size(corner, Vec2::new(12.0 + text.size().x, FLAG)).intersect(rect);
    if !place.is_positive() {
        return None;
    }
    let tip = [(0.0, 2.0), (7.0, 5.5), (0.0, 9.0)].map(|(x, y)| corner + Vec2::new(x, y)).to_vec();
    painter.add(egui::Shape::convex_polygon(tip, colour, Stroke::NONE));
    painter.vline(corner.x, corner.y + 1.0..=rect.max.y, Stroke::new(1.0, colour));
    painter.galley(corner + Vec2::new(9.0, 0.0), text, colour);
    let response = ui.interact(place, ui.scope_id().with(("marker", index)), Sense::click_and_drag());
    let label = format!("Marker {}", marker.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, label.as_str()));
    if response.drag_started() {
        app.document.seal();
        let (scale, length) = (axis.scale, app.document.seconds());
        app.panels.timeline.marker = Some(MarkerHold::Moved { index, at, scale, length });
    }
    let mut deed = None;
    if let (Some(MarkerHold::Moved { index: which, at, scale, length }), Some(by)) =
        (&app.panels.timeline.marker, response.total_drag_delta())
        && *which == index
    {
        deed = Some(Deed::Move((at + f64::from(by.x) / scale).min(*length)));
    }
    if response.drag_stopped() {
        app.panels.timeline.marker = None;
        sort(app);
    }
    let mut renames = response.double_clicked();
    if response.clicked() {
        deed = Some(Deed::Go);
    }
    response.on_hover_text("Click: go there; double click: rename; drag: move").context_menu(|ui| {
        for (name, chosen) in [("Go there", Deed::Go), ("Take out the marker", Deed::TakeOut)] {
            if ui.button(name).clicked() {
                deed = Some(chosen);
                ui.close();
            }
        }
        if ui.button("Rename the marker").clicked() {
            renames = true;
            ui.close();
        }
    });
    if renames {
        app.panels.timeline.marker = Some(MarkerHold::Renamed(index, marker.name.clone()));
    }
    deed
}

/// A field for a marker's name.
fn rename(app: &mut App, ui: &mut Ui, axis: &Axis, rect: Rect, marker: &Marker) -> Option<Deed> {
    let Some(MarkerHold::Renamed(_, typed)) = &mut app.panels.timeline.marker else { return None };
    let x = axis.x(marker.time.seconds_f64()).clamp(rect.min.x, (rect.max.x - 140.0).max(rect.min.x));
    let place = Rect::from_min_size(egui::pos2(x, rect.min.y + TOP - 3.0), Vec2::new(140.0, 20.0));
    let field = TextEdit::singleline(typed).char_limit(LONGEST).font(FontId::proportional(12.0));
    let mut above = ui.new_child(egui::UiBuilder::new().max_rect(place));
    let response = above.add(field.desired_width(130.0)).accessible_name("Name of the marker");
    if !response.lost_focus() {
        response.request_focus();
        return None;
    }
    let name = typed.trim().to_owned();
    app.panels.timeline.marker = None;
    let gives_up = ui.input(|input| input.key_pressed(Key::Escape)) || name.is_empty();
    (!gives_up).then_some(Deed::Rename(name))
}

fn perform(app: &mut App, markers: &[Marker], index: usize, deed: Deed) {
    let mut changed = markers.to_vec();
    let name = match deed {
        Deed::Go => return app.seek(markers[index].time.seconds_f64()),
        Deed::Move(seconds) => {
            changed[index].time = time_at(seconds);
            "Move a marker"
        }
        Deed::Rename(name) => {
            changed[index].name = name;
            "Rename a marker"
        }
        Deed::TakeOut => {
            changed.remove(index);
            "Take out a marker"
        }
    };
    if changed != markers {
        app.document.edit(name, vec![Edit::Markers(changed)]);
    }
}

/// Markers are in order of time again, as part of the move.
fn sort(app: &mut App) {
    let mut markers = app.document.scene().markers.clone();
    markers.sort_by_key(|marker| marker.time.seconds);
    if markers != app.document.scene().markers {
        app.document.edit("Move a marker", vec![Edit::Markers(markers)]);
    }
}
