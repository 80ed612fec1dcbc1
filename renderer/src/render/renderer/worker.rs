//! What one thread works with: a bus of a few grid blocks, which stay in its cache from the mix to the output.
//!
//! ```text
//!  bus:     … history │ block │ block │ block │ block         mixed, delivered, and the history moved to the front
//!               └─────────┴ what decorrelation looks back to, and the lag of the output
//! ```
//!
//! A stretch is shared out in runs of neighbouring blocks. The first run goes on from the history that the last stretch has
//! left; the others mix theirs once more, which gives the same bits.

use std::ops::Range;

use rayon::prelude::*;

use super::super::decorrelation::Decorrelators;
use super::super::error::{RenderError, time_span};
use super::super::mix::{Known, RUN, Sources, mix_block};
use super::super::plan::{GRID, Plan, Stretch};
use super::Renderer;
use crate::audio::AudioBlock;

/// Grid blocks on a bus at a time.
const AT_ONCE: usize = 4;

/// Room for the plans of the voices that are mixed at a time. A scene of any sense needs a small part of it; metadata
/// that changes from sample to sample fills it.
pub(super) const MOST_PLAN_BYTES: usize = 512 << 20;

/// What one thread works with. On cache lines of its own: threads that write to one line in turns wait for it.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Worker {
    /// Whole grid blocks of history, then [`AT_ONCE`] more.
    pub(super) bus: AudioBlock,
    known: Known,
    /// Room for a grid block of the sources.
    input: AudioBlock,
    pub(super) room: Room,
}

/// What delivering a block needs besides.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) line: Vec<f32>,
    pub(super) decorrelation: hrtf::convolver::Scratch,
    /// Which rows of the output hold something of the block.
    pub(super) filled: Vec<bool>,
}

/// Where a grid block of the output goes: the samples missing at its start, and its rows.
pub(super) type OutputBlock<'a> = (usize, Vec<&'a mut [f32]>);

/// A stretch, and what is wanted of each grid block of its output.
pub(super) struct Task<'a, 'b, S> {
    pub(super) sources: &'a S,
    pub(super) stretch: Stretch,
    /// Where the output is taken from the bus, in samples after those of its time.
    pub(super) ahead: usize,
    pub(super) blocks: &'a mut [Option<OutputBlock<'b>>],
}

/// The samples of a stretch that begins later.
struct Later<'a, S>(&'a S, usize);

impl<S: Sources> Sources for Later<'_, S> {
    fn ready(&self, Range { start, end }: Range<usize>, room: &mut AudioBlock) {
        self.0.ready(start + self.1..end + self.1, room);
    }

    fn samples<'a>(
        &'a self,
        source: usize,
        Range { start, end }: Range<usize>,
        room: &'a AudioBlock,
    ) -> &'a [f32] {
        self.0.samples(source, start + self.1..end + self.1, room)
    }

    fn count(&self) -> usize {
        self.0.count()
    }
}

impl Renderer {
    /// Makes the workers, each with room for a grid block of so many rows of input.
    pub(super) fn hire(&mut self, (capacity, lag): (usize, usize), rows: usize, threads: usize) {
        let history = self.history_blocks(lag);
        let runs = (capacity + lag).div_ceil(GRID) / self.shortest_run(lag);
        let worker = || Worker {
            bus: AudioBlock::new(self.bus_channels(), (history + AT_ONCE) * GRID),
            known: Known::default(),
            input: AudioBlock::new(rows, GRID),
            room: Room {
                line: vec![0.0; GRID],
                decorrelation: self.decorrelators.as_ref().map(Decorrelators::scratch).unwrap_or_default(),
                filled: Vec::new(),
            },
        };
        self.workers = (0..runs.clamp(1, threads.max(1))).map(|_| worker()).collect();
        self.plans.resize_with(self.voices.len(), Plan::default);
    }

    /// Grid blocks that a run has at least: its history is mixed once more beside them.
    pub fn shortest_run(&self, lag: usize) -> usize {
        (2 * self.history_blocks(lag)).max(1)
    }

    /// Whole grid blocks that the history takes on a bus.
    fn history_blocks(&self, lag: usize) -> usize {
        self.history(lag).div_ceil(GRID)
    }

    /// Mixes a stretch, and delivers what is wanted of it.
    pub(super) fn work(&mut self, task: Task<'_, '_, impl Sources>) -> Result<(), RenderError> {
        let mut workers = std::mem::take(&mut self.workers);
        let stretch = task.stretch;
        let worked = self.work_in_parts(&mut workers, task);
        self.workers = workers;
        worked?.map_or(Ok(()), |(block, channel)| {
            Err(RenderError::Output {
                channel: self.names[channel].clone(),
                time: time_span(stretch.output().start + (block * GRID) as i64, self.sample_rate),
            })
        })
    }

    /// Part after part, as long as there is room to plan. Gives the first block, and its channel, that came out as no numbers.
    fn work_in_parts(
        &mut self,
        workers: &mut [Worker],
        task: Task<'_, '_, impl Sources>,
    ) -> Result<Option<(usize, usize)>, RenderError> {
        let Task { sources, stretch, ahead, blocks } = task;
        let (mut done, mut failed) = (0, None);
        while done < blocks.len() {
            let (stretch, has_room) = self.next_part(stretch, done);
            let sources = &Later(sources, done * GRID);
            let blocks = &mut blocks[done..done + stretch.output_blocks];
            let task = Task { sources, stretch, ahead, blocks };
            let found = match has_room {
                true => self.share_out(workers, task)?,
                false => self.mix_in_batches(workers, task)?,
            };
            failed = failed.or(found.map(|(block, channel)| (done + block, channel)));
            done += stretch.output_blocks;
        }
        Ok(failed)
    }

    /// The part of a stretch that follows `done` grid blocks, and whether all voices can be planned for it at once. When
    /// they can't, it has at most as many blocks as a bus.
    fn next_part(&mut self, stretch: Stretch, done: usize) -> (Stretch, bool) {
        let mut count = stretch.output_blocks - done;
        loop {
            let part = Stretch {
                start: stretch.start + (done * GRID) as i64,
                frames: stretch.frames.saturating_sub(done * GRID).min(count * GRID),
                output_blocks: count,
                lag: stretch.lag,
            };
            let has_room = self.has_room_for_plans(part);
            if has_room || count <= AT_ONCE {
                return (part, has_room);
            }
            count = count.div_ceil(2);
        }
    }

    /// Whether all voices can be planned at once. A block of metadata makes two spans at most.
    fn has_room_for_plans(&mut self, stretch: Stretch) -> bool {
        let voices = self.voices.len().max(1);
        let block = 2 * Plan::most_bytes(1, self.bus_channels()) / GRID;
        let (most, items) = (self.most_plan_bytes / voices / block, &self.items);
        let within = stretch.start..stretch.start + (stretch.blocks() * GRID) as i64;
        self.voices.iter_mut().all(|voice| voice.has_at_most(most, &items[voice.item], &within))
    }

    /// Every worker a run of its own.
    fn share_out(
        &mut self,
        workers: &mut [Worker],
        task: Task<'_, '_, impl Sources>,
    ) -> Result<Option<(usize, usize)>, RenderError> {
        let Task { sources, stretch, ahead, blocks } = task;
        self.prepare(0..self.voices.len(), stretch)?;
        let history = self.history_blocks(stretch.lag);
        let runs = (blocks.len() / self.shortest_run(stretch.lag)).clamp(1, workers.len().max(1));
        let length = blocks.len().div_ceil(runs).max(1);
        let (renderer, voices) = (&*self, 0..self.voices.len());
        let run = |(number, (worker, blocks)): (usize, (&mut Worker, &mut [Option<OutputBlock<'_>>]))| {
            let mix = |worker: &mut Worker, block: usize, place: usize| {
                renderer.mix(worker, (voices.clone(), place * GRID), sources, (stretch, block));
            };
            let first = number * length;
            if number > 0 {
                (0..history).for_each(|place| mix(worker, first + place - history, place));
            }
            let mut failed = None;
            for (chunk, blocks) in blocks.chunks_mut(AT_ONCE).enumerate() {
                let first = first + chunk * AT_ONCE;
                (0..blocks.len()).for_each(|block| mix(worker, first + block, history + block));
                let found = renderer.deliver(worker, (stretch.lag, ahead), blocks);
                failed = failed.or(found.map(|(block, channel)| (first + block, channel)));
            }
            failed
        };
        let used = blocks.len().div_ceil(length).max(1);
        let shared = workers.par_iter_mut().zip(blocks.par_chunks_mut(length)).enumerate().map(run);
        let failed = shared.find_map_first(std::convert::identity);
        if let Some((first, others)) = workers.split_first_mut()
            && let Some(last) = others[..used - 1].last()
        {
            // Only this much goes from one processor's cache to another's.
            let history = history * GRID - self.history(stretch.lag)..history * GRID;
            for (channel, kept) in first.bus.channels_mut().enumerate() {
                kept[history.clone()].copy_from_slice(&last.bus.channel(channel)[history.clone()]);
            }
        }
        Ok(failed)
    }

    /// One worker, as many voices at a time as there is room to plan. Only metadata that changes from sample to sample, or
    /// thousands of voices, make it necessary.
    fn mix_in_batches(
        &mut self,
        workers: &mut [Worker],
        task: Task<'_, '_, impl Sources>,
    ) -> Result<Option<(usize, usize)>, RenderError> {
        let Some(worker) = workers.first_mut() else { return Ok(None) };
        let Task { sources, stretch, ahead, blocks } = task;
        let history = self.history_blocks(stretch.lag);
        let most = Plan::most_bytes(AT_ONCE, self.bus_channels());
        let batch = (self.most_plan_bytes / most / RUN).max(1) * RUN;
        for first in (0..self.voices.len()).step_by(batch) {
            let voices = first..(first + batch).min(self.voices.len());
            self.prepare(voices.clone(), stretch)?;
            for block in 0..blocks.len() {
                self.mix(worker, (voices.clone(), (history + block) * GRID), sources, (stretch, block));
            }
        }
        Ok(self.deliver(worker, (stretch.lag, ahead), blocks))
    }

    /// Adds `voices`, which are planned, to grid block `block` of a stretch, which lies at `to` on the bus. The first of all
    /// voices begin it.
    fn mix(
        &self,
        Worker { bus, known, input, .. }: &mut Worker,
        (voices, to): (Range<usize>, usize),
        sources: &impl Sources,
        (stretch, block): (Stretch, usize),
    ) {
        let frames = stretch.frames.saturating_sub(block * GRID).min(GRID);
        known.reset(sources.count(), (self.bus_channels(), voices.start > 0));
        let plans = &self.plans[..voices.len()];
        mix_block(
            &self.voices[voices],
            plans,
            (sources, input),
            known,
            (stretch.start, block, frames),
            (bus, to),
        );
        if frames < GRID {
            bus.channels_mut().for_each(|channel| channel[to + frames..to + GRID].fill(0.0));
        }
    }

    /// What is wanted of the blocks on the bus to the output; then they are history. Gives the first block, and its channel,
    /// that came out as no numbers.
    fn deliver(
        &self,
        Worker { bus, room, .. }: &mut Worker,
        (lag, ahead): (usize, usize),
        blocks: &mut [Option<OutputBlock<'_>>],
    ) -> Option<(usize, usize)> {
        let (kept, front) = (self.history(lag), self.history_blocks(lag) * GRID);
        let mut failed = None;
        for (number, block) in blocks.iter_mut().enumerate() {
            let Some((skip, rows)) = block else { continue };
            let at = front - lag + ahead + number * GRID;
            let found = self.deliver_block((bus, at), *skip, rows, room);
            failed = failed.or(found.err().map(|channel| (number, channel)));
        }
        let end = front + blocks.len() * GRID;
        bus.channels_mut().for_each(|channel| channel.copy_within(end - kept..end, front - kept));
        failed
    }
}
