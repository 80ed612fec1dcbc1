//! Scenes as files: 24-bit BW64 with noise on every track, or mostly silence that takes no room on the disk.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use formats::adm::AdmId;
use formats::bw64::{ChnaChunk, ChnaRow, TrackRef};

use crate::scene::{RATE, Scene};

/// Bytes of a sample.
const SAMPLE_BYTES: u64 = 3;
/// Seconds from burst to burst in a sparse file; a burst lasts one second.
const BURST_EVERY: u64 = 60;
/// −20 dBFS: 128 tracks of noise don't overload their sum.
const PEAK: f64 = 838_860.0;

/// Where the sound is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// Noise all along.
    Dense,
    /// A second of noise each minute, holes between.
    Sparse,
}

/// Writes `scene` to `path`: BW64 with ds64, fmt, chna, axml and data.
///
/// # Errors
/// When the file cannot be written.
pub fn write_scene(path: &Path, scene: &Scene, sound: Sound) -> io::Result<()> {
    let mut axml = Vec::new();
    scene.write_axml(&mut axml)?;
    let chna = chna(scene).to_bytes();
    let tracks = u64::from(scene.tracks());
    let frame_bytes = tracks * SAMPLE_BYTES;
    let data_bytes = scene.seconds * u64::from(RATE) * frame_bytes;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let chunk_bytes = |body: u64| 8 + body + body % 2;
    let riff_bytes = 4
        + 36
        + 24
        + chunk_bytes(chna.len() as u64)
        + chunk_bytes(axml.len() as u64)
        + chunk_bytes(data_bytes);

    out.write_all(b"BW64\xff\xff\xff\xffWAVEds64")?;
    out.write_all(&28u32.to_le_bytes())?;
    for size in [riff_bytes, data_bytes, 0] {
        out.write_all(&size.to_le_bytes())?;
    }
    out.write_all(&0u32.to_le_bytes())?;

    out.write_all(b"fmt \x10\0\0\0\x01\0")?;
    out.write_all(&scene.tracks().to_le_bytes())?;
    out.write_all(&RATE.to_le_bytes())?;
    out.write_all(&((u64::from(RATE) * frame_bytes) as u32).to_le_bytes())?;
    out.write_all(&(frame_bytes as u16).to_le_bytes())?;
    out.write_all(&24u16.to_le_bytes())?;

    for (id, body) in [(b"chna", &chna), (b"axml", &axml)] {
        out.write_all(id)?;
        out.write_all(&(body.len() as u32).to_le_bytes())?;
        out.write_all(body)?;
        out.write_all(&[0][..body.len() % 2])?;
    }
    out.write_all(b"data\xff\xff\xff\xff")?;
    write_sound(&mut out, scene, sound, frame_bytes)?;
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    let end = 12 + 36 + 24 + chunk_bytes(chna.len() as u64) + chunk_bytes(axml.len() as u64) + 8 + data_bytes;
    file.set_len(end + data_bytes % 2)?;
    file.flush()
}

/// The chna chunk of a scene.
pub fn chna(scene: &Scene) -> ChnaChunk {
    let rows = scene.references().into_iter().zip(1u16..).map(|((track, pack), number)| ChnaRow {
        track_index: number,
        uid: AdmId::track_uid(u32::from(number)),
        track_ref: Some(TrackRef::parse(&track)),
        pack_ref: Some(AdmId::new(&pack)),
    });
    ChnaChunk { rows: rows.collect() }
}

fn write_sound(out: &mut BufWriter<File>, scene: &Scene, sound: Sound, frame_bytes: u64) -> io::Result<()> {
    let mut noise = Noise(0x9e37_79b9);
    let second_bytes = i64::from(RATE) * i64::try_from(frame_bytes).unwrap_or(i64::MAX);
    let mut bytes = Vec::new();
    for second in 0..scene.seconds {
        if sound == Sound::Sparse && second % BURST_EVERY != 0 {
            out.seek(SeekFrom::Current(second_bytes))?;
            continue;
        }
        bytes.clear();
        for _ in 0..u64::from(RATE) * frame_bytes / SAMPLE_BYTES {
            let [a, b, c, _] = noise.next().to_le_bytes();
            bytes.extend([a, b, c]);
        }
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// A deterministic white noise (xorshift, Marsaglia 2003).
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> i32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        ((f64::from(self.0) / f64::from(u32::MAX) * 2.0 - 1.0) * PEAK) as i32
    }
}
