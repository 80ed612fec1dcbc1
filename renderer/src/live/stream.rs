//! One way to hear something, from its files to blocks of an output: the programme through an engine, or a reference file
//! as it is.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hrtf::Orientation;
use rayon::ThreadPool;

use super::output::Output;
use super::reader::{Next, Reader, Wanted};
use super::telemetry::DeskLevels;
use super::transport::Place;
use crate::audio::{self, AudioBlock};
use crate::engine::Engine;
use crate::items::{RenderItem, TrackSpec};
use crate::mix::mixer::{Changes, StripName};
use crate::render::{GRID, ItemEdit};

/// Samples that are rendered before a place that is begun at, so that filters which look back no further than this give
/// the bits that they would have had; longer ones, those of rooms, begin in silence.
const WARM_UP: usize = 4 * GRID;

/// What makes blocks of what was read.
pub(super) enum Maker {
    /// Renders the programme.
    Engine(Box<EngineMaker>),
    /// Plays the first channels of a file, this much louder.
    Reference {
        /// Linear.
        gain: f32,
        /// What it was for the block before.
        before: f32,
    },
}

/// The engine and what it needs.
pub(super) struct EngineMaker {
    pub(super) engine: Engine,
    pub(super) pool: Arc<ThreadPool>,
    pub(super) outputs: Vec<AudioBlock>,
    /// For each item the row of the input that it alone plays, if there is one.
    pub(super) rows: Vec<Option<usize>>,
    /// Peak of each item's source in the last block.
    pub(super) peaks: Vec<f32>,
    /// How long the last block took to render.
    pub(super) spent: Duration,
}

/// What a stream has.
pub(super) enum Rendered<'a> {
    /// A block.
    Block(&'a AudioBlock),
    /// Nothing yet: its samples are not read.
    Later,
    /// Nothing any more.
    End,
}

/// Something to hear.
pub(super) struct Stream {
    pub(super) output: Output,
    pub(super) maker: Maker,
    reader: Reader,
    frames: u64,
    /// What is left of what is played in one go, and what comes again and again after it.
    left: Range<u64>,
    looped: Option<Range<u64>>,
    block: AudioBlock,
    /// What the desk of a scene showed with the last block.
    pub(super) desk: Option<DeskLevels>,
    /// Which of the builder's programmes it plays.
    pub(super) build: u64,
}

impl Stream {
    pub(super) fn new(output: Output, maker: Maker, reader: Reader, frames: u64) -> Self {
        let block = AudioBlock::default();
        Self { output, maker, reader, frames, left: 0..0, looped: None, block, desk: None, build: 0 }
    }

    /// Goes to a place.
    pub(super) fn restart(&mut self, place: &Place) {
        let first = place.first_span(self.frames);
        let looped =
            place.looped.clone().map(|range| range.start.min(self.frames)..range.end.min(self.frames));
        self.looped = looped.filter(|range| !range.is_empty());
        if let Maker::Reference { gain, before } = &mut self.maker {
            *before = *gain;
        }
        self.begin(first.clone());
        let input = |span: &Range<u64>| match &self.maker {
            Maker::Engine(maker) => maker.engine.input_span_of(span, WARM_UP),
            Maker::Reference { .. } => span.clone(),
        };
        let wanted = Wanted { first: input(&first), then: self.looped.as_ref().map(input) };
        self.reader.want(wanted);
    }

    fn begin(&mut self, span: Range<u64>) {
        if let Maker::Engine(maker) = &mut self.maker {
            maker.engine.restart(span.clone(), WARM_UP);
        }
        self.left = span;
    }

    /// What is done by hand to an item.
    pub(super) fn change(&mut self, item: usize, edit: &Arc<ItemEdit>) {
        if let Maker::Engine(maker) = &mut self.maker {
            maker.engine.change(item, edit);
        }
    }

    /// Where the listener looks.
    pub(super) fn turn_head(&mut self, to: Orientation) {
        if let Maker::Engine(maker) = &mut self.maker {
            maker.engine.turn_head(to);
        }
    }

    /// Shows the spectrum of a strip from now on, or of none.
    pub(super) fn watch(&self, strip: Option<StripName>) {
        self.reader.watch(strip);
    }

    /// Strips of the desk are turned.
    pub(super) fn turn(&self, changes: Box<Changes>) {
        self.reader.turn(changes);
    }

    /// The desk holds its true peaks anew.
    pub(super) fn reset_peaks(&self) {
        self.reader.reset_peaks();
    }

    /// The next block of the output. It has no frames while filters warm up.
    ///
    /// # Errors
    /// What cannot be read or rendered.
    pub(super) fn next(&mut self) -> Result<Rendered<'_>, String> {
        if self.left.is_empty() {
            match self.looped.clone() {
                Some(range) => self.begin(range),
                None => return Ok(Rendered::End),
            }
        }
        let input = match self.reader.next() {
            Next::Block(block) => block?,
            Next::Later => return Ok(Rendered::Later),
            Next::End => return Ok(Rendered::End),
        };
        let block = match &mut self.maker {
            Maker::Engine(maker) => {
                self.desk = input.desk;
                maker.process(&input.samples)?;
                maker.outputs.first().unwrap_or(&self.block)
            }
            Maker::Reference { gain, before } => {
                turn_up(&input.samples, self.output.channels(), (*before, *gain), &mut self.block);
                *before = *gain;
                &self.block
            }
        };
        self.left.start = self.left.start.saturating_add(block.frames() as u64).min(self.left.end);
        Ok(Rendered::Block(block))
    }
}

impl EngineMaker {
    pub(super) fn new(engine: Engine, pool: Arc<ThreadPool>, rows: Vec<Option<usize>>) -> Self {
        let (outputs, peaks) = (engine.output_blocks(), vec![0.0; rows.len()]);
        Self { engine, pool, outputs, rows, peaks, spent: Duration::ZERO }
    }

    fn process(&mut self, input: &AudioBlock) -> Result<(), String> {
        let begun = Instant::now();
        let Self { engine, pool, outputs, rows, peaks, spent } = self;
        for (row, level) in rows.iter().zip(peaks) {
            let samples = row.filter(|row| *row < input.channels()).map(|row| input.channel(row));
            *level = audio::peak(samples.unwrap_or_default());
        }
        let rendered = pool.install(|| engine.process(input, outputs));
        *spent = begun.elapsed();
        rendered.map_err(|error| error.to_string())
    }
}

/// The row of an engine's input that each item plays, where it is one alone.
pub(super) fn rows(items: &[RenderItem], used: &[usize]) -> Vec<Option<usize>> {
    let rows: BTreeMap<usize, usize> = used.iter().enumerate().map(|(row, track)| (*track, row)).collect();
    let track = |item: &RenderItem| match item {
        RenderItem::Objects(item) => Some(item.track.clone()),
        RenderItem::DirectSpeakers(item) => Some(item.track.clone()),
        RenderItem::Binaural(item) => Some(item.track.clone()),
        RenderItem::Hoa(item) => item.channels.first().map(|channel| channel.track.clone()),
    };
    let row = |item: &RenderItem| match track(item) {
        Some(TrackSpec::Direct(track)) => rows.get(&track).copied(),
        _ => None,
    };
    items.iter().map(row).collect()
}

/// Makes `to` the first channels of `from`, under a gain that runs from one value to another.
fn turn_up(from: &AudioBlock, channels: usize, (first, last): (f32, f32), to: &mut AudioBlock) {
    if (to.channels(), to.capacity()) != (channels, GRID) {
        *to = AudioBlock::new(channels, GRID);
    }
    to.set_frames(from.frames());
    let step = (last - first) / from.frames().max(1) as f32;
    for (channel, row) in to.channels_mut().enumerate() {
        if channel >= from.channels() {
            row.fill(0.0);
            continue;
        }
        for (n, (to, sample)) in row.iter_mut().zip(from.channel(channel)).enumerate() {
            *to = (first + step * n as f32) * sample;
        }
    }
}
