//! HOA scenes to loudspeakers (BS.2127-1 §9): one set of gains per component.
//!
//! All-round decoding (AllRAD; Zotter and Frank, "All-round ambisonic panning and decoding", JAES 60 (10),
//! 2012): the scene is decoded to 5,200 virtual loudspeakers round the listener, which are panned to the real
//! ones as point sources. Scaled so that a plane wave has a power of 1 on average over all directions.
//!
//! `nfcRefDist` and `screenRef` have no effect, as in the reference renderer.

mod design_points;

use formats::Warning;
use formats::adm::AdmId;

use crate::items::HoaItem;
use crate::layout::Layout;
use crate::panner::ambisonics::{
    MAX_ORDER, Normalization, SphericalHarmonics, UnknownNormalization, channel_number,
};
use crate::panner::point_source::PointSourcePanner;
use design_points::design_points;

/// Why a HOA scene can't be decoded.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HoaError {
    /// Order and degree name no component.
    #[error(
        "{channel}: found HOA order {order} and degree {degree}, expected an order of 0 to {MAX_ORDER} and a \
         degree of −order to order; correct the audioBlockFormat"
    )]
    NoSuchComponent {
        /// The audioChannelFormat.
        channel: AdmId,
        /// As in the file.
        order: i32,
        /// As in the file.
        degree: i32,
    },
    /// FuMa ends at order 3.
    #[error(
        "{channel}: found HOA order {order} with normalization FuMa, which is defined up to order 3; \
         use SN3D or N3D"
    )]
    FumaOrder {
        /// The audioChannelFormat.
        channel: AdmId,
        /// As in the file.
        order: i32,
    },
    /// Not one of the three.
    #[error("{channel}: {unknown}")]
    Normalization {
        /// The first audioChannelFormat of the scene.
        channel: AdmId,
        /// What was found.
        unknown: UnknownNormalization,
    },
}

/// Gains of the components of a scene.
#[derive(Clone, Debug, PartialEq)]
pub struct HoaGains {
    /// By component in the order of the item, then by output.
    pub channels: Vec<Vec<f64>>,
    /// What was ignored.
    pub warnings: Vec<Warning>,
}

/// A component as the maths sees it.
pub(crate) struct Component {
    /// Ambisonics channel number.
    pub(crate) number: usize,
    /// Order, at most [`MAX_ORDER`].
    pub(crate) order: usize,
    /// The scene's normalisation over N3D.
    pub(crate) from_n3d: f64,
}

/// Decodes HOA scenes to one layout. Making it pans 5,200 points, a few milliseconds: make it when there is a
/// scene.
#[derive(Clone, Debug)]
pub struct HoaDecoder {
    outputs: usize,
    /// Output of each loudspeaker that isn't an LFE.
    loudspeakers: Vec<usize>,
    points: Vec<[f64; 3]>,
    /// By point, then by loudspeaker.
    panned: Vec<f64>,
}

impl HoaDecoder {
    /// A decoder for `layout`, which `panner` was made for.
    pub fn new(layout: &Layout, panner: &PointSourcePanner) -> Self {
        let loudspeakers: Vec<usize> =
            (0..layout.channels.len()).filter(|&index| !layout.channels[index].is_lfe).collect();
        let points: Vec<[f64; 3]> = design_points().collect();
        let mut panned = vec![0.0; points.len() * loudspeakers.len()];
        if !loudspeakers.is_empty() {
            for (point, gains) in points.iter().zip(panned.chunks_exact_mut(loudspeakers.len())) {
                panner.gains(&(*point).into(), gains);
            }
        }
        Self { outputs: layout.channels.len(), loudspeakers, points, panned }
    }

    /// BS.2127-1 §9.3: gains of each component of `item`, with those of its blocks and objects; LFE channels
    /// get none.
    ///
    /// # Errors
    /// A component that doesn't exist, or an unknown normalisation.
    pub fn gains(&self, item: &HoaItem) -> Result<HoaGains, HoaError> {
        let components = components(item)?;
        let decoder = self.decoder(&components);
        let object_gain = item.context.object_gain;
        let channels = (components.iter().zip(&item.channels).enumerate())
            .map(|(index, (component, channel))| {
                let mut gains = vec![0.0; self.outputs];
                let rows = decoder.chunks_exact(components.len());
                for (&loudspeaker, row) in self.loudspeakers.iter().zip(rows) {
                    gains[loudspeaker] = row[index] / component.from_n3d * (channel.gain * object_gain);
                }
                gains
            })
            .collect();
        Ok(HoaGains { channels, warnings: warnings(item) })
    }

    /// Decoder for N3D components: by loudspeaker, then by component.
    fn decoder(&self, components: &[Component]) -> Vec<f64> {
        let order = components.iter().map(|component| component.order).max().unwrap_or(0);
        let functions = SphericalHarmonics::new(order);
        let mut all = vec![0.0; functions.len()];
        let mut values = vec![0.0; components.len()];
        let mut decoder = vec![0.0; self.loudspeakers.len() * components.len()];
        if decoder.is_empty() {
            return decoder;
        }
        let mut evaluate = |point: [f64; 3], values: &mut [f64]| {
            functions.n3d(point, &mut all);
            for (value, component) in values.iter_mut().zip(components) {
                *value = all[component.number];
            }
        };
        for (&point, gains) in self.points.iter().zip(self.panned.chunks_exact(self.loudspeakers.len())) {
            evaluate(point, &mut values);
            for (&gain, row) in gains.iter().zip(decoder.chunks_exact_mut(components.len())) {
                if gain != 0.0 {
                    row.iter_mut().zip(&values).for_each(|(sum, value)| *sum += gain * value);
                }
            }
        }
        // The mean power that a plane wave would have.
        let mut power = 0.0;
        for &point in &self.points {
            evaluate(point, &mut values);
            for row in decoder.chunks_exact(components.len()) {
                let gain: f64 = row.iter().zip(&values).map(|(a, b)| a * b).sum();
                power += gain * gain;
            }
        }
        let factor = if power > 0.0 { (self.points.len() as f64 / power).sqrt() } else { 0.0 };
        decoder.iter_mut().for_each(|gain| *gain *= factor);
        decoder
    }
}

/// What the channels of `item` are, checked.
pub(crate) fn components(item: &HoaItem) -> Result<Vec<Component>, HoaError> {
    let Some(first) = item.channels.first() else { return Ok(Vec::new()) };
    let normalization: Normalization = (item.normalization.parse())
        .map_err(|unknown| HoaError::Normalization { channel: first.channel.clone(), unknown })?;
    (item.channels.iter())
        .map(|channel| {
            let (order, degree, id) = (channel.order, channel.degree, channel.channel.clone());
            let Some(number) = channel_number(order, degree) else {
                return Err(HoaError::NoSuchComponent { channel: id, order, degree });
            };
            let order = number.isqrt();
            let Some(from_n3d) = normalization.from_n3d(order, degree) else {
                return Err(HoaError::FumaOrder { channel: id, order: channel.order });
            };
            Ok(Component { number, order, from_n3d })
        })
        .collect()
}

/// What the item asks for and doesn't get.
pub(crate) fn warnings(item: &HoaItem) -> Vec<Warning> {
    let element = item.channels.first().map_or("", |channel| channel.channel.as_str());
    let mut warnings = Vec::new();
    if item.screen_ref {
        let message = "found screenRef on HOA, for which there is no rule; the scene keeps its size";
        warnings.push(Warning::new("hoa-screen-ref", element, message));
    }
    if item.context.position_offset.is_some() {
        let message = "found a positionOffset on HOA, for which there is no rule; the scene isn't moved";
        warnings.push(Warning::new("hoa-position-offset", element, message));
    }
    warnings
}

#[cfg(test)]
mod tests;
