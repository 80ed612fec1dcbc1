//! The second half of a renderer's work: what lies on the bus to the output.

use std::ops::Range;

use super::super::error::{RenderError, time_span};
use super::super::interpolation::{Content, add, content, set};
use super::super::mix::Sources;
use super::super::plan::{GRID, Stretch};
use super::Renderer;
use super::worker::{OutputBlock, Room, Task};
use crate::audio::AudioBlock;
use crate::monitor::binaural::Stage;

impl Renderer {
    /// Renders the next stretch. `output` receives the part of [`Stretch::output`] that lies in `wanted`.
    pub fn render(
        &mut self,
        sources: &impl Sources,
        stretch: Stretch,
        wanted: &Range<i64>,
        output: &mut AudioBlock,
    ) -> Result<(), RenderError> {
        let whole = stretch.output();
        let range = whole.start.max(wanted.start)..whole.end.min(wanted.end);
        let frames = usize::try_from(range.end - range.start).unwrap_or(0);
        let first = usize::try_from(range.start - whole.start).unwrap_or(0);
        output.set_frames(frames);
        match self.stage.take() {
            None => {
                let mut blocks = output_blocks(output, first, stretch.output_blocks);
                self.work(Task { sources, stretch, ahead: 0, blocks: &mut blocks })
            }
            Some(mut stage) => {
                let rendered = self.render_ears(&mut stage, sources, stretch, first, output);
                self.stage = Some(stage);
                rendered
            }
        }
    }

    /// The bus, decorrelated and aligned, through the stage to the output, which receives what comes from sample `first` on.
    fn render_ears(
        &mut self,
        stage: &mut Stage,
        sources: &impl Sources,
        stretch: Stretch,
        first: usize,
        output: &mut AudioBlock,
    ) -> Result<(), RenderError> {
        let (start, ahead) = (stretch.output().start, stage.latency());
        let mut lines: Vec<_> =
            stage.lines(stretch.output_blocks).into_iter().map(|rows| Some((0, rows))).collect();
        self.work(Task { sources, stretch, ahead, blocks: &mut lines })?;
        let ears = stage.render(start + ahead as i64, stretch.output_blocks);
        let frames = output.frames();
        let mut bad = None;
        for (ear, row) in output.channels_mut().enumerate().filter(|_| frames > 0) {
            row.copy_from_slice(&ears.channel(ear)[first..first + frames]);
            if content(row) == Content::NotFinite {
                bad = bad.or(Some(ear));
            }
        }
        match bad {
            None => Ok(()),
            Some(ear) => Err(RenderError::Output {
                channel: ["left ear", "right ear"][ear].to_owned(),
                time: time_span(start + first as i64, self.sample_rate),
            }),
        }
    }

    /// The grid block at `at` of a channel of the bus, decorrelated; in the room's line where it is computed.
    fn line<'a>(&self, channel: usize, (bus, at): (&'a AudioBlock, usize), room: &'a mut Room) -> &'a [f32] {
        let direct = &bus.channel(channel)[at..at + GRID];
        if let Some(decorrelators) = self.decorrelators.as_ref().filter(|_| channel < self.diffuse) {
            let diffuse = bus.channel(self.names.len() + channel);
            if decorrelators.add(channel, (diffuse, at), &mut room.decorrelation, direct, &mut room.line) {
                return &room.line;
            }
        }
        direct
    }

    /// The grid block at `at` of the bus, without its first `skip` samples, to `rows`; `Err` names a channel
    /// that is not finite.
    pub(super) fn deliver_block(
        &self,
        (bus, at): (&AudioBlock, usize),
        skip: usize,
        rows: &mut [&mut [f32]],
        room: &mut Room,
    ) -> Result<(), usize> {
        if self.wiring.is_empty() {
            // What a stage takes in.
            for (channel, row) in rows.iter_mut().enumerate() {
                row.copy_from_slice(self.line(channel, (bus, at), room));
            }
            return Ok(());
        }
        let mut filled = std::mem::take(&mut room.filled);
        filled.clear();
        filled.resize(rows.len(), false);
        for (channel, (output, gain)) in self.wiring.iter().enumerate() {
            let line = self.line(channel, (bus, at), room);
            let Some(row) = rows.get_mut(*output) else { continue };
            let line = &line[skip..skip + row.len()];
            let first = !std::mem::replace(&mut filled[*output], true);
            let content = if first { set(line, *gain, row) } else { add(line, *gain, row) };
            if content == Content::NotFinite {
                return Err(channel);
            }
        }
        let unused = rows.iter_mut().zip(&filled).filter(|(_, filled)| !**filled);
        unused.for_each(|(row, _)| row.fill(0.0));
        room.filled = filled;
        Ok(())
    }
}

/// Of each of `blocks` grid blocks what goes to the output, whose first sample is sample `first` of them.
fn output_blocks(output: &mut AudioBlock, first: usize, blocks: usize) -> Vec<Option<OutputBlock<'_>>> {
    let (number, skip, frames) = (first / GRID, first % GRID, output.frames());
    let wanted = number..number + (skip + frames).div_ceil(GRID);
    let wants = |block: usize| frames > 0 && wanted.contains(&block);
    let rows = || Vec::with_capacity(output.channels());
    let block = |block| wants(block).then(|| (if block == number { skip } else { 0 }, rows()));
    let mut blocks: Vec<Option<OutputBlock>> = (0..blocks).map(block).collect();
    for channel in output.channels_mut() {
        let (head, rest) = channel.split_at_mut((GRID - skip).min(frames));
        let rows = std::iter::once(head).chain(rest.chunks_mut(GRID));
        blocks.iter_mut().flatten().zip(rows).for_each(|(block, row)| block.1.push(row));
    }
    blocks
}
