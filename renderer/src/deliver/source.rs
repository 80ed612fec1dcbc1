//! The input's samples, read and decoded block by block.

use std::ops::Range;
use std::path::Path;

use rayon::ThreadPool;

use super::JobError;
use super::faults::Faults;
use crate::audio::{AudioBlock, FrameBlock};
use crate::engine::Engine;
use crate::master::Input;
use crate::render::InputBlock;

/// A block of input.
#[derive(Debug)]
pub(super) enum Block {
    /// Decoded.
    Planes(AudioBlock),
    /// As it lies in the file.
    Frames(FrameBlock),
}

impl<'a> From<&'a Block> for InputBlock<'a> {
    fn from(block: &'a Block) -> Self {
        match block {
            Block::Planes(block) => Self::Planes(block),
            Block::Frames(block) => Self::Frames(block),
        }
    }
}

/// Reads what an engine needs of an input, in order.
#[derive(Debug)]
pub(super) struct Source<'a> {
    path: &'a Path,
    input: Input,
    tracks: Vec<usize>,
    span: Range<u64>,
    block_frames: usize,
    takes_frames: bool,
    raw: Vec<u8>,
    faults: Faults,
}

impl<'a> Source<'a> {
    /// What `engine` needs of `input`, which is the file `path`.
    pub(super) fn new(path: &'a Path, input: Input, engine: &Engine) -> Self {
        Self {
            path,
            input,
            tracks: engine.used_tracks().to_vec(),
            span: engine.input_span(),
            block_frames: engine.block_frames(),
            takes_frames: engine.takes_frames(),
            raw: Vec::new(),
            faults: Faults::default(),
        }
    }

    /// A block to read into. Frames stay as they are where the engine takes them so and all their samples are numbers.
    pub(super) fn block(&self) -> Block {
        let format = self.input.sample_format();
        if self.takes_frames && !format.is_float() {
            Block::Frames(FrameBlock::new(format, self.input.tracks()))
        } else {
            Block::Planes(AudioBlock::new(self.tracks.len(), self.block_frames))
        }
    }

    /// Fills `block`, one of [`Source::block`], with what comes next; beyond the end of the file there is silence. False at the end
    /// of what is needed.
    pub(super) fn read(&mut self, block: &mut Block) -> Result<bool, JobError> {
        let left = usize::try_from(self.span.end - self.span.start).unwrap_or(usize::MAX);
        let wanted = left.min(self.block_frames);
        if wanted == 0 {
            return Ok(false);
        }
        let start = self.span.start;
        let read = match block {
            Block::Planes(block) => {
                block.set_frames(wanted);
                self.decode(start, block)
            }
            Block::Frames(block) => self.input.read_raw(start, wanted, block.set(wanted)).map(drop),
        };
        read.map_err(|e| JobError::file(self.path, e))?;
        self.span.start = start.saturating_add(wanted as u64);
        Ok(true)
    }

    /// Fills `block` with what begins at frame `start`.
    fn decode(&mut self, start: u64, block: &mut AudioBlock) -> Result<(), String> {
        let (format, channels) = (self.input.sample_format(), self.input.tracks());
        let Self { input, tracks, raw, faults, .. } = self;
        let mut locate = |raw: &[u8], at: u64| faults.locate(raw, format, channels, at, tracks);
        input.read(tracks, start, block, (raw, &mut locate))?;
        if let Input::Scene(scene) = &self.input
            && scene.has_bad_stems()
        {
            self.faults.stems = scene.bad_stems();
        }
        Ok(())
    }

    /// Samples that were NaN or infinite, and taken as silence.
    pub(super) fn into_faults(self) -> Faults {
        self.faults
    }
}

/// Reads what `engine` needs of `input`, which is the file `path`, renders it, and gives `take` block after block, all among the
/// threads of `pool`: while one is rendered, the next is read, and the one before is taken. Gives which samples were no numbers.
///
/// # Errors
/// When the input can't be read on or rendered, or `stop` said so.
pub(super) fn each_block(
    (path, input): (&Path, Input),
    (engine, pool): (&mut Engine, &ThreadPool),
    stop: &dyn Fn() -> bool,
    take: &mut (dyn FnMut(&mut [AudioBlock]) + Send),
) -> Result<Faults, JobError> {
    let mut source = Source::new(path, input, engine);
    let (mut input, mut ahead) = (source.block(), source.block());
    let (mut blocks, mut behind) = (engine.output_blocks(), engine.output_blocks());
    behind.iter_mut().for_each(|block| block.set_frames(0));
    let mut goes_on = pool.install(|| source.read(&mut input))?;
    while goes_on {
        if stop() {
            return Err(JobError::Interrupted);
        }
        let render = || engine.process(&input, &mut blocks);
        let beside = || rayon::join(|| source.read(&mut ahead), || take(&mut behind));
        let (rendered, (read, ())) = pool.install(|| rayon::join(render, beside));
        rendered.map_err(|e| JobError::file(path, e))?;
        goes_on = read?;
        std::mem::swap(&mut input, &mut ahead);
        std::mem::swap(&mut blocks, &mut behind);
    }
    pool.install(|| take(&mut behind));
    Ok(source.into_faults())
}
