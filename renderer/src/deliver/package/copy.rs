//! Copies of the master, byte for byte, made in the same reading that sums it.

use std::io::Write;
use std::path::{Path, PathBuf};

use formats::Warning;
use formats::bw64::{OutputFile, Reader};

use super::checksum::{Checksums, Summing, Xxh128, read_open, read_pieces};
use super::run::Watch;
use crate::deliver::JobError;
use crate::deliver::faults::Faults;
use crate::master::pieces::piece_frames;

/// A copy that is being made.
#[derive(Debug)]
pub(super) struct Copy {
    /// Which of the planned files.
    pub(super) index: usize,
    pub(super) file: OutputFile,
}

/// Reads the files that the master is made of once, one after another, into all `copies`. Gives the XXH128 of it all, and the
/// copies when all of them are on the disk.
pub(super) fn copy_and_sum(
    sources: &[PathBuf],
    mut copies: Vec<Copy>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<(String, Vec<Copy>), JobError> {
    let mut sum = Xxh128::default();
    for path in sources {
        read_pieces(path, stop, &mut |piece| {
            sum.add(piece);
            for Copy { file, .. } in &mut copies {
                file.write_all(piece).map_err(|e| JobError::output(file.path(), &file.error(e)))?;
            }
            Ok(())
        })?;
    }
    for Copy { file, .. } in &mut copies {
        file.complete().map_err(|e| JobError::output(file.path(), &e))?;
    }
    Ok((sum.finish(), copies))
}

/// Samples of the file `path` that are no numbers, in all of its tracks: nothing decodes what is only copied.
pub(super) fn faults(path: &Path, (_, stop): Watch) -> Result<Vec<Warning>, JobError> {
    let fault = |e: &dyn std::fmt::Display| JobError::file(path, e);
    let mut reader = Reader::open(path).map_err(|e| fault(&e))?;
    let format = *reader.format();
    let mut faults = Faults::default();
    if !format.sample_format.is_float() {
        return Ok(Vec::new());
    }
    let tracks: Vec<usize> = (0..reader.channels()).collect();
    let piece = piece_frames(format.bytes_per_frame());
    let (mut raw, mut at) = (Vec::new(), 0_u64);
    while at < reader.frames() {
        if stop() {
            return Err(JobError::Interrupted);
        }
        let got = reader.read_raw(at, piece, &mut raw).map_err(|e| fault(&e))?;
        faults.locate(&raw, format.sample_format, tracks.len(), at, &tracks);
        at = at.saturating_add(got.max(1) as u64);
    }
    Ok(faults.warnings(format.sample_rate))
}

impl Copy {
    /// Its checksums, read from the disk, which must be those of the master.
    pub(super) fn proved(&self, master: &str, (_, stop): Watch) -> Result<Checksums, JobError> {
        let path = self.file.path();
        let file = self.file.read_back().map_err(|e| JobError::output(path, &e))?;
        let (mut summing, mut sum) = (Summing::default(), Xxh128::default());
        read_open(file, path, stop, &mut |piece| {
            summing.add(piece);
            sum.add(piece);
            Ok(())
        })?;
        if sum.finish() == master {
            return Ok(summing.finish());
        }
        Err(JobError::file(path, "is not what was written when it is read back; check the disk"))
    }
}
