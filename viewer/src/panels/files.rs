//! A file to open or a place to save to: folders, their files, and a name.

use std::fs;
use std::path::{Path, PathBuf};

use egui::{Key, RichText, ScrollArea, TextEdit, Ui};

/// Endings of files that can be opened.
const ENDINGS: [&str; 4] = ["xml", "wav", "bw64", "rf64"];
/// Most entries of a folder that are listed.
const MOST_ENTRIES: usize = 5000;

/// A folder that is looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chooser {
    folder: PathBuf,
    name: String,
    is_saving: bool,
    folders: Vec<String>,
    files: Vec<String>,
    fault: Option<String>,
    /// A file of this name is there, and may be replaced.
    replaces: Option<String>,
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
}

impl Chooser {
    /// Looks into `folder`, with `name` in the field.
    pub fn new(folder: PathBuf, name: String, is_saving: bool) -> Self {
        let (folders, files) = (Vec::new(), Vec::new());
        let mut chooser =
            Self { folder: PathBuf::new(), name, is_saving, folders, files, fault: None, replaces: None };
        chooser.enter(folder);
        chooser
    }

    fn enter(&mut self, folder: PathBuf) {
        self.folder = folder;
        self.folders.clear();
        self.files.clear();
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.fault = Some(format!("{}: {error}", self.folder.display()));
                return;
            }
        };
        self.fault = None;
        for entry in entries.flatten().take(MOST_ENTRIES) {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let known =
                path.extension().is_some_and(|e| ENDINGS.iter().any(|known| e.eq_ignore_ascii_case(known)));
            let is_wanted = !self.is_saving || name.ends_with(".xml");
            match path.is_dir() {
                _ if name.starts_with('.') => {}
                true => self.folders.push(name),
                false if known && is_wanted => self.files.push(name),
                false => {}
            }
        }
        self.folders.sort_by_key(|name| name.to_lowercase());
        self.files.sort_by_key(|name| name.to_lowercase());
    }

    /// Shows it.
    pub fn show(&mut self, ui: &mut Ui, title: &str) -> Choice {
        ui.set_width(520.0);
        ui.heading(title);
        ui.horizontal(|ui| {
            if ui.button("Up").on_hover_text("The folder above").clicked()
                && let Some(above) = self.folder.parent().map(Path::to_path_buf)
            {
                self.enter(above);
            }
            ui.add(egui::Label::new(RichText::new(self.folder.display().to_string()).small()).truncate());
        });
        let (mut entered, mut chosen) = (None, None);
        ScrollArea::vertical().max_height(300.0).min_scrolled_height(300.0).auto_shrink([false, false]).show(
            ui,
            |ui| {
                for name in &self.folders {
                    if ui.selectable_label(false, format!("{name}/")).clicked() {
                        entered = Some(self.folder.join(name));
                    }
                }
                for name in &self.files {
                    let response = ui.selectable_label(self.name == *name, name.as_str());
                    if response.clicked() {
                        self.name.clone_from(name);
                    }
                    if response.double_clicked() && !self.is_saving {
                        chosen = Some(self.folder.join(name));
                    }
                }
            },
        );
        if let Some(folder) = entered {
            self.enter(folder);
        }
        if let Some(fault) = &self.fault {
            ui.colored_label(ui.visuals().error_fg_color, fault);
        }
        let hint = if self.is_saving { "scene.xml" } else { "A name, or a whole path" };
        let field = TextEdit::singleline(&mut self.name).desired_width(f32::INFINITY).hint_text(hint);
        let response = ui.add(field).accessible_name("File name");
        let mut confirmed = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let mut choice = Choice::Open;
        let path = self.folder.join(self.name.trim());
        if self.replaces.as_deref() == Some(self.name.as_str()) {
            ui.colored_label(ui.visuals().warn_fg_color, "There is a file of this name. Replace it?");
        }
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            let verb = match self.is_saving {
                true if self.replaces.as_deref() == Some(self.name.as_str()) => "Replace",
                true => "Save",
                false => "Open",
            };
            confirmed |= ui.add_enabled(!self.name.trim().is_empty(), egui::Button::new(verb)).clicked();
            if ui.button("Cancel").clicked() {
                choice = Choice::Given;
            }
        });
        if confirmed && path.is_dir() {
            self.name.clear();
            self.enter(path);
        } else if confirmed
            && self.is_saving
            && path.exists()
            && self.replaces.as_deref() != Some(self.name.as_str())
        {
            self.replaces = Some(self.name.clone());
        } else if confirmed && !self.name.trim().is_empty() {
            choice = Choice::Chosen(path);
        }
        chosen.map_or(choice, Choice::Chosen)
    }
}
