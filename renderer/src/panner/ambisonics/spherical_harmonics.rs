//! Real spherical harmonics (BS.2127-1 §9, BS.2076-2 §11) and their three normalisations.

use std::str::FromStr;

/// Highest order there is a rule for: the decoder's point set is exact up to products of two of this order.
pub const MAX_ORDER: usize = 49;

/// How the components of a HOA scene are scaled (BS.2076-2 §5.4.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalization {
    /// Each component has a mean power of 1 over the sphere.
    N3d,
    /// No component of an order is larger than the zeroth; AmbiX.
    Sn3d,
    /// Furse–Malham: the zeroth order at −3 dB, others at most 1; up to order 3.
    FuMa,
}

/// The text isn't the name of a normalisation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found normalization `{0}`, expected N3D, SN3D or FuMa; correct it")]
pub struct UnknownNormalization(pub String);

impl FromStr for Normalization {
    type Err = UnknownNormalization;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.trim() {
            "N3D" => Ok(Self::N3d),
            "SN3D" => Ok(Self::Sn3d),
            "FuMa" => Ok(Self::FuMa),
            other => Err(UnknownNormalization(other.chars().take(32).collect())),
        }
    }
}

impl Normalization {
    /// The function of `order` and `degree` in this normalisation, divided by the one in N3D. `None` for FuMa
    /// above order 3.
    pub fn from_n3d(self, order: usize, degree: i32) -> Option<f64> {
        let sn3d = 1.0 / (2.0 * order as f64 + 1.0).sqrt();
        match self {
            Self::N3d => Some(1.0),
            Self::Sn3d => Some(sn3d),
            Self::FuMa => Some(sn3d * fuma_from_sn3d(order, degree)?),
        }
    }
}

/// BS.2127-1 §9.2.1: the FuMa factors.
fn fuma_from_sn3d(order: usize, degree: i32) -> Option<f64> {
    Some(match (order, degree.unsigned_abs()) {
        (0, 0) => std::f64::consts::FRAC_1_SQRT_2,
        (1, 0 | 1) | (2, 0) | (3, 0) => 1.0,
        (2, 1 | 2) => 2.0 / 3f64.sqrt(),
        (3, 1) => (45.0 / 32.0f64).sqrt(),
        (3, 2) => 3.0 / 5f64.sqrt(),
        (3, 3) => (8.0 / 5.0f64).sqrt(),
        _ => return None,
    })
}

/// Ambisonics channel number: the place of a component among all, n² + n + m.
///
/// `None` when there is no such component, or its order is above [`MAX_ORDER`].
pub fn channel_number(order: i32, degree: i32) -> Option<usize> {
    let n = usize::try_from(order).ok().filter(|&n| n <= MAX_ORDER)?;
    let from_centre = usize::try_from(degree.unsigned_abs()).ok().filter(|&m| m <= n)?;
    Some(if degree < 0 { n * n + n - from_centre } else { n * n + n + from_centre })
}

/// Evaluates all components up to an order.
///
/// Computed by recurrence with factors near 1, so no factorial can overflow.
#[derive(Clone, Debug)]
pub struct SphericalHarmonics {
    order: usize,
    /// Per degree, then order from the degree up: factors of the last function and the one before it.
    steps: Vec<(f64, f64)>,
    /// Per degree: the factor of the first function to that of the degree before.
    first: Vec<f64>,
}

impl SphericalHarmonics {
    /// Functions up to `order`, at most [`MAX_ORDER`]; a higher one is cut to it.
    pub fn new(order: usize) -> Self {
        let order = order.min(MAX_ORDER);
        let mut steps = Vec::new();
        for m in 0..=order {
            let m2 = (m * m) as f64;
            for n in m + 1..=order {
                let (n2, before2) = ((n * n) as f64, ((n - 1) * (n - 1)) as f64);
                let last = ((4.0 * n2 - 1.0) / (n2 - m2)).sqrt();
                let before = last * ((before2 - m2) / (4.0 * before2 - 1.0).max(1.0)).sqrt();
                steps.push((last, before));
            }
        }
        let first = (0..=order)
            .map(|m| match m {
                0 => 1.0,
                // √(3/2), times the √2 that all degrees above 0 have.
                1 => 3f64.sqrt(),
                _ => ((2 * m + 1) as f64 / (2 * m) as f64).sqrt(),
            })
            .collect();
        Self { order, steps, first }
    }

    /// Number of components, (order + 1)².
    pub fn len(&self) -> usize {
        (self.order + 1) * (self.order + 1)
    }

    /// Never: there is always the zeroth.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// N3D values in the direction of the unit vector (x right, y front, z up), in ACN order, into `out` of
    /// [`Self::len`].
    pub fn n3d(&self, [x, y, z]: [f64; 3], out: &mut [f64]) {
        debug_assert_eq!(out.len(), self.len());
        // cosᵐ(elevation) · cos and sin of m times the azimuth, by powers of y − i x; the first also has the
        // normalisation of the degree.
        let (mut cosine, mut sine) = (1.0, 0.0);
        let mut steps = self.steps.iter();
        for (m, first) in self.first.iter().enumerate() {
            if m > 0 {
                (cosine, sine) = (first * (cosine * y + sine * x), first * (sine * y - cosine * x));
            }
            let (mut last, mut before) = (1.0, 0.0);
            for n in m..=self.order {
                if n > m {
                    let Some((a, b)) = steps.next() else { return };
                    (last, before) = (a * z * last - b * before, last);
                }
                let centre = n * n + n;
                if m > 0 {
                    out[centre - m] = sine * last;
                }
                out[centre + m] = cosine * last;
            }
        }
    }
}

#[cfg(test)]
mod tests;
