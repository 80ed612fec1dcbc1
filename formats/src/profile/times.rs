//! Times of the rules: seconds as f64, compared with a slack far below a sample.

use crate::adm::{AdmTime, BlockCommon, BlockFormats};

/// Seconds; times nearer than this are the same. A day in f64 is exact to 15 ps, a sample at 768 kHz is 1.3 µs.
pub(super) const SAME: f64 = 1e-9;

/// Seconds; what writers with five decimals lose where two blocks meet: half a unit each for the start and
/// the length of one and the start of the next.
pub(super) const FIVE_DECIMALS: f64 = 1.5e-5 + SAME;

/// Seconds without the last digits of f64, for a message.
pub(super) fn shown(seconds: f64) -> f64 {
    (seconds * 1e9).round() / 1e9
}

/// `time` in seconds.
pub(super) fn seconds(time: AdmTime) -> f64 {
    time.seconds_f64()
}

/// The number of decimals that a decimal time was written with; `None` for the sample form.
pub(super) fn decimals(time: AdmTime) -> Option<u32> {
    match time.form {
        crate::adm::TimeForm::Decimal => Some(time.denominator.get().ilog10()),
        crate::adm::TimeForm::Fraction => None,
    }
}

/// What all blocks of a channel have, whatever their type.
pub(super) fn commons(blocks: &BlockFormats) -> Box<dyn Iterator<Item = &BlockCommon> + '_> {
    match blocks {
        BlockFormats::DirectSpeakers(blocks) => Box::new(blocks.iter().map(|block| &block.common)),
        BlockFormats::Matrix(blocks) => Box::new(blocks.iter().map(|block| &block.common)),
        BlockFormats::Objects(blocks) => Box::new(blocks.iter().map(|block| &block.common)),
        BlockFormats::Hoa(blocks) => Box::new(blocks.iter().map(|block| &block.common)),
        BlockFormats::Binaural(blocks) => Box::new(blocks.iter().map(|block| &block.common)),
        BlockFormats::Other(_) => Box::new(std::iter::empty()),
    }
}

/// The number of blocks.
pub(super) fn block_count(blocks: &BlockFormats) -> usize {
    match blocks {
        BlockFormats::DirectSpeakers(blocks) => blocks.len(),
        BlockFormats::Matrix(blocks) => blocks.len(),
        BlockFormats::Objects(blocks) => blocks.len(),
        BlockFormats::Hoa(blocks) => blocks.len(),
        BlockFormats::Binaural(blocks) => blocks.len(),
        BlockFormats::Other(blocks) => blocks.len(),
    }
}
