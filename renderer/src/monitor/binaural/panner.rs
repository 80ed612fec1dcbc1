//! Metadata to the gains of the headphones' feeds.

use std::sync::Arc;

use formats::Warning;
use formats::adm::{BinauralBlock, DirectSpeakersBlock, ObjectPosition, ObjectsBlock};
use hrtf::Direction;

use super::HeadphoneMode;
use super::build_up::{BandGains, BuildUp};
use super::feeds::{EARS, Feeds, is_lfe};
use super::room::{Directness, Share};
use super::spread::Spread;
use crate::items::{BinauralItem, DirectSpeakersItem, HoaItem, ItemContext, RenderItem};
use crate::layout::{Channel, Layout};
use crate::panner::DirectDiffuseGains;
use crate::panner::direct_speakers::look_at;
use crate::panner::hoa_decode::{components, warnings as hoa_warnings};
use crate::panner::objects::offset_position;
use crate::panner::polar_extent::seen_from;
use crate::panner::position_conversion::to_polar;
use crate::render::{Conversion, LoudspeakerPanner, Panner, RenderError};

/// Sources that are seen under this angle, degrees, have no point left; smaller ones keep a share of it.
const WIDE: f64 = 60.0;

/// The layout of what is heard without a head.
const STEREO: &str = "0+2+0";

/// Pans every type of item to the feeds. Cheap to clone, one for each thread.
#[derive(Clone)]
pub(super) struct BinauralPanner {
    feeds: Arc<Feeds>,
    conversion: Option<Conversion>,
    virtual_room: LoudspeakerPanner,
    stereo: LoudspeakerPanner,
    sends: Option<SendPanner>,
    build_up: Option<BuildUp>,
    spread: Spread,
    gains: DirectDiffuseGains,
}

/// Pans to the sends of a built-in room.
#[derive(Clone)]
struct SendPanner {
    panner: LoudspeakerPanner,
    directness: Directness,
    /// Gains of power that the head gives to the virtual loudspeakers and the sends.
    loudspeakers: Arc<[f64]>,
    sends: Arc<[f64]>,
}

impl SendPanner {
    fn new(feeds: &Feeds, layout: &Layout, directness: Directness) -> Result<Self, RenderError> {
        let gain = |channel: &Channel| match channel.is_lfe {
            true => 0.0,
            false => directness.of(Direction::new(channel.position.azimuth, channel.position.elevation)),
        };
        Ok(Self {
            panner: LoudspeakerPanner::new(layout, None)?,
            loudspeakers: feeds.layout.channels.iter().map(gain).collect(),
            sends: layout.channels.iter().map(gain).collect(),
            directness,
        })
    }
}

impl BinauralPanner {
    pub(super) fn new(
        feeds: Arc<Feeds>,
        (directness, build_up): (Option<Directness>, Option<BuildUp>),
        conversion: Option<Conversion>,
    ) -> Result<Self, RenderError> {
        let stereo = Layout::by_name(STEREO)
            .map_err(|error| RenderError::Layout { layout: STEREO.to_owned(), reason: error.to_string() })?;
        Ok(Self {
            virtual_room: LoudspeakerPanner::new(&feeds.layout, None)?,
            stereo: LoudspeakerPanner::new(&stereo, None)?,
            sends: match (&feeds.sends, directness) {
                (Some(sends), Some(directness)) => Some(SendPanner::new(&feeds, &sends.layout, directness)?),
                _ => None,
            },
            build_up,
            spread: Spread::new(&feeds.layout),
            gains: DirectDiffuseGains { direct: Vec::new(), diffuse: Vec::new() },
            feeds,
            conversion,
        })
    }

    fn silence(&self) -> Vec<f64> {
        vec![0.0; self.feeds.rows.len()]
    }

    /// Without a head: as stereo pans it.
    fn pan_stereo(&mut self, block: &ObjectsBlock, context: &ItemContext) {
        let stereo = self.stereo.gains(block, context);
        let ears = self.feeds.ears..self.feeds.ears + EARS;
        self.gains.direct[ears.clone()].copy_from_slice(&stereo.direct);
        self.gains.diffuse[ears].copy_from_slice(&stereo.diffuse);
    }

    /// A point at the object's own direction; its size and what is diffuse of it over the virtual loudspeakers,
    /// decorrelated. The power of all is that of the object's gain.
    fn pan_in_space(&mut self, row: usize, block: &ObjectsBlock, context: &ItemContext, share: Share) {
        let mut block = block.clone();
        if let ObjectPosition::Cartesian(_) = block.position {
            block.position = offset_position(block.position, context.position_offset);
            to_polar(&mut block);
        }
        let spread = spread(&block, context);
        let divergence = block.special.as_ref().and_then(|special| special.divergence);
        let diverges = divergence.is_some_and(|divergence| divergence.value != 0.0);
        if let Some(special) = &mut block.special {
            // These are about loudspeakers, and there are none.
            special.channel_lock = None;
            special.zone_exclusion.clear();
        }
        let room = self.virtual_room.gains(&block, context);
        let diffuse = if block.diffuse.is_finite() { block.diffuse.clamp(0.0, 1.0) } else { 0.0 };
        let point = ((1.0 - diffuse) * (1.0 - spread)).sqrt();
        if diverges {
            let scale = (1.0 - spread).sqrt();
            let rows = self.gains.direct.iter_mut().zip(&room.direct);
            rows.for_each(|(gain, direct)| *gain = direct * scale);
        } else {
            self.gains.direct[row] = point * block.common.gain.linear() * context.object_gain;
        }
        let polarity = polarity(block.common.gain.linear() * context.object_gain);
        let rows = self.gains.diffuse.iter_mut().zip(room.direct.iter().zip(&room.diffuse));
        rows.for_each(|(gain, (direct, diffuse))| {
            *gain = polarity * (diffuse * diffuse + spread * direct * direct).sqrt();
        });
        let low = self.spread.low(&self.gains.diffuse[..self.feeds.ears], polarity);
        self.gains.diffuse[self.feeds.ears + EARS..].iter_mut().zip(low).for_each(|(row, gain)| *row = gain);
        self.send(Some(row), &block, context, share);
    }

    /// What of the block goes into the room, as loud as the head makes the rest, and so does not come straight. `row` is
    /// the block's own. What stays with the head is in no room.
    fn send(&mut self, row: Option<usize>, block: &ObjectsBlock, context: &ItemContext, share: Share) {
        let (Some(room), Some(sends)) = (&mut self.sends, &self.feeds.sends) else { return };
        if context.head_locked {
            return;
        }
        let DirectDiffuseGains { direct, diffuse } = &mut self.gains;
        let own = match (row, offset_position(block.position, context.position_offset)) {
            (Some(row), ObjectPosition::Polar(at)) => {
                direct[row].powi(2) * room.directness.of(Direction::new(at.azimuth, at.elevation))
            }
            _ => 0.0,
        };
        let spread = direct.iter().zip(diffuse.iter()).zip(room.loudspeakers.iter());
        let spread: f64 =
            spread.map(|((direct, diffuse), gain)| (direct * direct + diffuse * diffuse) * gain).sum();
        let polarity = polarity(block.common.gain.linear() * context.object_gain);
        let loud = polarity * (own + spread).sqrt() * share.room;
        direct.iter_mut().chain(diffuse).for_each(|gain| *gain *= share.direct);
        let panned = room.panner.gains(block, context);
        let both = panned.direct.iter().zip(&panned.diffuse).map(|(direct, diffuse)| direct.hypot(*diffuse));
        let power: f64 = both.clone().map(|gain| gain * gain).sum();
        let scale = if power > 0.0 { loud / power.sqrt() } else { 0.0 };
        direct[sends.first..].iter_mut().zip(both).for_each(|(gain, panned)| *gain = panned * scale);
        direct[sends.tail] = loud;
    }

    /// What is wide of the block on loudspeakers, as loud as they are in a room.
    fn build_up(&mut self, block: &ObjectsBlock, context: &ItemContext) {
        let (Some(build_up), Some(first)) = (&self.build_up, self.feeds.common) else { return };
        let share = share_spread(block, context);
        if share > 0.0 {
            let DirectDiffuseGains { direct, diffuse } = &mut self.gains;
            let bands = build_up.of_gains(&direct[..self.feeds.ears], share);
            split(bands, direct, &mut diffuse[first..]);
        }
    }

    /// The same for the components of an HOA item.
    fn build_up_scene(&self, item: &HoaItem, all: &mut [Vec<f64>]) {
        let (Some(build_up), Some(first)) = (&self.build_up, self.feeds.common) else { return };
        let Ok(components) = components(item) else { return };
        // In a diffuse field components of N3D have the same power.
        let powers = components.iter().map(|component| component.from_n3d.powi(2));
        let ears = self.feeds.ears;
        let sounds: Vec<(&[f64], f64)> =
            all.iter().zip(powers).map(|(gains, power)| (&gains[..ears.min(gains.len())], power)).collect();
        let bands = build_up.of_all(&sounds, 1.0);
        let rows = self.feeds.rows.len();
        for gains in all {
            gains.resize(rows + self.feeds.diffuse(), 0.0);
            let (direct, diffuse) = gains.split_at_mut(rows);
            split(bands, &mut direct[..ears], &mut diffuse[first..]);
        }
    }

    /// An HOA item straight to the ears.
    fn components(&self, item: &HoaItem, warnings: &mut Vec<Warning>) -> Result<Vec<Vec<f64>>, RenderError> {
        if self.feeds.has_modes && self.feeds.scene_mode == HeadphoneMode::Off {
            let to_ears = |stereo: Vec<f64>| {
                let mut gains = self.silence();
                gains[self.feeds.ears..].iter_mut().zip(stereo).for_each(|(gain, pan)| *gain = pan);
                gains
            };
            return Ok(self.stereo.hoa(item, warnings)?.into_iter().map(to_ears).collect());
        }
        if self.feeds.scenes.is_empty() {
            return self.virtual_room.hoa(item, warnings);
        }
        let components = components(item).map_err(|error| RenderError::Hoa(error.to_string()))?;
        let order = components.iter().map(|component| component.order).max().unwrap_or(0);
        warnings.extend(hoa_warnings(item));
        let scene = self.feeds.scene(order, item.context.head_locked);
        let gains = components.iter().zip(&item.channels).map(|(component, channel)| {
            let mut gains = self.silence();
            if let Some(row) = scene.and_then(|scene| scene.rows.clone().nth(component.number)) {
                gains[row] = channel.gain * item.context.object_gain / component.from_n3d;
            }
            gains
        });
        Ok(gains.collect())
    }

    /// How much of the item of that number is heard by way of the room.
    fn share(&self, item: usize, ratio: Option<f64>) -> Share {
        Share::new(self.feeds.modes.get(item).copied().unwrap_or(HeadphoneMode::Near), ratio)
    }

    /// Adds the room to the gains of a bed channel.
    fn send_channel(
        &self,
        index: usize,
        block: &DirectSpeakersBlock,
        item: &DirectSpeakersItem,
        gains: &mut [f64],
    ) {
        let (Some(room), Some(sends)) = (&self.sends, &self.feeds.sends) else { return };
        if item.context.head_locked || is_lfe(&RenderItem::DirectSpeakers(item.clone())) {
            return;
        }
        let share = self.share(index, None);
        gains.iter_mut().for_each(|gain| *gain *= share.direct);
        let panned = room.panner.direct_speakers(index, block, item, &mut Vec::new());
        let heard = panned.iter().zip(room.sends.iter()).map(|(gain, loud)| gain * gain * loud).sum::<f64>();
        let power = panned.iter().map(|gain| gain * gain).sum::<f64>();
        let scale = if power > 0.0 { (heard / power).sqrt() * share.room } else { 0.0 };
        gains[sends.first..].iter_mut().zip(panned).for_each(|(gain, panned)| *gain = panned * scale);
        let polarity = polarity(block.common.gain.linear() * item.context.object_gain);
        gains[sends.tail] = polarity * heard.sqrt() * share.room;
    }
}

/// The sign of a gain, which powers lose.
fn polarity(gain: f64) -> f64 {
    if gain < 0.0 { -1.0 } else { 1.0 }
}

/// Puts a gain on the loudspeakers of `direct`: that of the high band, and in the low band's rows what it is apart from it.
fn split(bands: BandGains, direct: &mut [f64], low: &mut [f64]) {
    for (direct, low) in direct.iter_mut().zip(low) {
        *low = (bands.low - bands.high) * *direct;
        *direct *= bands.high;
    }
}

/// The share of a block's power that has a width.
fn share_spread(block: &ObjectsBlock, context: &ItemContext) -> f64 {
    let ObjectPosition::Cartesian(_) = block.position else { return spread(block, context) };
    let mut block = block.clone();
    block.position = offset_position(block.position, context.position_offset);
    to_polar(&mut block);
    spread(&block, context)
}

/// The share of a polar block's power that has a width.
fn spread(block: &ObjectsBlock, context: &ItemContext) -> f64 {
    let ObjectPosition::Polar(position) = offset_position(block.position, context.position_offset) else {
        return 0.0;
    };
    let near = (position.distance - block.depth / 2.0).max(0.0);
    let seen = seen_from(block.width, near).max(seen_from(block.height, near));
    let share = seen / WIDE;
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

/// Some of the object is spread over the virtual loudspeakers at some time.
pub(super) fn may_spread(block: &ObjectsBlock, context: &ItemContext) -> bool {
    share_spread(block, context) > 0.0
}

impl Panner for BinauralPanner {
    fn for_another_thread(&self) -> Box<dyn Panner> {
        Box::new(self.clone())
    }

    fn objects(&mut self, item: usize, block: &ObjectsBlock, context: &ItemContext) -> &DirectDiffuseGains {
        let feeds = Arc::clone(&self.feeds);
        for (part, length) in
            [(&mut self.gains.direct, feeds.rows.len()), (&mut self.gains.diffuse, feeds.diffuse())]
        {
            part.clear();
            part.resize(length, 0.0);
        }
        let special = block.special.as_ref().and_then(|special| special.headphone_virtualise);
        let off = feeds.modes.get(item) == Some(&HeadphoneMode::Off);
        let converted = self.conversion.map(|conversion| conversion.apply(block, context));
        let (block, context) = match &converted {
            None => (block, context),
            Some((block, context)) => (block, &**context),
        };
        let share = self.share(item, special.and_then(|special| special.direct_to_reverberant_ratio));
        match feeds.of_item.get(item).copied().flatten() {
            _ if feeds.has_modes && (off || special.is_some_and(|special| special.bypass)) => {
                self.pan_stereo(block, context)
            }
            Some(row) => self.pan_in_space(row, block, context, share),
            None => {
                let room = self.virtual_room.gains(block, context);
                self.gains.direct[..room.direct.len()].copy_from_slice(&room.direct);
                self.gains.diffuse[..room.diffuse.len()].copy_from_slice(&room.diffuse);
                self.send(None, block, context, share);
                self.build_up(block, context);
            }
        }
        &self.gains
    }

    fn direct_speakers(
        &self,
        index: usize,
        block: &DirectSpeakersBlock,
        item: &DirectSpeakersItem,
        warnings: &mut Vec<Warning>,
    ) -> Vec<f64> {
        let mut gains = self.silence();
        let feeds = &self.feeds;
        let off = feeds.has_modes && feeds.modes.get(index) == Some(&HeadphoneMode::Off);
        match feeds.of_item.get(index).copied().flatten() {
            Some(row) if !off || row == feeds.lfe() => {
                warnings.extend(look_at(block, &item.context, item.channel.frequency).1);
                gains[row] = block.common.gain.linear() * item.context.object_gain;
            }
            _ if off => {
                let stereo = self.stereo.direct_speakers(index, block, item, warnings);
                gains[feeds.ears..].iter_mut().zip(stereo).for_each(|(gain, pan)| *gain = pan);
                return gains;
            }
            _ => {
                let room = self.virtual_room.direct_speakers(index, block, item, warnings);
                gains.iter_mut().zip(room).for_each(|(gain, pan)| *gain = pan);
            }
        }
        self.send_channel(index, block, item, &mut gains);
        gains
    }

    fn ear(&self, block: &BinauralBlock, item: &BinauralItem) -> Vec<f64> {
        let mut gains = self.silence();
        let row = self.feeds.ears + usize::from(!item.left);
        gains[row] = block.common.gain.linear() * item.context.object_gain;
        gains
    }

    fn hoa(&self, item: &HoaItem, warnings: &mut Vec<Warning>) -> Result<Vec<Vec<f64>>, RenderError> {
        let mut all = self.components(item, warnings)?;
        if let (Some(room), Some(sends), false) = (&self.sends, &self.feeds.sends, item.context.head_locked) {
            let share = Share::new(self.feeds.scene_mode, None);
            let panned = room.panner.hoa(item, &mut Vec::new())?;
            // The component of order 0 is the sound itself, −3 dB of it in FuMa.
            let whole = if item.normalization == "FuMa" { std::f64::consts::SQRT_2 } else { 1.0 };
            for ((gains, panned), channel) in all.iter_mut().zip(panned).zip(&item.channels) {
                gains.iter_mut().for_each(|gain| *gain *= share.direct);
                gains.resize(self.feeds.rows.len(), 0.0);
                gains[sends.first..]
                    .iter_mut()
                    .zip(panned)
                    .for_each(|(gain, panned)| *gain = panned * share.room);
                if channel.order == 0 {
                    gains[sends.tail] = channel.gain * item.context.object_gain * whole * share.room;
                }
            }
        }
        self.build_up_scene(item, &mut all);
        Ok(all)
    }
}
