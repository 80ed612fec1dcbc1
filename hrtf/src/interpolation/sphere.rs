//! The sphere of measured directions, triangulated.

/// Directions nearer to each other than this are one measurement, radians.
const SAME_DIRECTION: f64 = 1e-4;
/// How far a point must stick out of a triangle's plane before an edge is flipped: keeps the diagonals of
/// regular grids, whose four corners lie on one circle, as they are.
const FLIP_MARGIN: f64 = 1e-10;
/// Cells along an edge of the cube that is searched by.
const CELLS: usize = 24;

type Vector = [f64; 3];

fn minus(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// A triangle: its corners anticlockwise seen from outside, and the triangle across the edge opposite to each.
#[derive(Clone, Copy, Debug)]
struct Triangle {
    corners: [usize; 3],
    across: [usize; 3],
}

/// The Delaunay triangulation of points on the unit sphere, and where a direction lies in it.
#[derive(Clone, Debug)]
pub(crate) struct Sphere {
    points: Vec<Vector>,
    triangles: Vec<Triangle>,
    /// Of each triangle, once all points are in: for each corner the normal of the plane through the opposite edge and
    /// the centre.
    normals: Vec<[Vector; 3]>,
    start: Vec<usize>,
}

/// Three points round a direction and their shares, which sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shares {
    /// The points, as numbered in the triangulation.
    pub(crate) points: [usize; 3],
    /// Their shares, each 0 … 1.
    pub(crate) shares: [f64; 3],
}

impl Sphere {
    /// Triangulates unit vectors. `axes` are the numbers of the points nearest to the directions +x, −x, +y, −y,
    /// +z and −z, each nearer than 35°: so near, no three of them can lie in one plane with the centre.
    pub(crate) fn new(points: Vec<Vector>, axes: [usize; 6]) -> Self {
        let mut sphere = Self { points, triangles: Vec::new(), normals: Vec::new(), start: Vec::new() };
        sphere.octahedron(axes);
        let mut last = 0;
        for point in 0..sphere.points.len() {
            if !axes.contains(&point) {
                last = sphere.insert(point, last);
            }
        }
        sphere.index();
        sphere
    }

    fn octahedron(&mut self, axes: [usize; 6]) {
        // Triangle number 4·(x < 0) + 2·(y < 0) + (z < 0): across an axis lies the number with that bit turned.
        for number in 0..8_usize {
            let negative = [number & 4 != 0, number & 2 != 0, number & 1 != 0];
            let corner = |axis: usize| axes[2 * axis + usize::from(negative[axis])];
            let (x, y, z) = (corner(0), corner(1), corner(2));
            let mirrored = negative.iter().filter(|&&n| n).count() % 2 == 1;
            self.triangles.push(if mirrored {
                Triangle { corners: [x, z, y], across: [number ^ 4, number ^ 1, number ^ 2] }
            } else {
                Triangle { corners: [x, y, z], across: [number ^ 4, number ^ 2, number ^ 1] }
            });
        }
        for number in 0..8 {
            let mut edges = vec![(number, 0), (number, 1), (number, 2)];
            self.flip_while_needed(&mut edges);
        }
    }

    /// Puts a point in; gives a triangle near it. A point that is there already is left out.
    fn insert(&mut self, point: usize, from: usize) -> usize {
        let (at, _) = self.walk(self.points[point], from);
        let Triangle { corners: [a, b, c], across: [ta, tb, tc] } = self.triangles[at];
        let p = self.points[point];
        let same = |&corner: &usize| {
            let away = minus(self.points[corner], p);
            dot(away, away) < SAME_DIRECTION * SAME_DIRECTION
        };
        if [a, b, c].iter().any(same) {
            return at;
        }
        let (second, third) = (self.triangles.len(), self.triangles.len() + 1);
        // Each new triangle keeps the new point as its first corner, so the old edge lies across corner 0.
        self.triangles[at] = Triangle { corners: [point, b, c], across: [ta, second, third] };
        self.triangles.push(Triangle { corners: [point, c, a], across: [tb, third, at] });
        self.triangles.push(Triangle { corners: [point, a, b], across: [tc, at, second] });
        self.relink(tb, at, second);
        self.relink(tc, at, third);
        let mut edges = vec![(at, 0), (second, 0), (third, 0)];
        self.flip_while_needed(&mut edges);
        at
    }

    fn relink(&mut self, triangle: usize, from: usize, to: usize) {
        for across in &mut self.triangles[triangle].across {
            if *across == from {
                *across = to;
            }
        }
    }

    /// Flips edges (triangle, corner opposite to the edge) until every circle through a triangle is empty.
    fn flip_while_needed(&mut self, edges: &mut Vec<(usize, usize)>) {
        // Every flip lowers the surface's defect; the bound only guards against rounding.
        let mut left = 64 + 16 * self.triangles.len();
        while let Some((t, i)) = edges.pop() {
            let Triangle { corners, across } = self.triangles[t];
            let (p, a, b) = (corners[i], corners[(i + 1) % 3], corners[(i + 2) % 3]);
            let u = across[i];
            let Some(j) = self.triangles[u].across.iter().position(|&n| n == t) else { continue };
            let other = self.triangles[u];
            let d = other.corners[j];
            if left == 0 || !self.sticks_out(p, [b, a, d]) {
                continue;
            }
            left -= 1;
            // Quadrilateral p a d b: the edge a–b becomes p–d.
            let (t_pb, t_pa) = (across[(i + 1) % 3], across[(i + 2) % 3]);
            let side = |corner: usize| {
                other.corners.iter().position(|&c| c == corner).map_or(u, |k| other.across[k])
            };
            let (t_db, t_da) = (side(a), side(b));
            self.triangles[t] = Triangle { corners: [p, a, d], across: [t_da, u, t_pa] };
            self.triangles[u] = Triangle { corners: [p, d, b], across: [t_db, t_pb, t] };
            self.relink(t_da, u, t);
            self.relink(t_pb, t, u);
            edges.extend([(t, 0), (u, 0), (t, 2), (u, 1)]);
        }
    }

    fn sticks_out(&self, point: usize, triangle: [usize; 3]) -> bool {
        let [a, b, c] = triangle.map(|corner| self.points[corner]);
        let normal = cross(minus(b, a), minus(c, a));
        let length = dot(normal, normal).sqrt();
        dot(normal, minus(self.points[point], a)) > FLIP_MARGIN * length.max(1e-9)
    }

    /// Walks from triangle `from` to the one round `v`; gives it and its [`Sphere::volumes`].
    fn walk(&self, v: Vector, from: usize) -> (usize, Vector) {
        let (mut at, mut volumes) = (from, self.volumes(v, from));
        // A walk in a Delaunay triangulation never turns in circles; the bound guards against rounding.
        for _ in 0..self.triangles.len() + 8 {
            let (edge, least) = least(volumes);
            if least >= -1e-14 {
                break;
            }
            at = self.triangles[at].across[edge];
            volumes = self.volumes(v, at);
        }
        (at, volumes)
    }

    /// For each corner, how far `v` lies on its side of the opposite edge.
    fn volumes(&self, v: Vector, triangle: usize) -> Vector {
        let normals = self.normals.get(triangle).copied();
        normals.unwrap_or_else(|| self.normals_of(triangle)).map(|normal| dot(normal, v))
    }

    fn normals_of(&self, triangle: usize) -> [Vector; 3] {
        let [a, b, c] = self.triangles[triangle].corners.map(|corner| self.points[corner]);
        [cross(b, c), cross(c, a), cross(a, b)]
    }

    fn index(&mut self) {
        self.normals = (0..self.triangles.len()).map(|triangle| self.normals_of(triangle)).collect();
        let mut at = 0;
        let middle = |cell: usize| (cell as f64 + 0.5) / CELLS as f64 * 2.0 - 1.0;
        for number in 0..6 * CELLS * CELLS {
            let (face, row, column) = (number / (CELLS * CELLS), number / CELLS % CELLS, number % CELLS);
            let axis = face / 2;
            let mut v = [0.0; 3];
            v[axis] = if face % 2 == 0 { 1.0 } else { -1.0 };
            v[(axis + 1) % 3] = middle(row);
            v[(axis + 2) % 3] = middle(column);
            (at, _) = self.walk(v, at);
            self.start.push(at);
        }
    }

    /// The cell of a vector on the cube round the sphere.
    fn cell(v: Vector) -> usize {
        let size = v.map(f64::abs);
        let axis = if size[0] >= size[1] && size[0] >= size[2] {
            0
        } else if size[1] >= size[2] {
            1
        } else {
            2
        };
        let face = 2 * axis + usize::from(v[axis] < 0.0);
        let scale = CELLS as f64 / 2.0 / size[axis];
        let along = |axis: usize| (v[axis] * scale + CELLS as f64 / 2.0) as usize;
        let (row, column) = (along((axis + 1) % 3), along((axis + 2) % 3));
        (face * CELLS + row.min(CELLS - 1)) * CELLS + column.min(CELLS - 1)
    }

    /// The triangle round a unit vector and the shares of its corners: the vector is their sum with these
    /// weights, up to its length.
    pub(crate) fn locate(&self, v: Vector) -> Shares {
        let (at, volumes) = self.walk(v, self.start[Self::cell(v)]);
        let mut shares = volumes.map(|volume| volume.max(0.0));
        let sum: f64 = shares.iter().sum();
        if sum > 0.0 {
            shares = shares.map(|share| share / sum);
        } else {
            shares = [1.0, 0.0, 0.0];
        }
        Shares { points: self.triangles[at].corners, shares }
    }

    /// The edges, each once: pairs of points with the lower number first, in order.
    pub(crate) fn edges(&self) -> Vec<(usize, usize)> {
        let sides = |t: &Triangle| [(0, 1), (1, 2), (2, 0)].map(|(i, j)| (t.corners[i], t.corners[j]));
        let mut edges: Vec<(usize, usize)> =
            self.triangles.iter().flat_map(sides).filter(|(a, b)| a < b).collect();
        edges.sort_unstable();
        edges
    }

    /// The part of the sphere's area that belongs to each point: a third of every triangle it is a corner of.
    pub(crate) fn areas(&self) -> Vec<f64> {
        let mut areas = vec![0.0; self.points.len()];
        for triangle in &self.triangles {
            let [a, b, c] = triangle.corners.map(|corner| self.points[corner]);
            // The solid angle of the triangle (Van Oosterom and Strackee).
            let volume = dot(a, cross(b, c));
            let solid = 2.0 * volume.atan2(1.0 + dot(a, b) + dot(b, c) + dot(c, a));
            for &corner in &triangle.corners {
                areas[corner] += solid / 3.0 / (4.0 * std::f64::consts::PI);
            }
        }
        areas
    }
}

fn least(values: Vector) -> (usize, f64) {
    let mut least = (0, values[0]);
    for (i, &value) in values.iter().enumerate().skip(1) {
        if value < least.1 {
            least = (i, value);
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Direction;

    fn axes() -> Vec<Vector> {
        vec![
            [1.0, 0.0, 0.0],
            [-1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, -1.0, 0.0],
            [0.0, 0.0, 1.0],
            [0.0, 0.0, -1.0],
        ]
    }

    fn grid() -> Sphere {
        let mut points = axes();
        for elevation in (-80..=80).step_by(10) {
            for azimuth in (0..360).step_by(10) {
                points.push(Direction::new(f64::from(azimuth), f64::from(elevation)).unit_vector());
            }
        }
        Sphere::new(points, [0, 1, 2, 3, 4, 5])
    }

    #[test]
    fn every_circle_is_empty_on_a_regular_grid_with_repeated_points() {
        let sphere = grid();
        // Four points of the horizontal plane are there twice: 612 + 2 points, 2 n − 4 triangles (Euler).
        assert_eq!(sphere.triangles.len(), 2 * 614 - 4);
        for triangle in &sphere.triangles {
            for point in 0..sphere.points.len() {
                let [a, b, c] = triangle.corners.map(|corner| sphere.points[corner]);
                let normal = cross(minus(b, a), minus(c, a));
                assert!(dot(normal, minus(sphere.points[point], a)) < 1e-9);
            }
        }
        assert!((sphere.areas().iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn shares_give_the_direction_back() {
        let sphere = grid();
        for i in 0..2000 {
            let (azimuth, elevation) = (f64::from(i) * 137.5, f64::from(i % 179) - 89.0);
            let v = Direction::new(azimuth, elevation).unit_vector();
            let Shares { points, shares } = sphere.locate(v);
            let mut sum = [0.0; 3];
            for (point, share) in points.into_iter().zip(shares) {
                assert!((0.0..=1.0).contains(&share));
                (0..3).for_each(|k| sum[k] += share * sphere.points[point][k]);
            }
            assert!(Direction::from_vector(sum).angle_to(Direction::new(azimuth, elevation)) < 1e-6);
        }
    }

    #[test]
    fn a_point_of_the_set_has_the_whole_share() {
        let sphere = grid();
        for (number, &point) in sphere.points.iter().enumerate().skip(10) {
            let found = sphere.locate(point);
            let whole = found.points.iter().zip(found.shares).find(|(_, share)| *share > 1.0 - 1e-12);
            let (&whole, _) = whole.unwrap_or_else(|| panic!("{number}: {found:?}"));
            assert!(dot(sphere.points[whole], point) > 1.0 - 1e-12);
        }
    }
}
