//! Names that a scene and a file system can hold, whatever the master calls things.

use std::collections::BTreeSet;

/// Characters of a name at most.
const LONGEST: usize = 100;
/// Bytes of a file's name at most, without folder and ending; with a temporary ending it stays below 255.
const LONGEST_FILE: usize = 100;

/// Names that stand for devices on some systems, whatever their ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// The same with a digit.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// Names of one kind, each of which is used once.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// `name`, with a number when it is taken; what differs by case alone is the same.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let with = |number: usize| if number == 1 { name.to_owned() } else { format!("{name} {number}") };
        // More numbers than there are names.
        let free = (1..=self.0.len() + 1).map(with).find(|name| !self.0.contains(&name.to_lowercase()));
        let free = free.unwrap_or_else(|| name.to_owned());
        self.0.insert(free.to_lowercase());
        free
    }
}

/// A name for a track or a programme: one line of printable characters without commas, which separate programmes.
pub(super) fn printable(name: &str, fallback: &str) -> String {
    let plain: String = name
        .chars()
        .map(|character| if character.is_control() || character == ',' { ' ' } else { character })
        .filter(|character| !is_invisible(*character))
        .take(LONGEST)
        .collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.is_empty() { fallback.to_owned() } else { plain }
}

/// What turns text around, or XML has no place for.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(character, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A name for a file: letters, digits and what no system minds. It leads nowhere else, is no device, and is never hidden.
pub(super) fn file(name: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || " -_+&()".contains(character);
    let plain = |character| if is_plain(character) { character } else { '_' };
    let mut safe = String::new();
    for character in name.chars().map(plain) {
        if safe.len() + character.len_utf8() > LONGEST_FILE {
            break;
        }
        safe.push(character);
    }
    let trimmed = safe.trim();
    let lower = trimmed.to_lowercase();
    let is_device = DEVICES.contains(&lower.as_str())
        || NUMBERED_DEVICES.iter().any(|device| {
            let rest = lower.strip_prefix(device);
            rest.is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(char::is_numeric))
        });
    if is_device || trimmed.is_empty() { format!("{trimmed}_") } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a master calls a thing, the file lies where it should.
    #[test]
    fn hostile_names_make_harmless_files() {
        for (name, expected) in [
            ("../../etc/passwd", "______etc_passwd"),
            ("/etc/shadow", "_etc_shadow"),
            ("C:\\Windows", "C__Windows"),
            ("a\0b", "a_b"),
            ("con", "con_"),
            ("NUL", "NUL_"),
            ("Lpt1", "Lpt1_"),
            ("COM\u{b9}", "COM\u{b9}_"),
            (".hidden", "_hidden"),
            ("end. ", "end_"),
            ("", "_"),
            ("   ", "_"),
            ("a/b:c*d?e\"f<g>h|i", "a_b_c_d_e_f_g_h_i"),
            ("Übergang 日本", "Übergang 日本"),
            ("company", "company"),
        ] {
            assert_eq!(file(name), expected, "{name:?}");
        }
        let long = file(&"ä".repeat(5000));
        assert!(long.len() <= LONGEST_FILE && long.chars().all(|character| character == 'ä'));
    }

    #[test]
    fn names_of_tracks_are_one_line() {
        assert_eq!(printable("DX,\nAnna\t\u{202e}x", "y"), "DX Anna x");
        assert_eq!(printable(" \u{7}\u{200b} ", "object"), "object");
        assert_eq!(printable(&"n".repeat(9999), "").len(), LONGEST);
    }

    #[test]
    fn no_two_are_the_same_by_any_case() {
        let mut names = Names::default();
        let found: Vec<String> = ["A", "a", "A 2", "a", "B"].map(|name| names.unique(name)).into();
        assert_eq!(found, ["A", "a 2", "A 2 2", "a 3", "B"]);
    }
}
