//! A fader with its scale: dragged, by the arrow keys, or by a number.

use egui::accesskit::{Action, ActionData};
use egui::{CornerRadius, EventFilter, FontId, Key, Rect, Response, Sense, Stroke, Ui, Vec2};
use formats::scene::chain::Range;

use super::number;
use crate::theme::Palette;

/// Gain at the bottom of a fader, dB; below is silence, or the lowest that the range has.
const LOWEST: f64 = -60.0;
/// Gains that are written beside a fader, where the range goes as far.
const MARKS: [i32; 7] = [20, 10, 0, -10, -20, -40, -60];
/// Points of height that the number takes.
pub(super) const NUMBER: f32 = 20.0;
/// Width with the scale.
pub(super) const WIDTH: f32 = 50.0;
/// dB of an arrow key, and of a page.
const STEPS: [f64; 2] = [0.5, 3.0];
/// How gains are spread: those near 0 dB have the most room.
const BEND: f64 = 1.6;

/// Where it is kept which fader the keys turn.
const TURNED: &str = "fader that the keys turn";

/// What is at the bottom.
fn bottom(range: Range) -> f64 {
    if range.min.is_finite() { range.min } else { LOWEST }
}

/// Part of the way from the bottom.
fn place_of(gain: f64, range: Range) -> f64 {
    let low = bottom(range);
    ((gain.max(low) - low) / (range.max - low)).clamp(0.0, 1.0).powf(BEND)
}

fn gain_of(place: f64, range: Range) -> f64 {
    let low = bottom(range);
    let gain = low + (range.max - low) * place.clamp(0.0, 1.0).powf(1.0 / BEND);
    kept((gain * 10.0).round() / 10.0, range)
}

/// The gain within its range; what would be below the fader is silence where there is such.
fn kept(gain: f64, range: Range) -> f64 {
    if gain <= bottom(range) { range.min } else { gain.min(range.max) }
}

/// Shows a fader that is called `name`, and gives what it was set to; a double click brings it to 0 dB.
pub(super) fn show(
    ui: &mut Ui,
    palette: &Palette,
    name: &str,
    (gain, range): (f64, Range),
    height: f32,
) -> Option<f64> {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(WIDTH, height), Sense::click_and_drag());
    let shown = gain.max(bottom(range));
    response.widget_info(|| egui::WidgetInfo::slider(true, shown, name));
    let way = rect.shrink2(Vec2::new(0.0, 8.0));
    // What was dragged is turned on by the keys: nobody wants them to move a sound then.
    if response.drag_started() {
        response.request_focus();
    }
    let mut changed = by_keys(ui, &response, shown, range);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(bottom(range));
        node.set_max_numeric_value(range.max);
        node.set_numeric_value_step(STEPS[0]);
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
    if response.dragged()
        && let Some(at) = response.interact_pointer_pos()
    {
        changed = Some(gain_of(f64::from((way.max.y - at.y) / way.height()), range));
    }
    if response.double_clicked() {
        changed = Some(0.0);
    }
    paint(ui, palette, &response, (rect, way), (gain, range));
    changed
}

/// Whether the keys turn a fader, which leaves them all but those that turn it.
pub fn has_focus(context: &egui::Context) -> bool {
    let turned: Option<egui::Id> = context.data(|data| data.get_temp(egui::Id::unique(TURNED)));
    turned.is_some() && turned == context.memory(|memory| memory.focused())
}

fn by_keys(ui: &Ui, response: &Response, gain: f64, range: Range) -> Option<f64> {
    let mut steps = 0.0;
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(egui::Id::unique(TURNED), response.id));
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let pressed = |key: Key| ui.input(|input| input.num_presses(key)) as f64;
        steps += STEPS[0] * (pressed(Key::ArrowUp) - pressed(Key::ArrowDown));
        steps += STEPS[1] * (pressed(Key::PageUp) - pressed(Key::PageDown));
        if ui.input(|input| input.pointer.any_pressed()) && !response.contains_pointer() {
            response.surrender_focus();
        }
    }
    let asked = |action| ui.input(|input| input.num_accesskit_action_requests(response.id, action)) as f64;
    steps += STEPS[0] * (asked(Action::Increment) - asked(Action::Decrement));
    let set = ui.input(|input| {
        let requests = input.accesskit_action_requests(response.id, Action::SetValue);
        let values = requests.filter_map(|request| match request.data {
            Some(ActionData::NumericValue(value)) if !value.is_nan() => Some(value),
            _ => None,
        });
        values.last()
    });
    let stepped = (steps != 0.0).then_some(gain + steps);
    set.or(stepped).map(|gain| kept(gain, range))
}

fn paint(
    ui: &Ui,
    palette: &Palette,
    response: &Response,
    (rect, way): (Rect, Rect),
    (gain, range): (f64, Range),
) {
    let y = |gain: f64| way.max.y - place_of(gain, range) as f32 * way.height();
    let x = rect.max.x - 15.0;
    let painter = ui.painter();
    // Where there is little room, every other mark will do.
    let step = if way.height() < 110.0 { 2 } else { 1 };
    let marks = MARKS.into_iter().filter(|mark| (bottom(range)..=range.max).contains(&f64::from(*mark)));
    for mark in marks.filter(|mark| step == 1 || mark % 20 == 0) {
        let at = y(f64::from(mark));
        painter.hline(x - 11.0..=x + 11.0, at, Stroke::new(1.0, palette.line));
        let font = FontId::proportional(9.0);
        let place = egui::pos2(x - 14.0, at);
        painter.text(place, egui::Align2::RIGHT_CENTER, mark.to_string(), font, palette.dim);
    }
    painter.rect_filled(Rect::from_x_y_ranges(x - 1.5..=x + 1.5, way.y_range()), 1.0, palette.well);
    let knob = Rect::from_center_size(egui::pos2(x, y(gain)), Vec2::new(24.0, 13.0));
    let is_held = response.dragged() || response.hovered();
    let body = palette.room.lerp_to_gamma(palette.panel, if is_held { 0.1 } else { 0.3 });
    painter.rect_filled(knob, CornerRadius::same(3), body);
    painter.hline(knob.x_range(), knob.center().y, Stroke::new(1.5, palette.well));
    if response.has_focus() {
        let stroke = Stroke::new(1.5, palette.accent);
        painter.rect_stroke(knob.expand(1.5), CornerRadius::same(4), stroke, egui::StrokeKind::Outside);
    }
}

/// The number below a fader; gives what was typed.
pub(super) fn number(ui: &mut Ui, name: &str, (gain, range): (f64, Range), width: f32) -> Option<f64> {
    let mut new = gain;
    number::field(ui, name, &mut new, range, width).changed().then_some(new)
}

#[cfg(test)]
mod tests {
    use formats::scene::chain::{Fader, Fdn};

    use super::*;

    #[test]
    fn a_fader_goes_from_silence_to_the_end_of_its_range() {
        assert_eq!(gain_of(0.0, Fader::GAIN), f64::NEG_INFINITY);
        assert_eq!(gain_of(1.0, Fader::GAIN), Fader::GAIN.max);
        assert_eq!(gain_of(-1.0, Fdn::GAIN), Fdn::GAIN.min);
        for gain in [-40.0, -12.5, 0.0, 6.0] {
            assert!((gain_of(place_of(gain, Fader::GAIN), Fader::GAIN) - gain).abs() < 0.051, "{gain}");
        }
        assert_eq!(place_of(f64::NEG_INFINITY, Fader::GAIN), 0.0);
        assert_eq!(kept(99.0, Fader::GAIN), Fader::GAIN.max);
    }
}
