//! Checksums: MD5 and SHA-256 in one reading, sidecars that `md5sum -c` and `sha256sum -c` read, C4 of the hash list; and XXH128 of
//! what a delivery is made of, which is as quick as reading.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use md5::Md5;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};
use twox_hash::XxHash3_128;

use super::super::JobError;

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 1 << 20;
/// Digits of a C4 identifier.
const C4_DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Characters of a C4 identifier after its `c4`.
const C4_LENGTH: usize = 88;

/// What a file is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checksums {
    /// Length of the file.
    pub bytes: u64,
    /// 32 hexadecimal digits.
    pub md5: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

/// Takes bytes and gives their [`Checksums`].
#[derive(Clone, Debug, Default)]
pub(super) struct Summing {
    bytes: u64,
    md5: Md5,
    sha256: Sha256,
}

impl Summing {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        self.md5.update(bytes);
        self.sha256.update(bytes);
    }

    /// The same, both sums at the same time where threads are free.
    pub(super) fn add_side_by_side(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        rayon::join(|| self.md5.update(bytes), || self.sha256.update(bytes));
    }

    pub(super) fn finish(self) -> Checksums {
        Checksums { bytes: self.bytes, md5: hex(&self.md5.finalize()), sha256: hex(&self.sha256.finalize()) }
    }
}

/// Takes bytes and gives their XXH128: 32 hexadecimal digits, as `xxh128sum` and ASC MHL have them.
#[derive(Default)]
pub(super) struct Xxh128(XxHash3_128);

impl Xxh128 {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    pub(super) fn finish(&self) -> String {
        format!("{:032x}", self.0.finish_128())
    }
}

impl Checksums {
    /// Of a text in memory.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut summing = Summing::default();
        summing.add(bytes);
        summing.finish()
    }

    /// Of a file. `progress` hears of every piece, `stop` is asked before it.
    ///
    /// # Errors
    /// When the file can't be read, or `stop` said so.
    pub(super) fn of_file(
        path: &Path,
        progress: &(dyn Fn(u64) + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, JobError> {
        let mut summing = Summing::default();
        read_pieces(path, stop, &mut |piece| {
            summing.add(piece);
            progress(piece.len() as u64);
            Ok(())
        })?;
        Ok(summing.finish())
    }

    /// The two sidecars of a file called `name`: their endings and lines.
    pub(super) fn sidecars(&self, name: &str) -> [(&'static str, String); 2] {
        [("md5", format!("{}  {name}\n", self.md5)), ("sha256", format!("{}  {name}\n", self.sha256))]
    }
}

/// The XXH128 of files one after another.
///
/// # Errors
/// When one can't be read, or `stop` said so.
pub(super) fn sum_of(
    files: &[impl AsRef<Path>],
    progress: &(dyn Fn(u64) + Sync),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<String, JobError> {
    let mut sum = Xxh128::default();
    for path in files {
        read_pieces(path.as_ref(), stop, &mut |piece| {
            sum.add(piece);
            progress(piece.len() as u64);
            Ok(())
        })?;
    }
    Ok(sum.finish())
}

/// Hands all of a file to `take`, piece by piece.
pub(super) fn read_pieces(
    path: &Path,
    stop: &(dyn Fn() -> bool + Sync),
    take: &mut dyn FnMut(&[u8]) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let file = File::open(path).map_err(|e| JobError::file(path, format_args!("cannot read: {e}")))?;
    read_open(file, path, stop, take)
}

/// The same for a file that is open.
pub(super) fn read_open(
    mut file: File,
    path: &Path,
    stop: &(dyn Fn() -> bool + Sync),
    take: &mut dyn FnMut(&[u8]) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let fault = |e: std::io::Error| JobError::file(path, format_args!("cannot read: {e}"));
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        if stop() {
            return Err(JobError::Interrupted);
        }
        match file.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => take(piece.get(..count).unwrap_or_default())?,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(fault(e)),
        }
    }
}

/// XXH128 of a file, hexadecimal.
///
/// # Errors
/// When it can't be read.
pub fn digest(path: &Path) -> Result<String, JobError> {
    sum_of(&[path], &|_| {}, &|| false)
}

/// SHA-256 of a text, hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SMPTE ST 2114: SHA-512 as a number of base 58.
pub(super) fn c4(bytes: &[u8]) -> String {
    let mut number: Vec<u8> = Sha512::digest(bytes).to_vec();
    let mut digits = Vec::with_capacity(C4_LENGTH);
    for _ in 0..C4_LENGTH {
        let mut rest = 0_usize;
        for byte in &mut number {
            let value = rest * 256 + usize::from(*byte);
            // A quotient of less than 58 * 256 by 58 is a byte.
            *byte = u8::try_from(value / 58).unwrap_or(u8::MAX);
            rest = value % 58;
        }
        digits.push(C4_DIGITS[rest]);
    }
    "c4".chars().chain(digits.iter().rev().map(|digit| char::from(*digit))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 1321 §A.5, FIPS 180-4 example of `abc`; the C4 of `abc` is the SHA-512 of FIPS 180-4 in base 58.
    #[test]
    fn checksums_of_the_standards() {
        let of_abc = Checksums::of(b"abc");
        assert_eq!(of_abc.bytes, 3);
        assert_eq!(of_abc.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(of_abc.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(of_abc.sidecars("a.wav")[0], ("md5", "900150983cd24fb0d6963f7d28e17f72  a.wav\n".into()));
        // `ascmhl-debug hash -h c4` 1.2 of a file with these three bytes.
        assert_eq!(c4(b"abc"), C4_OF_ABC);
    }

    const C4_OF_ABC: &str =
        "c45S4rnaTNWonxss1u8LzsaJdEph1AJhWUF4sh2waXKMsutyfAxg4ybUeuXVWS9HdNcEypmeXn8FZGonD4w1rj9DZp";

    #[test]
    fn a_file_sums_to_what_its_bytes_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let bytes: Vec<u8> = (0..3 * PIECE_BYTES / 2).map(|n| (n % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let found = Checksums::of_file(&path, &|_| {}, &|| false).unwrap();
        assert_eq!(found, Checksums::of(&bytes));
        // `xxh3_128_hexdigest` of Python's xxhash 4.1.0.
        assert_eq!(digest(&path).unwrap(), "fea71bc1411b3f13e08f793650959110");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(digest(&path).unwrap(), "06b05ab6733a618578af5f94892f3950");
        assert!(matches!(Checksums::of_file(&path, &|_| {}, &|| true), Err(JobError::Interrupted)));
    }
}
