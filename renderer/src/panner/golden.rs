//! Expected values for the panner's tests: tables of EAR's gains, as the conformance corpus holds them. A test
//! that wants the whole corpus passes where the corpus isn't at hand; the small tables beside the tests always
//! run.

use std::path::{Path, PathBuf};

use crate::layout::Layout;

/// The corpus: `shared/conformance` beside the repository or above it.
pub(crate) fn corpus() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|above| above.join("shared/conformance")).find(|corpus| corpus.is_dir())
}

/// A table of the corpus for a layout, e.g. `psp_gain` for `4+7+0`.
pub(crate) fn table(layout: &Layout, name: &str) -> Option<Table> {
    let file = format!("goldens/{}.{name}.npy", layout.name.replace('+', "_"));
    Some(Table::read(&std::fs::read(corpus()?.join(file)).ok()?))
}

/// A two-dimensional array of f64.
pub(crate) struct Table {
    columns: usize,
    values: Vec<f64>,
}

impl Table {
    /// Reads NumPy's format, versions 1 and 2, little-endian f64 in row order.
    fn read(bytes: &[u8]) -> Self {
        assert_eq!(&bytes[..6], b"\x93NUMPY");
        let (start, length) = match bytes[6] {
            1 => (10, usize::from(u16::from_le_bytes([bytes[8], bytes[9]]))),
            _ => (12, u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]) as usize),
        };
        let header = std::str::from_utf8(&bytes[start..start + length]).unwrap();
        assert!(header.contains("'<f8'") && header.contains("'fortran_order': False"), "{header}");
        let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
        let columns = shape.split(',').nth(1).unwrap().trim().parse().unwrap();
        let values = bytes[start + length..].chunks_exact(8);
        Self { columns, values: values.map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect() }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.columns)
    }
}

/// The greatest difference between two lists of gains.
pub(crate) fn worst(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, |worst, difference| {
        if difference.is_nan() { f64::INFINITY } else { worst.max(difference) }
    })
}
