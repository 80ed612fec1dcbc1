//! Where a written file begins on the time line of its picture.

use formats::bw64::chunks::bext::BextChunk;

/// The broadcast extension of a file that begins with this sample, counted from midnight: editors spot the file there.
pub(super) fn begins_at(sample: u64) -> BextChunk {
    let originator = format!("Proscenium {}", env!("CARGO_PKG_VERSION"));
    BextChunk { originator, time_reference: sample, version: 1, ..BextChunk::default() }
}
