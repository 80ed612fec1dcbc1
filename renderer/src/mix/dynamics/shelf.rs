//! A shelf whose gain moves from sample to sample: what a de-esser shapes the sound with.

use std::f64::consts::{PI, SQRT_2};

use multiversion::{multiversion, target::target_cfg_f};

use super::LookAhead;
use crate::audio::{self, AudioBlock};
use crate::mix::fused::multiply_add;
use crate::mix::grid::{GRID, NOTHING, Span};
use crate::mix::ramp::Ramp;

/// The sound of all channels, a little later, through a shelf each; all of one frequency, which can be turned.
#[derive(Clone, Debug)]
pub(super) struct Shelves {
    pub(super) look_ahead: LookAhead,
    shelf: Shelf,
    channels: Vec<ShelfState>,
    /// Those before a change, and how much of those after it is heard.
    leaving: Shelf,
    left_channels: Vec<ShelfState>,
    faded: Ramp,
    left: Vec<f32>,
    states: [Vec<f64>; 2],
}

impl Shelves {
    pub(super) fn new(look_ahead: LookAhead, frequency_hz: f64, sample_rate: u32, channels: usize) -> Self {
        let shelf = Shelf::new(frequency_hz, sample_rate);
        Self {
            look_ahead,
            shelf,
            channels: vec![ShelfState::default(); channels],
            leaving: shelf,
            left_channels: vec![ShelfState::default(); channels],
            faded: Ramp::at(1.0),
            left: vec![0.0; GRID],
            states: [vec![0.0; GRID], vec![0.0; GRID]],
        }
    }

    /// Shapes the samples `span` of all channels, the gain above the frequency being the square of that of each sample in `roots`; `None`
    /// is 1.
    pub(super) fn process(&mut self, block: &mut AudioBlock, span: &Span, roots: Option<&[f32]>) {
        let Self { look_ahead, shelf, channels, leaving, left_channels, faded, left, states } = self;
        let left = &mut left[..span.samples.len()];
        for (number, (state, leaves)) in
            channels.iter_mut().zip(left_channels).enumerate().take(block.channels())
        {
            let samples = &mut block.channel_mut(number)[span.samples.clone()];
            look_ahead.process(number, samples);
            let mut faded = *faded;
            if faded.still().is_some() {
                shelf.process(state, samples, roots, states);
            } else {
                left.copy_from_slice(samples);
                leaving.process(leaves, left, roots, states);
                shelf.process(state, samples, roots, states);
                for (sample, before) in samples.iter_mut().zip(&*left) {
                    let share = faded.next();
                    // Rounded no more once it is over: where a span ends must make no difference.
                    if share < 1.0 {
                        *sample = before + (*sample - before) * share;
                    }
                }
            }
            if span.ends {
                state.settle();
            }
        }
        faded.advance(span.samples.len());
    }

    /// Goes over to the frequency of others.
    pub(super) fn take_over(&mut self, new: &Self) {
        if self.shelf.turn == new.shelf.turn {
            return;
        }
        (self.leaving, self.shelf) = (self.shelf, new.shelf);
        self.faded = Ramp::between(0.0, 1.0);
        for (state, leaves) in self.channels.iter_mut().zip(&mut self.left_channels) {
            *leaves = *state;
            *state = self.shelf.taken_over(*state);
        }
    }

    pub(super) fn is_changing(&self) -> bool {
        self.faded.still().is_none()
    }

    pub(super) fn reset(&mut self) {
        self.faded = Ramp::at(1.0);
        self.look_ahead.reset();
        self.channels.fill(ShelfState::default());
    }
}

/// A state-variable filter with trapezoidal integrators: high + √2 · band + low is its input, exactly.
///
/// Its state comes from that of two samples before, so that a sample needn't wait for the one before it.
#[derive(Clone, Copy, Debug)]
struct Shelf {
    a1: f64,
    a2: f64,
    a3: f64,
    /// The next state from this one, and from the sample that comes.
    turn: [[f64; 2]; 2],
    input: [f64; 2],
    /// The next state from the state before this one, and from the sample that came then.
    turn_2: [[f64; 2]; 2],
    input_2: [f64; 2],
}

/// The integrators, as they were before the last sample and as they are, and that sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct ShelfState {
    before: [f64; 2],
    now: [f64; 2],
    last: f64,
}

impl Shelf {
    fn new(frequency_hz: f64, sample_rate: u32) -> Self {
        let g = (PI * frequency_hz / f64::from(sample_rate)).tan();
        let a1 = 1.0 / (1.0 + g * (g + SQRT_2));
        let (a2, a3) = (g * a1, g * g * a1);
        let turn = [[2.0 * a1 - 1.0, -2.0 * a2], [2.0 * a2, 1.0 - 2.0 * a3]];
        let input = [2.0 * a2, 2.0 * a3];
        let row = |row: [f64; 2], column: [f64; 2]| row[0] * column[0] + row[1] * column[1];
        let column = |n: usize| [turn[0][n], turn[1][n]];
        let turn_2 = turn.map(|line| [row(line, column(0)), row(line, column(1))]);
        Self { a1, a2, a3, turn, input, turn_2, input_2: turn.map(|line| row(line, input)) }
    }

    /// The state of another shelf for this one: where that is now, this one would be after such a state before.
    fn taken_over(&self, state: ShelfState) -> ShelfState {
        let [[a, b], [c, d]] = self.turn;
        let rest = [0, 1].map(|n| state.now[n] - self.input[n] * state.last);
        // The product of two poles that lie within the unit circle and not at its middle.
        let determinant = a * d - b * c;
        let before = [(d * rest[0] - b * rest[1]) / determinant, (a * rest[1] - c * rest[0]) / determinant];
        ShelfState { before, ..state }
    }

    /// Filters `samples` in place, the gain above the frequency being the square of that of each sample in `roots`; `None` is 1.
    /// Each row of `states` is at least as long.
    fn process(
        &self,
        state: &mut ShelfState,
        samples: &mut [f32],
        roots: Option<&[f32]>,
        [first, second]: &mut [Vec<f64>; 2],
    ) {
        if *state == ShelfState::default() && audio::peak(samples) == 0.0 {
            return;
        }
        let (first, second) = (&mut first[..samples.len()], &mut second[..samples.len()]);
        integrate(self, state, samples, [first, second]);
        if let Some(roots) = roots {
            shelve(self, [first, second], roots, samples);
        }
    }
}

/// Takes in samples; writes the state before each.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn integrate(shelf: &Shelf, state: &mut ShelfState, samples: &[f32], states: [&mut [f64]; 2]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let Shelf { input, turn_2, input_2, .. } = *shelf;
    let ShelfState { mut before, mut now, mut last } = *state;
    let [first, second] = states;
    for ((sample, first), second) in samples.iter().zip(first).zip(second) {
        (*first, *second) = (now[0], now[1]);
        let x = f64::from(*sample);
        let next = |n: usize| {
            let inputs = multiply_add(input_2[n], last, input[n] * x, fused);
            let turned = multiply_add(turn_2[n][1], before[1], inputs, fused);
            multiply_add(turn_2[n][0], before[0], turned, fused)
        };
        let next = [next(0), next(1)];
        (before, now, last) = (now, next, x);
    }
    *state = ShelfState { before, now, last };
}

/// Turns what is above the frequency to the gain of each sample.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
fn shelve(shelf: &Shelf, [first, second]: [&[f64]; 2], roots: &[f32], samples: &mut [f32]) {
    let Shelf { a1, a2, a3, .. } = *shelf;
    let count = samples.len();
    let (first, second, roots) = (&first[..count], &second[..count], &roots[..count]);
    for n in 0..count {
        let (x, root) = (f64::from(samples[n]), f64::from(roots[n]));
        let input = x - second[n];
        let band = SQRT_2 * (a1 * first[n] + a2 * input);
        let low = second[n] + a2 * first[n] + a3 * input;
        let high = x - band - low;
        samples[n] = (x + (root - 1.0) * band + (root * root - 1.0) * high) as f32;
    }
}

impl ShelfState {
    /// What has died away becomes exactly zero.
    fn settle(&mut self) {
        let Self { before, now, last } = self;
        for value in before.iter_mut().chain(now).chain([last]) {
            if value.abs() < NOTHING {
                *value = 0.0;
            }
        }
    }
}
