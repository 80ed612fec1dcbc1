//! One frame: keys, menus, panels, and the room between them.

use std::path::PathBuf;

use egui::{Align, CentralPanel, Frame, Layout, Panel, RichText, Ui, ViewportCommand};

use super::{App, Dialog};
use crate::actions::{ACTIONS, Action, Menu, take_keys};
use crate::document::is_more_than_a_bed;
use crate::panels::{self, Tab};
use crate::theme::PANEL_MARGIN;

/// Height of the panel at the bottom until it is given another: a desk has room in it.
const LOWER_HEIGHT: f32 = 310.0;
/// The most of a window that the panel at the bottom, and each of those beside the room, may take.
const LOWER_SHARE: f32 = 0.6;
const SIDE_SHARE: f32 = 0.32;
/// Seconds between two autosaves.
const AUTOSAVE_SECONDS: f64 = 20.0;
/// How often it is looked whether an output is made, or something came in.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(50);
/// Seconds for which what went wrong is told at least.
const TOLD_SECONDS: f64 = 4.0;
/// Seconds without the wheel that end one.
const WHEEL_SECONDS: f32 = 0.4;
/// Seconds that a frame lasts at most; one that was longer in coming is no time that was heard.
const LONGEST_FRAME: f64 = 0.25;

impl App {
    /// Shows everything.
    pub fn frame(&mut self, ui: &mut Ui) {
        let context = ui.ctx().clone();
        self.take_time(&context);
        self.take_files(&context);
        if self.dialog.is_none() {
            take_keys(self, &context);
        }
        let palette = self.theme.palette();
        let bar = Frame::new().fill(palette.panel).inner_margin(PANEL_MARGIN);
        Panel::top("menu")
            .frame(bar.inner_margin(egui::Margin::symmetric(10, 4)))
            .show(ui, |ui| self.menus(ui));
        Panel::bottom("message").frame(bar.inner_margin(egui::Margin::symmetric(10, 3))).show(ui, |ui| {
            self.status(ui);
        });
        // In a small window, or a large script, the room keeps some of it.
        let window = context.content_rect().size();
        let range = |least: f32, most: f32| least..=most.max(least);
        Panel::bottom("lower")
            .resizable(true)
            .default_size(LOWER_HEIGHT)
            .size_range(range(120.0, window.y * LOWER_SHARE))
            .frame(bar)
            .show(ui, |ui| {
                fill(ui);
                panels::lower(self, ui);
            });
        let side = window.x * SIDE_SHARE;
        Panel::left("objects")
            .resizable(true)
            .default_size(238.0)
            .size_range(range(150.0, side.min(480.0)))
            .frame(bar)
            .show(ui, |ui| {
                fill(ui);
                panels::objects::show(self, ui);
            });
        Panel::right("inspector")
            .resizable(true)
            .default_size(272.0)
            .size_range(range(200.0, side.min(520.0)))
            .frame(bar)
            .show(ui, |ui| {
                fill(ui);
                panels::inspector::show(self, ui);
            });
        CentralPanel::no_frame().show(ui, |ui| panels::room::show(self, ui));
        self.dialogs(&context);
        self.guard(&context);
        let is_wheeling = context.input(|input| input.time_since_last_scroll()) < WHEEL_SECONDS;
        if is_wheeling {
            context.request_repaint_after(std::time::Duration::from_secs_f32(WHEEL_SECONDS));
        }
        self.forget_message(context.input(|input| input.time));
        // A gesture lasts as long as the pointer is held, a field is typed into, or the wheel is turned.
        let goes_on = context.input(|input| input.pointer.any_down())
            || context.egui_wants_keyboard_input() && !panels::mixer::fader_has_focus(&context)
            || self.last_move.is_some()
            || self.is_writing()
            || is_wheeling;
        // What is done to another field, or after the pointer was pressed or let go, is another step; what is dragged may
        // take the keys on the way.
        let focused = context.memory(|memory| memory.focused());
        let is_other = std::mem::replace(&mut self.focused, focused) != focused;
        let (is_down, turned) = context.input(|input| {
            let pointer = &input.pointer;
            (pointer.any_down(), pointer.any_pressed() || pointer.any_released())
        });
        if (turned || is_other && !is_down) && !self.is_writing() {
            self.document.seal();
        }
        if !goes_on {
            self.document.seal();
            if self.document.refresh() {
                // What was found is shown in the next one.
                context.request_repaint();
            }
        }
    }

    /// What was said of the state before is not said any more; what went wrong could be read first.
    fn forget_message(&mut self, now: f64) {
        let state = self.document.history().state();
        if self.message != self.said.0 {
            self.said = (self.message.clone(), state, now);
        } else if self.said.1 != state {
            let was_read = now - self.said.2 > TOLD_SECONDS;
            self.message = self.message.take().filter(|(_, is_bad)| *is_bad && !was_read);
            self.said = (self.message.clone(), state, self.said.2);
        }
    }

    fn take_time(&mut self, context: &egui::Context) {
        if self.settings.is_still {
            return;
        }
        let (now, passed) = context.input(|input| (input.time, f64::from(input.unstable_dt)));
        if self.transport.is_playing {
            match self.connection.position() {
                Some((seconds, plays)) => {
                    self.transport.seconds = seconds;
                    self.transport.is_playing = plays;
                }
                None => self.transport.advance(passed.min(LONGEST_FRAME), self.document.seconds()),
            }
            context.request_repaint();
        }
        self.connection.set_loop(self.transport.looped());
        self.record_on();
        let is_held = context.input(|input| input.pointer.any_down());
        let is_settled = !is_held && self.last_move.is_none() && !self.is_writing();
        let state = self.document.history().state();
        let playable = || self.document.playable();
        // What has to be opened anew doesn't get the scene before.
        let is_sent = is_settled && !self.connection.is_outdated(self.document.scene());
        let told = self.connection.step(&playable, state, &self.room.layout, is_sent);
        if let Some((message, is_bad)) = told {
            self.message = Some((message, is_bad));
        }
        self.follow_listening(context, is_settled);
        self.take_moves(now);
        if self.connection.listening.remote.engine().is_some() {
            // Nothing else wakes the window for what comes in.
            context.request_repaint_after(LOOK_EVERY);
        }
        if self.connection.is_open() && self.transport.is_playing {
            self.panels.loudness.add(passed.min(LONGEST_FRAME), &self.connection.telemetry.loudness);
        }
        let is_back =
            |event: &egui::Event| matches!(event, egui::Event::WindowFocused(is_focused) if *is_focused);
        if context.input(|input| input.events.iter().any(is_back)) {
            self.look_for_files();
        }
        if now - self.autosaved >= AUTOSAVE_SECONDS && self.document.is_changed() {
            self.autosaved = now;
            if let Err(error) = self.document.autosave() {
                self.fail(error);
            }
        }
        if self.document.is_changed() {
            context.request_repaint_after(std::time::Duration::from_secs_f64(AUTOSAVE_SECONDS));
        }
    }

    /// What was chosen to listen on: the room shows it, another device is opened, and it is kept.
    fn follow_listening(&mut self, context: &egui::Context, is_settled: bool) {
        if let Some(measured) = self.connection.measured().filter(|it| it.name == self.room.layout.name)
            && *measured != self.room.layout
        {
            self.room.layout = measured.clone();
        }
        if self.connection.is_making() {
            context.request_repaint_after(LOOK_EVERY);
        }
        if !is_settled {
            return;
        }
        if self.connection.is_outdated(self.document.scene()) {
            self.reopen_engine();
        }
        self.wait_for_remote();
        self.keep_preferences();
    }

    /// Who moves things from outside is heard as soon as something is open, not only when it plays.
    fn wait_for_remote(&mut self) {
        let state = Some(self.document.history().state());
        let is_wanted = self.connection.listening.remote.engine().is_some() && !self.connection.is_open();
        if !is_wanted || self.waited == state {
            return;
        }
        self.waited = state;
        if self.document.playable().tracks.iter().any(|track| !track.clips.is_empty()) {
            self.open_engine();
        }
    }

    /// What was dropped on the window: a scene is opened, sounds are taken.
    fn take_files(&mut self, context: &egui::Context) {
        let dropped = context.input(|input| input.raw.dropped_files.clone());
        let paths: Vec<_> = dropped.into_iter().map(|file| file.path().to_path_buf()).collect();
        let (scenes, sounds): (Vec<_>, Vec<_>) = paths
            .into_iter()
            .partition(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml")));
        match scenes.into_iter().next() {
            Some(scene) => self.ask_unless_saved(Dialog::OpenThis(scene)),
            None if sounds.is_empty() => {}
            None => self.take_sounds(&sounds),
        }
    }

    /// Opens the first master among the sounds; without one, they are added.
    pub(super) fn take_sounds(&mut self, sounds: &[PathBuf]) {
        match sounds.iter().find(|path| is_more_than_a_bed(path)) {
            Some(master) => self.ask_unless_saved(Dialog::OpenThis(master.clone())),
            None => self.add_sounds(sounds),
        }
    }

    fn menus(&mut self, ui: &mut Ui) {
        egui::MenuBar::new().ui(ui, |ui| {
            for menu in Menu::ALL {
                ui.menu_button(menu.name(), |ui| {
                    ui.set_min_width(230.0);
                    for entry in ACTIONS.iter().filter(|entry| entry.menu == menu) {
                        self.menu_entry(ui, entry.action);
                    }
                    if menu == Menu::File && !self.recent.paths().is_empty() {
                        ui.separator();
                        ui.weak("Open again");
                        for path in self.recent.paths().to_vec() {
                            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                            if ui.button(name).on_hover_text(path.display().to_string()).clicked() {
                                self.ask_unless_saved(Dialog::OpenThis(path));
                                ui.close();
                            }
                        }
                    }
                });
            }
            ui.add_space(10.0);
            let mark = if self.document.is_changed() { " •" } else { "" };
            ui.label(RichText::new(format!("{}{mark}", self.document.title())).strong());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| panels::transport::clock(self, ui));
        });
        let name = format!("{} - Proscenium", self.document.title());
        if self.title != name {
            ui.ctx().send_viewport_cmd(ViewportCommand::Title(name.clone()));
            self.title = name;
        }
    }

    fn menu_entry(&mut self, ui: &mut Ui, action: Action) {
        let Some(entry) = action.entry() else { return };
        let keys = entry.keys_text(ui.ctx());
        let button = egui::Button::new(entry.name).shortcut_text(keys);
        if ui.add_enabled(action.is_possible(self), button).clicked() {
            action.perform(self, &ui.ctx().clone());
            ui.close();
        }
    }

    fn status(&mut self, ui: &mut Ui) {
        let palette = self.theme.palette();
        ui.horizontal(|ui| {
            let mistakes = self.document.mistakes();
            let (errors, warnings) = (mistakes.errors(), mistakes.warnings());
            let (colour, text) = match (errors, warnings) {
                (0, 0) => (palette.verdicts[0], "no warnings".to_owned()),
                (0, count) => {
                    (palette.verdicts[1], format!("{count} warning{}", if count == 1 { "" } else { "s" }))
                }
                (count, _) => {
                    (palette.verdicts[2], format!("{count} error{}", if count == 1 { "" } else { "s" }))
                }
            };
            let link = ui.add(egui::Button::new(RichText::new(text).color(colour).small()).frame(false));
            if link.on_hover_text("Show what is wrong with the scene").clicked() {
                self.panels.tab = Tab::Warnings;
            }
            ui.separator();
            if let Some(ports) = self.connection.listening.remote.ports() {
                let lamp = ui
                    .add(egui::Button::new(RichText::new(ports).color(palette.accent).small()).frame(false));
                if lamp.on_hover_text("Heard or sent now; switched in the tab Listen").clicked() {
                    self.panels.tab = Tab::Listen;
                }
                ui.separator();
            }
            if let Some((message, is_bad)) = &self.message {
                let colour = if *is_bad { palette.verdicts[2] } else { palette.dim };
                ui.label(RichText::new(message).color(colour).small());
            } else {
                let scene = self.document.scene();
                let count = scene.tracks.len();
                let plural = if count == 1 { "" } else { "s" };
                let text = format!("{count} track{plural}, {} Hz", scene.sample_rate);
                ui.label(RichText::new(text).color(palette.dim).small());
            }
        });
    }
}

/// A panel has the size that it was given, whatever is in it.
fn fill(ui: &mut Ui) {
    ui.expand_to_include_rect(ui.max_rect());
}
