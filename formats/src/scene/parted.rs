//! Programmes apart: a gain that listens to other tracks must not hear those of another language.
//!
//! A track that is part of several programmes is one object of the master, with one sound. Where a compressor listens to a role, or
//! a bus to the sum of one, and that is not the same in all programmes of the track, it gets an object of its own for those in
//! which it is.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::Chain;
use super::{Role, Scene, Track, limits};

/// A scene whose tracks sound the same in all of their programmes.
#[derive(Clone, Debug, PartialEq)]
pub struct Parted {
    /// The scene; tracks that were added come after all others.
    pub scene: Scene,
    /// For each track its place in the scene that it was made of.
    pub origins: Vec<usize>,
}

/// A number for each thing, in the order in which they are met.
struct Numbers<T>(BTreeMap<T, usize>);

impl<T: Ord> Numbers<T> {
    fn of(&mut self, thing: T) -> usize {
        let next = self.0.len();
        *self.0.entry(thing).or_insert(next)
    }
}

/// What decides how a track sounds in a programme: itself, and the sounds that its key, its bus and the key of that listen to.
type Sound = (usize, [Option<usize>; 3]);

impl Scene {
    /// Whether two tracks are part of one programme.
    pub fn share_a_programme(a: &Track, b: &Track) -> bool {
        let (a, b) = (&a.programmes, &b.programmes);
        a.is_empty() || b.is_empty() || a.iter().any(|name| b.contains(name))
    }

    /// This scene with a track for each way in which one sounds. Tracks that stand in for others, or others for them, stay one.
    ///
    /// # Errors
    /// The number of tracks when that is more than a scene can have.
    pub fn parted(self) -> Result<Parted, usize> {
        let origins: Vec<usize> = (0..self.tracks.len()).collect();
        let mut parted = Parted { scene: self, origins };
        let sounds = match parted.scene.programmes.len() {
            0 | 1 => return Ok(parted),
            _ => parted.scene.sounds(),
        };
        let parts: Vec<(usize, Vec<Vec<String>>)> =
            (0..sounds.len()).map(|track| (track, parted.scene.parts(track, &sounds[track]))).collect();
        let tracks = parts.iter().map(|(_, parts)| parts.len().max(1)).sum();
        if tracks > limits::TRACKS {
            return Err(tracks);
        }
        for (track, parts) in parts.into_iter().filter(|(_, parts)| parts.len() > 1) {
            for (n, programmes) in parts.into_iter().enumerate() {
                let own = &parted.scene.tracks[track];
                let name = match n {
                    0 => own.name.clone(),
                    _ => parted.scene.free_name(&format!("{} ({})", own.name, programmes.join(", "))),
                };
                let part = Track { name, programmes, ..own.clone() };
                match n {
                    0 => parted.scene.tracks[track] = part,
                    _ => {
                        parted.scene.tracks.push(part);
                        parted.origins.push(track);
                    }
                }
            }
        }
        Ok(parted)
    }

    fn free_name(&self, name: &str) -> String {
        let mut free = name.to_owned();
        while self.tracks.iter().any(|track| track.name == free) {
            free.push('\'');
        }
        free
    }

    /// The programmes of a track by how it sounds in them.
    fn parts(&self, track: usize, sounds: &[Option<usize>]) -> Vec<Vec<String>> {
        let mut parts: Vec<(usize, Vec<String>)> = Vec::new();
        if self.has_alternatives(self.leader(track)) {
            return Vec::new();
        }
        for (sound, programme) in sounds.iter().zip(&self.programmes) {
            let Some(sound) = *sound else { continue };
            match parts.iter_mut().find(|(known, _)| *known == sound) {
                Some((_, names)) => names.push(programme.name.clone()),
                None => parts.push((sound, vec![programme.name.clone()])),
            }
        }
        parts.into_iter().map(|(_, names)| names).collect()
    }

    /// For every track how it sounds in each programme: the same number, the same sound; `None` where it isn't heard. At first all
    /// tracks are taken to sound the same everywhere; then what listens to different ones differs, and what listens to that.
    fn sounds(&self) -> Vec<Vec<Option<usize>>> {
        let is_in = |track: &Track, programme: &str| {
            self.is_heard(track)
                && (track.programmes.is_empty() || track.programmes.iter().any(|p| p == programme))
        };
        let mut sounds: Vec<Vec<Option<usize>>> = (self.tracks.iter().enumerate())
            .map(|(n, track)| self.programmes.iter().map(|p| is_in(track, &p.name).then_some(n)).collect())
            .collect();
        let listened = self.listened();
        let mut count = 0;
        for _ in 0..=self.tracks.len() {
            let mut sets = Numbers(BTreeMap::new());
            let mut known = Numbers(BTreeMap::<Sound, usize>::new());
            let mut next = sounds.clone();
            for programme in 0..self.programmes.len() {
                let set_of: BTreeMap<&Role, usize> = listened
                    .iter()
                    .map(|role| (role, sets.of(self.heard_of(role, &sounds, programme))))
                    .collect();
                for (number, track) in self.tracks.iter().enumerate() {
                    if sounds[number][programme].is_none() {
                        continue;
                    }
                    let bus = self.buses.iter().find(|bus| bus.role == track.role).map(|bus| &bus.chain);
                    let of = |role: Option<Role>| role.and_then(|role| set_of.get(&role).copied());
                    let own = bus.filter(|chain| chain.follows_level()).map(|_| track.role.clone());
                    let sound = (number, [of(track.chain.key()), of(own), of(bus.and_then(Chain::key))]);
                    next[number][programme] = Some(known.of(sound));
                }
            }
            sounds = next;
            if known.0.len() == count {
                break;
            }
            count = known.0.len();
        }
        sounds
    }

    /// Roles that something listens to.
    fn listened(&self) -> BTreeSet<Role> {
        let keys = self.tracks.iter().filter_map(|track| track.chain.key());
        let of_buses = self.buses.iter().filter_map(|bus| bus.chain.key());
        let sums = self.buses.iter().filter(|bus| bus.chain.follows_level()).map(|bus| bus.role.clone());
        keys.chain(of_buses).chain(sums).collect()
    }

    /// What is heard of a role in a programme; tracks that stand in for others are heard in their place, and not beside them.
    fn heard_of(&self, role: &Role, sounds: &[Vec<Option<usize>>], programme: usize) -> Vec<usize> {
        let tracks = self.tracks.iter().zip(sounds).enumerate();
        let its = tracks.filter(|(number, (track, _))| track.role == *role && !self.stands_in(*number));
        its.filter_map(|(_, (_, sounds))| sounds[programme]).collect()
    }
}
