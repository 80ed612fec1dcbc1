//! The input's samples, read and decoded block by block.

use std::ops::Range;
use std::path::Path;

use super::JobError;
use super::faults::Faults;
use crate::audio::{AudioBlock, FrameBlock};
use crate::engine::Engine;
use crate::master::Input;
use crate::render::InputBlock;

/// Frames of a file stay as they are as long as their bytes are at most so many times those of the samples that are needed.
const MOST_READ: usize = 2;

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

    /// A block to read into. Frames stay as they are where the engine takes them so, all their samples are numbers, and most of what
    /// is read is needed.
    pub(super) fn block(&self) -> Block {
        let (format, tracks) = (self.input.sample_format(), self.input.tracks());
        let decoded = self.tracks.len() * size_of::<f32>();
        let is_dense = tracks.saturating_mul(format.bytes()) <= MOST_READ * decoded;
        if self.takes_frames && !format.is_float() && is_dense {
            Block::Frames(FrameBlock::new(format, tracks))
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
            Block::Frames(block) => {
                block.fill(wanted, |bytes| self.input.read_raw(start, wanted, bytes)).map(drop)
            }
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
}

/// Reads what is needed of `source`, renders it with `engine`, and gives `take` block after block, all among the threads of the pool
/// that it runs in: while one is rendered, the next is read, and the one before is taken. Gives which samples were no numbers, and
/// the blocks, for what comes behind the last.
///
/// # Errors
/// When the input can't be read on or rendered, `take` failed, or `stop` said so.
pub(super) fn each_block(
    mut source: Source,
    engine: &mut Engine,
    stop: &(dyn Fn() -> bool + Sync),
    take: &mut (dyn FnMut(&mut [AudioBlock]) -> Result<(), JobError> + Send),
) -> Result<(Faults, Vec<AudioBlock>), JobError> {
    let (mut input, mut ahead) = (source.block(), source.block());
    let (mut blocks, mut behind) = (engine.output_blocks(), engine.output_blocks());
    let (mut goes_on, mut is_first) = (source.read(&mut input)?, true);
    while goes_on {
        if stop() {
            return Err(JobError::Interrupted);
        }
        let render = || engine.process(&input, &mut blocks);
        let read = || source.read(&mut ahead);
        let take_last = || if is_first { Ok(()) } else { take(&mut behind) };
        let (rendered, (read, taken)) = rayon::join(render, || rayon::join(read, take_last));
        taken?;
        rendered.map_err(|e| JobError::file(source.path, e))?;
        (goes_on, is_first) = (read?, false);
        std::mem::swap(&mut input, &mut ahead);
        std::mem::swap(&mut blocks, &mut behind);
    }
    if !is_first {
        take(&mut behind)?;
    }
    Ok((source.faults, behind))
}
