//! One grid block of the mix: every voice of a target, always in the same order, into the target's bus.

use std::ops::Range;

use super::interpolation::{Ramp, Term, add_terms, is_silent, set_terms};
use super::plan::{ChannelGain, GRID, Plan, ProcessingSpan};
use super::voice::Voice;
use crate::audio::AudioBlock;

/// The samples that voices take: one row per source, all starting at the same sample.
pub trait Sources: Sync {
    /// Makes the samples of `range`, counted from the stretch's start, ready for [`Sources::samples`]: in `room`, where they don't
    /// lie somewhere already.
    fn ready(&self, range: Range<usize>, room: &mut AudioBlock);
    /// The samples of `source` in `range`, for which `room` was made ready.
    fn samples<'a>(&'a self, source: usize, range: Range<usize>, room: &'a AudioBlock) -> &'a [f32];
    /// How many sources there are.
    fn count(&self) -> usize;
}

/// What is known of one grid block.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Of each source, whether it is silent; looked at when first asked for.
    silent: Vec<Option<bool>>,
    /// Of each channel of the bus, whether it has something already. What it holds until then means nothing.
    begun: Vec<bool>,
}

impl Known {
    /// Forgets all, for `sources` sources and `channels` channels, which have something already or not.
    pub(super) fn reset(&mut self, sources: usize, (channels, begun): (usize, bool)) {
        self.silent.clear();
        self.silent.resize(sources, None);
        self.begun.clear();
        self.begun.resize(channels, begun);
    }
}

/// One grid block of the bus, from sample `at` on, and which of its channels have something already.
struct BusBlock<'a> {
    bus: &'a mut AudioBlock,
    at: usize,
    frames: usize,
    begun: &'a mut [bool],
}

impl BusBlock<'_> {
    /// Adds to samples `range` of `channel`. What is first in a whole row makes it, which is cheaper than to clear it.
    fn add(&mut self, channel: usize, range: Range<usize>, terms: &[Term]) {
        let row = &mut self.bus.channel_mut(channel)[self.at..self.at + self.frames];
        if std::mem::replace(&mut self.begun[channel], true) {
            add_terms(terms, &mut row[range]);
        } else if range.len() == row.len() {
            set_terms(terms, row);
        } else {
            row.fill(0.0);
            add_terms(terms, &mut row[range]);
        }
    }

    /// What nothing was added to is silent.
    fn finish(self) {
        for (row, _) in self.bus.channels_mut().zip(self.begun).filter(|(_, begun)| !**begun) {
            row[self.at..self.at + self.frames].fill(0.0);
        }
    }
}

/// Voices that are mixed at a time: their samples stay in the processor's first-level cache.
const GROUP: usize = 8;
/// No group holds voices from both sides of a multiple of this: what is summed together doesn't depend on batches of voices,
/// which depend on the length of stretches and so on the number of threads.
pub(super) const RUN: usize = 16;

/// One voice in one grid block.
#[derive(Clone, Copy, Default)]
struct Member<'a> {
    input: &'a [f32],
    /// Those that are not over yet, in time order.
    spans: &'a [ProcessingSpan],
    gains: &'a [ChannelGain],
}

/// Mixes `frames` samples of grid block `block` of the stretch that starts at `start`: adds every voice, by its plan,
/// to `bus` from its sample `at` on. The first voice is one after a whole number of [`RUN`]s.
pub(super) fn mix_block(
    voices: &[Voice],
    plans: &[Plan],
    (sources, room): (&impl Sources, &mut AudioBlock),
    Known { silent, begun }: &mut Known,
    (start, block, frames): (i64, usize, usize),
    (bus, at): (&mut AudioBlock, usize),
) {
    let mut bus = BusBlock { bus, at, frames, begun };
    let offset = block * GRID;
    let range = offset..offset + frames;
    sources.ready(range.clone(), room);
    let mut group = [Member::default(); GROUP];
    let mut members = 0;
    for (number, (voice, plan)) in voices.iter().zip(plans).enumerate() {
        if number % RUN == 0 {
            mix_group(&mut group[..members], start + offset as i64, &mut bus);
            members = 0;
        }
        let (spans, gains) = plan.spans(block);
        if spans.is_empty() {
            continue;
        }
        let input = sources.samples(voice.source, range.clone(), room);
        if *silent[voice.source].get_or_insert_with(|| is_silent(input)) {
            continue;
        }
        group[members] = Member { input, spans, gains };
        members += 1;
        if members == GROUP {
            mix_group(&mut group, start + offset as i64, &mut bus);
            members = 0;
        }
    }
    mix_group(&mut group[..members], start + offset as i64, &mut bus);
    bus.finish();
}

/// Adds a few voices to the bus, whose first sample is `start`, from one change of their gains to the next.
fn mix_group(group: &mut [Member], start: i64, bus: &mut BusBlock) {
    let end = start + group.first().map_or(0, |member| member.input.len() as i64);
    let mut at = start;
    while at < end {
        let mut until = end;
        let mut sounding = [Sounding::default(); GROUP];
        for (member, sounding) in group.iter_mut().zip(&mut sounding) {
            while let [span, later @ ..] = member.spans
                && span.last <= at
            {
                member.spans = later;
            }
            let Some(span) = member.spans.first() else { continue };
            if span.first <= at {
                *sounding = Sounding { span: Some(span), gains: &member.gains[span.gains.clone()] };
                until = until.min(span.last);
            } else {
                until = until.min(span.first);
            }
        }
        mix_segment(group, &mut sounding, (start, at, until), bus);
        at = until;
    }
}

/// What a voice does until some gain changes, and the channels that are yet to be mixed, ascending.
#[derive(Clone, Copy, Default)]
struct Sounding<'a> {
    span: Option<&'a ProcessingSpan>,
    gains: &'a [ChannelGain],
}

/// Adds samples `at..until` of a few voices, under one set of gains each, to the bus, channel by channel.
fn mix_segment(
    group: &[Member],
    sounding: &mut [Sounding; GROUP],
    (start, at, until): (i64, i64, i64),
    bus: &mut BusBlock,
) {
    let range = (at - start) as usize..(until - start) as usize;
    loop {
        let next = sounding.iter().filter_map(|voice| voice.gains.first()).map(|gain| gain.channel).min();
        let Some(channel) = next else { return };
        let mut terms = [Term::default(); GROUP];
        let mut count = 0;
        for (member, voice) in group.iter().zip(&mut *sounding) {
            if let (Some(span), [gain, later @ ..]) = (voice.span, voice.gains)
                && gain.channel == channel
            {
                let ramp: Ramp = span.shape.ramp(gain, at);
                terms[count] = Term { input: &member.input[range.clone()], ramp };
                count += 1;
                voice.gains = later;
            }
        }
        bus.add(channel as usize, range.clone(), &terms[..count]);
    }
}
