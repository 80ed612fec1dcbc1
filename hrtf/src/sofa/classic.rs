//! Files with object headers of version 1 and symbol tables, as HDF5 1.6 and most tools but netCDF write them, which
//! `sofar` cannot read. Clauses: HDF5 File Format Specification, version 3.0.
//!
//! Every address is looked at once only and every length is checked, so a file can make nothing loop or grow.

use std::collections::BTreeSet;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::guard::{MOST_DATA, corrupt, dimensions, number, offset, text_attribute, too_large};
use crate::HrtfError;

/// Most messages of one header, most names in the file and most nodes of one tree.
const MOST: usize = 4096;
/// Filters of chunks.
const DEFLATE: u64 = 1;
const SHUFFLE: u64 = 2;

/// A file's root group.
pub(super) struct Classic<'a> {
    bytes: &'a [u8],
    pub(super) attributes: Vec<(String, String)>,
    names: Vec<(String, usize)>,
}

/// What a header says.
#[derive(Default)]
pub(super) struct Object {
    pub(super) shape: Vec<u64>,
    pub(super) is_float: bool,
    pub(super) is_signed: bool,
    pub(super) is_big_endian: bool,
    pub(super) width: u64,
    pub(super) data: Vec<u8>,
    pub(super) attributes: Vec<(String, String)>,
    layout: Option<(usize, usize)>,
    filters: Vec<u64>,
    table: Option<(usize, usize)>,
}

impl<'a> Classic<'a> {
    /// Reads the names and attributes of the root group, whose header stands at `root`.
    pub(super) fn new(bytes: &'a [u8], root: usize) -> Result<Self, HrtfError> {
        let mut file = Self { bytes, attributes: Vec::new(), names: Vec::new() };
        let group = file.header(root)?;
        let (tree, heap) = group.table.ok_or_else(|| corrupt("a root group without a symbol table", root))?;
        file.attributes = group.attributes;
        let wrong = || corrupt("a local heap", heap);
        if bytes.get(heap..).and_then(|heap| heap.get(..4)) != Some(b"HEAP") {
            return Err(wrong());
        }
        let names = offset(bytes, heap.checked_add(24).ok_or_else(wrong)?, 8).ok_or_else(wrong)?;
        file.walk(tree, names)?;
        Ok(file)
    }

    /// Collects the names in a group's tree (III.A.1, III.B).
    fn walk(&mut self, tree: usize, names: usize) -> Result<(), HrtfError> {
        let mut seen = BTreeSet::new();
        let mut nodes = vec![tree];
        while let Some(at) = nodes.pop() {
            let wrong = || corrupt("a group's B-tree", at);
            if !seen.insert(at) || seen.len() > MOST {
                return Err(corrupt("a loop in a group's B-tree", at));
            }
            let node = self.bytes.get(at..).ok_or_else(wrong)?;
            match node.get(..4) {
                Some(b"TREE") => {
                    let entries = offset(node, 6, 2).ok_or_else(wrong)?;
                    for entry in 0..entries {
                        nodes.push(offset(node, 32 + 16 * entry, 8).ok_or_else(wrong)?);
                    }
                }
                Some(b"SNOD") => {
                    for entry in 0..offset(node, 6, 2).ok_or_else(wrong)? {
                        let name = offset(node, 8 + 40 * entry, 8).ok_or_else(wrong)?;
                        let header = offset(node, 16 + 40 * entry, 8).ok_or_else(wrong)?;
                        let start = names.checked_add(name).ok_or_else(wrong)?;
                        let name = self.bytes.get(start..).ok_or_else(wrong)?;
                        let name: Vec<u8> =
                            name.iter().copied().take(256).take_while(|&byte| byte != 0).collect();
                        self.names.push((String::from_utf8_lossy(&name).into_owned(), header));
                        if self.names.len() > MOST {
                            return Err(wrong());
                        }
                    }
                }
                _ => return Err(wrong()),
            }
        }
        Ok(())
    }

    /// The variable of this name with its data.
    pub(super) fn variable(&self, name: &str) -> Result<Option<Object>, HrtfError> {
        let Some(&(_, at)) = self.names.iter().find(|(found, _)| found == name) else { return Ok(None) };
        let mut object = self.header(at)?;
        self.load(&mut object)?;
        Ok(Some(object))
    }

    /// A file whose names are read by someone else.
    pub(super) fn nameless(bytes: &'a [u8]) -> Self {
        Self { bytes, attributes: Vec::new(), names: Vec::new() }
    }

    /// Reads the data of an object.
    pub(super) fn load(&self, object: &mut Object) -> Result<(), HrtfError> {
        let size = object.shape.iter().try_fold(object.width, |all, &size| all.checked_mul(size));
        let size = size.filter(|&size| size <= MOST_DATA).ok_or_else(|| too_large(&object.shape))?;
        if let Some((from, to)) = object.layout {
            object.data = self.stored(object, &self.bytes[from..to], size as usize)?;
        }
        Ok(())
    }

    /// Reads an object header of version 1 (IV.A.1.a).
    fn header(&self, at: usize) -> Result<Object, HrtfError> {
        let wrong = || corrupt("an object header", at);
        let start = self.bytes.get(at..).ok_or_else(wrong)?;
        if start.first() != Some(&1) {
            return Err(corrupt("an object header that is not of version 1", at));
        }
        let length = offset(start, 8, 4).ok_or_else(wrong)?;
        let mut blocks = vec![(at.checked_add(16).ok_or_else(wrong)?, length)];
        let mut seen = BTreeSet::new();
        let mut object = Object::default();
        let mut count = 0;
        while let Some((mut at, length)) = blocks.pop() {
            let end = at.checked_add(length).filter(|&end| end <= self.bytes.len()).ok_or_else(wrong)?;
            if !seen.insert(at) {
                return Err(corrupt("a loop of header blocks", at));
            }
            while at + 8 <= end {
                let kind = number(self.bytes, at, 2).ok_or_else(wrong)?;
                let length = offset(self.bytes, at + 2, 2).ok_or_else(wrong)?;
                let (from, to) = (at + 8, at + 8 + length);
                count += 1;
                if to > end || count > MOST {
                    return Err(wrong());
                }
                let body = &self.bytes[from..to];
                if kind == 16 {
                    blocks
                        .push((offset(body, 0, 8).ok_or_else(wrong)?, offset(body, 8, 8).ok_or_else(wrong)?));
                } else {
                    object.message(kind, body, (from, to)).ok_or_else(|| corrupt("a header message", at))?;
                }
                at = to;
            }
        }
        Ok(object)
    }

    /// The bytes of an array (IV.A.2.i, version 3).
    fn stored(&self, object: &Object, layout: &[u8], size: usize) -> Result<Vec<u8>, HrtfError> {
        let wrong = || HrtfError::new("corrupt HDF5 structure: an array lies beyond the end of the file");
        match layout.get(..2) {
            Some([3, 0]) => {
                let length = offset(layout, 2, 2).ok_or_else(wrong)?;
                Ok(layout.get(4..4 + length).ok_or_else(wrong)?.to_vec())
            }
            Some([3, 1]) => {
                // An address of all ones: nothing was written.
                let Some(from) = number(layout, 2, 8).filter(|&at| at != u64::MAX) else {
                    return Ok(Vec::new());
                };
                let from = usize::try_from(from).map_err(|_| wrong())?;
                let end = from.checked_add(size).ok_or_else(wrong)?;
                Ok(self.bytes.get(from..end).ok_or_else(wrong)?.to_vec())
            }
            Some([3, 2]) => self.chunks(object, layout, size),
            _ => Err(HrtfError::new(
                "an array is stored in a layout that is not supported: save it again as netCDF-4",
            )),
        }
    }

    /// Puts an array together from its chunks (III.A.1, node type 1).
    fn chunks(&self, object: &Object, layout: &[u8], size: usize) -> Result<Vec<u8>, HrtfError> {
        let wrong = || corrupt("an index of chunks", 0);
        let sides = object.shape.len();
        let Some(root) = number(layout, 3, 8).filter(|&at| at != u64::MAX) else { return Ok(Vec::new()) };
        let side = |i: usize| offset(layout, 11 + 4 * i, 4).filter(|&side| side > 0);
        let chunk: Vec<usize> = (0..sides).map_while(side).collect();
        let width = object.width as usize;
        let bytes = chunk.iter().try_fold(width, |all, &side| all.checked_mul(side)).unwrap_or(usize::MAX);
        if layout.get(2).map(|&n| usize::from(n)) != Some(sides + 1) || chunk.len() != sides || sides == 0 {
            return Err(wrong());
        }
        if bytes as u64 > MOST_DATA {
            return Err(too_large(&object.shape));
        }
        let shape: Vec<usize> = object.shape.iter().map(|&side| side as usize).collect();
        let mut data = vec![0; size];
        let mut nodes = vec![usize::try_from(root).map_err(|_| wrong())?];
        let (mut seen, mut read) = (BTreeSet::new(), 0_u64);
        while let Some(at) = nodes.pop() {
            let node =
                self.bytes.get(at..).filter(|node| node.get(..5) == Some(b"TREE\x01")).ok_or_else(wrong)?;
            if !seen.insert(at) || seen.len() > MOST {
                return Err(corrupt("a loop in an index of chunks", at));
            }
            let level = *node.get(5).ok_or_else(wrong)?;
            for entry in 0..offset(node, 6, 2).ok_or_else(wrong)? {
                let key = 24 + entry * (16 + 8 * (sides + 1));
                let child = offset(node, key + 8 + 8 * (sides + 1), 8).ok_or_else(wrong)?;
                if level > 0 {
                    nodes.push(child);
                    continue;
                }
                read = read.saturating_add(bytes as u64);
                if read > 2 * MOST_DATA {
                    return Err(too_large(&object.shape));
                }
                let length = offset(node, key, 4).ok_or_else(wrong)?;
                let stored =
                    child.checked_add(length).and_then(|end| self.bytes.get(child..end)).ok_or_else(wrong)?;
                let plain = unfiltered(stored, &object.filters, width, bytes)?;
                let start: Option<Vec<usize>> =
                    (0..sides).map(|i| offset(node, key + 8 + 8 * i, 8)).collect();
                place(&plain, &start.ok_or_else(wrong)?, &chunk, &shape, width, &mut data)
                    .ok_or_else(wrong)?;
            }
        }
        Ok(data)
    }
}

/// Undoes a chunk's filters, the last first.
fn unfiltered(stored: &[u8], filters: &[u64], width: usize, bytes: usize) -> Result<Vec<u8>, HrtfError> {
    let mut plain = stored.to_vec();
    for &filter in filters.iter().rev() {
        plain = match filter {
            DEFLATE => decompress_to_vec_zlib_with_limit(&plain, bytes)
                .map_err(|_| HrtfError::new("corrupt HDF5 structure: a chunk that does not inflate"))?,
            SHUFFLE => {
                let count = plain.len() / width.max(1);
                let mut together = vec![0; count * width];
                for byte in 0..width {
                    let from = &plain[byte * count..(byte + 1) * count];
                    together[byte..]
                        .iter_mut()
                        .step_by(width.max(1))
                        .zip(from)
                        .for_each(|(to, from)| *to = *from);
                }
                together.extend_from_slice(&plain[count * width..]);
                together
            }
            _ => {
                return Err(HrtfError::new(format!(
                    "chunks with the HDF5 filter {filter} are not supported"
                )));
            }
        };
    }
    if plain.len() == bytes {
        Ok(plain)
    } else {
        Err(HrtfError::new("corrupt HDF5 structure: a chunk of another size"))
    }
}

/// Copies a chunk that starts at `start` to its place, row by row; what lies outside the array is padding.
fn place(
    plain: &[u8],
    start: &[usize],
    chunk: &[usize],
    shape: &[usize],
    width: usize,
    data: &mut [u8],
) -> Option<()> {
    let (&row, outer) = chunk.split_last()?;
    let last = start.len() - 1;
    if start[last] >= shape[last] {
        return Some(());
    }
    let kept = row.min(shape[last] - start[last]) * width;
    let rows: usize = outer.iter().product();
    for number in 0..rows {
        let (mut rest, mut to, mut stride, mut inside) = (number, start[last], shape[last], true);
        for axis in (0..last).rev() {
            let at = start[axis].checked_add(rest % chunk[axis])?;
            rest /= chunk[axis];
            inside &= at < shape[axis];
            to = to.checked_add(at.checked_mul(stride)?)?;
            stride = stride.checked_mul(shape[axis])?;
        }
        if inside {
            let (to, from) = (to * width, number * row * width);
            data.get_mut(to..to + kept)?.copy_from_slice(plain.get(from..from + kept)?);
        }
    }
    Some(())
}

impl Object {
    /// Takes in a message; `None` when it is corrupt.
    pub(super) fn message(&mut self, kind: u64, body: &[u8], place: (usize, usize)) -> Option<()> {
        match kind {
            1 => self.shape = dimensions(body)?,
            3 => {
                let (class, bits) = (body.first()? & 0xf, *body.get(1)?);
                self.is_float = class == 1;
                self.is_signed = bits & 8 != 0;
                self.is_big_endian = bits & 1 != 0;
                // Neither float nor integer: no numbers to read.
                self.width = if class > 1 { 1 } else { number(body, 4, 4)?.clamp(1, 64) };
            }
            8 => self.layout = Some(place),
            11 => self.filters = filters(body)?,
            12 => self.attributes.extend(text_attribute(body)),
            17 => self.table = Some((offset(body, 0, 8)?, offset(body, 8, 8)?)),
            _ => {}
        }
        Some(())
    }
}

/// The filters of a pipeline message (IV.A.2.l), in the order in which they were applied.
fn filters(body: &[u8]) -> Option<Vec<u64>> {
    let (version, count) = (*body.first()?, *body.get(1)?);
    let mut at = if version == 1 { 8 } else { 2 };
    let mut filters = Vec::new();
    for _ in 0..count {
        let filter = number(body, at, 2)?;
        let named = version == 1 || filter >= 256;
        let name = if named { offset(body, at + 2, 2)? } else { 0 };
        at += if named { 4 } else { 2 };
        let values = offset(body, at + 2, 2)?;
        at += 4 + name + 4 * values + if version == 1 && values % 2 == 1 { 4 } else { 0 };
        filters.push(filter);
    }
    Some(filters)
}
