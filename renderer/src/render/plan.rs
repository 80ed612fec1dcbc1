//! What one voice does over a stretch of time: spans of constant or moving gains, ready for the samples.

use std::ops::Range;

use super::interpolation::Ramp;
use super::timing::{BlockTiming, SamplePosition};

/// The grid that everything is rendered on, counted from the programme's first sample: the same samples are
/// always computed together, so a render gives the same bits wherever it starts.
pub const GRID: usize = 1024;

/// A stretch of whole grid blocks that is rendered at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// First sample, on the grid.
    pub start: i64,
    /// Samples of input that there are; the rest of the last block is silent.
    pub frames: usize,
    /// Grid blocks that the output is asked for: those of the input, and those of the lag when the end is flushed.
    pub output_blocks: usize,
    /// Output lags behind the input by so many samples: whole grid blocks, as many as outputs look ahead.
    pub lag: usize,
}

impl Stretch {
    pub(super) fn blocks(&self) -> usize {
        self.frames.div_ceil(GRID)
    }

    /// The samples that come out.
    pub fn output(&self) -> Range<i64> {
        let start = self.start - self.lag as i64;
        start..start + (self.output_blocks * GRID) as i64
    }
}

/// The gain of one loudspeaker (or bus channel) over a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ChannelGain {
    /// Channel of the bus: the direct channels first, then the diffuse ones.
    pub channel: u32,
    /// At the span's start.
    pub from: f64,
    /// Change per sample.
    pub step: f64,
}

/// Samples `first..last` under one set of gains (BS.2127-1 §7.4).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ProcessingSpan {
    /// First sample.
    pub first: i64,
    /// One past the last sample.
    pub last: i64,
    /// How the gains run.
    pub shape: Shape,
    /// The place of its gains among those of the plan: one for each channel at most, ascending.
    pub gains: Range<usize>,
}

/// How gains run over a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// `from` all along.
    Constant,
    /// From `from` at `start` to `to` after `length` samples, both between samples as a rule.
    Line {
        /// Where the line starts.
        start: SamplePosition,
        /// Its length in samples.
        length: f64,
    },
}

impl Shape {
    /// The gain of `channel` from sample `first` on.
    pub(super) fn ramp(self, channel: &ChannelGain, first: i64) -> Ramp {
        match self {
            Self::Constant => Ramp { first: channel.from as f32, step: 0.0 },
            Self::Line { start, .. } => {
                let first = channel.from + channel.step * start.to_sample(first);
                Ramp { first: first as f32, step: channel.step as f32 }
            }
        }
    }
}

/// The spans of one voice over a stretch of whole grid blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    start: i64,
    spans: Vec<ProcessingSpan>,
    gains: Vec<ChannelGain>,
    first_of_block: Vec<usize>,
}

impl Plan {
    /// Bytes of the largest plan of a stretch of `blocks` grid blocks on a bus of `channels`: a span for each sample.
    pub(super) fn most_bytes(blocks: usize, channels: usize) -> usize {
        let span = size_of::<ProcessingSpan>() + channels.saturating_mul(size_of::<ChannelGain>());
        blocks.saturating_mul(GRID).saturating_mul(span)
    }

    /// Forgets everything and starts at the grid sample `start`.
    pub(super) fn reset(&mut self, start: i64) {
        self.start = start;
        self.spans.clear();
        self.gains.clear();
        self.first_of_block.clear();
    }

    /// Adds a span that holds `gains`, cut to `within` and to what the last span leaves. Zero gains are left out, and
    /// so are empty spans.
    pub(super) fn push(&mut self, times: Range<i64>, within: &Range<i64>, shape: Shape, gains: GainPair<'_>) {
        let over = self.spans.last().map_or(within.start, |span| span.last);
        let (first, last) = (times.start.max(over), times.end.min(within.end));
        if first >= last {
            return;
        }
        let begin = self.gains.len();
        let per_sample = match shape {
            Shape::Constant => 0.0,
            Shape::Line { length, .. } => 1.0 / length,
        };
        gains.collect_into(per_sample, &mut self.gains);
        if self.gains.len() > begin {
            self.spans.push(ProcessingSpan { first, last, shape, gains: begin..self.gains.len() });
        }
    }

    /// Adds what a block does: the line to its gains, then the gains themselves.
    pub(super) fn push_block(&mut self, timing: &BlockTiming, within: &Range<i64>, from: &[f64], to: &[f64]) {
        let (start, target, end) = (timing.start.ceil(), timing.target.ceil(), timing.end.ceil());
        if from == to {
            return self.push(start..end, within, Shape::Constant, GainPair { from: to, to });
        }
        let line = Shape::Line { start: timing.start, length: timing.target.since(timing.start) };
        self.push(start..target, within, line, GainPair { from, to });
        self.push(target..end, within, Shape::Constant, GainPair { from: to, to });
    }

    /// Multiplies all gains.
    pub(super) fn scale(&mut self, factor: f64) {
        for gain in &mut self.gains {
            gain.from *= factor;
            gain.step *= factor;
        }
    }

    /// Gains of all channels at a sample of the stretch, or where the last of it leads to for the one after its end.
    pub(super) fn gains_at(&self, sample: i64, channels: usize) -> Vec<f64> {
        let mut all = vec![0.0; channels];
        let span = self.spans.iter().find(|span| (span.first..=span.last).contains(&sample));
        let Some(span) = span else { return all };
        for gain in &self.gains[span.gains.clone()] {
            let value = match span.shape {
                Shape::Constant => gain.from,
                Shape::Line { start, .. } => gain.from + gain.step * start.to_sample(sample),
            };
            if let Some(channel) = all.get_mut(gain.channel as usize) {
                *channel = value;
            }
        }
        all
    }

    /// Sorts the spans into grid blocks, `blocks` of them; call when all are pushed.
    pub(super) fn finish(&mut self, blocks: usize) {
        let mut span = 0;
        for block in 0..blocks {
            let start = self.start + (block * GRID) as i64;
            while self.spans.get(span).is_some_and(|span| span.last <= start) {
                span += 1;
            }
            self.first_of_block.push(span);
        }
    }

    /// The spans that touch grid block `block` of the stretch, in time order and one after the other, and the gains
    /// of all spans.
    pub(super) fn spans(&self, block: usize) -> (&[ProcessingSpan], &[ChannelGain]) {
        let end = self.start + ((block + 1) * GRID) as i64;
        let first = self.first_of_block.get(block).copied().unwrap_or(self.spans.len());
        let spans = &self.spans[first..];
        let count = spans.iter().take_while(|span| span.first < end).count();
        (&spans[..count], &self.gains)
    }
}

/// Gains at the start and the end of a span, equally long.
#[derive(Clone, Copy, Debug)]
pub(super) struct GainPair<'a> {
    /// At the start.
    pub from: &'a [f64],
    /// At the end.
    pub to: &'a [f64],
}

impl GainPair<'_> {
    fn collect_into(self, per_sample: f64, gains: &mut Vec<ChannelGain>) {
        let pairs = self.from.iter().zip(self.to).zip(0..);
        gains.extend(pairs.filter(|((from, to), _)| **from != 0.0 || **to != 0.0).map(
            |((from, to), channel)| ChannelGain { channel, from: *from, step: (to - from) * per_sample },
        ));
    }
}
