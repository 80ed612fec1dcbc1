//! Scenes as an output: metadata in, gains of the AmbiX components out (ACN order, SN3D).
//!
//! BS.2127 renders to loudspeakers alone; what it leaves open is decided here:
//! - Cartesian blocks are converted to polar ones (BS.2127-1 §10) first.
//! - Size and distance spread an object as they do on loudspeakers, see `spread.rs`. Its level is held by the
//!   power of the first order, the part that every decoder uses: so a wide object neither sinks nor bursts
//!   (its W rises by 6 dB at most), and the first four components are the same at every order.
//! - Divergence makes three coherent sources of one.
//! - Diffuseness splits the gains into a direct and a diffuse part, as on loudspeakers.
//! - Channel lock, zone exclusion and the screen are about loudspeakers and rooms: no effect.
//! - DirectSpeakers play from their positions; LFE channels have none and are left out.
//! - HOA is rescaled, not decoded: orders above that of the output are dropped.

use formats::Warning;
use formats::adm::{
    CartesianPosition, DirectSpeakersBlock, DirectSpeakersPosition, Frequency, ObjectPosition, ObjectsBlock,
};

use super::spread::add_spread;
use super::{Normalization, SphericalHarmonics};
use crate::geom::{self, Vector3};
use crate::items::{HoaItem, ItemContext};
use crate::panner::DirectDiffuseGains;
use crate::panner::direct_speakers;
use crate::panner::divergence::{default_azimuth_range, diverge};
use crate::panner::hoa_decode::{self, HoaError, HoaGains};
use crate::panner::objects::offset_position;
use crate::panner::polar_extent::seen_from;
use crate::panner::position_conversion::{Extent, extent_to_polar, point_to_polar};

/// Highest order of a HOA output.
pub const MAX_OUTPUT_ORDER: usize = 7;

/// Components of a first-order scene.
const FIRST_ORDER: usize = 4;

/// There is no output of that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found HOA output order {0}, expected 1 to {MAX_OUTPUT_ORDER}")]
pub struct OutputOrderError(pub usize);

/// Encodes metadata to the components of a HOA output.
#[derive(Clone, Debug)]
pub struct AmbisonicEncoder {
    order: usize,
    functions: SphericalHarmonics,
    /// SN3D over N3D, by component.
    from_n3d: Vec<f64>,
}

impl AmbisonicEncoder {
    /// An encoder to `order`, 1 to [`MAX_OUTPUT_ORDER`].
    ///
    /// # Errors
    /// Another order.
    pub fn new(order: usize) -> Result<Self, OutputOrderError> {
        if !(1..=MAX_OUTPUT_ORDER).contains(&order) {
            return Err(OutputOrderError(order));
        }
        let functions = SphericalHarmonics::new(order);
        // SN3D has no conditions that an order could fail.
        let sn3d = |n: usize| Normalization::Sn3d.from_n3d(n, 0).unwrap_or(1.0);
        let from_n3d = (0..functions.len()).map(|component| sn3d(component.isqrt())).collect();
        Ok(Self { order, functions, from_n3d })
    }

    /// Number of components, (order + 1)²: the length of all gains.
    pub fn outputs(&self) -> usize {
        self.functions.len()
    }

    /// Names of the components, `ACN0` ….
    pub fn channel_names(&self) -> Vec<String> {
        (0..self.outputs()).map(|component| format!("ACN{component}")).collect()
    }

    /// Gains of an Objects block, with its own gain and its objects'.
    ///
    /// The zeroth component of a point source is its gain.
    pub fn objects(&self, block: &ObjectsBlock, context: &ItemContext) -> DirectDiffuseGains {
        let mut gains = vec![0.0; self.outputs()];
        let mut scratch = vec![0.0; self.outputs()];
        for source in sources(block, context) {
            for size in source.sizes() {
                let (direction, factor) = (&source.position, source.power.sqrt());
                add_spread(&self.functions, self.order, direction, size, factor, &mut scratch, &mut gains);
            }
        }
        self.scale(&mut gains, block.common.gain.linear() * context.object_gain);
        let diffuse = block.diffuse.clamp(0.0, 1.0);
        let part = |share: f64| gains.iter().map(|gain| gain * share.sqrt()).collect();
        DirectDiffuseGains { direct: part(1.0 - diffuse), diffuse: part(diffuse) }
    }

    /// Gains of a DirectSpeakers block, with its own gain and its objects', into `out`; gives back what was
    /// strange about it. An LFE channel gets none.
    pub fn direct_speakers(
        &self,
        block: &DirectSpeakersBlock,
        context: &ItemContext,
        frequency: Frequency,
        out: &mut [f64],
    ) -> Vec<Warning> {
        let (is_lfe, warnings) = direct_speakers::look_at(block, context, frequency);
        out.fill(0.0);
        if !is_lfe {
            let position = match block.position {
                DirectSpeakersPosition::Polar { azimuth, elevation, .. } => {
                    geom::cartesian(azimuth.value, elevation.value, 1.0)
                }
                DirectSpeakersPosition::Cartesian { x, y, z } => {
                    let place = CartesianPosition { x: x.value, y: y.value, z: z.value };
                    geom::point(&point_to_polar(&place))
                }
            };
            self.point(&position, block.common.gain.linear() * context.object_gain, out);
        }
        warnings
    }

    /// Gains of one ear of a Binaural pair, into `out`: a source at 30° on its side, as on loudspeakers.
    pub fn binaural(&self, left: bool, context: &ItemContext, out: &mut [f64]) {
        let azimuth = if left { 30.0 } else { -30.0 };
        self.point(&geom::cartesian(azimuth, 0.0, 1.0), context.object_gain, out);
    }

    /// Gains of each component of a HOA scene, with those of its blocks and objects: rescaled to SN3D; none
    /// above the order of the output.
    ///
    /// # Errors
    /// As for [`crate::panner::hoa_decode::HoaDecoder::gains`].
    pub fn hoa(&self, item: &HoaItem) -> Result<HoaGains, HoaError> {
        let components = hoa_decode::components(item)?;
        let channels = (components.iter().zip(&item.channels))
            .map(|(component, channel)| {
                let mut gains = vec![0.0; self.outputs()];
                if let Some(gain) = gains.get_mut(component.number) {
                    let rescaled = self.from_n3d[component.number] / component.from_n3d;
                    *gain = rescaled * channel.gain * item.context.object_gain;
                }
                gains
            })
            .collect();
        Ok(HoaGains { channels, warnings: hoa_decode::warnings(item) })
    }

    fn point(&self, direction: &Vector3, gain: f64, out: &mut [f64]) {
        self.functions.n3d(geom::normalised(direction).into(), out);
        self.scale(out, gain);
    }

    /// From N3D to SN3D, with the power in the first order that a point source of that gain has: 1 for the
    /// zeroth component and 3 for the next.
    fn scale(&self, gains: &mut [f64], gain: f64) {
        let power: f64 = gains.iter().take(FIRST_ORDER).map(|gain| gain * gain).sum();
        let factor = if power > 0.0 { gain * (FIRST_ORDER as f64 / power).sqrt() } else { 0.0 };
        for (gain, from_n3d) in gains.iter_mut().zip(&self.from_n3d) {
            *gain *= factor * from_n3d;
        }
    }
}

/// One of the sources a block makes.
struct Source {
    power: f64,
    position: Vector3,
    /// Degrees, degrees and normalised distance.
    extent: Extent,
}

impl Source {
    /// BS.2127-1 §7.3.8.2.2: width and height as seen from the centre, degrees; of its near and its far
    /// end where it has depth.
    fn sizes(&self) -> impl Iterator<Item = [f64; 2]> {
        let Extent { width, height, depth } = self.extent;
        let distance = self.position.norm();
        let ends = if depth == 0.0 {
            [Some(distance), None]
        } else {
            [distance + depth / 2.0, distance - depth / 2.0].map(|end| Some(end.max(0.0)))
        };
        ends.into_iter().flatten().map(move |end| [width, height].map(|size| seen_from(size, end)))
    }
}

/// The one source of a block, or the three of a divergent one.
fn sources(block: &ObjectsBlock, context: &ItemContext) -> Vec<Source> {
    let extent = Extent { width: block.width, height: block.height, depth: block.depth };
    let (position, in_cube) = match offset_position(block.position, context.position_offset) {
        ObjectPosition::Polar(position) => (geom::point(&position), false),
        ObjectPosition::Cartesian(position) => {
            (geom::cube_point(&position).map(|c| c.clamp(-1.0, 1.0)), true)
        }
    };
    let divergence = block.special.as_ref().and_then(|special| special.divergence);
    let diverged = match divergence {
        Some(divergence) if divergence.value > 0.0 => {
            let range = default_azimuth_range(context.adm_version);
            diverge(position, &divergence, in_cube, range).to_vec()
        }
        _ => vec![(1.0, position)],
    };
    let source = |(power, position): (f64, Vector3)| {
        if !in_cube {
            return Source { power, position, extent };
        }
        let place = CartesianPosition { x: position.x, y: position.y, z: position.z };
        let (polar, extent) = extent_to_polar(&place, &extent);
        Source { power, position: geom::point(&polar), extent }
    };
    diverged.into_iter().map(source).collect()
}

#[cfg(test)]
mod tests;
