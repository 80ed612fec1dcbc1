//! Sources with a size in the room cube.
//!
//! A grid of virtual sources fills the cube; each has a weight that falls with its distance from the
//! source, wider for a larger size. A loudspeaker's gain comes from the p-norm of its gains for all of them.
//! Gains and weights are products of one factor per axis, so sums over 64,000 virtual sources become
//! products of three sums over 40.

use super::AllocentricPanner;
use super::grid::{MAX_COORDINATES, MAX_ROWS, Occupancy, members};
use super::samples::{AxisSamples, MAX_SAMPLES, PerSample, Share, USUAL_EXPONENT, powers_of};

/// The least weight of a virtual source is 10^−6.5, −130 dB.
const FLOOR_EXPONENT: f64 = 6.5;

/// Size as the file gives it, and the size it acts as.
const SIZE_SCALE: [(f64, f64); 5] = [(0.0, 0.0), (0.2, 0.3), (0.5, 1.0), (0.75, 1.8), (1.0, 2.8)];

/// Below this effective size, the point source fades in.
const FADE_SIZE: f64 = 0.2;

/// Norms below this are silence.
const SILENCE: f64 = 1e-16;

/// The samples of the axes for one layout.
#[derive(Clone, Debug)]
pub(super) struct ExtentSamples {
    x: AxisSamples,
    y: AxisSamples,
    /// For layouts with up to two planes: the upper half alone.
    upper_z: AxisSamples,
    /// For layouts with three planes or more.
    full_z: AxisSamples,
    /// ln cos(3π z/7) for each sample of `upper_z` and `full_z`: planes above and below count less.
    plane_log_weights: [Vec<f64>; 2],
}

impl ExtentSamples {
    pub(super) fn new([xs, ys, zs]: &[Vec<f64>; 3]) -> Self {
        let upper_z = AxisSamples::new(0.0, 1.0, MAX_SAMPLES / 2, zs);
        let full_z = AxisSamples::new(-1.0, 1.0, MAX_SAMPLES, zs);
        let plane_log_weights = [&upper_z, &full_z].map(|axis| {
            axis.samples.iter().map(|z| (z * std::f64::consts::PI * (3.0 / 7.0)).cos().ln()).collect()
        });
        Self {
            x: AxisSamples::new(-1.0, 1.0, MAX_SAMPLES, xs),
            y: AxisSamples::new(-1.0, 1.0, MAX_SAMPLES, ys),
            upper_z,
            full_z,
            plane_log_weights,
        }
    }
}

/// What a calculation knows before it meets the loudspeakers.
struct Source {
    position: [f64; 3],
    /// Scaled, and no smaller than the distance of two samples.
    size: [f64; 3],
    /// One size for all axes, from the sizes of those the loudspeakers cover.
    effective_size: f64,
    /// Exponent of the norm: 6 for small, down to 2 for the largest.
    p: f64,
}

/// Shares of the coordinates in use, by axis.
#[derive(Default)]
struct Shares {
    x: [[Share; MAX_COORDINATES]; MAX_ROWS],
    y: [[Share; MAX_COORDINATES]; MAX_COORDINATES],
    z: [Share; MAX_COORDINATES],
    /// Index into `x`, by plane and row.
    columns: [[u8; MAX_COORDINATES]; MAX_COORDINATES],
}

impl AllocentricPanner {
    /// BS.2127-1 §7.3.11: gains of a source at `position` with a size; their squares sum to 1.
    ///
    /// `width` acts along x, `height` along y and `depth` along z, each 0…1, as in the reference renderer,
    /// with which this agrees within 1e-12. A size of zero is a point source. `excluded` and `out` as in
    /// [`AllocentricPanner::point`].
    ///
    /// Differs from the reference renderer: a position outside the cube is clamped to it; there, it is
    /// silent.
    pub fn extent(
        &self,
        position: [f64; 3],
        width: f64,
        height: f64,
        depth: f64,
        excluded: &[bool],
        out: &mut [f64],
    ) {
        let size = [width, height, depth];
        if size == [0.0; 3] {
            return self.point(position, excluded, out);
        }
        let used = self.occupancy(excluded);
        let three_planes = used.planes.count_ones() >= 3;
        let source = Source::new(position, size, three_planes, &used);
        let mut shares = Shares::default();
        self.set_shares(&source, three_planes, &used, &mut shares);

        self.inside(&shares, &used, out);
        let inside_norm = norm(out);
        let inside_factor = if inside_norm > SILENCE { source.wall_factor(&used) / inside_norm } else { 0.0 };
        self.add_walls(&shares, inside_factor, source.p, &used, out);

        let (mut point, mut spread) = (0.0, 1.0);
        if source.effective_size < FADE_SIZE {
            let angle = source.effective_size * std::f64::consts::PI / (FADE_SIZE * 2.0);
            (spread, point) = angle.sin_cos();
        }
        normalise(out, spread);
        if point > 0.0 {
            self.add_point(source.position, point, &used, out);
        }
        normalise(out, 1.0);
    }

    /// The sums over virtual sources that all loudspeakers share.
    fn set_shares(&self, source: &Source, three_planes: bool, used: &Occupancy, shares: &mut Shares) {
        let samples = &self.samples;
        let (z_samples, plane_log_weights) = if three_planes {
            (&samples.full_z, &samples.plane_log_weights[1])
        } else {
            (&samples.upper_z, &samples.plane_log_weights[0])
        };
        let ([x, y, z], [size_x, size_y, size_z]) = (source.position, source.size);
        let x_weights = weights(&samples.x.samples, x, 2.0 * size_x, &[], source.p);
        let y_weights = weights(&samples.y.samples, y, 2.0 * size_y, &[], source.p);
        let z_weights = weights(&z_samples.samples, z, size_z, plane_log_weights, source.p);

        // Rows with the same columns share their sums.
        let (mut known, mut known_count) = ([0; MAX_ROWS], 0);
        z_samples.shares(used.planes, source.p, &z_weights, &mut shares.z);
        for plane in members(used.planes) {
            samples.y.shares(used.rows[plane], source.p, &y_weights, &mut shares.y[plane]);
            for row in members(used.rows[plane]) {
                let columns = used.columns[plane][row];
                let index = known[..known_count].iter().position(|&line| line == columns);
                let index = index.unwrap_or_else(|| {
                    samples.x.shares(columns, source.p, &x_weights, &mut shares.x[known_count]);
                    known[known_count] = columns;
                    known_count += 1;
                    known_count - 1
                });
                shares.columns[plane][row] = index as u8;
            }
        }
    }

    /// Each loudspeaker's sum over all virtual sources.
    fn inside(&self, shares: &Shares, used: &Occupancy, out: &mut [f64]) {
        for (out, &place) in out.iter_mut().zip(&self.grid.places) {
            *out = if used.contains(place) {
                let [x, y, z] = shares.at(place);
                x.sum * y.sum * z.sum
            } else {
                0.0
            };
        }
    }

    /// From the sums in `out` to gains: those inside, by their factor, and the virtual sources on the walls.
    fn add_walls(&self, shares: &Shares, inside_factor: f64, p: f64, used: &Occupancy, out: &mut [f64]) {
        let root = 1.0 / p;
        for (out, &place) in out.iter_mut().zip(&self.grid.places) {
            if used.contains(place) {
                let [x, y, z] = shares.at(place);
                let walls = (x.first + x.last) * y.sum * z.sum
                    + x.sum * (y.first + y.last) * z.sum
                    + x.sum * y.sum * (z.first + z.last);
                *out = (walls + inside_factor * *out).powf(root);
            }
        }
    }
}

impl Shares {
    /// The shares of a loudspeaker on x, y and z.
    fn at(&self, [x, y, z]: [usize; 3]) -> [&Share; 3] {
        [&self.x[usize::from(self.columns[z][y])][x], &self.y[z][y], &self.z[z]]
    }
}

impl Source {
    fn new(position: [f64; 3], size: [f64; 3], three_planes: bool, used: &Occupancy) -> Self {
        let [x, y, z] = position.map(|coordinate| coordinate.clamp(-1.0, 1.0));
        let (z, z_samples) = if three_planes { (z, MAX_SAMPLES) } else { (z.max(0.0), MAX_SAMPLES / 2) };
        let samples = [MAX_SAMPLES, MAX_SAMPLES, z_samples];
        let size = [0, 1, 2].map(|axis| scaled_size(size[axis]).max(2.0 / (samples[axis] - 1) as f64));
        let effective_size = effective_size(size, used);
        let p = if effective_size <= 0.5 {
            USUAL_EXPONENT
        } else {
            6.0 - 4.0 * ((effective_size - 0.5) / (2.8 - 0.5))
        };
        Self { position: [x, y, z], size, effective_size, p }
    }

    /// How much virtual sources inside count against those on the walls: less, the nearer the source is to
    /// a wall.
    fn wall_factor(&self, used: &Occupancy) -> f64 {
        let axes = [used.all_columns(), used.all_rows(), used.planes];
        let dimensions = match axes.iter().filter(|line| line.count_ones() > 1).count() {
            // A single loudspeaker counts as a cube.
            0 => 3,
            dimensions => dimensions,
        };
        let to_wall =
            self.position[..dimensions].iter().fold(1.0f64, |least, at| least.min(at + 1.0).min(1.0 - at));
        let on_axis = |size: f64| {
            let volume = if to_wall >= 2.0 * size && to_wall >= 0.4 {
                (2.0 * size).max(0.4).powi(3) / (0.16 * 2.0 * size)
            } else {
                to_wall / 2.0 * (to_wall / 0.4).powi(2)
            };
            volume.cbrt()
        };
        let [x, y, z] = self.size;
        match dimensions {
            1 => on_axis(x).powi(3),
            2 => (on_axis(x) * on_axis(y)).powf(1.5),
            _ => on_axis(x) * on_axis(y) * on_axis(z),
        }
    }
}

/// [`SIZE_SCALE`] at `size`.
fn scaled_size(size: f64) -> f64 {
    for pair in SIZE_SCALE.windows(2) {
        let ((from, low), (to, high)) = (pair[0], pair[1]);
        if size < to {
            return low + (high - low) / (to - from) * (size.max(from) - from);
        }
    }
    SIZE_SCALE[SIZE_SCALE.len() - 1].1
}

/// Largest sizes count most; axes without extent of the loudspeakers don't count.
fn effective_size([x, y, z]: [f64; 3], used: &Occupancy) -> f64 {
    let one_plane = used.planes.count_ones() == 1;
    if one_plane && used.all_rows().count_ones() == 1 {
        x
    } else if one_plane {
        3.0 / 4.0 * x.max(y) + 1.0 / 4.0 * x.min(y)
    } else {
        let (largest, least) = (x.max(y).max(z), x.min(y).min(z));
        let middle = x.min(y).max(x.max(y).min(z));
        6.0 / 9.0 * largest + 2.0 / 9.0 * middle + 1.0 / 9.0 * least
    }
}

/// The weight of each sample, 10^−(1.5 · distance / reach)⁴ but at least the floor, times the one whose logarithm
/// is in `others`; to the power `p`.
fn weights(samples: &[f64], at: f64, reach: f64, others: &[f64], p: f64) -> PerSample {
    let mut logs = [0.0; MAX_SAMPLES];
    for (log, sample) in logs.iter_mut().zip(samples) {
        let distance = 1.5 * (sample - at) / reach;
        let exponent = (distance * distance * (distance * distance)).min(FLOOR_EXPONENT);
        *log = -std::f64::consts::LN_10 * exponent;
    }
    for (log, other) in logs.iter_mut().zip(others) {
        *log += other;
    }
    let mut weights = [0.0; MAX_SAMPLES];
    powers_of(&logs[..samples.len()], p, &mut weights);
    weights
}

fn norm(gains: &[f64]) -> f64 {
    gains.iter().map(|gain| gain * gain).sum::<f64>().sqrt()
}

/// Scales to a norm of `to`; to zeros what is silent.
fn normalise(gains: &mut [f64], to: f64) {
    let norm = norm(gains);
    let factor = if norm > SILENCE { to / norm } else { 0.0 };
    gains.iter_mut().for_each(|gain| *gain *= factor);
}
