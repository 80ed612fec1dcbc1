//! Gate, de-esser and compressor: their curves, what they take away, and their numbers.

use egui::{ComboBox, RichText, Ui};
use formats::scene::Role;
use formats::scene::chain::{Compressor, DeEsser, Gate, Range};
use renderer::live::StripLevel;

use super::rack::Look;
use super::transfer::{self, Transfer};
use super::{meter, number};
use crate::theme::role_name;

/// Longest side of a curve.
const SIDE: f32 = 200.0;
/// Numbers in a column.
const COLUMN: usize = 4;

/// Curve and reduction at the left, numbers at the right.
fn shown(
    ui: &mut Ui,
    look: &Look<'_>,
    name: &str,
    (curve, now_db): (&Transfer<'_>, f32),
    numbers: impl FnOnce(&mut Ui),
) {
    let side = (look.height - 4.0).clamp(110.0, SIDE);
    ui.horizontal_top(|ui| {
        let label = format!("Curve of the {}", name.to_lowercase());
        transfer::show(ui, look.palette, &label, (curve, now_db, look.colour), side);
        meter::reduction(ui, look.palette, &format!("{name} reduction"), now_db, side);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            numbers(ui);
        });
    });
}

/// Numbers in columns.
fn columns(ui: &mut Ui, of: &str, rows: &mut [(&str, &mut f64, Range)]) {
    ui.horizontal_top(|ui| {
        for column in rows.chunks_mut(COLUMN) {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 3.0;
                for (name, value, range) in column {
                    number::row(ui, of, name, value, *range);
                }
            });
        }
    });
}

pub(super) fn compressor(
    ui: &mut Ui,
    look: &Look<'_>,
    compressor: &mut Compressor,
    level: &StripLevel,
    roles: Option<&[Role]>,
) {
    let now = compressor.clone();
    let taken = |input: f64| transfer::of_compressor(&now, input);
    let curve = Transfer {
        threshold_db: now.threshold_db,
        makeup_db: now.makeup_db,
        reduction_db: &taken,
        is_downward: false,
    };
    shown(ui, look, "Compressor", (&curve, level.compressor_db), |ui| {
        columns(
            ui,
            "Compressor",
            &mut [
                ("threshold", &mut compressor.threshold_db, Compressor::THRESHOLD),
                ("ratio", &mut compressor.ratio, Compressor::RATIO),
                ("knee", &mut compressor.knee_db, Compressor::KNEE),
                ("make-up", &mut compressor.makeup_db, Compressor::MAKEUP),
                ("attack", &mut compressor.attack_ms, Compressor::ATTACK),
                ("release", &mut compressor.release_ms, Compressor::RELEASE),
                ("look-ahead", &mut compressor.look_ahead_ms, Compressor::LOOK_AHEAD),
            ],
        );
        if let Some(roles) = roles {
            key(ui, compressor, roles);
        }
    });
}

/// What it listens to: itself, or a role that ducks it.
fn key(ui: &mut Ui, compressor: &mut Compressor, roles: &[Role]) {
    let name = |key: Option<&str>| {
        key.map_or_else(|| "itself".to_owned(), |key| role_name(&Role::from_name(key)).to_owned())
    };
    ui.horizontal(|ui| {
        let chosen = compressor.key.clone();
        let combo = ComboBox::from_id_salt("key").selected_text(name(chosen.as_deref())).width(110.0);
        let shown = combo.height(260.0).show_ui(ui, |ui| {
            let keys = roles.iter().map(|role| Some(role.name().to_owned()));
            for key in std::iter::once(None).chain(keys) {
                if ui.selectable_label(chosen == key, name(key.as_deref())).clicked() {
                    compressor.key = key;
                }
            }
        });
        shown.response.accessible_name("Compressor listens to");
        ui.label(RichText::new("side chain").small());
    });
}

pub(super) fn gate(ui: &mut Ui, look: &Look<'_>, gate: &mut Gate, level: &StripLevel) {
    let now = gate.clone();
    let taken = |input: f64| transfer::of_gate(&now, input);
    let curve =
        Transfer { threshold_db: now.threshold_db, makeup_db: 0.0, reduction_db: &taken, is_downward: true };
    shown(ui, look, "Gate", (&curve, level.gate_db), |ui| {
        columns(
            ui,
            "Gate",
            &mut [
                ("threshold", &mut gate.threshold_db, Gate::THRESHOLD),
                ("ratio", &mut gate.ratio, Gate::RATIO),
                ("knee", &mut gate.knee_db, Gate::KNEE),
                ("floor", &mut gate.floor_db, Gate::FLOOR),
                ("attack", &mut gate.attack_ms, Gate::ATTACK),
                ("hold", &mut gate.hold_ms, Gate::HOLD),
                ("release", &mut gate.release_ms, Gate::RELEASE),
                ("look-ahead", &mut gate.look_ahead_ms, Gate::LOOK_AHEAD),
            ],
        );
        ui.label(RichText::new("A small ratio expands, a large one gates.").small().color(look.palette.dim));
    });
}

pub(super) fn de_esser(ui: &mut Ui, look: &Look<'_>, de_esser: &mut DeEsser, level: &StripLevel) {
    let now = de_esser.clone();
    let taken = |input: f64| transfer::of_de_esser(&now, input);
    let curve =
        Transfer { threshold_db: now.threshold_db, makeup_db: 0.0, reduction_db: &taken, is_downward: false };
    shown(ui, look, "De-esser", (&curve, level.de_esser_db), |ui| {
        columns(
            ui,
            "De-esser",
            &mut [
                ("frequency", &mut de_esser.frequency_hz, DeEsser::FREQUENCY),
                ("threshold", &mut de_esser.threshold_db, DeEsser::THRESHOLD),
                ("ratio", &mut de_esser.ratio, DeEsser::RATIO),
                ("range", &mut de_esser.range_db, DeEsser::RANGE),
                ("attack", &mut de_esser.attack_ms, DeEsser::ATTACK),
                ("release", &mut de_esser.release_ms, DeEsser::RELEASE),
                ("look-ahead", &mut de_esser.look_ahead_ms, DeEsser::LOOK_AHEAD),
            ],
        );
        ui.label(RichText::new("The level is that above its frequency.").small().color(look.palette.dim));
    });
}
