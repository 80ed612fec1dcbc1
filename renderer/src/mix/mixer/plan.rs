//! Who listens to whom: the order in which tracks are mixed, and the sums that gains are computed from.
//!
//! A sum holds what is heard beside its listener: tracks that share a programme with it, without those that stand in for others.

use formats::scene::chain::Chain;
use formats::scene::{Role, Scene, Track};

use super::Desk;
use crate::mix::MixError;

/// What the desk does for a scene.
pub(super) struct Plan {
    /// Roles that are listened to, each once.
    pub(super) roles: Vec<Role>,
    /// What compressors listen to, each once.
    pub(super) keys: Vec<Key>,
    /// For each track the key of its compressor.
    pub(super) key_of: Vec<Option<usize>>,
    /// The buses.
    pub(super) buses: Vec<BusPlan>,
    /// For each track when it can be mixed: after all tracks of lower levels.
    pub(super) level_of: Vec<usize>,
    /// How many levels there are.
    pub(super) levels: usize,
}

/// A sum that compressors listen to.
#[derive(PartialEq)]
pub(super) struct Key {
    /// Place in [`Plan::roles`].
    pub(super) role: usize,
    /// Places in [`Scene::tracks`], ascending.
    pub(super) tracks: Vec<usize>,
}

/// The bus of a role, for those of its tracks that sound together.
pub(super) struct BusPlan {
    /// Place in [`Scene::buses`].
    pub(super) bus: usize,
    /// `bus dialogue`, `bus dialogue (Deutsch)`.
    pub(super) name: String,
    /// What its compressor listens to; nothing is its own sum.
    pub(super) key: Option<usize>,
    /// The tracks whose sum decides about gains.
    pub(super) sum: Vec<usize>,
    /// The tracks that get them.
    pub(super) tracks: Vec<usize>,
}

impl Plan {
    pub(super) fn new(scene: &Scene, desk: Desk) -> Result<Self, MixError> {
        let mut roles: Vec<Role> = Vec::new();
        let tracks = scene.tracks.iter().map(|track| (format!("track {}", track.name), &track.chain));
        let buses = scene.buses.iter().map(|bus| (format!("bus {}", bus.role), &bus.chain));
        for (strip, chain) in tracks.chain(buses) {
            let Some(key) = chain.key() else { continue };
            if !scene.tracks.iter().any(|track| track.role == key) {
                return Err(MixError::NoSuchKey { strip, key: key.to_string() });
            }
            if !roles.contains(&key) {
                roles.push(key);
            }
        }
        let keys = scene.tracks.iter().map(|track| track.chain.key()).collect::<Vec<_>>();
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
                return Ok(Self::with_sums((scene, desk), roles, (level_of, levels)));
            };
            if level_of[moved] > scene.tracks.len() {
                return Err(circle(scene, moved));
            }
        }
        Err(circle(scene, 0))
    }

    fn with_sums(
        (scene, desk): (&Scene, Desk),
        roles: Vec<Role>,
        (level_of, levels): (Vec<usize>, usize),
    ) -> Self {
        let mut plan =
            Self { roles, keys: Vec::new(), key_of: Vec::new(), buses: Vec::new(), level_of, levels };
        for track in &scene.tracks {
            let key = plan.key(scene, &track.chain, track);
            plan.key_of.push(key);
        }
        // Somebody who sits at the desk wants to see what is on a bus, and to turn it.
        let attended = desk == Desk::Attended;
        let buses = scene.buses.iter().enumerate().filter(|(_, bus)| attended || !bus.chain.is_empty());
        for (number, bus) in buses {
            let first = plan.buses.len();
            for (own, track) in scene.tracks.iter().enumerate().filter(|(_, track)| track.role == bus.role) {
                let key = plan.key(scene, &bus.chain, track);
                let is_summed = desk != Desk::Unattended || bus.chain.follows_level();
                let sum = if is_summed { sum_with(scene, own) } else { Vec::new() };
                let known = plan.buses[first..].iter_mut().find(|known| known.key == key && known.sum == sum);
                match known {
                    Some(known) => known.tracks.push(own),
                    None => {
                        let name = format!("bus {}", bus.role);
                        plan.buses.push(BusPlan { bus: number, name, key, sum, tracks: vec![own] });
                    }
                }
            }
            let parts = &mut plan.buses[first..];
            if parts.len() > 1 {
                parts.iter_mut().for_each(|part| part.name = format!("{} ({})", part.name, who(scene, part)));
            }
        }
        plan
    }

    /// The key of a compressor in `chain`, for `listener`.
    fn key(&mut self, scene: &Scene, chain: &Chain, listener: &Track) -> Option<usize> {
        let role = chain.key()?;
        let key = Key {
            role: self.roles.iter().position(|known| *known == role)?,
            tracks: heard_beside(scene, &role, listener).collect(),
        };
        let known = self.keys.iter().position(|known| *known == key);
        Some(known.unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        }))
    }
}

/// The tracks of a role that are heard together with `listener`.
fn heard_beside<'a>(
    scene: &'a Scene,
    role: &'a Role,
    listener: &'a Track,
) -> impl Iterator<Item = usize> + 'a {
    let tracks = scene.tracks.iter().enumerate();
    let its = tracks.filter(move |(number, track)| {
        track.role == *role && !scene.stands_in(*number) && Scene::share_a_programme(track, listener)
    });
    its.map(|(number, _)| number)
}

/// What is on the bus of a track together with it; one that stands in for another is there in its place.
fn sum_with(scene: &Scene, track: usize) -> Vec<usize> {
    let Some(listener) = scene.tracks.get(track) else { return Vec::new() };
    let leader = scene.tracks.get(scene.leader(track)).unwrap_or(listener);
    let is_replaced = |other: &usize| {
        scene.tracks.get(scene.leader(*other)).map(|other| &other.name) == leader.alternative_to.as_ref()
    };
    let mut sum: Vec<usize> =
        heard_beside(scene, &listener.role, listener).filter(|other| !is_replaced(other)).collect();
    if let Err(place) = sum.binary_search(&track) {
        sum.insert(place, track);
    }
    sum
}

/// What tells the parts of a bus from one another: the programmes of the first track of it that isn't in all, or that track.
fn who(scene: &Scene, part: &BusPlan) -> String {
    let tracks = || part.tracks.iter().filter_map(|track| scene.tracks.get(*track));
    let of_some = tracks().find(|track| !track.programmes.is_empty() && track.alternative_to.is_none());
    let name = tracks().next().map_or_else(String::new, |track| track.name.clone());
    of_some.map_or(name, |track| track.programmes.join(", "))
}

fn circle(scene: &Scene, track: usize) -> MixError {
    let name = scene.tracks.get(track).map_or("", |track| track.name.as_str());
    MixError::KeyCircle { strip: format!("track {name}") }
}
