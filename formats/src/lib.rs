//! Files of object-based audio and their models: no sound is made here.
//!
//! ```text
//!  bytes ── bw64 (chunks, samples) ──┬── chna ─┐
//!                                    └── axml ─┴── adm::Document ─┬─ profile (rules, findings)
//!                                                                 └─ difference (of two, in words)
//!  scene.xml ── scene::Scene ── to_adm
//!  film.atmos, .metadata, .audio ── damf ── adm::Document, samples
//! ```
//!
//! Every parser treats its input as hostile: lengths are checked before use, walks are bounded, and a
//! parser hands back what it read together with [`Warning`]s. `Err` means that nothing usable came out.

pub mod adm;
pub mod bw64;
pub mod damf;
pub mod difference;
mod nearest;
pub mod profile;
pub mod scene;
pub mod timecode;
mod warning;

pub use nearest::nearest;
pub use warning::Warning;
