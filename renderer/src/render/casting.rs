//! From items to voices: what sounds, from which source, and what is strange about it.

use formats::Warning;

use super::error::{RenderError, element};
use super::importance;
use super::target::Panner;
use super::timing::ObjectWindow;
use super::voice::Voice;
use crate::items::RenderItem;

/// Some block of some object is diffuse.
pub(super) fn any_diffuse<'a>(mut items: impl Iterator<Item = &'a RenderItem>) -> bool {
    items.any(|item| match item {
        RenderItem::Objects(item) => match &item.channel.blocks {
            formats::adm::BlockFormats::Objects(blocks) => blocks.iter().any(|block| block.diffuse != 0.0),
            _ => false,
        },
        _ => false,
    })
}

/// Adds the voices of one item to `voices`. `importance`: what is less important is left out.
pub(super) fn add_voices(
    voices: &mut Vec<Voice>,
    (index, item): (usize, &RenderItem),
    sources: &[Option<usize>],
    (sample_rate, importance): (u32, Option<u8>),
    panner: &dyn Panner,
    warnings: &mut Vec<Warning>,
) -> Result<(), RenderError> {
    let context = item.context();
    let window = ObjectWindow::new(context.object_start, context.object_duration, sample_rate);
    if let RenderItem::Hoa(item) = item {
        let window = window.narrowed(item.rtime, item.duration);
        let gains = panner.hoa(&importance::audible_components(item, importance), warnings)?;
        for (source, gains) in sources.iter().zip(gains) {
            if let Some(source) = source {
                voices.push(Voice::constant(*source, index, window, gains.into()));
            }
        }
        return Ok(());
    }
    let Some(Some(source)) = sources.first() else { return Ok(()) };
    let voice = Voice::of_blocks(*source, index, window);
    if let Some(block) = voice.block_out_of_order(item) {
        return Err(RenderError::BlockOrder { channel: element(item), block: block.to_string() });
    }
    if context.object_gain != 0.0 {
        voices.push(voice);
        remarks((index, item), panner, warnings);
    }
    Ok(())
}

/// What the panner finds strange about the first blocks of a bed channel.
fn remarks((index, item): (usize, &RenderItem), panner: &dyn Panner, warnings: &mut Vec<Warning>) {
    /// More of the same would only be repetition.
    const BLOCKS: usize = 16;
    let RenderItem::DirectSpeakers(item) = item else { return };
    let formats::adm::BlockFormats::DirectSpeakers(blocks) = &item.channel.blocks else { return };
    let mut found = Vec::new();
    for block in blocks.iter().take(BLOCKS) {
        panner.direct_speakers(index, block, item, &mut found);
    }
    found.retain(|warning| !warnings.contains(warning));
    warnings.append(&mut found);
}
