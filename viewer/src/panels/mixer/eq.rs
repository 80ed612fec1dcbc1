//! The equaliser of a track: its curve, and its bands as points that are dragged.

use egui::{Color32, CornerRadius, FontId, Pos2, Rect, Sense, Stroke, Ui, Vec2};
use formats::scene::Track;
use formats::scene::chain::{Eq, EqBand};
use renderer::mix::eq::response;

use super::edit_track;
use crate::app::App;
use crate::theme::role_colour;

/// Frequencies from left to right, Hz, and gains from the middle to the edges, dB.
const FREQUENCIES: [f64; 2] = [20.0, 20_000.0];
const GAIN: f64 = 18.0;
/// Points around a band's own that belong to it.
const REACH: f32 = 9.0;
const GRID: [(f64, &str); 9] = [
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1000.0, "1k"),
    (2000.0, "2k"),
    (5000.0, "5k"),
    (10_000.0, "10k"),
    (20_000.0, ""),
];

/// From Hz and dB to points, and back.
struct Chart {
    area: Rect,
}

impl Chart {
    fn x(&self, hz: f64) -> f32 {
        let share = (hz / FREQUENCIES[0]).ln() / (FREQUENCIES[1] / FREQUENCIES[0]).ln();
        self.area.min.x + share as f32 * self.area.width()
    }

    fn hz(&self, x: f32) -> f64 {
        let share = f64::from((x - self.area.min.x) / self.area.width());
        FREQUENCIES[0] * (FREQUENCIES[1] / FREQUENCIES[0]).powf(share)
    }

    fn y(&self, db: f64) -> f32 {
        self.area.center().y - (db.clamp(-40.0, 40.0) / GAIN) as f32 * self.area.height() / 2.0
    }

    fn db(&self, y: f32) -> f64 {
        f64::from((self.area.center().y - y) / (self.area.height() / 2.0)) * GAIN
    }
}

/// Where the point of a band is.
fn place(chart: &Chart, band: &EqBand) -> Pos2 {
    let db = match *band {
        EqBand::Bell { gain_db, .. } => gain_db,
        EqBand::LowShelf { gain_db, .. } | EqBand::HighShelf { gain_db, .. } => gain_db / 2.0,
        EqBand::HighPass { .. } | EqBand::LowPass { .. } => -3.0,
        EqBand::Notch { .. } | EqBand::Tilt { .. } => 0.0,
    };
    Pos2::new(chart.x(band.frequency_hz()), chart.y(db))
}

/// The band as it is when its point is dragged to a frequency and a gain.
fn moved(band: &EqBand, hz: f64, db: f64) -> EqBand {
    let frequency_hz = hz.clamp(FREQUENCIES[0], EqBand::FREQUENCY.max);
    let frequency_hz = (frequency_hz * 10.0).round() / 10.0;
    let gain = |db: f64| (db.clamp(EqBand::GAIN.min, EqBand::GAIN.max) * 10.0).round() / 10.0;
    match *band {
        EqBand::HighPass { slope, .. } => EqBand::HighPass { frequency_hz, slope },
        EqBand::LowPass { slope, .. } => EqBand::LowPass { frequency_hz, slope },
        EqBand::Bell { q, .. } => EqBand::Bell { frequency_hz, gain_db: gain(db), q },
        EqBand::LowShelf { q, .. } => EqBand::LowShelf { frequency_hz, gain_db: gain(db * 2.0), q },
        EqBand::HighShelf { q, .. } => EqBand::HighShelf { frequency_hz, gain_db: gain(db * 2.0), q },
        EqBand::Notch { q, .. } => EqBand::Notch { frequency_hz, q },
        EqBand::Tilt { gain_db, .. } => EqBand::Tilt { frequency_hz, gain_db },
    }
}

/// The band with a factor more Q, or steeper where it has none.
fn narrowed(band: &EqBand, factor: f64) -> EqBand {
    let times = |q: f64, range: formats::scene::chain::Range| (q * factor).clamp(range.min, range.max);
    match *band {
        EqBand::Bell { frequency_hz, gain_db, q } => {
            EqBand::Bell { frequency_hz, gain_db, q: times(q, EqBand::Q) }
        }
        EqBand::Notch { frequency_hz, q } => EqBand::Notch { frequency_hz, q: times(q, EqBand::Q) },
        EqBand::LowShelf { frequency_hz, gain_db, q } => {
            EqBand::LowShelf { frequency_hz, gain_db, q: times(q, EqBand::SHELF_Q) }
        }
        EqBand::HighShelf { frequency_hz, gain_db, q } => {
            EqBand::HighShelf { frequency_hz, gain_db, q: times(q, EqBand::SHELF_Q) }
        }
        other => other,
    }
}

/// New bands, with their names.
fn kinds(hz: f64, db: f64) -> [(&'static str, EqBand); 7] {
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

/// Shows the curve. A double click adds or takes out a band, a drag moves one, the wheel makes it narrower or wider.
pub(super) fn show(app: &mut App, ui: &mut Ui, index: usize, track: &Track, size: Vec2) {
    let palette = app.theme.palette();
    let (area, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let name = format!("Equaliser of {}", track.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, name.as_str()));
    let chart = Chart { area };
    let eq = track.chain.eq.clone().unwrap_or_default();
    let painter = ui.painter_at(area);
    painter.rect_filled(area, CornerRadius::same(4), palette.well);
    let font = FontId::proportional(9.0);
    for (hz, name) in GRID {
        painter.vline(chart.x(hz), area.y_range(), Stroke::new(1.0, palette.line.gamma_multiply(0.6)));
        let at = Pos2::new(chart.x(hz) + 2.0, area.max.y - 2.0);
        painter.text(at, egui::Align2::LEFT_BOTTOM, name, font.clone(), palette.dim.gamma_multiply(0.8));
    }
    for db in [-12.0, -6.0, 0.0, 6.0, 12.0] {
        let strength = if db == 0.0 { 1.0 } else { 0.5 };
        painter.hline(area.x_range(), chart.y(db), Stroke::new(1.0, palette.line.gamma_multiply(strength)));
    }
    curve(&painter, &chart, &eq, app.document.scene().sample_rate.get(), role_colour(&track.role));
    let near = |at: Pos2| {
        let all = eq.bands.iter().enumerate().map(|(band, of)| (band, place(&chart, of).distance(at)));
        all.filter(|(_, d)| *d <= REACH).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(band, _)| band)
    };
    let hovered = response.hover_pos().and_then(near);
    let id = response.id.with("band");
    let mut held: Option<usize> = ui.data(|data| data.get_temp(id)).filter(|band| *band < eq.bands.len());
    let mut bands = eq.bands.clone();
    if let Some(at) = response.interact_pointer_pos() {
        if response.drag_started() {
            held = ui.input(|input| input.pointer.press_origin()).and_then(near);
        }
        if let Some(band) = held.filter(|_| response.dragged()) {
            bands[band] = moved(&bands[band], chart.hz(at.x), chart.db(at.y));
        }
        if response.double_clicked() {
            match near(at) {
                Some(band) => drop(bands.remove(band)),
                None if bands.len() < Eq::MOST_BANDS => {
                    bands.push(kinds(chart.hz(at.x), chart.db(at.y))[0].1)
                }
                None => {}
            }
            held = None;
        }
    }
    if response.drag_stopped() {
        held = None;
    }
    ui.data_mut(|data| match held {
        Some(band) => drop(data.insert_temp(id, band)),
        None => data.remove::<usize>(id),
    });
    let scroll = ui.input(|input| input.smooth_scroll_delta().y);
    if let Some(band) = hovered.filter(|_| scroll != 0.0) {
        bands[band] = narrowed(&bands[band], f64::from(scroll * 0.01).exp());
    }
    points(&painter, &chart, &eq, held.or(hovered), (palette.text, palette.well));
    response.context_menu(|ui| menu(ui, &chart, &mut bands, &near));
    if bands != eq.bands {
        let eq = (!bands.is_empty()).then_some(Eq { bands });
        edit_track(app, index, "Equaliser", |track| track.chain.eq = eq);
    }
}

fn curve(painter: &egui::Painter, chart: &Chart, eq: &Eq, rate: u32, colour: Color32) {
    let columns = chart.area.width().max(2.0) as usize;
    let xs: Vec<f32> = (0..=columns).map(|column| chart.area.min.x + column as f32).collect();
    let frequencies: Vec<f64> = xs.iter().map(|x| chart.hz(*x)).collect();
    // An equaliser that can't be made is told among the warnings.
    let Ok(response) = response(eq, rate, &frequencies) else { return };
    let points: Vec<Pos2> =
        xs.iter().zip(&response).map(|(x, at)| Pos2::new(*x, chart.y(at.magnitude_db))).collect();
    let zero = chart.y(0.0);
    let mut mesh = egui::Mesh::default();
    for point in &points {
        let column = Rect::from_two_pos(*point, Pos2::new(point.x + 1.0, zero));
        mesh.add_colored_rect(column, colour.gamma_multiply(0.16));
    }
    painter.add(mesh);
    painter.line(points, Stroke::new(1.8, colour));
}

fn points(
    painter: &egui::Painter,
    chart: &Chart,
    eq: &Eq,
    hot: Option<usize>,
    (text, well): (Color32, Color32),
) {
    for (index, band) in eq.bands.iter().enumerate() {
        let at = place(chart, band);
        let is_hot = hot == Some(index);
        painter.circle(at, if is_hot { 7.5 } else { 6.0 }, well, Stroke::new(1.5, text));
        painter.text(
            at,
            egui::Align2::CENTER_CENTER,
            (index + 1).to_string(),
            FontId::proportional(9.0),
            text,
        );
        if is_hot {
            let hz = band.frequency_hz();
            let frequency =
                if hz >= 1000.0 { format!("{:.2} kHz", hz / 1000.0) } else { format!("{hz:.0} Hz") };
            let what = format!("{}  {frequency}", band.element());
            let place = chart.area.left_top() + Vec2::new(6.0, 4.0);
            painter.text(place, egui::Align2::LEFT_TOP, what, FontId::proportional(11.0), text);
        }
    }
}

fn menu(ui: &mut Ui, chart: &Chart, bands: &mut Vec<EqBand>, near: &dyn Fn(Pos2) -> Option<usize>) {
    // The menu belongs to where it was opened.
    let id = ui.scope_id().with("at");
    let here = ui.ctx().input(|input| input.pointer.latest_pos()).unwrap_or(chart.area.center());
    let at: Pos2 = ui.data_mut(|data| *data.get_temp_mut_or_insert_with(id, || here));
    let band = near(at);
    for (name, new) in kinds(chart.hz(at.x), chart.db(at.y)) {
        let text = if band.is_some() { format!("Make it: {name}") } else { format!("Add: {name}") };
        if ui.button(text).clicked() {
            match band {
                Some(band) => bands[band] = new,
                None if bands.len() < Eq::MOST_BANDS => bands.push(new),
                None => {}
            }
            ui.data_mut(|data| data.remove::<Pos2>(id));
            ui.close();
        }
    }
    if let Some(band) = band
        && ui.button("Take it out").clicked()
    {
        bands.remove(band);
        ui.data_mut(|data| data.remove::<Pos2>(id));
        ui.close();
    }
}
