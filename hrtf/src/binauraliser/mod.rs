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

use std::ops::Range;
use std::sync::Arc;

pub use bank::Placed;

use crate::convolver::{Spectrum, Transform, TransformScratch};
use crate::{Direction, HrirPair, HrtfSet};
use bank::{Bank, SLACK};
use delay::{Kernels, LEAD, TAPS};

/// The longest way between two knots, samples.
const LONGEST_STEP: usize = 256;

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
    moving: Vec<[Spectrum; 2]>,
    any: (bool, bool),
    signal: Spectrum,
    delayed: Vec<f32>,
    polynomials: Vec<[[f64; 4]; 2]>,
    scratch: TransformScratch,
}

impl Binauraliser {
    /// Prepares `set` for blocks of `block` samples: every response is transformed, which takes milliseconds.
    pub fn new(set: HrtfSet, block: usize) -> Self {
        let block = block.max(1);
        let (bank_taps, longest) = (set.taps(), bank::longest_delay(&set));
        let memory = bank_taps + longest + TAPS - 1;
        let transform = Transform::new(block + memory);
        let steps = block.div_ceil(LONGEST_STEP);
        let bank = Bank::new(&set, &transform);
        let step = block.div_ceil(steps);
        let kernels = Kernels::new();
        Self { fixed: Arc::new(Fixed { set, bank, kernels, transform, block, step, memory }) }
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
            moving: (0..=self.steps()).map(|_| pair()).collect(),
            any: (false, false),
            signal: transform.spectrum(),
            delayed: vec![0.0; self.fixed.set.taps() + self.fixed.block],
            polynomials: vec![[[0.0; 4]; 2]; (self.knots().end - self.knots().start) as usize],
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
        any.0 = true;
    }

    /// Adds a moving source. `input` is [`Binauraliser::memory`] samples and the block; `knots` are those of
    /// [`Binauraliser::knots`]. Does nothing for fewer.
    pub fn add_moving(&self, input: &[f32], knots: &[Knot], ears: &mut Ears) {
        let range = self.knots();
        let zero = (-range.start) as usize;
        if knots.len() < zero + self.steps() + 2 || input.len() < self.fixed.memory + self.fixed.block {
            return;
        }
        let mut first = 0;
        while first < knots.len() {
            let jump = knots[first + 1..].iter().position(|knot| knot.jump);
            let last = jump.map_or(knots.len(), |offset| first + 1 + offset);
            if last > zero && first <= zero + self.steps() {
                self.add_run(input, knots, first..last, ears);
            }
            first = last;
        }
    }

    /// Adds the part of a moving source between two jumps; its delays stand still outside.
    fn add_run(&self, input: &[f32], knots: &[Knot], run: Range<usize>, ears: &mut Ears) {
        let Fixed { set, bank, transform, .. } = &*self.fixed;
        let zero = (-self.knots().start) as usize;
        let held = |knot: usize| knots[knot.clamp(run.start, run.end - 1)].placed;
        for (knot, curves) in ears.polynomials.iter_mut().enumerate() {
            let around = [knot.saturating_sub(1), knot, knot + 1, knot + 2].map(|knot| held(knot).delays);
            *curves = [0, 1].map(|ear| delay::curve(around.map(|delays| delays[ear])));
        }
        for ear in 0..2 {
            self.delay(input, ear, ears);
            let Ears { moving, signal, delayed, scratch, .. } = &mut *ears;
            transform.forward(delayed, scratch, signal);
            for (number, sums) in moving.iter_mut().enumerate() {
                if run.contains(&(zero + number)) {
                    bank.add(set, (signal, ear), &knots[zero + number].placed, &mut sums[ear]);
                }
            }
        }
        ears.any.1 = true;
    }

    /// The input as it reaches an ear, from the response's length before the block on.
    fn delay(&self, input: &[f32], ear: usize, ears: &mut Ears) {
        let Fixed { step, memory, kernels, block, .. } = &*self.fixed;
        let taps = self.fixed.set.taps();
        let zero = (-self.knots().start) as usize;
        let longest = (memory - taps - (TAPS - 1)) as f64;
        // Knot `zero` is at sample 0, and the first sample wanted is −taps.
        let mut sample = zero * step - taps;
        let skip = memory - taps;
        let end = taps + block;
        let mut done = 0;
        while done < end {
            let (knot, within) = (sample / step, sample % step);
            let [a, b, c, d] = ears.polynomials[knot][ear];
            let count = (step - within).min(end - done);
            let one = 1.0 / *step as f64;
            for (n, late) in ears.delayed[done..done + count].iter_mut().enumerate() {
                let u = (within + n) as f64 * one;
                let delay = (a + u * (b + u * (c + u * d))).clamp(0.0, longest);
                *late = kernels.sample(input, skip + done + n, delay);
            }
            done += count;
            sample += count;
        }
    }

    /// Adds what was put into `ears` to the two rows of a block, and empties them.
    pub fn finish(&self, ears: &mut Ears, left: &mut [f32], right: &mut [f32]) {
        let Fixed { transform, memory, step, .. } = &*self.fixed;
        let Ears { steady, moving, any, scratch, .. } = ears;
        let taps = self.fixed.set.taps();
        for (ear, row) in [left, right].into_iter().enumerate() {
            if any.0 {
                let samples = transform.inverse(&steady[ear], scratch).iter().skip(*memory);
                row.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
                steady[ear].clear();
            }
            if any.1 {
                for (knot, sums) in moving.iter_mut().enumerate() {
                    let samples = &transform.inverse(&sums[ear], scratch)[taps..];
                    fade(row, samples, knot, *step);
                    sums[ear].clear();
                }
            }
        }
        *any = (false, false);
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
