//! Meters of a strip: peak, RMS and held true peak, whether it clipped, and what its dynamics take away.

use egui::{Align2, Color32, CornerRadius, FontId, Rect, Response, Sense, Stroke, Ui, Vec2};
use renderer::live::{ChannelLevel, StripLevel};

use super::place::reduction_db;
use crate::panels::meters::{colour_of, decibels};
use crate::theme::Palette;

/// Lowest and highest level that is shown, dBFS.
const LEVELS: [f32; 2] = [-60.0, 6.0];
/// Reduction at the bottom of its bar, dB.
const MOST_REDUCTION: f32 = 24.0;
/// Reductions that are nothing, dB.
const NOTHING: f32 = 0.05;
/// Width of a bar, and of the one for reduction.
const BAR: f32 = 11.0;
const REDUCTION: f32 = 6.0;
/// Height of the number above.
const TOP: f32 = 13.0;

/// Width of the meters of a strip.
pub(super) const WIDTH: f32 = BAR + REDUCTION + 4.0;

fn y(area: Rect, db: f32) -> f32 {
    let share = ((db - LEVELS[0]) / (LEVELS[1] - LEVELS[0])).clamp(0.0, 1.0);
    area.max.y - share * area.height()
}

/// A level as it is read out.
fn text(linear: f32) -> String {
    let db = decibels(linear);
    if db < -99.0 { "silent".to_owned() } else { format!("{db:.1} dB") }
}

/// Shows the level of a strip, and the reduction of its dynamics beside it where it has any. A click resets.
pub(super) fn strip(
    ui: &mut Ui,
    palette: &Palette,
    name: &str,
    (level, has_dynamics): (&StripLevel, bool),
    height: f32,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(WIDTH, height), Sense::click());
    let reduction = reduction_db(level);
    response.widget_info(|| {
        let ChannelLevel { peak, rms, true_peak_hold } = level.level;
        let clipped = if true_peak_hold > 1.0 { ", clipped" } else { "" };
        let label = format!(
            "Level of {name}: peak {}, RMS {}, true peak {}{clipped}",
            text(peak),
            text(rms),
            text(true_peak_hold)
        );
        egui::WidgetInfo::labeled(egui::Role::Meter, true, label)
    });
    let painter = ui.painter();
    hold(painter, palette, rect, level.level.true_peak_hold);
    let area = Rect::from_min_max(rect.min + Vec2::new(0.0, TOP), rect.max);
    let bar = Rect::from_x_y_ranges(area.min.x..=area.min.x + BAR, area.y_range());
    channel(painter, palette, bar, &level.level);
    if has_dynamics {
        let left = area.max.x - REDUCTION;
        let bar = Rect::from_x_y_ranges(left..=area.max.x, area.y_range());
        fall(painter, palette, bar, reduction);
        let id = response.id.with("reduction");
        let label = format!("Gain reduction of {name}: {reduction:.1} dB");
        let response = ui.interact(bar, id, Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Meter, true, label.as_str()));
        response.on_hover_text(label.as_str());
    }
    response.on_hover_text("Click to start all meters anew, loudness too")
}

/// The highest true peak, or that it was beyond full scale.
fn hold(painter: &egui::Painter, palette: &Palette, rect: Rect, linear: f32) {
    let db = decibels(linear);
    let place = Rect::from_min_size(rect.min, Vec2::new(rect.width(), TOP - 2.0));
    let (fill, colour) = match db {
        _ if db > 0.0 => (palette.verdicts[2], palette.well),
        _ => (Color32::TRANSPARENT, palette.dim),
    };
    painter.rect_filled(place, CornerRadius::same(2), fill);
    if db > -99.0 {
        let text = format!("{db:.0}");
        painter.text(place.center(), Align2::CENTER_CENTER, text, FontId::proportional(9.0), colour);
    }
}

/// The bar of one channel: RMS, peak, and the line of the highest true peak.
pub(super) fn channel(painter: &egui::Painter, palette: &Palette, bar: Rect, level: &ChannelLevel) {
    painter.rect_filled(bar, CornerRadius::same(2), palette.well);
    for (db, strength) in [(decibels(level.peak), 0.45), (decibels(level.rms), 1.0)] {
        if db > LEVELS[0] {
            let fill = Rect::from_x_y_ranges(bar.x_range(), y(bar, db)..=bar.max.y);
            let colour = colour_of(palette, decibels(level.peak)).gamma_multiply(strength);
            painter.rect_filled(fill, CornerRadius::same(1), colour);
        }
    }
    painter.hline(bar.x_range(), y(bar, 0.0), Stroke::new(1.0, palette.line));
    let hold = decibels(level.true_peak_hold);
    if hold > LEVELS[0] {
        painter.hline(bar.x_range(), y(bar, hold), Stroke::new(1.5, colour_of(palette, hold)));
    }
    if hold > 0.0 {
        let mark = Rect::from_min_size(bar.min, Vec2::new(bar.width(), 3.0));
        painter.rect_filled(mark, CornerRadius::same(1), palette.verdicts[2]);
    }
}

/// A reduction, from the top down.
fn fall(painter: &egui::Painter, palette: &Palette, bar: Rect, reduction_db: f32) {
    painter.rect_filled(bar, CornerRadius::same(2), palette.well);
    if reduction_db > NOTHING {
        let share = (reduction_db / MOST_REDUCTION).min(1.0);
        let fill = Rect::from_min_size(bar.min, Vec2::new(bar.width(), share * bar.height()));
        painter.rect_filled(fill, CornerRadius::same(1), palette.verdicts[1]);
    }
}

/// What a processor takes away, with its number.
pub(super) fn reduction(ui: &mut Ui, palette: &Palette, name: &str, reduction_db: f32, height: f32) {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(24.0, height), Sense::hover());
    let label = format!("{name}: {reduction_db:.1} dB");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Meter, true, label.as_str()));
    let painter = ui.painter();
    let bar =
        Rect::from_min_max(rect.min + Vec2::new(7.0, 0.0), egui::pos2(rect.max.x - 7.0, rect.max.y - TOP));
    fall(painter, palette, bar, reduction_db);
    let at = egui::pos2(rect.center().x, rect.max.y - TOP / 2.0);
    let text = format!("{reduction_db:.1}");
    painter.text(at, Align2::CENTER_CENTER, text, FontId::proportional(9.5), palette.dim);
    response.on_hover_text(label.as_str());
}
