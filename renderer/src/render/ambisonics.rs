//! Every type of item encoded to Ambisonics. The diffuse part of an object goes through the decorrelators like
//! that of loudspeakers, one per component: its direction blurs, its power stays.

use formats::Warning;
use formats::adm::{BinauralBlock, DirectSpeakersBlock, ObjectsBlock};

use super::error::RenderError;
use super::target::{Conversion, Panner};
use crate::items::{BinauralItem, DirectSpeakersItem, HoaItem, ItemContext};
use crate::panner::DirectDiffuseGains;
use crate::panner::ambisonics::AmbisonicEncoder;

/// The encoder of one order.
#[derive(Clone)]
pub(super) struct AmbisonicPanner {
    conversion: Option<Conversion>,
    encoder: AmbisonicEncoder,
    gains: DirectDiffuseGains,
}

impl AmbisonicPanner {
    pub(super) fn new(order: u32, conversion: Option<Conversion>) -> Result<Self, RenderError> {
        let encoder = AmbisonicEncoder::new(order as usize).map_err(|error| RenderError::Layout {
            layout: format!("hoa{order}"),
            reason: error.to_string(),
        })?;
        let gains = DirectDiffuseGains { direct: Vec::new(), diffuse: Vec::new() };
        Ok(Self { conversion, encoder, gains })
    }
}

impl Panner for AmbisonicPanner {
    fn for_another_thread(&self) -> Box<dyn Panner> {
        Box::new(self.clone())
    }

    fn objects(&mut self, _: usize, block: &ObjectsBlock, context: &ItemContext) -> &DirectDiffuseGains {
        self.gains = match self.conversion {
            None => self.encoder.objects(block, context),
            Some(conversion) => {
                let (block, context) = conversion.apply(block, context);
                self.encoder.objects(&block, &context)
            }
        };
        &self.gains
    }

    fn direct_speakers(
        &self,
        _: usize,
        block: &DirectSpeakersBlock,
        item: &DirectSpeakersItem,
        warnings: &mut Vec<Warning>,
    ) -> Vec<f64> {
        let mut gains = vec![0.0; self.encoder.outputs()];
        let frequency = item.channel.frequency;
        warnings.extend(self.encoder.direct_speakers(block, &item.context, frequency, &mut gains));
        gains
    }

    fn ear(&self, block: &BinauralBlock, item: &BinauralItem) -> Vec<f64> {
        let mut gains = vec![0.0; self.encoder.outputs()];
        self.encoder.binaural(item.left, &item.context, &mut gains);
        gains.iter_mut().for_each(|gain| *gain *= block.common.gain.linear());
        gains
    }

    fn hoa(&self, item: &HoaItem, warnings: &mut Vec<Warning>) -> Result<Vec<Vec<f64>>, RenderError> {
        let gains = self.encoder.hoa(item).map_err(|error| RenderError::Hoa(error.to_string()))?;
        warnings.extend(gains.warnings);
        Ok(gains.channels)
    }
}
