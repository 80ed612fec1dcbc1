//! The second half of a renderer's work: what lies on the bus to the output.

use std::ops::Range;

use rayon::prelude::*;

use super::super::decorrelation::Decorrelators;
use super::super::error::{RenderError, time_span};
use super::super::interpolation::{Content, add, content, set};
use super::super::plan::{GRID, Stretch};
use super::Renderer;
use crate::audio::AudioBlock;

impl Renderer {
    /// The bus, decorrelated, aligned and wired, to the output.
    pub(super) fn deliver(
        &mut self,
        stretch: Stretch,
        wanted: &Range<i64>,
        output: &mut AudioBlock,
    ) -> Result<(), RenderError> {
        let whole = stretch.output();
        if self.stage.is_some() {
            return self.deliver_ears(stretch, wanted, output);
        }
        let range = whole.start.max(wanted.start)..whole.end.min(wanted.end);
        let frames = usize::try_from(range.end - range.start).unwrap_or(0);
        output.set_frames(frames);
        if frames == 0 {
            return Ok(());
        }
        let first = (range.start - whole.start) as usize;
        let from = self.history(stretch.lag) - stretch.lag;
        let failed = output_blocks(output, first)
            .into_par_iter()
            .map_init(
                || self.room(),
                |room, (block, skip, mut rows)| {
                    self.deliver_block(from + block * GRID, skip, &mut rows, room).err().map(|e| (block, e))
                },
            )
            .find_first(Option::is_some)
            .flatten();
        match failed {
            None => Ok(()),
            Some((block, channel)) => Err(RenderError::Output {
                channel: self.names[channel].clone(),
                time: time_span(whole.start + (block * GRID) as i64, self.sample_rate),
            }),
        }
    }

    /// The bus, decorrelated and aligned, through the stage to the output.
    fn deliver_ears(
        &mut self,
        stretch: Stretch,
        wanted: &Range<i64>,
        output: &mut AudioBlock,
    ) -> Result<(), RenderError> {
        let Some(mut stage) = self.stage.take() else { return Ok(()) };
        let ahead = stage.latency();
        let from = self.history(stretch.lag) - stretch.lag + ahead;
        stage.lines(stretch.output_blocks).into_par_iter().enumerate().for_each_init(
            || self.room(),
            |room, (block, mut rows)| {
                for (channel, row) in rows.iter_mut().enumerate() {
                    row.copy_from_slice(self.line(channel, from + block * GRID, room));
                }
            },
        );
        let whole = stretch.output();
        let ears = stage.render(whole.start + ahead as i64, stretch.output_blocks);
        let range = whole.start.max(wanted.start)..whole.end.min(wanted.end);
        let frames = usize::try_from(range.end - range.start).unwrap_or(0);
        output.set_frames(frames);
        let first = usize::try_from(range.start - whole.start).unwrap_or(0);
        let mut bad = None;
        for (ear, row) in output.channels_mut().enumerate().filter(|_| frames > 0) {
            row.copy_from_slice(&ears.channel(ear)[first..first + frames]);
            if content(row) == Content::NotFinite {
                bad = bad.or(Some(ear));
            }
        }
        self.stage = Some(stage);
        match bad {
            None => Ok(()),
            Some(ear) => Err(RenderError::Output {
                channel: ["left ear", "right ear"][ear].to_owned(),
                time: time_span(range.start, self.sample_rate),
            }),
        }
    }

    /// The grid block at `at` of a channel of the bus, decorrelated; in the room's line where it is computed.
    fn line<'a>(&'a self, channel: usize, at: usize, room: &'a mut Room) -> &'a [f32] {
        let direct = &self.bus.channel(channel)[at..at + GRID];
        if let Some(decorrelators) = self.decorrelators.as_ref().filter(|_| channel < self.diffuse) {
            let diffuse = self.bus.channel(self.names.len() + channel);
            if decorrelators.add(channel, (diffuse, at), &mut room.decorrelation, direct, &mut room.line) {
                return &room.line;
            }
        }
        direct
    }

    fn room(&self) -> Room {
        let scratch = self.decorrelators.as_ref().map(Decorrelators::scratch).unwrap_or_default();
        Room { line: vec![0.0; GRID], decorrelation: scratch, filled: Vec::new() }
    }

    /// The grid block at `at` of the bus, without its first `skip` samples, to `rows`; `Err` names a channel
    /// that is not finite.
    fn deliver_block(
        &self,
        at: usize,
        skip: usize,
        rows: &mut [&mut [f32]],
        room: &mut Room,
    ) -> Result<(), usize> {
        let mut filled = std::mem::take(&mut room.filled);
        filled.clear();
        filled.resize(rows.len(), false);
        for (channel, (output, gain)) in self.wiring.iter().enumerate() {
            let line = self.line(channel, at, room);
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

/// What a thread needs to deliver a block.
struct Room {
    line: Vec<f32>,
    decorrelation: hrtf::convolver::Scratch,
    /// Which rows of the output hold something of the block.
    filled: Vec<bool>,
}

/// The output from sample `first` of a grid block on: the number of each block, the samples missing at its
/// start, and its rows.
fn output_blocks(output: &mut AudioBlock, first: usize) -> Vec<(usize, usize, Vec<&mut [f32]>)> {
    let number = first / GRID;
    let skip = first % GRID;
    let frames = output.frames();
    let count = (skip + frames).div_ceil(GRID);
    let mut blocks: Vec<_> =
        (0..count).map(|block| (number + block, if block == 0 { skip } else { 0 }, Vec::new())).collect();
    for channel in output.channels_mut() {
        let (head, rest) = channel.split_at_mut((GRID - skip).min(frames));
        let rows = std::iter::once(head).chain(rest.chunks_mut(GRID));
        blocks.iter_mut().zip(rows).for_each(|(block, row)| block.2.push(row));
    }
    blocks
}
