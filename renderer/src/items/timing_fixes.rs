//! Block times put in order (BS.2076-2 §5.4.1): what comes out has both rtime and
//! duration or neither, never overlaps, never outlasts its object, and interpolates within itself. Gaps are
//! kept, except those that rounding to five decimals leaves. A sound channel is not touched nor copied.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use formats::Warning;
use formats::adm::{
    AdmTime, AudioChannelFormat, BinauralBlock, BlockCommon, BlockFormats, BlockId, DirectSpeakersBlock,
    ObjectsBlock, TimeForm,
};

use super::error::{Budget, Error, shown};
use super::timing::{difference, difference_is_exact, sum};
use super::{HoaItem, ItemContext, RenderItem};

/// Gaps up to here are what is left when rtime and duration are each rounded to five decimals.
const ROUNDING: AdmTime = match NonZeroU32::new(100_000) {
    Some(denominator) => AdmTime { numerator: 2, denominator, form: TimeForm::Decimal },
    None => AdmTime::ZERO,
};

/// How long a block without any end lasts when nothing says how long the file is: longer than any file.
const ENDLESS: AdmTime = AdmTime { numerator: 10_000_000, ..AdmTime::ZERO };

/// What can be wrong, in the order of [`REPAIRS`].
#[derive(Clone, Copy)]
enum Rule {
    Incomplete,
    Order,
    Overlap,
    GapOfRounding,
    Gap,
    Interpolation,
    AfterObject,
    OutsideObject,
}

/// Rule names and what was found and done.
const REPAIRS: [(&str, &str); 8] = [
    (
        "block-times-incomplete",
        "lack rtime or duration where both are needed; completed from their neighbours",
    ),
    ("block-order", "begin before the block that precedes them; the blocks are sorted by rtime"),
    ("block-overlap", "run into the next block; cut where that begins"),
    ("block-gap-rounding", "end up to 0.00002 s before the next block, as rounded times do; prolonged to it"),
    ("block-gap", "end before the next block begins; the gap is silent"),
    ("interpolation-too-long", "have an interpolationLength longer than they last; cut to their duration"),
    ("block-after-object", "end after their audioObject; cut at its end"),
    ("block-outside-object", "begin after the end of their audioObject; not rendered"),
];

/// How often each rule was used on a channel, and first on which block.
#[derive(Default)]
struct Tally {
    counts: [(usize, BlockId); REPAIRS.len()],
}

impl Tally {
    fn add(&mut self, rule: Rule, block: BlockId) {
        let (count, first) = &mut self.counts[rule as usize];
        if *count == 0 {
            *first = block;
        }
        *count += 1;
    }

    fn report(&self, channel: &AudioChannelFormat, warnings: &mut Vec<Warning>) {
        for ((rule, what), (count, first)) in REPAIRS.iter().zip(&self.counts) {
            if *count > 0 {
                let message = format!("{count} block(s) of {} {what}", shown(&channel.id));
                warnings.push(Warning::new(rule, first.to_string(), message));
            }
        }
    }
}

/// What blocks must stay inside, counted from the start of the object.
#[derive(Clone, Copy)]
struct Limits {
    /// End of the object, where it says so.
    object_end: Option<AdmTime>,
    /// Where a block without an end ends.
    last_end: AdmTime,
}

impl Limits {
    fn of(context: &ItemContext, file_duration: Option<AdmTime>) -> Self {
        let in_object = |end: AdmTime| difference(end, context.object_start.unwrap_or(AdmTime::ZERO));
        let last_end = context.object_duration.or(file_duration.map(in_object)).unwrap_or(ENDLESS);
        Self { object_end: context.object_duration, last_end }
    }
}

/// Work and memory grow with the document, however often its objects share channels.
struct Budgets {
    looked_at: Budget,
    copied: Budget,
}

const EXTRA_LOOKS: u64 = 40_000_000;
const LOOKS_PER_BLOCK: u64 = 8;
const EXTRA_COPIES: u64 = 500_000;
const COPIES_PER_BLOCK: u64 = 2;
const WHAT: &str = "too many objects of different lengths use its blocks";

type Key = (*const AudioChannelFormat, Option<(u64, u32)>, (u64, u32));

/// Repairs the block times of all items, whose channels the document still holds. A channel that several items
/// share is repaired once for each object duration.
pub(super) fn repair(
    items: &mut [RenderItem],
    file_duration: Option<AdmTime>,
    document_blocks: usize,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    let document_blocks = document_blocks as u64;
    let mut budgets = Budgets {
        looked_at: Budget::of(EXTRA_LOOKS + LOOKS_PER_BLOCK * document_blocks),
        copied: Budget::of(EXTRA_COPIES + COPIES_PER_BLOCK * document_blocks),
    };
    let mut known: HashMap<Key, Arc<AudioChannelFormat>> = HashMap::new();
    for item in items {
        let limits = Limits::of(item.context(), file_duration);
        let channel = match item {
            RenderItem::Objects(item) => &mut item.channel,
            RenderItem::DirectSpeakers(item) => &mut item.channel,
            RenderItem::Binaural(item) => &mut item.channel,
            RenderItem::Hoa(item) => {
                repair_hoa(item, &limits, warnings);
                continue;
            }
        };
        let parts = |time: AdmTime| (time.numerator, time.denominator.get());
        let key = (Arc::as_ptr(channel), limits.object_end.map(parts), parts(limits.last_end));
        if let Some(repaired) = known.get(&key) {
            *channel = Arc::clone(repaired);
            continue;
        }
        let repaired = repaired(channel, &limits, &mut budgets, warnings)?;
        known.insert(key, Arc::clone(&repaired));
        *channel = repaired;
    }
    Ok(())
}

/// A block with its times.
trait Timed {
    fn common(&self) -> &BlockCommon;
    fn common_mut(&mut self) -> &mut BlockCommon;
}

macro_rules! timed {
    ($($block:ty),*) => {$(
        impl Timed for $block {
            fn common(&self) -> &BlockCommon {
                &self.common
            }
            fn common_mut(&mut self) -> &mut BlockCommon {
                &mut self.common
            }
        }
    )*};
}

timed!(ObjectsBlock, DirectSpeakersBlock, BinauralBlock);

fn repaired(
    channel: &Arc<AudioChannelFormat>,
    limits: &Limits,
    budgets: &mut Budgets,
    warnings: &mut Vec<Warning>,
) -> Result<Arc<AudioChannelFormat>, Error> {
    let mut tally = Tally::default();
    let (is_sound, count) = match &channel.blocks {
        BlockFormats::Objects(blocks) => (is_sound(blocks, limits, &mut tally), blocks.len()),
        BlockFormats::DirectSpeakers(blocks) => (is_sound(blocks, limits, &mut tally), blocks.len()),
        BlockFormats::Binaural(blocks) => (is_sound(blocks, limits, &mut tally), blocks.len()),
        BlockFormats::Matrix(_) | BlockFormats::Hoa(_) | BlockFormats::Other(_) => (true, 0),
    };
    budgets.looked_at.spend(1 + count, &channel.id, WHAT)?;
    let mut result = Arc::clone(channel);
    if !is_sound {
        budgets.copied.spend(count, &channel.id, WHAT)?;
        tally = Tally::default();
        match &mut Arc::make_mut(&mut result).blocks {
            BlockFormats::Objects(blocks) => put_in_order(blocks, limits, &mut tally),
            BlockFormats::DirectSpeakers(blocks) => put_in_order(blocks, limits, &mut tally),
            BlockFormats::Binaural(blocks) => put_in_order(blocks, limits, &mut tally),
            BlockFormats::Matrix(_) | BlockFormats::Hoa(_) | BlockFormats::Other(_) => {}
        }
    }
    tally.report(channel, warnings);
    Ok(result)
}

/// Nothing needs repair; gaps are counted.
fn is_sound<T: Timed>(blocks: &[T], limits: &Limits, tally: &mut Tally) -> bool {
    let mut previous: Option<(&BlockCommon, AdmTime)> = None;
    for block in blocks {
        let common = block.common();
        let (Some(rtime), Some(duration)) = (common.rtime, common.duration) else {
            let is_only = blocks.len() == 1 && common.rtime.is_none() && common.duration.is_none();
            return is_only && !limits.object_end.is_some_and(|end| interpolates_longer_than(common, end));
        };
        let end = sum(rtime, duration);
        if interpolates_longer_than(common, duration)
            || limits.object_end.is_some_and(|object_end| end > object_end)
        {
            return false;
        }
        if let Some((before, before_end)) = previous {
            if before_end > rtime || is_rounding(before, before_end, rtime) {
                return false;
            }
            if before_end < rtime {
                tally.add(Rule::Gap, before.id);
            }
        }
        previous = Some((common, end));
    }
    true
}

fn interpolates_longer_than(common: &BlockCommon, duration: AdmTime) -> bool {
    let length = common.jump_position.interpolation_length.filter(|_| common.jump_position.flag);
    length.is_some_and(|length| length > duration)
}

/// The gap from `end` to `next` is one that five decimals leave.
fn is_rounding(block: &BlockCommon, end: AdmTime, next: AdmTime) -> bool {
    let is_decimal = |time: Option<AdmTime>| time.is_some_and(|time| time.form == TimeForm::Decimal);
    end < next
        && is_decimal(block.rtime)
        && is_decimal(block.duration)
        && next.form == TimeForm::Decimal
        && difference(next, end) <= ROUNDING
}

fn put_in_order<T: Timed>(blocks: &mut Vec<T>, limits: &Limits, tally: &mut Tally) {
    if let [only] = blocks.as_mut_slice() {
        let common = only.common_mut();
        if common.rtime.is_none() && common.duration.is_none() {
            if let Some(end) = limits.object_end.filter(|&end| interpolates_longer_than(common, end)) {
                tally.add(Rule::Interpolation, common.id);
                common.jump_position.interpolation_length = Some(end);
            }
            return;
        }
    }
    complete(blocks, limits, tally);
    sort(blocks, tally);
    for place in 0..blocks.len() {
        let (done, following) = blocks.split_at_mut(place + 1);
        let Some(common) = done.last_mut().map(Timed::common_mut) else { continue };
        let declared = common.duration;
        if let Some(next) = following.first_mut() {
            meet(common, next.common_mut(), tally);
        }
        cut_interpolation(common, declared, tally);
    }
    if let Some(end) = limits.object_end {
        stay_inside(blocks, end, tally);
    }
}

/// Gives every block both rtime and duration.
fn complete<T: Timed>(blocks: &mut [T], limits: &Limits, tally: &mut Tally) {
    let mut previous_end = AdmTime::ZERO;
    for place in 0..blocks.len() {
        let next = blocks.get(place + 1).and_then(|next| next.common().rtime);
        let common = blocks[place].common_mut();
        if common.rtime.is_none() || common.duration.is_none() {
            tally.add(Rule::Incomplete, common.id);
        }
        let rtime = *common.rtime.get_or_insert(previous_end);
        let until = next.filter(|&next| next > rtime).unwrap_or(limits.last_end);
        let duration = *common.duration.get_or_insert(difference(until, rtime));
        previous_end = sum(rtime, duration);
    }
}

fn sort<T: Timed>(blocks: &mut [T], tally: &mut Tally) {
    let start = |block: &T| block.common().rtime.unwrap_or(AdmTime::ZERO);
    let mut is_sorted = true;
    for pair in blocks.windows(2) {
        if start(&pair[1]) < start(&pair[0]) {
            tally.add(Rule::Order, pair[1].common().id);
            is_sorted = false;
        }
    }
    if !is_sorted {
        blocks.sort_by_key(|block| start(block));
    }
}

/// Makes a block end where the next begins, unless there is a true gap.
fn meet(common: &mut BlockCommon, next: &mut BlockCommon, tally: &mut Tally) {
    let (Some(rtime), Some(duration), Some(next_rtime)) = (common.rtime, common.duration, next.rtime) else {
        return;
    };
    let end = sum(rtime, duration);
    let rule = match end.cmp(&next_rtime) {
        std::cmp::Ordering::Equal => return,
        std::cmp::Ordering::Greater => Rule::Overlap,
        std::cmp::Ordering::Less if is_rounding(common, end, next_rtime) => Rule::GapOfRounding,
        std::cmp::Ordering::Less => Rule::Gap,
    };
    tally.add(rule, common.id);
    if matches!(rule, Rule::Gap) {
        return;
    }
    let duration = difference(next_rtime, rtime);
    common.duration = Some(duration);
    if !difference_is_exact(next_rtime, rtime) {
        // The two clocks have no common 32-bit denominator: move the seam, by less than a nanosecond or a
        // sample, so that the blocks still touch.
        next.rtime = Some(sum(rtime, duration));
    }
}

/// Not worth a word when it is only our own cut that made the block shorter.
fn cut_interpolation(common: &mut BlockCommon, declared: Option<AdmTime>, tally: &mut Tally) {
    let Some(duration) = common.duration.filter(|&duration| interpolates_longer_than(common, duration))
    else {
        return;
    };
    if declared.is_some_and(|declared| interpolates_longer_than(common, declared)) {
        tally.add(Rule::Interpolation, common.id);
    }
    common.jump_position.interpolation_length = Some(duration);
}

fn stay_inside<T: Timed>(blocks: &mut Vec<T>, object_end: AdmTime, tally: &mut Tally) {
    blocks.retain_mut(|block| {
        let common = block.common_mut();
        let (Some(rtime), Some(duration)) = (common.rtime, common.duration) else { return true };
        if sum(rtime, duration) <= object_end {
            return true;
        }
        if rtime >= object_end {
            tally.add(Rule::OutsideObject, common.id);
            return false;
        }
        tally.add(Rule::AfterObject, common.id);
        let inside = difference(object_end, rtime);
        common.duration = Some(inside);
        if interpolates_longer_than(common, inside) {
            common.jump_position.interpolation_length = Some(inside);
        }
        true
    });
}

/// The one block of a HOA scene.
fn repair_hoa(item: &mut HoaItem, limits: &Limits, warnings: &mut Vec<Warning>) {
    let id = item.channels.first().map_or_else(String::new, |channel| shown(&channel.channel));
    let mut warn = |rule: Rule| {
        let (name, what) = REPAIRS[rule as usize];
        warnings.push(Warning::new(name, id.clone(), format!("the block(s) of the HOA scene {what}")));
    };
    if item.rtime.is_some() != item.duration.is_some() {
        warn(Rule::Incomplete);
        let rtime = *item.rtime.get_or_insert(AdmTime::ZERO);
        item.duration.get_or_insert(difference(limits.last_end, rtime));
    }
    let (Some(rtime), Some(duration), Some(end)) = (item.rtime, item.duration, limits.object_end) else {
        return;
    };
    if sum(rtime, duration) > end {
        warn(Rule::AfterObject);
        item.duration = Some(difference(end, rtime));
    }
}
