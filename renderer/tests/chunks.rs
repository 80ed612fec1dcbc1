//! `proscenium chunks`, as a user runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use formats::bw64::{AudioFormat, ChunkId, Planar, Reader, SampleFormat, Writer, WriterSpec};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proscenium"))
        .arg("chunks")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// A file of 100 frames with an axml and a dbmd.
fn master(folder: &Path) {
    let format = AudioFormat::new(2, 48_000, SampleFormat::Int24);
    let spec = WriterSpec { format, frames: None, dither: None };
    let mut writer = Writer::create(&folder.join("in.wav"), &spec).unwrap();
    let mut block = Planar::<f32>::new(2, 100);
    block.channel_mut(1).fill(0.25);
    writer.write_planar(&block).unwrap();
    writer.add_axml(b"<old/>".to_vec()).unwrap();
    writer.add_chunk(ChunkId::DBMD, vec![6, 0, 0, 1, 0]).unwrap();
    writer.finish().unwrap();
}

fn ids(path: &Path) -> Vec<String> {
    Reader::open(path).unwrap().chunks().iter().map(|chunk| chunk.id.to_string()).collect()
}

#[test]
fn it_lists_as_text_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    master(folder.path());
    let text = String::from_utf8(run(folder.path(), &["in.wav"]).stdout).unwrap();
    let names: Vec<&str> = text.lines().skip(2).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["JUNK", "fmt", "data", "axml", "dbmd"]);
    let json = run(folder.path(), &["in.wav", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["container"], "RIFF");
    assert_eq!(json["chunks"][2]["id"], "data");
    assert_eq!(json["chunks"][2]["size"], 600);
}

#[test]
fn it_extracts_replaces_and_removes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    assert_eq!(run(folder, &["in.wav", "--extract", "axml"]).stdout, b"<old/>");
    assert!(run(folder, &["in.wav", "--extract", "axml", "-o", "old.xml"]).status.success());
    assert_eq!(std::fs::read(folder.join("old.xml")).unwrap(), b"<old/>");
    std::fs::write(folder.join("new.xml"), "<longer/>").unwrap();
    let before = std::fs::read(folder.join("in.wav")).unwrap();
    let edit = ["in.wav", "--replace", "axml=new.xml", "--remove", "dbmd", "-o", "out.wav"];
    assert!(run(folder, &edit).status.success());
    assert_eq!(std::fs::read(folder.join("in.wav")).unwrap(), before);
    let out = folder.join("out.wav");
    assert_eq!(ids(&out), ["JUNK", "fmt", "data", "axml"]);
    let mut reader = Reader::open(&out).unwrap();
    assert_eq!(reader.read_chunk(ChunkId::AXML).unwrap().unwrap(), b"<longer/>");
    let mut block = Planar::default();
    reader.read_planar(0, 200, &mut block).unwrap();
    assert_eq!(block.channel(1), [0.25; 100]);
    assert!(run(folder, &["out.wav", "--replace", "axml=old.xml", "--in-place"]).status.success());
    assert_eq!(Reader::open(&out).unwrap().read_chunk(ChunkId::AXML).unwrap().unwrap(), b"<old/>");
}

#[test]
fn a_replacement_that_cannot_be_read_is_written_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    std::fs::write(folder.join("junk"), "junk").unwrap();
    for edit in ["axml=junk", "chna=junk"] {
        let output = run(folder, &["in.wav", "--replace", edit, "-o", "out.wav"]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{message}");
        assert!(message.lines().count() == 1 && message.contains("[replacement-unreadable]"), "{message}");
        std::fs::remove_file(folder.join("out.wav")).unwrap();
        let output = run(folder, &["in.wav", "--replace", edit, "-o", "out.wav", "--strict"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(!folder.join("out.wav").exists());
    }
    // What a chunk without meaning for this program holds is nobody's business.
    let output = run(folder, &["in.wav", "--replace", "note=junk", "-o", "out.wav"]);
    assert_eq!((output.status.success(), output.stderr.as_slice()), (true, &b""[..]));
}

#[test]
fn what_cannot_be_done_is_said_in_one_line_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder);
    let cases: [(&[&str], &str); 6] = [
        (&["in.wav", "--extract", "zzzz"], "zzzz"),
        (&["in.wav", "--remove", "bext", "-o", "out.wav"], "bext"),
        (&["in.wav", "--remove", "data", "-o", "out.wav"], "data"),
        (&["in.wav", "--remove", "dbmd", "-o", "in.wav"], "in.wav"),
        (&["in.wav", "--remove", "dbmd"], "--in-place"),
        (&["none.wav"], "none.wav"),
    ];
    for (arguments, text) in cases {
        let output = run(folder, arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains(text), "{message}");
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
}
