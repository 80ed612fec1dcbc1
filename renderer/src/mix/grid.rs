//! Time divided absolutely: how a programme is cut into blocks must change no bit.

use std::ops::Range;

/// Samples between two lines of the grid; no span is longer.
pub(super) const GRID: usize = 256;

/// Below this the state of a filter is as good as zero: it is made so before its numbers become subnormal and slow.
pub(super) const NOTHING: f64 = 1e-30;

/// Where a processor stands between two lines.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position(usize);

/// Samples of a block that no line crosses.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    /// Within the block.
    pub(super) samples: Range<usize>,
    /// How far the first of them is from the line before.
    pub(super) offset: usize,
    /// A line follows the last of them.
    pub(super) ends: bool,
}

impl Position {
    /// The span that begins at `start` of a block of `frames`, `None` at its end.
    pub(super) fn next(&mut self, start: usize, frames: usize) -> Option<Span> {
        let count = (GRID - self.0).min(frames.checked_sub(start)?);
        if count == 0 {
            return None;
        }
        let offset = self.0;
        self.0 = (self.0 + count) % GRID;
        Some(Span { samples: start..start + count, offset, ends: self.0 == 0 })
    }
}

/// Calls `work` for every span of a block of `frames`.
pub(super) fn for_each_span(position: &mut Position, frames: usize, mut work: impl FnMut(Span)) {
    let mut start = 0;
    while let Some(span) = position.next(start, frames) {
        start = span.samples.end;
        work(span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_crosses_a_span() {
        let (mut position, mut all) = (Position::default(), Vec::new());
        for frames in [100, 400, 0, 268] {
            for_each_span(&mut position, frames, |span| all.push((span.samples, span.offset, span.ends)));
        }
        let expected = [
            (0..100, 0, false),
            (0..156, 100, true),
            (156..400, 0, false),
            (0..12, 244, true),
            (12..268, 0, true),
        ];
        assert_eq!(all, expected);
    }
}
