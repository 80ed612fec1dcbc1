//! The blocks of an object as events: what its parameters are when, and how they get there.

use std::collections::BTreeMap;

use ObjectParameter as P;
use formats::adm::{AdmTime, ExclusionZone, ObjectPosition, ObjectsBlock, PositionOffset, ScreenEdgeLock};
use formats::scene::{BinauralMode, Coordinates, ObjectParameter};

use super::Source;
use super::clips::{Window, sum};
use crate::items::ObjectsItem;
use crate::panner::divergence::default_azimuth_range;
use crate::panner::objects::offset_position;

/// How far parameters may go in one block for a path to be followed instead of the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    /// Degrees, of angles.
    pub degrees: f64,
    /// Of coordinates and extents in the room's cube, of distances, diffuseness and divergence.
    pub units: f64,
    /// dB.
    pub decibels: f64,
}

/// A renderer fades from block to block; over 6° that is −57 dB beside the path, which is what a key says otherwise.
/// What goes further in one block is a fade between two places and stays one.
pub const MOST_FOLLOWED: Steps = Steps { degrees: 6.0, units: 0.1, decibels: 1.0 };

/// The parameters that the events of an object have.
pub(super) const PARAMETERS: [ObjectParameter; 21] = [
    P::Azimuth,
    P::Elevation,
    P::Distance,
    P::X,
    P::Y,
    P::Z,
    P::Gain,
    P::Width,
    P::Height,
    P::Depth,
    P::Diffuse,
    P::Divergence,
    P::DivergenceRange,
    P::ChannelLock,
    P::ChannelLockDistance,
    P::ScreenRef,
    P::ScreenEdgeHorizontal,
    P::ScreenEdgeVertical,
    P::Importance,
    P::HeadLocked,
    P::BinauralMode,
];

/// The values of [`PARAMETERS`] and which of the object's zones are on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    pub(super) values: [Option<f64>; PARAMETERS.len()],
    /// Places in [`Blocks::zones`].
    pub(super) zones: Vec<usize>,
}

/// How a state is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// At once.
    Step,
    /// With the renderer's gains, from the event before.
    Gains,
    /// Along the parameters, from the event before.
    Path,
}

/// A state and when it is reached.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) time: AdmTime,
    pub(super) way: Way,
    pub(super) state: State,
}

/// What blocks of one kind have in common, which a track of the scene has for all of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) coordinates: Coordinates,
    pub(super) invert: bool,
}

/// Different zones of one object that are looked at; a scene has fewer.
const MOST_ZONES: usize = 256;

/// A zone and its name.
pub(super) type NamedZone = (ExclusionZone, Option<String>);

/// What was found in the blocks that an object of a scene can't have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Odd {
    /// Values that had to be brought into their range.
    pub(super) clamped: usize,
    /// Blocks with a direct-to-reverberant ratio.
    pub(super) ratios: usize,
    /// Blocks that bypass the head differently from others.
    pub(super) bypasses: usize,
}

/// The blocks of one object.
pub(super) struct Blocks<'a> {
    source: &'a Source<'a>,
    item: &'a ObjectsItem,
    window: Window,
    /// All zones of all blocks, each once.
    pub(super) zones: Vec<NamedZone>,
    pub(super) odd: Odd,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(source: &'a Source<'a>, item: &'a ObjectsItem) -> Self {
        let window = Window::of(&item.context, source);
        Self { source, item, window, zones: Vec::new(), odd: Odd::default() }
    }

    /// The events of the blocks of each kind; in those of others the object is silent. A renderer's gains are sums, so
    /// tracks that fade into one another are what the blocks were.
    pub(super) fn events(&mut self, blocks: &[ObjectsBlock]) -> Vec<(Kind, Vec<Event>)> {
        let silent = |block: &ObjectsBlock| self.factor(block) == 0.0;
        let mut kinds: Vec<Kind> = Vec::new();
        let mut of_blocks = Vec::with_capacity(blocks.len());
        for block in blocks {
            let kind = self.kind(block);
            // What is silent is of any kind.
            let kind = if silent(block) { of_blocks.last().copied().unwrap_or(kind) } else { kind };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
            of_blocks.push(kind);
        }
        kinds.into_iter().map(|kind| (kind, self.events_of(kind, blocks, &of_blocks))).collect()
    }

    fn kind(&self, block: &ObjectsBlock) -> Kind {
        let coordinates = match block.position {
            ObjectPosition::Polar(_) => Coordinates::Polar,
            ObjectPosition::Cartesian(_) => Coordinates::Cartesian,
        };
        Kind { coordinates, invert: self.factor(block) < 0.0 }
    }

    /// The gain of block and object.
    fn factor(&self, block: &ObjectsBlock) -> f64 {
        let factor = block.common.gain.linear() * self.item.context.object_gain;
        if factor.is_finite() { factor } else { 0.0 }
    }

    fn events_of(&mut self, kind: Kind, blocks: &[ObjectsBlock], kinds: &[Kind]) -> Vec<Event> {
        let mut events = Events::default();
        let mut states: Vec<State> = Vec::with_capacity(blocks.len());
        for (block, of_block) in blocks.iter().zip(kinds) {
            states.push(if *of_block == kind { self.state(block, kind) } else { State::nothing() });
        }
        fill(&mut states);
        let mut end: Option<AdmTime> = None;
        for (block, state) in blocks.iter().zip(states) {
            let window = self.window.of_block(&block.common, self.source);
            let continues = end == Some(window.start);
            match end {
                // The first state counts from the start of the object, unless its block begins later.
                None if window.start > self.window.start => events.step(self.window.start, state.silent()),
                Some(end) if !continues => {
                    let silent = events.last().map(State::silent);
                    silent.into_iter().for_each(|silent| events.step(end, silent));
                }
                _ => {}
            }
            match self.target(block, window).filter(|_| continues) {
                Some(target) if target > window.start => events.ramp(window.start, target, state),
                _ => events.step(window.start, state),
            }
            end = window.end;
        }
        let file_end = AdmTime::from_samples(self.source.frames, self.source.sample_rate);
        if let Some(end) = end.filter(|end| *end < self.window.end.unwrap_or(file_end)) {
            let silent = events.last().map(State::silent);
            silent.into_iter().for_each(|silent| events.step(end, silent));
        }
        events.0
    }

    /// When the gains of a block that follows another are reached.
    fn target(&self, block: &ObjectsBlock, window: Window) -> Option<AdmTime> {
        let jump = block.common.jump_position;
        match (jump.flag, jump.interpolation_length) {
            (false, _) => window.end,
            (true, None) => None,
            (true, Some(length)) => {
                let target = sum(window.start, length, self.source);
                Some(window.end.map_or(target, |end| target.min(end)))
            }
        }
    }

    fn state(&mut self, block: &ObjectsBlock, kind: Kind) -> State {
        let mut values = [None; PARAMETERS.len()];
        let clamped = &mut self.odd.clamped;
        let mut set = |parameter: ObjectParameter, value: f64| {
            let range = parameter.range(kind.coordinates);
            let usable = if value.is_nan() { parameter.default().unwrap_or(0.0) } else { value };
            let usable = usable.clamp(range.min, range.max);
            // What renderers clip themselves is no news.
            *clamped += usize::from(usable != value && !matches!(parameter, P::X | P::Y | P::Z));
            values[parameter as usize] = Some(usable);
        };
        match offset_position(block.position, self.item.context.position_offset) {
            ObjectPosition::Polar(at) => {
                set(P::Azimuth, at.azimuth);
                set(P::Elevation, at.elevation);
                set(P::Distance, at.distance);
            }
            ObjectPosition::Cartesian(at) => {
                set(P::X, at.x);
                set(P::Y, at.y);
                set(P::Z, at.z);
            }
        }
        let factor = (block.common.gain.linear() * self.item.context.object_gain).abs();
        let factor = if factor.is_finite() { factor } else { 0.0 };
        set(P::Gain, decibels(factor));
        for (parameter, value) in [
            (P::Width, block.width),
            (P::Height, block.height),
            (P::Depth, block.depth),
            (P::Diffuse, block.diffuse),
            (P::ScreenRef, f64::from(u8::from(block.screen_ref))),
            (P::Importance, f64::from(block.common.importance)),
            (P::HeadLocked, f64::from(u8::from(block.common.head_locked))),
        ] {
            set(parameter, value);
        }
        let ScreenEdgeLock { left, top } = block.screen_edge_lock;
        let edge = |first: Option<bool>| first.map_or(0.0, |first| if first { 1.0 } else { 2.0 });
        set(P::ScreenEdgeHorizontal, edge(left));
        set(P::ScreenEdgeVertical, edge(top));
        let special = block.special.as_deref();
        let divergence = special.and_then(|special| special.divergence).filter(|found| found.value != 0.0);
        set(P::Divergence, divergence.map_or(0.0, |divergence| divergence.value));
        if let Some(divergence) = divergence {
            let range = match kind.coordinates {
                Coordinates::Polar => divergence
                    .azimuth_range
                    .unwrap_or_else(|| default_azimuth_range(self.item.context.adm_version)),
                Coordinates::Cartesian => divergence.position_range.unwrap_or(0.0),
            };
            set(P::DivergenceRange, range);
        }
        let lock = special.and_then(|special| special.channel_lock);
        set(P::ChannelLock, f64::from(u8::from(lock.is_some())));
        if let Some(lock) = lock {
            // No other distance is larger: any loudspeaker.
            let farthest = P::ChannelLockDistance.range(kind.coordinates).max;
            set(
                P::ChannelLockDistance,
                lock.max_distance.map_or(farthest, |distance| distance.min(farthest)),
            );
        }
        let headphones = special.and_then(|special| special.headphone_virtualise);
        self.odd.ratios +=
            usize::from(headphones.is_some_and(|found| found.direct_to_reverberant_ratio.is_some()));
        State { values, zones: self.zones_of(block) }
    }

    /// The places of the block's zones among all.
    fn zones_of(&mut self, block: &ObjectsBlock) -> Vec<usize> {
        let Some(special) = block.special.as_deref() else { return Vec::new() };
        let mut places = Vec::new();
        for (index, bounds) in special.zone_exclusion.iter().enumerate() {
            let name = special.zone_names.get(index).filter(|name| !name.trim().is_empty()).cloned();
            let zone = (*bounds, name);
            match self.zones.iter().position(|known| *known == zone) {
                Some(place) => places.push(place),
                // What is beyond is left out, and named as more zones than there can be.
                None if self.zones.len() == MOST_ZONES => {}
                None => {
                    self.zones.push(zone);
                    places.push(self.zones.len() - 1);
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// How the object is heard on headphones: as the master says for its track, or past the head.
    pub(super) fn mode(
        &mut self,
        blocks: &[ObjectsBlock],
        of_track: Option<BinauralMode>,
    ) -> Option<BinauralMode> {
        let bypasses = |block: &ObjectsBlock| {
            let special = block.special.as_deref();
            special.and_then(|special| special.headphone_virtualise).is_some_and(|found| found.bypass)
        };
        let first = blocks.first().is_some_and(bypasses);
        self.odd.bypasses += blocks.iter().filter(|block| bypasses(block) != first).count();
        if first { Some(BinauralMode::Off) } else { of_track }
    }

    /// The offset can't be added to these blocks, and isn't by a renderer either.
    pub(super) fn has_idle_offset(&self, kind: Kind) -> bool {
        matches!(
            (self.item.context.position_offset, kind.coordinates),
            (Some(PositionOffset::Polar(_)), Coordinates::Cartesian)
                | (Some(PositionOffset::Cartesian(_)), Coordinates::Polar)
        )
    }
}

/// dB of a factor that isn't negative; exactly 0 for 1.
pub(super) fn decibels(factor: f64) -> f64 {
    if factor == 1.0 { 0.0 } else { 20.0 * factor.log10() }
}

impl State {
    /// Of a block of another kind, until its neighbours are known.
    fn nothing() -> Self {
        let mut values = [None; PARAMETERS.len()];
        values[P::Gain as usize] = Some(f64::NEG_INFINITY);
        Self { values, zones: Vec::new() }
    }

    /// The same without sound.
    fn silent(&self) -> Self {
        let mut silent = self.clone();
        silent.values[P::Gain as usize] = Some(f64::NEG_INFINITY);
        silent
    }

    /// It has a place.
    fn is_whole(&self) -> bool {
        self.values[P::Azimuth as usize].is_some() || self.values[P::X as usize].is_some()
    }

    pub(super) fn of(&self, parameter: ObjectParameter) -> Option<f64> {
        self.values[parameter as usize]
    }
}

/// Puts into states without a place, which are silent, what the state before them has, or the first that has one; and
/// into all what was stated last where they state nothing: there it has no effect.
fn fill(states: &mut [State]) {
    let first = states.iter().find(|state| state.is_whole()).cloned();
    let mut last: Option<State> = first;
    for state in states.iter_mut() {
        if !state.is_whole()
            && let Some(last) = &last
        {
            *state = last.silent();
        }
        if let Some(last) = &last {
            for (value, before) in state.values.iter_mut().zip(&last.values) {
                *value = value.or(*before);
            }
        }
        last = Some(state.clone());
    }
    // Backwards for what comes before the first that states it.
    let mut later: BTreeMap<usize, f64> = BTreeMap::new();
    for state in states.iter_mut().rev() {
        for (index, value) in state.values.iter_mut().enumerate() {
            match value {
                Some(value) => drop(later.insert(index, *value)),
                None => *value = later.get(&index).copied(),
            }
        }
    }
}

/// Events in the making.
#[derive(Default)]
struct Events(Vec<Event>);

impl Events {
    fn last(&self) -> Option<&State> {
        self.0.last().map(|event| &event.state)
    }

    /// From `time` on it is `state`.
    fn step(&mut self, time: AdmTime, state: State) {
        let time = self.0.last().map_or(time, |last| time.max(last.time));
        if let Some(last) = self.0.last_mut().filter(|last| last.time == time && last.way == Way::Step) {
            // What lasted no time was never heard.
            last.state = state;
            return;
        }
        self.0.push(Event { time, way: Way::Step, state });
    }

    /// From `start` on the gains go, and at `target` they are those of `state`.
    fn ramp(&mut self, start: AdmTime, target: AdmTime, state: State) {
        if self.0.last().is_some_and(|last| last.time >= target) {
            return self.step(target, state);
        }
        let anchor = self.0.last().filter(|last| last.time < start).map(|last| last.state.clone());
        self.0.extend(anchor.map(|state| Event { time: start, way: Way::Gains, state }));
        self.0.push(Event { time: target, way: Way::Gains, state });
    }
}
