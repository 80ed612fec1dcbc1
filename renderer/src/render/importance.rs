//! What an importance threshold leaves (BS.2127-1 §5.3.1.3).

use std::borrow::Cow;

use crate::items::{HoaItem, Importance, RenderItem};

/// Whether an item with a threshold of `threshold` is heard at all. A component of an HOA scene that reaches
/// it keeps the whole scene.
pub(super) fn is_audible(item: &RenderItem, threshold: Option<u8>) -> bool {
    let Some(threshold) = threshold else { return true };
    let reaches = |importance: Option<u8>| importance.is_none_or(|importance| importance >= threshold);
    match item {
        RenderItem::Hoa(item) => {
            let any = |of: fn(&Importance) -> Option<u8>| {
                item.channels.iter().any(|channel| reaches(of(&channel.path_importance)))
            };
            any(|importance| importance.object) && any(|importance| importance.pack_format)
        }
        _ => {
            let importance = item.context().importance;
            reaches(importance.object) && reaches(importance.pack_format)
        }
    }
}

/// A scene whose components below the threshold are silent. They stay in the scene: the decoder is that of
/// all of them.
pub(super) fn audible_components(item: &HoaItem, threshold: Option<u8>) -> Cow<'_, HoaItem> {
    let Some(threshold) = threshold else { return Cow::Borrowed(item) };
    if item.channels.iter().all(|channel| channel.importance >= threshold) {
        return Cow::Borrowed(item);
    }
    let mut item = item.clone();
    for channel in item.channels.iter_mut().filter(|channel| channel.importance < threshold) {
        channel.gain = 0.0;
    }
    Cow::Owned(item)
}
