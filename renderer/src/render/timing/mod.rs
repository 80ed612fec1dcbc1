//! Exact times on the sample grid (BS.2127-1 §7.4): where a block starts and ends is a rational number of
//! samples, and neither rounding nor floating point decides which samples belong to it.

use std::cmp::Ordering;
use std::ops::Add;

use formats::adm::{AdmTime, BinauralBlock, BlockCommon, DirectSpeakersBlock, JumpPosition, ObjectsBlock};

/// A point in time in samples from the programme's start: `whole + numerator / denominator`, the fraction
/// always in [0, 1).
///
/// Exact, except where a reduced denominator passes 2⁶⁴ (three times with unrelated denominators near 2³²):
/// there the fraction is rounded down to 2⁻⁶² of a sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct SamplePosition {
    whole: i64,
    numerator: u64,
    denominator: u64,
}

/// Grain of fractions that no longer fit.
const FINEST: u64 = 1 << 62;

impl SamplePosition {
    /// The programme's first sample.
    pub(super) const ZERO: Self = Self { whole: 0, numerator: 0, denominator: 1 };

    /// Later than any sample: the end of what has no end.
    pub(super) const UNBOUNDED: Self = Self { whole: i64::MAX / 4, numerator: 0, denominator: 1 };

    /// `time` at `sample_rate` samples per second; times beyond any film are [`SamplePosition::UNBOUNDED`].
    pub(super) fn new(time: AdmTime, sample_rate: u32) -> Self {
        let denominator = u64::from(time.denominator.get());
        let (whole, numerator) = match time.numerator.checked_mul(u64::from(sample_rate)) {
            Some(product) => (product / denominator, product % denominator),
            None => {
                let product = u128::from(time.numerator) * u128::from(sample_rate);
                let whole = product / u128::from(denominator);
                (u64::try_from(whole).unwrap_or(u64::MAX), (product % u128::from(denominator)) as u64)
            }
        };
        match i64::try_from(whole) {
            Ok(whole) if whole < Self::UNBOUNDED.whole => Self::with_fraction(whole, numerator, denominator),
            _ => Self::UNBOUNDED,
        }
    }

    /// A whole sample.
    pub(super) fn at(sample: i64) -> Self {
        Self { whole: sample, ..Self::ZERO }
    }

    fn with_fraction(whole: i64, numerator: u64, denominator: u64) -> Self {
        if numerator == 0 {
            return Self { whole, numerator: 0, denominator: 1 };
        }
        Self { whole, numerator, denominator }
    }

    /// The first sample at or after this point.
    pub(super) fn ceil(self) -> i64 {
        self.whole + i64::from(self.numerator > 0)
    }

    /// Samples from `start` to this point.
    pub(super) fn since(self, start: Self) -> f64 {
        (self.whole - start.whole) as f64 + (self.fraction() - start.fraction())
    }

    /// Samples from this point to `sample`; negative when the sample is earlier.
    pub(super) fn to_sample(self, sample: i64) -> f64 {
        (sample - self.whole) as f64 - self.fraction()
    }

    fn fraction(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl Add for SamplePosition {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let whole = self.whole.saturating_add(other.whole);
        if whole >= Self::UNBOUNDED.whole {
            return Self::UNBOUNDED;
        }
        if other.numerator == 0 || self.numerator == 0 {
            let part = if other.numerator == 0 { self } else { other };
            return Self { whole, ..part };
        }
        if self.denominator == other.denominator && self.denominator < FINEST {
            let sum = self.numerator + other.numerator;
            let (carry, rest) = if sum >= self.denominator { (1, sum - self.denominator) } else { (0, sum) };
            return Self::with_fraction(whole + carry, rest, self.denominator);
        }
        let (numerator, denominator) = unequal_sum(self, other);
        let carry = u128::from(numerator >= denominator);
        let (numerator, denominator) = fitted(numerator - carry * denominator, denominator);
        Self::with_fraction(whole + carry as i64, numerator, denominator)
    }
}

/// The sum of two fractions with different denominators, numerator and denominator; below 2.
fn unequal_sum(a: SamplePosition, b: SamplePosition) -> (u128, u128) {
    let divisor = greatest_common_divisor(u128::from(a.denominator), u128::from(b.denominator));
    let (a_factor, b_factor) = (u128::from(b.denominator) / divisor, u128::from(a.denominator) / divisor);
    let numerator = u128::from(a.numerator)
        .checked_mul(a_factor)
        .and_then(|left| u128::from(b.numerator).checked_mul(b_factor)?.checked_add(left));
    match (numerator, u128::from(a.denominator).checked_mul(a_factor)) {
        (Some(numerator), Some(denominator)) => (numerator, denominator),
        _ => (u128::from(finest(a)) + u128::from(finest(b)), u128::from(FINEST)),
    }
}

/// A fraction below 1 with a denominator that fits.
fn fitted(numerator: u128, denominator: u128) -> (u64, u64) {
    let divisor = greatest_common_divisor(numerator.max(1), denominator);
    let (numerator, denominator) = (numerator / divisor, denominator / divisor);
    match (u64::try_from(numerator), u64::try_from(denominator)) {
        (Ok(numerator), Ok(denominator)) => (numerator, denominator),
        _ => {
            let shift = denominator.ilog2().saturating_sub(62);
            let (numerator, denominator) = (numerator >> shift, (denominator >> shift).max(1));
            (((numerator * u128::from(FINEST)) / denominator.max(numerator + 1)) as u64, FINEST)
        }
    }
}

/// The fraction in grains of 2⁻⁶², rounded down.
fn finest(position: SamplePosition) -> u64 {
    (u128::from(position.numerator) * u128::from(FINEST) / u128::from(position.denominator)) as u64
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Ord for SamplePosition {
    fn cmp(&self, other: &Self) -> Ordering {
        self.whole.cmp(&other.whole).then_with(|| {
            if self.denominator == other.denominator {
                return self.numerator.cmp(&other.numerator);
            }
            let left = u128::from(self.numerator) * u128::from(other.denominator);
            left.cmp(&(u128::from(other.numerator) * u128::from(self.denominator)))
        })
    }
}

impl PartialOrd for SamplePosition {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SamplePosition {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SamplePosition {}

/// A block format that has times.
pub(super) trait TimedBlock {
    /// Gains move to those of the block; only objects do.
    const MOVES: bool = false;

    /// Its times, gain, importance and jump.
    fn common(&self) -> &BlockCommon;
}

impl TimedBlock for ObjectsBlock {
    const MOVES: bool = true;

    fn common(&self) -> &BlockCommon {
        &self.common
    }
}

impl TimedBlock for DirectSpeakersBlock {
    fn common(&self) -> &BlockCommon {
        &self.common
    }
}

impl TimedBlock for BinauralBlock {
    fn common(&self) -> &BlockCommon {
        &self.common
    }
}

/// When an object sounds; the frame of its blocks' times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ObjectWindow {
    /// Where the object starts.
    pub start: SamplePosition,
    /// Where it ends; unbounded without a duration.
    pub end: SamplePosition,
    sample_rate: u32,
}

/// One block in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BlockTiming {
    /// Where it starts.
    pub start: SamplePosition,
    /// Where its gains are reached: `start` without interpolation.
    pub target: SamplePosition,
    /// Where it ends.
    pub end: SamplePosition,
}

impl ObjectWindow {
    /// The window of an object that starts at `start` (0 when absent) and lasts `duration` (for ever when
    /// absent).
    pub(super) fn new(start: Option<AdmTime>, duration: Option<AdmTime>, sample_rate: u32) -> Self {
        let start = start.map_or(SamplePosition::ZERO, |time| SamplePosition::new(time, sample_rate));
        let end =
            duration.map_or(SamplePosition::UNBOUNDED, |time| start + SamplePosition::new(time, sample_rate));
        Self { start, end, sample_rate }
    }

    /// The same window narrowed to a part with its own `rtime` and `duration` (a HOA pack's block).
    pub(super) fn narrowed(self, rtime: Option<AdmTime>, duration: Option<AdmTime>) -> Self {
        let start = self.block_start(rtime);
        Self { start, end: self.block_end(start, duration), ..self }
    }

    fn position(&self, time: AdmTime) -> SamplePosition {
        SamplePosition::new(time, self.sample_rate)
    }

    fn block_start(&self, rtime: Option<AdmTime>) -> SamplePosition {
        rtime.map_or(self.start, |rtime| self.start + self.position(rtime))
    }

    fn block_end(&self, start: SamplePosition, duration: Option<AdmTime>) -> SamplePosition {
        duration.map_or(self.end, |duration| (start + self.position(duration)).min(self.end))
    }

    /// Where `block` starts.
    pub(super) fn start_of(&self, block: &impl TimedBlock) -> SamplePosition {
        self.block_start(block.common().rtime)
    }

    /// BS.2127-1 §7.4: the times of block `index`. It ends at its own end, at the next block's start or at
    /// the object's end, whichever is first. Its gains are reached at its start when it is the first block
    /// or follows a gap, or is no Objects block; else at its end, or with `jumpPosition` after the `interpolationLength`.
    pub(super) fn timing<B: TimedBlock>(&self, blocks: &[B], index: usize) -> BlockTiming {
        let (start, end) = self.start_end(blocks, index);
        let continues = B::MOVES && index > 0 && self.start_end(blocks, index - 1).1 == start;
        let target = match (continues, blocks[index].common().jump_position) {
            (false, _) | (true, JumpPosition { flag: true, interpolation_length: None }) => start,
            (true, JumpPosition { flag: true, interpolation_length: Some(length) }) => {
                (start + self.position(length)).min(end)
            }
            (true, JumpPosition { flag: false, .. }) => end,
        };
        BlockTiming { start, target, end }
    }

    fn start_end(&self, blocks: &[impl TimedBlock], index: usize) -> (SamplePosition, SamplePosition) {
        let start = self.start_of(&blocks[index]);
        let end = self.block_end(start, blocks[index].common().duration);
        match blocks.get(index + 1) {
            Some(next) => (start, end.min(self.start_of(next))),
            None => (start, end),
        }
    }

    /// The block that `sample` falls in, or the last one before it; 0 when there is none.
    pub(super) fn find(&self, blocks: &[impl TimedBlock], sample: i64) -> usize {
        blocks.partition_point(|block| self.start_of(block).ceil() <= sample).saturating_sub(1)
    }

    /// The first block that starts before the one in front of it, if any.
    pub(super) fn first_out_of_order(&self, blocks: &[impl TimedBlock]) -> Option<usize> {
        let mut last = SamplePosition::ZERO;
        blocks.iter().position(|block| {
            let start = self.start_of(block);
            let wrong = start < last;
            last = start;
            wrong
        })
    }
}

#[cfg(test)]
mod tests;
