//! Curves as audioBlockFormats.
//!
//! A renderer ramps the *gains* of an object from block to block, not its position (BS.2127-1 §7.4), so a path is cut into
//! pieces that are short enough for that to make no difference: no parameter goes further in one than [`CHORD_BOUNDS`] says. The
//! path is where it should be at the end of each piece. Where a parameter jumps, a block of one sample does.

use super::Edition;
use super::clock::Clock;
use super::formats::block_id;
use crate::adm::{
    AdmTime, BlockCommon, CartesianPosition, ChannelLock, Gain, HeadphoneVirtualise, JumpPosition,
    ObjectDivergence, ObjectPosition, ObjectsBlock, ObjectsSpecial, PolarPosition, ScreenEdgeLock,
    TypeDefinition,
};
use crate::scene::{AutomationCurve, BinauralMode, Coordinates, Key, Object, ObjectParameter, Shape, Zone};
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
        let mut block = block_at(object, &Values::constant());
        block.common.id = block_id(TypeDefinition::Objects, channel, 1);
        return vec![block];
    }
    let path = Path::new(object, clock);
    let mut spans = Vec::new();
    let places = path.places(duration);
    for [from, to] in places.array_windows::<2>() {
        path.cut(*from, *to, &mut spans);
    }
    let block = |(index, span): (usize, &Span)| {
        let mut block = block_at(object, &path.values(span.values));
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        block.common.id = block_id(TypeDefinition::Objects, channel, number);
        block.common.rtime = Some(span.start);
        block.common.duration = Some(length(span.start, span.end));
        let interpolation_length = span.jumps.then(|| clock.time(0));
        block.common.jump_position = JumpPosition { flag: span.jumps, interpolation_length };
        block
    };
    spans.iter().enumerate().map(block).collect()
}

/// Whether the last block ends after `duration`.
pub(super) fn overrun(blocks: &[ObjectsBlock], duration: AdmTime) -> bool {
    let times = blocks.last().map(|block| (block.common.rtime, block.common.duration));
    let Some((Some(start), Some(length))) = times else { return false };
    start.checked_add(length).is_some_and(|end| end > duration)
}

/// A block to be, with the values of a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    start: AdmTime,
    end: AdmTime,
    values: Moment,
    /// At once, and not over the length of the block.
    jumps: bool,
}

/// A place in time, and on which side of what jumps there.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    Before(AdmTime),
    After(AdmTime),
}

/// An object that moves.
struct Path<'a> {
    object: &'a Object,
    clock: Clock,
    /// Keys lie where their times say; otherwise on a place of the clock.
    is_exact: bool,
    /// What moves, and its keys; `None` is a zone.
    curves: Vec<Curve<'a>>,
}

/// What moves, and its keys.
type Curve<'a> = (Option<ObjectParameter>, &'a [Key]);

fn curves(object: &Object) -> Vec<Curve<'_>> {
    let moving = object.automation.iter().filter(|(_, automation)| !automation.curve.is_constant());
    let parameters = moving.map(|(parameter, automation)| (Some(*parameter), automation.curve.keys()));
    let zones = object.zones.iter().filter(|zone| !zone.active.is_constant());
    parameters.chain(zones.map(|zone| (None, zone.active.keys()))).collect()
}

impl<'a> Path<'a> {
    /// Where gains go to a key, the time of every key is kept as it is: such objects come from an ADM, whose blocks need
    /// not begin on samples. (Those of BS.2076-1 are places of its clock anyway.) Where that needs a denominator that
    /// ADM has no room for, samples have to do.
    fn new(object: &'a Object, clock: Clock) -> Self {
        let mut path = Self { object, clock, is_exact: true, curves: curves(object) };
        let mut keys = path.curves.iter().flat_map(|(_, keys)| keys.iter());
        let has_gains = keys.any(|key| key.shape == Shape::Gains);
        let tick = clock.time(1);
        let fit = |[a, b]: &[AdmTime; 2]| b.checked_sub(*a).is_some() && a.checked_add(tick).is_some();
        path.is_exact = has_gains
            && clock.edition() == Edition::Second
            && path.all_places().array_windows::<2>().all(fit);
        path
    }

    /// Where a key lies.
    fn place(&self, key: &Key) -> AdmTime {
        if self.is_exact { key.time.seconds } else { self.clock.time(self.clock.place(key.time)) }
    }

    /// The keys of a curve at one place.
    fn keys_at<'k>(&self, keys: &'k [Key], place: AdmTime) -> &'k [Key] {
        let first = keys.partition_point(|key| self.place(key) < place);
        let last = keys.partition_point(|key| self.place(key) <= place);
        keys.get(first..last).unwrap_or_default()
    }

    /// The places of all keys; ascending.
    fn all_places(&self) -> Vec<AdmTime> {
        let keys = self.curves.iter().flat_map(|(_, keys)| keys.iter());
        let mut places: Vec<AdmTime> = keys.map(|key| self.place(key)).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The places of all keys before `end`, with the start and the end; ascending. Where gains are on their way to a key
    /// beyond the end, that is the last place: a part of their way is none between two positions.
    fn places(&self, end: AdmTime) -> Vec<AdmTime> {
        let end = self.clock.time(self.clock.end(end).max(1));
        let (start, keys) = (self.clock.time(0), self.all_places());
        let beyond = keys.iter().copied().find(|place| *place >= end);
        let beyond =
            beyond.filter(|place| self.curves.iter().any(|curve| self.is_reached_by_gains(curve, *place)));
        let inside = keys.into_iter().filter(|place| *place > start && *place < end);
        std::iter::once(start).chain(inside).chain([beyond.unwrap_or(end)]).collect()
    }

    /// The blocks between two neighbouring places.
    fn cut(&self, from: AdmTime, to: AdmTime, spans: &mut Vec<Span>) {
        let is_first = from.numerator == 0;
        let jumps = !is_first && self.curves.iter().any(|curve| self.jumps(curve, from));
        let values = Moment::After(from);
        if !self.curves.iter().any(|curve| self.moves(curve, from)) {
            spans.push(Span { start: from, end: to, values, jumps });
            return;
        }
        if self.curves.iter().any(|curve| self.is_reached_by_gains(curve, to)) {
            if jumps || is_first {
                // Gains go from where the jump, or the first block of a channel, has led at once: a block of no length.
                spans.push(Span { start: from, end: from, values, jumps });
            }
            spans.push(Span { start: from, end: to, values: Moment::Before(to), jumps: false });
            return;
        }
        let mut start = from;
        if jumps || is_first {
            // A jump takes one sample; the first block of a channel doesn't ramp.
            start = self.clock.time(self.clock.first_from(from) + self.clock.sample()).min(to);
            spans.push(Span { start: from, end: start, values, jumps });
        }
        self.halve(start, to, self.clock.ceil(CHORD_BOUNDS.shortest).max(1), spans);
    }

    /// Cuts `start..end`, a part of what lies between two places, into halves until each is short enough.
    fn halve(&self, start: AdmTime, end: AdmTime, shortest: u64, spans: &mut Vec<Span>) {
        let (first, last) = (self.clock.first_from(start), self.clock.last_until(end));
        let places = last.saturating_sub(first);
        let middle = self.clock.time(first + places / 2);
        let is_long = places >= 2 * shortest && spans.len() < MOST_BLOCKS;
        if is_long && self.is_far(start, end) {
            self.halve(start, middle, shortest, spans);
            self.halve(middle, end, shortest, spans);
        } else if end > start {
            spans.push(Span { start, end, values: Moment::Before(end), jumps: false });
        }
    }

    /// The path goes too far, or leaves its chord by too much at a quarter of the way.
    fn is_far(&self, start: AdmTime, end: AdmTime) -> bool {
        let (from, to) = (self.values(Moment::After(start)), self.values(Moment::Before(end)));
        let (first, last) = (start.seconds_f64(), end.seconds_f64());
        MOVING.into_iter().any(|parameter| {
            let a = factor(parameter, from.of(self.object, parameter));
            let b = factor(parameter, to.of(self.object, parameter));
            let bound = bound(parameter, self.object.coordinates);
            let leaves = |share: f64| {
                let at = self.object.value_at(parameter, first + (last - first) * share);
                (factor(parameter, at) - (a + (b - a) * share)).abs() > bound * CHORD_BOUNDS.bend
            };
            (b - a).abs() > bound || [0.25, 0.5, 0.75].into_iter().any(leaves)
        })
    }

    fn values(&self, moment: Moment) -> Values<'_> {
        Values { path: Some(self), moment }
    }

    /// The curve moves from the place `from` to the next one.
    fn moves(&self, (parameter, keys): &Curve<'_>, from: AdmTime) -> bool {
        let next = keys.partition_point(|key| self.place(key) <= from);
        let (Some(a), Some(b)) = (next.checked_sub(1).and_then(|n| keys.get(n)), keys.get(next)) else {
            return false;
        };
        !is_step(*parameter, a, b) && a.value != b.value
    }

    /// The curve has a key at `place` which it comes to with the gains.
    fn is_reached_by_gains(&self, (_, keys): &Curve<'_>, place: AdmTime) -> bool {
        let first = self.keys_at(keys, place).first();
        first.is_some_and(|first| first.shape == Shape::Gains && keys.first() != Some(first))
    }

    /// The curve has another value right after `place` than right before it.
    fn jumps(&self, (parameter, keys): &Curve<'_>, place: AdmTime) -> bool {
        let first = keys.partition_point(|key| self.place(key) < place);
        let at = self.keys_at(keys, place);
        (first..first + at.len()).any(|n| match (n.checked_sub(1).and_then(|n| keys.get(n)), keys.get(n)) {
            // Several keys at one place are a jump however they are joined.
            (Some(a), Some(b)) => (is_step(*parameter, a, b) || n > first) && a.value != b.value,
            _ => false,
        })
    }
}

/// What the parameters of an object are at a moment.
struct Values<'a> {
    /// Nothing moves without one.
    path: Option<&'a Path<'a>>,
    moment: Moment,
}

impl Values<'_> {
    /// Of an object that doesn't move.
    fn constant() -> Self {
        Self { path: None, moment: Moment::After(AdmTime::ZERO) }
    }

    fn of(&self, object: &Object, parameter: ObjectParameter) -> Option<f64> {
        let curve = object.automation.get(&parameter).map(|automation| &automation.curve);
        let moving = curve.and_then(|curve| self.at(curve, Some(parameter)));
        moving.or_else(|| object.values.get(&parameter).copied()).or(parameter.default())
    }

    fn is_active(&self, zone: &Zone) -> bool {
        self.at(&zone.active, None).is_none_or(|value| value >= 0.5)
    }

    /// A curve at the moment: after all keys that lie there, or before the first that is a jump.
    fn at(&self, curve: &AutomationCurve, parameter: Option<ObjectParameter>) -> Option<f64> {
        let keys = curve.keys();
        let (Moment::Before(place) | Moment::After(place)) = self.moment;
        let Some(path) = self.path else { return keys.first().map(|key| key.value) };
        let there = path.keys_at(keys, place);
        let (Some(first), Some(last)) = (there.first(), there.last()) else {
            return curve.value_at(place.seconds_f64());
        };
        if let Moment::After(_) = self.moment {
            return Some(last.value);
        }
        let before = keys.partition_point(|key| path.place(key) < place).checked_sub(1);
        match before.and_then(|before| keys.get(before)) {
            Some(before) if is_step(parameter, before, first) => Some(before.value),
            _ => Some(first.value),
        }
    }
}

/// From `start` to `end`; where the two have no common denominator, in units of the start and a little less.
fn length(start: AdmTime, end: AdmTime) -> AdmTime {
    let rounded = || {
        let scaled = u128::from(end.numerator) * u128::from(start.denominator.get());
        let scaled = scaled / u128::from(end.denominator.get());
        let numerator = u64::try_from(scaled).unwrap_or(u64::MAX).saturating_sub(start.numerator);
        AdmTime { numerator, ..start }
    };
    end.checked_sub(start).unwrap_or_else(rounded)
}

/// From `a` to `b` the value stays and then jumps.
fn is_step(parameter: Option<ObjectParameter>, a: &Key, b: &Key) -> bool {
    let only_steps = parameter.is_none_or(ObjectParameter::only_steps);
    b.shape != Shape::Gains
        && (only_steps || b.shape == Shape::Step || !a.value.is_finite() || !b.value.is_finite())
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

/// What the object is at a moment, without times.
fn block_at(object: &Object, values: &Values<'_>) -> ObjectsBlock {
    let number = |parameter: ObjectParameter| values.of(object, parameter).unwrap_or(0.0);
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
    let special = special_at(object, values);
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

fn special_at(object: &Object, values: &Values<'_>) -> ObjectsSpecial {
    let value = |parameter: ObjectParameter| values.of(object, parameter);
    let is_locked = value(P::ChannelLock).is_some_and(|value| value >= 0.5);
    // The farthest that there is is any distance.
    let farthest = P::ChannelLockDistance.range(object.coordinates).max;
    let distance = value(P::ChannelLockDistance).filter(|distance| *distance < farthest);
    let divergence = value(P::Divergence).filter(|value| *value > 0.0);
    let range = value(P::DivergenceRange);
    let (azimuth_range, position_range) = match object.coordinates {
        Coordinates::Polar => (Some(range.unwrap_or(DIVERGENCE_RANGE)), None),
        Coordinates::Cartesian => (None, Some(range.unwrap_or(0.0))),
    };
    let zones: Vec<&Zone> = object.zones.iter().filter(|zone| values.is_active(zone)).collect();
    let names = || zones.iter().map(|zone| zone.name.clone().unwrap_or_default()).collect();
    let is_off = value(P::BinauralMode).map(BinauralMode::from_value) == Some(BinauralMode::Off);
    ObjectsSpecial {
        channel_lock: is_locked.then_some(ChannelLock { max_distance: distance }),
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
