//! Who listens to whom: the order in which tracks are mixed.

use formats::scene::chain::Chain;
use formats::scene::{Role, Scene};

use crate::mix::MixError;

/// The order of the tracks of a scene.
pub(super) struct Plan {
    /// Roles that are listened to, each once.
    pub(super) roles: Vec<Role>,
    /// For each track when it can be mixed: after all tracks of lower levels.
    pub(super) level_of: Vec<usize>,
    /// How many levels there are.
    pub(super) levels: usize,
}

/// The role that a chain's compressor listens to.
pub(super) fn key_of(chain: &Chain) -> Option<Role> {
    chain.compressor.as_ref().and_then(|compressor| compressor.key.as_deref()).map(Role::from_name)
}

impl Plan {
    pub(super) fn new(scene: &Scene) -> Result<Self, MixError> {
        let mut roles: Vec<Role> = Vec::new();
        let tracks = scene.tracks.iter().map(|track| (format!("track {}", track.name), &track.chain));
        let buses = scene.buses.iter().map(|bus| (format!("bus {}", bus.role), &bus.chain));
        for (strip, chain) in tracks.chain(buses) {
            let Some(key) = key_of(chain) else { continue };
            if !scene.tracks.iter().any(|track| track.role == key) {
                return Err(MixError::NoSuchKey { strip, key: key.to_string() });
            }
            if !roles.contains(&key) {
                roles.push(key);
            }
        }
        let keys = scene.tracks.iter().map(|track| key_of(&track.chain)).collect::<Vec<_>>();
        let mut level_of = vec![0; scene.tracks.len()];
        // Every round finds the tracks of one level more; a circle never ends.
        for _ in 0..=scene.tracks.len() {
            let mut moved = None;
            for (number, key) in keys.iter().enumerate() {
                let Some(key) = key else { continue };
                let before = scene.tracks.iter().zip(&level_of).filter(|(track, _)| track.role == *key);
                let level = before.map(|(_, level)| level + 1).max().unwrap_or(0);
                if level > level_of[number] {
                    level_of[number] = level;
                    moved = Some(number);
                }
            }
            let Some(moved) = moved else {
                let levels = level_of.iter().max().map_or(0, |level| level + 1);
                return Ok(Self { roles, level_of, levels });
            };
            if level_of[moved] > scene.tracks.len() {
                return Err(circle(scene, moved));
            }
        }
        Err(circle(scene, 0))
    }
}

fn circle(scene: &Scene, track: usize) -> MixError {
    let name = scene.tracks.get(track).map_or("", |track| track.name.as_str());
    MixError::KeyCircle { strip: format!("track {name}") }
}
