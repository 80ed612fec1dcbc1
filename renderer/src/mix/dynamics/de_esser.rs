use std::any::Any;
use std::f64::consts::{PI, SQRT_2};

use formats::scene::chain;
use multiversion::{multiversion, target::target_cfg_f};

use super::compressor::Curve;
use super::envelope::Envelope;
use super::{LookAhead, Reduction, copy, hand_on};
use crate::audio::{self, AudioBlock};
use crate::mix::eq::{Cascade, cascade};
use crate::mix::fused::multiply_add;
use crate::mix::grid::{GRID, NOTHING, Position, for_each_span};
use crate::mix::logarithm::{decibels, factors};
use crate::mix::ramp::Ramp;
use crate::mix::{MixError, Processor};

/// dB per octave of the filter that listens.
const SLOPE: u32 = 24;
/// A de-esser of several channels: one gain for what lies above its frequency.
///
/// The gain g is that of a shelf, (g s² + √(2g) s + 1) / (s² + √2 s + 1), whose magnitude falls evenly from one to g; with
/// g = 1 no bit changes.
#[derive(Clone, Debug)]
pub struct DeEsser {
    curve: Curve,
    range_db: f32,
    envelope: Envelope,
    look_ahead: LookAhead,
    channels: Vec<Channel>,
    shelf: Shelf,
    /// The shelf before a change, and how much of that after it is heard.
    leaving: Shelf,
    faded: Ramp,
    left: Vec<f32>,
    position: Position,
    gains: Vec<f32>,
    listened: Vec<f32>,
    scratch: Vec<f64>,
    states: [Vec<f64>; 2],
    reduction: Reduction,
}

#[derive(Clone, Debug)]
struct Channel {
    detector: Cascade,
    state: ShelfState,
    /// That of the shelf that leaves.
    leaving: ShelfState,
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

impl DeEsser {
    /// Width of the bend about the threshold, dB.
    pub const KNEE_DB: f64 = 6.0;

    /// A de-esser for blocks of `channels`.
    ///
    /// # Errors
    /// A parameter out of its range, or a frequency that is not below half the sample rate.
    pub fn new(parameters: &chain::DeEsser, sample_rate: u32, channels: usize) -> Result<Self, MixError> {
        parameters.check()?;
        let chain::DeEsser { frequency_hz, threshold_db, ratio, range_db, attack_ms, release_ms, .. } =
            *parameters;
        if frequency_hz >= f64::from(sample_rate) / 2.0 {
            return Err(MixError::Frequency { element: "deEsser", frequency_hz, sample_rate });
        }
        let high_pass = chain::Eq { bands: vec![chain::EqBand::HighPass { frequency_hz, slope: SLOPE }] };
        let detector = cascade(&high_pass, sample_rate)?;
        Ok(Self {
            curve: Curve::new(threshold_db, ratio, Self::KNEE_DB),
            range_db: -range_db as f32,
            envelope: Envelope::new(attack_ms, release_ms, sample_rate, 0.0),
            look_ahead: LookAhead::new(parameters.look_ahead_ms, sample_rate, channels),
            channels: vec![
                Channel { detector, state: ShelfState::default(), leaving: ShelfState::default() };
                channels
            ],
            shelf: Shelf::new(frequency_hz, sample_rate),
            leaving: Shelf::new(frequency_hz, sample_rate),
            faded: Ramp::at(1.0),
            left: vec![0.0; GRID],
            position: Position::default(),
            gains: vec![0.0; GRID],
            listened: vec![0.0; GRID],
            scratch: vec![0.0; GRID],
            states: [vec![0.0; GRID], vec![0.0; GRID]],
            reduction: Reduction::default(),
        })
    }

    fn run(&mut self, block: &mut AudioBlock, key: Option<&[f32]>, mut lead: Option<&mut [f32]>) {
        let Self { curve, range_db, envelope, look_ahead, channels, shelf, leaving, faded, left, .. } = self;
        let Self { position, gains, listened, scratch, states, reduction, .. } = self;
        for_each_span(position, block.frames(), |span| {
            let gains = &mut gains[..span.samples.len()];
            gains.fill(0.0);
            let heard = if key.is_some() { 1 } else { block.channels() };
            for (number, channel) in channels.iter_mut().enumerate().take(heard) {
                let listened = &mut listened[..span.samples.len()];
                let heard = key.unwrap_or_else(|| block.channel(number));
                copy(heard, span.samples.clone(), listened);
                channel.detector.process(listened, scratch);
                for (level, sample) in gains.iter_mut().zip(&*listened) {
                    *level = level.max(sample.abs());
                }
            }
            let idle = curve.passes(audio::peak(gains)) && envelope.gain_db() == 0.0;
            if idle {
                gains.fill(0.0);
            } else {
                decibels(gains);
                curve.apply(gains);
                gains.iter_mut().for_each(|gain| *gain = gain.max(*range_db));
                envelope.follow(gains);
            }
            reduction.note(gains);
            if !idle {
                // The shelf takes the root of the gain as well.
                gains.iter_mut().for_each(|gain| *gain *= 0.5);
                factors(gains);
            }
            let roots = (!idle).then_some(&*gains);
            hand_on(&mut lead, &span.samples, roots);
            for (number, channel) in channels.iter_mut().enumerate().take(block.channels()) {
                let samples = &mut block.channel_mut(number)[span.samples.clone()];
                look_ahead.process(number, samples);
                channel.shelve((&*shelf, &*leaving), *faded, samples, roots, (states, left));
                if span.ends {
                    channel.settle();
                }
            }
            faded.advance(span.samples.len());
            if span.ends {
                envelope.settle(0.0);
            }
        });
    }
}

impl Processor for DeEsser {
    fn process(&mut self, block: &mut AudioBlock, key: Option<&[f32]>) {
        self.run(block, key, None);
    }

    fn lead(&mut self, block: &mut AudioBlock, key: Option<&[f32]>, gains: &mut [f32]) {
        self.run(block, key, Some(gains));
    }

    /// Gains are the roots that the shelf takes.
    fn follow(&mut self, block: &mut AudioBlock, gains: &[f32]) {
        let Self { look_ahead, channels, shelf, leaving, faded, left, position, states, .. } = self;
        for_each_span(position, block.frames(), |span| {
            let roots = gains.get(span.samples.clone()).filter(|roots| roots.iter().any(|root| *root != 1.0));
            for (number, channel) in channels.iter_mut().enumerate().take(block.channels()) {
                let samples = &mut block.channel_mut(number)[span.samples.clone()];
                look_ahead.process(number, samples);
                channel.shelve((&*shelf, &*leaving), *faded, samples, roots, (states, left));
                if span.ends {
                    channel.settle();
                }
            }
            faded.advance(span.samples.len());
        });
    }

    fn latency(&self) -> i64 {
        self.look_ahead.samples() as i64
    }

    fn tail(&self) -> usize {
        self.look_ahead.samples() + GRID
    }

    fn reduction(&self) -> Option<Reduction> {
        Some(self.reduction)
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        let Some(new) = new.as_any_mut().downcast_mut::<Self>() else { return };
        (self.curve, self.range_db) = (new.curve, new.range_db);
        self.envelope.retime(&new.envelope);
        if self.shelf.turn != new.shelf.turn {
            (self.leaving, self.shelf) = (self.shelf, new.shelf);
            self.faded = Ramp::between(0.0, 1.0);
            for channel in &mut self.channels {
                channel.leaving = channel.state;
                channel.state = self.shelf.taken_over(channel.state);
            }
        }
        for (channel, new) in self.channels.iter_mut().zip(&mut new.channels) {
            new.detector.go_on_from(&channel.detector);
            std::mem::swap(&mut channel.detector, &mut new.detector);
        }
    }

    fn is_changing(&self) -> bool {
        self.faded.still().is_none()
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.faded = Ramp::at(1.0);
        self.envelope.set(0.0);
        self.look_ahead.reset();
        self.position = Position::default();
        self.reduction = Reduction::default();
        for channel in &mut self.channels {
            channel.detector.reset();
            channel.state = ShelfState::default();
        }
    }
}

impl Channel {
    /// Through the shelf; while it changes, out of the one that leaves into the other.
    fn shelve(
        &mut self,
        (shelf, leaving): (&Shelf, &Shelf),
        mut faded: Ramp,
        samples: &mut [f32],
        roots: Option<&[f32]>,
        (states, left): (&mut [Vec<f64>; 2], &mut [f32]),
    ) {
        if faded.still().is_some() {
            return shelf.process(&mut self.state, samples, roots, states);
        }
        let left = &mut left[..samples.len()];
        left.copy_from_slice(samples);
        leaving.process(&mut self.leaving, left, roots, states);
        shelf.process(&mut self.state, samples, roots, states);
        for (sample, before) in samples.iter_mut().zip(&*left) {
            let share = faded.next();
            // Rounded no more once it is over: where a span ends must make no difference.
            if share < 1.0 {
                *sample = before + (*sample - before) * share;
            }
        }
    }

    fn settle(&mut self) {
        self.detector.settle();
        let ShelfState { before, now, last } = &mut self.state;
        for value in before.iter_mut().chain(now).chain([last]) {
            if value.abs() < NOTHING {
                *value = 0.0;
            }
        }
    }
}
