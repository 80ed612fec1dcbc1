//! Heads and convolution.
//!
//! ```text
//!  direction, orientation ── where a sound comes from, and how the head is turned
//!          │
//!         set ── measured responses: built in, or a SOFA file (sofa)
//!          │
//!  itd, interpolation ── aligned responses and delays for any direction
//!          │
//!    binauraliser ── sources and their directions to two ears
//!          │
//!       room ── what walls add: built in, or measured (sofa)
//!          │
//!     convolver ── finite responses on blocks of samples
//!
//!  magnitude_fit ── responses for functions of direction, as the components of Ambisonics are
//! ```

pub mod binauraliser;
pub mod convolver;
mod data;
mod diffuse_field;
mod direction;
mod error;
mod fractional_delay;
mod interpolation;
mod itd;
mod loudness;
mod magnitude_fit;
mod minimum_phase;
mod orientation;
mod quadrature;
pub mod room;
mod set;
pub mod sofa;
mod spectrum;

pub use binauraliser::{Binauraliser, Ears, Filter, Knot, Placed};
pub use direction::Direction;
pub use error::HrtfError;
pub use fractional_delay::resampled_response;
pub use interpolation::HrirPair;
pub use loudness::k_weight;
pub use magnitude_fit::{Fit, fitted};
pub use minimum_phase::minimum_phase_response;
pub use orientation::Orientation;
pub use quadrature::in_quadrature;
pub use set::{HrtfSet, Measurements};
