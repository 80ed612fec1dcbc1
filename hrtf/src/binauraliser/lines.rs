//! A moving source as it reaches either ear, before the head filters it.

use std::ops::Range;

use super::delay::{self, Glide, LEAST, REACH, STRIP, TAPS};
use super::pace::SHORTEST;
use super::{AFTER, Binauraliser, Knot};

/// A moving source as it reaches either ear, before the head filters it: delayed, for some blocks and what these
/// depend on. Made once, filled again and again.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    pub(super) ears: [Vec<f32>; 2],
    halves: Vec<f32>,
    steps: Vec<Step>,
    /// Pieces of steps.
    curves: Vec<[[f64; 4]; 2]>,
    room: usize,
}

/// How the delays go from a knot to the next.
#[derive(Clone, Copy, Debug, Default)]
enum Step {
    /// Along the first of its curves.
    #[default]
    Whole,
    /// Along a curve for each of its pieces.
    Pieces,
}

impl Lines {
    /// Blocks there is room for.
    pub fn blocks(&self) -> usize {
        self.room
    }
}

/// Samples of a line before its first block: the response's length, and what makes strips begin where they do in
/// any other block.
pub(super) fn lead(taps: usize, step: usize) -> usize {
    let back = taps.next_multiple_of(step) - taps;
    taps + back % STRIP
}

/// Samples of input before a line.
pub(super) fn reach(longest_delay: usize) -> usize {
    longest_delay + TAPS - 1 + REACH
}

impl Binauraliser {
    /// Room for `blocks` blocks; for one where a block is no whole number of [`Binauraliser::step`]s.
    pub fn lines(&self, blocks: usize) -> Lines {
        let blocks = if self.fixed.block.is_multiple_of(self.fixed.step) { blocks } else { blocks.min(1) };
        let length = self.fixed.lead + blocks * self.fixed.block;
        let window = (self.knots().end - self.knots().start) as usize;
        let steps = window + blocks.saturating_sub(1) * self.steps();
        Lines {
            ears: [vec![0.0; length], vec![0.0; length]],
            halves: vec![0.0; length + reach(self.fixed.longest) - (TAPS - 1)],
            room: blocks,
            steps: vec![Step::Whole; steps],
            curves: vec![[[0.0; 4]; 2]; steps * self.pieces()],
        }
    }

    /// Pieces of a step.
    fn pieces(&self) -> usize {
        self.fixed.step.div_ceil(SHORTEST)
    }

    /// Fills the lines of whole blocks. `input` is [`Binauraliser::memory`] samples and the blocks; `knots` are those
    /// of [`Binauraliser::knots`] counted from the first block, and further to as many after the last. A line is of
    /// no use for a block that has a jump among its knots. Does nothing where there is too little of anything.
    pub fn fill(&self, input: &[f32], knots: &[Knot], lines: &mut Lines) {
        self.fill_run(input, knots, 0..knots.len(), lines);
    }

    /// [`Binauraliser::fill`] for the block that follows the one that `lines` were filled for last: keeps what was
    /// delayed for that, which is less work. `lines` are those of one block.
    pub fn fill_next(&self, input: &[f32], knots: &[Knot], lines: &mut Lines) {
        let (block, lead) = (self.fixed.block, self.fixed.lead);
        if lines.room == 1 && input.len() == self.fixed.memory + block {
            lines.ears.iter_mut().for_each(|line| line.copy_within(block..block + lead, 0));
            self.fill_from(input, knots, 0..knots.len(), (lines, lead));
        }
    }

    /// [`Binauraliser::fill`] where the delays stand still outside `run`.
    pub(super) fn fill_run(&self, input: &[f32], knots: &[Knot], run: Range<usize>, lines: &mut Lines) {
        self.fill_from(input, knots, run, (lines, 0));
    }

    /// Fills from sample `from` of the lines on: the start or the first block.
    fn fill_from(
        &self,
        input: &[f32],
        knots: &[Knot],
        run: Range<usize>,
        (lines, from): (&mut Lines, usize),
    ) {
        let blocks = input.len().saturating_sub(self.fixed.memory) / self.fixed.block;
        let (zero, steps) = ((-self.knots().start) as usize, self.steps());
        let length = self.fixed.lead + blocks * self.fixed.block;
        let needed = zero + blocks * steps + AFTER;
        let room = lines.steps.len() >= needed && lines.ears[0].len() >= length;
        if blocks == 0 || run.is_empty() || knots.len() < needed || !room {
            return;
        }
        let Lines { ears, halves, steps, curves, .. } = lines;
        let held = |knot: usize| &knots[knot.clamp(run.start, run.end - 1)];
        let rows = steps.iter_mut().zip(curves.chunks_exact_mut(self.pieces())).take(needed);
        for (knot, (step, curves)) in rows.enumerate() {
            if self.fast(held(knot), held(knot + 1)) {
                *step = Step::Pieces;
                self.delays_between(knots, &run, knot, curves);
            } else {
                *step = Step::Whole;
                let around =
                    [knot.saturating_sub(1), knot, knot + 1, knot + 2].map(|knot| held(knot).placed.delays);
                curves[0] = [0, 1].map(|ear| delay::curve(around.map(|delays| delays[ear])));
            }
        }
        let input = &input[..self.fixed.memory + blocks * self.fixed.block];
        let halves = &mut halves[..input.len() - (TAPS - 1)];
        self.fixed.kernels.halfway(&input[from..], &mut halves[from..]);
        for (ear, line) in ears.iter_mut().enumerate() {
            self.delay((input, halves), ear, (steps, curves), (&mut line[..length], from));
        }
    }

    fn delay(
        &self,
        input: (&[f32], &[f32]),
        ear: usize,
        (steps, curves): (&[Step], &[[[f64; 4]; 2]]),
        (line, from): (&mut [f32], usize),
    ) {
        let (step, lead, block) = (self.fixed.step, self.fixed.lead, self.fixed.block);
        let zero = (-self.knots().start) as usize;
        let (skip, longest) = (self.fixed.memory - lead, (self.fixed.longest as f64).max(LEAST));
        // Knot `zero` is at sample 0, and the first sample wanted is −lead. Blocks may end within a step.
        let (mut done, mut block_at) = (from, 0);
        while done < line.len() {
            let (knot, sample, until) = if done < lead {
                let sample = zero * step + done - lead;
                (sample / step, sample % step, lead)
            } else {
                let sample = done - lead - block_at * block;
                (zero + block_at * self.steps() + sample / step, sample % step, lead + (block_at + 1) * block)
            };
            let (piece, start, end) = match steps[knot] {
                Step::Whole => (0, 0, step),
                Step::Pieces => {
                    let piece = sample / SHORTEST;
                    (piece, piece * SHORTEST, ((piece + 1) * SHORTEST).min(step))
                }
            };
            let curve = curves[knot * self.pieces() + piece][ear];
            let glide = Glide { curve, step: end - start, first: sample - start, longest };
            let count = (end - sample).min(until - done);
            self.fixed.kernels.delay(input, skip + done, &glide, &mut line[done..done + count]);
            done += count;
            block_at += usize::from(done == until && until > lead);
        }
    }
}
