//! `chna`: which track carries which ADM track (BS.2088-1 §8).

use std::collections::HashSet;

use crate::Warning;
use crate::adm::AdmId;

const ROW_BYTES: usize = 40;

/// The chna chunk: its used rows in file order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChnaChunk {
    /// One per audioTrackUID.
    pub rows: Vec<ChnaRow>,
}

/// One audioTrackUID and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChnaRow {
    /// The file's track, counted from 1.
    pub track_index: u16,
    /// The audioTrackUID (`ATU_00000001`).
    pub uid: AdmId,
    /// The format of the track, when stated.
    pub track_ref: Option<TrackRef>,
    /// The audioPackFormat (`AP_00010002`), when stated.
    pub pack_ref: Option<AdmId>,
}

/// What a row's track reference points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrackRef {
    /// An audioTrackFormat, `AT_00031001_01`.
    TrackFormat(AdmId),
    /// An audioChannelFormat, `AC_00031001` (stored as `AC_00031001_00`).
    ChannelFormat(AdmId),
}

impl TrackRef {
    /// Reads the reference as chna writes it.
    pub fn parse(text: &str) -> Self {
        match text.get(..3) {
            Some(prefix) if prefix.eq_ignore_ascii_case("AC_") => Self::ChannelFormat(AdmId::new(
                text.strip_suffix("_00").filter(|id| id.len() >= 11).unwrap_or(text),
            )),
            _ => Self::TrackFormat(AdmId::new(text)),
        }
    }

    /// The id that is referred to.
    pub fn id(&self) -> &AdmId {
        match self {
            Self::TrackFormat(id) | Self::ChannelFormat(id) => id,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::TrackFormat(id) => id.to_string(),
            Self::ChannelFormat(id) => format!("{id}_00"),
        }
    }
}

impl ChnaChunk {
    /// Reads the chunk's body. Never fails: rows that cannot be read are left out with a warning.
    pub fn parse(body: &[u8], warnings: &mut Vec<Warning>) -> Self {
        let mut warn = |rule, message: String| warnings.push(Warning::new(rule, "chna", message));
        let Some([t0, t1, u0, u1]) = body.first_chunk::<4>().copied() else {
            warn(
                "chna-size",
                format!("{} bytes are too short for a chna (at least 4); no tracks known", body.len()),
            );
            return Self::default();
        };
        let (tracks, uids) = (u16::from_le_bytes([t0, t1]), u16::from_le_bytes([u0, u1]));
        let (stored, _) = body.get(4..).unwrap_or_default().as_chunks::<ROW_BYTES>();
        if usize::from(uids) > stored.len() {
            warn(
                "chna-count",
                format!("says {uids} UIDs but is large enough for {}; used those", stored.len()),
            );
        }
        let mut rows = Vec::new();
        for (number, bytes) in stored.iter().enumerate() {
            match ChnaRow::parse(bytes) {
                Ok(None) => {}
                Ok(Some(_)) if number >= usize::from(uids) => {
                    warn(
                        "chna-count",
                        format!(
                            "row {} is used although numUIDs is {uids}; ignored it and what follows",
                            number + 1
                        ),
                    );
                    break;
                }
                Ok(Some(row)) => rows.push(row),
                // Beyond the stated number, whatever is no row is padding.
                Err(_) if number >= usize::from(uids) => break,
                Err(message) => warn("chna-row", format!("row {}: {message}; row ignored", number + 1)),
            }
        }
        let used = rows.iter().map(|row| row.track_index).collect::<HashSet<_>>().len();
        if used != usize::from(tracks) && usize::from(uids) <= stored.len() && !rows.is_empty() {
            warn("chna-track-count", format!("says {tracks} tracks but its rows use {used}; the rows count"));
        }
        Self { rows }
    }

    /// The chunk's body. Ids longer than their field are cut.
    pub fn to_bytes(&self) -> Vec<u8> {
        let tracks = self.rows.iter().map(|row| row.track_index).collect::<HashSet<_>>().len();
        let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX).to_le_bytes();
        let mut bytes = Vec::with_capacity(4 + ROW_BYTES * self.rows.len());
        bytes.extend(count(tracks));
        bytes.extend(count(self.rows.len()));
        let field = |bytes: &mut Vec<u8>, text: &str, width: usize| {
            bytes.extend(text.bytes().chain(std::iter::repeat(0)).take(width));
        };
        for row in &self.rows {
            bytes.extend(row.track_index.to_le_bytes());
            field(&mut bytes, row.uid.as_str(), 12);
            field(&mut bytes, &row.track_ref.as_ref().map(TrackRef::text).unwrap_or_default(), 14);
            field(&mut bytes, row.pack_ref.as_ref().map_or("", AdmId::as_str), 11);
            bytes.push(0);
        }
        bytes
    }
}

impl ChnaRow {
    /// `Ok(None)` is an unused row.
    fn parse(bytes: &[u8; ROW_BYTES]) -> Result<Option<Self>, String> {
        let [i0, i1, rest @ ..] = bytes;
        let track_index = u16::from_le_bytes([*i0, *i1]);
        let (uid, rest) = rest.split_at(12);
        let (track, rest) = rest.split_at(14);
        let (pack, _) = rest.split_at(11);
        let uid = text_field(uid).ok_or_else(|| format!("the track UID {} is not ASCII", escaped(uid)))?;
        if uid.is_empty() && track_index == 0 {
            return Ok(None);
        }
        if track_index == 0 {
            return Err(format!("trackIndex is 0 for {uid}; tracks are counted from 1"));
        }
        if uid.is_empty() {
            return Err(format!("no track UID for track {track_index}"));
        }
        let track = text_field(track)
            .ok_or_else(|| format!("the track reference {} is not ASCII", escaped(track)))?;
        let pack =
            text_field(pack).ok_or_else(|| format!("the pack reference {} is not ASCII", escaped(pack)))?;
        Ok(Some(Self {
            track_index,
            uid: AdmId::new(uid),
            track_ref: (!track.is_empty()).then(|| TrackRef::parse(track)),
            pack_ref: (!pack.is_empty()).then(|| AdmId::new(pack)),
        }))
    }
}

/// A field padded with NUL or spaces; `None` when it holds anything but printable ASCII.
fn text_field(bytes: &[u8]) -> Option<&str> {
    let used = bytes.iter().rposition(|b| !matches!(b, 0 | b' ')).map_or(0, |last| last + 1);
    let text = bytes.get(..used)?;
    text.iter().all(u8::is_ascii_graphic).then(|| std::str::from_utf8(text).ok())?
}

fn escaped(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes.escape_ascii())
}
