//! The bands of an equaliser in numbers.

use egui::{ComboBox, RichText, Ui};
use formats::scene::chain::{Eq, EqBand, Range, SLOPES};

use super::number;
use super::rack::{Look, sign_button};

/// Width of the table.
pub(super) const WIDTH: f32 = 300.0;

/// What a band is made of, to be changed.
pub(super) struct Parts<'a> {
    pub(super) frequency_hz: &'a mut f64,
    pub(super) gain_db: Option<&'a mut f64>,
    pub(super) q: Option<(&'a mut f64, Range)>,
    pub(super) slope: Option<&'a mut u32>,
}

/// What a band is made of.
pub(super) fn parts(band: &mut EqBand) -> Parts<'_> {
    match band {
        EqBand::HighPass { frequency_hz, slope } | EqBand::LowPass { frequency_hz, slope } => {
            Parts { frequency_hz, gain_db: None, q: None, slope: Some(slope) }
        }
        EqBand::Bell { frequency_hz, gain_db, q } => {
            Parts { frequency_hz, gain_db: Some(gain_db), q: Some((q, EqBand::Q)), slope: None }
        }
        EqBand::LowShelf { frequency_hz, gain_db, q } | EqBand::HighShelf { frequency_hz, gain_db, q } => {
            Parts { frequency_hz, gain_db: Some(gain_db), q: Some((q, EqBand::SHELF_Q)), slope: None }
        }
        EqBand::Notch { frequency_hz, q } => {
            Parts { frequency_hz, gain_db: None, q: Some((q, EqBand::Q)), slope: None }
        }
        EqBand::Tilt { frequency_hz, gain_db } => {
            Parts { frequency_hz, gain_db: Some(gain_db), q: None, slope: None }
        }
    }
}

/// New bands, with their names.
pub(super) fn kinds(hz: f64, db: f64) -> [(&'static str, EqBand); 7] {
    let (frequency_hz, gain_db) = (hz, (db * 10.0).round() / 10.0);
    [
        ("Bell", EqBand::Bell { frequency_hz, gain_db, q: EqBand::DEFAULT_Q }),
        ("High-pass", EqBand::HighPass { frequency_hz, slope: EqBand::DEFAULT_SLOPE }),
        ("Low-pass", EqBand::LowPass { frequency_hz, slope: EqBand::DEFAULT_SLOPE }),
        ("Low shelf", EqBand::LowShelf { frequency_hz, gain_db, q: EqBand::DEFAULT_SHELF_Q }),
        ("High shelf", EqBand::HighShelf { frequency_hz, gain_db, q: EqBand::DEFAULT_SHELF_Q }),
        ("Notch", EqBand::Notch { frequency_hz, q: EqBand::DEFAULT_NOTCH_Q }),
        ("Tilt", EqBand::Tilt { frequency_hz, gain_db }),
    ]
}

/// What people call the kind of a band.
pub(super) fn kind_name(band: &EqBand) -> &'static str {
    let is_it = |(_, other): &(&str, EqBand)| other.element() == band.element();
    kinds(0.0, 0.0).into_iter().find(is_it).map_or(band.element(), |(name, _)| name)
}

/// Shows the table.
pub(super) fn show(ui: &mut Ui, look: &Look<'_>, bands: &mut Vec<EqBand>) {
    ui.vertical(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing = egui::vec2(3.0, 3.0);
        let mut removed = None;
        for (index, band) in bands.iter_mut().enumerate() {
            ui.push_id(index, |ui| {
                ui.horizontal(|ui| {
                    if row(ui, look, index + 1, band) {
                        removed = Some(index);
                    }
                });
            });
        }
        if let Some(index) = removed {
            bands.remove(index);
        }
        if bands.len() < Eq::MOST_BANDS {
            let menu = ui.menu_button("Add a band", |ui| {
                for (name, band) in kinds(1000.0, 0.0) {
                    if ui.button(name).accessible_name(format!("New band: {name}")).clicked() {
                        bands.push(band);
                        ui.close();
                    }
                }
            });
            menu.response.accessible_name("Add a band");
        }
        if bands.is_empty() {
            ui.label(RichText::new("Or a double click on the curve.").small().color(look.palette.dim));
        }
    });
}

/// A band; gives whether it goes.
fn row(ui: &mut Ui, look: &Look<'_>, number: usize, band: &mut EqBand) -> bool {
    ui.add_sized([12.0, 18.0], egui::Label::new(RichText::new(number.to_string()).color(look.palette.dim)));
    let is_gone = sign_button(ui, "×", &format!("Remove band {number}"));
    kind(ui, number, band);
    let name = |what: &str| format!("Band {number} {what}");
    let parts = parts(band);
    number::field(ui, &name("frequency"), parts.frequency_hz, EqBand::FREQUENCY, 66.0);
    match parts.gain_db {
        Some(gain_db) => drop(number::field(ui, &name("gain"), gain_db, EqBand::GAIN, 58.0)),
        None => ui.add_space(61.0),
    }
    if let Some((q, range)) = parts.q {
        number::field(ui, &name("Q"), q, range, 44.0).on_hover_text("Q");
    }
    if let Some(slope) = parts.slope {
        let combo = ComboBox::from_id_salt("slope").selected_text(slope.to_string()).width(48.0);
        let shown = combo.show_ui(ui, |ui| {
            for known in SLOPES {
                ui.selectable_value(slope, known, format!("{known} dB per octave"));
            }
        });
        shown.response.on_hover_text("dB per octave").accessible_name(name("slope"));
    }
    is_gone
}

/// Of which kind it is; another one keeps the frequency, and the gain where both have one.
fn kind(ui: &mut Ui, number: usize, band: &mut EqBand) {
    let combo = ComboBox::from_id_salt("kind").selected_text(kind_name(band)).width(84.0).truncate();
    let shown = combo.show_ui(ui, |ui| {
        let old = *band;
        let gain_db = parts(band).gain_db.map_or(0.0, |gain_db| *gain_db);
        for (name, new) in kinds(old.frequency_hz(), gain_db) {
            if ui.selectable_label(new.element() == old.element(), name).clicked() {
                *band = new;
            }
        }
    });
    shown.response.accessible_name(format!("Band {number} kind"));
}
