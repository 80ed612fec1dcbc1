//! ADM as XML (BS.2076-2 §5): axml text in, [`Document`](crate::adm::Document) and warnings out, and
//! back.
//!
//! ```text
//!  bytes ── source (encoding, limits) ── input (tokens) ──┐
//!                     └──── sweep (usual blocks) ─────────┤
//!                                                         ├── declare: elements, formats, blocks ── Document
//!  bytes ────────────────────────── output (escaping) ────┘
//! ```
//!
//! Elements are found by their local name, so every namespace in the wild is accepted, with or without prefix.
//! What the model does not know is kept word for word and written back.

mod blocks;
pub(super) mod context;
mod declare;
mod element_macro;
mod elements;
mod envelope;
mod formats;
mod gains;
mod input;
mod leaf;
pub mod limits;
mod objects;
mod output;
mod positions;
mod screen;
mod source;
mod special;
mod sweep;
mod tracks;
mod values;

#[cfg(test)]
mod tests;

pub use envelope::{EnvelopeForm, WriteOptions, read, read_str, write};
