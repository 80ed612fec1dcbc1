//! The way of a job's blocks: reader, engine, master chains, writers.

use std::path::Path;

use super::JobError;
use super::comparison::{Compared, ComparisonMeter};
use super::faults::Faults;
use super::mastering::Mastering;
use super::sink::{Sink, Taken};
use super::source::Source;
use crate::audio::AudioBlock;
use crate::engine::Engine;

/// What a job's blocks pass: reader, engine, writers.
pub(super) struct Line<'scope> {
    pub(super) path: &'scope Path,
    pub(super) source: Source,
    pub(super) engine: Engine,
    pub(super) mastering: Mastering,
    pub(super) blocks: Vec<AudioBlock>,
    /// For each output, the block with its dialogue alone.
    pub(super) stems: Vec<Option<usize>>,
    pub(super) sinks: Vec<Sink<'scope>>,
    pub(super) comparison: Option<ComparisonMeter>,
}

/// What is left when all blocks have passed: what the sinks hold, what was measured beside them, which samples were no numbers,
/// and the chains.
pub(super) struct Passed {
    pub(super) taken: Vec<Taken>,
    pub(super) compared: Option<Compared>,
    pub(super) faults: Faults,
    pub(super) mastering: Mastering,
}

impl Line<'_> {
    /// Renders block after block.
    pub(super) fn run(
        mut self,
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Passed, JobError> {
        let mut done = 0_u64;
        while let Some(input) = self.source.next()? {
            if stop() {
                return Err(JobError::Interrupted);
            }
            let rendered = self.engine.process(&input, &mut self.blocks);
            rendered.map_err(|e| JobError::file(self.path, e))?;
            self.source.recycle(input);
            let frames = self.blocks.first().map_or(0, AudioBlock::frames);
            self.mastering.process(&mut self.blocks);
            self.comparison.iter_mut().for_each(|comparison| comparison.add(&self.blocks));
            self.send()?;
            done = done.saturating_add(frames as u64);
            progress(done);
        }
        while self.mastering.drain(&mut self.blocks) {
            self.send()?;
        }
        self.sinks.iter().for_each(Sink::end);
        let taken = self.sinks.into_iter().map(Sink::finish).collect::<Result<_, _>>()?;
        let compared = self.comparison.map(ComparisonMeter::finish);
        Ok(Passed { taken, compared, faults: self.source.faults(), mastering: self.mastering })
    }

    /// Sends the blocks to the sinks.
    fn send(&mut self) -> Result<(), JobError> {
        for index in 0..self.sinks.len() {
            let stem = self.stems.get(index).copied().flatten();
            let stem = stem.and_then(|stem| self.blocks.get(stem)).cloned();
            let (Some(sink), Some(block)) = (self.sinks.get(index), self.blocks.get_mut(index)) else {
                break;
            };
            let full = std::mem::replace(block, sink.empty_block());
            if !sink.send(full, stem) {
                return Err(self.sinks.swap_remove(index).failure());
            }
        }
        Ok(())
    }
}
