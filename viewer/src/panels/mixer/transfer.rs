//! Transfer curves of dynamics: what comes out for what goes in, and where on it the sound is now.

use egui::{Color32, CornerRadius, FontId, Pos2, Sense, Stroke, Ui, Vec2};
use formats::scene::chain::{Compressor, DeEsser, Gate};
use renderer::mix::dynamics;

use crate::theme::Palette;

/// Levels from the bottom left to the top right, dBFS.
const LEVELS: [f64; 2] = [-80.0, 0.0];
/// Distance of the lines behind the curve, dB.
const GRID: usize = 12;
/// Reductions that are nothing, dB.
const NOTHING: f64 = 0.05;

/// A curve: by how many dB a level is brought down, and by how many everything is brought up.
pub(super) struct Transfer<'a> {
    pub(super) threshold_db: f64,
    pub(super) makeup_db: f64,
    pub(super) reduction_db: &'a dyn Fn(f64) -> f64,
    /// What is quiet is brought down, not what is loud.
    pub(super) is_downward: bool,
}

/// dB beyond the knee, a parabola within it: straight above, nothing below.
fn beyond(over: f64, knee_db: f64) -> f64 {
    if over <= 0.0 {
        0.0
    } else if over < knee_db {
        over * over / (2.0 * knee_db)
    } else {
        over - knee_db / 2.0
    }
}

/// What a compressor takes away from a level, dB.
pub(super) fn of_compressor(compressor: &Compressor, level_db: f64) -> f64 {
    let Compressor { threshold_db, ratio, knee_db, .. } = *compressor;
    (1.0 - 1.0 / ratio.max(1.0)) * beyond(level_db - (threshold_db - knee_db / 2.0), knee_db)
}

/// What a de-esser takes away from a level above its frequency, dB.
pub(super) fn of_de_esser(de_esser: &DeEsser, level_db: f64) -> f64 {
    let DeEsser { threshold_db, ratio, range_db, .. } = *de_esser;
    let knee_db = dynamics::DeEsser::KNEE_DB;
    let over = beyond(level_db - (threshold_db - knee_db / 2.0), knee_db);
    ((1.0 - 1.0 / ratio.max(1.0)) * over).min(range_db)
}

/// What a gate takes away from a level, dB.
pub(super) fn of_gate(gate: &Gate, level_db: f64) -> f64 {
    let Gate { threshold_db, ratio, knee_db, floor_db, .. } = *gate;
    ((ratio.max(1.0) - 1.0) * beyond(threshold_db + knee_db / 2.0 - level_db, knee_db)).min(-floor_db)
}

impl Transfer<'_> {
    fn output_db(&self, input_db: f64) -> f64 {
        input_db - (self.reduction_db)(input_db) + self.makeup_db
    }

    /// The level nearest to where nothing is taken away of which so much is; `None` while nothing is.
    fn level_of(&self, reduction_db: f64) -> Option<f64> {
        if reduction_db <= NOTHING {
            return None;
        }
        let steps = ((LEVELS[1] - LEVELS[0]) * 4.0) as usize;
        let mut levels = (0..=steps).map(|step| {
            let way = step as f64 / 4.0;
            if self.is_downward { LEVELS[1] - way } else { LEVELS[0] + way }
        });
        levels.find(|level| (self.reduction_db)(*level) >= reduction_db)
    }
}

/// Shows a curve, with a point where so much is taken away now.
pub(super) fn show(
    ui: &mut Ui,
    palette: &Palette,
    name: &str,
    (transfer, now_db, colour): (&Transfer<'_>, f32, Color32),
    side: f32,
) {
    let (area, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    let painter = ui.painter_at(area);
    painter.rect_filled(area, CornerRadius::same(4), palette.well);
    let share = |db: f64| ((db - LEVELS[0]) / (LEVELS[1] - LEVELS[0])) as f32;
    let at = |input: f64, output: f64| {
        Pos2::new(area.min.x + share(input) * area.width(), area.max.y - share(output) * area.height())
    };
    let font = FontId::proportional(9.0);
    for db in (0..80).step_by(GRID).skip(1).map(|db| -f64::from(db)) {
        let stroke = Stroke::new(1.0, palette.line.gamma_multiply(0.6));
        painter.vline(at(db, 0.0).x, area.y_range(), stroke);
        painter.hline(area.x_range(), at(0.0, db).y, stroke);
        let place = at(LEVELS[0], db) + Vec2::new(2.0, -1.0);
        painter.text(place, egui::Align2::LEFT_BOTTOM, format!("{db:.0}"), font.clone(), palette.dim);
    }
    painter.line_segment([at(LEVELS[0], LEVELS[0]), at(0.0, 0.0)], Stroke::new(1.0, palette.line));
    let threshold = at(transfer.threshold_db, 0.0).x;
    painter.vline(threshold, area.y_range(), Stroke::new(1.0, palette.dim.gamma_multiply(0.5)));
    let inputs = (0..=160).map(|n| LEVELS[0] + f64::from(n) * 0.5);
    let points = inputs.map(|input| at(input, transfer.output_db(input)));
    painter.line(points.collect::<Vec<_>>(), Stroke::new(1.8, colour));
    if let Some(level) = transfer.level_of(f64::from(now_db)) {
        let point = at(level, transfer.output_db(level));
        painter.circle(point, 4.5, palette.text, Stroke::new(1.5, palette.well));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressor_has_its_ratio_above_and_is_smooth_in_the_knee() {
        let compressor =
            Compressor { threshold_db: -20.0, ratio: 4.0, knee_db: 6.0, ..Compressor::default() };
        assert_eq!(of_compressor(&compressor, -40.0), 0.0);
        // 12 dB above the threshold are 3 dB.
        assert!((of_compressor(&compressor, -8.0) - 9.0).abs() < 1e-9);
        for edge in [-23.0, -17.0] {
            let (below, above) =
                (of_compressor(&compressor, edge - 1e-6), of_compressor(&compressor, edge + 1e-6));
            assert!((above - below).abs() < 1e-5);
        }
    }

    #[test]
    fn a_gate_falls_to_its_floor_and_a_de_esser_to_its_range() {
        let gate = Gate { threshold_db: -50.0, ratio: 3.0, knee_db: 0.0, floor_db: -30.0, ..Gate::default() };
        assert_eq!(of_gate(&gate, -40.0), 0.0);
        // 5 dB less going in are 15 dB less coming out.
        assert!((of_gate(&gate, -55.0) - 10.0).abs() < 1e-9);
        assert_eq!(of_gate(&gate, -90.0), 30.0);
        let de_esser = DeEsser { threshold_db: -30.0, ratio: 2.0, range_db: 6.0, ..DeEsser::default() };
        assert!((of_de_esser(&de_esser, -22.0) - 4.0).abs() < 1e-9);
        assert_eq!(of_de_esser(&de_esser, 0.0), 6.0);
    }

    #[test]
    fn the_point_is_where_so_much_is_taken_away() {
        let compressor =
            Compressor { threshold_db: -20.0, ratio: 2.0, knee_db: 0.0, ..Compressor::default() };
        let taken = |level: f64| of_compressor(&compressor, level);
        let transfer =
            Transfer { threshold_db: -20.0, makeup_db: 0.0, reduction_db: &taken, is_downward: false };
        assert_eq!(transfer.level_of(0.0), None);
        assert_eq!(transfer.level_of(5.0), Some(-10.0));
        assert_eq!(transfer.level_of(50.0), None);
    }
}
