//! Zones of loudspeakers that an object leaves out.

use egui::{DragValue, Ui};
use formats::adm::ExclusionZone;
use formats::profile::dolby::ZONES;
use formats::scene::{AutomationCurve, Kept, Object, Shape, Spatial, Time, Zone};

use super::row;
use crate::app::App;
use crate::edit::{Edit, curve, track_edit};
use crate::panels::section;

/// What can be left out by a name, and the zones that this is; their names are those of Dolby's masters.
const NAMED: [(&str, &[&str]); 7] = [
    ("the back", &["ZM1"]),
    ("the sides", &["ZM2L", "ZM2R"]),
    ("all but the centre and the back", &["ZM3L", "ZM3Lss", "ZM3R", "ZM3Rss"]),
    ("all but the screen", &["ZM4"]),
    ("the screen", &["ZM5"]),
    ("what is above", &["ZT"]),
    ("what is below", &["ZB"]),
];
/// A box and a sector to begin with: the back.
const BOX: ExclusionZone =
    ExclusionZone::Cartesian { min_x: -1.0, max_x: 1.0, min_y: -1.0, max_y: -0.5, min_z: -1.0, max_z: 1.0 };
const SECTOR: ExclusionZone = ExclusionZone::Polar {
    min_azimuth: 120.0,
    max_azimuth: -120.0,
    min_elevation: -90.0,
    max_elevation: 90.0,
};

/// Shows the zones of the object of track `index`.
pub(super) fn show(app: &mut App, ui: &mut Ui, index: usize, object: &Object) {
    section(ui, "Leaves out loudspeakers");
    for (number, zone) in object.zones.iter().enumerate() {
        ui.push_id(number, |ui| show_zone(app, ui, (index, number), zone));
    }
    ui.menu_button("+ Zone", |ui| {
        for (title, names) in NAMED {
            if ui.button(title).clicked() {
                add(app, &names.iter().filter_map(|name| named(name)).collect::<Vec<_>>());
                ui.close();
            }
        }
        for (title, bounds) in [("a box", BOX), ("a sector", SECTOR)] {
            if ui.button(title).clicked() {
                add(app, &[zone(None, bounds)]);
                ui.close();
            }
        }
    });
}

fn zone(name: Option<&str>, bounds: ExclusionZone) -> Zone {
    let name = name.map(str::to_owned);
    Zone { name, bounds, active: AutomationCurve::default(), kept: Kept::default() }
}

fn named(name: &str) -> Option<Zone> {
    let found = ZONES.iter().find(|(known, _)| *known == name)?;
    let (name, [min_x, max_x, min_y, max_y, min_z, max_z]) = *found;
    Some(zone(Some(name), ExclusionZone::Cartesian { min_x, max_x, min_y, max_y, min_z, max_z }))
}

/// What a zone of this name leaves out, in words.
fn words(name: &str) -> Option<&'static str> {
    NAMED.iter().find(|(_, names)| names.contains(&name)).map(|(title, _)| *title)
}

/// Adds zones to all selected objects that don't have them.
fn add(app: &mut App, zones: &[Zone]) {
    let scene = app.document.scene();
    let with = |track: &mut formats::scene::Track| {
        let Spatial::Object(object) = &mut track.spatial else { return };
        for zone in zones {
            let is_there = object.zones.iter().any(|own| own.bounds == zone.bounds);
            if !is_there && object.zones.len() < formats::scene::limits::ZONES {
                object.zones.push(zone.clone());
            }
        }
    };
    let edits = app.selected_objects().filter_map(|index| track_edit(scene, index, with)).collect();
    app.document.edit("Add a zone", edits);
}

fn show_zone(app: &mut App, ui: &mut Ui, (index, number): (usize, usize), zone: &Zone) {
    let (time, seconds) = (app.transport.time(), app.transport.seconds);
    let mut changed = zone.clone();
    let mut is_gone = false;
    ui.horizontal(|ui| {
        let title = match &zone.name {
            Some(name) => words(name).map_or_else(|| name.clone(), |words| format!("{words} ({name})")),
            None => format!("zone {}", number + 1),
        };
        let mut is_on = zone.is_active_at(seconds);
        let hint = "Left out from here on: a key, but at the start of what has none";
        if ui.checkbox(&mut is_on, title.as_str()).on_hover_text(hint).changed() {
            changed.active = switched(&zone.active, time, is_on);
        }
        if !zone.active.keys().is_empty() {
            let count = zone.active.keys().len();
            ui.weak(format!("{count} key{}", if count == 1 { "" } else { "s" }));
            if ui.small_button("always").on_hover_text("On all the time: takes its keys out").clicked() {
                changed.active = AutomationCurve::default();
            }
        }
        let out = ui.small_button("×").on_hover_text("Take the zone out");
        is_gone = out.accessible_name(format!("Take out {title}")).clicked();
    });
    bounds(ui, number, &mut changed.bounds);
    if changed.bounds != zone.bounds {
        // It isn't the one that has this name any more.
        changed.name = None;
    }
    if is_gone || changed != *zone {
        let edit = track_edit(app.document.scene(), index, |track| {
            let Spatial::Object(object) = &mut track.spatial else { return };
            if is_gone {
                object.zones.remove(number);
            } else {
                object.zones[number] = changed;
            }
        });
        app.document.edit("Zone", edit.into_iter().collect::<Vec<Edit>>());
    }
}

/// The curve that is on, or off, from `time` on, and before that as it was.
fn switched(active: &AutomationCurve, time: Time, is_on: bool) -> AutomationCurve {
    let value = |is_on: bool| if is_on { 1.0 } else { 0.0 };
    let mut curve = active.clone();
    if curve.keys().is_empty() && time != Time::ZERO {
        curve = curve::with_key(&curve, Time::ZERO, 1.0, Shape::Step);
    }
    curve::with_key(&curve, time, value(is_on), Shape::Step)
}

/// The numbers of a box, left to right, back to front, bottom to top; or those of a sector, anticlockwise.
fn bounds(ui: &mut Ui, number: usize, bounds: &mut ExclusionZone) {
    let range =
        |ui: &mut Ui, name: &str, values: [&mut f64; 2], [lowest, highest]: [f64; 2], ordered: bool| {
            row(ui, name, |ui| {
                let (speed, decimals) = if highest > 2.0 { (0.5, 1) } else { (0.005, 3) };
                let [from, to] = values;
                let (most, least) = if ordered { (*to, *from) } else { (highest, lowest) };
                for (end, value, range) in [("from", from, lowest..=most), ("to", to, least..=highest)] {
                    let field = DragValue::new(value).range(range).speed(speed).max_decimals(decimals);
                    let response = ui.add_sized([60.0, 20.0], field);
                    response.accessible_name(format!("{name} {end}, zone {}", number + 1));
                }
            });
        };
    const ROOM: [f64; 2] = [-1.0, 1.0];
    match bounds {
        ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } => {
            range(ui, "X, right", [min_x, max_x], ROOM, true);
            range(ui, "Y, front", [min_y, max_y], ROOM, true);
            range(ui, "Z, up", [min_z, max_z], ROOM, true);
        }
        ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation } => {
            range(ui, "Azimuth", [min_azimuth, max_azimuth], [-180.0, 180.0], false);
            range(ui, "Elevation", [min_elevation, max_elevation], [-90.0, 90.0], true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_off_from_a_moment_on_and_on_before() {
        let at = Time::from_milliseconds;
        let none = AutomationCurve::default();
        let off = switched(&none, at(2000), false);
        let of = |active: &AutomationCurve, seconds: f64| {
            Zone { active: active.clone(), ..zone(None, BOX) }.is_active_at(seconds)
        };
        assert!(of(&off, 0.0) && of(&off, 1.999) && !of(&off, 2.0) && !of(&off, 9.0));
        let again = switched(&off, at(3000), true);
        assert!(!of(&again, 2.5) && of(&again, 3.0));
        let never = switched(&none, Time::ZERO, false);
        assert!(!of(&never, 0.0) && !of(&never, 5.0));
    }

    #[test]
    fn the_zones_with_names_are_those_of_the_table() {
        assert!(NAMED.iter().flat_map(|(_, names)| *names).all(|name| named(name).is_some()));
    }
}
