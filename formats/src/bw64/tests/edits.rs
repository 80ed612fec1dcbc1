use std::path::PathBuf;

use super::*;

struct Scene {
    _folder: tempfile::TempDir,
    input: PathBuf,
    output: PathBuf,
}

fn scene(bytes: &[u8]) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.wav"), folder.path().join("out.wav"));
    std::fs::write(&input, bytes).unwrap();
    Scene { _folder: folder, input, output }
}

fn rewritten(bytes: &[u8], edits: &[ChunkEdit]) -> Vec<u8> {
    let scene = scene(bytes);
    rewrite_chunks(&scene.input, &scene.output, edits, &mut |_| true).unwrap();
    let result = std::fs::read(&scene.output).unwrap();
    rewrite_chunks_in_place(&scene.input, edits, &mut |_| true).unwrap();
    assert_eq!(std::fs::read(&scene.input).unwrap(), result);
    result
}

fn chunk(id: &'static [u8; 4], body: &[u8]) -> (&'static [u8; 4], Vec<u8>) {
    (id, body.to_vec())
}

#[test]
fn only_the_chunk_that_is_meant_changes() {
    let with = |axml: &[u8]| {
        file(
            b"RIFF",
            &[chunk(b"LIST", b"odd"), mono16(), chunk(b"axml", axml), ramp(), chunk(b"dbmd", b"12345")],
        )
    };
    let axml = ChunkId::AXML;
    assert_eq!(rewritten(&with(b"old"), &[]), with(b"old"));
    let replaced = rewritten(&with(b"old"), &[ChunkEdit::Replace(axml, b"a new one".to_vec())]);
    assert_eq!(replaced, with(b"a new one"));
    let removed = rewritten(&with(b"old"), &[ChunkEdit::Remove(ChunkId::DBMD), ChunkEdit::Remove(axml)]);
    assert_eq!(removed, file(b"RIFF", &[chunk(b"LIST", b"odd"), mono16(), ramp()]));
    let chna = ChunkEdit::Replace(ChunkId::CHNA, vec![7; 44]);
    let added = rewritten(&file(b"RIFF", &[mono16(), ramp()]), &[chna]);
    assert_eq!(added, file(b"RIFF", &[mono16(), ramp(), chunk(b"chna", &[7; 44])]));
}

#[test]
fn repeated_chunks_become_one() {
    let bytes = file(b"RIFF", &[mono16(), chunk(b"axml", b"1"), ramp(), chunk(b"axml", b"2")]);
    let one = rewritten(&bytes, &[ChunkEdit::Replace(ChunkId::AXML, b"3".to_vec())]);
    assert_eq!(one, file(b"RIFF", &[mono16(), chunk(b"axml", b"3"), ramp()]));
}

#[test]
fn sizes_in_ds64_stay_there_and_become_right() {
    let ds64 = |riff: u64| {
        let mut body = riff.to_le_bytes().to_vec();
        body.extend(16u64.to_le_bytes());
        body.extend(8u64.to_le_bytes());
        body.extend([0; 4]);
        (b"ds64", body)
    };
    let build = |axml: &[u8]| {
        let mut bytes = file(b"BW64", &[ds64(0), mono16(), ramp(), chunk(b"axml", axml)]);
        let riff = bytes.len() as u64 - 8;
        bytes[4..8].fill(0xFF);
        bytes[20..28].copy_from_slice(&riff.to_le_bytes());
        let data = bytes.windows(4).position(|w| w == b"data").unwrap();
        bytes[data + 4..data + 8].fill(0xFF);
        bytes
    };
    assert_eq!(rules(build(b"x")), Vec::<&str>::new());
    let edit = ChunkEdit::Replace(ChunkId::AXML, b"longer than it was".to_vec());
    assert_eq!(rewritten(&build(b"x"), &[edit]), build(b"longer than it was"));
}

#[test]
fn wrong_sizes_are_made_right() {
    let mut open_recording = file(b"RIFF", &[mono16(), ramp()]);
    open_recording[4..8].fill(0);
    let data = open_recording.windows(4).position(|w| w == b"data").unwrap();
    open_recording[data + 4..data + 8].fill(0);
    assert_eq!(rewritten(&open_recording, &[]), file(b"RIFF", &[mono16(), ramp()]));
}

#[test]
fn the_audio_and_what_is_not_there_cannot_be_edited() {
    let scene = scene(&file(b"RIFF", &[mono16(), ramp()]));
    let edit =
        |edit: ChunkEdit| rewrite_chunks(&scene.input, &scene.output, &[edit], &mut |_| true).unwrap_err();
    assert_eq!(edit(ChunkEdit::Remove(ChunkId::DATA)).rule(), Some("edit-audio"));
    assert_eq!(edit(ChunkEdit::Replace(ChunkId::FMT, Vec::new())).rule(), Some("edit-audio"));
    assert_eq!(edit(ChunkEdit::Remove(ChunkId::AXML)).rule(), Some("edit-absent"));
    assert!(rewrite_chunks(&scene.input, &scene.input, &[], &mut |_| true).unwrap_err().is_about_output());
    assert!(matches!(
        rewrite_chunks(&scene.input, &scene.output, &[], &mut |_| false).unwrap_err(),
        Error::Stopped
    ));
    assert!(!scene.output.exists());
}
