//! One decode, many outputs, on an absolute grid of blocks.
//!
//! [`Engine`] takes a list of items and any number of targets, then blocks of input samples in order, and
//! gives blocks of output samples per target, aligned with the input: sample n of the output belongs to
//! sample n of the input. It has no files, clocks or threads of its own: run it inside a `rayon` pool and it
//! uses that pool's threads. The same samples have the same bits whatever the number of threads, the size of
//! the blocks or the place where a render starts.
//!
//! ```text
//!  let (mut engine, warnings) = Engine::new(spec)?;
//!  let (mut input, mut outputs) = (engine.input_block(), engine.output_blocks());
//!  for each engine.block_frames() samples of engine.input_span():     // the last one may be shorter
//!      decode engine.used_tracks() into the rows of input            // or give it the frames of the file as they are
//!      engine.process(&input, &mut outputs)?;
//!      write outputs[target], outputs[target].frames() samples of each channel
//! ```

use std::ops::Range;
use std::sync::Arc;

use formats::Warning;
use hrtf::Orientation;

use crate::audio::AudioBlock;
use crate::items::{RenderItem, Role};
use crate::render::{
    GRID, InputBlock, ItemEdit, RenderError, RenderOptions, Renderer, Stretch, Target, TrackTable,
};

/// What an engine is to do.
#[derive(Clone, Debug)]
pub struct EngineSpec {
    /// What to render.
    pub items: Arc<[RenderItem]>,
    /// What to render to; all are made in one pass.
    pub targets: Vec<EngineTarget>,
    /// Samples per second, of input and output.
    pub sample_rate: u32,
    /// Samples per channel of the whole input.
    pub frames: u64,
    /// The samples wanted; `0..frames` for all.
    pub span: Range<u64>,
    /// Choices of the user.
    pub options: RenderOptions,
    /// How many threads will run it, of those that its pool has: the size of the blocks depends on it, and among how many
    /// they are shared out.
    pub threads: usize,
}

/// One of the things that an engine makes.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineTarget {
    /// What to render to.
    pub target: Target,
    /// Which of the items sound there.
    pub part: Part,
}

/// Which items sound: all of them, or those of some roles. The parts of all roles add up to the mix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Part {
    /// All items.
    #[default]
    Mix,
    /// Those of one role.
    Role(Role),
    /// Music and effects together: what a version in another language begins with.
    MusicAndEffects,
}

impl Part {
    /// Whether `item` belongs to it.
    pub fn holds(self, item: &RenderItem) -> bool {
        match self {
            Self::Mix => true,
            Self::Role(role) => item.context().role == role,
            Self::MusicAndEffects => matches!(item.context().role, Role::Music | Role::Effects),
        }
    }
}

impl From<Target> for EngineTarget {
    /// All items to `target`.
    fn from(target: Target) -> Self {
        Self { target, part: Part::Mix }
    }
}

/// Samples of all input tracks in one block, about: small enough for the processor's cache.
const BLOCK_SAMPLES: usize = 1 << 18;
/// The same of blocks that are long because several threads share them.
const MOST_BLOCK_SAMPLES: usize = 1 << 21;
/// The longest block, in samples per channel.
const LONGEST_BLOCK: usize = 1 << 16;
/// Grid blocks of a block of input that each of several threads has: to wake them costs less than to render those.
const SHARE: usize = 32;
/// Grid blocks that each has at least, however many the tracks.
const LEAST_SHARE: usize = 4;

/// Renders one list of items to several targets.
pub struct Engine {
    tracks: TrackTable,
    renderers: Vec<Renderer>,
    /// Samples of the whole input.
    frames: u64,
    input_span: Range<u64>,
    span: Range<u64>,
    position: u64,
    block_frames: usize,
    lag: usize,
    /// Samples in front of a moment that renderers depend on.
    memory: usize,
}

impl Engine {
    /// Prepares everything that can fail or that takes room.
    ///
    /// # Errors
    /// When a target can't be panned to or an item can't be rendered. The warnings say what was ignored.
    pub fn new(spec: EngineSpec) -> Result<(Self, Vec<Warning>), RenderError> {
        Self::with_blocks(spec, None)
    }

    /// The same, for blocks of one line of the grid to the next, the shortest that there are: what is changed by hand is
    /// heard soonest.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn in_short_blocks(spec: EngineSpec) -> Result<(Self, Vec<Warning>), RenderError> {
        Self::with_blocks(spec, Some(GRID))
    }

    fn with_blocks(
        spec: EngineSpec,
        block_frames: Option<usize>,
    ) -> Result<(Self, Vec<Warning>), RenderError> {
        let span = spec.span.start.min(spec.frames)..spec.span.end.min(spec.frames);
        let (tracks, sources, mut warnings) = TrackTable::new(&spec.items, spec.sample_rate);
        let mut renderers = Vec::with_capacity(spec.targets.len());
        for EngineTarget { target, part } in &spec.targets {
            let sounds: Vec<bool> = spec.items.iter().map(|item| part.holds(item)).collect();
            let (renderer, found) =
                Renderer::new((&spec.items, &sounds), &sources, target, spec.sample_rate, spec.options)?;
            renderers.push(renderer);
            warnings.extend(found);
        }
        let lag = renderers.iter().map(Renderer::look_ahead).max().unwrap_or(0).next_multiple_of(GRID);
        let least = renderers.iter().map(|renderer| renderer.shortest_run(lag)).max().unwrap_or(0);
        let of_tracks = || self::block_frames(tracks.used_tracks().len(), spec.threads, least);
        let block_frames = block_frames.unwrap_or_else(of_tracks);
        let capacity = block_frames + tracks.latency() + lag;
        let rows = if takes_frames(&tracks, &renderers) { tracks.used_tracks().len() } else { 0 };
        let reserve = |renderer: &mut Renderer| renderer.reserve((capacity, lag), rows, spec.threads);
        renderers.iter_mut().for_each(reserve);
        let memory = renderers.iter().map(Renderer::memory).max().unwrap_or(0);
        let input_span = input_span(&span, &tracks, lag + memory, (lag, spec.frames));
        let (position, frames) = (input_span.start, spec.frames);
        let engine =
            Self { tracks, renderers, frames, input_span, span, position, block_frames, lag, memory };
        Ok((engine, warnings))
    }

    /// Begins again, with other samples of the same input. What went before them is taken into account as far as it
    /// lies within `most` samples; when that is all of it they have the same bits as ever.
    pub fn restart(&mut self, span: Range<u64>, most: usize) {
        self.span = span.start.min(self.frames)..span.end.min(self.frames);
        self.input_span = self.input_span_of(&self.span, most);
        self.position = self.input_span.start;
        self.tracks.restart();
        self.renderers.iter_mut().for_each(Renderer::restart);
    }

    /// The input that [`Engine::restart`] goes on with.
    pub fn input_span_of(&self, span: &Range<u64>, most: usize) -> Range<u64> {
        let whole = input_span(span, &self.tracks, self.lag + self.memory, (self.lag, self.frames));
        let grid = GRID as u64;
        let earliest = (span.start / grid * grid).saturating_sub((most.next_multiple_of(GRID)) as u64);
        whole.start.max(earliest).min(whole.end)..whole.end
    }

    /// What is done by hand to an item from the next block on.
    pub fn change(&mut self, item: usize, edit: &Arc<ItemEdit>) {
        self.renderers.iter_mut().for_each(|renderer| renderer.change(item, edit));
    }

    /// Where the head looks from the next block on, for headphones that were made for a head that is tracked.
    pub fn turn_head(&mut self, to: Orientation) {
        self.renderers.iter_mut().for_each(|renderer| renderer.turn_head(to));
    }

    /// File tracks that are needed, ascending, counted from 0: the rows of the input block.
    pub fn used_tracks(&self) -> &[usize] {
        self.tracks.used_tracks()
    }

    /// Samples of the file that must be given, in order: those wanted, and what their filters look back and
    /// ahead to. The start is on the grid.
    pub fn input_span(&self) -> Range<u64> {
        self.input_span.clone()
    }

    /// Samples per block of input; only the last block is shorter.
    pub fn block_frames(&self) -> usize {
        self.block_frames
    }

    /// Room for one block of input. The caller may make several, to read ahead.
    pub fn input_block(&self) -> AudioBlock {
        AudioBlock::new(self.used_tracks().len(), self.block_frames)
    }

    /// Room for the output of one block, one for each target. The caller may make several, to write behind.
    pub fn output_blocks(&self) -> Vec<AudioBlock> {
        let room = self.block_frames + self.tail();
        self.renderers.iter().map(|renderer| AudioBlock::new(renderer.outputs(), room)).collect()
    }

    /// The most samples that come out after the last block of input.
    fn tail(&self) -> usize {
        GRID + self.lag + self.tracks.latency()
    }

    /// Whether it takes frames of a file as they are. Every thread then decodes what it mixes, which stays in its cache; where there
    /// are several targets all of them would do so, and filters of tracks need planes.
    pub fn takes_frames(&self) -> bool {
        takes_frames(&self.tracks, &self.renderers)
    }

    /// Renders the next block of input. Afterwards every block of `outputs` has the same number of new
    /// samples, none at all for blocks in front of the span; over all blocks they are exactly the span.
    ///
    /// # Errors
    /// When the result isn't finite, as NaN in the input makes it, or `input` isn't the block expected. After an error it
    /// goes on with [`Engine::restart`] only.
    pub fn process<'a>(
        &mut self,
        input: impl Into<InputBlock<'a>>,
        outputs: &mut [AudioBlock],
    ) -> Result<(), RenderError> {
        let input = input.into();
        let left = usize::try_from(self.input_span.end - self.position).unwrap_or(usize::MAX);
        let expected = self.block_frames.min(left);
        let is_usable = match input {
            InputBlock::Planes(planes) => planes.channels() == self.used_tracks().len(),
            InputBlock::Frames(_) => self.takes_frames(),
        };
        if !is_usable || input.frames() != expected {
            return Err(RenderError::Block {
                found: input.to_string(),
                expected: format!("{} channels of {expected} samples", self.used_tracks().len()),
            });
        }
        let last = expected == left;
        match input {
            InputBlock::Planes(planes) if last && self.ringing() > 0 => {
                self.render(InputBlock::Planes(&self.with_tail(planes)), true, outputs)?;
            }
            _ => self.render(input, last, outputs)?,
        }
        self.position += expected as u64;
        Ok(())
    }

    /// Samples of the tracks past the end of the input that the output still depends on: those that come late,
    /// and, where delays go on sounding, those that the decorrelators look ahead to.
    fn ringing(&self) -> usize {
        self.tracks.latency() + if self.tracks.memory() > 0 { self.lag } else { 0 }
    }

    /// The last input, followed by the silence that brings out what is still in the tracks' processors.
    fn with_tail(&self, input: &AudioBlock) -> AudioBlock {
        let frames = input.frames().next_multiple_of(GRID) + self.ringing();
        let mut padded = AudioBlock::new(input.channels(), frames);
        for (channel, samples) in padded.channels_mut().enumerate() {
            samples[..input.frames()].copy_from_slice(input.channel(channel));
        }
        padded
    }

    fn render(
        &mut self,
        input: InputBlock<'_>,
        last: bool,
        outputs: &mut [AudioBlock],
    ) -> Result<(), RenderError> {
        if let InputBlock::Planes(planes) = input {
            self.tracks.process(planes);
        }
        let stretch = self.stretch(input.frames(), last);
        let sources = self.tracks.sources(input);
        let wanted = self.span.start as i64..self.span.end as i64;
        for (renderer, output) in self.renderers.iter_mut().zip(outputs) {
            renderer.render(&sources, stretch, &wanted, output)?;
        }
        Ok(())
    }

    fn stretch(&self, frames: usize, last: bool) -> Stretch {
        let flushed = if last { self.lag / GRID } else { 0 };
        let start = self.position as i64 - self.tracks.latency() as i64;
        Stretch { start, frames, output_blocks: frames.div_ceil(GRID) + flushed, lag: self.lag }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({} targets, at {} of {:?})", self.renderers.len(), self.position, self.input_span)
    }
}

fn takes_frames(tracks: &TrackTable, renderers: &[Renderer]) -> bool {
    tracks.is_direct() && renderers.len() == 1
}

/// Samples per channel of a block of input with `tracks` tracks, on the grid; each thread is to have `least` grid blocks.
fn block_frames(tracks: usize, threads: usize, least: usize) -> usize {
    let of = |samples: usize| samples / tracks.max(1) / GRID * GRID;
    let shared = if threads > 1 { (SHARE * GRID * threads).min(of(MOST_BLOCK_SAMPLES)) } else { 0 };
    of(BLOCK_SAMPLES).max(shared).max(LEAST_SHARE.max(least) * GRID * threads.max(1)).min(LONGEST_BLOCK)
}

/// What must be read so that `span` has the bits it has in a render of everything.
fn input_span(
    span: &Range<u64>,
    tracks: &TrackTable,
    warm_up: usize,
    (lag, frames): (usize, u64),
) -> Range<u64> {
    let grid = GRID as u64;
    let (lag, latency) = (lag as u64, tracks.latency() as u64);
    let before = warm_up as u64 + (tracks.memory() as u64).next_multiple_of(grid);
    let start = (span.start / grid * grid).saturating_sub(before);
    let end = span.end.next_multiple_of(grid) + lag + latency;
    start..end.min(frames).max(start)
}

#[cfg(test)]
mod tests;
