//! Importance (BS.2127-1 §5.3.1): leaving out what matters least.

use std::collections::HashMap;
use std::sync::Arc;

use formats::adm::{AudioChannelFormat, BlockCommon, BlockFormats, Gain};

use super::{Importance, RenderItem};

/// The items that matter at least `threshold`, 0…10: objects and packs below it are dropped, blocks and HOA
/// channels below it are muted (with the ramps that a gain of 0 brings).
pub fn filter(items: Vec<RenderItem>, threshold: u8) -> Vec<RenderItem> {
    let mut kept: Vec<_> = items.into_iter().filter(|item| is_kept(item, threshold)).collect();
    let mut muted = HashMap::new();
    for item in &mut kept {
        match item {
            RenderItem::Objects(item) => mute(&mut item.channel, threshold, &mut muted),
            RenderItem::DirectSpeakers(item) => mute(&mut item.channel, threshold, &mut muted),
            RenderItem::Binaural(item) => mute(&mut item.channel, threshold, &mut muted),
            RenderItem::Hoa(item) => {
                for channel in item.channels.iter_mut().filter(|channel| channel.importance < threshold) {
                    channel.gain = 0.0;
                }
            }
        }
    }
    kept
}

/// A HOA scene is kept when any of its channels is.
fn is_kept(item: &RenderItem, threshold: u8) -> bool {
    let reaches = |importance: Option<u8>| importance.is_none_or(|importance| importance >= threshold);
    let kept = |all: &mut dyn Iterator<Item = Importance>| {
        let (mut object, mut pack) = (false, false);
        for importance in all {
            object |= reaches(importance.object);
            pack |= reaches(importance.pack_format);
        }
        object && pack
    };
    match item {
        RenderItem::Hoa(item) => kept(&mut item.channels.iter().map(|channel| channel.path_importance)),
        _ => kept(&mut std::iter::once(item.context().importance)),
    }
}

/// Each channel is copied once, however many items share it; `muted` holds both, so that no address is reused.
type Muted = HashMap<*const AudioChannelFormat, [Arc<AudioChannelFormat>; 2]>;

fn mute(channel: &mut Arc<AudioChannelFormat>, threshold: u8, muted: &mut Muted) {
    fn commons(blocks: &mut BlockFormats) -> Vec<&mut BlockCommon> {
        match blocks {
            BlockFormats::Objects(blocks) => blocks.iter_mut().map(|block| &mut block.common).collect(),
            BlockFormats::DirectSpeakers(blocks) => {
                blocks.iter_mut().map(|block| &mut block.common).collect()
            }
            BlockFormats::Binaural(blocks) => blocks.iter_mut().map(|block| &mut block.common).collect(),
            BlockFormats::Hoa(blocks) => blocks.iter_mut().map(|block| &mut block.common).collect(),
            BlockFormats::Matrix(blocks) => blocks.iter_mut().map(|block| &mut block.common).collect(),
            BlockFormats::Other(_) => Vec::new(),
        }
    }
    if least(&channel.blocks) >= threshold {
        return;
    }
    let [_, copy] = muted.entry(Arc::as_ptr(channel)).or_insert_with(|| {
        let mut copy = Arc::clone(channel);
        for common in commons(&mut Arc::make_mut(&mut copy).blocks) {
            if common.importance < threshold {
                common.gain = Gain::Linear(0.0);
            }
        }
        [Arc::clone(channel), copy]
    });
    *channel = Arc::clone(copy);
}

/// The least importance of the blocks; 10 without any.
fn least(blocks: &BlockFormats) -> u8 {
    match blocks {
        BlockFormats::Objects(blocks) => blocks.iter().map(|block| block.common.importance).min(),
        BlockFormats::DirectSpeakers(blocks) => blocks.iter().map(|block| block.common.importance).min(),
        BlockFormats::Binaural(blocks) => blocks.iter().map(|block| block.common.importance).min(),
        BlockFormats::Hoa(blocks) => blocks.iter().map(|block| block.common.importance).min(),
        BlockFormats::Matrix(blocks) => blocks.iter().map(|block| block.common.importance).min(),
        BlockFormats::Other(_) => None,
    }
    .unwrap_or(10)
}
