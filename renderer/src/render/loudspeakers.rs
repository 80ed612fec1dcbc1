//! Every type of item panned to loudspeakers (BS.2127-1 §7–§9).

use std::sync::{Arc, OnceLock};

use formats::Warning;
use formats::adm::{BinauralBlock, DirectSpeakersBlock, ObjectsBlock};

use super::error::RenderError;
use super::target::{Conversion, Panner};
use crate::items::{BinauralItem, DirectSpeakersItem, HoaItem, ItemContext};
use crate::layout::Layout;
use crate::panner::DirectDiffuseGains;
use crate::panner::direct_speakers::DirectSpeakersPanner;
use crate::panner::hoa_decode::HoaDecoder;
use crate::panner::objects::ObjectsGainCalculator;
use crate::panner::point_source::PointSourcePanner;

/// The panners of one layout. Cheap to clone, one for each thread.
#[derive(Clone)]
pub(crate) struct LoudspeakerPanner {
    conversion: Option<Conversion>,
    objects: ObjectsGainCalculator,
    gains: DirectDiffuseGains,
    fixed: Arc<Fixed>,
}

/// What needs no room to work in.
struct Fixed {
    layout: Layout,
    speakers: DirectSpeakersPanner,
    point_source: PointSourcePanner,
    /// Made for the first scene: it takes milliseconds.
    hoa: OnceLock<HoaDecoder>,
}

impl Fixed {
    fn decoder(&self) -> &HoaDecoder {
        self.hoa.get_or_init(|| HoaDecoder::new(&self.layout, &self.point_source))
    }
}

impl LoudspeakerPanner {
    pub(crate) fn new(layout: &Layout, conversion: Option<Conversion>) -> Result<Self, RenderError> {
        let unusable = |reason: String| RenderError::Layout { layout: layout.name.clone(), reason };
        let objects = ObjectsGainCalculator::new(layout).map_err(|error| unusable(error.to_string()))?;
        let fixed = Fixed {
            speakers: DirectSpeakersPanner::new(layout).map_err(|error| unusable(error.to_string()))?,
            point_source: PointSourcePanner::new(layout).map_err(|error| unusable(error.to_string()))?,
            layout: layout.clone(),
            hoa: OnceLock::new(),
        };
        Ok(Self { conversion, gains: objects.silence(), objects, fixed: Arc::new(fixed) })
    }

    /// Gains of an Objects block.
    pub(crate) fn gains(&mut self, block: &ObjectsBlock, context: &ItemContext) -> &DirectDiffuseGains {
        match self.conversion {
            None => self.objects.gains(block, context, &mut self.gains),
            Some(conversion) => {
                let (block, context) = conversion.apply(block, context);
                self.objects.gains(&block, &context, &mut self.gains);
            }
        }
        &self.gains
    }

    fn silence(&self) -> Vec<f64> {
        vec![0.0; self.fixed.layout.channels.len()]
    }
}

impl Panner for LoudspeakerPanner {
    fn for_another_thread(&self) -> Box<dyn Panner> {
        Box::new(self.clone())
    }

    fn objects(&mut self, _: usize, block: &ObjectsBlock, context: &ItemContext) -> &DirectDiffuseGains {
        self.gains(block, context)
    }

    fn direct_speakers(
        &self,
        _: usize,
        block: &DirectSpeakersBlock,
        item: &DirectSpeakersItem,
        warnings: &mut Vec<Warning>,
    ) -> Vec<f64> {
        let mut gains = self.silence();
        let (frequency, pack) = (item.channel.frequency, item.common_pack.as_ref());
        warnings.extend(self.fixed.speakers.gains(block, &item.context, frequency, pack, &mut gains));
        gains
    }

    fn ear(&self, block: &BinauralBlock, item: &BinauralItem) -> Vec<f64> {
        let mut gains = self.silence();
        self.fixed.speakers.binaural(item.left, &item.context, &mut gains);
        gains.iter_mut().for_each(|gain| *gain *= block.common.gain.linear());
        gains
    }

    fn hoa(&self, item: &HoaItem, warnings: &mut Vec<Warning>) -> Result<Vec<Vec<f64>>, RenderError> {
        let decoder = self.fixed.decoder();
        let gains = decoder.gains(item).map_err(|error| RenderError::Hoa(error.to_string()))?;
        warnings.extend(gains.warnings);
        Ok(gains.channels)
    }
}
