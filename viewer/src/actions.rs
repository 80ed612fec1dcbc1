//! Everything that can be done by menu or keyboard: one table, from which menus, shortcuts and their list are made.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::app::App;
use crate::panels::mixer;
use crate::view3d::camera::View;

mod perform;

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the table says what each does")]
pub enum Action {
    New,
    Open,
    AddSounds,
    FindMissing,
    Save,
    SaveAs,
    Quit,
    Undo,
    Redo,
    SelectAll,
    SelectNone,
    Delete,
    Duplicate,
    Group,
    Mute,
    Solo,
    Nudge(Way),
    NudgeFar(Way),
    Snap,
    Mirror,
    AddKey,
    Play,
    Record,
    RecordMode,
    ToStart,
    ToEnd,
    FrameBack,
    FrameOn,
    SecondBack,
    SecondOn,
    MarkerBack,
    MarkerOn,
    AddMarker,
    LoopFrom,
    LoopTo,
    Loop,
    Compare,
    Dim,
    HeadAhead,
    HeadReset,
    Look(View),
    Centre,
    Labels,
    Trails,
    Theme,
    Larger,
    Smaller,
    Shortcuts,
}

/// A way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Way {
    Left,
    Right,
    Front,
    Back,
    Up,
    Down,
}

/// A menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Menu {
    File,
    Edit,
    Place,
    Time,
    View,
    Help,
}

impl Menu {
    /// All, in order.
    pub const ALL: [Self; 6] = [Self::File, Self::Edit, Self::Place, Self::Time, Self::View, Self::Help];

    /// Its title.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Place => "Place",
            Self::Time => "Time",
            Self::View => "View",
            Self::Help => "Help",
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// What it is called.
    pub name: &'static str,
    /// Where it is found.
    pub menu: Menu,
    /// The keys that do it.
    pub keys: KeyboardShortcut,
}

impl Entry {
    /// Its keys, as they stand on the keyboard.
    pub fn keys_text(&self, context: &egui::Context) -> String {
        let signs = [
            ("OpenBracket", "["),
            ("CloseBracket", "]"),
            ("Comma", ","),
            ("Period", "."),
            ("Plus", "+"),
            ("Minus", "−"),
        ];
        let text = context.format_shortcut(&self.keys);
        signs.into_iter().fold(text, |text, (name, sign)| text.replace(name, sign))
    }
}

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const COMMAND: Modifiers = Modifiers::COMMAND;
const BOTH: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };

const fn entry(menu: Menu, action: Action, name: &'static str, modifiers: Modifiers, key: Key) -> Entry {
    Entry { action, name, menu, keys: KeyboardShortcut::new(modifiers, key) }
}

/// All actions.
pub const ACTIONS: &[Entry] = &[
    entry(Menu::File, Action::New, "New scene", COMMAND, Key::N),
    entry(Menu::File, Action::Open, "Open…", COMMAND, Key::O),
    entry(Menu::File, Action::AddSounds, "Add sounds…", COMMAND, Key::I),
    entry(Menu::File, Action::FindMissing, "Find missing sounds…", BOTH, Key::I),
    entry(Menu::File, Action::Save, "Save", COMMAND, Key::S),
    entry(Menu::File, Action::SaveAs, "Save as…", BOTH, Key::S),
    entry(Menu::File, Action::Quit, "Quit", COMMAND, Key::Q),
    entry(Menu::Edit, Action::Undo, "Undo", COMMAND, Key::Z),
    entry(Menu::Edit, Action::Redo, "Redo", BOTH, Key::Z),
    entry(Menu::Edit, Action::SelectAll, "Select all", COMMAND, Key::A),
    entry(Menu::Edit, Action::SelectNone, "Select none", BOTH, Key::A),
    entry(Menu::Edit, Action::Duplicate, "Duplicate", COMMAND, Key::D),
    entry(Menu::Edit, Action::Delete, "Delete", NONE, Key::Delete),
    entry(Menu::Edit, Action::Group, "Group the selection", COMMAND, Key::G),
    entry(Menu::Edit, Action::Mute, "Mute", NONE, Key::M),
    entry(Menu::Edit, Action::Solo, "Solo", NONE, Key::S),
    entry(Menu::Place, Action::NudgeFar(Way::Left), "Far to the left", SHIFT, Key::ArrowLeft),
    entry(Menu::Place, Action::NudgeFar(Way::Right), "Far to the right", SHIFT, Key::ArrowRight),
    entry(Menu::Place, Action::NudgeFar(Way::Front), "Far to the front", SHIFT, Key::ArrowUp),
    entry(Menu::Place, Action::NudgeFar(Way::Back), "Far to the back", SHIFT, Key::ArrowDown),
    entry(Menu::Place, Action::NudgeFar(Way::Up), "Far up", SHIFT, Key::PageUp),
    entry(Menu::Place, Action::NudgeFar(Way::Down), "Far down", SHIFT, Key::PageDown),
    entry(Menu::Place, Action::Nudge(Way::Left), "To the left", NONE, Key::ArrowLeft),
    entry(Menu::Place, Action::Nudge(Way::Right), "To the right", NONE, Key::ArrowRight),
    entry(Menu::Place, Action::Nudge(Way::Front), "To the front", NONE, Key::ArrowUp),
    entry(Menu::Place, Action::Nudge(Way::Back), "To the back", NONE, Key::ArrowDown),
    entry(Menu::Place, Action::Nudge(Way::Up), "Up", NONE, Key::PageUp),
    entry(Menu::Place, Action::Nudge(Way::Down), "Down", NONE, Key::PageDown),
    entry(Menu::Place, Action::Snap, "To the nearest loudspeaker", NONE, Key::N),
    entry(Menu::Place, Action::Mirror, "Mirror left and right", NONE, Key::X),
    entry(Menu::Place, Action::AddKey, "Keep the place here as a key", NONE, Key::K),
    entry(Menu::Time, Action::Play, "Play or stop", NONE, Key::Space),
    entry(Menu::Time, Action::RecordMode, "Record: touch, latch or write", SHIFT, Key::R),
    entry(Menu::Time, Action::Record, "Record what is moved", NONE, Key::R),
    entry(Menu::Time, Action::ToStart, "To the start", NONE, Key::Home),
    entry(Menu::Time, Action::ToEnd, "To the end", NONE, Key::End),
    entry(Menu::Time, Action::SecondBack, "A second back", SHIFT, Key::Comma),
    entry(Menu::Time, Action::SecondOn, "A second on", SHIFT, Key::Period),
    entry(Menu::Time, Action::FrameBack, "A frame back", NONE, Key::Comma),
    entry(Menu::Time, Action::FrameOn, "A frame on", NONE, Key::Period),
    entry(Menu::Time, Action::MarkerBack, "To the marker before", NONE, Key::OpenBracket),
    entry(Menu::Time, Action::MarkerOn, "To the marker after", NONE, Key::CloseBracket),
    entry(Menu::Time, Action::AddMarker, "Add a marker", SHIFT, Key::M),
    entry(Menu::Time, Action::LoopFrom, "Loop from here", NONE, Key::I),
    entry(Menu::Time, Action::LoopTo, "Loop to here", NONE, Key::O),
    entry(Menu::Time, Action::Loop, "Loop", NONE, Key::L),
    entry(Menu::Time, Action::Compare, "Programme or reference", NONE, Key::B),
    entry(Menu::Time, Action::Dim, "Dim", NONE, Key::D),
    entry(Menu::Time, Action::HeadAhead, "Where the head looks now is ahead", NONE, Key::H),
    entry(Menu::Time, Action::HeadReset, "What the tracker calls ahead is ahead", SHIFT, Key::H),
    entry(Menu::View, Action::Look(View::Room), "Room", NONE, Key::Num1),
    entry(Menu::View, Action::Look(View::Top), "Top", NONE, Key::Num2),
    entry(Menu::View, Action::Look(View::Side), "Side", NONE, Key::Num3),
    entry(Menu::View, Action::Look(View::Front), "Front", NONE, Key::Num4),
    entry(Menu::View, Action::Look(View::Listener), "Listener", NONE, Key::Num5),
    entry(Menu::View, Action::Centre, "Centre on the selection", NONE, Key::F),
    entry(Menu::View, Action::Labels, "Names in the room", SHIFT, Key::L),
    entry(Menu::View, Action::Trails, "Trails", SHIFT, Key::T),
    entry(Menu::View, Action::Theme, "Dark or light", BOTH, Key::L),
    entry(Menu::View, Action::Larger, "Larger", COMMAND, Key::Plus),
    entry(Menu::View, Action::Smaller, "Smaller", COMMAND, Key::Minus),
    entry(Menu::Help, Action::Shortcuts, "Keys", NONE, Key::F1),
];

impl Action {
    /// Its row.
    pub fn entry(self) -> Option<&'static Entry> {
        ACTIONS.iter().find(|entry| entry.action == self)
    }

    /// Does it.
    pub fn perform(self, app: &mut App, context: &egui::Context) {
        perform::perform(self, app, context);
    }

    /// Whether there is anything that it could be done to.
    pub fn is_possible(self, app: &App) -> bool {
        let has_selection = !app.document.selection.is_empty();
        match self {
            Self::Undo => app.document.history().to_undo().is_some(),
            Self::Redo => app.document.history().to_redo().is_some(),
            Self::Delete | Self::Duplicate | Self::Group | Self::Mute | Self::Solo | Self::SelectNone => {
                has_selection
            }
            Self::Nudge(_) | Self::NudgeFar(_) | Self::Snap | Self::Mirror | Self::AddKey | Self::Centre => {
                app.selected_objects().next().is_some()
            }
            Self::SelectAll => !app.document.scene().tracks.is_empty(),
            Self::MarkerBack | Self::MarkerOn => !app.document.scene().markers.is_empty(),
            Self::Loop => app.transport.range.is_some(),
            Self::FindMissing => !app.document.missing().is_empty(),
            Self::HeadAhead | Self::HeadReset => app.connection.is_open(),
            Self::Compare => app.connection.is_open() && app.connection.listening.reference.is_some(),
            _ => true,
        }
    }
}

/// Does what the keys ask for that were pressed since the last frame.
pub fn take_keys(app: &mut App, context: &egui::Context) {
    let is_typing = context.text_edit_focused();
    let is_on_fader = mixer::fader_has_focus(context);
    let is_on_something = context.egui_wants_keyboard_input() && !is_on_fader;
    // egui takes Shift+Key for Key where only Key is asked for: what needs more modifiers comes first.
    let number =
        |entry: &Entry| usize::from(entry.keys.modifiers.shift) + usize::from(entry.keys.modifiers.command);
    for entry in (0..=2).rev().flat_map(|held| ACTIONS.iter().filter(move |entry| number(entry) == held)) {
        let key = entry.keys.logical_key;
        // Letters and arrows belong to the field that is being typed into, and so does what selects and undoes there; to what
        // else has come by Tab, what presses it and goes on from it.
        let is_taken = match entry.keys.modifiers.command {
            true => is_typing && matches!(key, Key::A | Key::Z),
            false if is_typing => key != Key::F1,
            false if is_on_fader => turns(key),
            false => is_on_something && (turns(key) || key == Key::Space),
        };
        if is_taken {
            continue;
        }
        if context.input_mut(|input| input.consume_shortcut(&entry.keys)) && entry.action.is_possible(app) {
            entry.action.perform(app, context);
        }
    }
}

fn turns(key: Key) -> bool {
    let arrows = [Key::ArrowUp, Key::ArrowDown, Key::ArrowLeft, Key::ArrowRight];
    arrows.contains(&key) || matches!(key, Key::PageUp | Key::PageDown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_does_two_things_and_no_action_stands_twice() {
        for (index, entry) in ACTIONS.iter().enumerate() {
            for other in &ACTIONS[index + 1..] {
                assert_ne!(entry.keys, other.keys, "{} and {}", entry.name, other.name);
                assert_ne!(entry.action, other.action, "{} and {}", entry.name, other.name);
            }
        }
        for menu in Menu::ALL {
            assert!(ACTIONS.iter().any(|entry| entry.menu == menu));
        }
    }
}
