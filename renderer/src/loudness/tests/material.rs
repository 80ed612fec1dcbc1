//! Signals as EBU Tech 3341 and 3342 describe them, and meters to put them into.

use std::f64::consts::TAU;

use crate::layout::Layout;
use crate::loudness::{Measurement, Measures, Meter, MeterChannel};

pub(super) const RATE: u32 = 48_000;
pub(super) const EVERYTHING: Measures = Measures { true_peak: true, offsets: true, timeline: false };

/// A programme: one plane per channel, all of one length.
#[derive(Clone, Debug)]
pub(super) struct Programme {
    pub(super) rate: u32,
    pub(super) planes: Vec<Vec<f32>>,
}

pub(super) fn linear(decibels: f64) -> f64 {
    10f64.powf(decibels / 20.0)
}

impl Programme {
    pub(super) fn new(channels: usize, rate: u32) -> Self {
        Self { rate, planes: vec![Vec::new(); channels] }
    }

    pub(super) fn frames(&self) -> usize {
        self.planes[0].len()
    }

    /// Goes on for `milliseconds` with a sine of `hertz`, one peak level in dBFS per channel; `None` is silence.
    pub(super) fn tones(mut self, levels: &[Option<f64>], milliseconds: u64, hertz: f64) -> Self {
        let frames = u64::from(self.rate) * milliseconds / 1000;
        let step = TAU * hertz / f64::from(self.rate);
        for (plane, level) in self.planes.iter_mut().zip(levels) {
            let amplitude = level.map_or(0.0, linear);
            plane.extend((0..frames).map(|n| (amplitude * (step * n as f64).sin()) as f32));
        }
        self
    }

    /// 1 kHz at the same level in all channels.
    pub(super) fn tone(self, level: f64, milliseconds: u64) -> Self {
        let levels = vec![Some(level); self.planes.len()];
        self.tones(&levels, milliseconds, 1000.0)
    }

    pub(super) fn silence(self, milliseconds: u64) -> Self {
        let levels = vec![None; self.planes.len()];
        self.tones(&levels, milliseconds, 1000.0)
    }

    /// A part of it.
    pub(super) fn excerpt(&self, frames: std::ops::Range<usize>) -> Self {
        let planes = self.planes.iter().map(|plane| plane[frames.clone()].to_vec()).collect();
        Self { rate: self.rate, planes }
    }

    /// Measures it as `channels`, in blocks of `blocks` frames, again and again.
    pub(super) fn measure_in(&self, channels: Vec<MeterChannel>, blocks: &[usize]) -> Measurement {
        self.measure_all(channels, EVERYTHING, blocks)
    }

    pub(super) fn measure_all(
        &self,
        channels: Vec<MeterChannel>,
        measures: Measures,
        blocks: &[usize],
    ) -> Measurement {
        let mut meter = Meter::new(self.rate, channels, measures).unwrap();
        let mut at = 0;
        for block in blocks.iter().cycle() {
            if at >= self.frames() {
                break;
            }
            let count = (*block).min(self.frames() - at);
            let samples: Vec<f32> =
                self.planes.iter().flat_map(|plane| &plane[at..at + count]).copied().collect();
            meter.add(&samples, count, count);
            at += count;
        }
        meter.finish()
    }

    pub(super) fn measure(&self, channels: Vec<MeterChannel>) -> Measurement {
        self.measure_in(channels, &[4096])
    }
}

/// The channels with these BS.2051 labels, wherever a layout has them.
pub(super) fn labelled(labels: &[&str]) -> Vec<MeterChannel> {
    let all: Vec<MeterChannel> =
        Layout::all().flat_map(|layout| layout.channels).map(|channel| MeterChannel::of(&channel)).collect();
    let find = |label: &&str| all.iter().find(|channel| channel.name == *label).unwrap().clone();
    labels.iter().map(find).collect()
}

pub(super) fn layout(name: &str) -> Vec<MeterChannel> {
    Layout::by_name(name).unwrap().channels.iter().map(MeterChannel::of).collect()
}

pub(super) fn stereo() -> Vec<MeterChannel> {
    layout("stereo")
}

/// A stereo programme of 1 kHz sines: level in dBFS and milliseconds.
pub(super) fn segments(parts: &[(f64, u64)]) -> Programme {
    parts.iter().fold(Programme::new(2, RATE), |programme, (level, length)| programme.tone(*level, *length))
}

#[track_caller]
pub(super) fn assert_near(found: Option<f64>, expected: f64, below: f64, above: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what}: nothing was measured, expected {expected}"));
    assert!(found >= expected - below && found <= expected + above, "{what}: {found}, expected {expected}");
}

/// Gain of the K-weighting at 48 kHz, dB, from the coefficients that BS.1770-5 Annex 1 prints.
pub(super) fn k_gain(hertz: f64) -> f64 {
    const SHELF: [[f64; 3]; 2] =
        [[1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585]];
    const HIGH_PASS: [[f64; 3]; 2] = [[1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621]];
    let angle = TAU * hertz / 48_000.0;
    let square = |taps: [f64; 3]| {
        let part = |turn: fn(f64) -> f64| {
            taps.iter().zip(0..).map(|(tap, n)| tap * turn(angle * f64::from(n))).sum::<f64>()
        };
        part(f64::cos).powi(2) + part(f64::sin).powi(2)
    };
    let gain = |[b, a]: [[f64; 3]; 2]| square(b) / square(a);
    10.0 * (gain(SHELF) * gain(HIGH_PASS)).log10()
}
