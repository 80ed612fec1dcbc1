//! What a scene is in ADM: the document of the master that it is mixed to, and what each track of that carries.
//!
//! Pure data: whoever mixes fills the tracks. Faders, fades and processors are in the sound; positions, extents and what else an
//! object's parameters say become audioBlockFormats ([`blocks`]). Tracks that aren't heard are left out.
//!
//! A reverb has an instance, and so a return, for each content that is sent to it: what comes back belongs to the dialogue, the
//! music or the language that went there, so that programmes and stems stay apart.

mod blocks;
mod clock;
mod edition;
mod formats;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::chain::Chain;
use super::{BinauralMode, Object, ObjectParameter, Role, Scene, Spatial};
use crate::adm::{AdmId, AdmTime, AudioContent, AudioObject, AudioProgramme, BlockFormats, Document};

pub use blocks::{CHORD_BOUNDS, ChordBounds};
pub use edition::Edition;

use blocks::overrun;
use clock::Clock;
use formats::Formats;

/// First number for elements that a file defines itself (BS.2076-2 §6).
const OWN: u16 = 0x1001;
/// Tracks that a master can have: those that chna can count.
pub const MOST_TRACKS: usize = 60_000;

/// The master that a scene is mixed to, without its sound.
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualMaster {
    /// What it says.
    pub document: Document,
    /// What its tracks carry, in their order.
    pub feeds: Vec<Feed>,
    /// How each track is to be heard on headphones, where the scene says so.
    pub binaural_modes: Vec<Option<BinauralMode>>,
    /// The sends that each instance of a reverb gets.
    pub returns: Vec<Return>,
}

/// What a track of the master carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// A channel of a track of the scene, as the end of its strip gives it.
    Strip {
        /// Place in [`Scene::tracks`].
        track: usize,
        /// Of the track, counted from 0.
        channel: usize,
    },
    /// A channel of what a reverb returns.
    Return {
        /// Place in [`VirtualMaster::returns`].
        instance: usize,
        /// Of the return, counted from 0.
        channel: usize,
    },
}

/// An instance of a reverb: it hears the tracks of one content, or one alone that another may stand in for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// Place in [`Scene::reverbs`].
    pub reverb: usize,
    /// Places in [`Scene::tracks`] of those that send to it; at least one, all of one role.
    pub tracks: Vec<usize>,
    /// It is what the bus of their role sends, after its chain, and not what they send themselves.
    pub is_after_bus: bool,
}

/// Why a scene can't be a master.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToAdmError {
    /// More than ADM can count.
    #[error("the scene needs {0} tracks, and a master has at most {MOST_TRACKS}")]
    TooManyTracks(usize),
}

/// Tracks that have role, language and programmes in common.
struct Content<'a> {
    programmes: Vec<&'a str>,
    role: &'a Role,
    language: Option<&'a str>,
    /// Places in [`Scene::tracks`].
    tracks: Vec<usize>,
}

impl Scene {
    /// The master that this scene is mixed to, `duration` long: of BS.2076-1, unless it has what only BS.2076-2 can say
    /// ([`Scene::second_edition`]).
    ///
    /// # Errors
    /// When ADM can't count that many tracks.
    pub fn to_adm(&self, duration: AdmTime) -> Result<VirtualMaster, ToAdmError> {
        let contents = self.contents();
        let returns = self.returns();
        self.check_size(&contents, &returns)?;
        let edition = if self.second_edition().is_some() { Edition::Second } else { Edition::First };
        let mut made = Made::new(duration, Clock::new(edition, self.sample_rate));
        let heard = (0..self.tracks.len()).filter(|track| self.is_heard(&self.tracks[*track]));
        heard.for_each(|track| made.add_track(self, track));
        for content in &contents {
            let its = |(_, unit): &(usize, &Return)| content.tracks.contains(&unit.tracks[0]);
            let mut shared = Vec::new();
            let mut own: BTreeMap<usize, Vec<AdmId>> = BTreeMap::new();
            for track in &content.tracks {
                let leader = self.leader(*track);
                if leader != *track && self.has_alternatives(leader) && made.objects.contains_key(&leader) {
                    own.entry(leader).or_default().extend(made.objects.remove(track));
                }
            }
            for (n, unit) in returns.iter().enumerate().filter(its) {
                let objects = made.add_return(self, n, unit, content.role);
                let leader = self.leader(unit.tracks[0]);
                match self.has_alternatives(leader) && made.objects.contains_key(&leader) {
                    true => own.entry(leader).or_default().extend(objects),
                    false => shared.extend(objects),
                }
            }
            for (track, objects) in own {
                made.add_room(&self.tracks[track].name, track, objects);
            }
            made.add_content(content, shared);
        }
        made.master.returns = returns;
        made.link_alternatives(self);
        made.add_programmes(self);
        Ok(made.master)
    }

    /// What the programme with this place in [`Scene::programmes`] is called in the master; the one for everything is that of 0.
    pub fn programme_id(index: usize) -> AdmId {
        AdmId::programme(number(index))
    }

    /// The instances of reverbs that the master needs: of each, one for every content that sends to it, and one for every track
    /// that others stand in for or that stands in for one; and the same again for what the buses of roles send.
    pub fn returns(&self) -> Vec<Return> {
        let mut returns = Vec::new();
        for content in self.contents() {
            let (alone, together): (Vec<usize>, Vec<usize>) =
                content.tracks.iter().partition(|track| self.has_alternatives(self.leader(**track)));
            let mut units: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for track in alone {
                units.entry(self.leader(track)).or_default().push(track);
            }
            let groups = std::iter::once(together).chain(units.into_values());
            let bus = self.buses.iter().find(|bus| bus.role == *content.role);
            for group in groups {
                for (reverb, unit) in self.reverbs.iter().enumerate() {
                    let sends = |chain: &Chain| chain.sends.iter().any(|send| send.to == unit.name);
                    let own = group.iter().copied().filter(|track| sends(&self.tracks[*track].chain));
                    let own = Return { reverb, tracks: own.collect(), is_after_bus: false };
                    let of_bus = bus.filter(|bus| sends(&bus.chain)).map(|_| group.clone());
                    let of_bus = Return { reverb, tracks: of_bus.unwrap_or_default(), is_after_bus: true };
                    returns.extend([own, of_bus].into_iter().filter(|unit| !unit.tracks.is_empty()));
                }
            }
        }
        returns
    }

    /// The track that this one is a part of; itself, where it is of none.
    pub fn leader(&self, track: usize) -> usize {
        let name = self.tracks.get(track).and_then(|track| track.with.as_deref());
        let leader = name.and_then(|name| self.tracks.iter().position(|other| other.name == name));
        leader.unwrap_or(track)
    }

    /// Whether a track, or the one that it is a part of, stands in for another: then it is not heard unless it is chosen.
    pub fn stands_in(&self, track: usize) -> bool {
        self.tracks.get(self.leader(track)).is_some_and(|leader| leader.alternative_to.is_some())
    }

    /// Whether a track stands in for another one, or another one for it.
    pub(super) fn has_alternatives(&self, track: usize) -> bool {
        let Some(track) = self.tracks.get(track) else { return false };
        track.alternative_to.is_some()
            || self.tracks.iter().any(|other| other.alternative_to.as_ref() == Some(&track.name))
    }

    /// What is heard, by content, in the order of the tracks that come first.
    fn contents(&self) -> Vec<Content<'_>> {
        let mut contents: Vec<Content<'_>> = Vec::new();
        for (index, track) in self.tracks.iter().enumerate().filter(|(_, track)| self.is_heard(track)) {
            let mut programmes: Vec<&str> = track.programmes.iter().map(String::as_str).collect();
            programmes.sort_unstable();
            programmes.dedup();
            let (role, language) = (&track.role, track.language.as_deref());
            let same = |content: &&mut Content<'_>| {
                content.programmes == programmes && content.role == role && content.language == language
            };
            match contents.iter_mut().find(same) {
                Some(content) => content.tracks.push(index),
                None => contents.push(Content { programmes, role, language, tracks: vec![index] }),
            }
        }
        contents
    }

    fn check_size(&self, contents: &[Content<'_>], returns: &[Return]) -> Result<(), ToAdmError> {
        let heard = contents.iter().flat_map(|content| &content.tracks);
        let strips = heard.map(|track| self.tracks[*track].spatial.channels());
        let returns = returns.iter().map(|unit| self.reverbs[unit.reverb].returns.channels());
        let tracks = strips.chain(returns).fold(0_usize, usize::saturating_add);
        if tracks > MOST_TRACKS { Err(ToAdmError::TooManyTracks(tracks)) } else { Ok(()) }
    }
}

/// A master in the making.
struct Made {
    master: VirtualMaster,
    formats: Formats,
    duration: AdmTime,
    /// The object of each track of the scene.
    objects: BTreeMap<usize, AdmId>,
    /// The programmes that each content belongs to, by name; none is all.
    programmes: Vec<Vec<String>>,
}

impl Made {
    fn new(duration: AdmTime, clock: Clock) -> Self {
        let version = clock.edition().version().map(str::to_owned);
        let document = Document { version, ..Document::default() };
        let (feeds, binaural_modes, returns) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            master: VirtualMaster { document, feeds, binaural_modes, returns },
            formats: Formats::new(clock),
            duration: clock.time(clock.end(duration)),
            objects: BTreeMap::new(),
            programmes: Vec::new(),
        }
    }

    fn add_track(&mut self, scene: &Scene, index: usize) {
        let track = &scene.tracks[index];
        let mode = match &track.spatial {
            Spatial::Object(object) => mode_of(object),
            _ => None,
        };
        let document = &mut self.master.document;
        let (packs, uids) = self.formats.add(document, (&track.name, &track.spatial), self.duration);
        let first = self.master.feeds.len();
        let channels = (0..uids.len()).map(|channel| Feed::Strip { track: index, channel });
        self.master.feeds.extend(channels);
        self.master.binaural_modes.resize(first + uids.len(), mode);
        let id = self.add_object(&track.name, packs, uids);
        if let Some(object) = self.master.document.objects.last_mut() {
            object.importance = track.importance;
            object.head_locked = track.head_locked.then_some(true);
            // Blocks end within an object that says when it does.
            let blocks = self.master.document.channel_formats.last().map(|channel| &channel.blocks);
            if let (Spatial::Object(_), Some(BlockFormats::Objects(blocks))) = (&track.spatial, blocks)
                && overrun(blocks, self.duration)
            {
                object.duration = None;
            }
        }
        self.objects.insert(index, id);
    }

    fn add_object(&mut self, name: &str, pack_formats: Vec<AdmId>, track_uids: Vec<AdmId>) -> AdmId {
        let objects = &mut self.master.document.objects;
        let id = AdmId::object(number(objects.len()));
        objects.push(AudioObject {
            id: id.clone(),
            name: name.to_owned(),
            start: Some(AdmTime { numerator: 0, ..self.duration }),
            duration: Some(self.duration),
            pack_formats,
            track_uids,
            ..AudioObject::default()
        });
        id
    }

    /// The objects of what comes back of the sends of a content of this role.
    fn add_return(&mut self, scene: &Scene, instance: usize, unit: &Return, role: &Role) -> Vec<AdmId> {
        let unit = &scene.reverbs[unit.reverb];
        let (mut objects, mut channel) = (Vec::new(), 0);
        for spatial in formats::returned(unit.returns) {
            let name = format!("{} ({role})", unit.name);
            let document = &mut self.master.document;
            let (packs, uids) = self.formats.add(document, (&name, &spatial), self.duration);
            for _ in &uids {
                self.master.feeds.push(Feed::Return { instance, channel });
                self.master.binaural_modes.push(None);
                channel += 1;
            }
            objects.push(self.add_object(&name, packs, uids));
        }
        objects
    }

    /// Puts a track and its rooms into one object, so that they are chosen together.
    fn add_room(&mut self, name: &str, track: usize, rooms: Vec<AdmId>) {
        let Some(own) = self.objects.get(&track).cloned() else { return };
        let whole = self.add_object(name, Vec::new(), Vec::new());
        if let Some(object) = self.master.document.objects.last_mut() {
            object.objects = std::iter::once(own).chain(rooms).collect();
            // What holds objects has no times of its own (BS.2076-2 §5.6.5).
            (object.start, object.duration) = (None, None);
        }
        self.objects.insert(track, whole);
    }

    fn add_content(&mut self, content: &Content<'_>, returns: Vec<AdmId>) {
        let Content { programmes, role, language, tracks } = content;
        let contents = &mut self.master.document.contents;
        let own = tracks.iter().filter_map(|track| self.objects.get(track).cloned());
        contents.push(AudioContent {
            id: AdmId::content(number(contents.len())),
            name: language.map_or_else(|| role.to_string(), |language| format!("{role} {language}")),
            language: language.map(str::to_owned),
            objects: own.chain(returns).collect(),
            dialogue: role.content_dialogue(),
            ..AudioContent::default()
        });
        self.programmes.push(programmes.iter().map(|name| (*name).to_owned()).collect());
    }

    /// The one that others stand in for refers to them (BS.2076-2 §5.6.3).
    fn link_alternatives(&mut self, scene: &Scene) {
        for (index, id) in &self.objects {
            let Some(name) = &scene.tracks[*index].alternative_to else { continue };
            let main = scene.tracks.iter().position(|track| track.name == *name);
            let Some(main) = main.and_then(|main| self.objects.get(&main)) else { continue };
            let object = self.master.document.objects.iter_mut().find(|object| object.id == *main);
            object.into_iter().for_each(|object| object.complementary_objects.push(id.clone()));
        }
    }

    fn add_programmes(&mut self, scene: &Scene) {
        let all = [super::Programme { name: scene.name.clone(), ..super::Programme::default() }];
        let programmes = if scene.programmes.is_empty() { &all[..] } else { &scene.programmes };
        for (index, programme) in programmes.iter().enumerate() {
            let belongs = |names: &Vec<String>| names.is_empty() || names.contains(&programme.name);
            let contents = self.master.document.contents.iter().zip(&self.programmes);
            let contents =
                contents.filter(|(_, names)| belongs(names)).map(|(content, _)| content.id.clone());
            let contents = contents.collect();
            self.master.document.programmes.push(AudioProgramme {
                id: Scene::programme_id(index),
                name: if programme.name.is_empty() { "Scene".to_owned() } else { programme.name.clone() },
                language: programme.language.clone(),
                start: Some(AdmTime { numerator: 0, ..self.duration }),
                end: Some(self.duration),
                contents,
                reference_screen: programme.screen.as_ref().map(|found| found.screen),
                ..AudioProgramme::default()
            });
        }
    }
}

/// The mode at the start: a master has one for all of its time.
fn mode_of(object: &Object) -> Option<BinauralMode> {
    object.value_at(ObjectParameter::BinauralMode, 0.0).map(BinauralMode::from_value)
}

/// The number of the own element with this place in its list; [`MOST_TRACKS`] keeps it within what ADM can count.
fn number(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX).saturating_add(OWN)
}
