//! Places of the desk: what has a strip, where its chain lies in the scene, and what is measured of it.

use egui::Color32;
use formats::scene::chain::Chain;
use formats::scene::{Role, Scene};
use renderer::live::{StripLevel, StripName};

use crate::app::App;
use crate::edit::desk::bus_edit;
use crate::edit::track_edit;
use crate::theme::{Palette, role_colour, role_name};

/// A strip of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A track, by its index.
    Track(usize),
    /// The bus of a role, by its index in the scene.
    Bus(usize),
    /// A group of tracks, by its index in the scene.
    Group(usize),
    /// A reverb, by its index in the scene.
    Reverb(usize),
    /// What is heard, and the masters of the deliverables.
    Master,
}

impl Place {
    /// Whether the scene has it.
    pub(super) fn is_in(self, scene: &Scene) -> bool {
        match self {
            Self::Track(index) => index < scene.tracks.len(),
            Self::Bus(index) => index < scene.buses.len(),
            Self::Group(index) => index < scene.groups.len(),
            Self::Reverb(index) => index < scene.reverbs.len(),
            Self::Master => true,
        }
    }

    /// What people call it.
    pub(super) fn name(self, scene: &Scene) -> String {
        let name = match self {
            Self::Track(index) => scene.tracks.get(index).map(|track| track.name.clone()),
            Self::Bus(index) => scene.buses.get(index).map(|bus| format!("{} bus", role_name(&bus.role))),
            Self::Group(index) => scene.groups.get(index).map(|group| group.name.clone()),
            Self::Reverb(index) => scene.reverbs.get(index).map(|unit| unit.name.clone()),
            Self::Master => Some("Master".to_owned()),
        };
        name.unwrap_or_default()
    }

    /// The role that it is of.
    pub(super) fn role(self, scene: &Scene) -> Option<&Role> {
        match self {
            Self::Track(index) => Some(&scene.tracks.get(index)?.role),
            Self::Bus(index) => Some(&scene.buses.get(index)?.role),
            Self::Group(_) | Self::Reverb(_) | Self::Master => None,
        }
    }

    /// Its colour.
    pub(super) fn colour(self, scene: &Scene, palette: &Palette) -> Color32 {
        match self.role(scene) {
            Some(role) => role_colour(role),
            None if self == Self::Master => palette.accent,
            None => palette.room,
        }
    }

    /// Its processors; a group has none, a reverb and the master have others.
    pub(super) fn chain(self, scene: &Scene) -> Option<&Chain> {
        match self {
            Self::Track(index) => Some(&scene.tracks.get(index)?.chain),
            Self::Bus(index) => Some(&scene.buses.get(index)?.chain),
            Self::Group(_) | Self::Reverb(_) | Self::Master => None,
        }
    }

    /// Changes its processors, as a step called `step`.
    pub(super) fn edit(self, app: &mut App, step: &str, change: impl FnOnce(&mut Chain)) {
        let scene = app.document.scene();
        let edit = match self {
            Self::Track(index) => track_edit(scene, index, |track| change(&mut track.chain)),
            Self::Bus(index) => bus_edit(scene, index, change),
            Self::Group(_) | Self::Reverb(_) | Self::Master => None,
        };
        app.document.edit(step, edit.into_iter().collect());
        app.connection.turned(&app.document);
    }

    /// What the engine calls it.
    pub(super) fn watched(self) -> Option<StripName> {
        match self {
            Self::Track(index) => Some(StripName::Track(index)),
            Self::Bus(index) => Some(StripName::Bus(index)),
            Self::Group(_) | Self::Reverb(_) | Self::Master => None,
        }
    }

    /// What is measured of it. Of a reverb that is the peak of what returns.
    pub(super) fn level(self, app: &App) -> StripLevel {
        let telemetry = &app.connection.telemetry;
        match self {
            Self::Track(index) => telemetry.tracks.get(index).copied().unwrap_or_default(),
            Self::Bus(index) => telemetry.buses.get(index).copied().unwrap_or_default(),
            Self::Reverb(index) => {
                let name = app.document.scene().reverbs.get(index).map(|unit| unit.name.as_str());
                let mut level = StripLevel::default();
                level.level.peak = name.map_or(0.0, |name| app.connection.return_level(name));
                level
            }
            Self::Group(_) | Self::Master => StripLevel::default(),
        }
    }
}

/// dB that all dynamics of a strip take away together.
pub(super) fn reduction_db(level: &StripLevel) -> f32 {
    level.gate_db + level.de_esser_db + level.compressor_db
}
