//! Point sources in the room cube.

use super::AllocentricPanner;
use super::grid::{Occupancy, between};

impl AllocentricPanner {
    /// BS.2127-1 §7.3.9: gains of a point source at `position`; their squares sum to 1.
    ///
    /// At most eight loudspeakers sound: those around the point on the planes, rows and columns next to it.
    /// `excluded` flags loudspeakers that must not sound (empty: none), `out` has one gain per loudspeaker
    /// without LFE.
    pub fn point(&self, position: [f64; 3], excluded: &[bool], out: &mut [f64]) {
        out.fill(0.0);
        self.add_point(position, 1.0, &self.occupancy(excluded), out);
    }

    /// Adds `factor` times the point gains to `out`.
    pub(super) fn add_point(&self, [x, y, z]: [f64; 3], factor: f64, used: &Occupancy, out: &mut [f64]) {
        let [xs, ys, zs] = &self.grid.axes;
        for (plane, plane_gain) in between(zs, used.planes, z).pairs() {
            for (row, row_gain) in between(ys, used.rows[plane], y).pairs() {
                for (column, gain) in between(xs, used.columns[plane][row], x).pairs() {
                    let loudspeaker = usize::from(self.grid.loudspeakers[plane][row][column]);
                    if let Some(out) = out.get_mut(loudspeaker) {
                        *out += factor * (plane_gain * row_gain * gain);
                    }
                }
            }
        }
    }
}
