//! Sources with a size on the sphere (BS.2127-1 §7.3.8): position, width, height and depth in, one gain per
//! loudspeaker out.
//!
//! A fixed grid of virtual sources covers the sphere ([`grid`]); those within the [`shape`] of the source
//! sound, each as a point source would. Small sizes fade over to the point source.

mod arc_cosine;
mod grid;
mod shape;

use std::sync::Arc;

use self::grid::Grid;
use self::shape::Shape;
use super::point_source::{MAX_LOUDSPEAKERS, PointSourcePanner};
use crate::geom::{Vector3, interpolate};

/// Degrees outside a shape over which virtual sources fade out; smaller sizes than this fade to the point.
const FADE: f64 = 10.0;

/// Distances that differ from 1 by less are 1.
const ROUNDING: f64 = 1e-13;

/// Pans sources of any size. Cheap to clone: the grid is shared.
#[derive(Clone, Debug)]
pub struct PolarExtentPanner {
    point_source: Arc<PointSourcePanner>,
    grid: Arc<Grid>,
}

impl PolarExtentPanner {
    /// Pans the grid of virtual sources once and for all.
    pub fn new(point_source: PointSourcePanner) -> Self {
        let grid = Grid::new(&point_source);
        Self { point_source: Arc::new(point_source), grid: Arc::new(grid) }
    }

    /// One per loudspeaker that isn't an LFE.
    pub fn outputs(&self) -> usize {
        self.point_source.outputs()
    }

    /// The gains of a source at `position` (distance 1 is at the loudspeakers) of `width` and `height`, degrees,
    /// and `depth`, normalised distance. The powers of the gains sum to 1. `gains` has room for
    /// [`Self::outputs`].
    ///
    /// A source with depth sounds as two of the same direction, one at its near end and one at its far end.
    pub fn gains(&self, position: &Vector3, [width, height, depth]: [f64; 3], gains: &mut [f64]) {
        let distance = position.norm();
        if width == 0.0 && height == 0.0 && depth == 0.0 && distance > 1.0 - ROUNDING {
            return self.point_source.gains(position, gains);
        }
        gains.fill(0.0);
        let ends = [distance + depth / 2.0, (distance - depth / 2.0).max(0.0)];
        let ends = if depth == 0.0 { &ends[..1] } else { &ends[..] };
        for &end in ends {
            self.add_power(position, seen_from(width, end), seen_from(height, end), gains);
        }
        let scale = 1.0 / ends.len() as f64;
        gains.iter_mut().for_each(|gain| *gain = (*gain * scale).sqrt());
    }

    /// Adds the powers of a source that is seen under `width` and `height`, degrees, to `powers`.
    fn add_power(&self, position: &Vector3, width: f64, height: f64, powers: &mut [f64]) {
        /// Shares of the power that are too small to matter.
        const NOTHING: f64 = 1e-10;
        let spread = (width.max(height) / FADE).clamp(0.0, 1.0);
        let mut buffer = [0.0; MAX_LOUDSPEAKERS];
        let gains = &mut buffer[..powers.len()];
        if 1.0 - spread > NOTHING {
            self.point_source.gains(position, gains);
            add_scaled_power(powers, gains, 1.0 - spread);
        }
        if spread > NOTHING {
            let shape = Shape::new(position, width.max(FADE / 2.0), height.max(FADE / 2.0));
            self.grid.gains(&shape, gains);
            add_scaled_power(powers, gains, spread);
        }
    }
}

fn add_scaled_power(powers: &mut [f64], gains: &[f64], scale: f64) {
    powers.iter_mut().zip(gains).for_each(|(power, gain)| *power += scale * gain * gain);
}

/// BS.2127-1 §7.3.8.2.1: the angle, degrees, under which an extent is seen when it isn't at distance 1: 360 at
/// the listener, the extent itself at 1, less beyond.
pub(crate) fn seen_from(extent: f64, distance: f64) -> f64 {
    let extent = extent.clamp(0.0, 360.0);
    if (distance - 1.0).abs() < ROUNDING {
        return extent;
    }
    let size = interpolate(extent, &[0.0, 360.0], &[0.2, 1.0]);
    let angle = |distance: f64| 4.0 * size.atan2(distance).to_degrees();
    interpolate(angle(distance), &[0.0, angle(1.0), 360.0], &[0.0, extent, 360.0])
}

#[cfg(test)]
mod tests;
