//! Numbers of processors: fields with the range and the unit that the scene file gives them.

use egui::{DragValue, Response, RichText, Ui};
use formats::scene::chain::Range;

/// Width of a field, and of those that are too narrow for a unit.
const WIDTH: f32 = 80.0;
const NARROW: f32 = 56.0;
/// Quietest gain that is shown and dragged to; below is silence.
pub(super) const QUIETEST: f64 = -100.0;
/// Of ranges whose ends are farther apart than this factor, a step is a part of the number.
const WIDE: f64 = 20.0;

/// How far a point of a drag goes from `value`.
fn speed(range: Range, value: f64) -> f64 {
    let is_even = range.unit.starts_with("dB") || range.unit == "degrees";
    let least = if range.min > 0.0 { range.min } else { 1.0 };
    if is_even || range.max <= WIDE * least {
        return (range.max - range.min.max(QUIETEST)) / 500.0;
    }
    let finest = 0.1_f64.powi(decimals(range, value.abs()) as i32);
    (value.abs() * 0.01).max(finest / 2.0)
}

/// Digits behind the point that can be told apart by ear.
fn decimals(range: Range, value: f64) -> usize {
    match range.unit {
        "Hz" if value >= 1000.0 => 0,
        "Hz" | "dB" | "dBFS" | "dBTP" | "ms" | "m" | "degrees" => 1,
        "samples" | "objects" => 0,
        _ => 2,
    }
}

/// The range, silence being as low as can be shown.
fn shown(range: Range) -> std::ops::RangeInclusive<f64> {
    let min = if range.min.is_finite() { range.min } else { QUIETEST };
    min..=range.max
}

/// A field for a number that is called `name`. Where the range goes down to silence, what is too low to be shown is `off`.
pub(super) fn field(ui: &mut Ui, name: &str, value: &mut f64, range: Range, width: f32) -> Response {
    let can_be_off = range.min == f64::NEG_INFINITY;
    let is_off = move |value: f64| can_be_off && value <= QUIETEST;
    let mut number = value.max(*shown(range).start());
    let digits = decimals(range, number);
    let unit = if width < NARROW { "" } else { range.unit };
    let step = speed(range, number);
    let text = move |value: f64| match unit {
        _ if is_off(value) => "off".to_owned(),
        "" => format!("{value:.digits$}"),
        "degrees" => format!("{value:.digits$}°"),
        _ => format!("{value:.digits$} {unit}"),
    };
    let drag = DragValue::new(&mut number)
        .range(shown(range))
        .speed(step)
        .max_decimals(digits)
        .custom_formatter(move |value, _| text(value))
        .custom_parser(move |text| parsed(text, can_be_off));
    let response = ui.add_sized([width, 18.0], drag).accessible_name(name);
    if response.changed() {
        *value = if is_off(number) { f64::NEG_INFINITY } else { number };
    }
    response.on_hover_text(format!("{name}: {range}"))
}

/// A number with or without its unit; `k` is a thousand.
fn parsed(text: &str, can_be_off: bool) -> Option<f64> {
    let text = text.trim().replace('−', "-").to_lowercase();
    if can_be_off && ["off", "-inf", "-∞"].contains(&text.as_str()) {
        return Some(QUIETEST);
    }
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || ['.', '-', '+'].contains(&c))).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let thousand = if unit.trim_start().starts_with('k') { 1000.0 } else { 1.0 };
    digits.parse::<f64>().ok().map(|number| number * thousand)
}

/// A row: the field, and what the number is called. `of` names the processor for those who hear the name alone.
pub(super) fn row(ui: &mut Ui, of: &str, name: &str, value: &mut f64, range: Range) {
    ui.horizontal(|ui| {
        field(ui, &format!("{of} {name}"), value, range, WIDTH);
        ui.label(RichText::new(name).small());
    });
}

#[cfg(test)]
mod tests {
    use formats::scene::chain::{Delay, EqBand, Fader};

    use super::*;

    #[test]
    fn numbers_are_typed_with_their_units() {
        for (text, number) in
            [("-12", -12.0), ("−12 dB", -12.0), ("1.5 kHz", 1500.0), ("2k", 2000.0), ("+3 dB", 3.0)]
        {
            assert_eq!(parsed(text, false), Some(number), "{text}");
        }
        assert_eq!(parsed("off", true), Some(QUIETEST));
        assert_eq!(parsed("off", false), None);
        assert_eq!(parsed("soon", true), None);
    }

    #[test]
    fn frequencies_go_by_parts_and_gains_by_steps() {
        assert_eq!(speed(EqBand::FREQUENCY, 2000.0), 20.0);
        assert_eq!(speed(EqBand::GAIN, 2.0), speed(EqBand::GAIN, -20.0));
        assert!(speed(Delay::MILLISECONDS, 0.0) < 0.1 && speed(Delay::MILLISECONDS, -500.0) == 5.0);
        assert_eq!(shown(Fader::GAIN), QUIETEST..=Fader::GAIN.max);
    }
}
