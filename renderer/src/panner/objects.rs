//! Objects: one block's metadata in, its gains out (BS.2127-1 §7.3), in the order of the standard.

use std::sync::Arc;

use formats::adm::{
    CartesianPosition, ObjectDivergence, ObjectPosition, ObjectsBlock, PolarPosition, PositionOffset,
};

use super::DirectDiffuseGains;
use super::allocentric::{AllocentricError, AllocentricPanner};
use super::channel_lock::ChannelLock;
use super::divergence::{default_azimuth_range, diverge};
use super::point_source::{PointSourceError, PointSourcePanner};
use super::polar_extent::PolarExtentPanner;
use super::screen_edge_lock::ScreenEdgeLock;
use super::screen_scale::ScreenScale;
use super::zone_exclusion::ZoneExclusion;
use crate::geom::{Vector3, cube_point, point, relative_angle};
use crate::items::ItemContext;
use crate::layout::{Layout, ScreenError};

/// Why objects can't be panned to a layout.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ObjectsPannerError {
    /// Its loudspeakers surround nothing.
    #[error(transparent)]
    PointSource(#[from] PointSourceError),
    /// Its loudspeakers have no places in the room cube.
    #[error(transparent)]
    Allocentric(#[from] AllocentricError),
    /// Its screen can't be.
    #[error(transparent)]
    Screen(#[from] ScreenError),
}

/// Calculates the gains of Objects blocks for one layout. Cheap to clone, one for each thread: what is large
/// is shared. Allocates nothing after [`Self::new`].
#[derive(Clone, Debug)]
pub struct ObjectsGainCalculator {
    screen_scale: ScreenScale,
    screen_edge_lock: ScreenEdgeLock,
    polar_lock: Arc<ChannelLock>,
    cube_lock: Arc<ChannelLock>,
    polar: PolarExtentPanner,
    cube: Arc<AllocentricPanner>,
    zones: Arc<ZoneExclusion>,
    /// The layout's channel of each loudspeaker, LFEs left out.
    loudspeakers: Arc<[usize]>,
    channels: usize,
    scratch: Scratch,
}

/// One value per loudspeaker.
#[derive(Clone, Debug)]
struct Scratch {
    excluded: Vec<bool>,
    gains: Vec<f64>,
    powers: Vec<f64>,
    moved: Vec<f64>,
}

impl ObjectsGainCalculator {
    /// Prepares panning to `layout`: a millisecond or so.
    ///
    /// # Errors
    /// The layout's real positions or screen make panning impossible.
    pub fn new(layout: &Layout) -> Result<Self, ObjectsPannerError> {
        let polar = PolarExtentPanner::new(PointSourcePanner::new(layout)?);
        let cube = AllocentricPanner::new(layout)?;
        let numbered = layout.channels.iter().enumerate();
        let loudspeakers: Arc<[usize]> =
            numbered.filter(|(_, channel)| !channel.is_lfe).map(|(index, _)| index).collect();
        let count = loudspeakers.len();
        Ok(Self {
            screen_scale: ScreenScale::new(layout)?,
            screen_edge_lock: ScreenEdgeLock::new(layout)?,
            polar_lock: Arc::new(ChannelLock::polar(layout)),
            cube_lock: Arc::new(ChannelLock::in_cube(layout, cube.positions())),
            polar,
            cube: Arc::new(cube),
            zones: Arc::new(ZoneExclusion::new(layout)),
            loudspeakers,
            channels: layout.channels.len(),
            scratch: Scratch {
                excluded: vec![false; count],
                gains: vec![0.0; count],
                powers: vec![0.0; count],
                moved: vec![0.0; count],
            },
        })
    }

    /// Gains that nothing has been put into: the right buffers for [`Self::gains`].
    pub fn silence(&self) -> DirectDiffuseGains {
        DirectDiffuseGains { direct: vec![0.0; self.channels], diffuse: vec![0.0; self.channels] }
    }

    /// BS.2127-1 §7.3: the gains of `block` within its item, one per channel of the layout; LFE channels get 0.
    ///
    /// Importance isn't looked at. Nothing fails here: values that the reader would have refused are brought
    /// to the nearest that makes sense, and gains are always finite.
    pub fn gains(&mut self, block: &ObjectsBlock, context: &ItemContext, gains: &mut DirectDiffuseGains) {
        let position = offset_position(block.position, context.position_offset);
        let (position, in_cube) = match position {
            ObjectPosition::Polar(position) => (point(&position), false),
            ObjectPosition::Cartesian(position) => (cube_point(&position).map(|c| c.clamp(-1.0, 1.0)), true),
        };
        let mut position = position;
        if block.screen_ref {
            position = self.screen_scale.apply(position, &context.reference_screen, in_cube);
        }
        position = self.screen_edge_lock.apply(position, block.screen_edge_lock, in_cube);
        if in_cube {
            self.cube_powers(position, block);
        } else {
            self.polar_powers(position, block, context.adm_version);
        }
        self.split(block, context, gains);
    }

    /// BS.2127-1 §7.3.5, Cartesian: zones before channel lock, which keeps clear of them.
    fn cube_powers(&mut self, position: Vector3, block: &ObjectsBlock) {
        let special = block.special.as_deref();
        let zones = special.map_or(&[][..], |special| &special.zone_exclusion);
        let Scratch { gains, powers, excluded, .. } = &mut self.scratch;
        let excluded = if zones.is_empty() {
            &[][..]
        } else {
            self.zones.find_excluded(zones, excluded);
            self.cube.complete_exclusion(excluded);
            &*excluded
        };
        let lock = special.and_then(|special| special.channel_lock);
        let position = lock.map_or(position, |lock| self.cube_lock.apply(position, &lock, excluded));
        let cube = &self.cube;
        let pan = |position: &Vector3, gains: &mut [f64]| {
            let position = [position.x, position.y, position.z];
            cube.extent(position, block.width, block.height, block.depth, excluded, gains);
        };
        sum_powers(position, special.and_then(|special| special.divergence), (true, 0.0), pan, gains, powers);
    }

    /// BS.2127-1 §7.3.5, polar: channel lock doesn't look at zones; their power is moved in the end.
    fn polar_powers(&mut self, position: Vector3, block: &ObjectsBlock, adm_version: u8) {
        let special = block.special.as_deref();
        let lock = special.and_then(|special| special.channel_lock);
        let position = lock.map_or(position, |lock| self.polar_lock.apply(position, &lock, &[]));
        let size = [block.width, block.height, block.depth];
        let polar = &self.polar;
        let pan = |position: &Vector3, gains: &mut [f64]| polar.gains(position, size, gains);
        let Scratch { gains, powers, moved, excluded } = &mut self.scratch;
        let range = default_azimuth_range(adm_version);
        sum_powers(
            position,
            special.and_then(|special| special.divergence),
            (false, range),
            pan,
            gains,
            powers,
        );
        if let Some(special) = special.filter(|special| !special.zone_exclusion.is_empty()) {
            self.zones.find_excluded(&special.zone_exclusion, excluded);
            self.zones.move_power(powers, excluded, moved);
            powers.copy_from_slice(moved);
        }
    }

    /// Applies the gains of block and object, puts in the LFE channels and splits into direct and diffuse.
    fn split(&self, block: &ObjectsBlock, context: &ItemContext, gains: &mut DirectDiffuseGains) {
        let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
        let gain = finite(block.common.gain.linear() * context.object_gain);
        let diffuse = finite(block.diffuse).clamp(0.0, 1.0);
        let (to_direct, to_diffuse) = ((1.0 - diffuse).sqrt() * gain, diffuse.sqrt() * gain);
        for part in [&mut gains.direct, &mut gains.diffuse] {
            part.clear();
            part.resize(self.channels, 0.0);
        }
        for (&channel, power) in self.loudspeakers.iter().zip(&self.scratch.powers) {
            let pan = finite(power.sqrt());
            gains.direct[channel] = pan * to_direct;
            gains.diffuse[channel] = pan * to_diffuse;
        }
    }
}

/// BS.2127-1 §7.3.7: the sum of the powers of the sources that divergence makes. `space` is whether positions
/// are in the room cube, and the `azimuthRange` of blocks that have none.
fn sum_powers(
    position: Vector3,
    divergence: Option<ObjectDivergence>,
    (in_cube, azimuth_range): (bool, f64),
    pan: impl Fn(&Vector3, &mut [f64]),
    gains: &mut [f64],
    powers: &mut [f64],
) {
    let Some(divergence) = divergence.filter(|divergence| divergence.value != 0.0) else {
        pan(&position, gains);
        powers.iter_mut().zip(&*gains).for_each(|(power, gain)| *power = gain * gain);
        return;
    };
    powers.fill(0.0);
    for (share, source) in diverge(position, &divergence, in_cube, azimuth_range) {
        pan(&source, gains);
        powers.iter_mut().zip(&*gains).for_each(|(power, gain)| *power += share * gain * gain);
    }
}

/// BS.2076-2 §5.6.5: a position with the object's offset added.
///
/// Azimuths go round; elevations stop at the poles and distances at the listener, where the reference
/// refuses them. An offset in the other coordinate system than the position's isn't applied.
pub fn offset_position(position: ObjectPosition, offset: Option<PositionOffset>) -> ObjectPosition {
    match (position, offset) {
        (ObjectPosition::Polar(position), Some(PositionOffset::Polar(offset))) => {
            let azimuth = position.azimuth + offset.azimuth;
            let in_range = (-180.0..=180.0).contains(&azimuth);
            ObjectPosition::Polar(PolarPosition {
                azimuth: if in_range { azimuth } else { relative_angle(-180.0, azimuth) },
                elevation: (position.elevation + offset.elevation).clamp(-90.0, 90.0),
                distance: (position.distance + offset.distance).max(0.0),
            })
        }
        (ObjectPosition::Cartesian(position), Some(PositionOffset::Cartesian(offset))) => {
            ObjectPosition::Cartesian(CartesianPosition {
                x: position.x + offset.x,
                y: position.y + offset.y,
                z: position.z + offset.z,
            })
        }
        (position, _) => position,
    }
}

#[cfg(test)]
mod tests;
