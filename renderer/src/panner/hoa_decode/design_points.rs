//! The directions of the virtual loudspeakers; see `README.md` for where they come from.

/// φ and θ of each point, little-endian f64.
static DESIGN: &[u8; 5_200 * 16] = include_bytes!("design_5200.bin");

/// BS.2127-1 §9.3: unit vectors, x right, y front, z up.
pub(super) fn design_points() -> impl Iterator<Item = [f64; 3]> {
    DESIGN.as_chunks::<16>().0.iter().map(|point| {
        let [phi, theta] = [0, 8].map(|at| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&point[at..at + 8]);
            f64::from_le_bytes(bytes)
        });
        let (sin_phi, cos_phi) = phi.sin_cos();
        let (sin_theta, cos_theta) = theta.sin_cos();
        [sin_theta * cos_phi, sin_theta * sin_phi, cos_theta]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panner::ambisonics::SphericalHarmonics;

    /// A t-design of degree 100: the mean of every component but the zeroth is 0.
    #[test]
    fn the_points_are_spread_evenly() {
        let functions = SphericalHarmonics::new(20);
        let (mut mean, mut values) = (vec![0.0; functions.len()], vec![0.0; functions.len()]);
        for point in design_points() {
            functions.n3d(point, &mut values);
            mean.iter_mut().zip(&values).for_each(|(mean, value)| *mean += value / 5200.0);
        }
        assert!((mean[0] - 1.0).abs() < 1e-12);
        assert!(mean[1..].iter().all(|mean| mean.abs() < 1e-10));
    }
}
