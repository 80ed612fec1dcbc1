//! What the listener's side adds to a mix: headphones.

pub mod binaural;
pub mod headphone_eq;
