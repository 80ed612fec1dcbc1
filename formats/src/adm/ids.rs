use std::fmt;
use std::hash::{Hash, Hasher};

use super::TypeDefinition;

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

/// The kind of element that an id belongs to (BS.2076-2 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum IdKind {
    Programme,
    Content,
    Object,
    AlternativeValueSet,
    PackFormat,
    ChannelFormat,
    BlockFormat,
    StreamFormat,
    TrackFormat,
    TrackUid,
}

/// Prefix and number of hexadecimal digits in each group after it (BS.2076-2 §6).
const FORMS: [(IdKind, &str, &[usize]); 10] = [
    (IdKind::Programme, "APR", &[4]),
    (IdKind::Content, "ACO", &[4]),
    (IdKind::Object, "AO", &[4]),
    (IdKind::AlternativeValueSet, "AVS", &[4, 4]),
    (IdKind::PackFormat, "AP", &[8]),
    (IdKind::ChannelFormat, "AC", &[8]),
    (IdKind::BlockFormat, "AB", &[8, 8]),
    (IdKind::StreamFormat, "AS", &[8]),
    (IdKind::TrackFormat, "AT", &[8, 2]),
    (IdKind::TrackUid, "ATU", &[8]),
];

impl AdmId {
    /// The kind of element that an id of this form belongs to; `None` when it has no form of BS.2076-2 §6.
    pub fn kind(&self) -> Option<IdKind> {
        let mut groups = self.0.split('_');
        let prefix = groups.next()?;
        let (kind, _, lengths) = FORMS.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(prefix))?;
        for &length in *lengths {
            let group = groups.next()?;
            if group.len() != length || !group.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
        }
        groups.next().is_none().then_some(*kind)
    }

    /// The first group of digits as a number: `yyyyxxxx` of a pack or channel, `wwww` of an object.
    pub fn digits(&self) -> Option<u32> {
        let group = self.0.split('_').nth(1)?;
        let valid = (1..=8).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_hexdigit());
        if valid { u32::from_str_radix(group, 16).ok() } else { None }
    }

    /// `ATU_00000000`, the track that is silent (BS.2076-2 §5.6.2).
    pub fn is_silent_track(&self) -> bool {
        self.0.eq_ignore_ascii_case("ATU_00000000")
    }

    /// `APR_wwww`; own programmes count from 0x1001.
    pub fn programme(number: u16) -> Self {
        Self(format!("APR_{number:04x}").into())
    }

    /// `ACO_wwww`; own contents count from 0x1001.
    pub fn content(number: u16) -> Self {
        Self(format!("ACO_{number:04x}").into())
    }

    /// `AO_wwww`; own objects count from 0x1001.
    pub fn object(number: u16) -> Self {
        Self(format!("AO_{number:04x}").into())
    }

    /// `AVS_wwww_zzzz`: the digits of the object, the number of the set in it (from 1).
    pub fn alternative_value_set(object: u16, number: u16) -> Self {
        Self(format!("AVS_{object:04x}_{number:04x}").into())
    }

    /// `AP_yyyyxxxx`; own packs count from 0x1001.
    pub fn pack_format(kind: TypeDefinition, number: u16) -> Self {
        Self(format!("AP_{:04x}{number:04x}", kind as u8).into())
    }

    /// `AC_yyyyxxxx`; own channels count from 0x1001.
    pub fn channel_format(kind: TypeDefinition, number: u16) -> Self {
        Self(format!("AC_{:04x}{number:04x}", kind as u8).into())
    }

    /// `AS_yyyyxxxx`, with the digits of its channel or pack.
    pub fn stream_format(kind: TypeDefinition, number: u16) -> Self {
        Self(format!("AS_{:04x}{number:04x}", kind as u8).into())
    }

    /// `AT_yyyyxxxx_zz`, with the digits of its stream and its number in it (from 1).
    pub fn track_format(kind: TypeDefinition, number: u16, track: u8) -> Self {
        Self(format!("AT_{:04x}{number:04x}_{track:02x}", kind as u8).into())
    }

    /// `ATU_vvvvvvvv`, counted from 1.
    pub fn track_uid(number: u32) -> Self {
        Self(format!("ATU_{number:08x}").into())
    }
}

impl BlockId {
    /// Characters of an id.
    pub(super) const LENGTH: usize = 20;

    /// Reads `AB_yyyyxxxx_zzzzzzzz`; `None` when `id` has another form.
    pub fn parse(id: &str) -> Option<Self> {
        Self::from_bytes(id.as_bytes())
    }

    #[inline]
    pub(super) fn from_bytes(id: &[u8]) -> Option<Self> {
        let [b'A' | b'a', b'B' | b'b', b'_', rest @ ..] = id else { return None };
        let (channel, rest) = rest.split_first_chunk()?;
        let (number, rest) = rest.strip_prefix(b"_")?.split_first_chunk()?;
        if !rest.is_empty() {
            return None;
        }
        Some(Self { channel: hex(channel)?, number: hex(number)? })
    }
}

/// Eight hexadecimal digits.
#[inline]
fn hex(digits: &[u8; 8]) -> Option<u32> {
    let mut number = 0u32;
    let mut bad = 0u8;
    for &digit in digits {
        let value = HEX[usize::from(digit)];
        bad |= value;
        number = number << 4 | u32::from(value & 0xF);
    }
    (bad < 0x10).then_some(number)
}

/// The value of each character as a hexadecimal digit; 0x10 for those that are none.
const HEX: [u8; 256] = {
    let mut values = [0x10; 256];
    let mut digit = 0;
    while digit < 16 {
        values[b"0123456789abcdef"[digit] as usize] = digit as u8;
        values[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_compared_without_case() {
        assert_eq!(AdmId::from("AC_0001000A"), AdmId::from("ac_0001000a"));
        assert_ne!(AdmId::from("AC_0001000A"), AdmId::from("AC_0001000B"));
    }

    #[test]
    fn kind_follows_the_forms_of_the_standard() {
        let kind = |id: &str| AdmId::from(id).kind();
        assert_eq!(kind("APR_1001"), Some(IdKind::Programme));
        assert_eq!(kind("ATU_0000000a"), Some(IdKind::TrackUid));
        assert_eq!(kind("AT_00031001_01"), Some(IdKind::TrackFormat));
        assert_eq!(kind("AVS_1001_0003"), Some(IdKind::AlternativeValueSet));
        assert_eq!(kind("AP_0003100"), None);
        assert_eq!(kind("AT_00031001"), None);
        assert_eq!(kind("AT_00031001_01_02"), None);
        assert_eq!(kind("AC_0003100g"), None);
        assert_eq!(kind(""), None);
    }

    #[test]
    fn generated_ids_have_the_form_of_their_kind() {
        use TypeDefinition::{DirectSpeakers, Hoa, Objects};
        assert_eq!(AdmId::pack_format(Objects, 0x1001).as_str(), "AP_00031001");
        assert_eq!(AdmId::track_format(Hoa, 0x100a, 1).as_str(), "AT_0004100a_01");
        assert_eq!(AdmId::programme(0x1001).kind(), Some(IdKind::Programme));
        assert_eq!(AdmId::content(0x1001).kind(), Some(IdKind::Content));
        assert_eq!(AdmId::object(0x1001).kind(), Some(IdKind::Object));
        assert_eq!(AdmId::channel_format(DirectSpeakers, 1).kind(), Some(IdKind::ChannelFormat));
        assert_eq!(AdmId::stream_format(DirectSpeakers, 1).kind(), Some(IdKind::StreamFormat));
        assert_eq!(AdmId::alternative_value_set(0x1001, 3).as_str(), "AVS_1001_0003");
        assert_eq!(AdmId::track_uid(10).as_str(), "ATU_0000000a");
        assert_eq!(AdmId::pack_format(Objects, 0x1001).digits(), Some(0x0003_1001));
    }

    #[test]
    fn block_ids_are_read_and_written() {
        let id = BlockId::parse("AB_0003100A_0000001f").unwrap();
        assert_eq!((id.channel, id.number), (0x0003_100a, 31));
        assert_eq!(id.to_string(), "AB_0003100a_0000001f");
        for wrong in
            ["", "AB_00031001", "AB_00031001_0000001", "AB_00031001-00000001", "AB_0003100+_00000001"]
        {
            assert_eq!(BlockId::parse(wrong), None, "{wrong}");
        }
    }
}
