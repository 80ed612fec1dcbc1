use super::*;

fn ds64(riff: u64, data: u64, table_length: u32, table: &[(&[u8; 4], u64)]) -> (&'static [u8; 4], Vec<u8>) {
    let mut body = Vec::new();
    body.extend(riff.to_le_bytes());
    body.extend(data.to_le_bytes());
    body.extend(0u64.to_le_bytes());
    body.extend(table_length.to_le_bytes());
    for (id, size) in table {
        body.extend(*id);
        body.extend(size.to_le_bytes());
    }
    (b"ds64", body)
}

/// `bytes` with the size of the first chunk called `id` overwritten.
fn with_size(mut bytes: Vec<u8>, id: &[u8; 4], size: u32) -> Vec<u8> {
    let at = bytes.windows(4).position(|w| w == id).unwrap() + 4;
    bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
    bytes
}

#[test]
fn every_prefix_of_a_file_is_read_or_refused() {
    let axml = (b"axml", vec![b'x'; 33]);
    let whole = file(b"BW64", &[ds64(0, 16, 0, &[]), mono16(), ramp(), axml]);
    let whole = with_size(with_size(whole, b"data", u32::MAX), b"BW64", u32::MAX);
    for length in 0..=whole.len() {
        if let Ok(mut reader) = open(whole[..length].to_vec()) {
            let mut warnings = Vec::new();
            assert!(reader.frames() <= 8);
            reader.chna(&mut warnings).unwrap();
            assert!(first_channel(&mut reader).len() <= 8);
            assert!(reader.read_chunk(ChunkId::AXML).unwrap().is_none_or(|x| x.len() <= 33));
        }
    }
}

#[test]
fn every_damaged_byte_of_the_header_is_survived() {
    let table = ds64(200, 16, 1, &[(b"axml", 33)]);
    let chna = (b"chna", vec![1; 44]);
    let axml = (b"axml", vec![b'x'; 33]);
    let whole = file(b"RF64", &[table, mono16(), chna, ramp(), axml]);
    for at in 0..whole.len() {
        for value in [0, 1, 0x20, 0x7F, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            if let Ok(mut reader) = open(bytes) {
                let mut warnings = Vec::new();
                let _ = reader.chna(&mut warnings);
                let mut block = Planar::default();
                reader.read_planar(0, 64, &mut block).unwrap();
                for entry in reader.chunks().to_vec() {
                    assert!(entry.end() <= whole.len() as u64);
                    reader.read_entry(&entry).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_recording_that_was_not_closed_is_read_to_its_end() {
    let zero = with_size(with_size(file(b"RIFF", &[mono16(), ramp()]), b"data", 0), b"RIFF", 0);
    assert_eq!(rules(zero.clone()), ["unfinished-recording"]);
    assert_eq!(first_channel(&mut open(zero).unwrap()).len(), 8);
    let streamed = with_size(file(b"RIFF", &[mono16(), ramp()]), b"data", u32::MAX);
    assert_eq!(rules(streamed.clone()), ["streamed-size"]);
    assert_eq!(open(streamed).unwrap().frames(), 8);
    // A ds64 that was reserved and never filled.
    let reserved = file(b"RF64", &[ds64(0, 0, 0, &[]), mono16(), ramp()]);
    let reserved = with_size(with_size(reserved, b"data", u32::MAX), b"RF64", u32::MAX);
    assert_eq!(rules(reserved.clone()), ["unfinished-recording"]);
    assert_eq!(open(reserved).unwrap().frames(), 8);
}

#[test]
fn an_empty_data_chunk_is_not_mistaken_for_an_open_recording() {
    let bytes = file(b"RIFF", &[mono16(), (b"data", Vec::new()), (b"axml", b"<x/>".to_vec())]);
    assert_eq!(rules(bytes.clone()), ["empty-data"]);
    assert_eq!(open(bytes).unwrap().read_chunk(ChunkId::AXML).unwrap().unwrap(), b"<x/>");
}

#[test]
fn chunks_come_in_any_order() {
    let bytes = file(b"RIFF", &[(b"zzzz", vec![1]), ramp(), (b"axml", vec![2; 5]), mono16()]);
    let mut reader = open(bytes.clone()).unwrap();
    assert_eq!(reader.warnings().iter().map(|w| w.rule).collect::<Vec<_>>(), ["fmt-after-data"]);
    assert_eq!(first_channel(&mut reader)[3], 3.0 / 32_768.0);
    assert_eq!(reader.chunks().len(), 4);
}

#[test]
fn a_missing_pad_byte_is_noticed() {
    let mut bytes = file(b"RIFF", &[mono16(), (b"LIST", vec![9; 5]), ramp()]);
    let pad = bytes.windows(4).position(|w| w == b"LIST").unwrap() + 8 + 5;
    bytes.remove(pad);
    assert_eq!(rules(bytes.clone()), ["missing-pad-byte"]);
    assert_eq!(open(bytes).unwrap().frames(), 8);
}

#[test]
fn sizes_beyond_the_file_are_cut_and_told() {
    let huge = file(b"BW64", &[ds64(u64::MAX, 1 << 63, 0, &[]), mono16(), ramp()]);
    let huge = with_size(with_size(huge, b"data", u32::MAX), b"BW64", u32::MAX);
    assert_eq!(rules(huge.clone()), ["truncated-data"]);
    assert_eq!(open(huge).unwrap().frames(), 8);
    let axml = with_size(file(b"RIFF", &[mono16(), ramp(), (b"axml", vec![1; 6])]), b"axml", 4_000_000_000);
    assert_eq!(rules(axml.clone()), ["truncated-chunk"]);
    assert_eq!(open(axml).unwrap().read_chunk(ChunkId::AXML).unwrap().unwrap().len(), 6);
}

#[test]
fn a_ds64_table_is_used_and_never_trusted() {
    let bytes = file(b"BW64", &[ds64(0, 16, 1, &[(b"axml", 6)]), mono16(), (b"axml", vec![1; 6]), ramp()]);
    let mut bytes = with_size(with_size(bytes, b"data", u32::MAX), b"BW64", u32::MAX);
    // The last "axml" is the chunk; the first is the table's entry.
    let at = bytes.windows(4).rposition(|w| w == b"axml").unwrap() + 4;
    bytes[at..at + 4].fill(0xFF);
    let mut reader = open(bytes).unwrap();
    assert_eq!(reader.warnings(), []);
    assert_eq!(reader.read_chunk(ChunkId::AXML).unwrap().unwrap(), [1; 6]);
    assert_eq!(reader.frames(), 8);
    let bomb = file(b"BW64", &[ds64(0, 16, u32::MAX, &[]), mono16(), ramp()]);
    assert_eq!(rules(with_size(bomb, b"BW64", u32::MAX)), ["ds64-table"]);
}

#[test]
fn a_64_bit_size_without_ds64_is_refused() {
    let bytes = with_size(file(b"RF64", &[mono16(), ramp()]), b"data", u32::MAX);
    assert_eq!(refusal(bytes).rule(), Some("ds64-missing"));
}

#[test]
fn chunks_after_the_stated_end_are_read_and_garbage_is_not() {
    let mut bytes = file(b"RIFF", &[mono16(), ramp()]);
    bytes.extend(b"axml\x04\0\0\0<x/>");
    assert_eq!(rules(bytes.clone()), ["chunk-after-riff-end"]);
    bytes.extend(b"garbage!garbage!");
    assert_eq!(rules(bytes), ["chunk-after-riff-end", "trailing-bytes"]);
}

#[test]
fn contradictions_are_refused_and_repetitions_told() {
    let two = file(b"RIFF", &[mono16(), (b"fmt ", fmt(1, 255, 48_000, 510, 16)), ramp()]);
    assert_eq!(refusal(two).rule(), Some("fmt-duplicate"));
    let axml = (b"axml", b"1".to_vec());
    let bytes = file(b"RIFF", &[mono16(), axml, (b"axml", b"2".to_vec()), ramp(), ramp()]);
    assert_eq!(rules(bytes.clone()), ["duplicate-chunk", "duplicate-chunk"]);
    assert_eq!(open(bytes).unwrap().read_chunk(ChunkId::AXML).unwrap().unwrap(), b"1");
}

#[test]
fn formats_that_cannot_be_read_are_refused_by_name() {
    let cases = [
        (fmt(1, 0, 48_000, 0, 16), "fmt-channels", "0 channels"),
        (fmt(1, 1, 0, 2, 16), "fmt-rate", "rate 0"),
        (fmt(1, 1, 48_000, 0, 16), "fmt-block-align", "block align 0"),
        (fmt(1, 2, 48_000, 3, 16), "fmt-block-align", "block align 3"),
        (fmt(1, 1, 48_000, 7, 56), "fmt-bits", "56-bit"),
        (fmt(3, 1, 48_000, 2, 16), "fmt-bits", "16-bit float"),
        (fmt(0x11, 1, 48_000, 256, 4), "fmt-tag", "IMA ADPCM"),
        (fmt(0x55, 2, 48_000, 1, 0), "fmt-tag", "MP3"),
        (fmt(0xFFFE, 1, 48_000, 2, 16), "fmt-size", "EXTENSIBLE"),
        (vec![1, 0, 1], "fmt-size", "3 bytes"),
    ];
    for (body, rule, text) in cases {
        let error = refusal(file(b"RIFF", &[(b"fmt ", body), ramp()]));
        assert_eq!(error.rule(), Some(rule));
        assert!(error.to_string().contains(text), "{error}");
    }
    for (magic, name) in
        [(b"RIFX", "big-endian"), (b"FORM", "AIFF"), (b"fLaC", "FLAC"), (b"\x7fELF", "unknown")]
    {
        assert!(refusal(file(magic, &[mono16(), ramp()])).to_string().contains(name));
    }
}

#[test]
fn samples_of_fewer_bits_than_their_container_are_left_justified() {
    // 20 bits in three bytes: the lowest four bits are zero.
    let data = (b"data", vec![0xF0, 0xFF, 0x7F]);
    let mut reader = open(file(b"RIFF", &[(b"fmt ", fmt(1, 1, 48_000, 3, 20)), data])).unwrap();
    assert_eq!(reader.format().valid_bits, 20);
    assert_eq!(first_channel(&mut reader), [1.0 - 1.0 / 524_288.0]);
}

#[test]
fn too_many_chunks_are_refused_and_many_are_not() {
    let many = |n: usize| {
        let mut bytes = file(b"RIFF", &[mono16()]);
        bytes.extend(b"junk\0\0\0\0".repeat(n));
        bytes.extend(&file(b"RIFF", &[ramp()])[12..]);
        with_size(bytes, b"RIFF", 0)
    };
    assert_eq!(open(many(50_000)).unwrap().frames(), 8);
    assert_eq!(refusal(many(1 << 20)).rule(), Some("too-many-chunks"));
}

#[test]
fn compressed_metadata_is_refused_with_a_remedy() {
    let mut reader = open(file(b"RIFF", &[mono16(), (b"bxml", vec![1; 9]), ramp()])).unwrap();
    assert_eq!(reader.axml().unwrap_err().rule(), Some("bxml"));
    let mut reader = open(file(b"RIFF", &[mono16(), (b"sxml", vec![1; 9]), ramp()])).unwrap();
    assert!(reader.axml().unwrap().is_none());
}
