use std::fmt;
use std::hash::{Hash, Hasher};

/// The id of an ADM element as the file writes it, e.g. `AO_1001` (BS.2076-2 §6).
///
/// Ids are compared without regard to the case of their letters: the hexadecimal digits of real files
/// come in both.
#[derive(Clone, Debug, Default)]
pub struct AdmId(Box<str>);

impl AdmId {
    /// The id written as `id`.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The id as the file wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// No id was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for AdmId {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl PartialEq for AdmId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for AdmId {}

impl Hash for AdmId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_uppercase());
        }
    }
}

impl PartialOrd for AdmId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AdmId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let upper = |id: &Self| id.0.to_ascii_uppercase();
        upper(self).cmp(&upper(other))
    }
}

impl fmt::Display for AdmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of an `audioBlockFormat`, `AB_yyyyxxxx_zzzzzzzz`: the channel's digits and the block's number.
/// Kept as numbers because a film has millions of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId {
    /// `yyyyxxxx`: type and channel, as in the `audioChannelFormatID`.
    pub channel: u32,
    /// `zzzzzzzz`: number of the block in its channel, from 1 by custom.
    pub number: u32,
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AB_{:08x}_{:08x}", self.channel, self.number)
    }
}
