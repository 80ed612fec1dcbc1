//! What is listened on: loudspeakers, Ambisonics or headphones; the monitor, a reference to compare with; the device, OSC
//! and head trackers; and how the engine copes.

mod compare;
mod device;
mod headphones;
mod remote;

use std::path::{Path, PathBuf};

use egui::{ComboBox, RichText, ScrollArea, Ui, Vec2};
use renderer::layout::Layout;

use super::{meters, section};
use crate::app::{App, Dialog};
use crate::connection::listening::{On, RoomChoice};

/// Width of a column, points.
const COLUMN: f32 = 296.0;
/// Width of the names at the left of a column.
const NAMES: f32 = 84.0;
/// Orders of Ambisonics.
const ORDERS: std::ops::RangeInclusive<u32> = 1..=7;

/// A file that is listened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenFile {
    /// Where the loudspeakers stand.
    Speakers,
    /// The listener's ears.
    Hrtf,
    /// A measured room.
    Room,
    /// What corrects the headphones.
    Equaliser,
    /// What is compared with.
    Reference,
}

impl ListenFile {
    /// The title of the window that it is chosen in.
    pub fn title(self) -> &'static str {
        match self {
            Self::Speakers => "Speakers file",
            Self::Hrtf => "Head-related responses",
            Self::Room => "Measured room",
            Self::Equaliser => "Correction of the headphones",
            Self::Reference => "Reference",
        }
    }

    /// Endings of such files.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Speakers => &["yaml", "yml", "json"],
            Self::Hrtf | Self::Room => &["sofa"],
            Self::Equaliser => &["txt", "wav", "sofa"],
            Self::Reference => super::files::SOUNDS,
        }
    }
}

impl App {
    /// Listens with a file, or without one.
    pub fn listen_with(&mut self, file: ListenFile, path: Option<PathBuf>) {
        let listening = &mut self.connection.listening;
        match file {
            ListenFile::Speakers => {
                if path.is_none()
                    && let Ok(nominal) = Layout::by_name(&self.room.layout.name)
                {
                    self.room.layout = nominal;
                }
                listening.speakers = path;
            }
            ListenFile::Hrtf => listening.headphones.hrtf = path,
            ListenFile::Room => listening.headphones.room = path.map_or(RoomChoice::Dry, RoomChoice::File),
            ListenFile::Equaliser => listening.headphones.equaliser = path,
            ListenFile::Reference => listening.reference = path,
        }
    }

    /// The file that is listened with now.
    fn listens_with(&self, file: ListenFile) -> Option<&Path> {
        let listening = &self.connection.listening;
        let headphones = &listening.headphones;
        match (file, &headphones.room) {
            (ListenFile::Speakers, _) => listening.speakers.as_deref(),
            (ListenFile::Hrtf, _) => headphones.hrtf.as_deref(),
            (ListenFile::Room, RoomChoice::File(path)) => Some(path),
            (ListenFile::Room, _) => None,
            (ListenFile::Equaliser, _) => headphones.equaliser.as_deref(),
            (ListenFile::Reference, _) => listening.reference.as_deref(),
        }
    }

    /// The folder that another one is looked for in.
    pub(crate) fn listen_folder(&self, file: ListenFile) -> PathBuf {
        let now = self.listens_with(file).and_then(Path::parent).filter(|folder| folder.is_dir());
        now.unwrap_or(self.document.folder()).to_path_buf()
    }
}

/// Shows it.
pub fn show(app: &mut App, ui: &mut Ui) {
    let height = ui.available_height() - 6.0;
    ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            column(ui, "output", height, |ui| {
                output(app, ui);
                programme(app, ui);
                told(app, ui);
            });
            column(ui, "compare", height, |ui| {
                compare::monitor(app, ui);
                compare::audition(app, ui);
                compare::reference(app, ui);
            });
            column(ui, "device", height, |ui| {
                device::show(app, ui);
                remote::show(app, ui);
                device::engine(app, ui);
            });
            if app.connection.is_open() {
                meters::show(app, ui, Vec2::new(ui.available_width().clamp(200.0, 420.0), height));
            }
        });
    });
}

/// Which programme is heard, and delivered, where there are several.
fn programme(app: &mut App, ui: &mut Ui) {
    let names: Vec<String> =
        app.document.scene().programmes.iter().map(|programme| programme.name.clone()).collect();
    if names.len() < 2 {
        app.connection.programme = 0;
        return;
    }
    app.connection.programme = app.connection.programme.min(names.len() - 1);
    row(ui, "Programme", |ui| {
        let now = names.get(app.connection.programme).map_or("", String::as_str);
        let shown = ComboBox::from_id_salt("programme").selected_text(now).show_ui(ui, |ui| {
            for (index, name) in names.iter().enumerate() {
                ui.selectable_value(&mut app.connection.programme, index, name);
            }
        });
        let hint = "Heard here, and delivered where a deliverable names no other";
        shown.response.on_hover_text(hint).accessible_name("Programme that is heard");
    });
}

fn column(ui: &mut Ui, id: &str, height: f32, show: impl FnOnce(&mut Ui)) {
    let down = egui::Layout::top_down(egui::Align::Min);
    ui.allocate_ui_with_layout(Vec2::new(COLUMN, height), down, |ui| {
        let area = ScrollArea::vertical().id_salt(id).auto_shrink([false, false]).max_height(height);
        area.show(ui, |ui| {
            ui.set_width(COLUMN - 10.0);
            show(ui);
            ui.add_space(6.0);
        });
    });
    ui.add_space(8.0);
}

/// A row: a name, and what is behind it.
fn row(ui: &mut Ui, name: &str, show: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let palette = crate::theme::Theme::of(ui).palette();
        let (place, _) = ui.allocate_exact_size(egui::vec2(NAMES, 20.0), egui::Sense::hover());
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let mut left = ui.new_child(egui::UiBuilder::new().max_rect(place).layout(layout));
        left.label(RichText::new(name).color(palette.dim));
        show(ui);
    });
}

/// A row with a file: its name, a button to choose another, and one to do without.
fn file_row(app: &mut App, ui: &mut Ui, (name, none): (&str, &str), file: ListenFile) {
    row(ui, name, |ui| {
        let now = app.listens_with(file).map(Path::to_path_buf);
        let choose = ui.small_button("…").on_hover_text(file.title());
        if choose.accessible_name(format!("Choose: {}", file.title())).clicked() {
            app.dialog = Some(Dialog::Listen(file));
        }
        if let Some(path) = now {
            let without = ui.small_button("×").on_hover_text("Do without");
            if without.accessible_name(format!("Do without: {}", file.title())).clicked() {
                app.listen_with(file, None);
            }
            let short = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            ui.add(egui::Label::new(short).truncate()).on_hover_text(path.display().to_string());
        } else {
            ui.weak(none);
        }
    });
}

fn output(app: &mut App, ui: &mut Ui) {
    section(ui, "Listen on");
    ui.horizontal(|ui| {
        for (on, name) in [
            (On::Loudspeakers, "Loudspeakers"),
            (On::Ambisonics, "Ambisonics"),
            (On::Headphones, "Headphones"),
        ] {
            let is_it = app.connection.listening.on == on;
            let response = ui.selectable_label(is_it, name);
            if response.accessible_name(format!("Listen on {}", name.to_lowercase())).clicked() {
                app.connection.listening.on = on;
                app.connection.audition = None;
            }
        }
    });
    match app.connection.listening.on {
        On::Loudspeakers => {
            row(ui, "Layout", |ui| {
                layouts(ui, "Layout of the room", &app.room.layout.name.clone(), |layout| {
                    app.room.layout = layout;
                });
            });
            file_row(app, ui, ("They stand", "as they should"), ListenFile::Speakers);
        }
        On::Ambisonics => row(ui, "Order", |ui| {
            let order = &mut app.connection.listening.order;
            let combo = ComboBox::from_id_salt("order").selected_text(format!("hoa{order}")).width(90.0);
            let shown = combo.show_ui(ui, |ui| {
                for other in ORDERS {
                    ui.selectable_value(order, other, format!("hoa{other}"));
                }
            });
            shown.response.accessible_name("Order of Ambisonics");
        }),
        On::Headphones => headphones::show(app, ui),
    }
}

/// All layouts to choose from.
fn layouts(ui: &mut Ui, name: &str, now: &str, choose: impl FnOnce(Layout)) {
    let known = |layout: &Layout| layout.everyday_name().unwrap_or(&layout.name).to_owned();
    let shown = Layout::by_name(now).map_or_else(|_| now.to_owned(), |layout| known(&layout));
    let mut chosen = None;
    let combo = ComboBox::from_id_salt(name).selected_text(shown).width(90.0).height(320.0);
    let response = combo.show_ui(ui, |ui| {
        for layout in Layout::all() {
            if ui.selectable_label(layout.name == now, known(&layout)).clicked() {
                chosen = Some(layout);
            }
        }
    });
    response.response.accessible_name(name);
    if let Some(layout) = chosen {
        choose(layout);
    }
}

/// What came of the choice: that it is being made, what is wrong with it, what was interpreted.
fn told(app: &App, ui: &mut Ui) {
    let palette = app.theme.palette();
    ui.add_space(4.0);
    if app.connection.is_making() {
        ui.weak("The files are read …");
        return;
    }
    if let Some(fault) = app.connection.fault() {
        ui.colored_label(palette.verdicts[2], fault);
    }
    for remark in app.connection.remarks() {
        ui.label(RichText::new(remark).small().color(palette.verdicts[1]));
    }
}
