//! `bext`: the broadcast extension (EBU Tech 3285, version 2).

use serde::Serialize;

const FIXED_BYTES: usize = 602;
/// "Not measured" in a loudness field.
const UNSET: i16 = 0x7FFF;

/// Who made the recording, when, and where on the time line it belongs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BextChunk {
    /// Free text, at most 256 bytes.
    pub description: String,
    /// Who made it, at most 32 bytes.
    pub originator: String,
    /// Their number for it, at most 32 bytes.
    pub originator_reference: String,
    /// `yyyy-mm-dd`.
    pub origination_date: String,
    /// `hh:mm:ss`.
    pub origination_time: String,
    /// The first sample's place, in samples since midnight.
    pub time_reference: u64,
    /// Version of the chunk: 0, 1 (with UMID) or 2 (with loudness).
    pub version: u16,
    /// SMPTE UMID in hexadecimal; empty when all zero.
    pub umid: String,
    /// Loudness, from version 2 on and where measured.
    pub loudness: BextLoudness,
    /// One line per processing step.
    pub coding_history: String,
}

/// The loudness fields of version 2; hundredths in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct BextLoudness {
    /// Integrated, LUFS.
    pub integrated_lufs: Option<f64>,
    /// Range, LU.
    pub range_lu: Option<f64>,
    /// Maximum true peak, dBTP.
    pub max_true_peak_dbtp: Option<f64>,
    /// Maximum momentary, LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Maximum short-term, LUFS.
    pub max_short_term_lufs: Option<f64>,
}

impl BextChunk {
    /// Reads the chunk's body; `None` when it is too short to be one (602 bytes).
    pub fn parse(body: &[u8]) -> Option<Self> {
        let (fixed, history) = body.split_first_chunk::<FIXED_BYTES>()?;
        let mut fields = Fields { rest: fixed.as_slice() };
        let (description, originator) = (fields.text(256), fields.text(32));
        let (originator_reference, origination_date) = (fields.text(32), fields.text(10));
        let origination_time = fields.text(8);
        let time_reference = u64::from_le_bytes(fields.bytes());
        let version = u16::from_le_bytes(fields.bytes());
        let umid = fields.bytes::<64>();
        let mut measured = || {
            let value = i16::from_le_bytes(fields.bytes());
            (version >= 2 && value != UNSET).then(|| f64::from(value) / 100.0)
        };
        let loudness = BextLoudness {
            integrated_lufs: measured(),
            range_lu: measured(),
            max_true_peak_dbtp: measured(),
            max_momentary_lufs: measured(),
            max_short_term_lufs: measured(),
        };
        Some(Self {
            description,
            originator,
            originator_reference,
            origination_date,
            origination_time,
            time_reference,
            version,
            umid: if version >= 1 && umid != [0; 64] { hex(&umid) } else { String::new() },
            loudness,
            coding_history: text(history),
        })
    }

    /// The chunk's body. Texts longer than their fields are cut; a UMID that is not 128 hexadecimal digits is
    /// left out.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FIXED_BYTES + self.coding_history.len());
        let fields = [
            (&self.description, 256),
            (&self.originator, 32),
            (&self.originator_reference, 32),
            (&self.origination_date, 10),
            (&self.origination_time, 8),
        ];
        for (field, width) in fields {
            bytes.extend(cut(field, width).bytes().chain(std::iter::repeat(0)).take(width));
        }
        bytes.extend(self.time_reference.to_le_bytes());
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(unhex(&self.umid).unwrap_or([0; 64]));
        let loudness = &self.loudness;
        for value in [
            loudness.integrated_lufs,
            loudness.range_lu,
            loudness.max_true_peak_dbtp,
            loudness.max_momentary_lufs,
            loudness.max_short_term_lufs,
        ] {
            let hundredths = match value {
                _ if self.version < 2 => 0,
                // `as` saturates, and the largest value is the one that means "not measured".
                Some(value) if value.is_finite() => (value * 100.0).round() as i16,
                _ => UNSET,
            };
            bytes.extend(hundredths.to_le_bytes());
        }
        bytes.resize(FIXED_BYTES, 0);
        bytes.extend(self.coding_history.bytes());
        bytes
    }
}

struct Fields<'a> {
    rest: &'a [u8],
}

impl Fields<'_> {
    fn text(&mut self, width: usize) -> String {
        let (field, rest) = self.rest.split_at_checked(width).unwrap_or_default();
        self.rest = rest;
        text(field)
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let Some((field, rest)) = self.rest.split_first_chunk::<N>() else { return [0; N] };
        self.rest = rest;
        *field
    }
}

/// Text up to the first NUL: UTF-8, or else Latin-1, in which every byte is a character.
pub(super) fn text(bytes: &[u8]) -> String {
    let used = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let used = bytes.get(..used).unwrap_or_default();
    let text = match std::str::from_utf8(used) {
        Ok(text) => text.to_owned(),
        Err(_) => used.iter().copied().map(char::from).collect(),
    };
    text.trim_end().to_owned()
}

/// As much of `text` as fits `width` bytes, whole characters.
fn cut(text: &str, width: usize) -> &str {
    let mut end = text.len().min(width);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 64]> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}
