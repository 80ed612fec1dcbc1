//! What lies in a folder, in an order.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Most entries of a folder that are listed.
const MOST_ENTRIES: usize = 5000;

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// By name.
    #[default]
    Name,
    /// What was changed last comes first.
    Changed,
    /// What is largest comes first.
    Size,
}

impl Order {
    pub(super) const NAMES: [(Self, &'static str); 3] =
        [(Self::Name, "name"), (Self::Changed, "changed"), (Self::Size, "size")];
}

/// A file or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) is_folder: bool,
    /// Bytes.
    pub(super) size: u64,
    pub(super) changed: Option<SystemTime>,
}

/// Folders, then files with one of the `endings`.
///
/// # Errors
/// When the folder can't be read; a line.
pub(super) fn read(folder: &Path, endings: &[&str], has_hidden: bool) -> Result<Vec<Entry>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let entry = |entry: fs::DirEntry| {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let found = fs::metadata(&path).ok()?;
        let is_known =
            path.extension().is_some_and(|e| endings.iter().any(|known| e.eq_ignore_ascii_case(known)));
        let is_shown = (has_hidden || !name.starts_with('.')) && (found.is_dir() || is_known);
        is_shown.then_some(Entry {
            name,
            is_folder: found.is_dir(),
            size: found.len(),
            changed: found.modified().ok(),
        })
    };
    Ok(entries.flatten().filter_map(entry).take(MOST_ENTRIES).collect())
}

/// Puts entries in order: folders first.
pub(super) fn sort(entries: &mut [Entry], order: Order) {
    entries.sort_by(|a, b| {
        let by_name = || a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.name.cmp(&b.name));
        let wanted = match order {
            Order::Changed => b.changed.cmp(&a.changed),
            Order::Size if !a.is_folder => b.size.cmp(&a.size),
            _ => std::cmp::Ordering::Equal,
        };
        b.is_folder.cmp(&a.is_folder).then(wanted).then_with(by_name)
    });
}

/// A path that was typed: from `folder` on, from the root, or from the home folder with `~`.
pub(super) fn typed(folder: &Path, text: &str, home: Option<&Path>) -> PathBuf {
    let text = text.trim();
    match (text.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => folder.join(text),
    }
}

/// Bytes for people.
pub(super) fn size_text(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    match value < 10.0 && unit > 0 {
        true => format!("{value:.1} {}", units[unit]),
        false => format!("{value:.0} {}", units[unit]),
    }
}

/// How long ago something was, for people.
pub(super) fn age_text(age: Duration) -> String {
    let minutes = age.as_secs() / 60;
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..1440 => format!("{} h ago", minutes / 60),
        _ => format!("{} d ago", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_hidden_files_only_when_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        for (name, size) in [("b.wav", 10), ("A.WAV", 30), (".c.wav", 20), ("d.txt", 40)] {
            fs::write(folder.path().join(name), vec![0; size]).unwrap();
        }
        fs::create_dir(folder.path().join("zoo")).unwrap();
        let names = |has_hidden: bool, order: Order| {
            let mut all = read(folder.path(), &["wav"], has_hidden).unwrap();
            sort(&mut all, order);
            all.into_iter().map(|entry| entry.name).collect::<Vec<_>>()
        };
        assert_eq!(names(false, Order::Name), ["zoo", "A.WAV", "b.wav"]);
        assert_eq!(names(true, Order::Size), ["zoo", "A.WAV", ".c.wav", "b.wav"]);
        let b = fs::File::options().write(true).open(folder.path().join("b.wav")).unwrap();
        b.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
        assert_eq!(names(false, Order::Changed), ["zoo", "b.wav", "A.WAV"]);
        assert!(read(&folder.path().join("nowhere"), &[], true).unwrap_err().contains("nowhere"));
    }

    #[test]
    fn paths_are_typed_from_here_from_the_root_or_from_home() {
        let (here, home) = (Path::new("/a/b"), Some(Path::new("/home/anna")));
        for (text, path) in [
            ("c.wav", "/a/b/c.wav"),
            (" ../c.wav ", "/a/b/../c.wav"),
            ("/d.wav", "/d.wav"),
            ("~", "/home/anna"),
            ("~/e/f.wav", "/home/anna/e/f.wav"),
            ("~f.wav", "/a/b/~f.wav"),
        ] {
            assert_eq!(typed(here, text, home), Path::new(path), "{text}");
        }
        assert_eq!(typed(here, "~/c", None), Path::new("/a/b/~/c"));
    }

    #[test]
    fn sizes_and_ages_are_short() {
        let sizes =
            [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (15_300, "15 kB"), (4_200_000_000, "4.2 GB")];
        for (bytes, text) in sizes {
            assert_eq!(size_text(bytes), text);
        }
        let ages = [(5, "just now"), (61, "1 min ago"), (7200, "2 h ago"), (864_000, "10 d ago")];
        for (seconds, text) in ages {
            assert_eq!(age_text(Duration::from_secs(seconds)), text);
        }
    }
}
