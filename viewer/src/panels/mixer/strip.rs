//! One strip.

use egui::{Color32, CornerRadius, FontId, Frame, Margin, Rect, Sense, Stroke, Ui, Vec2};
use formats::scene::chain::{Fader, Send};
use formats::scene::{AutomationCurve, Shape, Track};

use crate::app::App;
use crate::edit::{curve, track_edit};
use crate::panels::objects::switch;
use crate::theme::{Palette, role_colour};

/// Width of a strip.
const WIDTH: f32 = 92.0;
/// Gains of a fader from its bottom to its top, dB.
const LOWEST: f64 = -60.0;
const HIGHEST: f64 = 12.0;
/// Gains that are written beside a fader.
const MARKS: [i32; 6] = [10, 0, -10, -20, -40, -60];

pub(super) fn show(app: &mut App, ui: &mut Ui, index: usize) {
    let Some(track) = app.document.scene().tracks.get(index).cloned() else { return };
    let palette = app.theme.palette();
    let is_selected = app.document.selection.contains(index);
    let edge = if is_selected { palette.accent } else { palette.line };
    let frame = Frame::new().fill(palette.field.gamma_multiply(0.6)).stroke(Stroke::new(1.0, edge));
    let height = ui.available_height() - 14.0;
    frame.corner_radius(5.0).inner_margin(Margin::same(6)).show(ui, |ui| {
        ui.vertical(|ui| {
            ui.set_width(WIDTH);
            ui.set_height(height.max(120.0));
            ui.spacing_mut().item_spacing.y = 4.0;
            head(app, ui, index, &track);
            sends(app, ui, index, &track);
            let room = ui.available_height();
            fader(app, ui, index, &track, room);
        });
    });
}

/// The name, the switches, and what the strip has.
fn head(app: &mut App, ui: &mut Ui, index: usize, track: &Track) {
    let palette = app.theme.palette();
    let name = egui::RichText::new(&track.name).size(12.0);
    let name = ui.add(egui::Label::new(name).truncate().sense(Sense::click()));
    let bar = Rect::from_min_size(egui::pos2(name.rect.min.x, name.rect.max.y + 1.0), Vec2::new(WIDTH, 2.5));
    ui.painter().rect_filled(bar, 1.0, role_colour(&track.role));
    if name.clicked() {
        app.document.selection.set(index);
    }
    ui.add_space(3.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (letter, is_solo, colour) in [("M", false, palette.verdicts[2]), ("S", true, palette.verdicts[1])]
        {
            let (verb, is_on) = if is_solo { ("Solo", track.solo) } else { ("Mute", track.mute) };
            if switch(ui, letter, is_on, colour, &format!("{verb} strip {}", track.name)) {
                let edit = track_edit(app.document.scene(), index, |track| {
                    let state = if is_solo { &mut track.solo } else { &mut track.mute };
                    *state = !*state;
                });
                app.document.edit(verb, edit.into_iter().collect());
            }
        }
        processors(ui, track, palette);
    });
}

/// Which processors the strip has: a lit word for each.
fn processors(ui: &mut Ui, track: &Track, palette: &Palette) {
    let chain = &track.chain;
    let has = [("EQ", chain.eq.is_some()), ("C", chain.compressor.is_some())];
    for (word, _) in has.into_iter().filter(|(_, is_there)| *is_there) {
        ui.label(egui::RichText::new(word).size(10.5).color(palette.accent));
    }
}

/// What goes to each reverb.
fn sends(app: &mut App, ui: &mut Ui, index: usize, track: &Track) {
    let names: Vec<String> = app.document.scene().reverbs.iter().map(|unit| unit.name.clone()).collect();
    for name in names {
        let old = track.chain.sends.iter().find(|send| send.to == name);
        let mut gain = old.map_or(f64::NEG_INFINITY, |send| send.gain_db).max(LOWEST);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            let field = egui::DragValue::new(&mut gain).range(LOWEST..=HIGHEST).speed(0.3).max_decimals(1);
            let field = field.custom_formatter(|value, _| {
                if value <= LOWEST { "off".to_owned() } else { format!("{value:.1}") }
            });
            let response = ui.add_sized([38.0, 18.0], field);
            ui.add(egui::Label::new(egui::RichText::new(name.as_str()).small()).truncate());
            if response.accessible_name(format!("Send of {} to {name}", track.name)).changed() {
                let edit = track_edit(app.document.scene(), index, |track| {
                    track.chain.sends.retain(|send| send.to != name);
                    if gain > LOWEST {
                        track.chain.sends.push(Send { to: name.clone(), gain_db: gain });
                    }
                });
                app.document.edit("Send", edit.into_iter().collect());
            }
        });
    }
}

/// The gain of a strip at a time.
fn gain_at(track: &Track, seconds: f64) -> f64 {
    let Some(fader) = &track.chain.fader else { return 0.0 };
    fader.automation.value_at(seconds).unwrap_or(fader.gain_db)
}

/// Part of the way from the bottom: gains near 0 dB have the most room.
fn place_of(gain: f64) -> f64 {
    ((gain.max(LOWEST) - LOWEST) / (HIGHEST - LOWEST)).clamp(0.0, 1.0).powf(1.6)
}

fn gain_of(place: f64) -> f64 {
    let gain = LOWEST + (HIGHEST - LOWEST) * place.clamp(0.0, 1.0).powf(1.0 / 1.6);
    if gain <= LOWEST { f64::NEG_INFINITY } else { (gain * 10.0).round() / 10.0 }
}

/// A fader with its scale; a double click brings it to 0 dB. While its gain moves, a drag makes keys.
fn fader(app: &mut App, ui: &mut Ui, index: usize, track: &Track, height: f32) {
    let palette = app.theme.palette();
    let gain = gain_at(track, app.transport.seconds);
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(WIDTH, height.max(50.0) - 18.0), Sense::click_and_drag());
    let name = format!("Fader of {}", track.name);
    let shown = gain.max(LOWEST);
    response.widget_info(|| egui::WidgetInfo::slider(true, shown, name.as_str()));
    let way = rect.shrink2(Vec2::new(0.0, 8.0));
    let y = |gain: f64| way.max.y - place_of(gain) as f32 * way.height();
    let mut changed = None;
    if response.dragged()
        && let Some(at) = response.interact_pointer_pos()
    {
        changed = Some(gain_of(f64::from((way.max.y - at.y) / way.height())));
    }
    if response.double_clicked() {
        changed = Some(0.0);
    }
    let x = rect.min.x + 50.0;
    let painter = ui.painter();
    for mark in MARKS {
        let at = y(f64::from(mark));
        painter.hline(x - 12.0..=x + 12.0, at, Stroke::new(1.0, palette.line));
        let place = egui::pos2(x - 16.0, at);
        painter.text(
            place,
            egui::Align2::RIGHT_CENTER,
            mark.to_string(),
            FontId::proportional(9.5),
            palette.dim,
        );
    }
    painter.rect_filled(Rect::from_x_y_ranges(x - 1.5..=x + 1.5, way.y_range()), 1.0, palette.well);
    let knob = Rect::from_center_size(egui::pos2(x, y(gain)), Vec2::new(26.0, 13.0));
    let is_held = response.dragged() || response.hovered();
    let body = palette.room.lerp_to_gamma(palette.panel, if is_held { 0.1 } else { 0.3 });
    painter.rect_filled(knob, CornerRadius::same(3), body);
    painter.hline(knob.x_range(), knob.center().y, Stroke::new(1.5, Color32::from_rgb(0x12, 0x14, 0x18)));
    let text = if gain <= LOWEST { "off".to_owned() } else { format!("{gain:+.1} dB") };
    let moves = track.chain.fader.as_ref().is_some_and(|fader| !fader.automation.keys().is_empty());
    let colour = if moves { palette.verdicts[1] } else { palette.text };
    painter.text(
        rect.center_bottom() + Vec2::new(0.0, 10.0),
        egui::Align2::CENTER_CENTER,
        text,
        FontId::proportional(11.5),
        colour,
    );
    if let Some(gain) = changed {
        let time = app.transport.time();
        let edit = track_edit(app.document.scene(), index, |track| {
            let fader = track.chain.fader.get_or_insert_with(Fader::default);
            if fader.automation == AutomationCurve::default() {
                fader.gain_db = gain;
            } else {
                fader.automation = curve::with_key(&fader.automation, time, gain, Shape::Linear);
            }
        });
        app.document.edit("Fader", edit.into_iter().collect());
    }
}
