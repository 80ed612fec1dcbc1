use crate::geom::{Matrix3, Vector3};

/// Three loudspeakers panned by VBAP (BS.2127-1 §6.1.2.1). Within the triangle they span the gains are those
/// for which the weighted sum of the loudspeakers' directions points at the source.
#[derive(Clone, Debug)]
pub(super) struct Triplet {
    /// Transposed inverse of the loudspeaker directions: one row gives one gain.
    basis: Matrix3,
}

/// How far below zero a gain may be for a direction on the edge of the triangle.
const EDGE: f64 = -1e-11;

/// Three directions whose determinant is smaller lie in one plane with the listener.
const FLAT: f64 = 1e-14;

impl Triplet {
    /// `None` when the three directions lie in one plane with the listener.
    pub(super) fn new(directions: [Vector3; 3]) -> Option<Self> {
        let rows = Matrix3::from_rows(&directions.map(|direction| direction.transpose()));
        if rows.determinant().abs() < FLAT {
            return None;
        }
        Some(Self { basis: rows.try_inverse()?.transpose() })
    }

    /// Gains in proportion, or `None` for a direction outside.
    #[inline]
    pub(super) fn gains(&self, direction: &Vector3) -> Option<[f64; 3]> {
        let gains = self.basis * direction;
        let inside = gains.x >= EDGE && gains.y >= EDGE && gains.z >= EDGE;
        inside.then(|| [gains.x.max(0.0), gains.y.max(0.0), gains.z.max(0.0)])
    }
}
