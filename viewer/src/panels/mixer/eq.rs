//! The equaliser: its curve over what sounds, its bands as points that are dragged, and their table.

use egui::{Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2};
use formats::scene::chain::{Eq, EqBand};
use renderer::mix::eq::response;

use super::bands;
use super::rack::Look;

/// Frequencies from left to right, Hz, and gains from the middle to the edges, dB.
const FREQUENCIES: [f64; 2] = [20.0, 20_000.0];
const GAIN: f64 = 18.0;
/// Levels of the spectrum from the bottom to the top, dBFS.
const SPECTRUM: [f32; 2] = [-96.0, 0.0];
/// Points around a band's own that belong to it.
const REACH: f32 = 9.0;
/// Least width of the curve.
const LEAST: f32 = 150.0;
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

    /// Where a level of the spectrum is.
    fn level(&self, db: f32) -> f32 {
        let share = ((db - SPECTRUM[0]) / (SPECTRUM[1] - SPECTRUM[0])).clamp(0.0, 1.0);
        self.area.max.y - share * self.area.height()
    }
}

/// How much narrower a band becomes by a point of the wheel: a sixth by a notch.
const NARROWING: f64 = 0.003;

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
    // Half of a shelf's gain is at its frequency, and a tilt stays there.
    let db = match band {
        EqBand::LowShelf { .. } | EqBand::HighShelf { .. } => Some(db * 2.0),
        EqBand::Tilt { .. } => None,
        _ => Some(db),
    };
    let mut new = *band;
    let parts = bands::parts(&mut new);
    let hz = hz.clamp(FREQUENCIES[0], EqBand::FREQUENCY.max);
    *parts.frequency_hz = (hz * 10.0).round() / 10.0;
    if let (Some(gain_db), Some(db)) = (parts.gain_db, db) {
        *gain_db = (db.clamp(EqBand::GAIN.min, EqBand::GAIN.max) * 10.0).round() / 10.0;
    }
    new
}

/// The band with a factor more Q.
fn narrowed(band: &EqBand, factor: f64) -> EqBand {
    let mut new = *band;
    if let Some((q, range)) = bands::parts(&mut new).q {
        *q = (*q * factor).clamp(range.min, range.max);
    }
    new
}

/// Shows curve and table. Without bands there is no equaliser.
pub(super) fn show(ui: &mut Ui, look: &Look<'_>, eq: &mut Option<Eq>, is_bypassed: bool) {
    let old = eq.clone().unwrap_or_default();
    let mut bands = old.bands.clone();
    ui.horizontal_top(|ui| {
        let width = (ui.available_width() - bands::WIDTH - 10.0).max(LEAST);
        let height = (look.height - 8.0).clamp(110.0, 320.0);
        chart(ui, look, (&old, is_bypassed), &mut bands, Vec2::new(width, height));
        bands::show(ui, look, &mut bands);
    });
    if bands != old.bands {
        *eq = (!bands.is_empty()).then_some(Eq { bands });
    }
}

/// The curve. A double click adds or takes out a band, a drag moves one, the wheel makes it narrower or wider.
fn chart(ui: &mut Ui, look: &Look<'_>, (eq, is_bypassed): (&Eq, bool), bands: &mut Vec<EqBand>, size: Vec2) {
    let palette = look.palette;
    let (area, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let name = format!("Equaliser of {}", look.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, name.as_str()));
    let chart = Chart { area };
    let painter = ui.painter_at(area);
    painter.rect_filled(area, CornerRadius::same(4), palette.well);
    spectrum(ui, &painter, &chart, look, &response);
    grid(&painter, &chart, look);
    let colour = if is_bypassed { palette.dim } else { look.colour };
    curve(&painter, &chart, eq, look.sample_rate, colour);
    let near = |at: Pos2| {
        let all = eq.bands.iter().enumerate().map(|(band, of)| (band, place(&chart, of).distance(at)));
        all.filter(|(_, d)| *d <= REACH).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(band, _)| band)
    };
    let hot = pointer(ui, &response, &chart, bands, &near);
    points(&painter, &chart, eq, hot, (palette.text, palette.well));
    response.context_menu(|ui| menu(ui, &chart, bands, &near));
}

/// What the pointer does to the bands; gives the one that it holds or is over.
fn pointer(
    ui: &Ui,
    response: &Response,
    chart: &Chart,
    bands: &mut Vec<EqBand>,
    near: &dyn Fn(Pos2) -> Option<usize>,
) -> Option<usize> {
    let hovered = response.hover_pos().and_then(near);
    let id = response.id.with("band");
    let mut held: Option<usize> = ui.data(|data| data.get_temp(id)).filter(|band| *band < bands.len());
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
                    bands.push(bands::kinds(chart.hz(at.x), chart.db(at.y))[0].1);
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
    if let Some(band) = hovered.filter(|band| scroll != 0.0 && *band < bands.len()) {
        bands[band] = narrowed(&bands[band], (f64::from(scroll) * NARROWING).exp());
    }
    held.or(hovered)
}

/// What sounds, behind everything; it is told to those who can't see it too.
fn spectrum(ui: &Ui, painter: &Painter, chart: &Chart, look: &Look<'_>, response: &Response) {
    let Some((hz, db)) = look.spectrum.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)) else { return };
    let text = format!("Spectrum: highest at {hz:.0} Hz, {db:.0} dBFS");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(text));
    let fill = look.palette.room.gamma_multiply(0.22);
    let mut mesh = egui::Mesh::default();
    let points = look.spectrum.iter().map(|(hz, db)| Pos2::new(chart.x(f64::from(*hz)), chart.level(*db)));
    for (index, point) in points.clone().enumerate() {
        let first = index as u32 * 2;
        mesh.colored_vertex(point, fill);
        mesh.colored_vertex(Pos2::new(point.x, chart.area.max.y), fill);
        if index > 0 {
            mesh.add_triangle(first - 2, first - 1, first);
            mesh.add_triangle(first - 1, first, first + 1);
        }
    }
    painter.add(mesh);
    painter.line(points.collect(), Stroke::new(1.0, look.palette.room.gamma_multiply(0.5)));
}

fn grid(painter: &Painter, chart: &Chart, look: &Look<'_>) {
    let (palette, area) = (look.palette, chart.area);
    let font = FontId::proportional(9.0);
    for (hz, name) in GRID {
        painter.vline(chart.x(hz), area.y_range(), Stroke::new(1.0, palette.line.gamma_multiply(0.6)));
        let at = Pos2::new(chart.x(hz) + 2.0, area.max.y - 2.0);
        painter.text(at, Align2::LEFT_BOTTOM, name, font.clone(), palette.dim.gamma_multiply(0.8));
    }
    for db in [-12.0, -6.0, 0.0, 6.0, 12.0] {
        let strength = if db == 0.0 { 1.0 } else { 0.5 };
        painter.hline(area.x_range(), chart.y(db), Stroke::new(1.0, palette.line.gamma_multiply(strength)));
        let at = Pos2::new(area.max.x - 3.0, chart.y(db));
        let colour = palette.dim.gamma_multiply(0.8);
        painter.text(at, Align2::RIGHT_BOTTOM, label(db), font.clone(), colour);
    }
}

/// A gain on the grid.
fn label(db: f64) -> String {
    if db == 0.0 { "0".to_owned() } else { format!("{db:+.0}") }
}

fn curve(painter: &Painter, chart: &Chart, eq: &Eq, rate: u32, colour: Color32) {
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

fn points(painter: &Painter, chart: &Chart, eq: &Eq, hot: Option<usize>, (text, well): (Color32, Color32)) {
    for (index, band) in eq.bands.iter().enumerate() {
        let at = place(chart, band);
        let is_hot = hot == Some(index);
        painter.circle(at, if is_hot { 7.5 } else { 6.0 }, well, Stroke::new(1.5, text));
        let number = (index + 1).to_string();
        painter.text(at, Align2::CENTER_CENTER, number, FontId::proportional(9.0), text);
        if is_hot {
            let hz = band.frequency_hz();
            let frequency =
                if hz >= 1000.0 { format!("{:.2} kHz", hz / 1000.0) } else { format!("{hz:.0} Hz") };
            let what = format!("{}  {frequency}", bands::kind_name(band));
            let place = chart.area.left_top() + Vec2::new(6.0, 4.0);
            painter.text(place, Align2::LEFT_TOP, what, FontId::proportional(11.0), text);
        }
    }
}

fn menu(ui: &mut Ui, chart: &Chart, bands: &mut Vec<EqBand>, near: &dyn Fn(Pos2) -> Option<usize>) {
    // The menu belongs to where it was opened.
    let id = ui.scope_id().with("at");
    let here = ui.ctx().input(|input| input.pointer.latest_pos()).unwrap_or(chart.area.center());
    let at: Pos2 = ui.data_mut(|data| *data.get_temp_mut_or_insert_with(id, || here));
    let band = near(at).filter(|band| *band < bands.len());
    for (name, new) in bands::kinds(chart.hz(at.x), chart.db(at.y)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_go_where_they_are_dragged() {
        let chart = Chart { area: Rect::from_min_size(Pos2::ZERO, Vec2::new(300.0, 200.0)) };
        for (_, band) in bands::kinds(1000.0, 0.0) {
            let to = Pos2::new(120.0, 60.0);
            let moved = moved(&band, chart.hz(to.x), chart.db(to.y));
            assert!(moved.check().is_ok());
            let at = place(&chart, &moved);
            assert!((at.x - to.x).abs() < 1.0, "{moved:?}");
            let has_gain =
                matches!(band, EqBand::Bell { .. } | EqBand::LowShelf { .. } | EqBand::HighShelf { .. });
            assert_eq!((at.y - to.y).abs() < 1.0, has_gain, "{moved:?}");
        }
        let notch = narrowed(&EqBand::Notch { frequency_hz: 50.0, q: 30.0 }, 9.0);
        assert_eq!(notch, EqBand::Notch { frequency_hz: 50.0, q: EqBand::Q.max });
    }
}
