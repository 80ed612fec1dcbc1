use std::path::{Path, PathBuf};

use super::*;
use crate::adm::Document;

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

fn written(document: &Document, envelope: EnvelopeForm) -> String {
    let mut text = Vec::new();
    write(document, &mut text, &WriteOptions { envelope, indent: 2 }).unwrap();
    String::from_utf8(text).unwrap()
}

/// Everything but what stands around the document.
fn inner(mut document: Document) -> Document {
    document.envelope = None;
    document
}

fn assert_round_trip(document: &Document, name: &str) {
    for form in [EnvelopeForm::EbuCore, EnvelopeForm::Itu, EnvelopeForm::Original, EnvelopeForm::Bare] {
        let text = written(document, form);
        let (again, _) = read_str(&text).unwrap_or_else(|error| panic!("{name}, {form:?}: {error}\n{text}"));
        assert_eq!(inner(again), inner(document.clone()), "{name}, {form:?}");
    }
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
                println!("{name}: {warnings:?}");
                assert_round_trip(&document, &name);
            }
            Err(error) => {
                println!("{name}: {error}");
                assert_eq!(name, "err_cart_mismatch");
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
        println!("{path:?}: {warnings:?}");
        assert_round_trip(&document, &path.to_string_lossy());
    }
}

#[test]
fn bad_files_are_refused_or_remarked() {
    let Some(folder) = shared("badinput/public") else { return };
    for path in wav_files(&folder) {
        let Some(text) = axml(&path) else { continue };
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match read(text.as_slice()) {
            Ok((_, warnings)) => println!("{name}: ok {warnings:?}"),
            Err(error) => println!("{name}: ERR {error}"),
        }
    }
}
