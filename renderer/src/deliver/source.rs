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

/// Reads what `engine` needs of `input`, which is the file `path`, and renders it among the threads of `pool` into `blocks`,
/// which `take` gets time after time. Gives which samples were no numbers.
///
/// # Errors
/// When the input can't be read on or rendered, or `stop` said so.
pub(super) fn each_block(
    (path, input): (&Path, Input),
    (engine, pool, blocks): (&mut Engine, &ThreadPool, &mut [AudioBlock]),
    stop: &dyn Fn() -> bool,
    take: &mut dyn FnMut(&mut [AudioBlock]),
) -> Result<Faults, JobError> {
    let mut source = Source::new(path, input, engine);
    let (mut input, mut ahead) = (engine.input_block(), engine.input_block());
    let mut goes_on = source.read(&mut input)?;
    while goes_on {
        if stop() {
            return Err(JobError::Interrupted);
        }
        let render = || engine.process(&input, blocks);
        let (rendered, read) = pool.install(|| rayon::join(render, || source.read(&mut ahead)));
        rendered.map_err(|e| JobError::file(path, e))?;
        goes_on = read?;
        std::mem::swap(&mut input, &mut ahead);
        take(blocks);
    }
    Ok(source.into_faults())
}
