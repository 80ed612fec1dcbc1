//! The house rules of ARCHITECTURE.md and CONTRIBUTING.md that a machine can check.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Longest source file; tables of numbers (`*_table.rs`) may be longer.
const LONGEST_FILE: usize = 450;

/// What the sources of a room must not mention, and so not import.
const WALLS: &[(&str, &[&str])] = &[
    ("formats/src", &["renderer::", "hrtf::", "proscenium::"]),
    ("hrtf/src", &["renderer::", "formats::", "proscenium::"]),
    (
        "renderer/src/layout",
        &["crate::items", "crate::panner", "crate::render", "crate::engine", "crate::deliver"],
    ),
    (
        "renderer/src/items",
        &["crate::panner", "crate::render", "crate::engine", "crate::deliver", "crate::cli"],
    ),
    (
        "renderer/src/panner",
        &["crate::audio", "crate::render", "crate::engine", "crate::deliver", "crate::cli"],
    ),
    ("renderer/src/render", &["crate::engine", "crate::deliver", "crate::cli", "quick_xml", "formats::bw64"]),
    (
        "renderer/src/mix",
        &[
            "crate::items",
            "crate::panner",
            "crate::render",
            "crate::engine",
            "crate::deliver",
            "crate::cli",
            "std::fs",
            "formats::bw64",
        ],
    ),
    (
        "renderer/src/engine",
        &["crate::deliver", "crate::live", "crate::cli", "std::fs", "std::time", "formats::bw64"],
    ),
    (
        "renderer/src/loudness",
        &[
            "crate::items",
            "crate::render",
            "crate::engine",
            "crate::deliver",
            "crate::cli",
            "std::fs",
            "formats::bw64",
        ],
    ),
    (
        "renderer/src/drawing",
        &["crate::layout", "crate::loudness", "crate::engine", "crate::deliver", "crate::cli", "std::fs"],
    ),
    ("renderer/src/master", &["crate::engine", "crate::deliver", "crate::live", "crate::cli"]),
    ("renderer/src/deliver", &["crate::cli", "crate::live"]),
    ("renderer/src/live", &["crate::cli", "crate::deliver"]),
    ("renderer/src/demo", &["crate::cli", "crate::engine"]),
    (
        "viewer/src/edit",
        &["renderer::", "hrtf::", "egui", "crate::panels", "crate::view3d", "crate::document", "crate::app"],
    ),
    ("viewer/src/view3d", &["crate::panels", "crate::document", "crate::app"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace")
}

/// Every file under `folder` with one of the `endings`, in order of its path.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace").flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "out" {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let root = root();
    files(&root.join(folder), &[".rs"])
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            (name, fs::read_to_string(&path).expect("a source in UTF-8"))
        })
        .collect()
}

fn assert_none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

#[test]
fn rooms_import_only_what_stands_below_them() {
    let mut faults = Vec::new();
    for (room, forbidden) in WALLS {
        for (name, text) in sources(room) {
            // Tests may look across walls; comments may name what stands above.
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
            for (number, line) in code.lines().enumerate() {
                let line = line.split("//").next().unwrap_or("");
                let test_file = name.ends_with("tests.rs") || name.contains("/tests/");
                if !test_file && let Some(word) = forbidden.iter().find(|word| mentions(line, word)) {
                    faults.push(format!("{name}:{}: {word}", number + 1));
                }
            }
        }
    }
    assert_none("imports against the arrows of ARCHITECTURE.md", &faults);
}

/// `line` contains `word` and not as part of a longer path segment.
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(|c| part(c) || c == ':') && (word.ends_with("::") || !after.is_some_and(part))
    })
}

#[test]
fn formats_and_hrtf_depend_on_nothing_of_ours() {
    for member in ["formats", "hrtf"] {
        let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).expect("a manifest");
        let dependencies = manifest.split("[dependencies]").nth(1).expect("dependencies");
        assert!(!dependencies.contains("proscenium"), "{member} depends on a crate of ours");
    }
}

#[test]
fn files_stay_small() {
    let long = sources(".")
        .into_iter()
        .filter(|(name, _)| !name.ends_with("_table.rs"))
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect::<Vec<_>>();
    assert_none("files longer than a reader likes; split them", &long);
}

#[test]
fn nothing_is_left_unfinished() {
    let words = [
        concat!("to", "do!("),
        concat!("unimplem", "ented!("),
        concat!("not implem", "ented"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
    ];
    let mut faults = Vec::new();
    for (name, text) in sources(".") {
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                faults.push(format!("{name}:{}: {word}", number + 1));
            }
        }
    }
    assert_none("unfinished work", &faults);
}

#[test]
fn every_room_has_a_door() {
    let mut faults = Vec::new();
    for (name, text) in sources(".") {
        let door = name.ends_with("/mod.rs") || name.ends_with("/lib.rs") || name.ends_with("/main.rs");
        if door && !name.contains("tests/") && !text.starts_with("//!") {
            faults.push(name);
        }
    }
    assert_none("a mod.rs that doesn't say what its room takes and gives", &faults);
}

/// Rows of `docs/spec-map.md`: `| clause | code | test |`, where code and test are `path.rs::name`.
#[test]
fn the_spec_map_points_at_what_exists() {
    let map = fs::read_to_string(root().join("docs/spec-map.md")).expect("docs/spec-map.md");
    let mut faults = Vec::new();
    let mut rows = 0;
    for line in map.lines().filter(|line| line.starts_with('|')) {
        for place in line.split('`').skip(1).step_by(2).filter(|text| text.contains(".rs::")) {
            rows += 1;
            let (file, name) = place.split_once("::").expect("path::name");
            match fs::read_to_string(root().join(file)) {
                Err(_) => faults.push(format!("{place}: no such file")),
                Ok(text) if !defines(&text, name) => faults.push(format!("{place}: not in this file")),
                Ok(_) => {}
            }
        }
    }
    assert!(rows > 20, "only {rows} places in the spec map");
    assert_none("the spec map points at nothing", &faults);
}

fn defines(text: &str, name: &str) -> bool {
    let item = name.rsplit("::").next().unwrap_or(name);
    ["fn", "struct", "enum", "const", "static", "trait"]
        .iter()
        .any(|kind| mentions(text, &format!("{kind} {item}")))
}
