//! What is done to the loudspeaker feeds of a deliverable.

use super::{Compressor, Eq, ParameterError, Range};

/// The processors of a deliverable, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MasterChain {
    /// Filters, the same for every loudspeaker.
    pub eq: Option<Eq>,
    /// One gain for all loudspeakers.
    pub compressor: Option<Compressor>,
    /// The last word on peaks.
    pub limiter: Option<Limiter>,
}

impl MasterChain {
    /// Nothing in it: what goes in comes out, bit for bit.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first number, in the order of the chain, that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        self.eq.iter().try_for_each(Eq::check)?;
        self.compressor.iter().try_for_each(Compressor::check)?;
        self.limiter.iter().try_for_each(Limiter::check)
    }
}

/// A limiter of true peaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limiter {
    /// No true peak comes out above it, dBTP.
    pub ceiling_dbtp: f64,
}

impl Default for Limiter {
    fn default() -> Self {
        Self { ceiling_dbtp: -1.0 }
    }
}

impl Limiter {
    /// Range of `ceiling_dbtp`.
    pub const CEILING: Range = Range::new(-24.0, 0.0, "dBTP");

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        Self::CEILING.check("limiter", "ceiling", self.ceiling_dbtp)
    }
}
