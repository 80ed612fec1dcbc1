//! The program: what is open, what is seen of it, and the panels around the room.

mod dialogs;
mod frame;
mod incoming;
mod recording;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use egui_wgpu::RenderState;
use formats::scene::{Scene, Spatial};
use renderer::layout::Layout;
use renderer::live::Monitor;

use crate::connection::Connection;
use crate::document::{Document, Import, Recent, added_stems, folder_for, is_master, left_over};
use crate::edit::{Edit, record_parameters, set_parameters};
use crate::panels::{Panels, room::RoomView};
use crate::preferences::{Kept, Preferences};
use crate::theme::Theme;
use crate::transport::Transport;
use crate::view3d::Point;
use crate::view3d::gpu::Gpu;
use crate::view3d::space::Space;

pub use dialogs::Dialog;
use recording::Recording;

/// Steps of a degree or of the room that a hand moves in: finer ones are not heard, and long to read.
const FINENESS: f64 = 1e4;

/// What a session starts with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The colours; those of the last time without.
    pub theme: Option<Theme>,
    /// Where the program keeps its state; nothing is kept without.
    pub state: Option<PathBuf>,
    /// A picture is made: nothing may depend on the clock, or be missing because it isn't ready yet.
    pub is_still: bool,
}

/// The program.
pub struct App {
    /// What is open.
    pub document: Document,
    /// When.
    pub transport: Transport,
    /// What plays.
    pub connection: Connection,
    /// How the room is looked at.
    pub room: RoomView,
    /// What the panels show.
    pub panels: Panels,
    /// The colours.
    pub theme: Theme,
    /// How much larger than usual everything is.
    pub scale: f32,
    /// The question or the window that is in front.
    pub dialog: Option<Dialog>,
    /// Files that were open lately.
    pub recent: Recent,
    pub(crate) settings: Settings,
    kept: Kept,
    /// The last thing that was told, and whether it is bad.
    pub(crate) message: Option<(String, bool)>,
    /// What was said last, of which state, and when.
    said: (Option<(String, bool)>, u64, f64),
    pub(crate) gpu: Option<(RenderState, Gpu)>,
    /// When the document was last kept for recovery, seconds of the program.
    autosaved: f64,
    /// The moves that are being recorded.
    recording: Recording,
    /// A master becomes a scene.
    import: Option<Import>,
    /// When the last move came in from outside, seconds of the program.
    last_move: Option<f64>,
    /// What stands above the window.
    title: String,
    /// What keys go to.
    focused: Option<egui::Id>,
    /// It was agreed that what isn't saved is lost.
    may_close: bool,
    /// The state for which the engine was opened, or could not be, for those who move things from outside.
    waited: Option<u64>,
}

impl App {
    /// The program with nothing open. Without a GPU it shows everything but the room's picture.
    pub fn new(settings: Settings, gpu: Option<&RenderState>) -> Self {
        let kept = Kept::read(settings.state.as_deref());
        let mut app = Self {
            document: Document::default(),
            transport: Transport::default(),
            connection: Connection::default(),
            room: RoomView::default(),
            panels: Panels::default(),
            theme: settings.theme.unwrap_or(kept.last().theme),
            scale: kept.last().scale,
            dialog: None,
            recent: Recent::read(settings.state.as_deref()),
            kept,
            settings,
            message: None,
            said: (None, 0, 0.0),
            gpu: gpu.map(|state| (state.clone(), Gpu::new(state))),
            autosaved: 0.0,
            recording: Recording::default(),
            import: None,
            last_move: None,
            title: String::new(),
            focused: None,
            may_close: false,
            waited: None,
        };
        app.start_empty();
        app.take_preferences();
        app
    }

    fn take_preferences(&mut self) {
        let last = self.kept.last().clone();
        self.connection.listening = last.listening;
        self.connection.monitor = Monitor { gain_db: last.level_db, dim: last.is_dimmed, mute: false };
        if let Some(layout) = last.layout.and_then(|name| Layout::by_name(&name).ok()) {
            self.room.layout = layout;
        }
    }

    /// Writes what was chosen since, for the next time.
    pub(crate) fn keep_preferences(&mut self) {
        let Monitor { gain_db, dim, .. } = self.connection.monitor;
        self.kept.keep(Preferences {
            theme: self.theme,
            scale: self.scale,
            layout: Some(self.room.layout.name.clone()),
            level_db: gain_db,
            is_dimmed: dim,
            listening: self.connection.listening.clone(),
        });
    }

    /// Draws the room from now on.
    pub(crate) fn set_gpu(&mut self, state: &RenderState) {
        self.gpu = Some((state.clone(), Gpu::new(state)));
    }

    /// The step that a hand makes which drags; only that is recorded.
    pub(crate) const BY_HAND: &str = "Move";

    /// Opens a file, or says why not.
    pub fn open(&mut self, path: &Path) {
        if is_master(path) {
            let folder = folder_for(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.dialog = Some(Dialog::Import(path.to_path_buf(), folder));
            return;
        }
        match Document::open(path) {
            Ok(document) => {
                let recovery = document.path().and_then(Document::recovery);
                self.show(document);
                if let Some(path) = self.document.path().map(Path::to_path_buf) {
                    self.recent.add(&path);
                }
                if let Some(autosave) = recovery.filter(|_| !self.settings.is_still) {
                    self.dialog = Some(Dialog::Recover(autosave));
                }
            }
            Err(error) => self.fail(error),
        }
    }

    /// Shows a document in the place of the one that is open.
    pub fn show(&mut self, document: Document) {
        self.connection.close();
        self.document.remove_autosave();
        self.document = document;
        let record_mode = self.transport.record_mode;
        self.transport = Transport { record_mode, ..Transport::default() };
        self.recording = Recording::default();
        self.panels.forget();
        self.message = None;
        self.waited = None;
    }

    pub(crate) fn start_empty(&mut self) {
        let folder = std::env::current_dir().unwrap_or_default();
        let mut document = Document::new(Scene::default(), folder);
        document.start_clean();
        self.show(document);
    }

    /// Offers what a crash left of a scene that had no file.
    pub fn offer_left_over(&mut self) {
        if let Some(autosave) = left_over().into_iter().next() {
            self.dialog = Some(Dialog::Recover(autosave));
        }
    }

    /// Saves the scene where it is, or says why not.
    pub fn save(&mut self) {
        let saved = self.document.save();
        self.told_saved(saved.map_err(|error| error.to_string()));
    }

    pub(crate) fn save_as(&mut self, path: &Path) {
        let saved = self.document.save_as(path);
        self.told_saved(saved.map_err(|error| error.to_string()));
    }

    fn told_saved(&mut self, saved: Result<(), String>) {
        match (saved, self.document.path().map(Path::to_path_buf)) {
            (Ok(()), Some(path)) => {
                self.recent.add(&path);
                self.tell(Some(format!("Saved: {}", path.display())));
            }
            (Ok(()), None) => {}
            (Err(error), _) => self.fail(error),
        }
    }

    /// Adds sounds to the scene, from the playhead on, each with the role, language and place that its name and channels suggest.
    pub fn add_sounds(&mut self, paths: &[PathBuf]) {
        let first = self.document.scene().tracks.len();
        let mut added = self.document.scene().clone();
        let mut edits = Vec::new();
        let start = self.transport.time();
        for path in paths {
            match added_stems(&added, self.document.folder(), path) {
                Ok((mut tracks, rate)) => {
                    // The first sounds of a scene say at which rate it goes.
                    let rate = NonZeroU32::new(rate).filter(|_| added.tracks.is_empty());
                    if let Some(rate) = rate.filter(|rate| Scene::SAMPLE_RATES.contains(&rate.get())) {
                        edits.push(Edit::SampleRate(rate));
                    }
                    let clips = tracks.iter_mut().flat_map(|track| &mut track.clips);
                    clips.for_each(|clip| clip.start = start);
                    added.tracks.extend(tracks.iter().cloned());
                    edits.extend(
                        tracks.into_iter().map(|track| Edit::InsertTrack(usize::MAX, Box::new(track))),
                    );
                }
                Err(error) => self.fail(error),
            }
        }
        if !edits.is_empty() {
            self.document.seal();
            self.document.edit("Add sounds", edits);
            self.document.seal();
            self.document.refresh();
            let last = self.document.scene().tracks.len();
            self.document.selection.set_all(first..last);
        }
    }

    /// Says something at the bottom of the window; `None` changes nothing.
    pub fn tell(&mut self, message: Option<String>) {
        if let Some(message) = message {
            self.message = Some((message, false));
            // The same words may be said of another state.
            self.said.0 = None;
        }
    }

    /// Says that something went wrong.
    pub fn fail(&mut self, message: impl ToString) {
        self.message = Some((message.to_string(), true));
    }

    /// Takes a file for a sound that isn't there, and what lies beside it for the others.
    pub(crate) fn find_missing(&mut self, name: &str, path: &Path) {
        match self.document.find_missing(name, path) {
            (found, 0) => self.tell(Some(format!("Found: {found}, all that was missing"))),
            (found, missing) => self.fail(format_args!("found {found}; {missing} still missing")),
        }
    }

    /// Files may have come or gone while the window was away.
    pub(crate) fn look_for_files(&mut self) {
        if self.document.look_again() && self.connection.is_open() {
            self.reopen_engine();
        }
    }

    /// The room's shape.
    pub fn space(&self) -> Space {
        self.room.space.unwrap_or_else(|| Space::of(self.document.scene()))
    }

    /// The selected tracks that are objects.
    pub fn selected_objects(&self) -> impl Iterator<Item = usize> {
        let tracks = &self.document.scene().tracks;
        let is_object = |index: &usize| {
            tracks.get(*index).is_some_and(|track| matches!(track.spatial, Spatial::Object(_)))
        };
        self.document.selection.iter().filter(is_object)
    }

    /// Moves the selected objects to where `to` says, which gets each one's place; `None` leaves it where it is.
    pub fn move_selected(&mut self, name: &str, to: impl Fn(Point) -> Option<Point>) {
        let (space, seconds) = (self.space(), self.transport.seconds);
        let places =
            self.selected_objects().filter_map(|index| match &self.document.scene().tracks[index].spatial {
                Spatial::Object(object) => Some((index, to(space.place(object, seconds))?)),
                _ => None,
            });
        let places: Vec<(usize, Point)> = places.collect();
        self.move_to(name, &places);
    }

    /// Moves objects to places.
    pub fn move_to(&mut self, name: &str, places: &[(usize, Point)]) {
        let (space, seconds, time) = (self.space(), self.transport.seconds, self.transport.time());
        let scene = self.document.scene();
        let records = self.is_recording() && name == Self::BY_HAND;
        let edits = places.iter().filter_map(|(index, place)| {
            let Spatial::Object(object) = &scene.tracks.get(*index)?.spatial else { return None };
            let values = space.parameters(object, &space.inside(place), seconds);
            let values = values.map(|(parameter, value)| (parameter, (value * FINENESS).round() / FINENESS));
            if records {
                record_parameters(scene, *index, &values, self.recording.since(*index, time), time)
            } else {
                set_parameters(scene, *index, &values, time)
            }
        });
        let edits = edits.collect();
        if records {
            self.recording.add(scene, places, time, self.transport.record_mode);
        }
        self.document.edit(name, edits);
        let tracks: Vec<usize> = places.iter().map(|(track, _)| *track).collect();
        self.connection.moved(self.document.scene(), &tracks, seconds);
    }

    /// Goes to a time.
    pub fn seek(&mut self, seconds: f64) {
        self.return_from_recording();
        self.transport.seconds = seconds.clamp(0.0, self.document.seconds());
        self.recording.jump();
        self.connection.seek(self.transport.seconds, !self.transport.is_playing);
    }

    /// The engine opens what there is, and waits at the playhead.
    pub(crate) fn open_engine(&mut self) {
        self.document.look_again();
        let (scene, state) = (self.document.playable(), self.document.history().state());
        let opened = self.connection.open(&scene, self.document.folder(), state, &self.room.layout);
        if let Err(error) = opened {
            // Time goes on all the same, in silence.
            self.fail(format_args!("silent: {error}"));
        } else if let [first, others @ ..] = self.document.missing().as_slice() {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            self.fail(format_args!("plays without {first}{more}: not there (File, Find missing sounds)"));
        }
        self.connection.seek(self.transport.seconds, false);
    }

    /// The engine is opened anew, for another device, and goes on where it was.
    pub(crate) fn reopen_engine(&mut self) {
        let audition = self.connection.audition;
        self.connection.close();
        self.connection.audition = audition;
        self.open_engine();
        self.connection.play(self.transport.is_playing);
    }

    /// Starts to play, or stops.
    pub fn play_or_stop(&mut self) {
        let plays = !self.transport.is_playing;
        if plays && !self.connection.is_open() {
            self.open_engine();
        }
        if plays && self.transport.seconds >= self.document.seconds() {
            self.seek(0.0);
        }
        if !plays {
            // It is one step with the pass.
            self.finish_recording();
        }
        self.transport.is_playing = plays;
        self.connection.play(plays);
        // What is written is written from here.
        self.record_on();
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.frame(ui);
    }

    fn on_exit(&mut self) {
        self.keep_preferences();
        self.document.remove_autosave();
    }
}
