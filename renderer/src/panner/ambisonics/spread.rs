//! Sources with a size as HOA.
//!
//! BS.2127 has no rule for HOA outputs. This one covers the same area of the sphere as the polar extent of
//! BS.2127-1 §7.3.8: caps as wide as the smaller of width and height, centred along an arc as long as the
//! difference. The transform of a cap is known, so no sampling of areas is needed: a cap only weakens the
//! higher orders.

use crate::geom;
use crate::geom::{Vector3, interpolate, local_coordinate_system};

use super::{MAX_OUTPUT_ORDER, SphericalHarmonics};

/// Below this height, a cap is a point.
const POINT: f64 = 1e-8;

/// Adds the N3D components of a source of `width` and `height` degrees round `direction` to `sum`;
/// `scratch` is as long. The zeroth component gets `factor`.
pub(super) fn add_spread(
    functions: &SphericalHarmonics,
    order: usize,
    direction: &Vector3,
    [width, height]: [f64; 2],
    factor: f64,
    scratch: &mut [f64],
    sum: &mut [f64],
) {
    let basis = local_coordinate_system(geom::azimuth(direction), geom::elevation(direction));
    let front: Vector3 = basis.row(1).transpose();
    let along: Vector3 = basis.row(if height > width { 2 } else { 0 }).transpose();
    let half = |degrees: f64| (degrees.to_radians() / 2.0).clamp(0.0, std::f64::consts::PI);
    let (longer, radius) = (half(width.max(height)), half(width.min(height)));
    // As in the reference, the ends meet behind when the width is 360°.
    let (quarter, turn) = (std::f64::consts::FRAC_PI_2, std::f64::consts::PI);
    let reach = interpolate(longer, &[0.0, quarter, turn], &[0.0, quarter, turn + radius]) - radius;
    let reach = reach.clamp(0.0, turn);

    // Fine enough for the highest order there is, which has that many periods in a turn; the same for the lower ones,
    // so that they agree.
    let steps = (reach / turn * 2.0 * (MAX_OUTPUT_ORDER + 2) as f64).ceil() as usize * 2;
    let weights = CapWeights::new(order, radius);
    let total = steps.max(1) as f64;
    for step in 0..=steps {
        let angle = if steps == 0 { 0.0 } else { reach * (2.0 * step as f64 / steps as f64 - 1.0) };
        let at_end = steps > 0 && (step == 0 || step == steps);
        let weight = factor * if at_end { 0.5 } else { 1.0 } / total;
        let centre = front * angle.cos() + along * angle.sin();
        functions.n3d(centre.into(), scratch);
        for (component, (sum, value)) in sum.iter_mut().zip(scratch.iter()).enumerate() {
            *sum += weight * weights.of_order[component.isqrt()] * value;
        }
    }
}

/// What is left of each order when a point becomes a cap.
struct CapWeights {
    of_order: [f64; super::MAX_OUTPUT_ORDER + 1],
}

impl CapWeights {
    /// Means of the Legendre polynomials over the cap: (P(n−1) − P(n+1)) / ((2n + 1) (1 − cos radius)).
    fn new(order: usize, radius: f64) -> Self {
        let mut of_order = [1.0; super::MAX_OUTPUT_ORDER + 1];
        let cosine = radius.cos();
        if 1.0 - cosine > POINT {
            let (mut before, mut last) = (1.0, cosine);
            for (n, weight) in of_order.iter_mut().enumerate().take(order + 1).skip(1) {
                let n = n as f64;
                let next = ((2.0 * n + 1.0) * cosine * last - n * before) / (n + 1.0);
                *weight = (before - next) / ((2.0 * n + 1.0) * (1.0 - cosine));
                (before, last) = (last, next);
            }
        }
        Self { of_order }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transform of a cap against the sum over many points of it.
    #[test]
    fn a_cap_equals_the_mean_over_its_area() {
        let functions = SphericalHarmonics::new(5);
        let direction = geom::cartesian(40.0, 25.0, 1.0);
        let (mut scratch, mut found) = (vec![0.0; 36], vec![0.0; 36]);
        add_spread(&functions, 5, &direction, [70.0, 70.0], 1.0, &mut scratch, &mut found);

        let basis = local_coordinate_system(40.0, 25.0);
        let (mut expected, rings, turns) = (vec![0.0; 36], 400, 24);
        let cap = 35f64.to_radians();
        for ring in 0..rings {
            let angle = cap * (f64::from(ring) + 0.5) / f64::from(rings);
            let area = angle.sin() * cap / f64::from(rings) / (1.0 - cap.cos()) / f64::from(turns);
            for turn in 0..turns {
                let (sine, cosine) = (f64::from(turn) / f64::from(turns) * std::f64::consts::TAU).sin_cos();
                let point = Vector3::new(angle.sin() * cosine, angle.cos(), angle.sin() * sine);
                functions.n3d((basis.transpose() * point).into(), &mut scratch);
                expected.iter_mut().zip(&scratch).for_each(|(sum, value)| *sum += area * value);
            }
        }
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
    }

    #[test]
    fn a_full_turn_has_no_direction() {
        let functions = SphericalHarmonics::new(3);
        let direction = geom::cartesian(-110.0, 10.0, 1.0);
        let (mut scratch, mut sum) = (vec![0.0; 16], vec![0.0; 16]);
        add_spread(&functions, 3, &direction, [360.0, 360.0], 1.0, &mut scratch, &mut sum);
        assert!((sum[0] - 1.0).abs() < 1e-12);
        assert!(sum[1..].iter().all(|value| value.abs() < 1e-12), "{sum:?}");

        // A ring at ear level: no front, back, left or right, but no height either.
        sum.fill(0.0);
        let front = geom::cartesian(0.0, 0.0, 1.0);
        add_spread(&functions, 3, &front, [360.0, 0.0], 1.0, &mut scratch, &mut sum);
        for (component, value) in sum.iter().enumerate() {
            let order = component.isqrt();
            let zonal = component == order * order + order;
            assert!(zonal || value.abs() < 1e-12, "{component} {value}");
        }
        assert!(sum[6] < -1.0, "N3D component (2, 0) at the horizon is −√5/2: {sum:?}");
    }
}
