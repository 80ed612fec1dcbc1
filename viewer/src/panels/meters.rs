//! Levels of what is heard: the peak and the RMS of each channel, and its highest true peak.

use egui::{Align2, Color32, CornerRadius, FontId, Rect, Sense, Stroke, Ui, Vec2};
use renderer::live::ChannelLevel;

use crate::app::App;
use crate::theme::Palette;

/// Lowest and highest level that is shown, dBFS.
const LEVELS: [f32; 2] = [-60.0, 3.0];
/// Where green ends, and where yellow does.
const BOUNDS: [f32; 2] = [-18.0, -6.0];
/// Levels that are written.
const MARKS: [f32; 6] = [0.0, -6.0, -12.0, -24.0, -36.0, -48.0];
/// Widest bar.
const WIDEST: f32 = 22.0;

/// dBFS of a linear level.
pub(crate) fn decibels(level: f32) -> f32 {
    20.0 * level.max(1e-9).log10()
}

/// Shows a bar for each channel.
pub(crate) fn show(app: &mut App, ui: &mut Ui, size: Vec2) {
    let palette = app.theme.palette();
    let everyday = app.room.layout.everyday_channel_names();
    let names = app.connection.channel_names();
    // As the room calls them, where it is the room that is listened to.
    let is_room = names.len() == everyday.len()
        && app.room.layout.channels.iter().zip(names).all(|(channel, name)| channel.name == *name);
    let names: Vec<String> =
        if is_room { everyday.into_iter().map(str::to_owned).collect() } else { names.to_vec() };
    let levels = app.connection.telemetry.channels.clone();
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let loudest = levels.iter().map(|level| level.peak).fold(0.0, f32::max);
    response.widget_info(|| {
        let label = format!("Levels: {} channels, highest {:.1} dBFS", levels.len(), decibels(loudest));
        egui::WidgetInfo::labeled(egui::Role::Meter, true, label)
    });
    if response.on_hover_text("Click to start anew").clicked() {
        app.connection.reset_meters();
    }
    let painter = ui.painter_at(rect);
    let scale = Rect::from_min_max(rect.min + Vec2::new(24.0, 12.0), rect.max - Vec2::new(0.0, 14.0));
    let y = |db: f32| {
        let share = ((db - LEVELS[0]) / (LEVELS[1] - LEVELS[0])).clamp(0.0, 1.0);
        scale.max.y - share * scale.height()
    };
    for mark in MARKS {
        painter.hline(scale.x_range(), y(mark), Stroke::new(1.0, palette.line.gamma_multiply(0.6)));
        let at = egui::pos2(scale.min.x - 4.0, y(mark));
        painter.text(at, Align2::RIGHT_CENTER, format!("{mark:.0}"), FontId::proportional(9.0), palette.dim);
    }
    let step = (scale.width() / levels.len().max(1) as f32).min(WIDEST + 3.0);
    for (index, level) in levels.iter().enumerate() {
        let left = scale.min.x + step * index as f32 + 1.0;
        let bar = Rect::from_x_y_ranges(left..=left + (step - 3.0).max(2.0), scale.y_range());
        channel(&painter, palette, bar, level, &y);
        if step > 12.0
            && let Some(name) = names.get(index)
        {
            let at = egui::pos2(bar.center().x, rect.max.y - 6.0);
            let short: String = name.chars().take(5).collect();
            let text = painter.layout_no_wrap(short, FontId::proportional(8.5), palette.dim);
            // Where there is no room for a name there is none.
            if text.size().x <= step - 1.0 {
                painter.galley(at - text.size() / 2.0, text, palette.dim);
            }
        }
    }
}

fn channel(
    painter: &egui::Painter,
    palette: &Palette,
    bar: Rect,
    level: &ChannelLevel,
    y: &dyn Fn(f32) -> f32,
) {
    painter.rect_filled(bar, CornerRadius::same(2), palette.well);
    let parts = [LEVELS[0], BOUNDS[0], BOUNDS[1], LEVELS[1]];
    let fill = |db: f32, strength: f32| {
        for (part, colour) in parts.array_windows::<2>().zip(palette.verdicts) {
            let (low, high) = (part[0], part[1].min(db));
            if high > low {
                let piece = Rect::from_x_y_ranges(bar.x_range(), y(high)..=y(low));
                painter.rect_filled(piece, 0.0, colour.gamma_multiply(strength));
            }
        }
    };
    fill(decibels(level.peak), 0.45);
    fill(decibels(level.rms), 1.0);
    let hold = decibels(level.true_peak_hold);
    if hold > LEVELS[0] {
        painter.hline(bar.x_range(), y(hold), Stroke::new(1.5, colour_of(palette, hold)));
    }
}

/// Green, yellow, red.
pub(crate) fn colour_of(palette: &Palette, db: f32) -> Color32 {
    palette.verdicts[BOUNDS.iter().filter(|bound| db > **bound).count()]
}
