//! What is turned at an attended desk while it works: strips made elsewhere that take the place of those at work.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use formats::scene::chain::{Chain, Send};
use formats::scene::{Bus, Group, ReverbUnit, Scene, Track};

use super::Mixer;
use super::bus::BusSum;
use crate::mix::strip::{Strip, StripSpec, TakeOver};
use crate::units::Decibels;

/// What the strips of a mixer were made with: enough to make others that fit in their places.
#[derive(Clone, Debug)]
pub struct StripSpecs {
    tracks: Vec<StripSpec>,
    buses: Vec<BusSpecs>,
}

/// Of one sum of a bus.
#[derive(Clone, Debug)]
struct BusSpecs {
    /// Place in the scene's buses.
    bus: usize,
    sum: StripSpec,
    /// Numbers and channels of the tracks and the reverbs that have a part in it.
    tracks: Vec<(usize, usize)>,
    returns: Vec<(usize, usize)>,
}

/// What is to be taken over; of each strip the last that was asked for.
#[derive(Default)]
pub struct Changes {
    tracks: BTreeMap<usize, TrackChange>,
    buses: BTreeMap<usize, BusChange>,
}

pub(super) struct TrackChange {
    /// None where only sends are turned.
    pub(super) strip: Option<Strip>,
    pub(super) sends: Vec<Decibels>,
}

struct BusChange {
    strips: Option<BusStrips>,
    sends: Vec<Decibels>,
}

/// All strips of a bus; they change together.
struct BusStrips {
    sum: Strip,
    tracks: Vec<(usize, Strip)>,
    returns: Vec<(usize, Strip)>,
}

impl Changes {
    /// Nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty() && self.buses.is_empty()
    }

    /// Adds what was asked for later.
    pub fn add(&mut self, later: Self) {
        for (number, change) in later.tracks {
            let strip = self.tracks.remove(&number).and_then(|before| before.strip);
            let change = TrackChange { strip: change.strip.or(strip), ..change };
            self.tracks.insert(number, change);
        }
        for (number, change) in later.buses {
            let strips = self.buses.remove(&number).and_then(|before| before.strips);
            let change = BusChange { strips: change.strips.or(strips), ..change };
            self.buses.insert(number, change);
        }
    }
}

impl StripSpecs {
    /// What has to be taken over where `new` differs from `old`, the scene that the mixer was made of, by the parameters of
    /// chains, faders, sends and groups alone; `None` where it differs by more, or where a strip would get other stages or another
    /// latency, or where a parameter cannot be: then the whole has to be made anew. Markers and deliverables are not heard.
    pub fn changes(&self, old: &Scene, new: &Scene) -> Option<Changes> {
        if !is_same_but_for_strips(old, new) {
            return None;
        }
        let has_length = new.length.is_some();
        let mut changes = Changes::default();
        for (number, (before, after)) in old.tracks.iter().zip(&new.tracks).enumerate() {
            let offsets = [offset(&old.groups, before), offset(&new.groups, after)];
            if before.chain == after.chain && offsets[0] == offsets[1] {
                continue;
            }
            let spec = self.tracks.get(number)?;
            let specs = offsets.map(|fader_offset| StripSpec { fader_offset, ..*spec });
            let chains = (&before.chain, &after.chain);
            let sends = sends(chains, has_length)?;
            let strip = (differ(chains) || offsets[0] != offsets[1]).then(|| like(chains, &specs));
            let strip = if let Some(strip) = strip { Some(strip?) } else { None };
            changes.tracks.insert(number, TrackChange { strip, sends });
        }
        for (number, specs) in self.buses.iter().enumerate() {
            let (before, after) = (old.buses.get(specs.bus)?, new.buses.get(specs.bus)?);
            let chains = (&before.chain, &after.chain);
            if before.chain == after.chain {
                continue;
            }
            let sends = sends(chains, has_length)?;
            let strips = differ(chains).then(|| specs.strips(chains));
            let strips = if let Some(strips) = strips { Some(strips?) } else { None };
            changes.buses.insert(number, BusChange { strips, sends });
        }
        Some(changes)
    }
}

impl BusSpecs {
    fn strips(&self, chains: (&Chain, &Chain)) -> Option<BusStrips> {
        let strip = |channels| {
            let spec = StripSpec { channels, ..self.sum };
            like(chains, &[spec, spec])
        };
        let part = |(number, channels): &(usize, usize)| Some((*number, strip(*channels)?));
        Some(BusStrips {
            sum: strip(self.sum.channels)?,
            tracks: self.tracks.iter().map(part).collect::<Option<_>>()?,
            returns: self.returns.iter().map(part).collect::<Option<_>>()?,
        })
    }
}

/// A strip of the second chain, if one of the first can take it over.
fn like((before, after): (&Chain, &Chain), specs: &[StripSpec; 2]) -> Option<Strip> {
    let (old, new) = (Strip::new(before, &specs[0]).ok()?, Strip::new(after, &specs[1]).ok()?);
    old.is_like(&new).then_some(new)
}

/// Whether the strips of two chains do; what they send is no part of that.
fn differ((before, after): (&Chain, &Chain)) -> bool {
    let strip = |chain: &Chain| Chain { sends: Vec::new(), ..chain.clone() };
    strip(before) != strip(after)
}

/// What a chain sends, if it sends to the same reverbs and listens to the same key; and ends no later, where the scene goes by that.
fn sends((before, after): (&Chain, &Chain), has_length: bool) -> Option<Vec<Decibels>> {
    let fits = before.key() == after.key()
        && before.sends.iter().map(|send| &send.to).eq(after.sends.iter().map(|send| &send.to))
        && (has_length || before.heard().delay == after.heard().delay)
        && after.check().is_ok();
    fits.then(|| after.sends.iter().map(|send: &Send| Decibels(send.gain_db)).collect())
}

fn offset(groups: &[Group], track: &Track) -> Decibels {
    let group = groups.iter().find(|group| Some(&group.name) == track.group.as_ref());
    Decibels(group.map_or(0.0, |group| group.gain_db))
}

/// Whether all that is no parameter of a strip and can be heard is the same.
fn is_same_but_for_strips(old: &Scene, new: &Scene) -> bool {
    let Scene {
        name,
        sample_rate,
        length,
        picture,
        markers: _,
        programmes,
        groups,
        tracks,
        buses,
        reverbs,
        deliverables: _,
        kept: _,
    } = old;
    (name, sample_rate, length, picture) == (&new.name, &new.sample_rate, &new.length, &new.picture)
        && *programmes == new.programmes
        && all(groups, &new.groups, |a, b| (&a.name, a.mute, a.solo) == (&b.name, b.mute, b.solo))
        && all(tracks, &new.tracks, is_same_track)
        && all(buses, &new.buses, |a: &Bus, b: &Bus| a.role == b.role)
        && all(reverbs, &new.reverbs, |a: &ReverbUnit, b: &ReverbUnit| {
            (&a.name, &a.returns, &a.reverb) == (&b.name, &b.returns, &b.reverb)
        })
}

fn all<T>(old: &[T], new: &[T], is_same: impl Fn(&T, &T) -> bool) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same(old, new))
}

fn is_same_track(old: &Track, new: &Track) -> bool {
    let Track {
        name,
        role,
        language,
        programmes,
        group,
        alternative_to,
        mute,
        solo,
        importance,
        head_locked,
        with,
        clips,
        chain: _,
        chain_kept: _,
        spatial,
        kept: _,
    } = old;
    (name, role, language, programmes) == (&new.name, &new.role, &new.language, &new.programmes)
        && (group, alternative_to, mute, solo) == (&new.group, &new.alternative_to, &new.mute, &new.solo)
        && (importance, head_locked) == (&new.importance, &new.head_locked)
        && (with, clips) == (&new.with, &new.clips)
        && *spatial == new.spatial
}

impl Mixer {
    /// What the strips of an attended desk were made with.
    pub fn strip_specs(&self) -> StripSpecs {
        let of_bus = |(number, bus): (usize, &BusSum)| {
            let in_it = |part: Option<usize>| part == Some(number);
            let tracks = self.tracks.iter().enumerate().filter(|(_, track)| in_it(track.bus_number()));
            let returns = self.returns.iter().enumerate().filter(|(_, unit)| in_it(unit.bus_number()));
            BusSpecs {
                bus: bus.bus,
                sum: bus.spec,
                tracks: tracks.map(|(number, track)| (number, track.channels())).collect(),
                returns: returns.map(|(number, unit)| (number, unit.sounding())).collect(),
            }
        };
        StripSpecs {
            tracks: self.tracks.iter().filter_map(|track| track.spec().copied()).collect(),
            buses: self.buses.iter().enumerate().map(of_bus).collect(),
        }
    }

    /// Takes over what can be between two blocks, without a click and without allocating; what is still on its way to what
    /// it took over before stays in `changes`, for after the next block.
    pub fn take_over(&mut self, changes: &mut Changes) {
        changes.tracks.retain(|number, change| {
            self.tracks.get_mut(*number).is_some_and(|track| track.take_over(change) == TakeOver::Busy)
        });
        changes.buses.retain(|number, change| self.take_over_bus(*number, change) == TakeOver::Busy);
    }

    fn take_over_bus(&mut self, number: usize, BusChange { strips, sends }: &mut BusChange) -> TakeOver {
        let Some(bus) = self.buses.get_mut(number) else { return TakeOver::Unlike };
        if let Some(BusStrips { sum, tracks, returns }) = strips {
            let taken = bus.strip.take_over(sum);
            if taken != TakeOver::Done {
                return taken;
            }
            for (track, strip) in tracks {
                self.tracks.get_mut(*track).into_iter().for_each(|track| track.take_over_part(strip));
            }
            for (unit, strip) in returns {
                self.returns.get_mut(*unit).into_iter().for_each(|unit| unit.take_over_part(strip));
            }
        }
        let on_it = self.tracks.iter_mut().filter(|track| track.bus_number() == Some(number));
        on_it.for_each(|track| track.set_bus_sends(sends));
        TakeOver::Done
    }
}
