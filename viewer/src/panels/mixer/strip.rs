//! One strip: of a track, of a group, of the bus of a role, or of a reverb.

use egui::{Align2, Color32, CornerRadius, FontId, Frame, Margin, Rect, RichText, Sense, Stroke, Ui, Vec2};
use formats::scene::chain::{Chain, Fader, Fdn, Range, Reverb, Send, Stage};
use formats::scene::{AutomationCurve, Group, ReverbReturn, Shape, Spatial, Track};

use super::place::Place;
use super::{fader, group, meter, number, rack};
use crate::app::App;
use crate::edit::desk::{reverb_edit, set_send};
use crate::edit::groups::{self, group_edit};
use crate::edit::{curve, track_edit};
use crate::panels::objects::switch;
use crate::theme::Palette;

/// Width of what is in a strip.
const WIDTH: f32 = 92.0;
/// Width with what is around it.
pub(super) const OUTER: f32 = WIDTH + 14.0;
/// Least height of a fader.
const LEAST_FADER: f32 = 80.0;
/// Least height of a strip: where there is less, it scrolls.
pub(super) const LEAST: f32 = 190.0;

/// Shows it.
pub(super) fn show(app: &mut App, ui: &mut Ui, place: Place, height: f32) {
    frame(app, ui, place, WIDTH, height, |app, ui| {
        head(app, ui, place);
        sends(app, ui, place);
        gain(app, ui, place);
    });
}

/// The frame of a strip, and its name, which selects it.
pub(super) fn frame(
    app: &mut App,
    ui: &mut Ui,
    place: Place,
    width: f32,
    height: f32,
    show: impl FnOnce(&mut App, &mut Ui),
) {
    let palette = app.theme.palette();
    let name = place.name(app.document.scene());
    let is_selected = super::selected(app) == Some(place);
    let edge = if is_selected { palette.accent } else { palette.line };
    let frame = Frame::new().fill(palette.field.gamma_multiply(0.6)).stroke(Stroke::new(1.0, edge));
    frame.corner_radius(5.0).inner_margin(Margin::same(6)).show(ui, |ui| {
        ui.vertical(|ui| {
            ui.set_width(width);
            ui.set_height(height - 14.0);
            ui.spacing_mut().item_spacing.y = 3.0;
            let text = RichText::new(&name).size(12.0);
            let text = if is_selected { text.color(palette.accent) } else { text };
            let title = egui::Button::new(text).frame(false).truncate().min_size(Vec2::new(width, 16.0));
            let title = ui.add_sized([width, 16.0], title).on_hover_text(format!("Select {name}"));
            let bar = Rect::from_min_size(title.rect.left_bottom(), Vec2::new(width, 2.5));
            ui.painter().rect_filled(bar, 1.0, place.colour(app.document.scene(), palette));
            if title.gained_focus() {
                title.scroll_to_me(None);
            }
            if title.accessible_name(format!("Strip {name}")).clicked() {
                super::select(app, place);
            }
            ui.add_space(3.0);
            show(app, ui);
        });
    });
}

/// The switches, where it is, and what it has.
fn head(app: &mut App, ui: &mut Ui, place: Place) {
    let palette = app.theme.palette();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.set_height(22.0);
        match place {
            Place::Track(index) => {
                let Some(track) = app.document.scene().tracks.get(index).cloned() else { return };
                switches(app, ui, (place, &track.name), [track.mute, track.solo]);
                where_it_is(app, ui, &track);
            }
            Place::Group(index) => {
                let scene = app.document.scene();
                let Some(group) = scene.groups.get(index).cloned() else { return };
                let count = groups::members(scene, &group.name).len();
                switches(app, ui, (place, &group.name), [group.mute, group.solo]);
                ui.label(RichText::new(tracks(count)).small().color(palette.dim));
            }
            Place::Bus(index) => {
                let scene = app.document.scene();
                let role = scene.buses.get(index).map(|bus| &bus.role);
                let count = scene.tracks.iter().filter(|track| Some(&track.role) == role).count();
                ui.label(RichText::new(tracks(count)).small().color(palette.dim));
            }
            Place::Reverb(index) => {
                let unit = app.document.scene().reverbs.get(index);
                let text = unit.map(|unit| match unit.returns {
                    ReverbReturn::Bed(layout) => format!("to {}", layout.everyday_name()),
                    ReverbReturn::Objects { count, .. } => format!("to {count} objects"),
                });
                ui.label(RichText::new(text.unwrap_or_default()).small().color(palette.dim));
            }
            Place::Master => {}
        }
    });
    let chain = place.chain(app.document.scene()).cloned().unwrap_or_default();
    ui.horizontal(|ui| {
        ui.set_height(11.0);
        ui.spacing_mut().item_spacing.x = 3.0;
        words(ui, &chain, palette);
    });
}

fn tracks(count: usize) -> String {
    format!("{count} track{}", if count == 1 { "" } else { "s" })
}

/// Mute and solo of a track or a group.
fn switches(app: &mut App, ui: &mut Ui, (place, name): (Place, &str), [mute, solo]: [bool; 2]) {
    let palette = app.theme.palette();
    for (letter, verb, is_on, colour) in
        [("M", "Mute", mute, palette.verdicts[2]), ("S", "Solo", solo, palette.verdicts[1])]
    {
        if switch(ui, letter, is_on, colour, &format!("{verb} strip {name}")) {
            let turn = |mute: &mut bool, solo: &mut bool| {
                let state = if letter == "S" { solo } else { mute };
                *state = !*state;
            };
            let scene = app.document.scene();
            let edit = match place {
                Place::Track(index) => {
                    track_edit(scene, index, |track| turn(&mut track.mute, &mut track.solo))
                }
                Place::Group(index) => {
                    group_edit(scene, index, |group| turn(&mut group.mute, &mut group.solo))
                }
                _ => None,
            };
            app.document.edit(verb, edit.into_iter().collect());
        }
    }
}

/// Where a track is: the room from above, or what it is instead of an object.
fn where_it_is(app: &App, ui: &mut Ui, track: &Track) {
    let palette = app.theme.palette();
    let text = match &track.spatial {
        Spatial::Object(object) => {
            let place = app.space().place(object, app.transport.seconds);
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(20.0), Sense::hover());
            let label =
                format!("Place of {}: x {:.2}, y {:.2}, z {:.2}", track.name, place.x, place.y, place.z);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, label.as_str()));
            let painter = ui.painter();
            let edge = Stroke::new(1.0, palette.line);
            painter.rect(rect, CornerRadius::same(2), palette.well, edge, egui::StrokeKind::Inside);
            let reach = rect.width() / 2.0 - 3.0;
            let inside = |value: f64| value.clamp(-1.0, 1.0) as f32 * reach;
            let at = rect.center() + Vec2::new(inside(place.x), -inside(place.y));
            // What is high is larger.
            let radius = 2.0 + place.z.clamp(0.0, 1.0) as f32 * 1.5;
            painter.circle_filled(at, radius, crate::theme::role_colour(&track.role));
            response.on_hover_text(label.as_str());
            return;
        }
        Spatial::Bed(bed) => bed.layout.everyday_name().to_owned(),
        Spatial::Loudspeakers(own) => format!("{} ch", own.channels.len()),
        Spatial::Hoa(hoa) => format!("HOA {}", hoa.order),
        Spatial::Binaural(_) => "ears".to_owned(),
    };
    ui.add(egui::Label::new(RichText::new(text).small().color(palette.dim)).truncate());
}

/// Which processors the strip has: a lit word for each, a dim one where it is bypassed.
fn words(ui: &mut Ui, chain: &Chain, palette: &Palette) {
    for stage in Stage::ALL.into_iter().filter(|stage| chain.has(*stage)) {
        let is_on = !chain.bypassed.contains(&stage);
        let colour = if is_on { palette.accent } else { palette.dim.gamma_multiply(0.6) };
        ui.label(RichText::new(rack::letters(stage)).size(9.0).color(colour));
    }
}

/// What goes to each reverb.
fn sends(app: &mut App, ui: &mut Ui, place: Place) {
    let scene = app.document.scene();
    let Some(chain) = place.chain(scene).cloned() else { return };
    let strip = place.name(scene);
    let names: Vec<String> = scene.reverbs.iter().map(|unit| unit.name.clone()).collect();
    for name in names {
        let old = chain.sends.iter().find(|send| send.to == name).map(|send| send.gain_db);
        let mut gain = old.unwrap_or(f64::NEG_INFINITY);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            let label = format!("Send of {strip} to {name}");
            if number::field(ui, &label, &mut gain, Send::GAIN, 44.0).changed() {
                let gain = (gain > f64::NEG_INFINITY).then_some(gain);
                place.edit(app, "Send", |chain| set_send(chain, &name, gain));
            }
            ui.add(egui::Label::new(RichText::new(name.as_str()).small()).truncate());
        });
    }
}

/// What the fader of a strip is at, its range, and whether it moves.
fn gain_now(app: &App, place: Place) -> Option<(f64, Range, bool)> {
    let scene = app.document.scene();
    if let Place::Reverb(index) = place {
        return Some(match &scene.reverbs.get(index)?.reverb {
            Reverb::Fdn(fdn) => (fdn.gain_db, Fdn::GAIN, false),
            Reverb::Convolution(room) => (room.gain_db, Fdn::GAIN, false),
        });
    }
    if let Place::Group(index) = place {
        return Some((scene.groups.get(index)?.gain_db, Group::GAIN, false));
    }
    let Some(fader) = &place.chain(scene)?.fader else { return Some((0.0, Fader::GAIN, false)) };
    let moves = !fader.automation.keys().is_empty();
    let now = fader.automation.value_at(app.transport.seconds).unwrap_or(fader.gain_db);
    Some((now, Fader::GAIN, moves))
}

/// Fader, meters and number.
fn gain(app: &mut App, ui: &mut Ui, place: Place) {
    let palette = app.theme.palette();
    let Some((gain, range, moves)) = gain_now(app, place) else { return };
    let name = place.name(app.document.scene());
    let level = place.level(app);
    let chain = place.chain(app.document.scene());
    let has_dynamics = chain.is_some_and(|chain| {
        [Stage::Gate, Stage::DeEsser, Stage::Compressor].into_iter().any(|stage| chain.has(stage))
    });
    let height = (ui.available_height() - fader::NUMBER - 4.0).max(LEAST_FADER);
    let mut new = None;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        new = fader::show(ui, palette, &format!("Fader of {name}"), (gain, range), height);
        let is_heard = !matches!(place, Place::Group(_));
        if is_heard && meter::strip(ui, palette, &name, (&level, has_dynamics), height).clicked() {
            app.connection.reset_meters();
        }
    });
    ui.scope(|ui| {
        if moves {
            ui.visuals_mut().override_text_color = Some(palette.verdicts[1]);
        }
        let typed = fader::number(ui, &format!("Gain of {name}"), (gain, range), WIDTH);
        new = new.or(typed);
    });
    if let Some(new) = new {
        set_gain(app, place, new);
    }
}

/// Sets a fader; while its gain moves, that makes a key.
fn set_gain(app: &mut App, place: Place, gain: f64) {
    if let Place::Reverb(index) = place {
        let edit = reverb_edit(app.document.scene(), index, |unit| match &mut unit.reverb {
            Reverb::Fdn(fdn) => fdn.gain_db = gain,
            Reverb::Convolution(room) => room.gain_db = gain,
        });
        app.document.edit("Fader", edit.into_iter().collect());
        return;
    }
    if let Place::Group(index) = place {
        return group::set_gain(app, index, gain);
    }
    let time = app.transport.time();
    place.edit(app, "Fader", |chain| {
        let fader = chain.fader.get_or_insert_with(Fader::default);
        if fader.automation == AutomationCurve::default() {
            fader.gain_db = gain;
        } else {
            fader.automation = curve::with_key(&fader.automation, time, gain, Shape::Linear);
        }
    });
}

/// Text in the place of a strip.
pub(super) fn caption(ui: &Ui, rect: Rect, text: &str, colour: Color32) {
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, FontId::proportional(9.0), colour);
}
