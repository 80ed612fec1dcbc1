//! One grid block of the mix: every voice of a target, always in the same order, into the target's bus.

use std::ops::Range;

use super::interpolation::{Term, add_terms, is_silent, set_terms};
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
    /// Of each channel, which voices of the group at hand are yet to be added: a bit for each.
    due: Vec<u8>,
}

impl Known {
    /// Forgets all, for `sources` sources and `channels` channels, which have something already or not.
    pub(super) fn reset(&mut self, sources: usize, (channels, begun): (usize, bool)) {
        self.silent.clear();
        self.silent.resize(sources, None);
        self.begun.clear();
        self.begun.resize(channels, begun);
        self.due.clear();
        self.due.resize(channels, 0);
    }
}

/// One grid block of the bus, from sample `at` on, and what is known of its channels.
struct BusBlock<'a> {
    bus: &'a mut AudioBlock,
    at: usize,
    frames: usize,
    begun: &'a mut [bool],
    due: &'a mut [u8],
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
const GROUP: usize = u8::BITS as usize;
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
    Known { silent, begun, due }: &mut Known,
    (start, block, frames): (i64, usize, usize),
    (bus, at): (&mut AudioBlock, usize),
) {
    let mut bus = BusBlock { bus, at, frames, begun, due };
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
    let (mut first, mut end) = (usize::MAX, 0);
    for (voice, sounding) in sounding.iter().enumerate() {
        let (Some(lowest), Some(highest)) = (sounding.gains.first(), sounding.gains.last()) else { continue };
        first = first.min(lowest.channel as usize);
        end = end.max(highest.channel as usize + 1);
        for gain in sounding.gains {
            bus.due[gain.channel as usize] |= 1 << voice;
        }
    }
    let mut terms = [Term::default(); GROUP];
    for channel in first..end {
        let mut due = std::mem::take(&mut bus.due[channel]);
        let mut count = 0;
        while due != 0 {
            let voice = due.trailing_zeros() as usize;
            due &= due - 1;
            let (input, voice) = (group[voice].input, &mut sounding[voice]);
            if let (Some(span), [gain, later @ ..]) = (voice.span, voice.gains) {
                debug_assert_eq!(gain.channel as usize, channel, "gains are ascending, one for each channel");
                terms[count] = Term { input: &input[range.clone()], ramp: span.shape.ramp(gain, at) };
                count += 1;
                voice.gains = later;
            }
        }
        if count > 0 {
            bus.add(channel, range.clone(), &terms[..count]);
        }
    }
}
