//! Sources to ears: blocks of samples and where they come from in, two ears out.
//!
//! ```text
//!  steady source ── FFT ── × response with its delay ───────────────┐
//!                                                                   ├─ per ear: sum, inverse FFT
//!  moving source ── FFT ── × responses and delays at each node ── weigh ┘
//! ```
//!
//! What the head does to a moving source is computed at nodes, a few milliseconds apart: a blend of responses aligned
//! in time, and a turn of the phase for the time of arrival at each ear. Between nodes their results are weighed by
//! the polynomial through them, the same for all sources of one pace. Spectra are summed over sources, so the inverse
//! transforms are few however many sources there are. A block of output is a function of the input and the
//! directions it depends on: any thread can compute any block.

mod bank;
pub(crate) mod delay;
mod pace;
mod path;

use std::ops::Range;
use std::sync::Arc;

pub use bank::Placed;

use crate::convolver::{Spectrum, Transform, TransformScratch, Turn};
use crate::{Direction, HrirPair, HrtfSet};
use bank::{Bank, Node, SLACK};
use delay::{LEAD, TAPS};
use pace::{Pace, Paces};
use path::BEFORE;

/// The longest way between two knots, samples.
const LONGEST_STEP: usize = 256;

/// Knots from the end of a block on.
const AFTER: usize = 3;

/// One head for blocks of one length. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Binauraliser {
    fixed: Arc<Fixed>,
}

#[derive(Debug)]
struct Fixed {
    set: HrtfSet,
    bank: Bank,
    transform: Transform,
    block: usize,
    step: usize,
    paces: Paces,
    memory: usize,
}

/// The response to a direction that does not change, both ears.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    ears: [Spectrum; 2],
}

/// Where a moving source is at one knot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knot {
    /// What the head does to sound from there.
    pub placed: Placed,
    /// It was not on its way from the knot before, but somewhere else: faded, without a glide of delay.
    pub jump: bool,
}

/// The ears of one block while sources are added to them; room for one thread.
#[derive(Clone, Debug)]
pub struct Ears {
    steady: [Spectrum; 2],
    any_steady: bool,
    moving: Vec<Moving>,
    signal: Spectrum,
    /// Of one source.
    nodes: Vec<Node>,
    /// Of two nodes.
    turns: [Turn; 2],
    scratch: TransformScratch,
}

/// The sum of the sources of one pace.
#[derive(Clone, Debug)]
struct Moving {
    /// As it is heard at each node.
    sums: Vec<[Spectrum; 2]>,
    any: bool,
}

impl Binauraliser {
    /// Prepares `set` for blocks of `block` samples: every response is transformed, which takes milliseconds.
    pub fn new(set: HrtfSet, block: usize) -> Self {
        let block = block.max(1);
        let step = block.div_ceil(block.div_ceil(LONGEST_STEP));
        let memory = set.taps() + bank::longest_delay(&set) + TAPS;
        let transform = Transform::new(block + memory);
        let bank = Bank::new(&set, &transform);
        let fixed = Fixed { set, bank, transform, block, step, paces: Paces::new(block, step), memory };
        Self { fixed: Arc::new(fixed) }
    }

    /// The set.
    pub fn set(&self) -> &HrtfSet {
        &self.fixed.set
    }

    /// Samples of a block.
    pub fn block(&self) -> usize {
        self.fixed.block
    }

    /// Samples of input before a block that its output depends on.
    pub fn memory(&self) -> usize {
        self.fixed.memory
    }

    /// Samples that everything comes later than the responses say.
    pub fn latency(&self) -> usize {
        LEAD + SLACK
    }

    /// Samples until sound from straight ahead is at the ears: what bypasses the head waits as long.
    pub fn frontal_delay(&self) -> usize {
        let [left, right] = self.place(Direction::FRONT).delays;
        let arrival = (left + right) / 2.0 + (self.fixed.set.interpolator().lead() + LEAD) as f64;
        (arrival.round().max(0.0) as usize).min(self.fixed.memory)
    }

    /// Samples from one knot to the next.
    pub fn step(&self) -> usize {
        self.fixed.step
    }

    /// The knots a block needs, counted from its start: some lie before it, the last one after its end.
    pub fn knots(&self) -> Range<i64> {
        -(BEFORE as i64)..(self.steps() + AFTER) as i64
    }

    fn steps(&self) -> usize {
        self.fixed.block.div_ceil(self.fixed.step)
    }

    /// What the head does to sound from `direction`.
    pub fn place(&self, direction: Direction) -> Placed {
        self.fixed.bank.place(&self.fixed.set, direction.unit_vector())
    }

    /// The response to a steady source at `direction`, its delays in it.
    pub fn filter(&self, direction: Direction) -> Filter {
        self.filter_of(&self.response(direction))
    }

    /// The responses of both ears to sound from `direction`, in time with those of all other directions.
    pub fn response(&self, direction: Direction) -> [Vec<f64>; 2] {
        let mut pair = HrirPair::default();
        self.fixed.set.response(direction, &mut pair);
        let ear = |response: &[f32], delay: f64| {
            let whole = delay.max(0.0).floor();
            let kernel = delay::kernel((delay.max(0.0) - whole).clamp(0.0, 1.0));
            let whole = whole as usize + SLACK;
            let mut late = vec![0.0; response.len() + whole + TAPS];
            for (at, sample) in response.iter().enumerate() {
                let rows = late[whole + at..].iter_mut().zip(kernel);
                rows.for_each(|(sum, tap)| *sum += tap * f64::from(*sample));
            }
            late
        };
        [ear(&pair.left, pair.delay_left), ear(&pair.right, pair.delay_right)]
    }

    /// The filter of these responses of both ears, for [`Binauraliser::add_steady`]; cut to
    /// [`Binauraliser::memory`] + 1 samples.
    pub fn filter_of(&self, responses: &[Vec<f64>; 2]) -> Filter {
        let longest = self.fixed.memory + 1;
        let ear =
            |response: &Vec<f64>| self.fixed.transform.response(&response[..response.len().min(longest)]);
        Filter { ears: [ear(&responses[0]), ear(&responses[1])] }
    }

    /// Ears with nothing in them.
    pub fn ears(&self) -> Ears {
        let Fixed { transform, paces, .. } = &*self.fixed;
        let pair = || [transform.spectrum(), transform.spectrum()];
        let moving = |pace: &Pace| Moving { sums: pace.at.iter().map(|_| pair()).collect(), any: false };
        Ears {
            steady: pair(),
            any_steady: false,
            moving: paces.all().iter().map(moving).collect(),
            signal: transform.spectrum(),
            nodes: Vec::with_capacity(paces.all().iter().map(|pace| pace.at.len()).max().unwrap_or(0)),
            turns: [Turn::default(), Turn::default()],
            scratch: transform.scratch(),
        }
    }

    /// Adds a steady source. `input` is [`Binauraliser::memory`] samples and the block.
    pub fn add_steady(&self, input: &[f32], filter: &Filter, ears: &mut Ears) {
        let Ears { steady, any_steady, signal, scratch, .. } = ears;
        self.fixed.transform.forward(input, scratch, signal);
        for (sum, filter) in steady.iter_mut().zip(&filter.ears) {
            sum.add_product(signal, filter);
        }
        *any_steady = true;
    }

    /// Adds a moving source. `input` is [`Binauraliser::memory`] samples and the block; `knots` are those of
    /// [`Binauraliser::knots`]. Does nothing for fewer.
    pub fn add_moving(&self, input: &[f32], knots: &[Knot], ears: &mut Ears) {
        let range = self.knots();
        let zero = (-range.start) as usize;
        if knots.len() < zero + self.steps() + AFTER || input.len() < self.fixed.memory + self.fixed.block {
            return;
        }
        let Ears { moving, nodes, turns, signal, scratch, .. } = ears;
        let Fixed { set, bank, transform, memory, block, .. } = &*self.fixed;
        transform.forward(&input[..memory + block], scratch, signal);
        let mut first = 0;
        while first < knots.len() {
            let jump = knots[first + 1..].iter().position(|knot| knot.jump);
            let last = jump.map_or(knots.len(), |offset| first + 1 + offset);
            if last > zero && first <= zero + self.steps() {
                let (pace, from) = self.nodes(knots, &(first..last), nodes);
                let Moving { sums, any } = &mut moving[pace];
                bank.add(set, signal, (nodes, &mut sums[from..]), turns);
                *any = true;
            }
            first = last;
        }
    }

    /// Adds what was put into `ears` to the two rows of a block, and empties them.
    pub fn finish(&self, ears: &mut Ears, left: &mut [f32], right: &mut [f32]) {
        let Fixed { transform, memory, paces, .. } = &*self.fixed;
        let Ears { steady, any_steady, moving, scratch, .. } = ears;
        for (ear, row) in [left, right].into_iter().enumerate() {
            if *any_steady {
                let samples = transform.inverse(&steady[ear], scratch).iter().skip(*memory);
                row.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
                steady[ear].clear();
            }
            for (pace, moving) in paces.all().iter().zip(&mut *moving).filter(|(_, moving)| moving.any) {
                for (number, sums) in moving.sums.iter_mut().enumerate() {
                    pace.add(row, &transform.inverse(&sums[ear], scratch)[*memory..], number);
                    sums[ear].clear();
                }
            }
        }
        *any_steady = false;
        moving.iter_mut().for_each(|moving| moving.any = false);
    }
}

#[cfg(test)]
mod tests;
