//! Curves of an object over time, with keys that are added, moved, shaped, copied and thinned.

use std::ops::RangeInclusive;

use egui::{Align2, Color32, CornerRadius, FontId, Pos2, Rect, Sense, Shape as Drawn, Stroke, Ui, Vec2};
use formats::scene::{AutomationCurve, Key, Object, ObjectParameter as P, Shape, Spatial, Time};

use super::inspector;
use super::timeline::Axis;
use crate::app::App;
use crate::edit::{curve, track_edit};
use crate::theme::role_colour;
use crate::transport::{text_of, time_at};

/// Points around a key that belong to it.
const REACH: f32 = 7.0;
/// Seconds that keys are apart at least.
const APART: f64 = 0.001;
/// How far thinned curves may be from what they were, as part of what is shown.
const THINNING: f64 = 0.005;
/// The lowest gain that is drawn, dB.
const QUIETEST: f64 = -60.0;

/// The key that is held or was touched last, and keys that were copied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyHold {
    /// Parameter and index.
    pub chosen: Option<(P, usize)>,
    held: bool,
    copied: Vec<Key>,
}

/// Shows the curves of a track that has any.
pub(super) fn show_all(app: &mut App, ui: &mut Ui, axis: &Axis, index: usize, (names, height): (f32, f32)) {
    let Some(Spatial::Object(object)) =
        app.document.scene().tracks.get(index).map(|track| track.spatial.clone())
    else {
        return;
    };
    for parameter in P::all() {
        let has_keys = object.automation.get(&parameter).is_some_and(|found| !found.curve.keys().is_empty());
        if has_keys || app.panels.timeline.shown.contains(&parameter) && parameter.is_of(object.coordinates) {
            let width = ui.available_width();
            let (rect, _) = ui.allocate_exact_size(Vec2::new(width, height), Sense::hover());
            if ui.is_rect_visible(rect) {
                show(app, ui, axis, (index, &object, parameter), (rect, names));
            }
        }
    }
    ui.horizontal(|ui| {
        ui.add_space(names);
        let combo = egui::ComboBox::from_id_salt(("lane", index))
            .selected_text("Show a curve")
            .width(110.0)
            .height(280.0);
        let shown = combo.show_ui(ui, |ui| {
            for parameter in P::all().filter(|parameter| parameter.is_of(object.coordinates)) {
                let mut is_shown = app.panels.timeline.shown.contains(&parameter);
                if ui.checkbox(&mut is_shown, inspector::parameter_name(parameter)).changed() {
                    app.panels.timeline.shown.retain(|other| *other != parameter);
                    if is_shown {
                        app.panels.timeline.shown.push(parameter);
                    }
                }
            }
        });
        shown.response.accessible_name("Show a curve");
    });
}

/// What a curve is drawn between: its own values with some room, within the parameter's range.
fn bounds(object: &Object, parameter: P, curve: &AutomationCurve) -> RangeInclusive<f64> {
    let range = parameter.range(object.coordinates);
    let values = curve.keys().iter().map(|key| key.value).filter(|value| value.is_finite());
    let own = object.value_at(parameter, 0.0).filter(|value| value.is_finite());
    let (low, high) =
        values.chain(own).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    let usual = match parameter {
        P::Azimuth => (-180.0, 180.0),
        P::Gain => (QUIETEST, 6.0),
        P::Distance => (0.0, 1.2),
        _ => (range.min, range.max.min(360.0)),
    };
    usual.0.min(low)..=usual.1.max(high)
}

fn show(app: &mut App, ui: &mut Ui, axis: &Axis, what: (usize, &Object, P), (rect, names): (Rect, f32)) {
    let (index, object, parameter) = what;
    let palette = app.theme.palette();
    let empty = AutomationCurve::default();
    let curve = object.automation.get(&parameter).map_or(&empty, |automation| &automation.curve);
    let range = bounds(object, parameter, curve);
    let area =
        Rect::from_min_max(egui::pos2(rect.min.x + names, rect.min.y), rect.max).shrink2(Vec2::new(0.0, 1.0));
    let span = range.end() - range.start();
    let inner = area.shrink2(Vec2::new(0.0, 7.0));
    let y = |value: f64| {
        let value = if value.is_finite() { value } else { *range.start() };
        inner.max.y - ((value - range.start()) / span) as f32 * inner.height()
    };
    let value_at =
        |y: f32| range.start() + f64::from((inner.max.y - y) / inner.height()).clamp(0.0, 1.0) * span;
    head(app, ui, what, curve, (rect, names));
    let painter = ui.painter_at(area);
    painter.rect_filled(area, CornerRadius::same(3), palette.well);
    let colour =
        app.document.scene().tracks.get(index).map_or(palette.text, |track| role_colour(&track.role));
    if range.contains(&0.0) {
        painter.hline(area.x_range(), y(0.0), Stroke::new(1.0, palette.line));
    }
    line(&painter, axis, area, object, parameter, &y, colour);
    scale(&painter, &range, area, palette.dim);
    let response = ui.interact(area, ui.scope_id().with(("lane", index, parameter)), Sense::click_and_drag());
    let label = format!("Curve of {}", inspector::parameter_name(parameter));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, label.as_str()));
    let place = |key: &Key| Pos2::new(axis.x(key.time.seconds_f64()), y(key.value));
    let near = |at: Pos2| {
        let keys = curve.keys().iter().enumerate().map(|(number, key)| (number, place(key).distance(at)));
        keys.filter(|(_, distance)| *distance <= REACH)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(number, _)| number)
    };
    let pointer = response.interact_pointer_pos().or(response.hover_pos());
    if let Some(at) = pointer {
        let snap =
            |value: f64| if parameter.only_steps() { value.round() } else { (value * 1e3).round() / 1e3 };
        let (time, value) = (time_at(axis.seconds(at.x)), snap(value_at(at.y)));
        let mut made: Option<(&str, AutomationCurve)> = None;
        if response.drag_started() || response.clicked() {
            let origin = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
            let keys = &mut app.panels.timeline.keys;
            keys.chosen = near(origin).map(|number| (parameter, number));
            keys.held = keys.chosen.is_some() && response.drag_started();
        }
        match app.panels.timeline.keys.chosen.filter(|(of, _)| *of == parameter) {
            Some((_, number)) if response.dragged() && app.panels.timeline.keys.held => {
                made = Some(("Move a key", curve::with_key_moved(curve, number, time, value, APART)));
            }
            _ => {}
        }
        if response.double_clicked() {
            made = Some(match near(at) {
                Some(number) => ("Take out a key", curve::without_key(curve, number)),
                None => ("Add a key", curve::with_key(curve, time, value, default_shape(parameter))),
            });
        }
        if response.drag_stopped() {
            app.panels.timeline.keys.held = false;
        }
        if let Some((name, made)) = made {
            put(app, index, parameter, name, made);
        }
    }
    keys(&painter, app, parameter, curve, (area, colour), &place);
    if let Some(at) = pointer.filter(|at| area.contains(*at)) {
        let key = near(at).and_then(|number| curve.keys().get(number));
        let (seconds, value) =
            key.map_or((axis.seconds(at.x), value_at(at.y)), |key| (key.time.seconds_f64(), key.value));
        let text = format!("{}  {value:.2}", text_of(app.document.scene(), seconds));
        let (x, align) = match at.x < area.center().x {
            true => (at.x + 10.0, Align2::LEFT_CENTER),
            false => (at.x - 10.0, Align2::RIGHT_CENTER),
        };
        let y = at.y.clamp(area.min.y + 7.0, area.max.y - 7.0);
        painter.text(Pos2::new(x, y), align, text, FontId::proportional(10.5), palette.text);
    }
    let chosen = app.panels.timeline.keys.chosen.filter(|(of, _)| *of == parameter).map(|(_, number)| number);
    response.context_menu(|ui| menu(app, ui, (index, parameter), curve, chosen));
}

/// Takes out the key that was touched last, if there is one.
pub(crate) fn delete_chosen(app: &mut App) -> bool {
    let Some((parameter, number)) = app.panels.timeline.keys.chosen.take() else { return false };
    let Some(index) = app.document.selection.lead() else { return false };
    let Some(Spatial::Object(object)) = app.document.scene().tracks.get(index).map(|track| &track.spatial)
    else {
        return false;
    };
    let Some(automation) = object.automation.get(&parameter) else { return false };
    let made = curve::without_key(&automation.curve, number);
    put(app, index, parameter, "Take out a key", made);
    true
}

fn default_shape(parameter: P) -> Shape {
    if parameter.only_steps() { Shape::Step } else { Shape::Linear }
}

/// A value with as many decimals as it needs.
fn rounded(value: f64) -> String {
    let text = if value.abs() < 10.0 { format!("{value:.2}") } else { format!("{value:.1}") };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The values at the top and at the bottom.
fn scale(painter: &egui::Painter, range: &RangeInclusive<f64>, area: Rect, colour: Color32) {
    for (value, at, align) in [
        (range.end(), area.right_top() + Vec2::new(-3.0, 1.0), Align2::RIGHT_TOP),
        (range.start(), area.right_bottom() + Vec2::new(-3.0, -1.0), Align2::RIGHT_BOTTOM),
    ] {
        painter.text(at, align, rounded(*value), FontId::proportional(9.0), colour);
    }
}

/// The name of the curve, and its value now.
fn head(
    app: &App,
    ui: &Ui,
    (_, object, parameter): (usize, &Object, P),
    curve: &AutomationCurve,
    (rect, names): (Rect, f32),
) {
    let palette = app.theme.palette();
    let painter = ui.painter();
    let at = rect.min + Vec2::new(31.0, 10.0);
    painter.text(
        at,
        Align2::LEFT_TOP,
        inspector::parameter_name(parameter),
        FontId::proportional(11.5),
        palette.dim,
    );
    let value = object.value_at(parameter, app.transport.seconds).unwrap_or(0.0);
    let unit = parameter.range(object.coordinates).unit.replace("degrees", "°");
    let count = curve.keys().len();
    let text = format!("{value:.2} {unit}  ·  {count} key{}", if count == 1 { "" } else { "s" });
    painter.with_clip_rect(Rect::from_min_size(rect.min, Vec2::new(names - 4.0, rect.height()))).text(
        at + Vec2::new(0.0, 17.0),
        Align2::LEFT_TOP,
        text,
        FontId::proportional(11.0),
        palette.text,
    );
}

fn line(
    painter: &egui::Painter,
    axis: &Axis,
    area: Rect,
    object: &Object,
    parameter: P,
    y: &dyn Fn(f64) -> f32,
    colour: Color32,
) {
    let columns = area.width().max(1.0) as usize;
    let at = |column: usize| {
        let x = area.min.x + column as f32;
        let value = object.value_at(parameter, axis.seconds(x)).unwrap_or(0.0);
        Pos2::new(x, y(value))
    };
    let points: Vec<Pos2> = (0..=columns).map(at).collect();
    painter.line(points, Stroke::new(1.6, colour.gamma_multiply(0.9)));
}

fn keys(
    painter: &egui::Painter,
    app: &App,
    parameter: P,
    curve: &AutomationCurve,
    (area, colour): (Rect, Color32),
    place: &dyn Fn(&Key) -> Pos2,
) {
    let palette = app.theme.palette();
    let mut last = f32::NEG_INFINITY;
    for (number, key) in curve.keys().iter().enumerate() {
        let centre = place(key);
        let is_chosen = app.panels.timeline.keys.chosen == Some((parameter, number));
        // Where keys lie closer than points of the screen, some of them stand for all.
        if !area.x_range().contains(centre.x) || (centre.x - last < 3.0 && !is_chosen) {
            continue;
        }
        last = centre.x;
        let r = if is_chosen { 5.0 } else { 3.8 };
        let corners = match key.shape {
            Shape::Linear => vec![(0.0, -r), (r, 0.0), (0.0, r), (-r, 0.0)],
            // A piece that is one block of a master.
            Shape::Gains => vec![(0.0, -r), (r, r * 0.8), (-r, r * 0.8)],
            Shape::Step => vec![(-r, -r), (r, -r), (r, r), (-r, r)]
                .into_iter()
                .map(|(x, y)| (x * 0.8, y * 0.8))
                .collect(),
            Shape::Smooth => (0..12)
                .map(|n| (n as f32 / 12.0 * std::f32::consts::TAU).sin_cos())
                .map(|(x, y)| (x * r * 0.9, y * r * 0.9))
                .collect(),
        };
        let corners = corners.into_iter().map(|(x, y)| centre + Vec2::new(x, y)).collect();
        let (fill, edge) = if is_chosen { (palette.text, palette.text) } else { (palette.well, colour) };
        painter.add(Drawn::convex_polygon(corners, fill, Stroke::new(1.4, edge)));
    }
}

fn menu(
    app: &mut App,
    ui: &mut Ui,
    (index, parameter): (usize, P),
    curve: &AutomationCurve,
    chosen: Option<usize>,
) {
    let mut made: Option<(&str, AutomationCurve)> = None;
    if let Some(number) = chosen {
        for (shape, name) in [
            (Shape::Linear, "Straight to this key"),
            (Shape::Smooth, "Smooth to this key"),
            (Shape::Step, "Step at this key"),
        ] {
            let is_it = curve.keys().get(number).is_some_and(|key| key.shape == shape);
            if ui.add_enabled(!parameter.only_steps(), egui::Button::selectable(is_it, name)).clicked() {
                made = Some(("Shape of a key", curve::with_shape(curve, number, shape)));
            }
        }
        if ui.button("Take out this key").clicked() {
            made = Some(("Take out a key", curve::without_key(curve, number)));
        }
        ui.separator();
    }
    if ui.add_enabled(!curve.keys().is_empty(), egui::Button::new("Copy all keys")).clicked() {
        app.panels.timeline.keys.copied = curve.keys().to_vec();
        ui.close();
    }
    let can_paste = !app.panels.timeline.keys.copied.is_empty();
    if ui.add_enabled(can_paste, egui::Button::new("Paste at the playhead")).clicked() {
        let start: Time = app.transport.time();
        made = Some(("Paste keys", curve::with_pasted(curve, &app.panels.timeline.keys.copied, start)));
    }
    if ui.add_enabled(curve.keys().len() > 2, egui::Button::new("Thin the keys")).clicked() {
        let values = || curve.keys().iter().map(|key| key.value).filter(|value| value.is_finite());
        let span = values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min);
        made = Some(("Thin keys", curve::thinned(curve, span.max(1e-6) * THINNING)));
    }
    if ui.add_enabled(!curve.keys().is_empty(), egui::Button::new("Take out all keys")).clicked() {
        made = Some(("Take out all keys", AutomationCurve::default()));
    }
    if let Some((name, made)) = made {
        put(app, index, parameter, name, made);
        ui.close();
    }
}

/// Puts a curve in the place of what was there. Values stay in the parameter's range; without keys the parameter stays
/// where it is now.
fn put(app: &mut App, index: usize, parameter: P, name: &str, made: AutomationCurve) {
    let seconds = app.transport.seconds;
    let edit = track_edit(app.document.scene(), index, |track| {
        let Spatial::Object(object) = &mut track.spatial else { return };
        if made.keys().is_empty() {
            let now = object.value_at(parameter, seconds);
            object.automation.remove(&parameter);
            object.values.extend(now.map(|now| (parameter, now)));
            return;
        }
        let range = parameter.range(object.coordinates);
        let clamped = |key: &Key| Key { value: key.value.clamp(range.min, range.max), ..key.clone() };
        if let Ok(curve) = AutomationCurve::new(made.keys().iter().map(clamped).collect()) {
            object.automation.entry(parameter).or_default().curve = curve;
        }
    });
    app.document.edit(name, edit.into_iter().collect());
}
