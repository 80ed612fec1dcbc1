//! What is put right, with a remark, once all of a channel or document is known.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::blocks::{BlockCommon, BlockFormats};
use super::error::Error;
use super::xml::input::Context;
use super::{AdmId, AdmTime, AudioChannelFormat, BlockId, Document, Index};

/// Access to what all blocks have.
trait Block {
    fn common(&self) -> &BlockCommon;
    fn common_mut(&mut self) -> &mut BlockCommon;
}

macro_rules! block {
    ($($block:ty),*) => {$(
        impl Block for $block {
            fn common(&self) -> &BlockCommon {
                &self.common
            }

            fn common_mut(&mut self) -> &mut BlockCommon {
                &mut self.common
            }
        }
    )*};
}

block!(
    super::DirectSpeakersBlock,
    super::MatrixBlock,
    super::ObjectsBlock,
    super::HoaBlock,
    super::BinauralBlock
);

/// Puts the blocks of a channel in order: ids, times, memory.
pub(super) fn channel(channel: &mut AudioChannelFormat, context: &mut Context) {
    let digits = channel.id.digits().unwrap_or(0);
    match &mut channel.blocks {
        BlockFormats::DirectSpeakers(blocks) => repair_blocks(blocks, digits, context),
        BlockFormats::Matrix(blocks) => repair_blocks(blocks, digits, context),
        BlockFormats::Objects(blocks) => repair_blocks(blocks, digits, context),
        BlockFormats::Hoa(blocks) => repair_blocks(blocks, digits, context),
        BlockFormats::Binaural(blocks) => repair_blocks(blocks, digits, context),
        BlockFormats::Other(_) => {}
    }
    if channel.blocks.is_empty() {
        context.warn("channel-without-blocks", || {
            "has no audioBlockFormat, so nothing of it is heard".to_owned()
        });
    }
}

fn repair_blocks<B: Block>(blocks: &mut Vec<B>, channel: u32, context: &mut Context) {
    blocks.shrink_to_fit();
    number_blocks(blocks, channel, context);
    default_rtimes(blocks, context);
    sort_blocks(blocks, context);
    default_durations(blocks, context);
}

/// Blocks without id get the one they should have.
fn number_blocks<B: Block>(blocks: &mut [B], channel: u32, context: &mut Context) {
    for (place, block) in blocks.iter_mut().enumerate() {
        let common = block.common_mut();
        if common.id == BlockId::default() {
            common.id = BlockId { channel, number: u32::try_from(place + 1).unwrap_or(u32::MAX) };
            context.warn_about(common.id.to_string(), "block-id-missing", || {
                format!("block {} of the channel has no audioBlockFormatID; it gets this one", place + 1)
            });
        }
    }
}

/// A duration without rtime starts at 0: some writers leave out the first rtime.
fn default_rtimes<B: Block>(blocks: &mut [B], context: &mut Context) {
    for block in blocks {
        let common = block.common_mut();
        if common.rtime.is_none() && common.duration.is_some() {
            common.rtime = Some(AdmTime::ZERO);
            context.warn_about(common.id.to_string(), "duration-without-rtime", || {
                "has a duration but no rtime; rtime 0 is used".to_owned()
            });
        }
    }
}

/// Blocks are read in the order of their times.
fn sort_blocks<B: Block>(blocks: &mut [B], context: &mut Context) {
    let key = |block: &B| {
        let common = block.common();
        (common.rtime.unwrap_or(AdmTime::ZERO), common.duration.unwrap_or(AdmTime::ZERO))
    };
    let mut last = (AdmTime::ZERO, AdmTime::ZERO);
    let mut ordered = true;
    for block in blocks.iter() {
        let next = key(block);
        ordered &= last <= next;
        last = next;
    }
    if !ordered {
        blocks.sort_by_cached_key(key);
        context.warn("block-order", || {
            "has blocks that are not in the order of their rtime; they are sorted".to_owned()
        });
    }
}

/// An rtime without duration lasts until the next block; the last such block stays open until the object ends.
fn default_durations<B: Block>(blocks: &mut [B], context: &mut Context) {
    let mut next: Option<AdmTime> = None;
    for block in blocks.iter_mut().rev() {
        let common = block.common_mut();
        if let (Some(rtime), None) = (common.rtime, common.duration) {
            common.duration = next.and_then(|next| next.checked_sub(rtime));
            context.warn_about(common.id.to_string(), "rtime-without-duration", || {
                let end = if next.is_some() { "the next block" } else { "the end of the object" };
                format!("has an rtime but no duration; it lasts until {end}")
            });
        }
        next = common.rtime;
    }
}

/// Looks at the ids of the whole document: twice the same, or those of common definitions.
pub(super) fn document(document: &mut Document, context: &mut Context) -> Result<(), Error> {
    unique(&mut document.programmes, |element| &element.id, context)?;
    unique(&mut document.contents, |element| &element.id, context)?;
    unique(&mut document.objects, |element| &element.id, context)?;
    unique(&mut document.pack_formats, |element| &element.id, context)?;
    unique(&mut document.channel_formats, |element| &element.id, context)?;
    unique(&mut document.stream_formats, |element| &element.id, context)?;
    unique(&mut document.track_formats, |element| &element.id, context)?;
    unique(&mut document.track_uids, |element| &element.id, context)?;
    unique_sets(document)?;
    silent_track(document)?;
    compare_with_common(document, context);
    Ok(())
}

/// Two elements of one id: a repetition is dropped, a contradiction is an error.
fn unique<T: PartialEq>(
    elements: &mut Vec<T>,
    id: impl Fn(&T) -> &AdmId,
    context: &mut Context,
) -> Result<(), Error> {
    let mut first: HashMap<AdmId, usize> = HashMap::with_capacity(elements.len());
    let mut repeated = Vec::new();
    for (place, element) in elements.iter().enumerate() {
        match first.entry(id(element).clone()) {
            Entry::Vacant(entry) => {
                entry.insert(place);
            }
            Entry::Occupied(entry) if elements.get(*entry.get()) == Some(element) => repeated.push(place),
            Entry::Occupied(entry) => return Err(duplicate(entry.key())),
        }
    }
    for &place in repeated.iter().rev() {
        let element = elements.remove(place);
        context.warn_about(id(&element).to_string(), "duplicate-id", || {
            "is there twice with the same content; the repetition is dropped".to_owned()
        });
    }
    Ok(())
}

fn duplicate(id: &AdmId) -> Error {
    let message =
        "is the id of more than one element, and their contents differ; give each its own id (duplicate id)";
    Error::structure(message).located(0, id.to_string())
}

fn unique_sets(document: &Document) -> Result<(), Error> {
    let mut known = HashMap::new();
    for set in document.objects.iter().flat_map(|object| &object.alternative_value_sets) {
        if known.insert(&set.id, ()).is_some() {
            return Err(duplicate(&set.id));
        }
    }
    Ok(())
}

/// `ATU_00000000` means silence and cannot be an element (BS.2076-2 §5.6.2).
fn silent_track(document: &Document) -> Result<(), Error> {
    match document.track_uids.iter().find(|uid| uid.id.is_silent_track()) {
        Some(uid) => {
            let message =
                "is an audioTrackUID, but this id is reserved for silent tracks; give it another id";
            Err(Error::structure(message).located(0, uid.id.to_string()))
        }
        None => Ok(()),
    }
}

/// A file that defines a common id anew counts; when it says something else than BS.2094-1, it is remarked.
fn compare_with_common(document: &Document, context: &mut Context) {
    let mut remark = |id: &AdmId| {
        context.warn_about(id.to_string(), "common-definition-changed", || {
            "is an id of a common definition (BS.2094-1), but the file defines it otherwise; the file counts".to_owned()
        });
    };
    for pack in &document.pack_formats {
        let same = |known: &super::AudioPackFormat| {
            known.type_definition == pack.type_definition
                && known.channel_formats == pack.channel_formats
                && known.pack_formats == pack.pack_formats
        };
        if Index::common_pack_format(&pack.id).is_some_and(|known| !same(known)) {
            remark(&pack.id);
        }
    }
    for channel in &document.channel_formats {
        if Index::common_channel_format(&channel.id).is_some_and(|known| known.blocks != channel.blocks) {
            remark(&channel.id);
        }
    }
}
