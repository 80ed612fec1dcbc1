//! Units where a mix-up is likely.

/// A level relative to full scale or a gain, in decibels.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Decibels(pub f64);

impl Decibels {
    /// The level of a linear `factor` (its magnitude); 0 gives −∞ dB.
    pub fn of(factor: f64) -> Self {
        Self(20.0 * factor.abs().log10())
    }

    /// The factor to multiply samples with.
    pub fn linear(self) -> f64 {
        10f64.powf(self.0 / 20.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decibels_and_factors_are_inverse() {
        assert!((Decibels(-6.0).linear() - 0.501_187_233_627_272_3).abs() < 1e-15);
        assert!((Decibels::of(-0.1).0 + 20.0).abs() < 1e-12);
        assert_eq!(Decibels::of(0.0).0, f64::NEG_INFINITY);
        assert_eq!(Decibels(f64::NEG_INFINITY).linear(), 0.0);
    }
}
