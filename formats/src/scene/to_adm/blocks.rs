//! Curves as audioBlockFormats.
//!
//! A renderer ramps the *gains* of an object from block to block, not its position (BS.2127-1 §7.4), so a path is cut into
//! pieces that are short enough for that to make no difference: no parameter goes further in one than [`CHORD_BOUNDS`] says. The
//! path is where it should be at the end of each piece. Where a parameter jumps, a block of one sample does.

use super::clock::Clock;
use super::formats::block_id;
use crate::adm::{
    AdmTime, BlockCommon, CartesianPosition, ChannelLock, Gain, HeadphoneVirtualise, JumpPosition,
    ObjectDivergence, ObjectPosition, ObjectsBlock, ObjectsSpecial, PolarPosition, ScreenEdgeLock,
    TypeDefinition,
};
use crate::scene::{BinauralMode, Coordinates, Key, Object, ObjectParameter, Shape, Zone};
use ObjectParameter as P;

/// How far a parameter goes within one block at most, unless it is at its shortest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChordBounds {
    /// Degrees, of angles.
    pub degrees: f64,
    /// Of coordinates and extents in the room's cube, of distances, diffuseness and divergence.
    pub units: f64,
    /// Of gains, as factors.
    pub factor: f64,
    /// How far off the straight line between its ends a block may be, as a share of these.
    pub bend: f64,
    /// Shortest block, seconds; the shortest that the emission profile takes (BS.2168).
    pub shortest: f64,
}

/// Over 2° a gain that goes as a sine is 1.5e-4 off its chord at most, −76 dB; 0.04° of bend are 7e-4, −63 dB.
pub const CHORD_BOUNDS: ChordBounds =
    ChordBounds { degrees: 2.0, units: 0.035, factor: 0.03, bend: 0.02, shortest: 0.005 };

/// Azimuth range of divergence where nobody says one (BS.2076-1), degrees.
const DIVERGENCE_RANGE: f64 = 45.0;
/// Blocks of one channel at most: those of two days at the shortest.
const MOST_BLOCKS: usize = 40_000_000;

/// The parameters that move from block to block.
const MOVING: [ObjectParameter; 13] = [
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
];

/// The blocks of `object` in the own channel number `channel`.
pub(super) fn object_blocks(
    object: &Object,
    channel: u16,
    duration: AdmTime,
    clock: Clock,
) -> Vec<ObjectsBlock> {
    if !object.is_automated() {
        let mut block = block_at(object, 0.0);
        block.common.id = block_id(TypeDefinition::Objects, channel, 1);
        return vec![block];
    }
    let path = Path { object, clock, curves: curves(object) };
    let end = clock.end(duration).max(1);
    let mut spans = Vec::new();
    let places = path.places(end);
    for [from, to] in places.array_windows::<2>() {
        path.cut(*from, *to, &mut spans);
    }
    let block = |(index, span): (usize, &Span)| {
        let mut block = block_at(object, span.value_at);
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        block.common.id = block_id(TypeDefinition::Objects, channel, number);
        block.common.rtime = Some(clock.time(span.start));
        block.common.duration = Some(clock.time(span.end - span.start));
        block.common.jump_position =
            JumpPosition { flag: span.jumps, interpolation_length: span.jumps.then(|| clock.time(0)) };
        block
    };
    spans.iter().enumerate().map(block).collect()
}

/// A block to be: from place to place of the clock, with the values of a time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    start: u64,
    end: u64,
    /// Seconds.
    value_at: f64,
    /// At once, and not over the length of the block.
    jumps: bool,
}

/// An object that moves.
struct Path<'a> {
    object: &'a Object,
    clock: Clock,
    /// Parameter and curve of what moves, zones with `None`.
    curves: Vec<Curve<'a>>,
}

/// What moves, and its keys; `None` is a zone.
type Curve<'a> = (Option<ObjectParameter>, &'a [Key]);

fn curves(object: &Object) -> Vec<Curve<'_>> {
    let moving = object.automation.iter().filter(|(_, automation)| !automation.curve.is_constant());
    let parameters = moving.map(|(parameter, automation)| (Some(*parameter), automation.curve.keys()));
    let zones = object.zones.iter().filter(|zone| !zone.active.is_constant());
    parameters.chain(zones.map(|zone| (None, zone.active.keys()))).collect()
}

impl Path<'_> {
    fn place(&self, key: &Key) -> u64 {
        self.clock.place(key.time)
    }

    /// The keys of a curve at one place.
    fn keys_at<'k>(&self, keys: &'k [Key], place: u64) -> &'k [Key] {
        let first = keys.partition_point(|key| self.place(key) < place);
        let last = keys.partition_point(|key| self.place(key) <= place);
        keys.get(first..last).unwrap_or_default()
    }

    /// The time whose values stand from `place` on: after all keys there.
    fn after(&self, place: u64) -> f64 {
        let keys = self.curves.iter().filter_map(|(_, keys)| self.keys_at(keys, place).last());
        keys.map(|key| key.time.seconds_f64()).fold(self.clock.seconds(place), f64::max)
    }

    /// The time whose values a block that ends at `place` reaches: before a jump there.
    fn before(&self, place: u64) -> f64 {
        let keys = self.curves.iter().filter(|curve| self.jumps(curve, place));
        let first = keys.filter_map(|(_, keys)| self.keys_at(keys, place).first());
        let times = first.map(|key| key.time.seconds_f64());
        times
            .fold(None, |least: Option<f64>, time| Some(least.map_or(time, |least| least.min(time))))
            .map_or_else(
                || self.after(place),
                |time| time.min(self.clock.seconds(place)).next_down().max(0.0),
            )
    }

    /// The places of all keys before `end`, with the start and the end; ascending.
    fn places(&self, end: u64) -> Vec<u64> {
        let keys = self.curves.iter().flat_map(|(_, keys)| keys.iter());
        let mut places: Vec<u64> = keys.map(|key| self.place(key)).filter(|at| *at < end).collect();
        places.extend([0, end]);
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The blocks between two neighbouring places.
    fn cut(&self, from: u64, to: u64, spans: &mut Vec<Span>) {
        let jumps = from > 0 && self.curves.iter().any(|curve| self.jumps(curve, from));
        let value_at = self.after(from);
        if !self.curves.iter().any(|curve| self.moves(curve, from)) {
            spans.push(Span { start: from, end: to, value_at, jumps });
            return;
        }
        let mut start = from;
        if jumps || from == 0 {
            // A jump takes one sample; the first block of a channel doesn't ramp.
            start = (from + self.clock.sample()).min(to);
            spans.push(Span { start: from, end: start, value_at, jumps });
        }
        self.halve(start, to, self.clock.ceil(CHORD_BOUNDS.shortest).max(1), spans);
    }

    /// Cuts `start..end`, a part of what lies between two places, into halves until each is short enough.
    fn halve(&self, start: u64, end: u64, shortest: u64, spans: &mut Vec<Span>) {
        let middle = start + (end - start) / 2;
        let is_long = end - start >= 2 * shortest && spans.len() < MOST_BLOCKS;
        if is_long && self.is_far(start, middle, end) {
            self.halve(start, middle, shortest, spans);
            self.halve(middle, end, shortest, spans);
        } else if end > start {
            spans.push(Span { start, end, value_at: self.before(end), jumps: false });
        }
    }

    /// The path goes too far, or leaves its chord by too much at a quarter of the way.
    fn is_far(&self, start: u64, middle: u64, end: u64) -> bool {
        let (from, to) = (self.after(start), self.before(end));
        let quarters = [(start + middle) / 2, middle, (middle + end) / 2];
        let length = (end - start) as f64;
        MOVING.into_iter().any(|parameter| {
            let at = |seconds| factor(parameter, self.object.value_at(parameter, seconds));
            let (a, b) = (at(from), at(to));
            let bound = bound(parameter, self.object.coordinates);
            let leaves = |place: &u64| {
                let chord = a + (b - a) * (*place - start) as f64 / length;
                (at(self.clock.seconds(*place)) - chord).abs() > bound * CHORD_BOUNDS.bend
            };
            (b - a).abs() > bound || quarters.iter().any(leaves)
        })
    }

    /// The curve moves from the place `from` to the next one.
    fn moves(&self, (parameter, keys): &Curve<'_>, from: u64) -> bool {
        let next = keys.partition_point(|key| self.place(key) <= from);
        let (Some(a), Some(b)) = (next.checked_sub(1).and_then(|n| keys.get(n)), keys.get(next)) else {
            return false;
        };
        !is_step(*parameter, a, b) && a.value != b.value
    }

    /// The curve has another value right after `place` than right before it.
    fn jumps(&self, (parameter, keys): &Curve<'_>, place: u64) -> bool {
        let first = keys.partition_point(|key| self.place(key) < place);
        let at = self.keys_at(keys, place);
        (first..first + at.len()).any(|n| match (n.checked_sub(1).and_then(|n| keys.get(n)), keys.get(n)) {
            // Several keys at one place are a jump however they are joined.
            (Some(a), Some(b)) => (is_step(*parameter, a, b) || n > first) && a.value != b.value,
            _ => false,
        })
    }
}

/// From `a` to `b` the value stays and then jumps.
fn is_step(parameter: Option<ObjectParameter>, a: &Key, b: &Key) -> bool {
    let only_steps = parameter.is_none_or(ObjectParameter::only_steps);
    only_steps || b.shape == Shape::Step || !a.value.is_finite() || !b.value.is_finite()
}

/// The value as it is compared: gains as factors, what isn't stated as 0.
fn factor(parameter: ObjectParameter, value: Option<f64>) -> f64 {
    let value = value.unwrap_or(0.0);
    if parameter == P::Gain { Gain::Decibels(value).linear() } else { value }
}

fn bound(parameter: ObjectParameter, coordinates: Coordinates) -> f64 {
    match (parameter, coordinates) {
        (P::Gain, _) => CHORD_BOUNDS.factor,
        (P::Azimuth | P::Elevation, _) | (P::Width | P::Height | P::DivergenceRange, Coordinates::Polar) => {
            CHORD_BOUNDS.degrees
        }
        _ => CHORD_BOUNDS.units,
    }
}

/// What the object is at `seconds`, without times.
fn block_at(object: &Object, seconds: f64) -> ObjectsBlock {
    let number = |parameter: ObjectParameter| object.value_at(parameter, seconds).unwrap_or(0.0);
    let is_on = |parameter| number(parameter) >= 0.5;
    let position = match object.coordinates {
        Coordinates::Polar => ObjectPosition::Polar(PolarPosition {
            azimuth: wrapped(number(P::Azimuth)),
            elevation: number(P::Elevation),
            distance: number(P::Distance),
        }),
        Coordinates::Cartesian => {
            ObjectPosition::Cartesian(CartesianPosition { x: number(P::X), y: number(P::Y), z: number(P::Z) })
        }
    };
    let edge = |parameter: ObjectParameter| match number(parameter) {
        value if value < 0.5 => None,
        value => Some(value < 1.5),
    };
    let gain = number(P::Gain);
    let special = special_at(object, seconds);
    ObjectsBlock {
        common: BlockCommon {
            gain: Gain::Linear(if gain == 0.0 { 1.0 } else { Gain::Decibels(gain).linear() }),
            importance: number(P::Importance).clamp(0.0, 10.0).round() as u8,
            head_locked: is_on(P::HeadLocked),
            ..BlockCommon::default()
        },
        position,
        width: number(P::Width),
        height: number(P::Height),
        depth: number(P::Depth),
        diffuse: number(P::Diffuse),
        screen_ref: is_on(P::ScreenRef),
        screen_edge_lock: ScreenEdgeLock {
            left: edge(P::ScreenEdgeHorizontal),
            top: edge(P::ScreenEdgeVertical),
        },
        special: (special != ObjectsSpecial::default()).then(|| Box::new(special)),
    }
}

fn special_at(object: &Object, seconds: f64) -> ObjectsSpecial {
    let value = |parameter: ObjectParameter| object.value_at(parameter, seconds);
    let is_locked = value(P::ChannelLock).is_some_and(|value| value >= 0.5);
    let divergence = value(P::Divergence).filter(|value| *value > 0.0);
    let range = value(P::DivergenceRange);
    let (azimuth_range, position_range) = match object.coordinates {
        Coordinates::Polar => (Some(range.unwrap_or(DIVERGENCE_RANGE)), None),
        Coordinates::Cartesian => (None, Some(range.unwrap_or(0.0))),
    };
    let zones: Vec<&Zone> = object.zones.iter().filter(|zone| zone.is_active_at(seconds)).collect();
    let names = || zones.iter().map(|zone| zone.name.clone().unwrap_or_default()).collect();
    let is_off = value(P::BinauralMode).map(BinauralMode::from_value) == Some(BinauralMode::Off);
    ObjectsSpecial {
        channel_lock: is_locked.then(|| ChannelLock { max_distance: value(P::ChannelLockDistance) }),
        divergence: divergence.map(|value| ObjectDivergence { value, azimuth_range, position_range }),
        zone_exclusion: zones.iter().map(|zone| zone.bounds).collect(),
        zone_names: if zones.iter().any(|zone| zone.name.is_some()) { names() } else { Vec::new() },
        headphone_virtualise: is_off
            .then(|| HeadphoneVirtualise { bypass: true, ..HeadphoneVirtualise::default() }),
        ..ObjectsSpecial::default()
    }
}

/// Within −180…180 degrees.
fn wrapped(azimuth: f64) -> f64 {
    if (-180.0..=180.0).contains(&azimuth) { azimuth } else { (azimuth + 180.0).rem_euclid(360.0) - 180.0 }
}
