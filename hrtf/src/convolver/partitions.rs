//! How a long response is cut: small partitions at its head, which answer at once, ever larger ones after them.

/// A level's partitions are this many times as long as those before.
const GROWTH: usize = 4;
/// A level of larger partitions pays when it saves this many products of the smaller.
const WORTHWHILE: usize = 24;
/// The longest partition, samples.
const LONGEST: usize = 16_384;

/// Partitions of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// Samples of a partition.
    pub(super) size: usize,
    /// Tap where the first begins.
    pub(super) first: usize,
    /// Tap where the last ends, at most.
    pub(super) end: usize,
}

/// Levels for responses of `taps`, in blocks of `block`. A block of the first level is computed as it comes. The
/// others take as long as one of their partitions to collect their input and as long again to compute,
/// so a level of partitions of `size` begins at tap 2 · `size`.
pub(super) fn levels(block: usize, taps: usize) -> Vec<Level> {
    let mut levels = vec![Level { size: block, first: 0, end: taps }];
    let mut size = block;
    while let Some(larger) = size.checked_mul(GROWTH).filter(|larger| *larger <= LONGEST) {
        let begin = 2 * larger;
        if taps.saturating_sub(begin) / size < WORTHWHILE {
            break;
        }
        if let Some(last) = levels.last_mut() {
            last.end = begin;
        }
        levels.push(Level { size: larger, first: begin, end: taps });
        size = larger;
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_cover_every_tap_once_and_come_in_time() {
        for block in [32, 100, 256, 1024, 4096] {
            for taps in [1, 31, 512, 5_000, 48_000, 192_000, 480_000] {
                let levels = levels(block, taps);
                assert_eq!((levels[0].size, levels[0].first), (block, 0));
                assert_eq!(levels.last().map(|level| level.end), Some(taps));
                for pair in levels.windows(2) {
                    assert_eq!(pair[0].end, pair[1].first);
                    assert_eq!(pair[1].first, 2 * pair[1].size);
                    assert_eq!((pair[0].end - pair[0].first) % pair[0].size, 0);
                }
            }
        }
    }
}
