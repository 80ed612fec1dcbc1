//! A voice: one mono source and the gains it has over time, for one target.

use std::ops::Range;
use std::sync::Arc;

use formats::adm::{BlockFormats, BlockId, ObjectsBlock};

use super::hand::ItemEdit;
use super::plan::{GRID, GainPair, Plan, Shape};
use super::target::Panner;
use super::timing::{BlockTiming, ObjectWindow, SamplePosition, TimedBlock};
use crate::items::RenderItem;

/// Gains of every channel of a bus: the direct ones, then the diffuse ones where the bus has them.
pub(super) type BusGains = Arc<[f64]>;

/// One mono source panned to a target's bus.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    /// The source's number in the engine's table of sources.
    pub source: usize,
    /// The item it comes from, by its place in the list.
    pub item: usize,
    window: ObjectWindow,
    constant: Option<BusGains>,
    cursor: usize,
    memory: GainMemory,
    /// What is done to its item by hand, and what will be from the next stretch on.
    edit: Arc<ItemEdit>,
    next_edit: Option<Arc<ItemEdit>>,
}

/// What planning a voice needs to know.
#[derive(Clone, Copy)]
pub(super) struct PlanContext<'a> {
    /// The list that [`Voice::item`] counts in.
    pub items: &'a [RenderItem],
    /// Channels of the bus.
    pub bus_channels: usize,
    /// Blocks less important are silent (BS.2127-1 §5.3.1.3).
    pub importance: Option<u8>,
}

/// Gains of a block that came out as NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GainNotFinite(pub BlockId);

/// `$result` of the blocks of an item, whichever they are; `$none` for one whose gains don't follow blocks.
macro_rules! of_timed_blocks {
    ($item:expr, $blocks:ident => $result:expr, $none:expr) => {
        match $item {
            RenderItem::Objects(item) => match &item.channel.blocks {
                BlockFormats::Objects($blocks) => $result,
                _ => $none,
            },
            RenderItem::DirectSpeakers(item) => match &item.channel.blocks {
                BlockFormats::DirectSpeakers($blocks) => $result,
                _ => $none,
            },
            RenderItem::Binaural(item) => match &item.channel.blocks {
                BlockFormats::Binaural($blocks) => $result,
                _ => $none,
            },
            RenderItem::Hoa(_) => $none,
        }
    };
}

impl Voice {
    /// A voice whose gains come from the blocks of its item.
    pub(super) fn of_blocks(source: usize, item: usize, window: ObjectWindow) -> Self {
        let (memory, edit) = (GainMemory::default(), Arc::default());
        Self { source, item, window, constant: None, cursor: 0, memory, edit, next_edit: None }
    }

    /// A voice with the same gains from the window's start to its end.
    pub(super) fn constant(source: usize, item: usize, window: ObjectWindow, gains: BusGains) -> Self {
        Self { constant: Some(gains), ..Self::of_blocks(source, item, window) }
    }

    /// Makes `plan` what the voice does in `blocks` grid blocks from the grid sample `start` on. May be called for
    /// any stretch; going forwards without gaps computes the gains of every block once.
    pub(super) fn prepare(
        &mut self,
        context: PlanContext<'_>,
        panner: &mut dyn Panner,
        (start, blocks): (i64, usize),
        plan: &mut Plan,
    ) -> Result<(), GainNotFinite> {
        let within = start..start + (blocks * GRID) as i64;
        self.lay_out(context, panner, &within, plan)?;
        if let Some(edit) = self.next_edit.take() {
            let from = plan.gains_at(within.start, context.bus_channels);
            self.memory = GainMemory::default();
            self.edit = edit;
            self.lay_out(context, panner, &within, plan)?;
            let to = plan.gains_at(within.end, context.bus_channels);
            let length = (within.end - within.start) as f64;
            let line = Shape::Line { start: SamplePosition::at(within.start), length };
            plan.reset(start);
            plan.push(within.clone(), &within, line, GainPair { from: &from, to: &to });
        }
        plan.finish(blocks);
        Ok(())
    }

    /// What is done by hand to the item from the next stretch on: gains run along one line through the whole of it, to
    /// what they are at its end then.
    pub(super) fn change(&mut self, edit: &Arc<ItemEdit>) {
        self.next_edit = Some(Arc::clone(edit));
    }

    /// Puts the spans of a stretch into `plan`.
    fn lay_out(
        &mut self,
        context: PlanContext<'_>,
        panner: &mut dyn Panner,
        within: &Range<i64>,
        plan: &mut Plan,
    ) -> Result<(), GainNotFinite> {
        plan.reset(within.start);
        if let Some(gains) = &self.constant {
            let times = self.window.start.ceil()..self.window.end.ceil();
            plan.push(times, within, Shape::Constant, GainPair { from: gains, to: gains });
        } else {
            self.prepare_item(context, panner, within, plan)?;
        }
        if self.edit.level != 1.0 {
            plan.scale(self.edit.level);
        }
        Ok(())
    }

    /// Whether no more than about `most` blocks of `item` lie within a stretch.
    pub(super) fn has_at_most(&mut self, most: usize, item: &RenderItem, within: &Range<i64>) -> bool {
        of_timed_blocks!(item, blocks => self.are_at_most(most, blocks, within), true)
    }

    fn are_at_most(&mut self, most: usize, blocks: &[impl TimedBlock], within: &Range<i64>) -> bool {
        if blocks.len() <= most {
            return true;
        }
        self.seek(blocks, within.start);
        blocks.get(self.cursor + most).is_none_or(|block| self.window.start_of(block).ceil() >= within.end)
    }

    /// The first block of `item` that starts before the one in front of it, if any.
    pub(super) fn block_out_of_order(&self, item: &RenderItem) -> Option<BlockId> {
        of_timed_blocks!(item, blocks => self.out_of_order(blocks), None)
    }

    fn out_of_order(&self, blocks: &[impl TimedBlock]) -> Option<BlockId> {
        self.window.first_out_of_order(blocks).map(|index| blocks[index].common().id)
    }

    fn prepare_item(
        &mut self,
        context: PlanContext<'_>,
        panner: &mut dyn Panner,
        within: &Range<i64>,
        plan: &mut Plan,
    ) -> Result<(), GainNotFinite> {
        let (number, edit) = (self.item, Arc::clone(&self.edit));
        match &context.items[number] {
            RenderItem::Objects(item) => {
                let BlockFormats::Objects(blocks) = &item.channel.blocks else { return Ok(()) };
                let gains = |block: &ObjectsBlock| {
                    let gains = panner.objects(number, &edit.applied_to(block), &item.context);
                    let diffuse = context.bus_channels.saturating_sub(gains.direct.len());
                    gains.direct.iter().chain(gains.diffuse.iter().take(diffuse)).copied().collect()
                };
                self.prepare_blocks(blocks, context, (within, plan), gains, same_gains)
            }
            RenderItem::DirectSpeakers(item) => {
                let BlockFormats::DirectSpeakers(blocks) = &item.channel.blocks else { return Ok(()) };
                let gains = |block: &_| panner.direct_speakers(number, block, item, &mut Vec::new());
                self.prepare_blocks(blocks, context, (within, plan), gains, |_, _| false)
            }
            RenderItem::Binaural(item) => {
                let BlockFormats::Binaural(blocks) = &item.channel.blocks else { return Ok(()) };
                let gains = |block: &_| panner.ear(block, item);
                self.prepare_blocks(blocks, context, (within, plan), gains, |_, _| false)
            }
            RenderItem::Hoa(_) => Ok(()),
        }
    }

    fn prepare_blocks<B: TimedBlock>(
        &mut self,
        blocks: &[B],
        context: PlanContext<'_>,
        (within, plan): (&Range<i64>, &mut Plan),
        mut gains: impl FnMut(&B) -> Vec<f64>,
        same: impl Fn(&B, &B) -> bool,
    ) -> Result<(), GainNotFinite> {
        let mut compute = |index: usize| {
            let common = blocks[index].common();
            if context.importance.is_some_and(|threshold| common.importance < threshold) {
                return Ok(vec![0.0; context.bus_channels].into());
            }
            let mut gains = gains(&blocks[index]);
            gains.resize(context.bus_channels, 0.0);
            let finite = gains.iter().all(|gain| gain.is_finite());
            if finite { Ok(gains.into()) } else { Err(GainNotFinite(common.id)) }
        };
        let same = |a: usize, b: usize| {
            blocks[a].common().importance == blocks[b].common().importance && same(&blocks[a], &blocks[b])
        };
        self.seek(blocks, within.start);
        for index in self.cursor..blocks.len() {
            let timing = self.window.timing(blocks, index);
            if timing.start.ceil() >= within.end {
                break;
            }
            self.cursor = index;
            if timing.end.ceil() > timing.start.ceil().max(within.start) {
                self.push_block((index, &timing), (within, plan), &mut compute, &same)?;
            }
        }
        Ok(())
    }

    /// Puts the cursor on the block that `sample` falls in, or the one before.
    fn seek(&mut self, blocks: &[impl TimedBlock], sample: i64) {
        let at_or_before = blocks.get(self.cursor).is_some_and(|b| self.window.start_of(b).ceil() <= sample);
        if self.memory.current.is_none() || !at_or_before {
            self.cursor = self.window.find(blocks, sample);
        }
    }

    fn push_block(
        &mut self,
        (index, timing): (usize, &BlockTiming),
        (within, plan): (&Range<i64>, &mut Plan),
        compute: &mut impl FnMut(usize) -> Result<BusGains, GainNotFinite>,
        same: &impl Fn(usize, usize) -> bool,
    ) -> Result<(), GainNotFinite> {
        let moves = timing.target > timing.start && timing.target.ceil() > within.start;
        if !moves {
            let gains = self.memory.at(index, compute, same)?;
            let times = timing.start.ceil()..timing.end.ceil();
            plan.push(times, within, Shape::Constant, GainPair { from: &gains, to: &gains });
            return Ok(());
        }
        let (from, to) = self.memory.pair_to(index, compute, same)?;
        plan.push_block(timing, within, &from, &to);
        Ok(())
    }
}

/// The gains of the two blocks last asked for.
#[derive(Clone, Debug, Default)]
struct GainMemory {
    current: Option<(usize, BusGains)>,
    previous: Option<(usize, BusGains)>,
}

impl GainMemory {
    /// Gains of block `index`: remembered, taken over from the same parameters, or computed.
    fn at(
        &mut self,
        index: usize,
        compute: &mut impl FnMut(usize) -> Result<BusGains, GainNotFinite>,
        same: &impl Fn(usize, usize) -> bool,
    ) -> Result<BusGains, GainNotFinite> {
        if let Some((at, gains)) = &self.current
            && *at == index
        {
            return Ok(gains.clone());
        }
        let last = self.current.take();
        let gains = match &last {
            Some((at, gains)) if at + 1 == index && same(*at, index) => gains.clone(),
            _ => compute(index)?,
        };
        self.previous = last;
        self.current = Some((index, gains.clone()));
        Ok(gains)
    }

    /// Gains of block `index − 1` and of block `index`; `index` is not 0.
    fn pair_to(
        &mut self,
        index: usize,
        compute: &mut impl FnMut(usize) -> Result<BusGains, GainNotFinite>,
        same: &impl Fn(usize, usize) -> bool,
    ) -> Result<(BusGains, BusGains), GainNotFinite> {
        if let (Some((before, from)), Some((at, to))) = (&self.previous, &self.current)
            && before + 1 == index
            && *at == index
        {
            return Ok((from.clone(), to.clone()));
        }
        let from = self.at(index - 1, compute, same)?;
        Ok((from, self.at(index, compute, same)?))
    }
}

/// The two blocks differ in nothing that gains depend on.
fn same_gains(a: &ObjectsBlock, b: &ObjectsBlock) -> bool {
    a.position == b.position
        && a.common.gain == b.common.gain
        && (a.width, a.height, a.depth, a.diffuse) == (b.width, b.height, b.depth, b.diffuse)
        && a.screen_ref == b.screen_ref
        && a.screen_edge_lock == b.screen_edge_lock
        && a.special == b.special
}
