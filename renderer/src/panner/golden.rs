//! Reads the gain tables of the conformance corpus, for tests. The corpus lies beside the repository, in
//! `shared/conformance/goldens`; its README says how the reference renderer made them.

use std::path::Path;

/// Rows of numbers.
pub(crate) struct Table {
    values: Vec<f64>,
    columns: usize,
}

impl Table {
    /// One row after the other.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.columns)
    }
}

/// The table `{layout}.{kind}.npy` (`4+7+0`, `allo_gain`); `None` when the corpus isn't there.
///
/// # Panics
/// When the corpus is there but the table isn't, or isn't a matrix of little-endian f64.
pub(crate) fn table(layout: &str, kind: &str) -> Option<Table> {
    let folder = (Path::new(env!("CARGO_MANIFEST_DIR")).ancestors())
        .map(|folder| folder.join("shared/conformance/goldens"))
        .find(|folder| folder.is_dir())?;
    let path = folder.join(format!("{}.{kind}.npy", layout.replace('+', "_")));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let header_length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, data) = bytes[10..].split_at(header_length);
    let header = str::from_utf8(header).unwrap();
    assert!(header.contains("'<f8'") && header.contains("'fortran_order': False"), "{header}");
    let shape = header.split_once('(').unwrap().1.split_once(')').unwrap().0;
    let columns = shape.split(',').nth(1).unwrap().trim().parse().unwrap();
    let values = data.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect();
    Some(Table { values, columns })
}
