//! The compressor of a track: its curve and its numbers.

use egui::{ComboBox, CornerRadius, DragValue, FontId, Pos2, Sense, Stroke, Ui, Vec2};
use formats::scene::chain::{Compressor, Range};
use formats::scene::{Role, Track};

use super::edit_track;
use crate::app::App;
use crate::theme::{role_colour, role_name};

/// Levels from the bottom left to the top right, dBFS.
const LEVELS: [f64; 2] = [-60.0, 0.0];

/// Shows it, with a switch that puts one in.
pub(super) fn show(app: &mut App, ui: &mut Ui, index: usize, track: &Track, height: f32) {
    let mut is_on = track.chain.compressor.is_some();
    if ui.checkbox(&mut is_on, "Compressor").changed() {
        let new = is_on.then(Compressor::default);
        edit_track(app, index, "Compressor", |track| track.chain.compressor = new);
    }
    let Some(old) = &track.chain.compressor else { return };
    let mut new = old.clone();
    ui.horizontal_top(|ui| {
        curve(app, ui, track, old, (height - 30.0).clamp(60.0, 150.0));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let rows: [(&str, &mut f64, Range, f64); 6] = [
                ("Threshold", &mut new.threshold_db, Compressor::THRESHOLD, 0.2),
                ("Ratio", &mut new.ratio, Compressor::RATIO, 0.03),
                ("Knee", &mut new.knee_db, Compressor::KNEE, 0.1),
                ("Attack", &mut new.attack_ms, Compressor::ATTACK, 0.2),
                ("Release", &mut new.release_ms, Compressor::RELEASE, 1.0),
                ("Makeup", &mut new.makeup_db, Compressor::MAKEUP, 0.1),
            ];
            for (name, value, range, speed) in rows {
                ui.horizontal(|ui| {
                    let suffix =
                        if range.unit.is_empty() { " : 1".to_owned() } else { format!(" {}", range.unit) };
                    let field =
                        DragValue::new(value).range(range.min..=range.max).speed(speed).max_decimals(1);
                    ui.add_sized([84.0, 18.0], field.suffix(suffix)).accessible_name(name);
                    ui.label(egui::RichText::new(name).small());
                });
            }
            key(ui, &mut new);
        });
    });
    if new != *old {
        edit_track(app, index, "Compressor", |track| track.chain.compressor = Some(new));
    }
}

/// What it listens to.
fn key(ui: &mut Ui, compressor: &mut Compressor) {
    let chosen = compressor.key.clone();
    let name = |key: &Option<String>| {
        key.as_deref().map_or_else(|| "itself".to_owned(), |key| role_name(&Role::from_name(key)).to_owned())
    };
    let combo = ComboBox::from_id_salt("key").selected_text(name(&chosen)).width(84.0).height(260.0);
    let shown = combo.show_ui(ui, |ui| {
        let roles = Role::KNOWN.iter().map(|(_, name)| Some((*name).to_owned()));
        for key in std::iter::once(None).chain(roles) {
            if ui.selectable_label(chosen == key, name(&key)).clicked() {
                compressor.key = key;
            }
        }
    });
    shown.response.accessible_name("Listens to");
}

/// What comes out for what goes in, dB: straight below the knee, flatter above it, a parabola within.
fn output_db(compressor: &Compressor, input_db: f64) -> f64 {
    let Compressor { threshold_db, ratio, knee_db, makeup_db, .. } = *compressor;
    let over = input_db - (threshold_db - knee_db / 2.0);
    let steepness = 1.0 - 1.0 / ratio.max(1.0);
    let reduction = if over <= 0.0 {
        0.0
    } else if over < knee_db {
        steepness * over * over / (2.0 * knee_db)
    } else {
        steepness * (over - knee_db / 2.0)
    };
    input_db - reduction + makeup_db
}

fn curve(app: &App, ui: &mut Ui, track: &Track, compressor: &Compressor, side: f32) {
    let palette = app.theme.palette();
    let (area, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Curve of the compressor"));
    let painter = ui.painter_at(area);
    painter.rect_filled(area, CornerRadius::same(4), palette.well);
    let share = |db: f64| ((db - LEVELS[0]) / (LEVELS[1] - LEVELS[0])) as f32;
    let at = |input: f64, output: f64| {
        Pos2::new(area.min.x + share(input) * area.width(), area.max.y - share(output) * area.height())
    };
    for db in [-48.0, -36.0, -24.0, -12.0] {
        let stroke = Stroke::new(1.0, palette.line.gamma_multiply(0.6));
        painter.vline(at(db, 0.0).x, area.y_range(), stroke);
        painter.hline(area.x_range(), at(0.0, db).y, stroke);
    }
    painter.line_segment([at(LEVELS[0], LEVELS[0]), at(0.0, 0.0)], Stroke::new(1.0, palette.line));
    let points =
        (0..=60).map(|n| LEVELS[0] + f64::from(n)).map(|input| at(input, output_db(compressor, input)));
    painter.line(points.collect::<Vec<_>>(), Stroke::new(1.8, role_colour(&track.role)));
    let text = format!("{} dB", compressor.threshold_db);
    let place = at(compressor.threshold_db, LEVELS[0]) + Vec2::new(3.0, -3.0);
    painter.text(place, egui::Align2::LEFT_BOTTOM, text, FontId::proportional(9.0), palette.dim);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_has_its_ratio_above_and_is_smooth_in_the_knee() {
        let compressor =
            Compressor { threshold_db: -20.0, ratio: 4.0, knee_db: 6.0, ..Compressor::default() };
        assert_eq!(output_db(&compressor, -40.0), -40.0);
        // 12 dB above the threshold are 3 dB.
        assert!((output_db(&compressor, -8.0) + 17.0).abs() < 1e-9);
        for edge in [-23.0, -17.0] {
            let (below, above) = (output_db(&compressor, edge - 1e-6), output_db(&compressor, edge + 1e-6));
            assert!((above - below).abs() < 1e-5);
        }
    }
}
