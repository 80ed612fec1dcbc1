//! From peaks to gains: hold, release, smoothing.
//!
//! ```text
//!  peaks ── dB above the ceiling ── held from a look-ahead before to just after ── release ── three running means ── gains
//! ```
//!
//! A running mean never exceeds the least of what it averages; that is held for longer than the means are, so every sample
//! beside a peak has a gain that brings it down to the ceiling. Means are of integers: no error runs up, and a gain that is
//! back at one is exactly one.

use std::collections::VecDeque;

/// Frames before and after a peak over which the gain stands still.
const FLAT: usize = 8;
/// How fast the gain comes back after a short peak: the time to 1/e of the way. Short enough for a drum not to pull
/// down what follows it.
const FAST_RELEASE_SECONDS: f64 = 0.06;
/// How fast limiting that goes on becomes steady limiting, in two steps one after the other: a shout of 0.2 s leaves a
/// tenth of itself there, a passage of two seconds nearly all …
const SETTLING_SECONDS: f64 = 0.4;
/// … how fast the first step forgets when the limiting pauses …
const FORGETTING_SECONDS: f64 = 0.15;
/// … and how fast the gain comes back from steady limiting: slower than syllables and beats, so that nothing pumps, and the
/// waves of a bass don't shape the gain.
const SLOW_RELEASE_SECONDS: f64 = 0.8;
/// Releases head for a little more than no reduction, dB, so that they arrive.
const BEYOND: f64 = 0.05;
/// Steps of a gain of one.
const UNITY: f64 = (1_u64 << 30) as f64;
/// No peak counts for more above the ceiling.
const MOST: f32 = 1e6;

/// Gains of a programme, a segment at a time and a segment late.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    ceiling: f32,
    segment: u64,
    /// Frames that came.
    frame: u64,
    /// Those that may be the highest in what is held, falling.
    held: VecDeque<(u64, f32)>,
    /// The highest peak and how far it is above the ceiling, dB.
    highest: (f32, f64),
    /// What was asked for a moment ago, dB.
    recent: f64,
    /// What has been asked for lately, dB.
    lasting: f64,
    /// What is always being asked for, dB.
    steady: f64,
    /// dB.
    reduction: f64,
    settling: f64,
    forgetting: f64,
    fast: f64,
    slow: f64,
    means: [Mean; 3],
    /// What the last mean gives for a gain of one.
    scale: f64,
}

/// A sum over the last so many values.
#[derive(Clone, Debug)]
struct Mean {
    values: Vec<u64>,
    at: usize,
    sum: u64,
}

impl Mean {
    fn add(&mut self, value: u64) -> u64 {
        // The sum holds what leaves it, so neither line overflows: see `Envelope::new`.
        if let Some(old) = self.values.get_mut(self.at) {
            self.sum = self.sum - *old + value;
            *old = value;
        }
        self.at = if self.at + 1 < self.values.len() { self.at + 1 } else { 0 };
        self.sum
    }
}

impl Envelope {
    /// Gains for peaks above `ceiling`, in segments of so many frames, which is the look-ahead as well.
    pub(super) fn new(sample_rate: u32, segment: usize, ceiling: f32) -> Self {
        let rate = f64::from(sample_rate);
        let per_frame = |seconds: f64| 1.0 - (-1.0 / (seconds * rate)).exp();
        // Three sums of at most 2^11 values below 2^31 each stay below 2^64.
        let length = (segment.saturating_sub(FLAT) / 3).clamp(1, 1 << 11);
        let mean = Mean { values: vec![0; length], at: 0, sum: 0 };
        Self {
            ceiling,
            segment: segment as u64,
            frame: 0,
            held: VecDeque::with_capacity(segment + FLAT + 2),
            highest: (0.0, 0.0),
            recent: 0.0,
            lasting: 0.0,
            steady: 0.0,
            reduction: 0.0,
            settling: per_frame(SETTLING_SECONDS),
            forgetting: per_frame(FORGETTING_SECONDS),
            fast: per_frame(FAST_RELEASE_SECONDS),
            slow: per_frame(SLOW_RELEASE_SECONDS),
            means: [mean.clone(), mean.clone(), mean],
            scale: (length as f64).powi(3) * UNITY,
        }
    }

    /// Nothing is held, and the last gain was one.
    fn is_idle(&self) -> bool {
        self.held.is_empty()
            && [self.reduction, self.steady, self.lasting, self.recent] == [0.0; 4]
            && self.means.iter().all(|mean| mean.sum == 0)
    }

    /// Takes the peaks of the next segment and writes the gains of the one before it.
    pub(super) fn add(&mut self, peaks: &[f32], gains: &mut [f32]) {
        if self.is_idle() && peaks.iter().all(|peak| *peak <= self.ceiling) {
            gains.fill(1.0);
            self.frame += peaks.len() as u64;
            return;
        }
        for (peak, gain) in peaks.iter().zip(gains) {
            *gain = self.next(*peak);
        }
    }

    /// The gain of a frame that is a segment older than that of `peak`.
    fn next(&mut self, peak: f32) -> f32 {
        if peak > self.ceiling {
            while self.held.back().is_some_and(|(_, last)| *last <= peak) {
                self.held.pop_back();
            }
            self.held.push_back((self.frame, peak));
        }
        // A peak of the frame n is held at the frames from n − segment up to n + FLAT + 1.
        let oldest = self.frame.saturating_sub(self.segment + FLAT as u64 + 1);
        if self.held.front().is_some_and(|(frame, _)| *frame < oldest) {
            self.held.pop_front();
        }
        self.frame += 1;
        let highest = self.held.front().map_or(0.0, |(_, peak)| peak.min(self.ceiling * MOST));
        if highest != self.highest.0 {
            let over = 20.0 * (f64::from(highest) / f64::from(self.ceiling)).log10();
            self.highest = (highest, over.max(0.0));
        }
        let reduction = self.release(self.highest.1);
        // Rounded to more reduction, never to less.
        let mut value =
            if reduction > 0.0 { ((1.0 - 10f64.powf(reduction / -20.0)) * UNITY).ceil() as u64 } else { 0 };
        for mean in &mut self.means {
            value = mean.add(value);
        }
        (1.0 - value as f64 / self.scale) as f32
    }

    /// The reduction after one of `wanted` decibels, of which there is at least as much. Two things hold it back:
    /// `steady` is what is always being asked for, comes with time and goes slowly; above it the reduction goes fast.
    fn release(&mut self, wanted: f64) -> f64 {
        // A bass asks only at the tops of its waves: between them what it asked for a moment ago counts.
        self.recent = (self.recent - (self.recent + BEYOND) * self.fast).max(wanted).max(0.0);
        if self.recent > self.lasting {
            self.lasting += (self.recent - self.lasting) * self.settling;
            self.steady += (self.lasting - self.steady).max(0.0) * self.settling;
        } else {
            let beyond = self.lasting - self.recent + BEYOND;
            self.lasting = (self.lasting - beyond * self.forgetting).max(self.recent);
        }
        if self.recent < self.steady || self.recent == 0.0 {
            self.steady = (self.steady - (self.steady + BEYOND) * self.slow).max(0.0);
        }
        let above = self.reduction - self.steady + BEYOND;
        self.reduction = (self.reduction - above * self.fast).max(self.steady).max(wanted);
        self.reduction
    }
}
