//! Sources to ears: blocks of samples and where they come from in, two ears out.
//!
//! ```text
//!  steady source ── FFT ─────────────── × response with its delay ─────┐
//!  moving source ─┬ left delay ── FFT ─ × responses at each knot ──┐   ├─ per ear: sum, inverse FFT
//!                 └ right delay ─ FFT ─ × responses at each knot ─ fade ┘
//! ```
//!
//! The time of arrival at each ear is a delay that moves sample by sample; the rest of the response, aligned in
//! time, is faded from knot to knot, a few milliseconds apart. Spectra are summed over sources, so the inverse
//! transforms are few however many sources there are. A block of output is a function of the input and the
//! directions it depends on: any thread can compute any block.

mod bank;
mod delay;
mod lines;

use std::ops::Range;
use std::sync::Arc;

pub use bank::Placed;
pub use lines::Lines;

use crate::convolver::{Spectrum, Transform, TransformScratch};
use crate::{Direction, HrirPair, HrtfSet};
use bank::{Bank, SLACK};
use delay::{Kernels, LEAD, TAPS};

/// The longest way between two knots, samples.
const LONGEST_STEP: usize = 256;

/// The most steps that the response of a source may be faded over at once.
const GLIDING_STEPS: usize = 4;

/// A source that stays within this angle (10°) of where it was, as its cosine, is faded from one end of the block to
/// the other: that is how far apart measured directions are.
const NEAR_COSINE: f64 = 0.984_807_753;

/// One head for blocks of one length. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Binauraliser {
    fixed: Arc<Fixed>,
}

#[derive(Debug)]
struct Fixed {
    set: HrtfSet,
    bank: Bank,
    kernels: Kernels,
    transform: Transform,
    block: usize,
    step: usize,
    /// Samples of a moving source's line before the block.
    lead: usize,
    /// The longest delay, samples.
    longest: usize,
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
    /// As it is at the start of the block, and at its end.
    gliding: [[Spectrum; 2]; 2],
    /// As it is at each knot.
    moving: Vec<[Spectrum; 2]>,
    any: Any,
    signal: Spectrum,
    /// Of a source with a jump.
    lines: Lines,
    scratch: TransformScratch,
}

/// What was added.
#[derive(Clone, Copy, Debug, Default)]
struct Any {
    steady: bool,
    gliding: bool,
    moving: bool,
}

impl Binauraliser {
    /// Prepares `set` for blocks of `block` samples: every response is transformed, which takes milliseconds.
    pub fn new(set: HrtfSet, block: usize) -> Self {
        let block = block.max(1);
        let longest = bank::longest_delay(&set);
        let step = block.div_ceil(block.div_ceil(LONGEST_STEP));
        let lead = lines::lead(set.taps(), step);
        let memory = lead + lines::reach(longest);
        let transform = Transform::new(block + memory);
        let bank = Bank::new(&set, &transform);
        let kernels = Kernels::new();
        Self { fixed: Arc::new(Fixed { set, bank, kernels, transform, block, step, lead, longest, memory }) }
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
        let before = self.fixed.set.taps().div_ceil(self.fixed.step) + 1;
        -(before as i64)..self.steps() as i64 + 2
    }

    fn steps(&self) -> usize {
        self.fixed.block.div_ceil(self.fixed.step)
    }

    /// What the head does to sound from `direction`.
    pub fn place(&self, direction: Direction) -> Placed {
        self.fixed.bank.place(&self.fixed.set, direction)
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
        let transform = &self.fixed.transform;
        let pair = || [transform.spectrum(), transform.spectrum()];
        Ears {
            steady: pair(),
            gliding: [pair(), pair()],
            moving: (0..=self.steps()).map(|_| pair()).collect(),
            any: Any::default(),
            signal: transform.spectrum(),
            lines: self.lines(1),
            scratch: transform.scratch(),
        }
    }

    /// Adds a steady source. `input` is [`Binauraliser::memory`] samples and the block.
    pub fn add_steady(&self, input: &[f32], filter: &Filter, ears: &mut Ears) {
        let Ears { steady, any, signal, scratch, .. } = ears;
        self.fixed.transform.forward(input, scratch, signal);
        for (sum, filter) in steady.iter_mut().zip(&filter.ears) {
            sum.add_product(signal, filter);
        }
        any.steady = true;
    }

    /// Adds a moving source. `input` is [`Binauraliser::memory`] samples and the block; `knots` are those of
    /// [`Binauraliser::knots`]. Does nothing for fewer.
    pub fn add_moving(&self, input: &[f32], knots: &[Knot], ears: &mut Ears) {
        let range = self.knots();
        let zero = (-range.start) as usize;
        if knots.len() < zero + self.steps() + 2 || input.len() < self.fixed.memory + self.fixed.block {
            return;
        }
        let input = &input[..self.fixed.memory + self.fixed.block];
        let mut lines = std::mem::take(&mut ears.lines);
        let mut first = 0;
        while first < knots.len() {
            let jump = knots[first + 1..].iter().position(|knot| knot.jump);
            let last = jump.map_or(knots.len(), |offset| first + 1 + offset);
            if last > zero && first <= zero + self.steps() {
                self.fill_run(input, knots, first..last, &mut lines);
                self.add_run((&lines, 0), knots, first..last, ears);
            }
            first = last;
        }
        ears.lines = lines;
    }

    /// Adds a moving source whose lines were filled for several blocks, which is less work: block `block` of them.
    /// `knots` are those of this block, the first of which may be a jump and no other. The same as
    /// [`Binauraliser::add_moving`], bit by bit.
    pub fn add_lines(&self, lines: &Lines, block: usize, knots: &[Knot], ears: &mut Ears) {
        let zero = (-self.knots().start) as usize;
        let there = self.fixed.lead + (block + 1) * self.fixed.block <= lines.ears[0].len();
        if there && knots.len() >= zero + self.steps() + 2 {
            self.add_run((lines, block), knots, 0..knots.len(), ears);
        }
    }

    /// Adds the part of a moving source between two jumps.
    fn add_run(&self, (lines, block): (&Lines, usize), knots: &[Knot], run: Range<usize>, ears: &mut Ears) {
        let Fixed { set, bank, transform, .. } = &*self.fixed;
        let zero = (-self.knots().start) as usize;
        let glides = run.start <= zero && run.end > zero + self.steps() && self.glides(&knots[zero..]);
        let from = block * self.fixed.block;
        let Ears { moving, gliding, signal, scratch, any, .. } = ears;
        for (ear, line) in lines.ears.iter().enumerate() {
            transform.forward(&line[from..from + self.fixed.lead + self.fixed.block], scratch, signal);
            if glides {
                let [start, end] = gliding;
                let placed = [&knots[zero].placed, &knots[zero + self.steps()].placed];
                bank.add(set, (signal, ear), placed, [&mut start[ear], &mut end[ear]]);
                continue;
            }
            for (number, sums) in moving.iter_mut().enumerate() {
                if run.contains(&(zero + number)) {
                    bank.add(set, (signal, ear), [&knots[zero + number].placed], [&mut sums[ear]]);
                }
            }
        }
        any.gliding |= glides;
        any.moving |= !glides;
    }

    /// The source stays so near in this block that its response may be faded from the first knot to the last.
    fn glides(&self, knots: &[Knot]) -> bool {
        let steps = self.steps();
        let first = knots[0].placed.vector;
        let near = |knot: &Knot| {
            let [x, y, z] = knot.placed.vector;
            first[0] * x + first[1] * y + first[2] * z > NEAR_COSINE
        };
        steps <= GLIDING_STEPS && knots[..=steps].iter().all(near)
    }

    /// Adds what was put into `ears` to the two rows of a block, and empties them.
    pub fn finish(&self, ears: &mut Ears, left: &mut [f32], right: &mut [f32]) {
        let Fixed { transform, memory, step, lead, block, .. } = &*self.fixed;
        let Ears { steady, gliding, moving, any, scratch, .. } = ears;
        for (ear, row) in [left, right].into_iter().enumerate() {
            if any.steady {
                let samples = transform.inverse(&steady[ear], scratch).iter().skip(*memory);
                row.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
                steady[ear].clear();
            }
            if any.gliding {
                for (number, sums) in gliding.iter_mut().enumerate() {
                    let samples = &transform.inverse(&sums[ear], scratch)[*lead..];
                    fade(row, samples, number, *block);
                    sums[ear].clear();
                }
            }
            if any.moving {
                for (knot, sums) in moving.iter_mut().enumerate() {
                    let samples = &transform.inverse(&sums[ear], scratch)[*lead..];
                    fade(row, samples, knot, *step);
                    sums[ear].clear();
                }
            }
        }
        *any = Any::default();
    }
}

/// Adds the samples round knot `knot` to `row`, faded in from the knot before and out to the next.
fn fade(row: &mut [f32], samples: &[f32], knot: usize, step: usize) {
    let one = 1.0 / step as f32;
    let length = row.len().min(samples.len());
    let (rise, peak, fall) = (knot.saturating_sub(1) * step, knot * step, (knot + 1) * step);
    for at in rise.min(length)..peak.min(length) {
        row[at] += samples[at] * ((at - rise) as f32 * one);
    }
    for at in peak.min(length)..fall.min(length) {
        row[at] += samples[at] * (1.0 - (at - peak) as f32 * one);
    }
}

#[cfg(test)]
mod tests;
