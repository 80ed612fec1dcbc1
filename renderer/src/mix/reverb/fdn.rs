use formats::scene::chain;
use multiversion::multiversion;

use super::absorption::Absorption;
use super::check_returns;
use crate::audio::{self, AudioBlock};
use crate::mix::MixError;
use crate::mix::delay::Line;
use crate::mix::grid::{GRID, Position, for_each_span};
use crate::units::Decibels;

/// Metres per second.
const SPEED_OF_SOUND: f64 = 343.0;
/// Delays of a network, unless it has more returns than these.
const LINES: usize = 16;
/// The shortest and the longest delay beside their mean.
const SPREAD: [f64; 2] = [0.6, 1.6];
/// Line n gets row 5 n + 3 of the matrix. Were the whole matrix symmetric, every way through the network would come in at
/// the same time as the way back, and some returns would be twice as loud as others.
const TURN: [usize; 2] = [5, 3];
/// Samples that go through the network at a time, none of which reaches the end of the shortest delay.
const STEP: usize = 64;
/// When nothing in the network is louder than this, −180 dBFS, for as long as the longest delay, it is silent.
const SILENCE: f32 = 1e-9;
/// dB from the loudest to what counts as the end of a tail.
const TAIL_DB: f64 = 120.0;

/// A network of delays that feed each other (a feedback delay network).
///
/// Sixteen delays, or 32 for more than 16 returns, of lengths without a common factor; their ends are mixed by a Hadamard matrix, which loses
/// nothing, and go back into them through [`Absorption`], which alone decides how long the room sounds. The returns are
/// rows of that matrix: as loud as each other and uncorrelated. As much power returns in all, at 0 dB, as is sent in
/// the middle band.
#[derive(Clone, Debug)]
pub struct Fdn {
    delays: Vec<usize>,
    /// All delays are rings of one length.
    rings: Vec<f32>,
    ring: usize,
    next: usize,
    absorption: Absorption,
    pre_delay: Vec<Line>,
    returns: usize,
    gain: f32,
    tail: usize,
    position: Position,
    /// What comes out of the delays: a row for each, then the same in frames.
    rows: Vec<f32>,
    frames: Vec<f64>,
    sent: Vec<f32>,
    quiet: Quiet,
}

/// How long nothing has sounded.
#[derive(Clone, Copy, Debug)]
struct Quiet {
    /// Lines of the grid.
    spans: usize,
    /// So many are enough.
    enough: usize,
    /// The loudest since the last line.
    loudest: f32,
}

impl Fdn {
    /// A network that `sends` channels are sent to and that comes back on `returns` channels.
    ///
    /// # Errors
    /// A parameter out of its range, or more than [`MOST_RETURNS`](super::MOST_RETURNS).
    pub fn new(
        parameters: &chain::Fdn,
        sample_rate: u32,
        sends: usize,
        returns: usize,
    ) -> Result<Self, MixError> {
        parameters.check()?;
        check_returns(returns)?;
        let rate = f64::from(sample_rate);
        let lines = if returns > LINES { 2 * LINES } else { LINES };
        let delays = delays(parameters.size_m / SPEED_OF_SOUND * rate, lines);
        let ring = delays.iter().max().map_or(STEP, |longest| longest + STEP).next_multiple_of(STEP);
        let mean = delays.iter().sum::<usize>() as f64 / lines as f64;
        // What is left of the power after one pass, and the power of all passes.
        let left = 10f64.powf(-6.0 * mean / (rate * parameters.decay_mid_s)).max(0.01);
        let power = left / (1.0 - left) * returns as f64 / lines as f64;
        let gain = Decibels(parameters.gain_db).linear() / power.sqrt();
        let pre_delay = (parameters.pre_delay_ms / 1_000.0 * rate).round() as usize;
        let longest = parameters.decay_low_s.max(parameters.decay_mid_s).max(parameters.decay_high_s);
        Ok(Self {
            rings: vec![0.0; lines * ring],
            ring,
            next: 0,
            absorption: Absorption::new(parameters, &delays, rate),
            pre_delay: vec![Line::new(pre_delay); sends],
            returns,
            gain: gain as f32,
            tail: (longest * TAIL_DB / 60.0 * rate) as usize + pre_delay + ring,
            position: Position::default(),
            rows: vec![0.0; lines * STEP],
            frames: vec![0.0; lines * STEP],
            sent: vec![0.0; GRID],
            quiet: Quiet { spans: 0, enough: (ring + pre_delay).div_ceil(GRID) + 1, loudest: 0.0 },
            delays,
        })
    }

    /// Takes the next block of sends and replaces `returns` by what comes back.
    pub fn process(&mut self, sends: &AudioBlock, returns: &mut AudioBlock) {
        let mut position = self.position;
        for_each_span(&mut position, sends.frames().min(returns.frames()), |span| {
            let mut start = span.samples.start;
            while start < span.samples.end {
                let end = span.samples.end.min(start + STEP);
                self.step(sends, returns, start..end);
                start = end;
            }
            if span.ends {
                self.settle();
            }
        });
        self.position = position;
    }

    /// Samples until what was sent last is down by 120 dB.
    pub fn tail(&self) -> usize {
        self.tail
    }

    /// Forgets everything that was sent.
    pub fn reset(&mut self) {
        self.rings.fill(0.0);
        self.next = 0;
        self.absorption.reset();
        self.pre_delay.iter_mut().for_each(Line::reset);
        self.position = Position::default();
        self.quiet = Quiet { spans: 0, loudest: 0.0, ..self.quiet };
    }

    /// Samples `span` of the blocks, [`STEP`] at most.
    fn step(&mut self, sends: &AudioBlock, returns: &mut AudioBlock, span: std::ops::Range<usize>) {
        let count = span.len();
        let lines = self.delays.len();
        let silent = self.quiet.spans >= self.quiet.enough
            && (0..sends.channels())
                .all(|channel| sends.channel(channel)[span.clone()].iter().all(|sample| *sample == 0.0));
        if silent {
            returns.channels_mut().for_each(|row| row[span.clone()].fill(0.0));
            return;
        }
        self.read(count);
        self.absorption.process(&mut self.frames[..count * lines]);
        for (line, row) in self.rows.chunks_exact_mut(STEP).enumerate() {
            for (sample, frame) in row[..count].iter_mut().zip(self.frames.chunks_exact(lines)) {
                *sample = frame[line] as f32;
            }
        }
        hadamard(&mut self.rows);
        for (row, output) in self.rows.chunks_exact(STEP).zip(returns.channels_mut()).take(self.returns) {
            for (to, from) in output[span.clone()].iter_mut().zip(row) {
                *to = from * self.gain;
            }
        }
        self.write(sends, span);
        self.next = (self.next + count) % self.ring;
    }

    /// The ends of all delays into frames.
    fn read(&mut self, count: usize) {
        let lines = self.delays.len();
        for (line, (ring, delay)) in self.rings.chunks_exact(self.ring).zip(&self.delays).enumerate() {
            let mut at = (self.next + self.ring - delay) % self.ring;
            for frame in self.frames.chunks_exact_mut(lines).take(count) {
                frame[line] = f64::from(ring[at]);
                at = if at + 1 == self.ring { 0 } else { at + 1 };
            }
        }
    }

    /// What was mixed, and what is sent, into all delays.
    fn write(&mut self, sends: &AudioBlock, span: std::ops::Range<usize>) {
        let count = span.len();
        let sent = &mut self.sent[..count];
        let factor = 1.0 / (self.delays.len() as f32).sqrt();
        for (channel, pre_delay) in self.pre_delay.iter_mut().enumerate().take(sends.channels()) {
            sent.copy_from_slice(&sends.channel(channel)[span.clone()]);
            // What is still on its way through the pre-delay is not silence.
            let loudest = audio::peak(sent);
            self.quiet.loudest = self.quiet.loudest.max(loudest);
            pre_delay.process(sent);
            for (line, row) in self.rows.chunks_exact_mut(STEP).enumerate() {
                // Every channel with signs of its own, orthogonal to those of the others.
                let sign = if (line & (2 * channel + 1)).count_ones() % 2 == 0 { factor } else { -factor };
                for (sum, sample) in row[..count].iter_mut().zip(&*sent) {
                    *sum += sign * sample;
                }
            }
        }
        let lines = self.delays.len();
        for (line, ring) in self.rings.chunks_exact_mut(self.ring).enumerate() {
            let row = &self.rows[(TURN[0] * line + TURN[1]) % lines * STEP..][..count];
            let loudest = audio::peak(row);
            self.quiet.loudest = self.quiet.loudest.max(loudest);
            let first = count.min(self.ring - self.next);
            ring[self.next..self.next + first].copy_from_slice(&row[..first]);
            ring[..count - first].copy_from_slice(&row[first..]);
        }
    }

    /// At a line of the grid: what has died away becomes exactly zero.
    fn settle(&mut self) {
        self.absorption.settle();
        let quiet = &mut self.quiet;
        quiet.spans = if quiet.loudest < SILENCE { (quiet.spans + 1).min(quiet.enough) } else { 0 };
        quiet.loudest = 0.0;
        if quiet.spans == quiet.enough {
            self.rings.fill(0.0);
            self.absorption.reset();
            self.pre_delay.iter_mut().for_each(Line::reset);
        }
    }
}

/// Lengths about a mean, from short to long in equal ratios; primes, so that no two have a common factor.
fn delays(mean: f64, lines: usize) -> Vec<usize> {
    let [shortest, longest] = SPREAD;
    let ratio = |line: usize| shortest * (longest / shortest).powf(line as f64 / (lines - 1) as f64);
    let sum = (0..lines).map(ratio).sum::<f64>() / lines as f64;
    let mut delays = Vec::with_capacity(lines);
    let mut least = STEP + 1;
    for line in 0..lines {
        let wanted = (mean * ratio(line) / sum).round() as usize;
        let mut delay = wanted.max(least);
        while !is_prime(delay) {
            delay += 1;
        }
        least = delay + 1;
        delays.push(delay);
    }
    delays
}

fn is_prime(number: usize) -> bool {
    number > 1
        && (2..).take_while(|factor| factor * factor <= number).all(|factor| !number.is_multiple_of(factor))
}

/// The rows mixed by a Hadamard matrix of norm 1.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn hadamard(rows: &mut [f32]) {
    let lines = rows.len() / STEP;
    let mut half = lines / 2;
    while half > 0 {
        for group in rows.chunks_exact_mut(2 * half * STEP) {
            let (upper, lower) = group.split_at_mut(half * STEP);
            for (a, b) in upper.iter_mut().zip(lower) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half /= 2;
    }
    let factor = 1.0 / (lines as f32).sqrt();
    rows.iter_mut().for_each(|sample| *sample *= factor);
}
