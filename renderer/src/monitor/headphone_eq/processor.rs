//! Both ears through their responses, block by block of the grid.

use hrtf::convolver::{OverlapSave, Scratch};
use rayon::prelude::*;

use super::EarResponses;
use crate::audio::AudioBlock;
use crate::render::GRID;

/// The responses of both ears, and what went before the stretch.
pub(in crate::monitor) struct Processor {
    filters: Vec<OverlapSave>,
    memory: usize,
    latency: usize,
    /// History, then the stretch.
    lines: AudioBlock,
}

impl Processor {
    pub(in crate::monitor) fn new(responses: &EarResponses) -> Self {
        let filters = OverlapSave::set(&responses.ears, GRID);
        let memory = filters.first().map_or(0, |filter| filter.input_len() - GRID).next_multiple_of(GRID);
        Self { filters, memory, latency: responses.latency, lines: AudioBlock::default() }
    }

    /// Samples of input before a block that its output depends on, whole grid blocks.
    pub(in crate::monitor) fn memory(&self) -> usize {
        self.memory
    }

    /// Samples that everything comes later.
    pub(in crate::monitor) fn latency(&self) -> usize {
        self.latency
    }

    /// Takes room for stretches of up to `blocks` grid blocks.
    pub(in crate::monitor) fn reserve(&mut self, blocks: usize) {
        self.lines = AudioBlock::new(2, self.memory + blocks * GRID);
        self.lines.silence();
    }

    /// Forgets all samples.
    pub(in crate::monitor) fn restart(&mut self) {
        self.lines.silence();
    }

    /// Filters `blocks` grid blocks of both ears in place.
    pub(in crate::monitor) fn process(&mut self, ears: &mut AudioBlock, blocks: usize) {
        let (memory, end) = (self.memory, blocks * GRID);
        for (line, ear) in self.lines.channels_mut().zip(ears.channels_mut()) {
            line[memory..memory + end].copy_from_slice(&ear[..end]);
        }
        let Self { filters, lines, .. } = self;
        let rows = ears.channels_mut().zip(filters.iter()).enumerate();
        for (ear, (row, filter)) in rows {
            let line = lines.channel(ear);
            let before = filter.input_len() - GRID;
            row[..end].par_chunks_mut(GRID).enumerate().for_each_init(
                || filter.scratch(),
                |scratch: &mut Scratch, (block, out)| {
                    let at = memory + block * GRID;
                    out.fill(0.0);
                    filter.add(&line[at - before..at + GRID], scratch, out);
                },
            );
        }
        self.lines.channels_mut().for_each(|line| line.copy_within(end..end + memory, 0));
    }
}
