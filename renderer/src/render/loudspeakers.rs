//! Every type of item panned to loudspeakers (BS.2127-1 §7–§9).

use std::sync::OnceLock;

use formats::Warning;
use formats::adm::{BinauralBlock, DirectSpeakersBlock, ObjectPosition, ObjectsBlock};

use super::error::RenderError;
use super::target::{Conversion, Panner};
use crate::geom;
use crate::items::{BinauralItem, DirectSpeakersItem, HoaItem, ItemContext};
use crate::layout::Layout;
use crate::panner::DirectDiffuseGains;
use crate::panner::direct_speakers::DirectSpeakersPanner;
use crate::panner::hoa_decode::HoaDecoder;
use crate::panner::point_source::PointSourcePanner;

/// The panners of one layout.
pub(super) struct LoudspeakerPanner {
    layout: Layout,
    conversion: Option<Conversion>,
    speakers: DirectSpeakersPanner,
    point_source: PointSourcePanner,
    /// Made for the first scene: it takes milliseconds.
    hoa: OnceLock<HoaDecoder>,
}

impl LoudspeakerPanner {
    pub(super) fn new(layout: &Layout, conversion: Option<Conversion>) -> Result<Self, RenderError> {
        let unusable = |reason: String| RenderError::Layout { layout: layout.name.clone(), reason };
        Ok(Self {
            speakers: DirectSpeakersPanner::new(layout).map_err(|error| unusable(error.to_string()))?,
            point_source: PointSourcePanner::new(layout).map_err(|error| unusable(error.to_string()))?,
            layout: layout.clone(),
            conversion,
            hoa: OnceLock::new(),
        })
    }
}

impl Panner for LoudspeakerPanner {
    fn objects(&self, block: &ObjectsBlock, context: &ItemContext) -> DirectDiffuseGains {
        let _ = self.conversion;
        let channels = self.layout.channels.len();
        let mut panned = vec![0.0; self.point_source.outputs()];
        let direction = match &block.position {
            ObjectPosition::Polar(position) => geom::point(position),
            ObjectPosition::Cartesian(position) => geom::cube_point(position),
        };
        self.point_source.gains(&direction, &mut panned);
        let gain = block.common.gain.linear() * context.object_gain;
        let mut panned = panned.into_iter();
        let gains = self
            .layout
            .channels
            .iter()
            .map(|channel| if channel.is_lfe { 0.0 } else { panned.next().unwrap_or(0.0) * gain });
        DirectDiffuseGains { direct: gains.collect(), diffuse: vec![0.0; channels] }
    }

    fn direct_speakers(
        &self,
        block: &DirectSpeakersBlock,
        item: &DirectSpeakersItem,
        warnings: &mut Vec<Warning>,
    ) -> Vec<f64> {
        let mut gains = vec![0.0; self.layout.channels.len()];
        let (frequency, pack) = (item.channel.frequency, item.common_pack.as_ref());
        warnings.extend(self.speakers.gains(block, &item.context, frequency, pack, &mut gains));
        gains
    }

    fn ear(&self, block: &BinauralBlock, item: &BinauralItem) -> Vec<f64> {
        let mut gains = vec![0.0; self.layout.channels.len()];
        self.speakers.binaural(item.left, &item.context, &mut gains);
        gains.iter_mut().for_each(|gain| *gain *= block.common.gain.linear());
        gains
    }

    fn hoa(&self, item: &HoaItem, warnings: &mut Vec<Warning>) -> Result<Vec<Vec<f64>>, RenderError> {
        let decoder = self.hoa.get_or_init(|| HoaDecoder::new(&self.layout, &self.point_source));
        let gains = decoder.gains(item).map_err(|error| RenderError::Hoa(error.to_string()))?;
        warnings.extend(gains.warnings);
        Ok(gains.channels)
    }
}
