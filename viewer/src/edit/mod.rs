//! What can be done to a scene, so that it can be undone: edits, the history of them, and the selection that they are
//! made of. Knows scenes and nothing else.
//!
//! ```text
//!  panel, gizmo ── Step: name, edits ── History::apply ── Scene
//!                                          └ inverses, undone in the other order
//! ```

pub mod curve;
pub mod desk;
pub mod groups;
mod history;
mod place;
pub mod programmes;
mod selection;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::num::NonZeroU32;

use formats::scene::{Bus, Deliverable, Group, Marker, Picture, Programme, ReverbUnit, Scene, Time, Track};

pub use history::{History, MOST_STEPS};
pub use place::{
    record_parameters, rename_track, return_to, set_parameter, set_parameters, thin_parameters, track_edit,
};
pub use selection::Selection;

/// "`kind` `number`", or the first after it that isn't `taken`.
pub fn free_name<'a>(kind: &str, mut number: usize, taken: impl IntoIterator<Item = &'a String>) -> String {
    let taken: HashSet<&str> = taken.into_iter().map(String::as_str).collect();
    let name = |number: usize| format!("{kind} {number}");
    while taken.contains(name(number).as_str()) {
        number += 1;
    }
    name(number)
}

/// One change of a scene. What it replaces comes back as the edit that undoes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Puts a track in the place of another.
    Track(usize, Box<Track>),
    /// Puts a track before the one of this index.
    InsertTrack(usize, Box<Track>),
    /// Takes a track out.
    RemoveTrack(usize),
    /// The buses of roles.
    Buses(Vec<Bus>),
    /// The groups.
    Groups(Vec<Group>),
    /// The reverbs.
    Reverbs(Vec<ReverbUnit>),
    /// The markers, in order of time.
    Markers(Vec<Marker>),
    /// The programmes.
    Programmes(Vec<Programme>),
    /// What is delivered.
    Deliverables(Vec<Deliverable>),
    /// The picture that the scene goes with.
    Picture(Option<Picture>),
    /// The scene's name.
    Name(String),
    /// How long the scene is.
    Length(Option<Time>),
    /// Its samples a second.
    SampleRate(NonZeroU32),
}

/// What an edit replaces. Of two in one gesture that replace the same, only the first needs to be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Track(usize),
    Order,
    List(u8),
}

impl Edit {
    /// Does it, and gives what undoes it; `None` when there is no such track.
    pub fn apply(self, scene: &mut Scene) -> Option<Self> {
        use std::mem::replace;
        Some(match self {
            Self::Track(index, track) => {
                Self::Track(index, Box::new(replace(scene.tracks.get_mut(index)?, *track)))
            }
            Self::InsertTrack(index, track) => {
                let index = index.min(scene.tracks.len());
                scene.tracks.insert(index, *track);
                Self::RemoveTrack(index)
            }
            Self::RemoveTrack(index) => {
                scene.tracks.get(index)?;
                Self::InsertTrack(index, Box::new(scene.tracks.remove(index)))
            }
            Self::Buses(buses) => Self::Buses(replace(&mut scene.buses, buses)),
            Self::Groups(groups) => Self::Groups(replace(&mut scene.groups, groups)),
            Self::Reverbs(reverbs) => Self::Reverbs(replace(&mut scene.reverbs, reverbs)),
            Self::Markers(markers) => Self::Markers(replace(&mut scene.markers, markers)),
            Self::Programmes(programmes) => Self::Programmes(replace(&mut scene.programmes, programmes)),
            Self::Deliverables(all) => Self::Deliverables(replace(&mut scene.deliverables, all)),
            Self::Picture(picture) => Self::Picture(replace(&mut scene.picture, picture)),
            Self::Name(name) => Self::Name(replace(&mut scene.name, name)),
            Self::Length(length) => Self::Length(replace(&mut scene.length, length)),
            Self::SampleRate(rate) => Self::SampleRate(replace(&mut scene.sample_rate, rate)),
        })
    }

    fn target(&self) -> Target {
        match self {
            Self::Track(index, _) => Target::Track(*index),
            Self::InsertTrack(..) | Self::RemoveTrack(_) => Target::Order,
            Self::Buses(_) => Target::List(0),
            Self::Groups(_) => Target::List(1),
            Self::Reverbs(_) => Target::List(2),
            Self::Markers(_) => Target::List(3),
            Self::Programmes(_) => Target::List(4),
            Self::Deliverables(_) => Target::List(5),
            Self::Picture(_) => Target::List(6),
            Self::Name(_) => Target::List(7),
            Self::Length(_) => Target::List(8),
            Self::SampleRate(_) => Target::List(9),
        }
    }
}
