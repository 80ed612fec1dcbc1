//! What is put right, with a remark, once a whole channel or document is known.

use std::collections::HashMap;

use super::blocks::{BlockCommon, BlockFormats};
use super::error::Error;
use super::xml::context::Context;
use super::{AdmId, AudioChannelFormat, BlockId, Document, Index};

/// Access to what all blocks have.
trait Block {
    fn common_mut(&mut self) -> &mut BlockCommon;
}

macro_rules! block {
    ($($block:ty),*) => {$(
        impl Block for $block {
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

/// Completes the blocks of a channel. Their times stay as the file has them: what is wrong with those depends on the
/// object that plays them.
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

/// Blocks without id get the one they should have; memory that was taken ahead is given back.
fn repair_blocks<B: Block>(blocks: &mut Vec<B>, channel: u32, context: &mut Context) {
    blocks.shrink_to_fit();
    for (place, block) in blocks.iter_mut().enumerate() {
        let common = block.common_mut();
        if common.id == BlockId::default() {
            common.id = BlockId { channel, number: u32::try_from(place + 1).unwrap_or(u32::MAX) };
            let (id, number) = (common.id, place + 1);
            context.remarks.add(
                "block-id-missing",
                || id.to_string(),
                || format!("block {number} of the channel has no audioBlockFormatID; it gets this one"),
            );
        }
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
    let mut first: HashMap<&AdmId, &T> = HashMap::with_capacity(elements.len());
    let mut repeated = Vec::new();
    for element in &*elements {
        let known = first.entry(id(element)).or_insert(element);
        let is_first = std::ptr::eq(*known, element);
        if !is_first && *known != element {
            return Err(duplicate(id(element)));
        }
        if !is_first {
            context.remarks.add(
                "duplicate-id",
                || id(element).to_string(),
                || "is there twice with the same content; the repetition is dropped".to_owned(),
            );
        }
        repeated.push(!is_first);
    }
    let mut repeated = repeated.into_iter();
    elements.retain(|_| !repeated.next().unwrap_or(false));
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
        context.remarks.add("common-definition-changed", || id.to_string(), || {
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
