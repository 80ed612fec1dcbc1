//! The Dolby Atmos Master Format: a text `film.atmos` that names two siblings, the events of `film.atmos.metadata` and the sound
//! of `film.atmos.audio` (Core Audio Format, linear PCM).
//!
//! ```text
//!  film.atmos ──────────── yaml ── Presentation ─┐
//!  film.atmos.metadata ─── yaml ── Event, Event … ┴── to_adm ── adm::Document
//!  film.atmos.audio ────── CafReader                  from_adm ── texts;  CafWriter
//! ```
//!
//! Facts are those that public programs which read and write it state (version 0.5.1 of the format). Siblings are only ever
//! looked for in the folder of the `.atmos` file, whatever its text says.

mod caf;
mod error;
mod events;
mod from_adm;
mod labels_table;
mod presentation;
#[cfg(test)]
mod tests;
mod to_adm;
mod yaml;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

pub use caf::{CafReader, CafWriter, CompleteCaf};
pub use error::Error;
pub use events::{Event, Zones, read_events};
pub use from_adm::{DamfSettings, DamfTexts, to_texts};
pub use presentation::{BedInstance, ObjectEntry, Presentation};
pub use to_adm::document;

use crate::Warning;
use crate::adm::Document;
use crate::bw64::chunks::dbmd::BinauralRenderMode;

/// Bytes of the `.atmos` text at most.
const MAX_TEXT_BYTES: u64 = 4 << 20;

/// A master that is open.
#[derive(Debug)]
pub struct Damf {
    /// What the `.atmos` text says.
    pub presentation: Presentation,
    /// What it is in ADM: one programme, a content with beds and objects in the order of the tracks.
    pub document: Document,
    /// How each track is to be heard on headphones.
    pub modes: Vec<BinauralRenderMode>,
    /// Its sound.
    pub audio: CafReader<BufReader<File>>,
    /// The three files.
    pub files: [PathBuf; 3],
    /// What was found and put right.
    pub warnings: Vec<Warning>,
}

/// Whether `path` is a master of this format by its name.
pub fn is_damf(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("atmos"))
}

impl Damf {
    /// Opens `path` and the siblings that it names.
    ///
    /// # Errors
    /// When a file is missing or is not what it should be.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let presentation = Presentation::parse(&text).map_err(|fault| fault.of(path))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut warnings = Vec::new();
        let metadata = sibling(folder, &presentation.metadata, path)?;
        let audio_file = sibling(folder, &presentation.audio, path)?;
        let audio = CafReader::open(&audio_file)?;
        let tracks = presentation.tracks();
        if tracks > audio.channels() {
            let channels = audio.channels();
            return Err(Error::new(
                &audio_file,
                format!("has {channels} channels, and {} names {tracks}", path.display()),
            ));
        }
        let text = File::open(&metadata).map_err(|source| Error::Read { file: metadata.clone(), source })?;
        let events = read_events(BufReader::new(text)).map_err(|fault| fault.of(&metadata))?;
        let (document, modes) = to_adm::document(
            &presentation,
            &events,
            (audio.sample_rate(), audio.frames(), u32::from(audio.format().bits())),
            &mut warnings,
        )
        .map_err(|fault| fault.of(&metadata))?;
        let files = [path.to_path_buf(), metadata, audio_file];
        Ok(Self { presentation, document, modes, audio, files, warnings })
    }
}

fn read_text(path: &Path) -> Result<String, Error> {
    let fault = |source| Error::Read { file: path.to_path_buf(), source };
    let mut text = String::new();
    File::open(path).map_err(fault)?.take(MAX_TEXT_BYTES + 1).read_to_string(&mut text).map_err(fault)?;
    if text.len() as u64 > MAX_TEXT_BYTES {
        return Err(Error::new(
            path,
            format!("is longer than a master's text may be, {MAX_TEXT_BYTES} bytes"),
        ));
    }
    Ok(text)
}

/// The file `name` beside the master. A name that leads elsewhere is refused.
fn sibling(folder: &Path, name: &str, master: &Path) -> Result<PathBuf, Error> {
    let is_plain = !name.is_empty()
        && name != "."
        && name != ".."
        && !name.contains(['/', '\\', '\0'])
        && Path::new(name).file_name().is_some_and(|own| own == name);
    if !is_plain {
        let shown: String = name.chars().take(60).collect();
        let message = format!(
            "names the file {shown:?}, which is not a plain name; the files of a master lie side by side"
        );
        return Err(Error::new(master, message));
    }
    Ok(folder.join(name))
}
