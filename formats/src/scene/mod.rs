//! The scene: stems, what is done to them, and what is delivered; a readable XML file beside its stems.

pub mod chain;
