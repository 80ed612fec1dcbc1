//! Fades of clips: their curves, handles at the clip's upper corners that are dragged, and a menu of shapes.

use egui::{Color32, CornerRadius, CursorIcon, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2};
use formats::scene::{self, Clip, Fade, FadeShape, Kept};

use super::Axis;
use crate::app::App;
use crate::edit::track_edit;
use crate::theme::Palette;
use crate::transport::time_at;

/// Width and height of a handle, points.
const HANDLE: Vec2 = Vec2::new(9.0, 9.0);
/// Narrowest clip that has room for handles.
const NARROWEST: f32 = 26.0;
/// Length of a fade whose shape is chosen before it has one, seconds.
const USUAL: f64 = 0.5;
/// Shorter ones are none, seconds.
const SHORTEST: f64 = 0.001;
/// Pieces of a curve.
const PIECES: i32 = 24;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    In,
    Out,
}

impl End {
    const ALL: [Self; 2] = [Self::In, Self::Out];

    fn name(self) -> &'static str {
        match self {
            Self::In => "Fade in",
            Self::Out => "Fade out",
        }
    }

    fn of(self, clip: &Clip) -> Option<&Fade> {
        match self {
            Self::In => clip.fade_in.as_ref(),
            Self::Out => clip.fade_out.as_ref(),
        }
    }

    fn seconds(self, clip: &Clip) -> f64 {
        self.of(clip).map_or(0.0, |fade| fade.length.seconds_f64())
    }

    /// The most that there is room for beside the other.
    fn most(self, clip: &Clip, length: f64) -> f64 {
        let other = if self == Self::In { Self::Out } else { Self::In };
        (length - other.seconds(clip)).max(0.0)
    }

    /// The clip with a fade of so many seconds, or none.
    fn set(self, clip: &mut Clip, seconds: f64, shape: FadeShape) {
        let kept = self.of(clip).map_or_else(Kept::default, |fade| fade.kept.clone());
        let fade = (seconds >= SHORTEST).then(|| Fade { length: time_at(seconds), shape, kept });
        match self {
            Self::In => clip.fade_in = fade,
            Self::Out => clip.fade_out = fade,
        }
    }
}

/// The gain of a clip's fades so many seconds after its start.
pub(super) fn faded(clip: &Clip, length: f64, at: f64) -> f64 {
    let gain = |fade: &scene::Fade, passed: f64| {
        let share = (passed / fade.length.seconds_f64().max(1e-9)).clamp(0.0, 1.0);
        match fade.shape {
            FadeShape::Linear => share,
            FadeShape::EqualPower => (share * std::f64::consts::FRAC_PI_2).sin(),
            FadeShape::SCurve => (1.0 - (share * std::f64::consts::PI).cos()) / 2.0,
        }
    };
    let fade_in = clip.fade_in.as_ref().map_or(1.0, |fade| gain(fade, at));
    let fade_out = clip.fade_out.as_ref().map_or(1.0, |fade| gain(fade, length - at));
    fade_in * fade_out
}

/// Draws the curves.
pub(super) fn draw(
    painter: &egui::Painter,
    axis: &Axis,
    bounds: Rect,
    clip: &Clip,
    length: f64,
    palette: &Palette,
) {
    let start = clip.start.seconds_f64();
    let stroke = Stroke::new(1.2, palette.text.gamma_multiply(0.75));
    for end in End::ALL {
        let long = end.seconds(clip);
        if long <= 0.0 {
            continue;
        }
        let from = if end == End::In { 0.0 } else { length - long };
        let point = |n: i32| {
            let at = from + long * f64::from(n) / f64::from(PIECES);
            let up = faded(clip, length, at) as f32 * (bounds.height() - 2.0);
            Pos2::new(axis.x(start + at), bounds.max.y - 1.0 - up)
        };
        painter.line((0..=PIECES).map(point).collect::<Vec<_>>(), stroke);
    }
}

/// The handles, which lie where fades end.
pub(super) fn handles(
    app: &mut App,
    ui: &Ui,
    axis: &Axis,
    (index, number): (usize, usize),
    (track, clip): (&str, &Clip),
    (bounds, seen): (Rect, Rect),
    (length, is_shown): (f64, bool),
) {
    if bounds.width() < NARROWEST {
        return;
    }
    let start = clip.start.seconds_f64();
    for end in End::ALL {
        let at = if end == End::In { start + end.seconds(clip) } else { start + length - end.seconds(clip) };
        let inwards = if end == End::In { HANDLE.x / 2.0 } else { -HANDLE.x / 2.0 };
        let centre = Pos2::new(axis.x(at) + inwards, bounds.min.y + HANDLE.y / 2.0);
        let place = Rect::from_center_size(centre, HANDLE);
        if !seen.contains_rect(place) {
            continue;
        }
        let id = ui.scope_id().with(("fade", index, number, end.name()));
        let response = ui.interact(place, id, Sense::drag());
        let name = format!("{} of clip {} of {track}", end.name(), number + 1);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, name.as_str()));
        let is_hot = response.hovered() || response.dragged();
        if is_hot {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        drag(app, axis, (index, number), clip, (end, length), &response);
        if is_shown || is_hot || end.of(clip).is_some() {
            let palette = app.theme.palette();
            let colour = if is_hot { palette.text } else { palette.text.gamma_multiply(0.6) };
            let mark = Rect::from_center_size(centre, Vec2::splat(5.0));
            let painter = ui.painter_at(seen);
            painter.rect_filled(mark.expand(1.0), CornerRadius::same(2), Color32::from_black_alpha(120));
            painter.rect_filled(mark, CornerRadius::same(1), colour);
        }
    }
}

fn drag(
    app: &mut App,
    axis: &Axis,
    (index, number): (usize, usize),
    clip: &Clip,
    (end, length): (End, f64),
    response: &Response,
) {
    if response.drag_started() {
        app.document.seal();
        app.document.selection.set(index);
        app.panels.timeline.held_fade = Some(end.seconds(clip));
    }
    if let (Some(held), Some(by)) = (app.panels.timeline.held_fade, response.total_drag_delta())
        && response.dragged()
    {
        let way = if end == End::In { 1.0 } else { -1.0 };
        let seconds = (held + way * f64::from(by.x) / axis.scale).clamp(0.0, end.most(clip, length));
        let shape = end.of(clip).map_or_else(FadeShape::default, |fade| fade.shape);
        set(app, (index, number), end, seconds, shape);
    }
    if response.drag_stopped() {
        app.panels.timeline.held_fade = None;
        app.document.seal();
    }
}

fn set(app: &mut App, (index, number): (usize, usize), end: End, seconds: f64, shape: FadeShape) {
    let edit = track_edit(app.document.scene(), index, |track| {
        if let Some(clip) = track.clips.get_mut(number) {
            end.set(clip, seconds, shape);
        }
    });
    app.document.edit(end.name(), edit.into_iter().collect());
}

/// Shapes to choose from, for both ends.
pub(super) fn menu(app: &mut App, ui: &mut Ui, place: (usize, usize), clip: &Clip, length: f64) {
    for end in End::ALL {
        let now = end.of(clip).map(|fade| fade.shape);
        let most = end.most(clip, length);
        for (shape, word) in [
            (FadeShape::Linear, "linear"),
            (FadeShape::EqualPower, "equal power"),
            (FadeShape::SCurve, "S curve"),
        ] {
            let button = egui::Button::selectable(now == Some(shape), format!("{}: {word}", end.name()));
            if ui.add_enabled(most >= SHORTEST, button).clicked() {
                let seconds = if now.is_some() { end.seconds(clip) } else { USUAL.min(most / 2.0) };
                set(app, place, end, seconds, shape);
                ui.close();
            }
        }
        if now.is_some() && ui.button(format!("No {}", end.name().to_lowercase())).clicked() {
            set(app, place, end, 0.0, FadeShape::default());
            ui.close();
        }
    }
}
