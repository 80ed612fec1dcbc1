//! Trim, denoise, delay, and the limiter of a master.

use egui::{ComboBox, RichText, Ui};
use formats::scene::chain::{Delay, Denoise, Limiter, Range, Trim};

use super::number;
use super::rack::Look;

pub(super) fn trim(ui: &mut Ui, trim: &mut Trim) {
    number::row(ui, "Trim", "gain", &mut trim.gain_db, Trim::GAIN);
    ui.checkbox(&mut trim.invert, "polarity turned over").accessible_name("Trim polarity");
}

pub(super) fn denoise(ui: &mut Ui, look: &Look<'_>, denoise: &mut Denoise) {
    number::row(ui, "Denoise", "amount", &mut denoise.amount, Denoise::AMOUNT);
    ui.label(RichText::new("For speech. 1 is the denoiser alone.").small().color(look.palette.dim));
    if look.sample_rate != Denoise::SAMPLE_RATE {
        let text =
            format!("It works at {} Hz; this scene has {} Hz.", Denoise::SAMPLE_RATE, look.sample_rate);
        ui.label(RichText::new(text).small().color(look.palette.verdicts[2]));
    }
}

pub(super) fn limiter(ui: &mut Ui, limiter: &mut Limiter) {
    number::row(ui, "Limiter", "ceiling", &mut limiter.ceiling_dbtp, Limiter::CEILING);
}

/// A unit of delays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Milliseconds,
    Frames,
    Samples,
}

impl Unit {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Milliseconds, "milliseconds"), (Self::Frames, "frames"), (Self::Samples, "samples")];

    fn of(delay: Delay) -> Self {
        match delay {
            Delay::Milliseconds(_) => Self::Milliseconds,
            Delay::Frames(_) => Self::Frames,
            Delay::Samples(_) => Self::Samples,
        }
    }
}

/// How long a delay is, seconds; `None` for frames of no picture.
fn seconds(delay: Delay, sample_rate: u32, frames_per_second: Option<f64>) -> Option<f64> {
    match delay {
        Delay::Milliseconds(value) => Some(value / 1000.0),
        Delay::Samples(samples) => Some(samples as f64 / f64::from(sample_rate)),
        Delay::Frames(frames) => Some(frames / frames_per_second?),
    }
}

/// The same delay in another unit.
fn converted(unit: Unit, seconds: f64, sample_rate: u32, frames_per_second: f64) -> Delay {
    let within = |value: f64, range: Range| value.clamp(range.min, range.max);
    let hundredths = |value: f64| (value * 100.0).round() / 100.0;
    match unit {
        Unit::Milliseconds => Delay::Milliseconds(within(hundredths(seconds * 1000.0), Delay::MILLISECONDS)),
        Unit::Frames => Delay::Frames(within(hundredths(seconds * frames_per_second), Delay::FRAMES)),
        Unit::Samples => {
            Delay::Samples(within((seconds * f64::from(sample_rate)).round(), Delay::SAMPLES) as i64)
        }
    }
}

pub(super) fn delay(ui: &mut Ui, look: &Look<'_>, delay: &mut Delay) {
    let (rate, fps) = (look.sample_rate, look.frames_per_second);
    ui.horizontal(|ui| {
        match delay {
            Delay::Milliseconds(value) => {
                number::field(ui, "Delay", value, Delay::MILLISECONDS, 100.0);
            }
            Delay::Frames(value) => drop(number::field(ui, "Delay", value, Delay::FRAMES, 100.0)),
            Delay::Samples(samples) => {
                let mut value = *samples as f64;
                number::field(ui, "Delay", &mut value, Delay::SAMPLES, 100.0);
                *samples = value.round() as i64;
            }
        }
        let unit = Unit::of(*delay);
        let name =
            |unit: Unit| Unit::ALL.iter().find(|(other, _)| *other == unit).map_or("", |(_, name)| name);
        let combo = ComboBox::from_id_salt("unit").selected_text(name(unit)).width(110.0);
        let shown = combo.show_ui(ui, |ui| {
            let units = Unit::ALL.into_iter().filter(|(unit, _)| *unit != Unit::Frames || fps.is_some());
            for (other, name) in units {
                if ui.selectable_label(other == unit, name).clicked() {
                    let long = seconds(*delay, rate, fps).unwrap_or(0.0);
                    *delay = converted(other, long, rate, fps.unwrap_or(1.0));
                }
            }
        });
        shown.response.accessible_name("Unit of the delay");
    });
    ui.horizontal(|ui| {
        ui.label(RichText::new("lip sync").small());
        for (text, name, frames) in
            [("− 1 frame", "Earlier by a frame", -1.0), ("+ 1 frame", "Later by a frame", 1.0)]
        {
            let response = ui.add_enabled(fps.is_some(), egui::Button::new(text)).accessible_name(name);
            if response.on_hover_text(name).on_disabled_hover_text("The scene has no picture").clicked()
                && let Some(fps) = fps
            {
                let long = seconds(*delay, rate, Some(fps)).unwrap_or(0.0) + frames / fps;
                *delay = converted(Unit::Frames, long, rate, fps);
            }
        }
    });
    if let Some(long) = seconds(*delay, rate, fps) {
        let samples = (long * f64::from(rate)).round();
        let when = if samples < 0.0 { "earlier" } else { "later" };
        let text = format!("{:.2} ms or {} samples {when}", long.abs() * 1000.0, samples.abs());
        ui.label(RichText::new(text).small().color(look.palette.dim));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_as_long_in_any_unit() {
        let long = seconds(Delay::Frames(2.0), 48_000, Some(25.0)).unwrap();
        assert_eq!(converted(Unit::Samples, long, 48_000, 25.0), Delay::Samples(3840));
        assert_eq!(converted(Unit::Milliseconds, long, 48_000, 25.0), Delay::Milliseconds(80.0));
        assert_eq!(seconds(Delay::Frames(2.0), 48_000, None), None);
        assert_eq!(converted(Unit::Samples, 1e9, 48_000, 25.0), Delay::Samples(Delay::SAMPLES.max as i64));
    }
}
