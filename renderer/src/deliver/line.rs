//! The way of a job's blocks: reader, engine, master chains, writers.

use std::path::Path;

use rayon::prelude::*;

use super::JobError;
use super::comparison::{Compared, ComparisonMeter};
use super::faults::Faults;
use super::mastering::Mastering;
use super::sink::{Destination, Taken};
use super::source::Source;
use crate::audio::AudioBlock;
use crate::engine::Engine;

/// What a job's blocks pass.
pub(super) struct Line<'a> {
    pub(super) path: &'a Path,
    pub(super) source: Source<'a>,
    pub(super) engine: Engine,
    pub(super) mastering: Mastering,
    pub(super) outputs: Outputs,
}

/// Where the blocks end.
pub(super) struct Outputs {
    /// For each output, where its blocks go, and the block with its dialogue alone.
    pub(super) destinations: Vec<(Destination, Option<usize>)>,
    pub(super) comparison: Option<ComparisonMeter>,
}

/// What is left when all blocks have passed: what the outputs hold, what was measured beside them, which samples were no numbers,
/// and the chains.
pub(super) struct Passed {
    pub(super) taken: Vec<Taken>,
    pub(super) compared: Option<Compared>,
    pub(super) faults: Faults,
    pub(super) mastering: Mastering,
}

impl Line<'_> {
    /// Renders block after block among the threads of the pool that it runs in: while one is rendered, the next is read, and the one
    /// before is written.
    pub(super) fn run(
        self,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Passed, JobError> {
        let Self { path, mut source, mut engine, mut mastering, mut outputs } = self;
        let (mut input, mut ahead) = (source.block(), source.block());
        let (mut blocks, mut behind) = (engine.output_blocks(), engine.output_blocks());
        behind.iter_mut().for_each(|block| block.set_frames(0));
        let mut done = 0_u64;
        let mut goes_on = source.read(&mut input)?;
        while goes_on {
            if stop() {
                return Err(JobError::Interrupted);
            }
            let render = || engine.process(&input, &mut blocks);
            let (rendered, (read, taken)) =
                rayon::join(render, || rayon::join(|| source.read(&mut ahead), || outputs.take(&behind)));
            taken?;
            rendered.map_err(|e| JobError::file(path, e))?;
            goes_on = read?;
            done = done.saturating_add(blocks.first().map_or(0, AudioBlock::frames) as u64);
            mastering.process(&mut blocks);
            std::mem::swap(&mut input, &mut ahead);
            std::mem::swap(&mut blocks, &mut behind);
            progress(done);
        }
        outputs.take(&behind)?;
        while mastering.drain(&mut blocks) {
            outputs.take(&blocks)?;
        }
        let Outputs { destinations, comparison } = outputs;
        let finished = destinations.into_par_iter().with_max_len(1).map(|(output, _)| output.finish());
        let taken = finished.collect::<Result<_, _>>()?;
        let compared = comparison.map(ComparisonMeter::finish);
        Ok(Passed { taken, compared, faults: source.into_faults(), mastering })
    }
}

impl Outputs {
    /// Every output takes its block.
    fn take(&mut self, blocks: &[AudioBlock]) -> Result<(), JobError> {
        let Self { destinations, comparison } = self;
        let take = |((destination, stem), block): (&mut (Destination, Option<usize>), &AudioBlock)| {
            destination.take(block, stem.and_then(|stem| blocks.get(stem)))
        };
        let compare = || comparison.iter_mut().for_each(|comparison| comparison.add(blocks));
        let outputs = destinations.par_iter_mut().with_max_len(1).zip(blocks);
        rayon::join(compare, || outputs.map(take).collect::<Result<(), JobError>>()).1
    }
}
