//! Why a render stops.

use crate::items::RenderItem;
use crate::render::GRID;

/// Why a render can't start or go on.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum RenderError {
    /// A panner can't be made for the target.
    #[error("layout {layout}: {reason}")]
    Layout {
        /// Its name.
        layout: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The blocks of a channel don't follow one another.
    #[error(
        "{channel}: block {block} starts before the block in front of it; put the audioBlockFormats in the \
         order of their rtime"
    )]
    BlockOrder {
        /// `audioChannelFormatID`.
        channel: String,
        /// `audioBlockFormatID`.
        block: String,
    },
    /// A block's parameters have no gains.
    #[error("{element}: block {block} gives gains that are no numbers; correct its position, size or gain")]
    Gain {
        /// The item.
        element: String,
        /// `audioBlockFormatID`.
        block: String,
    },
    /// An HOA scene can't be decoded.
    #[error("{0}")]
    Hoa(String),
    /// The output overflowed, or the input had NaN or infinite samples.
    #[error("{channel}: samples that are no finite numbers within {time}; lower the gains")]
    Output {
        /// Output channel.
        channel: String,
        /// A span of about 20 ms, in seconds.
        time: String,
    },
    /// The caller gave a block of the wrong shape.
    #[error("input block of {found}, expected {expected}")]
    Block {
        /// Channels × samples.
        found: String,
        /// Channels × samples.
        expected: String,
    },
}

/// What messages call an item: its channel, and the object it belongs to.
pub(super) fn element(item: &RenderItem) -> String {
    let channel = match item {
        RenderItem::Objects(item) => Some(&item.channel.id),
        RenderItem::DirectSpeakers(item) => Some(&item.channel.id),
        RenderItem::Binaural(item) => Some(&item.channel.id),
        RenderItem::Hoa(item) => item.channels.first().map(|channel| &channel.channel),
    };
    match (item.context().path.objects.last(), channel) {
        (Some(object), Some(channel)) => format!("{object}, {channel}"),
        (Some(id), None) | (None, Some(id)) => id.to_string(),
        (None, None) => "an item".to_string(),
    }
}

/// The grid block at sample `start`, in seconds.
pub(super) fn time_span(start: i64, sample_rate: u32) -> String {
    let seconds = |sample: i64| sample as f64 / f64::from(sample_rate.max(1));
    format!("{:.3} s to {:.3} s", seconds(start), seconds(start + GRID as i64))
}
