//! The feeds of the headphones: what each row of the bus is, and which item plays into which.

use std::collections::BTreeSet;
use std::ops::Range;

use formats::adm::BlockFormats;

use super::panner::may_spread;
use super::room::{RoomSound, SENDS};
use super::{BinauralPath, HeadphoneMode, Headphones};
use crate::geom::{Vector3, direction};
use crate::items::{RenderItem, TrackSpec};
use crate::layout::{Layout, LayoutError};
use crate::panner::direct_speakers::look_at;
use crate::panner::hoa_decode::components;

/// The virtual loudspeakers of what has no direction of its own.
const VIRTUAL: &str = "9+10+3";

/// Rows of the ears, left and right.
pub(super) const EARS: usize = 2;

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
    /// The input of the room of that number.
    Room(usize),
    /// A component of the scene of that number: those of the low frequencies come first.
    Component(usize),
}

/// The rows that go into a built-in room.
#[derive(Clone, Debug)]
pub(super) struct Sends {
    /// What they are panned to, in the order of their rows.
    pub(super) layout: Layout,
    /// The first of them.
    pub(super) first: usize,
    /// The row of what all sound alike leaves behind.
    pub(super) tail: usize,
}

/// The rows of all HOA items of one order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SceneRows {
    pub(super) order: usize,
    pub(super) head_locked: bool,
    /// Of N3D components, in ACN order.
    pub(super) rows: Range<usize>,
}

/// The rows of the bus. Those of the virtual loudspeakers come first, then the ears, then the low frequencies of what is
/// spread or common to many loudspeakers; only these have diffuse rows.
#[derive(Clone, Debug)]
pub(super) struct Feeds {
    pub(super) rows: Vec<Feed>,
    pub(super) names: Vec<String>,
    /// The virtual loudspeakers, in the order of their rows.
    pub(super) layout: Layout,
    /// The row of the left ear; the right one's is next.
    pub(super) ears: usize,
    /// The low frequencies of what is spread over the virtual loudspeakers: where it is, and how wide.
    pub(super) low: Vec<SceneRows>,
    /// The first of the rows of the loudspeakers that only have the low band of what many of them carry at once.
    pub(super) common: Option<usize>,
    /// Those of HOA items, in the order of their orders.
    pub(super) scenes: Vec<SceneRows>,
    /// For each item its own row.
    pub(super) of_item: Vec<Option<usize>>,
    /// For each item its mode.
    pub(super) modes: Vec<HeadphoneMode>,
    /// The mode of HOA scenes.
    pub(super) scene_mode: HeadphoneMode,
    /// What goes into a built-in room.
    pub(super) sends: Option<Sends>,
    /// Modes count: everything has its own, or would have but for a measured room.
    pub(super) has_modes: bool,
}

impl Feeds {
    pub(super) fn new(headphones: &Headphones, items: &[RenderItem]) -> Result<Self, LayoutError> {
        let has_modes = headphones.path == BinauralPath::Objects;
        let measured = headphones.room.as_ref().and_then(RoomSound::layout);
        let by_item = has_modes && measured.is_none();
        let layout = match (measured, &headphones.path) {
            (Some(layout), _) | (None, BinauralPath::Speakers(layout)) => layout.clone(),
            (None, BinauralPath::Objects) => Layout::by_name(VIRTUAL)?.without_lfe(),
        };
        let mut feeds = Self {
            rows: Vec::new(),
            names: Vec::new(),
            ears: layout.channels.len(),
            layout,
            low: Vec::new(),
            common: None,
            scenes: Vec::new(),
            of_item: Vec::new(),
            modes: items.iter().map(|item| mode(item, headphones)).collect(),
            scene_mode: headphones.mode.unwrap_or(default_mode(headphones)),
            sends: None,
            has_modes,
        };
        let mut inputs = 0..;
        for channel in &feeds.layout.channels {
            let place = match measured {
                _ if channel.is_lfe => Feed::Both,
                Some(_) => Feed::Room(inputs.next().unwrap_or_default()),
                None => Feed::Loudspeaker(direction(&channel.position)),
            };
            feeds.rows.push(place);
            feeds.names.push(channel.name.clone());
        }
        feeds.push(Feed::Ear(0), "left ear");
        feeds.push(Feed::Ear(1), "right ear");
        if by_item && items.iter().any(spreads) {
            for _ in 0..2 {
                let rows = feeds.push_components(1);
                feeds.low.push(SceneRows { order: 1, head_locked: false, rows });
            }
        }
        if !has_modes && measured.is_none() && items.iter().any(is_common) {
            feeds.push_common();
        }
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
        if by_item && feeds.scene_mode != HeadphoneMode::Off {
            feeds.push_scenes(items);
        }
        if let Some(RoomSound::BuiltIn(_)) = &headphones.room {
            feeds.send(&headphones.path)?;
        }
        Ok(feeds)
    }

    /// Adds the rows of a built-in room.
    fn send(&mut self, path: &BinauralPath) -> Result<(), LayoutError> {
        let layout = match path {
            BinauralPath::Objects => Layout::by_name(SENDS)?.without_lfe(),
            BinauralPath::Speakers(layout) => layout.without_lfe(),
        };
        let first = self.rows.len();
        for (input, channel) in layout.channels.iter().enumerate() {
            self.push(Feed::Room(input), &format!("room {}", channel.name));
        }
        let tail = self.push(Feed::Room(layout.channels.len()), "room");
        self.sends = Some(Sends { layout, first, tail });
        Ok(())
    }

    /// Adds the loudspeakers once more.
    fn push_common(&mut self) {
        self.common = Some(self.rows.len());
        for row in 0..self.ears {
            let (feed, name) = (self.rows[row], self.names[row].clone());
            self.push(feed, &name);
        }
    }

    fn push_scenes(&mut self, items: &[RenderItem]) {
        let scenes: BTreeSet<(usize, bool)> = items.iter().filter_map(scene).collect();
        for (order, head_locked) in scenes {
            let rows = self.push_components(order);
            self.scenes.push(SceneRows { order, head_locked, rows });
        }
    }

    /// Adds the rows of one more scene.
    fn push_components(&mut self, order: usize) -> Range<usize> {
        let (start, scene) = (self.rows.len(), self.low.len() + self.scenes.len());
        for _ in 0..(order + 1) * (order + 1) {
            self.push(Feed::Component(scene), "component");
        }
        start..self.rows.len()
    }

    /// How many rows, from the first, have a diffuse one.
    pub(super) fn diffuse(&self) -> usize {
        let common = self.common.map_or(0, |_| self.ears);
        self.ears + EARS + common + self.low.iter().map(|scene| scene.rows.len()).sum::<usize>()
    }

    /// The row of what has no direction.
    pub(super) fn lfe(&self) -> usize {
        self.diffuse()
    }

    /// The scene that an HOA item of this order plays into: an item has fewer components where unimportant ones are
    /// left out.
    pub(super) fn scene(&self, order: usize, head_locked: bool) -> Option<&SceneRows> {
        self.scenes.iter().find(|scene| scene.order >= order && scene.head_locked == head_locked)
    }

    fn push(&mut self, feed: Feed, name: &str) -> usize {
        self.rows.push(feed);
        self.names.push(name.to_owned());
        self.rows.len() - 1
    }
}

/// The mode of an item: the user's, that of its track, else near; for loudspeakers the user's, else mid.
fn mode(item: &RenderItem, headphones: &Headphones) -> HeadphoneMode {
    if let Some(mode) = headphones.mode {
        return mode;
    }
    let default = default_mode(headphones);
    if headphones.path != BinauralPath::Objects {
        return default;
    }
    let track = match item {
        RenderItem::Objects(item) => &item.track,
        RenderItem::DirectSpeakers(item) => &item.track,
        RenderItem::Hoa(_) | RenderItem::Binaural(_) => return default,
    };
    let mode = match track {
        TrackSpec::Direct(track) => headphones.track_modes.get(*track).copied().flatten(),
        _ => None,
    };
    mode.unwrap_or(default)
}

/// Loudspeakers are farther away than what a mixer places.
fn default_mode(headphones: &Headphones) -> HeadphoneMode {
    match headphones.path {
        BinauralPath::Objects => HeadphoneMode::Near,
        BinauralPath::Speakers(_) => HeadphoneMode::Mid,
    }
}

/// The order of an HOA item, and whether it stays with the head; none for other items and components that there are
/// not, which panning refuses.
fn scene(item: &RenderItem) -> Option<(usize, bool)> {
    let RenderItem::Hoa(item) = item else { return None };
    let components = components(item).ok()?;
    let order = components.iter().map(|component| component.order).max()?;
    Some((order, item.context.head_locked))
}

/// On loudspeakers the item is carried by many of them at some time, because it is wide or a scene.
fn is_common(item: &RenderItem) -> bool {
    match item {
        RenderItem::Objects(item) => match &item.channel.blocks {
            BlockFormats::Objects(blocks) => blocks.iter().any(|block| may_spread(block, &item.context)),
            _ => false,
        },
        RenderItem::Hoa(_) => true,
        RenderItem::DirectSpeakers(_) | RenderItem::Binaural(_) => false,
    }
}

/// Some block of the item is no point.
pub(super) fn spreads(item: &RenderItem) -> bool {
    let RenderItem::Objects(item) = item else { return false };
    let BlockFormats::Objects(blocks) = &item.channel.blocks else { return false };
    blocks.iter().any(|block| block.diffuse != 0.0 || may_spread(block, &item.context))
}

/// A channel for low-frequency effects, which no direction is heard of.
pub(super) fn is_lfe(item: &RenderItem) -> bool {
    let RenderItem::DirectSpeakers(item) = item else { return false };
    let BlockFormats::DirectSpeakers(blocks) = &item.channel.blocks else { return false };
    blocks.first().is_some_and(|block| look_at(block, &item.context, item.channel.frequency).0)
}
