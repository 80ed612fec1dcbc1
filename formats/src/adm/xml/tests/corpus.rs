use std::path::{Path, PathBuf};

use super::assert_round_trip;
use crate::adm::xml::read;

/// The folder of shared material, when this checkout has one beside it.
fn shared(part: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found =
        here.ancestors().map(|folder| folder.join("shared").join(part)).find(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: there is no shared/{part}");
    }
    found
}

fn wav_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files.extend(wav_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "wav") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

/// The axml chunk of a RIFF, RF64 or BW64 file.
fn axml(path: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let mut at = 12;
    let mut long_data = None;
    while let (Some(id), Some(mut size)) = (bytes.get(at..at + 4), number(at + 4)) {
        match id {
            b"ds64" => long_data = number(at + 16),
            b"data" if size == 0xffff_ffff => size = long_data?,
            b"axml" => return bytes.get(at + 8..(at + 8 + size).min(bytes.len())).map(<[u8]>::to_vec),
            _ => {}
        }
        at += 8 + size + (size & 1);
    }
    None
}

#[test]
fn the_corpus_is_read_without_loss() {
    let Some(folder) = shared("conformance/in") else { return };
    let mut read_files = 0;
    for path in wav_files(&folder) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Some(text) = axml(&path) else { continue };
        match read(text.as_slice()) {
            Ok((document, warnings)) => {
                read_files += 1;
                assert_ne!(name, "err_cart_mismatch");
                let rules: Vec<_> = warnings.iter().map(|warning| warning.rule).collect();
                let expected: &[&str] = if name == "err_v2_gain_in_v1" { &["v2-feature-in-v1"] } else { &[] };
                assert_eq!(rules, expected, "{name}");
                assert_round_trip(&document, &name);
            }
            Err(error) => {
                assert_eq!(name, "err_cart_mismatch", "{error}");
            }
        }
    }
    assert!(read_files > 100, "{read_files}");
}

#[test]
fn real_masters_are_read_without_loss() {
    let Some(folder) = shared("realworld") else { return };
    for path in wav_files(&folder) {
        let Some(text) = axml(&path) else { continue };
        let (document, warnings) = read(text.as_slice()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert!(warnings.is_empty(), "{path:?}: {warnings:?}");
        assert_round_trip(&document, &path.to_string_lossy());
    }
}

/// What the reader alone does with the bad files; the others are for the chunks, the references or the renderer.
#[test]
fn bad_files_are_refused_or_remarked() {
    let Some(folder) = shared("badinput/public") else { return };
    let refused = [
        ("adm-duplicate-id", "AC_00031001"),
        ("adm-missing-id", "audioObjectID"),
        ("axml-billion-laughs", "DOCTYPE"),
        ("axml-invalid-utf8", "UTF-8"),
        ("axml-json", "not XML"),
        ("axml-nest-100k", "64 deep"),
        ("axml-xxe-file", "DOCTYPE"),
        ("time-garbage", "rtime is \"abc\""),
        ("val-comma", "azimuth is \"30,0\""),
        ("val-nan", "azimuth is \"NaN\""),
    ];
    let remarked = [
        ("adm-unknown-type", "type-unknown"),
        ("val-1e308", "azimuth-range"),
        ("val-azimuth-720", "azimuth-range"),
        ("val-lowpass-0", "frequency-range"),
        ("val-width-1e9", "value-range"),
    ];
    for path in wav_files(&folder) {
        let Some(text) = axml(&path) else { continue };
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let cause = refused.iter().find(|(file, _)| *file == name).map(|(_, cause)| *cause);
        match (read(text.as_slice()), cause) {
            (Err(error), Some(cause)) => {
                let message = error.to_string();
                assert!(message.contains(cause) && message.lines().count() == 1, "{name}: {message}");
            }
            (Err(error), None) => panic!("{name}: {error}"),
            (Ok(_), Some(_)) => panic!("{name} was not refused"),
            (Ok((_, warnings)), None) => {
                let expected = remarked.iter().find(|(file, _)| *file == name).map(|(_, rule)| *rule);
                assert_eq!(warnings.first().map(|warning| warning.rule), expected, "{name}");
            }
        }
    }
}
