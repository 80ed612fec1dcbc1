//! The way of a job's blocks: reader, engine, master chains, writers.

use rayon::prelude::*;

use super::JobError;
use super::comparison::{Compared, ComparisonMeter};
use super::faults::Faults;
use super::mastering::Mastering;
use super::sink::{Destination, Taken};
use super::source::{Source, each_block};
use crate::audio::AudioBlock;
use crate::engine::Engine;

/// What a job's blocks pass.
pub(super) struct Line<'a> {
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
    /// Renders block after block among the threads of the pool that it runs in.
    pub(super) fn run(
        self,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Passed, JobError> {
        let Self { source, mut engine, mut mastering, mut outputs } = self;
        let mut take = |blocks: &[AudioBlock]| outputs.take(blocks);
        let faults = each_mastered(source, (&mut engine, &mut mastering), (progress, stop), &mut take)?;
        let Outputs { destinations, comparison } = outputs;
        let finished = destinations.into_par_iter().with_max_len(1).map(|(output, _)| output.finish());
        let taken = first_error(finished.collect())?;
        Ok(Passed { taken, compared: comparison.map(ComparisonMeter::finish), faults, mastering })
    }
}

/// As [`each_block`], with what comes out of the master chains. `progress` hears how many frames were rendered.
///
/// # Errors
/// As [`each_block`].
pub(super) fn each_mastered(
    source: Source,
    (engine, mastering): (&mut Engine, &mut Mastering),
    (progress, stop): (&mut (dyn FnMut(u64) + Send), &(dyn Fn() -> bool + Sync)),
    take: &mut (dyn FnMut(&[AudioBlock]) -> Result<(), JobError> + Send),
) -> Result<Faults, JobError> {
    let mut done = 0_u64;
    let mut master = |blocks: &mut [AudioBlock]| {
        done = done.saturating_add(blocks.first().map_or(0, AudioBlock::frames) as u64);
        mastering.process(blocks);
        take(blocks)?;
        progress(done);
        Ok(())
    };
    let (faults, mut blocks) = each_block(source, engine, stop, &mut master)?;
    while mastering.drain(&mut blocks) {
        take(&blocks)?;
    }
    Ok(faults)
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
        let (taken, ()) = rayon::join(|| outputs.map(take).collect(), compare);
        first_error(taken).map(drop)
    }
}

/// All results, or the first error in their order: whichever thread was the first to fail.
fn first_error<T>(results: Vec<Result<T, JobError>>) -> Result<Vec<T>, JobError> {
    results.into_iter().collect()
}
