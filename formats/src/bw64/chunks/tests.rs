use super::bext::{BextChunk, BextLoudness};
use super::chna::{ChnaChunk, ChnaRow, TrackRef};
use super::dbmd::{DbmdChunk, Segment, SegmentContent};
use super::ds64::Ds64;
use super::fmt::AudioFormat;
use crate::bw64::{ChunkId, SampleFormat};

fn row(index: u16, uid: &[u8], track: &[u8], pack: &[u8], pad: u8) -> Vec<u8> {
    let mut bytes = index.to_le_bytes().to_vec();
    for (text, width) in [(uid, 12), (track, 14), (pack, 11)] {
        bytes.extend(text.iter().copied().chain(std::iter::repeat(pad)).take(width));
    }
    bytes.push(pad);
    bytes
}

fn chna(tracks: u16, uids: u16, rows: &[Vec<u8>]) -> (ChnaChunk, Vec<&'static str>) {
    let mut body = [tracks.to_le_bytes(), uids.to_le_bytes()].concat();
    body.extend(rows.concat());
    let mut warnings = Vec::new();
    let chunk = ChnaChunk::parse(&body, &mut warnings);
    (chunk, warnings.iter().map(|w| w.rule).collect())
}

#[test]
fn chna_reads_both_kinds_of_reference_and_padding() {
    let first = row(1, b"ATU_00000001", b"AT_00031001_01", b"AP_00031001", b' ');
    let second = row(2, b"ATU_00000002", b"AC_00010003_00", b"", 0);
    let (chunk, warnings) = chna(2, 2, &[first, second]);
    assert!(warnings.is_empty());
    let expected = [
        ChnaRow {
            track_index: 1,
            uid: "ATU_00000001".into(),
            track_ref: Some(TrackRef::TrackFormat("AT_00031001_01".into())),
            pack_ref: Some("AP_00031001".into()),
        },
        ChnaRow {
            track_index: 2,
            uid: "ATU_00000002".into(),
            track_ref: Some(TrackRef::ChannelFormat("AC_00010003".into())),
            pack_ref: None,
        },
    ];
    assert_eq!(chunk.rows, expected);
    let again = ChnaChunk::parse(&chunk.to_bytes(), &mut Vec::new());
    assert_eq!(again, chunk);
    assert_eq!(chunk.to_bytes().len(), 4 + 2 * 40);
}

#[test]
fn chna_tells_what_it_leaves_out() {
    let good = || row(1, b"ATU_00000001", b"AT_00031001_01", b"AP_00031001", 0);
    let unused = || vec![0; 40];
    assert_eq!(chna(1, 1, &[good(), unused(), unused()]).1, Vec::<&str>::new());
    assert_eq!(chna(65_535, 65_535, &[good()]).1, ["chna-count"]);
    assert_eq!(chna(1, 1, &[good(), good()]).1, ["chna-count"]);
    assert_eq!(chna(5, 1, &[good()]).1, ["chna-track-count"]);
    assert_eq!(chna(1, 1, &[row(0, b"ATU_00000001", b"", b"", 0)]).1, ["chna-row"]);
    assert_eq!(chna(1, 1, &[row(1, b"ATU_\xff\xfe\x00001", b"", b"", 0)]).1, ["chna-row"]);
    assert_eq!(chna(1, 1, &[row(1, b"ATU_0000\x0001", b"", b"", 0)]).1, ["chna-row"]);
    let mut warnings = Vec::new();
    assert!(ChnaChunk::parse(&[1, 0], &mut warnings).rows.is_empty());
    assert_eq!(warnings.len(), 1);
}

#[test]
fn bext_survives_and_keeps_its_fields_apart() {
    let chunk = BextChunk {
        description: "Reel 1".into(),
        originator: "Ü".into(),
        time_reference: 0x0001_2345_6789_ABCD,
        version: 2,
        umid: "0f".repeat(64),
        loudness: BextLoudness {
            integrated_lufs: Some(-23.0),
            range_lu: None,
            max_true_peak_dbtp: Some(-1.53),
            ..BextLoudness::default()
        },
        coding_history: "A=PCM,F=48000\r\nA=X".into(),
        ..BextChunk::default()
    };
    let bytes = chunk.to_bytes();
    assert_eq!(BextChunk::parse(&bytes).as_ref(), Some(&chunk));
    // Offsets of EBU Tech 3285 v2: time reference 338, version 346, loudness 412 in hundredths.
    assert_eq!(bytes[338..346], 0x0001_2345_6789_ABCDu64.to_le_bytes());
    assert_eq!(bytes[346..348], [2, 0]);
    assert_eq!(bytes[412..414], (-2300i16).to_le_bytes());
    assert_eq!(bytes[414..416], 0x7FFFi16.to_le_bytes());
    assert_eq!(BextChunk::parse(&bytes[..601]), None);
    let version_0 = BextChunk { version: 0, ..chunk };
    let read = BextChunk::parse(&version_0.to_bytes()).unwrap();
    assert_eq!((read.umid.as_str(), read.loudness), ("", BextLoudness::default()));
}

/// Bytes of a Dolby Digital Plus segment as Dolby's conversion tool writes it: 96 bytes, checksum 0xAD.
#[test]
fn dbmd_segments_are_read_checked_and_kept() {
    let mut payload = vec![0; 96];
    for (at, byte) in [(1, 0x47), (5, 0x60), (8, 0x24), (9, 0x24), (14, 0x02), (15, 0x02)] {
        payload[at] = byte;
    }
    let segment = Segment::new(7, payload);
    assert_eq!(segment.checksum, 0xAD);
    let SegmentContent::DolbyDigitalPlus(content) = segment.content() else { panic!() };
    assert!(content.lfe_on && content.copyright && content.original && !content.language_code);
    assert_eq!((content.audio_coding_mode, content.dialnorm), (7, 31));
    let chunk = DbmdChunk {
        version: [1, 0, 0, 6],
        segments: vec![segment, Segment::new(99, vec![5])],
        rest: vec![0],
    };
    let mut bytes = chunk.to_bytes();
    assert_eq!(bytes[..7], [6, 0, 0, 1, 7, 96, 0]);
    let mut warnings = Vec::new();
    assert_eq!(DbmdChunk::parse(&bytes, &mut warnings), chunk);
    assert!(warnings.is_empty());
    bytes[8] ^= 1;
    assert_eq!(DbmdChunk::parse(&bytes, &mut warnings).to_bytes(), bytes);
    assert_eq!(warnings.len(), 1);
    assert_eq!(DbmdChunk::parse(&bytes[..3], &mut warnings), DbmdChunk::default());
    for end in 4..bytes.len() {
        assert_eq!(DbmdChunk::parse(&bytes[..end], &mut Vec::new()).to_bytes(), &bytes[..end]);
    }
}

#[test]
fn an_atmos_supplement_reads_its_trims_and_modes() {
    let mut payload = 0xF872_6FBDu32.to_le_bytes().to_vec();
    payload.extend([2, 0, 0]);
    for layout in 0..9 {
        let mut trim = [0; 15];
        if layout == 1 {
            trim[1..5].copy_from_slice(&(-3.0f32).to_le_bytes());
            trim[9..13].copy_from_slice(&1.5f32.to_le_bytes());
            (trim[13], trim[14]) = (0x80 | 127, 0x80);
        } else {
            trim[0] = 1;
        }
        payload.extend(trim);
    }
    payload.extend([1, 0, 0b0100_0001, 0b1000_0100]);
    let SegmentContent::AtmosSupplement(content) = Segment::new(10, payload).content() else { panic!() };
    assert_eq!(content.trims.iter().filter(|t| t.manual.is_some()).count(), 1);
    let trim = content.trims[1].manual.unwrap();
    assert_eq!(content.trims[1].layout, "5.1");
    assert_eq!((trim.centre_db, trim.surround_db, trim.height_db), (-3.0, 0.0, 1.5));
    assert_eq!((trim.balance_overhead_floor, trim.balance_listener), (-1.0, 0.0));
    assert_eq!(content.trim_bypass_codes, [1, 0]);
    let modes: Vec<_> = content.headphone.iter().map(|m| (m.head_track_code, m.binaural)).collect();
    assert_eq!(modes, [(1, "near"), (2, "not indicated")]);
}

#[test]
fn ds64_keeps_its_table() {
    let ds64 = Ds64 {
        riff_size: 1 << 40,
        data_size: 1 << 39,
        sample_count: 7,
        table: vec![(ChunkId::AXML, 1 << 33)],
    };
    let bytes = ds64.to_bytes(64);
    assert_eq!(bytes.len(), 64);
    assert_eq!(Ds64::parse(&bytes, 12, &mut Vec::new()).unwrap(), ds64);
    assert!(Ds64::parse(&bytes[..23], 12, &mut Vec::new()).is_err());
}

/// Bytes of WAVEFORMATEXTENSIBLE for 5.1, 24 bits (Microsoft, mmreg.h).
#[test]
fn a_channel_mask_makes_the_format_extensible() {
    let format = AudioFormat::new(6, 48_000, SampleFormat::Int24).with_channel_mask(0x3F);
    let bytes = format.to_bytes();
    let tail =
        [22, 0, 24, 0, 0x3F, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
    assert_eq!(bytes[..4], [0xFE, 0xFF, 6, 0]);
    assert_eq!(bytes[16..], tail);
    assert_eq!(AudioFormat::parse(&bytes, 12, &mut Vec::new()).unwrap(), format);
    assert_eq!(AudioFormat::new(6, 48_000, SampleFormat::Int24).to_bytes().len(), 16);
}
