//! Nothing is lost: what is saved is read again, what isn't is guarded and recovered.

use std::fs;
use std::path::Path;

use formats::scene::{Role, Scene, Spatial, Time, Track};

use super::*;
use crate::edit::track_edit;

/// A sound of `seconds` at 48 kHz.
fn write_sound(path: &Path, channels: u16, frames: usize) {
    let bytes = 2 * usize::from(channels) * frames;
    let mut file = Vec::new();
    let word = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
    file.extend(b"RIFF");
    file.extend(word(36 + bytes));
    file.extend(b"WAVEfmt ");
    file.extend(word(16));
    file.extend(1_u16.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(word(48_000));
    file.extend(word(48_000 * 2 * usize::from(channels)));
    file.extend((2 * channels).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(word(bytes));
    file.extend(std::iter::repeat_n(0, bytes));
    fs::write(path, file).unwrap();
}

fn rename(document: &mut Document, name: &str) {
    document.edit("Name", vec![Edit::Name(name.to_owned())]);
    document.seal();
}

#[test]
fn a_sound_becomes_a_scene_with_its_role_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("DX_Anna_DE.wav");
    write_sound(&sound, 1, 96_000);
    let document = Document::open(&sound).unwrap();
    let track = &document.scene().tracks[0];
    assert_eq!((track.name.as_str(), &track.role), ("DX_Anna_DE", &Role::Dialogue));
    assert_eq!(track.language.as_deref(), Some("deu"));
    assert_eq!(track.clips[0].file, "DX_Anna_DE.wav");
    assert!(matches!(track.spatial, Spatial::Object(_)));
    assert!((document.seconds() - 2.0).abs() < 1e-9);
    assert!(document.is_changed(), "a new scene is nowhere on the disk");
    // Eleven channels make no bed: an object for each.
    let many = folder.path().join("FX.wav");
    write_sound(&many, 11, 480);
    let (tracks, rate) = added_stems(document.scene(), document.folder(), &many).unwrap();
    assert_eq!((tracks.len(), rate), (11, 48_000));
    assert_eq!(tracks[10].name, "FX 11");
    assert_eq!(tracks[10].clips[0].channels, [11]);
}

#[test]
fn what_is_saved_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.xml");
    write_sound(&folder.path().join("rain.wav"), 1, 48_000);
    let mut document = Document::open(&folder.path().join("rain.wav")).unwrap();
    rename(&mut document, "Rain");
    document.save_as(&path).unwrap();
    assert!(!document.is_changed());
    let again = Document::open(&path).unwrap();
    assert_eq!(again.scene(), document.scene());
    assert!(!again.is_changed());
    assert_eq!(again.mistakes().errors(), 0, "{:?}", again.mistakes().list());
    // Undone, it is not what lies on the disk.
    document.undo();
    assert!(document.is_changed());
}

#[test]
fn stems_are_found_from_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    write_sound(&folder.path().join("rain.wav"), 1, 480);
    fs::create_dir(folder.path().join("scenes")).unwrap();
    let mut document = Document::open(&folder.path().join("rain.wav")).unwrap();
    document.save_as(&folder.path().join("scenes/rain.xml")).unwrap();
    assert_eq!(document.scene().tracks[0].clips[0].file, "../rain.wav");
    let again = Document::open(&folder.path().join("scenes/rain.xml")).unwrap();
    assert!(again.stems.info("../rain.wav").is_some());
}

#[test]
fn a_crash_loses_nothing_that_was_autosaved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.xml");
    Document::new(Scene::default(), folder.path().to_path_buf()).save_as(&path).unwrap();
    let mut document = Document::open(&path).unwrap();
    assert_eq!(Document::recovery(&path), None);
    document.autosave().unwrap();
    assert_eq!(Document::recovery(&path), None, "nothing has changed");
    rename(&mut document, "Before the crash");
    document.autosave().unwrap();
    // The program ends here, and starts again.
    drop(document);
    let autosave = Document::recovery(&path).unwrap();
    let mut document = Document::open(&path).unwrap();
    assert_eq!(document.scene().name, "");
    document.recover(&autosave).unwrap();
    assert_eq!(document.scene().name, "Before the crash");
    assert!(document.is_changed());
    document.save().unwrap();
    assert_eq!(Document::recovery(&path), None, "what is saved needs no recovery");
    assert!(!autosave.exists());
}

#[test]
fn the_end_is_where_the_last_clip_ends() {
    let folder = tempfile::tempdir().unwrap();
    write_sound(&folder.path().join("a.wav"), 1, 48_000);
    let mut document = Document::open(&folder.path().join("a.wav")).unwrap();
    let later = track_edit(document.scene(), 0, |track| track.clips[0].start = Time::from_milliseconds(2500));
    document.edit("Later", later.into_iter().collect());
    assert!((document.seconds() - 3.5).abs() < 1e-9);
    document.edit("Length", vec![Edit::Length(Some(Time::from_milliseconds(9000)))]);
    assert!((document.seconds() - 9.0).abs() < 1e-9);
    assert!(Document::default().seconds() > 0.0);
}

#[test]
fn what_is_no_scene_and_no_sound_is_refused_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.xml", "<scene version=\"1\"><track/></scene>"), ("b.wav", "RIFF"), ("c.txt", "")]
    {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let message = Document::open(&path).unwrap_err().to_string();
        assert!(message.contains(name) && !message.contains('\n'), "{message}");
    }
    assert!(Document::open(folder.path()).is_err());
    assert!(Document::open(&folder.path().join("none.xml")).is_err());
}

#[test]
fn missing_stems_are_told() {
    let mut document = Document::new(Scene::default(), std::env::temp_dir());
    let mut track = Track { name: "Anna".into(), ..Track::default() };
    track.clips.push(formats::scene::Clip { file: "nowhere.wav".into(), ..Default::default() });
    document.edit("Add", vec![Edit::InsertTrack(0, Box::new(track))]);
    document.refresh();
    assert_eq!(document.mistakes().errors(), 1);
    assert!(document.mistakes().list()[0].found.contains("nowhere.wav"));
}

#[test]
fn recent_files_are_remembered_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut recent = Recent::read(Some(folder.path()));
    for name in ["a", "b", "a"] {
        recent.add(Path::new(name));
    }
    (0..20).for_each(|n| recent.add(Path::new(&format!("{n}"))));
    recent.add(Path::new("a"));
    let again = Recent::read(Some(folder.path()));
    assert_eq!(again.paths(), recent.paths());
    assert_eq!(again.paths().len(), 10);
    assert_eq!(again.paths()[0], Path::new("a"));
    assert!(Recent::read(None).paths().is_empty());
}

#[test]
fn a_recovery_that_is_put_off_is_kept_and_offered_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.xml");
    let mut document = Document::new(Scene::default(), folder.path().to_path_buf());
    document.save_as(&path).unwrap();
    let autosave = folder.path().join("scene.xml.autosave");
    std::fs::write(&autosave, "what a crash left").unwrap();
    let kept = Document::put_off(&autosave).unwrap();
    assert!(!autosave.exists() && kept != autosave);
    // An autosave of what is done now is another file.
    document.edit("Name", vec![Edit::Name("other".to_owned())]);
    document.autosave().unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "what a crash left");
    assert_eq!(Document::recovery(&path), Some(std::fs::canonicalize(&autosave).unwrap()));
    document.remove_autosave();
    assert_eq!(Document::recovery(&path), Some(std::fs::canonicalize(&kept).unwrap()));
}
