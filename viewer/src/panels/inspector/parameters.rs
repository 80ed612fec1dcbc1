//! The parameters of an object, each with its key.

use egui::{Color32, ComboBox, DragValue, Response, Sense, Shape, Stroke, Ui, Vec2};
use formats::scene::{Coordinates, Object, ObjectParameter as P, ParameterKind, Spatial};

use super::row;
use crate::app::App;
use crate::edit::{Edit, curve, set_parameters, track_edit};
use crate::panels::section;
use crate::view3d::space::Space;

/// Parameters in groups, in the order of the panel.
const GROUPS: [(&str, &[P]); 5] = [
    ("Place", &[P::Azimuth, P::Elevation, P::Distance, P::X, P::Y, P::Z]),
    ("Size", &[P::Width, P::Height, P::Depth]),
    ("Sound", &[P::Gain, P::Diffuse, P::Divergence, P::DivergenceRange]),
    ("Loudspeakers", &[P::ChannelLock, P::ChannelLockDistance, P::Importance]),
    (
        "Screen and headphones",
        &[P::ScreenRef, P::ScreenEdgeHorizontal, P::ScreenEdgeVertical, P::HeadLocked, P::BinauralMode],
    ),
];
/// What stands for a number that isn't stated, and for those of sounds that differ.
const AUTO: &str = "auto";
const SEVERAL: &str = "several";
/// Quietest gain that is dragged to; below is silence.
const QUIETEST: f64 = -120.0;

pub(super) fn show(app: &mut App, ui: &mut Ui, index: usize, object: &Object) {
    for (title, parameters) in GROUPS {
        let of_this: Vec<P> = parameters.iter().copied().filter(|p| p.is_of(object.coordinates)).collect();
        section(ui, title);
        if title == "Place" {
            coordinates(app, ui, index, object);
        }
        for parameter in of_this {
            parameter_row(app, ui, index, object, parameter);
        }
    }
}

/// What a parameter is called.
pub fn name(parameter: P) -> &'static str {
    match parameter {
        P::Azimuth => "Azimuth",
        P::Elevation => "Elevation",
        P::Distance => "Distance",
        P::X => "X, right",
        P::Y => "Y, front",
        P::Z => "Z, up",
        P::Gain => "Gain",
        P::Width => "Width",
        P::Height => "Height",
        P::Depth => "Depth",
        P::Diffuse => "Diffuse",
        P::Divergence => "Divergence",
        P::DivergenceRange => "Diverges by",
        P::ChannelLock => "Channel lock",
        P::ChannelLockDistance => "Lock within",
        P::ScreenRef => "On the screen",
        P::ScreenEdgeHorizontal => "At the side edge",
        P::ScreenEdgeVertical => "Top or bottom",
        P::Importance => "Importance",
        P::HeadLocked => "Head-locked",
        P::BinauralMode => "Headphones",
    }
}

fn coordinates(app: &mut App, ui: &mut Ui, index: usize, object: &Object) {
    let tracks = &app.document.scene().tracks;
    let is_mixed = app.selected_objects().any(|index| match tracks.get(index).map(|track| &track.spatial) {
        Some(Spatial::Object(other)) => other.coordinates != object.coordinates,
        _ => false,
    });
    row(ui, "Coordinates", |ui| {
        for (coordinates, name) in [(Coordinates::Polar, "polar"), (Coordinates::Cartesian, "Cartesian")] {
            let can_change = object.automation.is_empty();
            let is_it = object.coordinates == coordinates && !is_mixed;
            let button = egui::Button::selectable(is_it, name);
            let response = ui.add_enabled(can_change || is_it, button);
            let response = response.on_disabled_hover_text("It moves: take its keys out first");
            if response.clicked() && !is_it {
                let edit = track_edit(app.document.scene(), index, |track| {
                    if let Spatial::Object(object) = &mut track.spatial {
                        convert(object, coordinates);
                    }
                });
                app.document.edit("Coordinates", edit.into_iter().collect());
            }
        }
    });
}

/// Puts a still object to the same place in other coordinates.
fn convert(object: &mut Object, coordinates: Coordinates) {
    let space = if coordinates == Coordinates::Cartesian { Space::Cube } else { Space::Sphere };
    let place = space.place(object, 0.0);
    let old = object.coordinates;
    object.values.retain(|parameter, _| parameter.is_of(coordinates) || !parameter.is_of(old));
    object.coordinates = coordinates;
    for (parameter, value) in space.parameters(object, &space.inside(&place), 0.0) {
        object.values.insert(parameter, value);
    }
    // Sizes are degrees in one and parts of the room in the other.
    for parameter in [P::Width, P::Height, P::Depth, P::DivergenceRange] {
        let range = parameter.range(coordinates);
        if let Some(value) = object.values.get_mut(&parameter) {
            let before = parameter.range(old);
            *value = (*value / before.max * range.max).clamp(range.min, range.max);
        }
    }
}

fn parameter_row(app: &mut App, ui: &mut Ui, index: usize, object: &Object, parameter: P) {
    let seconds = app.transport.seconds;
    let label = name(parameter);
    row(ui, label, |ui| {
        let stated = object.value_at(parameter, seconds);
        let automation = object.automation.get(&parameter).filter(|found| !found.curve.keys().is_empty());
        let mut value = stated.unwrap_or(0.0);
        let differs = differs(app, parameter, stated);
        let word = match (differs, stated) {
            (true, _) => Some(SEVERAL),
            (false, None) => Some(AUTO),
            (false, Some(_)) => None,
        };
        let changed = match parameter.kind() {
            ParameterKind::Choice(names) => choice(ui, parameter, names, (stated, differs), &mut value),
            ParameterKind::Whole(range) if range.max <= 1.0 => {
                let mut is_on = value >= 0.5;
                let response = ui.add(egui::Checkbox::without_text(&mut is_on).indeterminate(differs));
                let response = response.accessible_name(label);
                value = if is_on { 1.0 } else { 0.0 };
                response.changed()
            }
            _ => number(ui, parameter, object.coordinates, word, &mut value).changed(),
        };
        if changed {
            set(app, parameter, value);
        }
        let is_here = automation.is_some_and(|automation| {
            automation.curve.keys().iter().any(|key| (key.time.seconds_f64() - seconds).abs() < 0.0015)
        });
        if key(ui, automation.is_some(), is_here, label).clicked() {
            toggle_key(app, index, parameter, value, is_here);
        }
    });
}

/// Whether other selected objects in the same coordinates have another value now.
fn differs(app: &App, parameter: P, stated: Option<f64>) -> bool {
    let tracks = &app.document.scene().tracks;
    app.selected_objects().any(|index| match tracks.get(index).map(|track| &track.spatial) {
        Some(Spatial::Object(other)) if parameter.is_of(other.coordinates) => {
            other.value_at(parameter, app.transport.seconds) != stated
        }
        _ => false,
    })
}

/// Sets a parameter of all selected objects in the same coordinates.
fn set(app: &mut App, parameter: P, value: f64) {
    let time = app.transport.time();
    let scene = app.document.scene();
    let edits = app.selected_objects().filter(|index| match &scene.tracks[*index].spatial {
        Spatial::Object(object) => parameter.is_of(object.coordinates),
        _ => false,
    });
    let edits = edits.filter_map(|index| set_parameters(scene, index, &[(parameter, value)], time)).collect();
    app.document.edit(name(parameter), edits);
}

fn toggle_key(app: &mut App, index: usize, parameter: P, value: f64, is_here: bool) {
    let (time, seconds) = (app.transport.time(), app.transport.seconds);
    let edit = track_edit(app.document.scene(), index, |track| {
        let Spatial::Object(object) = &mut track.spatial else { return };
        let automation = object.automation.entry(parameter).or_default();
        let near = |key: &formats::scene::Key| (key.time.seconds_f64() - seconds).abs() < 0.0015;
        automation.curve = match automation.curve.keys().iter().position(near) {
            Some(key) => curve::without_key(&automation.curve, key),
            None => {
                let shape =
                    if parameter.only_steps() { formats::scene::Shape::Step } else { Default::default() };
                curve::with_key(&automation.curve, time, value, shape)
            }
        };
        if automation.curve.keys().is_empty() {
            // Without keys it stays where it was.
            object.automation.remove(&parameter);
            object.values.insert(parameter, value);
        }
    });
    let name = if is_here { "Take out a key" } else { "Add a key" };
    app.document.edit(name, edit.into_iter().collect::<Vec<Edit>>());
}

fn choice(
    ui: &mut Ui,
    parameter: P,
    names: &[&str],
    (stated, differs): (Option<f64>, bool),
    value: &mut f64,
) -> bool {
    let stated = stated.filter(|_| !differs);
    let shown = stated.and_then(|value| names.get(value.max(0.0) as usize)).copied().unwrap_or(if differs {
        SEVERAL
    } else {
        "as rendered"
    });
    let mut changed = false;
    let combo = ComboBox::from_id_salt(parameter.name()).selected_text(shown).width(92.0);
    let response = combo.show_ui(ui, |ui| {
        for (index, name) in names.iter().enumerate() {
            if ui.selectable_label(shown == *name, *name).clicked() {
                *value = index as f64;
                changed = true;
            }
        }
    });
    let vertical = parameter == P::ScreenEdgeVertical;
    response.response.accessible_name(if vertical { "Screen edge, vertical" } else { name(parameter) });
    changed
}

/// A number, or a word in its place until one is set.
fn number(
    ui: &mut Ui,
    parameter: P,
    coordinates: Coordinates,
    word: Option<&'static str>,
    value: &mut f64,
) -> Response {
    let range = parameter.range(coordinates);
    let (speed, decimals) = match parameter {
        P::Azimuth | P::Elevation => (0.5, 1),
        P::Width | P::Height | P::DivergenceRange if coordinates == Coordinates::Polar => (0.5, 1),
        P::Gain => (0.1, 1),
        P::Importance => (0.05, 0),
        _ => (0.005, 3),
    };
    let unit = match range.unit {
        "degrees" => "°",
        "" => "",
        other => other,
    };
    let suffix = if unit.len() > 2 || unit == "dB" { format!(" {unit}") } else { unit.to_owned() };
    let least = if range.min.is_finite() { range.min } else { QUIETEST };
    if !value.is_finite() {
        *value = least;
    }
    let field = DragValue::new(value).range(least..=range.max).speed(speed).max_decimals(decimals);
    let field = match word {
        Some(word) => field.custom_formatter(move |_, _| word.to_owned()),
        None => field.suffix(suffix),
    };
    let field = field.custom_parser(|text| {
        let text = text.trim().trim_end_matches(['°', 'd', 'B']).trim();
        text.parse().ok()
    });
    let response = ui.add_sized([92.0, 20.0], field).accessible_name(name(parameter));
    if parameter == P::Gain && *value <= QUIETEST {
        *value = f64::NEG_INFINITY;
    }
    response
}

/// A diamond: full where there is a key, half where the parameter moves, empty where it stays.
fn key(ui: &mut Ui, moves: bool, is_here: bool, label: &str) -> Response {
    let palette = crate::theme::Theme::of(ui).palette();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::click());
    let name = format!("Key of {label}");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, is_here, name.as_str()));
    let radius = if response.hovered() { 5.5 } else { 4.5 };
    let centre = rect.center();
    let corners =
        [(0.0, -radius), (radius, 0.0), (0.0, radius), (-radius, 0.0)].map(|(x, y)| centre + Vec2::new(x, y));
    let colour = if moves { palette.verdicts[1] } else { palette.dim.gamma_multiply(0.7) };
    let fill = if is_here { colour } else { Color32::TRANSPARENT };
    ui.painter().add(Shape::convex_polygon(corners.to_vec(), fill, Stroke::new(1.2, colour)));
    response.on_hover_text(if is_here { "Take the key out" } else { "Add a key here" })
}
