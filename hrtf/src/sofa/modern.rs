//! Arrays of files with object headers of version 2 that `sofar` does not read: of four dimensions, or in large chunks.
//!
//! `guard` has found the headers sound. Clauses: HDF5 File Format Specification, version 3.0.

use super::classic::{Classic, Object};
use super::guard::{corrupt, offset};
use crate::HrtfError;

/// Most messages of one header.
const MOST: usize = 4096;
const CONTINUATION: u64 = 16;

/// The object whose header stands at `at`, with its data.
pub(super) fn object(bytes: &[u8], at: usize) -> Result<Object, HrtfError> {
    let mut object = header(bytes, at)?;
    Classic::nameless(bytes).load(&mut object)?;
    Ok(object)
}

/// Reads an object header of version 2 (IV.A.1.b).
fn header(bytes: &[u8], at: usize) -> Result<Object, HrtfError> {
    let wrong = || corrupt("an object header", at);
    let start = bytes.get(at..).filter(|start| start.starts_with(b"OHDR\x02")).ok_or_else(wrong)?;
    let flags = *start.get(5).ok_or_else(wrong)?;
    let times = if flags & 0x20 != 0 { 16 } else { 0 };
    let phases = if flags & 0x10 != 0 { 4 } else { 0 };
    let width = 1 << (flags & 3);
    let prefix = if flags & 4 != 0 { 6 } else { 4 };
    let length = offset(start, 6 + times + phases, width).ok_or_else(wrong)?;
    let from = at.checked_add(6 + times + phases + width).ok_or_else(wrong)?;
    let mut blocks = vec![(from, length)];
    let (mut object, mut count) = (Object::default(), 0);
    while let Some((mut at, length)) = blocks.pop() {
        let end = at.checked_add(length).filter(|end| *end <= bytes.len()).ok_or_else(wrong)?;
        while at + prefix <= end {
            let kind = u64::from(bytes[at]);
            let (from, size) = (at + prefix, offset(bytes, at + 1, 2).ok_or_else(wrong)?);
            let to = from + size;
            count += 1;
            if to > end || count > MOST {
                return Err(wrong());
            }
            let body = &bytes[from..to];
            if kind == CONTINUATION {
                // Signature in front, checksum behind.
                let block = offset(body, 0, 8).and_then(|from| from.checked_add(4)).ok_or_else(wrong)?;
                let length = offset(body, 8, 8).and_then(|length| length.checked_sub(8)).ok_or_else(wrong)?;
                blocks.push((block, length));
            } else {
                object.message(kind, body, (from, to)).ok_or_else(|| corrupt("a header message", at))?;
            }
            at = to;
        }
    }
    Ok(object)
}
