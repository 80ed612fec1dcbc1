use crate::Warning;
use crate::bw64::error::{Error, Fault};
use crate::bw64::riff::ChunkId;

/// Entries of the table of 64-bit sizes that are looked at.
const MAX_TABLE: usize = 4096;
const FIXED_BYTES: usize = 28;
const ENTRY_BYTES: usize = 12;

/// 64-bit sizes (BS.2088-1 §4, EBU Tech 3306 §3): `ds64`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ds64 {
    /// Size of the file less 8.
    pub(crate) riff_size: u64,
    /// Size of the data chunk's body.
    pub(crate) data_size: u64,
    /// Samples per channel (RF64) or nothing (BW64).
    pub(crate) sample_count: u64,
    /// Sizes of other chunks that pass 4 GiB.
    pub(crate) table: Vec<(ChunkId, u64)>,
}

impl Ds64 {
    /// No more of the chunk is read.
    pub(crate) const MAX_BYTES: u64 = (FIXED_BYTES + ENTRY_BYTES * MAX_TABLE) as u64;

    /// Reads the body of the ds64 at `offset`.
    pub(crate) fn parse(body: &[u8], offset: u64, warnings: &mut Vec<Warning>) -> Result<Self, Error> {
        let (words, rest) = body.as_chunks::<8>();
        let [riff, data, samples, ..] = words else {
            return Err(Fault {
                rule: "ds64-size",
                chunk: "ds64".into(),
                offset,
                found: format!("{} bytes", body.len()),
                expected: "at least 28".into(),
                remedy: "export the file again, or repair its header",
            }
            .into());
        };
        let _ = rest;
        let table_bytes = body.get(FIXED_BYTES..).unwrap_or_default();
        let stated =
            body.get(24..FIXED_BYTES).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b));
        let (entries, _) = table_bytes.as_chunks::<ENTRY_BYTES>();
        let used = entries.len().min(usize::try_from(stated).unwrap_or(usize::MAX));
        if u64::from(stated) > used as u64 {
            warnings.push(Warning::new(
                "ds64-table",
                "ds64",
                format!("tableLength is {stated} but the chunk holds {used} entries; used those"),
            ));
        }
        let table = entries
            .iter()
            .take(used)
            .map(|[a, b, c, d, size @ ..]| (ChunkId([*a, *b, *c, *d]), u64::from_le_bytes(*size)))
            .collect();
        Ok(Self {
            riff_size: u64::from_le_bytes(*riff),
            data_size: u64::from_le_bytes(*data),
            sample_count: u64::from_le_bytes(*samples),
            table,
        })
    }

    /// Takes the next size that the table holds for `id`.
    pub(crate) fn take_table_entry(&mut self, id: ChunkId) -> Option<u64> {
        let index = self.table.iter().position(|(entry, _)| *entry == id)?;
        Some(self.table.remove(index).1)
    }

    /// The chunk's body, filled with zeros to at least `least` bytes.
    pub(crate) fn to_bytes(&self, least: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(least.max(FIXED_BYTES));
        bytes.extend(self.riff_size.to_le_bytes());
        bytes.extend(self.data_size.to_le_bytes());
        bytes.extend(self.sample_count.to_le_bytes());
        bytes.extend(u32::try_from(self.table.len()).unwrap_or(u32::MAX).to_le_bytes());
        for (id, size) in &self.table {
            bytes.extend(id.0);
            bytes.extend(size.to_le_bytes());
        }
        bytes.resize(bytes.len().max(least), 0);
        bytes
    }
}
