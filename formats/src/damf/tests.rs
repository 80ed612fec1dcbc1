//! Masters written by hand after the published examples, broken ones, and what is written against what is read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::io::Cursor;
use std::path::Path;

use super::*;
use crate::adm::{BlockFormats, ObjectPosition, ObjectsBlock};
use crate::bw64::{Encoder, SampleFormat};
use crate::profile::{FileFacts, Findings, Profile, check};

const ATMOS: &str = "\
version: 0.5.1
presentations:
  - type: home
    simplified: false
    metadata: 'Night  -  Ferry.atmos.metadata'
    audio: 'Night  -  Ferry.atmos.audio'
    offset: 3598.0
    ffoa: 3600.0
    fps: 24
    scBedConfiguration: [3]
    creationTool: Some Tool # of somebody
    trimMode:
        NoSurroundsNoHeights:
            surroundTrim: -0.75
    bedInstances:
      - description: Composite Bed
        channels:
          - channel: L
            ID: 0
          - channel: R
            ID: 1
      - channels:
          - channel: LFE
            ID: 3
    objects:
      - groupName: Dialog
        ID: 10
      - description: \"It's a \\\"car\\\"\"
        groupName: Effects
        ID: 11
";

const METADATA: &str = "\
sampleRate: 48000
events:
  - ID: 0
    samplePos: 0
    active: true
    gain: 0
    binauralRenderMode: off
  - ID: 10
    samplePos: 0
    active: true
    pos: [-1, 1, 0]
    snap: true
    elevation: false
    zones: no back
    size: 0.25
    importance: 1
    gain: -6
    rampLength: 0
    binauralRenderMode: mid
  - ID: 11
    samplePos: 4800
    pos: [0.5, -1, 1]
    rampLength: 240
  - ID: 10
    samplePos: 9600
    pos: [1, 1, 0]
    gain: -inf
    rampLength: 4800
";

/// A file of 24-bit big-endian frames, as the format's description has it.
fn caf(channels: u32, frames: u32) -> Vec<u8> {
    let mut bytes = b"caff\0\x01\0\0desc".to_vec();
    bytes.extend(32_i64.to_be_bytes());
    bytes.extend(48_000_f64.to_be_bytes());
    bytes.extend(b"lpcm");
    for word in [0, 3 * channels, 1, channels, 24] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(b"free");
    bytes.extend(5_i64.to_be_bytes());
    bytes.extend([7; 5]);
    bytes.extend(b"data");
    bytes.extend(i64::from(4 + 3 * channels * frames).to_be_bytes());
    bytes.extend(0_u32.to_be_bytes());
    for sample in 0..channels * frames {
        bytes.extend(&(sample * 256 + 1).to_be_bytes()[1..]);
    }
    bytes
}

fn write(folder: &Path, atmos: &str, metadata: &str, audio: &[u8]) {
    fs::write(folder.join("a.atmos"), atmos).unwrap();
    fs::write(folder.join("Night  -  Ferry.atmos.metadata"), metadata).unwrap();
    fs::write(folder.join("Night  -  Ferry.atmos.audio"), audio).unwrap();
}

fn blocks<'a>(document: &'a Document, name: &str) -> &'a [ObjectsBlock] {
    let channel = document.channel_formats.iter().find(|channel| channel.name == name).unwrap();
    match &channel.blocks {
        BlockFormats::Objects(blocks) => blocks,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_master_is_read_with_its_beds_events_and_sound() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), ATMOS, METADATA, &caf(5, 24_000));
    let mut master = Damf::open(&folder.path().join("a.atmos")).unwrap();
    let presentation = &master.presentation;
    assert_eq!((presentation.fps.as_deref(), presentation.offset), (Some("24"), 3598.0));
    assert_eq!(presentation.creation_tool.as_deref(), Some("Some Tool"));
    let picture = presentation.picture().unwrap();
    assert_eq!(picture.frame_rate.display(picture.start).to_string(), "00:59:58:00");
    let document = &master.document;
    let names: Vec<&str> = document.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!(names, ["Composite Bed", "Bed", "Object 10", "It's a \"car\""]);
    let contents: Vec<&str> = document.contents.iter().map(|content| content.name.as_str()).collect();
    assert_eq!(contents, ["Beds", "Dialog", "Effects"]);
    use BinauralRenderMode as Mode;
    assert_eq!(
        master.modes,
        [Mode::Off, Mode::NotIndicated, Mode::NotIndicated, Mode::Mid, Mode::NotIndicated]
    );
    let [first, second] = blocks(document, "Object 10") else { panic!("blocks") };
    let times = |block: &ObjectsBlock| {
        let seconds = |time: Option<crate::adm::AdmTime>| time.unwrap().seconds_f64();
        (
            seconds(block.common.rtime),
            seconds(block.common.duration),
            seconds(block.common.jump_position.interpolation_length),
        )
    };
    assert_eq!((times(first), times(second)), ((0.0, 0.2, 0.0), (0.2, 0.3, 0.1)));
    assert!((first.common.gain.linear() - 0.501_187).abs() < 1e-6);
    assert_eq!((second.common.gain.linear(), second.common.importance), (0.0, 0));
    let ObjectPosition::Cartesian(at) = second.position else { panic!("polar") };
    // What the second event doesn't say stays.
    assert_eq!(
        (at.x, second.width, second.special.as_ref().unwrap().channel_lock.is_some()),
        (1.0, 0.25, true)
    );
    assert_eq!(second.special.as_ref().unwrap().zone_names, ["ZM1", "ZB", "ZT"]);
    // Silent until its first event.
    let [silent, car] = blocks(document, "It's a \"car\"") else { panic!("blocks") };
    assert_eq!((silent.common.gain.linear(), car.common.gain.linear(), times(car).0), (0.0, 1.0, 0.1));
    let mut raw = Vec::new();
    assert_eq!(master.audio.read_raw(1, 2, &mut raw).unwrap(), 2);
    // The second frame begins with sample 5, 5 · 256 + 1, little-endian now.
    assert_eq!((raw.len(), &raw[..3]), (30, &[1, 5, 0][..]));
    assert_eq!(master.audio.read_raw(23_999, 9, &mut raw).unwrap(), 1);
}

/// 250 samples are 5.208 ms: between events so far apart a ramp of 250 samples stays whole, though five decimals would leave 5.20 ms
/// for it as often as 5.21.
#[test]
fn ramps_that_fit_between_events_stay_whole() {
    let presentation = Presentation::parse(ATMOS).unwrap();
    let places = [0_u64, 1_000, 1_250, 1_500, 2_000, 2_251, 2_502, 2_600];
    let mut text = "sampleRate: 48000\nevents:\n".to_owned();
    for (n, place) in places.iter().enumerate() {
        text += &format!("  - ID: 10\n    samplePos: {place}\n    pos: [0, 1, 0.{n}]\n    rampLength: 250\n");
    }
    let events = read_events(Cursor::new(text)).unwrap();
    let (document, _) =
        super::document(&presentation, &events, (48_000, 24_000, 24), &mut Vec::new()).unwrap();
    let found = blocks(&document, "Object 10");
    assert_eq!(found.len(), places.len());
    let mut end = 0.0;
    for (block, place) in found.iter().zip(places) {
        let start = block.common.rtime.unwrap().seconds_f64();
        assert!((start - end).abs() < 1e-9 && (start - place as f64 / 48_000.0).abs() < 2e-5, "{start}");
        let duration = block.common.duration.unwrap().seconds_f64();
        end = start + duration;
        let ramp = block.common.jump_position.interpolation_length.unwrap().seconds_f64();
        let expected = match place {
            0 => 0.0,
            2_502 => duration,
            _ => 0.005_208,
        };
        assert!((ramp - expected).abs() < 1e-9 && ramp <= duration, "{place}: {ramp} of {duration}");
    }
    assert_eq!(end, 0.5);
}

/// What is written reads back as what it was written from, but for the silence before first events.
#[test]
fn documents_survive_the_format() {
    let presentation = Presentation::parse(ATMOS).unwrap();
    let events = read_events(Cursor::new(METADATA)).unwrap();
    let sound = (48_000, 24_000, 24);
    let (document, modes) = super::document(&presentation, &events, sound, &mut Vec::new()).unwrap();
    let settings = DamfSettings {
        name: "it's: a #name",
        sample_rate: 48_000,
        offset: 3600.0,
        fps: "29.97df",
        creation_tool: ("Proscenium", "0.1.0"),
        modes: &modes,
    };
    let texts = to_texts(&document, &settings).unwrap();
    let back = Presentation::parse(&texts.atmos).unwrap();
    assert_eq!(back.metadata, "it's: a #name.atmos.metadata");
    assert_eq!(back.ids().collect::<Vec<_>>(), [0, 1, 3, 10, 11]);
    let picture = back.picture().unwrap();
    // An hour of drop-frame code at 29.97 is 107892 frames, a little less than an hour of the clock.
    assert_eq!(picture.frame_rate.display(picture.start).to_string(), "01:00:00;00");
    let events = read_events(Cursor::new(&texts.metadata)).unwrap();
    let (mut again, modes_again) = super::document(&back, &events, sound, &mut Vec::new()).unwrap();
    assert_eq!(modes_again, modes);
    // Two beds are one; the rest is the same.
    assert_eq!(again.channel_formats.len(), document.channel_formats.len());
    for name in ["Object 10", "It's a \"car\""] {
        assert_eq!(blocks(&again, name), blocks(&document, name), "{name}");
    }
    let mut findings = Findings::new();
    again.version = None;
    check(&again, &FileFacts::default(), Profile::Bs2076, &mut findings);
    assert_eq!(findings.count_of(crate::profile::Severity::Error), 0, "{:?}", findings.list());
    // Events that change nothing but a place say no more.
    assert!(
        texts.metadata.contains("  - ID: 11\n    samplePos: 4800\n    active: true\n    pos: [0.5, -1, 1]\n")
    );
}

#[test]
fn broken_masters_are_refused_in_one_line() {
    let (atmos, metadata) = (ATMOS, METADATA);
    let sound = caf(5, 100);
    let many: String = (0..200).map(|n| format!("      - ID: {}\n", 100 + n)).collect();
    let deep: String = (0..40).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let mut cut = sound.clone();
    cut.truncate(900);
    let mut zero = sound.clone();
    zero[44..48].fill(0);
    let mut huge = sound.clone();
    huge[44..48].fill(0xff);
    let cases: Vec<(String, &str, &[u8], &str)> = vec![
        (atmos.replace("Night  -  Ferry.atmos.audio", "../a"), metadata, &sound, "plain name"),
        (atmos.replace("Night  -  Ferry.atmos.audio", "/etc/passwd"), metadata, &sound, "plain name"),
        (atmos.replace("Night  -  Ferry.atmos.audio", "none"), metadata, &sound, "cannot read"),
        (atmos.replace("metadata: ", "meta: "), metadata, &sound, "names no `metadata`"),
        (atmos.replace("ID: 11", "ID: 10"), metadata, &sound, "two tracks"),
        (atmos.replace("ID: 11", "ID: -1"), metadata, &sound, "\"-1\""),
        (atmos.replace("channel: LFE", "channel: Subwoofer"), metadata, &sound, "Subwoofer"),
        (atmos.to_owned() + &many, metadata, &sound, "expected 1 to 128"),
        (deep, metadata, &sound, "deeper"),
        (atmos.replace("type: home", "type: &a home"), metadata, &sound, "line 3: anchors"),
        (atmos.replace("    simplified: false", "\tsimplified: false"), metadata, &sound, "tab"),
        (String::new(), metadata, &sound, "empty"),
        (atmos.to_owned(), "events:\n  - ID: ten\n", &sound, "line 2: ID is \"ten\""),
        (atmos.to_owned(), "events:\n  - pos: [0, 1]\n", &sound, "[x, y, z]"),
        (atmos.to_owned(), "events:\n  - samplePos: 99999999999999999999999\n", &sound, "whole number"),
        (atmos.to_owned(), "events:\n  - gain: nan\n", &sound, "dB or -inf"),
        (atmos.to_owned(), metadata, &sound[..20], "ends within"),
        (atmos.to_owned(), metadata, &cut, "cut off"),
        (atmos.to_owned(), metadata, &zero, "0 channels"),
        (atmos.to_owned(), metadata, &huge, "channels"),
        (atmos.to_owned(), metadata, b"RIFF....WAVE", "caff"),
    ];
    for (atmos, metadata, audio, told) in cases {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &atmos, metadata, audio);
        let error = Damf::open(&folder.path().join("a.atmos")).unwrap_err().to_string();
        assert!(error.contains(told) && !error.contains('\n'), "{told}: {error}");
    }
}

/// Bytes changed at random never make it panic or hang.
#[test]
fn mutilated_masters_end_well() {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let mut mutilate = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        for _ in 0..1 + next() % 6 {
            let at = next() as usize % bytes.len();
            match next() % 4 {
                0 => bytes[at] = next() as u8,
                1 => bytes.truncate(at + 1),
                2 => bytes.insert(at, b" -:[]'\"\n0"[next() as usize % 9]),
                _ => {
                    bytes.remove(at);
                    bytes.push(b'\n');
                }
            }
        }
        bytes
    };
    let sound = caf(2, 50);
    let mut read = 0;
    for _ in 0..3000 {
        let text = String::from_utf8_lossy(&mutilate(ATMOS.as_bytes())).into_owned();
        let events = read_events(Cursor::new(mutilate(METADATA.as_bytes()))).unwrap_or_default();
        if let Ok(presentation) = Presentation::parse(&text) {
            let made = super::document(&presentation, &events, (48_000, 24_000, 24), &mut Vec::new());
            read += usize::from(made.is_ok());
        }
        if let Ok(mut reader) = CafReader::new(Cursor::new(mutilate(&sound))) {
            let _ = reader.read_raw(0, 1000, &mut Vec::new());
        }
    }
    assert!(read > 100, "{read}");
}

#[test]
fn sound_survives_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.audio");
    let planes: Vec<f32> = (0..2 * 300).map(|n| n as f32 / 1024.0 - 0.25).collect();
    for format in [SampleFormat::Int24, SampleFormat::Float32] {
        let encoder = Encoder { format, dither: None };
        let mut writer = CafWriter::create(&path, (2, 96_000, 300), encoder).unwrap();
        writer.write_planes(&planes, 300, 300).unwrap();
        writer.complete().unwrap().publish().unwrap();
        let mut reader = CafReader::open(&path).unwrap();
        assert_eq!((reader.sample_rate(), reader.channels(), reader.frames()), (96_000, 2, 300));
        let mut raw = Vec::new();
        assert_eq!(reader.read_raw(0, 1000, &mut raw).unwrap(), 300);
        let mut out = vec![0.0; 600];
        format.decode_tracks(&raw, 2, &[0, 1], &mut out, 300);
        assert_eq!(out, planes);
    }
}
