use crate::geom::{Vector3, polygon_order};

/// Four loudspeakers panned as a twisted rectangle (BS.2127-1 §6.1.2.3): the gains are bilinear in two
/// coordinates x and y, chosen such that the weighted sum of the directions points at the source.
#[derive(Clone, Debug)]
pub(super) struct Quad {
    across: Axis,
    along: Axis,
    /// The loudspeakers in the order of a walk round the rectangle.
    corners: [usize; 4],
    directions: [Vector3; 4],
}

impl Quad {
    /// The real places say in which order the corners are walked. In a room where upper and lower loudspeakers
    /// stand far apart the walk may cross itself; so it does in BS.2127-1.
    pub(super) fn new(directions: [Vector3; 4]) -> Self {
        let order = polygon_order(&directions);
        let corners = [order[0], order[1], order[2], order[3]];
        let [a, b, c, d] = corners.map(|corner| directions[corner]);
        Self { across: Axis::new([a, b, c, d]), along: Axis::new([b, c, d, a]), corners, directions }
    }

    /// Gains in proportion, or `None` for a direction outside.
    #[inline]
    pub(super) fn gains(&self, direction: &Vector3) -> Option<[f64; 4]> {
        let x = self.across.coordinate(direction)?;
        let y = self.along.coordinate(direction)?;
        let mut gains = [0.0; 4];
        let bilinear = [(1.0 - x) * (1.0 - y), x * (1.0 - y), x * y, (1.0 - x) * y];
        for (corner, gain) in self.corners.into_iter().zip(bilinear) {
            gains[corner] = gain;
        }
        // The solution for the opposite direction is one too; it lies behind.
        let sum: Vector3 = self.directions.iter().zip(gains).map(|(direction, gain)| direction * gain).sum();
        (sum.dot(direction) > 0.0).then_some(gains)
    }
}

/// One coordinate of a quad: the line from the point at x on edge a–b to the point at x on edge d–c passes
/// over the source, which is a quadratic equation in x with coefficients linear in the direction.
#[derive(Clone, Debug)]
struct Axis {
    square: Vector3,
    linear: Vector3,
    constant: Vector3,
}

impl Axis {
    fn new([a, b, c, d]: [Vector3; 4]) -> Self {
        Self {
            square: (b - a).cross(&(c - d)),
            linear: a.cross(&(c - d)) + (b - a).cross(&d),
            constant: a.cross(&d),
        }
    }

    #[inline]
    fn coordinate(&self, direction: &Vector3) -> Option<f64> {
        let (a, b, c) =
            (self.square.dot(direction), self.linear.dot(direction), self.constant.dot(direction));
        if is_one_signed(a, b, c) { None } else { root_within_unit(a, b, c) }
    }
}

/// How far outside 0…1, or off the real line, a root may be for a direction on an edge.
const EDGE: f64 = 1e-10;

/// True if `a·x² + b·x + c` clearly has no root within 0…1: its Bézier ordinates lie on one side of zero.
/// Quicker than to look for the root, and most directions aren't near the quad.
#[inline]
fn is_one_signed(a: f64, b: f64, c: f64) -> bool {
    /// More than a root on the edge makes of coefficients below 4.
    const CLEARLY: f64 = 1e-8;
    let (start, middle, end) = (c, c + 0.5 * b, a + b + c);
    start.min(middle).min(end) > CLEARLY || start.max(middle).max(end) < -CLEARLY
}

/// The root of `a·x² + b·x + c` within 0…1. Where both are, the larger: it is the one that the eigenvalues of
/// the companion matrix begin with (EAR 2.1.0, by NumPy and LAPACK), and BS.2127-1 leaves it open.
#[inline]
fn root_within_unit(a: f64, b: f64, c: f64) -> Option<f64> {
    let within = |root: f64| (root > -EDGE && root < 1.0 + EDGE).then(|| root.clamp(0.0, 1.0));
    let discriminant = b * b - 4.0 * a * c;
    if discriminant < 0.0 {
        // A pair of roots that touches the real line but for rounding.
        let imaginary = (-discriminant).sqrt() / (2.0 * a).abs();
        return if imaginary < EDGE { within(-b / (2.0 * a)) } else { None };
    }
    // The two forms of the solution that subtract nothing of like size: exact for any a, 0 included.
    let q = -0.5 * (b + discriminant.sqrt().copysign(b));
    within(q / a).or_else(|| within(c / q))
}

#[cfg(test)]
mod tests {
    use super::root_within_unit;

    #[test]
    fn roots_of_every_kind() {
        let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-14;
        assert!(close(root_within_unit(1.0, -2.5, 1.0), 0.5));
        assert!(close(root_within_unit(0.0, 2.0, -0.5), 0.25));
        assert!(close(root_within_unit(1e-18, 2.0, -0.5), 0.25));
        assert!(close(root_within_unit(1.0, -1.0, 0.25), 0.5));
        assert!(close(root_within_unit(1.0, 1.0, 0.0), 0.0));
        assert!(close(root_within_unit(2.0, 0.0, -0.5), 0.5));
        assert!(close(root_within_unit(8.0, -6.0, 1.0), 0.5));
        assert!(close(root_within_unit(-8.0, 6.0, -1.0), 0.5));
        assert_eq!(root_within_unit(1.0, 0.0, 1.0), None);
        assert_eq!(root_within_unit(1.0, -5.0, 6.0), None);
        assert_eq!(root_within_unit(0.0, 0.0, 0.0), None);
        assert_eq!(root_within_unit(0.0, 0.0, 1.0), None);
    }
}
