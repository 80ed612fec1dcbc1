//! What is made sure of before a file's structure is handed to the reader.
//!
//! `sofar` believes a file: it follows references without end, adds without a look and checks no checksum. So every
//! object header is found by its signature and walked here first. Checksums must hold; a block of messages
//! may be continued only once; stored chunks must lie inside their array; and of the attributes only plain text
//! is left standing, the others (references of dimensions to each other) being made empty messages in a copy.

use std::collections::BTreeSet;

use super::lookup3::lookup3;
use crate::HrtfError;

const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// Most bytes of all values of the file's variables: `sofar` reads up to 256 MiB for one.
pub(super) const MOST_DATA: u64 = 512 << 20;
/// Most object headers: a SOFA file has about thirty.
const MOST_OBJECTS: usize = 4096;

/// Kinds of header messages.
const NOTHING: u8 = 0;
const DATASPACE: u8 = 1;
const LAYOUT: u8 = 8;
const ATTRIBUTE: u8 = 12;
const CONTINUATION: u8 = 16;
/// Attributes of this class are text of fixed length.
const TEXT: u8 = 3;

/// A file whose structure may be read.
pub(super) enum Structure {
    /// Headers of version 2: for `sofar`, made safe.
    Netcdf4(Vec<u8>),
    /// Headers of version 1, the root's at this address: for [`super::classic`].
    Classic(usize),
}

/// Tells which reader a file is for, and makes it safe for `sofar`.
///
/// # Errors
/// When the structure is not HDF5, truncated or corrupt.
pub(super) fn check(bytes: &[u8]) -> Result<Structure, HrtfError> {
    let root = superblock(bytes)?;
    let mut guard = Guard { bytes: bytes.to_vec(), continued: BTreeSet::new(), data: 0, objects: 0 };
    if guard.bytes.get(root..).and_then(|at| at.get(..4)) != Some(b"OHDR") {
        return Ok(Structure::Classic(root));
    }
    let mut at = 0;
    while let Some(found) = find(&guard.bytes, at) {
        match &guard.bytes[found..found + 4] {
            b"OHDR" => guard.object(found)?,
            _ => guard.heap(found)?,
        }
        at = found + 4;
    }
    Ok(Structure::Netcdf4(guard.bytes))
}

/// The next signature of an object header or a fractal heap.
fn find(bytes: &[u8], from: usize) -> Option<usize> {
    let at = |window: &[u8]| matches!(window, b"OHDR\x02" | b"FRHP\x00");
    bytes.get(from..)?.windows(5).position(at).map(|found| from + found)
}

pub(super) fn corrupt(what: &str, at: usize) -> HrtfError {
    HrtfError::new(format!("corrupt HDF5 structure: {what} at byte {at}"))
}

pub(super) fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

pub(super) fn offset(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    usize::try_from(number(bytes, at, length)?).ok()
}

/// Checks the superblock; gives the address of the root group's header.
fn superblock(bytes: &[u8]) -> Result<usize, HrtfError> {
    if bytes.get(..8) != Some(&SIGNATURE) {
        return Err(HrtfError::new("not a SOFA file: it has no HDF5 signature"));
    }
    let cut = || HrtfError::new("truncated: the HDF5 superblock is not whole");
    let version = *bytes.get(8).ok_or_else(cut)?;
    let (sizes, end, root, sum) = match version {
        0 => (13, 24 + 16, 24 + 32 + 8, None),
        1 => (13, 28 + 16, 28 + 32 + 8, None),
        2 | 3 => (9, 12 + 16, 12 + 24, Some(44)),
        _ => return Err(corrupt(&format!("a superblock of version {version}"), 8)),
    };
    if bytes.get(sizes..sizes + 2).ok_or_else(cut)? != [8, 8] {
        return Err(corrupt("offsets and lengths that are not of 8 bytes", sizes));
    }
    let end = number(bytes, end, 8).ok_or_else(cut)?;
    if end != bytes.len() as u64 {
        let what = if end > bytes.len() as u64 { "truncated" } else { "invalid size" };
        return Err(HrtfError::new(format!("{what}: the file has {} bytes of {end}", bytes.len())));
    }
    if let Some(sum) = sum
        && number(bytes, sum, 4) != bytes.get(..sum).map(|bytes| u64::from(lookup3(bytes)))
    {
        return Err(corrupt("a wrong checksum of the superblock", 0));
    }
    offset(bytes, root, 8).ok_or_else(cut)
}

pub(super) fn too_large(shape: &[u64]) -> HrtfError {
    let shape = shape.iter().map(u64::to_string).collect::<Vec<_>>().join(" × ");
    HrtfError::new(format!("an array of {shape} values is too large: the limit is {} MiB", MOST_DATA >> 20))
}

struct Guard {
    bytes: Vec<u8>,
    continued: BTreeSet<usize>,
    data: u64,
    objects: usize,
}

/// The messages of one block: from, to, and the bytes of a message's header.
struct Block {
    from: usize,
    to: usize,
    prefix: usize,
}

impl Guard {
    /// Checks an object header (HDF5 File Format Specification IV.A.1.b) and what it refers to.
    fn object(&mut self, at: usize) -> Result<(), HrtfError> {
        self.objects += 1;
        if self.objects > MOST_OBJECTS {
            return Err(corrupt("more objects than a SOFA file can have, the last header", at));
        }
        let cut = || corrupt("an object header that is cut short", at);
        let flags = *self.bytes.get(at + 5).ok_or_else(cut)?;
        let mut from = at + 6;
        from += if flags & 0x20 != 0 { 16 } else { 0 };
        from += if flags & 0x10 != 0 { 4 } else { 0 };
        let width = 1 << (flags & 3);
        let length = offset(&self.bytes, from, width).ok_or_else(cut)?;
        from += width;
        let to = from.checked_add(length).filter(|&to| to <= self.bytes.len()).ok_or_else(cut)?;
        self.checksum(at, to)?;
        let prefix = if flags & 4 != 0 { 6 } else { 4 };
        let mut blocks = vec![Block { from, to, prefix }];
        let mut shape = Vec::new();
        while let Some(block) = blocks.pop() {
            self.messages(&block, &mut blocks, &mut shape)?;
        }
        Ok(())
    }

    fn checksum(&self, from: usize, to: usize) -> Result<(), HrtfError> {
        let written = number(&self.bytes, to, 4);
        let sum = self.bytes.get(from..to).map(|bytes| u64::from(lookup3(bytes)));
        if written.is_some() && written == sum {
            Ok(())
        } else {
            Err(corrupt("a wrong checksum of the header", from))
        }
    }

    fn messages(
        &mut self,
        block: &Block,
        blocks: &mut Vec<Block>,
        shape: &mut Vec<u64>,
    ) -> Result<(), HrtfError> {
        let mut at = block.from;
        while at + block.prefix <= block.to {
            let (kind, length) =
                (self.bytes[at], usize::from(self.bytes[at + 1]) | usize::from(self.bytes[at + 2]) << 8);
            let body = at + block.prefix;
            let end = body + length;
            if end > block.to {
                return Err(corrupt("a header message that is longer than its block", at));
            }
            match kind {
                DATASPACE => {
                    *shape = dimensions(&self.bytes[body..end]).ok_or_else(|| corrupt("a dataspace", at))?
                }
                LAYOUT => self.layout(body, end, shape)?,
                ATTRIBUTE if text_attribute(&self.bytes[body..end]).is_none() => self.bytes[at] = NOTHING,
                CONTINUATION => blocks.push(self.continuation(body, block.prefix)?),
                _ => {}
            }
            at = end;
        }
        Ok(())
    }

    fn continuation(&mut self, body: usize, prefix: usize) -> Result<Block, HrtfError> {
        let cut = || corrupt("a continuation that points beyond the file", body);
        let from = offset(&self.bytes, body, 8).ok_or_else(cut)?;
        let length = offset(&self.bytes, body + 8, 8).filter(|&length| length >= 8).ok_or_else(cut)?;
        let end = from.checked_add(length).filter(|&end| end <= self.bytes.len()).ok_or_else(cut)?;
        if !self.continued.insert(from) {
            return Err(corrupt("a loop of header blocks", from));
        }
        if self.bytes.get(from..from + 4) != Some(b"OCHK") {
            return Err(corrupt("a header block without its signature", from));
        }
        self.checksum(from, end - 4)?;
        Ok(Block { from: from + 4, to: end - 4, prefix })
    }

    /// Checks where an array's values are stored (IV.A.2.i, version 3).
    fn layout(&mut self, body: usize, end: usize, shape: &[u64]) -> Result<(), HrtfError> {
        let wrong = || corrupt("a data layout", body);
        let message = self.bytes.get(body..end).ok_or_else(wrong)?;
        let (version, class) = (message.first().copied(), message.get(1).copied());
        if version != Some(3) {
            return Err(HrtfError::new(
                "its arrays are stored in a layout of HDF5 1.10 or later, which is not supported: save it again as \
                 netCDF-4",
            ));
        }
        let stored = match class {
            Some(1) => number(message, 10, 8),
            Some(2) => {
                let sides = usize::from(*message.get(2).ok_or_else(wrong)?);
                let address = number(message, 3, 8).ok_or_else(wrong)?;
                let side = |i: usize| number(message, 11 + 4 * i, 4);
                let sides: Vec<u64> = (0..sides).map_while(side).collect();
                let width = *sides.last().ok_or_else(wrong)?;
                let all = shape.iter().try_fold(width, |all, &size| all.checked_mul(size));
                let chunk =
                    sides.iter().try_fold(1_u64, |all, &size| all.checked_mul(size)).unwrap_or(u64::MAX);
                let chunks = self.chunks(address, sides.len())?;
                all.and_then(|all| chunks.checked_mul(chunk).map(|stored| stored.max(all)))
            }
            _ => Some(0),
        };
        self.data = stored.and_then(|stored| self.data.checked_add(stored)).unwrap_or(u64::MAX);
        if self.data > MOST_DATA {
            return Err(too_large(shape));
        }
        Ok(())
    }

    /// Checks the index of an array's chunks (III.A.1); gives how many there are.
    fn chunks(&self, address: u64, sides: usize) -> Result<u64, HrtfError> {
        // An address of all ones: nothing is stored.
        let Some(at) = usize::try_from(address).ok().filter(|&at| at < self.bytes.len()) else {
            return Ok(0);
        };
        let wrong = || corrupt("an index of chunks (B-tree)", at);
        let head = self.bytes.get(at..).and_then(|head| head.get(..24)).ok_or_else(wrong)?;
        if &head[..4] != b"TREE" || head[4] != 1 {
            return Err(wrong());
        }
        if head[5] != 0 {
            return Err(HrtfError::new(
                "an array has more chunks than one index node holds, which is not supported: save it again with \
                 fewer chunks",
            ));
        }
        let entries = number(head, 6, 2).ok_or_else(wrong)?;
        let mut key = at + 24;
        for _ in 0..entries {
            let length = number(&self.bytes, key, 4).ok_or_else(wrong)?;
            for side in 0..sides {
                let start = number(&self.bytes, key + 8 + 8 * side, 8).ok_or_else(wrong)?;
                if start > u64::from(u32::MAX) {
                    return Err(corrupt("a chunk that lies beyond its array", key));
                }
            }
            key += 8 + 8 * sides;
            let chunk = number(&self.bytes, key, 8).ok_or_else(wrong)?;
            if chunk.checked_add(length).is_none_or(|end| end > self.bytes.len() as u64) {
                return Err(corrupt("a chunk that lies beyond the end of the file", key));
            }
            key += 8;
        }
        Ok(entries)
    }

    /// Checks a fractal heap's header (III.G): the sizes `sofar` takes logarithms of, and the checksum.
    fn heap(&self, at: usize) -> Result<(), HrtfError> {
        let wrong = || corrupt("a fractal heap", at);
        let field = |from: usize, length: usize| number(&self.bytes, at + from, length).ok_or_else(wrong);
        if field(7, 2)? != 0 {
            return Err(HrtfError::new("a filtered fractal heap is not supported"));
        }
        self.checksum(at, at + 142)?;
        let (width, first, largest) = (field(110, 2)?, field(112, 8)?, field(120, 8)?);
        let (bits, rows) = (field(128, 2)?, field(140, 2)?);
        let sound = (1..=64).contains(&width)
            && first.is_power_of_two()
            && largest.is_power_of_two()
            && (first..=1 << 24).contains(&largest)
            && (1..=64).contains(&bits)
            && rows <= 64;
        if sound { Ok(()) } else { Err(wrong()) }
    }
}

/// The sides of a dataspace message.
pub(super) fn dimensions(message: &[u8]) -> Option<Vec<u64>> {
    let (version, sides) = (*message.first()?, usize::from(*message.get(1)?));
    let from = match version {
        1 => 8,
        2 => 4,
        _ => return None,
    };
    let all: Vec<u64> = (0..sides).map_while(|side| number(message, from + 8 * side, 8)).collect();
    (all.len() == sides).then_some(all)
}

/// Name and text of an attribute message, where it holds one plain text that lies within the message.
pub(super) fn text_attribute(message: &[u8]) -> Option<(String, String)> {
    let version = *message.first()?;
    let [name, kind, space] = [offset(message, 2, 2)?, offset(message, 4, 2)?, offset(message, 6, 2)?];
    let (from, padded) = match version {
        1 => (8, true),
        3 => (9, false),
        _ => return None,
    };
    let step = |size: usize| if padded { size.div_ceil(8) * 8 } else { size };
    let kind_at = from + step(name);
    let space_at = kind_at + step(kind);
    let (class, length) = (*message.get(kind_at)?, offset(message, kind_at + 4, 4)?);
    let sides = dimensions(message.get(space_at..space_at + space)?)?;
    let count = sides.iter().try_fold(1_u64, |all, &side| all.checked_mul(side))?;
    let text_at = space_at + step(space);
    if class & 0xf != TEXT || count != 1 || length > 0x1000 {
        return None;
    }
    let text = |from: usize, length: usize| {
        let bytes = message.get(from..from.checked_add(length)?)?;
        Some(String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned())
    };
    Some((text(from, name)?, text(text_at, length)?))
}
