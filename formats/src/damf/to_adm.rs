//! A presentation and its events as an ADM document: beds, then objects, in the order of the tracks.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::error::Fault;
use super::events::{Event, Zones};
use super::labels_table::by_name;
use super::presentation::Presentation;
use crate::Warning;
use crate::adm::{
    AdmTime, CartesianPosition, ChannelLock, Document, ExclusionZone, Gain, JumpPosition, ObjectPosition,
    ObjectsBlock, ObjectsSpecial, TimeForm,
};
use crate::bw64::chunks::dbmd::BinauralRenderMode;
use crate::profile::dolby::{BedChannel, ContentParts, MasterBuilder, ZONES};

/// Microseconds of a second.
const MICROSECONDS: u64 = 1_000_000;
/// Ticks of 10 µs by which an event may come later than its sample, where a ramp that fits between two events would else not fit between
/// their times as five decimals have them.
const LATEST: u64 = 2;
/// Content of beds.
const BEDS: &str = "Beds";
/// Content of objects that belong to no group.
const OBJECTS: &str = "Objects";

/// What a track is from one event to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
struct State {
    sample: u64,
    active: bool,
    position: [f64; 3],
    snap: bool,
    elevation: bool,
    zones: Zones,
    size: f64,
    gain_db: f64,
    ramp: u32,
    mode: BinauralRenderMode,
}

impl Default for State {
    /// Before its first event a track is silent.
    fn default() -> Self {
        Self {
            sample: 0,
            active: false,
            position: [0.0, 1.0, 0.0],
            snap: false,
            elevation: true,
            zones: Zones::All,
            size: 0.0,
            gain_db: 0.0,
            ramp: 0,
            mode: BinauralRenderMode::NotIndicated,
        }
    }
}

impl State {
    /// Goes on with what `event` says.
    fn update(&mut self, event: &Event) {
        self.sample = event.sample;
        self.active = event.active.unwrap_or(self.active);
        self.position = event.position.unwrap_or(self.position);
        self.snap = event.snap.unwrap_or(self.snap);
        self.elevation = event.elevation.unwrap_or(self.elevation);
        self.zones = event.zones.unwrap_or(self.zones);
        self.size = event.size.unwrap_or(self.size);
        self.gain_db = event.gain_db.unwrap_or(self.gain_db);
        self.ramp = event.ramp.unwrap_or(self.ramp);
        self.mode = event.mode.unwrap_or(self.mode);
    }

    fn gain(&self) -> f64 {
        if self.active { Gain::Decibels(self.gain_db).linear() } else { 0.0 }
    }
}

/// The document of a master whose sound has so many Hz, frames and bits, with the headphone mode of each track.
///
/// # Errors
/// When a bed has a channel that is no loudspeaker.
pub fn document(
    presentation: &Presentation,
    events: &[Event],
    (rate, frames, bits): (u32, u64, u32),
    warnings: &mut Vec<Warning>,
) -> Result<(Document, Vec<BinauralRenderMode>), Fault> {
    let rate = NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
    let per_second = u128::from(AdmTime::TICKS_PER_SECOND.get());
    let end = (u128::from(frames) * per_second).div_ceil(u128::from(rate.get()));
    let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
    let states = states(presentation, events, frames, warnings);
    let mut builder = MasterBuilder::new(end, rate.get(), bits);
    let mut contents: Vec<ContentParts> = Vec::new();
    let mut tracks = states.iter();
    for bed in &presentation.beds {
        let mut channels: Vec<BedChannel> = Vec::new();
        for (name, _) in &bed.channels {
            let label = by_name(name).ok_or_else(|| {
                let shown: String = name.chars().take(20).collect();
                Fault::new(format!(
                    "a bed has a channel {shown:?}; expected L, R, C, LFE, Lss, Rss, Lrs, Rrs, Lts, Rts, …"
                ))
            })?;
            channels.push((label.speaker_label, label.channel_name, label.place));
            let own = tracks.next().map(Vec::as_slice).unwrap_or_default();
            if own.iter().any(|state| state.gain() != 1.0) {
                warn_once(
                    warnings,
                    "bed-gain",
                    name,
                    "a bed channel that is turned up, down or off; it is not",
                );
            }
        }
        let name = bed.description.clone().unwrap_or_else(|| "Bed".to_owned());
        let object = builder.add_bed(name, &channels);
        content(&mut contents, BEDS).push(object);
    }
    for (entry, states) in presentation.objects.iter().zip(tracks) {
        let name = entry.description.clone().unwrap_or_else(|| format!("Object {}", entry.id));
        if states.is_empty() {
            warn_once(
                warnings,
                "object-without-events",
                &name,
                "an object that no event places; it is silent",
            );
        }
        let object = builder.add_object(name, blocks(states, rate, end));
        content(&mut contents, entry.group.as_deref().unwrap_or(OBJECTS)).push(object);
    }
    let mode =
        |states: &Vec<State>| states.first().map_or(BinauralRenderMode::NotIndicated, |state| state.mode);
    Ok((builder.finish(contents), states.iter().map(mode).collect()))
}

/// The objects of the content called `name`.
fn content<'a>(contents: &'a mut Vec<ContentParts>, name: &str) -> &'a mut Vec<crate::adm::AdmId> {
    let place = contents.iter().position(|(known, ..)| known == name).unwrap_or_else(|| {
        contents.push((name.to_owned(), None, Vec::new()));
        contents.len() - 1
    });
    &mut contents[place].2
}

/// What each track is over time, in the order of the tracks; places in time ascend.
fn states(
    presentation: &Presentation,
    events: &[Event],
    frames: u64,
    warnings: &mut Vec<Warning>,
) -> Vec<Vec<State>> {
    let places: BTreeMap<u32, usize> =
        presentation.ids().enumerate().map(|(place, id)| (id, place)).collect();
    let mut states: Vec<Vec<State>> = vec![Vec::new(); presentation.tracks()];
    for event in events {
        let Some(own) = places.get(&event.id).and_then(|place| states.get_mut(*place)) else {
            let id = event.id.to_string();
            warn_once(
                warnings,
                "event-of-nobody",
                &id,
                "an event of an ID that no bed or object has; passed over",
            );
            continue;
        };
        if event.sample >= frames {
            let id = event.id.to_string();
            warn_once(warnings, "event-after-end", &id, "an event after the end of the sound; passed over");
            continue;
        }
        let last = own.last().copied();
        let mut state = last.unwrap_or_default();
        // What no event turns off sounds from its first event on.
        state.active |= last.is_none();
        state.update(event);
        if let Some(last) = last.filter(|last| state.sample < last.sample) {
            let id = event.id.to_string();
            warn_once(
                warnings,
                "event-order",
                &id,
                "an event before the one above it; taken as at the same time",
            );
            state.sample = last.sample;
        }
        match own.last_mut().filter(|last| last.sample == state.sample) {
            Some(last) => *last = state,
            None => own.push(state),
        }
    }
    states
}

fn blocks(states: &[State], rate: NonZeroU32, end: u64) -> Vec<ObjectsBlock> {
    let tick = |sample: u64| {
        let ticks = u128::from(sample) * u128::from(AdmTime::TICKS_PER_SECOND.get());
        u64::try_from(ticks / u128::from(rate.get())).unwrap_or(u64::MAX)
    };
    let mut blocks = Vec::new();
    let silence = State::default();
    let before = (states.first().is_none_or(|first| tick(first.sample) > 0)).then_some(&silence);
    let tick_length = MICROSECONDS / u64::from(AdmTime::TICKS_PER_SECOND.get());
    let mut all = before.into_iter().chain(states).peekable();
    let mut start = 0_u64;
    while let Some(state) = all.next() {
        let ramp =
            if blocks.is_empty() { 0 } else { u64::from(state.ramp) * MICROSECONDS / u64::from(rate.get()) };
        let stop = all.peek().map_or(end, |next| {
            let stop = tick(next.sample);
            let ramped = start.saturating_add(ramp.div_ceil(tick_length));
            let has_room = u64::from(state.ramp) <= next.sample.saturating_sub(state.sample);
            if has_room && ramped <= stop.saturating_add(LATEST).min(end) { stop.max(ramped) } else { stop }
        });
        let stop = stop.max(start);
        if stop == start {
            continue;
        }
        let mut block = block(state);
        block.common.rtime = Some(AdmTime::from_ticks(start));
        block.common.duration = Some(AdmTime::from_ticks(stop - start));
        let most = (stop - start).saturating_mul(tick_length);
        block.common.jump_position =
            JumpPosition { flag: true, interpolation_length: Some(microseconds(ramp.min(most))) };
        blocks.push(block);
        start = stop;
    }
    blocks
}

fn block(state: &State) -> ObjectsBlock {
    let [x, y, z] = state.position;
    let mut zones: Vec<&str> = Zones::NAMES
        .iter()
        .find(|(zones, ..)| *zones == state.zones)
        .map_or(Vec::new(), |(.., names)| names.to_vec());
    if !state.elevation {
        zones.extend(["ZB", "ZT"]);
    }
    let bounds = |name: &&str| {
        let (_, [min_x, max_x, min_y, max_y, min_z, max_z]) =
            *ZONES.iter().find(|(known, _)| known == name)?;
        Some(ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z })
    };
    let special = ObjectsSpecial {
        channel_lock: state.snap.then(ChannelLock::default),
        zone_exclusion: zones.iter().filter_map(bounds).collect(),
        zone_names: zones.iter().map(|name| (*name).to_owned()).collect(),
        ..ObjectsSpecial::default()
    };
    let gain = state.gain();
    let mut block = ObjectsBlock {
        position: ObjectPosition::Cartesian(CartesianPosition { x, y, z }),
        width: state.size,
        height: state.size,
        depth: state.size,
        special: (special != ObjectsSpecial::default()).then(|| Box::new(special)),
        ..ObjectsBlock::default()
    };
    block.common.gain = Gain::Linear(gain);
    // As the profile marks what isn't heard.
    block.common.importance = if gain == 0.0 { 0 } else { 10 };
    block
}

fn microseconds(numerator: u64) -> AdmTime {
    let denominator = NonZeroU32::new(1_000_000).unwrap_or(NonZeroU32::MIN);
    AdmTime { numerator, denominator, form: TimeForm::Decimal }
}

fn warn_once(warnings: &mut Vec<Warning>, rule: &'static str, element: &str, message: &str) {
    if !warnings.iter().any(|known| known.rule == rule) {
        warnings.push(Warning::new(rule, element, message));
    }
}
