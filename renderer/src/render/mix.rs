//! One grid block of the mix: every voice of a target, always in the same order, into the target's bus.

use super::interpolation::{Content, add_constant, add_ramp, content};
use super::plan::{ChannelGain, GRID, ProcessingSpan, Shape};
use super::voice::Voice;

/// The samples that voices take: one row per source, all starting at the same sample.
pub trait Sources: Sync {
    /// The samples of `source` in `range`, counted from the stretch's start.
    fn samples(&self, source: usize, range: std::ops::Range<usize>) -> &[f32];
    /// How many sources there are.
    fn count(&self) -> usize;
}

/// What is known of the sources within one grid block; looked at when first asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct ContentCache(Vec<Option<Content>>);

impl ContentCache {
    /// Forgets all, for `sources` sources.
    pub(super) fn reset(&mut self, sources: usize) {
        self.0.clear();
        self.0.resize(sources, None);
    }
}

/// A source with NaN or infinite samples: which voice met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotFinite {
    /// Index of the voice.
    pub voice: usize,
}

/// Mixes `frames` samples of grid block `block` of the stretch that starts at `start`: adds every voice to
/// `bus`, one slice of that many samples per channel.
pub(super) fn mix_block(
    voices: &[Voice],
    sources: &impl Sources,
    cache: &mut ContentCache,
    (start, block, frames): (i64, usize, usize),
    bus: &mut [&mut [f32]],
) -> Result<(), NotFinite> {
    let offset = block * GRID;
    let block_start = start + offset as i64;
    for (index, voice) in voices.iter().enumerate() {
        let mut spans = voice.plan.spans(block).peekable();
        if spans.peek().is_none() {
            continue;
        }
        let input = sources.samples(voice.source, offset..offset + frames);
        match *cache.0[voice.source].get_or_insert_with(|| content(input)) {
            Content::Silence => continue,
            Content::NotFinite => return Err(NotFinite { voice: index }),
            Content::Sound => {}
        }
        for (span, gains) in spans {
            add_span(input, block_start, span, gains, bus);
        }
    }
    Ok(())
}

fn add_span(
    input: &[f32],
    block_start: i64,
    span: &ProcessingSpan,
    gains: &[ChannelGain],
    bus: &mut [&mut [f32]],
) {
    let block_end = block_start + input.len() as i64;
    let (first, last) = (span.first.max(block_start), span.last.min(block_end));
    if first >= last {
        return;
    }
    let range = (first - block_start) as usize..(last - block_start) as usize;
    let input = &input[range.clone()];
    for gain in gains {
        let output = &mut bus[gain.channel as usize][range.clone()];
        match span.shape {
            Shape::Constant => add_constant(input, gain.from as f32, output),
            Shape::Line { .. } => add_ramp(input, span.shape.ramp(gain, first), output),
        }
    }
}
