//! Two ADM documents. Films have millions of blocks, nearly all of them the same: only those that differ are written out.

use std::collections::HashMap;
use std::sync::Arc;

use super::compare::compare;
use super::names::align;
use super::tree::Node;
use super::{Difference, XmlTreeError};
use crate::adm::{
    self, AdmId, AdmTime, AudioChannelFormat, BlockFormats, Document, EnvelopeForm, ObjectsBlock,
    WriteOptions,
};

/// Blocks of a channel that are told one by one; of the others only how many there are.
const MOST_BLOCKS_TOLD: usize = 10_000;

/// Compares what the documents say; how their XML is written doesn't matter.
///
/// # Errors
/// When one of them has more elements than can be held.
pub fn documents(a: &Document, b: &Document) -> Result<Vec<Difference>, XmlTreeError> {
    let (mut a, mut b) = (a.clone(), b.clone());
    let places: HashMap<AdmId, usize> =
        b.channel_formats.iter().enumerate().map(|(place, channel)| (channel.id.clone(), place)).collect();
    let mut untold = Vec::new();
    for channel_a in &mut a.channel_formats {
        let channel_b = places.get(&channel_a.id).and_then(|place| b.channel_formats.get_mut(*place));
        let Some(channel_b) = channel_b.filter(|other| !Arc::ptr_eq(channel_a, other)) else { continue };
        untold.extend(keep_what_differs(channel_a, channel_b));
    }
    let mut found = tracks(&a, &b);
    let (a, mut b) = (tree(&a)?, tree(&b)?);
    align(&a, &mut b);
    found.extend(compare(&a, &b));
    found.extend(untold);
    Ok(found)
}

/// What the documents give different tracks of their files.
fn tracks(a: &Document, b: &Document) -> Vec<Difference> {
    let other: HashMap<&AdmId, Option<u16>> =
        b.track_uids.iter().map(|uid| (&uid.id, uid.track_index)).collect();
    let mut found = Vec::new();
    for uid in &a.track_uids {
        let Some(&track) = other.get(&uid.id).filter(|track| **track != uid.track_index) else { continue };
        let text = |track: Option<u16>| track.map(|track| track.to_string());
        found.push(Difference {
            element: format!("audioTrackUID {}", uid.id),
            time: None,
            parameter: "track".to_owned(),
            a: text(uid.track_index),
            b: text(track),
        });
    }
    found
}

fn tree(document: &Document) -> Result<Node, XmlTreeError> {
    let mut text = Vec::new();
    let options = WriteOptions { envelope: EnvelopeForm::Bare, indent: 0 };
    adm::write(document, &mut text, &options).map_err(|e| XmlTreeError::Malformed(e.to_string()))?;
    Node::parse(&String::from_utf8_lossy(&text))
}

/// Leaves the two channels only those of their blocks that differ. Tells of those that are too many.
fn keep_what_differs(a: &mut Arc<AudioChannelFormat>, b: &mut Arc<AudioChannelFormat>) -> Option<Difference> {
    let (BlockFormats::Objects(blocks_a), BlockFormats::Objects(blocks_b)) = (&a.blocks, &b.blocks) else {
        return None;
    };
    let (left_a, left_b) = different(blocks_a, blocks_b);
    let most = left_a.len().max(left_b.len());
    let told = |blocks: Vec<&ObjectsBlock>| blocks.into_iter().take(MOST_BLOCKS_TOLD).cloned().collect();
    let (left_a, left_b) = (told(left_a), told(left_b));
    let with = |channel: &AudioChannelFormat, blocks| {
        Arc::new(AudioChannelFormat { blocks: BlockFormats::Objects(blocks), ..without_blocks(channel) })
    };
    (*a, *b) = (with(a, left_a), with(b, left_b));
    (most > MOST_BLOCKS_TOLD).then(|| Difference {
        element: format!("audioChannelFormat {} \"{}\"", a.id, a.name),
        time: None,
        parameter: format!("{} more blocks", most - MOST_BLOCKS_TOLD),
        a: Some("not listed".to_owned()),
        b: Some("not listed".to_owned()),
    })
}

fn without_blocks(channel: &AudioChannelFormat) -> AudioChannelFormat {
    AudioChannelFormat {
        id: channel.id.clone(),
        name: channel.name.clone(),
        blocks: BlockFormats::new(None),
        frequency: channel.frequency,
        unknown: channel.unknown.clone(),
    }
}

/// The blocks of each of the two that have no equal at the same time in the other; both are in order of their times.
fn different<'a>(
    a: &'a [ObjectsBlock],
    b: &'a [ObjectsBlock],
) -> (Vec<&'a ObjectsBlock>, Vec<&'a ObjectsBlock>) {
    let start = |block: &ObjectsBlock| block.common.rtime.map(AdmTime::to_ratio).unwrap_or((0, 1));
    let before = |a: &ObjectsBlock, b: &ObjectsBlock| {
        let ((a, over_a), (b, over_b)) = (start(a), start(b));
        u128::from(a) * u128::from(over_b) < u128::from(b) * u128::from(over_a)
    };
    let (mut left_a, mut left_b) = (Vec::new(), Vec::new());
    let (mut rest_a, mut rest_b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        match (rest_a.peek(), rest_b.peek()) {
            (None, None) => break,
            (Some(one), Some(other)) if !before(one, other) && !before(other, one) => {
                if !is_same(one, other) {
                    left_a.push(*one);
                    left_b.push(*other);
                }
                rest_a.next();
                rest_b.next();
            }
            (Some(one), other) if other.is_none_or(|other| before(one, other)) => {
                left_a.push(*one);
                rest_a.next();
            }
            (_, Some(other)) => {
                left_b.push(*other);
                rest_b.next();
            }
            (Some(_), None) => break,
        }
    }
    (left_a, left_b)
}

/// The same but for its number.
fn is_same(a: &ObjectsBlock, b: &ObjectsBlock) -> bool {
    if a.common.id == b.common.id {
        return a == b;
    }
    let mut renumbered = b.clone();
    renumbered.common.id = a.common.id;
    *a == renumbered
}
