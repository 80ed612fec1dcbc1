//! Gains that follow the level: compressor, gate, de-esser.
//!
//! ```text
//!  block or key ── peaks over all channels ── dB ── static curve ── attack, release ── factor ──┐
//!  block ── look-ahead ────────────────────────────────────────────────────────────────────────×── out
//! ```
//!
//! Feed-forward, in decibels; one gain for all channels. Attack and release are the times in which the gain in dB goes
//! 1 − 1/e of its way after a step; a time of 0 goes all of it at once. Where no gain is due, no bit changes.

mod compressor;
mod de_esser;
mod envelope;
mod gate;
mod shelf;
#[cfg(test)]
mod tests;

pub use compressor::Compressor;
pub use de_esser::DeEsser;
pub use gate::Gate;

use std::ops::Range;

use multiversion::multiversion;

use super::delay::Line;
use crate::audio::{self, AudioBlock};

/// A gain that is lower than this takes something away, dB.
const ACTIVE_DB: f32 = -0.1;

/// What a gain did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reduction {
    /// Gain after the last block, dB, at most 0.
    pub now_db: f64,
    /// The lowest gain since the start, dB.
    pub most_db: f64,
    /// The sample of what comes out that first had it; `None` while there was no reduction.
    pub most_at: Option<u64>,
    /// Samples with a gain of −0.1 dB or less.
    pub active: u64,
    /// Samples since the start.
    pub samples: u64,
}

impl Reduction {
    pub(super) fn note(&mut self, gains_db: &[f32]) {
        // None is above 0 dB.
        let lowest = -audio::peak(gains_db);
        if f64::from(lowest) < self.most_db {
            self.most_db = f64::from(lowest);
            let place = gains_db.iter().position(|gain| *gain <= lowest).unwrap_or(0);
            self.most_at = Some(self.samples + place as u64);
        }
        if lowest <= ACTIVE_DB {
            self.active += u64::from(active(gains_db));
        }
        self.samples += gains_db.len() as u64;
        self.now_db = gains_db.last().map_or(self.now_db, |gain| f64::from(*gain));
    }

    /// Part of the time in which something was taken away, 0…1.
    pub fn active_share(&self) -> f64 {
        self.active as f64 / self.samples.max(1) as f64
    }
}

/// How many gains take something away.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn active(gains_db: &[f32]) -> u32 {
    gains_db.iter().map(|gain| u32::from(*gain <= ACTIVE_DB)).sum()
}

/// The sound of all channels, a little later.
#[derive(Clone, Debug)]
struct LookAhead(Vec<Line>);

impl LookAhead {
    fn new(milliseconds: f64, sample_rate: u32, channels: usize) -> Self {
        let samples = (milliseconds / 1_000.0 * f64::from(sample_rate)).round() as usize;
        Self(vec![Line::new(samples); channels])
    }

    fn samples(&self) -> usize {
        self.0.first().map_or(0, Line::len)
    }

    fn process(&mut self, channel: usize, samples: &mut [f32]) {
        if let Some(line) = self.0.get_mut(channel) {
            line.process(samples);
        }
    }

    /// Brings the samples `span` of all channels to their time, and applies `gains`, where there are some.
    fn apply(&mut self, block: &mut AudioBlock, span: &Range<usize>, gains: Option<&[f32]>) {
        for channel in 0..block.channels() {
            let samples = &mut block.channel_mut(channel)[span.clone()];
            self.process(channel, samples);
            if let Some(gains) = gains {
                samples.iter_mut().zip(gains).for_each(|(sample, gain)| *sample *= gain);
            }
        }
    }

    fn reset(&mut self) {
        self.0.iter_mut().for_each(Line::reset);
    }
}

/// Writes the largest magnitude over the first `heard` channels, or that of the key, of the samples `span` of a block.
fn peaks(block: &AudioBlock, heard: usize, key: Option<&[f32]>, span: Range<usize>, levels: &mut [f32]) {
    levels.fill(0.0);
    let mut listen = |samples: &[f32]| {
        for (level, sample) in levels.iter_mut().zip(samples) {
            *level = level.max(sample.abs());
        }
    };
    match key {
        Some(key) => listen(part(key, span)),
        None => {
            let heard = 0..block.channels().min(heard);
            heard.for_each(|channel| listen(&block.channel(channel)[span.clone()]));
        }
    }
}

/// The samples `span` of a key, or as many of them as there are.
fn part(key: &[f32], span: Range<usize>) -> &[f32] {
    &key[span.start.min(key.len())..span.end.min(key.len())]
}

/// The same, and silence for those that are missing.
fn copy(key: &[f32], span: Range<usize>, to: &mut [f32]) {
    let there = part(key, span);
    to.fill(0.0);
    to[..there.len()].copy_from_slice(there);
}

/// Writes the gains of the samples `span`, which are none without `gains`, for those who follow.
fn hand_on(lead: &mut Option<&mut [f32]>, span: &Range<usize>, gains: Option<&[f32]>) {
    let Some(row) = lead.as_deref_mut().and_then(|row| row.get_mut(span.clone())) else { return };
    match gains {
        Some(gains) => row.copy_from_slice(gains),
        None => row.fill(1.0),
    }
}
