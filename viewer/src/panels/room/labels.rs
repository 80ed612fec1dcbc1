//! Names of sounds and loudspeakers on the room.

use egui::{Align2, Color32, CornerRadius, FontId, Rect, Ui, Vec2};

use crate::app::App;
use crate::view3d::camera::Camera;
use crate::view3d::objects::{BALL, Glyph, Part, SMALLEST_BALL, label_colour};
use crate::view3d::{Point, gizmo};

/// Names of more objects than these are only shown of what is selected or under the pointer, when they would cover others.
const CROWD: usize = 40;

/// Draws the names; those in front first, and none over another.
pub(super) fn draw(app: &App, ui: &Ui, rect: Rect, camera: &Camera, all: &[Glyph]) {
    let lens = camera.lens([rect.width(), rect.height()]);
    let painter = ui.painter_at(rect);
    let palette = app.theme.palette();
    let at = |[x, y]: [f32; 2]| rect.min + Vec2::new(x, y);
    let mut taken: Vec<Rect> = Vec::new();
    let mut objects: Vec<(&Glyph, [f32; 2], f32)> = (all.iter())
        .filter(|glyph| glyph.part == Part::Object)
        .filter_map(|glyph| lens.project(&glyph.place).map(|(place, depth)| (glyph, place, depth)))
        .collect();
    let leads = |glyph: &Glyph| {
        app.document.selection.contains(glyph.track) || app.room.shown_hovered == Some(glyph.track)
    };
    objects.sort_by(|a, b| leads(b.0).cmp(&leads(a.0)).then(a.2.total_cmp(&b.2)));
    for (_, place, _) in &objects {
        taken.push(Rect::from_center_size(at(*place), Vec2::splat(8.0)));
    }
    for (glyph, place, _) in &objects {
        let is_lead = leads(glyph);
        if !is_lead && (!app.room.has_labels || objects.len() > CROWD && !glyph.is_heard) {
            continue;
        }
        let Some(track) = app.document.scene().tracks.get(glyph.track) else { continue };
        let colour = if glyph.is_heard { label_colour(glyph.colour, palette) } else { palette.dim };
        let text = painter.layout_no_wrap(track.name.clone(), FontId::proportional(12.0), colour);
        let radius = (lens.unit_at(&glyph.place) * BALL).max(SMALLEST_BALL);
        let size = text.size();
        // To the right, to the left, below, above: the first that is free.
        let right = at(*place) + Vec2::new(radius + 7.0, -size.y / 2.0);
        let left = at(*place) - Vec2::new(radius + 7.0 + size.x, size.y / 2.0);
        let below = at(*place) + Vec2::new(-size.x / 2.0, radius + 5.0);
        let above = at(*place) - Vec2::new(size.x / 2.0, radius + 5.0 + size.y);
        let places = [right, left, below, above]
            .map(|min| Rect::from_min_size(min, size).expand2(Vec2::new(4.0, 1.0)));
        let is_free = |place: &&Rect| {
            rect.contains_rect(**place) && !taken.iter().any(|other| other.intersects(**place))
        };
        let Some(free) = places.iter().find(is_free).or(places.first().filter(|_| is_lead)) else { continue };
        let back = if is_lead { 0.85 } else { 0.5 };
        painter.rect_filled(*free, CornerRadius::same(4), palette.sky.gamma_multiply(back));
        painter.galley(free.min + Vec2::new(4.0, 1.0), text, colour);
        taken.push(*free);
    }
    if app.room.has_labels {
        loudspeakers(app, &painter, rect, (camera, super::floor(app, all)), &mut taken);
    }
    if let Some(place) = super::led(app, all) {
        for (axis, name) in gizmo::NAMES.into_iter().enumerate() {
            if let Some((tip, _)) = lens.project(&gizmo::tip(&place, axis, &lens)) {
                let position = at(tip)
                    + (at(tip) - at(lens.project(&place).map_or(tip, |(p, _)| p))).normalized() * 11.0;
                painter.text(
                    position,
                    Align2::CENTER_CENTER,
                    name,
                    FontId::proportional(11.0),
                    gizmo::COLOURS[axis],
                );
            }
        }
    }
    if app.document.scene().tracks.is_empty() {
        let font = FontId::proportional(15.0);
        let place = rect.center() + Vec2::new(0.0, rect.height() * 0.34);
        painter.text(place, Align2::CENTER_CENTER, "Drop sounds or a scene here", font, palette.dim);
    }
}

fn loudspeakers(
    app: &App,
    painter: &egui::Painter,
    rect: Rect,
    (camera, floor): (&Camera, f64),
    taken: &mut Vec<Rect>,
) {
    let lens = camera.lens([rect.width(), rect.height()]);
    let palette = app.theme.palette();
    let colour: Color32 = palette.dim;
    let names = app.room.layout.everyday_channel_names();
    for (place, name) in app.space().loudspeakers(&app.room.layout).iter().zip(names) {
        let Some(([x, y], _)) = lens.project(&Point::new(place.x, place.y, place.z.max(floor) + 0.095))
        else {
            continue;
        };
        let text = painter.layout_no_wrap(name.to_owned(), FontId::proportional(10.0), colour);
        let min = rect.min + Vec2::new(x - text.size().x / 2.0, y - text.size().y);
        let bounds = Rect::from_min_size(min, text.size());
        if rect.contains_rect(bounds) && !taken.iter().any(|other| other.intersects(bounds)) {
            painter.galley(min, text, colour);
            taken.push(bounds);
        }
    }
}
