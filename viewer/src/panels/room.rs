//! The room: its picture, names on it, and the pointer in it.

mod labels;
mod pointer;

use egui::{Rect, Response, Sense, Ui, Vec2};
use renderer::layout::Layout;

use crate::app::App;
use crate::view3d::Point;
use crate::view3d::camera::{Camera, Lens, View};
use crate::view3d::drawing::{Drawing, faded};
use crate::view3d::gpu::Background;
use crate::view3d::objects::{Glyph, Look, Part, glyphs};
use crate::view3d::room::Room;
use crate::view3d::space::Space;
use crate::view3d::{gizmo, trails};

use pointer::Hold;

/// The loudspeakers of a room that nothing else is said about.
const LAYOUT: &str = "4+7+0";

/// Height of a cube's floor, while nothing is below it.
const FLOOR: f64 = -0.3;

/// How the room is looked at.
#[derive(Clone, Debug)]
pub struct RoomView {
    /// From where.
    pub camera: Camera,
    /// The named view, until the camera is moved.
    pub view: Option<View>,
    /// The room's shape; that of most objects without.
    pub space: Option<Space>,
    /// The loudspeakers in it.
    pub layout: Layout,
    /// Names are shown.
    pub has_labels: bool,
    /// Trails are shown.
    pub has_trails: bool,
    /// The track under the pointer.
    pub hovered: Option<usize>,
    /// The track under the pointer in the frame before.
    shown_hovered: Option<usize>,
    /// What the pointer holds.
    hold: Option<Hold>,
    /// Where the room is on the screen.
    pub rect: Rect,
}

impl Default for RoomView {
    fn default() -> Self {
        let layout = Layout::by_name(LAYOUT);
        let none = || Layout { name: String::new(), channels: Vec::new(), screen: None };
        Self {
            camera: Camera::new(View::Room),
            view: Some(View::Room),
            space: None,
            layout: layout.unwrap_or_else(|_| none()),
            has_labels: true,
            has_trails: true,
            hovered: None,
            shown_hovered: None,
            hold: None,
            rect: Rect::NOTHING,
        }
    }
}

impl RoomView {
    /// Looks from a named view.
    pub fn look(&mut self, view: View) {
        self.camera = Camera::new(view);
        self.view = Some(view);
    }

    /// The camera on the place that the room has on the screen.
    pub fn lens(&self) -> Lens {
        self.camera.lens([self.rect.width(), self.rect.height()])
    }
}

/// What a picture of the room shows.
struct Shot<'a> {
    camera: &'a Camera,
    seconds: f64,
    /// Number of the picture among those of one frame.
    index: usize,
}

/// Shows the room, and lets the pointer work in it.
pub fn show(app: &mut App, ui: &mut Ui) {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Room"));
    app.room.rect = rect;
    app.room.shown_hovered = app.room.hovered.take();
    let all = glyphs(app.document.scene(), app.space(), app.transport.seconds);
    pointer::take(app, ui, &response, &all);
    // What the pointer did is seen at once.
    let all = glyphs(app.document.scene(), app.space(), app.transport.seconds);
    let camera = app.room.camera;
    let shot = Shot { camera: &camera, seconds: app.transport.seconds, index: 0 };
    picture(app, ui, rect, &shot, &all);
    labels::draw(app, ui, rect, &camera, &all);
    pointer::draw(app, ui);
    views(app, ui, rect);
    menu(app, &response);
}

/// Shows a still of the room, without anything to take hold of; `index` tells the stills of one picture apart.
pub fn still(app: &mut App, ui: &mut Ui, view: View, seconds: f64, index: usize) {
    let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    app.room.rect = rect;
    let (camera, all) = (Camera::new(view), glyphs(app.document.scene(), app.space(), seconds));
    picture(app, ui, rect, &Shot { camera: &camera, seconds, index }, &all);
    labels::draw(app, ui, rect, &camera, &all);
}

/// Height of the floor: below the listener's shoulders, or that of the cube when anything is down there. A sphere has its
/// horizon in its place.
fn floor(app: &App, glyphs: &[Glyph]) -> f64 {
    let is_below = |glyph: &Glyph| glyph.part == Part::Object && glyph.place.z < FLOOR;
    let channels = &app.room.layout.channels;
    let has_low = channels.iter().any(|channel| !channel.is_lfe && channel.position.elevation < -1.0);
    match app.space() {
        Space::Cube if has_low || glyphs.iter().any(is_below) => -1.0,
        Space::Cube => FLOOR,
        Space::Sphere => 0.0,
    }
}

fn picture(app: &mut App, ui: &Ui, rect: Rect, shot: &Shot<'_>, all: &[Glyph]) {
    let (space, theme) = (app.space(), app.theme);
    let palette = theme.palette();
    let Some((state, mut gpu)) = app.gpu.take() else {
        ui.painter().rect_filled(rect, 0.0, palette.ground);
        return;
    };
    let floor = floor(app, all);
    let mut drawing = Drawing::default();
    let (loudspeakers, tracks, head) = levels(app);
    let room = Room { space, layout: &app.room.layout, levels: &loudspeakers, head, floor, theme };
    room.draw(&mut drawing, shot.camera);
    let scene = app.document.scene();
    if app.room.has_trails {
        for glyph in all {
            if let Some(formats::scene::Spatial::Object(object)) =
                scene.tracks.get(glyph.track).map(|t| &t.spatial)
            {
                let is_selected = app.document.selection.contains(glyph.track);
                let strength = if glyph.is_heard { 1.0 } else { 0.3 };
                trails::draw(
                    &mut drawing,
                    object,
                    (space, shot.seconds),
                    (glyph.colour, strength),
                    is_selected,
                );
            }
        }
    }
    let look = Look {
        scene,
        space,
        seconds: shot.seconds,
        selection: &app.document.selection,
        hovered: app.room.shown_hovered,
        levels: &tracks,
        floor,
        theme,
    };
    look.draw(&mut drawing, all);
    let lens = shot.camera.lens([rect.width(), rect.height()]);
    if let Some(place) = led(app, all) {
        gizmo::draw(&mut drawing, &place, &lens, pointer::hot_axis(app));
    }
    let scale = ui.pixels_per_point();
    let size = (rect.size() * scale).round();
    let size = [size.x.max(1.0) as u32, size.y.max(1.0) as u32];
    let darkening = if theme == crate::theme::Theme::Dark { 1.0 } else { 0.35 };
    let [r, g, b, _] = faded(palette.sky, 1.0);
    let background = Background { sky: [r, g, b, darkening], ground: faded(palette.ground, 1.0) };
    let texture = gpu.draw((&state, shot.index), drawing, shot.camera, background, (size, scale));
    let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
    ui.painter().image(texture, rect, whole, egui::Color32::WHITE);
    app.gpu = Some((state, gpu));
}

/// Level of each loudspeaker, 0…1, peak of each track, and how the head is turned.
fn levels(app: &App) -> (Vec<f32>, Vec<f32>, [f64; 3]) {
    let tracks = app.connection.track_levels(app.document.scene().tracks.len());
    let head = app.connection.telemetry.head;
    let share = |level: f32| ((super::meters::decibels(level) + 60.0) / 60.0).clamp(0.0, 1.0);
    let levels = app.connection.loudspeaker_levels(&app.room.layout).into_iter().map(share);
    (levels.collect(), tracks, head)
}

/// Where the selected object is that the arrows belong to.
fn led(app: &App, all: &[Glyph]) -> Option<Point> {
    let lead = app.document.selection.lead()?;
    let is_it = |glyph: &&Glyph| glyph.track == lead && glyph.part == Part::Object;
    all.iter().find(is_it).map(|glyph| glyph.place)
}

/// Buttons of the named views, in the corner of the room.
fn views(app: &mut App, ui: &mut Ui, rect: Rect) {
    let place = Rect::from_min_size(rect.min + Vec2::new(10.0, 10.0), Vec2::new(rect.width() - 20.0, 24.0));
    let mut inner = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(place)
            .layout(egui::Layout::left_to_right(egui::Align::Center).with_main_wrap(true)),
    );
    inner.spacing_mut().item_spacing.x = 4.0;
    for view in View::ALL {
        if inner.selectable_label(app.room.view == Some(view), view.name()).clicked() {
            app.room.look(view);
        }
    }
    inner.add_space(8.0);
    let space = app.space();
    for (choice, name) in [(Space::Sphere, "Sphere"), (Space::Cube, "Cube")] {
        if inner.selectable_label(space == choice, name).clicked() {
            app.room.space = Some(choice);
        }
    }
    inner.add_space(8.0);
    let known = app.room.layout.everyday_name().unwrap_or(&app.room.layout.name).to_owned();
    egui::ComboBox::from_id_salt("room layout")
        .selected_text(known)
        .width(84.0)
        .height(420.0)
        .show_ui(&mut inner, |ui| {
            for layout in Layout::all() {
                let name = layout.everyday_name().unwrap_or(&layout.name).to_owned();
                if ui.selectable_label(layout.name == app.room.layout.name, name).clicked() {
                    app.room.layout = layout;
                }
            }
        })
        .response
        .accessible_name("Loudspeakers");
}

fn menu(app: &mut App, response: &Response) {
    use crate::actions::Action;
    if app.document.selection.is_empty() {
        return;
    }
    let context = response.ctx.clone();
    response.context_menu(|ui| {
        for action in [
            Action::Snap,
            Action::Mirror,
            Action::AddKey,
            Action::Centre,
            Action::Mute,
            Action::Solo,
            Action::Delete,
        ] {
            let Some(entry) = action.entry() else { continue };
            if ui.add_enabled(action.is_possible(app), egui::Button::new(entry.name)).clicked() {
                action.perform(app, &context);
                ui.close();
            }
        }
    });
}
