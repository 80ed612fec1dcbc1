//! Questions and windows in front of everything else.

use std::path::PathBuf;

use egui::{Context, Grid, Id, Modal, ProgressBar, RichText, ScrollArea, TextEdit, ViewportCommand};

use super::App;
use crate::actions::{ACTIONS, Menu};
use crate::document::{Document, Import};
use crate::panels::files::{self, Choice, Chooser};
use crate::panels::listen::ListenFile;

/// What is in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// A new scene.
    New,
    /// A file to open.
    Open,
    /// This file is to be opened.
    OpenThis(PathBuf),
    /// A master of which a scene is to be made, and the folder that it goes to.
    Import(PathBuf, String),
    /// A scene is made of a master.
    Importing,
    /// A place to save to.
    SaveAs,
    /// Sounds to add.
    AddSounds,
    /// Where the sound is that the scene calls so.
    FindMissing(String),
    /// A file that is listened with.
    Listen(ListenFile),
    /// What isn't saved would be lost: save it before this?
    Unsaved(Box<Dialog>),
    /// The window is to be closed.
    Close,
    /// Take over what a crash left?
    Recover(PathBuf),
    /// All keys.
    Shortcuts,
}

impl App {
    /// Does `then`, but asks before when something would be lost.
    pub fn ask_unless_saved(&mut self, then: Dialog) {
        let lost = self.document.is_changed();
        self.dialog = Some(if lost { Dialog::Unsaved(Box::new(then)) } else { then });
    }

    /// Keeps the window open while something isn't saved.
    pub(super) fn guard(&mut self, context: &Context) {
        let closing = context.input(|input| input.viewport().close_requested());
        if closing && !self.may_close && self.document.is_changed() {
            context.send_viewport_cmd(ViewportCommand::CancelClose);
            self.dialog = Some(Dialog::Unsaved(Box::new(Dialog::Close)));
        }
    }

    pub(super) fn dialogs(&mut self, context: &Context) {
        let Some(dialog) = self.dialog.take() else { return };
        match dialog {
            Dialog::New => self.start_empty(),
            Dialog::OpenThis(path) => self.open(&path),
            Dialog::Close => {
                self.may_close = true;
                context.send_viewport_cmd(ViewportCommand::Close);
            }
            Dialog::Open => self.choose(context, Dialog::Open, "Open"),
            Dialog::Import(master, folder) => self.ask_to_import(context, master, folder),
            Dialog::Importing => self.importing(context),
            Dialog::SaveAs => self.choose(context, Dialog::SaveAs, "Save as"),
            Dialog::AddSounds => self.choose(context, Dialog::AddSounds, "Add sounds"),
            Dialog::FindMissing(name) => {
                let title = format!("Where is {name}?");
                self.choose(context, Dialog::FindMissing(name), &title);
            }
            Dialog::Listen(file) => self.choose(context, Dialog::Listen(file), file.title()),
            Dialog::Unsaved(then) => self.ask_to_save(context, then),
            Dialog::Recover(autosave) => self.ask_to_recover(context, autosave),
            Dialog::Shortcuts => self.shortcuts(context),
        }
    }

    fn choose(&mut self, context: &Context, dialog: Dialog, title: &str) {
        // A scene that has no file yet is at home where something was chosen last.
        let own = self.document.folder().to_path_buf();
        let last = self.panels.last_folder.clone().unwrap_or_else(|| own.clone());
        let home = if self.document.path().is_some() { own } else { last.clone() };
        let (folder, endings) = match &dialog {
            Dialog::Listen(file) => (self.listen_folder(*file), file.endings()),
            Dialog::SaveAs => (home, files::SCENES),
            Dialog::AddSounds | Dialog::FindMissing(_) => (last, files::SOUNDS),
            _ => (home, files::PROGRAMMES),
        };
        let is_saving = dialog == Dialog::SaveAs;
        let name = self.document.path().and_then(|path| path.file_name()).map_or_else(
            || format!("{}.xml", self.document.title()),
            |name| name.to_string_lossy().into_owned(),
        );
        let several = dialog == Dialog::AddSounds;
        let start = || {
            let chooser =
                Chooser::new(folder, if is_saving { name } else { String::new() }, is_saving, endings);
            if several { chooser.of_several() } else { chooser }
        };
        let chooser = self.panels.chooser.get_or_insert_with(start);
        let choice = Modal::new(Id::unique(title)).show(context, |ui| chooser.show(ui, title));
        let closes = choice.should_close();
        match choice.inner {
            Choice::Open if !closes => self.dialog = Some(dialog),
            Choice::Several(paths) => {
                self.panels.chooser = None;
                self.panels.last_folder = paths.first().and_then(|path| path.parent()).map(PathBuf::from);
                self.take_sounds(&paths);
            }
            Choice::Chosen(path) => {
                self.panels.chooser = None;
                self.panels.last_folder = path.parent().map(PathBuf::from);
                match dialog {
                    Dialog::SaveAs => self.save_as(&path),
                    Dialog::AddSounds => self.take_sounds(&[path]),
                    Dialog::FindMissing(name) => self.find_missing(&name, &path),
                    Dialog::Listen(file) => self.listen_with(file, Some(path)),
                    _ => self.open(&path),
                }
            }
            Choice::Open | Choice::Given => self.panels.chooser = None,
        }
    }

    fn ask_to_save(&mut self, context: &Context, then: Box<Dialog>) {
        let title = self.document.title();
        let mut next = Some(Dialog::Unsaved(then.clone()));
        let modal = Modal::new(Id::unique("unsaved")).show(context, |ui| {
            ui.set_width(380.0);
            ui.heading("Save the changes?");
            ui.label(format!("\"{title}\" has changes that are not saved."));
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                if ui.button("Save").clicked() || is_confirmed(ui) {
                    if self.document.path().is_some() {
                        self.save();
                        next = (!self.document.is_changed()).then(|| (*then).clone());
                    } else {
                        next = Some(Dialog::SaveAs);
                    }
                }
                if ui.button("Don't save").clicked() {
                    next = Some((*then).clone());
                }
                if ui.button("Cancel").clicked() {
                    next = None;
                }
            });
        });
        self.dialog = if modal.should_close() { None } else { next };
    }

    fn ask_to_import(&mut self, context: &Context, master: PathBuf, mut folder: String) {
        let mut next = None;
        let modal = Modal::new(Id::unique("import")).show(context, |ui| {
            ui.set_width(460.0);
            ui.heading("Make a scene of this master?");
            let name = master.file_name().unwrap_or_default().to_string_lossy().into_owned();
            ui.label(format!(
                "{name} is a master. Its sounds become stems and its moves curves, in the folder"
            ));
            let field = TextEdit::singleline(&mut folder).desired_width(f32::INFINITY);
            ui.add(field).accessible_name("Folder of the scene");
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                if ui.button("Import").clicked() {
                    let to = master.parent().unwrap_or(std::path::Path::new("")).join(folder.trim());
                    self.import = Some(Import::start(master.clone(), to, context.clone()));
                    next = Some(Dialog::Importing);
                } else if !ui.button("Cancel").clicked() {
                    next = Some(Dialog::Import(master.clone(), folder.clone()));
                }
            });
        });
        self.dialog = next.filter(|next| *next == Dialog::Importing || !modal.should_close());
    }

    fn importing(&mut self, context: &Context) {
        let Some(import) = &self.import else { return };
        if let Some(result) = import.take() {
            self.import = None;
            match result {
                Ok(scene) => self.open(&scene),
                Err(error) => self.fail(error),
            }
            return;
        }
        let share = import.share();
        let mut goes_on = true;
        Modal::new(Id::unique("importing")).show(context, |ui| {
            ui.set_width(320.0);
            ui.heading("Making a scene");
            ui.add(ProgressBar::new(share).show_percentage())
                .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Import"));
            goes_on = !ui.button("Cancel").clicked();
        });
        context.request_repaint_after(std::time::Duration::from_millis(100));
        if goes_on {
            self.dialog = Some(Dialog::Importing);
        } else {
            // Dropped, it stops, and nothing of it stays.
            self.import = None;
        }
    }

    fn ask_to_recover(&mut self, context: &Context, autosave: PathBuf) {
        let mut next = Some(Dialog::Recover(autosave.clone()));
        Modal::new(Id::unique("recover")).show(context, |ui| {
            ui.set_width(420.0);
            ui.heading("Recover unsaved work?");
            ui.label("The program ended before this was saved:");
            ui.label(RichText::new(autosave.display().to_string()).small());
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                if ui.button("Recover").clicked() || is_confirmed(ui) {
                    next = None;
                    match self.document.recover(&autosave) {
                        Ok(()) => self.tell(Some("Recovered; not saved yet".to_owned())),
                        Err(error) => self.fail(error),
                    }
                }
                if ui.button("Throw it away").clicked() {
                    next = None;
                    if let Err(error) = std::fs::remove_file(&autosave) {
                        self.fail(format_args!("{}: {error}", autosave.display()));
                    }
                }
                if ui.button("Later").on_hover_text("It is kept, and offered again").clicked() {
                    next = None;
                    match Document::put_off(&autosave) {
                        Ok(kept) => self.tell(Some(format!("Kept as {}", kept.display()))),
                        Err(error) => self.fail(error),
                    }
                }
            });
        });
        self.dialog = next;
    }

    fn shortcuts(&mut self, context: &Context) {
        let mut is_open = true;
        let modal = Modal::new(Id::unique("shortcuts")).show(context, |ui| {
            ui.heading("Keys");
            ScrollArea::vertical().max_height(context.content_rect().height() * 0.7).show(ui, |ui| {
                for menu in Menu::ALL {
                    ui.add_space(6.0);
                    ui.strong(menu.name());
                    Grid::new(menu.name()).num_columns(2).min_col_width(150.0).show(ui, |ui| {
                        for entry in ACTIONS.iter().filter(|entry| entry.menu == menu) {
                            ui.monospace(entry.keys_text(context));
                            ui.label(entry.name);
                            ui.end_row();
                        }
                    });
                }
                ui.add_space(6.0);
                ui.strong("In the room");
                Grid::new("pointer").num_columns(2).min_col_width(150.0).show(ui, |ui| {
                    for (keys, what) in POINTER {
                        ui.monospace(keys);
                        ui.label(what);
                        ui.end_row();
                    }
                });
            });
            ui.add_space(6.0);
            if ui.button("Close").clicked() {
                is_open = false;
            }
        });
        if is_open && !modal.should_close() {
            self.dialog = Some(Dialog::Shortcuts);
        }
    }
}

/// Enter, where nothing else would take it: the first button.
fn is_confirmed(ui: &egui::Ui) -> bool {
    let has_focus = ui.memory(|memory| memory.focused().is_some());
    !has_focus && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// What the pointer does in the room.
const POINTER: [(&str, &str); 8] = [
    ("Drag an object", "move it level"),
    ("Alt + drag an object", "move it up and down"),
    ("Ctrl + drag an object", "snap to loudspeakers"),
    ("Drag an arrow", "move along one axis"),
    ("Drag", "turn the view"),
    ("Right or middle drag", "move the view"),
    ("Shift + drag", "select with a box"),
    ("Wheel", "nearer and farther"),
];
