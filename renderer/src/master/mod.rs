//! Masters, opened: BW64 files with ADM, plain WAV files, and scenes, which are mixed to the master that they are.
//!
//! ```text
//!  master.wav ── Reader ── axml, chna ── items ──┬── Master: items and Input
//!  scene.xml ─── SceneInput ── to_adm ── items ──┘       Input: samples of any tracks, block by block
//! ```
//!
//! Takes a path and a [`Selection`]; gives what to render and where its samples come from. Both jobs and live playback
//! begin here.

mod error;
mod input;
mod opened;
mod picture;
pub(crate) mod pieces;
pub(crate) mod plain_wav;
mod scene;

pub use error::OpenError;
pub(crate) use input::Input;
pub use opened::Selection;
pub(crate) use opened::{Contents, Master, is_xml, programme_called, read_master};
pub(crate) use picture::{first_sample, picture_of, timecode_at};
pub(crate) use scene::{
    BadStem, SceneContents, SceneInput, StemFile, bad_responses, deliverables, read_checked,
};
pub use scene::{is_scene, read_scene, scene_text, sources};
