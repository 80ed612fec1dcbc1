//! The panels around the room. Each gets the program and a place to draw, shows what is there, and makes edits.

pub mod deliver;
pub mod files;
pub mod inspector;
pub(crate) mod lane;
pub mod listen;
pub mod loudness;
pub(crate) mod meters;
pub mod mixer;
pub mod objects;
pub mod room;
pub mod timeline;
pub mod transport;
pub mod warnings;
pub mod waveforms;

use std::path::PathBuf;

use egui::{Response, RichText, TextEdit, Ui};

use crate::app::App;

/// What the panels remember from one frame to the next.
#[derive(Debug, Default)]
pub struct Panels {
    /// What is shown below the room.
    pub tab: Tab,
    /// The list of objects.
    pub objects: objects::ObjectList,
    /// The timeline.
    pub timeline: timeline::Timeline,
    /// Files to choose from.
    pub chooser: Option<files::Chooser>,
    /// Where one was chosen last.
    pub last_folder: Option<PathBuf>,
    /// Pictures of the sounds.
    pub waveforms: waveforms::Waveforms,
    /// What is delivered.
    pub delivery: deliver::Delivery,
    /// Loudness of the last minute.
    pub loudness: loudness::History,
    /// The desk.
    pub desk: mixer::Desk,
    /// A name that is being typed.
    pub name: Option<(usize, String)>,
}

impl Panels {
    /// Another document was opened.
    pub fn forget(&mut self) {
        let (tab, waveforms) = (self.tab, std::mem::take(&mut self.waveforms));
        *self = Self { tab, waveforms, last_folder: self.last_folder.take(), ..Self::default() };
    }
}

/// What is shown below the room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Tab {
    /// Clips and curves over time.
    #[default]
    Timeline,
    /// The strips of the desk.
    Mixer,
    /// How loud it is.
    Loudness,
    /// What it is listened on.
    Listen,
    /// What is delivered.
    Deliver,
    /// What is wrong.
    Warnings,
}

impl Tab {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Timeline, "Timeline"),
        (Self::Mixer, "Mixer"),
        (Self::Loudness, "Loudness"),
        (Self::Listen, "Listen"),
        (Self::Deliver, "Deliver"),
        (Self::Warnings, "Warnings"),
    ];
}

/// The panel below the room, with its tabs.
pub fn lower(app: &mut App, ui: &mut Ui) {
    ui.horizontal(|ui| {
        for (tab, name) in Tab::ALL {
            let text = RichText::new(name).size(12.5);
            if ui.selectable_label(app.panels.tab == tab, text).clicked() {
                app.panels.tab = tab;
            }
        }
        ui.separator();
        transport::show(app, ui);
    });
    ui.add_space(2.0);
    // What nobody looks at isn't measured.
    app.connection.watched = None;
    match app.panels.tab {
        Tab::Timeline => timeline::show(app, ui),
        Tab::Mixer => mixer::show(app, ui),
        Tab::Loudness => loudness::show(app, ui),
        Tab::Listen => listen::show(app, ui),
        Tab::Deliver => deliver::show(app, ui),
        Tab::Warnings => warnings::show(app, ui),
    }
}

/// A field whose text is taken when it is left; gives it then, where it is another than before.
pub(crate) fn field(ui: &mut Ui, name: &str, now: String, width: f32, hint: &str) -> Option<String> {
    let id = ui.make_persistent_id(name);
    let mut text: String = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| now.clone());
    let edit = TextEdit::singleline(&mut text).desired_width(width).hint_text(hint);
    let response = ui.add(edit).accessible_name(name);
    if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        return (text != now).then_some(text);
    }
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    }
    None
}

/// A heading of a part of a panel.
pub(crate) fn section(ui: &mut Ui, title: &str) -> Response {
    ui.add_space(7.0);
    let colour = crate::theme::Theme::of(ui).palette().dim;
    let response =
        ui.label(RichText::new(title.to_uppercase()).small().color(colour).extra_letter_spacing(1.0));
    ui.add_space(1.0);
    response
}
