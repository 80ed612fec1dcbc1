mod edits;
mod hostile;
mod real_files;
mod round_trip;

use std::io::Cursor;

use super::*;

type Memory = Reader<Cursor<Vec<u8>>>;

/// A file of these chunks with right sizes and pad bytes.
fn file(id: &[u8; 4], chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WAVE".to_vec();
    for (id, data) in chunks {
        body.extend(*id);
        body.extend((data.len() as u32).to_le_bytes());
        body.extend(data);
        body.extend(&[0][..data.len() % 2]);
    }
    let mut bytes = id.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes
}

fn fmt(tag: u16, channels: u16, rate: u32, align: u16, bits: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(tag.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate.wrapping_mul(align.into())).to_le_bytes());
    bytes.extend(align.to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes
}

fn mono16() -> (&'static [u8; 4], Vec<u8>) {
    (b"fmt ", fmt(1, 1, 48_000, 2, 16))
}

/// Eight frames: 0, 1, 2…
fn ramp() -> (&'static [u8; 4], Vec<u8>) {
    (b"data", (0..8u16).flat_map(u16::to_le_bytes).collect())
}

fn open(bytes: Vec<u8>) -> Result<Memory, Error> {
    Reader::new(Cursor::new(bytes))
}

/// The names of the warnings of a file that opens.
fn rules(bytes: Vec<u8>) -> Vec<&'static str> {
    open(bytes).unwrap().warnings().iter().map(|w| w.rule).collect()
}

fn refusal(bytes: Vec<u8>) -> Error {
    let error = open(bytes).unwrap_err();
    assert!(!error.to_string().contains('\n'));
    error
}

fn first_channel<S: std::io::Read + std::io::Seek>(reader: &mut Reader<S>) -> Vec<f32> {
    let mut block = Planar::default();
    reader.read_planar(0, 1 << 20, &mut block).unwrap();
    block.channel(0).to_vec()
}
