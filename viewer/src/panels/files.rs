//! A file to open or a place to save to: folders, their files, and a name or a path to type.

mod listing;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use egui::{
    Align2, Color32, CornerRadius, FontId, Key, Modifiers, RichText, ScrollArea, Sense, TextEdit, Ui, Vec2,
};

use listing::{Entry, Order};

/// Endings of scenes, masters and sounds.
pub const PROGRAMMES: &[&str] = &["xml", "wav", "bw64", "rf64"];
/// Endings of sounds.
pub const SOUNDS: &[&str] = &["wav", "bw64", "rf64"];
/// Endings of scenes.
pub const SCENES: &[&str] = &["xml"];

/// Height of a row.
const ROW: f32 = 20.0;
/// Rows that Page Up and Page Down go over.
const PAGE: usize = 12;

/// A folder that is looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chooser {
    folder: PathBuf,
    /// The folder as it is typed.
    typed_folder: String,
    name: String,
    is_saving: bool,
    endings: &'static [&'static str],
    order: Order,
    has_hidden: bool,
    entries: Vec<Entry>,
    /// The entry that the keys are at.
    cursor: Option<usize>,
    /// More than one may be chosen; these are.
    takes_several: bool,
    marked: BTreeSet<usize>,
    fault: Option<String>,
    /// A file of this name is there, and may be replaced.
    replaces: Option<String>,
    /// The name is to be typed next.
    focuses: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Nothing yet.
    Open,
    /// Nothing at all.
    Given,
    /// This one.
    Chosen(PathBuf),
    /// All of these.
    Several(Vec<PathBuf>),
}

impl Chooser {
    /// Looks into `folder` for files with these endings, with `name` in the field.
    pub fn new(folder: PathBuf, name: String, is_saving: bool, endings: &'static [&'static str]) -> Self {
        let mut chooser = Self {
            folder: PathBuf::new(),
            typed_folder: String::new(),
            name,
            is_saving,
            endings,
            order: Order::default(),
            has_hidden: false,
            entries: Vec::new(),
            cursor: None,
            takes_several: false,
            marked: BTreeSet::new(),
            fault: None,
            replaces: None,
            focuses: true,
        };
        chooser.enter(folder);
        chooser
    }

    /// The same for any number of files: Ctrl and a click mark another one, Shift and a click all up to there.
    pub fn of_several(self) -> Self {
        Self { takes_several: true, ..self }
    }

    fn enter(&mut self, folder: PathBuf) {
        // `..` is taken literally only where the folder can't be asked.
        self.folder = std::fs::canonicalize(&folder).unwrap_or(folder);
        self.typed_folder = self.folder.display().to_string();
        self.focuses = true;
        self.look();
    }

    fn look(&mut self) {
        self.cursor = None;
        self.marked.clear();
        match listing::read(&self.folder, self.endings, self.has_hidden) {
            Ok(entries) => (self.entries, self.fault) = (entries, None),
            Err(fault) => (self.entries, self.fault) = (Vec::new(), Some(fault)),
        }
        listing::sort(&mut self.entries, self.order);
    }

    fn typed(&self, text: &str) -> PathBuf {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        listing::typed(&self.folder, text, home.as_deref())
    }

    /// Shows it.
    pub fn show(&mut self, ui: &mut Ui, title: &str) -> Choice {
        ui.set_width(560.0_f32.min(ui.ctx().content_rect().width() - 60.0));
        ui.heading(title);
        let moved = self.take_keys(ui);
        self.where_it_is(ui);
        let mut chosen = None;
        let height = (ui.ctx().content_rect().height() - 260.0).clamp(100.0, 320.0);
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                chosen = self.list(ui, moved);
            });
        if let Some(fault) = &self.fault {
            ui.colored_label(ui.visuals().error_fg_color, fault);
        }
        let choice = self.confirm(ui);
        chosen.map_or(choice, Choice::Chosen)
    }

    /// Keys that go through the list, wherever one types. Gives whether they did.
    fn take_keys(&mut self, ui: &Ui) -> bool {
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::ALT, Key::ArrowUp) {
            self.go_up();
            return false;
        }
        let last = self.entries.len().saturating_sub(1);
        let at = self.cursor;
        let steps: [(Key, usize); 4] = [
            (Key::ArrowDown, at.map_or(0, |at| at + 1)),
            (Key::ArrowUp, at.map_or(last, |at| at.saturating_sub(1))),
            (Key::PageDown, at.unwrap_or(0) + PAGE),
            (Key::PageUp, at.unwrap_or(0).saturating_sub(PAGE)),
        ];
        let Some((_, to)) = steps.into_iter().find(|(key, _)| pressed(Modifiers::NONE, *key)) else {
            return false;
        };
        self.cursor = (!self.entries.is_empty()).then_some(to.min(last));
        self.marked.clear();
        if let Some(entry) = self.cursor.and_then(|at| self.entries.get(at)).filter(|entry| !entry.is_folder)
        {
            self.name.clone_from(&entry.name);
        }
        true
    }

    fn go_up(&mut self) {
        if let Some(above) = self.folder.parent().map(Path::to_path_buf) {
            self.enter(above);
        }
    }

    /// The folder, and how it is listed.
    fn where_it_is(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            if ui.button("Up").on_hover_text("The folder above (Alt + ↑)").clicked() {
                self.go_up();
            }
            let field = TextEdit::singleline(&mut self.typed_folder).desired_width(ui.available_width());
            let response = ui.add(field).accessible_name("Folder");
            if response.lost_focus() {
                let folder = self.typed(&self.typed_folder.clone());
                if folder != self.folder {
                    self.enter(folder);
                }
            }
        });
        ui.horizontal(|ui| {
            ui.weak("Sorted by");
            let before = (self.order, self.has_hidden);
            for (order, name) in Order::NAMES {
                let response = ui.selectable_label(self.order == order, name);
                if response.accessible_name(format!("Sort by {name}")).clicked() {
                    self.order = order;
                }
            }
            ui.add_space(10.0);
            ui.checkbox(&mut self.has_hidden, "Hidden files");
            if before != (self.order, self.has_hidden) {
                self.look();
            }
        });
    }

    /// The entries; gives a file that was chosen with a double click.
    fn list(&mut self, ui: &mut Ui, moved: bool) -> Option<PathBuf> {
        let (mut entered, mut chosen, mut clicked) = (None, None, None);
        let now = SystemTime::now();
        for (index, entry) in self.entries.iter().enumerate() {
            let is_named = !entry.is_folder && self.name == entry.name;
            let is_it = self.cursor == Some(index) || is_named || self.marked.contains(&index);
            let response = row(ui, entry, is_it, now);
            if moved && self.cursor == Some(index) {
                response.scroll_to_me(None);
            }
            match (response.clicked(), entry.is_folder) {
                (true, true) => entered = Some(self.folder.join(&entry.name)),
                (true, false) => clicked = Some(index),
                _ => {}
            }
            if response.double_clicked() && !self.is_saving && !entry.is_folder {
                chosen = Some(self.folder.join(&entry.name));
            }
        }
        if let Some(index) = clicked {
            self.mark(index, ui.input(|input| input.modifiers));
            self.cursor = Some(index);
            self.name.clone_from(&self.entries[index].name);
        }
        if let Some(folder) = entered {
            self.enter(folder);
        }
        chosen
    }

    /// Marks what was clicked, and with a key held what goes with it.
    fn mark(&mut self, index: usize, held: Modifiers) {
        let from = self.cursor.unwrap_or(index);
        if !self.takes_several || !(held.command || held.shift) {
            self.marked = BTreeSet::from([index]);
            return;
        }
        let range = if held.shift { from.min(index)..=from.max(index) } else { index..=index };
        let is_there = !held.shift && self.marked.contains(&index);
        for entry in range.filter(|entry| !self.entries[*entry].is_folder) {
            if is_there {
                self.marked.remove(&entry)
            } else {
                self.marked.insert(entry)
            };
        }
    }

    /// The files that are marked, where there is more than one.
    fn several(&self) -> Option<Vec<PathBuf>> {
        let files = self.marked.iter().filter_map(|index| self.entries.get(*index));
        let paths: Vec<PathBuf> = files.map(|entry| self.folder.join(&entry.name)).collect();
        (paths.len() > 1).then_some(paths)
    }

    /// The name, and the buttons.
    fn confirm(&mut self, ui: &mut Ui) -> Choice {
        let hint = if self.is_saving { "scene.xml" } else { "A name, or a whole path" };
        let field = TextEdit::singleline(&mut self.name).desired_width(f32::INFINITY).hint_text(hint);
        let response = ui.add(field).accessible_name("File name");
        if std::mem::take(&mut self.focuses) {
            response.request_focus();
        }
        if response.changed() {
            self.cursor = None;
            self.marked.clear();
        }
        let several = self.several();
        if let Some(all) = &several {
            ui.weak(format!("{} files", all.len()));
        }
        let is_idle = ui.memory(|memory| memory.focused().is_none());
        let is_entered =
            ui.input(|input| input.key_pressed(Key::Enter)) && (response.lost_focus() || is_idle);
        let under_cursor = self.cursor.and_then(|at| self.entries.get(at)).filter(|entry| entry.is_folder);
        if let Some(folder) = under_cursor.filter(|_| is_entered) {
            self.enter(self.folder.join(&folder.name));
            return Choice::Open;
        }
        let replaces = self.replaces.as_deref() == Some(self.name.as_str());
        if replaces {
            ui.colored_label(ui.visuals().warn_fg_color, "There is a file of this name. Replace it?");
        }
        ui.add_space(6.0);
        let (mut confirmed, mut given) = (is_entered, false);
        ui.horizontal(|ui| {
            let verb = match (self.is_saving, replaces) {
                (true, true) => "Replace",
                (true, false) => "Save",
                _ => "Open",
            };
            confirmed |= ui.add_enabled(!self.name.trim().is_empty(), egui::Button::new(verb)).clicked();
            given = ui.button("Cancel").clicked();
        });
        let path = self.typed(&self.name);
        if given {
            Choice::Given
        } else if let Some(all) = several.filter(|_| confirmed) {
            Choice::Several(all)
        } else if !confirmed || self.name.trim().is_empty() {
            Choice::Open
        } else if path.is_dir() {
            self.name.clear();
            self.enter(path);
            Choice::Open
        } else if self.is_saving && path.exists() && !replaces {
            self.replaces = Some(self.name.clone());
            self.focuses = true;
            Choice::Open
        } else {
            Choice::Chosen(path)
        }
    }
}

/// One entry: its name, its size and when it was changed.
fn row(ui: &mut Ui, entry: &Entry, is_it: bool, now: SystemTime) -> egui::Response {
    let palette = crate::theme::Theme::of(ui).palette();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW), Sense::click());
    let name = if entry.is_folder { format!("{}/", entry.name) } else { entry.name.clone() };
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Row, true, is_it, name.as_str()));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let fill = match (is_it, response.hovered()) {
        (true, _) => palette.accent.gamma_multiply(0.25),
        (false, true) => palette.field,
        _ => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(3), fill);
    let text = |x: f32, align: Align2, text: &str, colour: Color32, width: f32| {
        let clip =
            egui::Rect::from_min_max(egui::pos2(rect.min.x, rect.min.y), egui::pos2(width, rect.max.y));
        let at = egui::pos2(x, rect.center().y);
        ui.painter_at(clip).text(at, align, text, FontId::proportional(12.5), colour);
    };
    let right = rect.max.x - 8.0;
    text(rect.min.x + 6.0, Align2::LEFT_CENTER, &name, palette.text, right - 150.0);
    let age = entry.changed.and_then(|changed| now.duration_since(changed).ok());
    let age = age.map(listing::age_text).unwrap_or_default();
    text(right - 70.0, Align2::RIGHT_CENTER, &age, palette.dim, right);
    if !entry.is_folder {
        text(right, Align2::RIGHT_CENTER, &listing::size_text(entry.size), palette.dim, right);
    }
    response.on_hover_text(RichText::new(entry.name.as_str()))
}
