//! What a strip does to its sound: the parameters of every processor, in the order of a desk.
//!
//! ```text
//!  trim ── denoise ── eq ── gate ── deEsser ── compressor ── delay ── fader ──┬── out
//!                                                                             └── sends (post-fader)
//! ```
//!
//! Plain data: a processor that is absent changes no bit. Every number has a [`Range`], a constant of its type; a
//! [`Default`] is what a file gets that doesn't give the number. `check` says which number is out of its range. A processor
//! that is bypassed keeps its numbers and changes no bit either.

mod dynamics;
mod eq;
mod gain;
mod master;
mod range;
mod reverb;
mod stage;
#[cfg(test)]
mod tests;

pub use dynamics::{Compressor, DeEsser, Gate};
pub use eq::{Eq, EqBand, SLOPES};
pub use gain::{Delay, Denoise, Fader, Send, Trim};
pub use master::{Limiter, MasterChain};
pub use range::{ParameterError, Range};
pub use reverb::{Convolution, Fdn, Reverb};
pub use stage::Stage;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Role;

/// Most sends of one strip.
pub const MOST_SENDS: usize = 32;

/// The processors of a strip or of a bus.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// Gain and polarity at the strip's input.
    pub trim: Option<Trim>,
    /// Noise taken out of speech.
    pub denoise: Option<Denoise>,
    /// Filters.
    pub eq: Option<Eq>,
    /// Expander or gate.
    pub gate: Option<Gate>,
    /// Compression of sibilants.
    pub de_esser: Option<DeEsser>,
    /// Compression of everything, by its own level or by that of a role.
    pub compressor: Option<Compressor>,
    /// Later, or for a negative delay earlier.
    pub delay: Option<Delay>,
    /// To the reverbs, tapped after the fader.
    pub sends: Vec<Send>,
    /// The gain at the strip's end.
    pub fader: Option<Fader>,
    /// Processors that are there and do nothing.
    pub bypassed: BTreeSet<Stage>,
}

impl Chain {
    /// Nothing in it: what goes in comes out, bit for bit.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The role that its compressor listens to, where that is not its own sound.
    pub fn key(&self) -> Option<Role> {
        let works = self.compressor.as_ref().filter(|_| self.works(Stage::Compressor));
        works.and_then(|compressor| compressor.key.as_deref()).map(Role::from_name)
    }

    /// Whether a gain in it follows a level.
    pub fn follows_level(&self) -> bool {
        [Stage::Gate, Stage::DeEsser, Stage::Compressor].into_iter().any(|stage| self.works(stage))
    }

    /// Whether there is a processor at this place, bypassed or not.
    pub fn has(&self, stage: Stage) -> bool {
        match stage {
            Stage::Trim => self.trim.is_some(),
            Stage::Denoise => self.denoise.is_some(),
            Stage::Eq => self.eq.is_some(),
            Stage::Gate => self.gate.is_some(),
            Stage::DeEsser => self.de_esser.is_some(),
            Stage::Compressor => self.compressor.is_some(),
            Stage::Delay => self.delay.is_some(),
        }
    }

    /// Whether there is one and it is not bypassed.
    pub fn works(&self, stage: Stage) -> bool {
        self.has(stage) && !self.bypassed.contains(&stage)
    }

    /// Takes the processor at this place out.
    pub fn remove(&mut self, stage: Stage) {
        match stage {
            Stage::Trim => self.trim = None,
            Stage::Denoise => self.denoise = None,
            Stage::Eq => self.eq = None,
            Stage::Gate => self.gate = None,
            Stage::DeEsser => self.de_esser = None,
            Stage::Compressor => self.compressor = None,
            Stage::Delay => self.delay = None,
        }
        self.bypassed.remove(&stage);
    }

    /// What is heard of it: without what is bypassed.
    pub fn heard(&self) -> Cow<'_, Self> {
        if self.bypassed.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut heard = self.clone();
        self.bypassed.iter().for_each(|stage| heard.remove(*stage));
        Cow::Owned(heard)
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The first number, in the order of the chain, that isn't.
    pub fn check(&self) -> Result<(), ParameterError> {
        self.trim.iter().try_for_each(Trim::check)?;
        self.denoise.iter().try_for_each(Denoise::check)?;
        self.eq.iter().try_for_each(Eq::check)?;
        self.gate.iter().try_for_each(Gate::check)?;
        self.de_esser.iter().try_for_each(DeEsser::check)?;
        self.compressor.iter().try_for_each(Compressor::check)?;
        self.delay.iter().try_for_each(Delay::check)?;
        if self.sends.len() > MOST_SENDS {
            return Err(ParameterError::TooMany {
                element: "send",
                found: self.sends.len(),
                most: MOST_SENDS,
            });
        }
        self.sends.iter().try_for_each(Send::check)?;
        self.fader.iter().try_for_each(Fader::check)
    }
}
