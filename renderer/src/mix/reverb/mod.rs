//! Rooms: what is sent to them comes back on several channels.
//!
//! Takes blocks of the sends' sum and gives the returns, without the direct sound: a network of delays ([`Fdn`]) or
//! responses of a measured room ([`Convolution`]).

mod absorption;
mod convolution;
mod fdn;
#[cfg(test)]
mod tests;

pub use convolution::{Convolution, LONGEST_RESPONSE_SECONDS};
pub use fdn::Fdn;

use crate::audio::AudioBlock;
use crate::mix::MixError;

/// Most channels that a reverb returns to.
pub const MOST_RETURNS: usize = 32;

/// A reverb has at least one return, and no more than it can have.
fn check_returns(found: usize) -> Result<(), MixError> {
    let most = MOST_RETURNS;
    if found == 0 || found > most { Err(MixError::Returns { found, most }) } else { Ok(()) }
}

/// A room to send to.
#[derive(Clone, Debug)]
pub enum Reverb {
    /// A network of delays.
    Fdn(Box<Fdn>),
    /// A measured room.
    Convolution(Box<Convolution>),
}

impl Reverb {
    /// Takes the next block of sends and replaces `returns`, a block of as many frames, by what comes back.
    pub fn process(&mut self, sends: &AudioBlock, returns: &mut AudioBlock) {
        match self {
            Self::Fdn(fdn) => fdn.process(sends, returns),
            Self::Convolution(convolution) => convolution.process(sends, returns),
        }
    }

    /// Samples that everything comes later than it should.
    pub fn latency(&self) -> i64 {
        match self {
            Self::Fdn(_) => 0,
            Self::Convolution(convolution) => convolution.latency(),
        }
    }

    /// Samples until what was sent last has died away.
    pub fn tail(&self) -> usize {
        match self {
            Self::Fdn(fdn) => fdn.tail(),
            Self::Convolution(convolution) => convolution.tail(),
        }
    }

    /// Forgets everything that was sent.
    pub fn reset(&mut self) {
        match self {
            Self::Fdn(fdn) => fdn.reset(),
            Self::Convolution(convolution) => convolution.reset(),
        }
    }
}
