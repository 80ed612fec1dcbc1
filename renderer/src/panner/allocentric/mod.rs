//! Panning in the room cube, for blocks with `cartesian` set (BS.2127-1 §7.3.9 and §7.3.11).
//!
//! Takes a position −1…1 per axis (x right, y front, z up) and a size, gives one gain per loudspeaker of
//! the layout without its LFE channels, in layout order. Loudspeakers stand in rows (same y and z) and
//! planes (same z); every gain is a product of one factor per axis, which is what makes it fast.

mod extent;
mod grid;
mod point;
mod positions_table;
mod samples;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::layout::Layout;

use extent::ExtentSamples;
use grid::{Grid, Occupancy};
pub use positions_table::cube_positions;

/// Why a layout has no room-cube panner.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum AllocentricError {
    /// Nothing but LFE channels.
    #[error("layout {layout}: found no loudspeaker other than LFE, expected at least one; add one")]
    NoLoudspeakers {
        /// Name of the layout.
        layout: String,
    },
    /// The name has no place in the table and the nominal position can't give one.
    #[error(
        "layout {layout}: channel {channel} has no place in the room cube; \
         use a BS.2051 label, or M+SC and M-SC between 0° and 110°"
    )]
    NoPosition {
        /// Name of the layout.
        layout: String,
        /// Name of the channel.
        channel: String,
    },
    /// Two loudspeakers share one place, so no rule says which of them sounds.
    #[error(
        "layout {layout}: channels {first} and {second} stand at the same place of the room cube; remove one"
    )]
    SamePlace {
        /// Name of the layout.
        layout: String,
        /// The earlier channel.
        first: String,
        /// The later channel.
        second: String,
    },
    /// More rows, columns or planes than any layout of BS.2051 comes near.
    #[error("layout {layout}: found {found} {what} in the room cube, expected at most {limit}")]
    TooLarge {
        /// Name of the layout.
        layout: String,
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
}

/// Point and extent panner of one layout in the room cube. Allocates only in [`AllocentricPanner::new`].
#[derive(Clone, Debug)]
pub struct AllocentricPanner {
    positions: Vec<[f64; 3]>,
    grid: Grid,
    all: Occupancy,
    samples: ExtentSamples,
}

impl AllocentricPanner {
    /// Prepares the tables of `layout`; its LFE channels are left out.
    ///
    /// # Errors
    /// When a loudspeaker has no place in the cube, or two have the same.
    pub fn new(layout: &Layout) -> Result<Self, AllocentricError> {
        let mut positions = Vec::new();
        let mut names = Vec::new();
        for (channel, position) in layout.channels.iter().zip(cube_positions(layout)?) {
            if !channel.is_lfe {
                positions.push(position);
                names.push(channel.name.as_str());
            }
        }
        if positions.is_empty() {
            return Err(AllocentricError::NoLoudspeakers { layout: layout.name.clone() });
        }
        for (second, position) in positions.iter().enumerate() {
            if let Some(first) = positions[..second].iter().position(|earlier| earlier == position) {
                return Err(AllocentricError::SamePlace {
                    layout: layout.name.clone(),
                    first: names[first].to_owned(),
                    second: names[second].to_owned(),
                });
            }
        }
        let grid = Grid::new(&positions, &layout.name)?;
        let all = grid.occupancy(&[]);
        let samples = ExtentSamples::new(&grid.axes);
        Ok(Self { positions, grid, all, samples })
    }

    /// Places of the loudspeakers, without LFE, in layout order.
    pub fn positions(&self) -> &[[f64; 3]] {
        &self.positions
    }

    /// BS.2127-1 §7.3.12: completes the loudspeakers that zones exclude, so that what stays suits this
    /// panner.
    ///
    /// A side loudspeaker takes the rest of its row with it; if nothing would stay, nothing is excluded.
    pub fn complete_exclusion(&self, excluded: &mut [bool]) {
        let in_zones = flags_to_bits(excluded);
        for (index, position) in self.positions.iter().enumerate() {
            if in_zones >> index & 1 == 1 && position[0].abs() == 1.0 && position[1].abs() != 1.0 {
                for (other, flag) in self.positions.iter().zip(excluded.iter_mut()) {
                    *flag |= other[1..] == position[1..];
                }
            }
        }
        if excluded.iter().all(|&flag| flag) {
            excluded.fill(false);
        }
    }

    /// The loudspeakers that `excluded` leaves; an empty slice, none or all excluded mean all of them.
    fn occupancy(&self, excluded: &[bool]) -> Occupancy {
        let some = excluded.contains(&true);
        if some && excluded.contains(&false) { self.grid.occupancy(excluded) } else { self.all }
    }
}

/// The first [`grid::MAX_LOUDSPEAKERS`] flags as bits, the first in the lowest.
fn flags_to_bits(flags: &[bool]) -> u64 {
    flags.iter().take(grid::MAX_LOUDSPEAKERS).rev().fold(0, |bits, &flag| bits << 1 | u64::from(flag))
}
