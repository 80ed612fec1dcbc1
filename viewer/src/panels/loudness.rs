//! Loudness of what is heard, as it goes on: figures, their history, and what the chosen specifications say of them.

use std::collections::VecDeque;

use egui::{Align2, CornerRadius, FontId, Grid, Pos2, RichText, Sense, Stroke, Ui, Vec2};
use renderer::live::LiveLoudness;
use renderer::loudness::{Limit, Measure, Specification};

use super::meters::{self, decibels};
use crate::app::App;

/// Seconds that the graph goes back.
const SECONDS: f64 = 60.0;
/// Loudness at the bottom and at the top of the graph, LUFS.
const SPAN: [f64; 2] = [-50.0, -5.0];

/// When, in seconds that were played; momentary and short-term loudness then.
type Reading = (f64, Option<f64>, Option<f64>);

/// The loudness of the last minute that was played.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Seconds that were played.
    played: f64,
    points: VecDeque<Reading>,
}

impl History {
    /// One more, so many seconds later; older ones than a minute are forgotten.
    pub fn add(&mut self, seconds: f64, loudness: &LiveLoudness) {
        self.played += seconds;
        let now = self.played;
        if self.points.back().is_none_or(|(last, ..)| now - last >= 0.1) {
            self.points.push_back((now, loudness.momentary, loudness.short_term));
        }
        while self.points.front().is_some_and(|(first, ..)| now - first > SECONDS) {
            self.points.pop_front();
        }
    }
}

/// Shows it.
pub fn show(app: &mut App, ui: &mut Ui) {
    if !app.connection.is_open() {
        ui.add_space(10.0);
        ui.weak("Play, and the loudness of what is heard will be here.");
        return;
    }
    let height = ui.available_height() - 6.0;
    ui.horizontal_top(|ui| {
        meters::show(app, ui, Vec2::new(210.0, height));
        ui.add_space(6.0);
        ui.vertical(|ui| {
            ui.set_width(190.0);
            figures(app, ui);
        });
        ui.vertical(|ui| {
            graph(app, ui, Vec2::new((ui.available_width() * 0.5).max(120.0), height));
        });
        ui.vertical(|ui| verdicts(app, ui));
    });
}

/// The highest true peak, dBTP.
fn true_peak(app: &App) -> Option<f64> {
    let highest =
        app.connection.telemetry.channels.iter().map(|level| level.true_peak_hold).fold(0.0, f32::max);
    (highest > 0.0).then(|| f64::from(decibels(highest)))
}

fn figures(app: &mut App, ui: &mut Ui) {
    let palette = app.theme.palette();
    let loudness = app.connection.telemetry.loudness;
    let peak = true_peak(app);
    Grid::new("loudness").num_columns(2).spacing([10.0, 3.0]).show(ui, |ui| {
        for (name, value, unit) in [
            ("Momentary", loudness.momentary, "LUFS"),
            ("Short-term", loudness.short_term, "LUFS"),
            ("Integrated", loudness.integrated, "LUFS"),
            ("Range", loudness.range, "LU"),
            ("Dialogue", loudness.dialogue, "LUFS"),
            ("True peak", peak, "dBTP"),
        ] {
            ui.label(RichText::new(name).color(palette.dim));
            let text = value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1} {unit}"));
            ui.label(RichText::new(text).monospace().color(palette.text));
            ui.end_row();
        }
    });
    if ui.button("Start anew").clicked() {
        app.connection.reset_meters();
        app.panels.loudness = History::default();
    }
}

fn graph(app: &App, ui: &mut Ui, size: Vec2) {
    let palette = app.theme.palette();
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Image, true, "Loudness of the last minute that was played")
    });
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, CornerRadius::same(4), palette.well);
    let y = |value: f64| {
        let share = ((value - SPAN[0]) / (SPAN[1] - SPAN[0])).clamp(0.0, 1.0);
        rect.max.y - share as f32 * rect.height()
    };
    for mark in [-40.0, -30.0, -23.0, -14.0] {
        painter.hline(rect.x_range(), y(mark), Stroke::new(1.0, palette.line.gamma_multiply(0.7)));
        let at = rect.left_top() + Vec2::new(4.0, y(mark) - rect.min.y);
        painter.text(at, Align2::LEFT_BOTTOM, format!("{mark:.0}"), FontId::proportional(9.0), palette.dim);
    }
    let Some((now, ..)) = app.panels.loudness.points.back().copied() else { return };
    let x = |at: f64| rect.max.x - ((now - at) / SECONDS) as f32 * rect.width();
    let line = |of: &dyn Fn(&Reading) -> Option<f64>| -> Vec<Pos2> {
        app.panels
            .loudness
            .points
            .iter()
            .filter_map(|point| Some(Pos2::new(x(point.0), y(of(point)?))))
            .collect()
    };
    painter.line(line(&|point| point.1), Stroke::new(1.0, palette.accent.gamma_multiply(0.55)));
    painter.line(line(&|point| point.2), Stroke::new(2.0, palette.accent));
}

/// What the specifications of the scene's deliverables say of the figures so far.
fn verdicts(app: &App, ui: &mut Ui) {
    let palette = app.theme.palette();
    let mut names: Vec<&str> =
        app.document.scene().deliverables.iter().filter_map(|d| d.spec.as_deref()).collect();
    names.dedup();
    if names.is_empty() {
        ui.weak("Deliverables with a specification are judged here.");
        return;
    }
    let loudness = app.connection.telemetry.loudness;
    let value = |measure: Measure| match measure {
        Measure::Integrated => loudness.integrated,
        Measure::LoudnessRange => loudness.range,
        Measure::Dialogue => loudness.dialogue,
        Measure::TruePeak => true_peak(app),
        _ => None,
    };
    for name in names {
        let Ok(specification) = Specification::by_name(name) else { continue };
        ui.strong(specification.name.as_str()).on_hover_text(specification.title.as_str());
        let limits = specification
            .clauses
            .iter()
            .filter(|clause| clause.when.is_none())
            .flat_map(|clause| &clause.any);
        for limit in limits {
            let Some(found) = value(limit.measure) else { continue };
            let holds = limit.minimum.is_none_or(|least| found >= least)
                && limit.maximum.is_none_or(|most| found <= most);
            let colour = palette.verdicts[if holds { 0 } else { 2 }];
            let text = format!("{} {found:.1}: {}", limit.measure.name(), allowed(limit));
            ui.label(RichText::new(text).small().color(colour));
        }
    }
}

fn allowed(limit: &Limit) -> String {
    let unit = limit.measure.unit();
    match (limit.minimum, limit.maximum) {
        (Some(least), Some(most)) => format!("{least} to {most} {unit}"),
        (Some(least), None) => format!("at least {least} {unit}"),
        (None, Some(most)) => format!("at most {most} {unit}"),
        (None, None) => String::new(),
    }
}
