//! DirectSpeakers channels to loudspeakers (BS.2127-1 §8), and Binaural ones.
//!
//! Takes a block, gives one gain per channel of the layout. What is tried, in this order: the mapping
//! rules, for channels of common packs; a loudspeaker with the label; the nearest loudspeaker within the
//! position's bounds; for LFE channels `LFE1`, or silence where there is none; for others the point
//! source panner, in the room cube when the position is Cartesian.

mod labels;
mod mapping_rules;
mod mapping_rules_table;

use formats::Warning;
use formats::adm::{AdmId, Bound, DirectSpeakersBlock, DirectSpeakersPosition, Frequency};
use thiserror::Error;

use crate::geom::{self, Vector3, inside_angle_range};
use crate::items::ItemContext;
use crate::layout::Layout;
use crate::layout::ScreenError;
use crate::panner::allocentric::{AllocentricError, AllocentricPanner, cube_positions};
use crate::panner::point_source::{PointSourceError, PointSourcePanner};
use crate::panner::screen_edge_lock::ScreenEdgeLock;

pub(crate) use labels::look_at;
pub use labels::nominal_label;
use labels::nominal_labels;

/// Positions and angles that differ by less are the same (BS.2127-1 §8.3).
const TOLERANCE: f64 = 1e-5;

/// Why a layout has no panner for DirectSpeakers.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum DirectSpeakersError {
    /// No polar panner.
    #[error(transparent)]
    PointSource(#[from] PointSourceError),
    /// No room-cube panner.
    #[error(transparent)]
    Allocentric(#[from] AllocentricError),
    /// No screen that can be.
    #[error(transparent)]
    Screen(#[from] ScreenError),
}

/// Pans DirectSpeakers channels to one layout.
#[derive(Clone, Debug)]
pub struct DirectSpeakersPanner {
    layout: Layout,
    /// Of all channels, LFE included: nominal, and in the room cube.
    nominal: Vec<Vector3>,
    cube: Vec<[f64; 3]>,
    point_source: PointSourcePanner,
    allocentric: AllocentricPanner,
    screen_edge_lock: ScreenEdgeLock,
}

impl DirectSpeakersPanner {
    /// A panner for `layout`.
    ///
    /// # Errors
    /// The layout can't be panned to.
    pub fn new(layout: &Layout) -> Result<Self, DirectSpeakersError> {
        Ok(Self {
            nominal: layout.channels.iter().map(|channel| geom::point(&channel.nominal_position)).collect(),
            cube: cube_positions(layout)?,
            point_source: PointSourcePanner::new(layout)?,
            allocentric: AllocentricPanner::new(layout)?,
            screen_edge_lock: ScreenEdgeLock::new(layout)?,
            layout: layout.clone(),
        })
    }

    /// BS.2127-1 §8: gains of `block`, with its own gain and its objects', into `out`, one per channel of the
    /// layout; gives back what was strange about it.
    ///
    /// `frequency` is the channel's. `common_pack` is the outermost pack, when it is a common definition.
    /// Differs from the reference renderer: a `positionOffset`, which has no meaning here, is ignored with a
    /// warning instead of ending the render; Dolby's `RC_` labels are understood.
    pub fn gains(
        &self,
        block: &DirectSpeakersBlock,
        context: &ItemContext,
        frequency: Frequency,
        common_pack: Option<&AdmId>,
        out: &mut [f64],
    ) -> Vec<Warning> {
        let (is_lfe, warnings) = look_at(block, context, frequency);
        out.fill(0.0);
        if !self.by_rule(block, common_pack, out) {
            match self.by_label(block, is_lfe) {
                Some(channel) => set(out, channel, 1.0),
                None => self.by_position(block, is_lfe, out),
            }
        }
        let gain = block.common.gain.linear() * context.object_gain;
        out.iter_mut().for_each(|out| *out *= gain);
        warnings
    }

    /// Gains of one ear of a Binaural pair, into `out`, one per channel of the layout.
    ///
    /// BS.2127 has no rule for it: the left ear plays from `M+030`, the right one from `M-030`, as stereo
    /// would. Head-related cues are for headphones; on loudspeakers this is the mapping that players use.
    /// Mono gets both at −3 dB.
    pub fn binaural(&self, left: bool, context: &ItemContext, out: &mut [f64]) {
        out.fill(0.0);
        let label = if left { "M+030" } else { "M-030" };
        if let Some(channel) = self.layout.channel_index(label) {
            set(out, channel, context.object_gain);
        } else {
            let azimuth = if left { 30.0 } else { -30.0 };
            self.point(&geom::cartesian(azimuth, 0.0, 1.0), out);
            let factor = std::f64::consts::FRAC_1_SQRT_2 * context.object_gain;
            out.iter_mut().for_each(|out| *out *= factor);
        }
    }

    /// BS.2127-1 §8.4: by the rules for common packs; `false` when none applies.
    fn by_rule(&self, block: &DirectSpeakersBlock, common_pack: Option<&AdmId>, out: &mut [f64]) -> bool {
        let input = common_pack.and_then(mapping_rules::input_layout);
        let (Some(input), Some(label)) = (input, nominal_labels(block).next()) else { return false };
        mapping_rules::apply(input, label, &self.layout, out)
    }

    /// BS.2127-1 §8.2: the loudspeaker with one of the labels, the earliest first; an LFE for an LFE only.
    fn by_label(&self, block: &DirectSpeakersBlock, is_lfe: bool) -> Option<usize> {
        let channel = |label: &str| {
            let channel = self.layout.channel_index(label)?;
            (self.layout.channels[channel].is_lfe == is_lfe).then_some(channel)
        };
        nominal_labels(block).find_map(channel)
    }

    /// BS.2127-1 §8.3: the nearest loudspeaker within the bounds, if there is one that is nearest; else
    /// what is left.
    fn by_position(&self, block: &DirectSpeakersBlock, is_lfe: bool, out: &mut [f64]) {
        match block.position {
            DirectSpeakersPosition::Polar { azimuth, elevation, distance } => {
                let edges = block.screen_edge_lock;
                let locked = self.screen_edge_lock.apply_angles(azimuth.value, elevation.value, edges);
                let azimuth = Bound { value: locked.0, ..azimuth };
                let elevation = Bound { value: locked.1, ..elevation };
                let position = geom::cartesian(azimuth.value, elevation.value, distance.value);
                let within = |index: usize| self.within_polar(index, azimuth, elevation, distance);
                let away = |index: usize| (self.nominal[index] - position).norm();
                match self.nearest(is_lfe, within, away) {
                    Some(channel) => set(out, channel, 1.0),
                    None if is_lfe => self.lfe(out),
                    None => self.point(&position, out),
                }
            }
            DirectSpeakersPosition::Cartesian { x, y, z } => {
                let position = Vector3::new(x.value, y.value, z.value);
                let locked = self.screen_edge_lock.apply(position, block.screen_edge_lock, true);
                let bounds = [(x, locked.x), (y, locked.y), (z, locked.z)];
                let bounds = bounds.map(|(bound, value)| limits(Bound { value, ..bound }));
                let within = |index: usize| {
                    self.cube[index]
                        .iter()
                        .zip(bounds)
                        .all(|(&at, (min, max))| at + TOLERANCE >= min && at - TOLERANCE <= max)
                };
                let away = |index: usize| (Vector3::from(self.cube[index]) - locked).norm();
                match self.nearest(is_lfe, within, away) {
                    Some(channel) => set(out, channel, 1.0),
                    None if is_lfe => self.lfe(out),
                    None => self.room_point(locked.into(), out),
                }
            }
        }
    }

    /// Whether the nominal position of a loudspeaker is within the bounds. One at a pole has every azimuth.
    fn within_polar(&self, index: usize, azimuth: Bound, elevation: Bound, distance: Bound) -> bool {
        let nominal = self.layout.channels[index].nominal_position;
        let inside = |value: f64, bound: Bound| {
            let (min, max) = limits(bound);
            value > min - TOLERANCE && value < max + TOLERANCE
        };
        let (from, to) = limits(azimuth);
        (inside_angle_range(nominal.azimuth, from, to, TOLERANCE)
            || nominal.elevation.abs() >= 90.0 - TOLERANCE)
            && inside(nominal.elevation, elevation)
            && inside(nominal.distance, distance)
    }

    /// The channel that is nearest among those within bounds, LFE or not as asked; `None` when there is
    /// none, or several are equally near.
    fn nearest(
        &self,
        is_lfe: bool,
        within: impl Fn(usize) -> bool,
        away: impl Fn(usize) -> f64,
    ) -> Option<usize> {
        let channels = &self.layout.channels;
        let candidates = || {
            (0..channels.len())
                .filter(|&index| channels[index].is_lfe == is_lfe && within(index))
                .map(|index| (index, away(index)))
        };
        let (nearest, least) = candidates().min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let as_near = candidates().filter(|(_, distance)| (distance - least).abs() < TOLERANCE).count();
        (as_near == 1).then_some(nearest)
    }

    /// BS.2127-1 §8.5: an LFE channel that has no loudspeaker of its own goes to `LFE1`, or nowhere.
    fn lfe(&self, out: &mut [f64]) {
        if let Some(channel) = self.layout.channel_index("LFE1") {
            set(out, channel, 1.0);
        }
    }

    fn point(&self, position: &Vector3, out: &mut [f64]) {
        let mut gains = vec![0.0; self.point_source.outputs()];
        self.point_source.gains(position, &mut gains);
        self.scatter(&gains, out);
    }

    fn room_point(&self, position: [f64; 3], out: &mut [f64]) {
        let mut gains = vec![0.0; self.allocentric.positions().len()];
        self.allocentric.point(position, &[], &mut gains);
        self.scatter(&gains, out);
    }

    /// From gains without LFE to gains of all channels.
    fn scatter(&self, gains: &[f64], out: &mut [f64]) {
        let loudspeakers = self.layout.channels.iter().zip(out).filter(|(channel, _)| !channel.is_lfe);
        loudspeakers.zip(gains).for_each(|((_, out), &gain)| *out = gain);
    }
}

fn set(out: &mut [f64], channel: usize, gain: f64) {
    if let Some(out) = out.get_mut(channel) {
        *out = gain;
    }
}

/// Least and greatest value that a bound lets through; its value where it has none.
fn limits(bound: Bound) -> (f64, f64) {
    (bound.min.unwrap_or(bound.value), bound.max.unwrap_or(bound.value))
}

#[cfg(test)]
mod tests;
