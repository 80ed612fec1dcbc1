//! The desk: strips of tracks, groups, buses, reverbs and the master, and the processors of the one that is selected.
//!
//! ```text
//!  rack: list ── page of a processor │ tracks ── groups ── buses ── reverbs ── + │ master
//! ```

mod bands;
mod dynamics;
mod eq;
mod fader;
mod gains;
mod group;
mod master;
mod meter;
mod number;
mod place;
mod rack;
mod reverb;
mod sends;
mod strip;
mod transfer;

pub use fader::has_focus as fader_has_focus;

use egui::{Layout, Rect, RichText, ScrollArea, Ui, UiBuilder, Vec2};
use formats::scene::{BedLayout, ReverbReturn, Scene};

pub use place::Place;
pub use rack::Page;

use super::files::Chooser;
use crate::app::App;
use crate::edit::Edit;
use crate::edit::desk::{roles_without_bus, with_bus, with_reverb, without_bus, without_reverb};
use crate::edit::groups::{with_group, without_group};
use crate::theme::{role_colour, role_name};

/// Part of the panel that the processors take, and the least and the most of it.
const RACK: f32 = 0.5;
const RACK_WIDTHS: [f32; 2] = [620.0, 1000.0];
/// Least width of the strips; where there is less, everything scrolls.
const STRIPS: f32 = 220.0;
/// Strips farther than this from what is seen are not drawn.
const BEYOND: f32 = 600.0;
/// Space between strips.
const GAP: f32 = 4.0;

/// What the desk remembers.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// The strip that is selected while no track is.
    chosen: Option<Place>,
    /// The strip that was selected last, and so brought into view.
    brought: Option<Place>,
    /// The processor that is looked at.
    pub page: Page,
    /// The deliverable whose master is shown.
    deliverable: usize,
    /// A name that is being typed.
    name: Option<String>,
    /// A file for a reverb, by its index.
    chooser: Option<(usize, Chooser)>,
}

/// The strip whose processors are shown: that of the selected track, or another that was chosen while none is.
pub(crate) fn selected(app: &App) -> Option<Place> {
    let scene = app.document.scene();
    let place = match app.document.selection.lead() {
        Some(track) => Some(Place::Track(track)),
        None => app.panels.desk.chosen,
    };
    place.filter(|place| place.is_in(scene))
}

/// Selects a strip. Only tracks can be selected elsewhere too.
pub fn select(app: &mut App, place: Place) {
    app.panels.desk.name = None;
    match place {
        Place::Track(index) => app.document.selection.set(index),
        _ => {
            app.document.selection.clear();
            app.panels.desk.chosen = Some(place);
        }
    }
}

/// The strip of this name.
pub fn called(scene: &Scene, name: &str) -> Option<Place> {
    let tracks = (0..scene.tracks.len()).map(Place::Track);
    let groups = (0..scene.groups.len()).map(Place::Group);
    let buses = (0..scene.buses.len()).map(Place::Bus);
    let reverbs = (0..scene.reverbs.len()).map(Place::Reverb);
    tracks
        .chain(groups)
        .chain(buses)
        .chain(reverbs)
        .chain([Place::Master])
        .find(|place| place.name(scene) == name)
}

/// Shows strips and processors.
pub fn show(app: &mut App, ui: &mut Ui) {
    let chosen = selected(app);
    app.connection.watched = chosen.and_then(Place::watched);
    let whole = ui.available_rect_before_wrap();
    let rack = chosen.map_or(0.0, |_| (whole.width() * RACK).clamp(RACK_WIDTHS[0], RACK_WIDTHS[1]));
    let master = master::width(app) + 14.0;
    let least = rack + STRIPS + master;
    if whole.width() >= least {
        parts(app, ui, whole, (chosen, rack, master));
        ui.advance_cursor_after_rect(whole);
    } else {
        ScrollArea::horizontal().id_salt("desk").auto_shrink([false, false]).show(ui, |ui| {
            let size = Vec2::new(least, whole.height() - 8.0);
            let (area, _) = ui.allocate_exact_size(size, egui::Sense::hover());
            parts(app, ui, area, (chosen, rack, master));
        });
    }
}

/// Processors, strips and the master, side by side.
fn parts(app: &mut App, ui: &mut Ui, whole: Rect, (chosen, rack, master): (Option<Place>, f32, f32)) {
    let column = |left: f32, right: f32| Rect::from_x_y_ranges(left..=right, whole.y_range());
    let part = |ui: &mut Ui, salt: &str, area: Rect| {
        let layout = Layout::top_down(egui::Align::Min);
        let mut part = ui.new_child(UiBuilder::new().id_salt(salt).max_rect(area).layout(layout));
        part.set_clip_rect(area.expand(1.0).intersect(ui.clip_rect()));
        part
    };
    if let Some(place) = chosen {
        let mut ui = part(ui, "rack", column(whole.min.x, whole.min.x + rack - 8.0));
        heading(app, &mut ui, place);
        let height = ui.available_height();
        if place.is_in(app.document.scene()) {
            ui.push_id(format!("{place:?}"), |ui| rack::show(app, ui, place, height));
        }
    }
    let height = (whole.height() - 12.0).max(strip::LEAST);
    let mut middle = part(ui, "strips", column(whole.min.x + rack, whole.max.x - master - 6.0));
    ScrollArea::both().auto_shrink([false, false]).show(&mut middle, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            strips(app, ui, height);
        });
    });
    let mut right = part(ui, "master", column(whole.max.x - master, whole.max.x));
    ScrollArea::vertical().auto_shrink([false, false]).show(&mut right, |ui| master::show(app, ui, height));
}

/// What the processors are of, and for what has no place elsewhere a way to take it out.
fn heading(app: &mut App, ui: &mut Ui, place: Place) {
    let name = place.name(app.document.scene());
    let colour = place.colour(app.document.scene(), app.theme.palette());
    ui.horizontal(|ui| {
        ui.label(RichText::new(&name).strong().color(colour));
        let what = match place {
            Place::Group(_) => "Remove the group",
            Place::Bus(_) => "Remove the bus",
            Place::Reverb(_) => "Remove the reverb",
            Place::Track(_) | Place::Master => return,
        };
        if ui.small_button(what).clicked() {
            let scene = app.document.scene();
            let edits = match place {
                Place::Group(index) => without_group(scene, index),
                Place::Bus(index) => without_bus(scene, index).into_iter().collect(),
                Place::Reverb(index) => without_reverb(scene, index),
                Place::Track(_) | Place::Master => Vec::new(),
            };
            app.document.edit(what, edits);
            app.panels.desk.chosen = None;
        }
    });
}

/// All strips but the master.
fn strips(app: &mut App, ui: &mut Ui, height: f32) {
    let scene = app.document.scene();
    let (tracks, groups) = (scene.tracks.len(), scene.groups.len());
    let (buses, reverbs) = (scene.buses.len(), scene.reverbs.len());
    if tracks == 0 {
        ui.add_space(10.0);
        ui.weak("The strips of the sounds will be here.");
    }
    let chosen = selected(app);
    let seen = ui.clip_rect().x_range().expand(BEYOND);
    let rows = [
        (0..tracks).map(Place::Track).collect::<Vec<_>>(),
        (0..groups).map(Place::Group).collect(),
        (0..buses).map(Place::Bus).collect(),
        (0..reverbs).map(Place::Reverb).collect(),
    ];
    for places in rows.into_iter().filter(|places| !places.is_empty()) {
        for place in places {
            let left = ui.cursor().min;
            if seen.contains(left.x) || seen.contains(left.x + strip::OUTER) {
                ui.push_id(format!("{place:?}"), |ui| strip::show(app, ui, place, height));
            } else {
                ui.add_space(strip::OUTER);
            }
            if chosen == Some(place) && app.panels.desk.brought != chosen {
                app.panels.desk.brought = chosen;
                ui.scroll_to_rect(Rect::from_min_size(left, Vec2::new(strip::OUTER, height)), None);
            }
        }
        ui.add_space(GAP);
    }
    additions(app, ui);
}

/// Buttons that add a group of the selected tracks, a bus or a reverb.
fn additions(app: &mut App, ui: &mut Ui) {
    let roles = roles_without_bus(app.document.scene());
    let chosen: Vec<usize> = app.document.selection.iter().collect();
    let mut added: Option<(&str, Vec<Edit>, Place)> = None;
    ui.vertical(|ui| {
        ui.set_width(80.0);
        let scene = app.document.scene();
        ui.add_enabled_ui(!roles.is_empty(), |ui| {
            let menu = ui.menu_button("+ Bus", |ui| {
                for role in &roles {
                    let text = RichText::new(role_name(role)).color(role_colour(role));
                    let name = format!("New bus: {}", role_name(role));
                    if ui.button(text).accessible_name(name).clicked() {
                        let place = Place::Bus(scene.buses.len());
                        added = Some(("Add a bus", with_bus(scene, role).into_iter().collect(), place));
                        ui.close();
                    }
                }
            });
            menu.response.on_disabled_hover_text("Every role has one").accessible_name("Add a bus");
        });
        if ui.button("+ Reverb").accessible_name("Add a reverb").clicked() {
            let returns = ReverbReturn::Bed(BedLayout::default());
            let place = Place::Reverb(scene.reverbs.len());
            added = Some(("Add a reverb", with_reverb(scene, returns).into_iter().collect(), place));
        }
        let group = ui.button("+ Group").on_hover_text("Of the selected sounds");
        if group.accessible_name("Add a group").clicked() {
            added =
                Some(("Group", with_group(scene, chosen.iter().copied()), Place::Group(scene.groups.len())));
        }
    });
    if let Some((step, edits, place)) = added.filter(|(_, edits, _)| !edits.is_empty()) {
        app.document.edit(step, edits);
        select(app, place);
    }
}
