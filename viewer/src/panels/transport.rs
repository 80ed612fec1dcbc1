//! Play, stop, go: the buttons of time, and the clock.

use egui::{Align2, CornerRadius, FontId, Response, RichText, Sense, Shape, Stroke, TextEdit, Ui, Vec2};

use crate::actions::Action;
use crate::app::App;
use crate::transport::{RecordMode, parse, text_of};

/// What is drawn on a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Icon {
    Start,
    Play,
    Stop,
    Loop,
    Record,
}

/// Shows the buttons.
pub fn show(app: &mut App, ui: &mut Ui) {
    ui.spacing_mut().item_spacing.x = 3.0;
    let context = ui.ctx().clone();
    if button(ui, Icon::Start, "To the start", false).clicked() {
        Action::ToStart.perform(app, &context);
    }
    let (icon, name) = if app.transport.is_playing { (Icon::Stop, "Stop") } else { (Icon::Play, "Play") };
    if button(ui, icon, name, app.transport.is_playing).clicked() {
        Action::Play.perform(app, &context);
    }
    if button(ui, Icon::Loop, "Loop", app.transport.looped().is_some()).clicked() {
        if app.transport.range.is_none() {
            app.transport.range = Some(0.0..app.document.seconds());
        }
        Action::Loop.perform(app, &context);
    }
    let is_recording = app.transport.is_recording;
    if button(ui, Icon::Record, "Record what is moved", is_recording).clicked() {
        Action::Record.perform(app, &context);
    }
    let now = app.transport.record_mode;
    let name = RecordMode::NAMES.iter().find(|(mode, _)| *mode == now).map_or("", |(_, name)| name);
    let colour = if is_recording { app.theme.palette().text } else { app.theme.palette().dim };
    let label = egui::Button::new(RichText::new(name).size(12.0).color(colour)).frame(false);
    let response = ui.add(label).on_hover_text(
        "touch: while it is held; latch: from then until it stops; write: all that is selected, from the start",
    );
    if response.accessible_name(format!("Recording: {name}")).clicked() {
        Action::RecordMode.perform(app, &context);
    }
}

/// The clock: what time it is, and a field to type another.
pub fn clock(app: &mut App, ui: &mut Ui) {
    let palette = app.theme.palette();
    let text = text_of(app.document.scene(), app.transport.seconds);
    let id = ui.make_persistent_id("clock");
    let typed: Option<String> = ui.data(|data| data.get_temp(id));
    if let Some(mut typed) = typed {
        let field =
            ui.add(TextEdit::singleline(&mut typed).desired_width(110.0).font(FontId::monospace(15.0)));
        let field = field.accessible_name("Go to");
        if field.lost_focus() {
            if let Some(seconds) = parse(app.document.scene(), &typed) {
                app.seek(seconds);
            }
            ui.data_mut(|data| data.remove::<String>(id));
        } else {
            field.request_focus();
            ui.data_mut(|data| data.insert_temp(id, typed));
        }
    } else {
        let label = RichText::new(text.as_str()).font(FontId::monospace(15.0)).color(palette.text);
        let response = ui.add(egui::Button::new(label).fill(palette.well)).on_hover_text("Type a time");
        if response.accessible_name("Clock").clicked() {
            ui.data_mut(|data| data.insert_temp(id, text));
        }
    }
    if let Some(picture) = &app.document.scene().picture {
        ui.label(RichText::new(format!("{} fps", picture.frame_rate.name())).small().color(palette.dim));
    }
}

fn button(ui: &mut Ui, icon: Icon, name: &str, is_on: bool) -> Response {
    let palette = crate::theme::Theme::of(ui).palette();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(28.0, 20.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, is_on, name));
    let fill =
        if response.hovered() { palette.field.lerp_to_gamma(palette.text, 0.1) } else { palette.field };
    ui.painter().rect_filled(rect, CornerRadius::same(4), fill);
    let colour = if is_on { palette.accent } else { palette.text };
    let centre = rect.center();
    let at = |x: f32, y: f32| centre + Vec2::new(x, y);
    let triangle = |tip: f32, back: f32| {
        Shape::convex_polygon(vec![at(tip, 0.0), at(back, -5.0), at(back, 5.0)], colour, Stroke::NONE)
    };
    match icon {
        Icon::Play => drop(ui.painter().add(triangle(5.0, -4.0))),
        Icon::Stop => drop(ui.painter().rect_filled(
            egui::Rect::from_center_size(centre, Vec2::splat(9.0)),
            1.0,
            colour,
        )),
        Icon::Record => {
            let colour = if is_on { palette.verdicts[2] } else { palette.text };
            ui.painter().circle_filled(centre, 5.0, colour);
        }
        Icon::Start => {
            ui.painter().add(triangle(-4.0, 5.0));
            ui.painter().rect_filled(
                egui::Rect::from_center_size(at(-5.5, 0.0), Vec2::new(2.0, 10.0)),
                0.0,
                colour,
            );
        }
        Icon::Loop => {
            let stroke = Stroke::new(1.5, colour);
            ui.painter().rect_stroke(
                egui::Rect::from_center_size(centre, Vec2::new(15.0, 8.0)),
                CornerRadius::same(4),
                stroke,
                egui::StrokeKind::Middle,
            );
            let tip = vec![at(2.5, -4.0), at(-1.5, -7.0), at(-1.5, -1.0)];
            ui.painter().add(Shape::convex_polygon(tip, colour, Stroke::NONE));
        }
    }
    response.on_hover_text(name)
}

/// Writes a time on a ruler.
pub(super) fn mark(ui: &egui::Painter, at: egui::Pos2, text: String, colour: egui::Color32) {
    ui.text(at, Align2::LEFT_TOP, text, FontId::proportional(10.0), colour);
}
