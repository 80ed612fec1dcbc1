//! Sound sources and filters of the demo scene: plain, small and the same on every machine run after run.

use std::f64::consts::{PI, TAU};

/// White noise, −1…1; the same sequence for the same seed (xorshift64*).
#[derive(Clone, Debug)]
pub(super) struct Noise(u64);

impl Noise {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }

    /// Uniform in 0…1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        high as f64 / f64::from(u32::MAX)
    }
}

/// A saw tooth with its step rounded off (PolyBLEP), so that it hardly aliases.
#[derive(Clone, Debug)]
pub(super) struct Saw(f64);

impl Saw {
    pub(super) fn new(phase: f64) -> Self {
        Self(phase.fract())
    }

    pub(super) fn next(&mut self, hz: f64, sample_rate: f64) -> f64 {
        let step = hz / sample_rate;
        self.0 = (self.0 + step).fract();
        let t = self.0;
        let blep = if t < step {
            let x = t / step;
            2.0 * x - x * x - 1.0
        } else if t > 1.0 - step {
            let x = (t - 1.0) / step;
            x * x + 2.0 * x + 1.0
        } else {
            0.0
        };
        2.0 * t - 1.0 - blep
    }
}

/// What a [`Filter`] lets through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bands {
    pub(super) low: f64,
    /// Unity at the centre.
    pub(super) band: f64,
    pub(super) high: f64,
}

/// A two-pole state-variable filter in its trapezoidal form: its frequency may move every sample.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    sample_rate: f64,
    s1: f64,
    s2: f64,
}

impl Filter {
    pub(super) fn new(sample_rate: f64) -> Self {
        Self { sample_rate, s1: 0.0, s2: 0.0 }
    }

    pub(super) fn next(&mut self, input: f64, hz: f64, q: f64) -> Bands {
        let g = (PI * (hz / self.sample_rate).min(0.49)).tan();
        let k = 1.0 / q;
        let high = (input - (g + k) * self.s1 - self.s2) / (1.0 + g * (g + k));
        let band = g * high + self.s1;
        let low = g * band + self.s2;
        self.s1 = g * high + band;
        self.s2 = g * band + low;
        Bands { low, band: k * band, high }
    }
}

/// A small room: four combs of its own lengths, then two all-passes (Schroeder).
#[derive(Clone, Debug)]
pub(super) struct Room {
    combs: Vec<Delay>,
    allpasses: Vec<Delay>,
    damped: Vec<f64>,
    feedback: f64,
}

/// Comb lengths of the first room in samples at 48 kHz, prime to each other; the others are a little longer.
const COMBS: [usize; 4] = [1687, 1801, 2053, 2251];
const ALLPASSES: [usize; 2] = [347, 113];

impl Room {
    /// Room number `n` sounds like the others and has nothing in common with them.
    pub(super) fn new(n: usize, feedback: f64) -> Self {
        let line = |length: &usize| Delay::new(length + 37 * n);
        Self {
            combs: COMBS.iter().map(line).collect(),
            allpasses: ALLPASSES.iter().map(line).collect(),
            damped: vec![0.0; COMBS.len()],
            feedback,
        }
    }

    pub(super) fn next(&mut self, input: f64) -> f64 {
        let mut sum = 0.0;
        for (comb, damped) in self.combs.iter_mut().zip(&mut self.damped) {
            let out = comb.oldest();
            *damped += 0.6 * (out - *damped);
            comb.push(input + self.feedback * *damped);
            sum += out;
        }
        let mut x = sum * 0.25;
        for allpass in &mut self.allpasses {
            let old = allpass.oldest();
            let v = x + 0.6 * old;
            allpass.push(v);
            x = old - 0.6 * v;
        }
        x
    }
}

#[derive(Clone, Debug)]
struct Delay {
    line: Vec<f64>,
    at: usize,
}

impl Delay {
    fn new(length: usize) -> Self {
        Self { line: vec![0.0; length.max(1)], at: 0 }
    }

    fn oldest(&self) -> f64 {
        self.line[self.at]
    }

    fn push(&mut self, x: f64) {
        self.line[self.at] = x;
        self.at = (self.at + 1) % self.line.len();
    }
}

/// From 0 at `from` to 1 at `to` without corners; `to` may lie before `from`.
pub(super) fn ease(t: f64, from: f64, to: f64) -> f64 {
    let x = ((t - from) / (to - from)).clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// 1 between `start` and `end` with eased flanks of `rise` and `fall` seconds inside.
pub(super) fn window(t: f64, start: f64, end: f64, rise: f64, fall: f64) -> f64 {
    ease(t, start, start + rise) * ease(t, end, end - fall)
}

/// A struck, decaying sine `t` seconds after the stroke; silent before it.
pub(super) fn struck(t: f64, hz: f64, decay: f64) -> f64 {
    if t < 0.0 { 0.0 } else { (TAU * hz * t).sin() * (-t / decay).exp() * (t / 0.002).min(1.0) }
}
