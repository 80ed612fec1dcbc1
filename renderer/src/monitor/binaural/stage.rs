//! The feeds to two ears, grid block by grid block.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use hrtf::{Binauraliser, Direction, Ears, Filter, Knot, Orientation};
use rayon::prelude::*;

use super::Headphones;
use super::build_up::{self, BuildUp};
use super::feeds::{EARS, Feed, Feeds, SceneRows};
use super::head::Head;
use super::panner::BinauralPanner;
use super::room::{Directness, RoomStage};
use super::scene::Scene;
use super::spread::Spread;
use crate::audio::AudioBlock;
use crate::items::RenderItem;
use crate::monitor::headphone_eq::Processor;
use crate::panner::screen_edge_lock::ScreenEdgeLock;
use crate::panner::screen_scale::ScreenScale;
use crate::render::{
    Content, Conversion, DecorrelationFilters, GRID, ItemEdit, Panner, Path, RenderError, Screen, content,
};

/// A source that turns by more than this from knot to knot, degrees, has not moved but is somewhere else.
const JUMP: f64 = 20.0;

/// Renders the feeds of one target.
pub(crate) struct Stage {
    feeds: Arc<Feeds>,
    items: Arc<[RenderItem]>,
    rows: Vec<Row>,
    scenes: Vec<Scene>,
    head: Head,
    /// What is done by hand from the next stretch on.
    edits: Vec<(usize, Arc<ItemEdit>)>,
    turn: Option<Orientation>,
    binauraliser: Binauraliser,
    /// The feeds: history, then the blocks of the stretch.
    lines: AudioBlock,
    ears: AudioBlock,
    /// Sums of threads that aren't at work.
    spare: Mutex<Vec<Ears>>,
    room: Option<RoomStage>,
    equaliser: Option<Processor>,
    sample_rate: u32,
}

/// Sums that a thread has for a while: to make them takes longer than a block of few sources.
struct Lent<'a> {
    ears: Option<Ears>,
    spare: &'a Mutex<Vec<Ears>>,
}

impl<'a> Lent<'a> {
    fn from(spare: &'a Mutex<Vec<Ears>>, binauraliser: &Binauraliser) -> Self {
        let found = spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { ears: found.or_else(|| Some(binauraliser.ears())), spare }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).extend(self.ears.take());
    }
}

/// Where a feed is, over a stretch.
struct Row {
    path: Option<Path>,
    directions: Vec<Direction>,
    knots: Vec<Knot>,
    /// For each grid block the filter, when the feed stands still in all that the block depends on.
    steady: Vec<Option<Arc<Filter>>>,
    last: Option<(Direction, Arc<Filter>)>,
}

impl Stage {
    pub(crate) fn new(
        headphones: &Headphones,
        items: &Arc<[RenderItem]>,
        sample_rate: u32,
    ) -> Result<Self, RenderError> {
        let refused = |reason: String| RenderError::Layout { layout: "binaural".to_owned(), reason };
        let feeds = Feeds::new(headphones, items).map_err(|error| refused(error.to_string()))?;
        let scale = ScreenScale::new(&feeds.layout).map_err(|error| refused(error.to_string()))?;
        let edge_lock = ScreenEdgeLock::new(&feeds.layout).map_err(|error| refused(error.to_string()))?;
        let equaliser = headphones.equaliser.as_ref().map(|equaliser| equaliser.at(sample_rate)).transpose();
        let equaliser = equaliser.map_err(|error| refused(format!("headphone equalisation: {error}")))?;
        let path = |feed: &Feed| match feed {
            Feed::Item(item) => {
                let screen = Screen { scale: scale.clone(), edge_lock: edge_lock.clone() };
                Some(Path::new(items[*item].context(), sample_rate, Some(screen)))
            }
            _ => None,
        };
        let row = |feed: &Feed| Row {
            path: path(feed),
            directions: Vec::new(),
            knots: Vec::new(),
            steady: Vec::new(),
            last: None,
        };
        let binauraliser = Binauraliser::new(headphones.set.resampled(sample_rate), GRID);
        let scene =
            |rows: &SceneRows| Scene::new(rows.order, rows.head_locked, rows.rows.clone(), &binauraliser);
        let mut scenes = Scene::of_spread(&feeds.low, &binauraliser);
        scenes.extend(feeds.scenes.iter().map(scene));
        let head = (&headphones.head, headphones.head.moves());
        let room = headphones.room.as_ref().map(|room| RoomStage::new(room, &feeds, head, &binauraliser));
        Ok(Self {
            rows: feeds.rows.iter().map(row).collect(),
            scenes,
            feeds: Arc::new(feeds),
            items: Arc::clone(items),
            head: headphones.head.clone(),
            edits: Vec::new(),
            turn: None,
            binauraliser,
            room,
            lines: AudioBlock::default(),
            ears: AudioBlock::default(),
            spare: Mutex::default(),
            equaliser: equaliser.as_ref().map(Processor::new),
            sample_rate,
        })
    }

    /// Where an item is by hand, from the next stretch on.
    pub(crate) fn change(&mut self, item: usize, edit: &Arc<ItemEdit>) {
        self.edits.push((item, Arc::clone(edit)));
    }

    /// Where the head looks, from the next stretch on.
    pub(crate) fn turn_head(&mut self, to: Orientation) {
        self.turn = Some(to);
    }

    /// Forgets all samples.
    pub(crate) fn restart(&mut self) {
        self.lines.silence();
        self.rows.iter_mut().filter_map(|row| row.path.as_mut()).for_each(Path::restart);
        self.head.restart();
        self.room.iter_mut().for_each(RoomStage::restart);
        self.equaliser.iter_mut().for_each(Processor::restart);
    }

    /// Takes over what is done by hand. The blocks before have looked ahead by as many knots as they have after their end:
    /// only later ones may move.
    fn take_over(&mut self, start: i64) {
        let after = self.binauraliser.knots().end as usize - GRID / self.binauraliser.step();
        let from = start + ((after - 1) * self.binauraliser.step()) as i64;
        for (item, edit) in self.edits.drain(..) {
            let row = self.feeds.of_item.get(item).copied().flatten();
            if let Some(path) = row.and_then(|row| self.rows.get_mut(row)?.path.as_mut()) {
                path.change(from, edit);
            }
        }
        if let Some(to) = self.turn.take() {
            let rate = f64::from(self.sample_rate.max(1));
            self.head.turn(from as f64 / rate, (from + GRID as i64) as f64 / rate, to);
        }
    }

    /// The panner to the feeds.
    pub(crate) fn panner(&self, conversion: Option<Conversion>) -> Result<Box<dyn Panner>, RenderError> {
        let sends = self.feeds.sends.as_ref();
        let directness = sends.map(|_| Directness::new(&self.binauraliser, &self.head));
        let Feeds { common, layout, .. } = &*self.feeds;
        let build_up = common.map(|_| BuildUp::new(&self.binauraliser, layout, &self.head));
        let heads = (directness, build_up);
        Ok(Box::new(BinauralPanner::new(Arc::clone(&self.feeds), heads, conversion)?))
    }

    /// Names of the feeds.
    pub(crate) fn names(&self) -> &[String] {
        &self.feeds.names
    }

    /// How many feeds, from the first, have a diffuse row: the virtual loudspeakers, the ears, and the low frequencies of
    /// what is spread.
    pub(crate) fn diffuse(&self) -> usize {
        self.feeds.diffuse()
    }

    /// What the diffuse rows are decorrelated by. The ears are the loudspeakers of stereo to what is heard without a head;
    /// loudspeakers that stand in a room have the filters of BS.2127-1 §7.4, those that objects are spread over their own.
    pub(crate) fn decorrelation_filters(&self) -> DecorrelationFilters {
        let Feeds { names, ears, layout, low, .. } = &*self.feeds;
        let stereo = DecorrelationFilters::of_layout(&names[*ears..*ears + EARS]);
        if !low.is_empty() {
            return Spread::new(layout).filters(stereo, self.sample_rate);
        }
        let mut filters = DecorrelationFilters::of_layout(&names[..*ears]);
        filters.responses.extend(stereo.responses);
        match self.feeds.common {
            Some(_) => build_up::filters(&filters, *ears, self.sample_rate),
            None => filters,
        }
    }

    /// Diffuse rows are needed, whether something is diffuse or not.
    pub(crate) fn spreads(&self) -> bool {
        !self.feeds.low.is_empty() || self.feeds.common.is_some()
    }

    /// Samples before a grid block that its output depends on, whole grid blocks.
    pub(crate) fn memory(&self) -> usize {
        let room = self.room.as_ref().map_or(0, RoomStage::memory);
        self.history().max(room) + self.equaliser.as_ref().map_or(0, Processor::memory)
    }

    /// Samples that the ears hear later than a loudspeaker would give them: [`Stage::render`] wants its feeds so
    /// much ahead.
    pub(crate) fn latency(&self) -> usize {
        self.direct() + self.equaliser.as_ref().map_or(0, Processor::latency)
    }

    /// Samples until sound from straight ahead is at the ears: what bypasses head and room waits as long.
    fn direct(&self) -> usize {
        self.room.as_ref().and_then(RoomStage::direct).unwrap_or(self.binauraliser.frontal_delay())
    }

    /// Samples of the feeds kept in front of a stretch.
    fn history(&self) -> usize {
        self.binauraliser.memory().max(self.direct()).next_multiple_of(GRID)
    }

    /// Takes room for stretches of up to `blocks` grid blocks.
    pub(crate) fn reserve(&mut self, blocks: usize) {
        self.lines = AudioBlock::new(self.feeds.rows.len(), self.history() + blocks * GRID);
        self.lines.silence();
        self.ears = AudioBlock::new(2, blocks * GRID);
        self.equaliser.iter_mut().for_each(|equaliser| equaliser.reserve(blocks));
    }

    /// The feeds of `blocks` grid blocks, to be filled.
    pub(crate) fn lines(&mut self, blocks: usize) -> Vec<Vec<&mut [f32]>> {
        let start = self.history();
        grid_blocks(&mut self.lines, start, start + blocks * GRID)
    }

    /// Renders the feeds of `blocks` grid blocks, the first of which starts at sample `start`, to both ears.
    pub(crate) fn render(&mut self, start: i64, blocks: usize) -> &AudioBlock {
        self.follow(start, blocks);
        let (memory, direct) = (self.history(), self.direct());
        let Self { rows, feeds, scenes, binauraliser, lines, ears, spare, room, equaliser, head, .. } = self;
        let (rate, step) = (f64::from(self.sample_rate.max(1)), binauraliser.step());
        scenes.iter().for_each(|scene| scene.turn(lines, (memory, start, blocks), (head, rate, step)));
        grid_blocks(ears, 0, blocks * GRID).into_par_iter().enumerate().for_each_init(
            || Lent::from(spare, binauraliser),
            |lent, (block, mut out)| {
                out.iter_mut().for_each(|row| row.fill(0.0));
                let (Some(sum), [left, right]) = (&mut lent.ears, out.as_mut_slice()) else { return };
                let at = memory + block * GRID;
                add_block(
                    binauraliser,
                    (&feeds.rows, rows, scenes),
                    (lines, at, block),
                    (sum, direct),
                    [left, right],
                );
                binauraliser.finish(sum, left, right);
            },
        );
        if let Some(room) = room {
            room.add((start, blocks), (lines, memory), |sample| head.at(sample as f64 / rate), ears);
        }
        let (keep, end) = (memory, blocks * GRID);
        lines.channels_mut().for_each(|line| line.copy_within(end..end + keep, 0));
        if let Some(equaliser) = equaliser {
            equaliser.process(ears, blocks);
        }
        ears
    }

    /// Where every feed is at every knot of the stretch.
    fn follow(&mut self, start: i64, blocks: usize) {
        // Responses come late: what is at the ears now was where it was that long ago.
        let start = start - self.binauraliser.frontal_delay() as i64;
        self.take_over(start);
        let (step, around) = (self.binauraliser.step() as i64, self.binauraliser.knots());
        let (binauraliser, head, items) = (&self.binauraliser, &self.head, &self.items);
        let (rate, turning) = (f64::from(self.sample_rate.max(1)), self.head.moves());
        let last = (blocks * GRID) as i64 / step - GRID as i64 / step + around.end;
        let times: Vec<i64> = (around.start..last).map(|knot| start + knot * step).collect();
        let rows = self.rows.par_iter_mut().zip(&self.feeds.rows);
        rows.for_each(|(row, feed)| {
            row.directions.clear();
            let mut place = |sample: i64| match (feed, &mut row.path) {
                (Feed::Loudspeaker(direction), _) => Some((*direction, false)),
                (Feed::Item(item), Some(path)) => {
                    let place = path.place(&items[*item], sample);
                    Some((place.direction, place.head_locked))
                }
                _ => None,
            };
            let still = matches!(feed, Feed::Loudspeaker(_)) && !turning;
            for (index, sample) in times.iter().enumerate() {
                if let (true, Some(same)) = (still && index > 0, row.directions.last().copied()) {
                    row.directions.push(same);
                    continue;
                }
                let Some((direction, locked)) = place(*sample) else { return };
                let orientation = head.at(*sample as f64 / rate);
                let [x, y, z] = direction.into();
                let heard = if locked { [x, y, z] } else { orientation.rotated_back([x, y, z]) };
                row.directions.push(Direction::from_vector(heard));
            }
            row.settle(binauraliser, blocks, around.clone());
        });
    }
}

impl Row {
    /// Finds the filters of blocks where the feed stands still, and the knots where it doesn't.
    fn settle(&mut self, binauraliser: &Binauraliser, blocks: usize, around: Range<i64>) {
        let (steps, window) = (GRID / binauraliser.step(), (around.end - around.start) as usize);
        self.steady.clear();
        for block in 0..blocks {
            let within = &self.directions[block * steps..block * steps + window];
            let first = within[0];
            let filter = within.iter().all(|direction| *direction == first).then(|| match &self.last {
                Some((direction, filter)) if *direction == first => Arc::clone(filter),
                _ => {
                    let filter = Arc::new(binauraliser.filter(first));
                    self.last = Some((first, Arc::clone(&filter)));
                    filter
                }
            });
            self.steady.push(filter);
        }
        self.knots.clear();
        if self.steady.iter().any(Option::is_none) {
            let mut before: Option<Knot> = None;
            for (index, direction) in self.directions.iter().enumerate() {
                let last = index.checked_sub(1).map(|last| self.directions[last]);
                let knot = match (before, last) {
                    (Some(knot), Some(last)) if last == *direction => Knot { jump: false, ..knot },
                    _ => Knot {
                        placed: binauraliser.place(*direction),
                        jump: last.is_some_and(|last| last.angle_to(*direction) > JUMP),
                    },
                };
                self.knots.push(knot);
                before = Some(knot);
            }
        }
    }

    /// Adds the feed, which moves, to grid block `block`.
    fn add(&self, binauraliser: &Binauraliser, block: usize, input: &[f32], sum: &mut Ears) {
        let (around, first) = (binauraliser.knots(), block * (GRID / binauraliser.step()));
        let window = first..first + (around.end - around.start) as usize;
        let knots = self.knots.get(window).unwrap_or_default();
        binauraliser.add_moving(input, knots, sum);
    }
}

/// Adds every feed of grid block `block`, which starts at `at` of the lines.
fn add_block(
    binauraliser: &Binauraliser,
    (feeds, rows, scenes): (&[Feed], &[Row], &[Scene]),
    (lines, at, block): (&AudioBlock, usize, usize),
    (sum, straight): (&mut Ears, usize),
    [left, right]: [&mut &mut [f32]; 2],
) {
    let memory = binauraliser.memory();
    for (index, (feed, row)) in feeds.iter().zip(rows).enumerate() {
        let line = &lines.channel(index)[..at + GRID];
        let input = &line[at - memory..];
        if content(&line[at - memory.max(straight)..]) == Content::Silence {
            continue;
        }
        let late = &line[at - straight..at - straight + GRID];
        match feed {
            Feed::Ear(0) => left.iter_mut().zip(late).for_each(|(ear, sample)| *ear += sample),
            Feed::Ear(_) => right.iter_mut().zip(late).for_each(|(ear, sample)| *ear += sample),
            Feed::Both => {
                let each = std::f32::consts::FRAC_1_SQRT_2;
                let ears = left.iter_mut().zip(right.iter_mut()).zip(late);
                ears.for_each(|((left, right), sample)| {
                    *left += each * sample;
                    *right += each * sample;
                });
            }
            Feed::Room(_) => {}
            Feed::Component(scene) => {
                if let Some(filter) = scenes[*scene].filter(index) {
                    binauraliser.add_steady(input, filter, sum);
                }
            }
            Feed::Loudspeaker(_) | Feed::Item(_) => match row.steady.get(block) {
                Some(Some(filter)) => binauraliser.add_steady(input, filter, sum),
                _ => row.add(binauraliser, block, input, sum),
            },
        }
    }
}

/// Samples `start..end` of every channel, grid block by grid block.
pub(super) fn grid_blocks(block: &mut AudioBlock, start: usize, end: usize) -> Vec<Vec<&mut [f32]>> {
    let mut blocks: Vec<Vec<&mut [f32]>> = Vec::new();
    blocks.resize_with((end - start).div_ceil(GRID), Vec::new);
    for channel in block.channels_mut() {
        for (block, samples) in blocks.iter_mut().zip(channel[start..end].chunks_mut(GRID)) {
            block.push(samples);
        }
    }
    blocks
}
