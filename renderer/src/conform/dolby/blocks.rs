//! The blocks of an object: each goes to its place within 250 samples and stays there until the next (profile v1.0, table 11).
//!
//! A path is followed as masters of the field follow theirs, every 512 samples while it moves: each block begins at its place in
//! the path and is there when its ramp ends.

use std::num::NonZeroU32;

use formats::adm::{
    AdmTime, CartesianPosition, JumpPosition, ObjectPosition, ObjectsBlock, ObjectsSpecial, TimeForm,
};

use crate::conform::path::{Path, Place};

/// Ticks of 10 µs from block to block while something moves: 512 samples at 48 kHz.
const STEP: u64 = 1067;
/// The shortest block: its ramp, 250 samples at 48 kHz.
const SHORTEST: u64 = 521;
/// The ramp of every block but the first, as the profile writes it: microseconds.
const RAMP_MICROSECONDS: u64 = 5208;
/// How far something may go before a block says so: 0.1 % of the room's half.
const STILL: f64 = 0.001;
/// The same for where it stays.
const ARRIVED: f64 = 1e-6;

/// A block to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) place: Place,
    /// Which block of the path says the rest.
    pub(super) block: usize,
}

/// The blocks of `path` in a file of `end` ticks.
pub(super) fn spans(path: &Path, end: u64) -> Vec<Span> {
    let (place, block) = path.at(0);
    let mut spans = vec![Span { start: 0, end, place, block }];
    let mut from = next_start(path, 0);
    while let Some((start, place, block)) = next_change(path, from, end, &spans) {
        if let Some(last) = spans.last_mut() {
            last.end = start;
        }
        spans.push(Span { start, end, place, block });
        from = next_start(path, start);
    }
    spans
}

/// The earliest start of the block after one that starts at `start`.
fn next_start(path: &Path, start: u64) -> u64 {
    let usual = start.saturating_add(STEP);
    match path.next_jump(start) {
        Some(jump) if jump < usual => jump.max(start.saturating_add(SHORTEST)),
        _ => usual,
    }
}

/// When and where the path is, from `from` on, no more where the last of `spans` leaves it.
fn next_change(path: &Path, from: u64, end: u64, spans: &[Span]) -> Option<(u64, Place, usize)> {
    let last = spans.last()?;
    let mut at = from;
    while at.saturating_add(SHORTEST) <= end {
        // Where it is when the ramp is over, unless it jumps before.
        let arrival = at.saturating_add(SHORTEST);
        let jump = path.next_jump(at).filter(|jump| *jump <= arrival);
        let (place, block) = path.at(jump.map_or(arrival, |jump| jump - 1));
        let rest = path.rest(at);
        let bound = if rest.is_some() { ARRIVED } else { STILL };
        let is_new = block != last.block && path.differs(block, last.block);
        if is_new || place.iter().zip(&last.place).any(|(a, b)| (a - b).abs() > bound) {
            return Some((at, place, block));
        }
        at = match (rest, path.next_jump(at)) {
            (Some(rest), _) => rest,
            (None, Some(jump)) => jump.min(at + STEP),
            (None, None) => at + STEP,
        };
    }
    None
}

/// The block of a span, without its id.
pub(super) fn block(
    span: &Span,
    is_first: bool,
    special: Option<ObjectsSpecial>,
    diffuse: bool,
) -> ObjectsBlock {
    let [x, y, z, size] = span.place.map(decimals);
    let mut block = ObjectsBlock {
        position: ObjectPosition::Cartesian(CartesianPosition { x, y, z }),
        width: size,
        height: size,
        depth: size,
        diffuse: f64::from(u8::from(diffuse)),
        special: special.map(Box::new),
        ..ObjectsBlock::default()
    };
    block.common.rtime = Some(AdmTime::from_ticks(span.start));
    block.common.duration = Some(AdmTime::from_ticks(span.end - span.start));
    let length = if is_first { 0 } else { RAMP_MICROSECONDS };
    block.common.jump_position =
        JumpPosition { flag: true, interpolation_length: Some(microseconds(length)) };
    block
}

/// Ten decimals, as masters of the field have them; never a negative zero.
fn decimals(value: f64) -> f64 {
    (value * 1e10).round() / 1e10 + 0.0
}

fn microseconds(numerator: u64) -> AdmTime {
    let denominator = NonZeroU32::new(1_000_000).unwrap_or(NonZeroU32::MIN);
    AdmTime { numerator, denominator, form: TimeForm::Decimal }
}
