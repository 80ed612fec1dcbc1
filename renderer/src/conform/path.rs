//! An object over time, as BS.2127-1 §7.4 goes from block to block: straight in position and gain where a renderer is straight
//! in the gains of loudspeakers, which for blocks as short as those of a scene is the same.

use formats::adm::{
    AdmTime, BlockCommon, BlockFormats, CartesianPosition, ObjectPosition, ObjectsBlock, ObjectsSpecial,
};

use super::gains::GainCurve;
use crate::items::ObjectsItem;
use crate::panner::position_conversion::to_cartesian;

/// What goes straight: X, Y, Z, and size.
pub(super) type Place = [f64; 4];

/// From one block to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Leg {
    /// Ticks of 10 µs from the start of the file.
    start: u64,
    /// Where it has arrived, and stays.
    arrival: u64,
    from: Place,
    to: Place,
    /// Something changes at once at its start.
    jumps: bool,
    /// Which of the channel's blocks it is.
    block: usize,
}

/// An object of an item, in the room's cube.
#[derive(Clone, Debug)]
pub(super) struct Path {
    /// Its blocks, Cartesian.
    pub(super) blocks: Vec<ObjectsBlock>,
    legs: Vec<Leg>,
    /// Its gain, silent where it has no block.
    pub(super) gain: GainCurve,
}

/// A tick, rounded down.
pub(super) fn ticks(time: AdmTime) -> u64 {
    let ticks = u128::from(time.numerator) * u128::from(AdmTime::TICKS_PER_SECOND.get())
        / u128::from(time.denominator.get());
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

/// The first tick at which so many samples are over.
pub(super) fn end_tick(frames: u64, rate: u32) -> u64 {
    let ticks = u128::from(frames) * u128::from(AdmTime::TICKS_PER_SECOND.get());
    u64::try_from(ticks.div_ceil(u128::from(rate.max(1)))).unwrap_or(u64::MAX)
}

/// Seconds of the start and the end of a block of an object that starts at `origin` and ends at `over`.
fn span(common: &BlockCommon, origin: f64, over: f64) -> (f64, f64) {
    match (common.rtime, common.duration) {
        (Some(start), Some(duration)) => {
            let start = origin + start.seconds_f64();
            (start, (start + duration.seconds_f64()).min(over))
        }
        _ => (origin, over),
    }
}

impl Path {
    /// The path of `item` in a file that lasts `end` ticks.
    pub(super) fn new(item: &ObjectsItem, end: u64) -> Self {
        let mut blocks = match &item.channel.blocks {
            BlockFormats::Objects(blocks) => blocks.clone(),
            _ => Vec::new(),
        };
        blocks.iter_mut().for_each(to_cartesian);
        let mut path = Self { blocks: Vec::new(), legs: Vec::new(), gain: GainCurve::default() };
        path.follow(item, &blocks, end);
        path.blocks = blocks;
        path
    }

    /// Something that stays where it is.
    pub(super) fn still(place: Place) -> Self {
        let leg = Leg { start: 0, arrival: 0, from: place, to: place, jumps: false, block: 0 };
        Self { blocks: Vec::new(), legs: vec![leg], gain: GainCurve::default() }
    }

    /// Two of its blocks differ in more than times, places and gains.
    pub(super) fn differs(&self, a: usize, b: usize) -> bool {
        match (self.blocks.get(a), self.blocks.get(b)) {
            (Some(a), Some(b)) => !is_alike(a, b),
            _ => false,
        }
    }

    fn follow(&mut self, item: &ObjectsItem, blocks: &[ObjectsBlock], end: u64) {
        let context = &item.context;
        let per_second = f64::from(AdmTime::TICKS_PER_SECOND.get());
        let origin = context.object_start.map_or(0.0, AdmTime::seconds_f64);
        let length = context.object_duration.map(|duration| origin + duration.seconds_f64());
        // What lasts as long as the file is not cut by the rounding of its end.
        let over = length.unwrap_or(f64::INFINITY).min(end as f64 / per_second);
        let tick = |seconds: f64| (seconds * per_second + 1e-4).floor() as u64;
        let mut last: Option<(f64, Place, f64)> = None;
        for (index, block) in blocks.iter().enumerate() {
            let (start, stop) = span(&block.common, origin, over);
            let (to, gain) = (place(block), block.common.gain.linear() * context.object_gain);
            let joins = last.filter(|(before, ..)| (start - before).abs() < 1.5e-5);
            let jump = block.common.jump_position;
            let ramp = match (jump.flag, jump.interpolation_length) {
                (false, _) => stop - start,
                (true, Some(length)) => length.seconds_f64().min(stop - start),
                (true, None) => 0.0,
            };
            let (from, gain_from) =
                joins.filter(|_| ramp > 0.0).map_or((to, gain), |(_, place, gain)| (place, gain));
            let before = joins.map_or((to, 0.0), |(_, place, gain)| (place, gain));
            let changes = |other: usize| blocks.get(other).is_none_or(|other| !is_alike(other, block));
            let jumps = index > 0 && (before.0 != from || changes(index - 1));
            if joins.is_none() {
                // Silent from the end of the block before.
                if let Some((silent, _, gain)) = last {
                    self.gain.add(silent, gain, 0.0);
                }
            }
            let first = last.is_none() && start <= 0.0;
            self.gain.add(start, if first { gain } else { before.1 }, gain_from);
            self.gain.add(start + ramp, gain, gain);
            let arrival = tick(start + ramp);
            self.legs.push(Leg { start: tick(start), arrival, from, to, jumps, block: index });
            last = Some((stop, to, gain));
        }
        match last {
            Some((silent, _, gain)) if tick(silent) + 1 < end => self.gain.add(silent, gain, 0.0),
            Some(_) => {}
            None => self.gain = GainCurve::constant(0.0),
        }
    }

    fn leg(&self, tick: u64) -> Option<&Leg> {
        let next = self.legs.partition_point(|leg| leg.start <= tick);
        self.legs.get(next.saturating_sub(1))
    }

    /// Where it is, and by which block.
    pub(super) fn at(&self, tick: u64) -> (Place, usize) {
        let Some(leg) = self.leg(tick) else { return ([0.0, 1.0, 0.0, 0.0], 0) };
        if tick >= leg.arrival || leg.arrival == leg.start {
            return (leg.to, leg.block);
        }
        let share = tick.saturating_sub(leg.start) as f64 / (leg.arrival - leg.start) as f64;
        let mut place = leg.from;
        for (value, to) in place.iter_mut().zip(leg.to) {
            *value += (to - *value) * share;
        }
        (place, leg.block)
    }

    /// The next time after `tick` at which something jumps.
    pub(super) fn next_jump(&self, tick: u64) -> Option<u64> {
        let next = self.legs.partition_point(|leg| leg.start <= tick);
        self.legs.get(next..)?.iter().find(|leg| leg.jumps).map(|leg| leg.start)
    }

    /// When what stands still at `tick` may move again; `None` while it moves.
    pub(super) fn rest(&self, tick: u64) -> Option<u64> {
        let leg = self.leg(tick)?;
        let next = self.legs.partition_point(|leg| leg.start <= tick);
        let is_still = tick >= leg.arrival || leg.from == leg.to;
        is_still.then(|| self.legs.get(next).map_or(u64::MAX, |next| next.start))
    }
}

/// Blocks that differ at most in their times, places and gains.
fn is_alike(a: &ObjectsBlock, b: &ObjectsBlock) -> bool {
    let plain = ObjectsSpecial::default();
    let special = |block: &ObjectsBlock| block.special.as_deref().unwrap_or(&plain).clone();
    (a.diffuse, a.screen_ref, a.screen_edge_lock, a.common.head_locked)
        == (b.diffuse, b.screen_ref, b.screen_edge_lock, b.common.head_locked)
        && special(a) == special(b)
}

/// Place and size of a Cartesian block, within the cube.
fn place(block: &ObjectsBlock) -> Place {
    let at = match block.position {
        ObjectPosition::Cartesian(at) => at,
        ObjectPosition::Polar(_) => CartesianPosition { x: 0.0, y: 1.0, z: 0.0 },
    };
    let size = block.width.max(block.height).max(block.depth);
    [at.x.clamp(-1.0, 1.0), at.y.clamp(-1.0, 1.0), at.z.clamp(-1.0, 1.0), size.clamp(0.0, 1.0)]
}
