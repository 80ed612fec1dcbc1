//! A reverb: its name, what makes the room, where it comes back from.

use egui::{ComboBox, CornerRadius, FontId, Modal, Pos2, Sense, Stroke, TextEdit, Ui, Vec2};
use formats::scene::chain::{Convolution, Fdn, Range, Reverb};
use formats::scene::{BedLayout, ReverbReturn, ReverbUnit};

use super::number;
use crate::app::App;
use crate::document::name_of_file;
use crate::edit::desk::{rename_reverb, reverb_edit};
use crate::panels::files::{Choice, Chooser, SOUNDS};
use crate::theme::Palette;

/// Where the elevated objects of a new return are, degrees.
const LEVEL: f64 = 0.0;
/// How many objects a new return has.
const FEW: u8 = 4;

/// Shows it.
pub(super) fn show(app: &mut App, ui: &mut Ui, index: usize, height: f32) {
    let Some(old) = app.document.scene().reverbs.get(index).cloned() else { return };
    let palette = app.theme.palette();
    let mut new = old.clone();
    let mut asks = false;
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(232.0);
            ui.spacing_mut().item_spacing.y = 4.0;
            name(app, ui, index, &old);
            asks = kind(ui, &mut new);
            returns(ui, &mut new);
        });
        ui.vertical(|ui| {
            ui.set_width(190.0);
            ui.spacing_mut().item_spacing.y = 3.0;
            numbers(ui, &mut new.reverb);
        });
        if let Reverb::Fdn(fdn) = &new.reverb {
            decay(ui, palette, fdn, (height - 12.0).clamp(90.0, 200.0));
        }
    });
    if new != old {
        let edit = reverb_edit(app.document.scene(), index, |unit| *unit = new);
        app.document.edit("Reverb", edit.into_iter().collect());
    }
    if asks {
        let folder = app.document.folder().to_path_buf();
        app.panels.desk.chooser = Some((index, Chooser::new(folder, String::new(), false, SOUNDS)));
    }
    choose(app, ui);
}

fn name(app: &mut App, ui: &mut Ui, index: usize, unit: &ReverbUnit) {
    let mut typed = app.panels.desk.name.clone().unwrap_or_else(|| unit.name.clone());
    let field = ui.add(TextEdit::singleline(&mut typed).desired_width(180.0));
    let field = field.accessible_name("Name of the reverb");
    if field.lost_focus() {
        app.panels.desk.name = None;
        let edits = rename_reverb(app.document.scene(), index, &typed);
        app.document.edit("Rename", edits);
    } else if field.has_focus() {
        app.panels.desk.name = Some(typed);
    }
}

/// An artificial or a measured room; gives whether a file is asked for.
fn kind(ui: &mut Ui, unit: &mut ReverbUnit) -> bool {
    let is_measured = matches!(unit.reverb, Reverb::Convolution(_));
    let mut asks = false;
    ui.horizontal(|ui| {
        if ui.selectable_label(!is_measured, "artificial").clicked() && is_measured {
            unit.reverb = Reverb::Fdn(Fdn::default());
        }
        // A measured room is one of a file: it comes when that is chosen.
        asks = ui.selectable_label(is_measured, "measured…").clicked() && !is_measured;
    });
    if let Reverb::Convolution(room) = &unit.reverb {
        ui.horizontal(|ui| {
            asks |= ui.button("File…").on_hover_text("A WAV file of responses").clicked();
            let name = egui::RichText::new(room.file.as_str()).small();
            ui.add(egui::Label::new(name).truncate()).on_hover_text(room.file.as_str());
        });
    }
    asks
}

fn returns(ui: &mut Ui, unit: &mut ReverbUnit) {
    let name = |returns: ReverbReturn| match returns {
        ReverbReturn::Bed(layout) => layout.everyday_name().to_owned(),
        ReverbReturn::Objects { .. } => "objects".to_owned(),
    };
    ui.horizontal(|ui| {
        let combo = ComboBox::from_id_salt("return").selected_text(name(unit.returns)).width(110.0);
        let shown = combo.height(300.0).show_ui(ui, |ui| {
            let objects = ReverbReturn::Objects { count: FEW, elevation: LEVEL };
            let beds = BedLayout::all().map(ReverbReturn::Bed);
            for returns in std::iter::once(objects).chain(beds) {
                if ui.selectable_label(name(returns) == name(unit.returns), name(returns)).clicked() {
                    unit.returns = returns;
                }
            }
        });
        shown.response.accessible_name("Return of the reverb");
        ui.label(egui::RichText::new("comes back from").small());
    });
    if let ReverbReturn::Objects { count, elevation } = &mut unit.returns {
        let mut number = f64::from(*count);
        let range = Range::new(1.0, f64::from(ReverbReturn::MOST_OBJECTS), "objects");
        number::row(ui, "Return", "around", &mut number, range);
        *count = number.round() as u8;
        number::row(ui, "Return", "elevation", elevation, ReverbReturn::ELEVATION);
    }
}

fn numbers(ui: &mut Ui, reverb: &mut Reverb) {
    match reverb {
        Reverb::Fdn(fdn) => {
            let rows: [(&str, &mut f64, Range); 8] = [
                ("size", &mut fdn.size_m, Fdn::SIZE),
                ("pre-delay", &mut fdn.pre_delay_ms, Fdn::PRE_DELAY),
                ("decay, low", &mut fdn.decay_low_s, Fdn::DECAY),
                ("decay, middle", &mut fdn.decay_mid_s, Fdn::DECAY),
                ("decay, high", &mut fdn.decay_high_s, Fdn::DECAY),
                ("low up to", &mut fdn.low_hz, Fdn::LOW),
                ("high from", &mut fdn.high_hz, Fdn::HIGH),
                ("gain", &mut fdn.gain_db, Fdn::GAIN),
            ];
            for (name, value, range) in rows {
                number::row(ui, "Reverb", name, value, range);
            }
        }
        Reverb::Convolution(room) => {
            number::row(ui, "Reverb", "pre-delay", &mut room.pre_delay_ms, Convolution::PRE_DELAY);
            number::row(ui, "Reverb", "gain", &mut room.gain_db, Convolution::GAIN);
        }
    }
}

/// How the three bands die away by 60 dB, over time.
fn decay(ui: &mut Ui, palette: &Palette, fdn: &Fdn, height: f32) {
    let (area, response) = ui.allocate_exact_size(Vec2::new(200.0, height), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Decay of the reverb"));
    let painter = ui.painter_at(area);
    painter.rect_filled(area, CornerRadius::same(4), palette.well);
    let start = fdn.pre_delay_ms / 1000.0;
    let bands = [
        ("low", fdn.decay_low_s, palette.verdicts[2]),
        ("middle", fdn.decay_mid_s, palette.verdicts[0]),
        ("high", fdn.decay_high_s, palette.accent),
    ];
    let longest = bands.iter().map(|(_, decay, _)| start + decay).fold(0.5, f64::max) * 1.05;
    let at = |seconds: f64, db: f64| {
        Pos2::new(
            area.min.x + (seconds / longest) as f32 * area.width(),
            area.min.y + 6.0 - (db / 60.0) as f32 * (area.height() - 12.0),
        )
    };
    // A line for each second, or for each five.
    let step = if longest > 6.0 { 5.0 } else { 1.0 };
    let mut second = step;
    let font = FontId::proportional(9.0);
    while second < longest {
        let x = at(second, 0.0).x;
        painter.vline(x, area.y_range(), Stroke::new(1.0, palette.line.gamma_multiply(0.6)));
        let place = Pos2::new(x + 2.0, area.max.y - 2.0);
        painter.text(place, egui::Align2::LEFT_BOTTOM, format!("{second:.0} s"), font.clone(), palette.dim);
        second += step;
    }
    for (row, (name, decay, colour)) in bands.into_iter().enumerate() {
        painter.line_segment([at(start, 0.0), at(start + decay, -60.0)], Stroke::new(1.6, colour));
        let place = area.right_top() + Vec2::new(-4.0, 3.0 + 11.0 * row as f32);
        painter.text(place, egui::Align2::RIGHT_TOP, name, font.clone(), colour);
    }
}

/// The window to choose a file of responses.
fn choose(app: &mut App, ui: &Ui) {
    let Some((index, mut chooser)) = app.panels.desk.chooser.take() else { return };
    let modal = Modal::new(egui::Id::unique("responses"));
    let choice = modal.show(ui.ctx(), |ui| chooser.show(ui, "Responses of a room"));
    let closes = choice.should_close();
    match choice.inner {
        Choice::Several(_) => {}
        Choice::Chosen(path) => match name_of_file(app.document.folder(), &path) {
            Some(file) => {
                let edit = reverb_edit(app.document.scene(), index, |unit| measured(unit, file));
                app.document.edit("Responses of a room", edit.into_iter().collect());
            }
            None => app.fail("the file has a name that is not UTF-8, which XML can't hold; rename it"),
        },
        Choice::Open if !closes => app.panels.desk.chooser = Some((index, chooser)),
        Choice::Open | Choice::Given => {}
    }
}

/// Makes a reverb the room of a file, as late and as loud as it was.
fn measured(unit: &mut ReverbUnit, file: String) {
    let (pre_delay_ms, gain_db) = match &unit.reverb {
        Reverb::Convolution(room) => (room.pre_delay_ms, room.gain_db),
        Reverb::Fdn(fdn) => (0.0, fdn.gain_db),
    };
    unit.reverb = Reverb::Convolution(Convolution { file, pre_delay_ms, gain_db });
}
