//! The feeds of the headphones: what each row of the bus is, and which item plays into which.

use formats::adm::BlockFormats;

use super::{BinauralPath, HeadphoneMode, Headphones};
use crate::geom::{Vector3, direction};
use crate::items::{RenderItem, TrackSpec};
use crate::layout::{Layout, LayoutError};
use crate::panner::direct_speakers::look_at;

/// The virtual loudspeakers of what has no direction of its own.
const VIRTUAL: &str = "9+10+3";

/// What a row of the bus is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Feed {
    /// A loudspeaker that stands still in the room.
    Loudspeaker(Vector3),
    /// The item of that number, where it is.
    Item(usize),
    /// Both ears alike, at −3 dB each: the power of one channel.
    Both,
    /// One ear: 0 left, 1 right.
    Ear(usize),
}

/// The rows of the bus. Those of the virtual loudspeakers come first; only they have diffuse rows.
#[derive(Clone, Debug)]
pub(super) struct Feeds {
    pub(super) rows: Vec<Feed>,
    pub(super) names: Vec<String>,
    /// The virtual loudspeakers, in the order of their rows.
    pub(super) layout: Layout,
    /// The row of the left ear; the right one's is next.
    pub(super) ears: usize,
    /// For each item its own row.
    pub(super) of_item: Vec<Option<usize>>,
    /// For each item its mode.
    pub(super) modes: Vec<HeadphoneMode>,
}

impl Feeds {
    pub(super) fn new(headphones: &Headphones, items: &[RenderItem]) -> Result<Self, LayoutError> {
        let by_item = headphones.path == BinauralPath::Objects;
        let layout = match &headphones.path {
            BinauralPath::Objects => Layout::by_name(VIRTUAL)?.without_lfe(),
            BinauralPath::Speakers(layout) => layout.clone(),
        };
        let mut feeds = Self {
            rows: Vec::new(),
            names: Vec::new(),
            ears: layout.channels.len(),
            layout,
            of_item: Vec::new(),
            modes: items.iter().map(|item| mode(item, headphones)).collect(),
        };
        for channel in &feeds.layout.channels {
            let place = Feed::Loudspeaker(direction(&channel.position));
            feeds.rows.push(if channel.is_lfe { Feed::Both } else { place });
            feeds.names.push(channel.name.clone());
        }
        feeds.push(Feed::Ear(0), "left ear");
        feeds.push(Feed::Ear(1), "right ear");
        let lfe = feeds.rows.len();
        if by_item {
            feeds.push(Feed::Both, "LFE");
        }
        for (index, item) in items.iter().enumerate() {
            let row = match item {
                RenderItem::Objects(_) if by_item => Some(feeds.push(Feed::Item(index), "object")),
                RenderItem::DirectSpeakers(_) if by_item && is_lfe(item) => Some(lfe),
                RenderItem::DirectSpeakers(_) if by_item => {
                    Some(feeds.push(Feed::Item(index), "bed channel"))
                }
                _ => None,
            };
            feeds.of_item.push(row);
        }
        Ok(feeds)
    }

    fn push(&mut self, feed: Feed, name: &str) -> usize {
        self.rows.push(feed);
        self.names.push(name.to_owned());
        self.rows.len() - 1
    }
}

/// The mode of an item: the user's, that of its blocks, that of its track, else near.
fn mode(item: &RenderItem, headphones: &Headphones) -> HeadphoneMode {
    if let Some(mode) = headphones.mode {
        return mode;
    }
    let track = match item {
        RenderItem::Objects(item) => &item.track,
        RenderItem::DirectSpeakers(item) => &item.track,
        RenderItem::Hoa(_) | RenderItem::Binaural(_) => return HeadphoneMode::Near,
    };
    let mode = match track {
        TrackSpec::Direct(track) => headphones.track_modes.get(*track).copied().flatten(),
        _ => None,
    };
    mode.unwrap_or(HeadphoneMode::Near)
}

/// A channel for low-frequency effects, which no direction is heard of.
fn is_lfe(item: &RenderItem) -> bool {
    let RenderItem::DirectSpeakers(item) = item else { return false };
    let BlockFormats::DirectSpeakers(blocks) = &item.channel.blocks else { return false };
    blocks.first().is_some_and(|block| look_at(block, &item.context, item.channel.frequency).0)
}
