//! A file that was written, read from the disk again: every byte summed, every sample measured, in one reading.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use formats::bw64::{ChunkId, Planar, Reader};

use super::checksum::{Checksums, Summing};
use crate::deliver::JobError;
use crate::loudness::{Measurement, Meter};
use crate::master::pieces::{PIECE_BYTES, piece_frames};

/// What lies on the disk.
#[derive(Clone, Debug)]
pub(super) struct ReadBack {
    pub(super) checksums: Checksums,
    pub(super) frames: u64,
    /// Where there was a meter.
    pub(super) measurement: Option<Measurement>,
}

/// Reads `file`, which is or will be called `path`, summing and measuring at the same time where threads are free.
/// `progress` hears of frames.
///
/// # Errors
/// When it can't be read, or `stop` said so.
pub(super) fn read_back(
    file: File,
    path: &Path,
    mut meter: Option<Meter>,
    (progress, stop): (&(dyn Fn(u64) + Sync), &(dyn Fn() -> bool + Sync)),
) -> Result<ReadBack, JobError> {
    let fault = |e: &dyn std::fmt::Display| JobError::file(path, format_args!("cannot read it back: {e}"));
    let bytes = file.try_clone().map_err(|e| fault(&e))?;
    let mut reader = Reader::new(file).map_err(|e| fault(&e))?;
    let start = reader.find(ChunkId::DATA).map_or(0, |data| data.body());
    let mut summing = Summing::default();
    sum_range(&bytes, 0..start, &mut summing).map_err(|e| fault(&e))?;
    let format = *reader.format();
    let piece = piece_frames(format.bytes_per_frame());
    let (mut raw, mut planes, mut at) = (Vec::new(), Planar::<f32>::new(0, 0), 0_u64);
    while at < reader.frames() {
        if stop() {
            return Err(JobError::Interrupted);
        }
        let got = reader.read_raw(at, piece, &mut raw).map_err(|e| fault(&e))?;
        let measure = || {
            if let Some(meter) = &mut meter {
                format.sample_format.decode(&raw, usize::from(format.channels), &mut planes);
                meter.add(planes.as_slice(), planes.stride(), got);
            }
        };
        rayon::join(|| summing.add_side_by_side(&raw), measure);
        at = at.saturating_add(got as u64);
        progress(got as u64);
        if got == 0 {
            break;
        }
    }
    let end = start.saturating_add(at.saturating_mul(format.bytes_per_frame() as u64));
    sum_range(&bytes, end..u64::MAX, &mut summing).map_err(|e| fault(&e))?;
    Ok(ReadBack { checksums: summing.finish(), frames: at, measurement: meter.map(Meter::finish) })
}

/// Sums the bytes of a range, or those up to the end of the file.
fn sum_range(file: &File, range: std::ops::Range<u64>, summing: &mut Summing) -> std::io::Result<()> {
    let (mut at, mut piece) = (range.start, vec![0; PIECE_BYTES]);
    while at < range.end {
        let wanted = usize::try_from(range.end - at).unwrap_or(usize::MAX).min(piece.len());
        match file.read_at(piece.get_mut(..wanted).unwrap_or_default(), at) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                summing.add(piece.get(..count).unwrap_or_default());
                at += count as u64;
            }
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::bw64::{AudioFormat, SampleFormat, Writer, WriterSpec};

    #[test]
    fn every_byte_is_summed_whatever_lies_round_the_samples() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.wav");
        let format = AudioFormat::new(3, 48_000, SampleFormat::Int24);
        let spec = WriterSpec { format, frames: None, dither: None };
        let mut writer = Writer::create(&path, &spec).unwrap();
        writer.add_axml(b"<x/>".to_vec()).unwrap();
        let mut block = Planar::<f32>::new(3, 40_001);
        (0..3).for_each(|channel| block.channel_mut(channel).fill(0.1 * (channel + 1) as f32));
        writer.write_planar(&block).unwrap();
        writer.add_chunk(ChunkId(*b"note"), vec![7; 300_001]).unwrap();
        writer.finish().unwrap();
        let read = read_back(File::open(&path).unwrap(), &path, None, (&|_| {}, &|| false)).unwrap();
        assert_eq!(read.checksums, Checksums::of(&std::fs::read(&path).unwrap()));
        assert_eq!(read.frames, 40_001);
    }
}
