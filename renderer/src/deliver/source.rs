//! The input's samples, read and decoded block by block.

use std::ops::Range;
use std::path::Path;

use rayon::ThreadPool;

use super::JobError;
use super::faults::Faults;
use crate::audio::AudioBlock;
use crate::engine::Engine;
use crate::master::Input;

/// Reads what an engine needs of an input, in order.
#[derive(Debug)]
pub(super) struct Source<'a> {
    path: &'a Path,
    input: Input,
    tracks: Vec<usize>,
    span: Range<u64>,
    block_frames: usize,
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
            raw: Vec::new(),
            faults: Faults::default(),
        }
    }

    /// Fills `block`, an [`Engine::input_block`], with what comes next; beyond the end of the file there is silence. False at the
    /// end of what is needed.
    pub(super) fn read(&mut self, block: &mut AudioBlock) -> Result<bool, JobError> {
        let left = usize::try_from(self.span.end - self.span.start).unwrap_or(usize::MAX);
        let wanted = left.min(self.block_frames);
        block.set_frames(wanted);
        if wanted == 0 {
            return Ok(false);
        }
        let start = self.span.start;
        let (format, channels) = (self.input.sample_format(), self.input.tracks());
        let Self { input, tracks, raw, faults, .. } = self;
        let mut locate = |raw: &[u8], at: u64| faults.locate(raw, format, channels, at, tracks);
        let read = input.read(tracks, start, block, (raw, &mut locate));
        read.map_err(|e| JobError::file(self.path, e))?;
        if let Input::Scene(scene) = &self.input
            && scene.has_bad_stems()
        {
            self.faults.stems = scene.bad_stems();
        }
        self.span.start = start.saturating_add(wanted as u64);
        Ok(true)
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
    let (mut input, mut ahead) = (engine.input_block(), engine.input_block());
    let (mut blocks, mut behind) = (engine.output_blocks(), engine.output_blocks());
    behind.iter_mut().for_each(|block| block.set_frames(0));
    let mut goes_on = source.read(&mut input)?;
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
