// Iterators aren't inlined into functions that are compiled for several processors.
#![allow(clippy::needless_range_loop)]

use super::shape::Shape;
use crate::geom::{Vector3, cartesian};
use crate::panner::point_source::{MAX_LOUDSPEAKERS, PointSourcePanner};

/// Rows of virtual sources from pole to pole (BS.2127-1 §7.3.8.2.3): one every 5°.
const ROWS: usize = 37;

/// Virtual sources worked on at a time.
const LANES: usize = 8;

/// Gains worked on at a time.
const BLOCK: usize = 4;

/// The virtual sources and their point-source gains, in patches of neighbours: a shape passes over the patches
/// that it doesn't touch, takes those that it covers as one, and weighs the sources of the rest.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Groups of patches.
    bounds: Vec<Bounds>,
    patches: Vec<Patch>,
    /// Gains by patch and block of loudspeakers, one row per virtual source.
    gains: Vec<[[f64; BLOCK]; LANES]>,
    /// Their sums over the patch.
    sums: Vec<[f64; BLOCK]>,
    blocks: usize,
    /// Greatest radius of a patch, radians.
    greatest_radius: f64,
}

/// Directions of the virtual sources of a patch; a short patch is filled up with copies that have no gains.
#[derive(Clone, Debug)]
struct Patch {
    x: [f64; LANES],
    y: [f64; LANES],
    z: [f64; LANES],
}

/// Circles round the patches of a group.
#[derive(Clone, Debug)]
struct Bounds {
    x: [f64; LANES],
    y: [f64; LANES],
    z: [f64; LANES],
    /// Of the radius.
    cosine: [f64; LANES],
    sine: [f64; LANES],
}

/// Gains of all loudspeakers, in blocks.
type Totals = [[f64; BLOCK]; MAX_LOUDSPEAKERS / BLOCK];

impl Grid {
    pub(super) fn new(point_source: &PointSourcePanner) -> Self {
        let blocks = point_source.outputs().div_ceil(BLOCK);
        let mut grid = Self {
            bounds: Vec::new(),
            patches: Vec::new(),
            gains: Vec::new(),
            sums: Vec::new(),
            blocks,
            greatest_radius: 0.0,
        };
        let mut circles = Vec::new();
        for patch in patches() {
            let (centre, radius) = circle_round(&patch);
            circles.push((centre, radius));
            grid.greatest_radius = radius.max(grid.greatest_radius);
            grid.add_patch(&patch, point_source);
        }
        grid.bounds = circles.chunks(LANES).map(Bounds::new).collect();
        grid
    }

    fn add_patch(&mut self, patch: &[Vector3], point_source: &PointSourcePanner) {
        let lane = |axis: usize| std::array::from_fn(|lane| patch.get(lane).unwrap_or(&patch[0])[axis]);
        self.patches.push(Patch { x: lane(0), y: lane(1), z: lane(2) });
        let first = self.gains.len();
        self.gains.resize(first + self.blocks, [[0.0; BLOCK]; LANES]);
        self.sums.resize(first + self.blocks, [0.0; BLOCK]);
        let mut gains = vec![0.0; point_source.outputs()];
        for (lane, direction) in patch.iter().enumerate() {
            point_source.gains(direction, &mut gains);
            for (output, gain) in gains.iter().enumerate() {
                self.gains[first + output / BLOCK][lane][output % BLOCK] = *gain;
                self.sums[first + output / BLOCK][output % BLOCK] += gain;
            }
        }
    }

    /// Gains of the virtual sources within `shape`, added up; their powers sum to 1.
    pub(super) fn gains(&self, shape: &Shape, gains: &mut [f64]) {
        let mut totals: Totals = [[0.0; BLOCK]; MAX_LOUDSPEAKERS / BLOCK];
        add_weighted(self, shape, &mut totals);
        let power: f64 = totals.iter().flatten().map(|gain| gain * gain).sum();
        let scale = if power > 0.0 { 1.0 / power.sqrt() } else { 0.0 };
        gains.iter_mut().zip(totals.iter().flatten()).for_each(|(gain, total)| *gain = total * scale);
    }
}

/// Cosines of the angles between the centre of a shape and that of a patch at which the shape begins to touch
/// the patch and to cover it.
struct Thresholds {
    /// Cosine and sine of the shape's reach.
    touch: (f64, f64),
    /// Cosine and sine of the shape's radius.
    cover: (f64, f64),
}

impl Thresholds {
    fn new(grid: &Grid, shape: &Shape) -> Self {
        let cosine_and_sine = |angle: f64| (angle.cos(), angle.sin());
        // Beyond a half turn everything is touched; a circle smaller than a patch covers nothing.
        let everywhere = shape.reach() + grid.greatest_radius >= std::f64::consts::PI;
        let nowhere = shape.radius <= grid.greatest_radius;
        Self {
            touch: if everywhere { (-4.0, 0.0) } else { cosine_and_sine(shape.reach()) },
            cover: if nowhere { (4.0, 4.0) } else { cosine_and_sine(shape.radius) },
        }
    }
}

/// Adds the weighted gains of all virtual sources.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn add_weighted(grid: &Grid, shape: &Shape, totals: &mut Totals) {
    let thresholds = Thresholds::new(grid, shape);
    let totals = &mut totals[..grid.blocks];
    for (group, bounds) in grid.bounds.iter().enumerate() {
        let (cosines, touch, cover) = bounds.compare(&shape.centre, &thresholds);
        let first = group * LANES;
        for patch in first..grid.patches.len().min(first + LANES) {
            let lane = patch - first;
            if cosines[lane] < touch[lane] {
                continue;
            }
            let blocks = patch * grid.blocks..(patch + 1) * grid.blocks;
            if cosines[lane] >= cover[lane] {
                add_whole(&grid.sums[blocks], totals);
            } else {
                add_patch(&grid.patches[patch], &grid.gains[blocks], shape, totals);
            }
        }
    }
}

#[inline(always)]
fn add_whole(sums: &[[f64; BLOCK]], totals: &mut [[f64; BLOCK]]) {
    let sums = &sums[..totals.len()];
    for block in 0..totals.len() {
        for output in 0..BLOCK {
            totals[block][output] += sums[block][output];
        }
    }
}

#[inline(always)]
fn add_patch(patch: &Patch, gains: &[[[f64; BLOCK]; LANES]], shape: &Shape, totals: &mut [[f64; BLOCK]]) {
    let mut weights = [0.0; LANES];
    for lane in 0..LANES {
        weights[lane] = shape.weight(patch.x[lane], patch.y[lane], patch.z[lane]);
    }
    let gains = &gains[..totals.len()];
    for block in 0..totals.len() {
        let mut total = totals[block];
        for lane in 0..LANES {
            for output in 0..BLOCK {
                total[output] += weights[lane] * gains[block][lane][output];
            }
        }
        totals[block] = total;
    }
}

impl Bounds {
    fn new(circles: &[(Vector3, f64)]) -> Self {
        // A group that isn't full is filled up with its last circle, which isn't looked at.
        let circle = |lane: usize| &circles[lane.min(circles.len() - 1)];
        let axis = |axis: usize| std::array::from_fn(|lane| circle(lane).0[axis]);
        let radius = |lane: usize| circle(lane).1;
        Self {
            x: axis(0),
            y: axis(1),
            z: axis(2),
            cosine: std::array::from_fn(|lane| radius(lane).cos()),
            sine: std::array::from_fn(|lane| radius(lane).sin()),
        }
    }

    /// For each patch the cosine of the angle to `centre`, and those at which the shape touches and covers it.
    #[inline(always)]
    fn compare(
        &self,
        centre: &Vector3,
        thresholds: &Thresholds,
    ) -> ([f64; LANES], [f64; LANES], [f64; LANES]) {
        let (mut cosines, mut touch, mut cover) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            cosines[lane] = self.x[lane] * centre.x + self.y[lane] * centre.y + self.z[lane] * centre.z;
            touch[lane] = thresholds.touch.0 * self.cosine[lane] - thresholds.touch.1 * self.sine[lane];
            cover[lane] = thresholds.cover.0 * self.cosine[lane] + thresholds.cover.1 * self.sine[lane];
        }
        (cosines, touch, cover)
    }
}

/// BS.2127-1 §7.3.8.2.3: the elevation of each row of the grid and how many sources it has, evenly spread from
/// azimuth 0.
fn rows() -> impl Iterator<Item = (f64, usize)> {
    (0..ROWS).map(|row| {
        let elevation = -90.0 + 180.0 / (ROWS - 1) as f64 * row as f64;
        let count = (elevation.to_radians().cos() * 2.0 * (ROWS - 1) as f64).round() as usize;
        (elevation, count.max(1))
    })
}

/// The grid in patches: two rows at a time, in order of azimuth.
fn patches() -> Vec<Vec<Vector3>> {
    let rows: Vec<(f64, usize)> = rows().collect();
    let mut patches = Vec::new();
    for pair in rows.chunks(2) {
        let mut sources: Vec<(f64, f64)> = Vec::new();
        for &(elevation, count) in pair {
            sources.extend((0..count).map(|i| (360.0 / count as f64 * i as f64, elevation)));
        }
        sources.sort_by(|a, b| a.0.total_cmp(&b.0));
        let patch = |sources: &[(f64, f64)]| sources.iter().map(|&(az, el)| cartesian(az, el, 1.0)).collect();
        patches.extend(sources.chunks(LANES).map(patch));
    }
    patches
}

/// Centre of a circle round some directions, and its radius in radians, a little generous.
fn circle_round(directions: &[Vector3]) -> (Vector3, f64) {
    const ROUNDING: f64 = 1e-6;
    let centre = directions.iter().sum::<Vector3>().normalize();
    let radius = |direction: &Vector3| centre.dot(direction).clamp(-1.0, 1.0).acos();
    (centre, directions.iter().map(radius).fold(0.0, f64::max) + ROUNDING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layout;

    #[test]
    fn patches_hold_the_grid_once() {
        let count: usize = rows().map(|(_, count)| count).sum();
        let patches = patches();
        assert_eq!(patches.iter().map(Vec::len).sum::<usize>(), count);
        let mut directions: Vec<Vector3> = patches.concat();
        directions.sort_by(|a, b| a.iter().partial_cmp(b.iter()).unwrap());
        assert!(directions.windows(2).all(|pair| (pair[0] - pair[1]).norm() > 1e-3));
    }

    /// Slow twin: every virtual source weighed on its own.
    #[test]
    fn skipping_changes_nothing() {
        let point_source = PointSourcePanner::new(&Layout::by_name("9+10+3").unwrap()).unwrap();
        let grid = Grid::new(&point_source);
        let sources: Vec<Vector3> = patches().concat();
        let mut panned = vec![0.0; point_source.outputs()];
        for case in 0..300 {
            let turn = |step: f64| (f64::from(case) * step).rem_euclid(1.0);
            let position = cartesian(360.0 * turn(0.618), 180.0 * turn(0.414) - 90.0, 1.0);
            let shape = Shape::new(&position, 5.0 + 355.0 * turn(0.732), 5.0 + 355.0 * turn(0.236));
            let mut slow = vec![0.0; point_source.outputs()];
            for source in &sources {
                let weight = shape.weight(source.x, source.y, source.z);
                point_source.gains(source, &mut panned);
                slow.iter_mut().zip(&panned).for_each(|(sum, gain)| *sum += weight * gain);
            }
            let norm = slow.iter().map(|gain| gain * gain).sum::<f64>().sqrt();
            let mut fast = vec![0.0; point_source.outputs()];
            grid.gains(&shape, &mut fast);
            for (fast, slow) in fast.iter().zip(&slow) {
                assert!((fast - slow / norm).abs() < 1e-13, "case {case}: {fast}, {}", slow / norm);
            }
        }
    }
}
