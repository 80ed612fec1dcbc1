//! What a person chose of the program itself, kept from one time to the next: colours, size, and what it is listened on.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::connection::listening::Listening;
use crate::document::write_whole;
use crate::theme::{SCALES, Theme};

/// The file, in the folder of the program's state.
const FILE: &str = "preferences.json";
/// Longest file that is read, bytes.
const MOST_BYTES: u64 = 1 << 20;

/// All of it. Silence and auditions are not kept: nobody should wonder next time why it sounds otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The colours.
    pub theme: Theme,
    /// How much larger than usual everything is.
    pub scale: f32,
    /// The loudspeakers of the room, by name; the usual ones without.
    pub layout: Option<String>,
    /// Level of the monitor, dB.
    pub level_db: f64,
    /// The monitor is dimmed.
    pub is_dimmed: bool,
    /// What it is listened on.
    pub listening: Listening,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            scale: 1.0,
            layout: None,
            level_db: 0.0,
            is_dimmed: false,
            listening: Listening::default(),
        }
    }
}

/// Preferences with their file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    file: Option<PathBuf>,
    last: Preferences,
}

impl Kept {
    /// Those of the last time, kept in `folder`; the usual ones where there are none that can be read.
    pub(crate) fn read(folder: Option<&Path>) -> Self {
        let file = folder.map(|folder| folder.join(FILE));
        let mut text = String::new();
        if let Some(opened) = file.as_ref().and_then(|file| fs::File::open(file).ok())
            && opened.take(MOST_BYTES).read_to_string(&mut text).is_err()
        {
            text.clear();
        }
        let mut last: Preferences = serde_json::from_str(&text).unwrap_or_default();
        last.scale =
            if last.scale.is_finite() { last.scale.clamp(*SCALES.start(), *SCALES.end()) } else { 1.0 };
        last.listening.remote = last.listening.remote.off();
        last.level_db = if last.level_db.is_finite() { last.level_db } else { 0.0 };
        Self { file, last }
    }

    /// What was read or written last.
    pub(crate) fn last(&self) -> &Preferences {
        &self.last
    }

    /// Writes what is chosen now, where that is something else.
    pub(crate) fn keep(&mut self, now: Preferences) {
        if now == self.last {
            return;
        }
        self.last = now;
        if let Some(file) = &self.file
            && let Ok(text) = serde_json::to_string_pretty(&self.last)
        {
            // Preferences that can't be kept are the old ones next time.
            let _ = file
                .parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| write_whole(file, text.as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_come_back_and_what_is_no_file_of_theirs_is_the_usual_choice() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let mut kept = Kept::read(Some(&state));
        assert_eq!(kept.last(), &Preferences::default());
        let chosen = Preferences {
            theme: Theme::Light,
            layout: Some("0+5+0".into()),
            level_db: -6.0,
            ..Preferences::default()
        };
        kept.keep(chosen.clone());
        assert_eq!(Kept::read(Some(&state)).last(), &chosen);
        for text in ["", "[]", "{\"theme\": 7}", "\u{0}", "{\"scale\": 1e30, \"levelDb\": 2}"] {
            fs::write(state.join(FILE), text).unwrap();
            let read = Kept::read(Some(&state)).last().clone();
            assert!(SCALES.contains(&read.scale) && read.theme == Theme::Dark, "{text}: {read:?}");
        }
        fs::write(state.join(FILE), vec![b'['; 1 << 22]).unwrap();
        assert_eq!(Kept::read(Some(&state)).last(), &Preferences::default());
    }
}
