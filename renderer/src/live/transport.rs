//! Where a programme is while it plays.

use std::ops::Range;

/// From frames that were played to samples of the programme.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Place {
    /// The sample that it began with.
    pub(super) start: u64,
    /// What is played again and again once it is reached; never empty.
    pub(super) looped: Option<Range<u64>>,
}

impl Place {
    /// From `start` on, in a loop where that can be reached.
    pub(super) fn new(start: u64, looped: Option<Range<u64>>) -> Self {
        Self { looped: looped.filter(|range| !range.is_empty() && start < range.end), start }
    }

    /// The sample after so many frames.
    pub(super) fn after(&self, frames: u64) -> u64 {
        let sample = self.start.saturating_add(frames);
        match &self.looped {
            Some(range) if sample >= range.end => {
                range.start + (sample - range.end) % (range.end - range.start)
            }
            _ => sample,
        }
    }

    /// The samples that are played in one go from its start on, of a programme of so many.
    pub(super) fn first_span(&self, frames: u64) -> Range<u64> {
        let end = self.looped.as_ref().map_or(frames, |range| range.end.min(frames));
        self.start.min(end)..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_goes_round_to_the_sample() {
        let place = Place::new(90, Some(50..100));
        let found: Vec<u64> = [0, 9, 10, 59, 60, 110].map(|frames| place.after(frames)).into();
        assert_eq!(found, [90, 99, 50, 99, 50, 50]);
        assert_eq!(
            Place::new(100, Some(50..100)),
            Place { start: 100, looped: None },
            "it is behind the loop"
        );
        assert_eq!(Place::new(7, Some(9..9)).looped, None);
        assert_eq!(Place::new(7, Some(9..200)).first_span(100), 7..100);
        assert_eq!(place.first_span(1_000), 90..100);
    }
}
