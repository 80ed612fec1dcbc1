//! When a sound is heard: the windows of objects and blocks as spans of samples (BS.2127-1 §7.4).

use std::ops::Range;

use formats::adm::{AdmTime, BlockCommon};

use super::Source;
use crate::items::ItemContext;

/// When an object sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) start: AdmTime,
    /// To the end of the file without one.
    pub(super) end: Option<AdmTime>,
}

impl Window {
    pub(super) fn of(context: &ItemContext, source: &Source<'_>) -> Self {
        let start = context.object_start.unwrap_or(AdmTime::ZERO);
        let end = context.object_duration.map(|duration| sum(start, duration, source));
        Self { start, end }
    }

    /// The part of it that a block with these times fills.
    pub(super) fn narrowed(
        self,
        rtime: Option<AdmTime>,
        duration: Option<AdmTime>,
        source: &Source<'_>,
    ) -> Self {
        let start = rtime.map_or(self.start, |rtime| sum(self.start, rtime, source));
        let own = duration.map(|duration| sum(start, duration, source));
        let end = match (own, self.end) {
            (Some(own), Some(end)) => Some(own.min(end)),
            (own, end) => own.or(end),
        };
        Self { start, end }
    }

    /// The same of a block.
    pub(super) fn of_block(self, block: &BlockCommon, source: &Source<'_>) -> Self {
        self.narrowed(block.rtime, block.duration, source)
    }

    /// The samples in it: those that don't come before its start, up to its end.
    pub(super) fn samples(self, source: &Source<'_>) -> Range<u64> {
        let first = |time: AdmTime| sample_from(time, source).min(source.frames);
        let start = first(self.start);
        start..self.end.map_or(source.frames, first).max(start)
    }
}

/// The first sample that isn't before `time`.
fn sample_from(time: AdmTime, source: &Source<'_>) -> u64 {
    let samples = u128::from(time.numerator) * u128::from(source.sample_rate.get());
    u64::try_from(samples.div_ceil(u128::from(time.denominator.get()))).unwrap_or(u64::MAX)
}

/// `a + b`; where that needs a denominator that there is no room for, on the nearest sample.
pub(super) fn sum(a: AdmTime, b: AdmTime, source: &Source<'_>) -> AdmTime {
    let rate = u128::from(source.sample_rate.get());
    let samples = |time: AdmTime| {
        let (numerator, denominator) = (u128::from(time.numerator), u128::from(time.denominator.get()));
        (2 * numerator * rate + denominator) / (2 * denominator)
    };
    a.checked_add(b).unwrap_or_else(|| {
        let sum = u64::try_from(samples(a) + samples(b)).unwrap_or(u64::MAX);
        AdmTime::from_samples(sum, source.sample_rate)
    })
}
